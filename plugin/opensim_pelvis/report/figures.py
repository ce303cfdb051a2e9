"""The figures of a report as charts, one for page and PDF: angles over the stride, coordination."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from opensim_pelvis.report import style
from opensim_pelvis.report.charts.chart import (
    Band,
    Block,
    Bundle,
    Chart,
    Line,
    Mark,
    Points,
    Rule,
    Words,
)
from opensim_pelvis.report.figures_agreement import agreement_charts
from opensim_pelvis.report.figures_runs import cadence_chart, change_chart
from opensim_pelvis.report.first_screen import scale_chart
from opensim_pelvis.report.texts import Texts
from opensim_pelvis.report.view import View

SHARES: Final = ("anti_phase_percent", "in_phase_percent", "pelvis_phase_percent",
                 "trunk_phase_percent")  # fmt: skip
_EVENTS: Final[Mapping[str, style.Dash]] = {"toe_off": "dot", "opposite_contact": "dashdot"}
"""Events that are marked within a stride, and how."""


def figures_of(view: View, texts: Texts) -> dict[str, Chart]:
    """Return every figure that the view has numbers for, by name, in the page's order."""
    events = view["curves"]["events"]
    found: dict[str, Chart | None] = {"scale": scale_chart(view, texts)}
    found |= {
        f"curve-{curve['name']}": curve_chart(curve, events, texts)
        for curve in view["curves"]["angles"]
    }
    found["counter-time"] = pair_chart(view, texts)
    found["counter-angle"] = loop_chart(view, texts)
    found["counter-share"] = shares_chart(view, texts)
    found["cadence"] = cadence_chart(view, texts)
    for name in view["series"]:
        found[f"change-{name}"] = change_chart(view, name, texts)
    found |= agreement_charts(view.get("agreement"), texts)
    return {name: chart for name, chart in found.items() if chart is not None}


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
    sides = [side for side in ("right", "left") if side in curve]
    for side in sides:
        strides = curve[side]["strides"]
        if strides:
            marks.append(Bundle(ends=(0.0, 100.0), rows=strides, colour=style.SIDE_COLOURS[side]))
    for side in sides:
        mean, sd = curve[side]["mean"], curve[side]["sd"]
        percent = [float(k) for k in range(len(mean))]
        colour = style.SIDE_COLOURS[side]
        if None not in sd:
            low = [m - s for m, s in zip(mean, sd, strict=True)]
            high = [m + s for m, s in zip(mean, sd, strict=True)]
            marks.append(Band(x=percent, low=low, high=high, colour=colour, opacity=0.16))
        marks.append(
            Line(x=percent, y=mean, colour=colour, width=1.4, dash=style.SIDE_DASHES[side],
                 label=words[side])
        )  # fmt: skip
    for side in sides:
        for name, at in events.get(side, {}).items():
            if name in _EVENTS:
                marks.append(
                    Rule(axis="x", at=at, colour=style.SIDE_COLOURS[side], dash=_EVENTS[name],
                         label=words[name])
                )  # fmt: skip
    return Chart(
        title=words[curve["name"]],
        note=words[f"{curve['name']}_positive"],
        x=words["percent"],
        y=words["degrees"],
        marks=marks,
        x_limits=(0.0, 100.0),
        legend=legend,
    )


def pair_curves(view: View, side: str) -> tuple[list[float], list[float]] | None:
    """Return mean pelvic and trunk rotation of one side's strides, + right side forward."""
    by_name = {curve["name"]: curve for curve in view["curves"]["angles"]}
    pelvis, trunk = by_name.get("pelvic_axial_rotation"), by_name.get("trunk_axial_rotation")
    if not pelvis or not trunk or side not in pelvis or side not in trunk:
        return None
    sign = -1.0 if side == "left" else 1.0  # curves of left strides are mirrored
    return (
        [sign * value for value in pelvis[side]["mean"]],
        [sign * value for value in trunk[side]["mean"]],
    )


def pair_side(view: View) -> str | None:
    """Return the side whose strides show pelvis and trunk: that of the moving picture."""
    first = view["skeleton"]["side"] if view["skeleton"] else "right"
    other = "left" if first == "right" else "right"
    return next((side for side in (first, other) if pair_curves(view, side)), None)


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
    tenths = [
        Words(x=pair[0][at], y=pair[1][at], text=f"{at} %", size=5.5, away_pt=2.0)
        for at in range(20, 100, 20)
    ]
    return Chart(
        title=words["angle"],
        x=words["x"],
        y=words["y"],
        marks=(
            Line(x=ends, y=ends[::-1], colour=style.SOFT, width=0.7, dash="dash"),
            Line(x=ends, y=ends, colour=style.SOFT, width=0.7, dash="dot"),
            Line(x=pair[0], y=pair[1], colour=style.INK, width=1.3),
            Points(x=pair[0][:100:10], y=pair[1][:100:10], colour=style.INK, size=2.6),
            Points(x=pair[0][:1], y=pair[1][:1], colour=style.START, size=5.0),
            *tenths,
            Words(x=0.95 * reach, y=-0.98 * reach, text=words["counter_line"], size=6.0,
                  side="left"),
            Words(x=0.7 * reach, y=0.9 * reach, text=words["block_line"], size=6.0, side="left"),
        ),
        x_limits=ends,
        y_limits=ends,
        equal=True,
        size="square",
    )  # fmt: skip


def shares_chart(view: View, texts: Texts) -> Chart | None:
    """Return the parts of the stride in which pelvis and trunk turn alike or not."""
    means = {m["name"]: m["rows"][0]["mean"] for m in view["measures"] if m["name"] in SHARES}
    if len(means) < len(SHARES) or None in means.values() or pair_side(view) is None:
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
        x=texts["unit"]["percent"],
        marks=marks,
        x_limits=(0.0, 100.0),
        y_limits=(-0.5, 0.5),
        legend=True,
        y_ticks=False,
        size="strip",
    )
