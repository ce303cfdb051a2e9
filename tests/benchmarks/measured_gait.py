"""Bodies, contacts and strides of the measured runners in ``../shared/data``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.signal import butter, sosfiltfilt

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.rotations import angular_velocity, from_euler, from_matrix, multiply

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
THRESHOLD_N = 50.0
MARKERS_HZ = 15.0  # low-pass of skin markers in running; 8 in walking
FOOT_CONTACT_S = 0.022  # contact follows the zero crossing of the foot's rate
SHORTEST_S = 0.15  # of a contact; shorter ones are vibrations of the treadmill
RBDS = (  # file, forces, subject, speed, contact time where no force plate is at hand
    ("RBDS001runT25markers.txt", "RBDS001runT25forces.txt", "RBDS001", 2.5, None),
    ("RBDS041runT252.txt", "RBDS041runT252forces.txt", "RBDS041", 2.5, None),
    ("RBDS041runT352.txt", None, "RBDS041", 3.5, 0.260),
    ("RBDS041runT452.txt", None, "RBDS041", 4.5, 0.228),
)
RBDS_SOURCE = "RBDS, Fukuchi et al. 2017, PeerJ 5:e3298, CC-BY-4.0; {}, treadmill, 30 s"


@dataclass(frozen=True, eq=False)
class Gait:
    name: str
    kind: str
    source: str
    speed_mps: float
    time_s: FloatArray
    R_TB: Mapping[str, FloatArray]
    pelvis_m: FloatArray
    strides_s: Sequence[tuple[float, float]]
    duty_factor: float

    @property
    def stride_s(self) -> float:
        return float(np.mean([b - a for a, b in self.strides_s]))


def rigid(moving: Sequence[FloatArray], still: Sequence[FloatArray]) -> FloatArray:
    """Return quaternions (t, 4) that best turn the still cluster into the moving one."""
    a = np.stack(still) - np.mean(still, axis=0)
    b = np.stack(moving, axis=1)
    b = b - b.mean(axis=1, keepdims=True)
    u, _, vt = np.linalg.svd(np.einsum("tmi,mj->tij", b, a))
    fix = np.repeat(np.eye(3)[None], len(u), axis=0)
    fix[:, 2, 2] = np.linalg.det(u @ vt)
    return from_matrix(u @ fix @ vt)


def facing(asis_r: FloatArray, asis_l: FloatArray, back: FloatArray) -> FloatArray:
    """Return the matrix that turns the standing person's forward into x (y up)."""
    ahead = (asis_r + asis_l) / 2.0 - back
    angle = np.arctan2(ahead[2], ahead[0])
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])


def smooth(values: FloatArray, rate_hz: float, cut_hz: float) -> FloatArray:
    return np.asarray(sosfiltfilt(butter(2, cut_hz, fs=rate_hz, output="sos"), values, axis=0))


def filled(table: pd.DataFrame) -> dict[str, FloatArray]:
    names = sorted({c[:-1] for c in table.columns if c[-1] in "XYZ"})
    whole = table.interpolate(limit_direction="both")
    return {n: whole[[f"{n}{a}" for a in "XYZ"]].to_numpy(float) / 1000.0 for n in names}


def rbds_clusters(side: str) -> dict[str, list[str]]:
    ends = [f"{h}.{s}" for h in ("Top", "Bottom") for s in ("Lateral", "Medial")]
    return {
        "femur": [f"{side}.Thigh.{e}" for e in ends],
        "tibia": [f"{side}.Shank.{e}" for e in ends],
        "calcn": [f"{side}.Heel.{e}" for e in ("Top", "Bottom", "Lateral")],
    }


def rbds_gait(
    markers: str, forces: str | None, subject: str, speed: float, contact_s: float | None
) -> Gait:
    folder, rate = DATA / "rbds_running", 150.0
    moving = filled(pd.read_csv(folder / markers, sep="\t"))
    static = filled(pd.read_csv(folder / f"{subject}static.txt", sep="\t"))
    still = {n: v.mean(axis=0) for n, v in static.items()}
    moving = {n: smooth(v, rate, MARKERS_HZ) for n, v in moving.items() if np.isfinite(v).all()}
    back = (still["R.PSIS"] + still["L.PSIS"]) / 2.0
    turn = facing(still["R.ASIS"], still["L.ASIS"], back)
    still = {n: turn @ v for n, v in still.items()}
    sets = {"pelvis": [f"{s}.{p}" for p in ("ASIS", "PSIS") for s in "RL"]}
    for side in "RL":
        for body, names in rbds_clusters(side).items():
            sets[f"{body}_{side.lower()}"] = names
    R_TB = {b: rigid([moving[n] for n in ns], [still[n] for n in ns]) for b, ns in sets.items()}
    time = np.arange(len(R_TB["pelvis"])) / rate
    contacts = {s: foot_contacts(R_TB[f"calcn_{s}"], time, rate) for s in "rl"}
    strides = list(zip(contacts["r"][:-1], contacts["r"][1:], strict=True))
    if forces is None:
        assert contact_s is not None
        duty = contact_s / float(np.median(np.diff(contacts["r"])))
    else:
        strides, duty = plate_strides(folder / forces, contacts)
    return Gait(
        name=f"{subject.lower()}_{10 * speed:.0f}",
        kind="running",
        source=RBDS_SOURCE.format(subject),
        speed_mps=speed,
        time_s=time,
        R_TB=R_TB,
        pelvis_m=np.mean([moving[n] for n in sets["pelvis"]], axis=0),
        strides_s=usual(strides),
        duty_factor=duty,
    )


def usual(strides: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    lengths = np.array([b - a for a, b in strides])
    near = np.abs(lengths / np.median(lengths) - 1.0) < 0.1
    return [s for s, ok in zip(strides, near, strict=True) if ok]


def foot_contacts(R_TB: FloatArray, time: FloatArray, rate: float) -> FloatArray:
    """Return contacts by the first zero crossing of the foot's rate after mid-swing."""
    rates = np.nan_to_num(angular_velocity(R_TB, rate)[:, 2])
    omega = smooth(rates, rate, 20.0)
    slow = smooth(omega, rate, 4.0)
    peaks = [
        i
        for i in range(1, len(slow) - 1)
        if slow[i] > slow[i - 1] and slow[i] >= slow[i + 1] and slow[i] > 0.4 * slow.max()
    ]
    found = []
    for p in peaks:
        after = np.flatnonzero((omega[p:-1] > 0) & (omega[p + 1 :] <= 0))
        if after.size:
            i = p + after[0]
            found.append(time[i] + omega[i] / (omega[i] - omega[i + 1]) / rate + FOOT_CONTACT_S)
    return np.array(found)


def plate_strides(
    path: Path, contacts: Mapping[str, FloatArray]
) -> tuple[list[tuple[float, float]], float]:
    """Return right strides and the duty factor by the treadmill's force plate."""
    force = smooth(pd.read_csv(path, sep="\t")["Fy"].to_numpy(float), 300.0, 50.0)
    on = np.concatenate([[False], force > THRESHOLD_N, [False]])
    edges = np.flatnonzero(on[1:] != on[:-1]).reshape(-1, 2) / 300.0
    stances = edges[np.diff(edges)[:, 0] > SHORTEST_S]
    length = np.diff(stances)[:, 0]
    near = {s: np.abs(t - stances[:, :1]).min(axis=1) for s, t in contacts.items()}
    right = stances[near["r"] < near["l"], 0]
    strides = list(pairwise(right.tolist()))
    return strides, float(np.median(length) / np.median(np.diff(right)))


def p02_gait() -> Gait:
    folder = DATA / "p02_running"
    lines = (folder / "P02_straightrunning_trial0025_IK.mot").read_text().splitlines()
    start = lines.index("endheader") + 1
    names = lines[start].split("\t")
    table = np.array([r.split("\t") for r in lines[start + 1 :] if r], float)
    ik = dict(zip(names, table.T, strict=True))
    rate = 175.1

    def turns(order: str, *angles: FloatArray) -> FloatArray:
        stacked = smooth(np.stack(angles, axis=-1), rate, MARKERS_HZ)
        return from_euler(order, np.deg2rad(stacked))

    R_TB = {
        "pelvis": turns("YXZ", ik["pelvis_rotation"], ik["pelvis_obliquity"], ik["pelvis_tilt"])
    }
    lumbar = (ik["lumbar_extension"], ik["lumbar_bending"], ik["lumbar_rotation"])
    R_TB["torso"] = multiply(R_TB["pelvis"], turns("ZXY", *lumbar))
    zero = np.zeros_like(ik["time"])
    for s, m in (("r", 1.0), ("l", -1.0)):
        hip = [ik[f"hip_{n}_{s}"] for n in ("flexion", "adduction", "rotation")]
        hip_turn = turns("ZXY", hip[0], m * hip[1], m * hip[2])
        R_TB[f"femur_{s}"] = multiply(R_TB["pelvis"], hip_turn)
        R_TB[f"tibia_{s}"] = multiply(
            R_TB[f"femur_{s}"], turns("ZXY", ik[f"knee_angle_{s}"], zero, zero)
        )
        ankle = turns("ZXY", ik[f"ankle_angle_{s}"], zero, zero)
        R_TB[f"calcn_{s}"] = multiply(R_TB[f"tibia_{s}"], ankle)
    place = np.stack([ik[f"pelvis_t{a}"] for a in "xyz"], axis=-1)
    time = ik["time"]
    contacts = foot_contacts(R_TB["calcn_r"], time, rate)
    plate = 0.611430  # 50 N is 8 % of body weight: the same sample as at 3 %
    contacts = contacts + (plate - contacts[np.argmin(np.abs(contacts - plate))])
    strides = usual(list(pairwise(contacts.tolist())))
    return Gait(
        name="p02_22",
        kind="running",
        source="BioMAC-Sim-Toolbox, participant 2, Nitschke et al. 2023, Apache-2.0; overground",
        speed_mps=2.2,
        time_s=time,
        R_TB=R_TB,
        pelvis_m=smooth(place, rate, MARKERS_HZ),
        strides_s=strides,
        duty_factor=0.2685 / float(np.mean([b - a for a, b in strides])),
    )
