"""The figures of the page as plotly understands them: dictionaries of data and layout.

They are plain, so that a page needs no plotly in Python; `parts.plotly_figures` makes figure
objects of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from opensim_pelvis.report import style
from opensim_pelvis.report.figures_agreement import agreement_figures
from opensim_pelvis.report.figures_runs import cadence_figure, change_figures
from opensim_pelvis.report.plot import axis, figure, line
from opensim_pelvis.report.texts import Texts
from opensim_pelvis.report.view import View

Figure = dict[str, Any]

SHARES: Final = ("anti_phase_percent", "in_phase_percent", "pelvis_phase_percent",
                 "trunk_phase_percent")  # fmt: skip


FEWEST_PERCENT: Final = 7.0
"""A part of the stride that is shorter has no room for a number inside."""


def figures_of(view: View, texts: Texts) -> dict[str, Figure]:
    """Return every figure that the view has numbers for, by name, in the page's order."""
    found: dict[str, Figure] = {}
    for curve in view["curves"]["angles"]:
        found[f"curve-{curve['name']}"] = curve_figure(curve, view["curves"]["events"], texts)
    found |= _counter_figures(view, texts)
    cadence = cadence_figure(view, texts)
    if cadence is not None:
        found["cadence"] = cadence
    found |= change_figures(view, texts)
    return found | agreement_figures(view.get("agreement"), texts)


def curve_figure(
    curve: Mapping[str, Any], events: Mapping[str, Mapping[str, float]], texts: Texts
) -> Figure:
    """Return one angle over the stride: right, left over it, spread, and events as lines."""
    words = texts["curves"]
    data: list[dict[str, Any]] = []
    sides = [side for side in ("right", "left") if side in curve]
    for side in sides:
        data += _band(curve[side], style.SIDE_COLOURS[side])
    for side in sides:
        data.append(_single(curve[side]["strides"], style.SIDE_COLOURS[side]))
    for side in sides:
        numbers = curve[side]
        percent = list(range(len(numbers["mean"])))
        data.append(
            line(
                percent, numbers["mean"], style.SIDE_COLOURS[side],
                name=words[side], dash=style.SIDE_DASHES[side], width=2.5,
                hovertemplate="%{y:.1f}°<extra>" + words[side] + ", %{x} %</extra>",
            )
        )  # fmt: skip
    shapes, notes = _event_marks(events, sides, words)
    return figure(
        data,
        x=axis(words["percent"], range=[0, 100], dtick=20),
        y=axis(words["degrees"], zeroline=True),
        shapes=shapes,
        annotations=notes,
        showlegend=False,
        height=260,
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


def _counter_figures(view: View, texts: Texts) -> dict[str, Figure]:
    side = pair_side(view)
    pair = pair_curves(view, side) if side else None
    if pair is None:
        return {}
    found = {"counter-time": _time_figure(*pair, texts), "counter-angle": _loop(*pair, texts)}
    means = {m["name"]: m["rows"][0]["mean"] for m in view["measures"] if m["name"] in SHARES}
    if len(means) == len(SHARES) and None not in means.values():
        found["counter-share"] = _shares(means, texts)
    return found


def _time_figure(pelvis: list[float], trunk: list[float], texts: Texts) -> Figure:
    words = texts["counter"]
    percent = list(range(len(pelvis)))
    data = [
        line(percent, pelvis, style.PELVIS, name=words["pelvis"], width=3),
        line(percent, trunk, style.TRUNK, name=words["trunk"], width=3, dash="dash"),
    ]
    return figure(
        data,
        x=axis(texts["curves"]["percent"], range=[0, 100], dtick=20),
        y=axis(texts["curves"]["degrees"], zeroline=True),
        height=320,
    )


def _loop(pelvis: list[float], trunk: list[float], texts: Texts) -> Figure:
    words = texts["counter"]
    reach = 1.15 * max(abs(value) for value in (*pelvis, *trunk))
    tenth = slice(0, 100, 10)
    data = [
        line([-reach, reach], [reach, -reach], style.SOFT, width=1, dash="dash", hoverinfo="skip"),
        line([-reach, reach], [-reach, reach], style.SOFT, width=1, dash="dot", hoverinfo="skip"),
        line(pelvis, trunk, style.INK, width=2.5, hoverinfo="skip"),
        {
            "type": "scatter", "mode": "markers+text", "x": pelvis[tenth], "y": trunk[tenth],
            "text": ["" if place % 20 else f"{place} %" for place in range(0, 100, 10)],
            "textposition": "top right",
            "textfont": {"size": 10}, "marker": {"size": 7, "color": style.INK},
            "hovertemplate": "%{x:.1f}°, %{y:.1f}°<extra></extra>",
        },
    ]  # fmt: skip
    corner = {"x": 0.99 * reach, "xanchor": "right", "bgcolor": "white"}
    notes = [
        _note(words["counter_line"], y=-0.99 * reach, yanchor="bottom", **corner),
        _note(words["block_line"], y=0.99 * reach, yanchor="top", **corner),
    ]
    return figure(
        data,
        x=axis(words["x"], range=[-reach, reach], zeroline=True, constrain="domain"),
        y=axis(
            words["y"], range=[-reach, reach], zeroline=True, scaleanchor="x", constrain="domain"
        ),
        annotations=notes,
        showlegend=False,
        height=380,
    )


def _shares(means: Mapping[str, float], texts: Texts) -> Figure:
    words = texts["counter"]
    data = [
        {
            "type": "bar", "orientation": "h", "y": [""], "x": [round(means[name], 1)],
            "name": f"{words[name]} {texts.written(means[name], '.1f')} %",
            "text": [f"{texts.written(means[name], '.0f')} %"],
            "textposition": "inside", "insidetextanchor": "middle", "textangle": 0,
            "constraintext": "none", "hoverinfo": "name+x",
            "marker": {"color": colour, "line": {"color": style.INK, "width": 1},
                       "pattern": {"shape": shape, "fgcolor": style.INK, "size": 9,
                                   "solidity": 0.12}},
        }
        for name, colour, shape in zip(SHARES, style.SHARES, style.SHAPES, strict=True)
    ]  # fmt: skip
    for trace, name, shape in zip(data, SHARES, style.SHAPES, strict=True):
        if shape or means[name] < FEWEST_PERCENT:  # a number is not read over a pattern
            trace["text"] = [""]
    return figure(
        data,
        x=axis(texts["unit"]["percent"], range=[0, 100]),
        y={"visible": False},
        barmode="stack",
        height=190,
        legend={"orientation": "h", "y": 1.05, "yanchor": "bottom", "traceorder": "normal"},
    )


def _band(numbers: Mapping[str, Any], colour: str) -> list[dict[str, Any]]:
    pairs = list(zip(numbers["mean"], numbers["sd"], strict=True))
    if any(sd is None for _, sd in pairs):
        return []
    upper = [round(mean + sd, 2) for mean, sd in pairs]
    lower = [round(mean - sd, 2) for mean, sd in pairs]
    percent = list(range(len(pairs)))
    return [
        {
            "type": "scatter", "mode": "lines", "fill": "toself", "hoverinfo": "skip",
            "x": [*percent, *reversed(percent)], "y": [*upper, *reversed(lower)],
            "line": {"width": 0}, "fillcolor": style.faded(colour, 0.2),
        }
    ]  # fmt: skip


def _single(strides: list[list[float]], colour: str) -> dict[str, Any]:
    """Return single strides as one line with breaks, hidden until asked for."""
    x: list[float | None] = []
    y: list[float | None] = []
    for values in strides:
        x += [100.0 * i / (len(values) - 1) for i in range(len(values))] + [None]
        y += [*values, None]
    thin = {"color": style.faded(colour, 0.35), "width": 0.8}
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": thin,
            "hoverinfo": "skip", "visible": False, "meta": "every stride"}  # fmt: skip


def _event_marks(
    events: Mapping[str, Mapping[str, float]], sides: list[str], words: Mapping[str, str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return lines at toe-off and at the other foot's contact, and their words."""
    shapes, notes = [], []
    for side in sides:
        for name, at in events.get(side, {}).items():
            if name == "opposite_toe_off":
                continue
            shapes.append(
                {
                    "type": "line", "x0": at, "x1": at, "yref": "paper", "y0": 0, "y1": 1,
                    "line": {"color": style.SIDE_COLOURS[side], "width": 1,
                             "dash": "dot" if name == "toe_off" else "dashdot"},
                }
            )  # fmt: skip
    first = next((events[side] for side in sides if events.get(side)), {})
    for name, at in first.items():
        if name != "opposite_toe_off":
            notes.append(
                _note(words[name], x=at, y=1.0, yref="paper", yanchor="bottom", xanchor="center")
            )
    if first:
        notes.append(
            _note(words["contact"], x=0, y=1.0, yref="paper", yanchor="bottom", xanchor="left")
        )
    return shapes, notes


def _note(text: str, **place: Any) -> dict[str, Any]:
    font = {"size": 10, "color": style.SOFT}
    return {"text": text, "showarrow": False, "font": font, **place}
