"""Two earth frames that turn against each other, told by the joint between trunk and pelvis."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from opensim_pelvis.calibration.heading.frames_apart import Apart, frames_apart
from opensim_pelvis.simulate import SensorSettings, Session, Truth, simulate_runner
from opensim_pelvis.simulate.population import draw_runner
from opensim_pelvis.types import AlignedRecording
from tests.benchmarks.drift import drifted, trunk_turned
from tests.simulated import align

MOVING_S = np.arange(30, 395) / 10.0
STAYS = np.zeros((MOVING_S.size, 2))


@pytest.fixture(scope="module")
def truth() -> Truth:
    """Someone whose trunk is pushed forward and back, too: the model runner only bounces."""
    runner = draw_runner(np.random.default_rng(100))
    return simulate_runner(runner, Session(duration_s=42.0, rate_hz=50.0))


@pytest.fixture(scope="module")
def sound(truth: Truth) -> AlignedRecording:
    return align(truth, None, ("pelvis", "torso"))


def drifting(aligned: AlignedRecording, rate: float) -> AlignedRecording:
    """Return the heading of the trunk's sensor drifting, degrees/min."""
    return drifted(aligned, aligned.time_s[:, None] * [0.0, rate / 60.0])


def rate_of(found: Apart | None) -> float:
    """Degrees per minute."""
    assert found is not None
    assert (found.first, found.second) == (0, 1)
    return float(np.rad2deg(np.polyfit(found.time_s, found.angle_rad, 1)[0]) * 60.0)


def test_frames_of_sound_sensors_keep_their_angle(sound: AlignedRecording) -> None:
    """To 1.4 degrees in 36 s: strides that differ tell the joint in different places."""
    found = frames_apart(sound, STAYS, MOVING_S)
    assert rate_of(found) == pytest.approx(0.0, abs=2.5)
    assert found is not None
    assert MOVING_S[0] < found.time_s[0] < found.time_s[-1] < MOVING_S[-1]


@pytest.mark.parametrize("rate", [6.0, -30.0])
def test_a_heading_that_drifts_turns_its_frame(sound: AlignedRecording, rate: float) -> None:
    more = rate_of(frames_apart(drifting(sound, rate), STAYS, MOVING_S))
    assert more - rate_of(frames_apart(sound, STAYS, MOVING_S)) == pytest.approx(rate, abs=0.1)


def test_a_trunk_that_turns_does_not(sound: AlignedRecording, truth: Truth) -> None:
    jet = 20.0 / 60.0 * np.stack([truth.time_s, np.ones_like(truth.time_s), 0.0 * truth.time_s])
    turning = trunk_turned(truth, SensorSettings(), sound, jet)
    more = rate_of(frames_apart(turning, STAYS, MOVING_S))
    assert more - rate_of(frames_apart(sound, STAYS, MOVING_S)) == pytest.approx(0.0, abs=2.0)


def test_known_turns_are_taken_away(sound: AlignedRecording) -> None:
    known = np.stack([0.0 * MOVING_S, np.deg2rad(20.0) * MOVING_S / 60.0], axis=1)
    more = rate_of(frames_apart(drifting(sound, 30.0), known, MOVING_S))
    assert more - rate_of(frames_apart(sound, STAYS, MOVING_S)) == pytest.approx(10.0, abs=0.1)


def test_nothing_is_told_without_accelerations_or_in_too_few_pieces(
    sound: AlignedRecording,
) -> None:
    assert frames_apart(replace(sound, acceleration_mps2=None), STAYS, MOVING_S) is None
    assert frames_apart(sound, STAYS[:250], MOVING_S[:250]) is None
    assert frames_apart(sound, STAYS[:330], MOVING_S[:330]) is not None
    other = replace(sound, bodies=("pelvis", "femur_r"))
    assert frames_apart(other, STAYS, MOVING_S) is None


def test_an_acceleration_that_no_joint_explains_tells_nothing(sound: AlignedRecording) -> None:
    assert sound.acceleration_mps2 is not None
    force = sound.acceleration_mps2.copy()
    force[:, 1] += np.random.default_rng(0).normal(scale=30.0, size=force[:, 1].shape)
    assert frames_apart(replace(sound, acceleration_mps2=force), STAYS, MOVING_S) is None
