"""What Python and notebooks get: a path is enough, results are short to see and tables to use."""

from __future__ import annotations

import ast
import doctest
import html.parser
import inspect
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import opensim_pelvis
from opensim_pelvis import ActivitySettings, Result, SubjectSettings
from opensim_pelvis.errors import SettingsError
from opensim_pelvis.gait.measures.definitions import definition_of
from opensim_pelvis.notices import wrap
from opensim_pelvis.simulate import (
    SENSOR_MAP,
    SensorSettings,
    Session,
    simulate_runner,
    simulate_sensors,
    write_sto,
    write_trial,
    write_xsens,
)
from opensim_pelvis.types import Check, Quality
from opensim_pelvis.types.measure import KEY_MEASURE
from opensim_pelvis.types.running_tables import MEASURE_COLUMNS, STRIDE_COLUMNS
from tests.io.exporters.sample_result import make_result
from tests.running_cases import run_case
from tests.test_docs import WITH_EXAMPLES

STUB = Path(opensim_pelvis.__file__).with_name("__init__.pyi")


@pytest.fixture(scope="module")
def result() -> Result:
    return run_case()[1]


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of eight sensors in it, and a trial file beside them."""
    folder = tmp_path_factory.mktemp("walk")
    truth = simulate_runner(session=Session(duration_s=6.0, rate_hz=60.0))
    write_xsens(simulate_sensors(truth, SensorSettings(seed=3)), folder / "imu")
    write_trial(folder / "trial.toml", truth, recording="imu")
    return folder


# --- a path is enough ------------------------------------------------------------------------


def test_a_folder_with_a_trial_file_is_run_by_it(walk: Path) -> None:
    by_folder = opensim_pelvis.run(str(walk))
    by_file = opensim_pelvis.run(walk / "trial.toml")
    assert by_folder.settings == by_file.settings
    assert by_folder.settings.sensors == dict(SENSOR_MAP)
    assert by_folder.settings.subject.id == "simulated runner"
    np.testing.assert_array_equal(by_folder.kinematics.values_rad, by_file.kinematics.values_rad)


def test_what_is_given_takes_the_place_of_a_table_of_the_trial_file(walk: Path) -> None:
    stated = ActivitySettings(kind="running", surface="overground")
    sensors = {name: body for name, body in SENSOR_MAP.items() if body in ("pelvis", "torso")}
    result = opensim_pelvis.run(walk, sensors=sensors, activity=stated)
    assert result.settings.activity == stated
    assert result.aligned.bodies == ("pelvis", "torso")
    assert result.settings.subject.id == "simulated runner"


def test_a_folder_of_sensor_files_alone_is_run_where_bodies_are_known(
    walk: Path, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match="no sensor is assigned to a body"):
        opensim_pelvis.run(walk / "imu")
    result = opensim_pelvis.run(walk / "imu", sensors=SENSOR_MAP)
    assert len(result.aligned.bodies) == 8
    truth = simulate_runner(session=Session(duration_s=3.0, rate_hz=60.0))
    folder = tmp_path / "labelled"
    folder.mkdir()
    write_sto(simulate_sensors(truth, SensorSettings(seed=2)), folder / "walk.sto")
    assert len(opensim_pelvis.run(folder).aligned.bodies) == 8


def test_settings_beside_a_path_are_checked(walk: Path) -> None:
    with pytest.raises(SettingsError, match=r"subject\.height_m"):
        opensim_pelvis.run(walk, subject=SubjectSettings(height_m=168.0))


# --- tables ----------------------------------------------------------------------------------


def test_measures_are_a_table_of_estimates(result: Result) -> None:
    table, running = result.measures, result.running
    assert running is not None
    assert [*table.index.names, *table.columns] == list(MEASURE_COLUMNS)
    assert table.index.is_unique
    assert len(table) == len(running.summaries) + len(running.asymmetries)
    for summary in running.summaries:
        row, found = (
            table.loc[(summary.name, summary.side)],
            running.estimate(summary.name, summary.side),
        )
        assert (row["mean"], row["n"]) == (summary.mean, summary.n)
        if found is not None:
            assert (row["estimate"], row["u95"]) == (found.value, found.u95)
    assert set(table.loc[KEY_MEASURE, "positive"]) == {
        one.positive for one in running.definitions if one.name == KEY_MEASURE
    }


def test_strides_are_a_table_of_which_one_takes_means(result: Result) -> None:
    table, running = result.strides, result.running
    assert running is not None
    assert table.columns[: len(STRIDE_COLUMNS)].tolist() == list(STRIDE_COLUMNS)
    assert table["kept"].dtype == bool
    mean = table.loc[table["kept"] & (table["side"] == "right"), "contact_time_s"].mean()
    summary = running.summary("contact_time_s", "right")
    assert summary is not None
    assert mean == pytest.approx(summary.mean, abs=1e-12)


def test_without_strides_the_tables_are_empty() -> None:
    result = make_result()
    assert isinstance(result.measures, pd.DataFrame)
    assert (len(result.measures), len(result.strides)) == (0, 0)
    assert "estimate" in result.measures
    assert "start_s" in result.strides


# --- what is shown ---------------------------------------------------------------------------


def judged(result: Result, verdict: str) -> Result:
    return replace(result, quality=Quality(checks=(Check(name="pose", verdict=verdict),)))  # type: ignore[arg-type]


def test_a_result_is_shown_in_a_few_lines(result: Result) -> None:
    shown = repr(judged(result, "doubtful"))
    row = result.measures.loc[(KEY_MEASURE, "body")]
    assert f"{KEY_MEASURE} {row['estimate']:.1f} ± {row['u95']:.1f} (95 %)" in shown
    assert "quality doubtful: pose" in shown
    assert len(shown) < 500
    assert all(hasattr(result, name) for name in shown.rpartition(": ")[2].split(", "))


def test_what_is_unreliable_is_withheld(result: Result) -> None:
    rejected = judged(result, "rejected")
    assert f"{KEY_MEASURE} withheld" in repr(rejected)
    assert "<table>" not in rejected._repr_html_()
    assert "not computed" in repr(make_result())


class _Cells(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        self.cells += [""] if tag == "td" else []

    def handle_data(self, data: str) -> None:
        if self.tags[-1] == "td":
            self.cells[-1] += data


def test_a_notebook_shows_the_main_measures_with_their_uncertainty(result: Result) -> None:
    page = _Cells()
    page.feed(judged(result, "good")._repr_html_())
    rows = [page.cells[i : i + 4] for i in range(0, len(page.cells), 4)]
    row = result.measures.loc[(KEY_MEASURE, "body")]
    label = definition_of(KEY_MEASURE).label
    assert [f"{label}, deg", "", f"{row['estimate']:.1f}", f"{row['u95']:.1f}"] in rows
    assert len(judged(result, "good")._repr_html_()) < 5000


def test_texts_in_a_notebook_are_no_markup(result: Result) -> None:
    notes = tuple(
        replace(note, severity="warning") for note in wrap([f"<b>{n}</b>" for n in range(9)])
    )
    shown = replace(result, name="<script>", notes=notes)._repr_html_()
    assert "<script>" not in shown
    assert "&lt;b&gt;4&lt;/b&gt;" in shown
    assert "&lt;b&gt;5&lt;/b&gt;" not in shown
    assert "4 more in .notes" in shown


# --- examples --------------------------------------------------------------------------------


def public_functions() -> list[str]:
    tree = ast.parse(STUB.read_text(encoding="utf-8"))
    names = [alias.asname for node in tree.body if isinstance(node, ast.ImportFrom)
             for alias in node.names]  # fmt: skip
    return [name for name in names if name and inspect.isfunction(getattr(opensim_pelvis, name))]


@pytest.mark.parametrize("name", public_functions())
def test_each_public_function_has_an_example(name: str) -> None:
    function = getattr(opensim_pelvis, name)
    module = inspect.getmodule(function)
    tests = doctest.DocTestFinder(recurse=False).find(
        function, name, module=module, globs=dict(vars(module))
    )
    examples = [example for test in tests for example in test.examples]
    assert any(f"{name}(" in example.source for example in examples)
    assert function.__module__ in WITH_EXAMPLES  # whose examples are run there


def test_every_public_name_is_listed_and_there() -> None:
    assert {"run", "read", "write", "read_table", "notice", "say"} <= set(public_functions())
    assert set(opensim_pelvis.__all__) == set(opensim_pelvis.__dir__())
