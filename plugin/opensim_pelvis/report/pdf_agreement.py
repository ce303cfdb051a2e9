"""The section on agreement in the PDF."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

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
from opensim_pelvis.report.figures_agreement import SIDE_SYMBOLS, SYSTEMS
from opensim_pelvis.report.flow import Flow
from opensim_pelvis.report.pdf_figures import DASHES, dress
from opensim_pelvis.report.texts import Texts
from opensim_pelvis.report.view import View

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PAGES: Final = 3
"""Pages that this section may add to a report."""

MAX_ANGLES: Final = 18
_LEGEND_PT: Final = 10.0
_LEGEND_AT: Final = 1.38
"""Height of the curves' legend, and its place over the title of the first, parts of its axes."""

_MARKS: Final = dict(zip(SIDE_SYMBOLS, ("o", "^"), strict=True))


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
    _subheading(flow, words["table"])
    flow.table(head, rows, widths, right=tuple(range(1, 9)), size=6.6)
    flow.text(f"{words['table_note']} {words['sources']}", size=7, colour="#5b6b7c")
    _set_curves(flow, agreement, texts)
    if agreement["events"]:
        _subheading(flow, words["events_figure"])
        rows = [[row[key] for key in EVENT_COLUMNS] for row in event_rows(agreement, texts)]
        head = [words[f"column_{key}"] for key in EVENT_COLUMNS]
        flow.table(head, rows, (0.2, 0.12, 0.12, 0.12, 0.24, 0.2), right=range(1, 6), size=7.2)
    _set_pictures(flow, agreement, texts)
    _subheading(flow, words["ways"])
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
            _subheading(flow, title)
        for doubt in doubts:
            flow.text(doubt, size=7.5, indent=12, mark="•", after=1)


def _subheading(flow: Flow, words: str) -> None:
    if flow.room(40.0):
        flow.y += 4.0
        flow.text(words, size=9.5, bold=True)


def _set_curves(flow: Flow, agreement: Mapping[str, Any], texts: Texts) -> None:
    angles = agreement["curves"]["angles"][:MAX_ANGLES]
    flow.y += _LEGEND_PT
    for place in range(0, len(angles), 3):
        row = angles[place : place + 3]
        for axes, angle in zip(flow.axes(112, 3, len(row)), row, strict=False):
            draw_angle(axes, angle, agreement["curves"]["time_s"], texts)
            if angle is angles[0]:
                axes.legend(
                    fontsize=6.5, frameon=False, ncols=2, loc="lower left", borderpad=0.0,
                    bbox_to_anchor=(0.0, _LEGEND_AT),
                )  # fmt: skip
    more = len(agreement["curves"]["angles"]) - len(angles)
    if more:
        flow.text(texts["agreement"]["more"].format(n=more), size=7.5)


def _set_pictures(flow: Flow, agreement: Mapping[str, Any], texts: Texts) -> None:
    draws = []
    if agreement["curves"]["synchronisation"]["offset_s"]:
        draws.append(draw_clocks)
    if agreement["curves"]["events"]:
        draws.append(draw_events)
    if draws:
        for axes, draw in zip(flow.axes(150, 2, len(draws)), draws, strict=False):
            draw(axes, agreement, texts)


def draw_angle(axes: Axes, angle: Mapping[str, Any], time_s: list[float], texts: Texts) -> None:
    """Draw one angle by both systems, over the stride or over time."""
    over = angle["over_stride"]
    for system, (colour, dash) in SYSTEMS.items():
        x: list[float] = time_s
        y = angle["over_time"][system]
        if over:
            y, sd = over[system]["mean"], over[system]["sd"]
            x = [float(i) for i in range(len(y))]
            low = [m - s for m, s in zip(y, sd, strict=True)]
            high = [m + s for m, s in zip(y, sd, strict=True)]
            axes.fill_between(x, low, high, color=colour, alpha=0.15, lw=0)
        seen = [float("nan") if value is None else value for value in y]
        label = texts["agreement"][system]
        axes.plot(x, seen, DASHES[dash], color=colour, lw=1.2, label=label)
    dress(axes, angle_title(angle["name"], texts), texts["positive"].get(angle["name"], ""))
    axes.set_ylabel(texts["curves"]["degrees"], fontsize=6, labelpad=1)
    label = texts["curves"]["percent"] if over else texts["agreement"]["s"]
    axes.set_xlabel(label, fontsize=6, labelpad=1)


def draw_clocks(axes: Axes, agreement: Mapping[str, Any], texts: Texts) -> None:
    """Draw how well the angular speeds match at each offset, and the offset that was taken."""
    words, curve = texts["agreement"], agreement["curves"]["synchronisation"]
    axes.plot(curve["offset_s"], curve["correlation"], color=style.INK, lw=0.8)
    axes.axvline(agreement["synchronisation"]["offset_s"], color=style.LEFT, lw=1.1, ls="--")
    dress(axes, words["clocks_figure"], "")
    axes.set_xlabel(words["offset_axis"], fontsize=6.5, labelpad=1)
    axes.set_ylabel(words["correlation_axis"], fontsize=6.5, labelpad=1)


def draw_events(axes: Axes, agreement: Mapping[str, Any], texts: Texts) -> None:
    """Draw the error of each contact and toe-off."""
    words, events = texts["agreement"], agreement["curves"]["events"]
    for event in events:
        kind = event_title(event["kind"], texts)
        colour = style.RIGHT if event is events[0] else style.LEFT
        for side, mark in _MARKS.items():
            rows = zip(event["sides"], event["time_s"], event["error_ms"], strict=True)
            points = [(at, error) for each, at, error in rows if each == side]
            if points:
                label = f"{kind}, {texts['measures'][side]}"
                fill = colour if side == "right" else "none"
                axes.plot(*zip(*points, strict=True), mark, ms=3, mec=colour, mfc=fill, label=label)
    axes.legend(
        fontsize=6, frameon=False, ncols=4, loc="upper center", bbox_to_anchor=(0.47, -0.16),
        columnspacing=0.9, handletextpad=0.0,
    )  # fmt: skip
    dress(axes, words["events_each"], "")
    axes.set_xlabel(words["s"], fontsize=6.5, labelpad=1)
    axes.set_ylabel(words["event_axis"], fontsize=6.5, labelpad=1)
