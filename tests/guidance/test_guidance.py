"""Each rule fires on a runner made for it, is silent one step outside, and knows when to be."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import replace
from importlib.resources import files

import pytest

from opensim_pelvis.errors import SettingsError
from opensim_pelvis.guidance.engine import FEWEST_STRIDES, find_findings
from opensim_pelvis.guidance.finding_words import finding_text
from opensim_pelvis.guidance.rulebook import make_rules, read_norms, read_rules
from opensim_pelvis.simulate import RunnerSettings, Session
from opensim_pelvis.types import Finding, Result, RunningAnalysis
from tests.running_cases import run_case

SESSION = Session(duration_s=13.0, rate_hz=100.0)

FAST_HIGH = RunnerSettings(speed_mps=4.6, cadence_spm=180.0, pelvic_rotation_range_deg=17.0)
FAST_LOW = replace(FAST_HIGH, pelvic_rotation_range_deg=9.0)
QUICK = RunnerSettings(speed_mps=3.0, cadence_spm=190.0, pelvic_rotation_range_deg=4.0)
ERECT = RunnerSettings(
    speed_mps=3.0,
    cadence_spm=160.0,
    pelvic_rotation_range_deg=8.0,
    trunk_forward_lean_deg=1.0,
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
}
"""A runner made for each rule."""

NEVER = {"women_and_men", "pelvic_drop_beside_rotation"}
"""Rules whose effect is smaller than the error of the measure: they say so and never judge."""

OUTSIDE = [
    ("fast_with_high_rotation", replace(FAST_HIGH, speed_mps=4.1)),
    ("fast_with_high_rotation", replace(FAST_HIGH, pelvic_rotation_range_deg=14.0)),
    ("fast_with_high_rotation", replace(FAST_HIGH, pelvic_rotation_range_deg=21.0)),
    ("fast_with_low_rotation", replace(FAST_LOW, speed_mps=4.1)),
    ("fast_with_low_rotation", replace(FAST_LOW, pelvic_rotation_range_deg=16.0)),
    ("low_rotation_short_quick_strides", replace(QUICK, pelvic_rotation_range_deg=6.0)),
    ("low_rotation_short_quick_strides", replace(QUICK, cadence_spm=170.0)),
    ("low_rotation_short_quick_strides", replace(QUICK, speed_mps=4.0)),
    ("low_rotation_erect_overstride", replace(ERECT, pelvic_rotation_range_deg=11.0)),
    ("low_rotation_erect_overstride", replace(ERECT, trunk_forward_lean_deg=5.0)),
    ("low_rotation_erect_overstride", replace(ERECT, knee_flexion_contact_deg=15.0,
                                              hip_flexion_range_deg=44.0)),
    ("low_rotation_low_hip_extension", replace(STIFF, pelvic_rotation_range_deg=11.0)),
    ("low_rotation_low_hip_extension", replace(STIFF, hip_extension_peak_deg=8.0)),
    ("pelvis_and_trunk_as_one_block", replace(BLOCK, trunk_rotation_lag_deg=110.0)),
]  # fmt: skip
"""Each rule, with a runner one step outside one of its conditions."""


@functools.cache
def case(runner: RunnerSettings, session: Session = SESSION) -> tuple[Result, RunningAnalysis]:
    _, result, analysis = run_case(runner, session=session)
    return result, analysis


def said(analysis: RunningAnalysis, rule: str) -> Finding | None:
    return next((f for f in analysis.findings if f.rule == rule), None)


def test_every_rule_has_its_runner() -> None:
    assert {rule.name for rule in read_rules()} == set(FIRES) | NEVER


@pytest.mark.parametrize("rule", FIRES)
def test_a_rule_fires_on_the_runner_made_for_it(rule: str) -> None:
    found = said(case(FIRES[rule])[1], rule)
    assert found is not None
    assert found.status == "fires", finding_text(found)
    assert found.numbers
    assert found.source
    assert found.strength
    assert "(unknown)" not in finding_text(found)


@pytest.mark.parametrize(("rule", "runner"), OUTSIDE)
def test_a_rule_is_silent_one_step_outside(rule: str, runner: RunnerSettings) -> None:
    assert said(case(runner)[1], rule) is None


@pytest.mark.parametrize("rule", FIRES)
def test_a_rule_does_not_judge_doubtful_data(rule: str) -> None:
    result, analysis = case(FIRES[rule])
    heading = replace(result.placement.heading, confidence="doubtful")
    placement = replace(result.placement, heading=heading)
    doubtful = find_findings(analysis, result.settings, placement)
    assert {f.status for f in doubtful} == {"cannot tell"}
    assert all("the heading of the sensors is doubtful" in finding_text(f) for f in doubtful)
    assert not any(f.drills for f in doubtful)


def test_too_few_strides_are_not_judged() -> None:
    _, analysis = case(FAST_LOW, Session(duration_s=6.5, rate_hz=100.0))
    found = said(analysis, "fast_with_low_rotation")
    assert found is not None
    assert found.status == "cannot tell"
    assert f"{FEWEST_STRIDES} are needed" in finding_text(found)


def test_an_activity_that_nobody_stated_is_not_judged_and_walking_is_not_spoken_of() -> None:
    result, analysis = case(FAST_LOW)
    for kind in (None, "walking"):
        activity = replace(result.settings.activity, kind=kind)
        settings = replace(result.settings, activity=activity)
        found = find_findings(analysis, settings, result.placement)
        assert all(f.status == "cannot tell" for f in found)
        assert bool(found) == (kind is None)


def test_an_effect_smaller_than_the_error_is_not_judged() -> None:
    _, analysis = case(replace(FAST_LOW, pelvic_rotation_range_deg=13.0))
    found = said(analysis, "fast_with_low_rotation")
    assert found is not None
    assert found.status == "cannot tell"
    assert "exceeds the effect" in finding_text(found)
    assert found.drills == ()
    for rule in NEVER:
        never = said(analysis, rule)
        assert never is not None
        assert never.status == "cannot tell"
        assert "exceeds the effect" in finding_text(never)


def test_a_missing_measure_is_named() -> None:
    result, analysis = case(FAST_LOW)
    summaries = tuple(s for s in analysis.summaries if s.name != "speed_mps")
    found = find_findings(replace(analysis, summaries=summaries), result.settings, result.placement)
    rule = next(f for f in found if f.rule == "fast_with_low_rotation")
    assert rule.status == "cannot tell"
    assert "speed is unknown" in finding_text(rule)


def test_women_and_men_state_the_conflict() -> None:
    found = said(case(FAST_HIGH)[1], "women_and_men")
    assert found is not None
    for words in ("5-10", "2.5-3.5", "Lang 2023", "no judgement"):
        assert words in finding_text(found)


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
