"""The moving runner on paper: the start of its stride, as the page's flat pictures show it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opensim_pelvis.report.charts.chart import Chart, Line
from opensim_pelvis.report.flow import Flow
from opensim_pelvis.report.picture import PARTS, VIEWS, shown, span
from opensim_pelvis.report.texts import Texts
from opensim_pelvis.report.view import View


def set_motion(flow: Flow, view: View, texts: Texts) -> None:
    """Set the start of the stride that the page moves, as still pictures."""
    words, skeleton = texts["motion"], view["skeleton"]
    flow.heading(texts["section"]["motion"])
    if skeleton is None:
        flow.text(words["absent"], size=7.5)
        return
    side, start = texts["measures"][skeleton["side"]], view["strides"]["start"]
    flow.text(words["still"].format(side=side, start=start), size=7.5, keep=True)
    flow.charts(150, len(VIEWS), [_picture(skeleton, name, texts) for name in VIEWS])


def _picture(skeleton: Mapping[str, Any], name: str, texts: Texts) -> Chart:
    """Return the skeleton at the start of its stride, as one of the flat pictures shows it."""
    ways = VIEWS[name]
    across, up = ways["across"], ways["up"]
    lines = []
    for line in skeleton["lines"]:
        part, points = PARTS[line["part"]], shown(line, 0, ways)
        lines.append(
            Line(
                x=[point[across] for point in points],
                y=[point[up] for point in points],
                colour=part["colour"],
                width=part["width"] / 3.0,
                dash=part["dash"],
            )
        )
    return Chart(
        title=texts["motion"][name],
        note=texts["motion"][f"{name}_note"],
        marks=lines,
        x_limits=span(skeleton, across, ways),
        y_limits=span(skeleton, up, ways),
        equal=True,
        framed=False,
    )
