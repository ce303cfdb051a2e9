"""Runners with force plates as sensors on foot, shank, thigh and pelvis, and their true events.

A sensor is a rigid cluster of skin markers about its mean shape: no strap moves on it, and its
accelerometer stands at the centre of the markers. A foot is heel and first and fifth metatarsal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.linalg import norm
from scipy.signal import butter, sosfiltfilt

from opensim_pelvis.frames import GRAVITY_MPS2, FloatArray
from opensim_pelvis.gait.events.leg_contacts import find_leg_events
from opensim_pelvis.gait.events.signals import SegmentSignal
from opensim_pelvis.io.c3d import open_c3d, read_channels
from opensim_pelvis.rotations import (
    angular_velocity,
    from_matrix,
    from_rotation_vector,
    inverse,
    multiply,
    rotate,
)
from opensim_pelvis.types.segments import segment_of
from tests.virtual_sensors import read_c3d_points, read_text_points

THRESHOLDS_N: Final = (50.0, 20.0)
MARKERS_HZ: Final = 20.0
PLATE_HZ: Final = 50.0
SHORTEST_S: Final = 0.12
"""Shorter loads of a plate are vibrations of the treadmill."""

FORCE_HZ: Final = 300.0
UP: Final = np.array([0.0, 0.0, 1.0])

RUNS: Final = (  # markers, forces, person, speed
    ("RBDS001runT25markers.txt", "RBDS001runT25forces.txt", "RBDS001", 2.5),
    ("RBDS001runT35.c3d", "RBDS001runT35.c3d", "RBDS001", 3.5),
    ("RBDS041runT252.txt", "RBDS041runT252forces.txt", "RBDS041", 2.5),
    ("RBDS041runT352.txt", None, "RBDS041", 3.5),
    ("RBDS041runT452.txt", None, "RBDS041", 4.5),
)
_ENDS: Final = tuple(f"{h}.{s}" for h in ("Top", "Bottom") for s in ("Lateral", "Medial"))
RBDS: Final[Mapping[str, tuple[str, ...]]] = {
    "pelvis": ("R.ASIS", "L.ASIS", "R.PSIS", "L.PSIS"),
    **{f"femur_{s.lower()}": tuple(f"{s}.Thigh.{e}" for e in _ENDS) for s in "RL"},
    **{f"tibia_{s.lower()}": tuple(f"{s}.Shank.{e}" for e in _ENDS) for s in "RL"},
    **{f"calcn_{s.lower()}": (f"{s}.Heel.Bottom", f"{s}.MT1", f"{s}.MT5") for s in "RL"},
}
P02: Final[Mapping[str, tuple[str, ...]]] = {
    "pelvis": ("RAsi", "LAsi", "Sacr"),
    **{f"femur_{s.lower()}": (f"{s}Tro", f"{s}Pat", f"{s}KneM", f"{s}KneL") for s in "RL"},
    **{f"tibia_{s.lower()}": (f"{s}KneL", f"{s}Tub", f"{s}AnkM", f"{s}AnkL") for s in "RL"},
    **{f"calcn_{s.lower()}": (f"{s}Hee", f"{s}ToeM", f"{s}ToeL") for s in "RL"},
}
P02_MASS_KG: Final = 67.0  # the publisher's scaled model


@dataclass(frozen=True, eq=False, kw_only=True)
class EventTrial:
    """Signals of one trial and the events of its force plates.

    Parameters
    ----------
    signals : mapping of body to SegmentSignal
    vertical_mps2 : (t,) array
        Upward acceleration of the pelvis, gravity taken away.
    stances_s : mapping of threshold and side to (n, 2) array
        Contact and toe-off of each stance, seconds; empty where there is no force plate.
    """

    name: str
    person: str
    speed_mps: float
    rate_hz: float
    signals: Mapping[str, SegmentSignal]
    vertical_mps2: FloatArray
    stances_s: Mapping[tuple[float, str], FloatArray]


@cache
def running_trials(data: Path) -> tuple[EventTrial, ...]:
    """Return all trials of running in a folder of recordings."""
    return (
        *(treadmill_trial(data / "rbds_running", *row) for row in RUNS),
        _p02(data / "p02_running"),
    )


def make_signals(
    points: Mapping[str, FloatArray],
    clusters: Mapping[str, Sequence[str]],
    rate_hz: float,
    off_axis_rad: FloatArray | None = None,
) -> tuple[dict[str, SegmentSignal], FloatArray]:
    """Return virtual sensors of (t, 3) markers with z up, and the pelvis' upward acceleration.

    ``off_axis_rad`` is a rotation vector by which every sensor's axes are wrong.
    """
    seen = {name: _smooth(_filled(points[name]), MARKERS_HZ, rate_hz) for names in
            clusters.values() for name in names if name in points}  # fmt: skip
    signals: dict[str, SegmentSignal] = {}
    vertical = np.empty(0)
    front = _forward(seen, clusters["pelvis"])
    for body, names in clusters.items():
        markers = [seen[name] for name in names if name in seen]
        R_LC, shape = mean_shape(markers)
        foot = segment_of(body) == "foot"
        axes = foot_axes(R_LC, shape) if foot else _facing(R_LC, front)
        R_GB = from_matrix(R_LC @ axes)
        if off_axis_rad is not None:
            R_GB = multiply(R_GB, from_rotation_vector(off_axis_rad[None]))
        place = np.mean(markers, axis=0)
        acceleration = np.gradient(np.gradient(place, axis=0), axis=0) * rate_hz**2
        force = rotate(inverse(R_GB), acceleration + GRAVITY_MPS2 * UP)
        omega = rotate(inverse(R_GB), angular_velocity(R_GB, rate_hz))
        signals[body] = SegmentSignal(
            body=body,
            omega_radps=np.nan_to_num(omega[:, 2]),
            measured=True,
            force_x_mps2=force[:, 0],
        )
        if body == "pelvis":
            vertical = acceleration[:, 2]
    return signals, vertical


def mean_shape(markers: Sequence[FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Return rotation matrices (t, 3, 3) of a cluster against its mean shape, and that shape."""
    points = np.stack(markers, axis=1)
    points = points - points.mean(axis=1, keepdims=True)
    shape, some = points[len(points) // 2], points[:: max(len(points) // 200, 1)]
    for _ in range(4):
        shape = np.einsum("tij,tmi->tmj", _turned(some, shape), some).mean(axis=0)
    return _turned(points, shape), shape


def _turned(points: FloatArray, shape: FloatArray) -> FloatArray:
    """Return the rotation matrices that best turn a shape into each frame's points."""
    u, _, vt = np.linalg.svd(np.einsum("tmi,mj->tij", points, shape))
    vt[:, 2] *= np.linalg.det(u @ vt)[:, None]
    return np.asarray(u @ vt)


def foot_axes(R_LC: FloatArray, shape: FloatArray) -> FloatArray:
    """Return the foot's axes in its cluster: x from heel to toes, y up from the sole.

    Of the three points only the first is told from the others: one file has two names swapped.
    """
    x = (shape[1] + shape[2]) / 2.0 - shape[0]
    x = x / norm(x)
    y = np.cross(shape[2] - shape[1], x)
    y = y / norm(y) * np.sign(y @ R_LC[:, 2, :].mean(axis=0))
    return np.stack([x, y, np.cross(x, y)], axis=1)


def stances(force_n: FloatArray, rate_hz: float, threshold_n: float) -> FloatArray:
    """Return contact and toe-off of each whole stance in seconds, between samples, (n, 2)."""
    on = np.concatenate([[False], force_n > threshold_n, [False]])
    found = []
    for a, b in np.flatnonzero(on[1:] != on[:-1]).reshape(-1, 2):
        if a == 0 or b >= force_n.size or (b - a) / rate_hz < SHORTEST_S:
            continue
        contact = a - 1 + (threshold_n - force_n[a - 1]) / (force_n[a] - force_n[a - 1])
        off = b - 1 + (force_n[b - 1] - threshold_n) / (force_n[b - 1] - force_n[b])
        found.append((contact / rate_hz, off / rate_hz))
    return np.array(found).reshape(-1, 2)


def treadmill_trial(
    folder: Path,
    markers: str,
    forces: str | None,
    person: str,
    speed: float,
    off_axis_rad: FloatArray | None = None,
) -> EventTrial:
    """Return a trial of ``rbds_running``, perhaps with sensors whose axes are wrong."""
    path = folder / markers
    read: Callable[[Path], tuple[dict[str, FloatArray], float]] = (
        read_c3d_points if path.suffix == ".c3d" else read_text_points
    )
    points, rate_hz = read(path)
    signals, vertical = make_signals(points, RBDS, rate_hz, off_axis_rad)
    found: dict[tuple[float, str], FloatArray] = {}
    if forces is not None:
        force = _smooth(_plate(folder / forces), PLATE_HZ, FORCE_HZ)
        for threshold in THRESHOLDS_N:
            found |= _sided(stances(force, FORCE_HZ, threshold), threshold, signals, rate_hz)
    return EventTrial(
        name=f"{person} {speed}",
        person=person,
        speed_mps=speed,
        rate_hz=rate_hz,
        signals=signals,
        vertical_mps2=vertical,
        stances_s=found,
    )


def _plate(path: Path) -> FloatArray:
    """Return the upward force of the treadmill's plate, newtons; a C3D's is scaled by 1000 N/V."""
    if path.suffix == ".c3d":
        return np.asarray(-1000.0 * read_channels(open_c3d(path))[0][:, 2])
    return pd.read_csv(path, sep="\t")["Fy"].to_numpy(float)


def _sided(
    both: FloatArray, threshold: float, signals: Mapping[str, SegmentSignal], rate_hz: float
) -> dict[tuple[float, str], FloatArray]:
    """Return the stances of each foot: those near which it ends its swing."""
    near = {}
    for side in "rl":
        contact = find_leg_events(signals[f"calcn_{side}"], rate_hz).contact / rate_hz
        contact = contact[np.isfinite(contact)]
        near[side] = np.abs(contact[None] - both[:, :1]).min(axis=1)
    right = near["r"] < near["l"]
    return {(threshold, "r"): both[right], (threshold, "l"): both[~right]}


def _p02(folder: Path) -> EventTrial:
    points, rate_hz = read_trc(folder / "P02_straightrunning_trial0025.trc")
    signals, vertical = make_signals(points, P02, rate_hz)
    table = pd.read_csv(folder / "P02_straightrunning_trial0025_GRF.csv").to_numpy(float)
    weight = P02_MASS_KG * GRAVITY_MPS2 / 100.0
    return EventTrial(
        name="P02 2.2",
        person="P02",
        speed_mps=2.2,
        rate_hz=rate_hz,
        signals=signals,
        vertical_mps2=vertical,
        stances_s={
            (threshold, side): stances(weight * table[:, 1 + i], rate_hz, threshold)
            for threshold in THRESHOLDS_N
            for i, side in enumerate("rl")
        },
    )


def read_trc(path: Path) -> tuple[dict[str, FloatArray], float]:
    """Return the markers of a TRC file with y up, as z up, and the rate."""
    lines = path.read_text(encoding="utf-8").splitlines()
    names = [name for name in lines[3].split("\t")[2:] if name]
    rows = [line.split("\t") for line in lines[5:] if line.split("\t")[0].strip()]
    values = np.array(
        [[float(x) if x.strip() else np.nan for x in r[2 : 2 + 3 * len(names)]] for r in rows]
    )
    turned = values.reshape(len(rows), -1, 3)[:, :, [0, 2, 1]] * [1.0, -1.0, 1.0] / 1000.0
    return {name: turned[:, i] for i, name in enumerate(names)}, float(lines[2].split("\t")[0])


def _filled(values: FloatArray) -> FloatArray:
    grid, known = np.arange(len(values)), np.isfinite(values).all(axis=1)
    return np.stack([np.interp(grid, grid[known], c[known]) for c in values.T], axis=1)


def _smooth(values: FloatArray, cut_hz: float, rate_hz: float) -> FloatArray:
    return np.asarray(sosfiltfilt(butter(2, cut_hz, fs=rate_hz, output="sos"), values, axis=0))


def _forward(points: Mapping[str, FloatArray], pelvis: Sequence[str]) -> FloatArray:
    """Return the mean horizontal direction from the back of the pelvis to its front."""
    front = (points[pelvis[0]] + points[pelvis[1]]) / 2.0
    ahead = (front - np.mean([points[n] for n in pelvis[2:]], axis=0)).mean(axis=0)
    ahead[2] = 0.0
    return np.asarray(ahead / norm(ahead))


def _facing(R_LC: FloatArray, forward: FloatArray) -> FloatArray:
    """Return the axes of a body in its cluster: on average forward, up and to the right."""
    lab = np.stack([forward, UP, np.cross(forward, UP)], axis=1)
    u, _, vt = np.linalg.svd(np.einsum("tji,jk->tik", R_LC, lab).mean(axis=0))
    return np.asarray(u @ vt)
