"""The marks of a chart as shapes of an SVG."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from opensim_pelvis.report import style
from opensim_pelvis.report.charts.chart import (
    Area,
    Band,
    Bar,
    Block,
    Bundle,
    Line,
    Mark,
    Named,
    Points,
    Rule,
    Values,
    Words,
)
from opensim_pelvis.report.charts.chart_frame import Frame

_DASHES: Final[dict[style.Dash, str]] = {
    "solid": "", "dash": "5 2.5", "dot": "1.2 1.8", "dashdot": "5 1.8 1.2 1.8",
}  # fmt: skip

PATTERNS: Final = (
    '<pattern id="slash" width="5" height="5" patternUnits="userSpaceOnUse">'
    f'<path d="M-1 6L6 -1M4 6L6 4M-1 1L1 -1" stroke="{style.INK}" stroke-width="0.5"/></pattern>'
    '<pattern id="dots" width="4" height="4" patternUnits="userSpaceOnUse">'
    f'<circle cx="2" cy="2" r="0.6" fill="{style.INK}"/></pattern>'
)
_FEW: Final = 20
"""More points are one shape."""
_FILLS: Final = {"/": "url(#slash)", ".": "url(#dots)"}


def shape_of(mark: Mark, frame: Frame) -> str:
    """Return a mark in a frame; words are set by others."""
    match mark:
        case Line():
            path = _path(mark.x, mark.y, frame)
            return f'<path d="{path}" {stroke(mark.colour, mark.width, mark.dash)}/>'
        case Band():
            there = _path(mark.x, mark.high, frame)
            back = _path(list(mark.x)[::-1], list(mark.low)[::-1], frame).replace("M", "L", 1)
            return (
                f'<path d="{there}{back}Z" fill="{mark.colour}" fill-opacity="{mark.opacity:g}"/>'
            )
        case Points():
            known = [
                (x, y)
                for x, y in zip(mark.x, mark.y, strict=True)
                if x is not None and y is not None and np.isfinite(x) and np.isfinite(y)
            ]
            if len(known) > _FEW and mark.shape == "circle" and not mark.hollow:
                return _dots(mark, known, frame)
            return "".join(_symbol(mark, frame.across(x), frame.up(y)) for x, y in known)
        case Bar():
            x, low, high = frame.across(mark.x), frame.up(mark.low), frame.up(mark.high)
            caps = f"M{x - 4:.2f} {low:.2f}H{x + 4:.2f}M{x - 4:.2f} {high:.2f}H{x + 4:.2f}"
            return (
                f'<path d="M{x:.2f} {low:.2f}V{high:.2f}" '
                f"{stroke(mark.colour, mark.width, mark.dash)}/>"
                f'<path d="{caps}" {stroke(mark.colour, mark.width, "solid")}/>'
            )
        case Rule():
            if mark.axis == "x":
                line = (
                    f"M{frame.across(mark.at):.2f} {frame.up(None, 1.0):.2f}V{frame.up(None):.2f}"
                )
            else:
                line = f"M{frame.left:.2f} {frame.up(mark.at):.2f}H{frame.across(None, 1.0):.2f}"
            return f'<path d="{line}" {stroke(mark.colour, mark.width, mark.dash)}/>'
        case Block():
            x0, x1 = frame.across(mark.left), frame.across(mark.right, 1.0)
            y0, y1 = frame.up(mark.high, 1.0), frame.up(mark.low)
            box = f'x="{x0:.2f}" y="{y0:.2f}" width="{x1 - x0:.2f}" height="{y1 - y0:.2f}"'
            return _filled(mark, box)
        case Area():
            path = "".join(
                f"{_path([x for x, _ in loop], [y for _, y in loop], frame)}Z"
                for loop in mark.loops
            )
            look = f'fill="{mark.colour}" fill-rule="evenodd" stroke-linejoin="round"'
            return f'<path d="{path}" {look} {stroke(mark.edge, mark.width, mark.dash)}/>'
        case Bundle() | Words():
            return ""


def bundle_of(mark: Bundle, frame: Frame) -> str:
    """Return thin lines as one short path: a step across is 1, tenths of a point are 1 upwards."""
    rows = np.asarray(mark.rows, dtype=float)
    up = frame.up(frame.y[0]) - (rows - frame.y[0]) / (frame.y[1] - frame.y[0]) * frame.height
    tenths = np.rint(10.0 * up).astype(int)
    lines = (
        f"M0 {row[0]}l" + " ".join(f"1{step:+d}" for step in np.diff(row).tolist())
        for row in tenths
    )
    left, right = (frame.across(end) for end in mark.ends)
    wide = (right - left) / (rows.shape[1] - 1)
    return (
        f'<path transform="matrix({wide:.4f} 0 0 .1 {left:.2f} 0)" d="{"".join(lines)}" '
        f'vector-effect="non-scaling-stroke" stroke-opacity="0.35" '
        f"{stroke(mark.colour, 0.8, 'solid')}/>"
    )


def _dots(mark: Points, known: list[tuple[float, float]], frame: Frame) -> str:
    """Return many discs as one line without length, which has round ends."""
    through = "" if mark.opacity == 1.0 else f' stroke-opacity="{mark.opacity:g}"'
    path = "".join(f"M{frame.across(x):.1f} {frame.up(y):.1f}h.01" for x, y in known)
    look = f'stroke-linecap="round"{through} {stroke(mark.colour, mark.size, "solid")}'
    return f'<path d="{path}" {look}/>'


def _filled(mark: Block, box: str) -> str:
    over = f'<rect {box} fill="{_FILLS[mark.pattern]}"/>' if mark.pattern else ""
    return f'<rect {box} fill="{mark.colour}" {stroke(mark.edge, 0.6, "solid")}/>{over}'


def _symbol(mark: Points, x: float, y: float) -> str:
    half = mark.size / 2.0
    inside = style.PAPER if mark.hollow else mark.colour
    through = "" if mark.opacity == 1.0 else f' fill-opacity="{mark.opacity:g}"'
    edge = 0.8 if mark.opacity == 1.0 else 0.0
    look = f'fill="{inside}"{through} {stroke(mark.colour, edge, "solid")}'
    if mark.shape == "circle":
        return f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{half:.2f}" {look}/>'
    corners = {
        "square": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
        "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
        "triangle": ((0, -1.2), (1.1, 0.9), (-1.1, 0.9)),
    }[mark.shape]
    points = " ".join(f"{x + half * a:.2f},{y + half * b:.2f}" for a, b in corners)
    return f'<polygon points="{points}" {look}/>'


def swatch_of(mark: Named, patterns: str = PATTERNS) -> str:
    """Return a small picture of a mark for the legend."""
    frame = Frame(0.0, 0.0, 16.0, 7.0, (0.0, 1.0), (0.0, 1.0))
    match mark:
        case Line() | Bar() | Rule():
            shape = f'<path d="M0 3.5H16" {stroke(mark.colour, min(mark.width, 2.0), mark.dash)}/>'
        case Points():
            small = replace(mark, size=min(mark.size, 5.0))
            shape = _symbol(small, frame.across(0.5), frame.up(0.5))
        case Block():
            shape = _filled(mark, 'x="2" y="0.5" width="12" height="6"')
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 7" width="16" height="7">'
        f'<defs>{patterns}</defs><g fill="none">{shape}</g></svg>'
    )


def stroke(colour: str, width: float, dash: style.Dash) -> str:
    """Return how a line looks, as attributes of SVG."""
    dashes = f' stroke-dasharray="{_DASHES[dash]}"' if _DASHES[dash] else ""
    return f'stroke="{colour}" stroke-width="{width:g}"{dashes}'


def _path(xs: Values, ys: Values, frame: Frame) -> str:
    out, pen = [], "M"
    for x, y in zip(xs, ys, strict=True):
        if not _is(x) or not _is(y):
            pen = "M"
            continue
        out.append(f"{pen}{frame.across(x):.2f} {frame.up(y):.2f}")
        pen = "L"
    return "".join(out)


def _is(value: float | None) -> bool:
    return value is not None and bool(np.isfinite(value))
