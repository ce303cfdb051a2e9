"""Each rule fires on a runner made for it, is silent one step outside, and knows when to be."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest

from opensim_pelvis.errors import SettingsError
from opensim_pelvis.guidance.engine import find_findings
from opensim_pelvis.guidance.finding_words import finding_text
from opensim_pelvis.guidance.rulebook import Rule, make_rules, read_norms, read_rules
from opensim_pelvis.simulate import RunnerSettings, SensorSettings, Session
from opensim_pelvis.simulate.runner import typical_runner
from opensim_pelvis.types import Finding, Result, RunningAnalysis, Summary
from tests.running_cases import run_case

from .by_hand import judged, summary

SESSION = Session(duration_s=13.0, rate_hz=100.0)

FAST_HIGH = RunnerSettings(speed_mps=4.6, cadence_spm=180.0, pelvic_rotation_range_deg=17.0)
FAST_LOW = replace(FAST_HIGH, pelvic_rotation_range_deg=9.0)
QUICK = RunnerSettings(speed_mps=3.0, cadence_spm=190.0, pelvic_rotation_range_deg=4.0)
ERECT = RunnerSettings(
    speed_mps=3.0,
    cadence_spm=160.0,
    pelvic_rotation_range_deg=8.0,
    trunk_forward_lean_deg=-3.0,
    trunk_forward_lean_range_deg=1.0,
    knee_flexion_contact_deg=2.0,
    hip_flexion_range_deg=65.0,
)
STIFF = RunnerSettings(
    speed_mps=3.0,
    pelvic_rotation_range_deg=8.0,
    hip_extension_peak_deg=-3.0,
    pelvic_tilt_mean_deg=4.0,
)
BLOCK = RunnerSettings(trunk_rotation_lag_deg=20.0)

FIRES = {
    "fast_with_high_rotation": FAST_HIGH,
    "fast_with_low_rotation": FAST_LOW,
    "low_rotation_short_quick_strides": QUICK,
    "low_rotation_erect_overstride": ERECT,
    "low_rotation_low_hip_extension": STIFF,
    "pelvis_and_trunk_as_one_block": BLOCK,
    "counter_rotation": FAST_HIGH,
}
"""A runner made for each rule."""

TIGHT = SensorSettings()  # no soft tissue, no noise
SURE, NEAR = 3.0, 0.5  # standard uncertainties from a limit
STANDARDS = {"stride_length_height_ratio": 0.02}
STANDARD = 0.5  # of all others
HEIGHT_M = 1.6


@functools.cache
def case(runner: RunnerSettings, session: Session = SESSION) -> tuple[Result, RunningAnalysis]:
    _, result, analysis = run_case(runner, session=session, sensors=TIGHT)
    return result, analysis


def said(analysis: RunningAnalysis, rule: str) -> Finding | None:
    return next((f for f in analysis.findings if f.rule == rule), None)


def test_every_rule_has_its_runner() -> None:
    assert {rule.name for rule in read_rules()} == set(FIRES)


@pytest.mark.parametrize("rule", FIRES)
def test_a_rule_fires_on_the_runner_made_for_it(rule: str) -> None:
    found = said(case(FIRES[rule])[1], rule)
    assert found is not None
    assert found.status == "fires", finding_text(found)
    assert found.probability is not None
    assert found.probability >= 0.95
    assert found.numbers
    assert found.source
    assert found.strength
    assert "(unknown)" not in finding_text(found)


def values_of(rule: Rule, away: dict[int, float]) -> list[Summary]:
    """Return a summary for each measure of a rule, so far from the limit of each condition.

    Of two conditions on one measure the place between both is taken unless one is moved.
    """
    places: dict[str, list[float]] = {}
    for number, condition in enumerate(rule.conditions):
        side = 1.0 if condition.op.startswith(">") else -1.0
        name = condition.measure
        place = condition.limit + side * away.get(number, SURE) * STANDARDS.get(name, STANDARD)
        if number in away:
            places[name] = [place]
        elif not any(rule.conditions[k].measure == name for k in away):
            places.setdefault(name, []).append(place)
    out = []
    for name, found in places.items():
        mean, half = sum(found) / len(found), 1.959964 * STANDARDS.get(name, STANDARD)
        if name == "phase_from_counter_rotation_deg":
            name, mean = "pelvis_trunk_phase_deg", 180.0 - mean
        elif name == "stride_length_height_ratio":
            name, mean = "stride_length_m", HEIGHT_M * mean
            half = HEIGHT_M * float(np.sqrt(half**2 - (1.959964 * 0.01 * mean / HEIGHT_M**2) ** 2))
        out.append(summary(name, mean, half))
    return out


@pytest.mark.parametrize("rule", read_rules(), ids=lambda rule: rule.name)
def test_each_condition_of_each_rule_counts(rule: Rule) -> None:
    """All far on their side: it fires. One far on the other: silent. One near: cannot tell."""
    whole = judged(rule, *values_of(rule, {}))
    assert whole is not None
    assert whole.status == "fires"
    for number in range(len(rule.conditions)):
        assert judged(rule, *values_of(rule, {number: -SURE})) is None
        near = judged(rule, *values_of(rule, {number: NEAR}))
        assert near is not None
        assert near.status == "cannot tell"
        assert near.drills == ()


@pytest.mark.parametrize("speed_mps", [2.5, 3.6])
def test_ordinary_runners_get_a_finding_and_doubtful_recordings_none(speed_mps: float) -> None:
    runner = replace(typical_runner("female"), speed_mps=speed_mps)
    result, analysis = case(runner)
    assert any(f.status == "fires" for f in analysis.findings)
    heading = replace(result.placement.heading, confidence="doubtful")
    placement = replace(result.placement, heading=heading)
    doubtful = find_findings(analysis, result.settings, placement, result.quality)
    assert {f.status for f in doubtful} == {"cannot tell"}
    assert all("the heading of the sensors is doubtful" in finding_text(f) for f in doubtful)
    poor = replace(result.quality, checks=(replace(result.quality.checks[0], verdict="doubtful"),))
    found = find_findings(analysis, result.settings, result.placement, poor)
    assert {f.status for f in found} == {"cannot tell"}
    assert not any(f.drills for f in (*doubtful, *found))


def test_an_activity_that_nobody_stated_is_not_judged_and_walking_is_not_spoken_of() -> None:
    result, analysis = case(FAST_LOW)
    for kind in (None, "walking"):
        activity = replace(result.settings.activity, kind=kind)
        settings = replace(result.settings, activity=activity)
        found = find_findings(analysis, settings, result.placement, result.quality)
        assert all(f.status == "cannot tell" for f in found)
        assert bool(found) == (kind is None)


def test_coach_bands_and_published_norms_are_never_mixed() -> None:
    for rule in read_rules():
        groups = {c.norm.key.split(".")[0] for c in rule.conditions if c.norm is not None}
        assert not {"coach", "published"} <= groups, rule.name
    text = files("opensim_pelvis.guidance").joinpath("rules.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    tables["rule"][0]["conditions"].append(
        {"measure": "cadence_spm", "op": ">", "limit": "published.sex_difference"}
    )
    with pytest.raises(SettingsError, match="never mixed"):
        make_rules(tables, read_norms())


def test_every_number_has_its_source() -> None:
    for norm in read_norms().values():
        assert norm.unit
        assert norm.source
        assert norm.what
        if norm.key.startswith("coach."):
            assert "article" in norm.source
        if norm.key.startswith("choice."):
            assert norm.source.startswith("choice of this package")


def test_drills_say_what_for_how_how_much_and_when_not_to() -> None:
    drills = {drill.name: drill for rule in read_rules() for drill in rule.drills}
    assert len(drills) >= 5
    for drill in drills.values():
        assert all(len(text) > 10 for text in (drill.purpose, drill.how, drill.dose, drill.avoid))
