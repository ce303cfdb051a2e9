"""Statistics of agreement: published worked examples, and pairs with known differences."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.validation.continuous import (
    coefficient_of_multiple_correlation,
    compare_curves,
)
from opensim_pelvis.validation.reliability import intraclass_correlations, limits_of_agreement

RATE_HZ = 100.0
PRINTED = 0.05  # the article prints one decimal
EXACT = 1e-9

# Peak expiratory flow, first reading of the Wright and of the mini Wright meter, l/min:
# Bland and Altman 1986, doi:10.1016/S0140-6736(86)90837-8, table 1.
WRIGHT = "494 395 516 434 476 557 413 442 650 433 417 656 267 478 178 423 427"
MINI = "512 430 520 428 500 600 364 380 658 445 432 626 260 477 259 350 451"

# Six subjects, four judges: Shrout and Fleiss 1979, doi:10.1037/0033-2909.86.2.420, table 2.
JUDGES = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]],
    dtype=np.float64,
)


def numbers(text: str) -> np.ndarray:
    return np.array(text.split(), dtype=np.float64)


def wave(seconds: float = 10.0, lag_s: float = 0.0) -> np.ndarray:
    t = np.arange(0.0, seconds, 1.0 / RATE_HZ) - lag_s
    return 6.0 * np.sin(2.0 * np.pi * 1.4 * t) + 2.0 * np.sin(2.0 * np.pi * 2.8 * t + 0.7)


def test_bland_and_altmans_flow_meters() -> None:
    found = limits_of_agreement(numbers(WRIGHT) - numbers(MINI))
    assert found.bias == pytest.approx(-2.1, abs=PRINTED)
    assert found.sd == pytest.approx(38.8, abs=PRINTED)
    assert found.bias_interval == pytest.approx((-22.0, 17.8), abs=0.1)
    # The article takes 2 standard deviations (-79.7 and 75.5), we take 1.96.
    assert found.bias - 2.0 * found.sd == pytest.approx(-79.7, abs=0.1)
    assert found.upper - found.bias == pytest.approx(1.959964 * found.sd, rel=1e-6)


def test_shrout_and_fleiss_judges() -> None:
    agreement, consistency = intraclass_correlations(JUDGES)
    assert agreement.value == pytest.approx(0.29, abs=0.005)
    assert consistency.value == pytest.approx(0.71, abs=0.005)
    # Intervals as McGraw and Wong's table 7 gives them for these data (SPSS, psych, pingouin).
    assert agreement.interval == pytest.approx((0.02, 0.76), abs=0.005)
    assert consistency.interval == pytest.approx((0.34, 0.95), abs=0.005)


def test_repeated_differences_are_not_counted_as_independent() -> None:
    """Between 3 and within 4: a single difference has the standard deviation 5."""
    rng = np.random.default_rng(5)
    people, each = 400, 5
    subject = np.repeat(np.arange(people), each)
    differences = 1.5 + np.repeat(rng.normal(0.0, 3.0, people), each)
    differences += rng.normal(0.0, 4.0, differences.size)
    found = limits_of_agreement(differences, subject)
    assert found.sd_between == pytest.approx(3.0, abs=0.5)
    assert found.sd_within == pytest.approx(4.0, abs=0.25)
    assert found.sd == pytest.approx(5.0, abs=0.3)
    assert found.lower_interval[0] < 1.5 - 1.96 * 5.0 < found.lower_interval[1]
    alone = limits_of_agreement(differences)
    width = found.bias_interval[1] - found.bias_interval[0]
    assert width > 1.3 * (alone.bias_interval[1] - alone.bias_interval[0])


def test_intervals_of_repeated_differences_cover_as_often_as_they_say() -> None:
    rng = np.random.default_rng(11)
    truth, inside, trials = 1.96 * np.hypot(2.0, 1.0), 0, 400
    for _ in range(trials):
        subject = np.repeat(np.arange(15), 4)
        values = np.repeat(rng.normal(0.0, 2.0, 15), 4) + rng.normal(0.0, 1.0, 60)
        low, high = limits_of_agreement(values, subject).upper_interval
        inside += low < truth < high
    assert inside / trials == pytest.approx(0.95, abs=0.04)  # three errors of the share


@pytest.mark.parametrize("bias", [0.0, -2.5])
@pytest.mark.parametrize("gain", [1.0, 0.8])
@pytest.mark.parametrize("noise", [0.0, 1.2])
def test_the_parts_of_the_error_are_those_put_in(bias: float, gain: float, noise: float) -> None:
    reference = wave(200.0)
    disturbance = np.random.default_rng(3).normal(0.0, noise, reference.size)
    found = compare_curves(bias + gain * reference + disturbance, reference, rate_hz=RATE_HZ)
    spread = reference.std()
    of_estimate = np.hypot(gain * spread, noise)
    r = gain * spread / of_estimate
    tolerance = EXACT if noise == 0.0 else 0.03
    assert found.bias == pytest.approx(bias, abs=tolerance)
    assert found.r == pytest.approx(r, abs=tolerance)
    assert found.amplitude == pytest.approx(abs(of_estimate - spread), abs=tolerance)
    assert found.shape == pytest.approx(
        np.sqrt(2.0 * of_estimate * spread * (1.0 - r)), abs=max(tolerance, 1e-6)
    )
    parts = found.offset**2 + found.amplitude**2 + found.shape**2
    assert parts == pytest.approx(found.rmse**2, abs=1e-6)


@pytest.mark.parametrize("lag_s", [0.0, 0.013, -0.0375, 0.2])
def test_the_lag_is_found_between_samples(lag_s: float) -> None:
    found = compare_curves(wave(lag_s=lag_s), wave(), rate_hz=RATE_HZ)
    assert found.lag_s == pytest.approx(lag_s, abs=1e-3)


def test_missing_samples_are_left_out_of_both() -> None:
    estimate, reference = wave() + 1.0, wave()
    estimate[100:200] = np.nan
    reference[150:320] = np.nan
    found = compare_curves(estimate, reference, rate_hz=RATE_HZ)
    assert found.samples == 1000 - 220
    assert found.bias == pytest.approx(1.0, abs=EXACT)
    with pytest.raises(ValueError, match="at least 10 samples"):
        compare_curves(estimate[95:105], reference[95:105], rate_hz=RATE_HZ)


def test_a_curve_that_stands_still_has_no_correlation() -> None:
    found = compare_curves(np.full(100, 2.0), wave(1.0), rate_hz=RATE_HZ)
    assert np.isnan(found.r)
    assert np.isnan(found.lag_s)


def test_multiple_correlation_of_curves_with_an_offset() -> None:
    """Ferrari et al. 2010, equation 2, with two methods a distance d apart in every stride."""
    one = wave(1.0)[:71]
    strides = np.stack([one, one + 1.5, one - 0.5])
    same = np.stack([strides, strides], axis=1)
    assert coefficient_of_multiple_correlation(same) == pytest.approx(1.0, abs=EXACT)
    d, g, f = 1.0, 3, 71
    apart = np.stack([strides, strides + d], axis=1)
    within = np.square(strides - strides.mean(axis=1, keepdims=True)).sum() * 2 + g * f * d**2 / 2
    # Ferrari's mean is that of each stride: spread between strides does not count.
    expected = np.sqrt(1.0 - (g * f * d**2 / 2 / (g * f)) / (within / (g * (2 * f - 1))))
    assert coefficient_of_multiple_correlation(apart) == pytest.approx(expected, abs=EXACT)
    assert np.isnan(coefficient_of_multiple_correlation(np.stack([one, one + 99.0])[None]))


def test_ratings_that_do_not_differ_have_no_intraclass_correlation() -> None:
    agreement, consistency = intraclass_correlations(np.full((5, 2), 3.0))
    assert np.isnan(agreement.value)
    assert np.isnan(consistency.value)
    same = np.repeat(np.arange(5.0)[:, None], 2, axis=1)
    assert intraclass_correlations(same)[0].interval == (1.0, 1.0)
