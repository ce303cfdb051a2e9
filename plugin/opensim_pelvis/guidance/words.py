"""The words of findings: texts by key, and what a finding says in a language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from string import Formatter
from typing import Final

from opensim_pelvis.guidance.tables import read_drills, read_norms, read_rules
from opensim_pelvis.language import ENGLISH, Language, Text
from opensim_pelvis.types import Drill, Finding, Reason

DISCLAIMER: Final = (
    "Information for a lab report, not a diagnosis and no medical advice. Drills are general; "
    "pain is a reason to stop and to ask a clinician."
)

REASONS: Final = {
    "unknown": "{measure} is not known",
    "interval": (
        "the interval of {measure} ({low:.1f} to {high:.1f}) reaches over the limit of {limit:g}"
    ),
    "heading": "the heading of the sensors is doubtful",
    "activity": "it was not stated that this is running (--activity)",
    "strides": "no strides were found",
    "few": "only {n:.0f} strides, {needed:.0f} are needed",
    "error": (
        "the known error of {measure} ({error:.1f} degrees) exceeds the effect ({effect:.1f} "
        "degrees)"
    ),
}
"""Why a rule cannot tell."""

CANNOT_TELL: Final = "Cannot tell: {reasons}."
NOT_KNOWN: Final = "(not known)"
SEX: Final = {"female": "female", "male": "male", None: "sex not stated"}

DERIVED: Final = {
    "stride_length_height_ratio": "Stride length in body heights",
    "phase_from_counter_rotation_deg": "Distance of the phase from counter-rotation",
}
"""Values that rules use beside the measures, with their labels."""

NORM_WORDS: Final = ("unit", "what", "source", "sample", "caveat")
DRILL_WORDS: Final = ("name", "purpose", "how", "dose", "avoid")


def texts() -> Iterator[Text]:
    """Return every text of rules, drills, norms and findings."""
    yield Text("guidance.disclaimer", DISCLAIMER)
    yield Text("guidance.cannot_tell", CANNOT_TELL)
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


def finding_text(finding: Finding, sex: str | None, language: Language) -> str:
    """Return what a finding says, and why it cannot tell."""
    rule = next((rule for rule in read_rules() if rule.name == finding.rule), None)
    if rule is None or language is ENGLISH:
        return finding.text
    said = fill(
        language.text(f"rule.{rule.name}.text", rule.text),
        {name: value for name, value in finding.named.items() if value is not None},
        sex=sex_word(sex, language),
        language=language,
    )
    return cannot_tell(said, finding.reasons, language)


def cannot_tell(said: str, reasons: tuple[Reason, ...], language: Language = ENGLISH) -> str:
    """Return what a rule says, followed by why it cannot tell; without a reason, as it is."""
    if not reasons:
        return said
    told = "; ".join(reason_text(reason, language) for reason in reasons)
    return f"{said} {language.text('guidance.cannot_tell', CANNOT_TELL).format(reasons=told)}"


def reason_text(reason: Reason, language: Language = ENGLISH) -> str:
    """Return why a rule cannot tell."""
    if reason.key not in REASONS:
        return reason.text
    words = language.text(f"guidance.reason.{reason.key}", REASONS[reason.key])
    name = language.text(f"measure.{reason.measure}.label", _say(reason.measure))
    return _Filled({}, "", language).vformat(words, (), {"measure": name, **reason.values})


def finding_source(finding: Finding, language: Language) -> str:
    """Return the sources that a finding rests on."""
    rule = next((rule for rule in read_rules() if rule.name == finding.rule), None)
    if rule is None or language is ENGLISH:
        return finding.source
    norms = [condition.norm for condition in rule.conditions if condition.norm]
    return "; ".join(
        dict.fromkeys(language.text(f"norm.{norm.key}.source", norm.source) for norm in norms)
    )


def drill_in(drill: Drill, language: Language) -> Drill:
    """Return a drill in a language."""
    words = {w: language.text(f"drill.{drill.key}.{w}", getattr(drill, w)) for w in DRILL_WORDS}
    return replace(drill, **words)


def finding_in(finding: Finding, sex: str | None, language: Language) -> Finding:
    """Return a finding with all that it says in a language."""
    return replace(
        finding,
        text=finding_text(finding, sex, language),
        source=finding_source(finding, language),
        strength=language.text(f"rule.{finding.rule}.strength", finding.strength),
        drills=tuple(drill_in(drill, language) for drill in finding.drills),
    )


def sex_word(sex: str | None, language: Language = ENGLISH) -> str:
    """Return a sex in words, or that it is not stated."""
    return language.text(_sex_key(sex), SEX[sex])


def fill(text: str, known: Mapping[str, float], *, sex: str, language: Language = ENGLISH) -> str:
    """Return a rule's text with its numbers, and words for those that are not known.

    >>> fill("{a:.1f} and {b:.1f}, {sex}", {"a": 1.0}, sex="female")
    '1.0 and (not known), female'
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


def _say(measure: str) -> str:
    """Return a measure's name as words, without its unit.

    >>> _say("pelvic_rotation_range_deg")
    'pelvic rotation range'
    """
    return measure.rpartition("_")[0].replace("_", " ")
