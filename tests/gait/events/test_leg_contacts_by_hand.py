"""Events of a leg whose segment swings as a wave, and which of its peaks are swings.

A wave of f Hz is left 1 / (1 + (f / c)^4) high by the filter of c Hz, which runs forth and back.
"""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.events.leg_contacts import (
    _cycle_lengths,
    _filtered,
    _followed,
    _usual,
    find_leg_events,
    find_swings,
    swing_times,
)
from opensim_pelvis.gait.events.signals import SegmentSignal

RATE_HZ = 100.0
PERIOD = 80.0
FIRST = 100.3
SWINGS = FIRST + PERIOD * np.arange(10)


def signal(body: str, omega: FloatArray, force_x: FloatArray | None = None) -> SegmentSignal:
    return SegmentSignal(body=body, omega_radps=omega, measured=True, force_x_mps2=force_x)


def wave(high: float, size: int = 900, period: float = PERIOD) -> FloatArray:
    """Return a wave with forward peaks at `FIRST` and whole periods from there."""
    return high * np.cos(2.0 * np.pi * (np.arange(size) - FIRST) / period)


def left(wave_hz: float, cutoff_hz: float = 4.0) -> float:
    return float(1.0 / (1.0 + (wave_hz / cutoff_hz) ** 4))


def near(found: FloatArray, at: float) -> float:
    """Return the place found nearest to a sample."""
    return float(found[np.nanargmin(np.abs(found - at))])


@pytest.mark.parametrize("wave_hz", [4.0, 20.0])
def test_swings_are_read_below_4_and_events_below_20_hertz(wave_hz: float) -> None:
    cosine = np.cos(2.0 * np.pi * wave_hz * (np.arange(4001.0) - 2000.0) / 1000.0)
    found = _filtered(signal("calcn_r", cosine, -3.0 * cosine), 1000.0)
    assert found[2] is not None
    for values, high, cutoff_hz in zip(found, (1.0, 1.0, -3.0), (20.0, 4.0, 20.0), strict=True):
        assert values[2000] == pytest.approx(high * left(wave_hz, cutoff_hz), abs=0.002)


@pytest.mark.parametrize("high", [4.0, 8.0, 20.0])
def test_contact_of_a_foot_is_a_quarter_of_a_wave_after_swing_less_its_lateness(
    high: float,
) -> None:
    """-53 ms and 3.4 ms for each rad/s of the peak after 4 Hz, between 5 and 16."""
    foot = find_leg_events(signal("calcn_r", wave(high)), RATE_HZ)
    late_s = -0.053 + 0.0034 * np.clip(high * left(100.0 / PERIOD), 5.0, 16.0)
    wanted = FIRST + 4.25 * PERIOD - RATE_HZ * late_s
    assert near(foot.contact, wanted) == pytest.approx(wanted, abs=0.02)
    assert np.isnan(foot.toe_off).all(), "without an accelerometer"


def test_contact_and_toe_off_of_a_shank_that_swings_as_a_wave() -> None:
    """Half of the minimum is passed a third of a period after swing; the trough is half-way."""
    shank = find_leg_events(signal("tibia_l", wave(6.0)), RATE_HZ)
    middle = FIRST + 4.0 * PERIOD
    contact, toe_off = middle + PERIOD / 3.0 - 0.3, middle + PERIOD / 2.0 - 9.2
    assert near(shank.contact, contact) == pytest.approx(contact, abs=0.05)
    assert near(shank.toe_off, toe_off) == pytest.approx(toe_off, abs=0.05)
    assert np.isnan(shank.toe_off[-1])
    assert np.isfinite(shank.contact[:-1]).all()
    assert np.isfinite(shank.toe_off[:-1]).all()
    np.testing.assert_allclose(shank.swing[1:-1] % PERIOD, FIRST % PERIOD, atol=0.5)


def test_in_walking_a_shank_has_the_methods_of_walking_and_a_thigh_none() -> None:
    """Contact is the first minimum, 26 samples after swing, less 13 ms."""
    at = np.arange(900.0)
    omega = wave(3.0) - np.sum(
        [4.0 * np.exp(-(((at - p - 26.0) / 3.0) ** 2)) for p in SWINGS], axis=0
    )
    shank = find_leg_events(signal("tibia_r", omega), RATE_HZ, "walking")
    wanted = SWINGS[4] + 26.0 - 1.3
    assert near(shank.contact, wanted) == pytest.approx(wanted, abs=0.6)
    thigh = find_leg_events(signal("femur_r", wave(3.0)), RATE_HZ, "walking")
    assert np.isnan(thigh.contact).all()
    running = find_leg_events(signal("femur_r", wave(3.0)), RATE_HZ)
    wanted = FIRST + 4.25 * PERIOD + 14.8
    assert near(running.contact, wanted) == pytest.approx(wanted, abs=0.02)
    assert np.isnan(running.toe_off).all()


def test_toe_off_of_a_foot_is_between_its_trough_and_its_braking() -> None:
    """A wave of force brakes about the trough: 6 samples later, half a period wide."""
    force = np.where((np.arange(900) - FIRST) % PERIOD > 40.0, -5.0, 5.0)
    foot = find_leg_events(signal("calcn_l", wave(8.0), force), RATE_HZ)
    trough = FIRST + 4.5 * PERIOD
    assert trough < near(foot.toe_off, trough + 3.0) < trough + 5.0
    smooth = find_leg_events(signal("calcn_l", wave(8.0), np.full(900, -1.0)), RATE_HZ)
    first, stop = 460, 471
    wanted = (trough + (first + stop - 1) / 2.0) / 2.0 + 0.1
    assert near(smooth.toe_off, wanted) == pytest.approx(wanted, abs=0.02)


def test_one_swing_has_no_events_and_two_have_a_contact_each() -> None:
    once = np.where(np.abs(np.arange(900) - FIRST) < PERIOD / 2.0, wave(8.0), 0.0)
    one = find_leg_events(signal("calcn_r", once), RATE_HZ)
    assert (one.swing.size, one.contact.size, one.toe_off.size) == (1, 1, 1)
    assert np.isnan(one.contact).all()
    both = find_leg_events(signal("calcn_r", wave(8.0, 240)), RATE_HZ)
    np.testing.assert_allclose(both.swing, [20.0, 100.0, 180.0], atol=1.0)
    two = find_leg_events(signal("calcn_r", wave(8.0, 145)), RATE_HZ)
    assert two.swing.size == 2
    assert np.isfinite(two.contact).all()


def bumps(heights: tuple[float, ...], apart: float, first: float = 150.0) -> FloatArray:
    """Return bumps of which the filter leaves the same part, on no rotation else."""
    at = np.arange(first + apart * len(heights) + 150.0)
    return np.sum(
        [h * np.exp(-(((at - first - apart * i) / 12.0) ** 2)) for i, h in enumerate(heights)],
        axis=0,
    )


def found(heights: tuple[float, ...], apart: float = 100.0, body: str = "tibia_r") -> list[int]:
    """Return the numbers of the bumps that are swings."""
    swings = find_swings(signal(body, bumps(heights, apart)), RATE_HZ)
    numbers = np.rint((swings - 150.0) / apart).astype(int)
    np.testing.assert_allclose(swings, 150.0 + apart * numbers, atol=1.0)
    return numbers.tolist()


@pytest.mark.parametrize(("body", "least"), [("calcn_r", 1.0), ("tibia_l", 1.0), ("femur_r", 0.5)])
def test_a_swing_has_a_least_rate(body: str, least: float) -> None:
    """Of one swing a second; of three a second less is left."""
    for period in (100.0, 50.0):
        for part, seen in ((0.98, False), (1.02, True)):
            omega = wave(part * least / left(RATE_HZ / period), 900, period)
            swings = find_swings(signal(body, omega), RATE_HZ)
            assert (swings[(swings > 200) & (swings < 700)].size > 0) == seen


def test_two_swings_are_forty_five_hundredths_of_a_second_apart_or_more() -> None:
    assert np.diff(find_swings(signal("tibia_r", wave(8.0, period=42.0)), RATE_HZ)).min() >= 45
    assert np.diff(find_swings(signal("tibia_r", wave(8.0, period=47.0)), RATE_HZ)).max() <= 48


def test_swings_are_known_between_samples() -> None:
    inner = swing_times(signal("tibia_r", wave(8.0)), RATE_HZ)[2:-2]
    np.testing.assert_allclose(inner % PERIOD, FIRST % PERIOD, atol=0.02)


def test_rocking_between_swings_is_none_and_a_short_swing_is_one_where_it_stands_alone() -> None:
    """The usual swing is 10: half a stride later 4.1 is a swing and 3.9 rocking."""
    assert found((10.0, 0.0, 10.0, 4.1, 10.0, 0.0, 10.0), 50.0) == [0, 2, 3, 4, 6]
    assert found((10.0, 0.0, 10.0, 3.9, 10.0, 0.0, 10.0), 50.0) == [0, 2, 4, 6]
    many = (10.0, 10.0, 10.0)
    for small, kept in ((3.9, True), (1.6, True), (1.4, False)):
        for at, heights in ((0, (small, *many)), (3, (*many, small))):
            assert (at in found(heights)) == kept
            assert [n for n in found(heights) if n != at] == [n for n in range(4) if n != at]


def test_the_usual_swing_is_the_median_of_the_upper_half_of_the_peaks() -> None:
    """Of 10, 10, 3, 3, 3 it is 10, of which 3 is little; of the upper two thirds it were 6.5."""
    assert found((10.0, 3.0, 10.0, 3.0, 3.0), 50.0)[:2] == [0, 2]
    assert 1 not in found((10.0, 3.0, 10.0, 3.0, 10.0, 3.0, 3.0), 50.0)
    assert found((10.0, 0.0, 10.0, 3.0), 50.0) == [0, 2]


def alone(*places: float, small: float) -> bool:
    """Return whether a small bump counts beside large ones."""
    at = np.arange(1400.0)
    omega = np.sum([10.0 * np.exp(-(((at - p) / 12.0) ** 2)) for p in places], axis=0)
    omega += 3.0 * np.exp(-(((at - small) / 12.0) ** 2))
    swings = find_swings(signal("tibia_r", omega), RATE_HZ)
    near_large = [np.abs(swings - p).min() <= 1.0 for p in places]
    assert all(near_large)
    assert (np.diff(swings) > 0).all(), "in order"
    assert swings.size == len(places) + int(np.abs(swings - small).min() <= 1.0)
    return swings.size > len(places)


def test_a_swing_stands_alone_from_65_hundredths_of_a_stride_to_1_8_seconds() -> None:
    """Strides of 100 samples, small swings before, after and between them."""
    large = (300.0, 400.0, 500.0)
    for off, kept in ((63.0, False), (67.0, True), (178.0, True), (182.0, False)):
        assert alone(*large, small=300.0 - off) == kept
        assert alone(*large, small=500.0 + off) == kept
    for later in (620.0, 760.0):
        between = (*large, later, later + 100.0)
        assert alone(*between, small=567.0) == (later > 700.0)
        assert alone(*between, small=later - 67.0) == (later > 700.0)
    assert not alone(300.0, small=450.0), "without two others no stride is known"
    assert alone(300.0, 400.0, small=550.0)


def test_the_stride_that_a_small_swing_is_set_against_is_the_usual_one() -> None:
    """Strides of 100, 100, 140 and 140 samples: 120, of which 65 hundredths are 78."""
    large = (300.0, 400.0, 500.0, 640.0, 780.0)
    assert alone(*large, small=780.0 + 80.0)
    assert not alone(*large, small=780.0 + 76.0)
    assert not alone(300.0, 440.0, 540.0, 640.0, small=355.0), "near the first"
    assert alone(300.0, 440.0, 540.0, 640.0, small=370.0)
    assert alone(300.0, 400.0, 500.0, 640.0, small=570.0)


def test_a_stride_lasts_until_the_next_swing_where_that_comes_in_time() -> None:
    """Usually 70 samples: after more than 112 a swing was not seen, and after more than 1.8 s."""
    for step, seen in ((112.0, True), (113.0, False)):
        swings = np.cumsum([0.0, 70.0, 60.0, step, 70.0])
        lengths = _cycle_lengths(swings, RATE_HZ)
        assert lengths.tolist() == [70.0, 60.0, step if seen else 70.0, 70.0, 70.0]
        followed = _followed(swings.astype(np.int64), RATE_HZ)
        assert followed.tolist() == [True, True, seen, True, False]
    assert _followed(np.array([0, 100, 260]), RATE_HZ).tolist() == [True, True, False]


def test_the_usual_stride_is_the_median_of_those_that_are_possible() -> None:
    assert _usual(np.array([60.0, 90.0, 70.0, 200.0]), RATE_HZ) == (70.0, 112.0)
    assert _usual(np.array([120.0, 179.0]), RATE_HZ) == (149.5, 180.0)
    assert _usual(np.array([90.0, 180.0]), RATE_HZ) == (135.0, 180.0)
    assert _usual(np.array([181.0]), RATE_HZ) == (180.0, 180.0)
    assert _usual(np.empty(0), RATE_HZ) == (180.0, 180.0)
