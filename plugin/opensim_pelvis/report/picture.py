"""The moving runner: three flat pictures drawn as SVG."""

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
    "right": {"colour": style.SIDE_COLOURS["right"], "dash": "solid", "width": 4, "svg": "none"},
    "left": {"colour": style.SIDE_COLOURS["left"], "dash": "dot", "width": 4, "svg": "2 4"},
}
_MARGIN_M: Final = 0.06
_SMALLEST_M: Final = 0.3


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
