"""Figures of a comparison: both systems over the stride or time, clocks, events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from opensim_pelvis.report import style
from opensim_pelvis.report.agreement_words import angle_title, event_title
from opensim_pelvis.report.charts.chart import Band, Chart, Line, Mark, Points, Rule
from opensim_pelvis.report.texts import Texts

SYSTEMS: Final[dict[str, tuple[str, style.Dash]]] = {
    "reference": (style.INK, "dash"),
    "estimate": (style.OURS, "solid"),
}
"""System to colour and dash; the one that was there before is drawn first."""

SIDE_HOLLOW: Final = {"right": False, "left": True}
"""Side to whether its marks are hollow triangles; full discs otherwise."""


def agreement_charts(agreement: Mapping[str, Any] | None, texts: Texts) -> dict[str, Chart]:
    """Return a figure an angle, and those of clocks and events; none without a comparison."""
    if agreement is None:
        return {}
    curves = agreement["curves"]
    found = {
        f"agreement-{angle['name']}": angle_chart(angle, curves["time_s"], texts)
        for angle in curves["angles"]
    }
    if curves["synchronisation"]["offset_s"]:
        found["agreement-clocks"] = clocks_chart(agreement, texts)
    if curves["events"]:
        found["agreement-events"] = events_chart(agreement, texts)
    return found


def angle_chart(
    angle: Mapping[str, Any], time_s: list[float], texts: Texts, *, legend: bool = True
) -> Chart:
    """Return one angle by both systems, over the stride or over time."""
    over = angle["over_stride"]
    marks: list[Mark] = []
    for system, (colour, dash) in SYSTEMS.items():
        x: list[float] = time_s
        y = angle["over_time"][system]
        if over:
            y, sd = over[system]["mean"], over[system]["sd"]
            x = [float(i) for i in range(len(y))]
            low = [m - s for m, s in zip(y, sd, strict=True)]
            high = [m + s for m, s in zip(y, sd, strict=True)]
            marks.append(Band(x=x, low=low, high=high, colour=colour, opacity=0.15))
        marks.append(Line(x=x, y=y, colour=colour, dash=dash, label=texts["agreement"][system]))
    return Chart(
        title=angle_title(angle["name"], texts),
        note=texts["positive"].get(angle["name"], ""),
        x=texts["curves"]["percent"] if over else texts["agreement"]["s"],
        y=texts["curves"]["degrees"],
        marks=marks,
        legend=legend,
    )


def clocks_chart(agreement: Mapping[str, Any], texts: Texts) -> Chart:
    """Return how well the angular speeds match at each offset, and the offset that was taken."""
    words, curve = texts["agreement"], agreement["curves"]["synchronisation"]
    taken = agreement["synchronisation"]["offset_s"]
    return Chart(
        title=words["clocks_figure"],
        x=words["offset_axis"],
        y=words["correlation_axis"],
        marks=(
            Line(x=curve["offset_s"], y=curve["correlation"], colour=style.INK, width=0.8),
            Rule(axis="x", at=taken, colour=style.OURS, width=1.1, dash="dash"),
        ),
    )


def events_chart(agreement: Mapping[str, Any], texts: Texts) -> Chart:
    """Return the error of each contact and toe-off."""
    words, events = texts["agreement"], agreement["curves"]["events"]
    marks = []
    for event in events:
        kind = event_title(event["kind"], texts)
        colour = style.OURS if event is events[0] else style.SIDE_COLOURS["left"]
        for side, hollow in SIDE_HOLLOW.items():
            rows = zip(event["sides"], event["time_s"], event["error_ms"], strict=True)
            points = [(at, error) for each, at, error in rows if each == side]
            if points:
                x, y = zip(*points, strict=True)
                label = f"{kind}, {texts['measures'][side]}"
                marks.append(
                    Points(x=x, y=y, colour=colour, shape="triangle" if hollow else "circle",
                           hollow=hollow, label=label)
                )  # fmt: skip
    return Chart(
        title=words["events_each"],
        x=words["s"],
        y=words["event_axis"],
        marks=marks,
        legend=True,
    )
