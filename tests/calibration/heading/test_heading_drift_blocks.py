"""Blocks of turns of which rates are estimated, by numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.calibration.heading import drift as module
from opensim_pelvis.calibration.heading.drift import mean_turn
from opensim_pelvis.calibration.heading.drift_rates import Rates
from opensim_pelvis.calibration.heading.frames_apart import Apart
from opensim_pelvis.frames import FloatArray

NAN = np.nan


def test_a_mean_over_a_block_needs_half_of_its_samples() -> None:
    """Half of the longest block, also of the last one, which is cut short."""
    blocks = np.array([0, 0, 0, 0, 1, 1, 1, 1, 2])
    values = np.array(
        [
            [1.0, 2.0, 3.0, 6.0, 4.0, 4.0, 5.0, 7.0, 9.0],
            [1.0, NAN, NAN, 6.0, NAN, 4.0, NAN, NAN, 9.0],
        ]
    ).T
    found = module._block_means(values, blocks)
    np.testing.assert_allclose(found, [[3.0, 3.5], [5.0, NAN], [NAN, NAN]])
    wide = module._block_means(np.ones((2, 5)), np.array([0, 0]))
    np.testing.assert_array_equal(wide, np.ones((1, 5)))


def test_blocks_of_one_sample_are_their_samples() -> None:
    found = module._block_means(np.array([[5.0], [NAN], [7.0]]), np.arange(3))
    np.testing.assert_allclose(found, [[5.0], [NAN], [7.0]])


def test_a_mean_is_of_as_much_before_as_after() -> None:
    """Half of what lies within two samples before, and of the sample and two after, is present."""
    turn = np.array([1.0, 1.0, NAN, 1.0, NAN, NAN, 1.0])
    found = module._mostly_there(turn, 2)
    np.testing.assert_array_equal(found, [True, True, False, False, False, True, False])
    found = module._mostly_there(turn, 1)
    np.testing.assert_array_equal(found, [True, True, True, False, False, False, False])
    found = module._mostly_there(np.array([NAN, 1.0, 1.0]), 1)
    np.testing.assert_array_equal(found, [True, False, True])


def test_short_holes_are_bridged_and_many_of_them_are_not() -> None:
    """At 10 samples/s: one hole of 0.2 s, and 20 s in which one sample of three is there."""
    turn = 0.01 * np.arange(1000.0)
    turn[300:302] = NAN
    rare = np.arange(600, 800)
    turn[rare[rare % 3 != 0]] = NAN
    found = mean_turn(turn, np.ones(1000, dtype=bool), 10.0)
    np.testing.assert_allclose(found[100:500], 0.01 * np.arange(100, 500), atol=1e-9)
    assert np.isnan(found[620:780]).all()
    assert np.isfinite(found[850:950]).all()


class Given(dict[str, object]):
    """Takes the place of `find_rates`, and keeps what it was given."""

    def __call__(self, turn_rad: FloatArray, time_s: FloatArray, **others: object) -> Rates:
        self.update(others, turn_rad=turn_rad, time_s=time_s)
        return Rates(np.arange(1.0, turn_rad.shape[1] + 1.0), np.full(turn_rad.shape[1], 0.5))


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Given:
    kept = Given()
    monkeypatch.setattr(module, "find_rates", kept)
    return kept


def rates(mean: FloatArray, base: int = 0, apart: Apart | None = None) -> Rates:
    """Of means at 2.5 samples/s from 3 s on."""
    time_s = 3.0 + 0.4 * np.arange(mean.shape[0])
    return module._rates_of(mean, time_s, base=base, treadmill=False, apart=apart)


def test_blocks_are_two_seconds_from_the_first_sample_on(given: Given) -> None:
    """Five samples each; the last one, of a single sample, is no block."""
    mean = np.arange(51.0)[:, None] * [1.0, -2.0]
    rates(mean)
    middle = 2.0 + 5.0 * np.arange(10)
    np.testing.assert_allclose(given["turn_rad"], middle[:, None] * [1.0, -2.0])
    np.testing.assert_allclose(given["time_s"], 4.0 + 2.0 * np.arange(10))
    assert given["block_s"] == 2.0


@pytest.mark.parametrize(("blocks", "told"), [(8, True), (7, False)])
def test_eight_blocks_are_the_fewest(given: Given, blocks: int, told: bool) -> None:
    found = rates(np.zeros((5 * blocks, 2)))
    assert bool(given) == told
    assert np.isfinite(found.sigma_radps).all() == told
    assert found.rate_radps.tolist() == ([1.0, 2.0] if told else [0.0, 0.0])


@pytest.mark.parametrize(("blocks", "kept"), [(12, True), (11, False)])
def test_a_sensor_that_has_six_tenths_of_the_blocks_is_kept(
    given: Given, blocks: int, kept: bool
) -> None:
    """Of 20; who lacks most is left out, and the base is then the first of the others."""
    mean = np.zeros((100, 4))
    mean[5 * blocks :, 1] = NAN
    mean[:, 0] = NAN
    joint = Apart(3, 2, np.array([1.0]), np.array([2.0]))
    found = rates(mean, base=1, apart=joint)
    if kept:
        assert found.rate_radps.tolist() == [0.0, 1.0, 2.0, 3.0]
        np.testing.assert_array_equal(found.sigma_radps, [NAN, 0.5, 0.5, 0.5])
    else:
        assert found.rate_radps.tolist() == [0.0, 0.0, 1.0, 2.0]
        np.testing.assert_array_equal(found.sigma_radps, [NAN, NAN, 0.5, 0.5])
    assert given["base"] == 0
    among = given["apart"]
    assert isinstance(among, Apart)
    assert (among.first, among.second) == ((2, 1) if kept else (1, 0))
    assert among.angle_rad is joint.angle_rad
    rates(mean, base=3)
    assert given["base"] == (2 if kept else 1)
    assert given["apart"] is None


def test_what_a_joint_tells_of_a_sensor_that_is_left_out_is_left_out() -> None:
    joint = Apart(0, 2, np.array([1.0]), np.array([2.0]))
    assert module._among(joint, [1, 2]) is None
    assert module._among(joint, [0, 1]) is None
    assert module._among(joint, [0, 2]) is not None
    assert module._among(None, [0, 2]) is None
