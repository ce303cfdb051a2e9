"""Contacts and toe-offs of a C3D file: those that were marked, and those of its force plates.

The plates' channels are laid out as the C3D user guide (c3d.org) has them for the types 1 to 3.
A plate sees that a foot is there and not which; a marked event beside it tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal

import numpy as np

from opensim_pelvis.errors import ReadError
from opensim_pelvis.frames import BoolArray, FloatArray
from opensim_pelvis.io.c3d import C3dFile, read_channels
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.types.event import CONTACT, PLATE, TOE_OFF, Event, known_label

LOADED_N: Final = 20.0
"""Vertical force beyond which a foot stands on a plate; a choice, in use in many laboratories."""

SAME_EVENT_S: Final = 0.05
"""A marked event this near is the one that the plate saw."""

_SHORTEST_LOAD_S: Final = 0.05
_SHORTEST_PAUSE_S: Final = 0.03
_VERTICAL: Final = {1: (2,), 2: (2,), 3: (4, 5, 6, 7)}
"""Type of a plate to those of its channels whose sum is the vertical force."""


def read_events(file: C3dFile) -> tuple[tuple[Event, ...], tuple[Notice, ...]]:
    """Return contacts and toe-offs in seconds from the file's first frame, and notes.

    An event that was marked and seen by a plate counts once, at the plate's time. Marked events
    of other names are left out; a plate's event without a side has the context ``"General"``.
    """
    if not np.isfinite(file.rate_hz):
        return (), (file.note("c3d.events_without_rate"),)
    marked, told_of_marked = _read_marked(file)
    seen, told_of_plates = _read_plates(file)
    at_s = np.array([event.time_s for event in marked])
    sided = np.array([event.context != "General" for event in marked], dtype=bool)
    labels = np.array([event.label for event in marked])
    used: set[int] = set()
    told: list[Event] = []
    for event in seen:
        gap_s = np.where(sided & (labels == event.label), np.abs(at_s - event.time_s), np.inf)
        k = int(np.argmin(gap_s)) if marked else -1
        if marked and gap_s[k] <= SAME_EVENT_S and k not in used:
            used.add(k)
            source = notice("source.side_marked", event=event.source)
            event = replace(event, context=marked[k].context, source=source)
        told.append(event)
    left = [event for k, event in enumerate(marked) if k not in used]
    found = tuple(sorted([*told, *left], key=lambda event: event.time_s))
    return found, (*told_of_marked, *told_of_plates)


def _read_marked(file: C3dFile) -> tuple[list[Event], tuple[Notice, ...]]:
    """Return the group EVENT, and a note where its counts differ; nothing else hangs on it."""
    times = file.numbers("EVENT:TIMES")
    contexts, labels = file.texts("EVENT:CONTEXTS"), file.texts("EVENT:LABELS")
    stated = file.count("EVENT:USED")
    counts = {len(labels), len(contexts), times.size // 2}
    if len(counts) > 1:
        return [], (file.note("c3d.events_odd"),)
    notes: tuple[Notice, ...] = ()
    if stated is not None and stated not in counts:
        notes = (file.note("c3d.event_counts_differ", stated=stated, found=len(labels)),)
    at_s = times[0::2] * 60.0 + times[1::2] - _start_s(file)
    sides: dict[str, Literal["Left", "Right"]] = {"left": "Left", "right": "Right"}
    events = [
        Event(
            time_s=float(time_s),
            label=name,
            context=sides.get(context.lower(), "General"),
            source=notice("source.marked", file=file.path.name),
        )
        for time_s, context, label in zip(at_s, contexts, labels, strict=True)
        if (name := known_label(label)) is not None and np.isfinite(time_s)
    ]
    return events, (*notes, *_doubt_times(file, at_s))


def _doubt_times(file: C3dFile, at_s: FloatArray) -> list[Notice]:
    """Return notes on events without a time, and on those outside the recorded frames."""
    notes = []
    if lost := int((~np.isfinite(at_s)).sum()):
        notes.append(file.note("c3d.events_without_time", lost=lost, events=at_s.size))
    step_s = 1.0 / file.rate_hz
    outside = at_s[(at_s < -step_s) | (at_s > file.frames * step_s)]
    if outside.size:
        more = outside.size > 3
        code = "c3d.events_outside_more" if more else "c3d.events_outside"
        values = {"outside": outside.size, "events": at_s.size, "at_s": outside[:3]}
        notes.append(file.note(code, **values))
    return notes


def _read_plates(file: C3dFile) -> tuple[list[Event], tuple[Notice, ...]]:
    """Return contacts and toe-offs of every force plate, without side, and notes."""
    count = file.number("FORCE_PLATFORM:USED")
    types, rows = file.numbers("FORCE_PLATFORM:TYPE"), file.numbers("FORCE_PLATFORM:CHANNEL")
    if not file.channels or not (count >= 1.0 or (count == 0.0 and types.size and rows.any())):
        return [], ()
    if types.size != count or not rows.size or rows.size % int(count):
        return [], (file.note("c3d.plates_odd"),)
    try:
        analog, told = read_channels(file)
    except ReadError as fault:
        return [], (
            file.note("c3d.plates_unreadable", error=type(fault).__name__, fault=str(fault)),
        )
    rate_hz = file.channel_hz
    units = file.texts("ANALOG:UNITS")
    events: list[Event] = []
    notes = [note for note in told if note not in file.notes]
    for number, row in enumerate(rows.reshape(int(count), -1).astype(int), start=1):
        kind = int(types[number - 1])
        columns = [row[k] - 1 for k in _VERTICAL.get(kind, ()) if k < row.size]
        usable = columns and all(0 <= k < analog.shape[1] for k in columns)
        if not usable or any(units[k : k + 1] != ["N"] for k in columns):
            found = sorted({u for k in columns for u in units[k : k + 1]})
            code = "c3d.plate_unknown" if any(found) else "c3d.plate_without_unit"
            notes.append(file.note(code, plate=number, type=kind, units=found))
            continue
        force = np.abs(_without_offset(file, analog[:, columns].sum(axis=1)))
        source = notice(PLATE, plate=number, file=file.path.name)
        events += _plate_events(force, rate_hz, source)
    return events, tuple(notes)


def _without_offset(file: C3dFile, force: FloatArray) -> FloatArray:
    """Return the force less its mean over the frames that FORCE_PLATFORM:ZERO names, if any."""
    zero = file.numbers("FORCE_PLATFORM:ZERO")
    if zero.size != 2 or not 1.0 <= zero[0] < zero[1] <= file.frames:
        return force
    baseline = force[
        (int(zero[0]) - 1) * file.channel_samples : int(zero[1]) * file.channel_samples
    ]
    return np.asarray(force - baseline.mean())


def _plate_events(force: FloatArray, rate_hz: float, source: Notice) -> list[Event]:
    """Return start and end of every load; half and double the limit give the uncertainty."""
    loads = _loads(force > LOADED_N, rate_hz)
    events = []
    for start, stop in loads:
        for label, edge, step in ((CONTACT, start, 1), (TOE_OFF, stop - 1, -1)):
            if edge in (0, force.size - 1):
                continue  # loaded when the recording began or ended: no event
            moved = [
                abs(_crossing(force, edge, step, limit) - edge)
                for limit in (LOADED_N / 2.0, LOADED_N * 2.0)
            ]
            at = edge if label == CONTACT else edge + 1
            events.append(
                Event(
                    time_s=at / rate_hz,
                    label=label,
                    context="General",
                    source=source,
                    uncertainty_s=max(*moved, 0.5) / rate_hz,
                )
            )
    return events


def _loads(loaded: BoolArray, rate_hz: float) -> Sequence[tuple[int, int]]:
    """Return first and past-last sample of each load; flicker at the limit does not cut one."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], loaded, [False]]).astype(np.int8)))
    joined: list[tuple[int, int]] = []
    for start, stop in edges.reshape(-1, 2).tolist():
        if joined and start - joined[-1][1] < _SHORTEST_PAUSE_S * rate_hz:
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((start, stop))
    return [(a, b) for a, b in joined if b - a >= _SHORTEST_LOAD_S * rate_hz]


def _crossing(force: FloatArray, edge: int, step: int, limit: float) -> int:
    """Return the sample at which a load that begins at ``edge`` passes another limit.

    ``step`` is the direction of time in which the load goes on: 1 at contact, -1 at toe-off.
    """
    at = edge
    if force[edge] > limit:
        while 0 < at < force.size - 1 and force[at - step] > limit:
            at -= step
    else:
        while 0 < at < force.size - 1 and force[at] <= limit:
            at += step
    return at


def _start_s(file: C3dFile) -> float:
    """Return the time of the first frame that is stored; event times count from frame 1."""
    return (file.first_frame - 1) / file.rate_hz
