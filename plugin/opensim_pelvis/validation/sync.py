"""Two recordings of one movement on one clock, without a trigger.

How fast a segment turns does not depend on any frame or mounting. Its angular speed, as each
system saw it, is the pattern that is laid over the other by cross-correlation; where another
offset fits about as well the match is refused. What is left, fractions of a sample and drift,
comes from the rotations themselves (`timing`). Whether both are of one trial, or of two that are
alike, shows in what changes from stride to stride (`stride_changes`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan
from typing import Final

import numpy as np
from scipy.signal import butter, correlate, correlation_lags, find_peaks, sosfiltfilt

from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.rotations import angular_velocity
from opensim_pelvis.validation.matches import (
    MAX_DRIFT_ERROR_PPM,
    SHARED_SCORE,
    WHAT_TO_DO,
    by_changes,
    lay_over,
    refuse_doubt,
)
from opensim_pelvis.validation.seen import MIN_OVERLAP_S, refuse_short, seen_by_both
from opensim_pelvis.validation.stride_changes import StrideChanges

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
class Synchronisation:
    """How the estimate's clock stands to the reference's: ``t_ref = offset + t (1 + drift)``.

    Parameters
    ----------
    offset_s : float
        Added to the estimate's times.
    drift_ppm : float
        Applied; 0 where it is not known (``drift_known`` is False).
    drift_known : bool
        Whether its standard error is within `MAX_DRIFT_ERROR_PPM`, or it was stated.
    uncertainty_s : float
        Standard error of the alignment in the middle of the overlap; NaN where stated.
    drift_estimate_ppm, drift_error_ppm : float
        What the recordings say, and its standard error, applied or not.
    correlation : float
        Of the angular speeds once aligned.
    explained : float
        Part of the reference's angular velocity that the estimate's accounts for.
    rival : float
        Height of the next best peak as a part of the best.
    changes : StrideChanges or None
        How far what changes from stride to stride is the same in both; None where stated.
    segments : tuple of str
        What was compared.
    curve_s, curve : (n,) array
        Correlation over offset, for a figure.
    """

    offset_s: float
    drift_ppm: float
    drift_known: bool
    uncertainty_s: float
    drift_estimate_ppm: float
    drift_error_ppm: float
    correlation: float
    explained: float
    rival: float
    changes: StrideChanges | None
    segments: tuple[str, ...]
    curve_s: FloatArray
    curve: FloatArray

    @property
    def confidence(self) -> str:
        """``stated``; ``good``: changes from stride to stride are shared; ``fair``: not known."""
        if self.changes is None:
            return "stated"
        return "good" if self.changes.score >= SHARED_SCORE else "fair"

    def to_reference(self, time_s: FloatArray) -> FloatArray:
        """Return the estimate's times on the reference's clock."""
        return np.asarray(self.offset_s + time_s * (1.0 + 1e-6 * self.drift_ppm))


def synchronise(
    estimate: Mapping[str, FloatArray],
    estimate_time_s: FloatArray,
    reference: Mapping[str, FloatArray],
    reference_time_s: FloatArray,
) -> Synchronisation:
    """Find the offset and drift between the clocks of two recordings.

    Parameters
    ----------
    estimate, reference : mapping of body to (t, 4) array
        Orientations seen from worlds with y up, of any heading.
    estimate_time_s, reference_time_s : (t,) array
        Evenly spaced.

    Raises
    ------
    ComparisonError
        When they share no segment, overlap too little, do not match, or match in two ways.
    """
    shared = tuple(body for body in estimate if body in reference)
    if not shared:
        raise ComparisonError(
            "synchronisation by the movement needs a segment in both recordings: the estimate "
            f"has {', '.join(estimate) or 'none'}, the reference "
            f"{', '.join(reference) or 'none'}. Give the offset with --offset SECONDS."
        )
    refuse_short("estimate", estimate_time_s)
    refuse_short("reference", reference_time_s)
    shared = seen_by_both(shared, estimate, estimate_time_s, reference, reference_time_s)
    estimate = {body: estimate[body] for body in shared}
    reference = {body: reference[body] for body in shared}
    x = [_speed(reference[body], reference_time_s) for body in shared]
    y = [_speed(estimate[body], estimate_time_s) for body in shared]
    lags_s, curve = _correlate(x, y)
    lags_s = lags_s + float(reference_time_s[0]) - float(estimate_time_s[0])
    peaks, rival = _find_peaks(curve)
    sides = (estimate, estimate_time_s), (reference, reference_time_s)
    starts = [float(lags_s[peak]) + _parabola(curve, peak) / RATE_HZ for peak in peaks]
    found = [lay_over(start, *sides) for start in starts]
    found.sort(key=lambda match: -match.explained)
    best, changes = by_changes(found[0], *sides)
    refuse_doubt(best, [match for match in found if match is not best], changes)
    timing = best.timing
    known = timing is not None and timing.drift_error_ppm <= MAX_DRIFT_ERROR_PPM
    drift = timing.drift_ppm if timing is not None and known else 0.0
    middle_s = timing.middle_s if timing is not None else 0.0
    return Synchronisation(
        offset_s=best.offset_s - 1e-6 * drift * middle_s,
        drift_ppm=drift,
        drift_known=known,
        uncertainty_s=1.0 / RATE_HZ if timing is None else timing.offset_error_s,
        drift_estimate_ppm=nan if timing is None else timing.drift_ppm,
        drift_error_ppm=nan if timing is None else timing.drift_error_ppm,
        correlation=float(np.interp(best.offset_s, lags_s, curve)),
        explained=best.explained,
        rival=rival,
        changes=changes,
        segments=shared,
        curve_s=lags_s,
        curve=curve,
    )


def state_timing(offset_s: float, drift_ppm: float = 0.0) -> Synchronisation:
    """Return a synchronisation that the user stated."""
    return Synchronisation(
        offset_s=offset_s,
        drift_ppm=drift_ppm,
        drift_known=True,
        uncertainty_s=nan,
        drift_estimate_ppm=nan,
        drift_error_ppm=nan,
        correlation=nan,
        explained=nan,
        rival=nan,
        changes=None,
        segments=(),
        curve_s=np.zeros(0),
        curve=np.zeros(0),
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
        raise ComparisonError(
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
