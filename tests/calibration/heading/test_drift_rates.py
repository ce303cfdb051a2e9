"""Who drifts, of turns that are lines, noise with long memory and curves."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.calibration.heading.drift_rates import (
    Rates,
    find_rates,
)
from opensim_pelvis.calibration.heading.frames_apart import Apart
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.simulate.variation import fractional_noise

BLOCK_S = 2.0
TIME_S = 5.0 + BLOCK_S * np.arange(90)  # three minutes
SPAN_MIN = float(TIME_S[-1] - TIME_S[0]) / 60.0
PELVIS, TORSO, THIGH, SHANK = range(4)


def wandering(seed: int, sensors: int = 4, size_deg: float = 0.5) -> FloatArray:
    rng = np.random.default_rng(seed)
    noise = [fractional_noise(rng, TIME_S.size, 0.75) for _ in range(sensors)]
    return np.deg2rad(size_deg) * np.stack(noise, axis=1)


def line(deg_per_min: float) -> FloatArray:
    return np.deg2rad(deg_per_min) * (TIME_S - TIME_S[0]) / 60.0


def rates_of(turn: FloatArray, *, treadmill: bool = False, apart: Apart | None = None) -> Rates:
    return find_rates(turn, TIME_S, block_s=BLOCK_S, base=PELVIS, treadmill=treadmill, apart=apart)


def deg_per_min(rates: Rates) -> FloatArray:
    return np.rad2deg(rates.rate_radps) * 60.0


def joint(rate_deg_per_min: float) -> Apart:
    """Frames that turn apart at a rate, told to a degree every three seconds."""
    time_s = 5.0 + 3.0 * np.arange(60)
    angle = np.deg2rad(rate_deg_per_min * time_s / 60.0)
    angle += np.deg2rad(np.random.default_rng(5).normal(size=60))
    return Apart(PELVIS, TORSO, time_s, angle)


@pytest.mark.parametrize("sensor", range(4))
@pytest.mark.parametrize("treadmill", [False, True])
def test_one_sensor_that_drifts_is_told_and_no_other(sensor: int, treadmill: bool) -> None:
    turn = wandering(1)
    turn[:, sensor] += line(-4.0)
    rates = rates_of(turn, treadmill=treadmill)
    others = np.arange(4) != sensor
    assert not rates.rate_radps[others].any()
    off = np.abs(rates.rate_radps[sensor] - np.deg2rad(-4.0) / 60.0)
    assert off < 3.0 * rates.sigma_radps[sensor]
    assert deg_per_min(rates)[sensor] == pytest.approx(-4.0, abs=0.6)


def test_wandering_alone_is_left_and_its_size_is_in_the_error() -> None:
    """Of 40 people none; half of the lines lie within two thirds of the error told."""
    z = []
    for seed in range(40):
        rates = rates_of(wandering(seed))
        assert not rates.rate_radps.any(), seed
        change = np.polyfit(TIME_S, wandering(seed), 1)[0]
        z += list((change - change.mean()) / rates.sigma_radps)
    assert 0.4 < np.median(np.abs(z)) < 0.9


@pytest.mark.parametrize("turned_deg", [3.0, 180.0, 7200.0])
def test_what_all_turn_by_is_the_runners_over_ground(turned_deg: float) -> None:
    common = np.deg2rad(turned_deg) * np.sin((TIME_S - TIME_S[0]) / 200.0)
    assert not rates_of(wandering(2) + common[:, None]).rate_radps.any()


def test_on_a_treadmill_two_sensors_drift_each_by_its_own() -> None:
    turn = wandering(3, sensors=2, size_deg=0.2)
    turn += np.stack([line(3.0), line(-4.0)], axis=1)
    found = deg_per_min(rates_of(turn, treadmill=True))
    assert found == pytest.approx([3.0, -4.0], abs=0.4)


def test_over_ground_of_two_sensors_the_base_is_believed() -> None:
    turn = wandering(4, sensors=2, size_deg=0.2)
    turn[:, PELVIS] += line(4.0)
    found = deg_per_min(rates_of(turn))
    assert found == pytest.approx([0.0, -4.0], abs=0.4)


@pytest.mark.parametrize("half", [0.2, 0.4])
@pytest.mark.parametrize("middle", [0.3, 0.5, 0.75])
def test_a_segment_that_turns_aside_and_back_is_left(middle: float, half: float) -> None:
    """Without wandering, so that nothing but the shape of the curve tells."""
    turn = np.zeros((TIME_S.size, 4))
    away = (TIME_S - TIME_S[0]) / (TIME_S[-1] - TIME_S[0]) - middle
    turn[:, TORSO] = np.deg2rad(10.0) * np.clip(1.0 - np.abs(away) / half, 0.0, 1.0)
    assert not rates_of(turn).rate_radps.any()


def test_a_far_larger_drift_is_put_on_its_own_sensor() -> None:
    turn = np.stack([line(0.0), line(1.0), line(60.0)], axis=1)
    assert deg_per_min(rates_of(turn)) == pytest.approx([0.0, 1.0, 60.0], rel=1e-3)


@pytest.mark.parametrize(
    ("frames", "taken"), [(0.0, False), (2.5, True)], ids=["frames stay", "frames turn"]
)
def test_the_joint_tells_a_trunk_that_turns_from_one_whose_sensor_drifts(
    frames: float, taken: bool
) -> None:
    turn = wandering(6, size_deg=0.2)
    turn[:, TORSO] += line(2.5)
    assert deg_per_min(rates_of(turn))[TORSO] == pytest.approx(2.5, abs=0.4)
    rates = rates_of(turn, apart=joint(frames))
    assert (rates.rate_radps[TORSO] != 0.0) == taken
    assert not np.delete(rates.rate_radps, TORSO).any()
    if taken:
        assert deg_per_min(rates)[TORSO] == pytest.approx(2.5, abs=0.4)


def test_the_error_falls_slowly_with_time_and_counts_what_may_be_missed() -> None:
    """By long memory a change over four times the time is known 1.4 times better, not 2."""
    rng = np.random.default_rng(7)
    errors = []
    for n in (60, 240):
        noise = np.stack([fractional_noise(rng, n, 0.75) for _ in range(6)], axis=1)
        found = find_rates(
            np.deg2rad(0.5) * noise,
            BLOCK_S * np.arange(n),
            block_s=BLOCK_S,
            base=0,
            treadmill=False,
        )
        errors.append(float(np.median(found.sigma_radps)) * n)
    assert 0.55 < errors[1] / errors[0] < 0.85
