"""The comparison of several recordings as a PDF."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from opensim_pelvis.language.ticks import write_ticks
from opensim_pelvis.report import style
from opensim_pelvis.report.figures_runs import top_of
from opensim_pelvis.report.flow import Flow
from opensim_pelvis.report.headline import find_row
from opensim_pelvis.report.lab import Lab
from opensim_pelvis.report.pdf import MAX_PAGES, save
from opensim_pelvis.report.pdf_figures import draw_bands, dress
from opensim_pelvis.report.several import (
    ROTATION,
    change_words,
    columns,
    comparison,
    label_places,
    method_error,
    short_date,
)
from opensim_pelvis.report.texts import Texts, read_texts
from opensim_pelvis.report.view import View
from opensim_pelvis.report.wording import worded

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_AWAY_PT: Final = 6.0
_ASIDE: Final = {"right": 1.0, "left": -1.0, "center": 0.0}
_UP: Final = {"top": 1.0, "bottom": -1.0, "middle": 0.0}
_MARKERS: Final = {"female": "o", "male": "s", None: "D"}


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
    flow = Flow("   ·   ".join(w for w in (lab.name, made) if w), MAX_PAGES)
    for text in (lab.name, lab.header):
        if text:
            flow.text(text, after=1)
    flow.text(title, size=17, bold=True)
    if any(view["recording"]["simulated"] for view in views):
        flow.text(texts["page"]["simulated"], bold=True)
    flow.text(words["text"].format(error=texts.degrees(method_error(views))), size=8)
    flow.text(words["order"], size=8)
    for axes in flow.axes(300, 1):
        _draw(axes, views, texts)
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
    write_ticks(flow.pages, texts.language)
    return flow


def _draw(axes: Axes, views: Sequence[View], texts: Texts) -> None:
    draw_bands(axes, [find_row(view, "cadence_spm") for view in views], views[0], texts)
    rows = [(v, find_row(v, "cadence_spm"), find_row(v, ROTATION)) for v in views]
    known = [(view, cadence["mean"], row) for view, cadence, row in rows if cadence and row]
    for (view, cadence, rotation), place in zip(known, label_places(known), strict=True):
        half = 0.0 if rotation["high"] is None else rotation["high"] - rotation["mean"]
        axes.errorbar([cadence], [rotation["mean"]], yerr=[half], color=style.RIGHT,
                      fmt=_MARKERS[view["subject"]["sex"]], ms=6, capsize=3)  # fmt: skip
        up, side = place.split()
        axes.annotate(
            view["name"], (cadence, rotation["mean"]),
            (_AWAY_PT * _ASIDE[side], _AWAY_PT * _UP[up]),
            textcoords="offset points", fontsize=6.5, parse_math=False,
            ha={"right": "left", "left": "right"}.get(side, "center"),
            va={"top": "bottom", "bottom": "top"}.get(up, "center"),
        )  # fmt: skip
    axes.set_ylim(0.0, top_of([row["high"] or row["mean"] for _, _, row in known]))
    dress(axes, texts["several"]["figure"], "")
