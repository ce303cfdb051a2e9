"""Forward against the movement: signs and weights by hand, then whole recordings."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from opensim_pelvis.quality.forward_axis import (
    TURNS_DEG,
    Movement,
    examine_forward,
    find_movements,
    weigh,
)
from opensim_pelvis.quality.posture import Inclination
from opensim_pelvis.types import NOT_CHECKED, Evidence, Result, SensorSignals
from tests.benchmarks.sound_recordings import draw
from tests.examined import examined_of
from tests.mistakes import MISTAKES, Case, analyse, sound
from tests.mistakes import signals as do
from tests.notices import codes

SURGE_DEG = {"pelvis": -45.0, "torso": -90.0}
PROBABLE = {turn: k for k, turn in enumerate(TURNS_DEG)}


def moving(turn_deg: float, *, backward: bool = False) -> tuple[Movement, ...]:
    """Return pelvis and trunk of a runner whose true forward lies to the left of the one used.

    ``backward``: the axis that is square to the one across the body points backward.
    """
    half = 180.0 if backward else 0.0
    return tuple(
        Movement(
            body=body,
            across_rad=float(np.deg2rad(turn_deg + half + 6.0)),
            surge_rad=float(np.deg2rad(surge_deg + half - 20.0)),
        )
        for body, surge_deg in SURGE_DEG.items()
    )


@pytest.mark.parametrize("turn_deg", TURNS_DEG)
@pytest.mark.parametrize("backward", [False, True])
def test_the_turn_is_told_whichever_way_the_axis_points(turn_deg: float, backward: bool) -> None:
    weights = weigh(moving(turn_deg, backward=backward), {}, "running")
    assert weights.sum() == pytest.approx(1.0)
    assert int(np.argmax(weights)) == PROBABLE[turn_deg]


def leaning(forward_deg: float, right_deg: float) -> dict[str, Inclination]:
    lean = Inclination(forward_deg=forward_deg, right_deg=right_deg, left_turn_deg=0.0)
    return {"pelvis": lean, "torso": lean}


@pytest.mark.parametrize(
    ("turn_deg", "forward_deg", "right_deg"),
    # who leans forward by 12 leans, seen from a forward to the right of the true one, to the left
    [(0.0, 12.0, 0.0), (180.0, -12.0, 0.0), (90.0, 0.0, -12.0), (-90.0, 0.0, 12.0)],
)
def test_people_lean_forward(turn_deg: float, forward_deg: float, right_deg: float) -> None:
    unsure = tuple(replace(row, surge_rad=float("nan")) for row in moving(turn_deg))
    without = weigh(unsure, {}, "running")
    weights = weigh(unsure, leaning(forward_deg, right_deg), "running")
    opposite = PROBABLE[{0.0: 180.0, 180.0: 0.0, 90.0: -90.0, -90.0: 90.0}[turn_deg]]
    mine = PROBABLE[turn_deg]
    assert weights[mine] / weights[opposite] > 3.0 * without[mine] / without[opposite]


def test_one_sensor_of_two_is_not_enough() -> None:
    pelvis, trunk = moving(0.0)
    odd = replace(pelvis, across_rad=pelvis.across_rad + np.pi / 2.0)
    assert weigh((odd, trunk), {}, "running")[0] > 0.9


@cache
def result_of(name: str) -> Result:
    case = sound().only("pelvis", "torso")
    if name:
        case = next(m for m in MISTAKES if m.name == name).make(sound())
    return analyse(case)


def looked_at(case: Case | str) -> Evidence:
    result = result_of(case) if isinstance(case, str) else analyse(case)
    (evidence,) = examine_forward(examined_of(result))
    return evidence


@pytest.mark.parametrize(
    ("axis", "off_deg", "verdict"),
    [("z", 180.0, "doubtful"), ("y", 90.0, "rejected"), ("-y", 90.0, "rejected")],
)
def test_a_heading_axis_that_is_another_one_is_named(
    axis: str, off_deg: float, verdict: str
) -> None:
    evidence = looked_at(f"heading axis {axis} for -z, two worn")
    assert evidence.check.verdict == verdict
    (note,) = evidence.notes
    assert note.code.startswith("heading.forward")
    assert note.values["off_deg"] == off_deg
    assert note.values["axis"] == "-z"


def test_a_sound_recording_is_not_accused() -> None:
    evidence = looked_at("")
    assert (evidence.check.verdict, evidence.notes) == ("good", ())
    assert evidence.check.value is not None
    assert evidence.check.value < 0.05


def test_simulated_people_pitch_about_the_true_axis() -> None:
    case = draw(5009)
    found = find_movements(examined_of(analyse(case)))
    off = [abs((np.rad2deg(row.across_rad) + 90.0) % 180.0 - 90.0) for row in found]
    assert max(off) < 20.0


def test_nothing_is_said_where_the_activity_is_not_known() -> None:
    case = sound().only("pelvis", "torso")
    unknown = replace(case, activity=replace(case.activity, kind=None))
    assert looked_at(unknown).check.state == NOT_CHECKED


def of_the_other_sign(sensor: SensorSignals) -> SensorSignals:
    return do.without(do.scaled(sensor, "acceleration_mps2", -1.0), "R_ES")


def test_accelerometers_of_the_other_sign_are_told_from_the_mirror() -> None:
    case = sound().only("pelvis", "torso", "femur_r", "femur_l").all_changed(of_the_other_sign)
    evidence = looked_at(case)
    assert codes(evidence.notes)[0] == "signals.acceleration_sign_seen"
    two = looked_at(case.only("pelvis", "torso"))
    assert "signals.acceleration_sign_possible" in codes(two.notes)
