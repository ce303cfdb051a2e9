"""Drift of turns that are straight lines in time: what is removed is a line, too."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.calibration.heading import drift as module
from opensim_pelvis.calibration.heading.drift import Drift, coarse, find_drift, vertical_turns
from opensim_pelvis.calibration.heading.swing import vertical_turn
from opensim_pelvis.config.settings import Surface
from opensim_pelvis.frames import BoolArray, FloatArray
from opensim_pelvis.rotations import multiply
from tests.calibration.heading.by_hand import UPRIGHT, about, heading_turn, recorded, stood

RATE_HZ = 10.0
TIME_S = np.arange(1000) / RATE_HZ
SLOPE = 0.01  # rad/s


def cyclic_from(first: int, after: int) -> BoolArray:
    number = np.arange(TIME_S.size)
    return (number >= first) & (number < after)


def line_of(pose_s: float, cyclic: BoolArray) -> FloatArray:
    return module._drift_of(0.3 + SLOPE * TIME_S, cyclic, TIME_S, pose_s, RATE_HZ)


def test_before_motion_drift_is_a_line_from_the_pose_and_after_it_stays() -> None:
    """Motion from 20 to 90 s; known from 22.5 to 87.4 s, the first 10 s of it the reference."""
    found = line_of(5.0, cyclic_from(200, 900))
    middle_s = (22.5 + 32.4) / 2.0
    knots = [(5.0, 0.0), (22.5, SLOPE * (22.5 - middle_s)), (87.4, SLOPE * (87.4 - middle_s))]
    np.testing.assert_allclose(found, np.interp(TIME_S, *zip(*knots, strict=True)), atol=1e-9)


def test_after_motion_the_reference_is_its_end() -> None:
    found = line_of(97.0, cyclic_from(200, 900))
    middle_s = (77.5 + 87.4) / 2.0
    knots = [(22.5, SLOPE * (22.5 - middle_s)), (87.4, SLOPE * (87.4 - middle_s)), (97.0, 0.0)]
    np.testing.assert_allclose(found, np.interp(TIME_S, *zip(*knots, strict=True)), atol=1e-9)


@pytest.mark.parametrize("pose_s", [22.5, 23.0, 50.0, 87.0, 87.4])
def test_a_pose_in_the_motion_itself_is_where_the_line_is_zero(pose_s: float) -> None:
    found = line_of(pose_s, cyclic_from(200, 900))
    wanted = SLOPE * (np.clip(TIME_S, 22.5, 87.4) - pose_s)
    np.testing.assert_allclose(found, wanted, atol=1e-9)


@pytest.mark.parametrize(("samples", "enough"), [(99, False), (100, True)])
def test_half_of_the_reference_must_be_known(samples: int, enough: bool) -> None:
    """Of 100 samples of motion 50 are known, which is half of 10 s."""
    assert line_of(5.0, cyclic_from(200, 200 + samples)).any() == enough


def test_slow_turns_pass_the_smoothing_and_strides_do_not() -> None:
    """A Gaussian of 1 s, applied as 2 S - S S."""
    for hz in (0.05, 0.1, 0.15):
        wave = np.sin(2.0 * np.pi * hz * TIME_S)
        gain = np.exp(-0.5 * (2.0 * np.pi * hz) ** 2)
        found = module._drift_of(wave, cyclic_from(0, 1000), TIME_S, 50.0, RATE_HZ)
        wanted = (2.0 * gain - gain**2) * wave
        away = found - wanted
        assert np.ptp(away[100:900]) < 2e-3, hz
    stride = np.sin(2.0 * np.pi * 0.9 * TIME_S)
    assert np.abs(module._smooth(stride, RATE_HZ)[100:900]).max() < 1e-3


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
    """Means of five samples are known from 2.54 to 97.44 s, and drift stays beyond."""
    return np.asarray(rate * (np.clip(np.arange(5000) / 50.0, 2.54, 97.44) - 50.0))


def test_what_most_turn_by_against_the_base_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against the pelvis the others turn by 0.007 and 0.004; the median, its own zero with it, is
    0.004."""
    found = drift_of(monkeypatch, "overground")
    assert found.drift_rad is not None
    wanted = np.stack([removed(rate) for rate in (0.003, -0.004, 0.0)], axis=1)
    np.testing.assert_allclose(found.drift_rad, wanted, atol=1e-9)
    assert found.description.values["held"].code == "drift.against_pelvis_others"  # type: ignore[union-attr]


def test_sensors_drift_against_the_base_which_keeps_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rates = {"torso": 0.004, "pelvis": -0.003, "femur_r": -0.007}
    found = drift_of(monkeypatch, "overground", rates)
    assert found.drift_rad is not None
    wanted = np.stack([removed(rate) for rate in (0.007, 0.0, -0.004)], axis=1)
    np.testing.assert_allclose(found.drift_rad, wanted, atol=1e-9)
    assert found.cyclic_s == pytest.approx(100.0)
    assert found.description.code == "drift.followed"
    assert found.description.values["held"].code == "drift.against_pelvis_unknown"  # type: ignore[union-attr]


def test_on_a_treadmill_the_base_drifts_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    found = drift_of(monkeypatch, "treadmill")
    assert found.drift_rad is not None
    wanted = np.stack([removed(rate) for rate in RATES.values()], axis=1)
    np.testing.assert_allclose(found.drift_rad, wanted, atol=1e-9)
    assert found.description.values["held"].code == "drift.against_pelvis_treadmill"  # type: ignore[union-attr]


def test_another_base_is_named_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    found = drift_of(monkeypatch, None, {"femur_r": 0.004, "torso": 0.0})
    assert found.description.values["held"].code == "drift.against_base_unknown"  # type: ignore[union-attr]


@pytest.mark.parametrize(("largest_deg", "told"), [(0.98, False), (1.02, True)])
def test_less_than_a_degree_is_left(
    monkeypatch: pytest.MonkeyPatch, largest_deg: float, told: bool
) -> None:
    """The largest is that at 2.54 s, 47.46 s before the pose; each sensor counts for itself."""
    slow = float(np.deg2rad(largest_deg)) / 47.46
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
