"""Trajectories of a TRC file, by the places where its labels stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.io.documents import finite
from opensim_pelvis.notices import Notice
from opensim_pelvis.validation.even_times import make_even
from opensim_pelvis.validation.naming import note_file

UNITS: Final[Mapping[str, float]] = {
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), 1.0),
    **dict.fromkeys(("cm", "centimeters", "centimetres"), 1e-2),
    **dict.fromkeys(("mm", "millimeters", "millimetres"), 1e-3),
}

_HEAD: Final = 5
_MISSING: Final = frozenset({"", "nan", "null", "none", "na", "n/a", "#n/a", "-", "--"})


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class TrcFile:
    """What a TRC file holds.

    Parameters
    ----------
    rate_hz, start_s : float
    unit : str
    trajectories : tuple of (str, (t, 3) array)
        Label and positions in metres, in the file's own axes; a label may stand twice.
    notes : tuple of Notice
    """

    rate_hz: float
    start_s: float
    unit: str
    trajectories: tuple[tuple[str, FloatArray], ...]
    notes: tuple[Notice, ...]


def is_trc(text: str) -> bool:
    """Return whether a text begins like a TRC file."""
    return text.lstrip().startswith("PathFileType")


def read_trc(path: Path, text: str, notes: Sequence[Notice] = ()) -> TrcFile:
    """Return the trajectories of a TRC file at even times.

    Parameters
    ----------
    path : Path
        Names the file in messages.
    text : str
        As motion capture software writes it (``sheets.read_sheet``).
    notes : sequence of Notice
        What was done to the text.

    Raises
    ------
    ComparisonError
        When it is none, or is damaged.
    """
    lines = text.lstrip().split("\n")
    if len(lines) > 1 and not lines[1].strip():  # a spreadsheet or a mail put one after each
        lines = [line for line in lines if line.strip()]
    if len(lines) > 1 and "\t" not in lines[1]:
        raise ComparisonError(
            f"{path}: wanted tab-separated cells on line 2, found none: another program changed "
            "the file. Export it again from the motion capture software."
        )
    if len(lines) <= _HEAD or not is_trc(text):
        raise ComparisonError(f"{path}: wanted a TRC file, found another file header")
    head = _header(lines)
    unit = head.get("units", "").lower()
    if unit not in UNITS:
        raise ComparisonError(f"{path}: wanted Units m, cm or mm, found {unit[:40] or 'nothing'}")
    places, width = _find_labels(path, lines[3])
    values, told = _read_rows(path, lines[_HEAD:], width, head)
    rate_hz = _number(head.get("datarate", ""))
    rows = make_even(path.name, values[:, 1], values[:, 2:], rate_hz)
    unnamed = (width - 2) // 3 - len(places)
    if unnamed:
        told.append(note_file("reference.trajectories_unnamed", path.name, trajectories=unnamed))
    return TrcFile(
        rate_hz=rows.rate_hz,
        start_s=float(rows.time_s[0]),
        unit={1.0: "m", 1e-2: "cm", 1e-3: "mm"}[UNITS[unit]],
        trajectories=tuple(
            (label, UNITS[unit] * rows.values[:, at : at + 3]) for label, at in places
        ),
        notes=(*notes, *told, *rows.notes),
    )


def _header(lines: Sequence[str]) -> dict[str, str]:
    keys, values = (line.split("\t") for line in lines[1:3])
    return {k.strip().lower(): v.strip() for k, v in zip(keys, values, strict=False) if k.strip()}


def _number(cell: str) -> float | None:
    value = finite(cell)
    return value if value is not None and value > 0.0 else None


def _find_labels(path: Path, line: str) -> tuple[list[tuple[str, int]], int]:
    """Return each label with the column (from 0, without number and time) where its x stands.

    Labels stand above their x, two empty cells between them; some programs leave those out.
    """
    cells = [cell.strip() for cell in line.rstrip().split("\t")][2:]
    named = [(label, i) for i, label in enumerate(cells) if label]
    if not named:
        raise ComparisonError(f"{path}: wanted tab-separated marker labels on line 4, found none")
    if all(i % 3 == 0 for _, i in named):
        return named, 2 + named[-1][1] + 3
    if len(named) == len(cells):
        return [(label, 3 * i) for i, label in enumerate(cells)], 2 + 3 * len(cells)
    odd = next(label for label, i in named if i % 3)
    raise ComparisonError(
        f"{path}: wanted a label above every third column on line 4, found '{odd[:40]}' "
        "elsewhere: columns are shifted. Export the file again."
    )


def _read_rows(
    path: Path, lines: Sequence[str], width: int, head: Mapping[str, str]
) -> tuple[FloatArray, list[Notice]]:
    """Return rows of numbers, NaN in empty cells, and notes.

    Cells may be absent at the end of a row, where markers are missing there. Markers without a
    label may follow in all rows; they are left out.
    """
    rows = [(i, line.split("\t")) for i, line in enumerate(lines, start=_HEAD + 1) if line.strip()]
    lasts = [max((i for i, c in enumerate(r, start=1) if c.strip()), default=0) for _, r in rows]
    notes = []
    if rows and lines[-1].strip() and lasts[-1] < width:
        notes.append(note_file("reference.last_line_cut", path.name))
        rows.pop()
    count = max([width, *lasts])
    notes += _say_counts(path, head, len(lasts), (count - 2) // 3)
    beyond = sum(last > width for last in lasts)
    if beyond and (2 * beyond < len(lasts) or (count - width) % 3):
        raise ComparisonError(
            f"{path}: wanted {width} cells per row for the {(width - 2) // 3} labels of line 4, "
            f"{beyond} of {len(lasts)} rows have up to {count}: columns and labels do not match. "
            "Export the file again."
        )
    if beyond:
        notes.append(
            note_file("reference.trajectories_beyond", path.name, trajectories=(count - width) // 3)
        )
    if broken := sum(last < width and last % 3 != 2 for last in lasts[: len(rows)]):
        notes.append(note_file("reference.rows_within_marker", path.name, rows=broken))
    values = np.full((len(rows), width), np.nan)
    for place, (number, cells) in enumerate(rows):
        for i, cell in enumerate(cells[:width]):
            values[place, i] = _as_number(path, number, i, cell)
    return values, notes


def _as_number(path: Path, row: int, column: int, cell: str) -> float:
    cell = cell.strip()
    if cell.lower() in _MISSING:
        return float("nan")
    number = finite(cell)
    if number is None:
        raise ComparisonError(
            f"{path}: wanted a number on line {row}, column {column + 1}, found '{cell[:40]}'"
        )
    return number


def _say_counts(path: Path, head: Mapping[str, str], frames: int, markers: int) -> list[Notice]:
    """Return notes on counts that differ from those of the header."""
    notes = []
    for key, there in (("frames", frames), ("markers", markers)):
        stated = finite(head.get(f"num{key}", ""))
        if stated is not None and stated != there:
            notes.append(
                note_file(f"reference.{key}_differ", path.name, stated=stated, found=there)
            )
    return notes
