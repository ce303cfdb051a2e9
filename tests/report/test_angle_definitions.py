"""A clinical angle is said of in one definition: a dummy arrives everywhere."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import MISSING, fields, replace
from pathlib import Path

import numpy as np
import pytest
from ezc3d import c3d
from rich.console import Console

from opensim_pelvis.cli.screen.tables import render_result
from opensim_pelvis.cli.translation import all_texts
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.io.exporters.c3d import C3dExporter
from opensim_pelvis.io.exporters.sto import StoExporter
from opensim_pelvis.io.exporters.strides import StridesExporter
from opensim_pelvis.io.exporters.summary import SummaryExporter
from opensim_pelvis.io.tables.opensim_tables import read_table
from opensim_pelvis.kinematics import angle_definitions
from opensim_pelvis.pipeline import run
from opensim_pelvis.report.lab import Lab
from opensim_pelvis.report.page import render_page
from opensim_pelvis.report.pdf import set_pages
from opensim_pelvis.report.texts import read_texts
from opensim_pelvis.report.view import view_of
from opensim_pelvis.simulate import RunnerSettings, Session, simulate_runner
from opensim_pelvis.types import AngleCurve, AngleDefinition, Result


def a_quarter(R_TB: FloatArray) -> FloatArray:
    return np.full(R_TB.shape[0], 0.25)


DUMMY = AngleDefinition(
    name="head_nod",
    label="Nod of a dummy",
    group="trunk",
    body="torso",
    side="body",
    unit="deg",
    description="the number 0.25",
    positive="nodding (chin down)",
    brief="nodding",
    rising="up: chin of the dummy down",
    order="none",
    source="this test",
    about_vertical=False,
    point="HeadNod",
    axis="Y",
    curve=AngleCurve(
        name="head_nod",
        label="Nod of a dummy",
        rising="up: chin of the dummy down",
        mirrored=False,
        rank=99,
    ),
    told=True,
    of=a_quarter,
)
DEGREES = float(np.rad2deg(0.25))


@pytest.fixture
def with_dummy(monkeypatch: pytest.MonkeyPatch, result: Result) -> Iterator[Result]:
    """The whole run, analysed again with the dummy."""
    known = (*angle_definitions.DEFINITIONS, DUMMY)
    monkeypatch.setattr(angle_definitions, "DEFINITIONS", known)
    again = run(
        result.recording,
        sensors=result.settings.sensors,
        subject=result.settings.subject,
        activity=result.settings.activity,
    )
    return replace(again, name="dummy")


def test_a_dummy_angle_arrives_in_every_file(with_dummy: Result, tmp_path: Path) -> None:
    for exporter in (StoExporter(), C3dExporter(), StridesExporter(), SummaryExporter()):
        exporter.write(with_dummy, tmp_path)
    table = read_table(tmp_path / "dummy_angles.sto")
    assert "the number 0.25" in table.header["angle head_nod"]
    column = table.values[:, table.labels.index("head_nod")]
    np.testing.assert_allclose(column, DEGREES, atol=1e-6)
    file = c3d(str(tmp_path / "dummy.c3d"))
    points = file["parameters"]["POINT"]
    place = points["LABELS"]["value"].index("HeadNod")
    assert points["DESCRIPTIONS"]["value"][place] == "Y head_nod + nodding"
    assert "HeadNod" in points["ANGLES"]["value"]
    np.testing.assert_allclose(file["data"]["points"][:3, place, 5], [0.0, DEGREES, 0.0], 1e-5)
    with (tmp_path / "dummy_curves.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if "head_nod" in json.dumps(row)]
    assert rows
    angles = json.loads((tmp_path / "dummy_summary.json").read_text(encoding="utf-8"))["angles"]
    assert angles["definitions"]["head_nod"]["label"] == "Nod of a dummy"
    assert angles["whole_trial"]["head_nod"]["mean_deg"] == pytest.approx(DEGREES)


def test_a_dummy_angle_arrives_where_people_read(with_dummy: Result) -> None:
    view = view_of(with_dummy)
    page = render_page(view)
    assert "Nod of a dummy" in page  # the curve
    assert "up: chin of the dummy down" in page
    assert "nodding (chin down)" in page  # its definition, under methods
    flow = set_pages(view, Lab(), read_texts())
    assert any("Nod of a dummy" in text for text in flow.words)
    screen = io.StringIO()
    Console(file=screen, width=100).print(render_result(with_dummy, ()))
    line = next(line for line in screen.getvalue().splitlines() if "head_nod" in line)
    assert "14.3" in line
    assert line.rstrip().endswith("nodding")
    texts = {text.key: text.english for text in all_texts()}
    assert texts["angle.head_nod.rising"] == "up: chin of the dummy down"
    assert texts["angle.head_nod.positive"] == "nodding (chin down)"
    assert "| `head_nod` | the number 0.25 |" in angle_definitions.table()


def test_the_simulator_knows_the_truth_of_a_dummy(with_dummy: Result) -> None:
    truth = simulate_runner(RunnerSettings(), Session(duration_s=6.0, rate_hz=50.0))
    np.testing.assert_array_equal(truth.angles["head_nod"], 0.25)


def test_a_definition_must_say_everything() -> None:
    lacking = [
        item.name
        for item in fields(AngleDefinition)
        if item.default is not MISSING or item.default_factory is not MISSING
    ]
    assert lacking == []


def test_no_two_angles_are_one_component_of_a_point() -> None:
    places = [(d.point, d.axis) for d in angle_definitions.definitions()]
    assert len(set(places)) == len(places)
    names = [d.name for d in angle_definitions.definitions()]
    assert len(set(names)) == len(names)
