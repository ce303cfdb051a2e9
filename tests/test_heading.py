from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis import heading as hd
from opensim_pelvis.errors import PlacementError
from opensim_pelvis.placement import average_pose
from opensim_pelvis.rotations import multiply
from opensim_pelvis.settings import BODIES, CalibrationSettings
from opensim_pelvis.simulate import SensorSettings, Turn, typical_mountings
from opensim_pelvis.types import AlignedRecording, CalibrationPose
from tests.simulated import align, short_run

EXACT_RAD = 1e-9
SWING_RAD = np.deg2rad(3.0)  # a swing plane is not exactly the plane of travel
UPPER = ("pelvis", "torso")


def pose_of(aligned: AlignedRecording) -> CalibrationPose:
    return average_pose(aligned, window_s=(0.0, 1.0), source="given", max_spread_rad=0.03)


def lying_on_its_face() -> dict[str, np.ndarray]:
    upright = typical_mountings()["pelvis"]
    return {"pelvis": multiply(upright, np.array([np.sqrt(0.5), 0.0, np.sqrt(0.5), 0.0]))}


@pytest.mark.parametrize("true_rad", [0.0, 0.6, -2.0, 3.0])
def test_the_stated_axis_gives_the_horizontal_heading(true_rad: float) -> None:
    aligned = align(short_run(), SensorSettings(heading_rad=true_rad), UPPER)
    found = hd.find_heading(aligned, pose_of(aligned), CalibrationSettings(heading_axis="-z"))
    np.testing.assert_allclose(found.heading_rad, [true_rad] * 2, atol=EXACT_RAD)
    assert found.confidence == "given"
    assert np.rad2deg(found.tilt_rad) == pytest.approx(-15.0, abs=1e-6)


def test_a_nearly_vertical_axis_is_refused_and_level_ones_are_named() -> None:
    aligned = align(short_run(), bodies=UPPER)
    with pytest.raises(PlacementError, match=r"axis x of pelvis_imu.*\+75 degrees.*±y.*±z"):
        hd.find_heading(aligned, pose_of(aligned), CalibrationSettings(heading_axis="x"))


def test_a_base_without_a_sensor_is_an_error() -> None:
    aligned = align(short_run(), bodies=("torso", "femur_r"))
    with pytest.raises(PlacementError, match=r"base body 'pelvis' wears no sensor.*torso"):
        hd.find_heading(aligned, pose_of(aligned), CalibrationSettings(heading_axis="x"))


@pytest.mark.parametrize("true_rad", [0.0, 2.2, -1.0])
@pytest.mark.parametrize("legs", [("femur_r", "femur_l"), ("tibia_r", "tibia_l"), BODIES[2:]])
def test_without_an_axis_the_legs_swing_tells_forward(
    true_rad: float, legs: tuple[str, ...]
) -> None:
    truth = short_run(duration_s=8.0, turns=[Turn(start_s=3.0, duration_s=3.0, angle_rad=1.5)])
    aligned = align(truth, SensorSettings(heading_rad=true_rad), ("pelvis", *legs))
    found = hd.find_heading(aligned, pose_of(aligned), CalibrationSettings())
    assert found.method == "swing"
    off = (found.heading_rad - true_rad + np.pi) % (2 * np.pi) - np.pi
    assert np.abs(off).max() < SWING_RAD
    assert "no heading_axis was given" in found.notes[0]


def test_without_legs_the_sacral_slope_is_taken_and_doubted() -> None:
    aligned = align(short_run(), SensorSettings(heading_rad=0.4), UPPER)
    found = hd.find_heading(aligned, pose_of(aligned), CalibrationSettings())
    assert (found.method, found.confidence) == ("sacral slope", "doubtful")
    np.testing.assert_allclose(found.heading_rad, 0.4, atol=EXACT_RAD)


def test_nothing_that_tells_forward_is_an_error() -> None:
    aligned = align(short_run(), SensorSettings(mountings=lying_on_its_face()), UPPER)
    with pytest.raises(PlacementError, match=r"cannot be told.*--heading-axis"):
        hd.find_heading(aligned, pose_of(aligned), CalibrationSettings())


def test_a_sensor_that_disagrees_about_north_is_found() -> None:
    off_rad = 0.3
    aligned = align(short_run(duration_s=8.0), SensorSettings(heading_rad={"femur_r": off_rad}))
    pose = pose_of(aligned)
    heading = hd.heading_from_axis(aligned, pose, base=0, axis="-z")
    found = hd.disagreements(aligned, pose, heading, base=0)
    assert set(found) == {f"{body}_imu" for body in BODIES[2:6]}
    others = [value for sensor, value in found.items() if sensor != "femur_r_imu"]
    # One leg's plane of swing leaves the plane of travel by its adduction and rotation.
    assert found["femur_r_imu"] - np.mean(others) == pytest.approx(off_rad, abs=np.deg2rad(12))
    assert found["femur_r_imu"] > 1.4 * max(np.abs(others))
