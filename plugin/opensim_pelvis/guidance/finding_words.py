"""What findings and their reasons say, in a language, of the numbers that the rules judged."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from string import Formatter
from typing import Any, Final

from opensim_pelvis.gait.measures.definitions import definition_of
from opensim_pelvis.guidance.references import read_references
from opensim_pelvis.guidance.rulebook import read_drills, read_norms, read_rules
from opensim_pelvis.language import ENGLISH, Language, Text
from opensim_pelvis.types import Drill, Finding, Reason

DISCLAIMER: Final = (
    "This report is information, not a diagnosis or medical advice. Drills are general. If you "
    "feel pain, stop and ask a clinician."
)

REASONS: Final = {
    "unknown": "{measure} is unknown",
    "unsure": "the uncertainty of {measure} is unknown",
    "above": "{measure} exceeds {limit:g} with a probability of {percent:.0f} % only",
    "below": "{measure} is below {limit:g} with a probability of {percent:.0f} % only",
    "together": "all conditions hold together with a probability of {percent:.0f} % only",
    "more_strides": "more strides would tell",
    "static_trial": "a static trial, upright and facing forward, would tell more",
    "heading_axis": "a stated heading axis would tell more",
    "tighter": "a sensor attached more tightly would tell more",
    "foot_sensors": "sensors on the feet would tell more",
    "trunk_sensor": "a sensor on the trunk would tell",
    "thigh_sensors": "sensors on the thighs would tell",
    "shank_sensors": "sensors on the shanks would tell",
    "stated_speed": "a stated speed would tell",
    "stated_height": "a stated height would tell",
    "quality": "data quality is not good",
    "heading": "the heading of the sensors is doubtful",
    "activity": "the activity was not stated to be running",
    "strides": "no strides were found",
    "few": "only {n:.0f} strides, {needed:.0f} are needed",
}
"""Why a rule cannot tell."""

_MOST_PERCENT: Final = 99.0
CANNOT_TELL: Final = "Undecided: {reasons}."
LIKELY: Final = "Probability: {percent:.0f} % or more."
NOT_KNOWN: Final = "(unknown)"
SEX: Final = {"female": "female", "male": "male", None: "sex not stated"}

DERIVED: Final = {
    "stride_length_height_ratio": "Stride length relative to body height",
    "phase_from_counter_rotation_deg": "Phase difference from counter-rotation",
}
"""Values that rules use beside the measures, with their labels."""

NORM_WORDS: Final = ("unit", "what", "source", "sample", "caveat")
REFERENCE_WORDS: Final = ("what", "source", "sample", "caveat")
DRILL_WORDS: Final = ("name", "purpose", "how", "dose", "avoid")


def texts() -> Iterator[Text]:
    """Return every text of rules, drills, norms, references and findings."""
    yield Text("guidance.disclaimer", DISCLAIMER)
    yield Text("guidance.cannot_tell", CANNOT_TELL)
    yield Text("guidance.likely", LIKELY)
    yield Text("guidance.not_known", NOT_KNOWN)
    yield from (Text(_sex_key(sex), english) for sex, english in SEX.items())
    yield from (Text(f"guidance.reason.{key}", english) for key, english in REASONS.items())
    yield from (Text(f"measure.{name}.label", label) for name, label in DERIVED.items())
    for rule in read_rules():
        yield Text(f"rule.{rule.name}.text", rule.text)
        yield Text(f"rule.{rule.name}.strength", rule.strength)
    for drill in read_drills():
        yield from (Text(f"drill.{drill.key}.{w}", getattr(drill, w)) for w in DRILL_WORDS)
    for key, norm in read_norms().items():
        yield from (Text(f"norm.{key}.{w}", getattr(norm, w)) for w in NORM_WORDS)
    for one in read_references():
        yield from (Text(f"reference.{one.key}.{w}", getattr(one, w)) for w in REFERENCE_WORDS)


def finding_text(finding: Finding, language: Language = ENGLISH) -> str:
    """Return what a finding says, with how likely it is or why it cannot tell."""
    said = rule_text(
        finding.rule, finding.rule_text, finding.named, finding.sex, finding.reasons, language
    )
    return likely_text(said, finding.probability, language)


def likely_text(said: str, probability: float | None, language: Language = ENGLISH) -> str:
    """Return what a finding says with how likely it is, rounded down; as it is without.

    >>> likely_text("It is so.", 0.9987)
    'It is so. Probability: 99 % or more.'
    """
    if probability is None:
        return said
    percent = math.floor(min(100.0 * probability, _MOST_PERCENT))
    return f"{said} {language.text('guidance.likely', LIKELY).format(percent=percent)}"


def rule_text(
    rule: str,
    english: str,
    named: Mapping[str, float | None],
    sex: str | None,
    reasons: tuple[Reason, ...],
    language: Language,
) -> str:
    """Return what a rule says of the numbers that it names, with why it cannot tell."""
    known = {name: value for name, value in named.items() if value is not None}
    text = language.text(f"rule.{rule}.text", english)
    said = fill(text, known, sex=sex_word(sex, language), language=language)
    if not reasons:
        return said
    told = "; ".join(reason_text(reason, language) for reason in reasons)
    return f"{said} {language.text('guidance.cannot_tell', CANNOT_TELL).format(reasons=told)}"


def reason_text(reason: Reason, language: Language = ENGLISH) -> str:
    """Return why a rule cannot tell."""
    words = language.text(f"guidance.reason.{reason.key}", REASONS[reason.key])
    name = language.text(f"measure.{reason.measure}.label", _inside(reason.measure))
    return _Filled({}, "", language).vformat(words, (), {"measure": name, **reason.values})


def rule_source(rule: str, english: str, language: Language) -> str:
    """Return the sources that a rule rests on."""
    found = next((row for row in read_rules() if row.name == rule), None)
    if found is None or language is ENGLISH:
        return english
    norms = [condition.norm for condition in found.conditions if condition.norm]
    return "; ".join(
        dict.fromkeys(language.text(f"norm.{norm.key}.source", norm.source) for norm in norms)
    )


def drill_in(drill: Drill, language: Language) -> Drill:
    """Return a drill in a language."""
    words = {w: language.text(f"drill.{drill.key}.{w}", getattr(drill, w)) for w in DRILL_WORDS}
    return replace(drill, **words)


def plain_finding(finding: Finding) -> dict[str, Any]:
    """Return a finding as files hold it: its record with texts, without what they are made of."""
    row = asdict(finding)
    row["reasons"] = [
        {"key": r.key, "text": reason_text(r), "measure": r.measure, "values": dict(r.values)}
        for r in finding.reasons
    ]
    del row["sex"], row["rule_text"]
    head = {name: row.pop(name) for name in ("rule", "kind", "status")}
    return {**head, "text": finding_text(finding), **row}


def sex_word(sex: str | None, language: Language = ENGLISH) -> str:
    """Return a sex in words, or that it is not stated."""
    return language.text(_sex_key(sex), SEX[sex])


def fill(text: str, known: Mapping[str, float], *, sex: str, language: Language = ENGLISH) -> str:
    """Return a rule's text with its numbers, and words for those that are not known.

    >>> fill("{a:.1f} and {b:.1f}, {sex}", {"a": 1.0}, sex="female")
    '1.0 and (unknown), female'
    """
    unknown = language.text("guidance.not_known", NOT_KNOWN)
    return _Filled({**known, "sex": sex}, unknown, language).vformat(text, (), {})


class _Filled(Formatter):
    """Fills in numbers in a language's form, and words for one that is not known."""

    def __init__(self, known: Mapping[str, object], unknown: str, language: Language) -> None:
        self.known, self.unknown, self.language = known, unknown, language

    def get_value(self, key: int | str, args: object, kwargs: Mapping[str, object]) -> object:
        return kwargs.get(str(key), self.known.get(str(key)))

    def format_field(self, value: object, form: str) -> str:
        if value is None:
            return self.unknown
        return self.language.number(value, form) if isinstance(value, float | int) else str(value)


def _sex_key(sex: str | None) -> str:
    return f"guidance.sex.{sex or 'unknown'}"


def _inside(measure: str) -> str:
    """Return what a measure is called inside an English sentence; empty without one.

    >>> _inside("pelvic_rotation_range_deg")
    'pelvic rotation, range'
    """
    if not measure:
        return ""
    label = DERIVED.get(measure) or definition_of(measure).label
    first = label.split()[0]  # "OpenSim" stays as it is
    return label if first[1:] != first[1:].lower() else label[:1].lower() + label[1:]
