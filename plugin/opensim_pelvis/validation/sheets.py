"""Text of a reference's table as its own format has it, whatever a spreadsheet made of it.

A spreadsheet that saves a TRC, MOT or STO file again parts cells by semicolons or commas, writes
decimal commas, puts cells in quotes, pads lines with empty cells and may choose UTF-16. What it did
is undone here, so that one parser a format is enough. A sound file passes through unchanged.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.io.documents import read_bytes
from opensim_pelvis.io.documents.files import without_mark
from opensim_pelvis.io.tables.rows import say_open_end
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.validation.naming import note_file

DECIMAL_COMMA: Final = re.compile(r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?")
DECIMAL_POINT: Final = re.compile(r"[+-]?\d*\.\d+(?:[eE][+-]?\d+)?")

MAX_BYTES: Final = 2**30
"""A larger table is not read; the longest marker trials of a laboratory take a tenth of it."""

_MARKS: Final = {"\t": "", ";": "word.semicolons", ",": "word.commas"}
"""What parts cells, and what is said of it; tabs are as it should be."""

_QUOTED: Final = "word.quoted_cells"
_SEPARATOR_LINE: Final = re.compile(r"\Asep=[;,\t]\n", re.IGNORECASE)
"""By which spreadsheets tell one another what parts cells."""

_THOUSANDS: Final = re.compile(
    r"[+-]?\d{1,3}(?:(?:\.\d{3})+,\d*|(?:,\d{3})+\.\d*|"
    r"(?:['\u2019 \u00a0\u202f]\d{3})+(?:[.,]\d*)?)"
)

_LOOKED_AT: Final = 50
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_NO_TEXT: Final = "{path}: wanted a text table, found binary data"


def read_sheet(path: Path) -> tuple[str, tuple[Notice, ...]]:
    """Return the text of a table, its cells parted as its format has them, and notes.

    Raises
    ------
    ComparisonError
        When it is no text, or its numbers are written in two ways.
    """
    text, coded = _decode(path, _read_bytes(path))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _SEPARATOR_LINE.sub("", text)
    lines = text.split("\n")
    mark = _find_mark(lines)
    coded = (*coded, *say_open_end(path.name, text, mark))
    quoted = '"' in text and mark in _MARKS
    if mark not in _MARKS or (mark == "\t" and not quoted and not _has_decimal_commas(lines)):
        return text, coded
    rows = _split(path, text, mark) if quoted else [line.split(mark) for line in lines]
    cells = [[cell.strip() for cell in row] for row in rows]
    _refuse_thousands(path, cells)
    comma = any(DECIMAL_COMMA.fullmatch(cell) for row in cells[-_LOOKED_AT:] for cell in row)
    if comma:
        _refuse_two_kinds(path, cells)
        cells = [[_with_point(cell) for cell in row] for row in cells]
    changed = (_MARKS[mark], "word.decimal_commas" if comma else "", _QUOTED if quoted else "")
    changes = [notice(code) for code in changed if code]
    note = note_file("reference.spreadsheet", path.name, changes=changes)
    return "\n".join(_join(row) for row in cells), (*coded, note)


def _read_bytes(path: Path) -> bytes:
    raw = read_bytes(path, ComparisonError, MAX_BYTES)
    if not raw.strip(b"\0 \t\r\n"):
        raise ComparisonError(f"{path}: the file is empty")
    if raw.startswith(_WORKBOOKS):
        raise ComparisonError(
            f"{path}: wanted a text table, found a spreadsheet workbook or an archive. Export "
            "the table as text (TRC, MOT or csv)."
        )
    return raw


def _decode(path: Path, raw: bytes) -> tuple[str, tuple[Notice, ...]]:
    """Return the text, and a note where it is written otherwise than in UTF-8."""
    content, code = without_mark(raw)
    head = content[:400]
    if code is None and b"\0" in head:
        even, odd = head[0::2].count(0), head[1::2].count(0)
        code = "utf-16-le" if odd > 8 * (even + 1) else "utf-16-be" if even > 8 * (odd + 1) else ""
    try:
        text = content.decode(code or "utf-8")
    except UnicodeDecodeError as fault:
        if code and code.startswith("utf-16"):
            raise ComparisonError(_NO_TEXT.format(path=path)) from fault
        text = content.decode("latin-1")  # a label; numbers are the same in all of these
    if "\0" in text:
        raise ComparisonError(_NO_TEXT.format(path=path))
    if code and code.startswith(("utf-16", "utf-32")):
        encoding = code[:6].upper()
        return text, (note_file("reference.encoding", path.name, encoding=encoding),)
    return text, ()


def _find_mark(lines: Sequence[str]) -> str:
    """Return what parts cells in the rows of numbers at the end; a blank where nothing does."""
    rows = [line for line in lines[-_LOOKED_AT:] if line.strip(' \t;,"')]
    counts = {mark: min((row.count(mark) for row in rows), default=0) for mark in _MARKS}
    if counts["\t"]:
        return "\t"  # commas beside tabs are decimal commas, or parts of a quaternion
    return next((mark for mark in ";," if counts[mark]), " ")


def _has_decimal_commas(lines: Sequence[str]) -> bool:
    return any(
        DECIMAL_COMMA.fullmatch(cell.strip())
        for line in lines[-_LOOKED_AT:]
        if "," in line
        for cell in line.split("\t")
    )


def _split(path: Path, text: str, mark: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(text), delimiter=mark))
    except csv.Error as fault:
        raise ComparisonError(
            f"{path}: a quoted cell of this table is not closed, or is longer than "
            f"{csv.field_size_limit()} characters. Export the table again without quotes."
        ) from fault


def _refuse_two_kinds(path: Path, cells: Sequence[Sequence[str]]) -> None:
    """Raise where rows hold decimal commas and decimal points: the spreadsheet changed numbers."""
    for number, row in enumerate(cells, start=1):
        commas = [cell for cell in row if DECIMAL_COMMA.fullmatch(cell)]
        points = [cell for cell in row if DECIMAL_POINT.fullmatch(cell)]
        if commas and points:
            raise ComparisonError(
                f"{path}: line {number} has decimal commas and decimal points ({commas[0]} and "
                f"{points[0]}): a spreadsheet misread some numbers. Export the table again from "
                "the motion capture software."
            )


def _refuse_thousands(path: Path, cells: Sequence[Sequence[str]]) -> None:
    """Raise where a spreadsheet put marks between thousands: some of them look like decimals."""
    for number, row in enumerate(cells[-_LOOKED_AT:], start=max(1, len(cells) - _LOOKED_AT + 1)):
        marked = next((cell for cell in row if _THOUSANDS.fullmatch(cell)), None)
        if marked is not None:
            raise ComparisonError(
                f"{path}: line {number}: wanted numbers without thousands separators, found "
                f"'{marked[:40]}'. Use a plain number format and save again."
            )


def _with_point(cell: str) -> str:
    return cell.replace(",", ".") if DECIMAL_COMMA.fullmatch(cell) else cell


def _join(row: list[str]) -> str:
    """Return cells parted by tabs, without the empty ones that a spreadsheet adds at the end."""
    last = next((i for i in range(len(row), 0, -1) if row[i - 1]), 0)
    return "\t".join(row[:last])
