"""The look that all figures of the page share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from opensim_pelvis.report import style

FONT: Final = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def figure(
    data: list[dict[str, Any]], *, x: dict[str, Any], y: dict[str, Any], **layout: Any
) -> dict[str, Any]:
    """Return a figure of one pair of axes."""
    base = {
        "font": {"family": FONT, "size": 12, "color": style.INK},
        "margin": {"l": 48, "r": 12, "t": 26, "b": 42},
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "hovermode": "closest",
        "dragmode": False,
        "autosize": True,
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        "xaxis": x,
        "yaxis": y,
    }
    return {"data": data, "layout": {**base, **layout}}


def axis(title: str, **settings: Any) -> dict[str, Any]:
    """Return an axis with its title and quiet lines."""
    return {
        "title": {"text": title, "font": {"size": 11}, "standoff": 6},
        "gridcolor": style.GRID,
        "linecolor": style.SOFT,
        "zerolinecolor": style.SOFT,
        "zeroline": False,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": style.SOFT,
        "fixedrange": True,
        **settings,
    }


def line(
    x: Sequence[float], y: Sequence[float], colour: str, *, width: float = 2.0, dash: str = "solid",
    name: str | None = None, **more: Any,
) -> dict[str, Any]:  # fmt: skip
    """Return a line; one without a name is not in the legend."""
    trace = {
        "type": "scatter",
        "mode": "lines",
        "x": list(x),
        "y": list(y),
        "line": {"color": colour, "width": width, "dash": dash},
        "showlegend": name is not None,
    }
    return trace | ({"name": name} if name is not None else {}) | more
