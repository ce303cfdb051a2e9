"""Events that somebody else found: a table of times, as from force plates or a C3D file."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, Literal

from opensim_pelvis.errors import ReadError, raise_faults
from opensim_pelvis.types import Event

_LABELS: Final[Mapping[str, str]] = {
    "initial contact": "initial contact",
    "foot strike": "initial contact",
    "heel strike": "initial contact",
    "toe off": "toe-off",
    "foot off": "toe-off",
}
_SIDES: Final[Mapping[str, Literal["Left", "Right"]]] = {
    "left": "Left",
    "l": "Left",
    "right": "Right",
    "r": "Right",
}
COLUMNS: Final = ("time_s", "label", "side")


def read_events(path: Path) -> tuple[Event, ...]:
    """Read a comma-separated table with the columns ``time_s``, ``label`` and ``side``.

    ``uncertainty_s`` is a column that may be there. Times are those of the results: zero is
    the first sample of any sensor used. Labels are initial contact (foot strike, heel strike)
    and toe-off (foot off).

    Raises
    ------
    ReadError
        Naming every row that cannot be used.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise ReadError(f"{path}: wanted a table of events as UTF-8 text: {fault}") from fault
    rows = csv.DictReader(text.splitlines())
    missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise ReadError(
            f"{path}: wanted the columns {', '.join(COLUMNS)} in the first line, found "
            f"{', '.join(rows.fieldnames or ()) or 'nothing'}"
        )
    faults: list[str] = []
    events = [e for n, row in enumerate(rows, start=2) if (e := _event(row, n, path, faults))]
    raise_faults(ReadError, str(path), faults)
    return tuple(sorted(events, key=lambda event: event.time_s))


def normalise_events(events: Iterable[Event]) -> tuple[Event, ...]:
    """Return imported contacts and toe-offs under our names; other events are left out."""
    kept = []
    for event in events:
        label = _LABELS.get(_plain(event.label))
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
    label = _LABELS.get(_plain(row.get("label") or ""))
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


def _plain(label: str) -> str:
    return label.strip().lower().replace("-", " ").replace("_", " ")


def _number(text: str | None) -> float:
    try:
        value = float(text or "nan")
    except ValueError:
        return float("nan")
    return value if math.isfinite(value) else float("nan")
