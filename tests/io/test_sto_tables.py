"""OpenSim's text tables: round trips, NaN, wide tables and bad input."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import opensim_pelvis
from opensim_pelvis.errors import ExportError, ReadError
from opensim_pelvis.io.tables.opensim_tables import (
    DECIMALS,
    complete_rows,
    read_table,
    write_table,
)

ROUNDED = 0.51 * 10.0**-DECIMALS
RELATIVE = 1e-15
"""Rounding of a large number moves its last binary digit."""

numbers = st.floats(-1e4, 1e4) | st.just(float("nan"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "table.sto"


def write(path: Path, values: np.ndarray, **header: object) -> Path:
    return write_table(
        path,
        name="a table",
        columns=[f"c{i}" for i in range(values.shape[1])],
        time_s=np.arange(values.shape[0]) / 60.0,
        values=values,
        in_degrees=True,
        header=header,
    )


@settings(max_examples=25)
@given(values=arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(1, 5)), elements=numbers))
def test_numbers_and_times_come_back(
    tmp_path_factory: pytest.TempPathFactory, values: np.ndarray
) -> None:
    table = read_table(write(tmp_path_factory.mktemp("table") / "t.mot", values))
    np.testing.assert_allclose(table.values, values, rtol=RELATIVE, atol=ROUNDED)
    np.testing.assert_array_equal(table.time_s, np.arange(values.shape[0]) / 60.0)


def test_header_lines_stay_one_line_each(path: Path) -> None:
    table = read_table(write(path, np.zeros((2, 1)), note="a = b\nnext line", up_axis="y"))
    assert table.name == "a table"
    assert table.header["note"] == "a : b next line"
    assert table.header["up_axis"] == "y"


def test_complete_rows() -> None:
    values = np.array([[1.0, 2.0], [np.nan, 2.0], [0.0, 0.0]])
    assert complete_rows(values).tolist() == [True, False, True]


def test_all_faults_of_a_table_come_at_once(path: Path) -> None:
    with pytest.raises(ExportError, match=r"table\.sto: 3 faults") as raised:
        write_table(
            path,
            name="bad",
            columns=["a", "a", "b c"],
            time_s=np.zeros(2),
            values=np.zeros((2, 4)),
            in_degrees=True,
        )
    for part in ("shape (2, 3)", "several columns: a", "'b c'"):
        assert part in str(raised.value)
    assert not path.exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("time\ta\n0\t1\n", "no line 'endheader'"),
        ("x\nendheader\nt\ta\n0\t1\n", "first column should be 'time', found 't'"),
        (
            "x\nendheader\ntime\ta\n0\t1\n1\tz\n",
            "row 2: wanted a number for a, found 'z'",
        ),
        (
            "x\nendheader\ntime\ta\tb\n0\t1\n",
            "row 1: wanted 3 cells as in the column names, found 2",
        ),
        ("\nendheader\n", "first column should be 'time', found ''"),
        ("x\nendheader\ntime\ta\n0\t1\n1\t\u0663\n", "found '\u0663'"),
        ("x\nendheader\ntime\ta\n0\t1\n1\t1_0\n", "found '1_0'"),
        (
            "x\nendheader\ntime\ta\n0\t1\n1\t2\t3\n",
            "row 2: wanted 2 cells .*, found 3",
        ),
    ],
)
def test_what_is_no_table_is_named(path: Path, text: str, message: str) -> None:
    path.write_text(text)
    with pytest.raises(ReadError, match=message):
        read_table(path)


def test_empty_cells_are_missing_and_rows_that_end_early_are_told(path: Path) -> None:
    path.write_text("x\nendheader\ntime\tone two\tb\n0\t1\t2\n1\t\t3\n2\t-1.#IND\t4\n3\t5")
    table = read_table(path)
    assert table.labels == ("one two", "b")
    assert table.short_rows == (4,)
    np.testing.assert_array_equal(table.values, [[1.0, 2.0], [np.nan, 3.0], [np.nan, 4.0]])


QUATERNIONS = "DataType=Quaternion\nendheader\ntime\ta\tb\n"
Q = "0.5,0.5,0.5,0.5"


def test_a_number_that_moved_to_the_cell_before_is_told(path: Path) -> None:
    """Nine numbers there are, but not where the labels say."""
    path.write_text(f"{QUATERNIONS}0\t{Q}\t{Q}\n1\t{Q},0.5\t0.5,0.5,0.5\n")
    with pytest.raises(ReadError, match=r"row 2: wanted four numbers w,x,y,z for a, found '0\.5,0"):
        read_table(path)


def test_quaternions_may_stand_between_blanks(path: Path) -> None:
    path.write_text(f"{QUATERNIONS}0 {Q} {Q.replace(',', ', ')}\n1\t{Q}\tnan,nan,nan,nan\n")
    table = read_table(path)
    np.testing.assert_array_equal(table.values[0], np.full((2, 4), 0.5))
    assert np.isnan(table.values[1, 1]).all()


@pytest.mark.parametrize("given", [None, "", 5, "\0", "nothing.sto", "."])
def test_what_is_no_file_is_told(
    given: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ReadError):
        opensim_pelvis.read_table(given)  # type: ignore[arg-type]


def test_a_path_may_be_a_text_and_lines_may_end_as_on_windows(path: Path) -> None:
    write(path, np.array([[1.5], [2.5]]))
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    table = opensim_pelvis.read_table(str(path))
    assert (table.name, table.labels, table.header["inDegrees"]) == ("a table", ("c0",), "yes")
    assert table.values.tolist() == [[1.5], [2.5]]
