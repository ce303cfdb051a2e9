"""Drift of headings through cyclic motion, and the angles that come of it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from opensim_pelvis import pipeline
from opensim_pelvis.calibration.heading import find_heading
from opensim_pelvis.calibration.heading.cycles import find_cyclic
from opensim_pelvis.calibration.placement import average_pose
from opensim_pelvis.config.settings import (
    ActivitySettings,
    CalibrationSettings,
    Surface,
)
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.simulate import (
    SENSOR_MAP,
    Disturbance,
    SensorSettings,
    Session,
    Truth,
    Turn,
    simulate_runner,
    simulate_sensors,
)
from opensim_pelvis.simulate.demo import demo_sensors, demo_truth
from opensim_pelvis.types import AlignedRecording, Heading, Result
from opensim_pelvis.types.segments import BODIES
from tests.benchmarks.drift import (
    TRUNK,
    WHOLE_BODY,
    Person,
    correct,
    cut,
    drifted,
    people,
    trunk_turned,
    turned,
)
from tests.notices import codes
from tests.simulated import align

ROM_DEG = 0.5  # the issue's own figure
TURN_DEG = 0.5  # the issue's own figure
STATED = CalibrationSettings(window_s=(0.0, 1.5), heading_axis="-z")
DRIFT_DEG_PER_MIN = dict(zip(BODIES, (2.0, -2.0, 1.5, -1.0, 0.5, 2.0, -2.0, -1.5), strict=True))


def drifting(length_s: float) -> SensorSettings:
    """Return sensors that drift, two of them near iron for a while."""
    return SensorSettings(
        heading_rad=0.4,
        heading_drift_radps={b: np.deg2rad(d) / 60.0 for b, d in DRIFT_DEG_PER_MIN.items()},
        disturbances=(
            Disturbance(
                body="torso",
                start_s=0.4 * length_s,
                angle_rad=np.deg2rad(20.0),
                rise_s=10.0,
                length_s=40.0,
            ),
            Disturbance(body="pelvis", start_s=0.7 * length_s, angle_rad=np.deg2rad(-15.0)),
        ),
    )


def heading_of(truth: Truth, sensors: SensorSettings, surface: Surface) -> Heading:
    aligned = align(truth, sensors)
    pose = average_pose(aligned, window_s=(0.0, 1.5), source="given", max_spread_rad=0.03)
    return find_heading(aligned, pose, STATED, surface=surface)


def solve(truth: Truth, sensors: SensorSettings, surface: Surface, drift: str = "auto") -> Result:
    bodies = ("pelvis", "torso")
    return pipeline.run(
        simulate_sensors(truth, sensors, bodies),
        sensors={name: body for name, body in SENSOR_MAP.items() if body in bodies},
        calibration=CalibrationSettings(window_s=(0.0, 1.5), heading_axis="-z", drift=drift),  # type: ignore[arg-type]
        activity=ActivitySettings(surface=surface),
    )


def ranges_by_minute(time_s: FloatArray, angle_deg: FloatArray) -> FloatArray:
    """Peak to peak within each minute of steady running."""
    minutes = np.arange(int(time_s[-1] / 60.0 + 0.5))
    steady = time_s > 4.0
    return np.array([np.ptp(angle_deg[steady & (time_s // 60.0 == m)]) for m in minutes])


@pytest.mark.slow
def test_half_an_hour_on_a_treadmill_keeps_its_ranges_in_every_minute() -> None:
    truth = simulate_runner(session=Session(duration_s=1800.0, rate_hz=50.0))
    result = solve(truth, drifting(1800.0), "treadmill")
    for name in ("pelvic_axial_rotation", "trunk_axial_rotation"):
        found = ranges_by_minute(truth.time_s, result.angles[name].to_numpy())
        true = ranges_by_minute(truth.time_s, np.rad2deg(truth.angles[name]))
        assert found.size == 30
        assert np.abs(found - true).max() < ROM_DEG, name
    assert "heading.drift_removed" in codes(result.notes)


@pytest.mark.parametrize("drift", ["auto", "none"])
def test_three_minutes_with_and_without_the_correction(drift: str) -> None:
    truth = simulate_runner(session=Session(duration_s=180.0, rate_hz=50.0))
    result = solve(truth, drifting(180.0), "treadmill", drift)
    worst = 0.0
    for name in ("pelvic_axial_rotation", "trunk_axial_rotation"):
        found = ranges_by_minute(truth.time_s, result.angles[name].to_numpy())
        true = ranges_by_minute(truth.time_s, np.rad2deg(truth.angles[name]))
        worst = max(worst, float(np.abs(found - true).max()))
    assert (worst < ROM_DEG) == (drift == "auto")


def test_true_turns_on_a_track_stay_and_drift_against_the_pelvis_goes() -> None:
    bends = tuple(
        Turn(start_s=start, duration_s=25.0, angle_rad=np.pi) for start in (20.0, 65.0, 110.0)
    )
    session = Session(duration_s=150.0, rate_hz=50.0, surface="overground", turns=bends)
    truth = simulate_runner(session=session)
    drift = {"torso": np.deg2rad(2.0) / 60.0, "femur_r": np.deg2rad(-2.0) / 60.0}
    sensors = SensorSettings(heading_drift_radps=drift)
    heading = heading_of(truth, sensors, "overground")
    assert heading.drift_rad is not None
    np.testing.assert_array_equal(heading.drift_rad[:, 0], 0.0)
    for body, rate in drift.items():
        off = heading.drift_rad[:, BODIES.index(body)] - rate * truth.time_s
        assert np.rad2deg(np.abs(off).max()) < TURN_DEG

    result = solve(truth, sensors, "overground")
    true = np.rad2deg(truth.travel_rad)
    for row, body in enumerate(("pelvis", "torso")):
        R_GB = result.kinematics.R_GB[:, row]
        turned = turn_of(R_GB)
        assert result.kinematics.bodies[row] == body
        straight = (truth.time_s > 140.0) & (truth.time_s < 148.0)
        before = (truth.time_s > 8.0) & (truth.time_s < 18.0)
        gone = turned[straight].mean() - turned[before].mean()
        assert gone == pytest.approx(true[straight].mean() - true[before].mean(), abs=TURN_DEG)


def turn_of(R_GB: FloatArray) -> FloatArray:
    from opensim_pelvis.kinematics.angle_definitions import baker_angles

    return np.rad2deg(baker_angles(R_GB)[:, 0])


def test_clean_sensors_are_left_exactly_as_they_are() -> None:
    bend = Turn(start_s=20.0, duration_s=10.0, angle_rad=2.0)
    session = Session(duration_s=60.0, rate_hz=50.0, surface="overground", turns=(bend,))
    heading = heading_of(simulate_runner(session=session), SensorSettings(), "overground")
    assert heading.drift_rad is None
    assert heading.drift_description.code == "drift.small"
    assert "heading.drift_removed" not in [note.code for note in heading.notes]


def test_a_recording_without_cyclic_motion_is_not_corrected_and_says_so() -> None:
    session = Session(duration_s=40.0, rate_hz=50.0, still_s=35.0)
    truth = simulate_runner(session=session)
    aligned = align(truth, drifting(40.0))
    cyclic = find_cyclic(aligned, truth.time_s)
    assert not cyclic[truth.time_s < 34.0].any()
    heading = heading_of(truth, drifting(40.0), "treadmill")
    assert heading.drift_rad is None
    assert heading.drift_description.code == "drift.too_short"
    assert heading.drift_description.values["needed_s"] == 10.0


def test_drift_is_zero_in_a_pose_at_the_end_too() -> None:
    truth = simulate_runner(session=Session(duration_s=60.0, rate_hz=50.0))
    rate: Mapping[str, float] = {"torso": np.deg2rad(6.0) / 60.0}
    aligned = align(truth, SensorSettings(heading_drift_radps=rate))
    backward = aligned.R_ES[::-1].copy()  # as if the subject stood at the end
    from tests.simulated import only_orientations

    reverse = only_orientations(aligned, backward)
    end = float(reverse.time_s[-1])
    pose = average_pose(reverse, window_s=(end - 1.5, end), source="given", max_spread_rad=0.03)
    heading = find_heading(reverse, pose, STATED, surface="treadmill")
    assert heading.drift_rad is not None
    torso = np.rad2deg(heading.drift_rad[:, 1])
    assert abs(torso[-60:].mean()) < 0.5
    # 6 degrees/min, over the 58.5 s from the pose to the middle of those four
    assert torso[:200].mean() == pytest.approx(-6.0 / 60.0 * -(end - 0.75 - 2.0), abs=0.2)


@pytest.fixture(scope="module")
def person() -> Person:
    """Someone drawn at random, with strides that vary and skin that moves; no drift."""
    return next(people(1, 120.0))


def taken_of(person: Person, aligned: AlignedRecording, surface: Surface) -> FloatArray:
    return correct(aligned, person.pose, surface)


@pytest.mark.parametrize("surface", ["treadmill", "overground"])
def test_strides_that_vary_are_no_drift(person: Person, surface: Surface) -> None:
    for length_s in (20.0, 60.0, 120.0):
        assert not taken_of(person, cut(person.aligned, length_s), surface).any()


@pytest.mark.parametrize("name", list(WHOLE_BODY) + list(TRUNK))
def test_true_turns_are_left(person: Person, name: str) -> None:
    jet = (WHOLE_BODY | TRUNK)[name](person.aligned.time_s, 120.0)  # type: ignore[operator]
    if name in TRUNK:
        turning = trunk_turned(person.truth, person.worn, person.aligned, jet)
    else:
        turning = turned(person.aligned, jet)
    assert not taken_of(person, turning, "overground").any()


@pytest.mark.parametrize("body", ["pelvis", "femur_r", "tibia_r", "calcn_r"])
@pytest.mark.parametrize("surface", ["treadmill", "overground"])
def test_two_degrees_a_minute_of_one_sensor_go(person: Person, body: str, surface: Surface) -> None:
    rates = 2.0 * (np.array(BODIES) == body)
    put_in = (person.aligned.time_s[:, None] - person.pose.middle_s) / 60.0 * rates
    taken = taken_of(person, drifted(person.aligned, put_in), surface)
    assert np.abs(taken - put_in)[person.aligned.time_s > 2.0].max() < ROM_DEG


def test_the_demonstration_keeps_its_headings() -> None:
    """Its sensors wander by half a degree in 30 s: less than the runner."""
    heading = find_heading(
        aligned := align(demo_truth(), demo_sensors()),
        average_pose(aligned, window_s=(0.0, 1.5), source="given", max_spread_rad=0.05),
        STATED,
        surface="treadmill",
    )
    assert heading.drift_rad is None
    errors = [np.rad2deg(row.drift_sigma_rad) for row in heading.sensors]
    assert 0.1 < min(errors) < max(errors) < 3.0
    for row in heading.sensors:
        assert row.sigma_rad >= row.drift_sigma_rad
