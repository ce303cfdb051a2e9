"""The summary: valid JSON, complete, without NaN, the same every time."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from opensim_pelvis.config.settings import SubjectSettings, TrialSettings
from opensim_pelvis.io.exporters.summary import FORMAT_VERSION, SummaryExporter
from opensim_pelvis.io.registry import Exporter
from opensim_pelvis.types import Event, RecordingDate, Result, SensorIntegrity
from tests.io.exporters.sample_result import GAP, SAMPLES, make_result

ROUNDED = 1e-12
"""Degrees; sums of a few dozen numbers in another order."""


def written(result: Result, directory: Path) -> dict[str, Any]:
    (path,) = SummaryExporter().write(result, directory)
    assert path == directory / "trial_summary.json"

    def refuse(name: str) -> None:
        pytest.fail(f"{name} is no JSON")

    summary: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)
    return summary


def test_it_is_an_exporter() -> None:
    assert isinstance(SummaryExporter(), Exporter)


def test_settings_are_complete_with_paths_as_text(tmp_path: Path) -> None:
    settings = written(make_result(), tmp_path)["settings"]
    assert list(settings) == [f.name for f in fields(TrialSettings)]
    assert settings["recording"]["path"] == "data/trial"
    assert settings["subject"] == {"id": "S01", "sex": "female", "height_m": 1.72, "mass_kg": 61.5}
    assert settings["sensors"] == {"id0": "pelvis", "id1": "torso", "id2": "femur_r"}
    assert settings["solver"]["model"] is None


def test_origin_of_the_data(tmp_path: Path) -> None:
    summary = written(make_result(), tmp_path)
    assert summary["format_version"] == FORMAT_VERSION
    assert summary["versions"] == {"opensim-pelvis": "0.1.0", "opensim": "4.6"}
    assert summary["defaults"] == ["solver.engine = opensim"]
    assert summary["notes"] == ["made by hand: é"]
    recording = summary["recording"]
    assert recording["files"] == [
        {"path": "data/trial/a.txt", "size_bytes": 12, "sha256": "ab" * 32}
    ]
    assert (recording["rate_hz"], recording["rate_source"]) == (100.0, "header")
    assert (recording["samples"], recording["duration_s"]) == (SAMPLES, 0.39)
    assert recording["sensors"]["torso_imu"] == "id1"


def test_the_date_of_the_recording_and_its_source(tmp_path: Path) -> None:
    result = make_result()
    assert written(result, tmp_path)["recording"]["date"] is None
    date = RecordingDate(start=datetime(2026, 11, 24, 10, 30, tzinfo=UTC), source="the header")
    dated = replace(result, recording=replace(result.recording, date=date))
    assert written(dated, tmp_path)["recording"]["date"] == {
        "start": "2026-11-24T10:30:00+00:00",
        "source": "the header",
    }


def test_the_integrity_ledger_has_every_count(tmp_path: Path) -> None:
    ledger = written(make_result(), tmp_path)["integrity"]
    counts = {f.name for f in fields(SensorIntegrity)} - {"sensor"}
    assert set(ledger["sensors"]["femur_r_imu"]) == counts
    assert ledger["sensors"]["femur_r_imu"]["dropped_packets"] == 4
    assert ledger["unmatched"] == ["id9"]


def test_calibration_heading_and_placement(tmp_path: Path) -> None:
    summary = written(make_result(), tmp_path)
    calibration = summary["calibration"]
    assert calibration["window_s"] == [0.0, 0.1]
    assert calibration["sensors"]["pelvis_imu"]["samples"] == 10
    spread_deg = calibration["sensors"]["pelvis_imu"]["spread_deg"]
    assert spread_deg == pytest.approx(0.5729577951308232, abs=ROUNDED)
    assert summary["heading"]["tilt_deg"] is None, "NaN is null"
    assert summary["heading"]["heading_deg"]["torso_imu"] == pytest.approx(28.64788975654116)
    assert summary["placement"]["quality"] == {"worst_spread_deg": 0.57}


def test_errors_are_those_of_the_samples_present(tmp_path: Path) -> None:
    result = make_result()
    errors = written(result, tmp_path)["kinematics"]["errors"]
    column = np.rad2deg(result.kinematics.errors_rad[:, 2])
    present = np.delete(column, GAP)
    wanted = {
        "rms_deg": np.sqrt((present**2).mean()),
        "median_deg": np.median(present),
        "max_deg": present.max(),
    }
    assert errors["femur_r_imu"] == pytest.approx(wanted, abs=ROUNDED)


def test_whole_trial_descriptions(tmp_path: Path) -> None:
    result = make_result()
    summary = written(result, tmp_path)
    for part, table in (("kinematics", result.coordinates), ("angles", result.angles)):
        rows = summary[part]["whole_trial"]
        assert list(rows) == list(table.columns)
        for name in table.columns:
            wanted = {
                "mean_deg": table[name].mean(),
                "min_deg": table[name].min(),
                "max_deg": table[name].max(),
                "range_deg": table[name].max() - table[name].min(),
                "missing_samples": table[name].isna().sum(),
            }
            assert rows[name] == pytest.approx(wanted, abs=ROUNDED)
    assert summary["angles"]["whole_trial"]["thigh_extension_r"]["missing_samples"] == 5
    assert summary["angles"]["absent"] == {"thigh_extension_l": "no sensor on femur_l"}
    assert summary["kinematics"]["absent"] == {"knee_angle_r": "no sensor on tibia_r"}
    assert summary["kinematics"]["weights"] == result.kinematics.weights
    assert summary["kinematics"]["weights"]["tibia_l"] == 0.02
    definition = summary["angles"]["definitions"]["pelvic_obliquity"]
    assert definition["positive"] == "right side up"


def test_a_sensor_without_any_sample_is_null(tmp_path: Path) -> None:
    result = make_result()
    nothing = np.full_like(result.kinematics.errors_rad, np.nan)
    result = replace(result, kinematics=replace(result.kinematics, errors_rad=nothing))
    errors = written(result, tmp_path)["kinematics"]["errors"]
    assert errors["pelvis_imu"] == {"rms_deg": None, "median_deg": None, "max_deg": None}


def test_events_carry_their_source(tmp_path: Path) -> None:
    event = Event(time_s=0.1, label="initial contact", context="Left", source="pelvis")
    events = written(make_result(events=(event,)), tmp_path)["events"]
    assert events == [
        {
            "time_s": 0.1,
            "label": "initial contact",
            "context": "Left",
            "source": "pelvis",
            "uncertainty_s": None,
        }
    ]


def test_the_same_result_gives_the_same_bytes_whatever_the_solver_took(tmp_path: Path) -> None:
    contents = []
    for name, solve_s in (("a", 1.0), ("b", 2.0)):
        result = make_result()
        result = replace(result, kinematics=replace(result.kinematics, solve_s=solve_s))
        (tmp_path / name).mkdir()
        (path,) = SummaryExporter().write(result, tmp_path / name)
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]


def test_pelvis_only_and_nobody_described(tmp_path: Path) -> None:
    result = make_result(("pelvis",))
    result = replace(result, settings=replace(result.settings, subject=SubjectSettings()))
    summary = written(result, tmp_path)
    assert list(summary["kinematics"]["whole_trial"]) == [
        "pelvis_tilt",
        "pelvis_list",
        "pelvis_rotation",
    ]
    assert summary["settings"]["subject"]["height_m"] is None
