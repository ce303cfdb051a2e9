"""The turn of a case between two waveforms, in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.calibration.slips.turns import (
    STRIDES,
    median_strides,
    split_turns,
    turns_between,
)
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.rotations import from_rotation_vector, inverse, rotate, to_matrix

EXACT = 1e-9


def waveforms(seed: int = 0) -> tuple[FloatArray, FloatArray]:
    """Return angular velocity and specific force of one stride, (1, 40, 3) each."""
    rng = np.random.default_rng(seed)
    phase = 2.0 * np.pi * (np.arange(40) + 0.5) / 40
    curves = [np.cos(k * phase + shift) for k, shift in ((1, 0.3), (2, 1.0), (3, 2.0))]
    turning = np.stack(curves, axis=1) @ rng.normal(size=(3, 3))
    force = np.stack(curves[::-1], axis=1) @ rng.normal(size=(3, 3)) + np.array([1.0, 9.0, 3.0])
    return turning[None], force[None]


@pytest.mark.parametrize("degrees", [0.5, 20.0, 90.0, 170.0, -35.0])
def test_the_turn_of_a_case_comes_back_with_axis_size_and_sign(degrees: float) -> None:
    axis = np.array([2.0, -1.0, 0.5]) / np.sqrt(5.25)
    turn = from_rotation_vector(np.deg2rad(degrees) * axis)
    before = waveforms()
    after = tuple(rotate(inverse(turn), signal[0])[None] for signal in before)
    R_SS, rest = turns_between((before[0], after[0]), (before[1], after[1]))
    np.testing.assert_allclose(R_SS[0], to_matrix(turn), atol=EXACT)
    assert rest[0] < 1e-7  # the root of what a subtraction leaves


def test_a_turn_to_the_left_is_positive_about_the_vertical() -> None:
    up = np.array([[0.0, 2.0, 0.0]])  # of any length
    left = to_matrix(from_rotation_vector(np.array([[0.0, 0.3, 0.0]])))
    level = to_matrix(from_rotation_vector(np.array([[0.3, 0.0, -0.4]])))
    assert [float(part[0]) for part in split_turns(left, up)] == pytest.approx([0.3, 0.0])
    assert [float(part[0]) for part in split_turns(level, up)] == pytest.approx([0.0, 0.5])


def test_another_movement_leaves_waveforms_unexplained() -> None:
    before, after = waveforms(0), waveforms(1)
    _, rest = turns_between((before[0], after[0]), (before[1], after[1]))
    assert rest[0] > 0.5


def test_one_odd_stride_of_six_changes_no_median() -> None:
    signal = np.repeat(waveforms()[0], 2 * STRIDES, axis=0)
    signal[3] += 100.0
    medians = median_strides(signal)
    assert medians.shape[0] == STRIDES + 1
    np.testing.assert_allclose(medians, signal[:1] + np.zeros_like(medians))
