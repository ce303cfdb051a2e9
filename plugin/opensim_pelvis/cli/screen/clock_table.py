"""The table of clocks on the screen."""

from __future__ import annotations

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table

from opensim_pelvis.cli.screen.words import number, term, word
from opensim_pelvis.types import ClockEstimate, Recording


def render_clocks(recording: Recording) -> list[Table]:
    """Return a row a sensor whose clock was brought onto the timeline; nothing without any.

    Time stamps of one clock need no table.
    """
    if all(row.method == "shared clock" for row in recording.clock_estimates):
        return []
    table = Table(box=SIMPLE_HEAD, pad_edge=True, padding=(0, 1))
    table.title = word("title.clocks")
    table.title_justify = "left"
    table.add_column(word("column.sensor"))
    for name in ("own_hz", "offset_s", "drift_ppm", "error_ms"):
        table.add_column(word(f"column.{name}"), justify="right")
    table.add_column(word("column.by"))
    for row in recording.clock_estimates:
        table.add_row(
            row.identifier,
            number(row.rate_hz, ".2f"),
            number(row.offset_s, "+.4f"),
            _drift(row),
            "-" if np.isnan(row.uncertainty_s) else number(1e3 * row.uncertainty_s, ".1f"),
            term(row.method),
        )
    return [table]


def _drift(row: ClockEstimate) -> str:
    if np.isnan(row.drift_ppm):
        return "-"
    known = number(row.drift_ppm, "+.1f") if row.drift_ppm else "0"
    error = number(row.drift_error_ppm, ".1f")
    return f"{known} ±{error}" if row.drift_error_ppm > 0.0 else known
