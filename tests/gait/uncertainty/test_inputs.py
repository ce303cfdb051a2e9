"""What a degree of each input does to angles, on orientations made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from opensim_pelvis.gait.strides.curves import stride_angles
from opensim_pelvis.gait.uncertainty.inputs import Motion
from opensim_pelvis.gait.uncertainty.slow import slow_table
from opensim_pelvis.kinematics.angles import compute_angles
from tests.gait.measures.hand_made import STRIDES, TIME_S, stride_data

ONE = float(np.deg2rad(1.0))
FORWARD = replace(STRIDES, travel_rad=np.zeros(2))


def quaternions(*, yaw=0.0, up=0.0, tilt=0.0):
    """Return a pelvis that turns, right side forward, drops, right side up, and tilts forward."""
    n = TIME_S.size
    deg = np.stack(
        [np.broadcast_to(v, n) for v in (yaw, -np.asarray(up), -np.asarray(tilt))], axis=1
    )
    q = Rotation.from_euler("YXZ", deg, degrees=True).as_quat()
    return q[:, [3, 0, 1, 2]]


def motion(R_GB, p_GB_m=None):
    """Return a motion along x whose bodies are these."""
    data = stride_data(R_GB=R_GB, p_GB_m=p_GB_m)
    angles = compute_angles(data.kinematics, surface="treadmill")
    table = stride_angles(angles, data.kinematics, FORWARD)
    return Motion(
        strides=FORWARD,
        kinematics=data.kinematics,
        angles=angles,
        table=table,
        travel_rad=np.zeros(TIME_S.size),
    )


def change(before, after, name):
    return np.rad2deg(after.table[name] - before.table[name])


@pytest.mark.parametrize(
    ("kind", "name", "by"),
    [
        ("lean z", "pelvic_anterior_tilt", -1.0),
        ("lean x", "pelvic_obliquity", -1.0),
        ("turn", "pelvic_axial_rotation", 1.0),
        ("facing", "pelvic_axial_rotation", 1.0),
    ],
)
def test_a_degree_of_zero_is_a_degree_of_its_angle(kind, name, by):
    before = motion({"pelvis": quaternions(yaw=5.0)})
    after = before.turned(kind, "pelvis", ONE)
    for angle in ("pelvic_anterior_tilt", "pelvic_obliquity", "pelvic_axial_rotation"):
        expected = by if angle == name else 0.0
        np.testing.assert_allclose(change(before, after, angle), expected, atol=1e-9)


def test_a_heading_makes_tilt_of_obliquity_and_leaves_rotation():
    up = 10.0 * np.sin(2.0 * np.pi * TIME_S)
    before = motion({"pelvis": quaternions(up=up)})
    after = before.turned("heading", "pelvis", ONE)
    np.testing.assert_allclose(change(before, after, "pelvic_axial_rotation"), 0.0, atol=0.02)
    tilt = change(before, after, "pelvic_anterior_tilt")
    np.testing.assert_allclose(np.abs(tilt), np.abs(up) * np.sin(ONE), atol=0.02)
    # a forward that points to the left of the body's: the right side up is the front up
    assert np.sign(tilt[250]) == -np.sign(up[250])


def test_facing_of_all_turns_everyone_and_tilts_nobody():
    before = motion({"pelvis": quaternions(tilt=8.0), "torso": quaternions(tilt=3.0)})
    after = before.turned("facing", None, ONE)
    for body in ("pelvic", "trunk"):
        np.testing.assert_allclose(change(before, after, f"{body}_axial_rotation"), 1.0, atol=1e-9)
    np.testing.assert_allclose(change(before, after, "pelvic_anterior_tilt"), 0.0, atol=1e-9)


def test_a_leaning_pelvis_bends_the_hip_the_other_way():
    before = motion({"pelvis": quaternions(), "femur_r": quaternions()})
    table = dict(before.table) | {"hip_flexion_r": np.full(TIME_S.size, 0.3)}
    before = replace(before, table=table)
    leant = before.turned("lean z", "pelvis", ONE)
    np.testing.assert_allclose(change(before, leant, "hip_flexion_r"), -1.0, atol=1e-9)
    raised = before.turned("lean z", "femur_r", ONE)
    np.testing.assert_allclose(change(before, raised, "hip_flexion_r"), 1.0, atol=1e-9)


def test_a_foot_hangs_on_the_thigh_that_turns():
    n = TIME_S.size
    places = {
        "pelvis": (0, 1, 0),
        "femur_r": (0, 1, 0),
        "tibia_r": (0, 0.6, 0),
        "calcn_r": (0, 0.2, 0),
    }
    upright = {body: quaternions() for body in places}
    before = motion(upright, {b: np.tile(p, (n, 1)).astype(float) for b, p in places.items()})
    after = before.turned("lean z", "femur_r", ONE)
    place = after.kinematics.p_GB_m[:, after.kinematics.bodies.index("calcn_r")]
    # about z from x to y: what hangs 0.4 m below the hip goes forward
    np.testing.assert_allclose(place[:, 0], 0.4 * np.sin(ONE), atol=1e-12)
    np.testing.assert_allclose(place[:, 1], 1.0 - 0.4 * np.cos(ONE) - 0.4, atol=1e-12)


def test_the_slow_part_has_five_harmonics_and_the_line():
    part = {0: (TIME_S - 1.0) / 0.8, 1: (TIME_S - 2.0) / 1.0}
    for side in (0, 1):
        slow = 3.0 * np.cos(2 * np.pi * 5 * part[side]) + 2.0 * part[side]
        table = {"angle": slow + np.sin(2 * np.pi * 6 * part[side])}
        found = slow_table(table, TIME_S, FORWARD, side)["angle"]
        inside = (part[side] >= 0.0) & (part[side] < 1.0 - 1e-9)
        np.testing.assert_allclose(found[inside], slow[inside], atol=0.08)  # straight lines
        assert np.isnan(found[~inside]).all()
