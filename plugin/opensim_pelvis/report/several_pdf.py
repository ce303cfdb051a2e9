"""The comparison of several recordings as a PDF."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from opensim_pelvis.report import style
from opensim_pelvis.report.flow import Flow
from opensim_pelvis.report.headline import degrees, find_row, number
from opensim_pelvis.report.lab import Lab
from opensim_pelvis.report.pdf import MAX_PAGES, save
from opensim_pelvis.report.pdf_figures import draw_bands, dress
from opensim_pelvis.report.several import (
    COLUMNS,
    ROTATION,
    change_words,
    comparison,
    method_error,
    short_date,
)
from opensim_pelvis.report.texts import Texts, read_texts
from opensim_pelvis.report.view import View
from opensim_pelvis.report.wording import worded

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARKERS: Final = {"female": "o", "male": "s", None: "D"}


def write_several_pdf(views: Sequence[View], path: Path, lab: Lab | None = None) -> Path:
    """Write the comparison of several recordings; the same views give the same file."""
    lab = lab or Lab()
    texts = read_texts(lab.texts)
    words = texts["several"]
    title = words["title"].format(count=len(views))
    return save(lambda: set_comparison(views, lab, texts), path, title)


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
    flow.text(words["text"].format(error=degrees(method_error(views))), size=8)
    for axes in flow.axes(300, 1):
        _draw(axes, views, texts)
    head = [
        words["name"],
        words["runner"],
        texts["page"]["date"],
        words["quality"],
        texts["measures"]["n"],
    ]
    head += [f"{texts['measure'][n]} {texts['unit'][n.rpartition('_')[2]]}" for n in COLUMNS]
    rows = [
        [
            row["name"], str(row["runner"]), short_date(row["date"], texts),
            texts["quality"][row["level"]], str(row["kept"]),
            *(number(row["means"][n], n.rpartition("_")[2]) for n in COLUMNS),
            change_words(row["change"], texts),
        ]
        for row in comparison(views)
    ]  # fmt: skip
    flow.table(
        [*head, words["change"]],
        rows,
        (0.1, 0.07, 0.105, 0.07, 0.06, *[0.07] * len(COLUMNS), 0.105),
        right=tuple(range(4, 5 + len(COLUMNS))),
        size=6.4,
    )
    flow.text(views[0]["disclaimer"], size=7, colour=style.SOFT)
    return flow


def _draw(axes: Axes, views: Sequence[View], texts: Texts) -> None:
    draw_bands(axes, [find_row(view, "cadence_spm") for view in views], views[0], texts)
    for view in views:
        cadence, rotation = find_row(view, "cadence_spm"), find_row(view, ROTATION)
        if not cadence or not rotation:
            continue
        half = 0.0 if rotation["high"] is None else rotation["high"] - rotation["mean"]
        axes.errorbar([cadence["mean"]], [rotation["mean"]], yerr=[half], color=style.RIGHT,
                      fmt=_MARKERS[view["subject"]["sex"]], ms=6, capsize=3)  # fmt: skip
        axes.text(cadence["mean"] + 0.6, rotation["mean"], view["name"], fontsize=6.5,
                  va="center", parse_math=False)  # fmt: skip
    dress(axes, texts["several"]["figure"], "")
