"""Doubts about solved kinematics: thighs that shanks pull off their sensors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis import pipeline
from opensim_pelvis.config.settings import (
    ActivitySettings,
    CalibrationSettings,
    SolverSettings,
    SubjectSettings,
)
from opensim_pelvis.io import reading
from opensim_pelvis.kinematics.osim.model import build_model, model_to_xml
from opensim_pelvis.notices import catalogue
from opensim_pelvis.types import Recording, Result
from tests.notices import sentences
from tests.real_sensors import GAITTOOLBOX

LEGS = ("tibia_r", "tibia_l", "calcn_r", "calcn_l")


@pytest.fixture(scope="module")
def walk(shared_data: Path) -> Recording:
    return reading.read(shared_data / "gaittoolbox_walk" / "imu")


@pytest.fixture(scope="module")
def hinges(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a model with hinge knees, as most that people use have."""
    path = tmp_path_factory.mktemp("models") / "hinges.osim"
    path.write_text(model_to_xml(build_model(SubjectSettings())), encoding="utf-8")
    return path


def solve(
    walk: Recording,
    model: Path | None,
    weight: float | None = None,
    bodies: tuple[str, ...] = (),
) -> Result:
    return pipeline.run(
        walk,
        sensors={i: body for i, body in GAITTOOLBOX.items() if not bodies or body in bodies},
        calibration=CalibrationSettings(window_s=(2.0, 4.0), heading_axis="-z"),
        activity=ActivitySettings(kind="walking", surface="overground"),
        solver=SolverSettings(
            model=model, weights={} if weight is None else dict.fromkeys(LEGS, weight)
        ),
    )


def pulled(result: Result) -> list[str]:
    return [
        note
        for note in sentences(result.notes)
        if note.startswith("large orientation tracking error of the thighs")
    ]


def missed_deg(result: Result) -> float:
    thighs = [i for i, name in enumerate(result.kinematics.sensors) if name.startswith("femur")]
    errors = np.asarray(result.kinematics.errors_rad)[:, thighs]
    return float(np.rad2deg(np.sqrt(np.nanmean(errors**2))))


def test_pulled_thighs_are_told_and_default_weights_let_them_go(
    walk: Recording, hinges: Path
) -> None:
    whole = solve(walk, hinges, 1.0)
    assert len(pulled(whole)) == 1
    assert "--weight tibia=0.02" in catalogue()["kinematics.thighs_pulled"].remedy
    light = solve(walk, hinges)
    assert pulled(light) == []
    assert missed_deg(whole) > 4.0
    assert missed_deg(light) < 1.0
    assert pulled(solve(walk, hinges, 1.0, ("pelvis", "femur_r", "femur_l"))) == []


def test_knees_with_play_pull_no_thigh_whatever_the_weights(walk: Recording) -> None:
    for weight in (None, 1.0):
        result = solve(walk, None, weight)
        assert missed_deg(result) < 1e-6
        assert pulled(result) == []
