"""Each feature of a made movement whose axes, phases and powers are known."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from opensim_pelvis.calibration.wearers.features import SCALARS, Features, Signals, describe
from opensim_pelvis.calibration.wearers.windows import Window
from opensim_pelvis.frames import GRAVITY_MPS2

RATE_HZ, STRIDE_S = 100.0, 0.8
FORWARD, UP, RIGHT = np.eye(3)
WINDOWS = tuple(Window(start, start + 320, STRIDE_S) for start in (0, 137, 301))
Waves = Mapping[tuple[int, int], complex]
"""Amplitude and phase by axis (0 forward, 1 up, 2 right) and harmonic."""


def made(turning: Waves, force: Waves, seed: int = 0) -> Features:
    """Return the features of two sensors that move alike, both turned in their own way.

    The second has the axes of the body. Its acceleration is about gravity, which stays up.
    """
    turn = 2.0 * np.pi * np.arange(700) / (RATE_HZ * STRIDE_S)

    def signal(waves: Waves) -> np.ndarray:
        out = np.zeros((turn.size, 3))
        for (axis, harmonic), size in waves.items():
            out[:, axis] += (size * np.exp(1j * harmonic * turn)).real
        return out

    mounting = Rotation.random(rng=np.random.default_rng(seed)).as_matrix()
    both = np.stack([mounting.T, np.eye(3)])
    w, f = signal(turning), signal(force) + GRAVITY_MPS2 * UP
    up = np.broadcast_to(both @ UP, (turn.size, 2, 3))
    return describe(
        Signals(
            rate_hz=RATE_HZ,
            R_ES=np.tile([1.0, 0.0, 0.0, 0.0], (turn.size, 2, 1)),
            angular_velocity_radps=np.einsum("sij,tj->tsi", both, w),
            up=up,
            acceleration_mps2=np.einsum("sij,tj->tsi", both, f),
        ),
        WINDOWS,
    )


LEG: Waves = {(2, 1): 4.0 * np.exp(0.3j), (2, 2): 1.5 * np.exp(1.1j), (1, 1): 0.5}
PELVIS: Waves = {(1, 1): np.exp(0.7j), (0, 1): 0.8 * np.exp(2.0j), (2, 2): 0.6}
PUSH: Waves = {(1, 2): 6.0, (0, 2): 2.0 * np.exp(-0.9j), (2, 1): 1.5 * np.exp(-1.2j)}


def apart(a: float, b: float) -> float:
    """Return the angle between two phases."""
    return float(abs(np.angle(np.exp(1j * (a - b)))))


@pytest.mark.parametrize("seed", range(4))
def test_a_legs_swing_and_its_sign_are_read_whatever_the_mounting(seed: int) -> None:
    found = made(LEG, PUSH, seed)
    for k, sign in enumerate(found.axis @ np.eye(3)):
        right = RIGHT if k else Rotation.random(rng=np.random.default_rng(seed)).as_matrix()[2]
        points_right = float(found.axis[k] @ right)
        assert abs(points_right) == pytest.approx(1.0, abs=1e-3), sign
        half = 0.0 if points_right > 0.0 else np.pi
        # both signs of the axis turn the two phases together
        assert apart(found.bend_rad[k] + half, 1.1 - 2 * 0.3) < 1e-6
        assert apart(found.swing_rad[k] + half - found.yaw_rad[k], 0.3) < 1e-6


@pytest.mark.parametrize("seed", range(4))
def test_the_axes_of_a_pelvis_and_their_sign_are_read(seed: int) -> None:
    found = made(PELVIS, PUSH, seed)
    mounting = Rotation.random(rng=np.random.default_rng(seed)).as_matrix()
    for k, right in enumerate((mounting[2], RIGHT)):
        points_right = float(found.right[k] @ right)
        assert abs(points_right) == pytest.approx(1.0, abs=1e-6)
        half = 0.0 if points_right > 0.0 else np.pi
        assert apart(found.roll_rad[k] + half - found.yaw_rad[k], 2.0 - 0.7) < 1e-6
        assert apart(found.sway_rad[k] + half - found.yaw_rad[k], -1.2 - 0.7) < 1e-6
        assert apart(found.surge_rad[k] + half, -0.9) < 1e-6


def test_scalars_are_those_of_the_definition() -> None:
    turning: Waves = {(2, 1): 3.0, (2, 2): 1.0, (1, 1): 1.0}
    found = made(turning, {(1, 2): 4.0, (1, 1): 1.0})
    row = dict(zip(SCALARS, found.scalars[0], strict=True))
    assert row["turning"] == pytest.approx(np.log(STRIDE_S * np.sqrt(11.0 / 2.0)), abs=0.01)
    assert row["odd_turning"] == pytest.approx(np.log(10.0), abs=1e-6)
    assert row["yaw_share"] == pytest.approx(np.log(1.0 / 11.0), abs=1e-6)
    assert row["odd_bounce"] == pytest.approx(np.log(1.0 / 16.0), abs=1e-6)
    assert found.bounce == pytest.approx(np.sqrt(17.0 / 2.0) / GRAVITY_MPS2)
    assert found.scalars[0] == pytest.approx(found.scalars[1])


def test_turning_about_the_vertical_moves_no_axis_of_a_leg() -> None:
    wobbling = made({**LEG, (1, 1): 9.0, (1, 2): 5.0}, PUSH)
    assert abs(wobbling.axis[1] @ RIGHT) == pytest.approx(1.0, abs=1e-6)


def test_without_acceleration_only_its_features_are_missing() -> None:
    silent = Signals(
        rate_hz=RATE_HZ,
        R_ES=np.tile([1.0, 0.0, 0.0, 0.0], (700, 1, 1)),
        angular_velocity_radps=np.random.default_rng(0).normal(size=(700, 1, 3)),
        up=np.tile(UP, (700, 1, 1)),
        acceleration_mps2=np.full((700, 1, 3), np.nan),
    )
    found = describe(silent, WINDOWS)
    assert np.isnan([found.sway_rad[0], found.surge_rad[0], found.bounce[0]]).all()
    assert np.isnan(found.scalars[0]).tolist() == [False, False, False, True]
    assert np.isfinite([found.swing_rad[0], found.yaw_rad[0], found.roll_rad[0]]).all()
