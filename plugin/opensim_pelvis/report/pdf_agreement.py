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
    sentences,
    ways,
)
from opensim_pelvis.report.figures_agreement import angle_chart, clocks_chart, events_chart
from opensim_pelvis.report.flow import Flow
from opensim_pelvis.report.texts import Texts
from opensim_pelvis.report.view import View

PAGES: Final = 3
"""Pages that this section may add to a report."""

MAX_ANGLES: Final = 18


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
    flow.text(f"{words['table_note']} {words['sources']}", size=7, colour=style.SOFT)
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
