"""Reads a recording: finds who knows its format, and lets that reader read it."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.errors import MissingRateError, ReadError
from opensim_pelvis.frames import AXES, UpAxis
from opensim_pelvis.io.documents import as_path
from opensim_pelvis.io.registry import find_mapped, find_reader, load_reader
from opensim_pelvis.notices import SIMULATED, notice
from opensim_pelvis.notices.plain_words import value_words
from opensim_pelvis.types import Recording, RecordingDate

NO_RATE: Final = "source.no_rate"
"""Code of where the rate of a recording is known from that states none."""

UNKNOWN_HZ: Final = 1.0


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

    Examples
    --------
    >>> import tempfile
    >>> from opensim_pelvis import read
    >>> from opensim_pelvis.simulate import Session, simulate_runner, simulate_sensors, write_sto
    >>> runner = simulate_runner(session=Session(duration_s=3.0, rate_hz=100.0))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     recording = read(write_sto(simulate_sensors(runner), Path(folder) / "walk.sto"))
    >>> recording.name, recording.reader, recording.rate_hz
    ('walk', 'sto', 100.0)
    >>> recording.identifiers[0], recording.sensors[0].R_ES.shape
    ('pelvis_imu', (300, 4))
    """
    return read_recording(
        RecordingSettings(
            path=as_path(path, "path", ReadError),
            reader=reader,
            rate_hz=rate_hz,
            up_axis=_as_axis(up_axis),
            mapping=None if mapping is None else as_path(mapping, "mapping", ReadError),
            date=date,
        )
    )


def _as_axis(given: object) -> Any:
    if given is not None and given not in AXES:
        raise ReadError(f"up_axis: wanted {', '.join(AXES)}, found {value_words(given)[:60]}")
    return given


def read_recording(settings: RecordingSettings) -> Recording:
    """Read a recording as its settings say."""
    name = settings.reader
    if name is None:
        name = find_mapped(settings.path) if settings.mapping else find_reader(settings.path)
    recording = load_reader(name).read(settings)
    if settings.simulated and SIMULATED not in (note.code for note in recording.notes):
        recording = replace(recording, notes=(*recording.notes, notice(SIMULATED)))
    return _dated(recording, settings.date)


def read_without_rate(settings: RecordingSettings) -> Recording:
    """Read a recording to look at it, also where its sampling rate is not known.

    ``rate_source`` has then the code `NO_RATE`, and the rate is the one that its times come close
    to, or `UNKNOWN_HZ`, with which counts are times.
    """
    try:
        return read_recording(settings)
    except MissingRateError as fault:
        likely = fault.likely_hz or UNKNOWN_HZ
        try:
            recording = read_recording(replace(settings, rate_hz=likely))
        except ReadError:
            raise fault from None
        near = {"near_hz": likely} if fault.likely_hz else {}
        note = notice("recording.rate_near" if near else "recording.no_rate", **near)
        return replace(recording, rate_source=notice(NO_RATE), notes=(note, *recording.notes))


def _dated(recording: Recording, stated: datetime.date | None) -> Recording:
    """Return a recording with the date that the user states; a note where it states another."""
    if stated is None:
        return recording
    date, own = RecordingDate(start=stated, source=notice("source.user")), recording.date
    if own is None or own.text.startswith(date.text):
        return replace(recording, date=date)
    values = {"stated": date.text, "source": own.source, "found": own.text}
    note = notice("recording.other_date", **values)
    return replace(recording, date=date, notes=(*recording.notes, note))
