"""Which ways to a heading count together, of planes, joints and drift that are written by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from opensim_pelvis.calibration.heading import find
from opensim_pelvis.calibration.heading.combine import Combined
from opensim_pelvis.calibration.heading.drift import Drift
from opensim_pelvis.calibration.heading.swing import Swing
from opensim_pelvis.config.settings import CalibrationSettings
from opensim_pelvis.errors import PlacementError
from opensim_pelvis.frames import BoolArray, FloatArray
from opensim_pelvis.notices import notice
from opensim_pelvis.types import Heading
from tests.calibration.heading.by_hand import UPRIGHT, recorded, stood
from tests.notices import codes

NAN = float("nan")
BODIES = ("torso", "pelvis", "femur_r", "femur_l")
STATED = CalibrationSettings(heading_axis="x")  # heading zero


def facing(angle_rad: float, asymmetry_deg: float = 90.0) -> Swing:
    return Swing(angle_rad, 9.0, float(np.deg2rad(asymmetry_deg)), 0.1)


@dataclass
class Told:
    """What stands for motion, and what was asked of it."""

    planes: Mapping[int, Swing] = field(default_factory=dict)
    flexion: Mapping[int, Swing] = field(default_factory=dict)
    joints: Mapping[int, tuple[float, float]] = field(default_factory=dict)
    legs: Heading | None = None
    drift_rad: FloatArray | None = None
    joint_asked: list[tuple[int, int]] = field(default_factory=list)
    weighed: list[tuple[FloatArray, FloatArray, BoolArray]] = field(default_factory=list)
    by_legs: list[bool] = field(default_factory=list)
    legs_worn: list[list[bool]] = field(default_factory=list)
    drifts: list[dict[str, Any]] = field(default_factory=list)

    def find_drift(self, *_: object, **given: Any) -> Drift:
        self.drifts.append(given)
        return Drift(self.drift_rad, 30.0, notice("drift.not_asked"))

    def joint(self, *_: object, base: int, sensor: int) -> tuple[float, float] | None:
        self.joint_asked.append((base, sensor))
        return self.joints.get(sensor)

    def combine(
        self,
        own: FloatArray,
        sigma: FloatArray,
        nowhere: BoolArray,
        legs: BoolArray,
        *,
        by_legs: bool,
    ) -> Combined:
        self.by_legs.append(by_legs)
        self.weighed.append((own, sigma, nowhere))
        self.legs_worn.append(legs.tolist())
        size = own.size
        return Combined(np.full(size, 0.01), np.full(size, 0.02), 0.0, np.full(size, 0.5))


def found(
    monkeypatch: pytest.MonkeyPatch,
    told: Told,
    settings: CalibrationSettings = STATED,
    bodies: Sequence[str] = BODIES,
    **given: Any,
) -> Heading:
    monkeypatch.setattr(find, "find_drift", told.find_drift)
    monkeypatch.setattr(find, "find_planes", lambda *_: dict(told.planes))
    monkeypatch.setattr(find, "find_flexion", lambda *_: dict(told.flexion))
    monkeypatch.setattr(find, "heading_from_joint", told.joint)
    monkeypatch.setattr(find, "heading_from_swing", lambda *_, **__: told.legs)
    monkeypatch.setattr(find, "combine_upward", told.combine)
    aligned = recorded(dict.fromkeys(bodies, np.tile(UPRIGHT, (4, 1))), 50.0)
    return find.find_heading(aligned, stood(*[UPRIGHT] * len(bodies)), settings, **given)


def swung(angle_rad: float, confidence: str = "good") -> Heading:
    return Heading(
        heading_rad=np.array([NAN, angle_rad, NAN, NAN]),
        method="swing",
        tilt_rad=NAN,
        confidence=confidence,  # type: ignore[arg-type]
        description=notice("forward.swing", ratio=9.0),
    )


def test_sensors_that_share_north_are_weighed_against_it(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told(planes={2: facing(0.2), 3: facing(np.pi - 0.1)}, joints={0: (0.3, 0.11)})
    heading = found(monkeypatch, told, surface="overground")
    own, sigma, nowhere = told.weighed[0]
    np.testing.assert_allclose(own, [0.3, 0.0, 0.2, np.pi - 0.1])
    np.testing.assert_allclose(sigma, [0.11, 0.0, 0.1, 0.1])
    assert told.legs_worn[0] == [False, False, True, True]
    assert not told.by_legs[0]
    # The sides of both planes are sure, and they are opposite.
    assert nowhere.all()
    near = Told(planes={2: facing(0.2), 3: facing(np.pi - 0.1, asymmetry_deg=9.0)})
    heading = found(monkeypatch, near)
    own, _, nowhere = near.weighed[0]
    np.testing.assert_allclose(own, [NAN, 0.0, 0.2, -0.1])
    assert not nowhere.any()
    np.testing.assert_allclose(heading.heading_rad, 0.01)
    assert [row.own_weight for row in heading.sensors] == [0.5] * 4
    assert heading.drift_description.code == "drift.not_asked"


def test_one_sensor_without_a_compass_leaves_no_common_north(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each plane then has a side of its own, where that is clear."""
    planes = {2: facing(2.0), 3: facing(0.1, asymmetry_deg=9.0)}
    told = Told(planes=planes)
    found(monkeypatch, told, no_north=frozenset({"torso_imu"}))
    own, _, nowhere = told.weighed[0]
    np.testing.assert_allclose(own, [NAN, 0.0, 2.0, NAN])
    assert nowhere.all()


def test_the_mean_of_a_movement_tells_no_side(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(STATED, method="movement")
    opposite = {2: facing(0.0), 3: facing(np.pi)}
    told = Told(planes=opposite, joints={2: (0.0, 0.1)}, legs=swung(np.pi))
    heading = found(monkeypatch, told, settings)
    own, _, nowhere = told.weighed[0]
    np.testing.assert_allclose(own, [NAN, 0.0, 0.0, 0.0], atol=1e-12)
    assert not nowhere.any()
    assert (heading.confidence, codes(heading.notes)) == ("given", [])
    told = Told(planes=opposite)
    found(monkeypatch, told, settings, no_north=frozenset({"torso_imu"}))
    np.testing.assert_array_equal(told.weighed[0][0], [NAN, 0.0, NAN, NAN])


def test_a_movement_for_calibration_replaces_the_planes_of_the_thighs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = Told(planes={2: facing(0.2), 3: facing(0.3)}, flexion={3: facing(0.4)})
    found(monkeypatch, told)
    np.testing.assert_allclose(told.weighed[0][0][2:], [0.2, 0.3])
    found(monkeypatch, told, replace(STATED, flexion_window_s=(0.0, 0.06)))
    np.testing.assert_allclose(told.weighed[1][0][2:], [0.2, 0.4])


def test_drift_is_looked_for_where_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    drift = np.linspace(0.0, 1.0, 16).reshape(4, 4)
    told = Told(drift_rad=drift)
    heading = found(monkeypatch, told, surface="treadmill")
    assert heading.drift_rad is drift
    assert told.drifts == [{"base": 1, "surface": "treadmill"}]
    told = Told(drift_rad=drift)
    assert found(monkeypatch, told, replace(STATED, drift="none")).drift_rad is None
    assert told.drifts == []


def test_one_common_heading_has_drift_and_ties_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    drift = np.zeros((4, 4))
    settings = replace(STATED, sensor_headings="common")
    told = Told(planes={2: facing(0.2)}, drift_rad=drift)
    heading = found(monkeypatch, told, settings, ties_rad={"torso_imu": 0.1})
    assert (heading.sensors, told.weighed) == ((), [])
    assert heading.drift_rad is drift
    np.testing.assert_allclose(heading.heading_rad, 0.0, atol=1e-12)
    assert codes(heading.notes) == ["heading.tied"]
    assert codes(found(monkeypatch, told, settings).notes) == []


def test_one_common_heading_needs_a_common_north(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(STATED, sensor_headings="common")
    nowhere = frozenset({"pelvis_imu"})
    two = ("torso", "pelvis")
    with pytest.raises(PlacementError, match="but pelvis_imu have no magnetometer"):
        found(monkeypatch, Told(), settings, two, no_north=nowhere)
    assert found(monkeypatch, Told(), settings, ("pelvis",), no_north=nowhere).sensors == ()
    assert found(monkeypatch, Told(), settings, two).sensors == ()
    assert len(found(monkeypatch, Told(), STATED, two, no_north=nowhere).sensors) == 2


def test_own_headings_alone_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told(planes={2: facing(0.2)})
    heading = found(monkeypatch, told, replace(STATED, sensor_headings="body"))
    np.testing.assert_allclose(heading.heading_rad, [0.01, 0.0, 0.2, 0.01], atol=1e-12)
    assert [row.own_weight for row in heading.sensors] == [0.0, 1.0, 1.0, 0.0]


def test_ties_and_mountings_reach_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    heading = found(
        monkeypatch,
        Told(),
        ties_rad={"torso_imu": 0.1},
        mounted={"torso_imu": 0.0, "pelvis_imu": 1.0},
    )
    torso, pelvis = heading.sensors[:2]
    assert (torso.ties_rad, torso.source.code) == (0.1, "facing.shared")
    assert codes(torso.source.values["ways"]) == ["facing.known_mounting"]  # type: ignore[arg-type]
    assert (heading.method, pelvis.source.code) == ("axis", "facing.axis")


def test_a_mounting_of_the_base_tells_forward_where_no_axis_is_stated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mounted = {"pelvis_imu": 1.0}
    heading = found(monkeypatch, Told(), CalibrationSettings(), mounted=mounted)
    assert (heading.method, heading.confidence) == ("mounting", "good")
    np.testing.assert_allclose(heading.heading_rad, 1.01)
    with pytest.raises(PlacementError, match="forward direction is unknown"):
        found(monkeypatch, Told(), CalibrationSettings(), mounted={"torso_imu": 1.0})


@pytest.mark.parametrize(
    ("legs", "planes", "north", "off_deg"),
    [
        (swung(2.0), {}, True, np.rad2deg(2.0)),
        (swung(2.0, "doubtful"), {}, True, None),
        (swung(2.0), {}, False, None),
        # By the hips: 2.2 - 0.3 and 2.5 - 0.2.
        (None, {2: facing(2.2), 3: facing(2.5)}, False, np.rad2deg(2.1)),
        (None, {2: facing(2.2, 15.0), 3: facing(-1.0, 14.9)}, False, np.rad2deg(1.9)),
        (swung(2.0, "doubtful"), {2: facing(2.2)}, True, np.rad2deg(1.9)),
        (None, {0: facing(2.2)}, False, None),
    ],
)
def test_legs_contradict_by_their_swing_or_by_their_hips(
    monkeypatch: pytest.MonkeyPatch,
    legs: Heading | None,
    planes: Mapping[int, Swing],
    north: bool,
    off_deg: float | None,
) -> None:
    told = Told(planes=planes, joints={2: (0.3, 0.1), 3: (0.2, 0.1)}, legs=legs)
    nowhere = frozenset[str]() if north else frozenset({"torso_imu"})
    heading = found(monkeypatch, told, no_north=nowhere)
    said = [note for note in heading.notes if note.code == "heading.contradicted"]
    assert [note.values["off_deg"] for note in said] == (
        [] if off_deg is None else [pytest.approx(off_deg)]
    )


def test_hips_and_the_trunks_joint_are_the_pelvis_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told(planes={2: facing(2.2)}, joints={2: (0.0, 0.1), 1: (0.0, 0.1)})
    from_trunk = replace(STATED, base="torso")
    found(monkeypatch, told, from_trunk, no_north=frozenset({"torso_imu"}))
    assert told.joint_asked == []
    told = Told(planes={1: facing(2.2)}, joints={1: (0.0, 0.1)})
    found(monkeypatch, told, STATED, ("pelvis", "tibia_r"), no_north=frozenset({"pelvis_imu"}))
    assert told.joint_asked == []
    told = Told(planes={1: facing(2.2)})
    found(
        monkeypatch, told, STATED, ("torso", "femur_r", "pelvis"), no_north=frozenset({"torso_imu"})
    )
    assert told.joint_asked == [(2, 1), (2, 0)]


@pytest.mark.parametrize(
    ("method", "north", "tell"),
    [("static", True, True), ("static", False, False), ("movement", True, False)],
)
def test_legs_tell_forward_where_they_share_north_and_have_a_side(
    monkeypatch: pytest.MonkeyPatch, method: str, north: bool, tell: bool
) -> None:
    asked: list[bool] = []

    def forward(*_: object, legs_tell: bool) -> Heading:
        asked.append(legs_tell)
        return replace(swung(0.0), heading_rad=np.zeros(4))

    monkeypatch.setattr(find, "find_forward", forward)
    settings = CalibrationSettings(method=method)  # type: ignore[arg-type]
    nowhere = frozenset[str]() if north else frozenset({"torso_imu"})
    told = Told()
    found(monkeypatch, told, settings, no_north=nowhere)
    assert asked == [tell]
    assert told.by_legs == [True]
