"""Which planes of swing count, of swings whose ratio and side are written by hand."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.calibration.heading import planes
from opensim_pelvis.calibration.heading.planes import face_anywhere, find_flexion, find_planes
from opensim_pelvis.calibration.heading.swing import Swing
from opensim_pelvis.errors import PlacementError
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.types import AlignedRecording, CalibrationPose
from tests.calibration.heading.by_hand import UPRIGHT, heading_turn, recorded, stood

BODIES = ("femur_l", "torso", "tibia_r", "femur_r", "calcn_l")


def facing(angle_deg: float, asymmetry_deg: float = 90.0, ratio: float = 50.0) -> Swing:
    return Swing(float(np.deg2rad(angle_deg)), ratio, float(np.deg2rad(asymmetry_deg)), 0.1)


def worn(size: int = 500, bodies: tuple[str, ...] = BODIES) -> AlignedRecording:
    """At 50 Hz, each sensor turned by a hundredth of a radian a sample."""
    turned = heading_turn(np.arange(size) / 100.0)
    return recorded(dict.fromkeys(bodies, turned), 50.0)


def standing(bodies: tuple[str, ...] = BODIES) -> CalibrationPose:
    return stood(*[UPRIGHT] * len(bodies))


class Found:
    """Stands for `find_swing`; keeps what it was given."""

    def __init__(self, swings: dict[int, Swing | None]) -> None:
        self.swings = swings
        self.base: list[int] = []
        self.time_s: list[FloatArray] = []
        self.R_ES: list[FloatArray] = []

    def __call__(
        self, aligned: AlignedRecording, _: object, *, base: int, legs: list[int]
    ) -> Swing | None:
        self.base.append(base)
        self.time_s.append(aligned.time_s)
        self.R_ES.append(aligned.R_ES)
        return self.swings[legs[0]] if len(legs) == 1 else None


def test_planes_are_those_of_single_legs_with_a_ratio_of_4(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    swings: dict[int, Swing | None] = {
        0: facing(1.0, ratio=4.0),
        2: facing(2.0, ratio=3.99),
        3: None,
        4: facing(4.0),
    }
    found = Found(swings)
    monkeypatch.setattr(planes, "find_swing", found)
    assert find_planes(worn(), standing(), 1) == {0: swings[0], 4: swings[4]}
    assert set(found.base) == {1}
    assert find_planes(worn(), standing(), 4) == {0: swings[0]}


def test_a_calibration_movement_is_what_its_window_has_of_the_thighs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    swings: dict[int, Swing | None] = {0: facing(1.0, ratio=10.0), 3: facing(2.0, ratio=9.99)}
    found = Found(swings)
    monkeypatch.setattr(planes, "find_swing", found)
    assert find_flexion(worn(), standing(), 1, (2.0, 4.0)) == {0: swings[0]}
    np.testing.assert_allclose(found.time_s[0], np.arange(101) / 50.0, atol=1e-12)
    np.testing.assert_array_equal(found.R_ES[1], worn().R_ES[100:201])


@pytest.mark.parametrize(("to_s", "enough"), [(2.96, False), (2.98, True)])
def test_a_second_of_samples_is_the_least(
    monkeypatch: pytest.MonkeyPatch, to_s: float, enough: bool
) -> None:
    monkeypatch.setattr(planes, "find_swing", Found({0: facing(1.0), 3: facing(1.0)}))
    if enough:
        assert set(find_flexion(worn(), standing(), 1, (2.0, to_s))) == {0, 3}
        return
    wanted = rf"from 2 to {to_s:g} s: the recording does not contain.*lasts 10.0 s"
    with pytest.raises(PlacementError, match=wanted):
        find_flexion(worn(), standing(), 1, (2.0, to_s))


def test_a_recording_without_thighs_has_no_calibration_movement() -> None:
    bodies = ("torso", "tibia_r")
    with pytest.raises(PlacementError, match="from 2 to 4 s: no sensor is on a thigh"):
        find_flexion(worn(bodies=bodies), standing(bodies), 0, (2.0, 4.0))


def test_thighs_that_leave_their_plane_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planes, "find_swing", Found({0: None, 3: facing(2.0, ratio=7.0)}))
    wanted = "from 2 to 4 s no thigh.*a ratio of 10 between.*found femur_r_imu 7. Give"
    with pytest.raises(PlacementError, match=wanted):
        find_flexion(worn(), standing(), 1, (2.0, 4.0))
    monkeypatch.setattr(planes, "find_swing", Found({0: None, 3: None}))
    with pytest.raises(PlacementError, match="found no thigh that swings for a second"):
        find_flexion(worn(), standing(), 1, (2.0, 4.0))


@pytest.mark.parametrize("middle_deg", [0.0, 180.0, -100.0])
@pytest.mark.parametrize(("apart_deg", "anywhere"), [(44.8, False), (45.2, True)])
def test_a_scatter_of_more_than_45_degrees_shares_no_north(
    middle_deg: float, apart_deg: float, anywhere: bool
) -> None:
    two = {1: facing(middle_deg - apart_deg), 5: facing(middle_deg + apart_deg)}
    assert face_anywhere(two) == anywhere


@pytest.mark.parametrize(("away_deg", "anywhere"), [(95.9, False), (97.0, True)])
def test_a_single_plane_more_than_a_right_angle_away_shares_no_north(
    away_deg: float, anywhere: bool
) -> None:
    """Nine others draw the mean 6.4 degrees from themselves; the scatter is 30 degrees."""
    ten = {0: facing(away_deg)} | {k: facing(0.0) for k in range(1, 10)}
    assert face_anywhere(ten) == anywhere


def test_only_sides_that_are_sure_count() -> None:
    """Two tell; a plane alone, or one whose side is not sure, is no contradiction."""
    away = facing(170.0, asymmetry_deg=15.0)
    assert face_anywhere({0: facing(0.0, asymmetry_deg=15.0), 1: away})
    assert not face_anywhere({0: facing(0.0), 1: facing(170.0, asymmetry_deg=14.9)})
    assert not face_anywhere({1: away})
    assert not face_anywhere({})
