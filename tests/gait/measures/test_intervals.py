"""Intervals of means whose strides have a long memory: known cases, and coverage of the truth."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from scipy import stats

from opensim_pelvis.gait.measures import intervals
from opensim_pelvis.gait.measures.intervals import EXPONENTS, mean_interval, memory_of
from opensim_pelvis.simulate.variation import fractional_noise

TRIALS = 700  # the share of hits scatters by 0.8 % about 95 %
VALUES = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0])


@pytest.fixture
def without_memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(intervals, "EXPONENTS", np.array([0.5]))
    memory_of.cache_clear()
    yield
    memory_of.cache_clear()


@pytest.mark.usefixtures("without_memory")
def test_without_memory_the_interval_is_students() -> None:
    half, effective = mean_interval(VALUES)
    wanted = stats.t.ppf(0.975, 7) * VALUES.std(ddof=1) / np.sqrt(8.0)
    assert half == pytest.approx(wanted, rel=1e-9)
    assert effective == pytest.approx(8.0)


def test_the_forms_are_those_of_fractional_noise() -> None:
    """Twin: covariance from the definition, sums of squares by generalised least squares."""
    memory = memory_of(4)
    for i in (0, 5, 10):
        h = EXPONENTS[i]
        k = np.arange(5.0)
        brownian = (k[:, None] ** (2 * h) + k ** (2 * h) - np.abs(k[:, None] - k) ** (2 * h)) / 2.0
        step = np.diff(np.eye(5), axis=0)
        cov = step @ brownian @ step.T
        one, x = np.ones(4), VALUES[:4]
        best = (one @ np.linalg.solve(cov, x)) / (one @ np.linalg.solve(cov, one))
        squares = (x - best) @ np.linalg.solve(cov, x - best)
        assert x @ memory.residual[i] @ x == pytest.approx(squares)
        assert memory.of_mean[i] == pytest.approx(cov.mean())
        precision = one @ np.linalg.solve(cov, one)
        before = -0.5 * ((h - 0.7) / 0.12) ** 2
        likely = -0.5 * np.log(np.linalg.det(cov) * precision)
        assert memory.log_weight[i] == pytest.approx(before + likely)
        assert memory.of_mean[i] == pytest.approx(4.0 ** (2.0 * h - 2.0))


@pytest.mark.parametrize(("n", "exponent"), [(5, 0.75), (12, 0.75), (40, 0.75), (40, 0.7)])
def test_intervals_cover_the_truth_in_95_of_100_runs(n: int, exponent: float) -> None:
    """Strides with the memory of the simulated runner; the issue wants 95 % within 2."""
    rng = np.random.default_rng(8)
    hits = 0
    for _ in range(TRIALS):
        x = fractional_noise(rng, n, exponent)
        hits += abs(x.mean()) <= mean_interval(x)[0]
    assert hits / TRIALS == pytest.approx(0.95, abs=0.025)


def test_independent_strides_and_opposite_neighbours_are_covered_too() -> None:
    rng = np.random.default_rng(9)
    white = rng.normal(size=(300, 30))
    opposite = white[:, 1:] - 0.6 * white[:, :-1]
    for x in (white, opposite):
        half = np.array([mean_interval(row)[0] for row in x])
        assert (np.abs(x.mean(axis=1)) <= half).mean() > 0.94
        plain = 1.96 * x.std() / np.sqrt(x.shape[1])
        assert np.median(half) < 2.2 * plain, "wider than if it were known, but not much"


def test_an_interval_scales_with_the_values_and_does_not_ask_where_they_are() -> None:
    half, effective = mean_interval(VALUES)
    scaled = mean_interval(100.0 - 7.0 * VALUES)
    assert scaled == pytest.approx((7.0 * half, effective))
    assert mean_interval(VALUES[::-1]) == pytest.approx((half, effective))


def test_equal_values_leave_no_doubt_and_a_slow_change_leaves_few_values() -> None:
    assert mean_interval(np.full(5, 3.0)) == (0.0, 5.0)
    slow, white = np.linspace(0.0, 1.0, 60), np.tile([0.0, 1.0], 30)
    assert mean_interval(slow)[1] < 3.0 < 30.0 < mean_interval(white)[1]
    assert mean_interval(slow)[0] < 1.5 * slow.std(), "as wide as the spread allows, not more"


def test_more_than_64_values_are_averaged_in_blocks_from_the_last_back() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=65)
    pairs = x[1:].reshape(32, 2).mean(axis=1) - x.mean()
    memory = memory_of(32)
    variance = np.array([pairs @ form @ pairs for form in memory.residual]) / 31.0
    log = memory.log_weight - 31.0 / 2.0 * np.log(variance)
    weight = np.exp(log - log.max()) / np.exp(log - log.max()).sum()
    half, effective = mean_interval(x)
    inside = 2.0 * stats.t.cdf(half / np.sqrt(variance * memory.of_mean), 31) - 1.0
    assert weight @ inside == pytest.approx(0.95, abs=1e-6)
    assert 1.0 / effective == pytest.approx(weight @ 65.0 ** (2.0 * EXPONENTS - 2.0))
    assert mean_interval(x[:64])[0] != pytest.approx(half, rel=1e-3)


@pytest.mark.parametrize(("alternate", "size"), [(False, 2), (True, 1)])
def test_the_spread_known_beforehand_counts_as_further_values(alternate: bool, size: int) -> None:
    """Twin, as above; of 66 values that undo their neighbours the last 64 are taken singly."""
    sd, freedom = 0.5, 10.0
    x = np.random.default_rng(4).normal(size=128)
    if alternate:
        x = np.tile([1.0, -1.0], 33)
    blocks = (x - x.mean())[-64 * size :].reshape(64, size).mean(axis=1)
    usual = sd**2 * size ** (2.0 * EXPONENTS - 2.0)
    memory = memory_of(64)
    own = np.array([blocks @ form @ blocks for form in memory.residual])
    variance = (own + freedom * usual) / (63.0 + freedom)
    log = memory.log_weight - (63.0 + freedom) / 2.0 * np.log(variance)
    log += freedom / 2.0 * np.log(usual)
    weight = np.exp(log - log.max()) / np.exp(log - log.max()).sum()
    half, _ = mean_interval(x, usual_sd=sd, usual_freedom=freedom)
    inside = 2.0 * stats.t.cdf(half / np.sqrt(variance * memory.of_mean), 63.0 + freedom) - 1.0
    assert weight @ inside == pytest.approx(0.95, abs=1e-6)


def test_equal_values_have_the_interval_of_any_spread_known_beforehand() -> None:
    half = [mean_interval(np.full(5, 3.0), usual_sd=sd, usual_freedom=2.0)[0] for sd in (0.1, 1.0)]
    assert half[0] == pytest.approx(half[1] / 10.0)
    assert half[0] > 0.0


def test_sixty_four_values_are_blocks_of_their_own() -> None:
    """Opposite neighbours: means of pairs would have no spread."""
    assert mean_interval(np.tile([0.0, 1.0], 32))[0] > 0.05
