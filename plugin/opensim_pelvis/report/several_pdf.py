"""The comparison of several recordings as a PDF."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

from opensim_pelvis.report import style
from opensim_pelvis.report.charts.chart import Bar, Chart, Points, Shape, Words
from opensim_pelvis.report.figures_runs import top_of
from opensim_pelvis.report.flow import Flow
from opensim_pelvis.report.headline import find_row
from opensim_pelvis.report.lab import Lab
from opensim_pelvis.report.pdf import MAX_PAGES
from opensim_pelvis.report.pdf_figures import bands, cadence_limits
from opensim_pelvis.report.several import (
    change_words,
    columns,
    comparison,
    intro,
    label_places,
    short_date,
)
from opensim_pelvis.report.texts import Texts, read_texts
from opensim_pelvis.report.typeset import save
from opensim_pelvis.report.view import View
from opensim_pelvis.report.view_measures import ROTATION
from opensim_pelvis.report.wording import worded

_AWAY_PT: Final = 6.0
_UP: Final[dict[str, Literal["above", "middle", "below"]]] = {
    "top": "above", "middle": "middle", "bottom": "below",
}  # fmt: skip
_SIDES: Final[dict[str, style.Side]] = {"right": "right", "center": "center", "left": "left"}
_SHAPES: Final[dict[str | None, Shape]] = {"female": "circle", "male": "square", None: "diamond"}


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
    flow.charts(300, 1, [_chart(views, texts)])
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


def _chart(views: Sequence[View], texts: Texts) -> Chart:
    low, high = cadence_limits([find_row(view, "cadence_spm") for view in views])
    marks = bands(low, high, views[0], texts)
    rows = [(v, find_row(v, "cadence_spm"), find_row(v, ROTATION)) for v in views]
    known = [(view, cadence["mean"], row) for view, cadence, row in rows if cadence and row]
    for (view, cadence, rotation), place in zip(known, label_places(known), strict=True):
        mean, shape = rotation["mean"], _SHAPES[view["subject"]["sex"]]
        half = 0.0 if rotation["high"] is None else rotation["high"] - mean
        marks.append(Bar(x=cadence, low=mean - half, high=mean + half, colour=style.RIGHT))
        marks.append(Points(x=[cadence], y=[mean], colour=style.RIGHT, shape=shape, size=6.0))
        up, side = place.split()
        marks.append(
            Words(
                x=cadence,
                y=mean,
                text=view["name"],
                away_pt=_AWAY_PT,
                side=_SIDES[side],
                up=_UP[up],
            )
        )
    words = texts["cadence"]
    return Chart(
        title=texts["several"]["figure"],
        x=words["x"],
        y=words["y"],
        marks=marks,
        x_limits=(low, high),
        y_limits=(0.0, top_of([row["high"] or row["mean"] for _, _, row in known])),
    )
