"""Disturbances: turns of an orientation that its gyroscope did not feel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from opensim_pelvis.calibration.heading.unfelt import find_disturbances, unfelt_turns
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.simulate.harmonics import smooth_step
from opensim_pelvis.types import AlignedRecording
from tests.calibration.heading.by_hand import heading_turn, recorded

RATE_HZ = 50.0
STEP = 5
TIME_S = np.arange(3000) / RATE_HZ
BODIES = ("pelvis", "torso", "femur_r")
SWAY = 0.1 * np.sin(2.0 * np.pi * 1.4 * TIME_S)


def turning(orientation: FloatArray, gyroscope: FloatArray) -> AlignedRecording:
    """Sensors whose heading and whose gyroscope turn by angles, (t, s), about the vertical."""
    aligned = recorded({b: heading_turn(orientation[:, i]) for i, b in enumerate(BODIES)}, RATE_HZ)
    rate = np.zeros((*gyroscope.shape, 3))
    rate[..., 2] = np.gradient(gyroscope, axis=0) * RATE_HZ
    return replace(aligned, angular_velocity_radps=rate)


def found_deg(aligned: AlignedRecording, shown: FloatArray) -> FloatArray:
    cyclic = np.ones(TIME_S.size // STEP, dtype=bool)
    return np.rad2deg(find_disturbances(aligned, shown[::STEP], cyclic, STEP))


def stepped(size_deg: float, start_s: float = 20.0, rise_s: float = 10.0) -> FloatArray:
    out = np.zeros((TIME_S.size, 3))
    out[:, 1] = np.deg2rad(size_deg) * smooth_step(TIME_S, start_s, rise_s)[0]
    return out


@pytest.mark.parametrize("size_deg", [20.0, -20.0, 6.0])
def test_a_turn_that_no_gyroscope_felt_is_followed_as_it_comes(size_deg: float) -> None:
    turn = stepped(size_deg)
    found = found_deg(turning(SWAY[:, None] + turn, np.tile(SWAY[:, None], 3)), turn)
    wanted = np.rad2deg(turn[::STEP])
    np.testing.assert_allclose(found[:, 1], wanted[:, 1], atol=0.05 * abs(size_deg))
    assert not found[:, [0, 2]].any()


def test_a_turn_that_the_gyroscope_felt_is_the_segments() -> None:
    turn = stepped(20.0)
    both = SWAY[:, None] + turn
    assert not found_deg(turning(both, both), turn).any()


def test_what_only_the_gyroscope_shows_is_its_own_fault() -> None:
    turn = stepped(20.0)
    still = np.tile(SWAY[:, None], 3)
    assert not found_deg(turning(still, still + turn), np.zeros_like(turn)).any()


def test_bias_of_a_gyroscope_is_no_disturbance() -> None:
    """30 degrees/min, as of a foot at 50 samples/s."""
    bias = np.deg2rad(0.5) * TIME_S[:, None] * [1.0, -1.0, 1.0]
    still = np.tile(SWAY[:, None], 3)
    assert not found_deg(turning(still, still + bias), np.zeros_like(bias)).any()
    turn = stepped(10.0)
    found = found_deg(turning(still + turn, still + bias), turn)
    np.testing.assert_allclose(found[-1], [0.0, 10.0, 0.0], atol=0.5)


def test_a_small_or_slow_turn_is_none() -> None:
    still = np.tile(SWAY[:, None], 3)
    for turn in (stepped(4.0), stepped(9.0, start_s=5.0, rise_s=90.0)):
        assert not found_deg(turning(still + turn, still), turn).any()


def test_nothing_is_told_without_a_gyroscope_or_other_sensors() -> None:
    turn = stepped(20.0)
    blind = replace(turning(turn, np.zeros_like(turn)), angular_velocity_radps=None)
    assert not found_deg(blind, turn).any()
    alone = recorded({"torso": heading_turn(turn[:, 1])}, RATE_HZ)
    alone = replace(alone, angular_velocity_radps=np.zeros((TIME_S.size, 1, 3)))
    assert not found_deg(alone, turn[:, [1]]).any()


def test_unfelt_turns_add_up_to_what_the_orientation_turned_more_than_the_gyroscope() -> None:
    turn = stepped(20.0)
    aligned = turning(SWAY[:, None] + turn, np.tile(SWAY[:, None], 3))
    assert unfelt_turns(aligned, 1).sum() == pytest.approx(np.deg2rad(20.0), abs=1e-3)
    assert unfelt_turns(aligned, 0).sum() == pytest.approx(0.0, abs=1e-3)
