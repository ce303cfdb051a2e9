from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.frames import turn_about_vertical
from opensim_pelvis.kinematics.travel import present_or_bridged, travel_heading


def test_travel_is_fixed_unless_over_ground() -> None:
    turned = turn_about_vertical(np.linspace(0.0, 2.0, 300))
    fixed, source = travel_heading(turned, rate_hz=100.0, surface=None)
    assert source.code == "travel.fixed"
    np.testing.assert_array_equal(fixed, np.zeros(300))


def test_travel_over_ground_follows_a_turn_but_not_the_stride() -> None:
    time_s = np.arange(0.0, 20.0, 0.01)
    path = np.where(time_s > 10.0, np.pi, 0.0) * np.clip((time_s - 10.0) / 2.0, 0.0, 1.0)
    stride = np.deg2rad(8.0) * np.sin(2 * np.pi * 1.4 * time_s)
    pelvis = turn_about_vertical(path + stride)
    travel, _ = travel_heading(pelvis, rate_hz=100.0, surface="overground")
    steady = (np.abs(time_s - 5.0) < 1.0) | (np.abs(time_s - 16.5) < 0.5)
    np.testing.assert_allclose(travel[steady], path[steady], atol=np.deg2rad(0.01))
    gappy = pelvis.copy()
    gappy[500:520] = np.nan
    travel, _ = travel_heading(gappy, rate_hz=100.0, surface="overground")
    # A fifth of a second is missing from a stride, so not all of the stride cancels.
    np.testing.assert_allclose(travel[steady], path[steady], atol=np.deg2rad(1.0))


def test_the_ends_of_a_turn_are_followed_too() -> None:
    steady_turn = np.linspace(0.0, 3.0, 1000)
    travel, _ = travel_heading(
        turn_about_vertical(steady_turn), rate_hz=100.0, surface="overground"
    )
    np.testing.assert_allclose(travel, steady_turn, atol=1e-6)


def test_where_the_pelvis_is_absent_for_long_there_is_no_direction() -> None:
    pelvis = turn_about_vertical(np.zeros(3000))
    pelvis[1000:2000] = np.nan
    travel, _ = travel_heading(pelvis, rate_hz=100.0, surface="overground")
    assert np.isnan(travel[1400:1600]).all()
    np.testing.assert_allclose(travel[:1000], 0.0, atol=1e-9)


@pytest.mark.parametrize(("length", "known"), [(4, True), (5, True), (6, False), (30, False)])
def test_travel_is_not_drawn_on_into_a_gap_longer_than_half_a_second(
    length: int, known: bool
) -> None:
    turn = np.linspace(0.0, 2.0, 100)
    pelvis = turn_about_vertical(turn)
    pelvis[40 : 40 + length] = np.nan
    travel, _ = travel_heading(pelvis, rate_hz=10.0, surface="overground")
    assert np.isfinite(travel[40 : 40 + length]).all() == known
    assert np.isfinite(travel[:40]).all()
    assert np.isfinite(travel[40 + length :]).all()


def test_a_gap_is_bridged_between_samples_only() -> None:
    present = np.array([False, True, False, True, False, False, True, False])
    assert present_or_bridged(present, 1.0).tolist() == [
        False, True, True, True, False, False, True, False
    ]  # fmt: skip
