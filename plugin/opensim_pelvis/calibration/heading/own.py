"""Each sensor's own heading: what its mounting, its swing, its knee or its joint tells, weighed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from opensim_pelvis.calibration.heading.forward import SIDE_RAD, wrap
from opensim_pelvis.calibration.heading.joint import SIDE_CONTRAST, contrast_of_sides
from opensim_pelvis.calibration.heading.knee import KNEE_RAD, heading_from_knee
from opensim_pelvis.calibration.heading.swing import Swing
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.types import AlignedRecording, CalibrationPose, Heading
from opensim_pelvis.types.segments import body_on, segment_of, side_of

POSTURE_RAD: Final = np.deg2rad(5.0)
"""How far a standing body's segments face from forward, standard deviation; a choice."""

_SLOPE_RAD = np.deg2rad(10.0)  # a sensor on the sacrum that is taken to be square to it


def own_headings(
    aligned: AlignedRecording,
    pose: CalibrationPose,
    swings: Mapping[int, Swing],
    joints: Mapping[int, tuple[float, float]],
    forward: Heading,
    base: int,
    *,
    shared: bool,
    mounted: Mapping[str, float],
) -> tuple[FloatArray, FloatArray]:
    """Return each sensor's own heading less the common one, and its standard deviation."""
    own = np.full(len(aligned.sensors), np.nan)
    sigma = np.full(len(aligned.sensors), np.inf)
    common = float(forward.heading_rad[base])
    for i, sensor in enumerate(aligned.sensors):
        told: list[tuple[float, float]] = []
        if i == base and forward.method != "swing":
            told.append((0.0, _SLOPE_RAD if forward.method == "sacral slope" else 0.0))
        elif sensor in mounted:
            told.append((wrap(mounted[sensor] - common), POSTURE_RAD))
        if i != base:
            told += _from_motion(aligned, pose, swings, i, common, shared=shared)
            told += [joints[i]] if i in joints else []
        if told:
            own[i], sigma[i] = _weigh(told)
    return own, sigma


def ask_hips(
    aligned: AlignedRecording,
    drift_rad: FloatArray | None,
    swings: Mapping[int, Swing],
    base: int,
    common_rad: float,
) -> dict[int, Swing]:
    """Return planes of swing, those of thighs that hardly tell forward with what the hip says."""
    asked = dict(swings)
    for i, swing in swings.items():
        thigh = aligned.bodies[base] == "pelvis" and segment_of(aligned.bodies[i]) == "thigh"
        if thigh and swing.asymmetry_rad < SIDE_RAD:
            contrast = contrast_of_sides(
                aligned, drift_rad, base=base, sensor=i, heading_rad=swing.forward_rad - common_rad
            )
            asked[i] = replace(swing, side_contrast=contrast)
    return asked


def _from_motion(
    aligned: AlignedRecording,
    pose: CalibrationPose,
    swings: Mapping[int, Swing],
    sensor: int,
    common_rad: float,
    *,
    shared: bool,
) -> list[tuple[float, float]]:
    """Return what swing and knee tell of a sensor: (offset, standard deviation), radians."""
    own = _own_swing(swings, sensor, common_rad, shared=shared)
    told = [] if own is None else [own]
    body = aligned.bodies[sensor]
    if segment_of(body) != "thigh" or (own is None and shared):
        return told
    shank = body_on(side_of(body), "shank")
    if shank not in aligned.bodies:
        return told
    column = aligned.bodies.index(shank)
    below = _own_swing(swings, column, common_rad, shared=shared)
    if below is not None:
        angle = heading_from_knee(
            aligned,
            pose,
            thigh=sensor,
            shank=column,
            thigh_rad=None if own is None else common_rad + own[0],
            shank_rad=common_rad + below[0],
        )
        if angle is not None:
            told.append((wrap(angle - common_rad), float(np.hypot(below[1], KNEE_RAD))))
    return told


def _own_swing(
    swings: Mapping[int, Swing], sensor: int, common_rad: float, *, shared: bool
) -> tuple[float, float] | None:
    """Return a sensor's plane of swing against the common heading, where its side is known."""
    swing = swings.get(sensor)
    if swing is None:
        return None
    off = wrap(swing.forward_rad - common_rad)
    if shared:  # the side is that of the common heading
        return (off + np.pi / 2.0) % np.pi - np.pi / 2.0, swing.sigma_rad
    sided = swing.asymmetry_rad >= SIDE_RAD or swing.side_contrast >= SIDE_CONTRAST
    return (off, swing.sigma_rad) if sided else None


def _weigh(told: list[tuple[float, float]]) -> tuple[float, float]:
    """Return the inverse-variance mean of angles, and its standard deviation."""
    if len(told) == 1:
        return told[0]
    weights = np.array([1.0 / max(s, 1e-6) ** 2 for _, s in told])
    first = told[0][0]
    off = np.array([wrap(angle - first) for angle, _ in told])
    return wrap(first + float(weights @ off / weights.sum())), float(weights.sum() ** -0.5)
