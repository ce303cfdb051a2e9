"""Figures of whole strides: rotation against cadence, of one run or several, and over the run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from opensim_pelvis.gait.measures.definitions import definition_of
from opensim_pelvis.report import style
from opensim_pelvis.report.charts.chart import (
    Bar,
    Block,
    Chart,
    Line,
    Mark,
    Points,
    Rule,
    Shape,
    Words,
)
from opensim_pelvis.report.headline import find_measure, find_row, half_of
from opensim_pelvis.report.reference_words import compared
from opensim_pelvis.report.texts import Texts
from opensim_pelvis.report.view import View
from opensim_pelvis.report.view_measures import ROTATION

CADENCE_RANGE: Final = (150.0, 200.0)
ROTATION_TOP: Final = 24.0
FEW_POINTS: Final = 25
LEAST_SPAN: Final = {"deg": 2.0, "spm": 4.0}
"""An axis spans no less, so that the last digits of a steady run do not look like a change."""

_CADENCE: Final = "cadence_spm"
_EDGE: Final = 0.06
_SHAPES: Final[dict[str | None, Shape]] = {"female": "circle", "male": "square", None: "diamond"}
_TRUSTED: Final[Mapping[str, style.Dash]] = {"good": "solid", "doubtful": "dash", "rejected": "dot"}
"""Verdict to how the bar of a recording is drawn."""
_AWAY_PT: Final = 6.0

_LINE: Final = 0.045
"""From one name to the next below it, as a part of the chart's height."""

NEAR_SPM: Final = 6.0
NEAR_DEG: Final = 1.2
"""Names of points that lie nearer would run into each other."""

Placed = Sequence[tuple[View, float, dict[str, Any]]]
"""Views with their cadence and their row of rotation."""


def cadence_chart(view: View, texts: Texts) -> Chart | None:
    """Return the article's figure with this runner in it; None for walking, or without numbers."""
    words = texts["cadence"]
    rotation, cadence = find_row(view, ROTATION), find_row(view, _CADENCE)
    measure = find_measure(view, ROTATION)
    walking = view["activity"]["kind"] == "walking"
    if walking or rotation is None or cadence is None or measure is None:
        return None
    low, high = cadence_limits([cadence])
    half, mean = half_of(rotation), rotation["mean"]
    marks = [*bands(low, high, view, texts), *_strides(view, words)]
    if half is not None:
        marks.append(
            Bar(x=cadence["mean"], low=mean - half, high=mean + half, colour=style.PELVIS,
                width=1.5)
        )  # fmt: skip
    marks.append(
        Points(x=[cadence["mean"]], y=[mean], colour=style.PELVIS, shape="diamond", size=7.0,
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
        y_limits=(0.0, top_of([mean], half or 0.0)),
        legend=True,
        size="large",
    )


def _strides(view: View, words: Mapping[str, str]) -> Iterator[Mark]:
    pair = [view["series"].get(name, {}).get("body") for name in (_CADENCE, ROTATION)]
    if pair[0] is None or pair[1] is None:
        return
    rotation = dict(zip(pair[1]["time_s"], pair[1]["values"], strict=True))
    both = [
        (value, rotation[at])
        for at, value in zip(pair[0]["time_s"], pair[0]["values"], strict=True)
        if at in rotation
    ]
    if both:
        x, y = zip(*both, strict=True)
        yield Points(x=x, y=y, colour=style.SOFT, opacity=0.5, size=2.4, label=words["strides"])


def cadence_limits(cadences: Sequence[Mapping[str, Any] | None]) -> tuple[float, float]:
    """Return the range of cadence that holds everybody and the article's regions."""
    means = [cadence["mean"] for cadence in cadences if cadence is not None]
    low = min([CADENCE_RANGE[0], *(mean - 5.0 for mean in means)])
    high = max([CADENCE_RANGE[1], *(mean + 5.0 for mean in means)])
    return low, high


def top_of(means: Sequence[float], reach: float = 0.0) -> float:
    """Return the upper end of the axis of rotation: the article's, unless somebody is above."""
    return max([ROTATION_TOP, *(mean + reach + 1.0 for mean in means)])


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


def several_chart(views: Sequence[View], texts: Texts) -> Chart:
    """Return the article's figure with every recording in it; names are not to be translated."""
    low, high = cadence_limits([find_row(view, _CADENCE) for view in views])
    marks = bands(low, high, views[0], texts)
    rows = [(view, find_row(view, _CADENCE), find_row(view, ROTATION)) for view in views]
    known = [(view, cadence["mean"], row) for view, cadence, row in rows if cadence and row]
    top = top_of([row["high"] or row["mean"] for _, _, row in known])
    for (view, cadence, row), (names, side) in zip(known, labels_of(known), strict=True):
        mean, half = row["mean"], half_of(row)
        sound = view["quality"]["verdict"] != "rejected"
        colour = style.PELVIS if sound else style.SOFT
        if half is not None:
            dash = _TRUSTED[view["quality"]["verdict"]]
            marks.append(
                Bar(x=cadence, low=mean - half, high=mean + half, colour=colour, dash=dash)
            )
        shape = _SHAPES[view["subject"]["sex"]]
        marks.append(
            Points(x=[cadence], y=[mean], colour=colour, shape=shape, size=6.0, hollow=not sound)
        )
        middle = (len(names) - 1) / 2.0
        for line, name in enumerate(names):
            at = mean + (middle - line) * _LINE * top
            marks.append(
                Words(x=cadence, y=at, text=name, away_pt=_AWAY_PT, side=side, up="middle",
                      is_name=True)
            )  # fmt: skip
    words = texts["cadence"]
    return Chart(
        title=texts["several"]["figure"],
        x=words["x"],
        y=words["y"],
        marks=marks,
        x_limits=(low, high),
        y_limits=(0.0, top),
        size="large",
    )


def labels_of(known: Placed) -> list[tuple[list[str], style.Side]]:
    """Return the names beside each point and on which side of it they stand.

    Two points that are near have theirs to the right and to the left. The names of more stand
    below each other at the point with the highest cadence, in the order of their values.
    """
    groups: list[list[int]] = []
    for i, (_, cadence, row) in enumerate(known):
        for group in groups:
            _, other, near = known[group[0]]
            if abs(other - cadence) < NEAR_SPM and abs(near["mean"] - row["mean"]) < NEAR_DEG:
                group.append(i)
                break
        else:
            groups.append([i])
    out: list[tuple[list[str], style.Side]] = [([], "right")] * len(known)
    sides: tuple[style.Side, ...] = ("right", "left")
    for group in groups:
        by_cadence = sorted(group, key=lambda i: -known[i][1])
        if len(group) < 3:
            for i, side in zip(by_cadence, sides, strict=False):
                out[i] = ([str(known[i][0]["name"])], side)
        else:
            by_value = sorted(group, key=lambda i: -known[i][2]["mean"])
            out[by_cadence[0]] = ([str(known[i][0]["name"]) for i in by_value], "right")
    return out


def change_chart(view: View, name: str, texts: Texts) -> Chart:
    """Return one measure over the run: single strides as dots, means of groups as a line."""
    marks: list[Mark] = []
    for side, series in view["series"][name].items():
        colour = style.SIDE_COLOURS[side]
        minutes = [at / 60.0 for at in series["time_s"]]
        few = len(minutes) <= FEW_POINTS  # few of them must be seen, too
        marks.append(
            Points(x=minutes, y=series["values"], colour=colour, opacity=0.8 if few else 0.4,
                   size=2.4)
        )  # fmt: skip
        blocks = [at / 60.0 for at in series["block_time_s"]]
        marks.append(
            Line(x=blocks, y=series["block_mean"], colour=colour, dash=style.SIDE_DASHES[side],
                 label=texts["measures"][side])
        )  # fmt: skip
    unit = definition_of(name).unit
    return Chart(
        title=texts["measure"].get(name, name),
        x=texts["change"]["x"],
        y=texts["curves"]["degrees"] if unit == "deg" else texts["unit"][unit],
        marks=marks,
        y_limits=span_of(name, view["series"][name]),
        legend=len(view["series"][name]) > 1,
    )


def span_of(name: str, sides: Mapping[str, Mapping[str, Any]]) -> tuple[float, float]:
    """Return the ends of the vertical axis of a measure over the run."""
    values = [value for series in sides.values() for value in series["values"]]
    low, high = min(values), max(values)
    least = LEAST_SPAN.get(definition_of(name).unit, 0.0)
    grow = max(_EDGE * (high - low), (least - (high - low)) / 2.0, 1e-3)
    return round(low - grow, 4), round(high + grow, 4)
