"""Gravity followed by the gyroscope: in every reading at once as in each alone."""

from __future__ import annotations

import numpy as np

from opensim_pelvis.frames import GRAVITY_MPS2
from opensim_pelvis.fusion.gravity import choose_windows, follow, follow_readings
from opensim_pelvis.fusion.other_readings import DEGREE, axes_readings

STEP_S = 0.01


def test_all_readings_at_once_are_as_each_alone() -> None:
    """Alone: the gyroscope is multiplied first and read as it stands."""
    rng = np.random.default_rng(1)
    time_s = np.arange(1000) * STEP_S
    swing = [3.0 * np.sin(8.0 * time_s), 2.0 * np.cos(9.0 * time_s + 1.0), np.sin(5.0 * time_s)]
    turning = np.stack(swing, axis=1) + 0.1 * rng.normal(size=(1000, 3))
    force = rng.normal(size=(1000, 3)) + np.array([0.0, 3.0, 9.0])
    windows = choose_windows(1000, STEP_S)
    ways = [(factor, r.axes) for factor in (1.0, 0.5, DEGREE) for r in axes_readings()[::5]]
    for (factor, axes), found in zip(
        ways, follow_readings(force, turning, STEP_S, windows, ways), strict=True
    ):
        alone = follow(force, turning @ (factor * axes).T, STEP_S, windows)
        np.testing.assert_allclose(found.wander2, alone.wander2, atol=1e-9)
        np.testing.assert_allclose(found.gravity_mps2, alone.gravity_mps2, atol=1e-9)
        np.testing.assert_array_equal(found.change_mps2, alone.change_mps2)


def test_gravity_stays_where_the_gyroscope_turns_with_the_sensor() -> None:
    """Upright about x at 2 rad/s: gravity in S goes round the other way."""
    turn = 2.0 * (np.arange(1000) + 1.0) * STEP_S
    force = GRAVITY_MPS2 * np.stack([0.0 * turn, np.sin(turn), np.cos(turn)], axis=1)
    turning = np.tile([2.0, 0.0, 0.0], (1000, 1))
    windows = choose_windows(1000, STEP_S)
    sound = follow(force, turning, STEP_S, windows)
    np.testing.assert_allclose(sound.gravity_mps2, GRAVITY_MPS2, rtol=1e-6)
    np.testing.assert_allclose(sound.wander2, 0.0, atol=1e-6)
    turned = follow(force, -turning, STEP_S, windows)
    assert turned.gravity_mps2.max() < 3.0
