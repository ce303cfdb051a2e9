"""Events of one leg from its own sensors: swings first, then contact and toe-off around them.

Swings are the large forward peaks of the sagittal angular velocity. From one mid-swing to the next,
each event is the feature of its method (`methods`) less the time by which that is late.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.config.settings import ActivityKind
from opensim_pelvis.frames import BoolArray, FloatArray, IntArray
from opensim_pelvis.gait.events.leg_features import FEATURES, Stride
from opensim_pelvis.gait.events.methods import method_of
from opensim_pelvis.gait.events.signals import (
    CYCLE_CUTOFF_HZ,
    EVENT_CUTOFF_HZ,
    SegmentSignal,
    find_extremes,
    low_pass,
    refine,
)
from opensim_pelvis.types.event import CONTACT, TOE_OFF
from opensim_pelvis.types.segments import Segment, segment_of

MIN_STRIDE_S: Final = 0.45
MAX_STRIDE_S: Final = 1.8
"""Outside this no two swings belong to one stride; running 0.55-0.85 s, walking 0.9-1.5 s."""

SMALLEST_SWING_RADPS: Final[Mapping[Segment, float]] = {"foot": 1.0, "shank": 1.0, "thigh": 0.5}
"""Swings below this are no steps; a choice, a fifth of what walking shows."""

_UNSEEN_SWING: Final = 1.6
"""Parts of the usual stride from which two swings have another between them; a choice."""


@dataclass(frozen=True, eq=False, slots=True)
class LegEvents:
    """Times in samples: one swing a cycle; contact and toe-off after it, NaN where not found."""

    swing: FloatArray
    contact: FloatArray
    toe_off: FloatArray


def find_leg_events(
    signal: SegmentSignal, rate_hz: float, activity: ActivityKind = "running"
) -> LegEvents:
    """Return swings, contacts and toe-offs of one segment of a leg.

    Parameters
    ----------
    signal : SegmentSignal
        Of a foot, shank or thigh.
    rate_hz : float
    activity : str
        Events for which no method of this segment and activity is measured are NaN.
    """
    swings = find_swings(signal, rate_hz)
    contact, toe_off = np.full(swings.size, np.nan), np.full(swings.size, np.nan)
    if swings.size < 2:
        return LegEvents(swings.astype(np.float64), contact, toe_off)
    omega, slow, force = _filtered(signal, rate_hz)
    segment = segment_of(signal.body)
    found = {
        CONTACT: (method_of(segment, activity, CONTACT), contact),
        TOE_OFF: (method_of(segment, activity, TOE_OFF), toe_off),
    }
    after, followed = _cycle_lengths(refine(slow, swings), rate_hz), _followed(swings, rate_hz)
    places = refine(slow, swings)  # between samples: a window that jumps moves events
    for i, p in enumerate(swings.tolist()):
        at = float(places[i])
        stride = Stride(omega=omega, force_x=force, p=at, q=at + after[i], rate_hz=rate_hz)
        for event, (method, out) in found.items():
            if method is not None and (event == CONTACT or followed[i]):
                late_s = method.lateness_s(swing_radps=float(slow[p]))
                out[i] = FEATURES[method.feature](stride) - late_s * rate_hz
    return LegEvents(swings.astype(np.float64), contact, toe_off)


def _filtered(
    signal: SegmentSignal, rate_hz: float
) -> tuple[FloatArray, FloatArray, FloatArray | None]:
    """Return the rate in which events are found, that of the swings, and the specific force."""
    omega = low_pass(signal.omega_radps, rate_hz, EVENT_CUTOFF_HZ)
    slow = low_pass(signal.omega_radps, rate_hz, CYCLE_CUTOFF_HZ)
    force = signal.force_x_mps2
    return omega, slow, None if force is None else low_pass(force, rate_hz, EVENT_CUTOFF_HZ)


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
    stride = _cycle_lengths(large.astype(np.float64), rate_hz)[-1]
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


def _cycle_lengths(swings: FloatArray, rate_hz: float) -> FloatArray:
    """Return the samples to the next swing; the usual length where none follows in time."""
    steps = np.diff(swings).astype(np.float64)
    usual, longest = _usual(steps, rate_hz)
    return np.append(np.where(steps <= longest, steps, usual), usual)


def _followed(swings: IntArray, rate_hz: float) -> BoolArray:
    """Return whether a further swing follows within a stride: else the foot stays down."""
    steps = np.diff(swings).astype(np.float64)
    return np.append(steps <= _usual(steps, rate_hz)[1], False)


def _usual(steps: FloatArray, rate_hz: float) -> tuple[float, float]:
    """Return the usual length of a stride and the longest that is one, samples.

    Twice the usual length is a swing that was not seen.
    """
    most = MAX_STRIDE_S * rate_hz
    together = steps[steps <= most]
    usual = float(np.median(together)) if together.size else most
    return usual, min(most, _UNSEEN_SWING * usual)
