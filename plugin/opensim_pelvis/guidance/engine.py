"""Holds measures against rules; says that it cannot tell rather than guess.

A condition holds only where the whole confidence interval of the estimate, over strides, lies on
its side of the limit. A rule whose conditions hold is silent about judgement, and says why, where
strides are few, the heading is doubtful, or the known error of the measure exceeds the effect.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Final

from opensim_pelvis.config.settings import Sex, TrialSettings
from opensim_pelvis.guidance.finding_words import reason_text
from opensim_pelvis.guidance.rulebook import Condition, Rule, read_rules
from opensim_pelvis.types import Finding, Placement, Reason, RunningAnalysis, Summary

FEWEST_STRIDES: Final = 10
"""Below this a mean says too little about a runner; a choice."""


@dataclass(frozen=True, slots=True)
class Value:
    """An estimate with its 95 % interval, its strides and the known error of its measure."""

    mean: float
    low: float
    high: float
    n: int
    error: float


def find_findings(
    analysis: RunningAnalysis,
    settings: TrialSettings,
    placement: Placement,
    *,
    rules: tuple[Rule, ...] | None = None,
) -> tuple[Finding, ...]:
    """Return what the rules say about a running trial; nothing about walking.

    Parameters
    ----------
    analysis : RunningAnalysis
    settings : TrialSettings
        Sex and height of the subject, and what was done.
    placement : Placement
        A doubtful heading makes every angle in the direction of travel doubtful.
    rules : tuple of Rule, optional
        Those of ``rules.toml`` unless given.
    """
    if settings.activity.kind == "walking":
        return ()
    values = _values(analysis, settings)
    doubts = _doubts(analysis, settings, placement)
    found = (
        _judge(rule, values, doubts, settings.subject.sex)
        for rule in (read_rules() if rules is None else rules)
    )
    return tuple(finding for finding in found if finding is not None)


def _judge(
    rule: Rule, values: Mapping[str, tuple[Value, ...]], doubts: list[Reason], sex: Sex | None
) -> Finding | None:
    """Return what a rule says; None where a condition does not hold."""
    if (rule.sex is not None and rule.sex != sex) or (rule.needs_sex and sex is None):
        return None
    unsure: list[Reason] = []
    numbers: dict[str, float] = {}
    chosen: dict[str, Value] = {}
    for condition in rule.conditions:
        value = _worst(condition, values.get(condition.measure, ()))
        if value is None:
            unsure.append(_reason("unknown", condition.measure))
            continue
        holds = _holds(condition, value)
        if holds is False:
            return None
        if holds is None:
            ends = {"low": value.low, "high": value.high, "limit": condition.limit}
            unsure.append(_reason("interval", condition.measure, **ends))
        chosen[condition.measure] = value
        numbers[condition.measure] = value.mean
    if not chosen:
        return None
    found = [*unsure, *doubts, *_too_few(chosen), *_error_exceeds(rule, chosen)]
    reasons = tuple({reason_text(reason): reason for reason in found}.values())
    known = {name: sides[0].mean for name, sides in values.items() if len(sides) == 1}
    known |= {name: value.mean for name, value in chosen.items()}
    names = {name for _, name, _, _ in Formatter().parse(rule.text) if name}
    return Finding(
        rule=rule.name,
        kind=rule.kind,
        status="cannot tell" if reasons else "fires",
        rule_text=rule.text,
        sex=sex,
        numbers=numbers,
        source=rule.source,
        strength=rule.strength,
        drills=() if reasons else rule.drills,
        reasons=reasons,
        named={name: value for name, value in known.items() if name in names},
    )


def _values(analysis: RunningAnalysis, settings: TrialSettings) -> dict[str, tuple[Value, ...]]:
    """Return the means by measure, one a side, and two that rules need beside the measures."""
    errors = {definition.name: definition.error for definition in analysis.definitions}
    out: dict[str, tuple[Value, ...]] = {}
    for s in analysis.summaries:
        mean, low, high = _estimated(s, analysis)
        value = Value(mean, low, high, s.n, errors.get(s.name, float("nan")))
        out[s.name] = (*out.get(s.name, ()), value)
    length, height = analysis.summary("stride_length_m"), settings.subject.height_m
    if length is not None and height is not None:
        mean, low, high = (value / height for value in _estimated(length, analysis))
        out["stride_length_height_ratio"] = (Value(mean, low, high, length.n, float("nan")),)
    phase = analysis.summary("pelvis_trunk_phase_deg")
    if phase is not None:
        mean, _, high = _estimated(phase, analysis)
        away = abs(mean - 180.0)  # a mean phase is in [0, 360)
        half = high - mean
        out["phase_from_counter_rotation_deg"] = (
            Value(away, away - half, away + half, phase.n, float("nan")),
        )
    return out


def _estimated(s: Summary, analysis: RunningAnalysis) -> tuple[float, float, float]:
    """Return the best estimate, and the interval that strides leave it."""
    found = analysis.estimate(s.name, s.side)
    moved = 0.0 if found is None else found.value - s.mean
    return s.mean + moved, s.low + moved, s.high + moved


def _worst(condition: Condition, values: tuple[Value, ...]) -> Value | None:
    """Return the side that comes nearest to holding the condition."""
    usable = [value for value in values if math.isfinite(value.mean)]
    if not usable:
        return None
    pick = max if condition.op.startswith(">") else min
    return pick(usable, key=lambda value: value.mean)


def _holds(condition: Condition, value: Value) -> bool | None:
    """Return whether a condition holds; None where the interval reaches over the limit."""
    low = value.low if math.isfinite(value.low) else value.mean
    high = value.high if math.isfinite(value.high) else value.mean
    above = condition.op.startswith(">")
    if (low > condition.limit) if above else (high < condition.limit):
        return True
    if "=" in condition.op and low == high == condition.limit:
        return True
    if (high < condition.limit) if above else (low > condition.limit):
        return False
    return None


def _doubts(
    analysis: RunningAnalysis, settings: TrialSettings, placement: Placement
) -> list[Reason]:
    doubts = {
        "heading": placement.heading.confidence == "doubtful",
        "activity": settings.activity.kind is None,
        "strides": analysis.strides.kind == "none",
    }
    return [_reason(key) for key, holds in doubts.items() if holds]


def _reason(key: str, measure: str = "", **values: float) -> Reason:
    return Reason(key=key, measure=measure, values=values)


def _too_few(chosen: Mapping[str, Value]) -> list[Reason]:
    few = [value.n for value in chosen.values() if value.n < FEWEST_STRIDES]
    return [_reason("few", n=min(few), needed=FEWEST_STRIDES)] if few else []


def _error_exceeds(rule: Rule, chosen: Mapping[str, Value]) -> list[Reason]:
    """Say where the known error of a measure is larger than what the rule is about."""
    first = rule.conditions[0]
    value = chosen.get(first.measure)
    if value is None or not math.isfinite(value.error):
        return []
    effect = abs(value.mean - first.limit) if rule.margin else rule.effect_deg
    if effect is None or value.error <= effect:
        return []
    return [_reason("error", first.measure, error=value.error, effect=effect)]
