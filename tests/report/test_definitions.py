"""A measure is said of in one row and computed by one function: a dummy arrives everywhere."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from opensim_pelvis.cli.screen.tables import render_result
from opensim_pelvis.cohort.runs import read_cohort
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.measures import definitions as rows
from opensim_pelvis.gait.measures.compute import MEASURES
from opensim_pelvis.gait.measures.stride_data import StrideData
from opensim_pelvis.io.exporters.strides import StridesExporter
from opensim_pelvis.io.exporters.summary import SummaryExporter
from opensim_pelvis.pipeline import run
from opensim_pelvis.report.page import render_page
from opensim_pelvis.report.pdf import write_pdf
from opensim_pelvis.report.several import render_several
from opensim_pelvis.report.view import view_of
from opensim_pelvis.types import MeasureDefinition, Result

DUMMY = MeasureDefinition(
    name="hop_height_m",
    label="Hop height of a dummy",
    group="timing",
    scope="body",
    definition="the number 0.25",
    positive="up",
    source="this test",
    unit="m",
    needs_pose=False,
    shown={"main": 99, "screen": 99, "cohort": 99, "sessions": 99, "run": 99},
)


def hop_height_m(data: StrideData) -> FloatArray:
    return np.full(data.strides.side.size, 0.25)


@pytest.fixture
def with_dummy(monkeypatch: pytest.MonkeyPatch, result: Result) -> Result:
    """The whole run, analysed again with the dummy."""
    known = (*rows.definitions(), DUMMY)
    for name in ("gait.measures.definitions", "gait.measures.compute", "report.texts"):
        monkeypatch.setattr(f"opensim_pelvis.{name}.definitions", lambda: known)
    monkeypatch.setitem(MEASURES, DUMMY.name, (DUMMY, hop_height_m))
    again = run(
        result.recording,
        sensors=result.settings.sensors,
        subject=result.settings.subject,
        activity=result.settings.activity,
    )
    return replace(again, name="dummy")


def test_a_dummy_measure_arrives_everywhere(with_dummy: Result, tmp_path: Path) -> None:
    view = view_of(with_dummy)
    page = render_page(view)
    assert page.count("Hop height of a dummy") >= 2  # the first table, and change over the run
    assert "Hop height of a dummy" in render_several([view, {**view, "name": "other"}])
    assert write_pdf(view, tmp_path / "a.pdf").stat().st_size > 10_000
    screen = io.StringIO()
    Console(file=screen, width=100).print(render_result(with_dummy, ()))
    lines = [line for line in screen.getvalue().splitlines() if "Hop height" in line]
    assert any(re.search(r"Hop height of a dummy .*0\.25", line) for line in lines), lines
    SummaryExporter().write(with_dummy, tmp_path)
    assert read_cohort([tmp_path / "dummy_summary.json"])["hop_height_m"].tolist() == [0.25]
    StridesExporter().write(with_dummy, tmp_path)
    head = (tmp_path / "dummy_strides.csv").read_text(encoding="utf-8").partition("\n")[0]
    assert "hop_height_m" in head


def test_a_row_that_is_not_whole_is_refused() -> None:
    row = {"label": "x", "group": "g", "scope": "body", "definition": "d", "positive": "-",
           "source": "s", "unit": "deg", "needs_pose": False}  # fmt: skip
    assert rows._definition("a_deg", row).unit == "deg"
    for name, wrong in (
        ("a_deg", {key: value for key, value in row.items() if key != "needs_pose"}),
        ("a_s", row),
        ("a_deg", {**row, "shown": {"nowhere": 1}}),
        ("a_deg", {**row, "colour": "red"}),
    ):
        with pytest.raises(ValueError, match=r"measures\.toml: a_"):
            rows._definition(name, wrong)


def test_every_row_has_its_function_and_places_their_order() -> None:
    assert set(MEASURES) == {d.name for d in rows.definitions()}
    for place in rows.PLACES:
        ranks = [d.shown[place] for d in rows.shown_in(place)]
        assert ranks == sorted(set(ranks)), place
