"""Figures of whole strides: rotation against cadence, and measures over the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from opensim_pelvis.gait.measures.definitions import definition_of
from opensim_pelvis.report import style
from opensim_pelvis.report.headline import find_measure, find_row, half_of
from opensim_pelvis.report.plot import axis, figure, line
from opensim_pelvis.report.reference_words import compared
from opensim_pelvis.report.texts import Texts
from opensim_pelvis.report.view import View

CADENCE_RANGE: Final = (150.0, 200.0)
ROTATION_TOP: Final = 24.0
FEW_POINTS: Final = 25
LEAST_SPAN: Final = {"deg": 2.0, "spm": 4.0}
"""An axis spans no less, so that the last digits of a steady run do not look like a change."""

_EDGE: Final = 0.06


def cadence_figure(view: View, texts: Texts) -> dict[str, Any] | None:
    """Return the article's figure with this runner in it; None for walking, or without numbers."""
    if view["activity"]["kind"] == "walking":
        return None
    words = texts["cadence"]
    rotation = find_row(view, "pelvic_rotation_range_deg")
    cadence = find_row(view, "cadence_spm")
    if rotation is None or cadence is None:
        return None
    low = min(CADENCE_RANGE[0], cadence["mean"] - 5.0)
    high = max(CADENCE_RANGE[1], cadence["mean"] + 5.0)
    data = [*_points(view, words), _mean(view, words)]
    data += _published(view, texts, low, high)
    shapes, notes = coach_bands(view["norms"], words, low, high)
    return figure(
        data,
        x=axis(words["x"], range=[low, high]),
        y=axis(words["y"], range=[0.0, top_of([rotation["mean"]], half_of(rotation) or 0.0)]),
        shapes=shapes,
        annotations=notes,
        height=430,
    )


def coach_bands(
    norms: Mapping[str, Mapping[str, Any]], words: Mapping[str, str], low: float, high: float
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the article's regions as shapes, and their words."""
    value = {key: norm["value"] for key, norm in norms.items()}
    fast = (value["coach.fast_rotation_low"], value["coach.fast_rotation_high"])
    quick, small = value["choice.quick_cadence"], value["coach.low_rotation"]
    over = value["coach.overstride_rotation"]
    shapes = [
        _box(low, high, *fast),
        _box(max(quick, low), high, 0.0, small),
        {
            "type": "line", "x0": low, "x1": high, "y0": over, "y1": over, "layer": "between",
            "line": {"color": style.COACH_INK, "width": 1, "dash": "dash"},
        },
    ]  # fmt: skip
    notes = [
        _words(words["fast"], low, fast[1], "left", "top"),
        _words(words["over"], low, over, "left", "top"),
        _words(words["low"], high, 0.0, "right", "bottom"),
    ]
    return shapes, notes


def change_figures(view: View, texts: Texts) -> dict[str, dict[str, Any]]:
    """Return a figure a measure: single strides as dots, means of groups as a line."""
    words = texts["change"]
    found = {}
    for name, sides in view["series"].items():
        data: list[dict[str, Any]] = []
        for side, series in sides.items():
            colour = style.SIDE_COLOURS[side]
            label = texts["measures"][side]
            data.append(
                {
                    "type": "scatter", "mode": "markers", "hoverinfo": "skip",
                    "x": _minutes(series["time_s"]), "y": series["values"], "showlegend": False,
                    "marker": {"size": 5, "color": style.faded(colour, _alpha(series)),
                               "symbol": "circle" if side != "left" else "diamond-open"},
                }
            )  # fmt: skip
            blocks = line(
                _minutes(series["block_time_s"]), series["block_mean"], colour,
                name=label or words["blocks"], dash=style.SIDE_DASHES[side],
            )  # fmt: skip
            data.append({**blocks, "showlegend": len(sides) > 1})
        unit = texts["unit"][definition_of(name).unit]
        found[f"change-{name}"] = figure(
            data, x=axis(words["x"]), y=axis(unit or "", nticks=5, range=span_of(name, sides)),
            height=210,
            margin={"l": 56, "r": 12, "t": 26, "b": 42},
        )  # fmt: skip
    return found


def span_of(name: str, sides: Mapping[str, Mapping[str, Any]]) -> list[float]:
    """Return the ends of the vertical axis of a measure over the run."""
    values = [value for series in sides.values() for value in series["values"]]
    low, high = min(values), max(values)
    least = LEAST_SPAN.get(definition_of(name).unit, 0.0)
    grow = max(_EDGE * (high - low), (least - (high - low)) / 2.0, 1e-3)
    return [round(low - grow, 4), round(high + grow, 4)]


def top_of(means: Sequence[float], reach: float = 0.0) -> float:
    """Return the upper end of the axis of rotation: the article's, unless somebody is above."""
    return max([ROTATION_TOP, *(mean + reach + 1.0 for mean in means)])


def _points(view: View, words: Mapping[str, str]) -> list[dict[str, Any]]:
    series = view["series"]
    pair = [
        series.get(name, {}).get("body") for name in ("cadence_spm", "pelvic_rotation_range_deg")
    ]
    if pair[0] is None or pair[1] is None:
        return []
    rotation = dict(zip(pair[1]["time_s"], pair[1]["values"], strict=True))
    both = [
        (value, rotation[at])
        for at, value in zip(pair[0]["time_s"], pair[0]["values"], strict=True)
        if at in rotation
    ]
    marker = {"size": 5, "color": style.faded(style.SOFT, 0.5)}
    return [
        {
            "type": "scatter", "mode": "markers", "x": [x for x, _ in both],
            "y": [y for _, y in both], "marker": marker, "name": words["strides"],
            "hovertemplate": "%{x:.1f}, %{y:.1f}°<extra></extra>",
        }
    ]  # fmt: skip


def _mean(view: View, words: Mapping[str, str]) -> dict[str, Any]:
    rotation, cadence = find_row(view, "pelvic_rotation_range_deg"), find_row(view, "cadence_spm")
    if rotation is None or cadence is None:
        return {}
    half = half_of(rotation)
    bar = {"type": "constant", "value": half or 0.0, "color": style.RIGHT,
           "thickness": 2, "width": 8, "visible": half is not None}  # fmt: skip
    marker = {"size": 14, "symbol": "diamond", "color": style.RIGHT,
              "line": {"color": "white", "width": 1.5}}  # fmt: skip
    return {
        "type": "scatter", "mode": "markers", "x": [cadence["mean"]], "y": [rotation["mean"]],
        "error_y": bar, "marker": marker, "name": words["mean"],
        "hovertemplate": "%{x:.1f}, %{y:.1f}°<extra></extra>",
    }  # fmt: skip


def _published(view: View, texts: Texts, low: float, high: float) -> list[dict[str, Any]]:
    """Return 95 % of other people at this speed at the right edge, apart from the coach bands."""
    measure = find_measure(view, "pelvic_rotation_range_deg")
    traces = []
    for place, band in enumerate(compared(measure["published"] if measure else [])):
        at = high - (0.02 + 0.03 * place) * (high - low)
        name = texts["cadence"]["published"].format(who=texts["measures"][band["label"]])
        traces.append(
            {
                "type": "scatter", "mode": "lines+markers", "x": [at, at], "name": name,
                "y": [band["low"], band["high"]],
                "line": {"color": style.PUBLISHED, "width": 4,
                         "dash": "solid" if band["label"] == "female" else "dot"},
                "marker": {"symbol": "line-ew-open", "size": 12, "color": style.PUBLISHED},
                "hovertemplate": "%{y:.1f}°<extra>" + name + "</extra>",
            }
        )  # fmt: skip
    return traces


def _box(x0: float, x1: float, y0: float, y1: float) -> dict[str, Any]:
    return {"type": "rect", "x0": x0, "x1": x1, "y0": y0, "y1": y1, "layer": "below",
            "fillcolor": style.COACH, "line": {"color": style.COACH_INK, "width": 0.5}}  # fmt: skip


def _words(text: str, x: float, y: float, xanchor: str, yanchor: str) -> dict[str, Any]:
    return {
        "text": text, "x": x, "y": y, "xanchor": xanchor, "yanchor": yanchor,
        "showarrow": False, "font": {"size": 11, "color": style.COACH_INK},
    }  # fmt: skip


def _alpha(series: Mapping[str, Any]) -> float:
    """Return how dense dots are drawn: few of them must be seen, too."""
    return 0.8 if len(series["values"]) <= FEW_POINTS else 0.35


def _minutes(time_s: list[float]) -> list[float]:
    return [round(value / 60.0, 3) for value in time_s]
