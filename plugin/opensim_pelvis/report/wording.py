"""Puts the texts that come from the analysis into the words of a translation.

Without a translation they stay as the analysis wrote them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from opensim_pelvis.guidance.tables import read_rules
from opensim_pelvis.guidance.words import (
    CANNOT_TELL,
    NOT_KNOWN,
    REASONS,
    SEX_UNKNOWN,
    fill,
)
from opensim_pelvis.report.phrases import ANGLE_TEXTS, DRILL_TEXTS, MEASURE_TEXTS, NORM_TEXTS
from opensim_pelvis.report.texts import ANALYSIS, Texts
from opensim_pelvis.report.view import View

Say = Callable[[str], str]
"""English text to its translation; text without one as it is."""


def worded(view: View, texts: Texts) -> View:
    """Return a view whose definitions, rules, drills and norms are in the words of the texts."""
    table = texts[ANALYSIS]

    def say(text: str) -> str:
        # sources are joined where a rule rests on several
        return table.get(text) or "; ".join(table.get(part, part) for part in text.split("; "))

    start = view["strides"]["start"]
    return {
        **view,
        "strides": {**view["strides"], "start": texts["start"].get(start, start)},
        "measures": [_measure(row, say) for row in view["measures"]],
        "angles": [_said(row, ANGLE_TEXTS, say) for row in view["angles"]],
        "norms": {key: _said(row, NORM_TEXTS, say) for key, row in view["norms"].items()},
        "findings": [_finding(row, view, texts, say) for row in view["findings"]],
        "disclaimer": say(view["disclaimer"]),
    }


def _said(row: Mapping[str, Any], names: Sequence[str], say: Say) -> dict[str, Any]:
    return {**row, **{name: say(row[name]) for name in names if name in row}}


def _measure(row: Mapping[str, Any], say: Say) -> dict[str, Any]:
    bands = {
        kind: [_said(band, NORM_TEXTS, say) for band in row[kind]]
        for kind in ("coach", "published")
    }
    return {**_said(row, MEASURE_TEXTS, say), **bands}


def _finding(row: Mapping[str, Any], view: View, texts: Texts, say: Say) -> dict[str, Any]:
    return {
        **_said(row, ("source", "strength"), say),
        "text": _text_of(row, view, texts, say),
        "drills": [_said(drill, DRILL_TEXTS, say) for drill in row["drills"]],
    }


def _text_of(row: Mapping[str, Any], view: View, texts: Texts, say: Say) -> str:
    """Return what a finding says; as the analysis wrote it where no translation says it."""
    templates = {rule.name: rule.text for rule in read_rules()}
    english = templates.get(row["rule"], "")
    if not english or say(english) == english:
        return str(row["text"])
    sex = view["subject"]["sex"]
    who = texts["page"][sex] if sex else say(SEX_UNKNOWN)
    known = {name: value for name, value in row["named"].items() if value is not None}
    text = fill(say(english), known, sex=who, unknown=say(NOT_KNOWN))
    if not row["reasons"]:
        return text
    reasons = "; ".join(_reason(reason, texts, say) for reason in row["reasons"])
    return f"{text} {say(CANNOT_TELL).format(reasons=reasons)}"


def _reason(reason: Mapping[str, Any], texts: Texts, say: Say) -> str:
    template = REASONS.get(reason["key"])
    if template is None:
        return str(reason["text"])
    measure = reason["measure"]
    name = texts["measure"].get(measure, measure)
    return say(template).format(measure=name, **reason["values"])
