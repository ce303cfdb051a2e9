"""Agreement of two curves sampled at the same instants: errors, correlation, similarity, lag."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import correlate, correlation_lags

from opensim_pelvis.frames import FloatArray

MIN_SAMPLES = 10
"""Fewer samples say nothing about the agreement of curves."""

MAX_LAG_S = 0.25
"""Lags are sought up to here: less than half a running stride, so that the next one cannot win."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveAgreement:
    """How far an estimate is from a reference over all samples that both have.

    The mean squared difference is the sum of three parts (Kobayashi and Salam 2000,
    doi:10.2134/agronj2000.922345x), of which the roots are given here in the curves' unit:
    ``rmse^2 = offset^2 + amplitude^2 + shape^2``.

    Parameters
    ----------
    samples : int
    bias : float
        Mean of estimate minus reference.
    rmse, mae : float
        Root of the mean square, and mean size, of the difference.
    rmse_without_offset : float
        Root-mean-square difference once the bias is taken away.
    offset, amplitude, shape : float
        Parts of ``rmse``: of the means, of the standard deviations, of the lack of correlation.
    r : float
        Pearson's coefficient; NaN where one of the curves does not move.
    lag_s : float
        By how much the estimate comes later than the reference; NaN where no lag within
        `MAX_LAG_S` fits best.
    """

    samples: int
    bias: float
    rmse: float
    mae: float
    rmse_without_offset: float
    offset: float
    amplitude: float
    shape: float
    r: float
    lag_s: float


def compare_curves(
    estimate: FloatArray, reference: FloatArray, *, rate_hz: float
) -> CurveAgreement:
    """Return the agreement of two curves.

    Parameters
    ----------
    estimate, reference : (t,) array
        One unit; NaN where absent.
    rate_hz : float

    Raises
    ------
    ValueError
        When fewer than `MIN_SAMPLES` samples are in both.
    """
    both = np.isfinite(estimate) & np.isfinite(reference)
    count = int(both.sum())
    if count < MIN_SAMPLES:
        raise ValueError(f"wanted at least {MIN_SAMPLES} samples in both curves, found {count}")
    x, y = estimate[both], reference[both]
    difference = x - y
    sx, sy = float(x.std()), float(y.std())
    moves = min(sx, sy) > 1e-12 * max(1.0, float(np.abs(y).max()))
    r = float(np.corrcoef(x, y)[0, 1]) if moves else float("nan")
    bias = float(difference.mean())
    amplitude = abs(sx - sy)
    rmse = float(np.sqrt(np.mean(difference**2)))
    without = float(difference.std())
    return CurveAgreement(
        samples=count,
        bias=bias,
        rmse=rmse,
        mae=float(np.abs(difference).mean()),
        rmse_without_offset=without,
        offset=abs(bias),
        amplitude=amplitude,
        shape=float(np.sqrt(max(without**2 - amplitude**2, 0.0))),
        r=r,
        lag_s=_find_lag(estimate, reference, MAX_LAG_S * rate_hz) / rate_hz
        if moves
        else float("nan"),
    )


def coefficient_of_multiple_correlation(curves: FloatArray) -> float:
    """Return the CMC of curves of the same strides by several methods.

    It measures how alike the methods' curves are within each stride, offset, amplitude and
    shape together, whatever the spread between strides: Ferrari, Cutti and Cappello 2010
    (doi:10.1016/j.gaitpost.2010.02.009), after Kadaba et al. 1989.

    Parameters
    ----------
    curves : (g, p, f) array
        Strides, methods, frames of the time-normalised stride; strides with a NaN are left out.

    Returns
    -------
    float
        1 where the curves are the same; NaN where the methods differ more than the curves move
        (the root of a negative number), which is to be reported as such.
    """
    whole = curves[np.isfinite(curves).all(axis=(1, 2))]
    g, p, f = whole.shape
    if g == 0 or p < 2 or f < 2:
        return float("nan")
    at_frame = whole.mean(axis=1, keepdims=True)
    grand = whole.mean(axis=(1, 2), keepdims=True)
    between = float(((whole - at_frame) ** 2).sum()) / (g * f * (p - 1))
    total = float(((whole - grand) ** 2).sum()) / (g * (p * f - 1))
    if total <= 0.0:
        return float("nan")
    square = 1.0 - between / total
    return float(np.sqrt(square)) if square >= 0.0 else float("nan")


def _find_lag(estimate: FloatArray, reference: FloatArray, most: float) -> float:
    """Return the lag of the highest cross-correlation in samples, between samples by a parabola.

    Samples absent in one curve are left out of both; the sum at each lag is divided by the
    root of the energies that overlap there, so that the ends do not favour small lags.
    """
    both = np.isfinite(estimate) & np.isfinite(reference)
    x = np.where(both, estimate - estimate[both].mean(), 0.0)
    y = np.where(both, reference - reference[both].mean(), 0.0)
    weight = both.astype(np.float64)
    lags = correlation_lags(x.size, y.size)
    top = correlate(x, y)
    energy = correlate(x**2, weight) * correlate(weight, y**2)
    overlap = correlate(weight, weight)
    near = (np.abs(lags) <= most) & (overlap >= 0.5 * both.sum())
    value, lags = (top / np.sqrt(np.maximum(energy, 1e-300)))[near], lags[near]
    best = int(np.argmax(value))
    if not 0 < best < value.size - 1:
        return float("nan")
    before, at, after = value[best - 1 : best + 2]
    bend = (at - before) + (at - after)  # above zero: of equal values the first is the best
    return float(lags[best] + 0.5 * (after - before) / bend)
