"""Features of a leg's movement where their places can be written down."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.events.leg_features import (
    Stride,
    _whole,
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


def later(*points: tuple[float, float], size: int = 200) -> FloatArray:
    """Return straight lines through (sample, value)."""
    at, values = zip(*points, strict=True)
    return np.interp(np.arange(float(size)), at, values)


def from_40(omega: FloatArray, force_x: FloatArray | None = None, q: float = 140.0) -> Stride:
    """Return a stride of 100 samples that begins at 40."""
    return Stride(omega=omega, force_x=force_x, p=40.0, q=q, rate_hz=RATE_HZ)


@pytest.mark.parametrize(("zero", "seen"), [(89.5, True), (90.5, False)])
def test_forward_swing_ends_within_half_a_stride(zero: float, seen: bool) -> None:
    found = zero_fall(from_40(later((40, 8), (zero - 0.5, 4), (zero + 0.5, -4))))
    assert np.isnan(found) != seen
    if seen:
        assert found == pytest.approx(zero)
        twice = later((40, 8), (60, 0), (62, -1), (64, 1), (70, -5), (140, 8))
        assert zero_fall(from_40(twice)) == pytest.approx(60.0), "the first fall"


def test_the_minimum_after_swing_is_looked_for_until_half_a_stride() -> None:
    """Down to -30 at the middle, 90, and further on: half of it is passed at 75."""
    down = later((40, 20), (100, -40), (140, 8))
    assert half_fall(from_40(down)) == pytest.approx(75.0)
    last = later((40, 8), (89, 4), (90, -4), (100, -9))
    assert zero_fall(from_40(last)) == pytest.approx(89.5)
    assert np.isnan(half_fall(from_40(last))), "one sample is no fall"
    ended = from_40(last[:91], q=300.0)
    assert zero_fall(ended) == pytest.approx(89.5)
    assert np.isnan(half_fall(ended)), "nor is the last one of a recording"


def test_a_fall_from_one_sample_to_the_next_is_found_in_between() -> None:
    steep = later((40, 8), (60, 3), (61, -7), (62, -6), (140, 8))
    assert half_fall(from_40(steep)) == pytest.approx(60.65)


def test_at_the_end_of_a_recording_the_last_sample_counts() -> None:
    """Of a stride to 300: zero at 120, -30 at the last sample, 150; half of it at 135."""
    cut = later((40, 80), (120, 0), (150, -30), size=151)
    assert half_fall(from_40(cut, q=300.0)) == pytest.approx(135.0)


@pytest.mark.parametrize(("fall", "seen"), [(74.0, False), (76.0, True)])
def test_a_trough_begins_after_thirty_five_hundredths_of_the_stride(
    fall: float, seen: bool
) -> None:
    """At 75; its deepest place is in the second half."""
    omega = later((40, 8), (60, 0), (fall - 2, -6), (fall + 2, -10), (99, -10), (100, -10.0001),
                  (104, -10), (108, -6), (140, 8))  # fmt: skip
    found = middle_of_trough(from_40(omega))
    assert np.isnan(found) != seen
    if seen:
        assert found == pytest.approx((fall + 106.0) / 2.0, abs=0.01)
        small = middle_of_trough(from_40(0.01 * omega))
        assert small == pytest.approx(found), "a trough of any depth"


@pytest.mark.parametrize(("first", "wanted"), [(103.0, 128.0), (107.0, 108.0)])
def test_swing_of_a_walking_leg_is_looked_for_after_sixty_five_hundredths_of_the_stride(
    first: float, wanted: float
) -> None:
    """From 105 on: a trough of -10 counts after it, before it the one of -4 at 125."""
    omega = later((40, 8), (60, 0), (first - 4, -2), (first, -10), (first + 2, 0), (121, 0),
                  (125, -4), (131, 0), (140, 8))  # fmt: skip
    assert rise_to_swing(from_40(omega)) == pytest.approx(wanted, abs=BETWEEN)


PUSHED = later((40, 8), (60, 0), (96, -4), (100, -8), (104, -4), (120, 0), (140, 8))
"""The trough is at 100."""


def test_the_braking_after_a_trough_is_looked_for_a_tenth_of_a_second() -> None:
    """All of it negative: the centre of samples 100 to 110 is 105."""
    assert push_off(from_40(PUSHED, np.full(200, -0.01))) == pytest.approx(102.5)
    short = push_off(from_40(PUSHED[:106], np.full(106, -1.0), q=105.0))
    assert short == pytest.approx((100.0 + 102.5) / 2.0), "or until the recording ends"


@pytest.mark.parametrize(
    ("usual", "one", "two", "centre"),
    [
        (4.0, -1.0, -3.0, 104.75),
        (4.0, -0.1, -0.3, 104.75),
        (4.0, 2.0, 0.5, 104.875),
        (4.0, 4.0, 0.0, 105.0),
        (0.2, -0.1, -0.1, 104.5),
    ],
)
def test_the_braking_is_the_centre_of_what_is_negative_or_of_the_lower_half(
    usual: float, one: float, two: float, centre: float
) -> None:
    """At 104 and 105. Lower than 2.25, half-way from 0.5 to 4: by 0.25 and by 1.75."""
    force = np.full(200, usual)
    force[[104, 105]] = one, two
    assert push_off(from_40(PUSHED, force)) == pytest.approx((100.0 + centre) / 2.0)


def test_without_braking_or_without_a_trough_there_is_no_push_off() -> None:
    assert np.isnan(push_off(from_40(PUSHED, np.ones(200)))), "a force that stays"
    braking = np.full(200, -1.0)
    rising = later((40, 8), (60, 0), (70, -8), (140, 8))
    assert np.isnan(push_off(from_40(rising, braking))), "no minimum after 75"
    ripple = later((40, 8), (60, 0), (62, -1), (70, 3), (100, 0.5), (140, 8))
    assert np.isnan(push_off(from_40(ripple, braking))), "the foot does not turn back"
    for deep in (-0.5, -8.0):
        both = later((40, 8), (60, 0), (70, 0), (80, 2), (100, deep), (110, 3), (115, 1), (140, 8))
        assert push_off(from_40(both, braking)) == pytest.approx(102.5, abs=0.2)


@pytest.mark.parametrize(("slap", "trough"), [(74.0, 100.0), (77.0, 77.0)])
def test_the_foot_may_slap_down_for_fifteen_hundredths_of_the_stride(
    slap: float, trough: float
) -> None:
    """Until 75, fifteen samples after swing ended at 60."""
    omega = later((40, 8), (60, 0), (slap, -10), (slap + 6, -1), (96, -4), (100, -8), (104, -4),
                  (140, 8))  # fmt: skip
    found = push_off(from_40(omega, np.full(200, -1.0)))
    assert found == pytest.approx(trough + 2.5, abs=0.3)


def test_a_hole_counts_from_the_sample_before_the_start_to_the_one_after_the_end() -> None:
    hole = np.where(np.arange(10) == 5, np.nan, 1.0)
    for start, stop, whole in (
        (1.0, 4.0, True), (1.0, 4.5, False), (5.9, 8.0, False), (6.0, 8.0, True),
        (6.0, np.nan, False),
    ):  # fmt: skip
        assert _whole(hole, start, stop) == whole
    first = np.where(np.arange(10) == 0, np.nan, 1.0)
    for start, whole in ((-2.5, False), (0.0, False), (1.0, True), (3.0, True)):
        assert _whole(first, start, 8.0) == whole
