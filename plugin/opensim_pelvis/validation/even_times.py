"""Rows of a table at even times, by the times that stand in it.

Times may be rounded, rows may be absent or stand twice, and a clock may jitter. Rounded times are
made even, absent rows become missing ones, equal rows that stand twice are read once, and samples
of a clock that jitters are taken between the samples by a cubic spline. What is no time is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.interpolate import CubicSpline

from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.validation.naming import note_file

MIN_ROWS: Final = 10
"""Fewer rows do not show how times are rounded."""

MAX_STEP_S: Final = 1.0
"""Rows so far apart are no samples of a movement: milliseconds, or numbers of frames."""

EVEN: Final = 0.02
"""Part of a step by which times may be uneven."""

NEAR_STEPS: Final = 2.5
"""A value is taken between two samples that are at most so many steps apart."""

ROUNDED: Final = 0.6
"""Part of the last decimal place by which a time that was rounded or cut may be off."""

MIN_RARE: Final = 3
"""Steps of the rarer length that show a regular distance."""

CLOCK_DECIMALS: Final = 9
"""Places of fitted times: a nanosecond."""

MS_TOLERANCE: Final = 0.05

MAX_ROWS: Final = 50_000_000


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class EvenRows:
    """Rows at even times.

    Parameters
    ----------
    time_s : (t,) array
    rate_hz : float
    values : (t, c) array
        NaN in rows that are missing.
    notes : tuple of Notice
    """

    time_s: FloatArray
    rate_hz: float
    values: FloatArray
    notes: tuple[Notice, ...] = ()


def make_even(
    name: str, time_s: FloatArray, values: FloatArray, stated_hz: float | None = None
) -> EvenRows:
    """Return the rows of a table at even times.

    Parameters
    ----------
    name : str
        Of the file.
    time_s : (n,) array
        As they stand in the table.
    values : (n, c) array
    stated_hz : float, optional
        Rate that the file states: tells milliseconds from seconds.

    Raises
    ------
    ComparisonError
        When times are absent, fall, are not in seconds, or one time has two different rows.
    """
    time_s, values, notes = _drop_untimed(name, time_s, values)
    time_s, notes = _in_seconds(name, time_s, stated_hz, notes)
    if time_s.size > 1 and _is_rounded(time_s, values):
        return _spread(name, time_s, values, notes)
    time_s, values, notes = _drop_doubles(name, time_s, values, notes)
    steps = np.diff(time_s)
    if not (steps > 0.0).all():
        at = int(np.argmax(steps <= 0.0))
        raise ComparisonError(
            f"{name}: wanted increasing times, but they decrease from {time_s[at]:g} to "
            f"{time_s[at + 1]:g} s at row {at + 2}. Give one trial per file, in order of time."
        )
    if time_s.size < 2:
        if stated_hz is None or not time_s.size:
            raise ComparisonError(f"{name}: wanted a movement, found {time_s.size} samples")
        return EvenRows(time_s=time_s, rate_hz=stated_hz, values=values, notes=notes)
    step = float(np.median(steps))
    if step >= MAX_STEP_S:
        raise ComparisonError(
            f"{name}: wanted times in seconds, found an interval of {step:g}, which suggests "
            "milliseconds or frame numbers. Export times in seconds."
        )
    if np.abs(steps - steps.mean()).max() <= EVEN * steps.mean():
        return EvenRows(time_s=time_s, rate_hz=_rate(time_s), values=values, notes=notes)
    return _with_holes(name, time_s, values, stated_hz, notes) or _resample(
        name, time_s, values, notes
    )


def _rate(time_s: FloatArray) -> float:
    return (time_s.size - 1) / float(time_s[-1] - time_s[0])


def _drop_untimed(
    name: str, time_s: FloatArray, values: FloatArray
) -> tuple[FloatArray, FloatArray, tuple[Notice, ...]]:
    timed = np.isfinite(time_s)
    if timed.all() or not timed.size:
        return time_s, values, ()
    if not timed.any():
        raise ComparisonError(f"{name}: wanted times, found none in any row")
    note = note_file("reference.rows_without_time", name, rows=(~timed).sum())
    return time_s[timed], values[timed], (note,)


def _in_seconds(
    name: str, time_s: FloatArray, stated_hz: float | None, notes: tuple[Notice, ...]
) -> tuple[FloatArray, tuple[Notice, ...]]:
    """Return times in seconds: milliseconds are known by the rate that the file states."""
    if time_s.size < 2 or stated_hz is None or not stated_hz > 0.0:
        return time_s, notes
    found = float(np.median(np.diff(time_s))) * stated_hz
    if abs(found / 1000.0 - 1.0) <= MS_TOLERANCE:
        note = note_file("reference.milliseconds", name, stated_hz=stated_hz)
        return time_s / 1000.0, (*notes, note)
    if found > 0.0 and abs(found - 1.0) > MS_TOLERANCE and time_s[-1] > time_s[0]:
        rate_hz = _rate(time_s)
        if abs(rate_hz / stated_hz - 1.0) > MS_TOLERANCE and found / stated_hz < MAX_STEP_S:
            rates = {"stated_hz": stated_hz, "found_hz": rate_hz}
            return time_s, (*notes, note_file("reference.rate_of_times", name, **rates))
    return time_s, notes


def _decimals(time_s: FloatArray) -> int | None:
    """Return how many decimal places times are written with, None beyond six."""
    for places in range(7):
        scaled = time_s * 10.0**places
        if np.abs(scaled - np.round(scaled)).max() < 1e-4:
            return places
    return None


def _is_rounded(time_s: FloatArray, values: FloatArray) -> bool:
    """Return whether times are even but for their rounding, which exceeds what is even.

    Rounding makes steps of two neighbouring lengths, the rarer one at regular distances; rows
    that are absent or stand twice are at irregular ones.
    """
    places = _decimals(time_s)
    if places is None or time_s.size < MIN_ROWS or not time_s[-1] > time_s[0]:
        return False
    steps = np.diff(time_s)
    step = float(steps.mean())
    if np.abs(steps - step).max() <= EVEN * step or step >= MAX_STEP_S:
        return False
    units = np.round(steps * 10.0**places)
    least = units.min()
    if least < 0.0 or units.max() != least + 1.0:
        return False
    if least == 0.0 and np.array_equal(
        values[:-1][units == 0.0], values[1:][units == 0.0], equal_nan=True
    ):
        return False
    long = units > least
    rare = np.flatnonzero(long if 2 * int(long.sum()) <= long.size else ~long)
    if rare.size < MIN_RARE:
        return False
    gaps = np.diff(rare)
    ends = max(int(rare[0]), units.size - 1 - int(rare[-1]))
    return bool(gaps.max() - gaps.min() <= 2 and ends <= gaps.max() + 1)


def _spread(
    name: str, time_s: FloatArray, values: FloatArray, notes: tuple[Notice, ...]
) -> EvenRows:
    slope, start = np.polyfit(np.arange(time_s.size, dtype=np.float64), time_s, 1)
    even = np.round(start + slope * np.arange(time_s.size), CLOCK_DECIMALS)
    note = note_file(
        "reference.times_rounded",
        name,
        decimals=_decimals(time_s),
        rate_hz=1.0 / slope,
        moved_ms=1000.0 * np.abs(even - time_s).max(),
    )
    told = (*notes, note) if np.diff(time_s).min() <= 0.0 else notes
    return EvenRows(time_s=even, rate_hz=1.0 / slope, values=values, notes=told)


def _drop_doubles(
    name: str, time_s: FloatArray, values: FloatArray, notes: tuple[Notice, ...]
) -> tuple[FloatArray, FloatArray, tuple[Notice, ...]]:
    """Return rows without those that stand twice."""
    twice = np.flatnonzero(np.diff(time_s) == 0.0)
    if not twice.size:
        return time_s, values, notes
    if twice.size == time_s.size - 1 and twice.size:
        raise ComparisonError(f"{name}: wanted increasing times, but all rows are at {time_s[0]:g}")
    one, other = values[twice], values[twice + 1]
    same = (one == other) | (np.isnan(one) & np.isnan(other))
    if not same.all():
        at = int(twice[np.argmin(same.all(axis=1))])
        raise ComparisonError(
            f"{name}: wanted one row per time, found two different ones at {time_s[at]:g} s "
            f"(rows {at + 1} and {at + 2})"
        )
    keep = np.ones(time_s.size, dtype=bool)
    keep[twice + 1] = False
    note = note_file("reference.rows_twice", name, rows=twice.size)
    return time_s[keep], values[keep], (*notes, note)


def _with_holes(
    name: str,
    time_s: FloatArray,
    values: FloatArray,
    stated_hz: float | None,
    notes: tuple[Notice, ...],
) -> EvenRows | None:
    """Return rows on a grid on which some are absent; None where they stand on none."""
    steps = np.diff(time_s)
    short = steps[steps < 1.5 * np.median(steps)]
    rates = [1.0 / float(np.median(steps)), 1.0 / float(short.mean())]
    if stated_hz is not None and stated_hz > 0.0:
        rates.insert(0, stated_hz)
    places = _decimals(time_s)
    for rate_hz in rates:
        if (time_s[-1] - time_s[0]) * rate_hz > MAX_ROWS:
            continue
        index = np.round((time_s - time_s[0]) * rate_hz)
        for _ in range(3):
            slope, start = np.polyfit(index, time_s, 1)
            index = np.round((time_s - start) / slope)
        off = float(np.abs(time_s - (start + slope * index)).max())
        allowed = max(EVEN * slope, 0.0 if places is None else ROUNDED * 10.0**-places)
        if off > min(allowed, 0.35 * slope) or not (np.diff(index) > 0.0).all():
            continue
        rows = (index - index[0]).astype(np.int64)
        out = np.full((int(rows[-1]) + 1, values.shape[1]), np.nan)
        out[rows] = values
        even = np.round(start + slope * (index[0] + np.arange(out.shape[0])), CLOCK_DECIMALS)
        told = [_say_holes(name, time_s, even.size, slope)] if even.size > time_s.size else []
        return EvenRows(time_s=even, rate_hz=1.0 / slope, values=out, notes=(*notes, *told))
    return None


def _say_holes(name: str, time_s: FloatArray, rows: int, step_s: float) -> Notice:
    gaps = np.flatnonzero(np.diff(time_s) > 1.5 * step_s)
    return note_file(
        "reference.rows_absent" if gaps.size <= 3 else "reference.rows_absent_often",
        name,
        absent=rows - time_s.size,
        rows=rows,
        spans=[notice("word.span", start_s=time_s[g], end_s=time_s[g + 1]) for g in gaps[:3]],
    )


def _resample(
    name: str, time_s: FloatArray, values: FloatArray, notes: tuple[Notice, ...]
) -> EvenRows:
    """Return values at even times by cubic splines, missing where samples are far apart."""
    steps = np.diff(time_s)
    step = float(np.median(steps))
    if (time_s[-1] - time_s[0]) / step > MAX_ROWS:
        raise ComparisonError(
            f"{name}: wanted times at a constant sampling rate, found irregular times"
        )
    even = time_s[0] + step * np.arange(int((time_s[-1] - time_s[0]) / step + 1e-6) + 1)
    out = np.full((even.size, values.shape[1]), np.nan)
    for column, samples in enumerate(values.T):
        known = np.isfinite(samples)
        if known.sum() < 4:
            continue
        at_s = time_s[known]
        after = np.clip(np.searchsorted(at_s, even), 1, at_s.size - 1)
        near = at_s[after] - at_s[after - 1] <= NEAR_STEPS * step
        inside = near & (even >= at_s[0]) & (even <= at_s[-1])
        out[inside, column] = CubicSpline(at_s, samples[known])(even[inside])
    note = note_file(
        "reference.times_uneven",
        name,
        least_ms=1000.0 * steps.min(),
        most_ms=1000.0 * steps.max(),
        rate_hz=1.0 / step,
    )
    return EvenRows(time_s=even, rate_hz=1.0 / step, values=out, notes=(*notes, note))
