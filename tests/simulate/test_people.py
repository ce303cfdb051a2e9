"""Drawn people: measured curves, phases, forces, skin; all signals stay exact derivatives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from opensim_pelvis.config.settings import BODIES
from opensim_pelvis.errors import SettingsError
from opensim_pelvis.frames import GRAVITY_MPS2
from opensim_pelvis.rotations import (
    angle_between,
    angular_velocity,
    from_rotation_vector,
    inverse,
    multiply,
    rotate,
)
from opensim_pelvis.simulate import (
    Ring,
    RunnerSettings,
    SensorSettings,
    Session,
    SoftTissue,
    StrideVariation,
    Style,
    draw_runner,
    draw_sensors,
    draw_session,
    draw_soft_tissue,
    simulate_runner,
    simulate_sensors,
)
from opensim_pelvis.simulate.draw_style import curve_range
from opensim_pelvis.simulate.gait_style import LEG_CURVES
from opensim_pelvis.simulate.ground_forces import foot_force, height_part
from opensim_pelvis.simulate.harmonics import Harmonics
from opensim_pelvis.simulate.measured_curves import measured_gaits, measured_variation
from opensim_pelvis.simulate.soft_tissue import on_skin, ring_jet

ALIKE = StrideVariation(duration=0.0, step=0.0, curves=0.0)
PHASES = np.arange(4000) / 4000.0
GAITS = ["running", "walking"]


@pytest.fixture(scope="module", params=GAITS)
def people(request):
    """Twelve people of one gait."""
    return [draw_runner(np.random.default_rng(seed), request.param) for seed in range(12)]


def first_harmonics(runner, body, axis):
    """Return the coefficient at stride frequency of a body's rate, over whole strides."""
    session = Session(duration_s=12.0, rate_hz=200.0)
    truth = simulate_runner(replace(runner, variation=ALIKE), session)
    strikes = [e.time_s for e in truth.events if (e.label[0], e.context) == ("i", "Right")]
    at = strikes[0] + (strikes[4] - strikes[0]) * np.arange(1024) / 1024
    rate = np.interp(at, truth.time_s, truth.motions[body].angular_velocity_b_radps[:, axis])
    return np.fft.rfft(rate)[4]


@pytest.mark.parametrize("gait", GAITS)
def test_measured_gaits_have_sources_and_every_leg_curve(gait):
    gaits = measured_gaits(gait)
    assert len(gaits) >= 3
    for one in gaits:
        assert len(one.source) > 20
        assert (one.duty_factor < 0.5) == (gait == "running")
        assert set(LEG_CURVES) <= set(one.curves)
    assert any("trunk_axial_rotation" in one.curves for one in gaits)
    assert set(LEG_CURVES) <= set(measured_variation())


def test_another_duty_factor_keeps_contact_and_moves_toe_off():
    one = measured_gaits("running")[0]
    for duty in (0.28, 0.42):
        curves = one.at_duty(duty)
        knee, measured = curves["knee_angle"], one.curves["knee_angle"]
        assert abs(knee.at(np.zeros(1)) - measured.at(np.zeros(1))) < 1.0
        here, there = knee.at(np.array([duty])), measured.at(np.array([one.duty_factor]))
        assert abs(here - there) < 1.0
    same = one.at_duty(one.duty_factor)
    for name, curve in one.curves.items():
        np.testing.assert_allclose(same[name].at(PHASES), curve.at(PHASES), atol=1e-6)


def test_people_differ_within_what_is_stated(people):
    gait = people[0].gait
    for runner in people:
        low, high = (150.0, 210.0) if gait == "running" else (90.0, 130.0)
        assert low <= runner.cadence_spm <= high
        assert (runner.duty_factor < 0.5) == (gait == "running")
        curve = runner.style.trunk["pelvic_axial_rotation"]
        assert abs(curve_range(curve) - runner.pelvic_rotation_range_deg) < 1e-9
    rotation = np.array([r.pelvic_rotation_range_deg for r in people])
    assert np.ptp(rotation) > 3.0


def test_the_same_seed_draws_the_same_person_and_another_another():
    first, again, other = (draw_runner(np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert first.speed_mps == again.speed_mps != other.speed_mps
    a, b = (r.style.legs["l"]["knee_angle"].coefficients for r in (first, again))
    np.testing.assert_array_equal(a, b)
    session = draw_session(np.random.default_rng(1), duration_s=4.0)
    recordings = [
        simulate_sensors(
            simulate_runner(r, session), draw_sensors(np.random.default_rng(2), r), ("tibia_l",)
        )
        for r in (first, again, other)
    ]
    values = [r.sensors[0].acceleration_mps2 for r in recordings]
    np.testing.assert_array_equal(values[0], values[1])
    assert np.abs(values[0] - values[2]).max() > 1.0


def test_runners_phases_are_those_of_people():
    """Against the right shank's swing, degrees: figures of people, and the room of a mixture."""
    found = {"yaw": [], "roll": [], "thigh": [], "other": []}
    for seed in range(8):
        runner = draw_runner(np.random.default_rng(seed))
        shank = first_harmonics(runner, "tibia_r", 2)
        for name, body, axis in (
            ("yaw", "torso", 1), ("roll", "torso", 0), ("thigh", "femur_r", 2),
            ("other", "tibia_l", 2),
        ):  # fmt: skip
            c = first_harmonics(runner, body, axis)
            found[name].append(np.rad2deg(np.angle(c / shank)))
    assert min(found["yaw"]) > -175.0
    assert max(found["yaw"]) < -110.0
    assert min(found["roll"]) > -100.0
    assert max(found["roll"]) < -20.0
    assert 40.0 < np.mean(found["thigh"]) < 75.0
    assert (np.abs(found["other"]) > 165.0).all()


def test_walkers_have_two_feet_on_the_ground_after_each_contact():
    runner = draw_runner(np.random.default_rng(2), "walking")
    truth = simulate_runner(runner, Session(duration_s=12.0))
    right = [e.time_s for e in truth.events if (e.label, e.context) == ("initial contact", "Right")]
    left_off = np.array(
        [e.time_s for e in truth.events if (e.label[0], e.context) == ("t", "Left")]
    )
    double = [(left_off[left_off > t][0] - t) * runner.stride_hz for t in right[:-1]]
    np.testing.assert_allclose(double, runner.duty_factor - 0.5, atol=0.02)


def test_force_under_the_feet_carries_the_body():
    for duty, dip in ((0.3, -0.1), (0.4, 0.0), (0.62, 0.25)):
        force = foot_force(PHASES, duty, dip)
        assert abs(force.mean() - 0.5) < 1e-3
        assert (force[duty < PHASES] == 0.0).all()
        assert force[(PHASES > 0.01) & (duty - 0.01 > PHASES)].min() > 0.0


def test_a_runner_falls_freely_in_flight():
    runner = replace(draw_runner(np.random.default_rng(1)), variation=ALIKE)
    style = replace(runner.style, force_asymmetry=0.0)
    truth = simulate_runner(replace(runner, style=style), Session(duration_s=8.0))
    step = np.mod(truth.course.phase()[0], 0.5)
    middle = 0.5 * (0.5 + runner.duty_factor)
    flying = (np.abs(step - middle) < 0.25 * (0.5 - runner.duty_factor)) & (truth.time_s > 4.0)
    vertical = truth.motions["pelvis"].acceleration_g_mps2[flying, 1] / GRAVITY_MPS2
    # a series of 12 harmonics ripples by some per cent where the force has a corner
    np.testing.assert_allclose(vertical, -1.0, atol=0.1)
    part = height_part(0.35, 0.0, 1.4)
    rise = part.at(PHASES) + part.shifted(0.5).at(PHASES)
    assert 0.06 < np.ptp(rise) < 0.1


def test_on_the_treadmill_the_pelvis_is_braked_and_driven():
    runner = draw_runner(np.random.default_rng(1))
    pelvis = simulate_runner(runner, Session(duration_s=8.0)).motions["pelvis"]
    late = pelvis.acceleration_g_mps2[500:]
    assert late[:, 0].std() > 0.5
    assert late[:, 2].std() > 0.1


@pytest.mark.parametrize("frequency_hz", [6.0, 20.0])
def test_a_ring_begins_smoothly_and_is_its_own_derivative(frequency_hz):
    t = np.arange(-0.02, 0.4, 1e-5)
    value, first, second = ring_jet(t, frequency_hz, 0.012)
    for jet in (value, first, second):
        assert (jet[t < 0.0] == 0.0).all()
    assert np.abs(np.diff(second)).max() < 0.02 * np.abs(second).max()
    np.testing.assert_allclose(
        np.gradient(value, t)[1:-1], first[1:-1], atol=1e-3 * np.abs(first).max()
    )
    np.testing.assert_allclose(
        np.gradient(first, t)[1:-1], second[1:-1], atol=1e-3 * np.abs(second).max()
    )


def test_sizes_of_rings_are_as_stated():
    truth = simulate_runner(session=Session(duration_s=8.0, rate_hz=1000.0))
    bone, still = truth.motions["tibia_r"], Harmonics(np.array([0.0, 0.0]))
    struck = SoftTissue(impact=Ring(size=(0, 30, 0), frequency_hz=20.0, decay_s=0.01, scatter=0.0))
    moved = on_skin(bone, struck, truth.course, "tibia_r", 0)
    extra = rotate(inverse(bone.R_GB), moved.acceleration_g_mps2 - bone.acceleration_g_mps2)
    assert 28.0 < np.abs(extra[truth.steady, 1]).max() < 40.0  # turning adds to what was stated
    rung = SoftTissue(
        following=(still, still, Harmonics(np.array([0.0, 2.0]))),
        ringing=Ring(size=(0, 1.5, 0), frequency_hz=10.0, decay_s=0.025, scatter=0.0),
    )
    turned = on_skin(bone, rung, truth.course, "tibia_r", 0)
    off = np.rad2deg(angle_between(bone.R_GB, turned.R_GB))[truth.steady]
    assert 2.0 < off.max() < 3.6
    before = truth.time_s < truth.session.still_s
    assert angle_between(bone.R_GB, turned.R_GB)[before].max() < 1e-6


@pytest.mark.parametrize("body", ["pelvis", "femur_r", "tibia_l", "calcn_r"])
def test_sensors_on_skin_feel_what_they_do(body):
    """Rates and accelerations of skin against differences at 2 kHz."""
    rng = np.random.default_rng(7)
    runner = draw_runner(rng)
    truth = simulate_runner(
        runner, Session(duration_s=3.0, rate_hz=2000.0, still_s=0.5, ramp_s=0.5)
    )
    skin = on_skin(truth.motions[body], draw_soft_tissue(rng, runner)[body], truth.course, body, 1)
    omega = rotate(inverse(skin.R_GB), angular_velocity(skin.R_GB, 2000.0))[1:-1]
    np.testing.assert_allclose(omega, skin.angular_velocity_b_radps[1:-1], atol=0.02)
    p = skin.p_GB_m
    second = (p[2:] - 2.0 * p[1:-1] + p[:-2]) * 4e6
    # 60 m/s^2 at 20 Hz and a smooth onset of a hundredth of a second
    np.testing.assert_allclose(second, skin.acceleration_g_mps2[1:-1], atol=0.6)


def test_a_drawn_sensors_gyroscope_integrates_to_its_orientation():
    rng = np.random.default_rng(11)
    runner = draw_runner(rng)
    session = replace(draw_session(rng, duration_s=5.0, rate_hz=400.0), still_s=1.0)
    drawn = draw_sensors(rng, runner)
    clean = SensorSettings(mountings=drawn.mountings, soft_tissue=drawn.soft_tissue)
    sensor = simulate_sensors(simulate_runner(runner, session), clean, ("tibia_r",)).sensors[0]
    rate = sensor.angular_velocity_radps
    q = sensor.R_ES[0]
    for turn in (rate[:-1] + rate[1:]) / (2 * 400.0):
        q = multiply(q, from_rotation_vector(turn))
    assert np.rad2deg(angle_between(q, sensor.R_ES[-1])) < 1.0


def test_impacts_are_as_strong_as_on_people():
    """ln(rms above 12 Hz / rms below) of acceleration is -0.1 to -2.0 on people."""
    from scipy.signal import butter, sosfiltfilt

    high = butter(4, 12.0, "high", fs=100.0, output="sos")
    for seed in range(4):
        rng = np.random.default_rng(seed)
        runner = draw_runner(rng)
        truth = simulate_runner(runner, draw_session(rng, duration_s=12.0))
        sensors = draw_sensors(rng, runner)
        for sensor in simulate_sensors(truth, replace(sensors, gaps=())).sensors:
            a = sensor.acceleration_mps2[truth.steady]
            a = a - a.mean(axis=0)
            fast = sosfiltfilt(high, a, axis=0)
            share = 0.5 * np.log((fast**2).sum() / ((a - fast) ** 2).sum())
            assert -2.2 < share < 0.1


def test_nothing_shakes_without_tissue():
    runner = draw_runner(np.random.default_rng(1))
    assert draw_soft_tissue(np.random.default_rng(1), runner, 0.0) == {}
    assert draw_soft_tissue(np.random.default_rng(1), RunnerSettings()) == {}
    assert set(draw_soft_tissue(np.random.default_rng(1), runner)) == set(BODIES)


def test_incomplete_styles_are_refused():
    style = draw_runner(np.random.default_rng(1)).style
    with pytest.raises(SettingsError, match="leg l"):
        Style(trunk=style.trunk, legs={"r": style.legs["r"]}, path=style.path)
    with pytest.raises(SettingsError, match="walking needs a style"):
        RunnerSettings(gait="walking", duty_factor=0.6)
    with pytest.raises(SettingsError, match="decay_s"):
        Ring(size=(0, 0, 0), frequency_hz=10.0, decay_s=0.0)
