"""Events as records: with source, method, uncertainty, and what is said of them together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.events.methods import Method, contact_time_error_s, tell_methods
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.types import AlignedRecording, Event, GaitEvents
from opensim_pelvis.types.event import CONTACT

Context = Literal["Right", "Left"]
Used = tuple[Notice, Method]
"""A source of events and a method by which it gave some."""

_FEWEST_CONTACTS = 2


def events_at(
    samples: FloatArray,
    aligned: AlignedRecording,
    context: Context,
    source: Notice,
    of: Method | str,
) -> list[Event]:
    """Return events at samples, of a method or, for cycle events, of a label alone.

    The uncertainty of an event is the error of its method and half a sample.
    """
    label, error_s = (of, np.nan) if isinstance(of, str) else (of.event, of.error_s)
    uncertainty_s = float(np.hypot(error_s, 0.5 / aligned.rate_hz))
    times = samples[np.isfinite(samples)] / aligned.rate_hz + float(aligned.time_s[0])
    return [
        Event(time_s=t, label=label, context=context, source=source, uncertainty_s=uncertainty_s)
        for t in times.tolist()
    ]


def as_contacts(events: Sequence[Event], used: Sequence[Used]) -> GaitEvents:
    """Return contacts and toe-offs with what is said of their methods."""
    if sum(event.label == CONTACT for event in events) < _FEWEST_CONTACTS:
        return nothing()
    told = {
        source: tell_methods([method for other, method in used if other == source])
        for source, _ in used
    }
    return GaitEvents(
        events=tuple(sorted(events, key=lambda event: event.time_s)),
        kind="contact",
        start_label=CONTACT,
        methods=told,
        contact_time_error_s=contact_time_error_s([method for _, method in used]),
    )


def as_cycles(
    events: Sequence[Event],
    label: str,
    methods: Mapping[Notice, Notice],
    notes: tuple[Notice, ...] = (),
) -> GaitEvents:
    """Return events that recur once a stride and are no contacts."""
    if not events:
        return nothing(*notes)
    return GaitEvents(
        events=tuple(sorted(events, key=lambda event: event.time_s)),
        kind="cycle",
        start_label=label,
        methods=dict(methods),
        notes=notes,
    )


def nothing(*notes: Notice) -> GaitEvents:
    """Return that no events were found."""
    return GaitEvents(events=(), kind="none", notes=(*notes, notice("events.none")))
