"""Parameters of a C3D file that say who and when: subject, events, units, label groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from opensim_pelvis.io.exporters.c3d_file import split_parameter
from opensim_pelvis.io.exporters.c3d_header import ParameterList, ParameterValue
from opensim_pelvis.notices import say
from opensim_pelvis.types import Event, Result

EVENT_LABELS: Final[Mapping[str, tuple[str, int, str]]] = {
    "initial contact": ("Foot Strike", 1, "The instant the foot touches the ground"),
    "toe off": ("Foot Off", 2, "The instant the foot leaves the ground"),
}
"""Our name of an event to the label, icon and description that lab programs know."""

MAX_EVENTS: Final = 765
"""Events that a file takes, in time order; the parameter section has 127 kB for everything."""


def point_parameters(angle_labels: Sequence[str]) -> dict[str, ParameterValue]:
    """Return units, the screen axes and the label group of the angles."""
    return {
        "UNITS": "mm",
        "ANGLE_UNITS": "deg",
        "X_SCREEN": "+X",
        "Y_SCREEN": "+Z",
        "TYPE_GROUPS": np.array([["ANGLES"], ["ANGLE"]]),
        **split_parameter("ANGLES", angle_labels),
    }


def subject_name(result: Result) -> str:
    """Return what SUBJECTS, EVENT and ANALYSIS call the person."""
    return result.settings.subject.id or result.name


def subject_parameters(result: Result) -> dict[str, dict[str, ParameterValue]]:
    """Return who was measured, as Nexus writes it: height in mm, mass in kg."""
    subject = result.settings.subject
    processing: dict[str, ParameterValue] = {}
    if subject.mass_kg is not None:
        processing["Bodymass"] = subject.mass_kg
    if subject.height_m is not None:
        processing["Height"] = subject.height_m * 1000.0
    subjects: dict[str, ParameterValue] = {
        "USED": np.array([1]),
        "IS_STATIC": np.array([0]),
        "USES_PREFIXES": np.array([0]),
        "NAMES": [subject_name(result)],
        "LABEL_PREFIXES": [""],
        "MARKER_SETS": [result.model.name],
    }
    return {"SUBJECTS": subjects, **({"PROCESSING": processing} if processing else {})}


def date_parameters(result: Result) -> dict[str, dict[str, ParameterValue]]:
    """Return when the recording began, in a group of ours: C3D has no place for it."""
    date = result.recording.date
    if date is None:
        return {}
    return {"RECORDING": {"START": date.iso, "START_SOURCE": say(date.source)}}


def event_parameters(result: Result) -> dict[str, dict[str, ParameterValue]]:
    """Return the groups EVENT and EVENT_CONTEXT, valid also without any event."""
    events = sorted(result.events, key=lambda event: event.time_s)[:MAX_EVENTS]
    known = [EVENT_LABELS.get(_plain(event), (event.label, 0, "")) for event in events]
    minutes, seconds = np.divmod(np.array([event.time_s for event in events]), 60.0)
    lists: dict[str, ParameterList] = {
        "CONTEXTS": [event.context for event in events],
        "LABELS": [label for label, _, _ in known],
        "DESCRIPTIONS": [text for _, _, text in known],
        "SUBJECTS": [subject_name(result)] * len(events),
        "TIMES": np.stack([minutes, seconds]),
        "ICON_IDS": np.array([icon for _, icon, _ in known], dtype=np.int64),
        "GENERIC_FLAGS": np.zeros(len(events), dtype=np.int64),
    }
    event: dict[str, ParameterValue] = {"USED": np.array([len(events)])}
    for name, values in lists.items():
        event.update(split_parameter(name, values))
    return {"EVENT": event, "EVENT_CONTEXT": _event_contexts()}


def _plain(event: Event) -> str:
    return event.label.lower().replace("-", " ").replace("_", " ")


def _event_contexts() -> dict[str, ParameterValue]:
    """Return the three contexts with the colours that lab programs use for them."""
    return {
        "USED": np.array([3]),
        "ICON_IDS": np.array([0, 1, 2]),
        "LABELS": ["General", "Left", "Right"],
        "DESCRIPTIONS": ["For other events", "Left side", "Right side"],
        "COLOURS": np.array([[255, 255, 0], [255, 0, 0], [0, 255, 0]]).T,
    }


def group_descriptions(result: Result) -> dict[str, str]:
    """Return what a reader of the file should know and no parameter says."""
    total = len(result.events)
    events = "" if total <= MAX_EVENTS else f"The first {MAX_EVENTS} of {total} events. "
    return {
        "POINT": "Points in mm: x forward, y left, z up; the pelvis has its position in the model",
        "ANALOG": "Sensor signals; missing samples are 0 where VALID is 0",
        "EVENT": f"{events}Frame 1 is time 0",
    }
