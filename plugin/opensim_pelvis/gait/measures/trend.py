"""The change of a measure over a long run, with an interval that counts the memory of strides.

Strides vary as 1/f^a noise does: slow wandering resembles a trend, so a line fitted as if minutes
were independent is far too sure of its slope. The line is fitted by generalised least squares. The
exponent of some hundred strides is not known, so it is integrated over: its likelihood (restricted,
exact, with level, slope and variance integrated out; Harville 1974, doi:10.1093/biomet/61.2.383)
times how it is distributed beforehand. For a given exponent the slope follows Student's
distribution; estimate and interval are those of the mixture.

Limits: strides count as evenly spaced, so a pause between them is passed over in the correlation
(not in the line); variation that lasts as long as the run and ends with it is a trend.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.measures.intervals import CONFIDENCE
from opensim_pelvis.types import Trend

MINUTE_S: Final = 60.0
FEWEST_MINUTES: Final = 6
FEWEST_STRIDES: Final = 10
"""Strides of a minute below which it is left out."""

BLOCKS: Final = FEWEST_MINUTES * FEWEST_STRIDES
"""Into so many blocks of neighbours strides are averaged: as many as the shortest run has strides.
Means of blocks have the exponent of their strides, and no memory of a few strides."""

EXPONENTS: Final = np.arange(0.05, 1.5, 0.1)
"""Values of a that are integrated over: 0 is white noise; 1, where level itself wanders without
end, lies between two of them."""

USUAL_EXPONENT: Final = 0.5
"""Middle of how a is distributed beforehand. Stride times of people who walk: 0.5 (detrended
fluctuation exponent 0.76, of which a is twice less 1; Hausdorff et al. 1996,
doi:10.1152/jappl.1996.80.5.1448)."""

EXPONENT_SD: Final = 0.5
"""Wide, since other measures may wander more; 0.3 covers 86 % at a = 1, this 93 %."""

_STEPS: Final = 50
_ROUNDING: Final = 1e-24


class Whitening(NamedTuple):
    """What turns means of blocks into independent values, for each exponent.

    Parameters
    ----------
    of_blocks : (a, BLOCKS - 1, BLOCKS) array
        Differences between blocks, decorrelated; the level is gone.
    log_weight : (a,) array
        Logarithm of the likelihood's factor that does not depend on values, and of what is known
        of the exponent beforehand.
    """

    of_blocks: FloatArray
    log_weight: FloatArray


def find_trend(x: FloatArray, time_s: FloatArray) -> Trend | None:
    """Return the change with time, None below six minutes of ten strides.

    Parameters
    ----------
    x : (n,) array
        The measure of each stride, finite, in order of time.
    time_s : (n,) array
        When the strides were, s.

    Returns
    -------
    Trend or None
        Slope and ends of its 95 % interval in the unit of ``x`` per ten minutes; ``blocks`` is
        the number of minutes.

    Examples
    --------
    >>> time_s = np.arange(0.0, 720.0, 0.7)
    >>> wander = np.random.default_rng(1).normal(size=time_s.size)
    >>> trend = find_trend(3.0 * time_s / 600.0 + wander, time_s)
    >>> trend.blocks, round(trend.slope_per_10min, 1), trend.low < 3.0 < trend.high
    (12, 3.0, True)
    """
    if x.size == 0:
        return None
    minute = ((time_s - time_s[0]) // MINUTE_S).astype(np.int64)
    whole = np.bincount(minute) >= FEWEST_STRIDES
    minutes = int(whole.sum())
    if minutes < FEWEST_MINUTES:
        return None
    kept = whole[minute]
    block = np.arange(int(kept.sum())) * BLOCKS // int(kept.sum())
    count = np.bincount(block)
    means = np.bincount(block, weights=x[kept] - x.mean()) / count
    at = np.bincount(block, weights=time_s[kept] - time_s[0]) / count / 600.0
    slope, low, high = fit_slope(means, at)
    return Trend(slope_per_10min=slope, low=low, high=high, blocks=minutes)


def fit_slope(means: FloatArray, at: FloatArray) -> tuple[float, float, float]:
    """Return the slope of a line through means of blocks, and the ends of its 95 % interval.

    Parameters
    ----------
    means, at : (BLOCKS,) array
        Values, and where they are on the axis.
    """
    whitening = whiten()
    y, t = whitening.of_blocks @ means, whitening.of_blocks @ at
    information = (t * t).sum(axis=1)
    slope = (t * y).sum(axis=1) / information
    freedom = BLOCKS - 2.0
    square = ((y - slope[:, None] * t) ** 2).sum(axis=1)
    square = np.maximum(square, _ROUNDING * (y * y).sum(axis=1) + 1e-300)
    likely = whitening.log_weight - (np.log(information) + freedom * np.log(square)) / 2.0
    weight = np.exp(likely - likely.max())
    weight /= weight.sum()
    error = np.sqrt(square / freedom / information)
    low, high = _ends_of_mixture(weight, slope, error, freedom)
    return float(weight @ slope), low, high


@cache
def whiten() -> Whitening:
    """Return what decorrelates means of blocks, for each exponent.

    A process whose increments are 1/f^a noise has variogram |k|^(a + 1); means of blocks have its
    second difference as covariance, with the opposite sign beyond a = 1, where only differences
    between blocks have one (fractional Gaussian noise: Mandelbrot & Van Ness 1968,
    doi:10.1137/1010093).
    """
    k = np.arange(BLOCKS, dtype=np.float64)
    lag = np.abs(k[:, None] - k).astype(np.int64)
    contrasts = np.linalg.qr(np.column_stack([np.ones(BLOCKS), np.eye(BLOCKS)[:, 1:]]))[0][:, 1:].T
    of_blocks, log_weight = [], []
    for a in EXPONENTS:
        powers = np.abs(np.stack([k + 1.0, k, k - 1.0])) ** (a + 1.0)
        covariance = (np.sign(1.0 - a) * (powers[0] - 2.0 * powers[1] + powers[2]))[lag]
        root = np.linalg.cholesky(contrasts @ covariance @ contrasts.T)
        of_blocks.append(np.linalg.solve(root, contrasts))
        before = -0.5 * ((a - USUAL_EXPONENT) / EXPONENT_SD) ** 2
        log_weight.append(before - float(np.log(np.diag(root)).sum()))
    return Whitening(np.array(of_blocks), np.array(log_weight))


def _ends_of_mixture(
    weight: FloatArray, slope: FloatArray, error: FloatArray, freedom: float
) -> tuple[float, float]:
    """Return where Student's distributions, mixed, have 2.5 and 97.5 % of their mass below.

    A quantile of a mixture lies between the smallest and the largest of its parts: bisected.
    """
    from scipy.special import stdtr, stdtrit

    tail = np.array([0.5 - CONFIDENCE / 2.0, 0.5 + CONFIDENCE / 2.0])
    parts = slope + stdtrit(freedom, tail)[:, None] * error
    low, high = parts.min(axis=1), parts.max(axis=1)
    for _ in range(_STEPS):
        middle = (low + high) / 2.0
        below = stdtr(freedom, (middle[:, None] - slope) / error) @ weight < tail
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    lower, upper = (low + high) / 2.0
    return float(lower), float(upper)
