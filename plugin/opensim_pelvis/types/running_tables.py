"""Strides, measures and mean curves as tables: one set of rows for files, Python and notebooks."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from opensim_pelvis.types.running import (
    SIDES,
    Asymmetry,
    RunningAnalysis,
    Summary,
    exclusion_words,
)

if TYPE_CHECKING:
    import pandas as pd

    from opensim_pelvis.types.measure import MeasureDefinition

_OF_CURVES: Final = ("mean", "sd", "u95", "u95_shape")

Cell = str | int | float | bool | None
"""None, or a number that is not finite, where nothing is known."""

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
"""Columns that stand before the measures in the table of strides."""

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
"""Columns of the table of measures."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class RunningTable:
    """Names of columns, and rows of as many cells.

    Parameters
    ----------
    columns : tuple of str
    rows : tuple of tuple of cells
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def to_frame(self) -> pd.DataFrame:
        """Return the table for pandas; NaN where a number is not known."""
        import pandas as pd

        return pd.DataFrame.from_records(list(self.rows), columns=pd.Index(self.columns))


def stride_table(running: RunningAnalysis) -> RunningTable:
    """Return a row a stride: side, times, whether it is kept or why not, every measure."""
    s = running.strides
    rows: Iterator[tuple[Cell, ...]] = (
        (
            SIDES[int(s.side[i])],
            float(s.start_s[i]),
            float(s.end_s[i]),
            float(s.toe_off_s[i]),
            float(s.opposite_contact_s[i]),
            int(s.bout[i]) + 1,
            not s.reason[i],
            exclusion_words(s.reason[i]),
            math.degrees(s.travel_rad[i]),
            math.degrees(s.turn_rate_radps[i]),
            *map(float, running.values[i]),
        )
        for i in range(s.side.size)
    )
    columns = (*STRIDE_COLUMNS, *(definition.name for definition in running.definitions))
    return RunningTable(columns=columns, rows=tuple(rows))


def measure_table(running: RunningAnalysis) -> RunningTable:
    """Return a row a measure and side, and right minus left: estimate, U, mean, definition."""
    definitions = {definition.name: definition for definition in running.definitions}
    order = list(definitions)
    rows = [(s.name, _of_summary(running, s)) for s in running.summaries]
    rows += [(a.name, _of_difference(running, a)) for a in running.asymmetries]
    rows.sort(key=lambda row: order.index(row[0]))
    whole = ((*row, *_definition(definitions[name])) for name, row in rows)
    return RunningTable(columns=MEASURE_COLUMNS, rows=tuple(whole))


def curve_table(running: RunningAnalysis) -> RunningTable:
    """Return mean, spread and uncertainty of angles over the stride in degrees, 101 rows a side."""
    curves = running.curves
    names = (f"{name}_{what}_deg" for name in curves.angles for what in _OF_CURVES)
    unknown = np.full(curves.mean_deg.shape, np.nan)
    doubts = (unknown if u is None else u for u in (curves.u95_deg, curves.u95_shape_deg))
    columns = np.stack([curves.mean_deg, curves.sd_deg, *doubts], axis=-1)

    def rows() -> Iterator[tuple[Cell, ...]]:
        for code, side in enumerate(SIDES):
            if not curves.n[code].any():
                continue
            for point, numbers in enumerate(columns[code]):
                yield (side, point, *numbers.ravel().tolist())

    return RunningTable(columns=("side", "percent_of_stride", *names), rows=tuple(rows()))


def _of_summary(running: RunningAnalysis, s: Summary) -> tuple[Cell, ...]:
    trend = s.trend
    change = (None,) * 3 if trend is None else (trend.slope_per_10min, trend.low, trend.high)
    estimate = _estimate(running, s.name, s.side)
    return s.name, s.side, *estimate, s.mean, s.sd, s.n, s.effective_n, s.low, s.high, *change


def _of_difference(running: RunningAnalysis, a: Asymmetry) -> tuple[Cell, ...]:
    both = "right minus left"
    found = a.difference, None, None, None, a.low, a.high, None, None, None
    return a.name, both, *_estimate(running, a.name, both), *found


def _estimate(running: RunningAnalysis, name: str, side: str) -> tuple[Cell, Cell]:
    found = running.estimate(name, side)
    return (None, None) if found is None else (found.value, found.u95)


def _definition(d: MeasureDefinition) -> tuple[Cell, ...]:
    return d.error, d.definition, d.positive, d.source
