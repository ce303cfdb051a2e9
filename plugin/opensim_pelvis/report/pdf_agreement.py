"""The section on agreement in the PDF."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from opensim_pelvis.report import style
from opensim_pelvis.report.agreement_words import (
    COLUMNS,
    EVENT_COLUMNS,
    angle_rows,
    angle_title,
    event_rows,
    event_title,
    sentences,
    ways,
)
from opensim_pelvis.report.charts.chart import Band, Chart, Line, Mark, Points, Rule
from opensim_pelvis.report.figures_agreement import SIDE_SYMBOLS, SYSTEMS
from opensim_pelvis.report.flow import Flow
from opensim_pelvis.report.texts import Texts
from opensim_pelvis.report.view import View

PAGES: Final = 3
"""Pages that this section may add to a report."""

MAX_ANGLES: Final = 18
_HOLLOW: Final = dict(zip(SIDE_SYMBOLS, (False, True), strict=True))
"""Side to whether its marks are hollow triangles; full discs otherwise."""


def set_agreement(flow: Flow, view: View, texts: Texts) -> None:
    """Set words, tables and figures of a comparison; nothing without one."""
    agreement = view.get("agreement")
    if agreement is None:
        return
    words = texts["agreement"]
    flow.heading(texts["section"]["agreement"])
    flow.text(words["text"].format(reference=agreement["reference"]["name"]), size=8.5)
    for sentence in sentences(agreement, texts):
        flow.text(sentence, size=8.5, indent=12, mark="•", after=1.5)
    rows = [[row[key] for key in COLUMNS] for row in angle_rows(agreement, texts)]
    widths = (0.21, 0.115, 0.065, 0.085, 0.115, 0.05, 0.115, 0.115, 0.04, 0.09)
    head = [words[f"column_{key}"] for key in COLUMNS]
    flow.subheading(words["table"])
    flow.table(head, rows, widths, right=tuple(range(1, 9)), size=6.6)
    flow.text(f"{words['table_note']} {words['sources']}", size=7, colour="#5b6b7c")
    _set_curves(flow, agreement, texts)
    if agreement["events"]:
        flow.subheading(words["events_figure"])
        rows = [[row[key] for key in EVENT_COLUMNS] for row in event_rows(agreement, texts)]
        head = [words[f"column_{key}"] for key in EVENT_COLUMNS]
        flow.table(head, rows, (0.2, 0.12, 0.12, 0.12, 0.24, 0.2), right=range(1, 6), size=7.2)
    _set_pictures(flow, agreement, texts)
    flow.subheading(words["ways"])
    for way in ways(agreement, texts):
        told = " ".join(part for part in (way.told, texts.said(way.said)) if part)
        flow.text(f"{way.term}: {told}", size=7.5, after=1)
    absent = [
        f"{angle_title(what, texts)}: {texts.said(why)}"
        for what, why in agreement["absent"].items()
    ]
    notes = [texts.said(note) for note in agreement["notes"]]
    for title, doubts in ((words["absent"], absent), (words["notes"], notes)):
        if doubts:
            flow.subheading(title)
        for doubt in doubts:
            flow.text(doubt, size=7.5, indent=12, mark="•", after=1)


def _set_curves(flow: Flow, agreement: Mapping[str, Any], texts: Texts) -> None:
    angles = agreement["curves"]["angles"][:MAX_ANGLES]
    time_s = agreement["curves"]["time_s"]
    for place in range(0, len(angles), 3):
        row = angles[place : place + 3]
        flow.charts(112, 3, [angle_chart(a, time_s, texts, legend=a is angles[0]) for a in row])
    more = len(agreement["curves"]["angles"]) - len(angles)
    if more:
        flow.text(texts["agreement"]["more"].format(n=more), size=7.5)


def _set_pictures(flow: Flow, agreement: Mapping[str, Any], texts: Texts) -> None:
    charts = []
    if agreement["curves"]["synchronisation"]["offset_s"]:
        charts.append(clocks_chart(agreement, texts))
    if agreement["curves"]["events"]:
        charts.append(events_chart(agreement, texts))
    flow.charts(150, 2, charts)


def angle_chart(
    angle: Mapping[str, Any], time_s: list[float], texts: Texts, *, legend: bool = True
) -> Chart:
    """Return one angle by both systems, over the stride or over time."""
    over = angle["over_stride"]
    marks: list[Mark] = []
    for system, (colour, dash) in SYSTEMS.items():
        x: list[float] = time_s
        y = angle["over_time"][system]
        if over:
            y, sd = over[system]["mean"], over[system]["sd"]
            x = [float(i) for i in range(len(y))]
            low = [m - s for m, s in zip(y, sd, strict=True)]
            high = [m + s for m, s in zip(y, sd, strict=True)]
            marks.append(Band(x=x, low=low, high=high, colour=colour, opacity=0.15))
        marks.append(Line(x=x, y=y, colour=colour, dash=dash, label=texts["agreement"][system]))
    return Chart(
        title=angle_title(angle["name"], texts),
        note=texts["positive"].get(angle["name"], ""),
        x=texts["curves"]["percent"] if over else texts["agreement"]["s"],
        y=texts["curves"]["degrees"],
        marks=marks,
        legend=legend,
    )


def clocks_chart(agreement: Mapping[str, Any], texts: Texts) -> Chart:
    """Return how well the angular speeds match at each offset, and the offset that was taken."""
    words, curve = texts["agreement"], agreement["curves"]["synchronisation"]
    taken = agreement["synchronisation"]["offset_s"]
    return Chart(
        title=words["clocks_figure"],
        x=words["offset_axis"],
        y=words["correlation_axis"],
        marks=(
            Line(x=curve["offset_s"], y=curve["correlation"], colour=style.INK, width=0.8),
            Rule(axis="x", at=taken, colour=style.LEFT, width=1.1, dash="dash"),
        ),
    )


def events_chart(agreement: Mapping[str, Any], texts: Texts) -> Chart:
    """Return the error of each contact and toe-off."""
    words, events = texts["agreement"], agreement["curves"]["events"]
    marks = []
    for event in events:
        kind = event_title(event["kind"], texts)
        colour = style.RIGHT if event is events[0] else style.LEFT
        for side, hollow in _HOLLOW.items():
            rows = zip(event["sides"], event["time_s"], event["error_ms"], strict=True)
            points = [(at, error) for each, at, error in rows if each == side]
            if points:
                x, y = zip(*points, strict=True)
                label = f"{kind}, {texts['measures'][side]}"
                marks.append(
                    Points(x=x, y=y, colour=colour, shape="triangle" if hollow else "circle",
                           hollow=hollow, label=label)
                )  # fmt: skip
    return Chart(
        title=words["events_each"],
        x=words["s"],
        y=words["event_axis"],
        marks=marks,
        legend=True,
    )
