"""Slow turns of single sensors' headings, followed through cyclic motion.

In steady walking or running the heading of each segment, averaged over strides, keeps its angle to
the pelvis: nobody runs with a trunk that turns further round from minute to minute. What that
angle changes by is drift of a sensor's heading. A turn of the whole body turns all sensors alike
and is not touched. On a treadmill the pelvis itself keeps its heading, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.calibration.heading.cycles import find_cyclic, shrink
from opensim_pelvis.config.settings import Surface
from opensim_pelvis.frames import BoolArray, FloatArray
from opensim_pelvis.kinematics.travel import (
    BRIDGED_S,
    present_or_bridged,
    smooth_samples,
)
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.rotations import unwrap_present
from opensim_pelvis.types import AlignedRecording, CalibrationPose

SMOOTHING_S: Final = 1.0
"""Standard deviation of the Gaussian that averages over strides; applied as 2 S - S S.

It passes 0.1 % of a rotation at 0.62 Hz, below the strides of slow walking (0.9 Hz), and follows
20 degrees that come within ten seconds to 0.3 degrees.
"""

LEAST_RAD: Final = np.deg2rad(1.0)
"""A smaller change is not told from natural variation, and is left as it is."""

SHARED_RAD: Final = np.deg2rad(3.0)
"""What most sensors turned by against the base, alike, is the base's own from here on."""

REFERENCE_S: Final = 10.0
"""Cyclic motion that sets the angle to the pelvis, and the least there must be of it."""

FEWEST_SHARING: Final = 3
"""Sensors, the base included, of which most can turn alike."""

_EDGE_S = 2.5 * SMOOTHING_S
_COARSE_HZ = 10.0  # slow turns need no more, and smoothing costs a hundredth


@dataclass(frozen=True, eq=False, slots=True)
class Drift:
    """What was found about slow turns.

    Parameters
    ----------
    drift_rad : (t, s) array or None
        To be taken from each sensor's heading; None where nothing is corrected.
    cyclic_s : float
        Length of cyclic motion found.
    description : Notice
        What was done and why.
    """

    drift_rad: FloatArray | None
    cyclic_s: float
    description: Notice


def find_drift(
    aligned: AlignedRecording, pose: CalibrationPose, *, base: int, surface: Surface | None
) -> Drift:
    """Return the drift of each sensor's heading since the calibration pose.

    Parameters
    ----------
    aligned : AlignedRecording
    pose : CalibrationPose
        Drift is zero there.
    base : int
        Column of the reference sensor. Where most of them turn alike against
        it, it is the base that drifts.
    surface : str or None
        On a ``"treadmill"`` the base sensor is corrected as well.

    Notes
    -----
    The cyclic motion nearest the pose sets the reference. Between the pose and stretches of
    cyclic motion the drift is taken as a straight line; beyond the first and last it stays. The
    same holds where the sensor or the base sensor has no samples: nothing is told from one without
    the other. A segment that truly turns against the pelvis for many strides is levelled with the
    drift.
    """
    step = max(round(aligned.rate_hz / _COARSE_HZ), 1)
    turn = coarse(vertical_turns(aligned.R_ES, pose.R_ES), step)
    time_s = np.asarray(
        (np.arange(turn.shape[0]) * step + 0.5 * (step - 1)) / aligned.rate_hz, dtype=np.float64
    )
    cyclic = find_cyclic(aligned, time_s)
    cyclic_s = float(np.count_nonzero(cyclic) * step / aligned.rate_hz)
    if cyclic_s < REFERENCE_S:
        return Drift(
            None,
            cyclic_s,
            notice("drift.too_short", cyclic_s=cyclic_s, needed_s=REFERENCE_S),
        )
    own = against_base(turn, base)
    if surface == "treadmill":
        own[:, base] = turn[:, base]
    pose_s = pose.middle_s
    found = np.stack(
        [_drift_of(column, cyclic, time_s, pose_s, aligned.rate_hz / step) for column in own.T],
        axis=1,
    )
    found[:, np.abs(found).max(axis=0) < LEAST_RAD] = 0.0
    if surface == "treadmill":
        others = np.arange(found.shape[1]) != base
        found[:, others] += found[:, [base]]
    against = "pelvis" if aligned.bodies[base] == "pelvis" else "base"
    own_of_base = "treadmill" if surface == "treadmill" else "unknown"
    if surface != "treadmill":
        common = _shared(found)
        if np.abs(common).max() > SHARED_RAD:
            found, own_of_base = found - common[:, None], "others"
            found[:, np.abs(found).max(axis=0) < LEAST_RAD] = 0.0
    held = notice(f"drift.against_{against}_{own_of_base}")
    if not found.any():
        return Drift(None, cyclic_s, notice("drift.small", cyclic_s=cyclic_s, held=held))
    drift = np.stack([np.interp(aligned.time_s, time_s, column) for column in found.T], axis=1)
    return Drift(drift, cyclic_s, notice("drift.followed", cyclic_s=cyclic_s, held=held))


def _shared(found: FloatArray) -> FloatArray:
    """Return what most sensors turned by alike against the base, (t, s) to (t,).

    The base counts as one that did not turn. Where the sensors are divided evenly, the half that
    holds the smaller turns is believed; of two sensors nothing is told.
    """
    s = found.shape[1]
    if s < FEWEST_SHARING:
        return np.zeros(found.shape[0])
    ordered = np.sort(found, axis=1)
    low, high = ordered[:, (s - 1) // 2], ordered[:, s // 2]
    return np.where(np.abs(low) < np.abs(high), low, high)


def vertical_turns(R_ES: FloatArray, R_ES_pose: FloatArray) -> FloatArray:
    """Return turns about the vertical since the pose, (t, s, 4) and (s, 4) to (t, s)."""
    w, x, y, z = R_ES_pose.T
    real = np.einsum("tsk,sk->ts", R_ES, R_ES_pose)
    upward = np.einsum("tsk,sk->ts", R_ES, np.stack([-z, -y, x, w], axis=1))
    turn = 2.0 * np.arctan2(upward, real)
    return np.stack([unwrap_present(column) for column in turn.T], axis=1)


def against_base(turn: FloatArray, base: int) -> FloatArray:
    """Return turns less that of the base sensor, (t, s), NaN where either is absent.

    Which full turn each of them is in is not known after a gap; their difference goes on with the
    least jump.
    """
    apart = np.angle(np.exp(1j * (turn - turn[:, [base]])))
    return np.stack([unwrap_present(column) for column in apart.T], axis=1)


def coarse(values: FloatArray, step: int) -> FloatArray:
    """Return means over blocks of samples, (t, s) to (t // step, s); NaN where all are absent."""
    blocks = values[: values.shape[0] // step * step].reshape(-1, step, values.shape[1])
    present = np.isfinite(blocks)
    count = present.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(count > 0, np.where(present, blocks, 0.0).sum(axis=1) / count, np.nan)


def _drift_of(
    turn: FloatArray, cyclic: BoolArray, time_s: FloatArray, pose_s: float, rate_hz: float
) -> FloatArray:
    """Return the drift of one sensor from its turn against the reference, (t,)."""
    cyclic = cyclic & present_or_bridged(np.isfinite(turn), BRIDGED_S * rate_hz)
    kept = np.where(cyclic, turn, np.nan)
    mean = _smooth(kept, SMOOTHING_S * rate_hz)
    # At the ends of a stretch the last stride is not whole, so the drift is held from further in.
    inside = shrink(cyclic, round(_EDGE_S * rate_hz))
    inside &= _mostly_there(turn, round(_EDGE_S * rate_hz))
    known = np.flatnonzero(np.isfinite(mean) & inside)
    if known.size < REFERENCE_S * rate_hz / 2.0:
        return np.zeros_like(turn)
    nearest = known[np.argsort(np.abs(time_s[known] - pose_s), kind="stable")]
    near = nearest[: round(REFERENCE_S * rate_hz)]
    reference = mean[near].mean()
    if time_s[near].min() <= pose_s <= time_s[near].max():  # the pose is of the motion itself
        _, reference = np.polyfit(time_s[near] - pose_s, mean[near], 1)
    after = int(np.searchsorted(time_s[known], pose_s))
    knots_s = np.insert(time_s[known], after, pose_s)
    return np.asarray(np.interp(time_s, knots_s, np.insert(mean[known] - reference, after, 0.0)))


def _mostly_there(turn: FloatArray, reach: int) -> BoolArray:
    """Return where half of the samples within reach are there, on each side: a mean has no end."""
    sums = np.concatenate([[0], np.cumsum(np.isfinite(turn))])
    at = np.arange(turn.size)
    low, high = np.maximum(at - reach, 0), np.minimum(at + reach + 1, turn.size)
    before = (sums[at] - sums[low]) >= 0.5 * (at - low)
    after = (sums[high] - sums[at]) >= 0.5 * (high - at)
    return np.asarray(before & after)


def _smooth(values: FloatArray, sigma: float) -> FloatArray:
    """Return 2 S - S S of a Gaussian line fit S: as smooth, with less loss in bends."""
    once = smooth_samples(values, sigma)
    rest = smooth_samples(values - once, sigma)
    return np.asarray(once + rest)
