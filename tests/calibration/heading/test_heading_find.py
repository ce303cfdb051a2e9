"""What single sensors tell of their headings, of planes, knees and mountings written by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from opensim_pelvis.calibration.heading import find, own
from opensim_pelvis.calibration.heading.combine import Combined
from opensim_pelvis.calibration.heading.swing import Swing
from opensim_pelvis.notices import notice
from opensim_pelvis.types import AlignedRecording, Heading
from opensim_pelvis.types.placement import HeadingMethod
from tests.calibration.heading.by_hand import UPRIGHT, heading_turn, recorded, stood

NAN, INF = float("nan"), float("inf")
COMMON_RAD = 3.0
LEG = ("torso", "pelvis", "femur_r", "tibia_r", "femur_l")


def worn(bodies: tuple[str, ...] = LEG) -> AlignedRecording:
    return recorded(dict.fromkeys(bodies, np.tile(UPRIGHT, (4, 1))), 50.0)


def facing(away_rad: float, sigma: float = 0.1, asymmetry_deg: float = 90.0) -> Swing:
    """A plane of swing so far from the common heading of 3 rad."""
    return Swing(COMMON_RAD + away_rad, 9.0, float(np.deg2rad(asymmetry_deg)), sigma)


def test_angles_are_weighed_by_their_variances() -> None:
    """A single one stays as it is; 0.1 and 0.4 known to 0.1 and 0.2 weigh 100 and 25."""
    assert own._weigh([(0.3, 0.0)]) == (0.3, 0.0)
    mean, sigma = own._weigh([(0.1, 0.1), (0.4, 0.2)])
    assert mean == pytest.approx((100.0 * 0.1 + 25.0 * 0.4) / 125.0)
    assert sigma == pytest.approx(125.0**-0.5)
    across, _ = own._weigh([(3.1, 0.1), (-3.1, 0.1)])
    assert abs(across) == pytest.approx(np.pi)
    behind, _ = own._weigh([(3.1, 0.1), (-2.9, 0.1)])
    assert behind == pytest.approx(0.1 - np.pi)
    exact, sigma = own._weigh([(0.1, 0.1), (0.4, 0.0)])
    assert exact == pytest.approx(0.4)
    assert sigma == pytest.approx(1e-6)


@pytest.mark.parametrize(
    ("away_rad", "wanted"), [(1.2, 1.2), (-1.4, -1.4), (1.7, 1.7 - np.pi), (-2.9, np.pi - 2.9)]
)
def test_a_plane_takes_the_side_of_a_common_heading(away_rad: float, wanted: float) -> None:
    swings = {2: facing(away_rad, asymmetry_deg=0.0)}
    found = own._own_swing(swings, 2, COMMON_RAD, shared=True)
    assert found == pytest.approx((wanted, 0.1))
    assert own._own_swing(swings, 3, COMMON_RAD, shared=True) is None


def test_without_a_common_heading_a_plane_needs_a_side_of_its_own() -> None:
    for away_rad, wanted in ((1.7, 1.7), (4.0, 4.0 - 2.0 * np.pi)):
        swings = {2: facing(away_rad, asymmetry_deg=10.0)}
        found = own._own_swing(swings, 2, COMMON_RAD, shared=False)
        assert found == pytest.approx((wanted, 0.1))
    swings = {2: facing(1.7, asymmetry_deg=9.9)}
    assert own._own_swing(swings, 2, COMMON_RAD, shared=False) is None


@pytest.mark.parametrize(("contrast", "told"), [(2.1, True), (1.9, False)])
def test_a_plane_that_hardly_tells_forward_takes_the_side_that_fits_the_hip(
    contrast: float, told: bool
) -> None:
    swing = replace(facing(1.7, asymmetry_deg=2.0), side_contrast=contrast)
    found = own._own_swing({2: swing}, 2, COMMON_RAD, shared=False)
    assert (found is not None) is told


def test_only_thighs_that_hardly_tell_forward_ask_the_hip(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each heading is asked for less the common one of 3 rad."""
    asked: list[tuple[int, int, float]] = []

    def contrast(*_: object, base: int, sensor: int, heading_rad: float) -> float:
        asked.append((base, sensor, heading_rad))
        return 7.0

    monkeypatch.setattr(own, "contrast_of_sides", contrast)
    unsure, sure = facing(0.2, asymmetry_deg=9.0), facing(0.3, asymmetry_deg=11.0)
    found = own.ask_hips(worn(), None, {2: unsure, 3: unsure, 4: sure}, 1, COMMON_RAD)
    assert asked == [(1, 2, pytest.approx(0.2))]
    assert [found[i].side_contrast for i in (2, 3, 4)] == [7.0, 1.0, 1.0]
    own.ask_hips(worn(), None, {2: unsure}, 0, COMMON_RAD)
    assert len(asked) == 1  # the trunk is no neighbour of a thigh


def from_motion(
    monkeypatch: pytest.MonkeyPatch,
    swings: Mapping[int, Swing],
    sensor: int,
    *,
    shared: bool,
    knee: float | None = 3.5,
    bodies: tuple[str, ...] = LEG,
) -> tuple[list[tuple[float, float]], list[dict[str, Any]]]:
    """What is told, and what the knee was asked."""
    asked: list[dict[str, Any]] = []

    def tell(*_: object, **given: Any) -> float | None:
        asked.append(given)
        return knee

    monkeypatch.setattr(own, "heading_from_knee", tell)
    pose = stood(*[UPRIGHT] * len(bodies))
    told = own._from_motion(worn(bodies), pose, swings, sensor, COMMON_RAD, shared=shared)
    return told, asked


def test_a_thigh_is_told_by_its_plane_and_by_its_knee(monkeypatch: pytest.MonkeyPatch) -> None:
    """The knee tells 3.5 rad, as far as the shank's 0.05 and its own 6.7 degrees."""
    swings = {2: facing(0.2), 3: facing(-0.1, sigma=0.05)}
    told, asked = from_motion(monkeypatch, swings, 2, shared=True)
    assert told[0] == pytest.approx((0.2, 0.1))
    assert told[1] == pytest.approx((0.5, np.hypot(0.05, np.deg2rad(6.7))))
    assert asked == [
        {"thigh": 2, "shank": 3, "thigh_rad": pytest.approx(3.2), "shank_rad": pytest.approx(2.9)}
    ]
    told, _ = from_motion(monkeypatch, swings, 2, shared=True, knee=None)
    assert len(told) == 1
    # A knee on the other side of half a turn.
    told, _ = from_motion(monkeypatch, swings, 2, shared=True, knee=-3.0)
    assert told[1][0] == pytest.approx(2.0 * np.pi - 6.0)


def test_a_thigh_without_a_plane_asks_its_knee_where_no_north_is_shared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    swings = {3: facing(-0.1)}
    told, asked = from_motion(monkeypatch, swings, 2, shared=False)
    assert len(told) == 1
    assert (asked[0]["thigh_rad"], asked[0]["shank_rad"]) == (None, pytest.approx(2.9))
    assert from_motion(monkeypatch, swings, 2, shared=True) == ([], [])


def test_only_a_thigh_with_a_shank_that_swings_has_a_knee(monkeypatch: pytest.MonkeyPatch) -> None:
    swings = {2: facing(0.2), 3: facing(-0.1), 4: facing(0.3)}
    for sensor, away_rad in ((3, -0.1), (4, 0.3)):
        told, asked = from_motion(monkeypatch, swings, sensor, shared=True)
        assert (told, asked) == ([pytest.approx((away_rad, 0.1))], [])
    told, asked = from_motion(monkeypatch, {2: facing(0.2)}, 2, shared=True)
    assert (len(told), asked) == (1, [])
    assert from_motion(monkeypatch, swings, 0, shared=True) == ([], [])


def forward_by(method: HeadingMethod) -> Heading:
    return Heading(
        heading_rad=np.array([9.0, COMMON_RAD, 9.0, 9.0, 9.0]),
        method=method,
        tilt_rad=NAN,
        confidence="good",
        description=notice("forward.mounting", sensor="pelvis_imu"),
    )


def headings_of(
    method: HeadingMethod = "axis",
    swings: Mapping[int, Swing] | None = None,
    joints: Mapping[int, tuple[float, float]] | None = None,
    mounted: Mapping[str, float] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    return own.own_headings(
        worn(),
        stood(*[UPRIGHT] * 5),
        swings or {},
        joints or {},
        forward_by(method),
        1,
        shared=True,
        mounted=mounted or {},
    )


@pytest.mark.parametrize(
    ("method", "sigma_deg"), [("axis", 0.0), ("mounting", 0.0), ("sacral slope", 10.0)]
)
def test_the_base_defines_the_common_heading(method: HeadingMethod, sigma_deg: float) -> None:
    offset, sigma = headings_of(method, mounted={"pelvis_imu": 2.0})
    np.testing.assert_array_equal(offset, [NAN, 0.0, NAN, NAN, NAN])
    np.testing.assert_allclose(sigma, [INF, np.deg2rad(sigma_deg), INF, INF, INF])


def test_where_legs_tell_forward_the_base_has_its_mounting_alone() -> None:
    offset, sigma = headings_of("swing", swings={1: facing(0.3)})
    np.testing.assert_array_equal(offset, [NAN] * 5)
    np.testing.assert_array_equal(sigma, [INF] * 5)
    offset, sigma = headings_of("swing", joints={1: (0.1, 0.1)}, mounted={"pelvis_imu": 2.9})
    assert (offset[1], sigma[1]) == pytest.approx((-0.1, np.deg2rad(5.0)))


def test_others_weigh_mounting_plane_and_joint() -> None:
    """A mounting is as good as a body faces forward: to 5 degrees."""
    five = np.deg2rad(5.0)
    offset, sigma = headings_of(
        swings={3: facing(0.2)},
        joints={0: (0.15, 0.1)},
        mounted={"torso_imu": COMMON_RAD + 0.1, "femur_l_imu": -3.0},
    )
    weights = np.array([five**-2, 100.0])
    assert offset[0] == pytest.approx(weights @ [0.1, 0.15] / weights.sum())
    assert sigma[0] == pytest.approx(weights.sum() ** -0.5)
    assert (offset[3], sigma[3]) == pytest.approx((0.2, 0.1))
    assert (offset[4], sigma[4]) == pytest.approx((2.0 * np.pi - 6.0, five))
    assert np.isnan(offset[2])


def test_own_headings_may_count_alone() -> None:
    weighed = Combined(np.array([0.1, 0.2]), np.array([0.3, 0.4]), 0.05, np.array([0.5, 0.6]))
    found = find._only_own(weighed, np.array([NAN, 0.9]), np.array([INF, 0.8]))
    np.testing.assert_array_equal(found.offset_rad, [0.1, 0.9])
    np.testing.assert_array_equal(found.sigma_rad, [0.3, 0.8])
    np.testing.assert_array_equal(found.weight, [0.0, 1.0])
    assert found.tau_rad == 0.05


def test_up_to_five_minutes_are_taken_whole() -> None:
    turned = heading_turn(np.arange(600) / 1000.0)
    aligned = recorded({"pelvis": turned, "torso": turned}, 2.0)
    found = find._excerpt(aligned, None)
    np.testing.assert_array_equal(found.R_ES, aligned.R_ES)
    np.testing.assert_array_equal(found.time_s, aligned.time_s)


@pytest.mark.parametrize("drifts", [False, True])
def test_of_more_than_five_minutes_thirty_pieces_are_taken_evenly(drifts: bool) -> None:
    """Pieces of ten seconds are 20 samples, the first two of which are absent."""
    number = np.arange(1000)
    aligned = recorded(
        {"pelvis": heading_turn(number / 1000.0), "torso": heading_turn(number / 500.0)}, 2.0
    )
    drift = np.stack([number / 2000.0, -number / 3000.0], axis=1) if drifts else None
    found = find._excerpt(aligned, drift)
    starts = np.linspace(0, 980, 30).astype(int)
    rows = (starts[:, None] + np.arange(20)).ravel()
    np.testing.assert_array_equal(found.time_s, np.arange(600) / 2.0)
    for k, share in enumerate((1.0 / 1000.0, 1.0 / 500.0)):
        left = rows * share - (drift[rows, k] if drift is not None else 0.0)
        wanted = heading_turn(left)
        wanted[::20] = wanted[1::20] = NAN
        np.testing.assert_allclose(found.R_ES[:, k], wanted, atol=1e-12)
    assert not np.isnan(aligned.R_ES).any()


def test_one_sample_more_than_five_minutes_is_an_excerpt() -> None:
    aligned = recorded({"pelvis": heading_turn(np.arange(601) / 1000.0)}, 2.0)
    found = find._excerpt(aligned, None)
    assert found.time_s.size == 600
    assert np.isnan(found.R_ES[::20]).all()
