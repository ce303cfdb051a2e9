"""How mean headings of segments wander from stride to stride, and how well a line is known in it.

What differs from one stride to the next tends to stay: the mean over many strides is known worse
than by their number. The noise taken is fractional Gaussian (Mandelbrot & Van Ness 1968,
doi:10.1137/1010093).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray

HURST: Final = 0.75
"""Long memory of segments' mean headings from stride to stride.

Stride times have 0.7 to 0.8 in running (Jordan & Newell 2008, doi:10.1097/JES.0b013e3181877d71);
that headings have the same is a choice, since recordings of half a minute do not tell.
"""

NATURAL_RAD: Final = float(np.deg2rad(0.5))
"""How segments wander before anything is seen, standard deviation of a block about its line.

Runners on a treadmill have 0.2 to 0.9 degrees (``tests/benchmarks/drift.py --data``), independent
of one another as far as few blocks tell.
"""

NATURAL_BLOCKS: Final = 10.0
"""How many blocks that counts for beside those of the recording; a choice."""

_CURVES = 5  # shapes slower than a fifth of the recording that a line is held against


@dataclass(frozen=True, eq=False, slots=True)
class Line:
    """Least squares of a line over time through noise with long memory.

    ``to_slope`` gives the change over the whole span, ``curves`` (n, m) are slow shapes without a
    line, all for noise of variance 1.
    """

    to_slope: FloatArray
    away: FloatArray
    slope_variance: float
    away_variance: float
    curves: FloatArray
    curve_variance: FloatArray

    @classmethod
    def through(cls, time_s: FloatArray, block_s: float) -> Line:
        """Return the line through means over blocks, (n,) times of their middles."""
        x = 2.0 * (time_s - time_s[0]) / (time_s[-1] - time_s[0]) - 1.0
        n = x.size
        memory = fractional_covariance((time_s[:, None] - time_s[None, :]) / block_s)
        order = max(min(_CURVES + 2, n - 2), 2)
        axes, _ = np.linalg.qr(np.polynomial.legendre.legvander(x, order - 1))
        straight, curves = axes[:, :2], axes[:, 2:]
        away = np.eye(n) - straight @ straight.T
        to_slope = 2.0 * np.linalg.pinv(np.stack([np.ones(n), x], axis=1))[1]
        return cls(
            to_slope=to_slope,
            away=away,
            slope_variance=float(to_slope @ memory @ to_slope),
            away_variance=float(np.einsum("ij,ij->", away, memory)),
            curves=curves,
            curve_variance=np.einsum("ik,ij,jk->k", curves, memory, curves),
        )

    def slope(self, values: FloatArray) -> FloatArray:
        """Return the change over the span of each column."""
        return np.asarray(self.to_slope @ values)

    def covariance(self, values: FloatArray) -> FloatArray:
        """Return the covariance of the changes that noise as in the columns makes, (s, s)."""
        left = self.away @ values
        natural = NATURAL_BLOCKS * NATURAL_RAD**2 * np.eye(values.shape[1])
        spread = (left.T @ left + natural) / (self.away_variance + NATURAL_BLOCKS)
        slow = (self.curves.T @ values) ** 2 / self.curve_variance[:, None]
        slow = slow.mean(axis=0) if self.curve_variance.size else np.zeros(values.shape[1])
        own = np.maximum(np.diag(spread), np.finfo(np.float64).tiny)
        growth = np.sqrt(np.maximum(slow / own, 1.0))
        return np.asarray(self.slope_variance * spread * np.outer(growth, growth))


def fractional_covariance(lag: FloatArray) -> FloatArray:
    """Return the covariance of fractional Gaussian noise with variance 1 by its lag."""
    lag = np.abs(lag)
    power = 2.0 * HURST
    both = np.abs(lag + 1.0) ** power + np.abs(lag - 1.0) ** power
    return np.asarray(0.5 * both - lag**power)
