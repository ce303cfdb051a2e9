"""Each step by which a disturbance is told, by numbers worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from opensim_pelvis.calibration.heading import unfelt as module
from opensim_pelvis.calibration.heading.unfelt import (
    find_disturbances,
    gyroscope_of,
    unfelt_turns,
)
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.types import AlignedRecording
from tests.calibration.heading.by_hand import UPRIGHT, heading_turn, recorded

NAN = np.nan


def felt_by(R_ES: FloatArray, rate_hz: float, gyroscope: FloatArray) -> AlignedRecording:
    """Return one sensor on the trunk, (t, 4) and (t, 3)."""
    aligned = recorded({"torso": R_ES}, rate_hz)
    return replace(aligned, angular_velocity_radps=gyroscope[:, None])


def vertical_parts(R_ES: FloatArray, back: FloatArray) -> FloatArray:
    """Return the upward part of each step's rotation vector by SciPy, ``back`` (n, 3) before it."""
    of_S = Rotation.from_quat(R_ES, scalar_first=True)
    turns = of_S[1:] * Rotation.from_rotvec(-back) * of_S[:-1].inv()
    return np.asarray(turns.as_rotvec()[:, 2])


@pytest.mark.parametrize("size", [0.0, 0.01, 0.2, 0.5, 2.9])
@pytest.mark.parametrize("gyroscope", [0.0, 0.3, 9.0])
def test_what_was_not_felt_is_what_a_second_implementation_of_rotations_says(
    size: float, gyroscope: float
) -> None:
    """Steps of nothing up to 166 degrees, about any axis, of which a gyroscope felt some."""
    rng = np.random.default_rng(3)
    axes = rng.normal(size=(30, 3))
    axes /= np.linalg.norm(axes, axis=1)[:, None]
    of_S = [Rotation.from_rotvec([0.3, -0.8, 1.1])]
    for turn in size * axes * np.where(np.arange(30) % 3, 1.0, 0.0)[:, None]:
        of_S.append(Rotation.from_rotvec(turn) * of_S[-1])
    R_ES = Rotation.concatenate(of_S).as_quat(scalar_first=True)
    R_ES[::4] *= -1.0  # the same orientations
    rates = gyroscope * rng.normal(size=(31, 3))
    rates[[10, 11]] = 0.0
    found = unfelt_turns(felt_by(R_ES, 4.0, rates), 0)
    wanted = vertical_parts(R_ES, 0.25 * 0.5 * (rates[1:] + rates[:-1]))
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-12)
    blind = replace(felt_by(R_ES, 4.0, rates), angular_velocity_radps=None)
    whole = vertical_parts(R_ES, np.zeros((30, 3)))
    np.testing.assert_allclose(unfelt_turns(blind, 0), whole, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("size", [0.19, 0.21, 1.5])
def test_series_of_small_turns_go_over_into_functions_of_large_ones(size: float) -> None:
    """Half of 0.2 rad squared is 0.01, where one takes the other's place."""
    vector = size * np.array([[0.6], [0.0], [-0.8]])
    wanted = Rotation.from_rotvec(-vector[:, 0]).as_quat(scalar_first=True)
    np.testing.assert_allclose(module._back(vector)[:, 0], wanted, rtol=5e-10)


def test_a_turn_of_nothing_beside_a_large_one_is_nothing() -> None:
    vectors = np.array([[0.0, 1.2, 0.3], [0.0, 0.0, 0.0], [0.0, -0.9, 0.0]])
    wanted = Rotation.from_rotvec(-vectors.T).as_quat(scalar_first=True).T
    np.testing.assert_allclose(module._back(vectors), wanted, atol=1e-12)


@pytest.mark.parametrize("samples", [1, 2, 8192, 8193, 8194, 20000])
def test_every_step_is_there_once_however_long_the_recording(samples: int) -> None:
    """Half of each turn is felt; steps grow, so that none is like its neighbour."""
    angle = 1e-9 * np.arange(samples) ** 2.0
    rates = np.zeros((samples, 3))
    rates[:, 2] = 0.5 * 2e-9 * np.arange(samples) * 10.0
    found = unfelt_turns(felt_by(heading_turn(angle), 10.0, rates), 0)
    np.testing.assert_allclose(found, 0.5 * np.diff(angle), rtol=1e-6, atol=1e-15)


def test_a_hole_leaves_the_steps_beside_it_unknown() -> None:
    R_ES = heading_turn(0.1 * np.arange(5))
    R_ES[1] = NAN
    rates = np.zeros((5, 3))
    found = unfelt_turns(felt_by(R_ES, 10.0, rates), 0)
    np.testing.assert_allclose(found, [NAN, NAN, 0.1, 0.1])
    rates[4] = NAN
    np.testing.assert_allclose(unfelt_turns(felt_by(R_ES, 10.0, rates), 0)[2:], [0.1, NAN])


@pytest.mark.parametrize("samples", [5, 4000])
def test_a_gyroscope_that_is_never_there_is_none(samples: int) -> None:
    rates = np.full((samples, 3), NAN)
    aligned = felt_by(np.tile(UPRIGHT, (samples, 1)), 10.0, rates)
    assert gyroscope_of(aligned, 0) is None
    rates[3] = [0.1, 0.2, 0.3]
    found = gyroscope_of(aligned, 0)
    assert found is not None
    np.testing.assert_array_equal(found, rates)


def test_the_other_sensors_turn_by_their_median_of_those_present() -> None:
    values = np.array([[1.0, 5.0, 9.0], [NAN, 4.0, 6.0], [NAN, NAN, NAN], [7.0, NAN, NAN]])
    np.testing.assert_array_equal(module._middle(values), [5.0, 5.0, NAN, 7.0])
    np.testing.assert_array_equal(module._middle(np.full((2, 1), NAN)), [NAN, NAN])


@pytest.mark.parametrize(
    ("rate_hz", "wanted"),
    [
        (1.0, [0.5, 2.0, 4.0, 6.0, 3.5]),
        (2.0, [2.0, 4.5, 8.0, 7.5, 6.0]),
        (0.4, [0.2, 0.8, 1.6, 2.4, 1.4]),
    ],
)
def test_a_rate_is_over_one_second_before_and_after(rate_hz: float, wanted: list[float]) -> None:
    """Of a turn of 0, 1, 4, 9, 16, which stays at its ends; over one sample at the least."""
    turn = np.array([0.0, 1.0, 4.0, 9.0, 16.0])
    np.testing.assert_allclose(module._rate(turn, rate_hz), wanted)


def stretches(rate_degps: dict[int, float], **of: float) -> list[tuple[int, int]]:
    """Return what is fast of 40 samples, of usually ``noise`` to and fro, at 1 sample/s."""
    rate = np.deg2rad(of.get("noise", 0.0)) * np.where(np.arange(40) % 2, 1.0, -1.0)
    for at, value in rate_degps.items():
        rate[at] = np.deg2rad(value)
    return module._fast(rate, np.ones(40, dtype=bool), of.get("rate_hz", 1.0))


def test_fast_stretches_are_joined_over_two_seconds_and_wider_by_one() -> None:
    assert stretches({5: 1.0, 7: -1.0, 20: 1.0, 23: 1.0}) == [(4, 9), (19, 22), (22, 25)]
    assert stretches({0: 1.0, 39: 1.0}) == [(0, 2), (38, 40)]
    assert stretches({10: 1.0, 14: 1.0}, rate_hz=2.0) == [(8, 17)]
    assert stretches({10: 1.0, 15: 1.0}, rate_hz=2.0) == [(8, 13), (13, 18)]
    assert stretches({}) == []


def test_fast_is_a_quarter_of_a_degree_per_second_or_six_times_the_usual() -> None:
    """The usual is 1.4826 times the median size: of 1 degree/s, six times are 8.9."""
    assert stretches({10: 0.24, 20: 0.26}) == [(19, 22)]
    assert stretches({10: -0.24, 20: -0.26}) == [(19, 22)]
    assert stretches({10: 8.8, 20: 9.0}, noise=1.0) == [(19, 22)]
    rate = np.zeros(40)
    rate[[5, 15]] = np.deg2rad(1.0)
    rate[20:] = 1.0  # no steady movement: neither told nor counted
    steady = np.arange(40) < 12
    assert module._fast(rate, steady, 1.0) == [(4, 7)]
    assert module._fast(rate, np.zeros(40, dtype=bool), 1.0) == []


def test_a_step_is_between_the_medians_of_six_seconds_on_each_side() -> None:
    beside = np.array([90.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, NAN, 70.0, 13, 14, 15, 16, 17, 18, 90.0])
    assert module._step_in(beside, 7, 9, 1.0) == pytest.approx(15.5 - 3.5)
    assert module._step_in(beside, 7, 9, 0.5) == pytest.approx(14.0 - 5.0)
    assert module._step_in(beside, 3, 9, 1.0) == pytest.approx(15.5 - 2.0)
    assert module._step_in(beside, 8, 9, 1.0) == pytest.approx(15.5 - 4.0)
    assert module._step_in(beside, 1, 14, 1.0) == pytest.approx(54.0 - 90.0)


def test_a_step_is_told_from_one_second_on_each_side() -> None:
    beside = np.array([1.0, 2.0, 0.0, 0.0, 7.0, 9.0])
    assert module._step_in(beside, 2, 4, 2.0) == pytest.approx(6.5)
    assert np.isnan(module._step_in(beside, 1, 4, 2.0))
    assert np.isnan(module._step_in(beside, 2, 5, 2.0))
    assert np.isnan(module._step_in(beside, 0, 2, 1.0))


def disturbed(
    jumps_deg: dict[int, float], seen_deg: dict[int, float], sensors: int = 2
) -> FloatArray:
    """Return what is found of 60 s at 10 samples/s, of which every second one is a row.

    The trunk's orientation jumps before samples, its gyroscope rests, and its mean against the
    others jumps by what is seen, while all of them turn by a degree each second.
    """
    angle = np.zeros(600)
    mean = np.tile(np.deg2rad(0.2 * np.arange(300.0))[:, None], sensors)
    for at, size in jumps_deg.items():
        angle[at:] += np.deg2rad(size)
    for at, size in seen_deg.items():
        mean[at // 2 :, 1] += np.deg2rad(size)
    R_ES = np.tile(UPRIGHT, (600, 1))
    bodies = ("pelvis", "torso", "femur_r")[:sensors]
    aligned = recorded({b: heading_turn(angle) if b == "torso" else R_ES for b in bodies}, 10.0)
    aligned = replace(aligned, angular_velocity_radps=np.zeros((600, sensors, 3)))
    found = find_disturbances(aligned, mean, np.ones(300, dtype=bool), 2)
    assert not np.delete(found, 1, axis=1).any()
    return np.asarray(np.rad2deg(found[:, 1]))


@pytest.mark.parametrize("sensors", [2, 3])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_jump_is_followed_over_the_two_seconds_of_its_rate(sensors: int, sign: float) -> None:
    """Rows of 0.2 s: the rate of a jump before row 100 is that of rows 95 to 104."""
    found = disturbed({200: sign * 8.0}, {200: sign * 8.0}, sensors)
    ramp = np.clip((np.arange(300) - 94.0) / 10.0, 0.0, 1.0)
    np.testing.assert_allclose(found, sign * 8.0 * ramp, atol=1e-9)


def test_disturbances_add_up() -> None:
    jumps = {200: 8.0, 400: -20.0, 500: 6.0}
    found = disturbed(jumps, jumps)
    ends = found[[0, 85, 115, 185, 215, 240, 260, 299]]
    np.testing.assert_allclose(ends, [0, 0, 8, 8, -12, -12, -6, -6], atol=1e-9)


@pytest.mark.parametrize(
    ("jump", "seen", "found"),
    [
        (4.9, 4.9, False),
        (5.1, 5.1, True),
        (-4.9, -4.9, False),
        (-5.1, -5.1, True),
        (8.0, 5.1, True),
        (8.0, 4.9, False),
        (8.0, 10.9, True),
        (8.0, 11.1, False),
        (20.0, 14.1, True),
        (20.0, 13.9, False),
        (-20.0, -25.9, True),
        (-20.0, -26.1, False),
        (8.0, -8.0, False),
    ],
)
def test_a_disturbance_is_five_degrees_and_seen_to_three_or_three_tenths(
    jump: float, seen: float, found: bool
) -> None:
    assert (disturbed({200: jump}, {200: seen})[-1] != 0.0) == found
