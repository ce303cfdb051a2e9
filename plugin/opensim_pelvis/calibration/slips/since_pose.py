"""Compares walking or running with the calibration pose: a sensor may have moved in between.

Before the first strides there are none to compare with. What is left: how far a sensor is tilted
on average over strides against the pose, and how far it has turned about the vertical against the
other sensors. Postures of people differ widely, so only large turns are told, as possible.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from opensim_pelvis.calibration.heading.drift import vertical_turns
from opensim_pelvis.calibration.slips.stride_cut import CutStrides
from opensim_pelvis.frames import FloatArray, IntArray, up_in_earth
from opensim_pelvis.rotations import inverse, rotate
from opensim_pelvis.types import AlignedRecording, CalibrationPose, SensorStep
from opensim_pelvis.types.segments import Segment, segment_of

MAX_TILT_RAD: Final[Mapping[Segment, float]] = {
    "other": np.inf,
    "pelvis": float(np.deg2rad(25.0)),
    "trunk": float(np.deg2rad(35.0)),
    "thigh": float(np.deg2rad(40.0)),
    "shank": float(np.deg2rad(65.0)),
    "foot": float(np.deg2rad(60.0)),
}
"""Tilt between the pose and the mean over strides above which the sensor may have moved. In 60
simulated people it is at most 13, 19, 24, 45 and 39 degrees, in three real walks and runs less."""

MAX_TURN_RAD: Final = float(np.deg2rad(30.0))
"""The same for the turn about the vertical against the other sensors: at most 12 degrees."""

FEWEST_SENSORS: Final = 3
"""Sensors of which the middle one tells how far the body turned."""

_STRIDES: Final = 6


def find_since_pose(
    aligned: AlignedRecording, pose: CalibrationPose, strides: CutStrides
) -> tuple[SensorStep, ...]:
    """Return the sensors that may have moved between the pose and the strides nearest to it.

    Parameters
    ----------
    aligned : AlignedRecording
        Without the parts that are left out.
    pose : CalibrationPose
        A still one.
    strides : CutStrides
    """
    if strides.start_s.size < _STRIDES:
        return ()
    middle_s = 0.5 * (strides.start_s + strides.end_s)
    near = np.argsort(np.abs(middle_s - pose.middle_s), kind="stable")[1 : 1 + _STRIDES]
    tilts, turns = _tilts(pose, strides, near), _turns(aligned, pose, strides, near)
    first, last = sorted((pose.middle_s, float(middle_s[near].mean())))
    return tuple(
        SensorStep(
            sensor=sensor,
            body=aligned.bodies[i],
            kind="may have moved",
            from_s=first,
            to_s=last,
            vertical_rad=float(turns[i]),
            horizontal_rad=float(tilts[i]),
        )
        for i, sensor in enumerate(aligned.sensors)
        if tilts[i] > MAX_TILT_RAD[segment_of(aligned.bodies[i])] or abs(turns[i]) > MAX_TURN_RAD
    )


def _tilts(pose: CalibrationPose, strides: CutStrides, near: IntArray) -> FloatArray:
    """Return the angle between up in the pose and the mean force over strides, in S, (s,)."""
    felt = np.median(strides.force_mps2[near].mean(axis=2), axis=0)
    up = rotate(inverse(pose.R_ES), up_in_earth())
    cosine = np.einsum("si,si->s", felt, up) / np.linalg.norm(felt, axis=1)
    return np.asarray(np.nan_to_num(np.arccos(np.clip(cosine, -1.0, 1.0))))


def _turns(
    aligned: AlignedRecording, pose: CalibrationPose, strides: CutStrides, near: IntArray
) -> FloatArray:
    """Return turns about the vertical since the pose against the middle sensor, (s,); 0 unknown."""
    if len(aligned.sensors) < FEWEST_SENSORS:
        return np.zeros(len(aligned.sensors))
    inside = np.zeros(aligned.time_s.size, dtype=np.bool_)
    for k in near:
        inside |= (aligned.time_s >= strides.start_s[k]) & (aligned.time_s < strides.end_s[k])
    turn = vertical_turns(aligned.R_ES[inside], pose.R_ES)
    present = np.isfinite(turn)
    mean = np.angle(np.where(present, np.exp(1j * np.nan_to_num(turn)), 0.0).sum(axis=0))
    mean = np.where(present.any(axis=0), mean, np.nan)
    against = np.angle(np.exp(1j * (mean - mean[np.argmax(present.any(axis=0))])))
    if not present.any():
        return np.zeros(len(aligned.sensors))
    return np.asarray(np.nan_to_num(np.angle(np.exp(1j * (against - np.nanmedian(against))))))
