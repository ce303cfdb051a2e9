"""Forward of the base sensor: axes at known tilts, and planes of swing at their limits."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.calibration.heading import forward
from opensim_pelvis.calibration.heading.forward import (
    doubt_forward,
    find_forward,
    heading_from_axis,
    heading_from_swing,
    wrap,
)
from opensim_pelvis.calibration.heading.swing import Swing
from opensim_pelvis.config.settings import CalibrationSettings
from opensim_pelvis.errors import PlacementError
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.notices import notice
from opensim_pelvis.rotations import multiply
from opensim_pelvis.types import AlignedRecording, CalibrationPose, Heading
from tests.calibration.heading.by_hand import UPRIGHT, about, heading_turn, recorded, stood
from tests.notices import codes

EXACT_RAD = 1e-12
NAN = float("nan")


def leaning(heading_rad: float, tilt_deg: float) -> FloatArray:
    """A sensor whose x axis has this heading in E, so far above the horizontal."""
    return multiply(heading_turn(heading_rad), about((0.0, -1.0, 0.0), np.deg2rad(tilt_deg)))


def on_its_back(heading_rad: float, tilt_deg: float) -> FloatArray:
    """The same of its z axis."""
    z_to_x = about((0.0, 1.0, 0.0), np.pi / 2.0)
    return multiply(leaning(heading_rad, tilt_deg), z_to_x)


def worn(
    *R_ES: FloatArray, bodies: tuple[str, ...] = ("torso", "pelvis")
) -> tuple[AlignedRecording, CalibrationPose]:
    still = {body: np.tile(q, (3, 1)) for body, q in zip(bodies, R_ES, strict=True)}
    return recorded(still, 50.0), stood(*R_ES)


@pytest.mark.parametrize("heading_rad", [0.0, 0.6, 2.5, -2.0])
@pytest.mark.parametrize(
    ("tilt_deg", "noted"), [(0.0, False), (-34.7, False), (35.3, True), (-59.7, True)]
)
def test_an_axis_has_the_heading_of_its_horizontal_part(
    heading_rad: float, tilt_deg: float, noted: bool
) -> None:
    found = heading_from_axis(*worn(UPRIGHT, leaning(heading_rad, tilt_deg)), base=1, axis="x")
    np.testing.assert_allclose(found.heading_rad, [heading_rad] * 2, atol=EXACT_RAD)
    assert np.rad2deg(found.tilt_rad) == pytest.approx(tilt_deg)
    assert (found.method, found.confidence) == ("axis", "given")
    assert codes(found.notes) == ["heading.axis_tilted"] * noted
    for note in found.notes:
        assert note.subject == ("pelvis_imu",)
        assert note.values["tilt_deg"] == pytest.approx(tilt_deg)


@pytest.mark.parametrize("tilt_deg", [60.3, -60.3])
def test_an_axis_more_than_60_degrees_from_the_horizontal_is_refused(tilt_deg: float) -> None:
    wanted = rf"axis x of pelvis_imu.*\{tilt_deg:+.0f} degrees.*: ±y \([+-]0 degrees\), ±z \(\+30"
    with pytest.raises(PlacementError, match=wanted):
        heading_from_axis(*worn(UPRIGHT, leaning(0.4, tilt_deg)), base=1, axis="x")


@pytest.mark.parametrize(("tilt_deg", "named"), [(44.7, "±x, ±y"), (45.3, "±y, ±z")])
def test_axes_within_45_degrees_of_the_horizontal_are_named(tilt_deg: float, named: str) -> None:
    told = forward._horizontal_axes(leaning(0.4, tilt_deg))
    assert ", ".join(part.split()[0] for part in told.split(", ")) == named


@pytest.mark.parametrize(
    ("tilt_deg", "turned"), [(2.3, np.pi), (44.7, np.pi), (-2.3, 0.0), (-44.7, 0.0)]
)
def test_the_sacrum_faces_outward_where_its_sensor_points_upward(
    tilt_deg: float, turned: float
) -> None:
    found = find_forward(*worn(UPRIGHT, on_its_back(0.4, tilt_deg)), CalibrationSettings())
    away = np.angle(np.exp(1j * (found.heading_rad - 0.4 - turned)))
    np.testing.assert_allclose(away, 0.0, atol=EXACT_RAD)
    assert np.rad2deg(abs(found.tilt_rad)) == pytest.approx(abs(tilt_deg))
    assert (found.method, found.confidence) == ("sacral slope", "doubtful")
    assert found.description.values["axis"] == ("-z" if turned else "z")


@pytest.mark.parametrize("tilt_deg", [0.0, 1.7, -1.7, 45.3, -45.3])
def test_a_level_or_a_steep_sensor_is_not_on_a_sacrum(tilt_deg: float) -> None:
    with pytest.raises(PlacementError, match=rf"unknown.*pelvis_imu is \{tilt_deg:+.0f} deg"):
        find_forward(*worn(UPRIGHT, on_its_back(0.4, tilt_deg)), CalibrationSettings())


def test_exactly_at_a_limit_an_axis_is_taken_and_a_sacrum_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    both = worn(UPRIGHT, UPRIGHT)

    def tilted(tilt_deg: float) -> None:
        monkeypatch.setattr(forward, "elevation_of", lambda _: np.deg2rad(tilt_deg))

    tilted(60.0)
    assert codes(heading_from_axis(*both, base=1, axis="x").notes) == ["heading.axis_tilted"]
    tilted(35.0)
    assert heading_from_axis(*both, base=1, axis="x").notes == ()
    tilted(45.0)
    assert forward._horizontal_axes(UPRIGHT) == ""
    for tilt_deg in (2.0, 45.0, -2.0, -45.0):
        tilted(tilt_deg)
        with pytest.raises(PlacementError, match="unknown"):
            find_forward(*both, CalibrationSettings())


def test_a_stated_axis_comes_first_and_legs_before_the_sacrum(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    both = worn(on_its_back(0.4, -10.0), UPRIGHT, bodies=("pelvis", "femur_r"))
    swing = Swing(0.9, 9.0, np.deg2rad(20.0), 0.1)
    monkeypatch.setattr(forward, "find_swing", lambda *_, **__: swing)
    stated = CalibrationSettings(heading_axis="y")
    assert find_forward(*both, stated).method == "axis"
    assert find_forward(*both, CalibrationSettings()).method == "swing"
    assert find_forward(*both, CalibrationSettings(), legs_tell=False).method == "sacral slope"


SWUNG = (
    # ratio, asymmetry in degrees, confidence
    (4.0, 10.0, "doubtful"),
    (3.99, 90.0, None),
    (90.0, 9.9, None),
    (8.0, 15.0, "good"),
    (7.99, 90.0, "doubtful"),
    (90.0, 14.9, "doubtful"),
    (11.0, 90.0, "good"),
)


@pytest.mark.parametrize(("ratio", "asymmetry_deg", "confidence"), SWUNG)
def test_swing_tells_forward_from_a_ratio_of_4_and_10_degrees_on(
    monkeypatch: pytest.MonkeyPatch, ratio: float, asymmetry_deg: float, confidence: str | None
) -> None:
    given: list[list[int]] = []

    def find(*_: object, base: int, legs: list[int]) -> Swing:
        given.append(legs)
        return Swing(4.0, ratio, np.deg2rad(asymmetry_deg), 0.1)

    monkeypatch.setattr(forward, "find_swing", find)
    bodies = ("femur_r", "pelvis", "calcn_r", "tibia_l")
    found = heading_from_swing(*worn(*[UPRIGHT] * 4, bodies=bodies), base=1)
    assert given == [[0, 3]]
    assert (None if found is None else found.confidence) == confidence
    if found is not None:
        np.testing.assert_allclose(found.heading_rad, [4.0 - 2.0 * np.pi] * 4)


def test_no_leg_and_no_swing_tell_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert heading_from_swing(*worn(UPRIGHT, UPRIGHT), base=1) is None
    monkeypatch.setattr(forward, "find_swing", lambda *_, **__: None)
    legs = worn(UPRIGHT, UPRIGHT, bodies=("femur_r", "pelvis"))
    assert heading_from_swing(*legs, base=1) is None


@pytest.mark.parametrize(
    ("legs_deg", "off_deg"),
    [(194.7, None), (195.3, 45.3), (105.3, None), (104.7, 45.3), (-30.0, 180.0), (NAN, None)],
)
def test_legs_that_point_more_than_45_degrees_away_contradict(
    legs_deg: float, off_deg: float | None
) -> None:
    """The base sensor's heading is 150 degrees, that of the other does not count."""
    stated = Heading(
        heading_rad=np.deg2rad([0.0, 150.0]),
        method="axis",
        tilt_rad=0.0,
        confidence="given",
        description=notice("forward.axis", axis="x", sensor="pelvis_imu"),
        notes=(notice("heading.from_swing"),),
    )
    found = doubt_forward(stated, np.deg2rad(legs_deg), base=1)
    if off_deg is None:
        assert found is stated
        return
    assert found.confidence == "doubtful"
    assert codes(found.notes) == ["heading.from_swing", "heading.contradicted"]
    assert found.notes[1].values["off_deg"] == pytest.approx(off_deg)


def test_the_legs_do_not_contradict_themselves() -> None:
    swung = Heading(
        heading_rad=np.zeros(1),
        method="swing",
        tilt_rad=NAN,
        confidence="good",
        description=notice("forward.swing", ratio=9.0),
    )
    assert doubt_forward(swung, np.pi, base=0) is swung


@pytest.mark.parametrize(
    ("angle", "wanted"),
    [
        (0.3, 0.3),
        (np.pi, -np.pi),
        (3.5, 3.5 - 2.0 * np.pi),
        (-4.0, 2.0 * np.pi - 4.0),
        (9.0, 9.0 - 2.0 * np.pi),
    ],
)
def test_angles_are_within_half_a_turn(angle: float, wanted: float) -> None:
    assert wrap(angle) == pytest.approx(wanted)
