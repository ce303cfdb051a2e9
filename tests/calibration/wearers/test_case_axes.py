"""Which axis of a case points up, which lie level, and how much it turns."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console
from scipy.spatial.transform import Rotation

from opensim_pelvis.calibration.wearers.case_axes import describe_cases
from opensim_pelvis.cli.screen.case_table import render_cases
from opensim_pelvis.types import Recording, SensorSignals

TILT_DEG = 20.0


def recorded(**signals: np.ndarray) -> Recording:
    """Return one sensor."""
    samples = next(iter(signals.values())).shape[0]
    return Recording(
        name="walk",
        reader="sto",
        rate_hz=100.0,
        rate_source="header",
        counter_source="row number",
        world_frame="z up",
        sensors=(SensorSignals(identifier="A", counter=np.arange(samples), **signals),),
        files=(),
    )


def leaning() -> np.ndarray:
    """Return the force of a case with x down, 20 degrees off towards z, between shakes."""
    still = 9.81 * np.array([-np.cos(np.deg2rad(TILT_DEG)), 0.0, np.sin(np.deg2rad(TILT_DEG))])
    shaken = np.random.default_rng(0).normal(scale=20.0, size=(200, 3))
    return np.concatenate([shaken, np.tile(still, (100, 1)), shaken])


def test_the_still_moment_tells_the_axes() -> None:
    (row,) = describe_cases(recorded(acceleration_mps2=leaning()))
    assert (row.up, row.level) == ("-x", ("y", "z"))
    assert row.tilt_deg == pytest.approx(TILT_DEG)
    assert np.isnan(row.turning_degps)


def test_an_oblique_axis_is_no_heading_axis() -> None:
    up = np.array([0.0, np.cos(np.deg2rad(40.0)), np.sin(np.deg2rad(40.0))])
    (row,) = describe_cases(recorded(acceleration_mps2=np.tile(up, (60, 1))))
    assert (row.up, row.level) == ("y", ("x",))


def test_orientations_tell_it_where_there_is_no_acceleration() -> None:
    q = Rotation.from_euler("zx", [30.0, 90.0], degrees=True).as_quat(scalar_first=True)
    (row,) = describe_cases(recorded(R_ES=np.tile(3.0 * q, (80, 1))))
    assert (row.up, row.level) == ("y", ("x", "z"))


def test_turning_is_its_root_mean_square_and_is_shown() -> None:
    turning = np.tile(np.deg2rad([30.0, 0.0, 40.0]), (len(leaning()), 1))
    recording = recorded(acceleration_mps2=leaning(), angular_velocity_radps=turning)
    (row,) = describe_cases(recording)
    assert row.turning_degps == pytest.approx(50.0)
    console = Console(file=io.StringIO(), width=100)
    console.print(*render_cases((row,)))
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    assert "y, -y, z, -z" in shown
    assert "50°/s" in shown


def test_a_sensor_without_signals_has_no_row() -> None:
    recording = recorded(magnetic_field=np.ones((10, 3)))
    assert describe_cases(recording) == ()
    assert render_cases(()) == []
    empty = replace(recording.sensors[0], acceleration_mps2=np.full((10, 3), np.nan))
    assert describe_cases(replace(recording, sensors=(empty,))) == ()
