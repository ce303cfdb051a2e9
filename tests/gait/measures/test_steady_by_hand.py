"""Which strides are steady, of series short enough for paper: each limit from both sides."""

from __future__ import annotations

from typing import Final

import numpy as np
import pytest

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.strides import path, select
from tests.gait.measures.test_strides_by_hand import angles_of, reasons

NONE: Final = float("nan")
NAMES: Final = ("thigh_extension_r", "thigh_extension_l", "pelvic_obliquity", "trunk_lateral_lean")


def array(*values: float) -> FloatArray:
    return np.array(values, dtype=np.float64)


def test_the_limits_are_those_that_the_page_on_measures_states() -> None:
    assert pytest.approx(np.pi / 9.0) == path.TURNING_RADPS
    assert pytest.approx(np.pi / 300.0) == path.BENT_RAD
    assert (select.SETTLED_DEVIATIONS, select.OUTLIER_DEVIATIONS) == (3.0, 4.0)
    assert (select.SETTLED_LEAST, select.SETTLED_MOST) == ((0.01, 0.02), (0.06, 0.12))
    assert (select.LEAST_SPREAD, select.LEAST_SAMPLES) == (0.02, 1.05)
    assert pytest.approx(np.pi / 180.0) == select.LEAST_SIZE_RAD
    assert (select.FEW_STRIDES, select.SETTLED_FEW) == (6, (0.15, 0.3))


def test_the_extreme_is_of_the_samples_from_start_to_before_end() -> None:
    """A sample at the start counts and one at the end does not, rounding of times aside."""
    values, time_s = array(3.0, 9.0, 1.0, 5.0, NONE, 2.0), np.arange(6.0)
    start = array(0.0, 0.0, 1.0, 0.5, 2.0, 3.0, 5.0, 1.0 + 1e-12, 1.01)
    end = array(1.0, 2.0, 3.0, 3.5, 4.0, 5.0, 6.0, 3.0 + 1e-12, 1.99)
    high = select.extreme_between(values, time_s, start, end, np.maximum)
    low = select.extreme_between(values, time_s, start, end, np.minimum)
    np.testing.assert_array_equal(high, [3.0, 9.0, 9.0, 9.0, 5.0, NONE, 2.0, 9.0, NONE])
    np.testing.assert_array_equal(low, [3.0, 3.0, 1.0, 1.0, 1.0, NONE, 2.0, 1.0, NONE])


def test_a_stride_without_a_time_or_outside_the_recording_has_no_extreme() -> None:
    """One that only ends later has the extreme of what was recorded."""
    values, time_s = array(3.0, 9.0, 1.0), np.arange(3.0)
    start, end = array(NONE, 0.0, 3.0, 1.0, -2.0, 2.0), array(2.0, NONE, 4.0, 9.0, -1.0, 2.0)
    found = select.extreme_between(values, time_s, start, end, np.maximum)
    np.testing.assert_array_equal(found, [NONE, NONE, NONE, 9.0, NONE, NONE])
    none = select.extreme_between(values, time_s, start[:1], end[:1], np.maximum)
    np.testing.assert_array_equal(none, [NONE])


@pytest.mark.parametrize("place", range(4))
def test_the_size_is_the_range_of_the_first_angle_that_is_there(place: int) -> None:
    """Thigh before obliquity before lean, right before left; a hole makes the stride miss."""
    time_s = np.arange(6.0)
    wave = array(-2.0, 5.0, 1.0, 4.0, 4.0, NONE)
    columns = {name: wave * 10.0**i for i, name in enumerate(NAMES[place:])}
    angles = angles_of(columns, time_s, np.zeros(6))
    start, end = array(0.0, 2.0, 3.0, 4.0), array(3.0, 4.0, 5.0, 6.0)
    size, missing = select._sizes(angles, start, end)
    np.testing.assert_allclose(size, [7.0, 3.0, 0.0, NONE])
    assert missing.tolist() == [False, False, False, True]


@pytest.mark.parametrize(("known", "size"), [(8, 1.0), (7, 10.0)])
def test_the_size_is_of_another_angle_that_is_known_a_quarter_longer(
    known: int, size: float
) -> None:
    """Of ten samples the first thigh has eight or seven, the other has all of them."""
    time_s = np.arange(10.0)
    first = np.where(time_s < known, time_s % 2.0, NONE)
    columns = {"thigh_extension_r": first, "thigh_extension_l": 10.0 * (time_s % 2.0)}
    angles = angles_of(columns, time_s, np.zeros(10))
    found, _ = select._sizes(angles, array(0.0), array(4.0))
    assert found.tolist() == [size]


def test_without_an_angle_strides_are_of_one_size_and_miss_nothing() -> None:
    angles = angles_of({}, np.arange(3.0), np.zeros(3))
    size, missing = select._sizes(angles, array(0.0, 1.0), array(1.0, 2.0))
    assert size.tolist() == [1.0, 1.0]
    assert missing.tolist() == [False, False]


def test_unevenness_is_of_neighbours_and_a_part_of_the_median() -> None:
    """Differences of 1, 2 and 3: 1.4826 * 2 / sqrt 2 of a median of 12."""
    found = select._unevenness(array(10.0, 11.0, NONE, 13.0, 16.0))
    assert found == pytest.approx(1.4826 * 2.0 / np.sqrt(2.0) / 12.0, rel=1e-12)
    assert select._unevenness(array(2.0, 2.0, 3.0)) == pytest.approx(
        1.4826 * 0.5 / np.sqrt(2.0) / 2.0, rel=1e-12
    )
    down = select._unevenness(array(9.0, 8.0, 6.0, 3.0))
    assert down == pytest.approx(1.4826 * 2.0 / np.sqrt(2.0) / 7.0, rel=1e-12)


def test_unevenness_of_two_values_or_about_nothing_is_without_bound() -> None:
    assert select._unevenness(array(1.0, NONE, 1.1)) == np.inf
    assert select._unevenness(array(0.0, 0.0, 1.0)) == np.inf
    assert select._unevenness(array(-1.0, -1.1, -1.2)) == np.inf
    assert select._unevenness(array(0.5, 0.5, 0.5)) == 0.0


def test_the_median_is_of_what_is_present() -> None:
    assert select._median(array(5.0, NONE, 1.0, 2.0)) == 2.0
    assert np.isnan(select._median(array(NONE)))


@pytest.mark.parametrize(("sign", "median"), [(1.0, 1.01), (-1.0, 1.0)])
def test_uneven_strides_may_differ_by_three_deviations_between_two_bounds(
    sign: float, median: float
) -> None:
    """Steps of 0.01; the five that follow have the median 1, all have 1.01 or 1."""
    limit = 3.0 * 1.4826 * 0.01 / np.sqrt(2.0) / median
    for off, settled in ((0.999, True), (1.001, False)):
        length = np.append(1.0 + sign * off * limit, np.tile(array(1.0, 1.01), 10))
        found = select._unsettled(length, np.ones(21))
        assert found[0] == (not settled)
        assert not found[1:].any()


@pytest.mark.parametrize(("most", "which"), [(0.06, 0), (0.12, 1)])
def test_very_uneven_strides_may_differ_by_no_more_than_the_most(most: float, which: int) -> None:
    uneven = np.tile(array(1.0, 1.3, 1.0), 7)
    for off, settled in ((0.999, True), (1.001, False)):
        series = [np.ones(22), np.ones(22)]
        series[which] = np.append(1.0 + off * most, uneven)
        assert select._unsettled(*series)[0] == (not settled)
        series[which] = np.append(1.0 - off * most, uneven)
        assert select._unsettled(*series)[0] == (not settled)


@pytest.mark.parametrize(("least", "which"), [(0.01, 0), (0.02, 1)])
def test_even_strides_may_always_differ_by_the_least(least: float, which: int) -> None:
    for off, settled in ((0.999, True), (1.001, False)):
        series = [np.full(22, 2.0), np.full(22, 2.0)]
        series[which][0] *= 1.0 + off * least
        assert select._unsettled(*series)[0] == (not settled)


def test_start_up_ends_with_the_first_stride_that_is_settled() -> None:
    """The third is settled against the five after it; the seventh, odd again, is no start-up."""
    length = array(1.3, 1.2, 1.0, 1.0, 1.0, 1.0, 1.5, 1.0, 1.0, 1.0, 1.0, 1.0)
    found = select._unsettled(length, np.ones(12))
    assert np.flatnonzero(found).tolist() == [0, 1]


def test_the_last_stride_has_none_that_follow_and_absent_ones_are_not_asked() -> None:
    assert select._unsettled(array(1.0), array(1.0)).tolist() == [False]
    long = array(2.0, 1.5, 1.0)
    assert select._unsettled(long, np.ones(3)).tolist() == [True, True, False]
    assert select._unsettled(np.empty(0), np.empty(0)).size == 0
    size = array(NONE, *np.ones(11))
    assert not select._unsettled(np.ones(12), size).any()
    size = array(2.0, *np.full(5, NONE), *np.ones(6))
    assert not select._unsettled(np.ones(12), size).any()
    size = array(2.0, *np.zeros(5), *np.ones(6))
    assert not select._unsettled(np.ones(12), size).any()


def test_a_stride_is_set_against_the_five_that_follow() -> None:
    """Two and three of five: the median changes with the third; the sixth is not asked."""
    two = array(1.0, 1.3, 1.3, 1.0, 1.0, 1.0, *np.full(10, 1.3))
    three = array(1.0, 1.3, 1.3, 1.3, 1.0, 1.0, *np.full(10, 1.0))
    assert not select._unsettled(two, np.ones(16))[0]
    assert select._unsettled(three, np.ones(16))[0]


def test_an_outlier_is_four_robust_deviations_from_the_running_median() -> None:
    """Off by 0, 1 and 2 in turn: the median is 1, a deviation 1.4826, four of them 5.93."""
    usual = np.tile(array(10.0, 11.0, 9.0, 12.0, 8.0, 10.0), 7)
    middle = 21
    for off, odd in ((5.92, False), (5.94, True), (-5.92, False), (-5.94, True)):
        values = usual.copy()
        values[middle] = 10.0 + off
        found = select._odd(values, 0.001)
        assert found[middle] == odd
        assert found.sum() == int(odd)


def test_even_strides_have_a_least_spread_and_four_strides_no_outlier() -> None:
    for off, odd in ((0.0799, False), (0.0801, True)):
        values = np.full(5, 3.0)
        values[2] *= 1.0 + off
        assert select._odd(values, 0.02).tolist() == [False, False, odd, False, False]
    assert not select._odd(array(1.0, 9.0, 1.0, 1.0), 0.02).any()
    assert select._odd(array(-1.0, -1.0, -2.0, -1.0, -1.0), 0.02)[2], "the size of the median"


def test_the_running_median_is_of_twenty_one_neighbours() -> None:
    """Ten longer strides are a minority of twenty-one, and eleven are none."""
    ten, eleven = (
        np.concatenate([np.ones(30), np.full(n, 2.0), np.ones(30)]) for n in (10, 11)
    )  # fmt: skip
    assert np.flatnonzero(select._odd(ten, 0.02)).tolist() == list(range(30, 40))
    assert 35 not in np.flatnonzero(select._odd(eleven, 0.02))
    at_the_end = np.append(np.ones(30), np.full(5, 2.0))
    assert not select._odd(at_the_end, 0.02).any(), "the last stride is repeated"


def test_neighbours_that_alternate_are_their_own_running_median() -> None:
    """Of twenty-one neighbours eleven are as the one in the middle is."""
    values = np.concatenate([np.ones(60), np.tile([1.0, 2.0], 22), np.ones(60)])
    assert not select._odd(values, 0.02)[72:92].any()


def test_strides_of_no_size_are_no_outliers() -> None:
    assert not select._odd(np.zeros(6), 0.02).any()


@pytest.mark.parametrize(("most", "which"), [(0.15, 0), (0.30, 1)])
def test_of_five_strides_none_are_known_to_be_steady_and_of_six_some(
    most: float, which: int
) -> None:
    """A short walk keeps strides that a longer one would not; only great differences count."""
    for off, settled in ((0.99, True), (1.01, False)):
        for sign in (1.0, -1.0):
            series = [np.ones(5), np.ones(5)]
            series[which][0] += sign * off * most
            assert select._unsettled(*series)[0] == (not settled)
            longer = [np.append(values, 1.0) for values in series]
            assert select._unsettled(*longer)[0]


def test_one_sample_and_one_degree_are_no_difference() -> None:
    """Of even strides 1 and 2 % would be picked at, which events and sensors do not tell."""
    for which, least in ((0, (0.02, 0.0)), (1, (0.0, 0.02))):
        for off, settled in ((0.0199, True), (0.0201, False)):
            series = [np.full(20, 0.5), np.full(20, 0.5)]
            series[which][0] += off
            assert select._unsettled(*series, least)[0] == (not settled)
            assert select._unsettled(*series)[0]
    for size in (2, 5):
        assert select._sample_s(3.0 + np.arange(size) / 50.0) == pytest.approx(0.02)
    assert select._sample_s(array(1.0)) == 0.0


def test_strides_in_turns_neither_judge_nor_are_judged() -> None:
    """Three of the five after the first turn and differ; those that follow them are as it is."""
    length = np.append([0.7, 1.0, 1.0, 1.0], np.full(12, 0.7))
    turning = length > 0.9
    assert reasons(length, turning=turning) == ("", *("turning",) * 3, *("",) * 12)
    assert reasons(length)[:4] == ("start_up",) * 4


def test_the_range_of_rotation_is_among_the_outlier_rules() -> None:
    """Of 10 degrees and even strides: four times 4 %."""
    for off, odd in ((1.59, False), (1.61, True), (-1.61, True)):
        rotation = np.full(20, 10.0)
        rotation[7] += off
        found = reasons(np.full(20, 0.7), rotation=rotation)
        assert found[7] == ("outlier" if odd else "")
        assert set(found[:7] + found[8:]) == {""}
        rotation[3] = NONE
        assert set(reasons(np.full(20, 0.7), rotation=rotation)) == {""}


def test_slowing_is_start_up_read_backwards_in_duration_and_in_size() -> None:
    even, less = np.full(12, 0.7), np.append(np.full(10, 0.7), [0.9, 1.1])
    size = np.append(np.ones(10), [0.7, 0.5])
    for found in (reasons(less), reasons(even, size)):
        assert found == ("",) * 10 + ("slowing",) * 2
    for found in (reasons(less[::-1]), reasons(even, size[::-1])):
        assert found == ("start_up",) * 2 + ("",) * 10


def test_each_leg_and_each_bout_is_settled_by_its_own_strides() -> None:
    """Right: bouts of 0.7 and 0.9 s, whose change is none of a start; left: 0.8 s throughout."""
    n = 12
    length = np.concatenate([np.full(n, 0.7), np.full(n, 0.9), np.full(2 * n, 0.8)])
    length[[0, n, n - 1, 2 * n - 1]] *= array(1.1, 1.1, 0.9, 0.9)
    length[[2 * n, 3 * n]] *= 1.1
    side = np.repeat([0, 1], 2 * n)
    start = np.concatenate([np.cumsum(length[: 2 * n]), np.cumsum(length[2 * n :])])
    found = select.exclude_strides(
        side=side,
        start=start,
        end=start + length,
        turning=np.zeros(4 * n, dtype=bool),
        rotation=np.full(4 * n, NONE),
        bout=np.tile(np.repeat([0, 1], n), 2),
        angles=angles_of({}, np.arange(2) / 100.0, np.zeros(2)),
    )
    wanted = {0: "start_up", n: "start_up", n - 1: "slowing", 2 * n - 1: "slowing",
              2 * n: "start_up", 3 * n: "start_up"}  # fmt: skip
    assert {i: reason for i, reason in enumerate(found) if reason in wanted.values()} == wanted


def test_outliers_of_duration_and_size_have_bounds_of_eight_and_sixteen_per_cent() -> None:
    n = 30
    time_s = np.arange(n * 10) / 10.0
    for size, off, odd in (
        (False, 1.079, False), (False, 1.081, True), (True, 1.159, False), (True, 1.161, True),
    ):  # fmt: skip
        length, swing = np.full(n, 1.0), np.ones(n)
        (swing if size else length)[15] *= off
        thigh = np.repeat(swing, 10) * np.tile(np.repeat([0.0, 1.0], 5), n)
        start = np.arange(float(n))
        found = select.exclude_strides(
            side=np.ones(n, dtype=np.int64),
            start=start,
            end=start + np.where(np.arange(n) == 15, length, 1.0),
            turning=np.zeros(n, dtype=bool),
            rotation=np.full(n, NONE),
            bout=np.zeros(n, dtype=np.int64),
            angles=angles_of({"thigh_extension_l": thigh}, time_s, np.zeros(time_s.size)),
        )
        assert found[15] == ("outlier" if odd else "")
        assert set(found[:15] + found[16:]) == {""}


def test_an_earlier_reason_stays() -> None:
    given = np.array(["", "turning", ""], dtype=object)
    select._set(given, np.array([True, True, False]), "outlier")
    assert given.tolist() == ["outlier", "turning", ""]
