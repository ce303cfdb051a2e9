"""The confidence interval of a mean over strides, whose variation has a long memory.

Strides resemble those before them, over many strides: their variation is fractional Gaussian noise
with an exponent H from 0.5, no memory, to 1 (walking: Hausdorff et al. 1995, J Appl Physiol 78:349;
running: Jordan & Newell 2008, doi:10.1097/JES.0b013e3181877d71). The variance of the mean of n
strides then falls as n to the power of 2 H - 2, and the spread within a recording is too small
besides. H of some tens of strides is hardly known, so it is integrated over: its likelihood
(exact, with mean and variance integrated out) times how it is distributed beforehand. For a given
H the mean follows Student's distribution; the interval is that of the mixture.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from opensim_pelvis.frames import FloatArray

CONFIDENCE: Final = 0.95

EXPONENTS: Final = np.arange(0.5, 0.91, 0.04)
"""Values of H that are integrated over. Below 0.5 neighbours are opposites: counted as 0.5. Beyond
0.9 a recording says next to nothing of the mean, and intervals have no end."""

USUAL_EXPONENT: Final = 0.7
"""Middle of how H is distributed beforehand: 0.58 fits ranges and peaks of two men on a treadmill
best (30 s each, ``rbds_running``), 0.7 to 0.85 are published for stride times over minutes."""

EXPONENT_SD: Final = 0.12

MOST_BLOCKS: Final = 64
"""More strides are averaged in blocks of neighbours first, whose means have the same H."""

_MOST_STEPS: Final = 50
_ROUND_STEP: Final = 1e-14
"""Part of the solution below which a step is rounding."""

_ROUNDING: Final = 1e-9
"""Part of the plain sum of squares below which a decorrelated one is rounding: of values that go up
and down in blocks, or hardly vary."""


class Memory(NamedTuple):
    """What a number of values have for each H.

    Parameters
    ----------
    residual : (h, m, m) array
        Quadratic form that is the sum of squares about the best mean, decorrelated.
    of_mean : (h,) array
        Variance of the plain mean, of values with variance one.
    log_weight : (h,) array
        Logarithm of the likelihood's factor without the sum of squares, and of what is known
        of H beforehand.
    """

    residual: FloatArray
    of_mean: FloatArray
    log_weight: FloatArray


def mean_interval(
    x: FloatArray, *, usual_sd: float = 0.0, usual_freedom: float = 0.0
) -> tuple[float, float]:
    """Return half the width of the 95 % interval of a mean, and the effective number of values.

    Parameters
    ----------
    x : (n,) array
        Three values or more, in order of time.
    usual_sd, usual_freedom : float
        Spread known beforehand, and how many further values would tell it as well: the spread of
        ``x`` is drawn towards it (a conjugate prior of the variance).

    Returns
    -------
    half_width : float
    effective_n : float
        Independent values whose mean would vary as much: n if H were 0.5.

    Examples
    --------
    >>> half, n = mean_interval(np.array([1.0, -1.0] * 20))
    >>> round(half, 2), 25.0 < n < 40.0
    (0.37, True)
    """
    n = x.size
    off = x - x.mean()
    same = float(off @ off) <= 1e-24 * n
    if same and not usual_sd * usual_freedom > 0.0:
        return 0.0, float(n)
    size, m = blocks_of(n)
    blocks = off[n - m * size :].reshape(m, size).mean(axis=1)
    if float(blocks @ blocks) <= 1e-24 * m and not same:  # neighbours undo each other
        size, m, blocks = 1, MOST_BLOCKS, off[n - MOST_BLOCKS :]
    memory = memory_of(m)
    usual = usual_sd**2 * float(size) ** (2.0 * EXPONENTS - 2.0)  # of means of blocks
    freedom = m - 1.0 + usual_freedom
    own = np.einsum("i,hij,j->h", blocks, memory.residual, blocks)
    own = np.maximum(own, _ROUNDING * float(blocks @ blocks))
    square = own + usual_freedom * usual
    variance = square / freedom
    likely = memory.log_weight - freedom / 2.0 * np.log(np.maximum(variance, 1e-300))
    likely += usual_freedom / 2.0 * np.log(np.maximum(usual, 1e-300))
    weight = np.exp(likely - likely.max())
    weight /= weight.sum()
    error = np.sqrt(variance * memory.of_mean)
    effective = 1.0 / float(weight @ float(n) ** (2.0 * EXPONENTS - 2.0))
    return _half_of_mixture(weight, error, freedom), effective


def blocks_of(n: int) -> tuple[int, int]:
    """Return how many of n values are averaged in a block, and how many blocks there are.

    >>> blocks_of(30), blocks_of(130)
    ((1, 30), (3, 43))
    """
    size = -(-n // MOST_BLOCKS)
    return size, n // size


@lru_cache(maxsize=MOST_BLOCKS)
def memory_of(m: int) -> Memory:
    """Return the quadratic forms and weights of ``m`` values, for every H."""
    k = np.arange(m, dtype=np.float64)
    lag = np.abs(k[:, None] - k).astype(np.int64)
    residual, of_mean, log_weight = [], [], []
    for h in EXPONENTS:
        powers = np.abs(np.stack([k + 1.0, k, k - 1.0])) ** (2.0 * h)
        correlation = ((powers[0] - 2.0 * powers[1] + powers[2]) / 2.0)[lag]
        inverse = np.linalg.inv(correlation)
        rows = inverse.sum(axis=1)
        residual.append(inverse - np.outer(rows, rows) / rows.sum())
        of_mean.append(correlation.sum() / m**2)
        before = -0.5 * ((h - USUAL_EXPONENT) / EXPONENT_SD) ** 2
        log_det = np.linalg.slogdet(correlation).logabsdet
        log_weight.append(before - (log_det + np.log(rows.sum())) / 2.0)
    return Memory(np.array(residual), np.array(of_mean), np.array(log_weight))


def _half_of_mixture(weight: FloatArray, error: FloatArray, freedom: float) -> float:
    """Return within which distance Student's distributions, mixed, have 95 % of their mass.

    The mass within a distance is a concave function of it: Newton's steps from below never pass
    the solution.
    """
    from scipy.special import gammaln, stdtr, stdtrit

    half = float(stdtrit(freedom, 0.5 + CONFIDENCE / 2.0) * error.min())
    top = np.exp(gammaln((freedom + 1.0) / 2.0) - gammaln(freedom / 2.0))
    top = 2.0 * top / np.sqrt(np.pi * freedom) * weight / error
    for _ in range(_MOST_STEPS):
        at = half / error
        lacking = CONFIDENCE - float(weight @ (2.0 * stdtr(freedom, at) - 1.0))
        density = float(top @ (1.0 + at**2 / freedom) ** (-(freedom + 1.0) / 2.0))
        step = lacking / density
        half += step
        if step <= _ROUND_STEP * half:
            break
    return half
