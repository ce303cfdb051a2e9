"""Several recordings on one page: sessions of one runner, or a cohort."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any, Final

from opensim_pelvis.gait.measures.definitions import shown_in
from opensim_pelvis.report import style
from opensim_pelvis.report.change import Change, change_between, rules
from opensim_pelvis.report.figures_runs import CADENCE_RANGE, coach_bands, top_of
from opensim_pelvis.report.headline import find_measure, find_row
from opensim_pelvis.report.lab import Lab
from opensim_pelvis.report.page import render
from opensim_pelvis.report.plot import axis, figure
from opensim_pelvis.report.texts import Texts, read_texts
from opensim_pelvis.report.view import View
from opensim_pelvis.report.view_measures import ROTATION
from opensim_pelvis.report.wording import worded
from opensim_pelvis.types import MeasureDefinition
from opensim_pelvis.types.date import order_moments

SYMBOLS: Final = {"female": "circle", "male": "square", None: "diamond"}


PLACES: Final = (
    "middle right",
    "middle left",
    "top center",
    "bottom center",
    "top right",
    "bottom right",
    "top left",
    "bottom left",
)
"""Where a name may stand beside its point, the best first."""

NEAR_SPM: Final = 6.0
NEAR_DEG: Final = 1.2
"""Names of points that lie nearer would run into each other."""


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
        {"several": several_figure(views, texts)},
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


def label_places(known: Sequence[tuple[View, float, dict[str, Any]]]) -> list[str]:
    """Return where each name stands beside its point, so that near points share no place."""
    places: list[str] = []
    for i, (_, cadence, row) in enumerate(known):
        taken = {
            places[k]
            for k, (_, other, near) in enumerate(known[:i])
            if abs(other - cadence) < NEAR_SPM and abs(near["mean"] - row["mean"]) < NEAR_DEG
        }
        free = [place for place in PLACES if place not in taken]
        places.append(free[0] if free else PLACES[0])
    return places


def mean_of(view: View, name: str) -> float | None:
    """Return the mean of a measure, of both sides where it has two."""
    measure = find_measure(view, name)
    means = [r["mean"] for r in measure["rows"] if r["mean"] is not None] if measure else []
    return sum(means) / len(means) if means else None


def several_figure(views: Sequence[View], texts: Texts) -> dict[str, Any]:
    """Return the article's figure with every recording in it."""
    words = texts["cadence"]
    places = [(view, find_row(view, "cadence_spm"), find_row(view, ROTATION)) for view in views]
    known = [(view, c["mean"], r) for view, c, r in places if c and r]
    low = min([CADENCE_RANGE[0], *(c - 5.0 for _, c, _ in known)])
    high = max([CADENCE_RANGE[1], *(c + 5.0 for _, c, _ in known)])
    data = [
        {
            "type": "scatter", "mode": "markers+text", "x": [cadence], "y": [row["mean"]],
            "text": [escape(str(view["name"]))], "textposition": place,
            "textfont": {"size": 10}, "showlegend": False, "hoverinfo": "x+y",
            "error_y": {
                "type": "data", "array": [(row["high"] or row["mean"]) - row["mean"]],
                "color": style.SOFT, "visible": row["high"] is not None,
            },
            "marker": {"size": 11, "symbol": SYMBOLS[view["subject"]["sex"]],
                       "color": style.RIGHT, "line": {"color": "white", "width": 1}},
        }
        for (view, cadence, row), place in zip(known, label_places(known), strict=True)
    ]  # fmt: skip
    tops = [row["high"] or row["mean"] for _, _, row in known]
    shapes, notes = coach_bands(views[0]["norms"], words, low, high)
    return figure(
        data,
        x=axis(words["x"], range=[low, high]),
        y=axis(words["y"], range=[0.0, top_of(tops)]),
        shapes=shapes,
        annotations=notes,
        height=480,
    )


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
