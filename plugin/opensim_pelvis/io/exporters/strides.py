"""NAME_strides.csv, NAME_measures.csv and NAME_curves.csv: strides for a spreadsheet.

Comma-separated, a point as decimal mark, UTF-8. An empty cell is a number that is not known.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from opensim_pelvis.io.documents import safe_cell
from opensim_pelvis.types import Result, RunningAnalysis
from opensim_pelvis.types.running import SIDES, Summary, exclusion_words

STRIDE_COLUMNS: Final = (
    "side",
    "start_s",
    "end_s",
    "toe_off_s",
    "opposite_contact_s",
    "bout",
    "kept",
    "excluded_because",
    "travel_deg",
    "turn_rate_degps",
)
"""Columns that stand before the measures in ``NAME_strides.csv``."""

MEASURE_COLUMNS: Final = (
    "measure",
    "side",
    "estimate",
    "u95",
    "mean",
    "sd",
    "n",
    "effective_n",
    "ci_low",
    "ci_high",
    "trend_per_10min",
    "trend_low",
    "trend_high",
    "known_error",
    "definition",
    "positive",
    "source",
)
"""Columns of ``NAME_measures.csv``."""

_OF_CURVES: Final = ("mean", "sd", "u95", "u95_shape")


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
            _write(Path(f"{stem}_strides.csv"), *_strides(result.running)),
            _write(Path(f"{stem}_measures.csv"), *_measures(result.running)),
            _write(Path(f"{stem}_curves.csv"), *_curves(result.running)),
        )


def _strides(running: RunningAnalysis) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
    s = running.strides
    header = (*STRIDE_COLUMNS, *(definition.name for definition in running.definitions))
    rows = (
        (
            SIDES[int(s.side[i])],
            s.start_s[i],
            s.end_s[i],
            s.toe_off_s[i],
            s.opposite_contact_s[i],
            int(s.bout[i]) + 1,
            "no" if s.reason[i] else "yes",
            exclusion_words(s.reason[i]),
            math.degrees(s.travel_rad[i]),
            math.degrees(s.turn_rate_radps[i]),
            *running.values[i],
        )
        for i in range(s.side.size)
    )
    return header, rows


def _measures(running: RunningAnalysis) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
    definitions = {definition.name: definition for definition in running.definitions}
    both = "right minus left"
    rows: list[tuple[object, ...]] = [
        (
            s.name,
            s.side,
            *_estimate(running, s.name, s.side),
            s.mean,
            s.sd,
            s.n,
            s.effective_n,
            s.low,
            s.high,
            *_trend(s),
        )
        for s in running.summaries
    ]
    rows += [
        (
            a.name,
            both,
            *_estimate(running, a.name, both),
            a.difference,
            *[""] * 3,
            a.low,
            a.high,
            *[""] * 3,
        )
        for a in running.asymmetries
    ]
    rows.sort(key=lambda row: list(definitions).index(str(row[0])))
    whole = (
        (*row, d.error, d.definition, d.positive, d.source)
        for row in rows
        for d in (definitions[str(row[0])],)
    )
    return MEASURE_COLUMNS, whole


def _estimate(running: RunningAnalysis, name: str, side: str) -> tuple[object, object]:
    found = running.estimate(name, side)
    return ("", "") if found is None else (found.value, found.u95)


def _trend(s: Summary) -> tuple[object, ...]:
    if s.trend is None:
        return "", "", ""
    return s.trend.slope_per_10min, s.trend.low, s.trend.high


def _curves(running: RunningAnalysis) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
    curves = running.curves
    header = [
        "side",
        "percent_of_stride",
        *(f"{name}_{what}_deg" for name in curves.angles for what in _OF_CURVES),
    ]
    unknown = np.full_like(curves.mean_deg, np.nan)
    columns = np.stack(
        [
            curves.mean_deg,
            curves.sd_deg,
            unknown if curves.u95_deg is None else curves.u95_deg,
            unknown if curves.u95_shape_deg is None else curves.u95_shape_deg,
        ],
        axis=-1,
    )

    def rows() -> Iterable[Sequence[object]]:
        for code, side in enumerate(SIDES):
            if not curves.n[code].any():
                continue
            for point, numbers in enumerate(columns[code]):
                yield (side, point, *numbers.ravel().tolist())

    return header, rows()


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([safe_cell(_cell(value)) for value in row] for row in rows)
    return path


def _cell(value: object) -> object:
    if isinstance(value, float):
        return f"{value:.6f}" if math.isfinite(value) else ""
    return value
