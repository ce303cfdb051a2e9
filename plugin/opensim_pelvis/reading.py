"""Reads a recording: finds who knows its format, and lets that reader read it."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

from opensim_pelvis.frames import UpAxis
from opensim_pelvis.registry import find_mapped, find_reader, load_reader
from opensim_pelvis.settings import RecordingSettings
from opensim_pelvis.types import Recording, RecordingDate


def read(
    path: str | Path,
    *,
    reader: str | None = None,
    rate_hz: float | None = None,
    up_axis: UpAxis | None = None,
    mapping: str | Path | None = None,
    date: datetime.date | None = None,
) -> Recording:
    """Read a recording: a file or a folder of any format that is understood.

    Parameters
    ----------
    path : path
    reader : str, optional
        Name of a reader; found by content unless given.
    rate_hz : float, optional
        Sampling rate, for files that do not hold it.
    up_axis : str, optional
        Upward axis of the file's world, for formats that leave it open.
    mapping : path, optional
        File that describes the columns of a generic table.
    date : date or datetime, optional
        When the recording began; wins over the date that the recording states.

    Raises
    ------
    ReadError
        When the recording cannot be read; all faults in one message.
    """
    return read_recording(
        RecordingSettings(
            path=Path(path),
            reader=reader,
            rate_hz=rate_hz,
            up_axis=up_axis,
            mapping=None if mapping is None else Path(mapping),
            date=date,
        )
    )


def read_recording(settings: RecordingSettings) -> Recording:
    """Read a recording as its settings say."""
    name = settings.reader
    if name is None:
        name = find_mapped(settings.path) if settings.mapping else find_reader(settings.path)
    return _dated(load_reader(name).read(settings), settings.date)


def _dated(recording: Recording, stated: datetime.date | None) -> Recording:
    """Return a recording with the date that the user states; a note where it states another."""
    if stated is None:
        return recording
    date, own = RecordingDate(start=stated, source="stated by the user"), recording.date
    if own is None or own.text.startswith(date.text):
        return replace(recording, date=date)
    note = (
        f"the date {date.text} stated by the user was taken, although {own.source} says {own.text}"
    )
    return replace(recording, date=date, notes=(*recording.notes, note))
