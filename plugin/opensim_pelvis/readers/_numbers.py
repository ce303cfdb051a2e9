"""Columns of numbers from a text file: fast where it is sound, exact in its faults where not."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from opensim_pelvis.errors import ReadError, raise_faults
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.plain_words import words_of
from opensim_pelvis.processes import may_use_polars
from opensim_pelvis.readers._files import decode, read_bytes

_MAX_FAULTS: Final = 5
_TAIL_BYTES: Final = 64 * 1024
_COUNTED_BYTES: Final = 256 * 1024  # at once: what the processor's cache holds
_COMPARED_LINES: Final = 20
_PATTERN_MARKS: Final = frozenset("*?[")
"""Polars takes a path with one of these for a pattern; such a file is handed over as bytes."""

_LINE_ENDS: Final = b"\r\n "
_MISSING: Final = frozenset({"", "nan", "+nan", "-nan"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How the rows of a text file are written.

    Parameters
    ----------
    names : tuple of str
        All columns in their order.
    skip_lines : int
        Lines before the first row of numbers.
    separator : str
        One character; a blank means any number of blanks.
    decimal_comma : bool
    quoted : bool
        Cells may stand in double quotes.
    ends_open : bool
        Files of this format never have a line end after their last line, and a whole number in
        their last column is no signal: such a line counts as whole with all its cells.
    """

    names: tuple[str, ...]
    skip_lines: int
    separator: str
    decimal_comma: bool = False
    quoted: bool = False
    ends_open: bool = False

    @property
    def first_line(self) -> int:
        """Line number of the first row, counted from 1."""
        return self.skip_lines + 1


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Numbers:
    """Columns of numbers, NaN where a cell is empty or says so."""

    names: tuple[str, ...]
    block: FloatArray
    notes: tuple[str, ...] = ()

    def column(self, name: str) -> FloatArray:
        """Return one column, shape (n,)."""
        return np.asarray(self.block[self.names.index(name)])

    def columns(self, names: Sequence[str], factor: float = 1.0) -> FloatArray:
        """Return columns times a factor, shape (n, len(names)), each contiguous in memory.

        Neighbours times 1 are a view, which keeps the whole block in memory: copy it where most
        of the block is not needed.
        """
        rows = [self.names.index(name) for name in names]
        together = rows == list(range(rows[0], rows[0] + len(rows)))
        found = self.block[rows[0] : rows[-1] + 1] if together else self.block[rows]
        return (found if factor == 1.0 else found * factor).T


def split_cells(line: str, separator: str) -> list[str]:
    """Return the cells of one line without surrounding blanks; a blank separates in runs."""
    return line.split() if separator == " " else [c.strip() for c in line.split(separator)]


def find_separator(header: str) -> str:
    """Return the separator of a line of column names: tab, semicolon, comma or blank."""
    return next((mark for mark in "\t;," if mark in header), " ")


def uses_decimal_comma(line: str, separator: str) -> bool:
    """Return whether a row of numbers is written with decimal commas."""
    cells = split_cells(line, separator)
    return separator != "," and any(re.fullmatch(r"[+-]?\d*,\d+", cell) for cell in cells)


def read_numbers(path: Path, layout: Layout, wanted: Sequence[str]) -> Numbers:
    """Read the wanted columns of a text file.

    A last line that was cut off is left out with a note; every other line with too few or too
    many cells, and every cell that is no number, is a fault with its line number.

    Parameters
    ----------
    path : Path
    layout : Layout
    wanted : sequence of str
        Names from ``layout.names``.

    Raises
    ------
    ReadError
        Naming all faults of the file, or the first few of many.
    """
    names = tuple(dict.fromkeys(wanted))
    if not may_use_polars():
        return _read_carefully(path, layout, names)
    if layout.separator != " " and not _PATTERN_MARKS & set(str(path)):
        numbers = _read_fast(path, None, layout, names)
        if numbers is not None:
            return numbers
    numbers = _read_fast(path, _normalise(read_bytes(path), layout), layout, names)
    return _read_carefully(path, layout, names) if numbers is None else numbers


def _read_fast(
    path: Path, raw: bytes | None, layout: Layout, names: tuple[str, ...]
) -> Numbers | None:
    """Read a file, or the text made of it; None where anything about it is doubtful."""
    try:
        tail = _read_tail(path)
        if raw is None and _ends_blank(tail):
            return None  # the parser would make rows of blank lines
        frame, complete = _parse(path if raw is None else io.BytesIO(raw), layout, names)
        if _ends_early(tail, layout):
            return None
        if (not complete or not frame.height) and not _all_fit(raw or read_bytes(path), layout):
            return None
        if len(names) < len(layout.names) and _is_long(path, raw, layout, frame):
            return None
    except (pl.exceptions.PolarsError, OSError):
        return None
    numbers = _as_numbers(frame, names)
    return None if np.isinf(numbers.block).any() else numbers


def _parse(
    source: Path | io.BytesIO, layout: Layout, names: Sequence[str]
) -> tuple[pl.DataFrame, bool]:
    """Return the columns, and whether every line is sure to have all its cells.

    Polars fills up short lines: a line that is short has nothing in its last column.
    """
    last = len(layout.names) - 1
    picked = sorted({*(layout.names.index(name) for name in names), last})
    width = range(len(layout.names))
    numeric = {layout.names.index(name) for name in names}
    frame = pl.read_csv(
        source,
        has_header=False,
        skip_rows=layout.skip_lines,
        separator=layout.separator,
        decimal_comma=layout.decimal_comma,
        quote_char='"' if layout.quoted else None,
        columns=picked,
        schema={f"{i}": pl.Float64() if i in numeric else pl.String() for i in width},
    )
    complete = frame[f"{last}"].null_count() == 0
    return frame.select(f"{layout.names.index(name)}" for name in names), complete


def _as_numbers(
    frame: pl.DataFrame, names: tuple[str, ...], notes: tuple[str, ...] = ()
) -> Numbers:
    return Numbers(names=names, block=frame.to_numpy().T, notes=notes)


def _read_tail(path: Path) -> bytes:
    with path.open("rb") as stream:
        stream.seek(0, io.SEEK_END)
        stream.seek(max(0, stream.tell() - _TAIL_BYTES))
        return stream.read()


def _ends_blank(tail: bytes) -> bool:
    return tail[len(tail.rstrip(_LINE_ENDS)) :].count(b"\n") > 1


def _ends_early(tail: bytes, layout: Layout) -> bool:
    """Return whether the last line may end in the middle of a number.

    Such a line has no line end. It is whole all the same where every number above it in the
    last column has the same number of decimals, and so has its own.
    """
    if tail.endswith(b"\n"):
        return False
    mark = "," if layout.decimal_comma else "."
    decimals = set()
    for line in decode(tail).splitlines()[-_COMPARED_LINES:]:
        last = split_cells(line, layout.separator)[-1:] or [""]
        digits = last[0].partition(mark)[2]
        decimals.add(len(digits) if digits.isdigit() else 0)
    return len(decimals) > 1 or (0 in decimals and not layout.ends_open)


def _read_carefully(path: Path, layout: Layout, names: tuple[str, ...]) -> Numbers:
    """Read a file that the fast way refused or doubts, line by line."""
    raw = read_bytes(path)
    lines = raw.rstrip(_LINE_ENDS).split(b"\n")
    rows = lines[layout.skip_lines :]
    notes: tuple[str, ...] = ()
    checked = [layout.names.index(name) for name in names]
    if rows and (_ends_early(raw, layout) or not _fits(rows[-1], layout)):
        notes = (
            f"{path.name}: the last line ({layout.skip_lines + len(rows)}) is cut off, or may be "
            "since it has no line end, and was left out",
        )
        rows.pop()
    faults = []
    for number, row in enumerate(rows, start=layout.first_line):
        fault = _line_fault(row, layout, checked)
        if fault is not None:
            faults.append(f"line {number}: {fault}")
        if len(faults) == _MAX_FAULTS:
            faults.append("and perhaps more: only the first faults are listed")
            break
    raise_faults(ReadError, str(path), faults)
    if not rows:
        raise ReadError(f"{path}: there are column names, but no row of numbers below them")
    if not may_use_polars():
        return Numbers(names=names, block=_parse_plainly(rows, layout, checked), notes=notes)
    normal = _normalise(b"\n".join([*lines[: layout.skip_lines], *rows, b""]), layout)
    try:
        frame, _ = _parse(io.BytesIO(normal), layout, names)
    except pl.exceptions.PolarsError as fault:
        raise ReadError(f"{path}: the numbers cannot be read: {words_of(fault)}") from fault
    return _as_numbers(frame, names, notes)


def _parse_plainly(rows: Sequence[bytes], layout: Layout, checked: Sequence[int]) -> FloatArray:
    """Return the columns of rows that are sound, without polars."""
    block = np.empty((len(checked), len(rows)))
    for i, row in enumerate(rows):
        cells = split_cells(decode(row), layout.separator)
        for column, index in zip(block, checked, strict=True):
            cell = cells[index].strip('"') if layout.quoted else cells[index]
            column[i] = float((cell.replace(",", ".") if layout.decimal_comma else cell) or "nan")
    return block


def _is_long(path: Path, raw: bytes | None, layout: Layout, frame: pl.DataFrame) -> bool:
    """Return whether some line of a file without short lines has cells too much.

    Polars passes over them where it is asked for some of the columns alone.
    """
    if raw is not None:
        return _count_marks(raw, layout) > frame.height * (len(layout.names) - 1)
    with path.open("rb") as stream, mmap(stream.fileno(), 0, access=ACCESS_READ) as text:
        return _count_marks(text, layout) > frame.height * (len(layout.names) - 1)


def _count_marks(text: bytes | mmap, layout: Layout) -> int:
    """Return how many separators there are below the header."""
    start = 0
    for _ in range(layout.skip_lines):
        start = text.find(b"\n", start) + 1
    mark, codes, found = ord(layout.separator), np.frombuffer(text, np.uint8), 0
    for low in range(start, codes.size, _COUNTED_BYTES):
        found += int(np.count_nonzero(codes[low : low + _COUNTED_BYTES] == mark))
    del codes  # or the file cannot be closed
    return found


def _all_fit(raw: bytes, layout: Layout) -> bool:
    """Return whether every line has as many separators as the column names ask for."""
    mark, wanted = layout.separator.encode(), len(layout.names) - 1
    rows = raw.rstrip(_LINE_ENDS).split(b"\n")[layout.skip_lines :]
    return bool(rows) and all(row.count(mark) == wanted for row in rows)


def _fits(row: bytes, layout: Layout) -> bool:
    return len(split_cells(decode(row), layout.separator)) == len(layout.names)


def _line_fault(row: bytes, layout: Layout, checked: Sequence[int]) -> str | None:
    """Return what is wrong with one line, or None."""
    if b"\0" in row:
        return "holds binary bytes: the file is damaged"
    cells = split_cells(decode(row), layout.separator)
    if len(cells) != len(layout.names):
        return f"wanted {len(layout.names)} cells as in the column names, found {len(cells)}"
    for index in checked:
        cell = cells[index].strip('"') if layout.quoted else cells[index]
        if layout.decimal_comma:
            cell = cell.replace(",", ".")
        if not is_number(cell):
            return f"wanted a number in column {layout.names[index]}, found '{cell[:40]}'"
    return None


def is_number(cell: str) -> bool:
    """Return whether a cell holds a finite number, or says that it is missing."""
    if cell.lower() in _MISSING:
        return True
    try:
        return math.isfinite(float(cell)) and "_" not in cell
    except ValueError:
        return False


def _normalise(raw: bytes, layout: Layout) -> bytes:
    """Return the text without blanks around cells and blank lines at its end.

    Blanks that separate are made one.
    """
    raw = raw.rstrip(_LINE_ENDS).replace(b"\r\n", b"\n") + b"\n"
    if layout.separator == " ":
        raw = re.sub(rb"[ \t]+", b" ", raw)
        return re.sub(rb"^ | $", b"", raw, flags=re.MULTILINE)
    mark = re.escape(layout.separator.encode())
    return re.sub(rb" *(" + mark + rb"|\n|^) *", rb"\1", raw)
