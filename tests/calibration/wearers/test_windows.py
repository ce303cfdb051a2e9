"""Steady windows and harmonics of signals whose stride is known."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.calibration.wearers.windows import find_windows, harmonics_of

RATE_HZ = 100.0
STRIDE_S = 0.73


def signals(duration_s: float = 12.0) -> np.ndarray:
    """Return two sensors that turn with one stride, one of them mostly twice a stride."""
    turn = 2.0 * np.pi * np.arange(round(duration_s * RATE_HZ)) / (RATE_HZ * STRIDE_S)
    leg = np.stack([3.0 * np.cos(turn), np.sin(2.0 * turn), 0.0 * turn], axis=1)
    trunk = np.stack([0.3 * np.cos(turn), np.cos(2.0 * turn), 0.0 * turn], axis=1)
    return np.stack([leg, trunk], axis=1)


def test_the_stride_is_found_and_not_its_half_or_double() -> None:
    windows = find_windows(signals(), RATE_HZ)
    assert len(windows) > 5
    assert [w.stride_s for w in windows] == pytest.approx([STRIDE_S] * len(windows), rel=0.01)
    inside = [w.stop - w.start for w in windows if w.stop < 1200]
    assert inside == pytest.approx([4 * STRIDE_S * RATE_HZ] * len(inside), abs=2)


def test_who_stands_or_fidgets_does_not_walk() -> None:
    assert find_windows(0.01 * signals(), RATE_HZ) == ()
    noise = np.random.default_rng(0).normal(size=(1200, 2, 3))
    assert find_windows(noise, RATE_HZ) == ()
    assert find_windows(signals(duration_s=0.8), RATE_HZ) == ()


def test_no_window_holds_a_hole() -> None:
    turning = signals()
    turning[500:520, 1] = np.nan
    windows = find_windows(turning, RATE_HZ)
    assert windows
    assert all(np.isfinite(turning[w.rows]).all() for w in windows)


def test_a_long_recording_is_looked_at_in_pieces_from_beginning_to_end() -> None:
    windows = find_windows(signals(duration_s=900.0), RATE_HZ)
    starts_s = np.array([w.start for w in windows]) / RATE_HZ
    assert len(windows) < 12 * 20.0 / (1.5 * STRIDE_S)
    assert starts_s.min() < 5.0
    assert starts_s.max() > 880.0
    assert np.diff(starts_s).max() > 40.0


def test_harmonics_come_back() -> None:
    turn = 2.0 * np.pi * np.arange(292) / (RATE_HZ * STRIDE_S)
    wave = 5.0 + 2.0 * np.cos(turn + 0.4) - 0.7 * np.sin(3.0 * turn)
    found = harmonics_of(wave[:, None], STRIDE_S, RATE_HZ)[:, 0]
    wanted = np.array([2.0 * np.exp(0.4j), 0.0, 0.7j, 0.0, 0.0, 0.0])
    assert found == pytest.approx(wanted, abs=1e-9)
