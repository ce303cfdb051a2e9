"""Sensors made from the marker clusters of real runners, and what is wrong with them put in.

What they lack of real ones is the noise of gyroscopes and impacts; what they have is how strides of
people differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from opensim_pelvis.frames import GRAVITY_MPS2, FloatArray, up_in_earth
from opensim_pelvis.interpolation import low_pass
from opensim_pelvis.io.c3d import open_c3d, read_points
from opensim_pelvis.rotations import (
    angular_velocity,
    from_rotation_vector,
    inverse,
    make_continuous,
    multiply,
    normalise,
    rotate,
)
from opensim_pelvis.types import AlignedRecording, IntegrityLedger
from opensim_pelvis.validation.clusters import orient_clusters
from opensim_pelvis.validation.markers import MarkerTrial

RUNS: Final = (
    "RBDS001runT25markers.txt",
    "RBDS001runT35.c3d",
    "RBDS041runT252.txt",
    "RBDS041runT352.txt",
    "RBDS041runT452.txt",
)
"""Two men on a treadmill, 30 s each (``rbds_running``)."""

_CORNERS = ("Top.Lateral", "Bottom.Lateral", "Top.Medial", "Bottom.Medial")
CLUSTERS: Final[Mapping[str, tuple[str, ...]]] = {
    "pelvis": ("R.ASIS", "L.ASIS", "R.PSIS", "L.PSIS"),
    **{
        f"{body}_{side.lower()}": tuple(f"{side}.{part}.{corner}" for corner in _CORNERS)
        for body, part in (("femur", "Thigh"), ("tibia", "Shank"))
        for side in "RL"
    },
    **{
        f"calcn_{side.lower()}": tuple(f"{side}.Heel.{at}" for at in ("Top", "Bottom", "Lateral"))
        for side in "RL"
    },
}
_SMOOTH_HZ = 20.0
_LEAST_SEEN = 0.9
_Y_UP_TO_Z_UP = [0, 2, 1]  # x, -z, y; the sign is applied beside


def read_run(folder: Path, name: str) -> AlignedRecording:
    """Return a run of ``rbds_running`` as sensors on pelvis, thighs, shanks and heels."""
    path = folder / name
    markers, rate_hz = read_c3d_points(path) if path.suffix == ".c3d" else read_text_points(path)
    return from_markers(markers, rate_hz, CLUSTERS)


def from_markers(
    positions_m: Mapping[str, FloatArray], rate_hz: float, clusters: Mapping[str, tuple[str, ...]]
) -> AlignedRecording:
    """Return a sensor for each cluster, (t, 3) markers with z up."""
    wanted = {name for names in clusters.values() for name in names}
    seen = {n: v for n, v in positions_m.items() if n in wanted and _share_seen(v) > _LEAST_SEEN}
    clusters = {body: tuple(n for n in names if n in seen) for body, names in clusters.items()}
    clusters = {body: names for body, names in clusters.items() if len(names) > 2}
    t = next(iter(seen.values())).shape[0]
    smooth = {name: _smooth(values, rate_hz) for name, values in seen.items()}
    trial = MarkerTrial(
        name="markers",
        rate_hz=rate_hz,
        time_s=np.arange(t) / rate_hz,
        positions_m=smooth,
        source="markers",
    )
    found, _ = orient_clusters(trial, clusters)
    R_ES = np.stack([_whole(found[body]) for body in clusters], axis=1)
    place = np.stack([np.mean([smooth[n] for n in names], axis=0) for names in clusters.values()])
    acceleration = np.gradient(np.gradient(place, axis=1), axis=1) * rate_hz**2
    force = rotate(inverse(R_ES), acceleration.transpose(1, 0, 2) + GRAVITY_MPS2 * up_in_earth())
    turning = rotate(inverse(R_ES), angular_velocity(R_ES, rate_hz))
    return AlignedRecording(
        time_s=trial.time_s,
        rate_hz=rate_hz,
        sensors=tuple(f"{body}_imu" for body in clusters),
        bodies=tuple(clusters),
        identifiers=tuple(clusters),
        R_ES=R_ES,
        ledger=IntegrityLedger(sensors=()),
        acceleration_mps2=force,
        angular_velocity_radps=turning,
    )


def slip(
    aligned: AlignedRecording, sensor: int, turn_rad: FloatArray, at_s: float, lasts_s: float = 0.0
) -> AlignedRecording:
    """Return a recording in which a sensor turns on its body by a rotation vector in S.

    The gyroscope feels a turn that takes time, not one that takes none.
    """
    part = np.clip((aligned.time_s - at_s) / max(lasts_s, 1e-9), 0.0, 1.0)
    part[aligned.time_s <= at_s] = 0.0
    turn = from_rotation_vector(part[:, None] * turn_rad)
    rate = np.gradient(part) * aligned.rate_hz if lasts_s > 0.0 else np.zeros_like(part)
    R_ES = aligned.R_ES.copy()
    R_ES[:, sensor] = multiply(R_ES[:, sensor], turn)
    signals = {}
    for name in ("acceleration_mps2", "angular_velocity_radps"):
        signal = getattr(aligned, name)
        if signal is not None:
            signal = signal.copy()
            signal[:, sensor] = rotate(inverse(turn), signal[:, sensor])
            if name == "angular_velocity_radps":
                signal[:, sensor] += rate[:, None] * turn_rad
        signals[name] = signal
    return replace(aligned, R_ES=R_ES, **signals)


def _share_seen(values: FloatArray) -> float:
    return float(np.isfinite(values).all(axis=1).mean())


def _whole(q: FloatArray) -> FloatArray:
    """Return orientations with holes bridged."""
    known = np.isfinite(q).all(axis=1)
    grid = np.arange(q.shape[0])
    q = make_continuous(q)
    return normalise(np.stack([np.interp(grid, grid[known], c[known]) for c in q.T], axis=1))


def _smooth(values: FloatArray, rate_hz: float) -> FloatArray:
    grid = np.arange(values.shape[0])
    known = np.isfinite(values).all(axis=1)
    whole = np.stack([np.interp(grid, grid[known], column[known]) for column in values.T], axis=1)
    return np.asarray(low_pass(whole, _SMOOTH_HZ, rate_hz))


def read_text_points(path: Path) -> tuple[dict[str, FloatArray], float]:
    frame = pd.read_csv(path, sep="\t")
    labels, table = list(frame.columns), frame.to_numpy(dtype=np.float64)
    time_s = table[:, 0]
    markers = {
        label[:-1]: _z_up(table[:, k : k + 3])
        for k, label in enumerate(labels)
        if label.endswith("X")
    }
    return markers, float((time_s.size - 1) / (time_s[-1] - time_s[0]))


def read_c3d_points(path: Path) -> tuple[dict[str, FloatArray], float]:
    opened = open_c3d(path)
    points = read_points(opened)[0]
    labels = opened.texts("POINT:LABELS")
    return {name: _z_up(points[:, k, :3]) for k, name in enumerate(labels)}, opened.rate_hz


def _z_up(millimetres: FloatArray) -> FloatArray:
    return np.asarray(millimetres[:, _Y_UP_TO_Z_UP] * np.array([1.0, -1.0, 1.0]) / 1000.0)
