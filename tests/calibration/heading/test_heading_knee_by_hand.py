"""A thigh's heading from a knee that is a hinge, with angles that are written by hand."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.calibration.heading import knee
from opensim_pelvis.calibration.heading.knee import heading_from_knee
from opensim_pelvis.frames import R_GE_NOMINAL, FloatArray, turn_about_vertical
from opensim_pelvis.rotations import inverse, multiply
from opensim_pelvis.types import AlignedRecording, CalibrationPose
from tests.calibration.heading.by_hand import about, recorded, stood

THIGH_WORN, SHANK_WORN = about((0.6, 0.0, 0.8), 1.1), about((0.0, 0.8, -0.6), 2.0)
SHANK_RAD = 0.9
RIGHT = (0.0, 0.0, 1.0)  # in G
EXACT_RAD = 1e-9
STEP_RAD = np.deg2rad(0.13)  # the last steps of the search are 0.24 degrees


def seen(R_GB: FloatArray, heading_rad: float, worn: FloatArray) -> FloatArray:
    """Orientations in E of a sensor on a body that faces forward in the pose."""
    R_GE = multiply(turn_about_vertical(-heading_rad), R_GE_NOMINAL)
    return multiply(multiply(multiply(inverse(R_GE), R_GB), R_GE), worn)


def leg(
    bent_deg: FloatArray,
    thigh_rad: float,
    swing_deg: float = 20.0,
    turned_rad: FloatArray | float = 0.0,
) -> tuple[AlignedRecording, CalibrationPose]:
    """A thigh that swings and a knee that bends, backward where positive, and turns the shank."""
    swing = np.deg2rad(swing_deg) * np.sin(np.arange(bent_deg.size))
    thigh = about(RIGHT, swing)
    bent = multiply(thigh, about(RIGHT, -np.deg2rad(bent_deg)))
    shank = multiply(bent, about((0.0, 1.0, 0.0), turned_rad + np.zeros(bent_deg.size)))
    aligned = recorded(
        {
            "tibia_r": seen(shank, SHANK_RAD, SHANK_WORN),
            "femur_r": seen(thigh, thigh_rad, THIGH_WORN),
        },
        100.0,
    )
    return aligned, stood(SHANK_WORN, THIGH_WORN)


def find(bent_deg: FloatArray, thigh_rad: float, from_deg: float | None = None) -> float | None:
    """How far the answer is from the true heading of the thigh, radians."""
    return away(leg(bent_deg, thigh_rad), thigh_rad, from_deg)


def away(
    worn: tuple[AlignedRecording, CalibrationPose], thigh_rad: float, from_deg: float | None
) -> float | None:
    start = None if from_deg is None else thigh_rad + float(np.deg2rad(from_deg))
    found = heading_from_knee(*worn, thigh=1, shank=0, thigh_rad=start, shank_rad=SHANK_RAD)
    return None if found is None else float(np.angle(np.exp(1j * (found - thigh_rad))))


def halves(low_deg: float, high_deg: float, size: int = 400) -> FloatArray:
    """Bent by the one angle in each other sample, by the other between."""
    return np.where(np.arange(size) % 2 == 0, low_deg, high_deg)


@pytest.mark.parametrize("thigh_deg", [0.0, 103.0, -117.0, 175.0, -177.0, 45.0])
def test_all_round_a_hinge_bends_backward_at_one_heading(thigh_deg: float) -> None:
    found = find(halves(0.0, 60.0), float(np.deg2rad(thigh_deg)))
    assert found is not None
    assert abs(found) < STEP_RAD


@pytest.mark.parametrize(
    ("from_deg", "near"), [(28.0, True), (-28.0, True), (29.0, False), (-29.0, False), (0.0, True)]
)
def test_a_first_value_is_right_within_almost_30_degrees(from_deg: float, near: bool) -> None:
    found = find(halves(0.0, 60.0), -2.0, from_deg)
    assert (found is not None) == near
    assert found is None or abs(found) < STEP_RAD


@pytest.mark.parametrize("from_deg", [-7.44, 16.56, -5.76])
def test_the_search_goes_in_steps_of_a_fifth_of_30_of_6_and_of_1_2_degrees(
    from_deg: float,
) -> None:
    """6 + 1.2 + 0.24, 18 - 1.2 - 0.24 and 6 - 0.24 degrees: met exactly."""
    found = find(halves(0.0, 60.0), -2.0, from_deg)
    assert found == pytest.approx(0.0, abs=EXACT_RAD)


@pytest.mark.parametrize("from_deg", [0.0, None])
@pytest.mark.parametrize(("bent_deg", "enough"), [(19.6, False), (20.4, True)])
def test_flexion_varies_by_more_than_10_degrees(
    bent_deg: float, enough: bool, from_deg: float | None
) -> None:
    assert (find(halves(0.0, bent_deg), np.deg2rad(50.0), from_deg) is not None) == enough


@pytest.mark.parametrize(("forward_deg", "allowed"), [(14.6, True), (15.4, False)])
def test_a_knee_bends_forward_by_no_more_than_15_degrees(forward_deg: float, allowed: bool) -> None:
    assert (find(halves(-forward_deg, 40.0), np.deg2rad(50.0)) is not None) == allowed


@pytest.mark.parametrize(("share", "allowed"), [(0.045, True), (0.055, False)])
def test_a_knee_bends_forward_in_no_more_than_5_percent_of_the_samples(
    share: float, allowed: bool
) -> None:
    bent = halves(0.0, 60.0, 2000)
    bent[: round(share * bent.size)] = -40.0
    assert (find(bent, np.deg2rad(50.0)) is not None) == allowed


def test_a_knee_that_may_bend_either_way_tells_nothing() -> None:
    """Below a thigh that swings by a degree, so that the other way round it looks alike."""
    worn = leg(halves(-12.0, 12.0), np.deg2rad(50.0), swing_deg=1.0)
    assert away(worn, np.deg2rad(50.0), None) is None
    assert away(worn, np.deg2rad(50.0), 3.0) is not None


@pytest.mark.parametrize(("size", "enough"), [(199, False), (200, True)])
def test_two_hundred_samples_of_both_are_the_least(size: int, enough: bool) -> None:
    aligned, pose = leg(halves(0.0, 60.0, size + 7), -2.0)
    aligned.R_ES[:3, 0] = np.nan
    aligned.R_ES[-4:, 1] = np.nan
    found = away((aligned, pose), -2.0, 3.0)
    assert (found is not None) == enough


def test_from_4000_samples_on_each_second_one_is_enough() -> None:
    """The others are those of a leg that turns otherwise."""
    bent = np.zeros(4000)
    bent[::4] = 60.0
    aligned, pose = leg(bent, -2.0)
    aligned.R_ES[1::2, 1] = multiply(
        about((1.0, 0.0, 0.0), 0.5), aligned.R_ES[1::4, 1].repeat(2, 0)
    )
    found = away((aligned, pose), -2.0, 3.0)
    assert found is not None
    assert abs(found) < STEP_RAD


def test_below_4000_samples_all_count() -> None:
    bent = np.zeros(3999)
    bent[1::2] = 60.0
    assert find(bent, -2.0, 3.0) is not None


def test_a_knee_that_bends_and_turns_with_the_swing_is_still_a_hinge() -> None:
    """Neither flexion nor rotation vary least at the true heading; adduction does."""
    bent_deg = 30.0 + 30.0 * np.sin(np.arange(400))
    for turned in (0.0, 0.15 * np.deg2rad(bent_deg) ** 2, -0.15 * np.deg2rad(bent_deg) ** 2):
        found = away(leg(bent_deg, -2.0, turned_rad=turned), -2.0, 3.0)
        assert found is not None
        assert abs(found) < STEP_RAD


def looked(aside_deg: FloatArray) -> tuple[float | None, list[float]]:
    """What is found where adduction varies so at each heading, and the headings asked for."""
    asked: list[float] = []
    to_and_fro = np.tile([1.0, -1.0], 50)

    def bend(heading_rad: float) -> FloatArray:
        asked.append(float(np.rad2deg(heading_rad)))
        aside = aside_deg[len(asked) - 1]
        angles = [20.0 * (to_and_fro - 1.0), aside * to_and_fro, (40.0 - aside) * to_and_fro]
        return np.deg2rad(np.stack(angles, axis=1))

    found = knee._look_round(bend)
    return (None if found is None else float(np.rad2deg(found))), asked


def test_all_round_is_looked_in_steps_of_10_degrees() -> None:
    aside = np.abs(np.arange(36) - 20.0)
    found, asked = looked(aside)
    np.testing.assert_allclose(asked, np.arange(-180.0, 180.0, 10.0))
    assert found == pytest.approx(20.0)
    # Halfway between two headings both are as good: that is one.
    between, _ = looked(np.abs(np.arange(36) - 20.5))
    assert between == pytest.approx(20.0)
    # Two are none.
    assert looked(np.minimum(aside, np.abs(np.arange(36) - 4.0)))[0] is None
