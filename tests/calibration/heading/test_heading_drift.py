"""Drift of turns that are straight lines in time: what is removed is a line, too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from opensim_pelvis.calibration.heading import drift as module
from opensim_pelvis.calibration.heading.drift import (
    Drift,
    coarse,
    find_drift,
    mean_turn,
    vertical_turns,
)
from opensim_pelvis.calibration.heading.swing import vertical_turn
from opensim_pelvis.config.settings import Surface
from opensim_pelvis.frames import BoolArray, FloatArray
from opensim_pelvis.rotations import multiply
from opensim_pelvis.simulate.harmonics import smooth_step
from opensim_pelvis.types.segments import BODIES
from tests.calibration.heading.by_hand import UPRIGHT, about, heading_turn, recorded, stood

RATE_HZ = 10.0
TIME_S = np.arange(1000) / RATE_HZ


PART = 1e-3
"""Of a rate, by which blocks at the ends that are half there change it."""


def cyclic_from(first: int, after: int) -> BoolArray:
    number = np.arange(TIME_S.size)
    return (number >= first) & (number < after)


def test_a_rate_goes_on_ten_seconds_beyond_movement_and_is_zero_in_the_pose() -> None:
    moving_s = TIME_S[cyclic_from(200, 900)]
    for pose_s, at_start, at_end in ((5.0, 0.0, 89.9), (50.0, -40.0, 49.9), (99.9, -89.9, 0.0)):
        gone_on = module._gone_on_s(TIME_S, moving_s, pose_s)
        wanted = np.clip(TIME_S, 10.0, 99.9) - np.clip(pose_s, 10.0, 99.9)
        np.testing.assert_allclose(gone_on, wanted, atol=1e-9)
        assert gone_on[0] == pytest.approx(at_start, abs=1e-9)
        assert gone_on[-1] == pytest.approx(at_end, abs=1e-9)
    assert not module._gone_on_s(TIME_S, TIME_S[:0], 5.0).any()


def test_slow_turns_pass_the_smoothing_and_strides_do_not() -> None:
    """A Gaussian of 1 s, applied as 2 S - S S."""
    for hz in (0.05, 0.1, 0.15):
        wave = np.sin(2.0 * np.pi * hz * TIME_S)
        gain = np.exp(-0.5 * (2.0 * np.pi * hz) ** 2)
        found = mean_turn(wave, cyclic_from(0, 1000), RATE_HZ)
        wanted = (2.0 * gain - gain**2) * wave
        np.testing.assert_allclose(found[100:900], wanted[100:900], atol=2e-3)
    stride = np.sin(2.0 * np.pi * 0.9 * TIME_S)
    assert np.abs(mean_turn(stride, cyclic_from(0, 1000), RATE_HZ)[100:900]).max() < 1e-3


def test_a_mean_over_strides_ends_before_the_movement_does_and_beside_a_hole() -> None:
    turn = 0.3 + 0.01 * TIME_S
    turn[500:530] = np.nan
    found = mean_turn(turn, cyclic_from(200, 900), RATE_HZ)
    wanted = np.zeros(1000, dtype=bool)
    wanted[225:475] = wanted[555:875] = True
    np.testing.assert_array_equal(np.isfinite(found), wanted)
    np.testing.assert_allclose(found[wanted], turn[wanted], atol=1e-9)


def test_a_sensor_that_is_rarely_there_is_left_out_and_not_the_others() -> None:
    rate = np.array([0.0, 0.001, 0.0, 0.0])
    mean = rate * TIME_S[:, None]
    mean[:500, 2] = np.nan
    mean[:, 3] = np.nan
    found = module._rates_of(mean, TIME_S, base=0, treadmill=False, apart=None)
    np.testing.assert_allclose(found.rate_radps, [0.0, 0.001, 0.0, 0.0], atol=1e-5)
    assert np.isfinite(found.sigma_radps).tolist() == [True, True, False, False]
    nothing = np.full_like(mean, np.nan)
    found = module._rates_of(nothing, TIME_S, base=0, treadmill=False, apart=None)
    assert not found.rate_radps.any()
    assert np.isnan(found.sigma_radps).all()


def test_turns_about_the_vertical_are_those_of_one_sensor_at_a_time() -> None:
    turned = np.linspace(0.0, 8.0, 60)
    poses = [about((0.6, 0.0, 0.8), 1.0), about((0.0, 0.6, -0.8), 2.0)]
    tilted = about((1.0, 0.0, 0.0), 0.4 * np.sin(turned))
    R_ES = np.stack(
        [
            multiply(heading_turn(turned), poses[0]),
            multiply(multiply(heading_turn(-0.5 * turned), tilted), poses[1]),
        ],
        axis=1,
    )
    found = vertical_turns(R_ES, np.stack(poses))
    np.testing.assert_allclose(found[:, 0], turned, atol=1e-12)
    np.testing.assert_allclose(found[:, 1], vertical_turn(R_ES[:, 1], poses[1]), atol=1e-12)
    np.testing.assert_allclose(found[:, 1], -0.5 * turned, atol=1e-12)


def test_coarse_values_are_means_of_what_is_present() -> None:
    nan = np.nan
    values = np.array(
        [[1.0, nan], [3.0, nan], [5.0, nan], [2.0, 8.0], [nan, 4.0], [6.0, nan], [9.0, 9.0]]
    )
    np.testing.assert_array_equal(coarse(values, 3), [[3.0, nan], [4.0, 6.0]])
    np.testing.assert_array_equal(coarse(values, 1), values)


# Sensors, their own drift in rad/s; the second is the base.
RATES = {"torso": 0.004, "pelvis": -0.003, "femur_r": 0.001}


def drift_of(
    monkeypatch: pytest.MonkeyPatch,
    surface: Surface | None,
    rates: dict[str, float] = RATES,
    cyclic_samples: int = 1000,
) -> Drift:
    """At 50 Hz for 100 s, with a pose in the middle of what is all motion."""

    def cyclic(_: object, time_s: FloatArray) -> BoolArray:
        return np.arange(time_s.size) < cyclic_samples

    monkeypatch.setattr(module, "find_cyclic", cyclic)
    time_s = np.arange(5000) / 50.0
    R_ES = {body: heading_turn(rate * (time_s - 50.0)) for body, rate in rates.items()}
    pose = stood(*[UPRIGHT] * len(rates), window_s=(49.0, 51.0))
    base = list(rates).index("pelvis") if "pelvis" in rates else 1
    return find_drift(recorded(R_ES, 50.0), pose, base=base, surface=surface)


def removed(rate: float) -> FloatArray:
    """From 2.5 to 97.5 s is known, ten seconds more on either side are taken to be alike."""
    return np.asarray(rate * (np.clip(np.arange(5000) / 50.0, 0.04, 99.94) - 50.0))


def held_of(found: Drift) -> str:
    return found.description.values["held"].code  # type: ignore[union-attr]


def test_what_most_turn_by_against_the_base_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against the thigh the others turn by 0.003 and -0.004, against the pelvis by far more."""
    found = drift_of(monkeypatch, "overground")
    assert found.drift_rad is not None
    wanted = np.stack([removed(rate) for rate in (0.003, -0.004, 0.0)], axis=1)
    np.testing.assert_allclose(found.drift_rad, wanted, rtol=PART, atol=1e-6)
    assert held_of(found) == "drift.against_pelvis_others"


def test_sensors_drift_against_the_base_which_keeps_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rates = {"torso": 0.004, "pelvis": -0.003, "femur_r": -0.007}
    found = drift_of(monkeypatch, "overground", rates)
    assert found.drift_rad is not None
    wanted = np.stack([removed(rate) for rate in (0.007, 0.0, -0.004)], axis=1)
    np.testing.assert_allclose(found.drift_rad, wanted, rtol=PART, atol=1e-6)
    assert found.cyclic_s == pytest.approx(100.0)
    assert found.description.code == "drift.followed"


def test_on_a_treadmill_the_base_drifts_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """The runner as a whole may turn by a degree, which is little of 23, 17 and 6."""
    found = drift_of(monkeypatch, "treadmill")
    assert found.drift_rad is not None
    wanted = np.stack([removed(rate) for rate in RATES.values()], axis=1)
    np.testing.assert_allclose(found.drift_rad, wanted, atol=np.deg2rad(0.1))
    assert held_of(found) == "drift.against_pelvis_treadmill"
    assert found.sigma_rad is not None
    assert np.rad2deg(found.sigma_rad) == pytest.approx([0.5, 0.5, 0.5], abs=0.1)


@pytest.mark.parametrize("surface", ["treadmill", "overground", None])
def test_what_all_sensors_turn_by_is_the_runner(
    monkeypatch: pytest.MonkeyPatch, surface: Surface | None
) -> None:
    """Of eight, 2 degrees/min; over ground any turn."""
    slow = float(np.deg2rad(2.0)) / 60.0
    found = drift_of(monkeypatch, surface, dict.fromkeys(BODIES, slow))
    assert found.drift_rad is None
    if surface != "treadmill":
        found = drift_of(monkeypatch, surface, dict.fromkeys(BODIES, 100.0 * slow))
        assert found.drift_rad is None


@pytest.mark.parametrize(("pose_s", "before", "after"), [(10.0, 0.0, 20.0), (90.0, -20.0, 0.0)])
def test_a_disturbance_is_followed_beside_a_drift_and_is_zero_in_the_pose(
    monkeypatch: pytest.MonkeyPatch, pose_s: float, before: float, after: float
) -> None:
    """Steel beside the trunk from 30 to 40 s; trunk and thigh drift by -3 and 4 degrees/min."""
    monkeypatch.setattr(module, "find_cyclic", lambda _, time_s: np.ones(time_s.size, dtype=bool))
    time_s = np.arange(5000) / 50.0
    steel = 20.0 * smooth_step(time_s, 30.0, 10.0)[0]
    drift = {
        "pelvis": 0.0 * time_s,
        "torso": steel - 3.0 * time_s / 60.0,
        "femur_r": 4.0 * time_s / 60.0,
    }
    aligned = recorded({b: heading_turn(np.deg2rad(turn)) for b, turn in drift.items()}, 50.0)
    aligned = replace(aligned, angular_velocity_radps=np.zeros((5000, 3, 3)))
    pose = stood(*aligned.R_ES[round(50.0 * pose_s)], window_s=(pose_s - 1.0, pose_s + 1.0))
    found = find_drift(aligned, pose, base=0, surface="overground").drift_rad
    assert found is not None
    since_min = (time_s[[100, -100]] - pose_s) / 60.0
    trunk = np.array([before, after]) - 3.0 * since_min
    assert np.rad2deg(found[[100, -100], 1]) == pytest.approx(trunk, abs=0.4)
    assert np.rad2deg(found[[100, -100], 2]) == pytest.approx(4.0 * since_min, abs=0.1)
    assert not found[:, 0].any()


def test_another_base_is_named_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    found = drift_of(monkeypatch, None, {"femur_r": 0.004, "torso": 0.0})
    assert held_of(found) == "drift.against_base_unknown"


@pytest.mark.parametrize(("largest_deg", "told"), [(0.98, False), (1.02, True)])
def test_less_than_a_degree_is_left(
    monkeypatch: pytest.MonkeyPatch, largest_deg: float, told: bool
) -> None:
    """The largest is that at 0.04 s, 49.96 s before the pose; each sensor counts for itself."""
    slow = float(np.deg2rad(largest_deg)) / 49.96
    found = drift_of(monkeypatch, None, {"torso": slow, "pelvis": 0.0})
    assert (found.drift_rad is not None) == told
    assert found.description.code == ("drift.followed" if told else "drift.small")
    both = drift_of(monkeypatch, None, {"torso": slow, "pelvis": 0.0, "femur_r": 0.01})
    assert both.drift_rad is not None
    assert both.drift_rad.any(axis=0).tolist() == [told, False, True]


@pytest.mark.parametrize(("samples", "enough"), [(99, False), (100, True)])
def test_ten_seconds_of_motion_are_the_least(
    monkeypatch: pytest.MonkeyPatch, samples: int, enough: bool
) -> None:
    found = drift_of(monkeypatch, None, cyclic_samples=samples)
    assert found.cyclic_s == pytest.approx(samples / 10.0)
    assert (found.description.code != "drift.too_short") == enough


@pytest.mark.parametrize(
    ("rate_hz", "step"), [(50.0, 5), (60.0, 6), (95.0, 10), (14.0, 1), (4.0, 1)]
)
def test_turns_are_means_over_about_a_tenth_of_a_second(
    monkeypatch: pytest.MonkeyPatch, rate_hz: float, step: int
) -> None:
    """The time of a mean is the middle of its samples."""
    given: list[FloatArray] = []

    def cyclic(_: object, time_s: FloatArray) -> BoolArray:
        given.append(time_s)
        return np.zeros(time_s.size, dtype=bool)

    monkeypatch.setattr(module, "find_cyclic", cyclic)
    aligned = recorded({"pelvis": np.tile(UPRIGHT, (125, 1))}, rate_hz)
    find_drift(aligned, stood(UPRIGHT), base=0, surface=None)
    blocks = aligned.time_s[: 125 // step * step].reshape(-1, step)
    np.testing.assert_allclose(given[0], blocks.mean(axis=1))
