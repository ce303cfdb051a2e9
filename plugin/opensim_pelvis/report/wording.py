"""Puts the definitions, rules, drills and norms of a view into a language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from opensim_pelvis.angle_definitions import WORDS as ANGLE_WORDS
from opensim_pelvis.guidance.words import NORM_WORDS, finding_in
from opensim_pelvis.language import Language
from opensim_pelvis.metrics.definitions import WORDS as MEASURE_WORDS
from opensim_pelvis.report.texts import Texts
from opensim_pelvis.report.view import View
from opensim_pelvis.types import Drill, Finding, Reason


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
        "disclaimer": language.text("guidance.disclaimer", view["disclaimer"]),
    }


def _said(
    row: Mapping[str, Any], key: str, names: Sequence[str], language: Language
) -> dict[str, Any]:
    words = {name: language.text(f"{key}.{name}", row[name]) for name in names if name in row}
    return {**row, **words}


def _measure(row: Mapping[str, Any], language: Language) -> dict[str, Any]:
    bands = {
        kind: [_said(band, f"norm.{band['key']}", NORM_WORDS, language) for band in row[kind]]
        for kind in ("coach", "published")
    }
    return {**_said(row, f"measure.{row['name']}", MEASURE_WORDS, language), **bands}


def _finding(row: Mapping[str, Any], view: View, language: Language) -> dict[str, Any]:
    finding = Finding(
        **{
            **row,
            "drills": tuple(Drill(**drill) for drill in row["drills"]),
            "reasons": tuple(Reason(**reason) for reason in row["reasons"]),
        }
    )
    return asdict(finding_in(finding, view["subject"]["sex"], language))
