"""The figure of rotation against cadence draws the estimate with its interval."""

from __future__ import annotations

import pytest

from opensim_pelvis.report.figures_runs import ROTATION_TOP, cadence_figure, top_of
from opensim_pelvis.report.texts import read_texts
from opensim_pelvis.report.view import View
from opensim_pelvis.types import Result

ROTATION = "pelvic_rotation_range_deg"


def test_the_bar_is_the_expanded_uncertainty(view: View, result: Result) -> None:
    assert result.running is not None
    estimate = result.running.estimate(ROTATION)
    assert estimate is not None
    drawn = cadence_figure(view, read_texts())
    assert drawn is not None
    (runner,) = (trace for trace in drawn["data"] if "error_y" in trace)
    assert runner["y"] == [estimate.value]
    assert runner["error_y"]["value"] == pytest.approx(estimate.u95)
    assert runner["error_y"]["visible"]


def test_the_axis_holds_the_whole_interval() -> None:
    assert top_of([ROTATION_TOP], 3.0) == ROTATION_TOP + 4.0
    assert top_of([5.0], 1.0) == ROTATION_TOP
