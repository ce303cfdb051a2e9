"""Tables of cells between commas, semicolons or tabs, whose first line names the columns."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from opensim_pelvis.io.documents.files import DocumentError, ErrorType, read_text
from opensim_pelvis.io.documents.numbers import finite

Row = dict[str, str]
"""Cells by the name of their column."""

_SHOWN: Final = 200
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_GUARD: Final = "'"
_SEPARATOR_LINE: Final = re.compile(r"\Asep=[;,\t]\r?\n", re.IGNORECASE)
_DECIMAL_COMMA: Final = re.compile(r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?", re.ASCII)


def safe_cell(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula; numbers stay as they are.

    A text that begins like a formula gets an apostrophe before it, as OWASP advises;
    `read_rows` takes it away again.

    >>> safe_cell("=1+1"), safe_cell("-1.5"), safe_cell(-1.5), safe_cell("left")
    ("'=1+1", '-1.5', -1.5, 'left')
    """
    is_text = isinstance(value, str) and value.startswith(_FORMULA)
    return f"{_GUARD}{value}" if is_text and finite(str(value)) is None else value


def read_rows(
    path: Path, columns: Sequence[str], error: ErrorType = DocumentError
) -> list[tuple[int, Row]]:
    """Return the rows of a table, each with its line; a cell that a short row lacks is empty.

    Parameters
    ----------
    path : Path
    columns : sequence of str
        Those that must be there.
    error : type
        What is raised where the file is no such table.
    """
    text = _SEPARATOR_LINE.sub("", read_text(path, error))
    mark = _find_mark(text, columns)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    clean = _unguarded if mark == "," else _with_point
    try:
        names = [name.strip() for name in next(reader, [])]
        missing = [name for name in columns if names.count(name) != 1]
        if missing:
            found = ", ".join(names) or "nothing"
            raise error(
                f"{path}: wanted the columns {', '.join(columns)} once each on the first line, "
                f"found {found[:_SHOWN]}"
            )
        return [
            (
                reader.line_num,
                dict(zip(names, map(clean, cells + [""] * len(names)), strict=False)),
            )
            for cells in reader
            if any(cell.strip() for cell in cells)
        ]
    except csv.Error as fault:
        raise error(
            f"{path}: wanted comma-separated cells, found an unterminated cell near line "
            f"{reader.line_num}. Close its quotation mark."
        ) from fault


def _find_mark(text: str, columns: Sequence[str]) -> str:
    """Return what parts cells: a spreadsheet may have put semicolons or tabs for commas."""
    first = text.partition("\n")[0]
    for mark in ";\t":
        names = [name.strip(' "\r') for name in first.split(mark)]
        if all(name in names for name in columns):
            return mark if len(names) > 1 else ","
    return ","


def _with_point(cell: str) -> str:
    """Return a cell whose decimal comma, if it has one, is a point."""
    cell = _unguarded(cell)
    return cell.replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell.strip()) else cell


def _unguarded(cell: str) -> str:
    """Return a cell without the apostrophe that `safe_cell` set."""
    return cell[1:] if cell.startswith(_GUARD) and cell[1:].startswith(_FORMULA) else cell
