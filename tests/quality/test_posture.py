"""The static trial, told from the movement after it: signs and limits by hand, then whole runs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from opensim_pelvis.quality import posture
from opensim_pelvis.quality.posture import (
    LEAN_SIGMA_DEG,
    USUAL,
    Inclination,
    examine_posture,
    mean_inclinations,
)
from opensim_pelvis.rotations import from_rotation_vector, multiply
from opensim_pelvis.simulate import Session, demo_sensors, typical_runner
from opensim_pelvis.types import NOT_CHECKED, Evidence
from tests.mistakes import MISTAKES, Case, analyse, sound
from tests.notices import codes

RUN = USUAL["running"]


def examined(turn_deg: tuple[float, float, float], travel_deg: float = 0.0) -> Any:
    """Return a pelvis that was turned about G's axes, with a sensor mounted at an angle."""
    R_BS = from_rotation_vector(np.array([0.3, -0.5, 0.2]))
    travel = np.deg2rad(travel_deg)
    R_GB = multiply(
        from_rotation_vector(np.array([0.0, travel, 0.0])),
        from_rotation_vector(np.deg2rad(turn_deg)),
    )
    return SimpleNamespace(
        placement=SimpleNamespace(
            bodies=("pelvis",),
            sensors=("pelvis_imu",),
            R_BS=R_BS[None],
            heading=SimpleNamespace(unknown=()),
        ),
        orientations=SimpleNamespace(R_GS=np.tile(multiply(R_GB, R_BS), (5, 1, 1))),
        angles=SimpleNamespace(travel_rad=np.full(5, travel)),
    )


@pytest.mark.parametrize("travel_deg", [0.0, 70.0])
@pytest.mark.parametrize(
    ("turn_deg", "forward", "right", "left_turn"),
    [
        # x ahead, y up, z right: a turn about -z leans forward, about +x to the right,
        # about +y turns to the left
        ((0.0, 0.0, -10.0), 10.0, 0.0, 0.0),
        ((12.0, 0.0, 0.0), 0.0, 12.0, 0.0),
        ((0.0, 25.0, 0.0), 0.0, 0.0, 25.0),
    ],
)
def test_inclinations_have_their_signs(
    turn_deg: tuple[float, float, float],
    forward: float,
    right: float,
    left_turn: float,
    travel_deg: float,
) -> None:
    found = mean_inclinations(examined(turn_deg, travel_deg), np.ones(5, dtype=bool))["pelvis"]
    assert found.forward_deg == pytest.approx(forward, abs=1e-9)
    assert found.right_deg == pytest.approx(right, abs=1e-9)
    assert found.left_turn_deg == pytest.approx(left_turn, abs=1e-9)


def standing(lean_deg: float = 0.0, right_deg: float = 0.0) -> dict[str, Inclination]:
    """Return what is seen of a usual runner who leant while standing."""
    return {
        body: Inclination(
            forward_deg=RUN[segment].forward_deg - lean_deg,
            right_deg=-right_deg,
            left_turn_deg=0.0,
        )
        for segment, bodies in posture.SEGMENTS.items()
        for body in bodies
    }


def lean_of(found: dict[str, Inclination]) -> Evidence:
    (evidence,) = posture._lean(found, RUN)
    return evidence


def test_a_lean_is_the_mean_of_pelvis_and_trunk_drawn_towards_none() -> None:
    weights = [1.0 / RUN[s].sigma_deg ** 2 for s in ("pelvis", "trunk")]
    part = sum(weights) / (sum(weights) + 1.0 / LEAN_SIGMA_DEG**2)
    (note,) = lean_of(standing(lean_deg=20.0)).notes
    assert note.values["forward_deg"] == pytest.approx(20.0 * part)
    assert note.values["right_deg"] == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("lean", "right", "code"),
    [
        (0.0, 0.0, None),
        (5.0, 0.0, None),
        (-11.0, 0.0, "stance.may_have_leant"),
        (20.0, 0.0, "stance.leant"),
        (0.0, 15.0, "stance.leant"),
        (0.0, -8.0, "stance.may_have_leant"),
    ],
)
def test_a_lean_is_told_by_its_size(lean: float, right: float, code: str | None) -> None:
    evidence = lean_of(standing(lean, right))
    assert codes(evidence.notes) == ([code] if code else [])
    if code:
        assert np.sign(evidence.notes[0].values["forward_deg"]) == np.sign(lean)
        assert np.sign(evidence.notes[0].values["right_deg"]) == np.sign(right)


@pytest.mark.parametrize(
    ("off_r", "off_l", "code"),
    [
        (70.0, 70.0, "stance.legs_bent"),
        (-30.0, -30.0, "stance.legs_bent"),
        (30.0, 0.0, "stance.one_leg"),
        (30.0, -30.0, "stance.one_leg"),
        (5.0, 5.0, None),
    ],
)
def test_bent_legs_are_told_from_one_leg(off_r: float, off_l: float, code: str | None) -> None:
    found = standing()
    for body, off in (("femur_r", off_r), ("femur_l", off_l)):
        found[body] = Inclination(
            forward_deg=RUN["thigh"].forward_deg + off, right_deg=0.0, left_turn_deg=0.0
        )
    (evidence,) = posture._legs(found, RUN)
    assert codes(evidence.notes) == ([code] if code else [])


def short() -> Case:
    session = Session(duration_s=12.0, rate_hz=100.0)
    return sound(typical_runner("female"), session, demo_sensors())


@pytest.fixture(scope="module")
def case() -> Case:
    return short()


def test_a_sound_static_trial_is_not_accused(case: Case) -> None:
    result = analyse(case)
    assert not [note.code for note in result.notes if note.code.startswith("stance.")]
    named = {check.name: check for check in result.quality.checks}
    for name in ("stood_upright", "legs_straight", "faced_ahead"):
        assert (named[name].verdict, named[name].state) == ("good", "")


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("pose: leans forward 25 deg", "stance.leant"),
        ("pose: leans sideways -15 deg", "stance.leant"),
        ("pose: faces 45 deg off", "stance.faced_away"),
        ("pose: faces 180 deg off", "stance.faced_away"),
    ],
)
def test_a_wrong_static_trial_is_named_first(case: Case, name: str, first: str) -> None:
    mistake = next(m for m in MISTAKES if m.name == name)
    result = analyse(mistake.make(case))
    assert result.quality.verdict == "rejected"
    assert next(note.code for note in result.notes if note.severity != "note") == first
    faced = [note for note in result.notes if note.code == "stance.faced_away"]
    if "45" in name:  # turned to the left while standing
        assert faced[0].values["side"] == "left"


def test_where_nobody_stood_nothing_is_checked() -> None:
    nothing: Any = SimpleNamespace(
        placement=SimpleNamespace(pose=SimpleNamespace(method="movement")),
        settings=SimpleNamespace(activity=SimpleNamespace(kind="running")),
        running=SimpleNamespace(
            strides=SimpleNamespace(
                kept=np.zeros(0, dtype=bool),
                side=np.zeros(0),
                start_s=np.zeros(0),
                end_s=np.zeros(0),
            )
        ),
        kinematics=SimpleNamespace(time_s=np.arange(3.0)),
    )
    assert {e.check.state for e in examine_posture(nothing)} == {NOT_CHECKED}
