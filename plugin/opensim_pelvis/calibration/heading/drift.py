"""Drift of single sensors' headings, told from how runners turn.

What all sensors turn by is the runner's: a bend, a lane change. What one sensor turns by against
the others is its own where the runner cannot have turned: where its gyroscope felt nothing
(`unfelt`), or where it goes on at one rate for longer than a segment wanders (`drift_rates`). On a
treadmill the whole body keeps facing one way, too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from opensim_pelvis.calibration.heading.cycles import find_cyclic, shrink
from opensim_pelvis.calibration.heading.drift_rates import FEWEST_BLOCKS, Rates, find_rates
from opensim_pelvis.calibration.heading.frames_apart import Apart, frames_apart
from opensim_pelvis.calibration.heading.unfelt import find_disturbances
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

It passes 0.1 % of a rotation at 0.62 Hz, below the strides of slow walking (0.9 Hz).
"""

LEAST_RAD: Final = float(np.deg2rad(1.0))
"""A smaller drift over the whole recording is left as it is."""

LEAST_S: Final = 10.0
"""Cyclic motion that there must be."""

REACH_S: Final = 10.0
"""A rate is taken to go on for so long before and after steady movement; a choice.

A filter that estimates the bias of its gyroscope at rest does not drift there as in movement.
"""

BLOCK_S: Final = 2.0
"""Length over which turns are averaged: some strides."""

_EDGE_S = 2.5 * SMOOTHING_S
_COARSE_HZ = 10.0  # slow turns need no more, and smoothing costs a hundredth
_SHARED = 0.6  # of the blocks that all sensors must have together; who lacks most is left out


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
    sigma_rad : (s,) array or None
        Standard error of the heading furthest from the pose, for drift that was taken or missed;
        NaN where drift of a sensor could not be looked for.
    """

    drift_rad: FloatArray | None
    cyclic_s: float
    description: Notice
    sigma_rad: FloatArray | None = None


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
        Column of the reference sensor, which is believed where two sensors turn against each other
        and no third one tells which.
    surface : str or None
        On a ``"treadmill"`` the runner as a whole keeps facing one way.

    Notes
    -----
    Disturbances that a gyroscope did not feel are followed as they come; what is left is a steady
    rate through the whole recording, or nothing. A turn of one segment that comes and goes is left,
    and so is a drift within the size of wandering: both are in the standard error.
    """
    step = max(round(aligned.rate_hz / _COARSE_HZ), 1)
    turn = coarse(vertical_turns(aligned.R_ES, pose.R_ES), step)
    time_s = np.asarray(
        (np.arange(turn.shape[0]) * step + 0.5 * (step - 1)) / aligned.rate_hz, dtype=np.float64
    )
    rate_hz = aligned.rate_hz / step
    cyclic = find_cyclic(aligned, time_s)
    cyclic_s = float(np.count_nonzero(cyclic) / rate_hz)
    if cyclic_s < LEAST_S:
        told = notice("drift.too_short", cyclic_s=cyclic_s, needed_s=LEAST_S)
        return Drift(None, cyclic_s, told)
    turn = against_base(turn, base) + turn[:, [base]]
    mean = np.stack([mean_turn(column, cyclic, rate_hz) for column in turn.T], axis=1)
    found = find_disturbances(aligned, mean, cyclic, step)
    moving = np.isfinite(mean).any(axis=1)
    rates = _rates_of(
        mean - found,
        time_s,
        base=base,
        treadmill=surface == "treadmill",
        apart=frames_apart(aligned, found[moving], time_s[moving]),
    )
    gone_on_s = _gone_on_s(time_s, time_s[moving], pose.middle_s)
    found = found - found[int(np.argmin(np.abs(time_s - pose.middle_s)))]
    found = found + gone_on_s[:, None] * rates.rate_radps
    found[:, np.abs(found).max(axis=0) < LEAST_RAD] = 0.0
    sigma = rates.sigma_radps * np.abs(gone_on_s).max()
    held = notice(_held(aligned, surface, base))
    if not found.any():
        return Drift(None, cyclic_s, notice("drift.small", cyclic_s=cyclic_s, held=held), sigma)
    drift = np.stack([np.interp(aligned.time_s, time_s, column) for column in found.T], axis=1)
    return Drift(drift, cyclic_s, notice("drift.followed", cyclic_s=cyclic_s, held=held), sigma)


def _held(aligned: AlignedRecording, surface: Surface | None, base: int) -> str:
    """Return the code of the reference against which drift is estimated."""
    body = "pelvis" if aligned.bodies[base] == "pelvis" else "base"
    if surface == "treadmill":
        return f"drift.against_{body}_treadmill"
    return f"drift.against_{body}_{'others' if len(aligned.sensors) > 2 else 'unknown'}"


def _gone_on_s(time_s: FloatArray, moving_s: FloatArray, pose_s: float) -> FloatArray:
    """Return for how long a rate has gone on since the pose; it is not known far from movement."""
    if not moving_s.size:
        return np.zeros_like(time_s)
    first, last = moving_s[0] - REACH_S, moving_s[-1] + REACH_S
    return np.asarray(np.clip(time_s, first, last) - np.clip(pose_s, first, last))


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


def mean_turn(turn: FloatArray, cyclic: BoolArray, rate_hz: float) -> FloatArray:
    """Return a turn averaged over strides, (t,); NaN outside steady movement and at its ends."""
    cyclic = cyclic & present_or_bridged(np.isfinite(turn), BRIDGED_S * rate_hz)
    mean = _smooth(np.where(cyclic, turn, np.nan), SMOOTHING_S * rate_hz)
    # At the ends of a stretch the last stride is not whole.
    inside = shrink(cyclic, round(_EDGE_S * rate_hz))
    inside &= _mostly_there(turn, round(_EDGE_S * rate_hz))
    return np.where(inside, mean, np.nan)


def _rates_of(
    mean: FloatArray, time_s: FloatArray, *, base: int, treadmill: bool, apart: Apart | None
) -> Rates:
    """Return steady drift from means over strides, of the sensors that are there long enough."""
    s = mean.shape[1]
    rate, sigma = np.zeros(s), np.full(s, np.nan)
    blocks = np.floor((time_s - time_s[0]) / BLOCK_S).astype(np.int64)
    middle_s = time_s[0] + (np.arange(blocks[-1] + 1) + 0.5) * BLOCK_S
    values = _block_means(mean, blocks)
    worn = [i for i in range(s) if np.isfinite(values[:, i]).any()]
    whole = np.zeros(middle_s.size, dtype=np.bool_)
    while worn:
        whole = np.asarray(np.isfinite(values[:, worn]).all(axis=1))
        some = np.isfinite(values[:, worn]).any(axis=1)
        if np.count_nonzero(whole) >= max(_SHARED * np.count_nonzero(some), FEWEST_BLOCKS):
            break
        worn.remove(min(worn, key=lambda i: int(np.isfinite(values[:, i]).sum())))
    if worn:
        found = find_rates(
            values[whole][:, worn],
            middle_s[whole],
            block_s=BLOCK_S,
            base=worn.index(base) if base in worn else 0,
            treadmill=treadmill,
            apart=_among(apart, worn),
        )
        rate[worn], sigma[worn] = found.rate_radps, found.sigma_radps
    return Rates(rate, sigma)


def _among(apart: Apart | None, worn: list[int]) -> Apart | None:
    """Return the same for columns that are left, or None where one of them is not."""
    if apart is None or not {apart.first, apart.second} <= set(worn):
        return None
    return replace(apart, first=worn.index(apart.first), second=worn.index(apart.second))


def _block_means(values: FloatArray, blocks: FloatArray) -> FloatArray:
    """Return means over blocks, (t, s) to (n, s); NaN where less than half of one is there."""
    n = int(blocks[-1]) + 1
    present = np.isfinite(values)
    out = np.empty((n, values.shape[1]))
    length = np.bincount(blocks, minlength=n).max()
    for i in range(values.shape[1]):
        count = np.bincount(blocks, present[:, i], n)
        total = np.bincount(blocks, np.where(present[:, i], values[:, i], 0.0), n)
        out[:, i] = np.where(count >= 0.5 * length, total / np.maximum(count, 1.0), np.nan)
    return out


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
