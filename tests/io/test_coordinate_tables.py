"""Results of today and of earlier versions give the table with every row."""

from __future__ import annotations

from pathlib import Path

from opensim_pelvis.io.exporters.sto import StoExporter
from opensim_pelvis.io.results.coordinate_tables import coordinate_tables, name_of_table
from opensim_pelvis.io.tables.opensim_tables import read_table
from tests.io.exporters.sample_result import SAMPLES, make_result


def test_the_table_with_every_row_is_taken_where_rows_are_missing(tmp_path: Path) -> None:
    StoExporter().write(make_result(), tmp_path)
    (table,) = coordinate_tables(tmp_path)
    assert read_table(table).time_s.size == SAMPLES
    assert name_of_table(table) == "trial"


def test_without_gaps_there_is_one_table(tmp_path: Path) -> None:
    StoExporter().write(make_result(missing=False), tmp_path)
    assert coordinate_tables(tmp_path) == [tmp_path / "trial_ik.mot"]


def test_results_of_an_earlier_version_have_every_row_under_the_plain_name(tmp_path: Path) -> None:
    for name in ("walk_ik.mot", "walk_ik_complete.mot", "run_ik.mot", "run_ik_with_gaps.mot"):
        (tmp_path / name).touch()
    found = coordinate_tables(tmp_path)
    assert [path.name for path in found] == ["run_ik_with_gaps.mot", "walk_ik.mot"]
