"""Mean, interval, independent strides and asymmetry of series short enough for paper."""

from __future__ import annotations

from typing import Final

import numpy as np
import pytest

from opensim_pelvis.gait.coordination import phase_lag, vector_coding
from opensim_pelvis.gait.measures.definitions import definition_of
from opensim_pelvis.gait.measures.intervals import mean_interval
from opensim_pelvis.gait.measures.statistics import (
    FEWEST_FOR_MEAN,
    compare_sides,
    summarise,
)
from opensim_pelvis.types import Summary

ROTATION = definition_of("pelvic_rotation_range_deg")
PHASE = definition_of("pelvis_trunk_phase_deg")


def test_the_interval_is_that_of_the_present_values_about_their_mean() -> None:
    values = 10.0 + np.tile([1.0, 1.0, -1.0, -1.0], 3)
    found = summarise(ROTATION, "left", np.append(values, np.nan), np.arange(13.0))
    assert found is not None
    assert (found.side, found.mean, found.n) == ("left", 10.0, 12)
    assert found.sd == pytest.approx(np.sqrt(12.0 / 11.0))
    half, effective = mean_interval(values)
    assert (found.low, found.high) == pytest.approx((10.0 - half, 10.0 + half))
    assert found.effective_n == effective


def test_three_strides_have_a_mean_with_a_wide_interval_and_two_have_none() -> None:
    values = np.array([15.0, 15.6, 15.3])
    three = summarise(ROTATION, "body", values, np.arange(3.0))
    assert three is not None
    assert (three.n, FEWEST_FOR_MEAN) == (3, 3)
    assert three.sd == pytest.approx(0.3)
    assert 3.0 * three.sd < three.high - three.mean < 5.0 * three.sd
    assert summarise(ROTATION, "body", values[:2], np.arange(2.0)) is None
    gap = np.append(values[:2], np.nan)
    assert summarise(ROTATION, "body", gap, np.arange(3.0)) is None


@pytest.mark.parametrize("level", [0.0, 58.0, 119.0, 178.0, 182.0, 241.0, 302.0, 358.0])
def test_angles_on_a_circle_keep_mean_and_spread_wherever_it_is_cut(level: float) -> None:
    values = (level + np.array([-6.0, 6.0, -6.0, 6.0])) % 360.0
    found = summarise(PHASE, "body", values, np.arange(4.0))
    assert found is not None
    assert abs((found.mean - level + 180.0) % 360.0 - 180.0) < 1e-9
    assert 0.0 <= found.mean <= 360.0, "rules and report take its distance from 180 as it is"
    assert found.sd == pytest.approx(np.sqrt(48.0))
    half, _ = mean_interval(np.array([-6.0, 6.0, -6.0, 6.0]))
    assert (found.low, found.high) == pytest.approx((found.mean - half, found.mean + half))


def summary(mean: float, half: float) -> Summary:
    return Summary(
        name="step_time_s", side="right", mean=mean, sd=1.0, n=20, effective_n=20.0,
        low=mean - half, high=mean + half,
    )  # fmt: skip


TIME: Final = definition_of("step_time_s")


@pytest.mark.parametrize(
    ("name", "percent"),
    [("pelvic_drop_from_contact_deg", 200.0 / 11.0), ("pelvic_drop_deg", np.nan),
     ("pelvis_trunk_phase_deg", np.nan), ("contact_time_s", 200.0 / 11.0)],
)  # fmt: skip
def test_there_is_no_per_cent_of_an_arbitrary_zero(name: str, percent: float) -> None:
    found = compare_sides(definition_of(name), summary(12.0, 0.8), summary(10.0, 0.6))
    assert found.percent == pytest.approx(percent, nan_ok=True)


def test_asymmetry_is_right_minus_left_in_per_cent_of_their_mean() -> None:
    found = compare_sides(TIME, summary(12.0, 0.8), summary(10.0, 0.6))
    assert (found.difference, found.low, found.high) == pytest.approx((2.0, 1.0, 3.0))
    assert found.percent == pytest.approx(200.0 / 11.0)
    assert compare_sides(TIME, summary(0.2, 0.1), summary(0.3, 0.1)).percent == pytest.approx(-40.0)
    assert compare_sides(TIME, summary(-12.0, 1.0), summary(-10.0, 1.0)).percent == pytest.approx(
        -200.0 / 11.0
    )
    assert np.isnan(compare_sides(TIME, summary(1.0, 1.0), summary(-1.0, 1.0)).percent)
    for sides in ((0.0, 1.0), (1.0, 0.0)):
        assert np.isnan(compare_sides(TIME, *(summary(mean, 1.0) for mean in sides)).percent)


def test_a_wave_of_less_than_half_a_degree_has_no_phase() -> None:
    part = np.arange(100) / 100.0
    for size, known in ((0.2499, False), (0.2501, True)):
        small = np.deg2rad(size * np.cos(2.0 * np.pi * part))[None]
        large = np.deg2rad(9.0 * np.cos(2.0 * np.pi * part - 1.0))[None]
        assert np.isfinite(phase_lag(small, large)[0]) == known
        assert np.isfinite(phase_lag(large, small)[0]) == known
        assert float(phase_lag(large, large)[0]) == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("degrees", "pattern"),
    [(22, 0), (23, 1), (67, 1), (68, 2), (112, 2), (113, 3), (157, 3), (158, 0), (-22, 0),
     (-23, 3), (-67, 3), (-68, 2), (-113, 1), (-157, 1), (-158, 0)],
)  # fmt: skip
def test_patterns_meet_halfway_between_axes_and_diagonals(degrees: int, pattern: int) -> None:
    line = np.arange(11.0)[None]
    angle = np.deg2rad(degrees)
    shares = vector_coding(np.cos(angle) * line, np.sin(angle) * line)[0]
    assert shares.tolist() == [100.0 if code == pattern else 0.0 for code in range(4)]


def test_no_strides_have_no_patterns() -> None:
    assert vector_coding(np.empty((0, 100)), np.empty((0, 100))).shape == (0, 4)
