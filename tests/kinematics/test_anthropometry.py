"""Sizes, masses and landmarks: closed form, symmetry, scaling, and other people's numbers."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.errors import SettingsError
from opensim_pelvis.kinematics.anthropometry import mass
from opensim_pelvis.kinematics.anthropometry import published as tables
from opensim_pelvis.kinematics.anthropometry.mass import segment_inertia
from opensim_pelvis.kinematics.anthropometry.sizes import (
    BodySize,
    body_origins,
    joint_geometry,
    landmarks,
)
from opensim_pelvis.types.segments import BODIES

ROUNDING_M = 2e-9  # positions are rounded to nanometres
EXACT = 1e-12
SEXES = (None, "female", "male")

# Distance between two regressions for the hip. Bell 1990 gives 19 mm as the mean distance of its
# estimate, which we use, from the true centre.
HIP_LIMIT_M = 0.019
# Gordon 2014, mean breadth over the iliac crests as a fraction of the height. The ASIS lie inside
# the crests; that they are more than two thirds as far apart is a choice.
BICRISTAL = {"female": 0.1678, "male": 0.1568}
# Shares of body mass, mean of the sexes, after Dempster's cadavers (Winter 2009, table 4.1).
# Bodies differ between sources by a few per cent of body mass.
WINTER_SHARES = {"femur_r": 0.100, "tibia_r": 0.0465, "calcn_r": 0.0145}
SHARE_TOLERANCE = 0.05


def points(sex: str | None = None, height_m: float = 1.71) -> dict[str, np.ndarray]:
    """Landmarks in ground, standing."""
    origins = body_origins(height_m=height_m, sex=sex)
    found = landmarks(height_m=height_m, sex=sex)
    return {mark.name: origins[mark.body] + mark.position_b_m for mark in found}


def mirrored(values) -> np.ndarray:
    return np.array(values) * (1.0, 1.0, -1.0)


@pytest.mark.parametrize("sex", SEXES)
def test_the_feet_stand_on_the_ground(sex):
    origins = body_origins(height_m=1.80, sex=sex)
    assert set(origins) == {"ground", *BODIES}
    for side in "rl":
        assert origins[f"calcn_{side}"][1] == pytest.approx(0.0, abs=5 * ROUNDING_M)


def test_joint_chain_is_that_of_the_model():
    chain = {
        joint.name: (joint.parent, joint.child) for joint in joint_geometry(height_m=1.7, sex=None)
    }
    assert chain == {
        "ground_pelvis": ("ground", "pelvis"),
        "back": ("pelvis", "torso"),
        "hip_r": ("pelvis", "femur_r"),
        "knee_r": ("femur_r", "tibia_r"),
        "ankle_r": ("tibia_r", "calcn_r"),
        "hip_l": ("pelvis", "femur_l"),
        "knee_l": ("femur_l", "tibia_l"),
        "ankle_l": ("tibia_l", "calcn_l"),
    }


@pytest.mark.parametrize("sex", SEXES)
def test_left_mirrors_right(sex):
    joints = {joint.name: joint for joint in joint_geometry(height_m=1.7, sex=sex)}
    for name in ("hip", "knee", "ankle"):
        right, left = joints[f"{name}_r"], joints[f"{name}_l"]
        np.testing.assert_array_equal(mirrored(right.position_parent_m), left.position_parent_m)
        np.testing.assert_array_equal(mirrored(right.position_child_m), left.position_child_m)
    marks = points(sex)
    for name, place in marks.items():
        if name.startswith("R"):
            np.testing.assert_allclose(mirrored(place), marks["L" + name[1:]], atol=ROUNDING_M)
    masses = {part.body: part for part in segment_inertia(height_m=1.7, mass_kg=70.0, sex=sex)}
    for name in ("femur", "tibia", "calcn"):
        right, left = masses[f"{name}_r"], masses[f"{name}_l"]
        assert right.mass_kg == left.mass_kg
        assert right.inertia_b_kgm2 == left.inertia_b_kgm2
        np.testing.assert_allclose(mirrored(right.com_b_m), left.com_b_m, atol=ROUNDING_M)


def test_lengths_scale_with_height_and_inertia_with_its_square():
    small, tall = (joint_geometry(height_m=height, sex="male") for height in (1.0, 2.0))
    for one, two in zip(small, tall, strict=True):
        np.testing.assert_allclose(
            2 * np.array(one.position_parent_m), two.position_parent_m, atol=2 * ROUNDING_M
        )
    light, heavy = (
        segment_inertia(height_m=height, mass_kg=60.0, sex="male") for height in (1.0, 2.0)
    )
    for one, two in zip(light, heavy, strict=True):
        assert one.mass_kg == pytest.approx(two.mass_kg, rel=EXACT)
        np.testing.assert_allclose(
            4 * np.array(one.inertia_b_kgm2), two.inertia_b_kgm2, atol=4 * ROUNDING_M
        )


def test_unknown_sex_is_the_mean_of_both():
    female, male, unknown = (
        {joint.name: joint for joint in joint_geometry(height_m=1.7, sex=sex)}["knee_r"]
        for sex in ("female", "male", None)
    )
    mean = np.add(female.position_parent_m, male.position_parent_m) / 2
    np.testing.assert_allclose(unknown.position_parent_m, mean, atol=ROUNDING_M)


def test_women_have_the_wider_pelvis_and_the_shorter_thigh():
    hips = {sex: body_origins(height_m=1.7, sex=sex)["femur_r"] for sex in ("female", "male")}
    assert hips["female"][2] > hips["male"][2]
    knees = {
        sex: {joint.name: joint for joint in joint_geometry(height_m=1.7, sex=sex)}["knee_r"]
        for sex in ("female", "male")
    }
    assert knees["female"].position_parent_m[1] > knees["male"].position_parent_m[1]


@pytest.mark.parametrize("sex", SEXES)
def test_masses_add_up_and_stay_where_the_body_is(sex):
    parts = segment_inertia(height_m=1.7, mass_kg=63.0, sex=sex)
    assert sum(part.mass_kg for part in parts) == pytest.approx(63.0, rel=EXACT)
    assert [part.body for part in parts][:2] == ["pelvis", "torso"]
    origins = body_origins(height_m=1.7, sex=sex)
    whole = sum(part.mass_kg * (origins[part.body] + part.com_b_m) for part in parts) / 63.0
    # the centre of mass of a standing adult is a little above the middle of the body
    assert 0.54 < whole[1] / 1.7 < 0.58
    # no moment exceeds the sum of the other two
    for part in parts:
        x, y, z = part.inertia_b_kgm2
        assert max(x, y, z) <= x + y + z - max(x, y, z)
        assert min(x, y, z) > 0.0


def test_table_of_masses_is_whole():
    paired = {"upper_arm", "forearm", "hand", "thigh", "shank", "foot"}
    for sex in (0, 1):
        whole = sum(
            row.mass[sex] * (2 if name in paired else 1) for name, row in tables.INERTIA.items()
        )
        assert whole == pytest.approx(1.0, abs=2e-4)  # the source rounds to 0.01 %


def test_leg_masses_agree_with_other_cadavers():
    masses = {
        part.body: part.mass_kg for part in segment_inertia(height_m=1.7, mass_kg=1.0, sex=None)
    }
    for body, share in WINTER_SHARES.items():
        assert masses[body] == pytest.approx(share, abs=SHARE_TOLERANCE)


def test_torso_inertia_equals_the_plain_sum_over_points():
    """A twin: the same segments as six point masses each, summed without the axis theorem."""
    size = BodySize(1.7, "male")
    origins = body_origins(height_m=1.7, sex="male")
    cloud, weights = [], []
    for body, part in mass._trunk_parts(size, origins["femur_r"]):
        if body != "torso":
            continue
        # points at +-a along each axis have moments 2/6 (b^2 + c^2): solve for a, b, c
        x, y, z = 3.0 * part.moments
        squares = np.array([y + z - x, x + z - y, x + y - z]) / 2
        for axis, square in enumerate(squares):
            for sign in (1, -1):
                cloud.append(part.centre_g + sign * np.sqrt(square) * np.eye(3)[axis])
                weights.append(part.mass / 6)
    cloud, weights = np.array(cloud), np.array(weights)
    centre = np.average(cloud, axis=0, weights=weights)
    square = (cloud - centre) ** 2
    moments = weights @ (square.sum(axis=1, keepdims=True) - square)
    torso = segment_inertia(height_m=1.7, mass_kg=1.0, sex="male")[1]
    scale = torso.mass_kg / weights.sum()
    np.testing.assert_allclose(torso.inertia_b_kgm2, moments * scale, atol=ROUNDING_M)


@pytest.mark.parametrize("sex", ["female", "male"])
def test_hip_centre_agrees_with_another_regression(sex):
    """Harrington 2007 (doi:10.1016/j.jbiomech.2006.02.003), in its frame along ASIS and PSIS."""
    marks = points(sex)
    middle, back = (marks["RASI"] + marks["LASI"]) / 2, (marks["RPSI"] + marks["LPSI"]) / 2
    width_mm = 1e3 * (marks["RASI"] - marks["LASI"])[2]
    depth_mm = 1e3 * np.linalg.norm(middle - back)
    forward = (middle - back) / np.linalg.norm(middle - back)
    upward = np.array([-forward[1], forward[0], 0.0])
    regression = (
        (-0.24 * depth_mm - 9.9) * forward
        + (-0.30 * width_mm - 10.9) * upward
        + (0.33 * width_mm + 7.3) * np.array([0.0, 0.0, 1.0])
    ) / 1e3
    hip = body_origins(height_m=1.71, sex=sex)["femur_r"] - middle
    assert np.linalg.norm(hip - regression) < HIP_LIMIT_M


def test_lumbar_joint_is_as_far_from_the_hips_as_dumas_has_it():
    """Two sources meet: Reed's places in the pelvis, the length of Dumas' male pelvis."""
    joints = {joint.name: joint for joint in joint_geometry(height_m=1.77, sex="male")}
    apart = np.subtract(joints["back"].position_parent_m, joints["hip_r"].position_parent_m)
    assert np.hypot(apart[0], apart[1]) == pytest.approx(0.094, abs=0.005)


@pytest.mark.parametrize("sex", ["female", "male"])
def test_iliac_spines_lie_inside_the_iliac_crests(sex):
    marks = points(sex, 1.71)
    crests = BICRISTAL[sex] * 1.71
    assert 2 / 3 * crests < (marks["RASI"] - marks["LASI"])[2] < crests


@pytest.mark.parametrize("sex", SEXES)
def test_landmarks_stand_in_order(sex):
    marks = points(sex)
    heights = [
        marks[name][1] for name in ("C7", "CLAV", "STRN", "RASI", "RGT", "RKNE", "RANK", "RTOE")
    ]
    assert heights == sorted(heights, reverse=True)
    assert heights[0] < 1.71
    assert marks["RKNE"][2] > marks["RKNM"][2] > 0.0 > marks["LKNM"][2] > marks["LKNE"][2]
    assert marks["RANK"][2] > marks["RANM"][2] > 0.0
    assert marks["RTOE"][0] > marks["RANK"][0] > marks["RHEE"][0]
    assert marks["CLAV"][0] > marks["C7"][0]
    slope = np.arctan2((marks["RPSI"] - marks["RASI"])[1], (marks["RASI"] - marks["RPSI"])[0])
    assert np.rad2deg(slope) == pytest.approx(13.0, abs=1e-5)


@pytest.mark.parametrize("height_m", [0.0, -1.7, 171.0, float("nan")])
def test_impossible_height_is_refused(height_m):
    with pytest.raises(SettingsError, match=r"height must be from 0\.5 to 2\.8 metres, found"):
        joint_geometry(height_m=height_m, sex=None)


def test_impossible_mass_is_refused():
    with pytest.raises(SettingsError, match=r"mass must be a positive number of kg, found 0\.0"):
        segment_inertia(height_m=1.7, mass_kg=0.0, sex=None)
