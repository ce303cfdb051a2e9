"""What is made of sensors that move and of headings that jump, through the whole job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis import pipeline
from opensim_pelvis.calibration.slips.steps import find_steps
from opensim_pelvis.calibration.slips.stride_cut import cut_strides
from opensim_pelvis.config.settings import ActivitySettings, CalibrationSettings
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.quality.definitions import definition_of
from opensim_pelvis.rotations import from_rotation_vector, inverse, multiply, rotate
from opensim_pelvis.simulate import (
    HEADING_AXIS,
    SENSOR_MAP,
    RunnerSettings,
    Session,
    simulate_runner,
    simulate_sensors,
)
from opensim_pelvis.types import NOT_CHECKED, Check, Recording, Result, SensorSignals
from tests.notices import coded
from tests.real_recordings import marker_runs, real_recordings
from tests.virtual_sensors import slip

AT_S = 18.0
LENGTH_S = 36.0
SLIP_S = 0.3
DEG = 1.0
NAMES = {body: name for name, body in SENSOR_MAP.items()}
TWO = ("pelvis", "torso")
THREE = ("pelvis", "torso", "femur_r")


@pytest.fixture(scope="module")
def recording() -> Recording:
    truth = simulate_runner(RunnerSettings(), Session(duration_s=LENGTH_S, still_s=2.0))
    return simulate_sensors(truth, None, THREE)


def worn(recording: Recording, bodies: Sequence[str]) -> Recording:
    kept = tuple(s for s in recording.sensors if SENSOR_MAP[s.identifier] in bodies)
    return replace(recording, sensors=kept)


def turned(sensor: SensorSignals, turn_rad: FloatArray, at_s: float) -> SensorSignals:
    """Return a sensor that turns on its body within a third of a second, at 100 Hz."""
    part = np.clip((sensor.counter / 100.0 - at_s) / SLIP_S, 0.0, 1.0)[:, None]
    turn = from_rotation_vector(part * turn_rad)
    assert sensor.R_ES is not None
    assert sensor.acceleration_mps2 is not None
    assert sensor.angular_velocity_radps is not None
    felt = np.gradient(part[:, 0])[:, None] * 100.0 * turn_rad
    return replace(
        sensor,
        R_ES=multiply(sensor.R_ES, turn),
        acceleration_mps2=rotate(inverse(turn), sensor.acceleration_mps2),
        angular_velocity_radps=rotate(inverse(turn), sensor.angular_velocity_radps) + felt,
    )


def reset(sensor: SensorSignals, degrees: float, at_s: float) -> SensorSignals:
    """Return a sensor whose orientation turns about the vertical at once."""
    turn = from_rotation_vector(np.array([0.0, 0.0, np.deg2rad(degrees)]))
    after = sensor.counter / 100.0 > at_s
    assert sensor.R_ES is not None
    return replace(sensor, R_ES=np.where(after[:, None], multiply(turn, sensor.R_ES), sensor.R_ES))


def changed(recording: Recording, sensor: SensorSignals) -> Recording:
    sensors = (sensor if s.identifier == sensor.identifier else s for s in recording.sensors)
    return replace(recording, sensors=tuple(sensors))


def of(recording: Recording, body: str) -> SensorSignals:
    return next(s for s in recording.sensors if s.identifier == NAMES[body])


def solve(recording: Recording, window_s: tuple[float, float] = (0.0, 1.5)) -> Result:
    return pipeline.run(
        recording,
        sensors={s.identifier: SENSOR_MAP[s.identifier] for s in recording.sensors},
        calibration=CalibrationSettings(window_s=window_s, heading_axis=HEADING_AXIS),
        activity=ActivitySettings(kind="running", surface="treadmill"),
    )


def check_of(result: Result, name: str) -> Check:
    return next(check for check in result.quality.checks if check.name == name)


def mean_of(result: Result, name: str) -> tuple[float, int]:
    assert result.running is not None
    summary = result.running.summary(name)
    assert summary is not None
    return summary.mean, summary.n


@pytest.fixture(scope="module")
def sound(recording: Recording) -> Result:
    return solve(recording)


def test_a_sound_run_is_checked_and_good(sound: Result) -> None:
    assert check_of(sound, "slips").value == 0.0
    assert check_of(sound, "heading_jumps").value == 0.0
    assert not [n for n in sound.notes if n.code.startswith("slips.")]


def test_a_pelvis_that_slips_counts_only_before_and_is_told(
    recording: Recording, sound: Result
) -> None:
    moved = turned(of(recording, "pelvis"), np.deg2rad([0.0, 60.0, 0.0]), AT_S)
    result = solve(changed(recording, moved))
    (told,) = coded(result.notes, "slips.moved")
    assert told.values["sensor"] == "pelvis_imu"
    assert told.values["time_s"] == pytest.approx(AT_S, abs=1.5)
    size = np.hypot(told.values["vertical_deg"], told.values["horizontal_deg"])
    assert size == pytest.approx(60.0, abs=DEG)
    for name in ("pelvic_rotation_range_deg", "pelvic_tilt_mean_deg"):
        mean, n = mean_of(result, name)
        true, whole = mean_of(sound, name)
        assert mean == pytest.approx(true, abs=0.3)
        assert 0.3 * whole < n < 0.6 * whole
    mean, n = mean_of(result, "trunk_rotation_range_deg")
    true, whole = mean_of(sound, "trunk_rotation_range_deg")
    assert mean == pytest.approx(true, abs=0.3)
    assert abs(n - whole) <= 1, "steps are then those of the thighs, whose first one may differ"
    check = check_of(result, "slips")
    assert (check.verdict, check.subject) == ("doubtful", ("pelvis",))
    assert result.quality.verdict == "doubtful"


def test_a_slip_soon_after_the_pose_leaves_too_little(recording: Recording) -> None:
    pair = worn(recording, TWO)
    moved = turned(of(pair, "torso"), np.deg2rad([0.0, 0.0, 90.0]), 8.5)
    result = solve(changed(pair, moved))
    assert check_of(result, "slips").verdict == "rejected"
    (told,) = coded(result.notes, "slips.little_left")
    assert told.subject == ("torso_imu",)
    assert told.values["share"] > definition_of("slips").limits[1]  # type: ignore[index]


def test_a_base_whose_heading_jumps_is_blamed_alone(recording: Recording, sound: Result) -> None:
    result = solve(changed(recording, reset(of(recording, "pelvis"), 42.0, AT_S)))
    (told,) = coded(result.notes, "slips.heading_jump")
    assert told.values["sensor"] == "pelvis_imu"
    assert told.values["vertical_deg"] == pytest.approx(42.0, abs=DEG)
    assert not coded(result.notes, "heading.drift_removed")
    mean, _ = mean_of(result, "pelvic_rotation_range_deg")
    assert mean == pytest.approx(mean_of(sound, "pelvic_rotation_range_deg")[0], abs=0.3)
    assert check_of(result, "heading_jumps").verdict == "doubtful"


@pytest.mark.parametrize("degrees", [60.0, 120.0])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_slip_between_pose_and_run_may_have_been(
    recording: Recording, degrees: float, axis: int
) -> None:
    turn = np.zeros(3)
    turn[axis] = np.deg2rad(degrees)
    result = solve(changed(recording, turned(of(recording, "pelvis"), turn, 1.7)))
    found = {n.values["sensor"] for n in coded(result.notes, "slips.may_have_moved")}
    assert found == {"pelvis_imu"}
    assert check_of(result, "slips_unsure").verdict == "rejected"


def test_too_few_strides_are_not_checked(recording: Recording) -> None:
    short = replace(
        worn(recording, TWO),
        sensors=tuple(_first(s, 800) for s in worn(recording, TWO).sensors),
    )
    result = solve(short)
    assert check_of(result, "slips").state == NOT_CHECKED
    assert coded(result.notes, "slips.not_checked")


def _first(sensor: SensorSignals, n: int) -> SensorSignals:
    signals = {
        name: None if value is None else value[:n]
        for name in ("R_ES", "acceleration_mps2", "angular_velocity_radps")
        for value in (getattr(sensor, name),)
    }
    return replace(sensor, counter=sensor.counter[:n], **signals)


def test_real_runs_and_walks_raise_no_alarm(shared_data: Path) -> None:
    for aligned in (*marker_runs(shared_data), *real_recordings(shared_data)):
        steps, _ = find_steps(aligned, cut_strides(aligned))
        assert {step.kind for step in steps} <= {"movement changed"}


def test_a_slip_put_into_real_runs_is_found(shared_data: Path) -> None:
    rng = np.random.default_rng(1)
    for aligned in marker_runs(shared_data):
        for sensor in range(0, len(aligned.sensors), 3):
            axis = rng.normal(size=3)
            turn = np.deg2rad(15.0) * axis / np.linalg.norm(axis)
            moved = slip(aligned, sensor, turn, 15.0, 0.3)
            (step,) = find_steps(moved, cut_strides(moved))[0]
            assert (step.kind, step.sensor) == ("moved", aligned.sensors[sensor])
            assert np.rad2deg(step.size_rad) == pytest.approx(15.0, abs=3.0)
            assert step.time_s == pytest.approx(15.0, abs=1.5)
