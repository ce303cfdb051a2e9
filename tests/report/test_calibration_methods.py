"""A calibration method is said of in one definition: a dummy arrives everywhere."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import get_args

import pytest
from rich.console import Console

from opensim_pelvis.calibration import sensor_to_segment as calibration
from opensim_pelvis.calibration.placement import average_pose
from opensim_pelvis.cli.screen.tables import render_result
from opensim_pelvis.config import calibration_methods
from opensim_pelvis.config.calibration_methods import CalibrationMethod, MethodDefinition
from opensim_pelvis.config.settings import CalibrationSettings
from opensim_pelvis.config.trial import setting_definitions
from opensim_pelvis.config.trial.settings_document import document
from opensim_pelvis.config.trial.trial_file import read_trial
from opensim_pelvis.io.exporters.summary import SummaryExporter
from opensim_pelvis.notices.catalogue import catalogue
from opensim_pelvis.pipeline import run
from opensim_pelvis.report.page import render_page
from opensim_pelvis.report.view import view_of
from opensim_pelvis.types import AlignedRecording, CalibrationPose, Result
from tests.notices import codes

DUMMY = MethodDefinition(
    name="dummy",  # type: ignore[arg-type]
    help="whatever the dummy does",
    pose_label="pose of a dummy",
    still=False,
    zero_known=False,
    sided=True,
    upright=None,
    notice="pose.of_movement",
    window_words=dict.fromkeys(("given", "found"), "word.window_of_movement"),
)


def first_second(aligned: AlignedRecording, settings: CalibrationSettings) -> CalibrationPose:
    pose = average_pose(aligned, window_s=(0.0, 1.0), source="found", max_spread_rad=1.0)
    return replace(pose, method=DUMMY.name)


@pytest.fixture
def with_dummy(monkeypatch: pytest.MonkeyPatch, result: Result) -> Iterator[Result]:
    """The whole run, calibrated by the dummy."""
    known = (*calibration_methods.METHODS, DUMMY)
    monkeypatch.setattr(calibration_methods, "METHODS", known)
    setting_definitions.definitions.cache_clear()
    monkeypatch.setattr(calibration, "POSES", {**calibration.POSES, DUMMY.name: first_second})
    again = run(
        result.recording,
        sensors=result.settings.sensors,
        subject=result.settings.subject,
        activity=result.settings.activity,
        calibration=CalibrationSettings(method=DUMMY.name),
    )
    yield replace(again, name="dummy")
    monkeypatch.undo()
    setting_definitions.definitions.cache_clear()


def test_a_dummy_method_arrives_everywhere(with_dummy: Result, tmp_path: Path) -> None:
    placement = with_dummy.placement
    assert (placement.pose.method, placement.zero_known) == ("dummy", False)
    assert "pose.of_movement" in codes(placement.notes)
    assert with_dummy.running is not None
    assert with_dummy.running.absent["pelvic_tilt_mean_deg"].code == "absent.no_zero"
    assert "pose" not in {check.name for check in with_dummy.quality.checks}
    screen = io.StringIO()
    Console(file=screen, width=100).print(render_result(with_dummy, ()))
    assert "pose of a dummy" in screen.getvalue()
    assert "0.00 to 1.00 s, mean of movement" in render_page(view_of(with_dummy))
    SummaryExporter().write(with_dummy, tmp_path)
    summary = json.loads((tmp_path / "dummy_summary.json").read_text(encoding="utf-8"))
    assert summary["calibration"]["method"] == "dummy"
    assert summary["calibration"]["window_source"] == "mean of movement"
    assert summary["placement"]["zero_known"] is False


@pytest.mark.usefixtures("with_dummy")
def test_a_dummy_method_is_asked_for_in_a_trial_file_and_stands_in_help_and_docs(
    tmp_path: Path,
) -> None:
    path = tmp_path / "trial.toml"
    path.write_text('[recording]\npath = "a"\n[calibration]\nmethod = "dummy"\n', encoding="utf-8")
    assert read_trial(path).calibration.method == "dummy"
    said = setting_definitions.definition_of("calibration.method")
    assert said.choices["dummy"] == "whatever the dummy does"
    assert said.flag == "--calibration"
    assert "`dummy`: whatever the dummy does" in document()


def test_every_method_is_defined_and_computed() -> None:
    names = [method.name for method in calibration_methods.METHODS]
    assert names == list(get_args(CalibrationMethod))
    assert set(calibration.POSES) == set(names)
    assert CalibrationSettings().method == names[0]


def test_a_definition_says_everything_in_codes_that_there_are() -> None:
    assert all(
        item.default is MISSING and item.default_factory is MISSING
        for item in fields(MethodDefinition)
    )
    for method in calibration_methods.METHODS:
        assert set(method.window_words.values()) <= set(catalogue())
        assert method.notice is None or method.notice in catalogue()
    with pytest.raises(ValueError, match="wanted a notice"):
        replace(DUMMY, notice=None)
