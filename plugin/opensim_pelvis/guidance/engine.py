"""Holds measures against rules, by probability; says that it cannot tell rather than guess.

Each condition has a probability: that the true value lies on its side of the limit, given the
estimate with its uncertainty and how spread the limit is itself (JCGM 100:2008, G.4: Student's
distribution with effective degrees of freedom). All conditions together hold with at least one
less the sum of what each leaves (Frechet's lower bound), however they depend on each other. A rule
fires where that is 0.95 or more, is silent where one condition has 0.05 or less, and cannot tell
in between, of a doubtful recording, or where strides are few.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from string import Formatter
from typing import Final

from opensim_pelvis.config.settings import TrialSettings
from opensim_pelvis.guidance.finding_words import reason_text
from opensim_pelvis.guidance.rulebook import Condition, Rule, read_rules
from opensim_pelvis.types import (
    Finding,
    Placement,
    Quality,
    Reason,
    RunningAnalysis,
    Summary,
    TermName,
)

FEWEST_STRIDES: Final = 10
"""Below this a mean says too little about a runner; a choice."""

SURE: Final = 0.95
"""Probability with which a rule fires; with one less this, it is silent."""

_ROUNDING: Final = 1e-9

HEIGHT_U_M: Final = 0.01
"""Standard uncertainty of a stated height; a choice."""


@dataclass(frozen=True, slots=True)
class Value:
    """An estimate with its standard uncertainty, NaN where it is not known.

    Parameters
    ----------
    mean, standard, freedom : float
        Estimate, standard uncertainty and its degrees of freedom.
    n : int
        Strides.
    term : str or None
        Where most of the uncertainty comes from.
    """

    mean: float
    standard: float
    freedom: float
    n: int
    term: TermName | None = None


def find_findings(
    analysis: RunningAnalysis,
    settings: TrialSettings,
    placement: Placement,
    quality: Quality,
    *,
    rules: tuple[Rule, ...] | None = None,
) -> tuple[Finding, ...]:
    """Return what the rules say about a running trial; nothing about walking.

    Parameters
    ----------
    analysis : RunningAnalysis
    settings : TrialSettings
        Height of the subject, and what was done.
    placement : Placement
        A doubtful heading makes every angle in the direction of travel doubtful.
    quality : Quality
        A recording that is not good is not judged.
    rules : tuple of Rule, optional
        Those of ``rules.toml`` unless given.
    """
    if settings.activity.kind == "walking":
        return ()
    values = _values(analysis, settings)
    doubts = _doubts(analysis, settings, placement, quality)
    found = (
        _judge(rule, values, doubts, settings)
        for rule in (read_rules() if rules is None else rules)
    )
    return tuple(finding for finding in found if finding is not None)


def probability(condition: Condition, value: Value) -> float:
    """Return how likely the true value lies on the condition's side of its limit; NaN: not known.

    Parameters
    ----------
    condition : Condition
    value : Value
    """
    from scipy.special import ndtr, stdtr

    above = condition.op.startswith(">")
    away = value.mean - condition.limit if above else condition.limit - value.mean
    together = math.hypot(value.standard, condition.spread)
    if not math.isfinite(together) or not math.isfinite(away):
        return math.nan
    if together == 0.0:
        return float(away > 0.0 or (away == 0.0 and "=" in condition.op))
    if value.standard == 0.0 or value.freedom == math.inf:
        return float(ndtr(away / together))
    freedom = value.freedom * (together / value.standard) ** 4  # the limit's spread is stated
    return float(stdtr(freedom, away / together))


def _judge(
    rule: Rule,
    values: Mapping[str, tuple[Value, ...]],
    doubts: list[Reason],
    settings: TrialSettings,
) -> Finding | None:
    """Return what a rule says; None where a condition does not hold."""
    unsure: list[Reason] = []
    chosen: dict[str, Value] = {}
    left = 0.0
    for condition in rule.conditions:
        likely, value = _nearest(condition, values.get(condition.measure, ()))
        if value is None:
            unsure.append(_reason("unknown", condition.measure))
            unsure += [_reason(key) for key in _TOLD_BY.get(condition.measure, ())]
            continue
        chosen[condition.measure] = value
        if math.isnan(likely):
            unsure.append(_reason("unsure", condition.measure))
            continue
        if likely <= 1.0 - SURE:
            return None
        left += 1.0 - likely
        if likely < SURE:
            unsure += _not_sure(condition, likely, value)
    if not chosen:
        return None
    together = max(1.0 - left, 0.0)
    if together < SURE and not unsure:
        unsure.append(_reason("together", percent=_percent(together)))
    reasons = tuple({reason_text(r): r for r in (*unsure, *doubts, *_too_few(chosen))}.values())
    known = {name: sides[0].mean for name, sides in values.items() if len(sides) == 1}
    known |= {name: value.mean for name, value in chosen.items()}
    names = {name for _, name, _, _ in Formatter().parse(rule.text) if name}
    return Finding(
        rule=rule.name,
        kind=rule.kind,
        status="cannot tell" if reasons else "fires",
        rule_text=rule.text,
        sex=settings.subject.sex,
        numbers={name: value.mean for name, value in chosen.items()},
        source=rule.source,
        strength=rule.strength,
        drills=() if reasons else rule.drills,
        reasons=reasons,
        named={name: value for name, value in known.items() if name in names},
        probability=None if reasons else together,
    )


def _values(analysis: RunningAnalysis, settings: TrialSettings) -> dict[str, tuple[Value, ...]]:
    """Return the estimates by measure, one a side, and two that rules need beside the measures."""
    out: dict[str, tuple[Value, ...]] = {}
    for summary in analysis.summaries:
        out[summary.name] = (*out.get(summary.name, ()), _value(summary, analysis))
    height = settings.subject.height_m
    if height is not None:
        out["stride_length_height_ratio"] = tuple(
            replace(
                length,
                mean=length.mean / height,
                standard=math.hypot(length.standard, HEIGHT_U_M * length.mean / height) / height,
            )
            for length in out.get("stride_length_m", ())
        )
    out["phase_from_counter_rotation_deg"] = tuple(
        replace(phase, mean=abs((phase.mean % 360.0) - 180.0))
        for phase in out.get("pelvis_trunk_phase_deg", ())
    )
    return out


def _value(summary: Summary, analysis: RunningAnalysis) -> Value:
    found = analysis.estimate(summary.name, summary.side)
    if found is None:
        return Value(summary.mean, math.nan, math.inf, summary.n)
    term = found.terms[0].name if found.terms else None
    return Value(found.value, found.standard, found.freedom, summary.n, term)


def _nearest(condition: Condition, values: tuple[Value, ...]) -> tuple[float, Value | None]:
    """Return the side that comes nearest to holding the condition, and how likely it holds."""
    usable = [value for value in values if math.isfinite(value.mean)]
    if not usable:
        return math.nan, None
    pick = max if condition.op.startswith(">") else min
    value = pick(usable, key=lambda value: value.mean)
    return probability(condition, value), value


def _percent(likely: float) -> float:
    """Return a probability in whole percent, rounded down: 94.9 is not the 95 that is wanted."""
    return float(math.floor(100.0 * likely + _ROUNDING))


def _not_sure(condition: Condition, likely: float, value: Value) -> list[Reason]:
    """Say how likely a condition holds, and what would tell."""
    key = "above" if condition.op.startswith(">") else "below"
    said = _reason(key, condition.measure, limit=condition.limit, percent=_percent(likely))
    hint = _LESSEN.get(value.term) if value.term else None
    return [said, _reason(hint)] if hint else [said]


_LESSEN: Final[Mapping[TermName, str]] = {
    "strides": "more_strides",
    "pose": "static_trial",
    "facing": "static_trial",
    "heading": "heading_axis",
    "fast motion": "tighter",
    "events": "foot_sensors",
}
"""Largest term of an estimate's uncertainty to what would make it smaller."""


_TOLD_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "speed_mps": ("stated_speed",),
    "stride_length_height_ratio": ("stated_speed", "stated_height"),
    "trunk_forward_lean_mean_deg": ("trunk_sensor",),
    "phase_from_counter_rotation_deg": ("trunk_sensor",),
    "shank_angle_at_contact_deg": ("shank_sensors",),
    "thigh_extension_peak_deg": ("thigh_sensors",),
}
"""Measure of a rule to what is wanted where it is unknown."""


def _doubts(
    analysis: RunningAnalysis, settings: TrialSettings, placement: Placement, quality: Quality
) -> list[Reason]:
    doubts = {
        "quality": quality.verdict != "good",
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
