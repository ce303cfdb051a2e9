"""Time of the frames of an MVNX file: their index, held against their time in milliseconds."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Final

import numpy as np

from opensim_pelvis.errors import ReadError
from opensim_pelvis.frames import FloatArray, IntArray
from opensim_pelvis.io.readers._dates import Dated, date_of_epoch, date_of_text
from opensim_pelvis.io.readers._rates import Rate, ask_rate, rate_of_user
from opensim_pelvis.io.readers.mvnx_frames import MvnxFrames
from opensim_pelvis.io.readers.mvnx_header import MvnxHeader
from opensim_pelvis.io.tables.clock_rate import rate_of_counter
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.types import RecordingDate

MAX_STEP_ERROR: Final = 0.5
"""Samples by which index and time may disagree: time is written in whole milliseconds."""

ZONE_STEP: Final = timedelta(minutes=15)
ZONE_SLACK: Final = timedelta(seconds=2)
ZONE_LIMIT: Final = 14 * 4
"""Time zones lie whole quarters of an hour and at most 14 hours from UTC."""

_EXAMPLES: Final = 3


def find_rate(header: MvnxHeader, frames: MvnxFrames, user_hz: float | None) -> Rate:
    """Return the rate, where it is known from, and what is doubtful about it."""
    stated = header.rate_hz
    if user_hz is not None:
        return rate_of_user(
            user_hz, [] if stated is None else [stated], notice("source.field", field="frameRate")
        )
    if stated is not None:
        return stated, notice("source.attribute", field="frameRate"), ()
    rate_hz = _rate_of_frames(frames)
    if rate_hz is not None:
        return rate_hz, notice("source.frames"), ()
    raise ask_rate(header.path, "there is no frameRate, and the frames do not tell it")


def _rate_of_frames(frames: MvnxFrames) -> float | None:
    """Return the rate by index and time, in whole milliseconds; None where they tell none.

    In a short file a whole number of hertz that explains all but the last millisecond is taken.
    """
    samples = frames.index[-1] - frames.index[0]
    span_ms = frames.time_ms[-1] - frames.time_ms[0]
    if not (np.isfinite(samples) and np.isfinite(span_ms) and samples > 0 and span_ms > 0):
        return None
    whole = float(round(float(samples * 1000.0 / span_ms)))
    if whole > 0.0 and abs(samples * 1000.0 / whole - span_ms) <= 1.0:
        return whole
    if not np.isfinite(frames.index).all():
        return None
    return rate_of_counter(frames.index.astype(np.int64), frames.time_ms / 1000.0, 1e-3)


def find_date(header: MvnxHeader) -> Dated:
    """Return when the recording began.

    ``recDate`` is the local time of the computer, without its zone; ``recDateMSecsSinceEpoch`` the
    same instant in UTC. Together they tell the zone.
    """
    since = header.fields.get("recDateMSecsSinceEpoch", "")
    told = notice("source.of_header", fields=("recDate",))
    local, notes = date_of_text(header.fields.get("recDate"), told)
    if not re.fullmatch(r"[0-9]{1,15}", since):
        return local, notes
    counted = notice("source.of_header", fields=("recDateMSecsSinceEpoch",))
    utc, found = date_of_epoch(int(since) / 1000.0, counted)
    if local is None or utc is None:
        return (utc, found) if utc is not None else (local, (*notes, *found))
    stated, instant = local.start, utc.start
    if not (isinstance(stated, datetime) and isinstance(instant, datetime)):
        return local, notes
    ahead = stated - instant.replace(tzinfo=None)
    quarters = round(ahead / ZONE_STEP)
    if abs(ahead - quarters * ZONE_STEP) > ZONE_SLACK or abs(quarters) > ZONE_LIMIT:
        return local, (*notes, notice("mvnx.dates_apart", local=local.text, utc=utc.text))
    zone = timezone(quarters * ZONE_STEP)
    source = notice("source.of_header", fields=("recDate", "recDateMSecsSinceEpoch"))
    return RecordingDate(start=stated.replace(tzinfo=zone), source=source), notes


def count_frames(
    path: Path, frames: MvnxFrames, rate_hz: float
) -> tuple[IntArray, float, tuple[Notice, ...]]:
    """Return sample numbers from 0, the time of the first on the file's clock, and notes.

    Parameters
    ----------
    path : Path
    frames : MvnxFrames
    rate_hz : float
        Of the file itself.

    Raises
    ------
    ReadError
        Where index and time are missing, do not grow, or disagree.
    """
    has_index = bool(np.isfinite(frames.index).all())
    has_time = bool(np.isfinite(frames.time_ms).all())
    if not (has_index or has_time):
        raise ReadError(
            f"{path}: every normal frame needs an index or a time, and some have neither. Export "
            "the recording again."
        )
    in_samples = (frames.time_ms - frames.time_ms[0]) * rate_hz / 1000.0
    count = frames.index - frames.index[0] if has_index else np.rint(in_samples)
    back = np.flatnonzero(np.diff(count) < 1) + 1
    if back.size:
        raise ReadError(
            f"{path}: {'index' if has_index else 'time'} must increase from frame to frame, but "
            f"it does not at normal frame {_listed(back)}: frames are repeated or out of order"
        )
    off = np.flatnonzero(np.abs(in_samples - count) > MAX_STEP_ERROR) if has_time else back
    if off.size:
        raise ReadError(
            f"{path}: index and time disagree at a rate of {rate_hz:g} Hz, first at normal frame "
            f"{_listed(off)}: the file is damaged or states another rate. Export it again."
        )
    start_s = float(frames.time_ms[0]) / 1000.0 if has_time else 0.0
    holes = int(count[-1]) + 1 - count.size
    notes = (notice("mvnx.frames_missing", frames=holes),) if holes else ()
    return count.astype(np.int64), start_s, notes


def _listed(rows: IntArray | FloatArray) -> str:
    shown = ", ".join(str(int(row) + 1) for row in rows[:_EXAMPLES])
    more = f" and {rows.size - _EXAMPLES} more" if rows.size > _EXAMPLES else ""
    return shown + more
