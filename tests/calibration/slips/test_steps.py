"""Sensors that move and headings that jump: who is blamed, when, and by how much."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from opensim_pelvis.calibration.heading.drift import find_drift
from opensim_pelvis.calibration.placement import average_pose
from opensim_pelvis.calibration.slips.heading_jumps import JUMP_RAD
from opensim_pelvis.calibration.slips.steps import find_steps, leave_out
from opensim_pelvis.calibration.slips.stride_cut import cut_strides
from opensim_pelvis.calibration.slips.turned import TOO_FAR_RAD
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.rotations import from_rotation_vector, is_present, multiply
from opensim_pelvis.simulate import Disturbance, RunnerSettings, SensorSettings, Session, Truth
from opensim_pelvis.simulate import simulate_runner as simulate
from opensim_pelvis.types import AlignedRecording, SensorStep
from opensim_pelvis.types.segments import BODIES
from tests.simulated import align
from tests.virtual_sensors import slip

AT_S = 15.0
TIME_S = 1.5  # two strides
SIZE_DEG = 1.0


@pytest.fixture(scope="module")
def truth() -> Truth:
    return simulate(RunnerSettings(), Session(duration_s=26.0, still_s=2.0))


@pytest.fixture(scope="module")
def sound(truth: Truth) -> AlignedRecording:
    return align(truth)


def axes_of(aligned: AlignedRecording, sensor: int) -> tuple[FloatArray, FloatArray]:
    """Return up, and a horizontal axis, in a sensor's mean frame beside the step."""
    rows = (aligned.time_s > AT_S - 7.0) & (aligned.time_s < AT_S)
    assert aligned.acceleration_mps2 is not None
    up = aligned.acceleration_mps2[rows, sensor].mean(axis=0)
    up /= np.linalg.norm(up)
    level = np.cross(up, [0.3, -0.7, 0.6])
    return up, level / np.linalg.norm(level)


def jump(aligned: AlignedRecording, sensor: int, degrees: float, at_s: float) -> AlignedRecording:
    """Return a recording in which one orientation turns about the vertical at once."""
    R_ES = aligned.R_ES.copy()
    turn = from_rotation_vector(np.array([0.0, 0.0, np.deg2rad(degrees)]))
    after = aligned.time_s > at_s
    R_ES[after, sensor] = multiply(turn, R_ES[after, sensor])
    return replace(aligned, R_ES=R_ES)


def steps_of(aligned: AlignedRecording) -> tuple[tuple[SensorStep, ...], float]:
    return find_steps(aligned, cut_strides(aligned))


def without_signals(aligned: AlignedRecording) -> AlignedRecording:
    return replace(aligned, acceleration_mps2=None, angular_velocity_radps=None)


def test_strides_are_cut_at_one_phase_whatever_the_mounting(
    truth: Truth, sound: AlignedRecording
) -> None:
    strides = cut_strides(sound)
    steady = strides.start_s > 4.0
    length_s = (strides.end_s - strides.start_s)[steady]
    assert np.abs(length_s * truth.runner.stride_hz - 1.0).max() < 0.05
    moved = slip(sound, 2, np.array([0.0, 2.0, 0.0]), AT_S)
    np.testing.assert_allclose(cut_strides(moved).start_s, strides.start_s, atol=0.02)


def test_a_sound_run_shows_no_step(sound: AlignedRecording) -> None:
    steps, checked = steps_of(sound)
    assert steps == ()
    assert checked == 1.0
    assert steps_of(without_signals(sound))[0] == ()


@pytest.mark.parametrize("sensor", [0, 1, 2, 5, 6])
@pytest.mark.parametrize("degrees", [-12.0, 40.0, 100.0])
@pytest.mark.parametrize("level", [False, True])
def test_size_axis_sign_time_and_sensor_of_a_slip(
    sound: AlignedRecording, sensor: int, degrees: float, level: bool
) -> None:
    up, sideways = axes_of(sound, sensor)
    turn = np.deg2rad(degrees) * (sideways if level else up)
    (step,) = steps_of(slip(sound, sensor, turn, AT_S))[0]
    assert (step.kind, step.body) == ("moved", BODIES[sensor])
    assert step.from_s <= AT_S <= step.to_s
    assert abs(step.time_s - AT_S) < TIME_S
    found = np.rad2deg([step.vertical_rad, step.horizontal_rad])
    wanted = (0.0, abs(degrees)) if level else (degrees, 0.0)
    assert np.rad2deg(step.size_rad) == pytest.approx(abs(degrees), abs=SIZE_DEG)
    assert found == pytest.approx(wanted, abs=0.05 * abs(degrees) + SIZE_DEG)


@pytest.mark.parametrize(("degrees", "found"), [(20.0, ["may have moved"]), (8.0, [])])
def test_a_sensor_that_sinks_slowly_may_have_moved(degrees: float, found: list[str]) -> None:
    long = align(simulate(RunnerSettings(), Session(duration_s=50.0, still_s=2.0)))
    _, sideways = axes_of(long, 0)
    steps = steps_of(slip(long, 0, np.deg2rad(degrees) * sideways, 13.0, 30.0))[0]
    assert [step.kind for step in steps] == found
    assert {step.body for step in steps} <= {"pelvis"}


def test_orientations_alone_tell_a_slip(sound: AlignedRecording) -> None:
    up, _ = axes_of(sound, 2)
    moved = slip(without_signals(sound), 2, np.deg2rad(30.0) * up, AT_S)
    (step,) = steps_of(moved)[0]
    assert (step.kind, step.body) == ("moved", "femur_r")
    assert np.rad2deg(step.vertical_rad) == pytest.approx(30.0, abs=3.0)


@pytest.mark.parametrize(("degrees", "kind"), [(8.0, "movement changed"), (40.0, "moved")])
def test_several_that_turn_at_once_are_a_change_of_movement_unless_nobody_can(
    sound: AlignedRecording, degrees: float, kind: str
) -> None:
    assert (np.deg2rad(degrees) > TOO_FAR_RAD) == (kind == "moved")
    moved = sound
    for sensor in (0, 1, 3):
        moved = slip(moved, sensor, np.deg2rad(degrees) * axes_of(sound, sensor)[1], AT_S)
    steps = steps_of(moved)[0]
    assert [step.kind for step in steps] == [kind] * 3


@pytest.mark.parametrize("sensor", [0, 1, 5])
@pytest.mark.parametrize("signals", [True, False])
@pytest.mark.parametrize("at_s", [1.2, AT_S])  # standing, and running
def test_a_heading_that_jumps_is_blamed_on_its_sensor(
    sound: AlignedRecording, sensor: int, signals: bool, at_s: float
) -> None:
    recording = sound if signals else without_signals(sound)
    (step,) = steps_of(jump(recording, sensor, -42.0, at_s))[0]
    assert (step.kind, step.body) == ("heading jump", BODIES[sensor])
    assert np.rad2deg(step.vertical_rad) == pytest.approx(-42.0, abs=3.0)
    assert step.time_s == pytest.approx(at_s, abs=0.1)


def test_a_small_jump_is_told_where_a_gyroscope_shows_it(sound: AlignedRecording) -> None:
    above, below = (np.rad2deg(JUMP_RAD) + off for off in (1.0, -1.0))
    assert len(steps_of(jump(sound, 0, above, AT_S))[0]) == 1
    assert steps_of(jump(sound, 0, below, AT_S))[0] == ()


def test_a_heading_that_starts_anew_after_a_hole_is_told(sound: AlignedRecording) -> None:
    R_ES = jump(sound, 0, 70.0, AT_S).R_ES
    R_ES[(sound.time_s > AT_S - 1.0) & (sound.time_s < AT_S + 1.0), 0] = np.nan
    (step,) = steps_of(replace(sound, R_ES=R_ES))[0]
    assert (step.kind, step.body) == ("heading jump", "pelvis")
    assert np.rad2deg(step.vertical_rad) == pytest.approx(70.0, abs=3.0)


@pytest.mark.parametrize(("window_s", "before"), [((0.0, 1.5), True), ((20.0, 21.0), False)])
def test_the_part_with_the_pose_is_kept(
    sound: AlignedRecording, window_s: tuple[float, float], before: bool
) -> None:
    jumped = jump(sound, 1, 60.0, AT_S)
    kept, (step,) = leave_out(jumped, steps_of(jumped)[0], window_s)
    there = is_present(kept.R_ES[:, 1])
    assert there[sound.time_s < AT_S - 0.1].all() == before
    assert there[sound.time_s > AT_S + 0.1].all() != before
    assert step.left_out_s == pytest.approx(AT_S if not before else 26.0 - AT_S, abs=0.1)
    others = [0, *range(2, len(BODIES))]
    np.testing.assert_array_equal(kept.R_ES[:, others], jumped.R_ES[:, others])


def test_a_base_that_drifts_is_blamed_and_not_the_seven_others(truth: Truth) -> None:
    turned = Disturbance(body="pelvis", start_s=14.5, angle_rad=np.deg2rad(42.0), rise_s=5.0)
    aligned = align(truth, SensorSettings(disturbances=(turned,)))
    pose = average_pose(aligned, window_s=(0.0, 1.5), source="given", max_spread_rad=0.03)
    drift = find_drift(aligned, pose, base=0, surface=None).drift_rad
    assert drift is not None
    np.testing.assert_array_equal(drift[:, 1:], 0.0)
    assert np.rad2deg(drift[-1, 0]) == pytest.approx(42.0, abs=1.0)


def test_a_sensor_that_ends_has_no_drift_beyond(sound: AlignedRecording) -> None:
    R_ES = sound.R_ES.copy()
    R_ES[sound.time_s > AT_S, 0] = np.nan
    pose = average_pose(sound, window_s=(0.0, 1.5), source="given", max_spread_rad=0.03)
    drift = find_drift(replace(sound, R_ES=R_ES), pose, base=0, surface="treadmill").drift_rad
    assert drift is None
