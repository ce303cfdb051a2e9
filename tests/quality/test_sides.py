"""Sides of steps that no leg shows: a doubt is told, with how likely they are exchanged."""

from __future__ import annotations

from dataclasses import replace

import pytest

from opensim_pelvis.quality.definitions import definition_of
from opensim_pelvis.quality.sides import examine_sides
from opensim_pelvis.types import NOT_CHECKED, Result
from tests.examined import examined_of
from tests.faulty_signals import run, sound, verdict_of
from tests.mistakes.case import sound as case_of


@pytest.fixture(scope="module")
def result() -> Result:
    return run(sound())


def told(result: Result, wrong: float) -> tuple[str, list[tuple[str, float]]]:
    running = result.running
    assert running is not None
    events = replace(running.events, sides_wrong=wrong)
    examined = examined_of(replace(result, running=replace(running, events=events)))
    (found,) = examine_sides(examined)
    return found.check.verdict, [(note.code, note.values["wrong"]) for note in found.notes]


def test_a_doubt_of_more_than_the_limit_is_told_with_its_size(result: Result) -> None:
    limit = definition_of("sides").attention
    assert told(result, limit - 0.001) == ("good", [])
    wrong = limit + 0.001
    assert told(result, wrong) == ("doubtful", [("events.sides_unsure", wrong)])
    assert told(result, 0.5) == ("doubtful", [("events.sides_unsure", 0.5)])


def test_sides_of_thighs_are_sure(result: Result) -> None:
    assert result.running is not None
    assert result.running.events.sides_wrong < 0.01
    assert verdict_of(result, "sides") == "good"


def test_legs_tell_their_own_sides() -> None:
    from tests.mistakes import analyse

    found = analyse(case_of().only("pelvis", "tibia_r", "tibia_l"))
    (check,) = (c for c in found.quality.checks if c.name == "sides")
    assert (check.verdict, check.state) == ("good", NOT_CHECKED)
