"""Events that somebody else found: a table of times, or the events and force plates of a C3D."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal

from opensim_pelvis.config.settings import ActivitySettings
from opensim_pelvis.errors import ReadError, raise_faults
from opensim_pelvis.io.c3d import open_c3d
from opensim_pelvis.io.c3d.marked_events import read_events as read_c3d_events
from opensim_pelvis.io.documents import read_rows, read_text
from opensim_pelvis.io.tables.cells import to_number
from opensim_pelvis.io.tables.rows import say_open_end
from opensim_pelvis.notices import Notice, notice, say
from opensim_pelvis.types import Event
from opensim_pelvis.types.event import UNSTATED, known_label

_SIDES: Final[Mapping[str, Literal["Left", "Right"]]] = {
    "left": "Left",
    "l": "Left",
    "right": "Right",
    "r": "Right",
}
_SHOWN: Final = 3
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
    return _load(path, start_s)[0]


def find_event_notes(activity: ActivitySettings) -> tuple[Notice, ...]:
    """Return what is worth knowing of the file of events, if one was given and is used."""
    if activity.events_file is None or activity.events == "sensors":
        return ()
    return _load(activity.events_file, activity.events_start_s)[1]


def _load(path: Path, start_s: float | None) -> tuple[tuple[Event, ...], tuple[Notice, ...]]:
    if path.suffix.lower() != ".c3d":
        return _read_table(path), say_open_end(path.name, read_text(path, ReadError), ",")
    if start_s is None:
        raise ReadError(
            f"{path}: the clock of a C3D file is not synchronised with the results. Give the "
            "time of its first frame in the results with [activity] events_start_s "
            "(--events-start), in seconds; 0 if one trigger started both."
        )
    file = open_c3d(path)
    events, notes = read_c3d_events(file)
    if not events:
        why = f" ({'; '.join(map(say, notes))})" if notes else ""
        raise ReadError(
            f"{path}: wanted events Foot Strike and Foot Off, or loaded force plates, found "
            f"none{why}. Remove events_file (--events-file) to use events detected from the "
            "sensors."
        )
    moved = tuple(replace(event, time_s=event.time_s + start_s) for event in events)
    return moved, (*file.notes, *notes)


def _read_table(path: Path) -> tuple[Event, ...]:
    faults: list[str] = []
    rows = read_rows(path, COLUMNS, ReadError)
    events = [e for line, row in rows if (e := _event(row, line, path, faults))]
    more = [f"and {len(faults) - _SHOWN} more lines"] if len(faults) > _SHOWN else []
    raise_faults(ReadError, str(path), [*faults[:_SHOWN], *more])
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
                    source=_stated(event.source),
                    uncertainty_s=event.uncertainty_s,
                )
            )
    return tuple(sorted(kept, key=lambda event: event.time_s))


def _stated(source: Notice) -> Notice:
    return notice("source.imported") if source.code == UNSTATED else source


def _event(row: Mapping[str, str], line: int, path: Path, faults: list[str]) -> Event | None:
    time_s, error_s = _number(row.get("time_s")), _number(row.get("uncertainty_s"))
    label = known_label(row["label"])
    side = _SIDES.get(row["side"].strip().lower())
    if math.isnan(time_s) or label is None or side is None:
        faults.append(
            f"line {line}: wanted a time in seconds, a label (initial contact or toe-off) and a "
            f"side (left or right), found {', '.join(repr(row[name][:40]) for name in COLUMNS)}"
        )
        return None
    return Event(
        time_s=time_s,
        label=label,
        context=side,
        source=notice("source.imported_from", file=path.name),
        uncertainty_s=error_s,
    )


def _number(text: str | None) -> float:
    number = to_number((text or "").strip())
    return math.nan if number is None else number
