"""From events to strides: start in, end out, with the direction of travel of each.

The direction of travel is the path through the mean headings of the pelvis over whole strides
(`gait.strides.path`): what the pelvis does within a stride cancels in them, so the frame does not
rotate with the pelvis. Between mid-strides, and to the ends of a bout, it goes in straight lines.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from opensim_pelvis.config.settings import Surface
from opensim_pelvis.frames import BoolArray, FloatArray, IntArray
from opensim_pelvis.gait.events.leg_contacts import MAX_STRIDE_S, MIN_STRIDE_S
from opensim_pelvis.gait.strides.facing import AWAY_RAD, mean_facing
from opensim_pelvis.gait.strides.path import Path, follow_path, knots
from opensim_pelvis.gait.strides.select import exclude_strides, extreme_between
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
    bout = _bouts(start, end)
    path = _follow(angles, start, end, bout)
    found = Strides(
        kind=events.kind,
        side=side,
        start_s=start,
        end_s=end,
        toe_off_s=_first_within(off, side, start, end) if contact else nothing,
        opposite_contact_s=_first_within(starts, 1 - side, start, end),
        opposite_toe_off_s=_first_within(off, 1 - side, start, end) if contact else nothing,
        bout=bout,
        reason=("",) * side.size,
        travel_rad=path.travel_rad if surface == "overground" else np.zeros(side.size),
        turn_rate_radps=path.rate_radps,
        notes=_notes(possible.size, int(possible.sum())),
    )
    reasons = exclude_strides(
        side=side,
        start=start,
        end=end,
        turning=path.turning if surface == "overground" else path.fast,
        rotation=_rotation_ranges(angles, found),
        bout=bout,
        angles=angles,
    )
    found = replace(found, reason=reasons)
    if surface == "overground":
        return _with_mean(found, path)
    turned = np.abs(path.heading_rad[found.kept]) > AWAY_RAD
    return replace(found, mean_known=not turned.any())


def _with_mean(strides: Strides, path: Path) -> Strides:
    """Return strides whose direction of travel leaves the pelvis its mean rotation, if known."""
    moving = ~path.turning & np.isfinite(path.travel_rad)
    facing = mean_facing(path.heading_rad, strides.start_s, strides.end_s, moving)
    if not np.isfinite(facing):
        return replace(strides, mean_known=False)
    told = notice("strides.mean_facing", facing_deg=np.rad2deg(facing))
    travel = strides.travel_rad - facing
    return replace(strides, travel_rad=travel, notes=(*strides.notes, told))


def travel_at(strides: Strides, time_s: FloatArray) -> FloatArray:
    """Return the direction of travel at any times: straight lines between mid-strides.

    Before the first and after the last mid-stride of a bout the path goes on as it turns there,
    to the start of the first and the end of the last stride. Between two bouts it goes in a
    straight line.
    """
    known = np.isfinite(strides.travel_rad)
    if not known.any():
        return np.zeros(time_s.size)
    times, headings = [], []
    for number in np.unique(strides.bout[known]):
        rows = known & (strides.bout == number)
        middle = (strides.start_s + strides.end_s)[rows] / 2.0
        order = np.argsort(middle, kind="stable")
        at = knots(middle)
        path = np.interp(at, middle[order], strides.travel_rad[rows][order])
        slope = np.diff(path) / np.diff(at) if at.size > 1 else np.zeros(1)
        first, last = strides.start_s[rows].min(), strides.end_s[rows].max()
        before, after = slope[0] * (at[0] - first), slope[-1] * (last - at[-1])
        times.append(np.concatenate([[first], at, [last]]))
        headings.append(np.concatenate([[path[0] - before], path, [path[-1] + after]]))
    return np.asarray(np.interp(time_s, np.concatenate(times), np.concatenate(headings)))


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


def _integral_mean(
    values: FloatArray, time_s: FloatArray, start: FloatArray, end: FloatArray
) -> FloatArray:
    """Return the mean from start to end between samples: a whole number of samples is no stride."""
    held = np.where(np.isfinite(values), values, 0.0)
    parts = (held[1:] + held[:-1]) / 2.0 * np.diff(time_s)
    area = np.concatenate([[0.0], np.cumsum(parts)])
    return np.asarray(
        (np.interp(end, time_s, area) - np.interp(start, time_s, area)) / (end - start)
    )


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


def _follow(angles: Angles, start: FloatArray, end: FloatArray, bout: IntArray) -> Path:
    """Return the path of strides, from the heading of the pelvis over them and at their ends."""
    heading = _pelvis_heading(angles)
    first = np.searchsorted(angles.time_s, start - 1e-9)
    stop = np.searchsorted(angles.time_s, end - 1e-9)
    ends = [np.interp(at, angles.time_s, heading) for at in (start, end)]
    whole = np.isfinite(mean_between(heading, first, stop))
    own = np.where(whole, _integral_mean(heading, angles.time_s, start, end), np.nan)
    return follow_path(own, ends[1] - ends[0], start, end, bout)


def _rotation_ranges(angles: Angles, strides: Strides) -> FloatArray:
    """Return the range of axial rotation over each stride, against its direction of travel."""
    turned = _pelvis_heading(angles) - travel_at(strides, angles.time_s)
    ends = (angles.time_s, strides.start_s, strides.end_s)
    high, low = (extreme_between(turned, *ends, pick) for pick in (np.maximum, np.minimum))
    return high - low


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
