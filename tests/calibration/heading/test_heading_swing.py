"""The plane of swing of a leg that turns about one axis at an even speed."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.calibration.heading import swing
from opensim_pelvis.calibration.heading.swing import find_swing, leg_sensors, vertical_turn
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.rotations import multiply
from tests.calibration.heading.by_hand import UPRIGHT, about, heading_turn, recorded, stood

RATE_HZ = 100.0
WORN = about((0.6, 0.0, 0.8), 1.1)  # any mounting
ABSENT = np.full((2, 4), np.nan)  # no step goes across
SIGMA_DEG = {"femur": 6.3, "tibia": 4.5, "calcn": 4.8}


def to_and_fro(low: float, high: float, times: int = 8) -> FloatArray:
    """Angle at 2 rad/s from the one end to the other and back."""
    length = round((high - low) * RATE_HZ / 2.0)
    there = low + (high - low) * np.arange(length) / length
    return np.tile(np.concatenate([there, high + low - there]), times)


def to_the_right(forward_rad: float) -> tuple[float, float, float]:
    return float(np.sin(forward_rad)), -float(np.cos(forward_rad)), 0.0


def swung(forward_rad: float, angle_rad: FloatArray) -> FloatArray:
    """A worn sensor that turns about the axis to the right; forward where positive."""
    return multiply(about(to_the_right(forward_rad), angle_rad), WORN)


def find(R_ES: dict[str, FloatArray], legs: list[int] | None = None) -> swing.Swing | None:
    """Of a recording with a pelvis, which does nothing unless it is given."""
    size = next(iter(R_ES.values())).shape[0]
    R_ES = {"pelvis": np.tile(UPRIGHT, (size, 1))} | R_ES
    pose = stood(UPRIGHT, *[WORN] * (len(R_ES) - 1))
    legs = list(range(1, len(R_ES))) if legs is None else legs
    return find_swing(recorded(R_ES, RATE_HZ), pose, base=0, legs=legs)


def turn(angle_rad: float) -> float:
    return float(np.angle(np.exp(1j * angle_rad)))


@pytest.mark.parametrize("forward_rad", [0.0, 0.7, 2.0, -2.5, -1.0])
@pytest.mark.parametrize(
    ("body", "behind"), [("femur_r", 0.0), ("tibia_l", np.pi), ("calcn_r", np.pi)]
)
def test_a_thigh_swings_further_forward_and_the_rest_of_the_leg_further_backward(
    forward_rad: float, body: str, behind: float
) -> None:
    found = find({body: swung(forward_rad, to_and_fro(-0.2, 0.6))})
    assert found is not None
    assert turn(found.forward_rad - forward_rad - behind) == pytest.approx(0.0, abs=1e-9)
    assert found.asymmetry_rad == pytest.approx(0.4, abs=1e-3)
    assert np.rad2deg(found.sigma_rad) == pytest.approx(SIGMA_DEG[body[:5]])
    assert 1e6 < found.ratio < 1e16  # a plane as exact as numbers are


def test_the_side_is_told_by_all_but_the_last_of_fifty_samples_to_either_side() -> None:
    """Uniform from 0 to 1, with every fifth at 0: the 2nd percentile is 0, the 98th 0.975."""
    angle = np.where(np.arange(1001) % 5 == 0, 0.0, np.linspace(0.0, 1.0, 1001))
    aligned = recorded({"femur_r": swung(0.7, angle)}, RATE_HZ)
    right = np.array(to_the_right(0.7)[:2])
    still = np.zeros(1001)
    found = swing._asymmetry(aligned, stood(WORN), still, 0, right)
    assert found == pytest.approx(0.975, abs=1e-3)
    low = swing._asymmetry(aligned, stood(WORN), still, 0, -right)
    assert low == pytest.approx(-0.975, abs=1e-3)


def test_several_sensors_share_an_axis_and_their_mean_side() -> None:
    found = find(
        {
            "femur_r": swung(0.7, to_and_fro(-0.2, 0.6)),
            "tibia_r": swung(0.7, to_and_fro(-0.55, 0.25)),
        }
    )
    assert found is not None
    assert turn(found.forward_rad - 0.7) == pytest.approx(0.0, abs=1e-9)
    assert found.asymmetry_rad == pytest.approx((0.4 + 0.3) / 2.0, abs=1e-3)
    assert np.rad2deg(found.sigma_rad) == pytest.approx(SIGMA_DEG["femur"])


def test_turns_of_the_body_are_taken_back() -> None:
    """A piece each with the body turned by 1.2 and by -0.9 rad since the pose."""
    piece = swung(0.7, to_and_fro(-0.2, 0.6))
    still = np.tile(UPRIGHT, (piece.shape[0], 1))
    pelvis, thigh = (
        np.concatenate([multiply(heading_turn(1.2), q), ABSENT, multiply(heading_turn(-0.9), q)])
        for q in (still, piece)
    )
    found = find({"pelvis": pelvis, "femur_r": thigh})
    assert found is not None
    assert turn(found.forward_rad - 0.7) == pytest.approx(0.0, abs=1e-9)
    assert found.asymmetry_rad == pytest.approx(0.4, abs=1e-3)
    assert found.ratio > 1e6


@pytest.mark.parametrize(("radps", "counts"), [(0.95, False), (1.05, True)])
def test_turns_slower_than_1_radian_per_second_are_no_swing(radps: float, counts: bool) -> None:
    """402 rows at 2 rad/s about one axis, and 400 about the axis square to it."""
    right = multiply(about(to_the_right(0.3), 2.0 * np.arange(404) / RATE_HZ), WORN)
    ahead = multiply(about((np.cos(0.3), np.sin(0.3), 0.0), radps * np.arange(402) / RATE_HZ), WORN)
    found = find({"femur_r": np.concatenate([right, ABSENT, ahead])})
    assert found is not None
    if counts:
        speeds = np.sin(2.0 / RATE_HZ) / np.sin(radps / RATE_HZ)
        assert found.ratio == pytest.approx(402.0 / 400.0 * speeds**2)
    else:
        assert found.ratio > 1e6


@pytest.mark.parametrize(("rows", "enough"), [(100, False), (101, True)])
def test_more_than_a_second_of_swing_is_needed(rows: int, enough: bool) -> None:
    q = swung(0.7, 2.0 * np.arange(rows + 2) / RATE_HZ - 0.5)
    assert (find({"femur_r": q}) is not None) == enough
    assert find({"femur_r": q[:2]}) is None
    still = np.tile(WORN, (400, 1))
    assert find({"femur_r": still}) is None


def test_less_than_two_blocks_of_time_are_known_to_3_degrees() -> None:
    short = to_and_fro(-0.2, 0.6)[:300]
    one = find({"femur_r": swung(0.7, short)})
    two = find({"femur_r": swung(0.7, short), "femur_l": swung(0.7, short)})
    assert one is not None
    assert two is not None
    system = SIGMA_DEG["femur"]
    assert np.rad2deg(one.sigma_rad) == pytest.approx(np.hypot(system, 3.0))
    assert np.rad2deg(two.sigma_rad) == pytest.approx(np.hypot(system, 3.0 * np.sqrt(2.0) / 2.0))
    # A sensor that does not swing adds nothing to that.
    still = np.tile(WORN, (300, 1))
    aside = find({"femur_r": swung(0.7, short), "femur_l": still})
    assert aside is not None
    assert np.rad2deg(aside.sigma_rad) == pytest.approx(np.hypot(system, 3.0 / 2.0))


@pytest.mark.parametrize("rest", [0, 199])
def test_the_mean_of_blocks_of_two_seconds_varies_with_their_axes(rest: int) -> None:
    """Tangents 0.1, 0.1, -0.1, -0.1 have the variance 0.04 / 3, their mean a quarter of it."""
    right = np.array([0.6, -0.8])
    ahead = np.array([0.8, 0.6])
    tangent = np.concatenate([np.repeat([0.1, 0.1, -0.1, -0.1], 200), np.full(rest, 0.5)])
    speed = np.where(np.arange(tangent.size) % 2 == 0, 3.0, -2.0)
    level = speed[:, None] * (right + tangent[:, None] * ahead)
    assert swing._block_variance([level], [right], 100.0) == pytest.approx(0.01 / 3.0)
    # Two blocks are enough: 0.1 and -0.1 vary by 0.02, their mean by 0.01.
    assert swing._block_variance([level[200:600]], [right], 100.0) == pytest.approx(0.01)
    # A faster part of a block weighs more: 3^2 against 1^2.
    level[:100] = right + 0.3 * ahead
    level[100:200] = 3.0 * (right + 0.1 * ahead)
    first = (0.3 + 9.0 * 0.1) / 10.0
    wanted = np.var([first, 0.1, -0.1, -0.1], ddof=1) / 4.0
    assert swing._block_variance([level], [right], 100.0) == pytest.approx(wanted)


def test_the_axis_of_turning_counts_three_times_as_much_as_that_of_leaning() -> None:
    """Tangents 0.1 and -0.1 of the one, none of the other: three quarters of each are left."""
    right, ahead = np.array([0.6, -0.8]), np.array([0.8, 0.6])
    level = right + np.repeat([0.1, -0.1], 200)[:, None] * ahead
    leans = np.tile(right, (400, 1))
    found = swing._block_variance([level, leans], [right, right], 100.0)
    assert found == pytest.approx(0.01 * 0.75**2)


@pytest.mark.parametrize("forward_rad", [0.7, -2.5])
def test_a_turn_about_the_long_axis_tilts_the_axis_of_turning_not_that_of_leaning(
    forward_rad: float,
) -> None:
    """Thighs and shanks are told by both, three parts to one; feet by their turning alone."""
    angle = np.tile(to_and_fro(-0.2, 0.6)[:80], 12)
    twisted = about((0.0, 0.0, 1.0), 0.4 * angle)
    R_ES = multiply(about(to_the_right(forward_rad), angle), multiply(twisted, WORN))
    leans = swing._leans(R_ES, WORN, np.zeros(angle.size), RATE_HZ)
    right = swing._main_axis([leans])
    assert abs(right @ to_the_right(forward_rad)[:2]) == pytest.approx(1.0, abs=1e-12)
    foot, thigh = find({"calcn_r": R_ES}), find({"femur_r": R_ES})
    assert foot is not None
    assert thigh is not None
    tilted = turn(foot.forward_rad - forward_rad - np.pi)
    assert abs(np.rad2deg(tilted)) > 3.0
    assert turn(thigh.forward_rad - forward_rad) == pytest.approx(0.75 * tilted, rel=1e-2)


def test_leans_are_from_the_mean_of_each_block() -> None:
    """Two blocks of two seconds about other postures, and the body turned in the second."""
    lean = np.tile(0.1 * np.sin(np.linspace(0.0, 2.0 * np.pi, 200, endpoint=False)), 2)
    posture = np.repeat([0.2, 0.5], 200)
    turned = np.repeat([0.0, 1.1], 200)
    R_ES = multiply(heading_turn(turned), swung(0.7, posture + lean))
    leans = swing._leans(R_ES, WORN, turned, RATE_HZ)
    along = leans @ to_the_right(0.7)[:2]
    assert np.abs(leans[:200].mean(axis=0)).max() < 1e-12
    assert np.abs(leans[200:].mean(axis=0)).max() < 1e-12
    np.testing.assert_allclose(along[:200], np.cos(0.2) * lean[:200], atol=2e-3)
    np.testing.assert_allclose(leans @ np.array([np.cos(0.7), np.sin(0.7)]), 0.0, atol=1e-12)


def test_no_swing_has_no_variance() -> None:
    assert swing._block_variance([np.empty((0, 2))], [np.array([1.0, 0.0])], 100.0) == 0.0


def test_the_turn_about_the_vertical_is_the_headings_whatever_the_tilt() -> None:
    turned = np.linspace(0.0, 9.0, 40)
    for tilt in (UPRIGHT, about((1.0, 0.0, 0.0), 0.9), about((0.6, 0.8, 0.0), -1.4)):
        R_ES = multiply(heading_turn(turned), multiply(tilt, WORN))
        np.testing.assert_allclose(vertical_turn(R_ES, WORN), turned, atol=1e-12)


def test_leg_sensors_are_those_below_the_pelvis() -> None:
    assert leg_sensors(("torso", "femur_r", "pelvis", "tibia_l", "calcn_r")) == [1, 3, 4]


def test_a_mean_of_axes_is_a_unit_axis_on_the_side_of_the_first() -> None:
    """Three quarters of the first, a quarter of one 60 degrees to its left, given as opposite."""
    found = swing._mean_axis([np.array([1.0, 0.0]), np.array([-0.5, -np.sqrt(0.75)])])
    wanted = np.array([0.875, np.sqrt(0.75) / 4.0])
    np.testing.assert_allclose(found, wanted / np.sqrt(0.8125))


def test_rows_of_swing_are_those_whose_neighbours_turn_fast_against_each_other() -> None:
    """At 2 rad/s from sample 200 to 500: at these two half as fast, which is little enough."""
    angle = 2.0 * (np.clip(np.arange(800.0), 200.0, 500.0) - 200.0) / RATE_HZ
    aligned = recorded({"femur_r": swung(0.7, 0.999 * angle)}, RATE_HZ)
    rows, level = swing._fast_rows(aligned, np.zeros(800), 0)
    np.testing.assert_array_equal(rows, np.arange(201, 500))
    right = np.array(to_the_right(0.7)[:2])
    np.testing.assert_allclose(level @ right, 1.998, rtol=1e-4)


def test_a_plane_of_swing_asks_no_hip() -> None:
    found = find({"femur_r": swung(0.7, to_and_fro(-0.2, 0.6))})
    assert found is not None
    assert found.side_contrast == 1.0
