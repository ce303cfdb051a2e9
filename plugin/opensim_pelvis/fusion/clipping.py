"""Finds samples at the end of a sensor's range, and estimates what was cut off there.

Where the file states the range, samples within one percent of it count. Where it does not, or
where the maker's calibration has shifted the limit, clipping shows as a *plateau*: one extreme
value that repeats while the value next to it hardly occurs, in flat runs with steep flanks. Sharp
or smooth peaks, coarse steps of the converter, and periodic signals have no such plateau. A maker
who filters after clipping hides it, and so does a sensor that clips for single samples alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.frames import BoolArray, FloatArray

NEAR_RANGE: Final = 0.99
"""Part of the stated range from which a sample counts as clipped."""

MIN_REPEATS: Final = 5
MIN_PROMINENCE: Final = 4.0
"""How many times as often as its neighbour the extreme value must occur. A sine in coarse steps
reaches 2.4 (its values crowd at the peaks as 1 / sqrt(1 - x^2))."""

LEAST_ACCELEROMETER_RANGE_MPS2: Final = 19.0
LEAST_GYROSCOPE_RANGE_RADPS: Final = float(np.deg2rad(120.0))
"""Just below the smallest ranges that are sold, 2 g and 125 degrees/s."""

MIN_FLAT_RUNS: Final = 2
STEEP_STEPS: Final = 10.0
"""How many of the converter's steps the signal must fall beside a short flat run. A parabola with
two samples on its top step falls by at most 9 to the next."""

_FEW_STEPS: Final = 20.0
_WHOLE: Final = 0.1
_MOST: Final = 0.9
"""Differences of so few steps are whole numbers of them, to a tenth, for as many of them: text and
float32 round them. Of differences in no steps a fifth are by chance."""

_SAME: Final = 1e-5  # of the limit: rounding of a text file or of float32
_COMMON: Final = 0.97  # of the largest value of any axis: the axes of a sensor share a range


@dataclass(frozen=True, eq=False, slots=True)
class Clipping:
    """What one sensor's signal shows of its range.

    Parameters
    ----------
    samples : int
        Rows with at least one clipped axis.
    events : int
        Runs of clipped samples of one axis.
    largest_loss : float
        Largest area that was cut off in one event (rad, or m/s); NaN without one.
    mean_loss : float
        Length of the vector of all that was cut off, divided by the time; NaN without events.
    """

    samples: int = 0
    events: int = 0
    largest_loss: float = float("nan")
    mean_loss: float = float("nan")


def find_clipping(
    signal: FloatArray | None, *, stated_range: float, least_range: float, step_s: float
) -> Clipping:
    """Find the samples of a signal that lie at the end of the sensor's range.

    Parameters
    ----------
    signal : (n, 3) array or None
        In S; NaN where missing.
    stated_range : float
        As the file says; NaN where it does not.
    least_range : float
        No plateau below is taken for a limit.
    step_s : float

    Returns
    -------
    Clipping
    """
    if signal is None:
        return Clipping()
    clipped = find_clipped(signal, stated_range=stated_range, least_range=least_range)
    if not clipped.any():
        return Clipping()
    losses = [estimate_losses(signal[:, k], clipped[:, k], step_s) for k in range(3)]
    total = np.array([loss.sum() for loss in losses])
    return Clipping(
        samples=int(np.count_nonzero(clipped.any(axis=1))),
        events=sum(loss.size for loss in losses),
        largest_loss=float(max(np.abs(loss).max(initial=0.0) for loss in losses)),
        mean_loss=float(np.linalg.norm(total) / (signal.shape[0] * step_s)),
    )


def find_clipped(signal: FloatArray, *, stated_range: float, least_range: float) -> BoolArray:
    """Return which samples are at the end of the range, by axis, (n, 3)."""
    size = np.abs(signal)
    clipped = np.zeros(signal.shape, dtype=bool)
    with np.errstate(invalid="ignore"):
        if np.isfinite(stated_range):
            clipped |= size >= NEAR_RANGE * stated_range
        largest = float(np.nanmax(size, initial=0.0))
        least = max(least_range, _COMMON * largest)
        for axis in range(3):
            for sign in (1.0, -1.0):
                values = sign * signal[:, axis]
                limit = _find_plateau(values, least)
                clipped[:, axis] |= values >= limit
    return clipped


def estimate_losses(values: FloatArray, clipped: BoolArray, step_s: float) -> FloatArray:
    """Estimate the area that each run of clipped samples cut off, (events,), signed.

    A cubic goes through the samples on both sides with their slopes (Hermite); what it has above
    the recorded samples is the estimate. Where a peak is over within a few
    steps, the estimate is good to a factor of two. Runs at the very ends, or beside missing
    samples, count with zero.
    """
    padded = np.concatenate([[False], clipped, [False]]).astype(np.int8)
    starts, ends = np.flatnonzero(np.diff(padded) == 1), np.flatnonzero(np.diff(padded) == -1)
    losses = np.zeros(starts.size)
    inside = (starts >= 2) & (ends + 1 < values.size)
    first, last = starts[inside], ends[inside]  # last is the first sample that is not clipped
    before, after = values[first - 1], values[last]
    rise = (before - values[first - 2]) / step_s
    fall = (values[last + 1] - after) / step_s
    span_s = (last - first + 1) * step_s
    cubic = span_s * (before + after) / 2.0 + span_s**2 * (rise - fall) / 12.0
    running = np.concatenate([[0.0], np.cumsum(np.nan_to_num(values))])
    recorded = step_s * ((before + after) / 2.0 + running[last] - running[first])
    side = np.sign(values[first])
    lost = side * np.maximum(side * (cubic - recorded), 0.0)
    losses[inside] = np.nan_to_num(lost)
    return losses


def _find_plateau(values: FloatArray, least: float) -> float:
    """Return the value from which samples lie on a plateau at the top; inf without one."""
    present = values[np.isfinite(values)]
    if present.size < MIN_REPEATS or present.max() < least:
        return np.inf
    top = float(present.max())
    floor = top - _SAME * abs(top)
    on_top = int(np.count_nonzero(present >= floor))
    below = present[present < floor]
    if on_top < MIN_REPEATS or not below.size:
        return np.inf
    second = float(below.max())
    beside = int(np.count_nonzero(below >= second - _SAME * abs(second)))
    if on_top < MIN_PROMINENCE * beside or _count_flat_runs(values, floor) < MIN_FLAT_RUNS:
        return np.inf
    return floor


def _count_flat_runs(values: FloatArray, floor: float) -> int:
    """Return the number of runs of two or more samples on top between two steep flanks."""
    with np.errstate(invalid="ignore"):
        on_top = np.concatenate([[False], values >= floor, [False]]).astype(np.int8)
    starts, ends = np.flatnonzero(np.diff(on_top) == 1), np.flatnonzero(np.diff(on_top) == -1)
    inside = (ends - starts >= 2) & (starts > 0) & (ends < values.size)
    length = (ends - starts)[inside]
    # A peak as flat as x^4 with n samples on its top step falls by ((n+1)/(n-1))^4 steps beside it.
    steep = np.minimum(STEEP_STEPS, 1.0 + ((length + 1) / (length - 1)) ** 4)
    step = _converter_step(values, floor)
    highest_flank = np.maximum(values[starts[inside] - 1], values[ends[inside]])
    return int(np.count_nonzero(floor - highest_flank > steep * step))


def _converter_step(values: FloatArray, floor: float) -> float:
    """Return the step that all values are multiples of apart; 0 where they are in no steps.

    The smallest difference of an exactly periodic signal is no step: others are no multiple of it.
    """
    apart = np.diff(np.unique(values[np.isfinite(values)]))
    apart = apart[apart > _SAME * 1e-3 * abs(floor)]
    step = float(apart.min(initial=np.inf))
    steps = apart[apart < _FEW_STEPS * step] / step
    whole = np.abs(steps - np.round(steps)) < _WHOLE
    return step if whole.mean() >= _MOST else 0.0
