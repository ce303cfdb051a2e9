"""Signals that were not measured: told first, and never good."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from opensim_pelvis.quality.measured import examine_absent
from opensim_pelvis.types import Result
from tests.examined import examined_of
from tests.faulty_signals import (
    ALL,
    RAW,
    Change,
    change,
    hold,
    loop,
    mean_of,
    run,
    silent,
    sound,
    verdict_of,
    with_rows,
)
from tests.io.exporters.sample_result import make_result

LENGTH = 1200
MEASURES = ("pelvic_rotation_range_deg", "trunk_rotation_range_deg", "hip_extension_peak_deg")
NEAR_DEG = 1.0  # strides vary by 1 to 2 degrees, few are left; a wrong heading costs tens


@cache
def whole() -> Result:
    return run(sound())


def blank(first: int, value: float) -> Change:
    def make(values: np.ndarray) -> np.ndarray:
        values[first:] = value
        return values

    return with_rows(ALL, make)


def test_a_sound_recording_is_not_accused() -> None:
    assert verdict_of(whole(), "frozen") == "good"
    assert verdict_of(whole(), "absent") == "good"
    assert not [note for note in whole().notes if note.code.startswith("signals.")]


@pytest.mark.parametrize("body", ["pelvis", "torso", "femur_r"])
@pytest.mark.parametrize(
    "fault",
    [hold(600, LENGTH), hold(600, 900), hold(600, 900, ("R_ES",)), loop(900, 60)],
    ids=["from the middle", "for 5 s", "orientation alone", "block"],
)
def test_repeated_samples_are_told_first_and_leave_the_rest_right(body: str, fault: Change) -> None:
    result = run(change(sound(), [body], fault))
    first = result.notes[0]
    assert (first.code, first.severity, first.subject) == ("signals.frozen", "error", (body,))
    assert verdict_of(result, "frozen") == "rejected"
    for measure in MEASURES:
        assert mean_of(result, measure) == pytest.approx(mean_of(whole(), measure), abs=NEAR_DEG)


def test_a_short_halt_is_doubted() -> None:
    result = run(change(sound(), ["pelvis"], hold(600, 630)))
    assert result.notes[0].code == "signals.frozen"
    assert verdict_of(result, "frozen") == "doubtful"


@pytest.mark.parametrize("fused", [False, True])
def test_repeats_of_signals_that_are_not_used_are_doubted(fused: bool) -> None:
    fields = ("R_ES",) if fused else RAW
    result = run(change(sound(), ["femur_l"], hold(600, LENGTH, fields)), fused=fused)
    assert result.notes[0].code == "signals.frozen"
    assert verdict_of(result, "frozen") == "doubtful"
    assert verdict_of(result, "absent") == "good"


@pytest.mark.parametrize("body", ["pelvis", "torso", "femur_r"])
@pytest.mark.parametrize(
    "fault",
    [silent(500, 980), silent(240, 1000), blank(600, np.nan)],
    ids=["8 s", "12 s", "NaN from the middle"],
)
def test_a_gap_leaves_all_others_right(body: str, fault: Change) -> None:
    result = run(change(sound(), [body], fault))
    first = result.notes[0]
    assert (first.code, first.subject) == ("signals.absent", (body,))
    assert verdict_of(result, "absent") == "rejected"
    for measure in MEASURES:
        assert mean_of(result, measure) == pytest.approx(mean_of(whole(), measure), abs=NEAR_DEG)


@pytest.mark.parametrize(("absent", "verdict"), [(2, "good"), (3, "doubtful"), (16, "rejected")])
def test_samples_that_are_missing_are_a_share_of_the_recording(absent: int, verdict: str) -> None:
    result = make_result(samples=100, missing=False)
    first, *others = result.aligned.ledger.sensors
    rows = (
        replace(first, absent_samples=absent),
        *(replace(row, absent_samples=0) for row in others),
    )
    ledger = replace(result.aligned.ledger, sensors=rows)
    (found,) = examine_absent(examined_of(replace_ledger(result, ledger)))
    assert (found.check.verdict, found.check.value) == (verdict, pytest.approx(absent / 100))
    told = [note.subject for note in found.notes]
    assert told == ([(result.aligned.bodies[0],)] if verdict == "rejected" else [])


def replace_ledger(result: Result, ledger) -> Result:  # type: ignore[no-untyped-def]
    return replace(result, aligned=replace(result.aligned, ledger=ledger))
