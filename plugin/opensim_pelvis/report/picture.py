"""The moving runner: three flat pictures drawn as SVG, and a scene that can be turned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from opensim_pelvis.report import style
from opensim_pelvis.report.view import View

VIEWS: Final = {
    "above": {"across": 2, "up": 0, "thighs": True},
    "behind": {"across": 2, "up": 1, "thighs": False},
    "side": {"across": 0, "up": 1, "thighs": False},
}
"""Picture to the axis of T (forward, up, right) that goes across it and the one that goes up,
and whether legs end at the knee, where shanks and feet would hide the pelvis."""

PARTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "pelvis": {"colour": style.PELVIS, "dash": "solid", "width": 6, "svg": "none"},
    "trunk": {"colour": style.TRUNK, "dash": "dash", "width": 6, "svg": "9 4"},
    "right": {"colour": style.INK, "dash": "solid", "width": 4, "svg": "none"},
    "left": {"colour": style.SOFT, "dash": "dot", "width": 4, "svg": "2 4"},
}
_MARGIN_M: Final = 0.06
_SMALLEST_M: Final = 0.3
_ZOOM: Final = 1.9


def flat_pictures(view: View, frame: int = 0) -> list[dict[str, Any]]:
    """Return the flat pictures at one instant: view box and lines in millimetres, y down."""
    skeleton = view["skeleton"]
    if skeleton is None:
        return []
    pictures = []
    for name, axes in VIEWS.items():
        lines = [
            {
                "index": index,
                "part": line["part"],
                "points": project(shown(line, frame, axes), axes),
                "colour": PARTS[line["part"]]["colour"],
                "dash": PARTS[line["part"]]["svg"],
                "filled": line["part"] in {"pelvis", "trunk"},
            }
            for index, line in enumerate(skeleton["lines"])
        ]
        pictures.append({"name": name, "box": _box(skeleton, axes), "lines": lines})
    return pictures


def project(points: list[list[float]], axes: dict[str, int]) -> str:
    """Return points of T as the ``points`` of an SVG line."""
    across, up = axes["across"], axes["up"]
    return " ".join(f"{1000 * p[across]:.0f},{-1000 * p[up]:.0f}" for p in points)


def scene_figure(view: View) -> dict[str, Any] | None:
    """Return the scene as plotly understands it: x forward, y to the left, z up."""
    skeleton = view["skeleton"]
    if skeleton is None:
        return None
    traces = []
    for line in skeleton["lines"]:
        look = PARTS[line["part"]]
        x, y, z = to_scene(line["points"][0])
        traces.append(
            {
                "type": "scatter3d", "mode": "lines+markers", "x": x, "y": y, "z": z,
                "line": {"color": look["colour"], "width": look["width"]},
                "marker": {"size": 2.5, "color": look["colour"]}, "hoverinfo": "skip",
                "showlegend": False,
            }
        )  # fmt: skip
    spans = [span(skeleton, axis) for axis in (0, 2, 1)]
    spans[1] = (-spans[1][1], -spans[1][0])
    quiet: dict[str, Any] = {
        "visible": True, "showticklabels": False, "title": {"text": ""}, "showspikes": False,
        "showbackground": False, "gridcolor": style.GRID, "zeroline": False,
    }  # fmt: skip
    scene: dict[str, Any] = {
        f"{name}axis": {**quiet, "range": list(span)}
        for name, span in zip("xyz", spans, strict=True)
    }
    size = [high - low for low, high in spans]
    scene |= {
        "aspectmode": "manual",
        "aspectratio": {k: _ZOOM * v / max(size) for k, v in zip("xyz", size, strict=True)},
        "camera": {
            "eye": {"x": -1.1, "y": -0.75, "z": 0.75},
            "projection": {"type": "orthographic"},
        },
        "dragmode": "orbit",
    }
    layout = {
        "scene": scene, "margin": {"l": 0, "r": 0, "t": 0, "b": 0}, "height": 340,
        "paper_bgcolor": "white", "autosize": True,
    }  # fmt: skip
    return {"data": traces, "layout": layout}


def to_scene(points: list[list[float]]) -> tuple[list[float], list[float], list[float]]:
    """Return points of T (forward, up, right) as forward, left and up."""
    return [p[0] for p in points], [-p[2] for p in points], [p[1] for p in points]


def shown(line: dict[str, Any], frame: int, axes: dict[str, int]) -> list[list[float]]:
    """Return the points of a line that a picture shows."""
    points: list[list[float]] = line["points"][frame]
    return points[:2] if axes["thighs"] and line["part"] in {"right", "left"} else points


def _box(skeleton: dict[str, Any], axes: dict[str, int]) -> str:
    """Return a view box that holds every instant."""
    left, right = span(skeleton, axes["across"], axes)
    low, high = span(skeleton, axes["up"], axes)
    return (
        f"{1000 * left:.0f} {-1000 * high:.0f} {1000 * (right - left):.0f} "
        f"{1000 * (high - low):.0f}"
    )


def span(
    skeleton: Mapping[str, Any], axis: int, axes: dict[str, int] | None = None
) -> tuple[float, float]:
    """Return the least and the largest place on an axis over all instants, with a margin."""
    values = [
        point[axis]
        for line in skeleton["lines"]
        for frame in range(len(line["points"]))
        for point in (shown(line, frame, axes) if axes else line["points"][frame])
    ]
    low, high = min(values) - _MARGIN_M, max(values) + _MARGIN_M
    grow = max(0.0, _SMALLEST_M - (high - low)) / 2.0
    return low - grow, high + grow
