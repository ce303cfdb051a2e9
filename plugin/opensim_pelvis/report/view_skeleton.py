"""One stride of the runner as lines that move: the stride most like the mean of all."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.strides.curves import normalise, stride_angles
from opensim_pelvis.gait.strides.segment import travel_at
from opensim_pelvis.rotations import rotate
from opensim_pelvis.types import Result
from opensim_pelvis.types.running import SIDES

FRAMES: Final = 51
"""Instants over the stride: every 2 %."""

LINES: Final = (
    ("pelvis", ("RASI", "LASI", "LPSI", "RPSI", "RASI")),
    ("pelvis", ("HJC_R", "LJC", "HJC_L", "HJC_R")),
    ("trunk", ("RSHO", "C7", "LSHO", "CLAV", "RSHO")),
    ("trunk", ("LJC", "T10", "C7")),
    ("right", ("HJC_R", "KJC_R", "AJC_R", "RHEE", "RTOE", "AJC_R")),
    ("left", ("HJC_L", "KJC_L", "AJC_L", "LHEE", "LTOE", "AJC_L")),
)
"""Part of the body and the landmarks that its line joins."""

_LIKENESS: Final = ("pelvic_axial_rotation", "pelvic_obliquity", "trunk_axial_rotation")


def skeleton_of(result: Result) -> dict[str, Any] | None:
    """Return the lines at every instant of one stride, metres in T from the mid-pelvis' mean.

    The axes of each point are forward, up and to the right. Lines of bodies without a sensor,
    or with missing samples in the stride, are not there.
    """
    stride = _representative(result)
    if stride is None or result.running is None:
        return None
    strides = result.running.strides
    start, end = strides.start_s[stride], strides.end_s[stride]
    at_s = start + (end - start) * np.linspace(0.0, 1.0, FRAMES)
    places = _landmarks(result, at_s)
    lines: list[dict[str, Any]] = []
    for part, names in LINES:
        known = [name for name in names if name in places]
        if len(dict.fromkeys(known)) < 2 or (part == "trunk" and "C7" not in known):
            continue
        lines.append({"part": part, "points": np.stack([places[n] for n in known], axis=1)})
    if not lines:
        return None
    pelvis = np.concatenate([line["points"] for line in lines if line["part"] == "pelvis"], axis=1)
    centre = pelvis.mean(axis=(0, 1)) if pelvis.size else np.zeros(3)
    return {
        "side": SIDES[int(strides.side[stride])],
        "start_s": float(start),
        "duration_s": float(end - start),
        "lines": [
            {"part": line["part"], "points": np.round(line["points"] - centre, 4)} for line in lines
        ],
    }


def _representative(result: Result) -> int | None:
    """Return the kept stride nearest to the mean curves; right strides first."""
    running = result.running
    if running is None:
        return None
    strides = running.strides
    table = stride_angles(result.clinical, result.kinematics, strides)
    for code in (0, 1):
        rows = np.flatnonzero(strides.kept & (strides.side == code))
        if not rows.size:
            continue
        far = np.zeros(rows.size)
        for name in _LIKENESS:
            if name not in running.curves.angles:
                continue
            column = running.curves.angles.index(name)
            curves = np.rad2deg(
                normalise(
                    table[name],
                    result.kinematics.time_s,
                    strides.start_s[rows],
                    strides.end_s[rows],
                )
            )
            off = curves - running.curves.mean_deg[code, :, column]
            distance = np.sqrt((off**2).mean(axis=1))
            far += np.where(np.isfinite(distance), distance, 1e6)
        return int(rows[int(np.argmin(far))])
    return None


def _landmarks(result: Result, at_s: FloatArray) -> dict[str, FloatArray]:
    """Return landmarks of the determined bodies in T at some times, shape (f, 3) each."""
    kinematics = result.kinematics
    time_s, strides = kinematics.time_s, result.running.strides if result.running else None
    inside = (time_s >= at_s[0] - 0.1) & (time_s <= at_s[-1] + 0.1)
    heading = travel_at(strides, at_s) if strides is not None else np.zeros(at_s.size)
    cos, sin = np.cos(heading), np.sin(heading)
    places = {}
    for landmark in result.model.landmarks:
        if landmark.body not in kinematics.bodies:
            continue
        body = kinematics.bodies.index(landmark.body)
        offset = rotate(kinematics.R_GB[inside, body], np.array(landmark.position_b_m))
        p_g = kinematics.p_GB_m[inside, body] + offset
        x, y, z = (np.interp(at_s, time_s[inside], p_g[:, k]) for k in range(3))
        p_t = np.stack([x * cos - z * sin, y, x * sin + z * cos], axis=1)
        if np.isfinite(p_t).all():
            places[landmark.name] = p_t
    return places
