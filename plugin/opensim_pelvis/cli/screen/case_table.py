"""The table of cases on the screen: which axis points up, and which can be a heading axis."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.table import Table

from opensim_pelvis.calibration.wearers.case_axes import CaseAxes
from opensim_pelvis.cli.screen.layout import make_table
from opensim_pelvis.cli.screen.words import number, word


def render_cases(cases: Sequence[CaseAxes]) -> list[Table]:
    """Return a row a sensor; nothing without any."""
    if not cases:
        return []
    table = make_table("|sensor", "axis_up", ">axis_tilt", "axes_level", ">turning")
    table.title = word("title.cases")
    table.title_justify = "left"
    for row in cases:
        turning = row.turning_degps
        table.add_row(
            row.identifier,
            row.up,
            f"{number(row.tilt_deg, '.0f')}°",
            ", ".join(f"{axis}, -{axis}" for axis in row.level) or "-",
            "-" if math.isnan(turning) else f"{number(turning, '.0f')}°/s",
        )
    return [table]
