"""Values of people over speed: a normal distribution whose mean and log-spread are linear in speed.

Its quantiles are smooth, and they cannot cross. Source: Aitkin 1987, Appl Stat 36:332-339,
doi:10.2307/2347792 (maximum likelihood by Fisher scoring).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import norm

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.types import FEWEST_PEOPLE

FEWEST_TO_FIT: Final = 5
"""People without whom nothing is fitted; a choice."""

LEAST_RANGE_MPS: Final = 0.5
"""Over less, values are taken to be of one speed; a choice."""

_STEPS: Final = 500
_DONE: Final = 1e-10
_SMALLEST: Final = 1e-6
_ALIKE: Final = 1e-6  # of the values; people differ by more


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class OverSpeed:
    """The distribution of a value over speed.

    Parameters
    ----------
    middle_mps : float
        Speed at which the lines have their first coefficient.
    mean : (2,) array
        Mean at the middle, and its slope per m/s.
    log_spread : (2,) array
        Logarithm of the standard deviation between people at the middle, and its slope per m/s.
    people : int
    """

    middle_mps: float
    mean: FloatArray
    log_spread: FloatArray
    people: int

    def mean_at(self, speed_mps: float) -> float:
        """Return the mean at a speed."""
        return float(self.mean[0] + self.mean[1] * (speed_mps - self.middle_mps))

    def spread_at(self, speed_mps: float) -> float:
        """Return the standard deviation between people at a speed."""
        slope = self.log_spread[1] * (speed_mps - self.middle_mps)
        return math.exp(float(self.log_spread[0] + slope))

    def quantile(self, speed_mps: float, share: float) -> float:
        """Return the value below which a share of people lies."""
        return self.mean_at(speed_mps) + float(norm.ppf(share)) * self.spread_at(speed_mps)


def fit_over_speed(
    speed_mps: FloatArray, values: FloatArray, people: Sequence[str]
) -> OverSpeed | None:
    """Fit the distribution; each person has the same weight, at however many speeds.

    Parameters
    ----------
    speed_mps, values : (n,) array
        One value a person and speed.
    people : sequence of str
        Whose each value is.

    Returns
    -------
    OverSpeed or None
        None of fewer than `FEWEST_TO_FIT` people, and of values on one line: there is no spread
        between these, such as between copies of one result. Of fewer than `FEWEST_PEOPLE` the
        spread is the same at all speeds. Over less than `LEAST_RANGE_MPS` mean and spread are.

    Examples
    --------
    >>> five = fit_over_speed(np.full(5, 3.0), np.array([8.0, 9, 10, 11, 12]), list("abcde"))
    >>> round(five.mean_at(3.0), 6), round(five.spread_at(3.0) ** 2, 6)
    (10.0, 2.5)
    """
    names, index = np.unique(np.asarray(people), return_inverse=True)
    n = names.size
    if n < FEWEST_TO_FIT:
        return None
    weights = 1.0 / np.bincount(index)[index]
    middle = float(np.average(speed_mps, weights=weights))
    sloped = float(np.ptp(speed_mps)) >= LEAST_RANGE_MPS
    line = np.stack([np.ones_like(speed_mps), speed_mps - middle], axis=1)
    of_mean = line if sloped else line[:, :1]
    of_spread = line if sloped and n >= FEWEST_PEOPLE else line[:, :1]
    off = values - of_mean @ _least_squares(of_mean, values, weights)
    if np.abs(off).max() <= _ALIKE * np.abs(values).max():
        return None
    mean, log_spread = _fit(of_mean, of_spread, values, weights)
    degrees = n - of_mean.shape[1]
    log_spread[0] += 0.5 * math.log(n / degrees)  # the likelihood takes the mean for known
    return OverSpeed(
        middle_mps=middle,
        mean=np.pad(mean, (0, 2 - mean.size)),
        log_spread=np.pad(log_spread, (0, 2 - log_spread.size)),
        people=n,
    )


def _fit(
    of_mean: FloatArray, of_spread: FloatArray, values: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return coefficients of the mean and of the log-spread, by maximum likelihood."""
    mean = _least_squares(of_mean, values, weights)
    residual = values - of_mean @ mean
    log_spread: FloatArray = np.zeros(of_spread.shape[1])
    variance = float(np.average(residual**2, weights=weights))
    log_spread[0] = 0.5 * math.log(max(variance, _SMALLEST**2))
    information = 2.0 * of_spread.T @ (weights[:, None] * of_spread)
    for _ in range(_STEPS):
        spread = np.maximum(np.exp(of_spread @ log_spread), _SMALLEST)
        mean = _least_squares(of_mean, values, weights / spread**2)
        ratio = ((values - of_mean @ mean) / spread) ** 2 - 1.0
        step = np.linalg.solve(information, of_spread.T @ (weights * ratio))
        log_spread += np.clip(step, -0.5, 0.5)
        if np.abs(step).max() < _DONE:
            break
    return mean, log_spread


def _least_squares(line: FloatArray, values: FloatArray, weights: FloatArray) -> FloatArray:
    root = np.sqrt(weights)
    found = np.linalg.lstsq(root[:, None] * line, root * values, rcond=None)[0]
    return np.asarray(found, dtype=np.float64)
