"""Tables of a result with its coordinates: one that opens whole, and one with every row."""

from __future__ import annotations

from pathlib import Path
from typing import Final

WHOLE: Final = "_ik.mot"
"""End of the name of the table that OpenSim reads to its end: complete rows alone."""
GAPS: Final = "_ik_with_gaps.mot"
"""The same with every row of the recording; only where some number is missing."""


def coordinate_tables(folder: Path) -> list[Path]:
    """Return the coordinates of each result in a folder: the table with every row."""
    whole = {name_of_table(path): path for path in folder.glob(f"*{WHOLE}")}
    all_rows = {name_of_table(path): path for path in folder.glob(f"*{GAPS}")}
    return [path for _, path in sorted({**whole, **all_rows}.items())]


def name_of_table(path: Path) -> str:
    """Return the name of the result that a table of coordinates is of.

    >>> name_of_table(Path("walk_ik.mot")), name_of_table(Path("walk_ik_with_gaps.mot"))
    ('walk', 'walk')
    """
    return path.name.removesuffix(GAPS).removesuffix(WHOLE)
