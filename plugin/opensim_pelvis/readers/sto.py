"""OpenSense orientation files: OpenSim's ``.sto`` tables of quaternions.

A header of ``key=value`` lines ends with ``endheader``; below it a line of column names, then
``time`` and one cell ``w,x,y,z`` a sensor, separated by tabs (OpenSim, ``TimeSeriesTable`` of
``Quaternion``; Delp et al. 2007, doi:10.1109/TBME.2007.901024). Labels such as ``pelvis_imu``
become identifiers as they stand.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from opensim_pelvis.errors import ReadError, raise_faults
from opensim_pelvis.frames import AXES, FloatArray, UpAxis, earth_from_world
from opensim_pelvis.readers._clock import count_from_time, find_rate
from opensim_pelvis.readers._files import (
    decode,
    describe_input,
    list_files,
    read_bytes,
    read_head,
    text_fault,
)
from opensim_pelvis.registry import Match
from opensim_pelvis.rotations import multiply
from opensim_pelvis.settings import RecordingSettings
from opensim_pelvis.types import Recording, SensorSignals

END: Final = "endheader"
RATE_TOLERANCE: Final = 1e-3
_MAX_FAULTS: Final = 5
_TAB_TO_COMMA: Final = bytes.maketrans(b"\t", b",")
_NO_MARKS: Final = bytes(set(range(256)) - set(b"\t,\n\r "))


class StoReader:
    """Reads one OpenSense quaternion file, or the only one of a folder."""

    description = "OpenSense quaternion table (.sto of OpenSim)"
    gives = "orientation"
    tried_on = "not tried on a real file; OpenSim 4.6 reads and writes the same tables"

    def sniff(self, path: Path) -> Match:
        """Say from the header whether an OpenSim table of quaternions is there."""
        try:
            tops = {f: top for f in list_files(path) if (top := _read_top(read_head(f)))}
        except ReadError as fault:
            return Match(False, str(fault))
        kinds = {top.kind for top in tops.values()}
        if "Quaternion" in kinds:
            return Match(True, "an OpenSim table with DataType=Quaternion")
        if kinds:
            return Match(False, f"an OpenSim table of {', '.join(sorted(kinds))}, not Quaternion")
        return Match(False, f"no OpenSim table header (key=value lines up to '{END}')")

    def read(self, settings: RecordingSettings) -> Recording:
        """Read the orientations of all sensors; see ``registry.Reader``."""
        path = _find_file(settings.path)
        raw = read_bytes(path)
        top = _read_top(raw)
        if top is None:
            fault = f"an OpenSim table was wanted, but there is no line '{END}'"
            raise ReadError(f"{path}: {text_fault(raw) or fault}")
        if top.kind != "Quaternion":
            raise ReadError(
                f"{path}: a table of DataType=Quaternion was wanted, but it is an OpenSim table of "
                f"{top.kind}. Sensor orientations are needed, not results or angles."
            )
        with ThreadPoolExecutor(1) as beside:
            described = beside.submit(describe_input, path)
            time_s, cells, notes = _read_cells(path, raw, top)
        rate_hz, rate_source, rate_notes = _find_rate(settings, top, time_s)
        counter, faults = count_from_time(time_s, rate_hz, top.lines + 2)
        raise_faults(ReadError, str(path), faults)
        up, world, world_notes = _find_up(settings, top)
        turn = earth_from_world(up)
        orientations = [
            cells[:, i : i + 4] if up == "z" else multiply(turn, cells[:, i : i + 4])
            for i in range(0, cells.shape[1], 4)
        ]
        return Recording(
            name=settings.name or path.stem,
            reader="sto",
            rate_hz=rate_hz,
            rate_source=rate_source,
            counter_source="time column",
            world_frame=world,
            sensors=tuple(
                SensorSignals(identifier=label, counter=counter, R_ES=q, file=path.name)
                for label, q in zip(top.labels, orientations, strict=True)
            ),
            files=(described.result(),),
            header=top.fields,
            start_s=float(time_s[0]),
            notes=(*notes, *rate_notes, *world_notes),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Top:
    """The header: ``lines`` counts its lines up to ``endheader``."""

    fields: Mapping[str, str]
    names: tuple[str, ...]
    lines: int

    @property
    def labels(self) -> tuple[str, ...]:
        return self.names[1:]

    @property
    def kind(self) -> str:
        return self.fields.get("DataType", "double")


def _read_top(head: bytes) -> _Top | None:
    """Return the header, or None where there is none."""
    if text_fault(head[:4096]) is not None:
        return None
    end = head.find(END.encode())
    if end < 0:
        return None
    before = head[:end]
    lines = decode(before).splitlines()
    pairs = (line.partition("=") for line in lines if "=" in line)
    fields = {key.strip(): value.strip() for key, _, value in pairs}
    start = head.find(b"\n", end) + 1 or len(head)
    stop = head.find(b"\n", start)
    below = decode(head[start : stop if stop >= 0 else len(head)])
    names = tuple(name.strip() for name in below.rstrip("\r\n").rstrip("\t").split("\t"))
    return _Top(fields=fields, names=names, lines=before.count(b"\n") + 1)


def _find_file(path: Path) -> Path:
    """Return the file itself, or the one quaternion table of a folder."""
    files = list_files(path)
    if len(files) == 1:
        return files[0]
    tops = {file: _read_top(read_head(file)) for file in files}
    found = [file for file, top in tops.items() if top is not None and top.kind == "Quaternion"]
    if len(found) == 1:
        return found[0]
    listed = f": {', '.join(file.name for file in found)}. Give one of them" if found else ""
    raise ReadError(
        f"{path}: one OpenSim table of quaternions was wanted, found {len(found)}{listed}"
    )


def _read_cells(
    path: Path, raw: bytes, top: _Top
) -> tuple[FloatArray, FloatArray, tuple[str, ...]]:
    """Return time (t,), quaternions (t, 4 s) and notes; the last line may be cut off."""
    faults = [
        f"'{label}' names {count} columns"
        for label in dict.fromkeys(top.labels)
        if (count := top.labels.count(label)) > 1 or not label
    ]
    if not top.labels or top.names[0] != "time":
        faults.append(f"the columns must be time and sensors, found {', '.join(top.names[:4])}")
    raise_faults(ReadError, str(path), faults)
    start = _body_start(raw, top)
    marks = raw.translate(None, _NO_MARKS)[len(raw[:start].translate(None, _NO_MARKS)) :]
    lines = len(marks) // len(_marks(top))
    if lines and raw.endswith(b"\n") and marks == _marks(top) * lines:
        return *_parse(path, raw.translate(_TAB_TO_COMMA), top, top.lines + 1), ()
    return _read_carefully(path, raw[start:], top)


def _body_start(raw: bytes, top: _Top) -> int:
    """Return where the first row of numbers begins."""
    start = 0
    for _ in range(top.lines + 1):
        start = raw.find(b"\n", start) + 1
        if not start:
            return len(raw)
    return start


def _marks(top: _Top) -> bytes:
    """Return the separators of a sound line."""
    return b"\t,,," * len(top.labels) + b"\n"


def _read_carefully(
    path: Path, body: bytes, top: _Top
) -> tuple[FloatArray, FloatArray, tuple[str, ...]]:
    """Read lines of which one at least is not as it should be, or is written otherwise."""
    text = body.translate(None, b" \r")
    rows = text.rstrip(b"\n").split(b"\n") if text.strip() else []
    notes: tuple[str, ...] = ()
    if rows and (not text.endswith(b"\n") or _line_fault(rows[-1], top) is not None):
        notes = (
            f"{path.name}: the last line ({len(rows) + top.lines + 1}) is cut off, or may be "
            "since it has no line end, and was left out",
        )
        rows.pop()
    if not rows:
        raise ReadError(f"{path}: there are column names, but no row of quaternions below them")
    _check_lines(path, rows, top)
    return *_parse(path, b"\n".join(rows).translate(_TAB_TO_COMMA) + b"\n", top), notes


def _parse(
    path: Path, text: bytes, top: _Top, skip_lines: int = 0
) -> tuple[FloatArray, FloatArray]:
    """Return time (t,) and numbers (t, 4 s) of checked lines with commas alone."""
    schema = {f"{i}": pl.Float64() for i in range(1 + 4 * len(top.labels))}
    try:
        frame = pl.read_csv(
            io.BytesIO(text),
            has_header=False,
            quote_char=None,
            schema=schema,
            skip_lines=skip_lines,
        )
    except pl.exceptions.PolarsError as error:
        faults = [
            f"line {number}: {fault}"
            for number, row in enumerate(text.splitlines()[skip_lines:], start=top.lines + 2)
            if (fault := _number_fault(row)) is not None
        ]
        raise_faults(ReadError, str(path), faults[:_MAX_FAULTS])
        raise ReadError(f"{path}: the numbers cannot be read: {error}") from error
    block = frame.to_numpy()
    if np.isinf(block).any():
        row = int(np.flatnonzero(np.isinf(block).any(axis=1))[0])
        raise ReadError(f"{path}: line {row + top.lines + 2}: a number is infinite")
    return block[:, 0].copy(), block[:, 1:]


def _check_lines(path: Path, rows: list[bytes], top: _Top) -> None:
    """Raise unless every line has a time and four numbers for every sensor."""
    faults = [
        f"line {number}: {fault}"
        for number, row in enumerate(rows, start=top.lines + 2)
        if (fault := _line_fault(row, top)) is not None
    ]
    raise_faults(ReadError, str(path), faults[:_MAX_FAULTS])


def _line_fault(row: bytes, top: _Top) -> str | None:
    """Return what is wrong with the cells of one line, or None."""
    cells = row.rstrip(b"\t").split(b"\t")
    if len(cells) != len(top.names):
        return f"wanted {len(top.names)} cells as in the column names, found {len(cells)}"
    for label, cell in zip(top.labels, cells[1:], strict=True):
        if cell.count(b",") != 3:
            return f"wanted four numbers w,x,y,z for {label}, found '{decode(cell)[:40]}'"
    return None


def _number_fault(row: bytes) -> str | None:
    for cell in row.replace(b"\t", b",").split(b","):
        try:
            float(cell or b"nan")
        except ValueError:
            return f"wanted a number, found '{decode(cell)[:40]}'"
    return None


def _find_rate(
    settings: RecordingSettings, top: _Top, time_s: FloatArray
) -> tuple[float, str, tuple[str, ...]]:
    """Return the rate, where it is known from, and what is doubtful about it."""
    stated = top.fields.get("DataRate")
    try:
        header_hz = float(stated) if stated is not None else None
    except ValueError:
        header_hz = None
    if header_hz is not None and not header_hz > 0.0:
        header_hz = None
    if settings.rate_hz is not None:
        given = settings.rate_hz
        differs = header_hz is not None and abs(given - header_hz) > RATE_TOLERANCE * header_hz
        note = f"the rate of {given:g} Hz stated by the user was taken, although DataRate={stated}"
        return given, "stated by the user", (note,) if differs else ()
    if header_hz is not None:
        return header_hz, "the header field DataRate", ()
    found = find_rate(time_s)
    if found is None:
        raise ReadError(
            f"{settings.path}: the sampling rate was wanted, but there is no DataRate in the "
            "header and the steps of the time column are uneven. Give it with --rate HZ (or "
            "[recording] rate_hz)."
        )
    return found, "the steps of the time column", ()


def _find_up(settings: RecordingSettings, top: _Top) -> tuple[UpAxis, str, tuple[str, ...]]:
    """Return the upward axis of the file's world, its source in words, and notes."""
    stated = top.fields.get("up_axis")
    if stated is not None and stated not in AXES:
        raise ReadError(
            f"{settings.path}: up_axis in the header must be one of {', '.join(AXES)}, "
            f"found '{stated}'"
        )
    if settings.up_axis is not None:
        note = f"{settings.up_axis} up stated by the user was taken, although up_axis={stated}"
        differs = stated is not None and stated != settings.up_axis
        return (
            settings.up_axis,
            f"{settings.up_axis} up (stated by the user)",
            (note,) if differs else (),
        )
    if stated is not None:
        return stated, f"{stated} up (from the file header)", ()
    return (
        "z",
        "z up (the convention of OpenSense; the file does not say)",
        (
            "the file does not state its upward axis: z up was taken, as OpenSense has it. State "
            "another with up_axis.",
        ),
    )
