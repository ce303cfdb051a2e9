"""Rows of the table of headings: each sensor's, what it rests on and how sure it is."""

from __future__ import annotations

from typing import Final

import numpy as np
from rich.table import Table

from opensim_pelvis.cli.screen.words import number, term, told, word
from opensim_pelvis.types import Heading
from opensim_pelvis.types.segments import as_body

HEADING_COLUMNS: Final = ("sensor", ">offset", ">sigma", ">swing", ">drift", "verdict", "from")
"""A column whose name begins with > is flush right."""


def add_headings(table: Table, heading: Heading) -> Table:
    """Add a row a sensor: heading against the common one, plane of swing and drift, degrees."""
    table.title = word("title.headings")
    table.title_justify = "left"
    for row in heading.sensors:
        numbers = (row.offset_rad, row.sigma_rad, row.swing_rad, row.drift_rad)
        table.add_row(
            as_body(row.sensor),
            *(number(np.rad2deg(n), ".1f") if np.isfinite(n) else "-" for n in numbers),
            term(row.verdict),
            told(row.source),
        )
    return table
