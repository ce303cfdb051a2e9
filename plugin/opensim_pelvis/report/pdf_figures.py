"""The figures of the PDF, as charts made from the same view as those of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from opensim_pelvis.gait.measures.definitions import definition_of
from opensim_pelvis.report import style
from opensim_pelvis.report.charts.chart import (
    Band,
    Bar,
    Block,
    Chart,
    Line,
    Mark,
    Points,
    Rule,
    Words,
)
from opensim_pelvis.report.figures import SHARES, pair_curves, pair_side
from opensim_pelvis.report.figures_runs import CADENCE_RANGE, span_of, top_of
from opensim_pelvis.report.headline import find_measure, find_row, half_of
from opensim_pelvis.report.reference_words import compared
from opensim_pelvis.report.texts import Texts
from opensim_pelvis.report.view import View

_START = "#e69f00"


def curve_chart(
    curve: Mapping[str, Any],
    events: Mapping[str, Mapping[str, float]],
    texts: Texts,
    *,
    legend: bool = True,
) -> Chart:
    """Return one angle over the stride: means, spread, toe-off and the other foot's contact."""
    words = texts["curves"]
    marks: list[Mark] = []
    for side in (side for side in ("right", "left") if side in curve):
        mean, sd = curve[side]["mean"], curve[side]["sd"]
        percent = [float(k) for k in range(len(mean))]
        colour = style.SIDE_COLOURS[side]
        if None not in sd:
            low = [m - s for m, s in zip(mean, sd, strict=True)]
            high = [m + s for m, s in zip(mean, sd, strict=True)]
            marks.append(Band(x=percent, low=low, high=high, colour=colour))
        marks.append(
            Line(x=percent, y=mean, colour=colour, width=1.4, dash=style.SIDE_DASHES[side],
                 label=words[side])
        )  # fmt: skip
        for name, at in events.get(side, {}).items():
            if name != "opposite_toe_off":
                dash: style.Dash = "dot" if name == "toe_off" else "dashdot"
                marks.append(Rule(axis="x", at=at, colour=colour, dash=dash))
    return Chart(
        title=words[curve["name"]],
        note=words[f"{curve['name']}_positive"],
        x=words["percent"],
        y=words["degrees"],
        marks=marks,
        x_limits=(0.0, 100.0),
        legend=legend,
    )


def pair_chart(view: View, texts: Texts) -> Chart | None:
    """Return pelvis and trunk over one stride; None where one of them was not measured."""
    side = pair_side(view)
    pair = pair_curves(view, side) if side else None
    if pair is None:
        return None
    words = texts["counter"]
    percent = [float(k) for k in range(len(pair[0]))]
    return Chart(
        title=texts["section"]["counter"],
        note=words["time_left"] if side == "left" else words["time"],
        x=texts["curves"]["percent"],
        y=texts["curves"]["degrees"],
        marks=(
            Line(x=percent, y=pair[0], colour=style.PELVIS, width=1.6, label=words["pelvis"]),
            Line(x=percent, y=pair[1], colour=style.TRUNK, width=1.6, dash="dash",
                 label=words["trunk"]),
        ),
        x_limits=(0.0, 100.0),
        legend=True,
    )  # fmt: skip


def loop_chart(view: View, texts: Texts) -> Chart | None:
    """Return trunk against pelvis, with the lines of counter-rotation and of one block."""
    side = pair_side(view)
    pair = pair_curves(view, side) if side else None
    if pair is None:
        return None
    words = texts["counter"]
    reach = 1.15 * max(abs(value) for value in (*pair[0], *pair[1]))
    ends = (-reach, reach)
    return Chart(
        title=words["angle"],
        x=words["x"],
        y=words["y"],
        marks=(
            Line(x=ends, y=ends[::-1], colour=style.SOFT, width=0.7, dash="dash"),
            Line(x=ends, y=ends, colour=style.SOFT, width=0.7, dash="dot"),
            Line(x=pair[0], y=pair[1], colour=style.INK, width=1.3),
            Points(x=pair[0][:100:10], y=pair[1][:100:10], colour=style.INK, size=2.6),
            Points(x=pair[0][:1], y=pair[1][:1], colour=_START, size=5.0),
            Words(x=0.95 * reach, y=-0.98 * reach, text=words["counter_line"], size=6.0,
                  side="left"),
            Words(x=0.7 * reach, y=0.9 * reach, text=words["block_line"], size=6.0, side="left"),
        ),
        x_limits=ends,
        y_limits=ends,
        equal=True,
    )  # fmt: skip


def shares_chart(view: View, texts: Texts) -> Chart | None:
    """Return the parts of the stride in which pelvis and trunk turn alike or not."""
    means = {m["name"]: m["rows"][0]["mean"] for m in view["measures"] if m["name"] in SHARES}
    if len(means) < len(SHARES) or None in means.values():
        return None
    marks, left = [], 0.0
    for name, colour, pattern in zip(SHARES, style.SHARES, style.SHAPES, strict=True):
        label = f"{texts['counter'][name]} {texts.written(means[name], '.1f')} %"
        marks.append(
            Block(left=left, right=left + means[name], low=-0.4, high=0.4, colour=colour,
                  edge=style.INK, pattern=pattern, label=label)
        )  # fmt: skip
        left += means[name]
    return Chart(
        title=texts["counter"]["share"],
        marks=marks,
        x_limits=(0.0, 100.0),
        y_limits=(-0.5, 0.5),
        legend=True,
        y_ticks=False,
    )


def cadence_chart(view: View, texts: Texts) -> Chart | None:
    """Return the article's figure with this runner in it."""
    words = texts["cadence"]
    rotation, cadence = find_row(view, "pelvic_rotation_range_deg"), find_row(view, "cadence_spm")
    measure = find_measure(view, "pelvic_rotation_range_deg")
    if rotation is None or cadence is None or measure is None:
        return None
    low, high = cadence_limits([cadence])
    half, mean = half_of(rotation) or 0.0, rotation["mean"]
    marks = bands(low, high, view, texts)
    marks.append(
        Bar(x=cadence["mean"], low=mean - half, high=mean + half, colour=style.RIGHT, width=1.5)
    )
    marks.append(
        Points(x=[cadence["mean"]], y=[mean], colour=style.RIGHT, shape="diamond", size=7.0,
               label=words["mean"])
    )  # fmt: skip
    for place, band in enumerate(compared(measure["published"])):
        at = high - (0.02 + 0.03 * place) * (high - low)
        dash: style.Dash = "solid" if band["label"] == "female" else "dot"
        name = words["published"].format(who=texts["measures"][band["label"]])
        marks.append(
            Bar(x=at, low=band["low"], high=band["high"], colour=style.PUBLISHED, width=3.0,
                dash=dash, label=name)
        )  # fmt: skip
    return Chart(
        title=texts["section"]["cadence"],
        x=words["x"],
        y=words["y"],
        marks=marks,
        x_limits=(low, high),
        y_limits=(0.0, top_of([mean], half)),
        legend=True,
    )


def cadence_limits(cadences: Sequence[Mapping[str, Any] | None]) -> tuple[float, float]:
    """Return the range of cadence that holds everybody and the article's regions."""
    means = [cadence["mean"] for cadence in cadences if cadence is not None]
    low = min([CADENCE_RANGE[0], *(mean - 5.0 for mean in means)])
    high = max([CADENCE_RANGE[1], *(mean + 5.0 for mean in means)])
    return low, high


def bands(low: float, high: float, view: View, texts: Texts) -> list[Mark]:
    """Return the article's regions of rotation and cadence, with their names."""
    words, ink = texts["cadence"], style.COACH_INK
    value = {key: norm["value"] for key, norm in view["norms"].items()}
    fast, over = value["coach.fast_rotation_high"], value["coach.overstride_rotation"]
    quick = max(value["choice.quick_cadence"], low)
    return [
        Block(left=None, right=None, low=value["coach.fast_rotation_low"], high=fast,
              colour=style.COACH, edge=ink),
        Block(left=quick, right=high, low=0.0, high=value["coach.low_rotation"],
              colour=style.COACH, edge=ink),
        Rule(axis="y", at=over, colour=ink, dash="dash"),
        Words(x=low + 0.5, y=fast - 0.3, text=words["fast"], colour=ink, up="below"),
        Words(x=low + 0.5, y=over - 0.3, text=words["over"], colour=ink, up="below"),
        Words(x=high - 0.5, y=0.3, text=words["low"], colour=ink, side="left"),
    ]  # fmt: skip


def change_chart(view: View, name: str, texts: Texts) -> Chart:
    """Return one measure over the run."""
    marks: list[Mark] = []
    for side, series in view["series"][name].items():
        colour = style.SIDE_COLOURS[side]
        minutes = [at / 60.0 for at in series["time_s"]]
        marks.append(Points(x=minutes, y=series["values"], colour=colour, opacity=0.4, size=2.4))
        blocks = [at / 60.0 for at in series["block_time_s"]]
        marks.append(
            Line(x=blocks, y=series["block_mean"], colour=colour, dash=style.SIDE_DASHES[side],
                 label=texts["measures"][side])
        )  # fmt: skip
    low, high = span_of(name, view["series"][name])
    unit = definition_of(name).unit
    return Chart(
        title=texts["measure"].get(name, name),
        x=texts["change"]["x"],
        y=texts["curves"]["degrees"] if unit == "deg" else texts["unit"][unit],
        marks=marks,
        y_limits=(low, high),
        legend=len(view["series"][name]) > 1,
    )
