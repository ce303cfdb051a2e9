"""Bounds, neighbours and bouts of strides whose numbers are worked out by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.strides import segment
from tests.gait.measures.test_strides_by_hand import angles_of

TIME_S = np.arange(0.0, 4.0, 0.01)


def array(*values: float) -> FloatArray:
    return np.array(values, dtype=np.float64)


def travel(
    heading: FloatArray, start: FloatArray, end: FloatArray, time_s: FloatArray = TIME_S
) -> FloatArray:
    """Return the direction of each stride, each a bout of its own."""
    angles = angles_of({"pelvic_axial_rotation": heading}, time_s, np.zeros(time_s.size))
    return segment._follow(angles, start, end, np.arange(start.size)).travel_rad


def test_a_mean_needs_every_one_of_its_samples_and_no_other() -> None:
    values = array(1.0, 3.0, np.nan, 5.0, 9.0)
    first, stop = np.array([0, 0, 1, 3, 2]), np.array([2, 1, 3, 5, 2])
    found = segment.mean_between(values, first, stop)
    np.testing.assert_array_equal(found, [2.0, 1.0, np.nan, 7.0, np.nan])
    assert segment.mean_between(values, np.array([3]), np.array([4])).tolist() == [5.0]


def test_the_direction_of_a_stride_is_that_of_its_middle_whatever_samples_it_holds() -> None:
    """0.3 is three tenths only nearly: rounding must not move it."""
    time_s, heading = np.arange(10) / 10.0, np.arange(10.0)
    for start, end in ((0.1 + 0.2, 0.6), (0.3 - 5e-10, 0.6 + 5e-10), (0.3 + 5e-10, 0.6 - 5e-10)):
        own = travel(heading, array(start), array(end), time_s)
        np.testing.assert_allclose(own, [4.5], atol=1e-7)


def test_no_stride_has_no_direction_and_no_bout() -> None:
    assert travel(np.zeros(TIME_S.size), array(), array()).size == 0
    assert segment._bouts(array(), array()).size == 0


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
