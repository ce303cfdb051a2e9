"""The pose of a movement, of samples that turn evenly or by blocks of two seconds."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.calibration import movement_pose
from opensim_pelvis.calibration.movement_pose import pose_of_movement
from opensim_pelvis.errors import PlacementError
from opensim_pelvis.frames import BoolArray, FloatArray
from opensim_pelvis.rotations import angle_between, multiply
from opensim_pelvis.types import AlignedRecording
from tests.calibration.heading.by_hand import about, heading_turn, recorded

RATE_HZ = 10.0
WORN = about((0.6, 0.0, 0.8), 1.1)
FORWARD = (1.0, 0.0, 0.0)


def turning(size: int, radps: float = 0.05) -> AlignedRecording:
    """Two sensors, one of which turns to the left and one to the right half as fast."""
    time_s = np.arange(size) / RATE_HZ
    return recorded(
        {
            "pelvis": multiply(heading_turn(radps * time_s), WORN),
            "torso": multiply(heading_turn(-0.5 * radps * time_s), WORN),
        },
        RATE_HZ,
    )


@pytest.mark.parametrize(
    ("window_s", "after_s"),
    [
        ((2.0, 17.0), 3.0),
        ((0.0, 8.0), 3.0),
        ((4.0, 9.0), 2.5),  # of 51 samples the middle comes before three seconds
    ],
)
def test_slow_turns_are_taken_out_and_headings_are_those_after_3_seconds(
    window_s: tuple[float, float], after_s: float
) -> None:
    pose = pose_of_movement(turning(200), window_s=window_s)
    middle_s = window_s[0] + after_s
    wanted = multiply(heading_turn(np.array([0.05, -0.025]) * middle_s), WORN)
    np.testing.assert_allclose(angle_between(pose.R_ES, wanted), 0.0, atol=1e-9)
    np.testing.assert_allclose(pose.spread_rad, 0.0, atol=1e-9)
    assert pose.heading_s == pytest.approx(middle_s)
    assert pose.window_s == pytest.approx(window_s)
    assert (pose.window_source, pose.method) == ("given", "movement")
    assert pose.samples.tolist() == [round(10.0 * (window_s[1] - window_s[0])) + 1] * 2


def cyclic_from(first: int, after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def cyclic(_: object, time_s: FloatArray) -> BoolArray:
        number = np.arange(time_s.size)
        return (number >= first) & (number < after)

    monkeypatch.setattr(movement_pose, "find_cyclic", cyclic)


@pytest.mark.parametrize(("samples", "enough"), [(49, False), (50, True)])
def test_five_seconds_of_steady_motion_are_the_least(
    monkeypatch: pytest.MonkeyPatch, samples: int, enough: bool
) -> None:
    cyclic_from(20, 20 + samples, monkeypatch)
    if enough:
        pose = pose_of_movement(turning(200), window_s=None)
        assert pose.window_s == pytest.approx((2.0, 6.9))
        assert pose.window_source == "found"
        return
    with pytest.raises(PlacementError, match=r"wanted 5 s of steady.*found 4\.9 s"):
        pose_of_movement(turning(200), window_s=None)


@pytest.mark.parametrize(("there", "enough"), [(49, False), (50, True)])
def test_each_sensor_needs_five_seconds_of_samples(there: int, enough: bool) -> None:
    aligned = turning(101)
    aligned.R_ES[25 : 25 + 101 - there, 1] = np.nan
    if enough:
        assert pose_of_movement(aligned, window_s=(0.0, 10.0)).samples.tolist() == [101, 50]
        return
    with pytest.raises(PlacementError, match="torso_imu has less than 5 s"):
        pose_of_movement(aligned, window_s=(0.0, 10.0))


def test_rows_begin_where_all_sensors_are_there() -> None:
    aligned = turning(200)
    aligned.R_ES[:30, 1] = np.nan
    pose = pose_of_movement(aligned, window_s=(2.0, 17.0))
    assert pose.window_s == pytest.approx((3.0, 17.0))
    assert pose.heading_s == pytest.approx(6.0)
    never = turning(200)
    never.R_ES[:100, 1] = np.nan
    never.R_ES[100:, 0] = np.nan
    rows = movement_pose._steady_rows(never, (2.0, 17.0))
    assert np.flatnonzero(rows).tolist() == list(range(20, 171))


def test_the_standard_error_is_that_of_blocks_of_two_seconds() -> None:
    """Leaning by 0.1 rad to either side for two seconds each: eight means, each 0.1 off."""
    leaning = np.where(np.arange(160) // 20 % 2 == 0, 0.1, -0.1)
    R_ES = multiply(about(FORWARD, leaning), WORN)
    aligned = recorded({"pelvis": R_ES}, RATE_HZ)
    pose = pose_of_movement(aligned, window_s=(0.0, 15.9))
    assert angle_between(pose.R_ES[0], WORN) == pytest.approx(0.0, abs=1e-9)
    assert pose.spread_rad[0] == pytest.approx(0.1 / np.sqrt(8.0))


def test_a_mean_of_less_than_a_block_is_that_of_one() -> None:
    q = multiply(about(FORWARD, np.array([0.1, 0.1, -0.1, -0.1])), WORN)
    mean, count, error = movement_pose._mean_of(np.concatenate([q, np.full((2, 4), np.nan)]), 5)
    assert angle_between(mean, WORN) == pytest.approx(0.0, abs=1e-9)
    assert (count, error) == (4, pytest.approx(0.0, abs=1e-9))
    _, _, single = movement_pose._mean_of(q, 1)
    assert single == pytest.approx(0.1 / 2.0)
    _, _, halves = movement_pose._mean_of(np.repeat(q[::2], 3, axis=0), 3)
    assert halves == pytest.approx(0.1 / np.sqrt(2.0))
