"""A calibration pose where nobody stood still: the mean posture of steady walking or running."""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.calibration.heading.cycles import find_cyclic
from opensim_pelvis.calibration.heading.drift import vertical_turns
from opensim_pelvis.errors import PlacementError
from opensim_pelvis.frames import BoolArray, FloatArray, up_in_earth
from opensim_pelvis.kinematics.travel import smooth_over_strides
from opensim_pelvis.rotations import angle_between, is_present, mean_rotation, multiply
from opensim_pelvis.types import AlignedRecording, CalibrationPose

LEAST_S: Final = 5.0
"""Steady motion that is averaged at least: four strides of walking."""

_BLOCK_S = 2.0
_FIRST_S = 3.0  # inside the edge that drift leaves out


def pose_of_movement(
    aligned: AlignedRecording, *, window_s: tuple[float, float] | None
) -> CalibrationPose:
    """Return the mean orientation of each sensor over steady motion, as if it were the pose.

    Parameters
    ----------
    aligned : AlignedRecording
    window_s : (float, float) or None
        Where the subject walks or runs straight; all steady motion unless given.

    Returns
    -------
    CalibrationPose
        ``spread_rad`` is the standard error of the mean over blocks of two seconds. Headings
        are those of the first strides (``heading_s``): slow turns, of the whole body and of
        single sensors that drift, are taken out.

    Raises
    ------
    PlacementError
        When there is too little steady motion, or a sensor has no samples in it.

    Notes
    -----
    Averaged over strides, pelvis and trunk face the way of travel and legs swing about a mean
    that lies in the plane of travel. How far that mean leans in that plane, and so the zero of
    tilt and flexion, is not known.
    """
    rows = _steady_rows(aligned, window_s)
    if np.count_nonzero(rows) < LEAST_S * aligned.rate_hz:
        found_s = np.count_nonzero(rows) / aligned.rate_hz
        raise PlacementError(
            f"calibration by movement: wanted {LEAST_S:g} s of steady walking or running, found "
            f"{found_s:.1f} s. Give a steady period with --static START END ([calibration] "
            "window_s), or record a static trial of 3 s."
        )
    level, first = _without_slow_turns(aligned, rows)
    lacking = [
        sensor
        for i, sensor in enumerate(aligned.sensors)
        if np.count_nonzero(is_present(level[:, i])) < LEAST_S * aligned.rate_hz
    ]
    if lacking:
        raise PlacementError(
            f"calibration by movement: {', '.join(lacking)} has less than {LEAST_S:g} s of "
            "samples in steady motion. Give another period with --static START END, or omit it."
        )
    found = [
        _mean_of(level[:, i], round(_BLOCK_S * aligned.rate_hz)) for i in range(level.shape[1])
    ]
    where = np.flatnonzero(rows)
    return CalibrationPose(
        window_s=(float(aligned.time_s[where[0]]), float(aligned.time_s[where[-1]])),
        window_source="found" if window_s is None else "given",
        method="movement",
        R_ES=np.array([mean for mean, _, _ in found]),
        samples=np.array([count for _, count, _ in found], dtype=np.int64),
        spread_rad=np.array([error for _, _, error in found]),
        heading_s=float(aligned.time_s[first]),
    )


def _without_slow_turns(aligned: AlignedRecording, rows: BoolArray) -> tuple[FloatArray, int]:
    """Return orientations in steady motion, each facing as over the first strides, and when."""
    steady = np.flatnonzero(rows)
    inside = round(_FIRST_S * aligned.rate_hz)  # the mean over strides has both its sides there
    first = int(steady[min(inside, steady.size // 2)])
    turns = vertical_turns(aligned.R_ES, aligned.R_ES[steady[0]])
    slow = np.stack(
        [smooth_over_strides(np.where(rows, turn, np.nan), aligned.rate_hz) for turn in turns.T],
        axis=1,
    )
    half = -(slow[rows] - slow[first])[..., None] / 2.0
    back = np.concatenate([np.cos(half), np.sin(half) * up_in_earth()], axis=-1)
    return multiply(back, aligned.R_ES[rows]), first


def _steady_rows(aligned: AlignedRecording, window_s: tuple[float, float] | None) -> BoolArray:
    if window_s is None:
        rows = find_cyclic(aligned, aligned.time_s)
    else:
        rows = (aligned.time_s >= window_s[0]) & (aligned.time_s <= window_s[1])
    # Heading at the start of the window is told by a row that is there.
    present = is_present(aligned.R_ES).all(axis=1)
    first = np.flatnonzero(rows & present)
    if first.size:
        rows = rows & (np.arange(rows.size) >= first[0])
    return np.asarray(rows)


def _mean_of(q: FloatArray, block: int) -> tuple[FloatArray, int, float]:
    """Return mean, samples, and the standard error of the mean over blocks."""
    q = q[is_present(q)]
    mean = mean_rotation(q)
    blocks = [mean_rotation(part) for part in np.array_split(q, max(q.shape[0] // block, 1))]
    away = angle_between(mean, np.array(blocks))
    return mean, q.shape[0], float(np.sqrt(np.mean(away**2) / len(blocks)))
