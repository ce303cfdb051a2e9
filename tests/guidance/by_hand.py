"""Summaries, rules and their judgement, written by hand."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from opensim_pelvis.config.settings import (
    ActivitySettings,
    RecordingSettings,
    SubjectSettings,
    TrialSettings,
)
from opensim_pelvis.gait.measures.definitions import definition_of
from opensim_pelvis.guidance.engine import find_findings
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
    estimates: Any = None,
    verdict: str = "good",
) -> Finding | None:
    """Judge summaries whose estimates are their means, sure to half of 95 %, unless given."""
    if estimates is None:
        estimates = {
            (s.name, s.side): SimpleNamespace(
                value=s.mean, standard=(s.high - s.mean) / 1.959964, freedom=float("inf"), terms=()
            )
            for s in summaries
        }
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
    quality: Any = SimpleNamespace(verdict=verdict)
    found = find_findings(analysis, settings, placement, quality, rules=(made,))
    return found[0] if found else None


def keys(found: Finding | None) -> list[str]:
    assert found is not None
    return [reason.key for reason in found.reasons]
