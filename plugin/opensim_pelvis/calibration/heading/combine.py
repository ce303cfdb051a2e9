"""A common heading weighed against each sensor's own plane of swing.

Sensors of one recording are taken as draws from one population: their earth frames face
``mu`` on average and scatter with standard deviation ``tau``. Both are estimated from the
recording itself (DerSimonian and Laird 1986, doi:10.1016/0197-2456(86)90046-2), and each sensor
goes from ``mu`` towards its own estimate as far as the two variances say. A single sensor that is
far off, near iron say, is no draw from that population: its own distance stands for ``tau``. Where
sensors agree within their uncertainty ``tau`` is zero, and all keep exactly the common heading. So
does a sensor that shows nothing of its own: iron in the floor says little of the trunk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.frames import BoolArray, FloatArray

ARBITRARY_RAD: Final = np.deg2rad(45.0)
"""Scatter beyond which sensors share no north: no magnetic compass in a room is that far off."""

OUTLYING: Final = 3.0
"""Standard deviations of its own from the others beyond which a sensor is off for itself."""

_EXACT_RAD = 1e-7  # stands for no uncertainty at all


@dataclass(frozen=True, eq=False, slots=True)
class Combined:
    """Headings after weighing.

    Parameters
    ----------
    offset_rad, sigma_rad : (s,) array
        Against the common heading, and standard deviation; infinite where nothing is known.
    tau_rad : float
        Scatter of the sensors' earth frames; infinite where they share no north.
    weight : (s,) array
        Share of a sensor's own estimate, 0 to 1.
    """

    offset_rad: FloatArray
    sigma_rad: FloatArray
    tau_rad: float
    weight: FloatArray


def combine(
    offset_rad: FloatArray,
    sigma_rad: FloatArray,
    arbitrary: BoolArray,
    *,
    by_legs: bool = False,
) -> Combined:
    """Weigh each sensor's own heading against the common one.

    Parameters
    ----------
    offset_rad : (s,) array
        Own heading less the common one; NaN for a sensor that does not tell. Zero with sigma
        zero for the sensor that defines the common heading.
    sigma_rad : (s,) array
        Standard deviation of each; not used where the offset is NaN.
    arbitrary : (s,) bool array
        Sensors whose earth frame is known to face anywhere (no magnetometer).
    by_legs : bool
        Whether the common heading is the mean of the legs', not that of one sensor. A sensor that
        shows nothing of its own is then off by its own scatter and the error of that mean, else by
        its own scatter and that sensor's.
    """
    tells = np.isfinite(offset_rad)
    pooled = tells & ~arbitrary
    far = pooled & (np.abs(offset_rad) > 2.0 * ARBITRARY_RAD)
    if far.any() or _scatter(offset_rad[pooled], sigma_rad[pooled])[1] > ARBITRARY_RAD:
        arbitrary, pooled = np.ones_like(arbitrary), np.zeros_like(pooled)
    mu, tau = _scatter(offset_rad[pooled], sigma_rad[pooled])
    own = np.where(tells, sigma_rad, np.inf)
    prior = np.where(arbitrary, np.inf, tau)
    away = np.where(tells, np.abs(offset_rad - mu), 0.0)
    prior = np.where(away > OUTLYING * own, np.maximum(prior, away), prior)
    weight = _weight(own, prior)
    offset = np.where(tells, offset_rad * weight + (1.0 - weight) * mu, 0.0)
    with np.errstate(divide="ignore"):
        precision = 1.0 / own**2 + 1.0 / prior**2
        sigma = np.where(np.isfinite(precision), 1.0 / np.sqrt(precision), 0.0)
    if not arbitrary.all():
        common = _mean_error(sigma_rad[pooled], tau) if by_legs else prior
        sigma = np.where(tells, sigma, np.hypot(prior, common))
        sigma = np.where(own > 0.0, np.maximum(sigma, _floor(sigma_rad[pooled])), 0.0)
    return Combined(
        offset_rad=offset,
        sigma_rad=sigma,
        tau_rad=float("inf") if arbitrary.all() else tau,
        weight=np.where(tells, weight, 0.0),
    )


def combine_upward(
    offset_rad: FloatArray,
    sigma_rad: FloatArray,
    arbitrary: BoolArray,
    legs: BoolArray,
    *,
    by_legs: bool = False,
) -> Combined:
    """Weigh headings as `combine` does, the trunk's without the legs.

    Pelvis and trunk are weighed alone: what is worn below the pelvis, nearer to iron in the floor,
    must not turn the trunk. Where the legs show that sensors share no north at all, or the trunk
    does not tell, all are weighed together.

    Parameters
    ----------
    offset_rad, sigma_rad, arbitrary, by_legs
        As for `combine`.
    legs : (s,) bool array
        Sensors on legs.
    """
    whole = combine(offset_rad, sigma_rad, arbitrary, by_legs=by_legs)
    upper = ~legs & np.isfinite(offset_rad)
    if not np.isfinite(whole.tau_rad) or not upper.any():
        return whole
    alone = combine(offset_rad[upper], sigma_rad[upper], arbitrary[upper])
    offset, sigma, weight = (
        values.copy() for values in (whole.offset_rad, whole.sigma_rad, whole.weight)
    )
    offset[upper], sigma[upper], weight[upper] = alone.offset_rad, alone.sigma_rad, alone.weight
    return Combined(offset_rad=offset, sigma_rad=sigma, tau_rad=whole.tau_rad, weight=weight)


def _weight(own: FloatArray, prior: FloatArray) -> FloatArray:
    """Return prior^2 / (own^2 + prior^2), with its limits at zero and infinity."""
    out = np.zeros_like(own)
    both = np.isfinite(own) & np.isfinite(prior) & (own + prior > 0.0)
    out[both] = prior[both] ** 2 / (own[both] ** 2 + prior[both] ** 2)
    out[np.isfinite(own) & ~np.isfinite(prior)] = 1.0
    return out


def _scatter(offset: FloatArray, sigma: FloatArray) -> tuple[float, float]:
    """Return mean and standard deviation of the population, after DerSimonian and Laird."""
    if offset.size < 2:
        return (float(offset[0]) if offset.size else 0.0), 0.0
    w = 1.0 / np.maximum(sigma, _EXACT_RAD) ** 2
    mean = np.sum(w * offset) / np.sum(w)
    excess = np.sum(w * (offset - mean) ** 2) - (offset.size - 1)
    if excess <= 0.0:
        return float(mean), 0.0
    others = np.array([np.sum(np.delete(w, i)) for i in range(w.size)])
    tau2 = excess / np.sum(w * others / np.sum(w))
    w = 1.0 / (sigma**2 + tau2)
    return float(np.sum(w * offset) / np.sum(w)), float(np.sqrt(tau2))


def _mean_error(sigma: FloatArray, tau: float) -> float:
    """Return the standard error of the mean of the population."""
    return float(np.sum(1.0 / (sigma**2 + tau**2)) ** -0.5) if sigma.size and tau > 0.0 else 0.0


def _floor(sigma: FloatArray) -> float:
    """Return how well sensors that agree confirm one another; NaN where fewer than two tell."""
    inexact = sigma[sigma > 0.0]
    return float(np.sum(inexact**-2.0) ** -0.5) if sigma.size > 1 and inexact.size else float("nan")
