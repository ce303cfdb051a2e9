from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from opensim_pelvis.frames import FloatArray, turn_about_vertical
from opensim_pelvis.kinematics.angle_definitions import DEFINITIONS
from opensim_pelvis.kinematics.angles import compute_angles
from opensim_pelvis.rotations import from_euler, multiply, to_euler
from opensim_pelvis.simulate import Truth
from opensim_pelvis.types import Kinematics
from opensim_pelvis.types.segments import BODIES
from tests.notices import codes
from tests.simulated import short_run

EXACT_RAD = 1e-9
RATE_HZ = 50.0


def kinematics_of(bodies: dict[str, FloatArray]) -> Kinematics:
    """Return kinematics that hold nothing but body orientations."""
    R_GB = np.stack(list(bodies.values()), axis=1)
    n = R_GB.shape[0]
    return Kinematics(
        time_s=np.arange(n) / RATE_HZ,
        rate_hz=RATE_HZ,
        coordinates=(),
        values_rad=np.empty((n, 0)),
        sensors=(),
        errors_rad=np.empty((n, 0)),
        bodies=tuple(bodies),
        R_GB=R_GB,
        p_GB_m=np.zeros((n, len(bodies), 3)),
        engine="none",
        accuracy="none",
    )


@pytest.fixture(scope="module")
def truth() -> Truth:
    return short_run()


def one(body: str, axis: str, angle_deg: float) -> dict[str, float]:
    """Return the angles, degrees, of a body turned about one axis of G."""
    order = {"x": 0, "y": 1, "z": 2}[axis]
    vector = np.zeros((1, 3))
    vector[0, order] = np.deg2rad(angle_deg)
    kinematics = kinematics_of({body: from_euler("XYZ", vector)})
    angles = compute_angles(kinematics, surface=None)
    return dict(zip(angles.names, np.rad2deg(angles.values_rad[0]), strict=True))


@pytest.mark.parametrize(
    ("body", "axis", "name", "sign"),
    [
        ("pelvis", "y", "pelvic_axial_rotation", 1.0),  # z (right) turns towards x (forward)
        ("pelvis", "x", "pelvic_obliquity", -1.0),  # z (right) goes down
        ("pelvis", "z", "pelvic_anterior_tilt", -1.0),  # x (front) goes up
        ("torso", "y", "trunk_axial_rotation", 1.0),
        ("torso", "x", "trunk_lateral_lean", 1.0),  # y (head) goes to z (right)
        ("torso", "z", "trunk_forward_lean", -1.0),  # y (head) goes to -x (back)
        ("femur_r", "z", "thigh_extension_r", -1.0),  # the knee swings forward
        ("femur_l", "z", "thigh_extension_l", -1.0),
    ],
)
def test_a_turn_about_one_axis_reads_in_one_angle_with_its_sign(
    body: str, axis: str, name: str, sign: float
) -> None:
    found = one(body, axis, 12.0)
    assert found.pop(name) == pytest.approx(12.0 * sign, abs=1e-9)
    assert all(value == pytest.approx(0.0, abs=1e-9) for value in found.values())


def test_the_two_orders_differ_by_degrees_with_an_anterior_tilt() -> None:
    rotation, obliquity, tilt = np.deg2rad([18.0, 12.0, 20.0])
    R_TB = from_euler("YXZ", np.array([[rotation, -obliquity, -tilt]]))
    angles = compute_angles(kinematics_of({"pelvis": R_TB}), surface=None)
    np.testing.assert_allclose(angles.values_rad[0], [rotation, obliquity, tilt], atol=EXACT_RAD)
    opensim = np.rad2deg(to_euler("ZXY", R_TB)[0])
    assert abs(opensim[2] - 18.0) > 1.0
    assert abs(-opensim[1] - 12.0) > 3.0


def test_clinical_angles_of_the_simulated_runner_come_back(truth: Truth) -> None:
    kinematics = kinematics_of({b: m.R_GB for b, m in truth.motions.items() if b in BODIES})
    angles = compute_angles(kinematics, surface="treadmill")
    assert angles.names == tuple(d.name for d in DEFINITIONS)
    for name, values in zip(angles.names, angles.values_rad.T, strict=True):
        np.testing.assert_allclose(values, truth.angles[name], atol=EXACT_RAD, err_msg=name)


def test_rotation_is_continuous_over_turns_and_a_fixed_direction_is_doubted() -> None:
    full_turns = np.linspace(0.0, 5.0 * np.pi, 400)
    angles = compute_angles(
        kinematics_of({"pelvis": turn_about_vertical(full_turns)}), surface=None
    )
    np.testing.assert_allclose(angles.values_rad[:, 0], full_turns, atol=EXACT_RAD)
    assert codes(angles.notes) == ["angle.turned"]


def test_over_ground_rotation_is_read_against_the_path(truth: Truth) -> None:
    turn = turn_about_vertical(np.full(truth.time_s.size, 2.0))
    turned = multiply(turn, truth.motions["pelvis"].R_GB)
    straight = compute_angles(
        kinematics_of({"pelvis": truth.motions["pelvis"].R_GB}), surface="overground"
    )
    angles = compute_angles(kinematics_of({"pelvis": turned}), surface="overground")
    np.testing.assert_allclose(angles.values_rad, straight.values_rad, atol=EXACT_RAD)
    assert not angles.notes


def test_missing_samples_are_missing_angles_and_missing_bodies_are_absent(truth: Truth) -> None:
    pelvis = truth.motions["pelvis"].R_GB.copy()
    pelvis[20:30] = np.nan
    angles = compute_angles(kinematics_of({"pelvis": pelvis}), surface=None)
    assert np.isnan(angles.values_rad[20:30]).all()
    assert np.isfinite(angles.values_rad[:20]).all()
    assert set(angles.absent) == {d.name for d in DEFINITIONS if d.group != "pelvis"}
    assert angles.absent["trunk_axial_rotation"].values["body"] == "torso"


def test_without_pelvis_and_trunk_thighs_are_still_read(truth: Truth) -> None:
    kinematics = kinematics_of({"femur_r": truth.motions["femur_r"].R_GB})
    angles = compute_angles(replace(kinematics), surface="overground")
    assert angles.names == ("thigh_extension_r",)
    np.testing.assert_allclose(
        angles.values_rad[:, 0], truth.angles["thigh_extension_r"], atol=EXACT_RAD
    )
