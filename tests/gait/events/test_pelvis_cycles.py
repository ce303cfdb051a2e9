"""Steps and turns of the pelvis from waves whose filtered height is known.

A wave of f Hz is left 1 / (1 + (f / c)^4) high by the filter of c Hz, which runs forth and back.
"""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.events.pelvis_cycles import find_steps, find_turns, rotation_of
from tests.gait.measures.test_strides_by_hand import angles_of

RATE_HZ = 100.0
SAMPLES = np.arange(2000.0)


def left(wave_hz: float, cutoff_hz: float) -> float:
    return float(1.0 / (1.0 + (wave_hz / cutoff_hz) ** 4))


def wave(wave_hz: float, late: float = 0.0) -> FloatArray:
    """Return a wave of height one with a peak at a quarter of its period and ``late`` samples."""
    return np.sin(2.0 * np.pi * wave_hz * (SAMPLES - late) / RATE_HZ)


def inner(found: FloatArray) -> FloatArray:
    return found[(found > 200.0) & (found < 1800.0)]


@pytest.mark.parametrize(("part", "seen"), [(0.99, False), (1.01, True)])
def test_a_step_is_a_metre_per_second_squared_upward(part: float, seen: bool) -> None:
    """Of two steps a second; of four only the bounce below 5 Hz counts."""
    for wave_hz in (2.0, 4.0):
        vertical = part / left(wave_hz, 5.0) * wave(wave_hz, 0.3)
        found = inner(find_steps(vertical, RATE_HZ))
        assert (found.size > 0) == seen
        if seen:
            period = RATE_HZ / wave_hz
            np.testing.assert_allclose(np.diff(found), period, atol=0.01)
            np.testing.assert_allclose((found - 0.3) % period, period / 4.0, atol=0.02)


def test_steps_are_twenty_two_hundredths_of_a_second_apart_or_more() -> None:
    assert np.diff(find_steps(20.0 * wave(5.0), RATE_HZ)).min() >= 22.0
    assert np.diff(inner(find_steps(20.0 * wave(4.5), RATE_HZ))).max() < 22.5


def bumps(*heights: float) -> FloatArray:
    """Return bumps 200 samples apart, from 200.4 on: the filter leaves the same part of each."""
    return np.sum(
        [h * np.exp(-(((SAMPLES - 200.4 - 200.0 * i) / 14.0) ** 2)) for i, h in enumerate(heights)],
        axis=0,
    )


def test_a_bounce_of_less_than_three_tenths_of_the_usual_is_no_step() -> None:
    for part, count in ((0.295, 4), (0.305, 5)):
        found = find_steps(bumps(20.0, 20.0, 20.0 * part, 20.0, 30.0), RATE_HZ)
        assert found.size == count
        np.testing.assert_allclose(found % 200.0, 0.4, atol=0.05)
    np.testing.assert_allclose(find_steps(bumps(20.0), RATE_HZ), [200.4], atol=0.05)
    assert find_steps(np.zeros(500), RATE_HZ).size == 0


@pytest.mark.parametrize(("part", "seen"), [(0.99, False), (1.01, True)])
def test_a_turn_of_the_pelvis_is_a_degree_to_the_right_side_forward(
    part: float, seen: bool
) -> None:
    """1.5 times a second, about a heading of -1 rad."""
    high = np.deg2rad(1.0) / left(1.5, 3.0) / (1.0 - left(1.5, 0.4))
    found = inner(find_turns(-1.0 + part * high * wave(1.5, 0.3), RATE_HZ))
    assert (found.size > 0) == seen
    if seen:
        np.testing.assert_allclose((found - 0.3) * 1.5 / RATE_HZ % 1.0, 0.25, atol=0.001)


def test_turns_are_forty_four_hundredths_of_a_second_apart_or_more() -> None:
    assert np.diff(find_turns(wave(2.4), RATE_HZ)).min() >= 44.0
    found = inner(find_turns(wave(2.2), RATE_HZ))
    assert found.size == 35
    np.testing.assert_allclose(np.diff(found), 45.45, atol=0.1)


def test_the_rotation_is_the_heading_of_the_pelvis_without_a_direction_subtracted() -> None:
    time_s = np.arange(3.0)
    angles = angles_of({"pelvic_axial_rotation": 0.1 * time_s}, time_s, np.full(3, 0.5))
    found = rotation_of(angles)
    assert found is not None
    np.testing.assert_allclose(found, [0.5, 0.6, 0.7])
    assert rotation_of(angles_of({"pelvic_obliquity": time_s}, time_s, time_s)) is None
