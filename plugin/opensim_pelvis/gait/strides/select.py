"""Which strides are steady: start-up, slowing, turning and outliers are excluded, and counted.

All limits are choices of this package, stated here and nowhere else.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.frames import BoolArray, FloatArray, IntArray
from opensim_pelvis.types import Angles
from opensim_pelvis.types.running import Exclusion

SETTLED_DEVIATIONS: Final = 3.0
"""A stride belongs to steady running when its duration and size differ from the five strides
that follow (or precede) by at most this many of the usual differences from stride to stride."""

SETTLED_LEAST: Final = (0.01, 0.02)
"""Parts by which duration and size may always differ, so that even strides are not picked at."""

LEAST_SAMPLES: Final = 1.05
"""Samples by which a duration may always differ: events lie on samples, and even strides that are
no whole number of samples long differ by one."""

LEAST_SIZE_RAD: Final = np.deg2rad(1.0)
"""Angle by which the size may always differ: sensors do not tell less."""

SETTLED_MOST: Final = (0.06, 0.12)
"""Parts by which they may differ at most, however uneven the strides are."""

FEW_STRIDES: Final = 6
"""Strides of a leg in a bout below which none of them are known to be the steady ones."""

SETTLED_FEW: Final = (0.15, 0.30)
"""Parts by which those may differ; the first and the last stride of a run differ by more."""

OUTLIER_DEVIATIONS: Final = 4.0
"""Robust standard deviations from the running median beyond which a stride is an outlier."""

LEAST_SPREAD: Final = 0.02
"""Robust spread of the duration is at least this part, so that even strides are not picked at."""

_LOOK: Final = 5
_WINDOW: Final = 21


def exclude_strides(
    *,
    side: IntArray,
    start: FloatArray,
    end: FloatArray,
    turning: BoolArray,
    rotation: FloatArray,
    bout: IntArray,
    angles: Angles,
) -> tuple[Exclusion, ...]:
    """Return the reason why each stride is excluded, empty where it is kept.

    Reasons are tried in this order: missing samples, turning, start-up, slowing, outlier. Strides
    in turns are neither judged by the others nor are others judged by them.

    Parameters
    ----------
    side, start, end, bout : (n,) array
    turning : (n,) bool array
        Whether each stride turns (`gait.strides.path.Path.turning`).
    rotation : (n,) array
        Range of axial rotation of each stride; NaN where it is not known.
    angles : Angles
    """
    reasons = np.full(side.size, "", dtype=object)
    size, missing = _sizes(angles, start, end)
    length = end - start
    reasons[missing] = "missing_samples"
    _set(reasons, turning, "turning")
    least = (_sample_s(angles.time_s) * LEAST_SAMPLES, LEAST_SIZE_RAD)
    straight = reasons == ""
    for code in (0, 1):
        for number in np.unique(bout[side == code]):
            rows = np.flatnonzero((side == code) & (bout == number) & straight)
            unsettled = _unsettled(length[rows], size[rows], least)
            _set(reasons, _only(rows, unsettled, side.size), "start_up")
            late = _unsettled(length[rows][::-1], size[rows][::-1], least)[::-1]
            _set(reasons, _only(rows, late, side.size), "slowing")
    for code in (0, 1):
        rows = np.flatnonzero((side == code) & (reasons == ""))
        odd = _odd(length[rows], LEAST_SPREAD)
        for values in (size, rotation):
            odd |= _odd(values[rows], 2.0 * LEAST_SPREAD)
        _set(reasons, _only(rows, odd, side.size), "outlier")
    return tuple(reasons)


def _sizes(angles: Angles, start: FloatArray, end: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Return the range of the largest angle over each stride, and which strides miss samples.

    The angle is a thigh's where there is one: it swings most and has no heading. It is the other
    thigh's, or another segment's, where that was recorded, or is left, for a quarter longer.
    """
    wanted = ("thigh_extension_r", "thigh_extension_l", "pelvic_obliquity", "trunk_lateral_lean")
    columns = [angles.values_rad[:, angles.names.index(n)] for n in wanted if n in angles.names]
    if not columns:
        return np.ones(start.size), np.zeros(start.size, dtype=bool)
    known = [int(np.isfinite(column).sum()) for column in columns]
    values = next(c for c, n in zip(columns, known, strict=True) if 1.25 * n >= max(known))
    high = extreme_between(values, angles.time_s, start, end, np.maximum)
    low = extreme_between(values, angles.time_s, start, end, np.minimum)
    return high - low, ~np.isfinite(high - low)


def extreme_between(
    values: FloatArray, time_s: FloatArray, start: FloatArray, end: FloatArray, pick: np.ufunc
) -> FloatArray:
    """Return the largest (``np.maximum``) or smallest value of samples in [start, end).

    NaN where a sample is absent or none lies in between.
    """
    first = np.searchsorted(time_s, start - 1e-9)
    stop = np.searchsorted(time_s, end - 1e-9)
    usable = np.isfinite(start) & np.isfinite(end) & (stop > first) & (first < time_s.size)
    out = np.full(start.size, np.nan)
    if usable.any():
        bounds = np.stack([first[usable], stop[usable]], axis=1).ravel()
        padded = np.append(values, np.nan)
        out[usable] = pick.reduceat(padded, np.minimum(bounds, values.size))[::2]
    return out


def _unsettled(
    length: FloatArray, size: FloatArray, least: tuple[float, float] = (0.0, 0.0)
) -> BoolArray:
    """Return the strides from the first on that differ from those that follow them.

    ``least`` are the differences of duration and size that are always allowed.
    """
    out = np.zeros(length.size, dtype=bool)
    series = (length, size)
    allowed = [_allowed(values, which) for which, values in enumerate(series)]
    for i in range(length.size - 1):
        ahead = slice(i + 1, i + 1 + _LOOK)
        settled = True
        for values, part, always in zip(series, allowed, least, strict=True):
            usual = _median(values[ahead])
            if np.isfinite(values[i]) and np.isfinite(usual) and usual > 0.0:
                settled &= bool(abs(values[i] - usual) <= max(part * usual, always))
        if settled:
            break
        out[i] = True
    return out


def _allowed(values: FloatArray, which: int) -> float:
    """Return the part by which durations (0) or sizes (1) may differ from those that follow."""
    if values.size < FEW_STRIDES:
        return SETTLED_FEW[which]
    spread = SETTLED_DEVIATIONS * _unevenness(values)
    return float(np.clip(spread, SETTLED_LEAST[which], SETTLED_MOST[which]))


def _sample_s(time_s: FloatArray) -> float:
    """Return the sampling interval; zero where there is none."""
    return float((time_s[-1] - time_s[0]) / (time_s.size - 1)) if time_s.size > 1 else 0.0


def _unevenness(values: FloatArray) -> float:
    """Return the robust standard deviation of single values, as a part of their median.

    From the differences of neighbours, which a slow change does not enlarge.
    """
    present = values[np.isfinite(values)]
    if present.size < 3 or not np.median(present) > 0.0:
        return float("inf")
    spread = 1.4826 * np.median(np.abs(np.diff(present))) / np.sqrt(2.0)
    return float(spread / np.median(present))


def _median(values: FloatArray) -> float:
    present = values[np.isfinite(values)]
    return float(np.median(present)) if present.size else float("nan")


def _odd(values: FloatArray, least_spread: float) -> BoolArray:
    """Return values far from the running median of their neighbours (Hampel's rule)."""
    from scipy.ndimage import median_filter

    if values.size < 5 or not np.isfinite(values).all():
        return np.zeros(values.size, dtype=bool)
    usual = median_filter(values, size=min(_WINDOW, values.size), mode="nearest")
    off = np.abs(values - usual)
    spread = np.maximum(1.4826 * np.median(off), least_spread * np.abs(usual))
    return np.asarray(off > OUTLIER_DEVIATIONS * spread)


def _only(rows: IntArray, flags: BoolArray, size: int) -> BoolArray:
    out = np.zeros(size, dtype=bool)
    out[rows[flags]] = True
    return out


def _set(reasons: np.ndarray, flags: BoolArray, reason: Exclusion) -> None:
    reasons[flags & (reasons == "")] = reason
