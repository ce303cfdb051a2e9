"""The heading of a thigh from its shank: a knee that bends must not seem to swing sideways.

With sensors placed by a standing pose, a thigh whose heading is off against its shank shows
flexion as ab- and adduction. The heading at which adduction varies least is the thigh's, as far
as the shank's is known. No north is needed, and soft
tissue weighs less than in the swing of the thigh alone: the knee bends further than the hip.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from opensim_pelvis.frames import R_GE_NOMINAL, FloatArray, turn_about_vertical
from opensim_pelvis.rotations import inverse, is_present, multiply, to_euler
from opensim_pelvis.types import AlignedRecording, CalibrationPose

KNEE_RAD: Final = np.deg2rad(6.7)
"""Standard deviation of the answer, the shank's heading given.

True adduction of 5 degrees that comes and goes with 60 degrees of flexion, a choice, turns it by
4.8 degrees; soft tissue of thigh and shank, as in `swing.TISSUE_RAD`, by another 4.7.
"""

MIN_FLEXION_RAD: Final = np.deg2rad(10.0)
"""Least standard deviation of knee flexion; it is 20 degrees in walking."""

MAX_FORWARD_RAD: Final = np.deg2rad(15.0)
"""How far a knee may bend forward from standing, in all but 5 % of the samples.

On recorded walks it does by 5 degrees at the right heading, and by 40 to 80 at one that fits on the
wrong side.
"""

_AROUND_RAD = np.deg2rad(np.arange(-180.0, 180.0, 10.0))
_REACH_RAD = np.deg2rad(30.0)
_SAMPLES = 2000


def heading_from_knee(
    aligned: AlignedRecording,
    pose: CalibrationPose,
    *,
    thigh: int,
    shank: int,
    thigh_rad: float | None,
    shank_rad: float,
) -> float | None:
    """Return the heading of a thigh sensor, or None where the knee does not tell.

    Parameters
    ----------
    aligned : AlignedRecording
    pose : CalibrationPose
    thigh, shank : int
        Columns of the sensors.
    thigh_rad : float or None
        Where to look: a first value of the thigh's heading, right within 30 degrees. None to look
        all round, where just one heading must let the knee bend backward alone.
    shank_rad : float
        Heading of the shank sensor, on which the answer rests.
    """
    both = is_present(aligned.R_ES[:, thigh]) & is_present(aligned.R_ES[:, shank])
    rows = np.flatnonzero(both)
    rows = rows[:: max(rows.size // _SAMPLES, 1)]
    if rows.size < _SAMPLES // 10:
        return None
    calf = _placed(aligned.R_ES[rows, shank], pose.R_ES[shank], shank_rad)

    def bend(heading_rad: float) -> FloatArray:
        femur = _placed(aligned.R_ES[rows, thigh], pose.R_ES[thigh], heading_rad)
        return to_euler("ZXY", multiply(inverse(femur), calf))

    if thigh_rad is None:
        thigh_rad = _look_round(bend)
    if thigh_rad is None:
        return None
    best = thigh_rad
    for reach in (_REACH_RAD, _REACH_RAD / 5.0, _REACH_RAD / 25.0):
        around = best + np.linspace(-reach, reach, 11)
        best = float(around[np.argmin([np.std(bend(angle)[:, 1]) for angle in around])])
    inside = abs(best - thigh_rad) < 0.95 * _REACH_RAD
    return best if inside and np.std(bend(best)[:, 0]) > MIN_FLEXION_RAD else None


def _look_round(bend: Callable[[float], FloatArray]) -> float | None:
    """Return the one heading at which adduction varies least and the knee bends backward alone."""
    angles = [bend(angle) for angle in _AROUND_RAD]
    aside = np.array([np.std(angle[:, 1]) for angle in angles])
    valleys = np.flatnonzero((aside < np.roll(aside, 1)) & (aside <= np.roll(aside, -1)))
    backward = [
        float(_AROUND_RAD[k])
        for k in valleys
        if np.percentile(angles[k][:, 0], 95.0) < MAX_FORWARD_RAD
        and np.std(angles[k][:, 0]) > MIN_FLEXION_RAD
    ]
    return backward[0] if len(backward) == 1 else None


def _placed(R_ES: FloatArray, R_ES_pose: FloatArray, heading_rad: float) -> FloatArray:
    """Return the body in G, taken to stand upright and face forward in the pose."""
    R_GE = multiply(turn_about_vertical(-heading_rad), R_GE_NOMINAL)
    return multiply(multiply(R_GE, multiply(R_ES, inverse(R_ES_pose))), inverse(R_GE))
