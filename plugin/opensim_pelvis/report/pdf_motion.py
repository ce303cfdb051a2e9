"""The moving runner on paper: the start of its stride, as the page's flat pictures show it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from opensim_pelvis.report.flow import Flow
from opensim_pelvis.report.pdf_figures import dress
from opensim_pelvis.report.picture import PARTS, VIEWS, shown, span
from opensim_pelvis.report.texts import Texts
from opensim_pelvis.report.view import View

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DASHES: Final = {"solid": "-", "dash": "--", "dot": ":"}


def set_motion(flow: Flow, view: View, texts: Texts) -> None:
    """Set the start of the stride that the page moves, as still pictures."""
    words, skeleton = texts["motion"], view["skeleton"]
    flow.heading(texts["section"]["motion"])
    if skeleton is None:
        flow.text(words["absent"], size=7.5)
        return
    side, start = texts["measures"][skeleton["side"]], view["strides"]["start"]
    flow.text(words["still"].format(side=side, start=start), size=7.5)
    for axes, name in zip(flow.axes(165, len(VIEWS)), VIEWS, strict=False):
        _draw(axes, skeleton, name, texts)


def _draw(axes: Axes, skeleton: Mapping[str, Any], name: str, texts: Texts) -> None:
    """Draw the skeleton at the start of its stride, as one of the flat pictures shows it."""
    ways = VIEWS[name]
    across, up = ways["across"], ways["up"]
    for line in skeleton["lines"]:
        part = PARTS[line["part"]]
        points = shown(line, 0, ways)
        axes.plot(
            [point[across] for point in points],
            [point[up] for point in points],
            _DASHES[part["dash"]],
            color=part["colour"],
            lw=part["width"] / 3.0,
        )
    dress(axes, texts["motion"][name], texts["motion"][f"{name}_note"])
    axes.set_xlim(span(skeleton, across, ways))
    axes.set_ylim(span(skeleton, up, ways))
    axes.set_aspect("equal", anchor="N")
    axes.axis("off")
