"""Figures of a comparison on the page: both systems over the stride or time, clocks, events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from opensim_pelvis.report import style
from opensim_pelvis.report.agreement_words import event_title
from opensim_pelvis.report.plot import axis, figure, line
from opensim_pelvis.report.texts import Texts

SYSTEMS: Final[dict[str, tuple[str, style.Dash]]] = {
    "reference": (style.INK, "dash"),
    "estimate": (style.RIGHT, "solid"),
}
"""System to colour and dash; the one that was there before is drawn first."""

SIDE_SYMBOLS: Final = {"right": "circle", "left": "triangle-up-open"}


def agreement_figures(agreement: Mapping[str, Any] | None, texts: Texts) -> dict[str, Any]:
    """Return a figure an angle, and those of clocks and events; none without a comparison."""
    if agreement is None:
        return {}
    curves = agreement["curves"]
    found = {
        f"agreement-{angle['name']}": _angle_figure(angle, curves["time_s"], texts)
        for angle in curves["angles"]
    }
    if curves["synchronisation"]["offset_s"]:
        found["agreement-clocks"] = _clock_figure(agreement, texts)
    if curves["events"]:
        found["agreement-events"] = _event_figure(curves["events"], texts)
    return found


def _angle_figure(angle: Mapping[str, Any], time_s: list[float], texts: Texts) -> dict[str, Any]:
    words, over = texts["agreement"], angle["over_stride"]
    data: list[dict[str, Any]] = []
    for system, (colour, dash) in SYSTEMS.items():
        if over:
            mean, sd = over[system]["mean"], over[system]["sd"]
            data.append(_band(mean, sd, colour))
        x, y = (list(range(len(mean))), mean) if over else (time_s, angle["over_time"][system])
        label = words[system]
        data.append(
            line(x, y, colour, dash=dash, name=label, hovertemplate="%{y:.1f}°<extra>" + label)
        )
        data[-1]["hovertemplate"] += "</extra>"
    below = axis(texts["curves"]["percent"], range=[0, 100], dtick=20) if over else axis(words["s"])
    return figure(
        data, x=below, y=axis(texts["curves"]["degrees"], zeroline=True),
        height=250, showlegend=False,
    )  # fmt: skip


def _band(mean: list[float], sd: list[float], colour: str) -> dict[str, Any]:
    percent = list(range(len(mean)))
    upper = [round(m + s, 3) for m, s in zip(mean, sd, strict=True)]
    lower = [round(m - s, 3) for m, s in zip(mean, sd, strict=True)]
    return {
        "type": "scatter", "mode": "lines", "fill": "toself", "hoverinfo": "skip",
        "x": [*percent, *reversed(percent)], "y": [*upper, *reversed(lower)],
        "line": {"width": 0}, "fillcolor": style.faded(colour, 0.15), "showlegend": False,
    }  # fmt: skip


def _clock_figure(agreement: Mapping[str, Any], texts: Texts) -> dict[str, Any]:
    words, curve = texts["agreement"], agreement["curves"]["synchronisation"]
    at = agreement["synchronisation"]["offset_s"]
    mark = {
        "type": "line", "x0": at, "x1": at, "yref": "paper", "y0": 0, "y1": 1,
        "line": {"color": style.LEFT, "width": 1.5, "dash": "dash"},
    }  # fmt: skip
    return figure(
        [line(curve["offset_s"], curve["correlation"], style.INK, width=1.2)],
        x=axis(words["offset_axis"]),
        y=axis(words["correlation_axis"]),
        shapes=[mark],
        showlegend=False,
        height=250,
    )


def _event_figure(events: list[dict[str, Any]], texts: Texts) -> dict[str, Any]:
    words = texts["agreement"]
    data = []
    for event in events:
        kind = event_title(event["kind"], texts)
        colour = style.RIGHT if event is events[0] else style.LEFT
        for side, symbol in SIDE_SYMBOLS.items():
            of_side = [i for i, each in enumerate(event["sides"]) if each == side]
            if of_side:
                data.append(
                    {
                        "type": "scatter", "mode": "markers",
                        "name": f"{kind}, {texts['measures'][side]}",
                        "x": [event["time_s"][i] for i in of_side],
                        "y": [event["error_ms"][i] for i in of_side],
                        "marker": {"color": colour, "symbol": symbol, "size": 7},
                        "hovertemplate": "%{y:.0f} ms<extra></extra>",
                    }
                )  # fmt: skip
    return figure(data, x=axis(words["s"]), y=axis(words["event_axis"], zeroline=True), height=280)
