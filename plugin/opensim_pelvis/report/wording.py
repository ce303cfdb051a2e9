"""Puts the definitions, rules, drills and norms of a view into a language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from opensim_pelvis.config.trial.defaults import default_in
from opensim_pelvis.gait.measures.definitions import WORDS as MEASURE_WORDS
from opensim_pelvis.guidance.finding_words import (
    NORM_WORDS,
    REASONS,
    REFERENCE_WORDS,
    drill_in,
    likely_text,
    rule_source,
    rule_text,
)
from opensim_pelvis.guidance.rulebook import read_rules
from opensim_pelvis.kinematics.angle_definitions import WORDS as ANGLE_WORDS
from opensim_pelvis.language import ENGLISH, Language
from opensim_pelvis.report.texts import Texts
from opensim_pelvis.report.view import View
from opensim_pelvis.types import Drill, Reason


def worded(view: View, texts: Texts) -> View:
    """Return a view that says everything in the language of the texts."""
    language = texts.language
    start = view["strides"]["start"]
    return {
        **view,
        "strides": {**view["strides"], "start": texts["start"].get(start, start)},
        "measures": [_measure(row, language) for row in view["measures"]],
        "angles": [
            _said(row, f"angle.{row['name']}", ANGLE_WORDS, language) for row in view["angles"]
        ],
        "norms": {
            key: _said(row, f"norm.{key}", NORM_WORDS, language)
            for key, row in view["norms"].items()
        },
        "findings": [_finding(row, view, language) for row in view["findings"]],
        "defaults": [default_in(line, language) for line in view["defaults"]],
        "disclaimer": language.text("guidance.disclaimer", view["disclaimer"]),
    }


def _said(
    row: Mapping[str, Any], key: str, names: Sequence[str], language: Language
) -> dict[str, Any]:
    words = {name: language.text(f"{key}.{name}", row[name]) for name in names if name in row}
    return {**row, **words}


def _measure(row: Mapping[str, Any], language: Language) -> dict[str, Any]:
    bands = {
        kind: [_said(band, f"{room}.{band['key']}", words, language) for band in row[kind]]
        for kind, room, words in (
            ("coach", "norm", NORM_WORDS),
            ("published", "reference", REFERENCE_WORDS),
        )
    }
    return {**_said(row, f"measure.{row['name']}", MEASURE_WORDS, language), **bands}


def _finding(row: Mapping[str, Any], view: View, language: Language) -> dict[str, Any]:
    rule = next((rule for rule in read_rules() if rule.name == row["rule"]), None)
    older = any(reason["key"] not in REASONS for reason in row["reasons"])
    if rule is None or older or language is ENGLISH:
        return dict(row)
    reasons = tuple(
        Reason(key=reason["key"], measure=reason["measure"], values=reason["values"])
        for reason in row["reasons"]
    )
    drills = (drill_in(Drill(**drill), language) for drill in row["drills"])
    sex = view["subject"]["sex"]
    said = rule_text(rule.name, rule.text, row["named"], sex, reasons, language)
    return {
        **row,
        "text": likely_text(said, row.get("probability"), language),
        "source": rule_source(rule.name, row["source"], language),
        "strength": language.text(f"rule.{rule.name}.strength", row["strength"]),
        "drills": [asdict(drill) for drill in drills],
    }
