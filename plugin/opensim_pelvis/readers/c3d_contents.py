"""What a C3D file holds, and what it can serve for where it has no inertial sensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from opensim_pelvis.c3d_file import C3dFile
from opensim_pelvis.notices import Notice
from opensim_pelvis.readers.c3d_events import read_events
from opensim_pelvis.types import FileContents

_SHOWN: Final = 12
_STATIC_S: Final = 15.0
"""A trial as short as this may be of a person who stands; a choice."""

_PELVIS: Final = ("LASI", "RASI")
_KINDS: Final = ("ANGLES", "FORCES", "MOMENTS", "POWERS", "SCALARS", "REACTIONS")


def count_contents(file: C3dFile) -> str:
    """Return in one line how much of what a file holds."""
    rotations = len(file.texts("ROTATION:LABELS"))
    return f"{rotations} rotations, {file.channels} analog channels, {file.points} points"


def describe_contents(file: C3dFile) -> FileContents:
    """Return what a file holds, in words, and what it can serve for."""
    points, angles = _point_labels(file)
    events, notes = _events(file)
    channels = file.texts("ANALOG:LABELS")[: file.channels]
    rate = f"{file.rate_hz:g} Hz" if np.isfinite(file.rate_hz) else "not stated"
    length = f", {file.frames / file.rate_hz:.2f} s" if np.isfinite(file.rate_hz) else ""
    plates = file.count("FORCE_PLATFORM:USED") or 0
    rotations = file.texts("ROTATION:LABELS")
    writer = " ".join(
        text for name in ("COMPANY", "SOFTWARE") if (text := file.text(f"MANUFACTURER:{name}"))
    )
    facts = {
        "written by": writer or "not stated",
        "rate": rate,
        "frames": f"{file.frames}{length}, the first is number {file.first_frame}",
        "points": _listed(
            points, file.text("POINT:UNITS"), unnamed=_unnamed(file, "POINT", file.points)
        ),
        "angles": _listed(angles, ""),
        "channels": _listed(channels, "", unnamed=_unnamed(file, "ANALOG", file.channels))
        + _channel_rate(file),
        "events": events,
        "force plates": str(plates) if plates else "none",
        "rotations": _listed(rotations, ""),
    }
    return FileContents(
        title=f"{file.path.name}: a C3D file without inertial sensors",
        facts=tuple(facts.items()),
        uses=_uses(file, points, angles, " contacts and " in events, bool(rotations)),
        notes=(*file.notes, *notes),
    )


def _point_labels(file: C3dFile) -> tuple[list[str], list[str]]:
    """Return the labels of markers and of angles; forces and other results are neither."""
    labels = file.texts("POINT:LABELS")[: file.points]
    results = {label for kind in _KINDS for label in file.texts(f"POINT:{kind}")}
    angles = {label for label in labels if label.upper().endswith("ANGLES")}
    angles |= set(file.texts("POINT:ANGLES"))
    markers = [label for label in labels if label and label not in results | angles]
    return markers, [label for label in labels if label in angles]


def _events(file: C3dFile) -> tuple[str, tuple[Notice, ...]]:
    """Return the events in words, and notes."""
    found, notes = read_events(file)
    if found:
        plates = sum("force plate" in event.source for event in found)
        return f"{len(found)} contacts and toe-offs ({plates} by force plates)", notes
    if file.texts("EVENT:LABELS"):
        return f"{_listed(file.texts('EVENT:LABELS'), '')}; no contact or toe-off", notes
    if file.header_events:
        return f"none (in the header: {_listed([n for _, n in file.header_events], '')})", notes
    return "none", notes


def _channel_rate(file: C3dFile) -> str:
    if not file.channels or not np.isfinite(file.channel_hz):
        return ""
    return f" at {file.channel_hz:g} Hz"


def _unnamed(file: C3dFile, group: str, count: int) -> int:
    """Return how many points or channels have no label."""
    return count - sum(bool(label) for label in file.texts(f"{group}:LABELS")[:count])


def _listed(labels: Sequence[str], unit: str, *, unnamed: int = 0) -> str:
    labels = [label for label in labels if label]
    if unnamed:
        named = f"{_listed(labels, unit)} and " if labels else ""
        return f"{named}{unnamed} without a label"
    if not labels:
        return "none"
    more = " ..." if len(labels) > _SHOWN else ""
    return f"{len(labels)}{f' in {unit}' if unit else ''}: {', '.join(labels[:_SHOWN])}{more}"


def _uses(
    file: C3dFile, markers: Sequence[str], angles: Sequence[str], events: bool, rotations: bool
) -> tuple[str, ...]:
    name = file.path.name
    called = {label.rpartition(":")[2].upper() for label in markers}
    uses = []
    if rotations:
        uses.append(f"reference of segments: opensim-pelvis compare RESULT {name}")
    if markers:
        known = "" if called >= set(_PELVIS) else " --markers NAMES.toml"
        uses.append(f"reference of markers: opensim-pelvis compare RESULT {name}{known}")
    if any("PELVISANGLES" in label.upper() for label in angles):
        uses.append(
            f"reference of Plug-in Gait's angles: opensim-pelvis compare RESULT {name} "
            "--reference angles"
        )
    if events:
        uses.append(
            f"contacts and toe-offs: opensim-pelvis run RECORDING --events-file {name} "
            "--events-start SECONDS"
        )
    if markers and file.frames / file.rate_hz <= _STATIC_S:
        uses.append(
            "static trial, if the person stands still in it: opensim-pelvis compare RESULT "
            f"REFERENCE --model MODEL.osim --static-trial {name}"
        )
    if file.channels:
        uses.append(
            f"sensor recording, if the channels are sensor signals: opensim-pelvis run {name} "
            "--mapping CHANNELS.toml, which assigns channels to sensors (docs/readers.md)"
        )
    return tuple(uses)
