"""Running and walking are told apart by the movement, and every body has habits."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.calibration.wearers.habits import HABITS, JOINTS, tell_running
from opensim_pelvis.calibration.wearers.hip_order import Hips
from opensim_pelvis.calibration.wearers.likelihood import GRID_RAD, tabulate
from opensim_pelvis.types.segments import BODIES, segment_of
from tests.calibration.wearers.test_features import LEG, PUSH, made


@pytest.mark.parametrize(
    ("bounce", "stride_s", "running"),
    [
        ((1.0, 1.6), 0.7, True),  # as people run
        ((0.12, 0.4), 1.1, False),  # as people walk
        ((0.12, 1.2), 1.1, False),  # it is the calmer sensor that counts
        ((np.nan, np.nan), 0.72, True),
        ((np.nan, np.nan), 1.1, False),
        ((np.nan, 1.0), 1.1, True),  # acceleration goes before stride time
    ],
)
def test_running_is_told_by_flight_or_else_by_the_stride(
    bounce: tuple[float, float], stride_s: float, running: bool
) -> None:
    likely = tell_running(np.array(bounce), np.array([0.0, 1.0]), stride_s)
    assert (likely > 0.98) == running
    assert (likely < 0.02) != running


def test_every_body_has_habits_and_hangs_on_another() -> None:
    for habits in HABITS.values():
        assert {segment_of(body) for body in BODIES} == set(habits)
    assert {body for joint in JOINTS for body in joint} == set(BODIES)
    assert len(JOINTS) == len(BODIES) - 1


def test_a_leg_that_swings_half_a_stride_later_fits_the_other_side() -> None:
    """The table of a left leg is that of the right leg, half a turn on."""
    features = made(LEG, PUSH)
    nowhere = np.full((2, 2), np.nan)
    hips = Hips(np.full((2, 2, 3), np.nan), nowhere, nowhere)
    bodies = ("tibia_r", "tibia_l")
    tables = tabulate(features, hips, bodies, HABITS["running"], (0.55, 0.2))
    right, left = tables.phases
    assert np.roll(right, GRID_RAD.size // 2, axis=1) == pytest.approx(left)
    best = GRID_RAD[np.argmax(right[1])]
    # LEG swings at 0.3 rad with its axis to the right, and bends by 0.5: near a shank's 12 degrees
    swings = features.swing_rad[1] + (0.0 if features.axis[1, 2] > 0.0 else np.pi)
    assert abs(np.angle(np.exp(1j * (best - swings)))) < 2.0 * np.pi / GRID_RAD.size


def test_sensors_that_meet_at_a_joint_fit_better_than_the_mean_of_all_pairs() -> None:
    features = made(LEG, PUSH)
    misfit = np.array([[np.nan, 0.2], [0.2, np.nan]])
    hips = Hips(np.full((2, 2, 3), np.nan), np.full((2, 2), np.nan), misfit)
    tables = tabulate(features, hips, ("tibia_r", "calcn_r"), HABITS["running"], (0.55, 0.2))
    assert tables.linked == pytest.approx(np.zeros((2, 2))), "one pair is its own mean"
