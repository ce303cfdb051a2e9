"""Poses and placements of samples that are written by hand, at their limits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from opensim_pelvis.calibration import placement
from opensim_pelvis.calibration.placement import (
    average_pose,
    find_still_window,
    orient_sensors,
    place_static,
)
from opensim_pelvis.errors import PlacementError
from opensim_pelvis.frames import R_GE_NOMINAL, FloatArray, turn_about_vertical
from opensim_pelvis.notices import notice
from opensim_pelvis.rotations import angle_between, inverse, multiply
from opensim_pelvis.types import AlignedRecording, CalibrationPose, Heading
from tests.calibration.heading.by_hand import UPRIGHT, about, recorded, stood
from tests.notices import coded, codes

RATE_HZ = 10.0
FORWARD = (1.0, 0.0, 0.0)
STILL_RAD = float(np.deg2rad(2.0))


def trembling(spread_deg: FloatArray) -> FloatArray:
    """Samples to either side by turns, whose RMS from their mean is as given, to second order."""
    half = np.arcsin(np.deg2rad(spread_deg) / 2.0) * 2.0
    return about(FORWARD, half * (-1.0) ** np.arange(spread_deg.size))


def of_spread(spread_deg: FloatArray, rate_hz: float = RATE_HZ) -> AlignedRecording:
    still = np.tile(UPRIGHT, (spread_deg.size, 1))
    return recorded({"pelvis": still, "torso": trembling(spread_deg)}, rate_hz)


def test_the_spread_of_a_window_is_that_of_the_samples_there() -> None:
    q = trembling(np.full(12, 3.0))[:, None]
    np.testing.assert_allclose(placement._rolling_spread(q, 6), np.deg2rad(np.full((7, 1), 3.0)))
    q[[0, 1, 6, 7]] = np.nan  # as many of either side
    few = placement._rolling_spread(q, 12)
    np.testing.assert_allclose(few, np.deg2rad([[3.0]]))
    np.testing.assert_array_equal(placement._rolling_spread(np.tile(UPRIGHT, (4, 1, 1)), 2), 0.0)


@pytest.mark.parametrize(
    ("width", "there", "enough"),
    [
        # A tenth of the samples, and three of them,
        (60, [0, 19, 20, 40, 59], False),
        (60, [0, 19, 20, 39, 40, 59], True),
        (12, [3, 8], False),
        (12, [3, 4, 8], True),
        (12, [0, 7, 11], True),
        # and some in each third, of 12 samples four each.
        (12, [4, 5, 8, 9], False),
        (12, [0, 3, 8, 11], False),
        (12, [0, 3, 4, 7], False),
        # Windows of one or two samples are whole.
        (2, [0, 1], True),
        (2, [0], False),
        (1, [0], True),
    ],
)
def test_a_window_counts_with_a_tenth_of_its_samples_and_some_in_each_third(
    width: int, there: list[int], enough: bool
) -> None:
    q = np.full((width, 1, 4), np.nan)
    q[there] = UPRIGHT
    assert np.isfinite(placement._rolling_spread(q, width)[0, 0]) == enough


def test_the_stillest_second_of_the_first_stretch_is_found() -> None:
    spread = np.full(120, 10.0)
    spread[5:45] = 1.0
    spread[22:32] = 0.5
    spread[70:100] = 0.0  # stiller, but later
    start_s, end_s = find_still_window(of_spread(spread), max_spread_rad=STILL_RAD)
    assert (start_s, end_s) == pytest.approx((2.2, 3.1))


def test_a_quarter_of_a_second_before_the_movement_is_left_out() -> None:
    """Ever stiller until movement at 4.0 s: the last whole second starts at 3.0 s, two less."""
    spread = np.full(80, 10.0)
    spread[:40] = np.linspace(1.0, 0.2, 40)
    start_s, _ = find_still_window(of_spread(spread), max_spread_rad=STILL_RAD)
    assert start_s == pytest.approx(2.8)
    whole, end_s = find_still_window(of_spread(spread[:40]), max_spread_rad=STILL_RAD)
    assert (whole, end_s) == pytest.approx((3.0, 3.9))
    brief = np.full(80, 10.0)
    brief[20:31] = np.linspace(1.0, 0.2, 11)
    start_s, _ = find_still_window(of_spread(brief), max_spread_rad=STILL_RAD)
    assert start_s == pytest.approx(2.0)


@pytest.mark.parametrize(("spread_deg", "still"), [(1.99, True), (2.01, False)])
def test_a_second_is_still_up_to_the_limit(spread_deg: float, still: bool) -> None:
    aligned = of_spread(np.full(10, spread_deg))
    if still:
        assert find_still_window(aligned, max_spread_rad=STILL_RAD) == pytest.approx((0.0, 0.9))
        return
    wanted = r"from 0.00 s, has 2.0 degrees"
    with pytest.raises(PlacementError, match=wanted):
        find_still_window(aligned, max_spread_rad=STILL_RAD)


def test_the_stillest_second_is_named_where_none_is_still() -> None:
    spread = np.full(60, 10.0)
    spread[23:33] = 4.0
    with pytest.raises(PlacementError, match=r"from 2.30 s, has 4.0 degrees"):
        find_still_window(of_spread(spread), max_spread_rad=STILL_RAD)
    absent = recorded({"pelvis": np.full((30, 4), np.nan)}, RATE_HZ)
    with pytest.raises(PlacementError, match="in no second do all sensors have enough samples"):
        find_still_window(absent, max_spread_rad=STILL_RAD)


@pytest.mark.parametrize(("size", "rate_hz"), [(9, 10.0), (1, 1.0)])
def test_less_than_a_second_or_two_samples_is_no_static_trial(size: int, rate_hz: float) -> None:
    with pytest.raises(PlacementError, match=f"needs 1 s, but .* {(size - 1) / rate_hz:.2f} s"):
        find_still_window(of_spread(np.zeros(size), rate_hz), max_spread_rad=STILL_RAD)
    found = find_still_window(of_spread(np.zeros(size + 1), rate_hz), max_spread_rad=STILL_RAD)
    assert found[0] == 0.0


@pytest.mark.parametrize(
    ("start_s", "end_s", "first", "after"),
    [
        (0.0, 1.0, 0, 11),
        (0.14, 0.24, 1, 3),
        (0.16, 0.26, 2, 4),
        (0.25, 0.25, 2, 4),
        (0.3, 0.3, 3, 4),
        (-0.04, 9.94, 0, 100),
        (9.9, 9.9, 99, 100),
    ],
)
def test_a_window_has_the_samples_nearest_to_its_ends(
    start_s: float, end_s: float, first: int, after: int
) -> None:
    rows = placement._window_rows(of_spread(np.zeros(100)), (start_s, end_s))
    assert (rows.start, rows.stop) == (first, after)


@pytest.mark.parametrize("window_s", [(-0.06, 1.0), (1.0, 9.96), (2.0, 1.9)])
def test_a_window_half_a_sample_outside_is_refused(window_s: tuple[float, float]) -> None:
    with pytest.raises(PlacementError, match=r"is not within.*from 0 to 9\.90 s"):
        placement._window_rows(of_spread(np.zeros(100)), window_s)


def test_a_pose_is_the_mean_of_the_samples_there() -> None:
    aligned = of_spread(np.full(40, 1.5))
    aligned.R_ES[3, 1] = aligned.R_ES[4, 1] = np.nan
    pose = average_pose(aligned, window_s=(0.0, 1.9), source="given", max_spread_rad=STILL_RAD)
    assert pose.samples.tolist() == [20, 18]
    np.testing.assert_allclose(angle_between(pose.R_ES, UPRIGHT), 0.0, atol=1e-12)
    assert np.rad2deg(pose.spread_rad) == pytest.approx([0.0, 1.5], rel=1e-3)
    assert pose.window_s == (0.0, 1.9)
    with pytest.raises(PlacementError, match=r"1.9 s: torso_imu moves: 1.5 .*at most 1.4"):
        average_pose(
            aligned, window_s=(0.0, 1.9), source="given", max_spread_rad=float(np.deg2rad(1.4))
        )


def test_a_sensor_without_samples_is_named_with_the_window() -> None:
    aligned = of_spread(np.full(40, 0.0))
    aligned.R_ES[5:21, 1] = np.nan
    with pytest.raises(PlacementError, match=r"window 0.5 to 2 s: torso_imu has no sample in"):
        average_pose(aligned, window_s=(0.5, 2.0), source="given", max_spread_rad=STILL_RAD)
    one = average_pose(aligned, window_s=(0.5, 2.1), source="given", max_spread_rad=STILL_RAD)
    assert one.samples.tolist() == [17, 1]


HEADINGS = Heading(
    heading_rad=np.array([0.7, -2.0]),
    method="axis",
    tilt_rad=-0.2,
    confidence="given",
    description=notice("forward.axis", axis="x", sensor="pelvis_imu"),
    notes=(notice("heading.from_swing"),),
)
WORN = about((0.6, 0.0, 0.8), 1.1)
STANDS = about((0.0, 0.0, 1.0), 0.3)


def placed(
    aligned: AlignedRecording, pose: CalibrationPose, **given: object
) -> placement.Placement:
    bodies = {"pelvis": UPRIGHT, "torso": STANDS}
    return place_static(aligned, pose, HEADINGS, default_R_GB=bodies, **given)  # type: ignore[arg-type]


def test_sensors_sit_on_bodies_as_the_pose_has_them() -> None:
    pose = replace(
        stood(UPRIGHT, WORN), samples=np.array([9, 3]), spread_rad=np.array([0.01, 0.02])
    )
    found = placed(of_spread(np.zeros(30)), pose)
    R_GE = multiply(turn_about_vertical(np.array([-0.7, 2.0])), R_GE_NOMINAL)
    np.testing.assert_allclose(found.R_GE, R_GE)
    np.testing.assert_allclose(found.R_BS[0], R_GE[0])
    np.testing.assert_allclose(found.R_BS[1], multiply(inverse(STANDS), multiply(R_GE[1], WORN)))
    assert found.quality == {
        "samples": 3.0,
        "worst_spread_deg": pytest.approx(np.rad2deg(0.02)),
        "heading_axis_tilt_deg": pytest.approx(np.rad2deg(-0.2)),
    }
    assert codes(found.notes) == ["heading.from_swing"]
    few = placed(of_spread(np.zeros(30)), replace(pose, samples=np.array([9, 2])))
    assert coded(few.notes, "pose.few_samples")[0].values["samples"] == 2
    known = placed(of_spread(np.zeros(30)), pose, mounted={"torso_imu": STANDS})
    np.testing.assert_array_equal(known.R_BS[1], STANDS)
    np.testing.assert_allclose(known.R_BS[0], R_GE[0])


def test_drift_is_taken_from_all_samples() -> None:
    aligned = of_spread(np.zeros(30))
    found = placed(aligned, stood(UPRIGHT, WORN))
    drift = np.stack([np.linspace(0.0, 1.0, 30), np.linspace(0.0, -2.0, 30)], axis=1)
    drifting = replace(found, heading=replace(HEADINGS, drift_rad=drift))
    plain = multiply(found.R_GE, aligned.R_ES)
    np.testing.assert_allclose(orient_sensors(aligned, found).R_GS, plain)
    wanted = multiply(turn_about_vertical(-drift), plain)
    np.testing.assert_allclose(orient_sensors(aligned, drifting).R_GS, wanted)
