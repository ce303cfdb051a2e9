"""Clinical angles and OpenSim's pelvis angles of poses made by hand: sense, order, unit."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pytest

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.measures.stride_data import StrideData
from opensim_pelvis.kinematics import angles as angles_module
from opensim_pelvis.kinematics.angles import compute_angles, name_angles
from opensim_pelvis.rotations import from_matrix
from tests.gait.measures.hand_made import TIME_S, TRAVEL_DEG, stride_data, turned
from tests.notices import codes

AXES: Final = {"x": (1.0, 0.0, 0.0), "y": (0.0, 1.0, 0.0), "z": (0.0, 0.0, 1.0)}
"""Forward, up and to the right."""


class Pose(NamedTuple):
    """A body of which one axis goes towards another direction, by an angle that must be read."""

    body: str
    axis: str
    towards: str


ANGLES: Final = {
    "pelvic_axial_rotation": Pose("pelvis", "z", "x"),  # right side forward
    "pelvic_obliquity": Pose("pelvis", "z", "y"),  # right side up
    "pelvic_anterior_tilt": Pose("pelvis", "x", "-y"),  # front side down
    "trunk_axial_rotation": Pose("torso", "z", "x"),  # right shoulder forward
    "trunk_lateral_lean": Pose("torso", "y", "z"),  # head to the right
    "trunk_forward_lean": Pose("torso", "y", "x"),  # head forward
    "thigh_extension_r": Pose("femur_r", "y", "x"),  # hip ahead of the knee
    "thigh_extension_l": Pose("femur_l", "y", "x"),
}

OPENSIM: Final = {
    "rotation": Pose("pelvis", "z", "x"),  # right side forward
    "list": Pose("pelvis", "z", "-y"),  # right side down
    "tilt": Pose("pelvis", "x", "y"),  # front side up
}


def vector(axis: str) -> FloatArray:
    return np.array(AXES[axis[-1]]) * (-1.0 if axis.startswith("-") else 1.0)


def posed(pose: Pose, degrees: float) -> FloatArray:
    """Return the body's orientation in T: its axis goes towards the other, all else stays."""
    first, second = vector(pose.axis), vector(pose.towards)
    third = np.cross(first, second)
    c, s = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    moved = np.stack([c * first + s * second, c * second - s * first, third], axis=1)
    return moved @ np.stack([first, second, third])


def in_ground(R_TB: FloatArray) -> FloatArray:
    """Return quaternions in G of a pose along the direction of travel."""
    c, s = np.cos(np.deg2rad(TRAVEL_DEG)), np.sin(np.deg2rad(TRAVEL_DEG))
    R_GT = np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])  # x goes to the left, to -z
    return from_matrix((R_GT @ R_TB)[None])


@pytest.mark.parametrize("degrees", [17.0, -8.0])
@pytest.mark.parametrize("name", ANGLES)
def test_each_angle_is_the_turn_of_its_body_in_its_sense_and_in_radians(
    name: str, degrees: float
) -> None:
    pose = ANGLES[name]
    bodies = {body: in_ground(np.eye(3)) for body in ("pelvis", "torso", "femur_r", "femur_l")}
    bodies[pose.body] = in_ground(posed(pose, degrees))
    found = name_angles(bodies, np.array([np.deg2rad(TRAVEL_DEG)]))
    assert set(found) == set(ANGLES)
    for other, values in found.items():
        wanted = degrees * np.pi / 180.0 if other == name else 0.0
        assert values[0] == pytest.approx(wanted, abs=1e-12), other


@pytest.mark.parametrize("degrees", [17.0, -8.0])
@pytest.mark.parametrize("name", OPENSIM)
def test_opensims_angles_of_the_pelvis_have_opensims_senses(name: str, degrees: float) -> None:
    R_GB = np.repeat(in_ground(posed(OPENSIM[name], degrees)), 3500, axis=0)
    data: StrideData = stride_data(R_GB={"pelvis": R_GB})
    for other in OPENSIM:
        wanted = degrees if other == name else 0.0
        np.testing.assert_allclose(data.opensim_pelvis(other), wanted, atol=1e-9)


def one(value: float) -> FloatArray:
    return np.array([value])


def test_the_order_of_clinical_angles_is_rotation_obliquity_tilt() -> None:
    """Turns about y, x and z, one after the other; of the thigh, x of T alone is read."""
    found = name_angles(
        {
            "pelvis": turned("YXZ", one(12.0), one(-7.0), one(-20.0)),
            "torso": turned("YXZ", one(-15.0), one(4.0), one(-9.0)),
            "femur_r": turned("ZX", one(-18.0), one(25.0)),
            "femur_l": turned("ZX", one(30.0), one(-25.0)),
        },
        np.array([np.deg2rad(TRAVEL_DEG)]),
    )
    wanted = {
        "pelvic_axial_rotation": 12.0,
        "pelvic_obliquity": 7.0,
        "pelvic_anterior_tilt": 20.0,
        "trunk_axial_rotation": -15.0,
        "trunk_lateral_lean": 4.0,
        "trunk_forward_lean": 9.0,
        "thigh_extension_r": 18.0,
        "thigh_extension_l": -30.0,
    }
    assert {name: float(np.rad2deg(v[0])) for name, v in found.items()} == pytest.approx(wanted)


def test_a_sensor_without_heading_gives_the_rotation_of_its_body_alone() -> None:
    n = 3500
    kinematics = stride_data(R_GB={"pelvis": np.tile([1.0, 0, 0, 0], (n, 1))}).kinematics
    turn = np.repeat(turned("YXZ", one(-21.0 - TRAVEL_DEG), one(6.0), one(-4.0)), n, axis=0)
    angles = compute_angles(kinematics, surface=None, headless={"torso": turn})
    column = angles.values_rad[:, angles.names.index("trunk_axial_rotation")]
    np.testing.assert_allclose(np.rad2deg(column), -21.0, atol=1e-9)
    assert {"trunk_lateral_lean", "trunk_forward_lean"} <= set(angles.absent)


def test_a_shank_alone_has_no_clinical_angle() -> None:
    kinematics = stride_data(R_GB={"tibia_r": turned("Z", np.zeros(3500))}).kinematics
    angles = compute_angles(kinematics, surface=None)
    assert angles.values_rad.shape == (3500, 0)
    assert set(angles.absent) == set(ANGLES)
    assert angles.notes == ()


@pytest.mark.parametrize(("turn_deg", "told"), [(59.9, False), (60.1, True)])
def test_a_turn_of_sixty_degrees_against_a_fixed_direction_is_told(
    turn_deg: float, told: bool
) -> None:
    turn = turned("Y", np.linspace(0.0, turn_deg, 3500) - 20.0)
    angles = compute_angles(stride_data(R_GB={"pelvis": turn}).kinematics, surface=None)
    assert codes(angles.notes) == (["angle.turned"] if told else [])
    if told:
        assert angles.notes[0].values["turned_deg"] == pytest.approx(60.1)


@pytest.mark.parametrize(
    ("rate_degps", "told"), [(19.5, False), (-19.5, False), (20.5, True), (-20.5, True)]
)
def test_a_path_that_bends_by_twenty_degrees_a_second_is_told(
    rate_degps: float, told: bool
) -> None:
    turn = turned("Y", rate_degps * TIME_S)
    angles = compute_angles(stride_data(R_GB={"pelvis": turn}).kinematics, surface="overground")
    assert codes(angles.notes) == (["angle.in_turns"] if told else [])
    if told:
        assert angles.notes[0].values["share"] == pytest.approx(1.0)
        assert angles.notes[0].values["limit_degps"] == pytest.approx(20.0)


def test_a_turn_of_sixty_degrees_is_told() -> None:
    for turn, told in ((np.deg2rad(60.0), 1), (np.deg2rad(59.9), 0)):
        found = angles_module._turned_away({"pelvic_axial_rotation": np.array([0.0, turn])})
        assert len(found) == told
    assert not angles_module._turned_away({})


def test_a_path_is_told_of_that_bends_by_more_than_the_limit_and_how_much_of_it() -> None:
    limit = angles_module.TURNING_RADPS
    assert np.rad2deg(limit) == pytest.approx(20.0)
    assert not angles_module._in_turns(limit * np.arange(3.0), rate_hz=1.0)  # at the limit itself
    travel = np.concatenate([np.zeros(6), np.deg2rad(1.0) * np.arange(1.0, 3.0)])
    (found,) = angles_module._in_turns(travel, rate_hz=30.0)  # 0, 15, 30 and 30 degrees a second
    assert found.values["share"] == pytest.approx(2.0 / 8.0)


def test_without_a_body_that_faces_forward_there_is_no_turn_to_tell() -> None:
    femur = np.repeat(from_matrix(posed(ANGLES["thigh_extension_r"], 9.0)[None]), 3500, axis=0)
    angles = compute_angles(stride_data(R_GB={"femur_r": femur}).kinematics, surface=None)
    assert angles.names == ("thigh_extension_r",)
    np.testing.assert_allclose(np.rad2deg(angles.values_rad[:, 0]), 9.0, atol=1e-9)
    np.testing.assert_array_equal(angles.travel_rad, 0.0)
    assert angles.notes == ()
