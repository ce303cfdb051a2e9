"""Several recordings on one page: sessions of one runner, or a cohort."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from opensim_pelvis.gait.measures.definitions import shown_in
from opensim_pelvis.report.figures_runs import several_chart
from opensim_pelvis.report.headline import find_measure, find_row
from opensim_pelvis.report.lab import Lab
from opensim_pelvis.report.page import render
from opensim_pelvis.report.sessions_of import Known, compare_views, ordered
from opensim_pelvis.report.several_changes import change_tables, change_words, intro
from opensim_pelvis.report.texts import Texts, read_texts
from opensim_pelvis.report.view import View
from opensim_pelvis.report.view_measures import ROTATION
from opensim_pelvis.report.wording import worded
from opensim_pelvis.sessions.change import Comparison
from opensim_pelvis.types import MeasureDefinition


def columns() -> tuple[MeasureDefinition, ...]:
    """Return the measures compared; those of two sides are averaged over the sides."""
    return shown_in("sessions")


def render_several(
    views: Sequence[View], lab: Lab | None = None, known: Known | None = None
) -> str:
    """Return the page of several recordings as HTML."""
    lab = lab or Lab()
    texts = read_texts(lab.language)
    views = [worded(view, texts) for view in views]
    compared = compare_views(views, known)
    return render(
        "several.html",
        lab,
        texts,
        {"several": several_chart(views, texts)},
        rows=comparison(views, compared),
        columns=[(d.name, d.unit) for d in columns()],
        intro=intro(texts),
        views=views,
        rotation_words=rotation_words,
        changes=change_tables(compared.values(), known, texts),
        short_date=short_date,
    )


def comparison(
    views: Sequence[View], compared: Mapping[str, Comparison] | None = None
) -> list[dict[str, Any]]:
    """Return a row a recording, those of a runner together, each against the runner's first."""
    found = compare_views(views) if compared is None else compared
    rows = []
    for view in ordered(views):
        row = find_row(view, ROTATION)
        rows.append(
            {
                "name": view["name"],
                "runner": view["subject"]["id"] or view["name"],
                "date": view["recording"]["date"],
                "verdict": view["quality"]["verdict"],
                "kept": view["strides"]["kept"],
                "means": {d.name: mean_of(view, d.name) for d in columns()},
                "low": row["low"] if row else None,
                "high": row["high"] if row else None,
                "compared": found.get(view["name"]),
            }
        )
    return rows


def rotation_words(compared: Comparison | None, texts: Texts) -> str:
    """Return the change of pelvic rotation in words; empty for a runner's first recording."""
    change = None if compared is None else compared.change(ROTATION)
    if change is None or compared is None:
        return ""
    said = change_words(change, texts)
    marked = compared.doubtful and change.refusal is None
    return texts["several"]["doubtful"].format(change=said) if marked else said


def short_date(date: dict[str, str] | None, texts: Texts) -> str:
    """Return when a recording began, or that it is not stated."""
    return texts["page"]["unknown"] if date is None else texts.moment(date["start"])


def mean_of(view: View, name: str) -> float | None:
    """Return the mean of a measure, of both sides where it has two."""
    measure = find_measure(view, name)
    means = [r["mean"] for r in measure["rows"] if r["mean"] is not None] if measure else []
    return sum(means) / len(means) if means else None
