"""Signals brought onto other moments: exact where they must be, absent where unknown."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation, Slerp

from opensim_pelvis.interpolation import (
    ON_SAMPLE,
    low_pass,
    low_pass_every,
    rotations_at,
    vectors_at,
)
from opensim_pelvis.io.tables.sample_clock import count_stamps
from opensim_pelvis.rotations import angle_between

ROUNDING = 1e-12
TIME_S = 0.02 * np.arange(50)


@given(seed=st.integers(0, 1000), at=st.lists(st.floats(0.0, 0.98), min_size=1, max_size=20))
def test_rotations_turn_as_scipy_turns_them(seed: int, at: list[float]) -> None:
    turns = Rotation.random(TIME_S.size, rng=np.random.default_rng(seed))
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(TIME_S.size, 1))
    at_s = np.clip(np.array(at), 0.0, TIME_S[-1])
    found = rotations_at(TIME_S, signs * turns.as_quat(scalar_first=True), at_s)
    wanted = Slerp(TIME_S, turns)(at_s).as_quat(scalar_first=True)
    # a moment this near a sample is taken to be the sample's; half a turn is the widest step
    np.testing.assert_allclose(angle_between(found, wanted), 0.0, atol=ON_SAMPLE * np.pi + 1e-7)


def test_small_turns_are_exact() -> None:
    q = Rotation.from_rotvec(np.outer(TIME_S, [1e-9, 0.0, 0.0])).as_quat(scalar_first=True)
    middle = TIME_S[:-1] + 0.005
    wanted = Rotation.from_rotvec(np.outer(middle, [1e-9, 0.0, 0.0])).as_quat(scalar_first=True)
    assert angle_between(rotations_at(TIME_S, q, middle), wanted).max() < 1e-15


def test_vectors_lie_on_straight_lines() -> None:
    values = np.stack([TIME_S, 3.0 - TIME_S, 5.0 * TIME_S], axis=1)
    at_s = np.array([0.0, 0.0123, 0.5, 0.98])
    found = vectors_at(TIME_S, values, at_s)
    np.testing.assert_allclose(found[:, 2], 5.0 * at_s, atol=ROUNDING)
    np.testing.assert_allclose(found[:, 1], 3.0 - at_s, atol=ROUNDING)


@pytest.mark.parametrize("convert", [vectors_at, rotations_at])
def test_nothing_is_made_up_outside_or_in_a_hole(convert) -> None:
    rows = np.delete(np.arange(50), [20, 21])
    values = np.tile([1.0, 0.0, 0.0, 0.0], (rows.size, 1))
    at_s = np.array([-0.001, 0.0, 0.379, 0.38, 0.4, 0.43, 0.44, 0.45, 0.98, 0.981])
    missing = np.isnan(convert(TIME_S[rows], values, at_s)).all(axis=1)
    assert missing.tolist() == [True, False, False, False, True, True, False, False, False, True]


def test_a_missing_sample_is_not_bridged() -> None:
    values = np.ones((50, 3))
    values[10] = np.nan
    found = vectors_at(TIME_S, values, TIME_S + 0.001)
    assert np.flatnonzero(np.isnan(found[:, 0])).tolist() == [9, 10, 49]
    exact = vectors_at(TIME_S, values, TIME_S[8:12].copy())
    assert np.isnan(exact[:, 0]).tolist() == [False, False, True, False]


def test_a_single_sample_is_known_at_its_moment_only() -> None:
    found = vectors_at(np.array([1.0]), np.array([[2.0]]), np.array([0.9, 1.0, 1.1]))
    np.testing.assert_array_equal(found[:, 0], [np.nan, 2.0, np.nan])


def test_stamps_with_jitter_and_holes_are_counted() -> None:
    jitter = np.random.default_rng(1).uniform(-5e-5, 5e-5, size=50)
    stamps = np.delete(900.0 + TIME_S * 1.002 + jitter, [5, 30, 31, 32])
    counter, rate_hz, faults = count_stamps(stamps, 2)
    assert faults == []
    assert counter.tolist() == np.delete(np.arange(50), [5, 30, 31, 32]).tolist()
    assert rate_hz == pytest.approx(50.0 / 1.002, rel=3e-3)


@pytest.mark.parametrize(
    ("row", "value", "message"),
    [
        (7, np.nan, "the time is missing on line 9"),
        (7, 0.02, "does not on line 9"),
        (7, 0.128, "deviates from its regular interval of 0.02 s on lines 9"),
        (49, 5000.0, "jumps by 4999.04 s on line 51"),
    ],
)
def test_stamps_that_are_no_clock(row: int, value: float, message: str) -> None:
    stamps = TIME_S.copy()
    stamps[row] = value
    _, _, faults = count_stamps(stamps, 2)
    assert len(faults) == 1
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(faults[0])


@pytest.mark.parametrize("every", [1, 2, 5])
def test_the_quick_filter_is_the_exact_one(every: int) -> None:
    rng = np.random.default_rng(0)
    values = np.cumsum(rng.normal(size=(3001, 4)), axis=0)
    exact = low_pass(values, 12.0, 100.0)[::every]
    quick = low_pass_every(values, 12.0, 100.0, every)
    assert quick.shape == exact.shape
    inner = slice(60, -60)  # beyond them the ends are continued further
    assert np.abs(quick - exact)[inner].max() < 1e-5 * np.abs(exact).max()
    assert np.abs(quick - exact).max() < 0.02 * np.ptp(exact)


def test_a_short_signal_is_filtered_exactly() -> None:
    values = np.random.default_rng(1).normal(size=(50, 2))
    np.testing.assert_allclose(
        low_pass_every(values, 12.0, 100.0, 2), low_pass(values, 12.0, 100.0)[::2], atol=1e-6
    )
