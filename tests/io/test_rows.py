"""Rows of text with a cell too many: numbers behind it would be those of another column."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.errors import ReadError
from opensim_pelvis.io.tables.rows import RowForm, Rows, read_rows

FORM = RowForm(names=("time", "a", "b"), skip_lines=1, separator=",")


def rows_of(folder: Path, *rows: str) -> Rows:
    path = folder / "table.csv"
    path.write_text("\n".join(["time,a,b", *rows]) + "\n", encoding="utf-8")
    return read_rows(path, FORM, [0, 1, 2])


@pytest.mark.parametrize("shifted", ["0,3,4,", "0.4,,5,", "0.3,5,6,,", "0.3,5,,,"])
def test_a_row_of_more_cells_than_others_is_a_fault(tmp_path: Path, shifted: str) -> None:
    """A digit became a comma before an empty cell: what stands behind it is another column's."""
    with pytest.raises(ReadError, match="line 4: wanted 3 cells as in the column names, found"):
        rows_of(tmp_path, "0.1,1,2", "0.2,3,", shifted, "0.5,7,8")


def test_a_comma_at_the_end_of_every_row_is_its_form(tmp_path: Path) -> None:
    found = rows_of(tmp_path, "0.1,1,2,", "0.2,3,,", "0.3,5,6,")
    np.testing.assert_array_equal(found.block[2], [2.0, np.nan, 6.0])
    with pytest.raises(ReadError, match="line 3"):
        rows_of(tmp_path, "0.1,1,2,", "0,2,3,,", "0.3,5,6,")
    with pytest.raises(ReadError, match="line 3"):
        rows_of(tmp_path, "0.1,1,2,", "0,2,,,,", "0.3,5,6,")


def test_rows_may_be_without_the_comma_that_others_end_in(tmp_path: Path) -> None:
    found = rows_of(tmp_path, "0.1,1,2,", "0.2,3,4", "0.3,5,6,")
    np.testing.assert_array_equal(found.block, [[0.1, 0.2, 0.3], [1, 3, 5], [2, 4, 6]])
