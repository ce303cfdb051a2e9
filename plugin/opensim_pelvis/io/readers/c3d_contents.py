"""What a C3D file holds, and what it can serve for where it has no inertial sensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from opensim_pelvis.io.c3d import C3dFile
from opensim_pelvis.io.c3d.marked_events import read_events
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.types import FileContents
from opensim_pelvis.types.event import shown_by_plate

_SHOWN: Final = 12
_STATIC_S: Final = 15.0
"""A trial as short as this may be of a person who stands; a choice."""

_PELVIS: Final = ("LASI", "RASI")
_STORED: Final = ("LPELVISANGLES", "RPELVISANGLES")
_KINDS: Final = ("ANGLES", "FORCES", "MOMENTS", "POWERS", "SCALARS", "REACTIONS")


def count_contents(file: C3dFile) -> str:
    """Return in one line how much of what a file holds."""
    rotations = len(file.texts("ROTATION:LABELS"))
    return f"{rotations} rotations, {file.channels} analog channels, {file.points} points"


def describe_contents(file: C3dFile) -> FileContents:
    """Return what a file holds, and what it can serve for."""
    points, angles = _point_labels(file)
    steps, events, notes = _events(file)
    channels = file.texts("ANALOG:LABELS")[: file.channels]
    rotations = file.texts("ROTATION:LABELS")
    facts = {
        "written_by": _writer(file),
        "rate": notice("contents.hertz", rate_hz=file.rate_hz)
        if _timed(file)
        else notice("contents.not_stated"),
        "frames": _frames(file),
        "points": _listed(
            points, file.text("POINT:UNITS"), unnamed=_unnamed(file, "POINT", file.points)
        ),
        "angles": _listed(angles, ""),
        "channels": _channels(file, channels),
        "events": events,
        "force_plates": _plates(file),
        "rotations": _listed(rotations, ""),
    }
    return FileContents(
        title=notice("contents.c3d", file=file.path.name),
        facts=facts,
        uses=_uses(file, points, angles, steps, bool(rotations)),
        notes=(*file.notes, *notes),
    )


def _timed(file: C3dFile) -> bool:
    return bool(np.isfinite(file.rate_hz))


def _writer(file: C3dFile) -> Notice:
    found = (file.text(f"MANUFACTURER:{name}") for name in ("COMPANY", "SOFTWARE"))
    writer = [text for text in found if text]
    return notice("contents.writer", writer=writer) if writer else notice("contents.not_stated")


def _frames(file: C3dFile) -> Notice:
    values = {"frames": file.frames, "first": file.first_frame}
    if not _timed(file):
        return notice("contents.counted_frames", **values)
    return notice("contents.timed_frames", length_s=file.frames / file.rate_hz, **values)


def _plates(file: C3dFile) -> Notice:
    plates = file.count("FORCE_PLATFORM:USED") or 0
    return notice("contents.count", count=plates) if plates else notice("contents.none")


def _point_labels(file: C3dFile) -> tuple[list[str], list[str]]:
    """Return the labels of markers and of angles; forces and other results are neither."""
    labels = file.texts("POINT:LABELS")[: file.points]
    results = {label for kind in _KINDS for label in file.texts(f"POINT:{kind}")}
    angles = {label for label in labels if label.upper().endswith("ANGLES")}
    angles |= set(file.texts("POINT:ANGLES"))
    markers = [label for label in labels if label and label not in results | angles]
    return markers, [label for label in labels if label in angles]


def _events(file: C3dFile) -> tuple[bool, Notice, tuple[Notice, ...]]:
    """Return whether there are contacts or toe-offs, what events there are, and notes."""
    found, notes = read_events(file)
    if found:
        plates = sum(shown_by_plate(event.source) for event in found)
        return True, notice("contents.steps", events=len(found), plates=plates), notes
    if labels := file.texts("EVENT:LABELS"):
        return False, notice("contents.no_steps", listed=_listed(labels, "")), notes
    if file.header_events:
        listed = _listed([name for _, name in file.header_events], "")
        return False, notice("contents.in_header", listed=listed), notes
    return False, notice("contents.none"), notes


def _channels(file: C3dFile, labels: Sequence[str]) -> Notice:
    listed = _listed(labels, "", unnamed=_unnamed(file, "ANALOG", file.channels))
    if not file.channels or not np.isfinite(file.channel_hz):
        return listed
    return notice("contents.at_rate", listed=listed, rate_hz=file.channel_hz)


def _unnamed(file: C3dFile, group: str, count: int) -> int:
    """Return how many points or channels have no label."""
    return count - sum(bool(label) for label in file.texts(f"{group}:LABELS")[:count])


def _listed(labels: Sequence[str], unit: str, *, unnamed: int = 0) -> Notice:
    labels = [label for label in labels if label]
    if unnamed and labels:
        listed = _listed(labels, unit)
        return notice("contents.listed_and_unnamed", listed=listed, unnamed=unnamed)
    if unnamed:
        return notice("contents.unnamed", unnamed=unnamed)
    if not labels:
        return notice("contents.none")
    code = "contents.listed" + ("_in_unit" if unit else "")
    code += "_and_more" if len(labels) > _SHOWN else ""
    return notice(code, count=len(labels), unit=unit, names=labels[:_SHOWN])


def _uses(
    file: C3dFile, markers: Sequence[str], angles: Sequence[str], events: bool, rotations: bool
) -> tuple[Notice, ...]:
    called = {label.rpartition(":")[2].upper() for label in markers}
    stored = {label.rpartition(":")[2].upper() for label in angles}
    uses = {
        "segments": rotations,
        "markers": bool(markers) and called >= set(_PELVIS),
        "named_markers": bool(markers) and not called >= set(_PELVIS),
        "stored_angles": not stored.isdisjoint(_STORED),
        "steps": events,
        "standing": bool(markers) and file.frames / file.rate_hz <= _STATIC_S,
        "sensors": bool(file.channels),
    }
    return tuple(
        notice(f"contents.use_{name}", file=file.path.name)
        for name, serves in uses.items()
        if serves
    )
