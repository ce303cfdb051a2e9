"""Events of one leg from its own sensors: swings first, then contact and toe-off around them.

Swings are the large forward peaks of the sagittal angular velocity. In the cycle from one
mid-swing to the next, initial contact is the first minimum after mid-swing and toe-off the
deepest one before the next: foot in running Falbriard et al. 2018 (doi:10.3389/fphys.2018.00610),
shank in walking Aminian et al. 2002 (doi:10.1016/S0021-9290(02)00008-8). With thigh and shank
and no foot, toe-off in running is the peak of knee extension: Fellin et al. 2010
(doi:10.1016/j.jsams.2010.03.006).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.frames import BoolArray, FloatArray, IntArray
from opensim_pelvis.gait.events.signals import (
    CYCLE_CUTOFF_HZ,
    EVENT_CUTOFF_HZ,
    SegmentSignal,
    find_extremes,
    low_pass,
    refine,
)
from opensim_pelvis.types.segments import Segment, segment_of

MIN_STRIDE_S: Final = 0.45
MAX_STRIDE_S: Final = 1.8
"""Outside this no two swings belong to one stride; running 0.55-0.85 s, walking 0.9-1.5 s."""

SMALLEST_SWING_RADPS: Final[Mapping[Segment, float]] = {"foot": 1.0, "shank": 1.0, "thigh": 0.5}
"""Swings below this are no steps; a choice, a fifth of what walking shows."""

_CONTACT_WITHIN: Final = 0.45
"""Contact lies within this part of the cycle after mid-swing."""

_STANCE_AT_LEAST: Final = 0.15
"""Toe-off lies at least this part of the cycle after contact."""


@dataclass(frozen=True, eq=False, slots=True)
class LegEvents:
    """Times in samples: one swing a cycle; contact and toe-off after it, NaN where not found."""

    swing: FloatArray
    contact: FloatArray
    toe_off: FloatArray


def find_leg_events(signal: SegmentSignal, rate_hz: float) -> LegEvents:
    """Return swings, contacts and toe-offs of one foot or shank."""
    swings = find_swings(signal, rate_hz)
    omega = low_pass(signal.omega_radps, rate_hz, EVENT_CUTOFF_HZ)
    if swings.size < 2:
        empty = np.full(swings.size, np.nan)
        return LegEvents(swings.astype(np.float64), empty, empty)
    after = _cycle_lengths(swings, rate_hz)
    height = 0.08 * float(np.median(omega[swings]))
    minima = find_extremes(omega, -1, height=height)
    first = np.searchsorted(minima, swings, side="right")
    ok = first < minima.size
    contact_idx = np.where(ok, minima[np.minimum(first, minima.size - 1)] if minima.size else 0, -1)
    ok &= contact_idx - swings <= _CONTACT_WITHIN * after
    contact = np.where(ok, refine(omega, np.maximum(contact_idx, 0)), np.nan)
    low = contact + _STANCE_AT_LEAST * after
    toe_off = deepest_between(omega, minima, low, swings + after)
    toe_off[np.logical_not(_followed(swings, rate_hz))] = np.nan
    return LegEvents(swings.astype(np.float64), contact, toe_off)


def find_swings(signal: SegmentSignal, rate_hz: float) -> IntArray:
    """Return the samples of the forward peaks of a segment's swing.

    Peaks of less than 0.4 of the usual one are rocking in stance, unless they stand alone: a
    short step, as in a turn, at the start or at the end, has no other swing near it.
    """
    smooth = low_pass(signal.omega_radps, rate_hz, CYCLE_CUTOFF_HZ)
    least = SMALLEST_SWING_RADPS[segment_of(signal.body)]
    distance = int(MIN_STRIDE_S * rate_hz)
    found = find_extremes(smooth, 1, height=least, distance=distance)
    if found.size < 2:
        return found
    # the upper half of the peaks tells how large a swing is
    usual = float(np.median(np.sort(smooth[found])[found.size // 2 :]))
    large = found[smooth[found] > 0.4 * usual]
    small = found[(smooth[found] <= 0.4 * usual) & (smooth[found] > 0.15 * usual)]
    if large.size < 2 or small.size == 0:
        return large
    stride = _cycle_lengths(large, rate_hz)[-1]
    after = np.searchsorted(large, small)
    before_s = small - np.where(after > 0, large[np.maximum(after - 1, 0)], -np.inf)
    until_s = np.where(after < large.size, large[np.minimum(after, large.size - 1)], np.inf) - small
    nearest = np.minimum(before_s, until_s)
    alone = (nearest > 0.65 * stride) & (nearest < MAX_STRIDE_S * rate_hz)
    return np.sort(np.concatenate([large, small[alone]]))


def swing_times(signal: SegmentSignal, rate_hz: float) -> FloatArray:
    """Return the forward peaks of a segment's swing between samples."""
    smooth = low_pass(signal.omega_radps, rate_hz, CYCLE_CUTOFF_HZ)
    return refine(smooth, find_swings(signal, rate_hz))


def deepest_between(
    values: FloatArray, minima: IntArray, low: FloatArray, high: FloatArray
) -> FloatArray:
    """Return, for each window from ``low`` to ``high``, the deepest of the minima in it."""
    out = np.full(low.size, np.nan)
    known = np.flatnonzero(np.isfinite(low) & np.isfinite(high))
    if minima.size == 0 or known.size == 0:
        return out
    before = np.searchsorted(low[known], minima, side="right") - 1
    window = known[np.maximum(before, 0)]
    inside = (before >= 0) & (minima < high[window])
    window, candidates = window[inside], minima[inside]
    order = np.lexsort((values[candidates], window))
    window, candidates = window[order], candidates[order]
    cycles, first = np.unique(window, return_index=True)
    out[cycles] = refine(values, candidates[first])
    return out


def _cycle_lengths(swings: IntArray, rate_hz: float) -> FloatArray:
    """Return the samples to the next swing; the usual length where none follows."""
    steps = np.diff(swings).astype(np.float64)
    together = steps <= MAX_STRIDE_S * rate_hz
    usual = float(np.median(steps[together])) if together.any() else MAX_STRIDE_S * rate_hz
    return np.append(np.where(together, steps, usual), usual)


def _followed(swings: IntArray, rate_hz: float) -> BoolArray:
    """Return whether a further swing follows within a stride: else the foot stays down."""
    steps = np.diff(swings) <= MAX_STRIDE_S * rate_hz
    return np.append(steps, False)
