"""What findings say: numbers in their form, what is unknown, reasons, sources, other languages."""

from __future__ import annotations

import dataclasses
from typing import Final

import pytest

from opensim_pelvis.guidance import finding_words
from opensim_pelvis.guidance.finding_words import (
    DERIVED,
    REASONS,
    drill_in,
    fill,
    finding_text,
    plain_finding,
    reason_text,
    rule_source,
    rule_text,
    sex_word,
    texts,
)
from opensim_pelvis.guidance.rulebook import Rule, read_drills, read_norms, read_rules
from opensim_pelvis.language import ENGLISH, Entry, Language
from opensim_pelvis.types import Drill, Finding, Reason

RULE: Final = next(rule for rule in read_rules() if len({c.norm for c in rule.conditions}) > 1)
ROTATION: Final = "pelvic_rotation_range_deg"


def language(**translated: str) -> Language:
    """Return a language with a decimal comma; two underscores in a name are a dot of the key."""
    entries = {
        key.replace("__", "."): Entry(english="", forms=(text,)) for key, text in translated.items()
    }
    return Language(code="de", entries=entries, decimal=",")


def finding(*reasons: Reason, text: str = "{pelvic_rotation_range_deg:.1f} degrees") -> Finding:
    return Finding(
        rule="by hand",
        kind="coach band",
        status="cannot tell" if reasons else "fires",
        rule_text=text,
        sex="male",
        numbers={ROTATION: 9.26},
        source="A; B",
        strength="weak",
        drills=(Drill(name="n", purpose="p", how="h", dose="d", avoid="a", key="k"),),
        reasons=reasons,
        named={ROTATION: 9.26},
    )


FEW: Final = Reason(key="few", values={"n": 7.0, "needed": 10.0})
BELOW: Final = Reason(key="below", measure="speed_mps", values={"percent": 81.6, "limit": 4.1667})


def test_a_finding_says_its_numbers_and_then_why_it_cannot_tell() -> None:
    assert finding_text(finding()) == "9.3 degrees"
    told = "speed is below 4.1667 with a probability of 82 % only"
    few = "only 7 strides, 10 are needed"
    assert finding_text(finding(BELOW, FEW)) == f"9.3 degrees Undecided: {told}; {few}."


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (
            Reason(key="unknown", measure="pelvic_drop_deg"),
            "contralateral pelvic drop in stance is unknown",
        ),
        (Reason(key="heading"), "the heading of the sensors is doubtful"),
        (Reason(key="activity"), "the activity was not stated to be running"),
        (Reason(key="strides"), "no strides were found"),
        (
            Reason(key="above", measure=ROTATION, values={"limit": 5.0, "percent": 70.0}),
            "pelvic rotation, range exceeds 5 with a probability of 70 % only",
        ),
        (
            Reason(key="together", values={"percent": 92.5}),
            "all conditions hold together with a probability of 92 % only",
        ),
        (Reason(key="unsure", measure="speed_mps"), "the uncertainty of speed is unknown"),
        (Reason(key="quality"), "data quality is not good"),
    ],
)
def test_each_reason_names_its_measure_and_numbers(reason: Reason, words: str) -> None:
    assert reason_text(reason) == words
    assert reason.key in REASONS


def test_what_is_not_known_is_said_and_a_sex_is_named() -> None:
    text = "{sex}: {speed_mps:.1f} m/s at {cadence_spm:.0f}"
    told = rule_text("x", text, {"speed_mps": 4.25, "cadence_spm": None}, None, (), ENGLISH)
    assert told == "sex not stated: 4.2 m/s at (unknown)"
    assert fill(text, {"cadence_spm": 180}, sex="female") == "female: (unknown) m/s at 180"
    assert [sex_word(sex) for sex in ("female", "male", None)] == [
        "female", "male", "sex not stated",
    ]  # fmt: skip


def test_in_another_language_words_and_decimal_signs_are_its_own() -> None:
    german = language(
        rule__x__text="{speed_mps:.1f} m/s, {cadence_spm:.0f}, {sex}",
        guidance__not_known="(unbekannt)",
        guidance__cannot_tell="Offen: {reasons}.",
        guidance__likely="Mindestens {percent:.0f} %.",
        guidance__reason__below="{measure} unter {limit:g}: {percent:.0f} %",
        guidance__sex__male="Mann",
        guidance__sex__unknown="ohne Angabe",
        measure__speed_mps__label="Tempo (ca.)",
    )
    english = "{sex} {speed_mps:.1f} {cadence_spm:.0f}"
    told = rule_text("x", english, {"speed_mps": 4.25}, "male", (BELOW,), german)
    assert told == "4,2 m/s, (unbekannt), Mann Offen: Tempo (ca.) unter 4,1667: 82 %."
    assert sex_word(None, german) == "ohne Angabe"
    assert sex_word("female", german) == "female"
    assert reason_text(FEW, german) == "only 7 strides, 10 are needed"
    assert finding_text(finding(), german) == "9,3 degrees"
    sure = dataclasses.replace(finding(), probability=0.976)
    assert finding_text(sure, german) == "9,3 degrees Mindestens 97 %."


def test_sources_of_a_rule_are_those_of_its_norms_in_the_language() -> None:
    norms = [c.norm for c in RULE.conditions if c.norm]
    assert len({norm.source for norm in norms}) > 1
    untranslated = rule_source(RULE.name, "as written", language())
    assert untranslated == RULE.source == "; ".join(dict.fromkeys(n.source for n in norms))
    key = f"norm__{norms[0].key.replace('.', '__')}__source"
    told = rule_source(RULE.name, "as written", language(**{key: "Quelle"}))
    assert told.split("; ")[0] == "Quelle"
    assert rule_source(RULE.name, "as written", ENGLISH) == "as written"
    assert rule_source("a rule of an earlier release", "as written", language()) == "as written"
    same = language(
        **{f"norm__{n.key.replace('.', '__')}__source": "Eine" for n in read_norms().values()}
    )
    assert rule_source(RULE.name, "as written", same) == "Eine", "each source once"


@pytest.mark.parametrize("rule", read_rules(), ids=lambda rule: str(rule.name))
def test_each_rule_has_the_sources_of_its_own_norms_where_it_has_any(rule: Rule) -> None:
    """A limit that a rule states itself has no source."""
    assert rule_source(rule.name, "as written", language()) == rule.source


def test_a_drill_is_translated_word_by_word_and_keeps_its_key() -> None:
    drill = read_drills()[0]
    prefix = f"drill__{drill.key}"
    words = {"name": "N", "purpose": "Z", "how": "W", "dose": "M", "avoid": "V"}
    german = language(**{f"{prefix}__{word}": text for word, text in words.items()})
    assert drill_in(drill, german) == Drill(key=drill.key, **words)
    assert drill_in(drill, ENGLISH) == drill
    half = drill_in(drill, language(**{f"{prefix}__dose": "M"}))
    assert half == dataclasses.replace(drill, dose="M")


def test_a_finding_in_a_file_holds_its_texts_and_not_what_they_are_made_of() -> None:
    row = plain_finding(finding(FEW))
    assert list(row) == [
        "rule", "kind", "status", "text", "numbers", "source", "strength", "drills", "reasons",
        "named", "probability",
    ]  # fmt: skip
    assert (row["rule"], row["kind"], row["status"]) == ("by hand", "coach band", "cannot tell")
    assert row["text"] == "9.3 degrees Undecided: only 7 strides, 10 are needed."
    assert row["reasons"] == [
        {
            "key": "few",
            "text": "only 7 strides, 10 are needed",
            "measure": "",
            "values": {"n": 7.0, "needed": 10.0},
        }
    ]
    assert row["drills"][0]["dose"] == "d"


def test_every_text_has_one_key_and_every_key_that_is_asked_for_is_there() -> None:
    listed = list(texts())
    keys = {text.key: text.english for text in listed}
    assert len(keys) == len(listed)
    assert all(text.english for text in listed)
    for rule in read_rules():
        assert keys[f"rule.{rule.name}.text"] == rule.text
        assert keys[f"rule.{rule.name}.strength"] == rule.strength
    for drill in read_drills():
        assert keys[f"drill.{drill.key}.avoid"] == drill.avoid
    for key, norm in read_norms().items():
        assert keys[f"norm.{key}.source"] == norm.source
    for key, english in REASONS.items():
        assert keys[f"guidance.reason.{key}"] == english
    for name, label in DERIVED.items():
        assert keys[f"measure.{name}.label"] == label
    assert keys["guidance.disclaimer"] == finding_words.DISCLAIMER
    assert keys["guidance.cannot_tell"] == finding_words.CANNOT_TELL
    assert keys["guidance.not_known"] == finding_words.NOT_KNOWN
    assert keys["guidance.likely"] == finding_words.LIKELY
    sexes = {sex: keys[f"guidance.sex.{sex}"] for sex in ("female", "male", "unknown")}
    assert sexes == {"female": "female", "male": "male", "unknown": "sex not stated"}
