"""Several recordings on one page: sessions of one runner, or a cohort."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from opensim_pelvis.gait.measures.definitions import shown_in
from opensim_pelvis.report.change import Change, change_between, rules
from opensim_pelvis.report.figures_runs import several_chart
from opensim_pelvis.report.headline import find_measure, find_row
from opensim_pelvis.report.lab import Lab
from opensim_pelvis.report.page import render
from opensim_pelvis.report.texts import Texts, read_texts
from opensim_pelvis.report.view import View
from opensim_pelvis.report.view_measures import ROTATION
from opensim_pelvis.report.wording import worded
from opensim_pelvis.types import MeasureDefinition
from opensim_pelvis.types.date import order_moments


def columns() -> tuple[MeasureDefinition, ...]:
    """Return the measures compared; those of two sides are averaged over the sides."""
    return shown_in("sessions")


def render_several(views: Sequence[View], lab: Lab | None = None) -> str:
    """Return the page of several recordings as HTML."""
    lab = lab or Lab()
    texts = read_texts(lab.language)
    views = [worded(view, texts) for view in views]
    return render(
        "several.html",
        lab,
        texts,
        {"several": several_chart(views, texts)},
        rows=comparison(views),
        columns=[(d.name, d.unit) for d in columns()],
        intro=intro(texts),
        views=views,
        change_words=change_words,
        short_date=short_date,
    )


def comparison(views: Sequence[View]) -> list[dict[str, Any]]:
    """Return a row a recording, those of a runner together, each against the runner's first.

    The first is the first with pelvic rotation that is not rejected.
    A runner's recordings stand in the order of their dates, those without one last, by name.
    """
    moments = order_moments((view["recording"]["date"] or {}).get("start") for view in views)
    keys = [str(view["subject"]["id"] or view["name"]) for view in views]
    places = sorted(range(len(views)), key=lambda i: (keys[i], moments[i], views[i]["name"]))
    ordered = [views[i] for i in places]
    first: dict[str, View] = {}
    rows = []
    for view in ordered:
        runner = view["subject"]["id"] or view["name"]
        row = find_row(view, ROTATION)
        rows.append(
            {
                "name": view["name"],
                "runner": runner,
                "date": view["recording"]["date"],
                "verdict": view["quality"]["verdict"],
                "kept": view["strides"]["kept"],
                "means": {d.name: mean_of(view, d.name) for d in columns()},
                "low": row["low"] if row else None,
                "high": row["high"] if row else None,
                "change": change_between(first[runner], view) if runner in first else None,
            }
        )
        if row is not None and view["quality"]["verdict"] != "rejected":
            first.setdefault(runner, view)
    return rows


def short_date(date: dict[str, str] | None, texts: Texts) -> str:
    """Return when a recording began, or that it is not stated."""
    return texts["page"]["unknown"] if date is None else texts.moment(date["start"])


def mean_of(view: View, name: str) -> float | None:
    """Return the mean of a measure, of both sides where it has two."""
    measure = find_measure(view, name)
    means = [r["mean"] for r in measure["rows"] if r["mean"] is not None] if measure else []
    return sum(means) / len(means) if means else None


def intro(texts: Texts) -> str:
    """Return what the page is, and what a change counts."""
    return texts["several"]["text"].format(
        part=texts.written(100.0 * rules()["placement"]["part"], ".0f"),
        speed=texts.written(rules()["speed"]["most_mps"], ".1f"),
    )


def change_words(change: Change | None, texts: Texts) -> str:
    """Return a change in words; empty for a runner's first recording."""
    if change is None:
        return ""
    words = texts["several"]
    if change.refusal is not None:
        return texts["not_compared"][change.refusal]
    if change.seen:
        sign = "+" if change.degrees > 0.0 else ""
        size = f"{sign}{texts.number(change.degrees, 'deg')}"
        said = words["changed"].format(change=size, u95=texts.number(change.u95, "deg"))
    else:
        said = words["unchanged"].format(bound=texts.number(change.bound, "deg"))
    return words["doubtful"].format(change=said) if change.doubtful else said
