"""Headings of sensors whose mounting is known, from the pose in which the body faces forward."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from opensim_pelvis.frames import R_GE_NOMINAL, FloatArray, turn_about_vertical
from opensim_pelvis.rotations import angle_between, inverse, multiply
from opensim_pelvis.types import AlignedRecording, CalibrationPose


def headings_from_mountings(
    aligned: AlignedRecording,
    pose: CalibrationPose,
    *,
    R_BS: Mapping[str, FloatArray],
    default_R_GB: Mapping[str, FloatArray],
) -> tuple[dict[str, float], dict[str, float]]:
    """Return heading and tilt that is left over, radians, of each sensor with a known mounting.

    Parameters
    ----------
    aligned : AlignedRecording
    pose : CalibrationPose
    R_BS : mapping of str to (4,) array
        By sensor.
    default_R_GB : mapping of str to (4,) array
        By body; how it stands in the pose.
    """
    headings, left_over = {}, {}
    for i, sensor in enumerate(aligned.sensors):
        if sensor not in R_BS:
            continue
        stated = multiply(default_R_GB[aligned.bodies[i]], R_BS[sensor])
        turn = multiply(multiply(R_GE_NOMINAL, pose.R_ES[i]), inverse(stated))
        heading = 2.0 * float(np.arctan2(turn[2], turn[0]))
        tilt = float(angle_between(turn_about_vertical(heading), turn))
        headings[sensor], left_over[sensor] = heading, tilt
    return headings, left_over
