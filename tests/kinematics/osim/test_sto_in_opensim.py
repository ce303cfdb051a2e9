"""OpenSim reads our text tables, and we read its."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import opensim
import pytest

from opensim_pelvis.io.tables.opensim_tables import (
    DECIMALS,
    read_table,
    write_quaternion_table,
    write_table,
)

ROUNDED = 0.51 * 10.0**-DECIMALS


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


def test_header_lines_reach_opensim(path: Path) -> None:
    write(path, np.zeros((2, 1)), note="a = b\nnext line", up_axis="y")
    metadata = opensim.TimeSeriesTable(str(path))
    assert metadata.getTableMetaDataString("note") == "a : b next line"


def test_more_than_255_columns_and_nan_reach_opensim(path: Path) -> None:
    values = np.random.default_rng(1).normal(size=(3, 300))
    values[1, 299] = np.nan
    write(path, values)
    table = opensim.TimeSeriesTable(str(path))
    np.testing.assert_allclose(table.getMatrix().to_numpy(), values, rtol=0, atol=ROUNDED)


def test_missing_quaternions_reach_opensim_as_nan(path: Path) -> None:
    quaternions = np.tile([0.5, 0.5, -0.5, 0.5], (2, 1, 1))
    quaternions[1] = np.nan
    write_quaternion_table(
        path,
        name="q",
        columns=["pelvis_imu"],
        time_s=np.arange(2.0),
        quaternions=quaternions,
        rate_hz=1.0,
    )
    table = opensim.TimeSeriesTableQuaternion(str(path))
    cells = [[table.getRowAtIndex(i).getElt(0, 0).get(k) for k in range(4)] for i in range(2)]
    np.testing.assert_array_equal(cells, quaternions[:, 0])
    np.testing.assert_array_equal(read_table(path).values, quaternions)


def test_a_file_that_opensim_wrote_is_read(path: Path) -> None:
    table = opensim.TimeSeriesTable()
    table.setColumnLabels(["a", "b"])
    table.appendRow(0.25, opensim.RowVector([1.5, float("nan")]))
    table.addTableMetaDataString("inDegrees", "yes")
    opensim.STOFileAdapter.write(table, str(path))
    read = read_table(path)
    assert read.labels == ("a", "b")
    assert read.header["inDegrees"] == "yes"
    np.testing.assert_array_equal(read.time_s, [0.25])
    np.testing.assert_array_equal(read.values, [[1.5, np.nan]])
