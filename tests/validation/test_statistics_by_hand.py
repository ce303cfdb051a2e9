"""Bias, limits, correlations and their intervals of data short enough for paper."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from opensim_pelvis.validation.continuous import (
    coefficient_of_multiple_correlation,
    compare_curves,
)
from opensim_pelvis.validation.reliability import intraclass_correlations, limits_of_agreement

Z = 1.959963984540054
T2 = 4.302652729696142
"""97.5 % of Student's t with 2 degrees of freedom."""

CHI2_LOW, CHI2_HIGH = -2.0 * np.log(0.975), -2.0 * np.log(0.025)
"""2.5 and 97.5 % of chi squared with 2 degrees of freedom."""


def test_limits_of_three_single_differences() -> None:
    """Mean 3, standard deviation 2."""
    found = limits_of_agreement(np.array([1.0, 3.0, np.nan, 5.0]))
    half = T2 * 2.0 / np.sqrt(3.0)
    assert (found.subjects, found.values) == (3, 3)
    assert (found.bias, found.sd) == pytest.approx((3.0, 2.0))
    assert (found.lower, found.upper) == pytest.approx((3.0 - 2.0 * Z, 3.0 + 2.0 * Z))
    assert found.bias_interval == pytest.approx((3.0 - half, 3.0 + half))
    sd_low, sd_high = 2.0 * np.sqrt(2.0 / CHI2_HIGH), 2.0 * np.sqrt(2.0 / CHI2_LOW)
    out, inwards = np.hypot(half, Z * (sd_high - 2.0)), np.hypot(half, Z * (2.0 - sd_low))
    assert found.lower_interval == pytest.approx((found.lower - out, found.lower + inwards))
    assert found.upper_interval == pytest.approx((found.upper - inwards, found.upper + out))
    assert np.isnan(found.sd_within)
    assert found.sd_between == pytest.approx(2.0)
    with pytest.raises(ValueError, match="at least 3 differences"):
        limits_of_agreement(np.array([1.0, 2.0, np.nan]))


def test_limits_of_three_people_with_two_two_and_one_difference() -> None:
    """Means 1, 4 and 10, each pair 2 apart: both degrees of freedom are 2."""
    d = np.array([0.0, 2.0, 3.0, 5.0, 10.0])
    found = limits_of_agreement(d, np.array([7, 7, 9, 9, 4]))
    within = (1.0 + 1.0 + 1.0 + 1.0) / (5 - 3)
    between_ms = (2 * 3.0**2 + 2 * 0.0**2 + 1 * 6.0**2) / (3 - 1)  # about the mean of 4
    m0 = (5 - (4 + 4 + 1) / 5) / (3 - 1)
    of_means = (16.0 + 1.0 + 25.0) / 2.0  # about the mean of 5
    part = (1.0 - (0.5 + 0.5 + 1.0) / 3.0) * within
    total = of_means + part
    assert (found.subjects, found.values) == (3, 5)
    assert found.bias == pytest.approx(5.0)
    assert found.sd_within == pytest.approx(np.sqrt(within))
    assert found.sd_between == pytest.approx(np.sqrt((between_ms - within) / m0))
    assert found.sd == pytest.approx(np.sqrt(total))
    half = T2 * np.sqrt(of_means / 3.0)
    assert found.bias_interval == pytest.approx((5.0 - half, 5.0 + half))
    down = np.hypot(of_means, part) * (1.0 - 2.0 / CHI2_HIGH)
    up = np.hypot(of_means, part) * (2.0 / CHI2_LOW - 1.0)
    sd_low, sd_high = np.sqrt(total - down), np.sqrt(total + up)
    out = np.hypot(half, Z * (sd_high - np.sqrt(total)))
    inwards = np.hypot(half, Z * (np.sqrt(total) - sd_low))
    assert found.lower == pytest.approx(5.0 - Z * np.sqrt(total))
    assert found.upper == pytest.approx(5.0 + Z * np.sqrt(total))
    assert found.lower_interval == pytest.approx((found.lower - out, found.lower + inwards))
    assert found.upper_interval == pytest.approx((found.upper - inwards, found.upper + out))


def test_people_that_differ_less_than_their_values_do_have_no_spread_of_their_own() -> None:
    found = limits_of_agreement(np.array([0.0, 4.0, 1.0, 3.0]), np.array([1, 1, 2, 2]))
    assert found.sd_between == 0.0
    assert found.sd_within == pytest.approx(np.sqrt(5.0))


def test_one_person_has_limits_and_no_intervals() -> None:
    found = limits_of_agreement(np.array([1.0, 3.0, 5.0]), np.zeros(3))
    assert (found.subjects, found.values) == (1, 3)
    assert (found.bias, found.sd, found.sd_within) == pytest.approx((3.0, 2.0, 2.0))
    assert (found.lower, found.upper) == pytest.approx((3.0 - 2.0 * Z, 3.0 + 2.0 * Z))
    unknown = (*found.bias_interval, *found.lower_interval, found.sd_between)
    assert np.isnan(unknown).all()


def test_limits_of_another_level() -> None:
    found = limits_of_agreement(np.array([1.0, 3.0, 5.0]), level=0.9)
    assert found.upper - found.bias == pytest.approx(2.0 * stats.norm.ppf(0.95))
    half = stats.t.ppf(0.95, 2) * 2.0 / np.sqrt(3.0)
    assert found.bias_interval == pytest.approx((3.0 - half, 3.0 + half))


def test_intraclass_correlations_of_two_methods_and_four_strides() -> None:
    """Rows 1 2, 3 4, 5 8, 7 6: means 1.5, 3.5, 6.5, 6.5 and 4, 5."""
    x = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 8.0], [7.0, 6.0], [np.nan, 1.0]])
    ms_r = 2.0 * (9.0 + 1.0 + 4.0 + 4.0) / 3.0
    ms_c = 4.0 * (0.25 + 0.25) / 1.0
    ms_e = 2.0 * (0.0 + 0.0 + 1.0 + 1.0) / 3.0
    agreement, consistency = intraclass_correlations(x)
    icc_a = (ms_r - ms_e) / (ms_r + ms_e + 2.0 * (ms_c - ms_e) / 4.0)
    icc_c = (ms_r - ms_e) / (ms_r + ms_e)
    assert (agreement.kind, consistency.kind) == ("ICC(A,1)", "ICC(C,1)")
    assert (agreement.value, agreement.subjects) == pytest.approx((icc_a, 4))
    assert (consistency.value, consistency.subjects) == pytest.approx((icc_c, 4))
    f = ms_r / ms_e
    low, high = f / stats.f.ppf(0.975, 3, 3), f * stats.f.ppf(0.975, 3, 3)
    wanted = ((low - 1.0) / (low + 1.0), (high - 1.0) / (high + 1.0))
    assert consistency.interval == pytest.approx(wanted)
    assert agreement.interval == pytest.approx(mcgraw_and_wong(icc_a, ms_r, ms_c, ms_e, 4, 2))


def test_intraclass_correlations_of_three_methods() -> None:
    """Methods 0, 1 and 2 above the strides 0, 3 and 6, and one value 3 too high."""
    x = np.array([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0], [6.0, 7.0, 11.0]])
    # means of rows 1, 4, 8, of columns 3, 4, 6, of all 13/3
    ms_r = 3.0 * (100.0 + 1.0 + 121.0) / 9.0 / 2.0
    ms_c = 3.0 * (16.0 + 1.0 + 25.0) / 9.0 / 2.0
    rest = np.array([[1.0, 1.0, -2.0], [1.0, 1.0, -2.0], [-2.0, -2.0, 4.0]]) / 3.0
    ms_e = float((rest**2).sum()) / 4.0
    agreement, consistency = intraclass_correlations(x, level=0.9)
    icc_a = (ms_r - ms_e) / (ms_r + 2.0 * ms_e + 3.0 * (ms_c - ms_e) / 3.0)
    assert agreement.value == pytest.approx(icc_a)
    assert consistency.value == pytest.approx((ms_r - ms_e) / (ms_r + 2.0 * ms_e))
    f = ms_r / ms_e
    low, high = f / stats.f.ppf(0.95, 2, 4), f * stats.f.ppf(0.95, 4, 2)
    wanted = ((low - 1.0) / (low + 2.0), (high - 1.0) / (high + 2.0))
    assert consistency.interval == pytest.approx(wanted)
    ends = mcgraw_and_wong(icc_a, ms_r, ms_c, ms_e, 3, 3, 0.95)
    assert agreement.interval == pytest.approx(ends)


def mcgraw_and_wong(
    icc: float, ms_r: float, ms_c: float, ms_e: float, n: int, k: int, tail: float = 0.975
) -> tuple[float, float]:
    """Return the interval of ICC(A,1), line by line as in table 7 of the article."""
    a = k * icc / (n * (1.0 - icc))
    b = 1.0 + k * icc * (n - 1.0) / (n * (1.0 - icc))
    v = (a * ms_c + b * ms_e) ** 2
    v /= (a * ms_c) ** 2 / (k - 1.0) + (b * ms_e) ** 2 / ((n - 1.0) * (k - 1.0))
    rest = k * ms_c + (k * n - k - n) * ms_e
    below, above = stats.f.ppf(tail, n - 1, v), stats.f.ppf(tail, v, n - 1)
    low = n * (ms_r - below * ms_e) / (below * rest + n * ms_r)
    high = n * (above * ms_r - ms_e) / (rest + n * above * ms_r)
    return low, high


def test_methods_a_constant_apart_are_consistent_and_do_not_agree() -> None:
    x = np.array([[1.0, 3.0], [2.0, 4.0], [3.0, 5.0]])
    agreement, consistency = intraclass_correlations(x)
    assert agreement.value == pytest.approx(2.0 / (2.0 + 2.0 * 6.0 / 3.0))
    assert np.isnan(agreement.interval).all(), "without a residual there is no interval"
    assert consistency.value == 1.0
    assert consistency.interval == (1.0, 1.0)
    with pytest.raises(ValueError, match="at least 3 pairs"):
        intraclass_correlations(x[:2])


def test_ratings_that_do_not_differ_have_neither_a_correlation_nor_an_interval() -> None:
    for found in intraclass_correlations(np.full((4, 2), 3.0)):
        assert np.isnan([found.value, *found.interval]).all()


def test_curves_of_two_levels_by_hand() -> None:
    """Reference 0 and 2, estimate 1 and 5: differences 1 and 3."""
    reference, estimate = np.tile([0.0, 2.0], 10), np.tile([1.0, 5.0], 10)
    found = compare_curves(estimate, reference, rate_hz=100.0)
    assert (found.samples, found.bias, found.mae) == (20, 2.0, 2.0)
    assert (found.offset, found.amplitude, found.shape) == pytest.approx((2.0, 1.0, 0.0))
    assert found.rmse == pytest.approx(np.sqrt(5.0))
    assert found.rmse_without_offset == pytest.approx(1.0)
    assert found.r == pytest.approx(1.0)
    turned = compare_curves(-estimate, reference, rate_hz=100.0)
    assert (turned.bias, turned.offset, turned.r) == pytest.approx((-4.0, 4.0, -1.0))
    assert turned.shape == pytest.approx(np.sqrt(3.0**2 - 1.0))
    assert turned.mae == pytest.approx(4.0)


def test_multiple_correlation_by_hand() -> None:
    """Curves 0, 2, 4 and 1, 3, 5: a quarter about each frame's mean, 35/2 about the stride's."""
    one = np.array([[[0.0, 2.0, 4.0], [1.0, 3.0, 5.0]]])
    both = np.concatenate([one, one + 10.0])
    wanted = np.sqrt(1.0 - (6 * 0.25 / 3) / (17.5 / 5))
    for curves in (one, both, np.concatenate([both, np.full((1, 2, 3), np.nan)])):
        assert coefficient_of_multiple_correlation(curves) == pytest.approx(wanted)
    assert np.isnan(coefficient_of_multiple_correlation(one[:, :1]))
    assert np.isnan(coefficient_of_multiple_correlation(np.ones((2, 2, 3))))
