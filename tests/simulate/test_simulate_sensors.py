"""Simulated sensors: consistency of their signals, and each fault that can be put on them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opensim_pelvis.errors import SettingsError
from opensim_pelvis.frames import GRAVITY_MPS2, R_GE_NOMINAL, heading_of
from opensim_pelvis.rotations import (
    angle_between,
    from_rotation_vector,
    inverse,
    multiply,
    rotate,
    to_rotation_vector,
)
from opensim_pelvis.simulate import (
    HEADING_AXIS,
    SENSOR_MAP,
    Gap,
    SensorSettings,
    Session,
    random_mountings,
    simulate_runner,
    simulate_sensors,
    typical_mountings,
)
from opensim_pelvis.types.segments import BODIES

EXACT = 1e-12  # rounding of a chain of quaternion products
INTEGRATED_RAD = 1e-4  # required of clean signals after 10 s
INTEGRATED_WOBBLE_RAD = 1e-3  # steps of 10 ms are long for the 14 Hz of soft tissue
STATISTICAL = 0.1  # relative: a standard deviation from 3000 samples scatters by 1.3 %


@pytest.fixture(scope="module")
def truth():
    return simulate_runner(session=Session(duration_s=12.0, rate_hz=200.0))


@pytest.fixture(scope="module")
def short():
    return simulate_runner(session=Session(duration_s=4.0))


def only(recording):
    (sensor,) = recording.sensors
    return sensor


def test_orientations_are_runner_times_mounting(truth):
    mountings = random_mountings(3)
    recording = simulate_sensors(truth, SensorSettings(mountings=mountings))
    for sensor, body in zip(recording.sensors, BODIES, strict=True):
        R_GS = multiply(R_GE_NOMINAL, sensor.R_ES)
        wanted = multiply(truth.motions[body].R_GB, mountings[body])
        assert angle_between(R_GS, wanted).max() < EXACT * 1e3
    assert recording.identifiers == tuple(SENSOR_MAP)
    assert tuple(SENSOR_MAP.values()) == BODIES


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("wobble_rad", [0.0, 0.05])
def test_the_gyroscope_integrates_to_the_orientation(truth, body, wobble_rad):
    """Fourth-order Magnus steps over two samples, with Simpson's rule and its commutator."""
    clean = SensorSettings(mountings=random_mountings(1), wobble_rad=wobble_rad)
    sensor = only(simulate_sensors(truth, clean, (body,)))
    w, h = sensor.angular_velocity_radps, 2.0 / 200.0
    start, middle, end = w[:-2:2], w[1:-1:2], w[2::2]
    steps = h / 6.0 * (start + 4.0 * middle + end) + h**2 / 12.0 * np.cross(start, end)
    q = sensor.R_ES[0]
    worst = 0.0
    for k, step in enumerate(from_rotation_vector(steps), start=1):
        q = multiply(q, step)
        worst = max(worst, float(angle_between(q, sensor.R_ES[2 * k])))
    assert worst < (INTEGRATED_RAD if wobble_rad == 0.0 else INTEGRATED_WOBBLE_RAD)


@pytest.mark.parametrize("body", BODIES)
def test_at_rest_the_accelerometer_shows_gravity_upward(truth, body):
    sensor = only(simulate_sensors(truth, SensorSettings(mountings=random_mountings(2)), (body,)))
    still = truth.time_s <= truth.session.still_s
    up_e = rotate(sensor.R_ES[still], sensor.acceleration_mps2[still])
    np.testing.assert_allclose(
        up_e, np.tile([0.0, 0.0, GRAVITY_MPS2], (still.sum(), 1)), atol=1e-12
    )
    assert np.abs(sensor.angular_velocity_radps[still]).max() == 0.0


def test_the_accelerometer_follows_its_own_place():
    """Second differences of the sensor's path at 1 kHz."""
    truth = simulate_runner(session=Session(duration_s=4.0, rate_hz=1000.0, surface="overground"))
    place = np.array([0.05, -0.1, 0.2])
    sensor = only(
        simulate_sensors(truth, SensorSettings(positions_m={"tibia_r": place}), ("tibia_r",))
    )
    tibia = truth.motions["tibia_r"]
    path = tibia.p_GB_m + rotate(tibia.R_GB, place)
    wanted = (path[2:] - 2 * path[1:-1] + path[:-2]) * 1e6 + np.array([0, GRAVITY_MPS2, 0])
    felt = rotate(multiply(R_GE_NOMINAL, sensor.R_ES), sensor.acceleration_mps2)[1:-1]
    np.testing.assert_allclose(felt, wanted, atol=5e-3)  # m/s^2, error of the differences
    assert np.abs(wanted).max() > 20.0


@settings(max_examples=20)
@given(heading=st.floats(-np.pi, np.pi))
def test_turning_earth_changes_the_orientation_alone(short, heading):
    straight = only(simulate_sensors(short, SensorSettings(magnetometer=True), ("femur_l",)))
    turned = only(
        simulate_sensors(
            short, SensorSettings(magnetometer=True, heading_rad=heading), ("femur_l",)
        )
    )
    for name in ("acceleration_mps2", "angular_velocity_radps", "magnetic_field"):
        np.testing.assert_array_equal(getattr(turned, name), getattr(straight, name))
    about_up = from_rotation_vector(np.array([0.0, 0.0, heading]))
    assert angle_between(turned.R_ES, multiply(about_up, straight.R_ES)).max() < EXACT * 1e3


def test_heading_is_that_of_the_runner_in_earth(short):
    """Forward in the calibration pose, seen in E, lies at the heading from E's x axis."""
    settings_ = SensorSettings(heading_rad={"pelvis": 0.7})
    for body, heading in (("pelvis", 0.7), ("torso", 0.0)):
        sensor = only(simulate_sensors(short, settings_, (body,)))
        R_EB = multiply(sensor.R_ES[0], inverse(typical_mountings()[body]))
        forward_e = rotate(R_EB, np.array([1.0, 0.0, 0.0]))
        assert abs(np.arctan2(forward_e[1], forward_e[0]) - heading) < EXACT


def test_the_pelvis_sensor_faces_backward_and_leans_like_the_sacrum():
    z_b = rotate(typical_mountings()["pelvis"], np.array([0.0, 0.0, 1.0]))
    assert HEADING_AXIS == "-z"
    np.testing.assert_allclose(z_b, [-np.cos(np.pi / 12), np.sin(np.pi / 12), 0.0], atol=EXACT)
    assert heading_of(-z_b) == 0.0


def test_noise_has_the_stated_size(truth):
    noisy = SensorSettings(
        gyroscope_noise_radps=0.01,
        accelerometer_noise_mps2=0.1,
        orientation_noise_rad=0.02,
        magnetic_noise=0.03,
        magnetometer=True,
        seed=5,
    )
    got = only(simulate_sensors(truth, noisy, ("torso",)))
    clean = only(simulate_sensors(truth, SensorSettings(magnetometer=True), ("torso",)))
    turned = to_rotation_vector(multiply(inverse(clean.R_ES), got.R_ES))
    for noise, stated in (
        (got.angular_velocity_radps - clean.angular_velocity_radps, 0.01),
        (got.acceleration_mps2 - clean.acceleration_mps2, 0.1),
        (got.magnetic_field - clean.magnetic_field, 0.03),
        (turned, 0.02),
    ):
        assert abs(noise.std() / stated - 1.0) < STATISTICAL


def test_drift_walks_about_the_vertical_alone():
    truth = simulate_runner(session=Session(duration_s=60.0, rate_hz=20.0))
    ends = []
    for seed in range(60):
        settings_ = SensorSettings(orientation_drift_rad=0.05, seed=seed)
        drifting = only(simulate_sensors(truth, settings_, ("pelvis",)))
        clean = only(simulate_sensors(truth, SensorSettings(), ("pelvis",)))
        turn = to_rotation_vector(multiply(drifting.R_ES[-1], inverse(clean.R_ES[-1])))
        np.testing.assert_allclose(turn[:2], 0.0, atol=1e-12)
        ends.append(turn[2])
        if seed == 0:
            np.testing.assert_array_equal(drifting.acceleration_mps2, clean.acceleration_mps2)
    assert 0.035 < np.std(ends) < 0.065  # three standard errors of 60 draws


def test_seeds_reproduce_whichever_sensors_are_worn(short):
    noise = {"gyroscope_noise_radps": 0.1, "orientation_noise_rad": 0.1, "dropped_fraction": 0.1}
    first = simulate_sensors(short, SensorSettings(seed=1, **noise))
    again = only(simulate_sensors(short, SensorSettings(seed=1, **noise), ("calcn_l",)))
    other = only(simulate_sensors(short, SensorSettings(seed=2, **noise), ("calcn_l",)))
    np.testing.assert_array_equal(first.sensors[-1].R_ES, again.R_ES)
    np.testing.assert_array_equal(first.sensors[-1].counter, again.counter)
    assert again.counter.shape != other.counter.shape or (again.R_ES != other.R_ES).any()


def test_gaps_starts_ends_and_counter(short):
    faulty = SensorSettings(
        gaps=(Gap(body="torso", start_s=1.0, length_s=0.05),),
        late_start_s={"pelvis": 0.1},
        early_end_s={"torso": 0.2},
        counter_start=65530,
    )
    recording = simulate_sensors(short, faulty, ("pelvis", "torso"))
    pelvis, torso = (sensor.counter - 65530 for sensor in recording.sensors)
    np.testing.assert_array_equal(pelvis, np.arange(10, 400))
    np.testing.assert_array_equal(torso, np.delete(np.arange(380), np.arange(100, 105)))
    assert recording.start_s == -655.30


def test_dropped_packets(truth):
    settings_ = SensorSettings(dropped_fraction=0.2, seed=4)
    sensor = only(simulate_sensors(truth, settings_, ("pelvis",)))
    clean = only(simulate_sensors(truth, None, ("pelvis",)))
    assert abs(sensor.counter.size / truth.time_s.size - 0.8) < 0.03
    np.testing.assert_array_equal(sensor.R_ES, clean.R_ES[sensor.counter])


def test_a_clock_offset_of_whole_samples_shifts_the_signals(short):
    late = only(simulate_sensors(short, SensorSettings(clock_offset_s={"torso": 0.05}), ("torso",)))
    clean = only(simulate_sensors(short, None, ("torso",)))
    np.testing.assert_allclose(late.R_ES[:-5], clean.R_ES[5:], atol=1e-9)
    np.testing.assert_allclose(late.acceleration_mps2[:-5], clean.acceleration_mps2[5:], atol=1e-7)


def test_a_fast_clock_runs_away(short):
    settings_ = SensorSettings(clock_drift_ppm={"torso": 2500.0})  # one sample in 400
    drifting = only(simulate_sensors(short, settings_, ("torso",)))
    clean = only(simulate_sensors(short, None, ("torso",)))
    np.testing.assert_allclose(drifting.R_ES[0], clean.R_ES[0], atol=EXACT)
    rate = np.abs(clean.angular_velocity_radps[300:]).max()
    assert 0.0 < angle_between(drifting.R_ES, clean.R_ES)[350:].max() < 0.02 * rate


def test_saturation_cuts_the_signals(short):
    narrow = SensorSettings(gyroscope_range_radps=1.0, accelerometer_range_mps2=12.0)
    cut = only(simulate_sensors(short, narrow, ("tibia_r",)))
    clean = only(simulate_sensors(short, None, ("tibia_r",)))
    assert np.abs(clean.angular_velocity_radps).max() > 1.0
    np.testing.assert_array_equal(
        cut.angular_velocity_radps, np.clip(clean.angular_velocity_radps, -1.0, 1.0)
    )
    assert np.abs(cut.acceleration_mps2).max() == 12.0


def test_magnetic_field_is_a_unit_vector_fixed_to_the_ground(short):
    sensor = only(simulate_sensors(short, SensorSettings(magnetometer=True), ("calcn_r",)))
    field_e = rotate(sensor.R_ES, sensor.magnetic_field)
    assert np.ptp(field_e, axis=0).max() < EXACT
    assert abs(np.linalg.norm(field_e[0]) - 1.0) < EXACT
    assert only(simulate_sensors(short, None, ("calcn_r",))).magnetic_field is None


def test_random_mountings_are_seeded_and_differ():
    np.testing.assert_array_equal(random_mountings(1)["torso"], random_mountings(1)["torso"])
    assert angle_between(random_mountings(1)["torso"], random_mountings(2)["torso"]) > 1e-3


def test_unknown_bodies_are_named(short):
    with pytest.raises(SettingsError, match="no body is called 'head'"):
        SensorSettings(late_start_s={"head": 1.0})
    with pytest.raises(SettingsError, match="no body is called 'arm'"):
        simulate_sensors(short, None, ("pelvis", "arm"))
    with pytest.raises(SettingsError, match="dropped_fraction"):
        SensorSettings(dropped_fraction=1.0)


@pytest.mark.slow
def test_half_an_hour_has_all_its_samples():
    truth = simulate_runner(session=Session(duration_s=1800.0))
    recording = simulate_sensors(truth)
    assert recording.sensors[7].counter.size == 180_000
