"""Columns of numbers from a text file: fast where it is sound, exact in its faults where not."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from opensim_pelvis.frames import FloatArray, IntArray
from opensim_pelvis.io.processes import may_use
from opensim_pelvis.io.tables.cells import any_too_large
from opensim_pelvis.io.tables.rows import RowForm, ends_early, read_rows
from opensim_pelvis.io.tables.sample_clock import Lines
from opensim_pelvis.io.tables.text_files import read_bytes
from opensim_pelvis.notices import Notice

_TAIL_BYTES: Final = 64 * 1024
_COUNTED_BYTES: Final = 256 * 1024  # at once: what the processor's cache holds
_PATTERN_MARKS: Final = frozenset("*?[")
"""Polars takes a path with one of these for a pattern; such a file is handed over as bytes."""

_LINE_ENDS: Final = b"\r\n "


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

    @property
    def form(self) -> RowForm:
        """What reading line by line needs of it."""
        return RowForm(
            names=self.names,
            skip_lines=self.skip_lines,
            separator=self.separator,
            decimal_comma=self.decimal_comma,
            ends_open=self.ends_open,
        )


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Numbers:
    """Columns of numbers, NaN where a cell is empty or says so.

    ``lines`` is the line number of the first row, or that of each row; ``places`` counts rows
    that were left out, too, and is None where none was.
    """

    names: tuple[str, ...]
    block: FloatArray
    lines: Lines
    places: IntArray | None = None
    notes: tuple[Notice, ...] = ()

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


def read_numbers(path: Path, layout: Layout, wanted: Sequence[str]) -> Numbers:
    """Read the wanted columns of a text file.

    Rows with too few cells, the last above all, are left out with a note; every line with too
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
    quoted_commas = layout.decimal_comma and layout.separator == ","  # the parser cannot
    if quoted_commas or not may_use("polars"):
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
        if tail.endswith(b"\0"):
            return None  # which is told
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
    numbers = _as_numbers(frame, names, layout)
    return None if any_too_large(numbers.block) else numbers


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


def _as_numbers(frame: pl.DataFrame, names: tuple[str, ...], layout: Layout) -> Numbers:
    return Numbers(names=names, block=frame.to_numpy().T, lines=layout.first_line)


def _read_tail(path: Path) -> bytes:
    with path.open("rb") as stream:
        stream.seek(0, io.SEEK_END)
        stream.seek(max(0, stream.tell() - _TAIL_BYTES))
        return stream.read()


def _ends_blank(tail: bytes) -> bool:
    return tail[len(tail.rstrip(_LINE_ENDS)) :].count(b"\n") > 1


def _ends_early(tail: bytes, layout: Layout) -> bool:
    """Return whether the last line may end in the middle of a number."""
    return not tail.endswith(b"\n") and ends_early(tail.split(b"\n"), layout.form)


def _read_carefully(path: Path, layout: Layout, names: tuple[str, ...]) -> Numbers:
    """Read a file that the fast way refused or doubts, line by line."""
    rows = read_rows(path, layout.form, [layout.names.index(name) for name in names])
    return Numbers(
        names=names, block=rows.block, lines=rows.lines, places=rows.places, notes=rows.notes
    )


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


def _normalise(raw: bytes, layout: Layout) -> bytes:
    """Return the text without blanks around cells and blank lines at its end.

    Blanks that separate are made one.
    """
    raw = raw.rstrip(_LINE_ENDS).replace(b"\r\n", b"\n") + b"\n"
    if layout.separator == " ":
        raw = re.sub(rb"[ \t]+", b" ", raw)
        return re.sub(rb"^ | $", b"", raw, flags=re.MULTILINE)
    if b" " not in raw:
        return raw
    mark = layout.separator.encode()
    lines = (mark.join([c.strip(b" ") for c in row.split(mark)]) for row in raw.split(b"\n"))
    return b"\n".join(lines)
