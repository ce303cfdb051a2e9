"""Features of a leg's movement where their places can be written down."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.events.leg_features import (
    Stride,
    first_minimum,
    half_fall,
    middle_of_trough,
    push_off,
    rise_to_swing,
    zero_fall,
)

RATE_HZ = 100.0
BETWEEN = 0.02  # of a sample


def line(*points: tuple[float, float]) -> FloatArray:
    """Return straight lines through (sample, value), 101 samples."""
    at, values = zip(*points, strict=True)
    return np.interp(np.arange(101.0), at, values)


def stride(omega: FloatArray, force_x: FloatArray | None = None, q: float = 100.0) -> Stride:
    return Stride(omega=omega, force_x=force_x, p=0.0, q=q, rate_hz=RATE_HZ)


LEG = line((0, 8), (20, 0), (23, -6), (30, -1), (40, -2), (60, -10), (80, 0), (100, 8))
"""Swing ends at 20, contact's dip at 23, the trough before toe-off at 60."""


def test_the_end_of_swing_and_the_fall_after_it() -> None:
    assert zero_fall(stride(LEG)) == pytest.approx(20.0, abs=BETWEEN)
    assert half_fall(stride(LEG)) == pytest.approx(21.5, abs=BETWEEN)
    assert first_minimum(stride(LEG)) == pytest.approx(23.0, abs=0.5)


def test_a_ripple_on_the_way_down_counts_once() -> None:
    rippled = line((0, 8), (20, 0), (22, -4), (23, -2), (26, -7), (30, -1), (60, -10), (100, 8))
    assert half_fall(stride(rippled)) == pytest.approx(24.0 - 0.1, abs=0.1)
    assert zero_fall(stride(rippled)) == pytest.approx(20.0, abs=BETWEEN)


def test_a_shallow_dip_of_a_walking_leg_is_no_contact() -> None:
    shallow = line((0, 8), (15, -0.3), (17, 0.2), (20, 0), (23, -6), (30, -1), (60, -10), (100, 8))
    assert first_minimum(stride(shallow)) == pytest.approx(23.0, abs=0.5)


def test_the_trough_of_the_shank_is_cut_at_a_level_so_that_its_bottom_does_not_matter() -> None:
    # passes -8 at 55 and at 64
    assert middle_of_trough(stride(LEG)) == pytest.approx((55.0 + 64.0) / 2.0, abs=BETWEEN)
    flat = line((0, 8), (20, 0), (40, -2), (55, -8), (57, -9.9), (58, -9.5), (62, -10), (64, -8),
                (80, 0), (100, 8))  # fmt: skip
    assert middle_of_trough(stride(flat)) == pytest.approx((55.0 + 64.0) / 2.0, abs=BETWEEN)


def test_swing_of_a_walking_leg_begins_after_the_trough() -> None:
    late = line((0, 8), (20, 0), (60, -2), (75, -6), (85, 0), (100, 8))
    assert rise_to_swing(stride(late)) == pytest.approx(80.0, abs=BETWEEN)


def test_push_off_lies_between_the_first_trough_and_the_braking_after_it() -> None:
    two = line((0, 8), (20, 0), (55, -8), (60, -4), (65, -10), (80, 0), (100, 8))
    force = line((0, 0), (56, 4), (57, 0), (60, -9), (63, 0), (64, 5), (100, 5))
    assert push_off(stride(two, force)) == pytest.approx((55.0 + 60.0) / 2.0, abs=0.2)
    one = line((0, 8), (20, 0), (55, -5), (60, -4), (65, -10), (80, 0), (100, 8))
    braking = line((0, 0), (66, 4), (67, 0), (70, -9), (73, 0), (74, 5), (100, 5))
    found = push_off(stride(one, braking))
    assert found == pytest.approx((65.0 + 70.0) / 2.0, abs=0.2), "half as deep is another trough"
    offset = push_off(stride(two, force + 10.0))
    assert offset == pytest.approx((55.0 + 60.0) / 2.0, abs=0.3), "tilted: nothing is negative"


def test_what_is_not_there_is_not_found() -> None:
    rest, hole = np.ones(101), LEG.copy()
    hole[10:30] = np.nan
    for feature in (zero_fall, half_fall, first_minimum, middle_of_trough, rise_to_swing):
        assert np.isnan(feature(stride(rest))), feature.__name__
    for feature in (zero_fall, half_fall, first_minimum):
        assert np.isnan(feature(stride(hole))), feature.__name__
    assert np.isnan(push_off(stride(LEG))), "without an accelerometer"
    assert np.isnan(push_off(stride(rest, rest)))
    hole = LEG.copy()
    hole[70] = np.nan
    assert np.isnan(push_off(stride(hole, -np.ones(101))))
    assert np.isnan(middle_of_trough(stride(hole)))
