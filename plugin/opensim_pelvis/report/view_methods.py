"""How the numbers of a result came about, a notice a stage."""

from __future__ import annotations

from opensim_pelvis.notices import Notice, notice, say
from opensim_pelvis.types import Result


def tell_methods(result: Result) -> dict[str, Notice]:
    """Return what was done in each stage, by its name."""
    pose, kinematics = result.placement.pose, result.kinematics
    from_s, to_s = pose.window_s
    methods = {
        "orientations": _orientations(result),
        "pose": notice("stage.pose", from_s=from_s, to_s=to_s, source=pose.window_source),
        "heading": result.placement.heading.told,
        "travel": result.clinical.travel_source,
        "model": result.model.told,
        "engine": notice("stage.engine", engine=kinematics.engine, accuracy=kinematics.accuracy),
    }
    if result.running is not None and result.running.events.methods:
        told = dict.fromkeys(result.running.events.methods.values())
        methods["events"] = notice("stage.events", methods=list(told))
    return methods


def _orientations(result: Result) -> Notice:
    told = {
        notice("stage.origin", origin=origin.origin, reason=origin.reason)
        for origin in result.recording.origins
    }
    if not told:
        return notice("stage.vendor")
    return notice("stage.orientations", origins=sorted(told, key=say))
