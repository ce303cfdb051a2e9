"""C3D files of laboratory programs: IMU signals in analog channels, or rotations of segments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.errors import NoSensorsError, ReadError
from opensim_pelvis.frames import AXES, UpAxis, earth_from_world
from opensim_pelvis.io.c3d import (
    C3dFile,
    channels_contradict,
    is_c3d,
    open_c3d,
    read_channels,
    read_rotations,
    rotation_hz,
)
from opensim_pelvis.io.c3d.marked_events import read_events
from opensim_pelvis.io.readers._dates import Dated, date_of_text
from opensim_pelvis.io.readers._mapping import load_channels
from opensim_pelvis.io.readers._mapping_files import find_beside, find_template
from opensim_pelvis.io.readers._orientation import read_matrices
from opensim_pelvis.io.readers._rates import Rate, ask_rate, rate_of_user
from opensim_pelvis.io.readers._worlds import describe_world
from opensim_pelvis.io.readers.c3d_channels import Suit, find_suit, read_sensors
from opensim_pelvis.io.readers.c3d_contents import count_contents, describe_contents
from opensim_pelvis.io.registry import Match
from opensim_pelvis.io.tables.text_files import describe_inputs, list_files, read_head
from opensim_pelvis.notices import Notice, notice, say
from opensim_pelvis.rotations import multiply
from opensim_pelvis.types import Event, Recording, SensorSignals

_SUFFIX: Final = "_4X4"
_THEIA: Final = "THEIA"


class C3dReader:
    """Reads one C3D file, or the only one of a folder."""

    description = "C3D: IMU signals in analog channels, or a ROTATION group (Theia3D)"
    gives = "the signals in the channels, by a mapping unless known; segments: orientation"
    tried_on = (
        "ROTATION: a Theia3D file (ezc3d's example); channels: C3D files of this program only"
    )

    def sniff(self, path: Path) -> Match:
        """Say from the header and the parameters whether a C3D file is there."""
        try:
            file = open_c3d(_find_file(path))
        except ReadError as fault:
            return Match(False, str(fault))
        held = f"a C3D file: {count_contents(file)}"
        if path.is_file() or _is_alone(path) or _has_sensors(file):
            return Match(True, held)
        return Match(False, f"{file.path.name} is {held}, not of a known sensor")

    def read(self, settings: RecordingSettings) -> Recording:
        """Read sensors or segments; see ``registry.Reader``."""
        file = open_c3d(_find_file(settings.path))
        suit = _choose_suit(file, settings)
        if suit is not None:
            return _read_suit(file, suit, settings)
        if not file.texts("ROTATION:LABELS"):
            raise _no_sensors(file)
        return _read_segments(file, settings)


def _no_sensors(file: C3dFile) -> NoSensorsError:
    labels = file.texts("ANALOG:LABELS")
    advice = (
        " Give a mapping (--mapping) that assigns channels to sensors; the channels are "
        f"{', '.join(labels[:8])}{' ...' if len(labels) > 8 else ''}."
        if file.channels
        else ""
    )
    return NoSensorsError(
        f"{file.path}: wanted IMU channels or a ROTATION group, found "
        f"{count_contents(file)}.{advice} `opensim-pelvis inspect` shows what the file can be "
        "used for.",
        describe_contents(file),
    )


def _is_alone(folder: Path) -> bool:
    """Return whether a folder has no other file than one and its mapping."""
    return len([file for file in list_files(folder) if file.suffix != ".toml"]) == 1


def _has_sensors(file: C3dFile) -> bool:
    """Return whether a file holds segments or sensors of which nothing more must be said."""
    beside = any(m.is_file() for m in (find_beside(file.path), find_beside(file.path.parent)))
    if beside and file.channels:
        try:
            return _choose_suit(file, RecordingSettings(path=file.path)) is not None
        except ReadError:
            return False
    return bool(file.texts("ROTATION:LABELS")) or find_suit(file.texts("ANALOG:LABELS")) is not None


def _find_file(path: Path) -> Path:
    """Return the file itself, or the one C3D file of a folder."""
    files = list_files(path)
    if len(files) == 1 and path.is_file():
        return files[0]
    found = [file for file in files if is_c3d(read_head(file))]
    if len(found) > 1:
        found = [file for file in found if _is_of_sensors(file)] or found
    if len(found) == 1:
        return found[0]
    listed = f": {', '.join(file.name for file in found[:5])}. Give one of them" if found else ""
    raise ReadError(f"{path}: wanted one C3D file, found {len(found)}{listed}")


def _is_of_sensors(path: Path) -> bool:
    try:
        return _has_sensors(open_c3d(path))
    except ReadError:
        return False


def _choose_suit(file: C3dFile, settings: RecordingSettings) -> Suit | None:
    """Return the mapping that is given, lies beside the file, or belongs to a known suit."""
    if settings.mapping is not None:
        return Suit(load_channels(find_template(settings.mapping)), known=False)
    beside = find_beside(file.path)
    if beside.is_file():
        return Suit(load_channels(beside), known=False)
    return find_suit(file.texts("ANALOG:LABELS"))


def _read_suit(file: C3dFile, suit: Suit, settings: RecordingSettings) -> Recording:
    """Return the recording of IMU channels."""
    labels = file.texts("ANALOG:LABELS")
    if len(labels) < file.channels:
        raise ReadError(f"{file.path}: {file.channels} channels have {len(labels)} names")
    _check_channels(file, settings)
    file_hz = file.channel_hz
    rate, source, rate_notes = _find_rate(settings, file_hz, file.rate_source)
    analog, notes = read_channels(file)
    sensors, found = read_sensors(file, analog, suit, settings)
    events, event_notes = _events(file, file_hz, rate)
    date, date_notes = _date(file)
    mapped = [] if suit.known else [suit.mapping.path]
    return Recording(
        name=settings.name or file.path.stem,
        reader="c3d",
        rate_hz=rate,
        rate_source=source,
        counter_source=notice("source.row_number"),
        world_frame=describe_world(settings.up_axis, suit.mapping.up, suit.mapping.path),
        sensors=sensors,
        files=describe_inputs([*mapped, file.path]),
        header=_header(file),
        start_s=_start_s(file),
        date=date,
        events=events,
        notes=(*rate_notes, *date_notes, *notes, *found, *event_notes),
    )


def _check_channels(file: C3dFile, settings: RecordingSettings) -> None:
    """Raise where the rates of points and channels contradict each other and nobody settles it."""
    if settings.rate_hz is None and channels_contradict(file):
        raise ReadError(
            f"{file.path}: ANALOG:RATE is {file.number('ANALOG:RATE'):g} Hz, but "
            f"{file.channel_samples} samples per frame at {file.rate_hz:g} Hz "
            f"({say(file.rate_source)}) are {file.channel_hz:g} Hz: the rates contradict each "
            "other. Export the file again, or give the right rate with --rate HZ "
            "([recording] rate_hz)."
        )


def _start_s(file: C3dFile) -> float:
    """Return the time of the first frame on the file's clock, 0 where it has no rate."""
    return (file.first_frame - 1) / file.rate_hz if np.isfinite(file.rate_hz) else 0.0


def _read_segments(file: C3dFile, settings: RecordingSettings) -> Recording:
    """Return the recording of a ROTATION group: each segment is a sensor with orientation."""
    labels = file.texts("ROTATION:LABELS")
    file_hz = rotation_hz(file)
    rate, source, rate_notes = _find_rate(
        settings, file_hz, notice("source.field", field="ROTATION:RATE")
    )
    matrices, notes = read_rotations(file)
    if len(labels) != matrices.shape[1] or len(set(labels)) != len(labels):
        raise ReadError(
            f"{file.path}: {matrices.shape[1]} rotations must have different names, found "
            f"{len(set(labels))} names: the file is damaged"
        )
    up, world, world_notes = _find_up(file, settings)
    events, event_notes = _events(file, file_hz, rate)
    date, date_notes = _date(file)
    turn = earth_from_world(up)
    sensors: list[SensorSignals] = []
    found: list[Notice] = []
    for segment, label in enumerate(labels):
        entries = np.ascontiguousarray(matrices[:, segment].transpose(1, 2, 0))
        q, note = read_matrices(entries, f"{file.path.name}, {label}")
        found += note
        sensors.append(
            SensorSignals(
                identifier=label[: -len(_SUFFIX)] if label.upper().endswith(_SUFFIX) else label,
                counter=np.arange(q.shape[0], dtype=np.int64),
                R_ES=multiply(turn, q),
                file=file.path.name,
            )
        )
    return Recording(
        name=settings.name or file.path.stem,
        reader="c3d",
        rate_hz=rate,
        rate_source=source,
        counter_source=notice("source.row_number"),
        world_frame=world,
        sensors=tuple(sensors),
        files=describe_inputs([file.path]),
        header=_header(file),
        start_s=_start_s(file),
        date=date,
        events=events,
        notes=(*rate_notes, *date_notes, *world_notes, *notes, *found, *event_notes),
    )


def _find_rate(settings: RecordingSettings, rate_hz: float, source: Notice) -> Rate:
    """Return the rate, where it is known from, and what is doubtful about it."""
    known = bool(np.isfinite(rate_hz)) and rate_hz > 0.0
    if settings.rate_hz is not None:
        return rate_of_user(settings.rate_hz, [rate_hz] if known else [], source)
    if not known:
        raise ask_rate(settings.path, "no field of the file states one that is valid")
    return rate_hz, source, ()


def _find_up(
    file: C3dFile, settings: RecordingSettings
) -> tuple[UpAxis, Notice, tuple[Notice, ...]]:
    """Return the upward axis of the laboratory, where that is known from, and notes."""
    if settings.up_axis is not None:
        return settings.up_axis, notice("world.user", up=settings.up_axis), ()
    screen = file.text("POINT:Y_SCREEN").lower().removeprefix("+")
    if screen in AXES:
        return screen, notice("world.field", up=screen, field="POINT:Y_SCREEN"), ()
    if file.text("MANUFACTURER:COMPANY").upper().startswith(_THEIA):
        note = notice("c3d.up_of_theia", file.path.name)
        return "z", notice("world.theia", up="z"), (note,)
    raise ReadError(
        f"{file.path}: wanted the upward axis of the laboratory, but the file does not state it "
        "(POINT:Y_SCREEN). Give it with --up-axis ([recording] up_axis)."
    )


def _events(
    file: C3dFile, file_hz: float, rate_hz: float
) -> tuple[tuple[Event, ...], tuple[Notice, ...]]:
    """Return the file's events, at the same samples where the user states another rate."""
    events, notes = read_events(file)
    factor = file_hz / rate_hz if np.isfinite(file_hz) else 1.0
    return tuple(replace(e, time_s=e.time_s * factor) for e in events), notes


def _date(file: C3dFile) -> Dated:
    """Return when the recording began: C3D has no place for it but the one that we write."""
    field = "RECORDING:START"
    date, notes = date_of_text(file.text(field), notice("source.field", field=field))
    source = file.text("RECORDING:START_SOURCE")
    if date is not None and source:
        date = replace(date, source=notice("source.field_from", field=field, stated=source))
    return date, notes


def _header(file: C3dFile) -> Mapping[str, str]:
    """Return who wrote the file, and its events, for display."""
    names = ("COMPANY", "SOFTWARE", "VERSION_LABEL")
    fields = {name: file.text(f"MANUFACTURER:{name}") for name in names}
    times = file.numbers("EVENT:TIMES")
    contexts, labels = file.texts("EVENT:CONTEXTS"), file.texts("EVENT:LABELS")
    if labels and len(contexts) == len(labels) and times.size == 2 * len(labels):
        at_s = times[0::2] * 60.0 + times[1::2]
        fields["events"] = "; ".join(
            f"{context} {label} {time_s:.4f} s"
            for context, label, time_s in zip(contexts, labels, at_s, strict=True)
        )
    return {name: text for name, text in fields.items() if text}
