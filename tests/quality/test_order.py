"""The order of quaternions where nothing else was recorded."""

from __future__ import annotations

from functools import cache

import pytest

from opensim_pelvis.quality.order import examine_order
from opensim_pelvis.types import NOT_CHECKED, Result
from tests.examined import examined_of
from tests.mistakes import MISTAKES, Case, analyse, sound
from tests.mistakes import signals as do
from tests.mistakes.table import LEGS, swapped
from tests.notices import codes


def bare(case: Case) -> Case:
    """Return a case without raw signals."""
    return case.all_changed(lambda sensor: do.without(sensor, *do.RAW))


@cache
def result_of(name: str) -> Result:
    return analyse(next(m for m in MISTAKES if m.name == name).make(sound()))


@pytest.mark.parametrize(
    ("how", "code"),
    [("xyzw", "signals.quaternions_xyzw"), ("conjugated", "signals.quaternions_inverted")],
)
def test_the_order_that_fits_is_named_first(how: str, code: str) -> None:
    result = result_of(f"quaternions {how}, no raw signals")
    first = next(note for note in result.notes if note.severity != "note")
    assert first.code == code
    assert result.quality.verdict == "rejected"


def test_a_sound_recording_is_not_accused() -> None:
    (evidence,) = examine_order(examined_of(analyse(bare(sound()))))
    assert (evidence.check.verdict, evidence.check.state) == ("good", "good")


def test_legs_that_changed_sides_are_no_order() -> None:
    legs = swapped(bare(sound()), *((f"{body}_r", f"{body}_l") for body in LEGS))
    (evidence,) = examine_order(examined_of(analyse(legs)))
    assert codes(evidence.notes) == []


def test_with_raw_signals_the_timeline_tells() -> None:
    (evidence,) = examine_order(examined_of(analyse(sound().only("pelvis", "torso"))))
    assert evidence.check.state == NOT_CHECKED
