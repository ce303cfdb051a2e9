"""Labels and rows of OpenSim's text tables: numbers, or quaternions ``w,x,y,z``.

The one parser of rows: recordings that the fast parser doubts, results and references come through
it. Rows that end early are left out where they are few; all else that does not fit is told by its
place and by the label of its column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np

from opensim_pelvis.errors import ReadError, raise_faults
from opensim_pelvis.frames import FloatArray, IntArray
from opensim_pelvis.io.tables.cells import QUOTE, any_too_large, to_number
from opensim_pelvis.io.tables.rows import MAX_FAULTS

_NOT_A_NUMBER: Final = re.compile(r"[+-]?(?:nan|1\.#\w+|#?n/?a|null|none|-)", re.IGNORECASE)
"""How programs write a number that is missing."""

_COMMA: Final = re.compile(r"\s*,\s*")
_PARTS: Final = {4: "four numbers w,x,y,z"}
_IDLE: Final = " \t\r"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoForm:
    """How the rows of a table are written.

    Parameters
    ----------
    names : sequence of str
        Labels of the columns, that of time first.
    components : int
        Numbers in a cell after the time: 1, or 4 parted by commas.
    first_line : int or None
        Number of the first line below the labels in its file; None where the text is no file's,
        so that rows are counted from 1.
    """

    names: Sequence[str]
    components: int
    first_line: int | None = None

    def where(self, place: int) -> str:
        """Return a place in words."""
        return f"{'row' if self.first_line is None else 'line'} {place}"


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class StoRows:
    """Numbers of the whole rows, and where rows stood.

    Parameters
    ----------
    numbers : (n, 1 + components * columns) array
        NaN where one is missing.
    places : (n,) array of int
        Line of each, or its number among the rows.
    short : tuple of int
        Places of rows that end early and were left out.
    cut : int or None
        Place of a last row that was cut off and left out.
    """

    numbers: FloatArray
    places: IntArray
    short: tuple[int, ...] = ()
    cut: int | None = None


_Row = tuple[int, list[str]]


def split_labels(line: str) -> list[str]:
    """Return labels parted by tabs, in which blanks may stand, or by blanks."""
    return [cell.strip() for cell in line.strip().split("\t")] if "\t" in line else line.split()


def read_rows(path: Path, text: str, form: StoForm, *, cut_end: bool = False) -> StoRows:
    """Return the rows of a table.

    Cells are parted by tabs, between which an empty one is a missing number, or by other white
    space.

    Parameters
    ----------
    path : Path
        Names the table in messages.
    text : str
        What stands below the labels.
    form : StoForm
    cut_end : bool
        Whether a last row without a line end, or that does not fit, is taken for one that was cut
        off.

    Raises
    ------
    ReadError
        Naming the first rows and cells that do not fit, or that half of all rows end early.
    """
    text = text.replace(QUOTE, "")
    rows = list(_rows(text, form))
    cut = None
    if cut_end and rows:
        is_open = not text.rstrip(_IDLE).endswith("\n")
        if is_open or isinstance(_numbers_of(rows[-1][1], form), str):
            cut = rows.pop()[0]
    short = tuple(place for place, cells in rows if len(cells) < len(form.names))
    if 2 * len(short) < len(rows):
        rows = [row for row in rows if len(row[1]) >= len(form.names)]
    else:
        short = ()
    return StoRows(
        numbers=_as_array(path, rows, form, plain=text.isascii() and "_" not in text),
        places=np.array([place for place, _ in rows], dtype=np.int64),
        short=short,
        cut=cut,
    )


def _rows(text: str, form: StoForm) -> Iterator[_Row]:
    """Yield the place and the cells of each row; blank lines are no rows."""
    count = 0
    for line, row in enumerate(text.split("\n"), start=form.first_line or 0):
        if row.strip():
            count += 1
            yield (count if form.first_line is None else line), _cells(row, form)


def _cells(row: str, form: StoForm) -> list[str]:
    width, single = len(form.names), form.components == 1
    cells = row.split("\t")
    # an empty number is missing, an empty quaternion at the end was not written
    while cells and not cells[-1].strip() and (len(cells) > width or not single):
        cells.pop()
    if len(cells) == width:
        return cells
    loose = (row.replace(",", " ") if single else _COMMA.sub(",", row)).split()
    return loose if len(loose) == width or "\t" not in row else cells


def _as_array(path: Path, rows: Sequence[_Row], form: StoForm, *, plain: bool) -> FloatArray:
    width = 1 + form.components * (len(form.names) - 1)
    texts = [_numbers_of(cells, form) for _, cells in rows]
    if plain and not any(isinstance(found, str) for found in texts):
        try:
            numbers = np.array(texts, dtype=np.float64).reshape(-1, width)
            if not any_too_large(numbers):
                return numbers
        except ValueError:
            pass  # a number is missing, or is told below by its place
    found = [_as_numbers(row, form) for row in texts]
    faults = (
        f"{form.where(place)}: {fault}"
        for (place, _), fault in zip(rows, found, strict=True)
        if isinstance(fault, str)
    )
    raise_faults(ReadError, str(path), list(islice(faults, MAX_FAULTS)))
    return np.array(found, dtype=np.float64).reshape(-1, width)


def _numbers_of(cells: list[str], form: StoForm) -> list[str] | str:
    """Return the texts of all numbers of a row, or what is wrong with its cells."""
    if len(cells) != len(form.names):
        return f"wanted {len(form.names)} cells as in the column names, found {len(cells)}"
    if form.components == 1:
        return cells
    if "," in cells[0]:
        return f"wanted one number for {form.names[0]}, found '{cells[0].strip()[:40]}'"
    numbers = [cells[0]]
    for name, cell in zip(form.names[1:], cells[1:], strict=True):
        parts = cell.split(",")
        if len(parts) != form.components:
            return f"wanted {_PARTS[form.components]} for {name}, found '{cell.strip()[:40]}'"
        numbers += parts
    return numbers


def _as_numbers(texts: list[str] | str, form: StoForm) -> list[float] | str:
    """Return the numbers of a row, or what is wrong with its cells or with a number."""
    if isinstance(texts, str):
        return texts
    numbers = []
    for i, text in enumerate(map(str.strip, texts)):
        number = float("nan") if _NOT_A_NUMBER.fullmatch(text) else to_number(text)
        if number is None:
            name = form.names[0 if i == 0 else 1 + (i - 1) // form.components]
            return f"wanted a number for {name}, found '{text[:40]}'"
        numbers.append(number)
    return numbers
