"""Best rotations in closed form against singular value decompositions."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.calibration.slips.best_turn import best_traces, best_turns
from opensim_pelvis.frames import FloatArray


def by_svd(cross: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return traces and rotations by the textbook."""
    u, s, vt = np.linalg.svd(cross)
    sign = np.sign(np.linalg.det(u @ vt))
    u[..., 2] *= sign[..., None]
    return s[..., 0] + s[..., 1] + sign * s[..., 2], u @ vt


def test_rotations_and_traces_are_those_of_singular_values() -> None:
    cross = np.random.default_rng(0).normal(size=(50, 20, 3, 3))
    traces, turns = by_svd(cross)
    np.testing.assert_allclose(best_traces(cross), traces, atol=1e-8)
    np.testing.assert_allclose(best_turns(cross), turns, atol=1e-7)


def test_the_rotation_takes_the_second_vectors_to_the_first() -> None:
    quarter = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    second = np.random.default_rng(1).normal(size=(9, 3))
    first = second @ quarter.T
    np.testing.assert_allclose(best_turns(first.T @ second), quarter, atol=1e-9)


@pytest.mark.parametrize(
    "diagonal", [(3.0, 0.0, 0.0), (0.0, 0.0, 0.0), (1.0, 1.0, -1.0), (2.0, 1e-9, 0.0)]
)
def test_where_several_rotations_are_as_good_one_of_them_is_found(
    diagonal: tuple[float, float, float],
) -> None:
    cross = np.diag(diagonal)
    turn = best_turns(cross)
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-5)
    assert np.linalg.det(turn) == pytest.approx(1.0, abs=1e-5)
    assert np.trace(turn.T @ cross) == pytest.approx(by_svd(cross)[0], abs=1e-6)
