"""Still poses that differ from the model's: what each angle reads; the run forgets them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from opensim_pelvis.errors import SettingsError
from opensim_pelvis.rotations import angular_velocity, inverse, rotate
from opensim_pelvis.simulate import SITTING, Pose, Session, simulate_runner

EXACT = 1e-9
SESSION = Session(duration_s=6.0, rate_hz=200.0)
UP = np.array([0.0, 1.0, 0.0])


def stand(pose):
    truth = simulate_runner(session=replace(SESSION, pose=pose))
    return truth, truth.time_s < SESSION.still_s


@pytest.mark.parametrize(
    ("pose", "angle", "wanted_deg"),
    [
        (Pose(forward_lean_deg=5.0), "pelvic_anterior_tilt", 5.0),
        (Pose(forward_lean_deg=5.0), "trunk_forward_lean", 5.0),
        (Pose(forward_lean_deg=5.0), "thigh_extension_r", 5.0),
        (Pose(trunk_lean_deg=7.0), "trunk_forward_lean", 7.0),
        (Pose(trunk_lean_deg=7.0), "pelvic_anterior_tilt", 0.0),
        (Pose(pelvic_tilt_deg=6.0), "pelvic_anterior_tilt", 6.0),
        (Pose(pelvic_tilt_deg=6.0), "trunk_forward_lean", 0.0),
        (Pose(pelvic_tilt_deg=6.0), "thigh_extension_l", 0.0),
        (Pose(side_lean_deg=4.0), "trunk_lateral_lean", 4.0),
        (Pose(side_lean_deg=4.0), "pelvic_obliquity", -4.0),
        (Pose(facing_deg=20.0), "pelvic_axial_rotation", 20.0),
        (Pose(facing_deg=20.0, trunk_facing_deg=3.0), "trunk_axial_rotation", 23.0),
        (SITTING, "thigh_extension_r", -90.0),
    ],
)
def test_an_angle_reads_what_the_pose_says(pose, angle, wanted_deg):
    truth, still = stand(pose)
    read = np.rad2deg(truth.angles[angle][still])
    np.testing.assert_allclose(read, wanted_deg, atol=1e-7)


def test_the_run_forgets_the_pose():
    pose = Pose(forward_lean_deg=5.0, facing_deg=20.0, knee_flexion_deg=10.0, sway_deg=1.0)
    truth, _ = stand(pose)
    plain = simulate_runner(session=SESSION)
    for name, values in plain.angles.items():
        np.testing.assert_allclose(
            truth.angles[name][truth.steady], values[truth.steady], atol=EXACT, err_msg=name
        )
    np.testing.assert_allclose(truth.p_GB_m[truth.steady], plain.p_GB_m[truth.steady], atol=EXACT)


@pytest.mark.parametrize(
    "pose", [Pose(hip_flexion_deg=15.0, knee_flexion_deg=30.0), SITTING, Pose(forward_lean_deg=6.0)]
)
def test_feet_stay_flat_and_bent_legs_stay_on_the_ground(pose):
    truth, still = stand(pose)
    for side in "rl":
        foot = truth.motions[f"calcn_{side}"]
        np.testing.assert_allclose(rotate(foot.R_GB[still], UP) @ UP, 1.0, atol=EXACT)
    if pose.forward_lean_deg == 0.0 and pose.pelvic_tilt_deg == 0.0:
        heel = truth.motions["calcn_r"].p_GB_m[still, 1]
        np.testing.assert_allclose(heel, 0.0, atol=1e-3)


def test_sway_has_its_size_and_differs_from_seed_to_seed():
    long = replace(SESSION, duration_s=120.0, still_s=115.0, rate_hz=20.0)
    found = []
    for seed in range(3):
        truth = simulate_runner(session=replace(long, pose=Pose(sway_deg=0.8, seed=seed)))
        found.append(np.rad2deg(truth.angles["trunk_forward_lean"][truth.time_s < 115.0]))
        assert abs(found[-1].std() - 0.8) < 0.08
    assert np.abs(found[0] - found[1]).max() > 0.5


def test_gyroscopes_feel_the_sway_and_the_way_into_the_run():
    truth, _ = stand(Pose(facing_deg=20.0, sway_deg=1.0, knee_flexion_deg=20.0))
    for body, m in truth.motions.items():
        omega = rotate(inverse(m.R_GB), angular_velocity(m.R_GB, 200.0))[1:-1]
        # central differences at 200 Hz miss f''' h^2 / 6
        np.testing.assert_allclose(omega, m.angular_velocity_b_radps[1:-1], atol=0.1, err_msg=body)


def test_a_negative_sway_is_refused():
    with pytest.raises(SettingsError, match="sway_deg"):
        Pose(sway_deg=-1.0)
