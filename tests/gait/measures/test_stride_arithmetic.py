"""Bounds, neighbours and bouts of strides whose numbers are worked out by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.strides import segment

TIME_S = np.arange(0.0, 4.0, 0.01)


def array(*values: float) -> FloatArray:
    return np.array(values, dtype=np.float64)


def directions(
    heading: FloatArray, start: FloatArray, end: FloatArray, time_s: FloatArray = TIME_S
) -> tuple[FloatArray, FloatArray]:
    side = np.arange(start.size) % 2
    return segment._directions(heading, time_s, side, start, end)


def test_a_mean_needs_every_one_of_its_samples_and_no_other() -> None:
    values = array(1.0, 3.0, np.nan, 5.0, 9.0)
    first, stop = np.array([0, 0, 1, 3, 2]), np.array([2, 1, 3, 5, 2])
    found = segment.mean_between(values, first, stop)
    np.testing.assert_array_equal(found, [2.0, 1.0, np.nan, 7.0, np.nan])
    assert segment.mean_between(values, np.array([3]), np.array([4])).tolist() == [5.0]


def test_a_sample_at_the_edge_belongs_to_the_stride_that_begins_there() -> None:
    """0.3 is three tenths only nearly: rounding must not move a sample."""
    own, _ = directions(np.arange(10.0), array(0.1 + 0.2), array(0.6), np.arange(10) / 10.0)
    np.testing.assert_array_equal(own, [4.0])  # samples 3, 4, 5
    own, _ = directions(np.arange(10.0), array(0.3 - 5e-10), array(0.6 + 5e-10), np.arange(10) / 10)
    np.testing.assert_array_equal(own, [4.0])
    own, _ = directions(np.arange(10.0), array(0.3 + 5e-10), array(0.6 - 5e-10), np.arange(10) / 10)
    np.testing.assert_array_equal(own, [4.0])


def test_no_stride_has_no_direction_and_no_bout() -> None:
    own, rate = directions(np.zeros(TIME_S.size), array(), array())
    assert (own.size, rate.size) == (0, 0)
    assert segment._bouts(array(), array()).size == 0


def test_a_lone_stride_has_a_direction_and_no_rate() -> None:
    own, rate = directions(np.full(TIME_S.size, 0.7), array(1.0), array(1.7))
    np.testing.assert_allclose(own, [0.7])
    np.testing.assert_array_equal(rate, [np.nan])


def test_a_straight_path_turns_at_rate_zero() -> None:
    _, rate = directions(np.zeros(TIME_S.size), array(0.5, 0.85, 1.2), array(1.2, 1.55, 1.9))
    np.testing.assert_array_equal(rate, [0.0, 0.0, 0.0])


def test_the_larger_change_to_a_neighbour_counts() -> None:
    """Mid-strides are 0.4 s apart; the heading steps by 0.2 rad, then by -0.1 rad."""
    start = array(0.0, 0.4, 0.8)
    heading = np.zeros(TIME_S.size)
    heading[(TIME_S > 0.395) & (TIME_S < 0.795)] = 0.2
    heading[TIME_S > 0.795] = 0.1
    own, rate = directions(heading, start, start + 0.4)
    np.testing.assert_allclose(own, [0.0, 0.2, 0.1], atol=1e-12)
    np.testing.assert_allclose(rate, [0.5, 0.5, 0.25])


@pytest.mark.parametrize(("quarters", "told"), [(0.98, False), (1.02, True), (3.0, True)])
def test_events_that_nearly_coincide_tell_nothing_of_turning(quarters: float, told: bool) -> None:
    apart_s = quarters * segment.MIN_STRIDE_S / 4.0
    start = array(0.5, 0.5 + apart_s)
    _, rate = directions(0.3 * TIME_S, start, start + 0.7)
    assert np.isfinite(rate).tolist() == [told, told]


@pytest.mark.parametrize(("share", "told"), [(0.98, True), (1.02, False)])
def test_strides_of_two_bouts_tell_nothing_of_turning(share: float, told: bool) -> None:
    start = array(0.1, 0.1 + share * segment.MAX_STRIDE_S)
    time_s = np.arange(0.0, 9.0, 0.01)
    _, rate = directions(0.3 * time_s, start, start + 0.7, time_s)
    assert np.isfinite(rate).tolist() == [told, told]


def test_a_break_of_more_than_a_quarter_second_begins_a_bout() -> None:
    start, end = array(0.0, 0.5, 1.75, 3.0), array(1.0, 1.5, 2.5, 4.0)
    np.testing.assert_array_equal(segment._bouts(start, end), [0, 0, 0, 1])
    start = array(0.0, 0.5, 1.76, 2.6)
    np.testing.assert_array_equal(segment._bouts(start, end), [0, 0, 1, 1])
    np.testing.assert_array_equal(
        segment._bouts(array(0.0, 0.1, 1.2), array(1.0, 0.7, 2.0)), [0] * 3
    )


def test_an_event_within_is_after_the_start_and_before_the_end() -> None:
    times = [array(0.5, 1.0, 2.0), array()]
    side = np.array([0, 0, 0, 0, 1])
    start, end = array(0.0, 0.5, 1.0, 2.0, 0.0), array(0.5, 1.5, 2.5, 3.0, 1.0)
    found = segment._first_within(times, side, start, end)
    np.testing.assert_array_equal(found, [np.nan, 1.0, 2.0, np.nan, np.nan])


def test_bounds_are_the_first_sample_and_the_one_after_the_last() -> None:
    time_s = np.arange(10) / 10.0
    edges: Any = SimpleNamespace(start_s=array(0.1 + 0.2, 0.35), end_s=array(0.6, 0.65))
    first, stop = segment.sample_bounds(edges, time_s)
    assert (first.tolist(), stop.tolist()) == ([3, 4], [6, 7])
