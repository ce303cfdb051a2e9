"""The figure of rotation against cadence draws the estimate with its interval."""

from __future__ import annotations

import pytest

from opensim_pelvis.report.charts.chart import Bar, Points, Words
from opensim_pelvis.report.figures_runs import (
    ROTATION_TOP,
    cadence_chart,
    several_chart,
    top_of,
)
from opensim_pelvis.report.texts import read_texts
from opensim_pelvis.report.view import View
from opensim_pelvis.types import Result

ROTATION = "pelvic_rotation_range_deg"


def test_the_bar_is_the_expanded_uncertainty(view: View, result: Result) -> None:
    assert result.running is not None
    estimate = result.running.estimate(ROTATION)
    assert estimate is not None
    drawn = cadence_chart(view, read_texts())
    assert drawn is not None
    (bar,) = (mark for mark in drawn.marks if isinstance(mark, Bar))
    (runner,) = (mark for mark in drawn.marks if getattr(mark, "shape", "") == "diamond")
    assert isinstance(runner, Points)
    assert list(runner.y) == [estimate.value]
    assert bar.x == runner.x[0]
    assert (bar.low, bar.high) == (
        pytest.approx(estimate.value - estimate.u95),
        pytest.approx(estimate.value + estimate.u95),
    )


def test_single_strides_are_paired_by_their_time(view: View) -> None:
    drawn = cadence_chart(view, read_texts())
    assert drawn is not None
    (dots,) = (m for m in drawn.marks if getattr(m, "label", "") == "single strides")
    assert isinstance(dots, Points)
    series = view["series"][ROTATION]["body"]
    cadence = view["series"]["cadence_spm"]["body"]
    assert list(dots.y) == series["values"]
    assert list(dots.x) == cadence["values"]


def test_the_axis_holds_the_whole_interval() -> None:
    assert top_of([ROTATION_TOP], 3.0) == ROTATION_TOP + 4.0
    assert top_of([5.0], 1.0) == ROTATION_TOP


def test_a_rejected_recording_is_drawn_as_one(view: View) -> None:
    poor = {**view, "name": "poor", "quality": {**view["quality"], "verdict": "rejected"}}
    marks = several_chart([view, poor], read_texts()).marks
    points = [mark for mark in marks if isinstance(mark, Points)]
    assert [mark.hollow for mark in points] == [False, True]
    assert points[0].colour != points[1].colour
    assert [mark.dash for mark in marks if isinstance(mark, Bar)] == ["solid", "dot"]
    names = [mark for mark in marks if isinstance(mark, Words) and mark.is_name]
    assert [mark.text for mark in names] == [view["name"], "poor"]
