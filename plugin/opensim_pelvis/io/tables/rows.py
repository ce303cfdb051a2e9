"""Rows of a text that the fast parser refused or doubts, read line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from opensim_pelvis.errors import ReadError, raise_faults
from opensim_pelvis.frames import FloatArray, IntArray
from opensim_pelvis.io.tables.cells import QUOTE, split_cells, to_number
from opensim_pelvis.io.tables.sample_clock import lines_of
from opensim_pelvis.io.tables.text_files import decode, read_text
from opensim_pelvis.notices import Notice, notice

MAX_FAULTS: Final = 5
_COMPARED_LINES: Final = 20
_COUNTED_ROWS: Final = 101
_BLANKS: Final = b" \t\r\f"


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Rows:
    """Numbers of the whole rows, (columns, rows), and where each stood.

    ``lines`` are line numbers of the file; ``places`` count the rows from 0, those left out
    included.
    """

    block: FloatArray
    lines: IntArray
    places: IntArray
    notes: tuple[Notice, ...]


@dataclass(slots=True, kw_only=True)
class _Found:
    numbers: list[list[float]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    short: list[tuple[int, int]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowForm:
    """How rows are written: all columns, the separator, the mark of decimals."""

    names: Sequence[str]
    skip_lines: int
    separator: str
    decimal_comma: bool = False
    ends_open: bool = False

    @property
    def width(self) -> int:
        """How many cells a row must have."""
        return len(self.names)


def read_rows(path: Path, form: RowForm, wanted: Sequence[int]) -> Rows:
    """Read the wanted columns of every whole row.

    Blank lines are no rows. Rows with too few cells, and a last line that was cut off, are left
    out with a note, unless most rows are so: then the file is another than its column names say.

    Raises
    ------
    ReadError
        Naming the first faults: rows with too many cells, and cells that are no numbers.
    """
    raw, notes = read_text(path)
    lines = raw.split(b"\n")
    idle = _BLANKS + form.separator.encode() + QUOTE.encode()
    while lines and not lines[-1].strip(idle):
        lines.pop()
    is_open = len(lines) == raw.count(b"\n") + 1
    rows = lines[form.skip_lines :]
    cut = bool(rows) and is_open and ends_early(rows, form)
    usual = _usual_count(rows, form)
    if rows and (cut or len(_split(rows[-1], form, usual)) < form.width):
        notes = (*notes, cut_note(path, len(lines)))
        rows.pop()
    found = _take(rows, form, wanted, usual)
    if len(found.short) >= max(1, len(found.lines)):
        found.faults[:0] = [
            f"line {line}: wanted {form.width} cells as in the column names, found {count}"
            for line, count in found.short[:MAX_FAULTS]
        ]
        found.short.clear()
    if len(found.faults) >= MAX_FAULTS:
        found.faults[MAX_FAULTS:] = ["and possibly more: only the first faults are listed"]
    raise_faults(ReadError, str(path), found.faults)
    if not found.lines:
        raise ReadError(f"{path}: wanted rows of numbers below the column names, found none")
    if found.short:
        notes = (*notes, short_note(path, [line for line, _ in found.short]))
    return Rows(
        block=np.array(found.numbers).T,
        lines=np.array(found.lines, dtype=np.int64),
        places=np.array(found.places, dtype=np.int64),
        notes=notes,
    )


def cut_note(path: Path, line: int) -> Notice:
    """Return the note on a last line that was left out."""
    return notice("reader.cut_line", path.name, file=path.name, line=line)


def short_note(path: Path, lines: Sequence[int]) -> Notice:
    """Return the note on rows that were left out since cells of them are missing."""
    where, rows = lines_of(np.array(lines), 0), len(lines)
    return notice("reader.short_rows", path.name, file=path.name, where=where, rows=rows)


def say_open_end(name: str, text: str, separator: str) -> tuple[Notice, ...]:
    """Return a note where the last line of a table has no line end and may end in a number."""
    lines = text.split("\n")[-_COMPARED_LINES:]
    form = RowForm(names=(), skip_lines=0, separator=separator)
    if not lines[-1].strip() or not ends_early([line.encode() for line in lines], form):
        return ()
    return (notice("reader.open_end", name, file=name),)


def ends_early(rows: Sequence[bytes], form: RowForm) -> bool:
    """Return whether the last of some lines, which has no line end, may end within a number.

    It is whole where every number above it in the last column has the same number of decimals,
    and so has its own, and where quotes close its last cell. A single line has none above it.
    """
    mark = "," if form.decimal_comma else "."
    last = decode(rows[-1]).strip() if rows else ""
    if last.endswith(QUOTE) and last.count(QUOTE) % 2 == 0:
        return False
    decimals = set()
    for line in rows[-_COMPARED_LINES:]:
        cells = [cell for cell in split_cells(decode(line), form.separator) if cell] or [""]
        digits = cells[-1].partition(mark)[2]
        decimals.add(len(digits) if digits.isdecimal() else 0)
    alike = len(decimals) == 1 and (len(rows) > 1 or form.ends_open)
    return not alike or (0 in decimals and not form.ends_open)


def _usual_count(rows: Sequence[bytes], form: RowForm) -> int:
    """Return how many cells most of the first rows have, empty ones at the end included."""
    counts = Counter(
        len(split_cells(decode(row), form.separator))
        for row in rows[:_COUNTED_ROWS]
        if row.strip(_BLANKS)
    )
    return counts.most_common(1)[0][0] if counts else form.width


def _take(rows: Sequence[bytes], form: RowForm, wanted: Sequence[int], usual: int) -> _Found:
    found, place, width = _Found(), 0, form.width
    before = 0  # cells of the line above, where that was short
    for line, row in enumerate(rows, start=form.skip_lines + 1):
        if not row.strip(_BLANKS):
            before = 0
            continue
        cells = _split(row, form, usual)
        if len(cells) < width:
            found.short.append((line, len(cells)))
            parted = before and before + len(cells) in (width, width + 1)
            before = 0 if parted else len(cells)
            place += not parted  # two halves of one row take one place
            continue
        before = 0
        numbers, fault = _numbers(cells, form, wanted)
        if fault is not None:
            found.faults.append(f"line {line}: {fault}")
            if len(found.faults) == MAX_FAULTS:
                break
        found.numbers.append(numbers)
        found.lines.append(line)
        found.places.append(place)
        place += 1
    return found


def _split(row: bytes, form: RowForm, usual: int) -> list[str]:
    """Return the cells of a row, without empty ones beyond its width.

    They stay where one of the others may be gone, or one too many: where the last column has no
    name, and where other rows have fewer cells.
    """
    cells = split_cells(decode(row), form.separator)
    whole = form.width > 0 and bool(form.names[-1]) and len(cells) <= max(usual, form.width)
    while whole and len(cells) > form.width and not cells[-1]:
        cells.pop()
    return cells


def _numbers(
    cells: Sequence[str], form: RowForm, wanted: Sequence[int]
) -> tuple[list[float], str | None]:
    """Return the wanted numbers of one row, and what is wrong with it, if anything."""
    if len(cells) > form.width:
        return [], f"wanted {form.width} cells as in the column names, found {len(cells)}"
    numbers = []
    for index in wanted:
        cell = cells[index]
        number = to_number(cell.replace(",", ".") if form.decimal_comma else cell)
        if number is None:
            if "\0" in cell:
                return [], "contains binary bytes: the file is damaged"
            return [], f"wanted a number in column {form.names[index]}, found '{cell[:40]}'"
        numbers.append(number)
    return numbers, None
