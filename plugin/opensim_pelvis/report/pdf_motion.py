"""The moving runner on paper: the start of its stride, as the page's still pictures show it."""

from __future__ import annotations

from typing import Final

from opensim_pelvis.report import style
from opensim_pelvis.report.body_shapes import Body, body_of
from opensim_pelvis.report.charts.chart import Area, Chart, Line, Mark, Words
from opensim_pelvis.report.flow import Flow
from opensim_pelvis.report.picture import CAMERAS, STILL, Arc, Outline, arcs, box, outlines
from opensim_pelvis.report.shown import is_walking
from opensim_pelvis.report.texts import Texts
from opensim_pelvis.report.view import View

_LOOKS: Final = {
    "pelvis": (style.colour("pelvis-fill"), style.PELVIS),
    "trunk": (style.colour("trunk-fill"), style.TRUNK),
    "right": (style.colour("body-fill"), style.SIDE_COLOURS["right"]),
    "left": (style.colour("body-fill"), style.SIDE_COLOURS["left"]),
    "rest": (style.colour("body-fill"), style.colour("body")),
}


def set_motion(flow: Flow, view: View, texts: Texts) -> None:
    """Set the start of the stride that the page moves, as still pictures."""
    words, skeleton = texts["motion"], view["skeleton"]
    flow.heading(texts["section"]["motion"])
    if skeleton is None:
        flow.text(words["absent"], size=7.5)
        return
    side, start = texts["measures"][skeleton["side"]], view["strides"]["start"]
    flow.text(words["still"].format(side=side, start=start), size=7.5, keep=True)
    body = body_of(skeleton, walking=is_walking(view))
    flow.charts(150, len(STILL), [picture_chart(body, view, name, texts) for name in STILL])


def picture_chart(body: Body, view: View, name: str, texts: Texts) -> Chart:
    """Return the body at the start of its stride, as one of the cameras sees it."""
    camera = CAMERAS[name]
    across, up = box(body, camera)
    marks: list[Mark] = []
    if camera.plan:
        for arc in arcs(body, view):
            marks += _arc(arc, texts)
    for outline in outlines(body, camera, 0):
        marks += _solid(outline, plan=camera.plan)
    return Chart(
        title=texts["motion"][name],
        note=texts["motion"][f"{name}_note"],
        marks=marks,
        x_limits=across,
        y_limits=up,
        equal=True,
        framed=False,
    )


def _solid(outline: Outline, *, plan: bool) -> list[Mark]:
    fill, edge = _LOOKS[outline.part]
    over = plan and outline.part == "trunk"
    dash: style.Dash = "dash" if over or not outline.measured else "solid"
    if over or not outline.measured:
        fill = "none"
    if not outline.measured:
        edge = style.colour("body")
    loops = [[(float(x), float(y)) for x, y in loop] for loop in outline.loops]
    belts = [
        Line(x=list(map(float, belt[:, 0])), y=list(map(float, belt[:, 1])), colour=edge, width=0.5)
        for belt in outline.belts
    ]
    return [Area(loops=loops, colour=fill, edge=edge, dash=dash), *belts]


def _arc(arc: Arc, texts: Texts) -> list[Mark]:
    low, high = arc.ends()
    turns = [low + (high - low) * k / 12.0 for k in range(13)]
    outer, inner = ([arc.at(turn, inner=part) for turn in turns] for part in (False, True))
    fill, edge = _LOOKS[arc.part]
    x, y = arc.at(0.0)
    side: style.Side = "right" if arc.side > 0.0 else "left"
    number = "" if arc.mean is None else texts.degrees(arc.mean)
    return [
        Area(loops=[[*outer, *reversed(inner)]], colour=fill, edge=fill, width=0.2),
        Line(x=[p[0] for p in outer], y=[p[1] for p in outer], colour=edge, width=1.4),
        Words(x=x, y=y, text=number, colour=edge, size=8.0, side=side, up="above", away_pt=2.5),
        Words(x=x, y=y, text=texts["motion"][arc.part], colour=edge, side=side, up="below",
              away_pt=2.5),
    ]  # fmt: skip
