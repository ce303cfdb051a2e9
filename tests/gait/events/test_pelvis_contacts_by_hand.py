"""Contacts of the pelvis, sample by sample: which rise, which peak, and how late.

At 30 Hz the low-pass of 15 Hz lets everything through.
"""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.frames import GRAVITY_MPS2, FloatArray
from opensim_pelvis.gait.events.pelvis_contacts import (
    find_contacts,
    peak_of_load,
    rise_to_half_weight,
)

SLOW_HZ = 30.0
RATE_HZ = 100.0


def vertical(*weights: tuple[int, float]) -> FloatArray:
    """Return the acceleration of straight lines of load through (sample, weights)."""
    at, load = zip(*weights, strict=True)
    return GRAVITY_MPS2 * (np.interp(np.arange(at[-1] + 1.0), at, load) - 1.0)


STEP = ((0, 0.0), (2, 0.0), (3, 0.8), (6, 2.0), (9, 0.0))
"""Rises through half a weight at 2.625, 3.375 before its peak at 6."""

KNOCKED = ((0, 0.0), (2, 0.0), (3, 0.8), (4, 0.0), (5, 1.0), (6, 2.0), (9, 0.0))
"""And again at 4.5."""


def steps_of(*shapes: tuple[tuple[int, float], ...]) -> FloatArray:
    return vertical(*((10 * i + at, load) for i, shape in enumerate(shapes) for at, load in shape))


def rises(shapes: FloatArray, count: int, before: float = 8.0) -> FloatArray:
    peaks = 6.0 + 10.0 * np.arange(count)
    return peaks - rise_to_half_weight(shapes, peaks, np.full(count, before), SLOW_HZ)


def test_the_load_rises_through_half_of_the_weight() -> None:
    np.testing.assert_allclose(rises(steps_of(STEP, STEP), 2), [3.375, 3.375])
    none = rises(steps_of(STEP, ((0, 0.0), (9, 0.4)), STEP), 3)
    np.testing.assert_allclose(none, [3.375, np.nan, 3.375])
    assert np.isnan(rises(vertical((0, 1.0), (9, 1.0)), 1)).all()


def test_of_two_rises_the_one_as_long_before_the_peak_as_usual_counts() -> None:
    np.testing.assert_allclose(rises(steps_of(STEP, KNOCKED, STEP), 3), 3.375)
    late = rises(steps_of(KNOCKED, STEP, KNOCKED), 3)
    np.testing.assert_allclose(late, [1.5, 3.375, 1.5], err_msg="the last of each is usual")


def test_a_rise_before_the_step_began_is_not_its_own() -> None:
    np.testing.assert_allclose(rises(steps_of(STEP, STEP), 2, before=4.0), 3.375)
    assert np.isnan(rises(steps_of(STEP, STEP), 2, before=3.0)).all()


def test_a_wave_of_fifteen_hertz_is_left_half_as_high() -> None:
    """1.25 weights high, it passes half a weight 0.8 of its height below its middle."""
    at = np.arange(2000.0)
    period = 1000.0 / 15.0
    wave = GRAVITY_MPS2 * 1.25 * np.sin(2.0 * np.pi * at / period)
    peak = np.array([15.25 * period])
    found = rise_to_half_weight(wave, peak, np.full(1, 0.6 * period), 1000.0)
    wanted = 15.0 - np.arcsin(0.8) / (2.0 * np.pi)
    np.testing.assert_allclose(found / period, wanted, atol=0.003)


def humps(at: FloatArray, size: int, wide: float = 8.0) -> FloatArray:
    return np.sum([3.0 * np.exp(-(((np.arange(size) - t) / wide) ** 2)) for t in at], axis=0)


def test_contact_in_walking_is_eleven_hundredths_of_the_step_before_its_load() -> None:
    """The step before the first and one of more than 0.9 s are as long as is usual, 60 samples."""
    for pause, counted in ((90.0, 90.0), (91.0, 60.0)):
        steps = 100.0 + np.cumsum([0.0, 60.0, 50.0, pause, 60.0])
        found = find_contacts(humps(steps, 500), steps, RATE_HZ, "walking")
        lengths = np.array([60.0, 60.0, 50.0, counted, 60.0])
        np.testing.assert_allclose(found, steps - 0.11 * lengths, atol=0.05)


def test_one_step_has_no_contact_and_two_have() -> None:
    steps = np.array([100.0, 160.0])
    assert np.isnan(find_contacts(humps(steps, 300), steps[:1], RATE_HZ, "walking")).all()
    found = find_contacts(humps(steps, 300), steps, RATE_HZ, "walking")
    np.testing.assert_allclose(found, steps - 6.6, atol=0.05)


def test_the_load_is_weighed_over_nine_hundredths_of_a_second() -> None:
    """Knocks of 2 at 100 and 1 at 110: their Gaussians of 9 samples are highest together at 102.75.

    There 2 u exp(-u^2 / 162) = (10 - u) exp(-(10 - u)^2 / 162) with u = 2.75.
    """
    knocks = np.zeros(300)
    knocks[[100, 110]] = 2.0, 1.0
    found = peak_of_load(knocks, np.array([104.0]), np.array([60.0]), RATE_HZ)
    np.testing.assert_allclose(found, 102.75, atol=0.03)


def test_the_nearest_peak_of_load_is_the_step_s() -> None:
    """Peaks at 100, 170 and 240: steps before, between and after; half way, at 135, the earlier."""
    load = humps(np.array([100.0, 170.0, 240.0]), 400)
    steps = np.array([92.0, 108.0, 135.0, 136.0, 163.0, 178.0, 250.0])
    found = peak_of_load(load, steps, np.full(7, 200.0), RATE_HZ)
    wanted = [100.0, 100.0, 100.0, 170.0, 170.0, 170.0, 240.0]
    np.testing.assert_allclose(found, wanted, atol=0.05)
    alone = peak_of_load(humps(np.array([100.0]), 400), steps[[0, 6]], np.full(2, 600.0), RATE_HZ)
    np.testing.assert_allclose(alone, 100.0, atol=0.05)
    assert np.isnan(peak_of_load(np.zeros(400), steps, np.full(7, 60.0), RATE_HZ)).all()


@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_a_peak_further_than_three_tenths_of_a_step_is_another_step_s(side: float) -> None:
    load = humps(np.array([200.0]), 400)
    step = np.array([200.0 + side * 30.0])
    for before, seen in ((99.0, False), (101.0, True)):
        found = peak_of_load(load, step, np.array([before]), RATE_HZ)
        assert np.isfinite(found).all() == seen


def test_a_hole_in_the_load_is_bridged_and_has_no_peak() -> None:
    load = humps(np.array([100.0, 170.0]), 300)
    load[95:106] = np.nan
    found = peak_of_load(load, np.array([100.0, 170.0]), np.full(2, 60.0), RATE_HZ)
    assert np.isnan(found[0])
    np.testing.assert_allclose(found[1], 170.0, atol=0.05)
