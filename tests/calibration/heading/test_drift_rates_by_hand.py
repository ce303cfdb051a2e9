"""Rates, their errors and who drifts, of few blocks and sensors, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.calibration.heading import drift_rates as module
from opensim_pelvis.calibration.heading.drift_rates import find_rates
from opensim_pelvis.calibration.heading.frames_apart import Apart
from opensim_pelvis.calibration.heading.wander import Line
from opensim_pelvis.frames import BoolArray, FloatArray

# Three blocks of 20 s. Noise at lags of 0, 1 and 2 blocks is correlated by 1, ONE and TWO.
TIME_S = np.array([10.0, 30.0, 50.0])
SPAN_S = 40.0
ONE, TWO = np.sqrt(2.0) - 1.0, 0.5 * (3.0**1.5 - 2.0 * 2.0**1.5 + 1.0)
CHANGE_VARIANCE = 2.0 - 2.0 * TWO
"""Of the last block less the first, for noise of variance 1."""
AWAY_VARIANCE = (6.0 - 8.0 * ONE + 2.0 * TWO) / 6.0
"""Of what is away from a line, along (1, -2, 1) / sqrt(6)."""
NATURAL_RAD2 = 10.0 * np.deg2rad(0.5) ** 2
FLOOR_RAD2 = np.deg2rad(0.1) ** 2
SPREAD_RAD = np.deg2rad(3.0) / 60.0 * SPAN_S

BEND = np.array([1.0, -2.0, 1.0])


def wander_of(bend_rad: float = 0.0) -> float:
    """Return the variance of the change of a column that bends by so much."""
    seen = 6.0 * bend_rad**2 + NATURAL_RAD2
    return float(CHANGE_VARIANCE * seen / (AWAY_VARIANCE + 10.0))


def rates_of(*change_rad: float, treadmill: bool = False) -> module.Rates:
    """Return rates of lines that change by so much in all; the first is the base."""
    turn = (TIME_S - TIME_S[0])[:, None] / SPAN_S * change_rad
    return find_rates(turn, TIME_S, block_s=20.0, base=0, treadmill=treadmill)


def test_one_sensor_on_a_treadmill_drifts_by_nearly_all_that_it_turns() -> None:
    """Noise of the sensor, of the body and of its facing, against drift of up to 30 times usual."""
    noise = 2.0 * wander_of() + np.deg2rad(1.0) ** 2 + FLOOR_RAD2
    prior = (30.0 * SPREAD_RAD) ** 2
    found = rates_of(0.3, treadmill=True)
    assert found.rate_radps == pytest.approx([0.3 * prior / (prior + noise) / SPAN_S], rel=1e-9)
    error = np.sqrt(prior * noise / (prior + noise))
    assert found.sigma_radps == pytest.approx([error / SPAN_S], rel=1e-9)


def test_one_sensor_that_rests_may_have_missed_drift_of_the_usual_size() -> None:
    noise = 2.0 * wander_of() + np.deg2rad(1.0) ** 2 + FLOOR_RAD2
    found = rates_of(0.0, treadmill=True)
    assert not found.rate_radps.any()
    error = np.sqrt(SPREAD_RAD**2 * noise / (SPREAD_RAD**2 + noise))
    assert found.sigma_radps == pytest.approx([error / SPAN_S], rel=1e-9)


def test_two_sensors_over_ground_have_the_noise_of_both_and_any_turn_together() -> None:
    """Each is its own noise and a turn of the runner of 10 rad, which is nearly free."""
    own, free = wander_of() + FLOOR_RAD2, 10.0**2
    prior = (30.0 * SPREAD_RAD) ** 2
    found = rates_of(0.0, 0.3)
    # Against their mean they change by half of 0.3 each way.
    covariance = np.array([[own + free, free], [free, own + free + prior]])
    gain = prior * np.linalg.inv(covariance)[1]
    assert found.rate_radps[0] == 0.0
    assert found.rate_radps[1] == pytest.approx(gain @ [-0.15, 0.15] / SPAN_S, rel=1e-9)
    error = np.sqrt(prior - gain[1] * prior)
    assert found.sigma_radps[1] == pytest.approx(error / SPAN_S, rel=1e-7)
    # What the base may have missed, where both may drift by the usual size.
    usual = SPREAD_RAD**2
    covariance = np.array([[own + free + usual, free], [free, own + free + usual]])
    error = np.sqrt(usual - usual**2 * np.linalg.inv(covariance)[0, 0])
    assert found.sigma_radps[0] == pytest.approx(error / SPAN_S, rel=1e-7)


def test_over_ground_three_that_turn_nearly_alike_are_believed_against_two() -> None:
    """Not all five are taken to drift, by less each: somebody keeps the heading."""
    rates = np.deg2rad([4.5, -3.0, -4.5, -3.0, 4.5]) / 60.0
    found = np.rad2deg(rates_of(*(rates * SPAN_S)).rate_radps) * 60.0
    assert not found[1:4].any()
    assert found[[0, 4]] == pytest.approx([8.0, 8.0], abs=0.01)


def test_the_body_is_the_mean_of_those_that_keep_nearest_to_it() -> None:
    """Three times over: away from the mean, the variance of it, weights by the inverse."""
    bend = np.array([0.0, 0.02, 0.1])
    weight = np.array([1.0, 1.0, 1.0]) / 3.0
    for _ in range(3):
        variance = np.array([wander_of(one - weight @ bend) for one in bend]) + FLOOR_RAD2
        weight = (1.0 / variance) / (1.0 / variance).sum()
    common, apart = module._split(bend * BEND[:, None], Line.through(TIME_S, 20.0))
    np.testing.assert_allclose(common, (weight @ bend) * BEND, rtol=1e-9)
    np.testing.assert_allclose(apart, (bend - weight @ bend) * BEND[:, None], rtol=1e-9)


def test_what_the_joint_tells_is_one_more_row() -> None:
    """Frames at 5, 8 and 11 s that turn apart by 0.2, in a span of 24 s; noise of half a degree."""
    seen = module._Seen(change=np.array([1.0, 2.0, 3.0]), of=np.eye(3), noise=2.0 * np.eye(3))
    apart = Apart(2, 0, np.array([5.0, 8.0, 11.0]), 0.7 + np.array([0.0, 0.1, 0.2]) + 0.01 * BEND)
    found = module._with_apart(seen, apart, 24.0, 0.3)
    np.testing.assert_allclose(found.change, [1.0, 2.0, 3.0, 4.0 * 0.2])
    np.testing.assert_allclose(found.of, [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, -1]])
    noise = np.diag([2.0, 2.0, 2.0, 16.0 * wander_of(0.01) + FLOOR_RAD2])
    np.testing.assert_allclose(found.noise, noise, rtol=1e-9)
    assert found.turning is not None
    np.testing.assert_allclose(found.turning, np.diag([0.09, 0.0, 0.0, 0.0]))


def alone(*change: float, noise: float = 1.0, turning: FloatArray | None = None) -> module._Seen:
    """Return changes that each tell of one sensor alone."""
    s = len(change)
    return module._Seen(
        change=np.array(change), of=np.eye(s), noise=noise * np.eye(s), turning=turning
    )


def who(seen: module._Seen, spread: float = 1.0, base: int = 1, most: int = 9) -> BoolArray:
    return module._who_drifts(seen, spread, base, most=most)[0]


def log_odds(change: float, variance: float, step: int) -> float:
    """Return by how much drift explains a change better than noise of 1, at a step of its size."""
    total = 1.0 + variance
    likelihood = 0.5 * (change**2 * (1.0 - 1.0 / total) - np.log(total))
    return float(likelihood - step * np.log(3.0))


@pytest.mark.parametrize(
    ("spread", "base", "size", "step"),
    [(1.0, 1, 3.0, 1), (3.0, 1, 1.0, 0), (1.0, 0, 3.0, 1), (3.0, 0, 1.0, 0), (0.3, 1, 10.0, 2)],
)
def test_a_drift_is_told_where_it_is_twenty_times_more_likely(
    spread: float, base: int, size: float, step: int
) -> None:
    """Of two sensors either may be the one; the base is so three times less often."""
    variance = (size * spread) ** 2
    wanted = np.log(20.0) + np.log(2.0) + (np.log(3.0) if base == 0 else 0.0)
    share = 1.0 - 1.0 / (1.0 + variance)
    limit = np.sqrt(2.0 * (wanted - log_odds(0.0, variance, step)) / share)
    assert log_odds(limit, variance, step) == pytest.approx(wanted)
    for sign in (-1.0, 1.0):
        assert who(alone(sign * (limit + 0.01), 0.0), spread, base).tolist() == [True, False]
        assert not who(alone(sign * (limit - 0.01), 0.0), spread, base).any()


def test_of_two_drifts_the_doubtful_one_is_left_and_the_sure_one_kept() -> None:
    assert who(alone(6.0, 0.0, 3.0), base=1).tolist() == [True, False, False]
    assert who(alone(3.0, 0.0, 6.0), base=1).tolist() == [False, False, True]
    assert who(alone(6.0, 0.0, -6.0), base=1).tolist() == [True, False, True]
    assert who(alone(6.0, 0.0, 7.0), base=1, most=1).tolist() == [False, False, True]


def test_a_trunk_that_turns_is_a_hundred_times_less_likely_than_one_that_does_not() -> None:
    """Drift of the usual size explains as much as the turn: 100 to 2, and to 6 of the base."""
    turning = np.diag([1.0, 0.0])
    seen = alone(1.5, 0.0, noise=0.01, turning=turning)
    drifts, left = module._who_drifts(seen, 1.0, 1, most=2)
    assert drifts.tolist() == [True, False]
    np.testing.assert_allclose(left.noise, 0.01 * np.eye(2))
    drifts, left = module._who_drifts(seen, 1.0, 0, most=2)
    assert not drifts.any()
    np.testing.assert_allclose(left.noise, 0.01 * np.eye(2) + turning)
    # Without anything that changes, nothing turned.
    rests = alone(0.0, 0.0, noise=0.01, turning=turning)
    np.testing.assert_allclose(module._who_drifts(rests, 1.0, 1, most=2)[1].noise, 0.01 * np.eye(2))
