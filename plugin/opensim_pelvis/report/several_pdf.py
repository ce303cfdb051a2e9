"""The comparison of several recordings as a PDF."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from opensim_pelvis.report import style
from opensim_pelvis.report.figures_runs import several_chart
from opensim_pelvis.report.flow import Flow
from opensim_pelvis.report.lab import Lab
from opensim_pelvis.report.pdf import MAX_PAGES
from opensim_pelvis.report.sessions_of import Known, compare_views
from opensim_pelvis.report.several import (
    columns,
    comparison,
    rotation_words,
    short_date,
)
from opensim_pelvis.report.several_changes import ChangeTable, change_tables, intro, unbroken
from opensim_pelvis.report.texts import Texts, read_texts
from opensim_pelvis.report.typeset import save
from opensim_pelvis.report.view import View
from opensim_pelvis.report.wording import worded

_HIGH, _LOW = 300.0, 225.0
"""Of the figure; the lower one leaves room for the changes of one person on the same page."""

_WIDTHS: Final = (0.27, 0.22, 0.11, 0.1, 0.1, 0.2)


def write_several_pdf(
    views: Sequence[View], path: Path, lab: Lab | None = None, known: Known | None = None
) -> Path:
    """Write the comparison of several recordings; the same views give the same file."""
    lab = lab or Lab()
    texts = read_texts(lab.language)
    words = texts["several"]
    title = words["title"].format(count=len(views))
    return save(lambda: set_comparison(views, lab, texts, known), path, title, texts)


def set_comparison(
    views: Sequence[View], lab: Lab, texts: Texts, known: Known | None = None
) -> Flow:
    """Return the pages of a comparison, not yet written."""
    views = [worded(view, texts) for view in views]
    compared = compare_views(views, known)
    title = texts["several"]["title"].format(count=len(views))
    words = texts["several"]
    version = views[0]["versions"].get("opensim-pelvis", "")
    made = texts["page"]["made_by"].format(version=version)
    foot = "   ·   ".join(w for w in (lab.name, made) if w)
    flow = Flow(foot, MAX_PAGES + len(compared), texts.language)
    for text in (lab.name, lab.header):
        if text:
            flow.text(text, after=1)
    flow.title(title)
    if any(view["recording"]["simulated"] for view in views):
        flow.text(texts["page"]["simulated"], bold=True)
    flow.text(intro(texts), size=8)
    flow.text(words["order"], size=8)
    flow.charts(_LOW if compared else _HIGH, 1, [several_chart(views, texts)])
    head = [
        words["name"],
        words["runner"],
        texts["page"]["date"],
        words["quality"],
        texts["measures"]["n"],
    ]
    shown = columns()
    head += [f"{texts['measure'][d.name]} {unbroken(texts['unit'][d.unit])}" for d in shown]
    rows = [
        [
            row["name"], str(row["runner"]), short_date(row["date"], texts),
            texts["quality"][f"verdict_{row['verdict']}"], str(row["kept"]),
            *(texts.number(row["means"][d.name], d.unit) for d in shown),
            rotation_words(row["compared"], texts),
        ]
        for row in comparison(views, compared)
    ]  # fmt: skip
    flow.table(
        [*head, words["change"]],
        rows,
        (0.095, 0.06, 0.085, 0.075, 0.058, *[0.076] * len(shown), 0.095),
        right=tuple(range(4, 5 + len(shown))),
        size=6.0,
    )
    for one in change_tables(compared.values(), known, texts):
        _set_changes(flow, one, texts)
    flow.text(views[0]["disclaimer"], size=7, colour=style.SOFT)
    return flow


def _set_changes(flow: Flow, one: ChangeTable, texts: Texts) -> None:
    words = texts["changes"]
    flow.subheading(one.title)
    flow.text(" ".join(one.told), size=8)
    if not one.rows:
        return
    head = [words["measure"], words["verdict"], words["detectable"], one.first, one.later]
    rows = [
        [row.measure, row.verdict, row.detectable, row.first, row.later, row.source]
        for row in one.rows
    ]
    flow.table([*head, words["source"]], rows, _WIDTHS, right=(2, 3, 4), size=6.6)
