"""Events that somebody else found: a table of times, or the events and force plates of a C3D."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal

from opensim_pelvis.c3d_file import open_c3d
from opensim_pelvis.documents import read_text
from opensim_pelvis.errors import ReadError, raise_faults
from opensim_pelvis.readers._cells import to_number
from opensim_pelvis.readers.c3d_events import read_events as read_c3d_events
from opensim_pelvis.types import Event
from opensim_pelvis.types.event import known_label

_SIDES: Final[Mapping[str, Literal["Left", "Right"]]] = {
    "left": "Left",
    "l": "Left",
    "right": "Right",
    "r": "Right",
}
COLUMNS: Final = ("time_s", "label", "side")


def read_events(path: Path, start_s: float | None = None) -> tuple[Event, ...]:
    """Read events on the clock of the results: zero is the first sample of any sensor used.

    Parameters
    ----------
    path : Path
        A comma-separated table with the columns ``time_s``, ``label`` (initial contact, foot
        strike, heel strike; toe-off, foot off), ``side``, and perhaps ``uncertainty_s``; or a C3D
        file, told by its ending, with marked events, force plates or both.
    start_s : float, optional
        Time of the results at which the C3D's first frame was taken; needed for C3D.

    Raises
    ------
    ReadError
        Naming every row that cannot be used, or when there is no event.
    """
    if path.suffix.lower() != ".c3d":
        return _read_table(path)
    if start_s is None:
        raise ReadError(
            f"{path}: a C3D file has a clock of its own. State when its first frame is on the "
            "clock of the results: [activity] events_start_s (--events-start), in seconds; 0 where "
            "one trigger started both."
        )
    events, notes = read_c3d_events(open_c3d(path))
    if not events:
        why = f" ({'; '.join(notes)})" if notes else ""
        raise ReadError(
            f"{path}: wanted events Foot Strike and Foot Off, or loaded force plates, found "
            f"none{why}. Take events_file away to use the sensors' own events."
        )
    return tuple(replace(event, time_s=event.time_s + start_s) for event in events)


def _read_table(path: Path) -> tuple[Event, ...]:
    text = read_text(path, ReadError)
    rows = csv.DictReader(text.splitlines())
    try:
        names = rows.fieldnames or ()
    except csv.Error:  # a cell beyond what the parser takes
        names = ()
    if any(name not in names for name in COLUMNS):
        raise ReadError(
            f"{path}: wanted the columns {', '.join(COLUMNS)} in the first line, found "
            f"{', '.join(names)[:120] or 'something else'}"
        )
    faults: list[str] = []
    try:
        events = [e for n, row in enumerate(rows, start=2) if (e := _event(row, n, path, faults))]
    except csv.Error:
        raise ReadError(
            f"{path}: wanted a comma-separated table, but a cell near line {rows.line_num + 1} has "
            "no end: a quote is missing, or the file is something else"
        ) from None
    raise_faults(ReadError, str(path), faults)
    return tuple(sorted(events, key=lambda event: event.time_s))


def normalise_events(events: Iterable[Event]) -> tuple[Event, ...]:
    """Return imported contacts and toe-offs under our names; other events are left out."""
    kept = []
    for event in events:
        label = known_label(event.label)
        if label is not None and event.context != "General":
            kept.append(
                Event(
                    time_s=event.time_s,
                    label=label,
                    context=event.context,
                    source=event.source or "imported",
                    uncertainty_s=event.uncertainty_s,
                )
            )
    return tuple(sorted(kept, key=lambda event: event.time_s))


def _event(row: Mapping[str, str | None], line: int, path: Path, faults: list[str]) -> Event | None:
    time_s, error_s = _number(row.get("time_s")), _number(row.get("uncertainty_s"))
    label = known_label(row.get("label") or "")
    side = _SIDES.get((row.get("side") or "").strip().lower())
    if math.isnan(time_s) or label is None or side is None:
        faults.append(
            f"line {line}: wanted a time in seconds, a label (initial contact or toe-off) and a "
            f"side (left or right), found {row.get('time_s')!r}, {row.get('label')!r}, "
            f"{row.get('side')!r}"
        )
        return None
    return Event(
        time_s=time_s,
        label=label,
        context=side,
        source=f"imported from {path.name}",
        uncertainty_s=error_s,
    )


def _number(text: str | None) -> float:
    number = to_number((text or "").strip())
    return math.nan if number is None else number
