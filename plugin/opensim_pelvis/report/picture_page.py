"""The moving runner on the page: pictures as SVG, which the page's script moves."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.language.fonts import text_width
from opensim_pelvis.report.body_shapes import Body
from opensim_pelvis.report.picture import CAMERAS, Arc, Outline, arcs, box, outlines
from opensim_pelvis.report.texts import Texts
from opensim_pelvis.report.view import View

_NUMBER_MM, _WORD_MM, _ROOM_MM = 54.0, 36.0, 172.0
_BOLD = 1.15
"""How much wider bold letters are at most."""


def pictures(body: Body, view: View, texts: Texts) -> dict[str, str]:
    """Return a picture of each camera at the first instant, as SVG in millimetres, escaped."""
    found = {}
    for name, camera in CAMERAS.items():
        (left, right), (low, high) = box(body, camera)
        size = f"{1000 * left:.0f} {-1000 * high:.0f} {1000 * (right - left):.0f}"
        solids = "".join(map(_solid, outlines(body, camera, 0)))
        over = "".join(_arc(arc, texts) for arc in arcs(body, view)) if camera.plan else ""
        signs = _signs(texts) if camera.plan else ""
        kind = ' class="plan"' if camera.plan else ""
        label = escape(texts["motion"][name])
        found[name] = (
            f'<svg viewBox="{size} {1000 * (high - low):.0f}" role="img" aria-label="{label}" '
            f'data-picture="{name}"{kind}>{over}<g data-solids="">{solids}</g>{signs}</svg>'
        )
    return found


def _solid(outline: Outline) -> str:
    kind = outline.part if outline.measured else "guess"
    shape = "".join(f"{_path(loop)}Z" for loop in outline.loops)
    belts = "".join(map(_path, outline.belts))
    return (
        f'<g class="solid {kind}" data-solid="{outline.number}"><path d="{shape}"/>'
        f'<path class="belt" d="{belts}"/></g>'
    )


def _path(points: FloatArray) -> str:
    return "M" + "L".join(f"{1000 * x:.0f} {-1000 * y:.0f}" for x, y in points)


def _arc(arc: Arc, texts: Texts) -> str:
    """Return how far a part turns in the stride, where it is, and the mean of all strides."""
    low, high = arc.ends()
    steps = [low + (high - low) * k / 12.0 for k in range(13)]
    outer = [_mm(arc.at(turn)) for turn in steps]
    inner = [_mm(arc.at(turn, inner=True)) for turn in reversed(steps)]
    now, start = _mm(arc.at(arc.turns_deg[0])), _mm(arc.at(arc.turns_deg[0], inner=True))
    words = _word(arc, 25.0, texts["motion"][arc.part], _WORD_MM)
    if arc.mean is not None:
        words = _word(arc, -12.0, texts.degrees(arc.mean), _NUMBER_MM, bold=True) + words
    return (
        f'<g class="arc {arc.part}"><path class="sector" d="M{_joined([*outer, *inner])}Z"/>'
        f'<path class="rim" d="M{_joined(outer)}"/>{words}'
        f'<path class="hand" data-arc="{arc.part}" d="M{start}L{now}"/>'
        f'<circle data-dot="{arc.part}" cx="{now.split()[0]}" cy="{now.split()[1]}" r="15"/></g>'
    )


def _word(arc: Arc, y_mm: float, text: str, size_mm: float, *, bold: bool = False) -> str:
    x, _ = arc.at(0.0)
    size = min(size_mm, _ROOM_MM / (max(text_width(text), 0.1) * (_BOLD if bold else 1.0)))
    anchor = "start" if arc.side > 0.0 else "end"
    weight = ' font-weight="650"' if bold else ""
    place = f'x="{1000 * x + 18.0 * arc.side:.0f}" y="{y_mm + (0.3 if bold else 1.0) * size:.0f}"'
    look = f'font-size="{size:.0f}" text-anchor="{anchor}"{weight}'
    return f"<text {place} {look}>{escape(text)}</text>"


def _signs(texts: Texts) -> str:
    """Return the arrow forward, and which side is which."""
    words = [
        ("start", 38, -262, texts["motion"]["forward"]),
        ("middle", -170, 225, texts["measures"]["left"]),
        ("middle", 170, 225, texts["measures"]["right"]),
    ]
    said = "".join(
        f'<text x="{x}" y="{y}" font-size="{_WORD_MM:.0f}" text-anchor="{anchor}">'
        f"{escape(word)}</text>"
        for anchor, x, y, word in words
    )
    return f'<g class="signs"><path d="M0 -185V-285M-24 -258L0 -285L24 -258"/>{said}</g>'


def _mm(place: tuple[float, float]) -> str:
    return f"{1000 * place[0]:.0f} {-1000 * place[1]:.0f}"


def _joined(points: Sequence[str]) -> str:
    return "L".join(points)
