"""Offsets at which the angular speeds of segments, as two systems saw them, look alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.signal import butter, correlate, correlation_lags, find_peaks, sosfiltfilt

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.rotations import angular_velocity
from opensim_pelvis.validation.matches import WHAT_TO_DO, OtherMovementError, Side
from opensim_pelvis.validation.seen import MIN_OVERLAP_S

RATE_HZ: Final = 100.0
"""Rate at which patterns are compared."""

CUTOFF_HZ: Final = 8.0
"""Low-pass filter of angular speed: above it soft tissue and marker noise differ."""

MIN_CORRELATION: Final = 0.75
"""Below this two patterns are not of one movement.

Measured: 0.77 and more for one walk by sensors and cameras, with the pelvis among the segments;
0.74 and less for runs of one simulated runner two steps a minute apart.
"""

MAX_RIVAL: Final = 0.97
"""Height of a second peak, as a part of the highest, above which the offset may be ambiguous."""

_MOST_PEAKS: Final = 6

_APART_S: Final = 0.2


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class SpeedMatch:
    """Where angular speeds correlate.

    Parameters
    ----------
    offsets_s : tuple of float
        What to add to the estimate's times, at the highest peak and those nearly as high.
    rival : float
        Height of the next best peak as a part of the best.
    curve_s, curve : (n,) array
        Correlation over offset.
    """

    offsets_s: tuple[float, ...]
    rival: float
    curve_s: FloatArray
    curve: FloatArray


def match_speeds(bodies: Sequence[str], estimate: Side, reference: Side) -> SpeedMatch:
    """Correlate the angular speeds of some segments that both have.

    Raises
    ------
    OtherMovementError
        When no offset makes them look alike.
    """
    (moving, moving_s), (wanted, wanted_s) = estimate, reference
    x = [_speed(wanted[body], wanted_s) for body in bodies]
    y = [_speed(moving[body], moving_s) for body in bodies]
    lags_s, curve = _correlate(x, y)
    lags_s = lags_s + float(wanted_s[0]) - float(moving_s[0])
    peaks, rival = _find_peaks(curve)
    return SpeedMatch(
        offsets_s=tuple(float(lags_s[p]) + _parabola(curve, p) / RATE_HZ for p in peaks),
        rival=rival,
        curve_s=lags_s,
        curve=curve,
    )


def _speed(q: FloatArray, time_s: FloatArray) -> FloatArray:
    """Return the angular speed on an even grid of `RATE_HZ`, low-passed; NaN where unknown."""
    rate_hz = (time_s.size - 1) / float(time_s[-1] - time_s[0])
    speed = np.linalg.norm(angular_velocity(q, rate_hz), axis=1)
    known = np.isfinite(speed)
    filled = np.interp(time_s, time_s[known], speed[known])
    if 0.45 * rate_hz > CUTOFF_HZ:
        filled = sosfiltfilt(butter(2, CUTOFF_HZ, fs=rate_hz, output="sos"), filled)
    grid = np.arange(time_s[0], time_s[-1], 1.0 / RATE_HZ)
    out = np.interp(grid, time_s, filled)
    near = np.interp(grid, time_s, known.astype(np.float64)) > 0.99
    return np.where(near, out, np.nan)


def _correlate(x: list[FloatArray], y: list[FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Return lags and Pearson's coefficient over the overlap at each, mean over segments."""
    curves = []
    for one, other in zip(x, y, strict=True):
        p, q = np.isfinite(one).astype(np.float64), np.isfinite(other).astype(np.float64)
        a, b = np.where(p > 0, one, 0.0), np.where(q > 0, other, 0.0)
        n = np.maximum(correlate(p, q), 1.0)
        sa, sb = correlate(a, q), correlate(p, b)
        saa, sbb = correlate(a**2, q), correlate(p, b**2)
        top = correlate(a, b) - sa * sb / n
        below = np.maximum(saa - sa**2 / n, 0.0) * np.maximum(sbb - sb**2 / n, 0.0)
        floor = 1e-6 * below.max(initial=0.0)
        value = top / np.sqrt(np.maximum(below, max(floor, 1e-300)))
        value[n < MIN_OVERLAP_S * RATE_HZ] = 0.0
        # a short overlap matches by chance: a coefficient counts by how much of the whole it saw
        longest = min(float(p.sum()), float(q.sum()))
        curves.append(value * np.minimum(1.0, np.sqrt(n / (0.5 * longest))))
    return correlation_lags(x[0].size, y[0].size) / RATE_HZ, np.mean(curves, axis=0)


def _find_peaks(curve: FloatArray) -> tuple[list[int], float]:
    """Return the highest peak and those nearly as high, and the relative height of the second."""
    padded = np.concatenate([[-2.0], curve, [-2.0]])
    peaks, _ = find_peaks(padded, distance=int(_APART_S * RATE_HZ))
    peaks = peaks[np.argsort(padded[peaks])[::-1]] - 1
    if peaks.size == 0 or curve[peaks[0]] < MIN_CORRELATION:
        found = float(curve[peaks[0]]) if peaks.size else 0.0
        raise OtherMovementError(
            "the two recordings do not show the same movement: the best match of their angular "
            f"speeds has r = {found:.2f}, wanted at least {MIN_CORRELATION}. " + WHAT_TO_DO
        )
    best = float(curve[peaks[0]])
    near = [int(peak) for peak in peaks if curve[peak] > MAX_RIVAL * best]
    rival = float(curve[peaks[1]]) / best if peaks.size > 1 else 0.0
    return near[:_MOST_PEAKS], rival


def _parabola(curve: FloatArray, best: int) -> float:
    """Return where between samples a peak lies, samples from its highest one."""
    if not 0 < best < curve.size - 1:
        return 0.0
    before, at, after = curve[best - 1 : best + 2]
    bend = before - 2.0 * at + after
    return float(0.5 * (before - after) / bend) if bend < 0.0 else 0.0
