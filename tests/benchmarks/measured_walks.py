"""Bodies, contacts and strides of the measured walks in ``../shared/data``, and all gaits there."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import ezc3d
import numpy as np
from scipy.io import loadmat
from tests.benchmarks.measured_gait import (
    DATA,
    RBDS,
    Gait,
    facing,
    p02_gait,
    rbds_gait,
    rigid,
    smooth,
)

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.rotations import from_matrix

TO_GROUND = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])  # z up to y up


def all_gaits() -> list[Gait]:
    """Return every measured gait, or none where the folder is not there."""
    if not DATA.is_dir():
        return []
    runs = [rbds_gait(*row) for row in RBDS]
    return [*runs, p02_gait(), pig_gait(), *gaittoolbox_gaits()]


def triad(points: Mapping[str, FloatArray], name: str) -> FloatArray:
    """Return the orientation of a Plug-in Gait segment in our axes."""
    o, a, p = (points[name + end] for end in "OAP")
    down = -1.0 if name == "TRX" else 1.0  # its axes point backward and down
    x, y = (down * v / np.linalg.norm(v, axis=1, keepdims=True) for v in (a - o, p - o))
    return from_matrix(np.stack([x, y, np.cross(x, y)], axis=-1))


def foot_frame(heel: FloatArray, toe: FloatArray) -> FloatArray:
    """Return the foot's frame: x from heel to toe, z horizontal."""
    x = (toe - heel) / np.linalg.norm(toe - heel, axis=1, keepdims=True)
    z = np.cross(x, [0.0, 1.0, 0.0])
    z /= np.linalg.norm(z, axis=1, keepdims=True)
    return from_matrix(np.stack([x, np.cross(z, x), z], axis=-1))


def along(points: Mapping[str, FloatArray], travel: FloatArray) -> dict[str, FloatArray]:
    """Return points turned so that the direction of travel (in G, y up) is x."""
    angle = np.arctan2(travel[2], travel[0])
    c, s = np.cos(angle), np.sin(angle)
    turn = np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
    return {n: v @ turn.T for n, v in points.items()}


def pig_gait() -> Gait:
    c3d = ezc3d.c3d(str(DATA / "vicon_pig" / "PiG_Motion-FlatFoot-Full.c3d"))
    head, data = c3d["parameters"], c3d["data"]["points"]
    labels = head["POINT"]["LABELS"]["value"]
    points = {n: data[:3, i].T @ TO_GROUND.T / 1000.0 for i, n in enumerate(labels)}
    rate = 100.0
    first = head["TRIAL"]["ACTUAL_START_FIELD"]["value"][0]
    time = (first - 1 + np.arange(data.shape[2])) / rate
    names = [s + t for s in ("PEL", "TRX", "RFE", "LFE", "RTI", "LTI") for t in "OAP"]
    names += [s + m for s in "RL" for m in ("HEE", "TOE", "ASI", "PSI")]
    points = {n: smooth(points[n], rate, 8.0) for n in names}
    points = along(points, points["PELO"][-1] - points["PELO"][0])
    R_TB = {"pelvis": triad(points, "PEL"), "torso": triad(points, "TRX")}
    for s in "RL":
        R_TB[f"femur_{s.lower()}"] = triad(points, f"{s}FE")
        R_TB[f"tibia_{s.lower()}"] = triad(points, f"{s}TI")
        R_TB[f"calcn_{s.lower()}"] = foot_frame(points[f"{s}HEE"], points[f"{s}TOE"])
    event = head["EVENT"]
    found = list(
        zip(
            event["CONTEXTS"]["value"],
            event["LABELS"]["value"],
            np.ravel(event["TIMES"]["value"], order="A")[1::2],
            strict=True,
        )
    )
    strike = sorted(t for c, n, t in found if (c, n) == ("Right", "Foot Strike"))
    off = sorted(t for c, n, t in found if (c, n) == ("Right", "Foot Off"))
    place = np.mean([points[s + m] for s in "RL" for m in ("ASI", "PSI")], axis=0)
    strides = [s for s in pairwise(strike) if s[1] < time[-1]]
    contact = np.mean([min(t for t in off if t > a) - a for a, _ in strides])
    return Gait(
        name="pig_walk",
        kind="walking",
        source="Biomechanical-ToolKit BTKData, PiG_Motion-FlatFoot-Full.c3d, BSD-3; overground",
        speed_mps=float((place[-1] - place[0])[0] / (time[-1] - time[0])),
        time_s=time,
        R_TB=R_TB,
        pelvis_m=place,
        strides_s=strides,
        duty_factor=float(contact / np.mean([b - a for a, b in strides])),
    )


def gaittoolbox_gaits() -> list[Gait]:
    """Return the two straight passes of the walk, out and back."""
    content = loadmat(DATA / "gaittoolbox_walk" / "S02-Trial-Walk-1.mat")
    raw = {
        n: np.asarray(v, float) @ TO_GROUND.T / 1000.0
        for n, v in content.items()
        if len(n) == 4 and np.shape(v)[1:] == (3,)
    }
    rate = 100.0
    raw = {n: smooth(v, rate, 8.0) for n, v in raw.items()}
    still = {n: v[200:400].mean(axis=0) for n, v in raw.items()}
    turn = facing(still["RASI"], still["LASI"], (still["RPSI"] + still["LPSI"]) / 2.0)
    still = {n: turn @ v for n, v in still.items()}
    sets = {"pelvis": ["RASI", "LASI", "RPSI", "LPSI"]}
    for s in "RL":
        sets[f"femur_{s.lower()}"] = [s + m for m in ("HJC", "KJC", "KNE", "THI")]
        sets[f"tibia_{s.lower()}"] = [s + m for m in ("KJC", "AJC", "ANK", "TIB")]
        sets[f"calcn_{s.lower()}"] = [s + m for m in ("HEE", "TOE", "ANK")]
    place = np.mean([raw[n] for n in sets["pelvis"]], axis=0)
    velocity = np.gradient(place[:, [0, 2]], 1.0 / rate, axis=0)
    speed = smooth(np.linalg.norm(velocity, axis=1), rate, 1.0)
    passes = []
    for number, (a, b) in enumerate(straight(speed)):
        points = along({n: v[a:b] for n, v in raw.items()}, place[b - 1] - place[a])
        R_TB = {x: rigid([points[n] for n in ns], [still[n] for n in ns]) for x, ns in sets.items()}
        time = np.arange(b - a) / rate
        middle = np.mean([points[n] for n in sets["pelvis"]], axis=0)
        strides, duty = zeni(points, middle[:, 0], time)
        passes.append(
            Gait(
                name=f"gaittoolbox_{number + 1}",
                kind="walking",
                source="gaittoolbox S02 Walk-1, Sy et al., doi 10.7910/DVN/9QDD5J; overground",
                speed_mps=float((middle[-1] - middle[0])[0] / (time[-1] - time[0])),
                time_s=time,
                R_TB=R_TB,
                pelvis_m=middle,
                strides_s=strides,
                duty_factor=duty,
            )
        )
    return passes


def straight(speed: FloatArray) -> list[tuple[int, int]]:
    fast = np.concatenate([[False], speed > 0.75 * speed.max(), [False]])
    edges = np.flatnonzero(fast[1:] != fast[:-1])
    return [(a, b) for a, b in edges.reshape(-1, 2) if b - a > 150]


def zeni(
    points: Mapping[str, FloatArray], sacrum: FloatArray, time: FloatArray
) -> tuple[list[tuple[float, float]], float]:
    """Return right strides and duty factor: Zeni 2008, doi:10.1016/j.gaitpost.2007.07.007."""

    def peaks(x: FloatArray) -> FloatArray:
        inner = (x[1:-1] > x[:-2]) & (x[1:-1] >= x[2:]) & (x[1:-1] > x.mean())
        return time[1:-1][inner]

    strike = peaks(points["RHEE"][:, 0] - sacrum)
    off = peaks(-(points["RTOE"][:, 0] - sacrum))
    strides = list(pairwise(strike))
    duties = [(t - a) / (b - a) for a, b in strides for t in off if a < t < b]
    return strides, float(np.mean(duties))
