"""NAME.xlsx: measures with their uncertainty, strides, curves, notices, settings in one file.

Numbers are numbers in full precision, shown with the decimals that they deserve; texts are texts
whatever they begin with, so that none is a formula or a link. The same result gives the same bytes.
"""

from __future__ import annotations

import datetime
import io
import math
from functools import cache
from pathlib import Path
from typing import Any, Final

from opensim_pelvis.io.exporters.xlsx_sheets import Sheet, sheets_of
from opensim_pelvis.notices.plain_words import harmless
from opensim_pelvis.types import Result

LONGEST_TEXT: Final = 32767
"""Characters that a cell holds."""
_CREATED: Final = datetime.datetime(1980, 1, 1)
_WIDEST: Final = 60
_NARROWEST: Final = 8
_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


class XlsxExporter:
    """Writes ``NAME.xlsx``."""

    description = "XLSX: measures, strides, curves, quality, notices and settings in one file"
    optional: tuple[str, ...] = ()

    def write(self, result: Result, directory: Path) -> tuple[Path, ...]:
        """Write the workbook of a result into an existing directory."""
        import xlsxwriter

        path = directory / f"{result.name}.xlsx"
        held = io.BytesIO()  # a fault of the disk stays an OSError
        book = xlsxwriter.Workbook(held, _OPTIONS)
        book.set_properties({"title": result.name, "created": _CREATED})
        formats = _Formats(book)
        for sheet in sheets_of(result):
            _write_sheet(book.add_worksheet(sheet.name), sheet, formats)
        book.close()
        path.write_bytes(held.getvalue())
        return (path,)


class _Formats:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self.head = book.add_format({"bold": True, "bottom": 1})
        self.text = book.add_format({"valign": "top"})
        self.decimals = cache(
            lambda n: book.add_format({"num_format": "0." + "0" * n if n else "0"})
        )


def _write_sheet(target: Any, sheet: Sheet, formats: _Formats) -> None:
    for column, name in enumerate(sheet.columns):
        target.write_string(0, column, name, formats.head)
    for row, cells in enumerate(sheet.rows):
        for column, value in enumerate(cells):
            if isinstance(value, bool):
                target.write_boolean(row + 1, column, value)
            elif isinstance(value, str) and value:
                target.write_string(row + 1, column, harmless(value)[:LONGEST_TEXT], formats.text)
            elif isinstance(value, int | float) and math.isfinite(value):
                digits = sheet.digits_at(row, column)
                shown = None if digits is None else formats.decimals(digits)
                target.write_number(row + 1, column, value, shown)
    target.freeze_panes(1, 0)
    if sheet.rows:
        target.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)
    for column, name in enumerate(sheet.columns):
        found = (cells[column] for cells in sheet.rows)
        longest = max((len(text) for text in found if isinstance(text, str)), default=0)
        width = min(max(len(name) + 3, longest + 1, _NARROWEST), _WIDEST)
        target.set_column(column, column, width)
