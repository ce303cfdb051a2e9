"""Cells of one line of a text, and numbers in them, in time that grows with their length."""

from __future__ import annotations

import math
import re
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.io.documents import LARGEST_NUMBER, finite

QUOTE: Final = '"'
_DECIMAL_COMMA: Final = re.compile(r"[+-]?\d*,\d+", re.ASCII)
_MISSING: Final = frozenset({"", "nan", "+nan", "-nan"})


def split_cells(line: str, separator: str) -> list[str]:
    """Return the cells of one line without surrounding blanks; a blank separates in runs.

    A cell in double quotes may hold the separator, and doubled quotes for one.

    >>> split_cells('1, "a,b" ,"x ""y"" z"', ",")
    ['1', 'a,b', 'x "y" z']
    """
    if QUOTE not in line:
        return line.split() if separator == " " else [c.strip() for c in line.split(separator)]
    cells: list[str] = []
    held: list[str] = []
    is_open = False
    for part in line.split(separator):
        if not held and not part.lstrip().startswith(QUOTE):
            cells.append(part.strip())
            continue
        held.append(part)
        is_open ^= bool(part.count(QUOTE) % 2)
        if not is_open:
            cells.append(unquote(separator.join(held)))
            held = []
    if held:  # a quote that nothing closes is a part of its cell
        cells += [part.strip() for part in held]
    return [cell for cell in cells if cell] if separator == " " else cells


def unquote(cell: str) -> str:
    """Return a cell without the quotes around it."""
    cell = cell.strip()
    if len(cell) < 2 or not (cell.startswith(QUOTE) and cell.endswith(QUOTE)):
        return cell
    return cell[1:-1].replace(QUOTE * 2, QUOTE).strip()


def find_separator(header: str) -> str:
    """Return the separator of a line of column names: tab, semicolon, comma or blank."""
    if QUOTE in header:  # what stands in quotes separates nothing
        header = "".join(header.split(QUOTE)[::2])
    return next((mark for mark in "\t;," if mark in header), " ")


def uses_decimal_comma(line: str, separator: str) -> bool:
    """Return whether a row of numbers is written with decimal commas."""
    return any(_DECIMAL_COMMA.fullmatch(cell) for cell in split_cells(line, separator))


def to_number(cell: str) -> float | None:
    """Return the number in a cell: NaN where it is missing, None where there is no finite one.

    Digits are those of ASCII alone: other digits, thousands marks and words are no numbers.
    """
    return math.nan if cell.lower() in _MISSING else finite(cell)


def any_too_large(values: FloatArray) -> bool:
    """Return whether a fast parser let a number through that `to_number` takes for none.

    NaN is passed over, and no copy is made.
    """
    high = np.fmax.reduce(values, axis=None, initial=0.0)
    low = np.fmin.reduce(values, axis=None, initial=0.0)
    return bool(high > LARGEST_NUMBER or low < -LARGEST_NUMBER)


def is_number(cell: str) -> bool:
    """Return whether a cell holds a finite number, or says that it is missing."""
    return to_number(cell) is not None
