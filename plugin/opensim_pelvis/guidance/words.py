"""What findings and their reasons say: English made of the numbers that the rules judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from opensim_pelvis.types import Finding, Reason

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
SEX_UNKNOWN: Final = "sex not stated"
NOT_KNOWN: Final = "(not known)"


def finding_text(finding: Finding) -> str:
    """Return what a finding says, with why it cannot tell."""
    text = fill(finding.rule_text, finding.named, sex=finding.sex or SEX_UNKNOWN, unknown=NOT_KNOWN)
    if not finding.reasons:
        return text
    told = "; ".join(reason_text(reason) for reason in finding.reasons)
    return f"{text} {CANNOT_TELL.format(reasons=told)}"


def reason_text(reason: Reason) -> str:
    """Return why a rule cannot tell."""
    return REASONS[reason.key].format(measure=_say(reason.measure), **reason.values)


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


def _say(measure: str) -> str:
    """Return a measure's name as words, without its unit.

    >>> _say("pelvic_rotation_range_deg")
    'pelvic rotation range'
    """
    return measure.rpartition("_")[0].replace("_", " ")


def fill(text: str, known: Mapping[str, float], *, sex: str, unknown: str) -> str:
    """Return a rule's text with its numbers; what is not known reads as ``unknown``.

    >>> fill("{a:.1f} and {b:.1f}, {sex}", {"a": 1.0}, sex="female", unknown="(not known)")
    '1.0 and (not known), female'
    """
    return text.format_map(_Known({**known, "sex": sex}, unknown))


class _Known(dict[str, object]):
    """Numbers of a text, and what stands for one that is not known."""

    def __init__(self, known: Mapping[str, object], unknown: str) -> None:
        super().__init__(known)
        self.unknown = unknown

    def __missing__(self, key: str) -> object:
        return _Unknown(self.unknown)


class _Unknown(str):
    __slots__ = ()

    def __format__(self, specification: str) -> str:
        return str(self)
