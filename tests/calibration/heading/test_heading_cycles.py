"""Rhythm in angular speeds that are written by hand: pulses, waves and standing."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.calibration.heading import cycles
from opensim_pelvis.calibration.heading.cycles import find_cyclic, shrink
from opensim_pelvis.frames import BoolArray, FloatArray
from tests.calibration.heading.by_hand import UPRIGHT, about, recorded

RATE_HZ = 20.0
SIZE = 120  # six seconds


def two_pulses(apart: int, second: float = 1.0, first: int = 3) -> FloatArray:
    window = np.zeros(SIZE)
    window[first], window[first + apart] = 1.0, second
    return window


@pytest.mark.parametrize(
    ("apart", "second", "rhythmic"),
    [
        # Two equal pulses are half like themselves, more for the shorter overlap.
        (5, 1.0, False),  # a peak needs a lag before it, and the first is that of 4 Hz
        (6, 1.0, True),
        (20, 1.0, True),
        (33, 1.0, True),
        (34, 1.0, False),  # the last lag is that of 0.6 Hz
        # One half as high leaves 0.4: over 100 of 120 samples it is 0.47, over 87 it is 0.54.
        (20, 0.5, False),
        (33, 0.5, True),
        # A lag that only a closed circle has.
        (110, 1.0, False),
    ],
)
def test_what_comes_again_after_a_period_is_rhythmic(
    apart: int, second: float, rhythmic: bool
) -> None:
    windows = np.stack([two_pulses(apart, second), np.zeros(SIZE), 2.0 + two_pulses(apart, second)])
    found = cycles._is_rhythmic(windows, RATE_HZ)
    np.testing.assert_array_equal(found, [rhythmic, False, rhythmic])


@pytest.mark.parametrize(("hz", "rhythmic"), [(0.5, False), (0.65, True), (1.4, True), (3.0, True)])
def test_strides_from_slow_walking_on_are_rhythmic(hz: float, rhythmic: bool) -> None:
    wave = 1.0 + 0.5 * np.sin(2.0 * np.pi * hz * np.arange(SIZE) / RATE_HZ)
    assert cycles._is_rhythmic(wave[None], RATE_HZ)[0] == rhythmic


def test_a_slope_is_no_rhythm() -> None:
    assert not cycles._is_rhythmic(np.linspace(0.0, 1.0, SIZE)[None], RATE_HZ)[0]


def test_angular_speed_is_the_mean_of_the_sensors_present() -> None:
    """One turns by 1 rad/s, one by 3 rad/s and one is absent, then all are."""
    time_s = np.arange(12) / 60.0
    R_ES = {
        "pelvis": about((0.0, 0.0, 1.0), time_s),
        "torso": about((1.0, 0.0, 0.0), 3.0 * time_s),
        "femur_r": np.full((12, 4), np.nan),
    }
    R_ES["torso"][1::2] *= -1.0  # the same orientations
    for step in (1, 3):
        speed = cycles._angular_speed(recorded(R_ES, 60.0), step)
        np.testing.assert_allclose(speed, np.full(12 // step, 2.0), rtol=1e-9)
    R_ES["torso"][6:] = np.nan
    speed = cycles._angular_speed(recorded(R_ES, 60.0), 1)
    np.testing.assert_allclose(speed, [2.0] * 5 + [1.0] * 7, rtol=1e-9)
    R_ES["pelvis"][6:] = np.nan
    speed = cycles._angular_speed(recorded(R_ES, 60.0), 1)
    np.testing.assert_allclose(speed, [2.0] * 5 + [0.0] * 7, rtol=1e-9)


def test_few_samples_and_rounded_ones_have_a_speed() -> None:
    turning = about((0.0, 0.0, 1.0), np.array([0.0, 0.1]))
    two = recorded({"pelvis": turning, "torso": turning, "femur_r": turning}, 10.0)
    np.testing.assert_allclose(cycles._angular_speed(two, 1), [1.0, 1.0])
    np.testing.assert_array_equal(cycles._angular_speed(two, 2), [0.0])
    long = recorded({"pelvis": np.tile(UPRIGHT * (1.0 + 1e-9), (3, 1))}, 10.0)
    np.testing.assert_array_equal(cycles._angular_speed(long, 1), 0.0)


def of_speed(
    monkeypatch: pytest.MonkeyPatch, speed: FloatArray, time_s: FloatArray | None = None
) -> BoolArray:
    """At 20 Hz, of sensors with this angular speed."""
    monkeypatch.setattr(cycles, "_angular_speed", lambda *_: speed)
    aligned = recorded({"pelvis": np.tile(UPRIGHT, (speed.size, 1))}, RATE_HZ)
    return find_cyclic(aligned, aligned.time_s if time_s is None else time_s)


def wave_of(mean: float, size: int) -> FloatArray:
    return mean * (1.0 + 0.8 * np.sin(2.0 * np.pi * np.arange(size) / RATE_HZ))


@pytest.mark.parametrize(("size", "enough"), [(119, False), (120, True)])
def test_six_seconds_are_the_least(
    monkeypatch: pytest.MonkeyPatch, size: int, enough: bool
) -> None:
    found = of_speed(monkeypatch, wave_of(3.0, size))
    assert found.size == size
    # All but a second at either end.
    assert np.flatnonzero(found).tolist() == (list(range(20, 100)) if enough else [])


@pytest.mark.parametrize(("mean", "moving"), [(0.45, False), (0.55, True)])
def test_a_rhythm_slower_than_half_a_radian_per_second_is_standing(
    monkeypatch: pytest.MonkeyPatch, mean: float, moving: bool
) -> None:
    assert of_speed(monkeypatch, wave_of(mean, 400))[180:220].all() == moving


def test_a_stretch_begins_and_ends_a_second_inside_its_motion(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Standing for 11 s, motion to 31.25 s, standing again."""
    speed = wave_of(1.5, 900)
    speed[:220] = speed[625:] = 0.05
    mean = np.array([np.sum(speed[max(i - 10, 0) : i + 10]) / 20.0 for i in range(900)])
    moving = np.flatnonzero(mean >= 0.5)
    found = of_speed(monkeypatch, speed)
    wanted = np.zeros(900, dtype=bool)
    wanted[moving[0] + 20 : moving[-1] - 19] = True
    np.testing.assert_array_equal(found, wanted)
    assert 230 <= np.flatnonzero(found)[0] <= 240
    # At other times: the nearest sample, and the last beyond the end.
    first = int(np.flatnonzero(found)[0])
    times = np.array([-1.0, (first - 0.6) / RATE_HZ, (first - 0.4) / RATE_HZ, 90.0])
    np.testing.assert_array_equal(of_speed(monkeypatch, speed, times), [False, False, True, False])


def test_a_burst_of_motion_shorter_than_two_thirds_of_a_window_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    speed = np.full(900, 0.05)
    speed[400:430] = wave_of(1.5, 30)
    assert not of_speed(monkeypatch, speed).any()


@pytest.mark.parametrize(
    ("rate_hz", "step"), [(100.0, 5), (50.0, 2), (30.0, 2), (29.0, 1), (10.0, 1), (8.0, 1)]
)
def test_speeds_are_thinned_to_about_20_hz(
    monkeypatch: pytest.MonkeyPatch, rate_hz: float, step: int
) -> None:
    steps: list[int] = []

    def speed_of(_: object, step: int) -> FloatArray:
        steps.append(step)
        seconds = np.arange(round(12.0 * rate_hz / step)) * step / rate_hz
        return np.asarray(1.5 + np.sin(2.0 * np.pi * seconds))

    monkeypatch.setattr(cycles, "_angular_speed", speed_of)
    times = np.array([0.5, 3.0, 6.0, 9.0, 11.6])
    found = find_cyclic(recorded({"pelvis": np.tile(UPRIGHT, (3, 1))}, rate_hz), times)
    assert steps == [step]
    np.testing.assert_array_equal(found, [False, True, True, True, False])


def test_shrinking_takes_samples_from_both_ends_of_each_stretch() -> None:
    mask = np.array([int(c) for c in "1111100111111000110"], dtype=bool)
    for samples, wanted in (
        (0, "1111100111111000110"),
        (1, "0111000011110000000"),
        (2, "0010000001100000000"),
        (3, "0000000000000000000"),
    ):
        assert "".join(str(int(kept)) for kept in shrink(mask, samples)) == wanted
