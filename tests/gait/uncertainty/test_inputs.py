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
    before = motion({"pelvis": quaternions(tilt=8.0), "femur_r": quaternions(tilt=-20.0)})
    table = dict(before.table) | {"hip_flexion_r": np.full(TIME_S.size, 0.3)}
    before = replace(before, table=table)
    leant = before.turned("lean z", "pelvis", ONE)
    np.testing.assert_allclose(change(before, leant, "hip_flexion_r"), -1.0, atol=1e-9)
    raised = before.turned("lean z", "femur_r", ONE)
    np.testing.assert_allclose(change(before, raised, "hip_flexion_r"), 1.0, atol=1e-9)


def test_the_direction_of_travel_of_strides_stays_where_a_body_is_as_it_was():
    data = stride_data(R_GB={"pelvis": quaternions(yaw=5.0)})
    angles = compute_angles(data.kinematics, surface="treadmill")
    aside = replace(STRIDES, travel_rad=np.full(2, 0.1))
    before = Motion(
        strides=aside,
        kinematics=data.kinematics,
        angles=angles,
        table=stride_angles(angles, data.kinematics, aside),
        travel_rad=np.full(TIME_S.size, 0.1),
    )
    rotation = np.rad2deg(before.table["pelvic_axial_rotation"])
    np.testing.assert_allclose(rotation, 5.0 - np.rad2deg(0.1))
    after = before.oriented({"pelvis": quaternions(yaw=5.0)})
    for name in ("pelvic_axial_rotation", "pelvic_obliquity", "pelvic_anterior_tilt"):
        np.testing.assert_allclose(change(before, after, name), 0.0, atol=1e-12)


def test_changes_stand_one_after_the_other_a_second_apart():
    whole = motion({"pelvis": quaternions(tilt=8.0)})
    some = whole.taken(slice(500, 3200), TIME_S[500:3200], FORWARD)
    one = some.turned("lean z", "pelvis", ONE)
    both = some.turned_each("pelvis", [("lean z", ONE), ("turn", ONE)])
    n, later = 2700, 2.699 + 1.0
    tilt, rotation = (both.table[f"pelvic_{a}"] for a in ("anterior_tilt", "axial_rotation"))
    np.testing.assert_allclose(tilt[:n], one.table["pelvic_anterior_tilt"])
    np.testing.assert_allclose(np.rad2deg(tilt[n:]), 8.0, atol=0.01)
    assert np.rad2deg(rotation[n:] - rotation[:n]).min() > 0.9
    np.testing.assert_allclose(both.angles.time_s[n:] - both.angles.time_s[:n], later)
    for name in ("start_s", "end_s", "toe_off_s", "opposite_contact_s", "opposite_toe_off_s"):
        found = getattr(both.strides, name)
        np.testing.assert_allclose(found[2:] - found[:2], later)
        np.testing.assert_allclose(found[:2], getattr(FORWARD, name))
    assert both.strides.side.tolist() == [0, 1, 0, 1]


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


def test_strides_of_a_side_have_their_own_slow_part_and_those_beyond_the_end_none():
    """Two right strides of different lengths, and one that starts after the last sample."""
    start, length = np.array([0.5, 1.7, 3.6]), np.array([1.0, 0.8, 0.8])
    strides = replace(
        FORWARD,
        side=np.zeros(3, dtype=np.int64),
        start_s=start,
        end_s=start + length,
        **dict.fromkeys(("toe_off_s", "opposite_contact_s", "opposite_toe_off_s"), start),
        bout=np.zeros(3, dtype=np.int64),
        reason=("",) * 3,
        travel_rad=np.zeros(3),
        turn_rate_radps=np.zeros(3),
    )
    slow = np.where(TIME_S < 1.6, 2.0 * TIME_S, 9.0 - TIME_S)
    found = slow_table({"angle": slow}, TIME_S, strides, 0)["angle"]
    inside = ((TIME_S > 0.4999) & (TIME_S < 1.4999)) | ((TIME_S > 1.6999) & (TIME_S < 2.4999))
    np.testing.assert_allclose(found[inside], slow[inside])
    assert np.isnan(found[~inside]).all()


def test_the_slow_part_has_five_harmonics_and_the_line():
    part = {0: (TIME_S - 1.0) / 0.8, 1: (TIME_S - 2.0) / 1.0}
    for side in (0, 1):
        slow = 3.0 * np.cos(2 * np.pi * 5 * part[side]) + 2.0 * part[side]
        table = {"angle": slow + np.sin(2 * np.pi * 6 * part[side])}
        found = slow_table(table, TIME_S, FORWARD, side)["angle"]
        inside = (part[side] >= 0.0) & (part[side] < 1.0 - 1e-9)
        np.testing.assert_allclose(found[inside], slow[inside], atol=0.08)  # straight lines
        assert np.isnan(found[~inside]).all()
