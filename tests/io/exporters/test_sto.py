"""The STO exporter: its files are read back by our reader and by OpenSim itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import opensim
import pytest

from opensim_pelvis.io.exporters.sto import StoExporter
from opensim_pelvis.io.registry import Exporter
from opensim_pelvis.io.tables.opensim_tables import DECIMALS, read_table
from tests.io.exporters.sample_result import GAP, SAMPLES, make_result

ROUNDED = 0.51 * 10.0**-DECIMALS
"""Half a unit of the last decimal place, and float noise."""


@pytest.fixture(autouse=True)
def _quiet_opensim() -> None:
    opensim.Logger.setLevelString("off")


def by_ending(paths: tuple[Path, ...]) -> dict[str, Path]:
    return {path.name.removeprefix("trial_"): path for path in paths}


def test_the_files_are_those_that_the_documentation_names(tmp_path: Path) -> None:
    exporter = StoExporter()
    assert isinstance(exporter, Exporter)
    paths = exporter.write(make_result(), tmp_path)
    assert {path.name for path in paths} == {
        "trial_orientations.sto",
        "trial_calibration.sto",
        "trial_ik.mot",
        "trial_ik_with_gaps.mot",
        "trial_ik_errors.sto",
        "trial_angles.sto",
    }
    assert sorted(paths) == sorted(tmp_path.iterdir())


def test_every_table_gives_its_numbers_back(tmp_path: Path) -> None:
    result = make_result()
    files = by_ending(StoExporter().write(result, tmp_path))
    wanted = {
        "orientations.sto": (result.orientations.sensors, result.orientations.R_GS),
        "calibration.sto": (result.placement.sensors, result.placement.R_GS_calibration[None]),
        "ik_with_gaps.mot": (
            result.kinematics.coordinates,
            np.rad2deg(result.kinematics.values_rad),
        ),
        "ik_errors.sto": (result.kinematics.sensors, np.rad2deg(result.kinematics.errors_rad)),
        "angles.sto": (result.clinical.names, np.rad2deg(result.clinical.values_rad)),
    }
    for ending, (labels, values) in wanted.items():
        table = read_table(files[ending])
        assert table.labels == labels, ending
        np.testing.assert_allclose(table.values, values, rtol=0, atol=ROUNDED, err_msg=ending)
        time_s = np.zeros(1) if ending == "calibration.sto" else result.kinematics.time_s
        np.testing.assert_array_equal(table.time_s, time_s, err_msg=ending)


@pytest.mark.parametrize("ending", ["ik.mot", "ik_with_gaps.mot", "ik_errors.sto", "angles.sto"])
def test_opensim_time_series_table_reads_the_numbers(tmp_path: Path, ending: str) -> None:
    path = by_ending(StoExporter().write(make_result(), tmp_path))[ending]
    theirs, ours = opensim.TimeSeriesTable(str(path)), read_table(path)
    assert theirs.getColumnLabels() == ours.labels
    assert theirs.getTableMetaDataString("inDegrees") == "yes"
    np.testing.assert_array_equal(theirs.getMatrix().to_numpy(), ours.values)
    np.testing.assert_array_equal(theirs.getIndependentColumn(), ours.time_s)


@pytest.mark.parametrize(("ending", "sensors"), [("orientations.sto", 3), ("calibration.sto", 3)])
def test_opensim_reads_the_quaternions(tmp_path: Path, ending: str, sensors: int) -> None:
    path = by_ending(StoExporter().write(make_result(), tmp_path))[ending]
    theirs, ours = opensim.TimeSeriesTableQuaternion(str(path)), read_table(path)
    assert theirs.getColumnLabels() == ours.labels
    assert theirs.getTableMetaDataString("DataRate") == "100.000000"
    for row in range(theirs.getNumRows()):
        cells = theirs.getRowAtIndex(row)
        values = [[cells.getElt(0, j).get(k) for k in range(4)] for j in range(sensors)]
        # OpenSim normalises what it reads, so the last digit may differ.
        np.testing.assert_allclose(values, ours.values[row], rtol=0, atol=1e-11)


def storage_numbers(path: Path) -> tuple[opensim.Storage, list[list[float]]]:
    storage = opensim.Storage(str(path))
    rows = [storage.getStateVector(i).getData() for i in range(storage.getSize())]
    return storage, [[row.get(k) for k in range(row.getSize())] for row in rows]


@pytest.mark.parametrize("ending", ["ik.mot", "ik_errors.sto", "angles.sto"])
def test_opensim_storage_reads_every_complete_table(tmp_path: Path, ending: str) -> None:
    files = by_ending(StoExporter().write(make_result(missing=False), tmp_path))
    assert "ik_with_gaps.mot" not in files
    storage, numbers = storage_numbers(files[ending])
    assert storage.isInDegrees()
    np.testing.assert_array_equal(numbers, read_table(files[ending]).values)


def test_the_plain_name_opens_whole_and_the_other_has_every_row(tmp_path: Path) -> None:
    files = by_ending(StoExporter().write(make_result(), tmp_path))
    whole, all_rows = read_table(files["ik.mot"]), read_table(files["ik_with_gaps.mot"])
    storage, numbers = storage_numbers(files["ik.mot"])
    assert storage.getSize() == SAMPLES - (GAP.stop - GAP.start)
    np.testing.assert_array_equal(numbers, whole.values)
    kept = np.delete(np.arange(SAMPLES), GAP)
    np.testing.assert_array_equal(whole.values, all_rows.values[kept])
    np.testing.assert_array_equal(whole.time_s, all_rows.time_s[kept])
    assert all_rows.time_s.size == SAMPLES
    assert "missing" not in whole.header
    assert whole.header["rows"] == (
        "35 of 40 rows, those with every coordinate; all of them: trial_ik_with_gaps.mot"
    )
    assert "missing" in all_rows.header
    storage, _ = storage_numbers(files["ik_with_gaps.mot"])
    assert storage.getSize() < SAMPLES, "OpenSim reads NaN now: drop the second table"


def test_without_a_complete_row_there_is_no_table_that_opens_whole(tmp_path: Path) -> None:
    result = make_result()
    values = result.kinematics.values_rad.copy()
    values[:, 0] = np.nan
    never = replace(result, kinematics=replace(result.kinematics, values_rad=values))
    files = by_ending(StoExporter().write(never, tmp_path))
    assert "ik.mot" not in files
    assert read_table(files["ik_with_gaps.mot"]).time_s.size == SAMPLES
    assert set(StoExporter.optional) == {"_ik.mot", "_ik_with_gaps.mot"}


def test_every_angle_is_described_in_the_header(tmp_path: Path) -> None:
    result = make_result()
    header = read_table(by_ending(StoExporter().write(result, tmp_path))["angles.sto"]).header
    for definition in result.clinical.definitions:
        text = header[f"angle {definition.name}"]
        for part in (definition.description, definition.positive, definition.source):
            assert part in text
    assert header["absent thigh_extension_l"] == "no sensor on femur_l"


def test_pelvis_only(tmp_path: Path) -> None:
    files = by_ending(StoExporter().write(make_result(("pelvis",)), tmp_path))
    assert read_table(files["ik.mot"]).labels == ("pelvis_tilt", "pelvis_list", "pelvis_rotation")
    assert opensim.TimeSeriesTableQuaternion(str(files["orientations.sto"])).getNumColumns() == 1
