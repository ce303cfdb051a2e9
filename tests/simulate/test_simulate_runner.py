"""The simulated runner in closed form: ranges, phases, symmetry, frames, derivatives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opensim_pelvis.errors import SettingsError
from opensim_pelvis.kinematics.anthropometry.sizes import joint_geometry
from opensim_pelvis.rotations import (
    angle_between,
    angular_velocity,
    from_euler,
    inverse,
    multiply,
    rotate,
)
from opensim_pelvis.simulate import RunnerSettings, Session, Turn, simulate_runner, typical_runner
from opensim_pelvis.simulate.angle_curves import leg_curves, trunk_curves
from opensim_pelvis.simulate.harmonics import Harmonics, product, smooth_step

EXACT = 1e-9  # closed form: only rounding of sums of a few terms
DEGREE = 1e-9  # ranges in degrees; a grid that meets the extremes leaves rounding alone
DIFFERENCE = 5e-3  # m/s^2: second differences at 1 kHz miss f'''' h^2 / 12, and round at 1e-16/h^2
RATE_DIFFERENCE = 1.5e-3  # rad/s: central differences at 1 kHz miss f''' h^2 / 6

# extremes of every curve lie on multiples of 0.0001 of the stride with this duty factor
PHASES = np.arange(10_000) / 10_000.0
RANGES = {
    "pelvic_axial_rotation": "pelvic_rotation_range_deg",
    "pelvic_obliquity": "pelvic_obliquity_range_deg",
    "pelvic_anterior_tilt": "pelvic_tilt_range_deg",
    "trunk_lateral_lean": "trunk_lean_range_deg",
    "trunk_forward_lean": "trunk_forward_lean_range_deg",
}


@pytest.fixture(scope="module")
def fast():
    """Six seconds at 1 kHz over ground, with a turn."""
    turn = Turn(start_s=3.0, duration_s=2.0, angle_rad=np.pi)
    session = Session(
        duration_s=6.0, rate_hz=1000.0, still_s=0.5, ramp_s=1.0, surface="overground", turns=(turn,)
    )
    return simulate_runner(session=session)


@pytest.mark.parametrize(("curve", "parameter"), RANGES.items())
@pytest.mark.parametrize("sex", ["female", "male"])
def test_ranges_equal_the_parameters(curve, parameter, sex):
    runner = typical_runner(sex)
    assert abs(np.ptp(trunk_curves(runner)[curve].at(PHASES)) - getattr(runner, parameter)) < DEGREE


def test_means_and_timing_of_pelvis_and_trunk():
    curves = trunk_curves(RunnerSettings())
    assert PHASES[np.argmax(curves["pelvic_axial_rotation"].at(PHASES))] == 0.9
    assert PHASES[np.argmax(curves["pelvic_obliquity"].at(PHASES))] == 0.17  # mid-stance
    assert abs(curves["pelvic_anterior_tilt"].at(PHASES).mean() - 8.0) < DEGREE
    assert abs(curves["trunk_forward_lean"].at(PHASES).mean() - 7.2) < DEGREE


@given(lag_deg=st.floats(0.0, 359.0))
def test_trunk_follows_the_pelvis_by_its_lag(lag_deg):
    curves = trunk_curves(RunnerSettings(trunk_rotation_lag_deg=lag_deg))
    fundamental = [curves[f"{part}_axial_rotation"].coefficients[1] for part in ("pelvic", "trunk")]
    lag = -np.angle(fundamental[1] / fundamental[0])
    assert abs(np.angle(np.exp(1j * (lag - np.deg2rad(lag_deg))))) < EXACT


def test_the_legs_reach_their_extremes_and_not_more():
    runner = RunnerSettings()
    legs = leg_curves(runner, "r")
    hip, knee, ankle = (legs[n].at(PHASES) for n in ("hip_flexion", "knee_angle", "ankle_angle"))
    assert abs(hip.min() + runner.hip_extension_peak_deg) < DEGREE
    assert abs(np.ptp(hip) - runner.hip_flexion_range_deg) < DEGREE
    assert abs(knee.max() - runner.knee_flexion_swing_deg) < DEGREE
    assert abs(knee.min() - runner.knee_flexion_contact_deg) < DEGREE
    assert abs(knee[1530] - runner.knee_flexion_stance_deg) < DEGREE
    assert abs(knee[1000:3400].max() - knee[1530]) < DEGREE
    assert abs(knee[3400] - runner.knee_flexion_push_deg) < DEGREE
    assert abs(ankle.max() - runner.ankle_dorsiflexion_peak_deg) < DEGREE
    assert abs(np.ptp(ankle) - runner.ankle_flexion_range_deg) < DEGREE


@given(phase=st.floats(0.0, 1.0))
def test_left_is_right_half_a_stride_later(phase):
    runner, x = RunnerSettings(), np.array([phase])
    for name, right in leg_curves(runner, "r").items():
        left = leg_curves(runner, "l")[name]
        assert abs(left.at(x + 0.5) - right.at(x)) < EXACT * 100
    mirrored = ("pelvic_axial_rotation", "pelvic_obliquity", "trunk_axial_rotation")
    for name, curve in trunk_curves(runner).items():
        sign = -1.0 if name in (*mirrored, "trunk_lateral_lean") else 1.0
        assert abs(curve.at(x + 0.5) - sign * curve.at(x)) < EXACT * 100


def test_asymmetry_scales_the_legs_and_shifts_the_axial_rotation():
    runner = RunnerSettings(asymmetry=0.2)
    right, left = (leg_curves(runner, side)["knee_angle"].at(PHASES) for side in "rl")
    assert abs(right.max() / left.max() - 1.1 / 0.9) < EXACT
    rotation = trunk_curves(runner)["pelvic_axial_rotation"].at(PHASES)
    assert abs(rotation.mean() - 0.1 * runner.pelvic_rotation_range_deg) < DEGREE
    assert abs(np.ptp(rotation) - runner.pelvic_rotation_range_deg) < DEGREE


@pytest.mark.parametrize("side", ["r", "l"])
def test_steady_time_series_repeat_the_curves(side):
    truth = simulate_runner(session=Session(duration_s=8.0, rate_hz=172.0, still_s=0.5))
    strides = (truth.time_s - 0.5) * 172.0 / 120.0
    for name, curve in leg_curves(truth.runner, side).items():
        wanted = np.deg2rad(curve.at(strides))[truth.steady]
        np.testing.assert_allclose(
            truth.coordinates[f"{name}_{side}"][truth.steady], wanted, atol=EXACT
        )


def test_standing_is_the_default_pose():
    truth = simulate_runner(session=Session(duration_s=3.0))
    still = truth.time_s <= truth.session.still_s
    for name, values in {**truth.coordinates, **truth.angles}.items():
        assert np.abs(values[still]).max() == 0.0, name
    np.testing.assert_array_equal(truth.R_GB[still], np.tile([1.0, 0, 0, 0], (still.sum(), 8, 1)))
    assert abs(truth.p_GB_m[0, truth.bodies.index("calcn_r"), 1]) < EXACT


def test_clinical_angles_make_up_the_pelvis_and_trunk_orientation(fast):
    for part, body, signs in (
        (("axial_rotation", "obliquity", "anterior_tilt"), "pelvis", (1, -1, -1)),
        (("axial_rotation", "lateral_lean", "forward_lean"), "torso", (1, 1, -1)),
    ):
        prefix = "pelvic" if body == "pelvis" else "trunk"
        angles = np.stack(
            [s * fast.angles[f"{prefix}_{p}"] for s, p in zip(signs, part, strict=True)]
        )
        R_GT = from_euler("YXZ", np.stack([fast.travel_rad, *np.zeros((2, fast.time_s.size))], -1))
        R_GB = multiply(R_GT, from_euler("YXZ", angles.T))
        assert angle_between(R_GB, fast.motions[body].R_GB).max() < EXACT


def test_clinical_signs():
    """Right side forward, right side up, tilted forward: where the pelvis' axes point."""
    still = RunnerSettings(
        pelvic_rotation_range_deg=0.0, pelvic_obliquity_range_deg=0.0, pelvic_tilt_range_deg=0.0,
        pelvic_tilt_mean_deg=0.0, trunk_lean_range_deg=0.0, trunk_forward_lean_deg=0.0,
        trunk_forward_lean_range_deg=0.0, trunk_rotation_range_deg=0.0,
    )  # fmt: skip
    right, up, forward = np.eye(3)[2], np.eye(3)[1], np.eye(3)[0]
    cases = (
        ("pelvic_rotation_range_deg", "pelvic_axial_rotation", "pelvis", right, forward),
        ("pelvic_obliquity_range_deg", "pelvic_obliquity", "pelvis", right, up),
        ("pelvic_tilt_mean_deg", "pelvic_anterior_tilt", "pelvis", up, forward),
        ("trunk_rotation_range_deg", "trunk_axial_rotation", "torso", right, forward),
        ("trunk_lean_range_deg", "trunk_lateral_lean", "torso", up, right),
        ("trunk_forward_lean_deg", "trunk_forward_lean", "torso", up, forward),
    )
    for parameter, angle, body, axis, towards in cases:
        truth = simulate_runner(replace(still, **{parameter: 10.0}), Session(duration_s=5.0))
        pointing = rotate(truth.motions[body].R_GB, axis) @ towards
        np.testing.assert_allclose(pointing, np.sin(truth.angles[angle]), atol=EXACT)
        assert np.abs(pointing).max() > 0.05, angle


def test_coordinates_rebuild_every_body_by_opensims_joints(fast):
    """Forward kinematics written out again with SciPy's Euler angles."""
    c = fast.coordinates
    joints = {j.child: j for j in joint_geometry(height_m=fast.runner.height_m, sex="female")}

    def zxy(names, signs=(1, 1, 1)):
        return from_euler(
            "ZXY", np.stack([s * c[n] for n, s in zip(names, signs, strict=True)], -1)
        )

    def hinge(angle):
        return from_euler("ZXY", np.stack([angle, *np.zeros((2, angle.size))], -1))

    turns = {"pelvis": zxy(("pelvis_tilt", "pelvis_list", "pelvis_rotation"))}
    turns["torso"] = multiply(
        turns["pelvis"], zxy(("lumbar_extension", "lumbar_bending", "lumbar_rotation"))
    )
    for side, m in (("r", 1), ("l", -1)):
        hip = zxy([f"hip_{n}_{side}" for n in ("flexion", "adduction", "rotation")], (1, m, m))
        turns[f"femur_{side}"] = multiply(turns["pelvis"], hip)
        turns[f"tibia_{side}"] = multiply(turns[f"femur_{side}"], hinge(-c[f"knee_angle_{side}"]))
        turns[f"calcn_{side}"] = multiply(turns[f"tibia_{side}"], hinge(c[f"ankle_angle_{side}"]))
    for body, motion in fast.motions.items():
        assert angle_between(turns[body], motion.R_GB).max() < EXACT, body
        if body != "pelvis":
            joint = joints[body]
            parent = fast.motions[joint.parent]
            held = parent.p_GB_m + rotate(parent.R_GB, np.array(joint.position_parent_m))
            hung = motion.p_GB_m + rotate(motion.R_GB, np.array(joint.position_child_m))
            np.testing.assert_allclose(held, hung, atol=EXACT)


def test_velocities_and_accelerations_are_the_derivatives(fast):
    """Finite differences at 1 kHz as the slow second way."""
    for body, m in fast.motions.items():
        p = m.p_GB_m
        second = (p[2:] - 2.0 * p[1:-1] + p[:-2]) * 1e6
        np.testing.assert_allclose(
            second, m.acceleration_g_mps2[1:-1], atol=DIFFERENCE, err_msg=body
        )
        omega = rotate(inverse(m.R_GB), angular_velocity(m.R_GB, 1000.0))[1:-1]
        np.testing.assert_allclose(
            omega, m.angular_velocity_b_radps[1:-1], atol=RATE_DIFFERENCE, err_msg=body
        )


def test_a_turn_changes_heading_and_path_but_no_angle_against_the_path(fast):
    straight = simulate_runner(fast.runner, replace(fast.session, turns=()))
    assert abs(fast.travel_rad[-1] - np.pi) < EXACT
    for name, values in straight.angles.items():
        np.testing.assert_allclose(fast.angles[name], values, atol=EXACT, err_msg=name)
    end = fast.motions["pelvis"].p_GB_m
    velocity = (end[-1] - end[-2]) * 1000.0
    assert abs(velocity[0] + fast.runner.speed_mps) < EXACT * 1e3
    assert np.abs(np.diff(fast.coordinates["pelvis_rotation"])).max() < 0.02  # no jump at 180


def test_thigh_extension_is_positive_behind_the_hip(fast):
    hip, knee = fast.motions["femur_r"].p_GB_m, fast.motions["tibia_r"].p_GB_m
    before_turn = fast.time_s < 3.0
    behind = (hip - knee)[before_turn, 0]
    extension = fast.angles["thigh_extension_r"][before_turn]
    moved = np.abs(extension) > 1e-6
    assert (np.sign(behind[moved]) == np.sign(extension[moved])).all()
    assert extension.max() > 0.2


def test_events_follow_the_cadence_and_duty_factor():
    truth = simulate_runner(session=Session(duration_s=10.0))
    times = [event.time_s for event in truth.events]
    assert times == sorted(times)
    assert min(times) >= truth.steady_s[0]
    right = [e.time_s for e in truth.events if (e.label, e.context) == ("initial contact", "Right")]
    left = [e.time_s for e in truth.events if (e.label, e.context) == ("initial contact", "Left")]
    off = [e.time_s for e in truth.events if (e.label, e.context) == ("toe-off", "Right")]
    stride_s = 120.0 / 172.0
    np.testing.assert_allclose(np.diff(right), stride_s, atol=EXACT)
    assert abs((left[0] - right[0]) % stride_s - stride_s / 2) < EXACT
    assert abs((off[0] - right[0]) % stride_s - 0.34 * stride_s) < EXACT


@given(
    a=st.floats(0.05, 0.4), gap=st.floats(0.2, 0.5), low=st.floats(-50, 0), high=st.floats(1, 90)
)
def test_series_through_extremes_has_them(a, gap, low, high):
    curve = Harmonics.through_extremes((a, a + gap), (low, high), order=3)
    values, slopes, _ = curve.jet(np.array([a, a + gap]), 1.0)
    np.testing.assert_allclose(values, [low, high], atol=1e-7)  # the system is solved to 1e-9
    np.testing.assert_allclose(slopes, 0.0, atol=1e-5)


@settings(max_examples=20)
@given(start=st.floats(0.2, 0.8), length=st.floats(0.5, 3.0))
def test_jets_are_derivatives(start, length):
    t = np.linspace(0.0, 4.0, 40_001)
    wave = Harmonics.wave(peak_to_peak=2.0, peak_phase=0.1, per_stride=2).jet(t, 1.0)
    value, first, second = product(smooth_step(t, start, length), wave)
    np.testing.assert_allclose(np.gradient(value, t)[1:-1], first[1:-1], atol=1e-4)
    np.testing.assert_allclose(np.gradient(first, t)[1:-1], second[1:-1], atol=1e-2)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"cadence_spm": 0.0}, "cadence_spm must be positive"),
        ({"pelvic_rotation_range_deg": -1.0}, "pelvic_rotation_range_deg must not be negative"),
        ({"duty_factor": 0.6}, "duty_factor must lie"),
        ({"asymmetry": 1.5}, "asymmetry must lie"),
        ({"knee_flexion_stance_deg": 5.0}, "knee flexion must rise"),
    ],
)
def test_impossible_runners_are_refused(wrong, message):
    with pytest.raises(SettingsError, match=message):
        RunnerSettings(**wrong)


def test_impossible_sessions_are_refused():
    with pytest.raises(SettingsError, match="2 faults"):
        Session(rate_hz=0.0, still_s=-1.0)
