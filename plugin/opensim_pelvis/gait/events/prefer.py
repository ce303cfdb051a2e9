"""Imported events before detected ones; a force plate's event gets its side from the sensors."""

from __future__ import annotations

import bisect
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from opensim_pelvis.gait.events.imported import normalise_events
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.types import Event, GaitEvents
from opensim_pelvis.types.event import CONTACT, TOE_OFF, known_label, shown_by_plate

NEAR_STEPS: Final = 0.3
"""A sensor's event tells the side of a plate's when it is nearer than this part of a step; a
choice: the same event of the other leg is a whole step away."""

APART_S: Final = 0.1
"""Imported contacts further from the sensors' than this are doubted; a choice, beyond what methods
differ by."""


def prefer_imported(given: Sequence[Event], found: GaitEvents) -> GaitEvents:
    """Return the imported events where they make a whole stride, else those of the sensors.

    Parameters
    ----------
    given : sequence of Event
        Imported; context ``"General"`` where the side is not known.
    found : GaitEvents
        What the sensors gave.
    """
    if not given:
        return found
    events = list(normalise_events(given))
    told, lost = _give_sides([e for e in given if e.context == "General"], found)
    events = sorted([*events, *told], key=lambda event: event.time_s)
    notes = []
    if lost:
        notes.append(notice("events.without_side", events=lost))
    strides = _strides(events)
    if not strides:
        notes.append(notice("events.imported_no_stride", events=len(events)))
        return replace(found, notes=(*found.notes, *notes))
    seen = _strides(found.events) if found.kind != "none" else 0
    if seen > strides:
        notes.append(notice("events.more_in_sensors", imported=strides, seen=seen))
    late_s = _lateness(events, found)
    if abs(late_s) > APART_S:
        code = "events.imported_late" if late_s > 0.0 else "events.imported_early"
        notes.append(notice(code, apart_s=abs(late_s)))
    return GaitEvents(
        events=tuple(events),
        kind="contact",
        start_label=CONTACT,
        methods={event.source: _method(event.source) for event in events},
        notes=tuple(notes),
        contact_time_error_s=_time_error_s(events),
        # where a plate's side is that of the sensors, it is as doubtful as theirs
        sides_wrong=found.sides_wrong if told else float("nan"),
    )


def pair_events(
    events: Sequence[Event], others: Sequence[Event]
) -> list[tuple[Event | None, float]]:
    """Return for each event the nearest other one of the same label, and how far it is, seconds.

    ``None`` and infinity where there is no other event of that label.
    """
    by_label: dict[str, list[Event]] = {}
    for other in sorted(others, key=lambda other: other.time_s):
        by_label.setdefault(other.label, []).append(other)
    times = {label: [e.time_s for e in group] for label, group in by_label.items()}
    found: list[tuple[Event | None, float]] = []
    for event in events:
        group = by_label.get(event.label, [])
        at = bisect.bisect(times.get(event.label, []), event.time_s)
        beside = [(abs(o.time_s - event.time_s), o) for o in group[max(at - 1, 0) : at + 1]]
        if beside:
            gap_s, other = min(beside, key=lambda pair: pair[0])
            found.append((other, gap_s))
        else:
            found.append((None, math.inf))
    return found


def _give_sides(sideless: Sequence[Event], found: GaitEvents) -> tuple[tuple[Event, ...], int]:
    """Return contacts and toe-offs with the side of the sensors' event, and how many have none."""
    named = [(event, known_label(event.label)) for event in sideless]
    wanted = [replace(event, label=label) for event, label in named if label is not None]
    contacts = [event.time_s for event in found.events if event.label == CONTACT]
    if not wanted or len(contacts) < 2:
        return (), len(wanted)
    near_s = NEAR_STEPS * float(np.median(np.diff(contacts)))
    told = tuple(
        replace(
            event,
            context=other.context,
            source=notice("source.side_of_sensors", event=event.source),
        )
        for event, (other, gap_s) in zip(wanted, pair_events(wanted, found.events), strict=True)
        if other is not None and gap_s <= near_s
    )
    return told, len(wanted) - len(told)


def _lateness(events: Sequence[Event], found: GaitEvents) -> float:
    """Return how much later the imported contacts are than the sensors' of that leg, median."""
    late = []
    for side in ("Right", "Left"):
        own = [e for e in events if e.context == side and e.label == CONTACT]
        theirs = [e for e in found.events if e.context == side and e.label == CONTACT]
        pairs = zip(own, pair_events(own, theirs), strict=True)
        late += [event.time_s - other.time_s for event, (other, _) in pairs if other is not None]
    return float(np.median(late)) if late else 0.0


def _strides(events: Sequence[Event]) -> int:
    """Return how many strides the contacts (or cycle events) of each leg make."""
    contacts = [event for event in events if event.label == CONTACT]
    starts = contacts or [event for event in events if event.label != TOE_OFF]
    return sum(count - 1 for count in Counter(event.context for event in starts).values())


def _time_error_s(events: Sequence[Event]) -> float:
    """Return the error of contact times from what events state; NaN where they state nothing."""
    stated = [
        [event.uncertainty_s for event in events if event.label == label]
        for label in (CONTACT, TOE_OFF)
    ]
    if not all(stated):
        return float("nan")
    contact_s, toe_off_s = (float(np.median(errors)) for errors in stated)
    return math.hypot(contact_s, toe_off_s)


def _method(source: Notice) -> Notice:
    if shown_by_plate(source):
        return notice("method.plate")
    return notice("method.imported", source=source)
