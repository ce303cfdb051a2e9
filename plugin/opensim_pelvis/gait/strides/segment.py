"""From events to strides: start in, end out, with the direction of travel of each.

The direction of travel of a stride is the mean heading of the pelvis over that whole stride:
what the pelvis does within a stride cancels in it, so the frame does not rotate with the pelvis.
Between mid-strides it goes in straight lines, which follow a bend.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.config.settings import Surface
from opensim_pelvis.frames import BoolArray, FloatArray, IntArray
from opensim_pelvis.gait.events.leg_contacts import MAX_STRIDE_S, MIN_STRIDE_S
from opensim_pelvis.gait.strides.select import exclude_strides
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.types import Angles, GaitEvents, Strides

_CONTEXTS: Final = ("Right", "Left")


def segment_strides(events: GaitEvents, angles: Angles, *, surface: Surface | None) -> Strides:
    """Return all strides, each kept or excluded with its reason.

    Parameters
    ----------
    events : GaitEvents
    angles : Angles
    surface : str or None
        ``"overground"``: each stride has a direction of travel of its own. Otherwise the
        direction is fixed, as on a treadmill, and only the rate of turning is taken from the
        pelvis.

    Returns
    -------
    Strides
        Ordered by start. Two events further apart than `MAX_STRIDE_S` make no stride; a new
        bout begins.
    """
    starts = [_times(events, events.start_label, context) for context in _CONTEXTS]
    rows = [(np.full(max(t.size - 1, 0), code), t[:-1], t[1:]) for code, t in enumerate(starts)]
    side = np.concatenate([row[0] for row in rows]).astype(np.int64)
    start, end = (np.concatenate([row[i] for row in rows]) for i in (1, 2))
    length = end - start
    possible = (length <= MAX_STRIDE_S) & (length >= MIN_STRIDE_S / 1.5)
    order = np.argsort(start[possible], kind="stable")
    side, start, end = (array[possible][order] for array in (side, start, end))
    contact = events.kind == "contact"
    nothing = np.full(side.size, np.nan)
    off = [_times(events, "toe-off", context) for context in _CONTEXTS]
    heading = _pelvis_heading(angles)
    own, rate = _directions(heading, angles.time_s, side, start, end)
    bout = _bouts(start, end)
    reasons = exclude_strides(
        side=side, start=start, end=end, turn_rate=rate, bout=bout, angles=angles
    )
    return Strides(
        kind=events.kind,
        side=side,
        start_s=start,
        end_s=end,
        toe_off_s=_first_within(off, side, start, end) if contact else nothing,
        opposite_contact_s=_first_within(starts, 1 - side, start, end),
        opposite_toe_off_s=_first_within(off, 1 - side, start, end) if contact else nothing,
        bout=bout,
        reason=reasons,
        travel_rad=own if surface == "overground" else np.zeros(side.size),
        turn_rate_radps=rate,
        notes=_notes(possible.size, int(possible.sum())),
    )


def travel_at(strides: Strides, time_s: FloatArray) -> FloatArray:
    """Return the direction of travel at any times: straight lines between mid-strides."""
    known = np.isfinite(strides.travel_rad)
    if not known.any():
        return np.zeros(time_s.size)
    middle = (strides.start_s + strides.end_s)[known] / 2.0
    order = np.argsort(middle, kind="stable")
    at, unique = np.unique(middle[order], return_index=True)
    return np.interp(time_s, at, np.unwrap(strides.travel_rad[known][order])[unique])


def sample_bounds(strides: Strides, time_s: FloatArray) -> tuple[IntArray, IntArray]:
    """Return the first sample of each stride and the one after its last."""
    first = np.searchsorted(time_s, strides.start_s - 1e-9)
    stop = np.searchsorted(time_s, strides.end_s - 1e-9)
    return first.astype(np.int64), stop.astype(np.int64)


def mean_between(values: FloatArray, first: IntArray, stop: IntArray) -> FloatArray:
    """Return the mean of samples [first, stop); NaN where one of them is absent."""
    present = np.isfinite(values)
    sums = np.concatenate([[0.0], np.cumsum(np.where(present, values, 0.0))])
    holes = np.concatenate([[0], np.cumsum(~present)])
    count = stop - first
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (sums[stop] - sums[first]) / count
    return np.where((count > 0) & (holes[stop] == holes[first]), mean, np.nan)


def _times(events: GaitEvents, label: str, context: str) -> FloatArray:
    return np.array(
        [e.time_s for e in events.events if e.label == label and e.context == context],
        dtype=np.float64,
    )


def _pelvis_heading(angles: Angles) -> FloatArray:
    """Return the heading of the pelvis in G, or of the trunk where the pelvis has no sensor."""
    for name in ("pelvic_axial_rotation", "trunk_axial_rotation"):
        if name in angles.names:
            return angles.values_rad[:, angles.names.index(name)] + angles.travel_rad
    return np.full(angles.time_s.size, np.nan)


def _directions(
    heading: FloatArray, time_s: FloatArray, side: IntArray, start: FloatArray, end: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the mean heading of each stride, and how fast it changes to its neighbours.

    Neighbours are the strides half a cycle earlier and later, of the other leg where both are
    there; the larger change counts.
    """
    if side.size == 0:
        return np.zeros(0), np.zeros(0)
    first = np.searchsorted(time_s, start - 1e-9)
    stop = np.searchsorted(time_s, end - 1e-9)
    own = mean_between(heading, first, stop)
    middle = (start + end) / 2.0
    order = np.argsort(middle, kind="stable")
    step_s = np.diff(middle[order])
    with np.errstate(invalid="ignore", divide="ignore"):
        step = np.abs(np.diff(own[order])) / step_s
    # events of two legs that nearly coincide tell nothing about turning
    step = np.where((step_s > MIN_STRIDE_S / 4.0) & (step_s < MAX_STRIDE_S), step, np.nan)
    around = np.stack([np.append(np.nan, step), np.append(step, np.nan)])
    worst = np.max(np.where(np.isfinite(around), around, -1.0), axis=0, initial=-1.0)
    rate = np.full(side.size, np.nan)
    rate[order] = np.where(worst >= 0.0, worst, np.nan)
    return own, rate


def _first_within(
    events: list[FloatArray], side: IntArray, start: FloatArray, end: FloatArray
) -> FloatArray:
    """Return the first event of the given side inside each stride; NaN where there is none."""
    out = np.full(side.size, np.nan)
    for code, times in enumerate(events):
        rows = np.flatnonzero(side == code)
        if times.size == 0 or rows.size == 0:
            continue
        after = np.searchsorted(times, start[rows], side="right")
        found = times[np.minimum(after, times.size - 1)]
        inside: BoolArray = (after < times.size) & (found < end[rows])
        out[rows] = np.where(inside, found, np.nan)
    return out


def _bouts(start: FloatArray, end: FloatArray) -> IntArray:
    """Return the number of the stretch without a break that each stride belongs to."""
    if start.size == 0:
        return np.zeros(0, dtype=np.int64)
    reached = np.maximum.accumulate(end)
    broken = start[1:] > reached[:-1] + 0.25
    return np.concatenate([[0], np.cumsum(broken)]).astype(np.int64)


def _notes(found: int, kept: int) -> tuple[Notice, ...]:
    if kept == 0:
        return (notice("strides.none"),)
    if found == kept:
        return ()
    span = {"least_s": MIN_STRIDE_S / 1.5, "most_s": MAX_STRIDE_S}
    return (notice("strides.impossible", pairs=found - kept, **span),)
