"""The comparison of several recordings as a PDF."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from opensim_pelvis.report import style
from opensim_pelvis.report.figures_runs import several_chart
from opensim_pelvis.report.flow import Flow
from opensim_pelvis.report.lab import Lab
from opensim_pelvis.report.pdf import MAX_PAGES
from opensim_pelvis.report.several import (
    change_words,
    columns,
    comparison,
    intro,
    short_date,
)
from opensim_pelvis.report.texts import Texts, read_texts
from opensim_pelvis.report.typeset import save
from opensim_pelvis.report.view import View
from opensim_pelvis.report.wording import worded


def write_several_pdf(views: Sequence[View], path: Path, lab: Lab | None = None) -> Path:
    """Write the comparison of several recordings; the same views give the same file."""
    lab = lab or Lab()
    texts = read_texts(lab.language)
    words = texts["several"]
    title = words["title"].format(count=len(views))
    return save(lambda: set_comparison(views, lab, texts), path, title, texts)


def set_comparison(views: Sequence[View], lab: Lab, texts: Texts) -> Flow:
    """Return the pages of a comparison, not yet written."""
    views = [worded(view, texts) for view in views]
    title = texts["several"]["title"].format(count=len(views))
    words = texts["several"]
    version = views[0]["versions"].get("opensim-pelvis", "")
    made = texts["page"]["made_by"].format(version=version)
    flow = Flow("   ·   ".join(w for w in (lab.name, made) if w), MAX_PAGES, texts.language)
    for text in (lab.name, lab.header):
        if text:
            flow.text(text, after=1)
    flow.title(title)
    if any(view["recording"]["simulated"] for view in views):
        flow.text(texts["page"]["simulated"], bold=True)
    flow.text(intro(texts), size=8)
    flow.text(words["order"], size=8)
    flow.charts(300, 1, [several_chart(views, texts)])
    head = [
        words["name"],
        words["runner"],
        texts["page"]["date"],
        words["quality"],
        texts["measures"]["n"],
    ]
    shown = columns()
    head += [f"{texts['measure'][d.name]} {texts['unit'][d.unit]}" for d in shown]
    rows = [
        [
            row["name"], str(row["runner"]), short_date(row["date"], texts),
            texts["quality"][f"verdict_{row['verdict']}"], str(row["kept"]),
            *(texts.number(row["means"][d.name], d.unit) for d in shown),
            change_words(row["change"], texts),
        ]
        for row in comparison(views)
    ]  # fmt: skip
    flow.table(
        [*head, words["change"]],
        rows,
        (0.095, 0.06, 0.085, 0.075, 0.058, *[0.076] * len(shown), 0.095),
        right=tuple(range(4, 5 + len(shown))),
        size=6.0,
    )
    flow.text(views[0]["disclaimer"], size=7, colour=style.SOFT)
    return flow
