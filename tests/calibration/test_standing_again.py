"""How far sensors have turned where the subject stands again, at times written by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from opensim_pelvis.calibration import placement
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.rotations import multiply
from tests.calibration.heading.by_hand import UPRIGHT, about, heading_turn, recorded, stood
from tests.calibration.test_placement_by_hand import RATE_HZ, WORN, trembling
from tests.notices import codes

BODIES = ("pelvis", "torso", "femur_r")


def again(
    spread_deg: FloatArray,
    turned_deg: tuple[float, ...] = (0.0, 0.0, 0.0),
    *,
    pose_spread_deg: float = 0.0,
    all_turn_rad: float = 0.0,
) -> placement._Again | None:
    """At 10 Hz; a sensor each that has turned since a pose from 0 to 1 s."""
    sensors = {}
    for body, turn in zip(BODIES, turned_deg, strict=False):
        slip = multiply(heading_turn(all_turn_rad), about((0.0, 1.0, 0.0), np.deg2rad(turn)))
        sensors[body] = multiply(multiply(trembling(spread_deg), slip), WORN)
    pose = stood(*[WORN] * len(sensors))
    spread_rad = np.zeros(len(sensors))
    spread_rad[-1] = np.deg2rad(pose_spread_deg)
    return placement._later_pose(recorded(sensors, RATE_HZ), replace(pose, spread_rad=spread_rad))


@pytest.mark.parametrize("all_turn_rad", [0.0, 1.5])
def test_turns_are_those_against_the_first_sensor(all_turn_rad: float) -> None:
    found = again(np.zeros(60), (5.0, 12.0, -4.0), all_turn_rad=all_turn_rad)
    assert found is not None
    assert found.turned_deg == {
        "torso_imu": pytest.approx(7.0),
        "femur_r_imu": pytest.approx(9.0),
    }


def test_the_stillest_second_from_two_seconds_after_the_pose_on_is_compared() -> None:
    spread = np.full(60, 0.9)
    spread[29:39] = 0.0  # ten samples too early by one
    spread[36:46] = 0.2
    found = again(spread)
    assert found is not None
    assert found.at_s == pytest.approx(3.0)  # nine still ones and one that is not
    spread[29] = 0.9
    spread[36:46] = 0.1
    spread[30:36] = 0.5
    found = again(spread)
    assert found is not None
    assert found.at_s == pytest.approx(3.6)


def test_only_the_last_six_seconds_are_compared() -> None:
    """Of 200 samples the last second starts at 190, the first that is compared at 140."""
    spread = np.full(200, 0.9)
    spread[130:140] = 0.0
    spread[150:160] = 0.5
    found = again(spread)
    assert found is not None
    assert found.at_s == pytest.approx(15.0)
    spread[140:150] = 0.4
    found = again(spread)
    assert found is not None
    assert found.at_s == pytest.approx(14.0)
    spread[190:] = 0.1
    found = again(spread)
    assert found is not None
    assert found.at_s == pytest.approx(19.0)


@pytest.mark.parametrize(("size", "enough"), [(39, False), (40, True)])
def test_a_second_two_seconds_after_the_pose_is_needed(size: int, enough: bool) -> None:
    assert (again(np.zeros(size)) is not None) == enough


def test_one_sensor_has_none_to_compare_with() -> None:
    assert again(np.zeros(60), (0.0,)) is None
    assert again(np.zeros(60), (0.0, 0.0)) is not None


@pytest.mark.parametrize(
    ("spread_deg", "pose_spread_deg", "stands"),
    [
        (0.98, 0.0, True),
        (1.02, 0.0, False),
        (1.55, 0.8, True),
        (1.65, 0.8, False),
        (0.98, 0.1, True),
    ],
)
def test_standing_is_a_degree_or_twice_the_spread_of_the_pose(
    spread_deg: float, pose_spread_deg: float, stands: bool
) -> None:
    found = again(np.full(60, spread_deg), pose_spread_deg=pose_spread_deg)
    assert (found is not None) == stands


def test_all_sensors_stand_in_some_second_whatever_they_do_in_others() -> None:
    still = np.tile(WORN, (60, 1))
    one = np.full(60, 5.0)
    one[40:50] = 0.5
    other = np.full(60, 5.0)
    aligned = recorded({"pelvis": still, "torso": multiply(trembling(one), WORN)}, RATE_HZ)
    found = placement._later_pose(aligned, stood(WORN, WORN))
    assert found is not None
    assert found.at_s == pytest.approx(4.0)
    aligned = recorded({"pelvis": still, "torso": multiply(trembling(other), WORN)}, RATE_HZ)
    assert placement._later_pose(aligned, stood(WORN, WORN)) is None


def test_absent_samples_are_left_out_of_the_mean() -> None:
    still = np.tile(WORN, (60, 1))
    lost = multiply(about((0.0, 1.0, 0.0), np.deg2rad(8.0)), still)
    lost[::2] = np.nan
    aligned = recorded({"pelvis": still, "torso": lost}, RATE_HZ)
    found = placement._later_pose(aligned, stood(WORN, WORN))
    assert found is not None
    assert found.turned_deg == {"torso_imu": pytest.approx(8.0)}


def test_more_than_10_degrees_are_doubted() -> None:
    turned = {"torso_imu": 10.1, "femur_r_imu": 9.9}
    (note,) = placement._doubts(placement._Again(14.0, turned))
    assert note.code == "pose.not_as_before"
    assert note.subject == ("torso_imu",)
    assert note.values == {"at_s": 14.0, "turned_deg": {"torso_imu": 10.1}}
    assert placement._doubts(placement._Again(14.0, {"torso_imu": 10.0})) == []


def test_standing_again_is_part_of_the_quality_and_of_the_notes() -> None:
    from tests.calibration.test_placement_by_hand import placed

    still = np.tile(UPRIGHT, (60, 1))
    turned = still.copy()
    turned[20:] = about((0.0, 1.0, 0.0), np.deg2rad(12.0))
    aligned = recorded({"pelvis": still, "torso": turned}, RATE_HZ)
    found = placed(aligned, stood(UPRIGHT, UPRIGHT))
    assert found.quality["standing_again_torso_imu_deg"] == pytest.approx(12.0)
    assert found.quality["standing_again_s"] == pytest.approx(3.0)
    assert codes(found.notes) == ["heading.from_swing", "pose.not_as_before"]
    moving = placed(aligned, replace(stood(UPRIGHT, UPRIGHT), method="movement"))
    assert "standing_again_s" not in moving.quality
