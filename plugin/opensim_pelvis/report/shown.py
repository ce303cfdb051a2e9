"""What the page and the PDF both choose from a view."""

from __future__ import annotations

from typing import Any

from opensim_pelvis.gait.measures.definitions import shown_in
from opensim_pelvis.report.texts import Texts
from opensim_pelvis.report.view import View


def is_walking(view: View) -> bool:
    """Return whether the activity was stated as walking."""
    return bool(view["activity"]["kind"] == "walking")


def report_title(view: View, texts: Texts) -> str:
    """Return what the report is called."""
    return texts["page"]["title_walking" if is_walking(view) else "title"]


def drills_of(view: View) -> list[dict[str, str]]:
    """Return the drills of findings that hold, each once."""
    drills = {drill["name"]: drill for finding in view["findings"] for drill in finding["drills"]}
    return list(drills.values())


def main_measures(view: View) -> list[dict[str, Any]]:
    """Return the measures of the first table, in its order."""
    there = {measure["name"]: measure for measure in view["measures"]}
    return [there[d.name] for d in shown_in("main") if d.name in there]


def more_measures(view: View) -> list[dict[str, Any]]:
    """Return the measures of the second table."""
    main = {definition.name for definition in shown_in("main")}
    return [measure for measure in view["measures"] if measure["name"] not in main]


def mirrored(view: View, texts: Texts) -> str:
    """Return which curves of left strides have the other sign, and why; empty without any."""
    names = [
        texts["curves"][curve["name"]]
        for curve in view["curves"]["angles"]
        if curve["mirrored"] and "left" in curve and "right" in curve
    ]
    return texts["curves"]["mirrored"].format(names=", ".join(names)) if names else ""
