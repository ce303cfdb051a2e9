"""Rules on summaries written by hand: which side is judged, and from where on."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from opensim_pelvis.config.settings import (
    ActivitySettings,
    RecordingSettings,
    SubjectSettings,
    TrialSettings,
)
from opensim_pelvis.gait.measures.definitions import definition_of
from opensim_pelvis.guidance.engine import FEWEST_STRIDES, find_findings
from opensim_pelvis.guidance.finding_words import fill, finding_text, reason_text
from opensim_pelvis.guidance.rulebook import Condition, Rule
from opensim_pelvis.types import Drill, Finding, Summary

DROP = "pelvic_drop_deg"
SPEED = "speed_mps"
ROTATION = "pelvic_rotation_range_deg"
DRILL = Drill(name="d", purpose="p", how="h", dose="o", avoid="a")


def summary(name: str, mean: float, half: float = 0.5, side: Any = "body", n: int = 20) -> Summary:
    return Summary(
        name=name, side=side, mean=mean, sd=1.0, n=n, effective_n=float(n), low=mean - half,
        high=mean + half,
    )  # fmt: skip


def rule(*conditions: tuple[str, Any, float], **changes: Any) -> Rule:
    made = Rule(
        name="by hand",
        kind="coach band",
        text="said",
        strength="weak",
        conditions=tuple(
            Condition(measure=m, op=op, limit=limit, norm=None) for m, op, limit in conditions
        ),
        drills=(DRILL,),
        effect_deg=None,
        margin=True,
        sex=None,
        needs_sex=False,
    )
    return dataclasses.replace(made, **changes)


def judged(
    made: Rule,
    *summaries: Summary,
    sex: Any = "female",
    height_m: float | None = 1.6,
    kind: Any = "running",
    heading: str = "good",
    strides: str = "contact",
    estimates: Any = MappingProxyType({}),
) -> Finding | None:
    names = dict.fromkeys(s.name for s in summaries)
    analysis: Any = SimpleNamespace(
        summaries=summaries,
        definitions=tuple(definition_of(name) for name in names),
        strides=SimpleNamespace(kind=strides),
        summary=lambda name: next((s for s in summaries if s.name == name), None),
        estimate=lambda name, side: estimates.get((name, side)),
    )
    settings = TrialSettings(
        recording=RecordingSettings(path=Path("run")),
        subject=SubjectSettings(sex=sex, height_m=height_m),
        activity=ActivitySettings(kind=kind),
    )
    placement: Any = SimpleNamespace(heading=SimpleNamespace(confidence=heading))
    found = find_findings(analysis, settings, placement, rules=(made,))
    return found[0] if found else None


def keys(found: Finding | None) -> list[str]:
    assert found is not None
    return [reason.key for reason in found.reasons]


@pytest.mark.parametrize(("op", "worst"), [(">", 14.0), (">=", 14.0), ("<", 9.0), ("<=", 9.0)])
@pytest.mark.parametrize("swapped", [False, True])
def test_the_side_that_comes_nearest_to_holding_is_judged(
    op: str, worst: float, swapped: bool
) -> None:
    means = (14.0, 9.0) if swapped else (9.0, 14.0)
    sides = [summary(DROP, m, side=s) for m, s in zip(means, ("right", "left"), strict=True)]
    found = judged(rule((DROP, op, 5.0 if op.startswith(">") else 18.0)), *sides)
    assert found is not None
    assert found.status == "fires"
    assert found.numbers == {DROP: worst}
    assert found.drills == (DRILL,)


@pytest.mark.parametrize(
    ("op", "mean", "status"),
    [
        (">", 10.51, "fires"), (">", 10.5, "cannot tell"), (">", 9.5, "cannot tell"),
        (">", 9.49, None), ("<", 9.49, "fires"), ("<", 9.5, "cannot tell"),
        ("<", 10.5, "cannot tell"), ("<", 10.51, None), (">=", 10.5, "cannot tell"),
    ],
)  # fmt: skip
def test_the_whole_interval_lies_on_its_side_of_the_limit(
    op: str, mean: float, status: str | None
) -> None:
    """Half a unit to either side of the mean, and a limit of 10."""
    found = judged(rule((SPEED, op, 10.0)), summary(SPEED, mean))
    assert (found and found.status) == status
    if status == "cannot tell":
        assert keys(found) == ["interval"]
        assert found is not None
        assert found.drills == ()
        assert found.reasons[0].values == {"low": mean - 0.5, "high": mean + 0.5, "limit": 10.0}


@pytest.mark.parametrize(
    ("op", "mean", "status"),
    [(">=", 10.0, "fires"), ("<=", 10.0, "fires"), (">", 10.0, "cannot tell"),
     ("<", 10.0, "cannot tell"), (">=", 9.99, None), ("<=", 10.01, None)],
)  # fmt: skip
def test_without_an_interval_the_mean_is_held_against_the_limit(
    op: str, mean: float, status: str | None
) -> None:
    found = judged(rule((SPEED, op, 10.0)), summary(SPEED, mean, half=float("nan")))
    assert (found and found.status) == status


def test_an_estimate_is_judged_in_place_of_the_mean() -> None:
    made = rule((SPEED, ">", 10.0))
    sure = SimpleNamespace(value=12.0)
    found = judged(made, summary(SPEED, 5.0), estimates={(SPEED, "body"): sure})
    assert found is not None
    assert (found.status, found.numbers) == ("fires", {SPEED: 12.0})
    near = SimpleNamespace(value=10.4)  # the interval over strides is half a unit wide
    found = judged(made, summary(SPEED, 12.0), estimates={(SPEED, "body"): near})
    assert keys(found) == ["interval"]
    assert found is not None
    assert found.reasons[0].values == pytest.approx({"low": 9.9, "high": 10.9, "limit": 10.0})


@pytest.mark.parametrize(("n", "few"), [(FEWEST_STRIDES - 1, True), (FEWEST_STRIDES, False)])
def test_fewer_than_ten_strides_are_too_few(n: int, few: bool) -> None:
    made = rule((SPEED, ">", 3.0), ("cadence_spm", ">", 100.0))
    found = judged(made, summary(SPEED, 4.0, n=n), summary("cadence_spm", 180.0, n=30))
    assert keys(found) == (["few"] if few else [])
    if few:
        assert found is not None
        assert found.reasons[0].values == {"n": n, "needed": 10}


def test_of_two_measures_with_too_few_strides_the_fewest_are_told() -> None:
    made = rule((SPEED, ">", 1.0), (DROP, ">", 1.0), margin=False)
    found = judged(made, summary(SPEED, 4.0, n=5), summary(DROP, 4.0, n=7, side="right"))
    assert found is not None
    assert [reason.values["n"] for reason in found.reasons if reason.key == "few"] == [5]


@pytest.mark.parametrize(("off", "told"), [(4.29, True), (4.31, False)])
@pytest.mark.parametrize("side", [1.0, -1.0])
def test_the_known_error_of_rotation_counts_against_the_distance_from_the_limit(
    off: float, told: bool, side: float
) -> None:
    made = rule((ROTATION, ">" if side > 0 else "<", 10.0))
    found = judged(made, summary(ROTATION, 10.0 + side * off))
    assert keys(found) == (["error"] if told else [])


@pytest.mark.parametrize(("effect", "told"), [(4.2, True), (4.3, False), (5.0, False)])
def test_the_known_error_counts_against_a_stated_effect(effect: float, told: bool) -> None:
    made = rule((ROTATION, ">", 10.0), margin=False, effect_deg=effect)
    assert keys(judged(made, summary(ROTATION, 12.0))) == (["error"] if told else [])


def test_only_the_first_condition_states_the_effect() -> None:
    made = rule((SPEED, ">", 3.0), (ROTATION, ">", 10.0))
    assert keys(judged(made, summary(SPEED, 4.0), summary(ROTATION, 11.0))) == []


def test_doubts_are_told_in_their_order_and_each_once() -> None:
    made = rule((SPEED, ">", 3.0))
    found = judged(made, summary(SPEED, 4.0), kind=None, heading="doubtful", strides="none")
    assert keys(found) == ["heading", "activity", "strides"]
    assert judged(made, summary(SPEED, 4.0), kind="walking") is None


def test_a_missing_measure_is_unknown_and_with_no_other_there_is_nothing_to_say() -> None:
    made = rule((SPEED, ">", 3.0), (DROP, ">", 3.0))
    found = judged(made, summary(SPEED, 4.0))
    assert keys(found) == ["unknown"]
    assert found is not None
    assert reason_text(found.reasons[0]) == "contralateral pelvic drop in stance is unknown"
    assert judged(rule((DROP, ">", 3.0)), summary(SPEED, 4.0)) is None
    lost = summary(DROP, float("nan"), side="right")
    found = judged(rule((DROP, "<", 30.0)), lost, summary(DROP, 8.0, side="left"))
    assert found is not None
    assert found.numbers == {DROP: 8.0}


@pytest.mark.parametrize(
    ("wanted", "needs", "stated", "speaks"),
    [("male", False, "female", False), ("female", False, "female", True),
     (None, True, None, False), (None, True, "male", True), (None, False, None, True)],
)  # fmt: skip
def test_rules_for_women_and_men_speak_of_these_alone(
    wanted: str | None, needs: bool, stated: str | None, speaks: bool
) -> None:
    made = rule((SPEED, ">", 3.0), sex=wanted, needs_sex=needs)
    assert (judged(made, summary(SPEED, 4.0), sex=stated) is not None) == speaks


def test_stride_length_counts_in_heights() -> None:
    name = "stride_length_height_ratio"
    found = judged(rule((name, ">", 1.0)), summary("stride_length_m", 2.4, half=0.16))
    assert found is not None
    assert found.numbers == pytest.approx({name: 1.5})
    wide = judged(rule((name, ">", 1.41)), summary("stride_length_m", 2.4, half=0.16))
    assert wide is not None
    assert wide.reasons[0].values == pytest.approx({"low": 1.4, "high": 1.6, "limit": 1.41})
    assert judged(rule((name, ">", 1.0)), summary("stride_length_m", 2.4), height_m=None) is None


@pytest.mark.parametrize(
    ("phase", "away"), [(180.0, 0.0), (150.0, 30.0), (230.0, 50.0), (0.0, 180.0), (359.9, 179.9)]
)
def test_the_distance_from_counter_rotation_goes_round_the_circle(
    phase: float, away: float
) -> None:
    name = "phase_from_counter_rotation_deg"
    found = judged(rule((name, "<", 500.0)), summary("pelvis_trunk_phase_deg", phase, half=4.0))
    assert found is not None
    assert found.numbers[name] == pytest.approx(away)
    near = judged(rule((name, ">", away)), summary("pelvis_trunk_phase_deg", phase, half=4.0))
    assert near is not None
    assert near.reasons[0].values == pytest.approx(
        {"low": away - 4.0, "high": away + 4.0, "limit": away}
    )


def test_texts_take_the_judged_side_and_the_only_one_of_the_rest() -> None:
    made = rule((DROP, ">", 5.0), text="{pelvic_drop_deg:.1f} {speed_mps:.1f} {cadence_spm:.0f}")
    found = judged(
        made,
        summary(DROP, 14.0, side="right"),
        summary(DROP, 9.0, side="left"),
        summary(SPEED, 4.25),
    )
    assert found is not None
    assert finding_text(found) == "14.0 4.2 (unknown)"
    assert found.named == {DROP: 14.0, SPEED: 4.25}
    assert fill("{sex}", {}, sex="male") == "male"
    assert np.isfinite(definition_of(DROP).error)
