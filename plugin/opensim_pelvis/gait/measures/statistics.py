"""Mean, spread and confidence over strides that resemble their neighbours.

Strides are autocorrelated, so n strides say less than n independent ones. Two standard errors
of the mean are computed and the larger is used: that of a first-order autoregressive process
(effective number n (1 - r) / (1 + r), r the lag-one correlation, corrected for its bias in short
series: Kendall 1954, doi:10.1093/biomet/41.3-4.403) and, from 100 strides, that of the means of
batches of consecutive strides, which also sees slow drift.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.types import Asymmetry, MeasureDefinition, Summary, Trend

CONFIDENCE: Final = 0.95
FEWEST_FOR_INTERVAL: Final = 4
FEWEST_INDEPENDENT: Final = 3.0
"""Effective strides below which there is no interval: with two, Student's quantile is 12.7, and the
interval wider than anything a body does."""
_BATCHED_FROM: Final = 100
_BATCHES: Final = 20

TREND_BLOCK_S: Final = 60.0
TREND_BLOCKS: Final = 6
_BLOCK_STRIDES: Final = 10


def summarise(
    definition: MeasureDefinition,
    side: Literal["right", "left", "body"],
    values: FloatArray,
    time_s: FloatArray,
) -> Summary | None:
    """Return the summary of values in order of time; None where none is present.

    Parameters
    ----------
    definition : MeasureDefinition
    side : str
    values, time_s : (n,) array
        Of the kept strides; NaN values are left out.
    """
    present = np.isfinite(values)
    x, t = values[present], time_s[present]
    if x.size == 0:
        return None
    centre = 0.0
    if definition.circular:
        centre = float(np.rad2deg(np.angle(np.mean(np.exp(1j * np.deg2rad(x))))))
        x = (x - centre + 180.0) % 360.0 - 180.0
    mean = float(x.mean())
    sd = float(x.std(ddof=1)) if x.size > 1 else float("nan")
    error, independent = standard_error(x)
    enough = x.size >= FEWEST_FOR_INTERVAL and independent >= FEWEST_INDEPENDENT
    half = _quantile(independent - 1.0) * error if enough else float("nan")
    level = (mean + centre) % 360.0 if definition.circular else mean
    return Summary(
        name=definition.name,
        side=side,
        mean=level,
        sd=sd,
        n=int(x.size),
        effective_n=independent,
        low=level - half,
        high=level + half,
        trend=find_trend(x, t),
    )


def standard_error(x: FloatArray) -> tuple[float, float]:
    """Return the standard error of the mean and the effective number of strides.

    Examples
    --------
    >>> error, n = standard_error(np.array([1.0, -1.0] * 50))
    >>> n
    100.0
    """
    n = x.size
    if n < 2:
        return float("nan"), float(n)
    off = x - x.mean()
    variance = float(off @ off) / (n - 1)
    if variance <= 1e-24:
        return 0.0, float(n)
    r = float(off[1:] @ off[:-1]) / float(off @ off)
    r = float(np.clip(r + (1.0 + 3.0 * r) / n, 0.0, 0.99))
    error_2 = variance / max(n * (1.0 - r) / (1.0 + r), 1.0)
    if n >= _BATCHED_FROM:
        usable = n - n % _BATCHES
        batches = x[:usable].reshape(_BATCHES, -1).mean(axis=1)
        error_2 = max(error_2, float(batches.var(ddof=1)) / _BATCHES)
    return float(np.sqrt(error_2)), float(np.clip(variance / error_2, 2.0, n))


def compare_sides(right: Summary, left: Summary) -> Asymmetry:
    """Return right minus left with its interval; the errors of the sides are independent."""
    difference = right.mean - left.mean
    half = float(np.hypot(right.high - right.mean, left.high - left.mean))
    level = (abs(right.mean) + abs(left.mean)) / 2.0
    alike = right.mean * left.mean > 0.0
    return Asymmetry(
        name=right.name,
        difference=difference,
        low=difference - half,
        high=difference + half,
        percent=100.0 * difference / level if alike else float("nan"),
    )


def find_trend(x: FloatArray, time_s: FloatArray) -> Trend | None:
    """Return the change with time over at least six minutes, else None.

    Means of whole minutes are nearly independent of each other; a straight line is fitted to
    them (`scipy.stats.linregress`).
    """
    if x.size == 0:
        return None
    block = ((time_s - time_s[0]) // TREND_BLOCK_S).astype(np.int64)
    count = np.bincount(block)
    whole = np.flatnonzero(count >= _BLOCK_STRIDES)
    if whole.size < TREND_BLOCKS:
        return None
    from scipy.stats import linregress

    means = np.bincount(block, weights=x)[whole] / count[whole]
    at = np.bincount(block, weights=time_s)[whole] / count[whole] / 600.0
    fit = linregress(at, means)
    half = _quantile(whole.size - 2.0) * float(fit.stderr)
    slope = float(fit.slope)
    return Trend(slope_per_10min=slope, low=slope - half, high=slope + half, blocks=int(whole.size))


def _quantile(freedom: float) -> float:
    """Return Student's quantile of a two-sided interval."""
    from scipy.special import stdtrit

    return float(stdtrit(max(freedom, 1.0), 0.5 + CONFIDENCE / 2.0))
