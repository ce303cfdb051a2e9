"""Lines through noise with long memory, of so few blocks that each number is worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.calibration.heading.wander import Line, fractional_covariance

# Covariance of the noise at lags of 0 to 4 blocks: (|k+1|^1.5 - 2 |k|^1.5 + |k-1|^1.5) / 2.
ONE, TWO, THREE, FOUR = (
    np.sqrt(2.0) - 1.0,
    0.5 * (3.0**1.5 - 2.0 * 2.0**1.5 + 1.0),
    0.5 * (4.0**1.5 - 2.0 * 3.0**1.5 + 2.0**1.5),
    0.5 * (5.0**1.5 - 2.0 * 4.0**1.5 + 3.0**1.5),
)
NATURAL_RAD2 = 10.0 * np.deg2rad(0.5) ** 2
"""Ten blocks of half a degree, which count beside those that are seen."""

BEND = np.array([2.0, -1.0, -2.0, -1.0, 2.0])
"""Of five blocks the curve without a line: its square is 14."""


def five() -> Line:
    """Blocks of 2 s, the first in the middle of one that starts at 6 s."""
    return Line.through(7.0 + 2.0 * np.arange(5), 2.0)


def squared(shape: np.ndarray) -> float:
    """Return the variance of a sum over five blocks of noise with those weights."""
    by_lag = [float(shape[: 5 - k] @ shape[k:]) for k in range(5)]
    return by_lag[0] + 2.0 * float(np.dot(by_lag[1:], [ONE, TWO, THREE, FOUR]))


SLOPE = 2.0 * np.array([-1.0, -0.5, 0.0, 0.5, 1.0]) / 2.5
"""What gives the change over the span: twice x over the sum of its squares."""


def test_fractional_noise_has_the_covariance_that_is_published() -> None:
    """Of Mandelbrot and Van Ness; alike for a lag and its opposite."""
    lags = np.array([0.0, 1.0, -2.0, 3.0, -0.5])
    half = 0.5 * (1.5**1.5 + 0.5**1.5) - 0.5**1.5
    wanted = [1.0, ONE, TWO, THREE, half]
    np.testing.assert_allclose(fractional_covariance(lags), wanted, rtol=1e-12)


def test_three_blocks_have_a_line_and_no_curve() -> None:
    """The change is the last less the first; what is away from a line is along 1, -2, 1."""
    line = Line.through(np.array([3.0, 5.0, 7.0]), 2.0)
    assert line.slope(np.array([1.0, 5.0, 4.0])) == pytest.approx(3.0)
    assert line.slope_variance == pytest.approx(2.0 - 2.0 * TWO)
    assert line.away_variance == pytest.approx((6.0 - 8.0 * ONE + 2.0 * TWO) / 6.0)
    assert line.curves.shape == (3, 0)
    bend = 0.02 * np.array([1.0, -2.0, 1.0])
    spread = (6.0 * 0.02**2 + NATURAL_RAD2) / (line.away_variance + 10.0)
    found = line.covariance(bend[:, None] + 0.3 + 0.1 * np.arange(3.0)[:, None])
    np.testing.assert_allclose(found, [[line.slope_variance * spread]], rtol=1e-9)


def test_two_blocks_have_the_change_between_them() -> None:
    line = Line.through(np.array([0.0, 2.0]), 2.0)
    assert line.slope(np.array([1.0, 4.0])) == pytest.approx(3.0)
    assert line.slope_variance == pytest.approx(2.0 - 2.0 * ONE)
    found = line.covariance(np.array([[0.2], [0.3]]))
    np.testing.assert_allclose(found, line.slope_variance * NATURAL_RAD2 / 10.0, rtol=1e-9)


def test_the_length_of_a_block_is_the_unit_of_memory() -> None:
    """Twice as far apart in blocks, and the mean over two of them lies between."""
    line = Line.through(np.array([0.0, 4.0, 8.0]), 2.0)
    assert line.slope_variance == pytest.approx(2.0 - 2.0 * FOUR)


@pytest.mark.parametrize(
    ("blocks", "curves"), [(4, 0), (5, 1), (6, 2), (8, 4), (9, 5), (10, 5), (30, 5)]
)
def test_curves_are_as_many_as_two_blocks_less_hold_up_to_five(blocks: int, curves: int) -> None:
    line = Line.through(np.arange(float(blocks)), 1.0)
    assert line.curves.shape == (blocks, curves)
    x = np.arange(blocks) - 0.5 * (blocks - 1)
    np.testing.assert_allclose(line.curves.T @ line.curves, np.eye(curves), atol=1e-12)
    np.testing.assert_allclose(line.curves.T @ np.stack([np.ones(blocks), x], axis=1), 0, atol=1e-9)


def test_variances_of_five_blocks() -> None:
    line = five()
    np.testing.assert_allclose(line.to_slope, SLOPE, atol=1e-12)
    assert line.slope_variance == pytest.approx(squared(SLOPE))
    assert line.curve_variance == pytest.approx([squared(BEND / np.sqrt(14.0))])
    other = np.array([-1.0, 2.0, 0.0, -2.0, 1.0]) / np.sqrt(10.0)
    last = np.array([1.0, -4.0, 6.0, -4.0, 1.0]) / np.sqrt(70.0)
    away = sum(squared(shape) for shape in (BEND / np.sqrt(14.0), other, last))
    assert line.away_variance == pytest.approx(away)


def test_noise_that_is_no_slow_curve_counts_by_its_size() -> None:
    """Two columns: their own sizes, and what they have in common."""
    line = five()
    fast = np.array([1.0, -4.0, 6.0, -4.0, 1.0]) / np.sqrt(70.0)
    found = line.covariance(np.stack([0.03 * fast, -0.02 * fast], axis=1))
    spread = np.array([[9e-4, -6e-4], [-6e-4, 4e-4]]) + NATURAL_RAD2 * np.eye(2)
    wanted = line.slope_variance * spread / (line.away_variance + 10.0)
    np.testing.assert_allclose(found, wanted, rtol=1e-9)


def test_a_slow_curve_that_is_larger_than_such_noise_has_it_counts_by_its_own_size() -> None:
    """A curve of 0.3: its square over what noise of variance 1 has of it; beside one of none."""
    line = five()
    slow = 0.3 * BEND / np.sqrt(14.0)
    found = line.covariance(np.stack([slow, np.zeros(5)], axis=1))
    large = line.slope_variance * 0.09 / line.curve_variance[0]
    least = line.slope_variance * NATURAL_RAD2 / (line.away_variance + 10.0)
    np.testing.assert_allclose(found, [[large, 0.0], [0.0, least]], rtol=1e-9, atol=1e-15)
    both = line.covariance(np.stack([slow, slow], axis=1))
    seen = (0.09 + NATURAL_RAD2) / 0.09
    np.testing.assert_allclose(both[0], [large, large / seen], rtol=1e-9)


def test_of_several_curves_the_mean_counts() -> None:
    line = Line.through(np.arange(6.0), 1.0)
    slow = 0.3 * line.curves[:, [1]]
    wanted = line.slope_variance * 0.09 / line.curve_variance[1] / 2.0
    np.testing.assert_allclose(line.covariance(slow), [[wanted]], rtol=1e-9)
