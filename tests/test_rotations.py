from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.transform import Rotation

from opensim_pelvis import rotations as rot
from opensim_pelvis.frames import FloatArray

EXACT = 1e-12  # products of a few unit quaternions in double precision
RATE_HZ = 100.0

components = st.floats(-1.0, 1.0).filter(lambda value: abs(value) > 1e-3)
quaternions = arrays(np.float64, (5, 4), elements=components).map(rot.normalise)


def as_scipy(q: FloatArray) -> Rotation:
    return Rotation.from_quat(q, scalar_first=True)


@given(quaternions, quaternions)
def test_product_equals_scipys(p: FloatArray, q: FloatArray) -> None:
    expected = (as_scipy(p) * as_scipy(q)).as_matrix()
    np.testing.assert_allclose(rot.to_matrix(rot.multiply(p, q)), expected, atol=EXACT)


@given(quaternions)
def test_letters_cancel(q: FloatArray) -> None:
    identity = rot.multiply(q, rot.inverse(q))
    np.testing.assert_allclose(identity, np.tile([1.0, 0, 0, 0], (5, 1)), atol=EXACT)


@given(quaternions, arrays(np.float64, (5, 3), elements=st.floats(-10, 10)))
def test_rotated_vectors_equal_matrix_products(q: FloatArray, v: FloatArray) -> None:
    expected = np.einsum("tij,tj->ti", rot.to_matrix(q), v)
    np.testing.assert_allclose(rot.rotate(q, v), expected, atol=1e-11)


@given(quaternions)
def test_matrix_and_back_is_the_same_orientation(q: FloatArray) -> None:
    np.testing.assert_allclose(
        rot.angle_between(rot.from_matrix(rot.to_matrix(q)), q), 0, atol=1e-9
    )


@pytest.mark.parametrize("axis", np.vstack([np.eye(3), -np.eye(3)]))
def test_half_turns_keep_full_precision(axis: FloatArray) -> None:
    q = np.concatenate([[0.0], axis])
    assert rot.angle_between(rot.from_matrix(rot.to_matrix(q)), q) == pytest.approx(0.0, abs=EXACT)


@given(quaternions, st.sampled_from(["ZXY", "YXZ", "XYZ"]))
def test_euler_angles_give_the_orientation_back(q: FloatArray, order: rot.EulerOrder) -> None:
    again = rot.from_euler(order, rot.to_euler(order, q))
    np.testing.assert_allclose(rot.angle_between(again, q), 0.0, atol=1e-7)


def test_missing_samples_go_through_everything() -> None:
    q = rot.from_euler("YXZ", np.array([[0.1, 0.2, 0.3], [np.nan] * 3, [0.0, 0.0, 0.5]]))
    gone = np.array([False, True, False])
    np.testing.assert_array_equal(rot.is_present(q), ~gone)
    for out in (
        rot.multiply(q, q),
        rot.inverse(q),
        rot.to_euler("ZXY", q),
        rot.to_rotation_vector(q),
        rot.from_matrix(rot.to_matrix(q)),
        rot.rotate(q, np.array([1.0, 0.0, 0.0])),
        rot.make_continuous(q),
    ):
        np.testing.assert_array_equal(np.isnan(out).all(axis=1), gone)


def test_signs_are_made_continuous_across_a_gap() -> None:
    q = rot.from_rotation_vector(np.outer(np.linspace(0, 6, 40), [0.0, 0.0, 1.0]))
    broken = q * np.where(np.arange(40) % 3 == 0, -1.0, 1.0)[:, None]
    broken[10:13] = np.nan
    smooth = rot.make_continuous(broken)
    kept = smooth[rot.is_present(smooth)]
    assert (np.einsum("ij,ij->i", kept[1:], kept[:-1]) > 0.0).all()
    np.testing.assert_allclose(rot.angle_between(smooth, q)[13:], 0.0, atol=1e-7)


def test_mean_of_symmetric_samples_is_their_centre() -> None:
    centre = rot.from_euler("ZXY", np.array([0.4, -0.2, 0.1]))
    around = rot.from_rotation_vector(np.vstack([np.eye(3), -np.eye(3)]) * 0.05)
    mean = rot.mean_rotation(rot.multiply(centre, around))
    assert rot.angle_between(mean, centre) == pytest.approx(0.0, abs=1e-9)


def test_mean_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one orientation"):
        rot.mean_rotation(np.full((3, 4), np.nan))


def test_angular_velocity_of_a_steady_turn_is_its_rate() -> None:
    rate = np.array([0.3, -2.0, 1.0])
    times = np.arange(20)[:, None] / RATE_HZ
    start = rot.from_euler("ZXY", np.array([0.4, -0.2, 0.1]))
    q = rot.multiply(rot.from_rotation_vector(times * rate), start)
    omega = rot.angular_velocity(q, RATE_HZ)
    np.testing.assert_allclose(omega[1:-1], np.tile(rate, (18, 1)), atol=1e-9)
    assert np.isnan(omega[[0, -1]]).all()


def test_unwrapping_bridges_a_gap() -> None:
    angle = np.linspace(0.0, 9.0, 30)
    wrapped = np.where(np.arange(30) == 12, np.nan, (angle + np.pi) % (2 * np.pi) - np.pi)
    out = rot.unwrap_present(wrapped)
    assert np.isnan(out[12])
    np.testing.assert_allclose(np.delete(out, 12), np.delete(angle, 12), atol=EXACT)
