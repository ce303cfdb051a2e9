"""Running or walking by the load of the pelvis: each limit from both sides.

At 20 Hz the low-pass of 10 Hz lets everything through, and a window is 16 samples.
"""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.events.activity import told_by_load

RATE_HZ = 20.0


def steps(*least: float, most: float = 1.3) -> FloatArray:
    """Return one window a value: straight down to the least load in eight samples, and up again."""
    down = np.abs(np.arange(16) - 8.0) / 8.0
    return np.concatenate([low + (most - low) * down for low in least])


@pytest.mark.parametrize(
    ("least", "told"),
    [(0.34, "running"), (0.35, None), (0.5, None), (0.51, "walking"), (-0.2, "running")],
)
def test_the_usual_least_load_of_a_step_tells(least: float, told: str | None) -> None:
    assert told_by_load(steps(*[least] * 5), RATE_HZ) == told


def test_the_median_of_windows_counts_and_a_last_part_of_one_does_not() -> None:
    assert told_by_load(steps(0.6, 0.1, 0.6), RATE_HZ) == "walking"
    assert told_by_load(steps(0.1, 0.6, 0.1), RATE_HZ) == "running"
    assert told_by_load(np.append(steps(0.6), [0.0] * 15), RATE_HZ) == "walking"
    assert told_by_load(steps(0.1)[:15], RATE_HZ) is None


def test_who_hardly_moves_neither_runs_nor_walks() -> None:
    assert told_by_load(steps(1.0, 1.0, most=1.149), RATE_HZ) is None
    assert told_by_load(steps(1.0, 1.0, most=1.151), RATE_HZ) == "walking"
    still = steps(0.1, 0.9, 0.9, most=1.0)
    assert told_by_load(still, RATE_HZ) == "running", "only the windows with steps are asked"


def test_a_window_with_a_hole_tells_nothing_and_spoils_no_other() -> None:
    load = steps(0.6, 0.1, 0.6, 0.1, 0.1)
    load[[20, 70]] = np.nan
    assert told_by_load(load, RATE_HZ) == "walking"
    assert told_by_load(np.full(64, np.nan), RATE_HZ) is None


def test_a_window_has_two_samples_or_more() -> None:
    """At one a second: the least loads of pairs are 0.6, 0.6 and 0.2."""
    assert told_by_load(np.array([0.6, 1.0, 0.6, 1.0, 0.2, 1.0]), 1.0) == "walking"


def test_what_is_quicker_than_ten_hertz_counts_half() -> None:
    """A wave of 10 Hz and 1.25 weights is left 0.625 high: its least load is 0.375."""
    wave = np.sin(2.0 * np.pi * 10.0 * np.arange(2000) / 200.0)
    assert told_by_load(1.0 + 1.25 * wave, 200.0) is None
    assert told_by_load(1.0 + 1.34 * wave, 200.0) == "running"
    assert told_by_load(1.0 + 0.96 * wave, 200.0) == "walking"
