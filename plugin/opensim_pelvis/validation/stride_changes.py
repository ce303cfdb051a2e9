"""Whether two recordings are of one trial: do they share what changes from stride to stride.

Strides of one person are nearly alike, so two trials of one person match nearly as well as two
recordings of one trial. What differs between a stride and the one before, in time and in size,
belongs to that one instant of that one trial. Taking away from each angular velocity its value a
stride earlier leaves these changes, and takes with it all that is the same in every stride:
the person's pattern, and the systems' different definitions of a segment.

The changes of the two are correlated at every shift. Shifts of more than a stride and a half show
what chance gives, from these very recordings; the correlation counts in standard deviations of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan
from typing import Final

import numpy as np
from scipy.ndimage import binary_erosion, gaussian_filter1d

from opensim_pelvis.frames import BoolArray, FloatArray
from opensim_pelvis.rotations import angular_velocity, rotate
from opensim_pelvis.validation.clock_offset import MIN_SAMPLES, interpolate, turn_upright

SMOOTH_S: Final = 0.08
"""Standard deviation of the Gaussian: faster changes are mostly noise and soft tissue."""

PERIOD_S: Final = (0.45, 1.8)
"""Shortest and longest stride."""

STEADY: Final = (0.75, 1.33)
"""Power of turning over a stride, as a part of its median, that still counts as steady."""

MIN_STRIDES: Final = 8.0
"""Fewer steady strides leave chance unknown."""

MIN_OVERLAP: Final = 0.35
"""Part of the steady strides that a shift must keep."""

ALIKE: Final = 0.5
"""Autocorrelation after a stride below which there is no steady gait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrideChanges:
    """How far the changes from stride to stride are the same in two recordings.

    Parameters
    ----------
    period_s : float
        Time of a stride; NaN without a steady gait.
    strides : float
        Steady strides in which both were compared with the stride before.
    correlation : float
        Of the changes at the offset that was tried.
    score : float
        The same in standard deviations of what chance gives; NaN with too few strides.
    other_score : float
        The highest at any shift of more than half a stride.
    other_shift_s : float
        By how much the estimate would have to be later there.
    """

    period_s: float = nan
    strides: float = 0.0
    correlation: float = nan
    score: float = nan
    other_score: float = nan
    other_shift_s: float = nan


def compare_changes(
    estimate: Mapping[str, FloatArray],
    estimate_time_s: FloatArray,
    reference: Mapping[str, FloatArray],
    reference_time_s: FloatArray,
) -> StrideChanges:
    """Correlate the changes from stride to stride of two recordings on one clock.

    Parameters
    ----------
    estimate, reference : mapping of body to (t, 4) array
        Orientations seen from worlds with y up, of any heading.
    estimate_time_s, reference_time_s : (t,) array
        On the reference's clock.
    """
    rate_hz = (reference_time_s.size - 1) / float(reference_time_s[-1] - reference_time_s[0])
    x, y = _turning(estimate, estimate_time_s, reference, reference_time_s, rate_hz)
    if not x.size:
        return StrideChanges()
    period, alike = _period(y, rate_hz)
    if alike < ALIKE:
        return StrideChanges()
    stride = round(period)
    dx, dy = _changes(x, period), _changes(y, period)
    steady = _steady(y, stride)
    steady = steady & np.roll(steady, stride) & np.isfinite(dx + dy).all(axis=(0, 2))
    strides = float(steady.sum()) / stride
    if strides < MIN_STRIDES:
        return StrideChanges(period_s=period / rate_hz, strides=strides)
    lags, scores, correlation = _scores(dx, dy, steady, stride)
    other = np.abs(lags) > 0.5 * stride
    best = int(np.argmax(np.where(other, scores, -np.inf)))
    return StrideChanges(
        period_s=period / rate_hz,
        strides=strides,
        correlation=correlation,
        score=float(scores[lags == 0][0]),
        other_score=float(scores[best]),
        other_shift_s=float(lags[best]) / rate_hz,
    )


def _turning(
    estimate: Mapping[str, FloatArray],
    estimate_time_s: FloatArray,
    reference: Mapping[str, FloatArray],
    reference_time_s: FloatArray,
    rate_hz: float,
) -> tuple[FloatArray, FloatArray]:
    """Return angular velocities in the reference's world, each (segments, t, 3), smoothed."""
    found = []
    for body in (body for body in estimate if body in reference):
        moved = interpolate(estimate[body], estimate_time_s, reference_time_s)
        x, y = angular_velocity(moved, rate_hz), angular_velocity(reference[body], rate_hz)
        both: BoolArray = np.asarray(np.isfinite(x + y).all(axis=1))
        if both.sum() < MIN_SAMPLES:
            continue
        pair = np.stack([rotate(turn_upright(y[both], x[both]), x), y])
        sd = SMOOTH_S * rate_hz
        smooth = gaussian_filter1d(np.where(both[:, None], pair, 0.0), sd, axis=1)
        # near a gap both are smoothed into the same nothing, which would look like a shared change
        whole = binary_erosion(both, iterations=int(4.0 * sd) + 1)
        found.append(np.where(whole[:, None], smooth, np.nan))
    if not found:
        return np.zeros(0), np.zeros(0)
    x, y = np.stack(found, axis=1)
    return x, y


def _period(y: FloatArray, rate_hz: float) -> tuple[float, float]:
    """Return samples of a stride, to a fraction, and how much one is like the next."""
    seen = np.nan_to_num(np.moveaxis(y, 1, 0).reshape(y.shape[1], -1))
    seen = seen - seen.mean(axis=0)
    count = seen.shape[0]
    spectrum = np.fft.rfft(seen, 2 * count, axis=0)
    power = np.fft.irfft((np.abs(spectrum) ** 2).sum(axis=1))[: count // 2]
    power = power / (count - np.arange(power.size))
    low, high = (int(edge * rate_hz) for edge in PERIOD_S)
    if power.size <= low + 1 or power[0] <= 0.0:
        return 1.0, 0.0
    best = low + int(np.argmax(power[low : min(high, power.size - 1)]))
    before, at, after = power[best - 1 : best + 2]
    bend = before - 2.0 * at + after
    part = float(np.clip(0.5 * (before - after) / bend, -0.5, 0.5)) if bend < 0.0 else 0.0
    return best + part, float(at / power[0])


def _changes(turning: FloatArray, period: float) -> FloatArray:
    """Return what is left of turning when that of a stride earlier is taken away."""
    whole, part = int(period), period % 1.0
    out = np.full(turning.shape, np.nan)
    earlier = (1.0 - part) * turning[:, 1:-whole] + part * turning[:, : -whole - 1]
    out[:, whole + 1 :] = turning[:, whole + 1 :] - earlier
    return out


def _steady(y: FloatArray, stride: int) -> BoolArray:
    """Return where the power of turning over a stride is near its usual value."""
    power = np.nan_to_num(np.square(y).sum(axis=(0, 2)))
    power = gaussian_filter1d(power, 0.5 * stride)
    usual = float(np.median(power[power > 0.3 * power.max()]))
    return np.asarray((power > STEADY[0] * usual) & (power < STEADY[1] * usual))


def _scores(
    dx: FloatArray, dy: FloatArray, steady: BoolArray, stride: int
) -> tuple[FloatArray, FloatArray, float]:
    """Return shifts in samples, scores at them, and the correlation at none.

    A sum of products over an overlap of n samples varies by chance as the root of n; divided by
    it, all shifts are of one distribution.
    """
    a, b = (np.where(steady[None, :, None], d, 0.0) for d in (dx, dy))
    a, b = (d / np.sqrt(np.square(d).sum(axis=(1, 2), keepdims=True)) for d in (a, b))
    count = steady.size
    whole = float(steady.sum())
    product = np.conj(np.fft.rfft(a, 2 * count, axis=1)) * np.fft.rfft(b, 2 * count, axis=1)
    sums = np.fft.irfft(product.sum(axis=(0, 2)), 2 * count) / a.shape[0]
    overlap = np.fft.irfft(np.abs(np.fft.rfft(steady.astype(float), 2 * count)) ** 2, 2 * count)
    lags = np.fft.fftfreq(2 * count, 0.5 / count).round()
    kept = overlap >= MIN_OVERLAP * whole
    lags, scores = lags[kept], sums[kept] * np.sqrt(whole / overlap[kept])
    chance = np.abs(lags) > 1.5 * stride
    scores = scores / np.sqrt(np.square(scores[chance]).mean())
    return lags.astype(np.float64), scores, float(sums[0])
