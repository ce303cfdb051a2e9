"""Speed of travel from outside: a table, or the track of a watch (GPX, TCX, FIT).

Tracks are read by gpxpy, tcxreader and fitdecode (``pip install opensim-pelvis[tracks]``). A track
has the watch's clock, so the moment at which it starts must be told (``speed_start_s``).
"""

from __future__ import annotations

import contextlib
import datetime
import importlib
import io
import itertools
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import numpy as np

from opensim_pelvis.config.settings import ActivitySettings
from opensim_pelvis.errors import ReadError
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.strides.curves import normalise
from opensim_pelvis.io.documents import read_rows, read_text, read_xml_text
from opensim_pelvis.io.tables.cells import find_separator, to_number
from opensim_pelvis.io.tables.rows import say_open_end
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.types import Strides

_Track = tuple[FloatArray, tuple[Notice, ...]]
"""Times and speeds, (n, 2), and notes."""

FASTEST_MPS: Final = 15.0
"""Speeds beyond this are no running."""

PAUSE_S: Final = 15.0
"""Points of a track that is not paused are closer: watches that save memory skip ten seconds."""

_SPEED_POINTS: Final = 21
"""Points of each stride at which a table of speeds is read."""


def stride_speeds(strides: Strides, activity: ActivitySettings) -> FloatArray | None:
    """Return the speed of each stride: its mean over a table or track, or the one that was given.

    NaN for strides that a table does not cover; None where no speed is known.

    Raises
    ------
    ReadError
        When a file of speeds cannot be used.
    """
    if activity.speed_file is not None:
        time_s, speed = read_speeds(activity.speed_file, activity.speed_start_s)
        speeds = normalise(speed, time_s, strides.start_s, strides.end_s, _SPEED_POINTS)
        covered = (strides.start_s >= time_s[0]) & (strides.end_s <= time_s[-1])
        return np.where(covered, np.trapezoid(speeds, axis=1) / (_SPEED_POINTS - 1), np.nan)
    if activity.speed_mps is None:
        return None
    return np.full(strides.side.size, activity.speed_mps)


def read_speeds(path: Path, start_s: float | None = None) -> tuple[FloatArray, FloatArray]:
    """Read speed over time, on the clock of the results.

    Parameters
    ----------
    path : Path
        A comma-separated table with the columns ``time_s`` and ``speed_mps``, or a GPX, TCX or
        FIT file, told by its ending.
    start_s : float, optional
        Time of the results at which the file's time begins; needed for tracks.

    Returns
    -------
    time_s, speed_mps : (n,) array

    Raises
    ------
    ReadError
        When it cannot be read, times do not increase, or a speed is impossible.
    """
    table, _ = _load(path, start_s)
    return table[:, 0] + (start_s or 0.0), table[:, 1]


def find_speed_notes(activity: ActivitySettings) -> tuple[Notice, ...]:
    """Return what is worth knowing of the file of speeds, if one was given."""
    if activity.speed_file is None:
        return ()
    return _load(activity.speed_file, activity.speed_start_s)[1]


def _load(path: Path, start_s: float | None) -> tuple[FloatArray, tuple[Notice, ...]]:
    """Return times and speeds of a file, on its own clock, and notes."""
    track = _TRACKS.get(path.suffix.lower())
    notes: tuple[Notice, ...] = ()
    if track is None:
        table, notes = _read_table(path)
        text = read_text(path, ReadError)
        separator = find_separator(text.partition("\n")[0])
        notes = (*notes, *say_open_end(path.name, text, separator))
    else:
        if start_s is None:
            raise ReadError(
                f"{path}: the clock of the track is not synchronised with the results. Give its "
                "start time in the results with [activity] speed_start_s (--speed-start), in "
                "seconds (negative if earlier)."
            )
        try:
            table, notes = track(path)
        except ReadError:
            raise
        except Exception as fault:  # a library that reads a damaged file may fail in any way
            raise ReadError(
                f"{path}: wanted a track ({path.suffix}), found a damaged file or another kind. "
                "Export it again."
            ) from fault
    if table.shape[0] < 2:
        raise ReadError(
            f"{path}: wanted at least two rows with increasing times, found {table.shape[0]}"
        )
    speed = table[:, 1]
    wrong = ~np.isfinite(table).all(axis=1) | (speed < 0.0) | (speed > FASTEST_MPS)
    if wrong.any():
        at = int(np.argmax(wrong))
        raise ReadError(
            f"{path}: wanted speeds from 0 to 15 m/s in every row, found {speed[at]:.4g} at "
            f"{table[at, 0]:.6g} s"
        )
    return table, notes


def _read_table(path: Path) -> _Track:
    table: list[list[float | None]] = []
    for line, row in read_rows(path, ("time_s", "speed_mps"), ReadError):
        cells = [row[name].strip() for name in ("time_s", "speed_mps")]
        numbers = [to_number(cell) for cell in cells]
        if None in numbers or "" in cells:
            raise ReadError(
                f"{path}: line {line}: wanted a number in time_s and in speed_mps, found "
                f"'{cells[0][:40]}' and '{cells[1][:40]}'"
            )
        table.append(numbers)
    found = np.array(table, dtype=np.float64).reshape(-1, 2)
    return _merge(found[:, 0], found[:, 1], path)


def _read_gpx(path: Path) -> _Track:
    """Return times and speeds between the points of a GPX track, by gpxpy's distances."""
    gpx = _library("gpxpy", path).parse(read_xml_text(path, ReadError, "a GPX track"))
    points = [p for track in gpx.tracks for segment in track.segments for p in segment.points]
    for name, limit in (("latitude", 90), ("longitude", 180)):
        if any(abs(getattr(point, name)) > limit for point in points):
            raise ReadError(
                f"{path}: wanted positions on the earth, found a {name} beyond {limit} degrees"
            )
    points, notes = _timed(points, path)
    away = [b.distance_2d(a) or 0.0 for a, b in itertools.pairwise(points)]
    distance_m = np.concatenate([[0.0], np.cumsum(away)])
    return _from_distance([p.time for p in points], distance_m, path, notes)


def _read_tcx(path: Path) -> _Track:
    """Return times and speeds of a TCX file, from the distance that the watch counted."""
    reader = _library("tcxreader.tcxreader", path).TCXReader()
    text = read_xml_text(path, ReadError, "a TCX file")
    with contextlib.redirect_stdout(io.StringIO()):  # what it prints is for programmers
        points = reader.read(io.BytesIO(text.encode()), only_gps=False).trackpoints
    points, notes = _timed([p for p in points if p.distance is not None], path)
    distance_m = np.array([p.distance for p in points], dtype=np.float64)
    return _from_distance([p.time for p in points], distance_m, path, notes)


def _read_fit(path: Path) -> _Track:
    """Return times and speeds of the record messages of a FIT file."""
    fit = _library("fitdecode", path)
    rows: list[tuple[Any, float]] = []
    with warnings.catch_warnings(record=True) as odd:
        warnings.simplefilter("always")
        with fit.FitReader(str(path), check_crc=fit.CrcCheck.RAISE) as frames:
            for frame in frames:
                if frame.frame_type == fit.FIT_FRAME_DATA and frame.name == "record":
                    for name in ("enhanced_speed", "speed"):
                        speed = frame.get_value(name, fallback=None)
                        if speed is not None and frame.get_value("timestamp", fallback=None):
                            rows.append((frame.get_value("timestamp"), float(speed)))
                            break
    if not rows:
        raise ReadError(f"{path}: wanted record messages with a speed, found none")
    start = rows[0][0]
    times = np.array([(time - start).total_seconds() for time, _ in rows])
    table, notes = _merge(times, np.array([speed for _, speed in rows]), path)
    if odd:
        notes += (notice("speed.odd_fields", path.name, file=path.name, fields=len(odd)),)
    return table, (*notes, *_find_pauses(table[:, 0], path))


def _timed(points: list[Any], path: Path) -> tuple[list[Any], tuple[Notice, ...]]:
    """Return the points that have a time, and a note on the others."""
    timed = [p for p in points if p.time is not None]
    if 2 * len(timed) < len(points):
        raise ReadError(
            f"{path}: wanted points with times, {len(points) - len(timed)} of {len(points)} have "
            "no readable time. The file may be a planned route. Give the recorded track."
        )
    if len(timed) == len(points):
        return points, ()
    lost = len(points) - len(timed)
    values = {"file": path.name, "lost": lost, "points": len(points)}
    return timed, (notice("speed.without_time", path.name, **values),)


def _from_distance(
    times: list[Any], distance_m: FloatArray, path: Path, notes: tuple[Notice, ...]
) -> _Track:
    """Return time since the first point, and speed as the slope of the distance there."""
    if len(times) < 3:
        raise ReadError(f"{path}: wanted at least three points with times, found {len(times)}")
    utc = [_in_utc(time) for time in times]
    time_s = np.array([(time - utc[0]).total_seconds() for time in utc])
    table, merged = _merge(time_s, distance_m, path)
    if table.shape[0] < 3:
        raise ReadError(f"{path}: wanted at least three points at different times")
    time_s, distance_m = table.T
    told = (*notes, *merged, *_find_pauses(time_s, path))
    return np.stack([time_s, np.gradient(distance_m, time_s)], axis=1), told


def _in_utc(time: datetime.datetime) -> datetime.datetime:
    """Return a time in UTC, which GPX and TCX mean where they state no zone."""
    return time.replace(tzinfo=datetime.UTC) if time.tzinfo is None else time


def _find_pauses(time_s: FloatArray, path: Path) -> tuple[Notice, ...]:
    steps = np.diff(time_s)
    gaps = np.flatnonzero(steps > PAUSE_S)
    if not gaps.size:
        return ()
    spans = [notice("word.whole_span", from_s=time_s[g], to_s=time_s[g + 1]) for g in gaps[:3]]
    values = {"file": path.name, "spans": spans, "more": gaps.size - 3}
    code = "speed.pauses_and_more" if gaps.size > 3 else "speed.pauses"
    return (notice(code, path.name, **values),)


def _merge(time_s: FloatArray, values: FloatArray, path: Path) -> _Track:
    """Return one row a time, the mean of its values, and a note where there were several.

    Watches write whole seconds: where they sample faster, or a lap begins, seconds are doubled.
    """
    falls = np.flatnonzero(np.diff(time_s) < 0.0)
    if falls.size:
        at = int(falls[0])
        raise ReadError(
            f"{path}: wanted points with increasing times, but times decrease from "
            f"{time_s[at]:.6g} to {time_s[at + 1]:.6g} s at point {at + 2}"
        )
    first = np.concatenate([[True], np.diff(time_s) != 0.0])
    group = np.cumsum(first) - 1
    if not time_s.size:
        return np.zeros((0, 2)), ()
    means = np.bincount(group, weights=values) / np.bincount(group)
    table = np.stack([time_s[first], means], axis=1)
    doubled = time_s.size - table.shape[0]
    if not doubled:
        return table, ()
    return table, (
        notice("speed.merged", path.name, file=path.name, doubled=doubled, points=time_s.size),
    )


def _library(name: str, path: Path) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as fault:
        raise ReadError(
            f"{path}: reading it needs {name.partition('.')[0]}: "
            "pip install 'opensim-pelvis[tracks]'"
        ) from fault


_TRACKS: Final[Mapping[str, Callable[[Path], _Track]]] = {
    ".gpx": _read_gpx,
    ".tcx": _read_tcx,
    ".fit": _read_fit,
}
