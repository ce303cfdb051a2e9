"""The trend of a measure: its line, its interval against a slower twin, and how often it holds."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.measures.definitions import definition_of
from opensim_pelvis.gait.measures.statistics import summarise
from opensim_pelvis.gait.measures.trend import (
    BLOCKS,
    EXPONENT_SD,
    EXPONENTS,
    USUAL_EXPONENT,
    find_trend,
    fit_slope,
)
from tests.benchmarks.trend_coverage import cover, noise

SIX_MINUTES = np.arange(60) * 6.0
"""When ten strides a minute are, s: the fewest of which there is a trend, a block each."""


def twin(x: FloatArray, at: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return weight, slope and standard error for each exponent, from whole covariances.

    A large common variance makes a covariance of what only differences have one for; the
    restricted likelihood does not see it.
    """
    k = np.arange(x.size, dtype=float)
    lag = np.abs(k[:, None] - k)
    design = np.column_stack([np.ones(x.size), at])
    likely, slope, error = [], [], []
    for a in EXPONENTS:
        power = a + 1.0
        second = (lag + 1.0) ** power - 2.0 * lag**power + np.abs(lag - 1.0) ** power
        inverse_of = (second if a < 1.0 else -second) + 1e4
        inverse = np.linalg.inv(inverse_of)
        information = design.T @ inverse @ design
        fit = np.linalg.solve(information, design.T @ inverse @ x)
        square = (x - design @ fit) @ inverse @ (x - design @ fit)
        log_dets = np.linalg.slogdet(inverse_of)[1] + np.linalg.slogdet(information)[1]
        prior = stats.norm.logpdf(a, USUAL_EXPONENT, EXPONENT_SD)
        likely.append(prior - (log_dets + (x.size - 2.0) * np.log(square)) / 2.0)
        slope.append(fit[1])
        error.append(np.sqrt(square / (x.size - 2.0) * np.linalg.inv(information)[1, 1]))
    weight = np.exp(np.array(likely) - max(likely))
    return weight / weight.sum(), np.array(slope), np.array(error)


@pytest.mark.parametrize("exponent", [0.0, 0.7, 1.2])
def test_estimate_and_interval_are_those_of_the_mixture_over_exponents(exponent: float) -> None:
    x = noise(np.random.default_rng(7), 60, exponent)
    at = SIX_MINUTES / 600.0
    weight, slope, error = twin(x, at)
    found = find_trend(x, SIX_MINUTES)
    assert found is not None
    assert found.slope_per_10min == pytest.approx(float(weight @ slope), rel=1e-5)
    for end, mass in ((found.low, 0.025), (found.high, 0.975)):
        below = float(weight @ stats.t.cdf((end - slope) / error, 58.0))
        assert below == pytest.approx(mass, abs=1e-5)


def test_exponents_and_what_is_known_of_them_are_those_of_the_documentation() -> None:
    assert pytest.approx(np.linspace(0.05, 1.45, 15)) == EXPONENTS
    assert (USUAL_EXPONENT, EXPONENT_SD) == (0.5, 0.5)


def test_more_strides_are_averaged_in_sixty_blocks_of_neighbours() -> None:
    """150 strides: blocks of three and two by turns, at the mean of their times."""
    rng = np.random.default_rng(2)
    x, time_s = rng.normal(size=150), np.arange(150) * 4.0
    first = np.cumsum([0] + [3, 2] * 30)
    means = np.array([x[a:b].mean() for a, b in itertools.pairwise(first)])
    at = np.array([time_s[a:b].mean() for a, b in itertools.pairwise(first)])
    found = find_trend(x, time_s)
    assert found is not None
    assert BLOCKS == 60
    assert (found.slope_per_10min, found.low, found.high) == pytest.approx(
        fit_slope(means, at / 600.0)
    )


def test_a_trend_needs_six_minutes_of_ten_strides() -> None:
    found = find_trend(SIX_MINUTES / 600.0, SIX_MINUTES)
    assert found is not None
    assert found.blocks == 6
    assert find_trend(np.ones(59), SIX_MINUTES[:59]) is None, "the last minute has nine strides"
    assert find_trend(np.empty(0), np.empty(0)) is None
    nine = np.delete(np.arange(70) * 6.0, 15)
    assert find_trend(np.ones(69), nine).blocks == 6  # type: ignore[union-attr]


def test_strides_of_sparse_minutes_do_not_count() -> None:
    time_s = np.delete(np.arange(70) * 6.0, 15)
    x = time_s / 600.0
    sparse = (time_s >= 60.0) & (time_s < 120.0)
    x[sparse] += 100.0
    found = find_trend(x, time_s)
    assert found is not None
    assert found.slope_per_10min == pytest.approx(1.0)
    assert found.high - found.low < 1e-6


def test_minutes_begin_with_the_first_stride() -> None:
    """From 50 s on; counted from another instant, the first and last minute would not be whole."""
    found = find_trend((50.0 + SIX_MINUTES) / 600.0, 50.0 + SIX_MINUTES)
    assert found is not None
    assert found.blocks == 6
    assert found.slope_per_10min == pytest.approx(1.0)
    assert find_trend(np.ones(59), 50.0 + SIX_MINUTES[:59]) is None


@pytest.mark.parametrize("level", [0.0, 12.3, -1e6])
def test_what_does_not_change_has_no_slope(level: float) -> None:
    found = find_trend(np.full(60, level), SIX_MINUTES)
    assert found is not None
    assert (found.slope_per_10min, found.low, found.high) == pytest.approx((0.0, 0.0, 0.0))


def test_level_and_sign_change_no_width() -> None:
    x = noise(np.random.default_rng(3), 500, 0.5)
    time_s = np.linspace(0.0, 359.0, 500)
    plain, turned = find_trend(x, time_s), find_trend(1000.0 - x, time_s)
    assert plain is not None
    assert turned is not None
    assert (turned.low, turned.high) == pytest.approx((-plain.high, -plain.low))
    assert plain.low < plain.slope_per_10min < plain.high


def test_a_summary_has_the_trend_of_its_strides() -> None:
    x = 12.0 + noise(np.random.default_rng(5), 60, 0.3)
    found = summarise(definition_of("pelvic_rotation_range_deg"), "right", x, SIX_MINUTES)
    alone = find_trend(x, SIX_MINUTES)
    assert found is not None
    assert found.trend is not None
    assert alone is not None
    assert (found.trend.low, found.trend.high) == pytest.approx((alone.low, alone.high))


@pytest.mark.parametrize("exponent", [0.0, 0.3, 0.5, 0.7, 1.0])
@pytest.mark.parametrize(("minutes", "strides"), [(6, 60), (12, 1000)])
def test_intervals_hold_the_slope_of_strides_with_a_long_memory(
    minutes: int, strides: int, exponent: float
) -> None:
    """300 runs; 90 % is asked for up to 1/f^0.7, and chance alone moves 93 % by 1.5."""
    found = cover(minutes, strides, exponent, 300, seed=1)
    assert found.coverage >= (0.9 if exponent <= 0.7 else 0.87)
    assert found.width < (1.75 if exponent == 0.0 else 1.5)


def test_strides_that_resemble_a_few_neighbours_do_not_narrow_the_interval() -> None:
    assert cover(6, 500, 0.0, 200, lag=0.7).coverage >= 0.93


def test_the_benchmark_makes_noise_of_the_exponent_it_is_asked_for() -> None:
    """The spectrum of 1/f^a noise falls by 10 a decibels a decade."""
    rng = np.random.default_rng(9)
    for exponent in (0.0, 0.7, 1.0):
        drawn = np.array([noise(rng, 2048, exponent) for _ in range(60)])
        power = (np.abs(np.fft.rfft(drawn * np.hanning(2048), axis=1)) ** 2).mean(axis=0)
        low, high = power[8:16].mean(), power[800:1000].mean()
        octaves = np.log(900.0 / 11.5)
        assert np.log(low / high) / octaves == pytest.approx(exponent, abs=0.06)
