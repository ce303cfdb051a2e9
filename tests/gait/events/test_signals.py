"""Filter, extremes and passes in signals of a few samples, and the signal of a segment."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pytest

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.events.signals import (
    find_extremes,
    low_pass,
    minima_in,
    passes,
    refine,
    segment_signal,
)
from opensim_pelvis.notices import notice
from opensim_pelvis.rotations import multiply
from opensim_pelvis.types import AlignedRecording, Heading, Kinematics, Placement
from tests.calibration.heading.by_hand import UPRIGHT, about, recorded, stood
from tests.gait.measures.hand_made import stride_data

NONE: Final = float("nan")
N: Final = 40
RATE_HZ: Final = 100.0
QUARTER: Final = about((0.0, 0.0, 1.0), np.pi / 2.0)
"""Takes x of the sensor to y of the body and y to minus x."""


def array(*values: float) -> FloatArray:
    return np.array(values, dtype=np.float64)


def test_the_filter_is_of_second_order_forth_and_back() -> None:
    """Left of a wave: half at the cut-off, 1 / (1 + (f / c)^4) elsewhere, without a delay."""
    at = np.arange(4000.0)
    for wave_hz, left in ((5.0, 16.0 / 17.0), (10.0, 0.5), (20.0, 1.0 / 17.0)):
        wave = np.cos(2.0 * np.pi * wave_hz * (at - 2000.0) / 1000.0)
        inner = slice(1500, 2500)
        found = low_pass(3.0 * wave, 1000.0, 10.0)[inner]
        np.testing.assert_allclose(found, 3.0 * left * wave[inner], atol=0.01)


def test_gaps_are_bridged_for_the_filter_and_absent_after_it() -> None:
    at = np.arange(60.0)
    line, holed = 2.0 + 0.1 * at, 2.0 + 0.1 * at
    holed[20:30] = NONE
    found = low_pass(holed, RATE_HZ, 5.0)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(holed))
    present = np.isfinite(holed)
    np.testing.assert_allclose(found[present], low_pass(line, RATE_HZ, 5.0)[present], atol=1e-9)


def test_what_is_too_short_or_too_slow_for_a_filter_stays() -> None:
    for size, cutoff_hz, rate_hz, kept in (
        (15, 5.0, RATE_HZ, True), (16, 5.0, RATE_HZ, False), (40, 45.0, RATE_HZ, True),
        (40, 44.9, RATE_HZ, False), (40, 9.1, 20.0, True), (40, 8.9, 20.0, False),
    ):  # fmt: skip
        zigzag = np.tile([1.0, 1.0, -1.0, -1.0], 10)[:size]
        zigzag[3] = NONE
        found = low_pass(zigzag, rate_hz, cutoff_hz)
        assert np.isnan(found[3])
        assert (np.nanmax(np.abs(found - zigzag)) < 1e-12) == kept
    for many, kept in ((0, True), (1, True), (2, False)):
        few = np.full(20, NONE)
        few[9 : 9 + many] = np.arange(float(many))
        found = low_pass(few, RATE_HZ, 20.0)
        assert np.allclose(found, few, atol=1e-3, equal_nan=True) == kept


def test_extremes_are_maxima_or_minima_beyond_a_height() -> None:
    values = array(0, 3, 0, -4, 0, 2, 0, -1, 0)
    assert find_extremes(values, 1, height=0.5).tolist() == [1, 5]
    assert find_extremes(values, 1, height=2.5).tolist() == [1]
    assert find_extremes(values, -1, height=0.5).tolist() == [3, 7]
    assert find_extremes(values, -1, height=2.0).tolist() == [3]
    for distance, found in ((0, [1, 5]), (1, [1, 5]), (4, [1, 5]), (5, [1])):
        assert find_extremes(values, 1, height=0.5, distance=distance).tolist() == found
    assert find_extremes(array(0, 2, 0, 3, 0), 1, height=0.5).tolist() == [1, 3]


@pytest.mark.parametrize(
    ("hole", "found"),
    [(0, [4]), (1, [4]), (2, [4]), (3, [1]), (4, [1]), (5, [1])],
)
def test_an_extreme_beside_a_hole_is_none(hole: int, found: list[int]) -> None:
    values = array(0, 3, 0, 0, 2, 0)
    values[hole] = NONE
    assert find_extremes(values, 1, height=0.5).tolist() == found


def test_extremes_between_samples_are_those_of_the_parabola() -> None:
    at = np.arange(8.0)
    for place in (0.7, 3.3, 6.4):
        for bend in (-2.0, 5.0):
            found = refine(1.0 + bend * (at - place) ** 2, np.array([round(place)]))
            assert found == pytest.approx([place])
    values = array(9, 5, 0, 7, 4, NONE, 2, 8)
    np.testing.assert_array_equal(refine(values, np.array([0, 7, 4, 6])), [0.0, 7.0, 4.0, 6.0])
    assert refine(values, np.array([3])) == pytest.approx([3.0 + 0.5 * (0.0 - 4.0) / -10.0])
    assert refine(values, np.empty(0, dtype=np.int64)).size == 0


def test_a_parabola_whose_extreme_is_more_than_a_sample_away_is_not_followed() -> None:
    at = np.arange(8.0)
    for place, found in ((4.9, 4.9), (5.0, 5.0), (5.1, 4.0), (3.1, 3.1), (2.9, 4.0)):
        assert refine((at - place) ** 2, np.array([4])) == pytest.approx([found])
    np.testing.assert_array_equal(refine(at, np.array([4])), [4.0])


def test_passes_are_by_straight_lines_and_through_a_sample_once() -> None:
    values = array(3, 1, -3, -1, 1, 0, -1, 0, 2)
    for start, stop in ((0.0, 8.0), (-3.0, 20.0)):
        assert passes(values, start, stop, 0.0, "fall").tolist() == [1.25, 5.0]
        assert passes(values, start, stop, 0.0, "rise").tolist() == [3.5, 7.0]
    assert passes(values, 0, 8, 0.5, "fall") == pytest.approx([1.125, 4.5])
    assert passes(values, 0, 8, -2.0, "rise") == pytest.approx([2.5])


def test_passes_lie_between_samples_of_the_stretch() -> None:
    values = array(1, -1, 1, -1)
    for start, stop, found in (
        (0.0, 3.0, [0.5, 2.5]), (0.1, 3.0, [2.5]), (1.0, 3.0, [2.5]), (0.0, 2.9, [0.5]),
        (2.0, 3.0, [2.5]), (2.1, 3.0, []), (0.0, 0.9, []), (0.0, 1.0, [0.5]), (3.0, 0.0, []),
    ):  # fmt: skip
        assert passes(values, start, stop, 0.0, "fall").tolist() == found


def test_minima_are_below_the_sample_before_and_at_most_as_high_as_the_next() -> None:
    values = array(2, 1, 3, 0, 0, 4, 4, 2, 5)
    assert minima_in(values, 0, 8).tolist() == [1, 3, 7]
    assert minima_in(values, -5.0, 20.0).tolist() == [1, 3, 7]
    for start, stop, found in (
        (1.0, 8.0, [1, 3, 7]), (1.1, 8.0, [3, 7]), (3.0, 3.0, [3]), (2.5, 3.4, [3]),
        (3.1, 6.9, []), (6.5, 7.0, [7]), (5.0, 4.0, []),
    ):  # fmt: skip
        assert minima_in(values, start, stop).tolist() == found


def recording(omega: FloatArray | None, force: FloatArray | None) -> AlignedRecording:
    """Return a pelvis that is still and a right shank that turns as given in its sensor's axes."""
    still = np.tile(UPRIGHT, (N, 1))

    def both(values: FloatArray | None) -> FloatArray | None:
        return None if values is None else np.stack([np.full((N, 3), 99.0), values], axis=1)

    found = recorded({"pelvis": still, "tibia_r": still}, RATE_HZ)
    return replace(found, angular_velocity_radps=both(omega), acceleration_mps2=both(force))


def placement(R_BS: FloatArray = UPRIGHT) -> Placement:
    """Return the shank's sensor before the pelvis's."""
    heading = Heading(
        heading_rad=np.zeros(2),
        method="axis",
        tilt_rad=0.0,
        confidence="given",
        description=notice("forward.axis", axis="x", sensor="pelvis_imu"),
    )
    return Placement(
        sensors=("tibia_r_imu", "pelvis_imu"),
        bodies=("tibia_r", "pelvis"),
        R_BS=np.stack([R_BS, UPRIGHT]),
        R_GE=np.tile(UPRIGHT, (2, 1)),
        pose=stood(UPRIGHT, UPRIGHT),
        heading=heading,
    )


def turning(rate_radps: float) -> Kinematics:
    """Return a shank that turns evenly about z of its body, which lies on x of G."""
    lying = about((0.0, 1.0, 0.0), np.pi / 2.0)
    turned = about((1.0, 0.0, 0.0), rate_radps * np.arange(N) / RATE_HZ)
    still = stride_data().kinematics
    return replace(
        still,
        time_s=np.arange(N) / RATE_HZ,
        rate_hz=RATE_HZ,
        values_rad=np.empty((N, 0)),
        errors_rad=np.empty((N, 0)),
        bodies=("pelvis", "tibia_r"),
        R_GB=np.stack([np.tile(UPRIGHT, (N, 1)), multiply(turned, lying)], axis=1),
        p_GB_m=np.zeros((N, 2, 3)),
    )


def test_the_signal_of_a_segment_is_that_of_its_sensor_in_the_axes_of_its_body() -> None:
    omega, force = np.tile([0.5, 0.2, 3.0], (N, 1)), np.tile([1.0, 9.0, 2.0], (N, 1))
    found = segment_signal("tibia_r", recording(omega, force), placement(QUARTER), turning(7.0))
    assert found is not None
    assert found.measured
    assert found.body == "tibia_r"
    np.testing.assert_allclose(found.omega_radps, 3.0)
    assert found.force_x_mps2 is not None
    np.testing.assert_allclose(found.force_x_mps2, -9.0)
    aside = about((1.0, 0.0, 0.0), np.pi / 2.0)
    other = segment_signal("tibia_r", recording(omega, None), placement(aside), turning(7.0))
    assert other is not None
    np.testing.assert_allclose(other.omega_radps, 0.2)
    assert other.force_x_mps2 is None


@pytest.mark.parametrize(("present", "measured"), [(20, False), (21, True)])
def test_a_signal_of_which_half_is_absent_is_not_used(present: int, measured: bool) -> None:
    """Orientations tell how the segment turns then: 7 rad/s."""
    values = np.tile([0.5, 0.2, 3.0], (N, 1))
    values[present:, 1] = NONE
    found = segment_signal("tibia_r", recording(values, values), placement(), turning(7.0))
    assert found is not None
    assert found.measured == measured
    assert (found.force_x_mps2 is not None) == measured
    np.testing.assert_allclose(found.omega_radps[1:present], 3.0 if measured else 7.0)
    assert found.force_x_mps2 is None or found.force_x_mps2[0] == 0.5


def test_a_body_without_a_sensor_or_without_a_pose_has_no_signal() -> None:
    omega = np.ones((N, 3))
    whole = recording(omega, None)
    assert segment_signal("femur_r", whole, placement(), turning(7.0)) is None
    moved = replace(placement(), bodies=("femur_r", "pelvis"))
    for body in ("femur_r", "tibia_r"):
        assert segment_signal(body, whole, moved, turning(7.0)) is None
    solved = replace(turning(7.0), bodies=("pelvis", "femur_r"))
    assert segment_signal("tibia_r", recording(None, None), placement(), solved) is None
