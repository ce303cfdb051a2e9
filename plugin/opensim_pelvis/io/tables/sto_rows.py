"""Labels and rows of OpenSim's text tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from opensim_pelvis.errors import ReadError
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.io.documents import finite
from opensim_pelvis.io.tables.cells import any_too_large

_NOT_A_NUMBER: Final = re.compile(r"[+-]?(?:nan|1\.#\w+|#?n/?a|null|none|-)", re.IGNORECASE)
"""How programs write a number that is missing."""


def split_labels(line: str) -> list[str]:
    """Return labels parted by tabs, in which blanks may stand, or by blanks."""
    return [cell.strip() for cell in line.strip().split("\t")] if "\t" in line else line.split()


def read_rows(path: Path, rows: str, width: int) -> tuple[FloatArray, tuple[int, ...]]:
    """Return rows of numbers parted by white space or, in quaternions, by commas.

    A row that ends early is left out; which ones (from 1) is returned beside the numbers.
    """
    lines = [line for line in rows.replace(",", " ").splitlines() if line.strip()]
    cells = [line.split() for line in lines]
    wrong = [i for i, row in enumerate(cells) if len(row) != width]
    for i in wrong:  # an empty cell between tabs is a missing number
        parts = [cell.strip() for cell in lines[i].split("\t")]
        if len(parts) == width or (len(parts) > width and not any(parts[width:])):
            cells[i] = [cell or "nan" for cell in parts[:width]]
    long = next((i for i in wrong if len(cells[i]) > width), None)
    short = tuple(i + 1 for i in wrong if len(cells[i]) < width)
    if long is not None or 2 * len(short) > len(cells):
        row = long if long is not None else short[0] - 1
        raise ReadError(
            f"{path}: row {row + 1} should have {width} numbers for its column labels, found "
            f"{len(cells[row])}"
        )
    kept = [row for row in cells if len(row) == width] if short else cells
    plain = rows.isascii() and "_" not in rows
    return _as_numbers(path, kept, width, plain=plain), short


def _as_numbers(
    path: Path, cells: Sequence[Sequence[str]], width: int, *, plain: bool
) -> FloatArray:
    try:
        if plain:
            numbers = np.array(cells, dtype=np.float64).reshape(-1, width)
            if not any_too_large(numbers):
                return numbers
    except ValueError:
        pass  # told below, by its place
    return np.array(
        [
            [_as_number(path, cell, row, column) for column, cell in enumerate(line, start=1)]
            for row, line in enumerate(cells, start=1)
        ],
        dtype=np.float64,
    ).reshape(-1, width)


def _as_number(path: Path, cell: str, row: int, column: int) -> float:
    if _NOT_A_NUMBER.fullmatch(cell):
        return float("nan")
    number = finite(cell)
    if number is None:
        raise ReadError(
            f"{path}: wanted a number in row {row}, column {column}, found '{cell[:40]}'"
        )
    return number
