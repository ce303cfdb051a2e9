"""NAME_strides.csv, NAME_measures.csv and NAME_curves.csv: strides for a spreadsheet.

Comma-separated, a point as decimal mark, UTF-8. An empty cell is a number that is not known.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path

from opensim_pelvis.io.documents import safe_cell
from opensim_pelvis.types import Result
from opensim_pelvis.types.running_tables import (
    RunningTable,
    curve_table,
    measure_table,
    stride_table,
)


class StridesExporter:
    """Writes the three tables of the running analysis."""

    description = "CSV: a row a stride, a row a measure, mean curves over the stride"
    optional = ("_strides.csv", "_measures.csv", "_curves.csv")

    def write(self, result: Result, directory: Path) -> tuple[Path, ...]:
        """Write the tables into an existing directory; none where strides were not looked for."""
        if result.running is None:
            return ()
        stem = str(directory / result.name)
        return (
            _write(Path(f"{stem}_strides.csv"), stride_table(result.running)),
            _write(Path(f"{stem}_measures.csv"), measure_table(result.running)),
            _write(Path(f"{stem}_curves.csv"), curve_table(result.running)),
        )


def _write(path: Path, table: RunningTable) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table.columns)
        writer.writerows([safe_cell(_cell(value)) for value in row] for row in table.rows)
    return path


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6f}" if math.isfinite(value) else ""
    return "" if value is None else value
