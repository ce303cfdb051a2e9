"""Sampling rates from clocks: the one place that decides whether a column tells a rate.

A clock is trusted where it only grows, where it agrees with the sample numbers, to its own
resolution or half a sample, over the whole recording, and where that is long enough for its
errors to leave the rate within `RATE_ERROR`. Else the rate is asked for.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.config.sampling import find_rate_fault
from opensim_pelvis.frames import FloatArray, IntArray
from opensim_pelvis.io.tables.sample_clock import MAX_STEP_ERROR

RATE_ERROR: Final = 1e-3
"""Relative error of a rate that a clock may leave: two rates this close count as one."""

MAX_JITTER: Final = 0.01
"""Steps may be off a whole number of samples by this much for a rate to be read from them."""

MIN_STAMPS: Final = 10

MIN_STAMPED: Final = 0.5
"""Part of the rows that must have a stamp."""

AGREES: Final = 0.5
"""Samples by which a clock may be off the sample numbers, where its resolution is not coarser."""

_FINEST: Final = 9  # decimal places of a second
_COARSEST: Final = 0.3  # of a sample: coarser stamps cannot be counted without sample numbers
_ROUNDS: Final = 3
_WHOLE: Final = 1e-6  # of a unit of the resolution: what floating point leaves, relative to size


def rate_of_counter(
    counter: IntArray, time_s: FloatArray, resolution_s: float | None = None
) -> float | None:
    """Return the rate of a clock beside sample numbers, None where the two do not tell one.

    Parameters
    ----------
    counter : (n,) int array
        Sample numbers that grow, holes left open.
    time_s : (n,) array
        The clock; NaN where a row has no stamp.
    resolution_s : float, optional
        Of the stamps, by the format; unless given, what their digits show.

    Examples
    --------
    >>> count = np.arange(1000)
    >>> rate_of_counter(count, np.floor(count / 60.0 * 1000.0) / 1000.0)
    60.0
    >>> rate_of_counter(count[:20], np.floor(count[:20] / 60.0 * 1000.0) / 1000.0) is None
    True
    """
    stamped = np.isfinite(time_s)
    if stamped.sum() < max(MIN_STAMPS, MIN_STAMPED * time_s.size):
        return None
    counts, times = counter[stamped].astype(np.float64), time_s[stamped] - time_s[stamped][0]
    stated_s = resolution_s or 0.0
    if resolution_s is None:
        resolution_s = resolution_of(time_s[stamped])
    return _fit(counts, times, resolution_s, agrees=AGREES, least_s=stated_s / 2.0)


def find_rate(time_s: FloatArray, resolution_s: float | None = None) -> float | None:
    """Return the sampling rate of a time column, or None where it does not tell one.

    Steps within 1 % of whole multiples of their median tell it, holes allowed. So do stamps
    that are rounded to a known number of digits, where one rate explains all of them.

    Parameters
    ----------
    time_s : (n,) array
        From a start near 0, since large numbers have few digits to spare.
    resolution_s : float, optional
        Of the stamps; what their digits show unless given.

    Examples
    --------
    >>> find_rate(np.floor(np.arange(1000) / 60.0 * 1000.0) / 1000.0)
    60.0
    """
    rate_hz = likely_rate(time_s, MAX_JITTER)
    if rate_hz is not None:
        return rate_hz
    if time_s.size < 2 or not np.isfinite(time_s).all() or np.diff(time_s).min() <= 0.0:
        return None
    resolution_s = resolution_of(time_s) if resolution_s is None else resolution_s
    times = time_s - time_s[0]
    step_s = float(np.median(np.diff(times)))
    if not 0.0 < resolution_s <= _COARSEST * step_s:
        return None
    counts = _count(times, step_s)
    off = np.abs(np.diff(times) * counts[-1] / times[-1] - np.diff(counts))
    if off.max() > MAX_STEP_ERROR:
        return None
    return _fit(counts, times, resolution_s, agrees=MAX_JITTER, least_s=0.0)


def likely_rate(time_s: FloatArray, max_jitter: float = MAX_STEP_ERROR) -> float | None:
    """Return the rate that the steps of a time column come close to."""
    with np.errstate(over="ignore"):
        steps = np.diff(time_s)
    if steps.size == 0 or not np.isfinite(steps).all() or steps.min() <= 0.0:
        return None
    multiples = steps / np.median(steps)
    counts = np.rint(multiples)
    if np.abs(multiples - counts).max() > max_jitter:
        return None
    rate_hz = float(counts.sum() / (time_s[-1] - time_s[0]))
    return round(rate_hz, 6) if find_rate_fault(rate_hz) is None else None


def resolution_of(time_s: FloatArray) -> float:
    """Return the unit, a power of ten, that all stamps are whole numbers of; 0 where none is.

    >>> resolution_of(np.array([0.0, 0.017, 0.033])), resolution_of(np.array([0.0, 1 / 3]))
    (0.001, 0.0)
    """
    largest = float(np.abs(time_s).max(initial=0.0))
    for digits in range(_FINEST + 1):
        units = time_s * 10.0**digits
        slack = max(_WHOLE, 4.0 * np.finfo(np.float64).eps * largest * 10.0**digits)
        if slack > 0.1:  # a number this large has no such digits
            return 0.0
        if np.abs(units - np.rint(units)).max(initial=0.0) <= slack:
            return float(10.0**-digits)
    return 0.0


def _count(times: FloatArray, step_s: float) -> FloatArray:
    """Return sample numbers of stamps, from a first guess of the step that is made better."""
    steps = np.diff(times)
    counts = np.zeros(times.size)
    half = times.size // 2
    for _ in range(_ROUNDS):
        counts = np.concatenate([[0.0], np.cumsum(np.maximum(np.rint(steps / step_s), 1.0))])
        step_s = float(np.median((times[half:] - times[:-half]) / (counts[half:] - counts[:-half])))
    return counts


def _fit(
    counts: FloatArray, times: FloatArray, resolution_s: float, *, agrees: float, least_s: float
) -> float | None:
    """Return the rate of a line through stamps over sample numbers, None where it is no clock.

    ``agrees`` are samples, ``least_s`` is what the stamps may be off though the line hits them.
    """
    span_s = float(times[-1])
    if span_s <= 0.0 or np.diff(times).min() < 0.0 or np.diff(counts).min() <= 0.0:
        return None
    apart = counts - counts.mean()
    step_s = float(apart @ times / (apart @ apart))
    if step_s <= 0.0 or find_rate_fault(1.0 / step_s) is not None:
        return None
    worst_s = float(np.abs(times - times.mean() - step_s * apart).max())
    error = 2.0 * max(worst_s, least_s) / span_s
    if worst_s > max(agrees * step_s, resolution_s) or error > RATE_ERROR:
        return None
    whole = float(round(1.0 / step_s))
    return whole if abs(whole * step_s - 1.0) <= error else round(1.0 / step_s, 6)
