"""Rules on summaries written by hand: which side is judged, and from where on."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr, stdtr

from opensim_pelvis.guidance.engine import FEWEST_STRIDES, Value, probability
from opensim_pelvis.guidance.finding_words import fill, finding_text, reason_text
from opensim_pelvis.guidance.rulebook import Condition, read_rules
from opensim_pelvis.types import Term

from .by_hand import DRILL, DROP, ROTATION, SPEED, judged, keys, rule, summary


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
    ("op", "mean", "likely"),
    [
        (">", 12.0, 0.97725), (">", 11.0, 0.84134), (">", 10.0, 0.5), (">=", 9.0, 0.15866),
        ("<", 8.0, 0.97725), ("<=", 9.0, 0.84134), ("<", 11.0, 0.15866),
    ],
)  # fmt: skip
def test_a_condition_is_as_likely_as_its_distance_in_uncertainties(
    op: Any, mean: float, likely: float
) -> None:
    condition = Condition(measure=SPEED, op=op, limit=10.0, norm=None)
    sure = Value(mean, 1.0, float("inf"), 20)
    assert probability(condition, sure) == pytest.approx(likely, abs=1e-5)


def test_few_degrees_of_freedom_make_it_less_likely() -> None:
    """Student's 95 % point for four degrees of freedom is 2.132."""
    condition = Condition(measure=SPEED, op=">", limit=10.0, norm=None)
    assert probability(condition, Value(12.132, 1.0, 4.0, 20)) == pytest.approx(0.95, abs=1e-4)


def test_the_spread_of_a_limit_counts_like_the_uncertainty() -> None:
    """Three and four units together are five, known better than the first alone."""
    condition = Condition(measure=SPEED, op=">", limit=10.0, norm=None, spread=4.0)
    stated = probability(condition, Value(15.0, 3.0, float("inf"), 20))
    assert stated == pytest.approx(0.84134, abs=1e-5)
    few = probability(condition, Value(15.0, 3.0, 4.0, 20))
    assert few == pytest.approx(float(stdtr(4.0 * (5.0 / 3.0) ** 4, 1.0)))
    exact = probability(condition, Value(14.0, 0.0, 4.0, 20))
    assert exact == pytest.approx(0.84134, abs=1e-5)


@pytest.mark.parametrize(
    ("op", "mean", "likely"),
    [(">=", 10.0, 1.0), ("<=", 10.0, 1.0), (">", 10.0, 0.0), ("<", 10.0, 0.0),
     (">", 10.01, 1.0), ("<", 10.01, 0.0)],
)  # fmt: skip
def test_what_is_known_exactly_holds_or_does_not(op: Any, mean: float, likely: float) -> None:
    condition = Condition(measure=SPEED, op=op, limit=10.0, norm=None)
    assert probability(condition, Value(mean, 0.0, float("inf"), 20)) == likely


@pytest.mark.parametrize(
    ("away", "status"),
    [(1.65, "fires"), (1.64, "cannot tell"), (-1.64, "cannot tell"), (-1.65, None)],
)
@pytest.mark.parametrize("op", [">", "<"])
def test_a_rule_fires_at_95_percent_and_is_silent_at_5(
    op: str, away: float, status: str | None
) -> None:
    """The one-sided 95 % point of the normal distribution is 1.645."""
    side = 1.0 if op == ">" else -1.0
    found = judged(rule((SPEED, op, 10.0)), summary(SPEED, 10.0 + side * away, half=1.96))
    assert (found and found.status) == status
    if found is None:
        return
    likely = float(ndtr(away))
    if status == "fires":
        assert found.probability == pytest.approx(likely, abs=1e-4)
        assert finding_text(found) == "said Probability: 95 % or more."
    else:
        assert found.probability is None
        assert keys(found) == ["above" if op == ">" else "below"]
        assert found.drills == ()
        assert found.reasons[0].values["limit"] == 10.0
        assert found.reasons[0].values["percent"] == math.floor(100.0 * likely)  # 94, not 95


def test_conditions_together_hold_with_what_each_leaves() -> None:
    """Each with 0.975: together 0.95 or more; a third, and it is 0.925."""
    surely = 1.96 + 1e-3
    three = [summary(name, 10.0 + surely, half=1.96) for name in (SPEED, ROTATION, "cadence_spm")]
    two = judged(rule((SPEED, ">", 10.0), (ROTATION, ">", 10.0)), *three)
    assert two is not None
    assert two.status == "fires"
    assert two.probability == pytest.approx(0.95, abs=1e-3)
    made = rule((SPEED, ">", 10.0), (ROTATION, ">", 10.0), ("cadence_spm", ">", 10.0))
    found = judged(made, *three)
    assert keys(found) == ["together"]
    assert found is not None
    assert found.reasons[0].values["percent"] == 92.0


def test_every_condition_is_checked() -> None:
    made = rule((SPEED, ">", 3.0), (ROTATION, ">", 10.0))
    assert keys(judged(made, summary(SPEED, 4.0), summary(ROTATION, 10.1))) == ["above"]
    assert judged(made, summary(SPEED, 4.0), summary(ROTATION, 8.0)) is None


def test_between_two_limits_both_count() -> None:
    made = rule((ROTATION, ">=", 15.0), (ROTATION, "<=", 20.0))
    found = judged(made, summary(ROTATION, 17.5, half=1.96))
    assert found is not None
    assert found.probability == pytest.approx(1.0 - 2.0 * float(ndtr(-2.5)), abs=1e-4)
    assert keys(judged(made, summary(ROTATION, 16.0, half=1.96))) == ["above"]


def test_without_an_uncertainty_it_cannot_be_told() -> None:
    found = judged(rule((SPEED, ">", 3.0)), summary(SPEED, 9.0), estimates={})
    assert keys(found) == ["unsure"]


@pytest.mark.parametrize(
    ("term", "hint"),
    [("strides", ["more_strides"]), ("pose", ["static_trial"]), ("heading", ["heading_axis"]),
     ("model", [])],
)  # fmt: skip
def test_what_would_tell_is_said_of_the_largest_term(term: Any, hint: list[str]) -> None:
    terms = (Term(name=term, standard=0.9), Term(name="fusion", standard=0.1))
    near = SimpleNamespace(value=10.1, standard=1.0, freedom=float("inf"), terms=terms)
    found = judged(
        rule((SPEED, ">", 10.0)), summary(SPEED, 12.0), estimates={(SPEED, "body"): near}
    )
    assert keys(found) == ["above", *hint]


def test_an_estimate_is_judged_in_place_of_the_mean() -> None:
    made = rule((SPEED, ">", 10.0))
    sure = SimpleNamespace(value=12.0, standard=0.1, freedom=float("inf"), terms=())
    found = judged(made, summary(SPEED, 5.0), estimates={(SPEED, "body"): sure})
    assert found is not None
    assert (found.status, found.numbers) == ("fires", {SPEED: 12.0})


@pytest.mark.parametrize(("verdict", "told"), [("good", []), ("doubtful", ["quality"])])
def test_a_recording_that_is_not_good_is_not_judged(verdict: str, told: list[str]) -> None:
    found = judged(rule((SPEED, ">", 3.0)), summary(SPEED, 4.0), verdict=verdict)
    assert keys(found) == told
    assert found is not None
    assert found.drills == (() if told else (DRILL,))


@pytest.mark.parametrize(("n", "few"), [(FEWEST_STRIDES - 1, True), (FEWEST_STRIDES, False)])
def test_fewer_than_ten_strides_are_too_few(n: int, few: bool) -> None:
    made = rule((SPEED, ">", 3.0), ("cadence_spm", ">", 100.0))
    found = judged(made, summary(SPEED, 4.0, n=n), summary("cadence_spm", 180.0, n=30))
    assert keys(found) == (["few"] if few else [])
    if few:
        assert found is not None
        assert found.reasons[0].values == {"n": n, "needed": 10}


def test_of_two_measures_with_too_few_strides_the_fewest_are_told() -> None:
    made = rule((SPEED, ">", 1.0), (DROP, ">", 1.0))
    found = judged(made, summary(SPEED, 4.0, n=5), summary(DROP, 4.0, n=7, side="right"))
    assert found is not None
    assert [reason.values["n"] for reason in found.reasons if reason.key == "few"] == [5]


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
    ("measure", "told"),
    [
        ("trunk_forward_lean_mean_deg", ["trunk_sensor"]),
        ("phase_from_counter_rotation_deg", ["trunk_sensor"]),
        ("shank_angle_at_contact_deg", ["shank_sensors"]),
        ("thigh_extension_peak_deg", ["thigh_sensors"]),
        ("stride_length_height_ratio", ["stated_speed", "stated_height"]),
        ("pelvic_obliquity_range_deg", []),
    ],
)
def test_what_is_wanted_is_said_of_an_unknown_measure(measure: str, told: list[str]) -> None:
    found = judged(rule((ROTATION, ">", 3.0), (measure, ">", 3.0)), summary(ROTATION, 9.0))
    assert keys(found) == ["unknown", *told]
    assert found is not None
    assert "would tell" in finding_text(found) or not told


def test_each_measure_of_a_rule_but_those_of_the_pelvis_says_what_it_wants() -> None:
    needed = {c.measure for made in read_rules() for c in made.conditions}
    silent = [m for m in sorted(needed) if len(keys(judged(
        rule((DROP, ">", 3.0), (m, ">", 3.0)), summary(DROP, 9.0)))) == 1]  # fmt: skip
    assert silent == ["cadence_spm", ROTATION]


def test_stride_length_counts_in_heights() -> None:
    """2.4 m of 1.6 m, sure to 0.08 and 0.01 m: 1.5, sure to a root of 0.05 and 0.0094 squared."""
    name = "stride_length_height_ratio"
    long = summary("stride_length_m", 2.4, half=1.959964 * 0.08)
    found = judged(rule((name, ">", 1.0)), long)
    assert found is not None
    assert found.numbers == pytest.approx({name: 1.5})
    near = judged(rule((name, ">", 1.45)), long)
    assert near is not None
    standard = np.hypot(0.08 / 1.6, 0.01 * 2.4 / 1.6**2)
    likely = 100.0 * float(ndtr(0.05 / standard))
    assert near.reasons[0].values["percent"] == math.floor(likely)
    assert judged(rule((name, ">", 1.0)), long, height_m=None) is None


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
    assert near.reasons[0].values == pytest.approx({"limit": away, "percent": 50.0})


def test_texts_take_the_judged_side_and_the_only_one_of_the_rest() -> None:
    made = rule((DROP, ">", 5.0), text="{pelvic_drop_deg:.1f} {speed_mps:.1f} {cadence_spm:.0f}")
    found = judged(
        made,
        summary(DROP, 14.0, side="right"),
        summary(DROP, 9.0, side="left"),
        summary(SPEED, 4.25),
    )
    assert found is not None
    assert finding_text(found) == "14.0 4.2 (unknown) Probability: 99 % or more."
    assert found.named == {DROP: 14.0, SPEED: 4.25}
    assert fill("{sex}", {}, sex="male") == "male"
