"""Values of other kinds through the Python interface are refused in our words, by our errors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import opensim_pelvis
from opensim_pelvis import (
    CalibrationSettings,
    Recording,
    SolverSettings,
    SubjectSettings,
    TimelineSettings,
)
from opensim_pelvis.errors import OpenSimPelvisError
from opensim_pelvis.simulate import (
    SensorSettings,
    Session,
    simulate_runner,
    simulate_sensors,
    typical_runner,
    write_sto,
)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    truth = simulate_runner(typical_runner("male"), Session(duration_s=1.0, rate_hz=60.0))
    path = tmp_path_factory.mktemp("api") / "run.sto"
    write_sto(simulate_sensors(truth, SensorSettings(seed=2)), path)
    return path


@pytest.fixture(scope="module")
def recording(table: Path) -> Recording:
    return opensim_pelvis.read(table)


@pytest.mark.parametrize(
    "how",
    [
        {"rate_hz": 10**400},
        {"rate_hz": 10**6000},
        {"rate_hz": float("nan")},
        {"up_axis": "q"},
        {"mapping": 5},
        {"path": None},
        {"path": ""},
        {"path": b"x"},
        {"path": "\0"},
        {"path": "x" * 5000},
    ],
    ids=lambda how: str(next(iter(how))),
)
def test_what_is_read_is_told_in_our_words(table: Path, how: dict[str, Any]) -> None:
    with pytest.raises(OpenSimPelvisError):
        opensim_pelvis.read(**{"path": table, **how})


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"calibration": CalibrationSettings(window_s=3.0)}, "calibration.window_s: wanted start"),  # type: ignore[arg-type]
        ({"calibration": CalibrationSettings(max_spread_deg=None)}, "max_spread_deg"),  # type: ignore[arg-type]
        ({"calibration": CalibrationSettings(heading_axis=0.0)}, "heading_axis: wanted one of"),  # type: ignore[arg-type]
        ({"subject": SubjectSettings(sex="x")}, "subject.sex: wanted one of"),  # type: ignore[arg-type]
        ({"subject": SubjectSettings(height_m=float("nan"))}, "subject.height_m"),
        ({"timeline": TimelineSettings(max_gap_s=float("inf"))}, "timeline.max_gap_s"),
        ({"solver": "exact"}, "solver: wanted SolverSettings, found 'exact'"),
        ({"calibration": CalibrationSettings}, "calibration: wanted CalibrationSettings"),
        ({"solver": SolverSettings(model="x")}, "solver.model: wanted a pathlib.Path"),  # type: ignore[arg-type]
        ({"sensors": "pelvis"}, "sensors: wanted a mapping"),
        ({"sensors": {1: 2}}, "sensors: wanted identifier and body as texts"),
    ],
)
def test_settings_of_other_kinds_are_named(
    recording: Recording, how: dict[str, Any], words: str
) -> None:
    with pytest.raises(OpenSimPelvisError) as fault:
        opensim_pelvis.run(recording, **how)
    assert words in str(fault.value)


@pytest.mark.parametrize("given", [None, b"run.sto", 5])
def test_what_is_no_recording_is_refused(given: Any) -> None:
    with pytest.raises(OpenSimPelvisError, match="wanted a Recording"):
        opensim_pelvis.run(given)


@pytest.mark.parametrize(
    ("given", "words"),
    [("", "path of a file"), ("a\0", "path of a file"), ("no/walk", "no such"), ("no.toml", "no")],
)
def test_a_path_that_leads_nowhere_is_refused(given: str, words: str) -> None:
    with pytest.raises(OpenSimPelvisError, match=words):
        opensim_pelvis.run(given)


def test_a_recording_holds_signals_of_sensors(recording: Recording) -> None:
    with pytest.raises(OpenSimPelvisError, match="wanted SensorSignals"):
        replace(recording, sensors=(1, 2))  # type: ignore[arg-type]


@pytest.mark.parametrize("change", [list, lambda q: q.astype(str), lambda q: q[:5]])
def test_signals_are_arrays_of_numbers(recording: Recording, change: Any) -> None:
    sensor = recording.sensors[0]
    with pytest.raises(OpenSimPelvisError, match="R_ES must"):
        replace(sensor, R_ES=change(np.array(sensor.R_ES)))


@pytest.mark.parametrize("directory", [None, 5, "", "\0", b"x"])
def test_what_is_no_result_or_folder_is_refused(directory: Any) -> None:
    with pytest.raises(OpenSimPelvisError, match="wanted a Result and the path of a folder"):
        opensim_pelvis.write(None, directory)  # type: ignore[arg-type]
