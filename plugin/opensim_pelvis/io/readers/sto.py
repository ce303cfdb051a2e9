"""OpenSense orientation files: OpenSim's ``.sto`` tables of quaternions.

A header of ``key=value`` lines ends with ``endheader``; below it a line of column names, then
``time`` and one cell ``w,x,y,z`` a sensor, separated by tabs (OpenSim, ``TimeSeriesTable`` of
``Quaternion``; Delp et al. 2007, doi:10.1109/TBME.2007.901024). Labels such as ``pelvis_imu``
become identifiers as they stand.
"""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.errors import ReadError, raise_faults
from opensim_pelvis.frames import AXES, FloatArray, UpAxis, earth_from_world
from opensim_pelvis.io.processes import may_use
from opensim_pelvis.io.readers._rates import Rate, ask_rate, rate_of_user, usable
from opensim_pelvis.io.registry import Match
from opensim_pelvis.io.tables.cells import any_too_large, to_number
from opensim_pelvis.io.tables.clock_rate import find_rate, likely_rate
from opensim_pelvis.io.tables.rows import cut_note, short_note
from opensim_pelvis.io.tables.sample_clock import Lines, count_from_time
from opensim_pelvis.io.tables.sto_header import END, StoHeader, read_top, say_counts
from opensim_pelvis.io.tables.sto_rows import StoForm, read_rows
from opensim_pelvis.io.tables.text_files import (
    decode,
    describe_input,
    ends_in_zeros,
    list_files,
    read_bytes,
    read_head,
    read_text,
    text_fault,
)
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.rotations import multiply
from opensim_pelvis.types import Recording, SensorSignals

_TAB, _LINE_END, _COMMA = b"\t\n,"
_BLOCK_BYTES: Final = 128 * 1024  # at once: what the processor's cache holds
_CELL: Final = dict.fromkeys("wxyzt", pl.Float64())


class StoReader:
    """Reads one OpenSense quaternion file, or the only one of a folder."""

    description = "OpenSense quaternion table (.sto of OpenSim)"
    gives = "orientation"
    tried_on = "not tested on a real file; OpenSim 4.6 reads and writes the same tables"

    def sniff(self, path: Path) -> Match:
        """Say from the header whether an OpenSim table of quaternions is there."""
        try:
            tops = {f: top for f in list_files(path) if (top := read_top(read_head(f)))}
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
        head = read_head(path)
        top = read_top(head)
        if top is None:
            fault = f"wanted an OpenSim table, found no line '{END}'"
            raise ReadError(f"{path}: {text_fault(head) or fault}")
        if top.kind != "Quaternion":
            raise ReadError(
                f"{path}: wanted a table of DataType=Quaternion, found an OpenSim table of "
                f"{top.kind}. Give sensor orientations, not results or angles."
            )
        with ThreadPoolExecutor(1) as beside:
            described = beside.submit(describe_input, path)
            cells = _read_cells(path, top)
        time_s, q = cells.time_s, cells.q
        rate_hz, rate_source, rate_notes = _find_rate(settings, top, time_s)
        counter, faults = count_from_time(time_s, rate_hz, cells.lines)
        raise_faults(ReadError, str(path), faults)
        counts = say_counts(path.name, top.fields, time_s.size, len(top.names))
        up, world, world_notes = _find_up(settings, top)
        turn = earth_from_world(up)
        orientations = [
            q[:, i] if up == "z" else multiply(turn, q[:, i]) for i in range(len(top.labels))
        ]
        return Recording(
            name=settings.name or path.stem,
            reader="sto",
            rate_hz=rate_hz,
            rate_source=rate_source,
            counter_source=notice("source.time_column"),
            world_frame=world,
            sensors=tuple(
                SensorSignals(identifier=label, counter=counter, R_ES=R_ES, file=path.name)
                for label, R_ES in zip(top.labels, orientations, strict=True)
            ),
            files=(described.result(),),
            header=top.fields,
            start_s=float(time_s[0]),
            notes=(*cells.notes, *counts, *rate_notes, *world_notes),
        )


def _find_file(path: Path) -> Path:
    """Return the file itself, or the one quaternion table of a folder."""
    files = list_files(path)
    if len(files) == 1:
        return files[0]
    tops = {file: read_top(read_head(file)) for file in files}
    found = [file for file, top in tops.items() if top is not None and top.kind == "Quaternion"]
    if len(found) == 1:
        return found[0]
    listed = f": {', '.join(file.name for file in found)}. Give one of them" if found else ""
    raise ReadError(f"{path}: wanted one OpenSim table of quaternions, found {len(found)}{listed}")


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class _Cells:
    """Time (t,), quaternions (t, s, 4), and the line of the first row or of each."""

    time_s: FloatArray
    q: FloatArray
    lines: Lines
    notes: tuple[Notice, ...] = ()


def _read_cells(path: Path, top: StoHeader) -> _Cells:
    """Return what stands below the column names; the last line may be cut off."""
    faults = [
        f"'{label}' names {count} columns"
        for label in dict.fromkeys(top.labels)
        if (count := top.labels.count(label)) > 1 or not label
    ]
    if not top.labels or top.names[0] != "time":
        faults.append(f"the columns must be time and sensors, found {', '.join(top.names[:4])}")
    raise_faults(ReadError, str(path), faults)
    found = None if ends_in_zeros(path) or not may_use("polars") else _read_fast(path, top)
    if found is None:
        return _read_carefully(path, top)
    return _Cells(time_s=found[0], q=found[1], lines=top.lines + 2)


def _read_fast(path: Path, top: StoHeader) -> tuple[FloatArray, FloatArray] | None:
    """Return time and quaternions of a sound file; None where anything about it is doubtful.

    The parser gets a line a sensor: tabs become line ends, and line ends commas, so that the first
    time stands alone and every other one behind the last sensor of the line before. It refuses
    longer lines, and missing numbers show shorter ones.
    """
    text, lines = _line_a_sensor(path, top)
    width, height = len(top.labels), 1 + len(top.labels) * lines
    try:
        frame = pl.read_csv(text, quote_char=None, schema=_CELL, skip_lines=1)
    except pl.exceptions.PolarsError:
        return None
    missing = (0, 1, 1, 1, height - lines + 1)
    if not lines or frame.height != height or frame.null_count().row(0) != missing:
        return None
    later = frame["t"].gather_every(width, offset=width)  # nothing behind the last line
    if later.null_count() != 1 or frame["x"][0] is not None:
        return None
    time_s = np.concatenate([frame["w"][:1].to_numpy(), later[:-1].to_numpy()])
    q = frame.select("w", "x", "y", "z")[1:].to_numpy()
    if any_too_large(time_s) or any_too_large(q):
        return None
    return time_s, q.reshape(lines, width, 4)


def _line_a_sensor(path: Path, top: StoHeader) -> tuple[io.BytesIO, int]:
    """Return the text for the parser, and how many lines of numbers the file has."""
    raw, start = read_bytes(path), top.start
    if raw[:start].endswith(b"\r\n"):
        start -= raw[:start].count(b"\r\n")
        raw = raw.replace(b"\r\n", b"\n")
    text, lines = io.BytesIO(raw), 0
    del raw  # what nobody else holds is changed in place, without a copy
    with text.getbuffer() as view:
        view[:start] = b"\nw,x,y,z,t\n".rjust(start)
        codes = np.frombuffer(view, np.uint8)[start:]
        for low in range(0, codes.size, _BLOCK_BYTES):
            block = codes[low : low + _BLOCK_BYTES]
            ends = np.flatnonzero(block == _LINE_END)
            block += block == _TAB  # the code of a line end is one more
            block[ends] = _COMMA
            lines += ends.size
    return text, lines


def _read_carefully(path: Path, top: StoHeader) -> _Cells:
    """Read lines of which one at least is not as it should be, or is written otherwise."""
    raw, notes = read_text(path)
    form = StoForm(names=top.names, components=4, first_line=top.lines + 2)
    rows = read_rows(path, decode(raw[top.start :]), form, cut_end=True)
    if not rows.places.size:
        raise ReadError(f"{path}: wanted rows of quaternions below the column names, found none")
    if rows.cut is not None:
        notes = (*notes, cut_note(path, rows.cut))
    if rows.short:
        notes = (*notes, short_note(path, rows.short))
    return _Cells(
        time_s=rows.numbers[:, 0],
        q=rows.numbers[:, 1:].reshape(rows.places.size, -1, 4),
        lines=rows.places,
        notes=notes,
    )


def _find_rate(settings: RecordingSettings, top: StoHeader, time_s: FloatArray) -> Rate:
    """Return the rate, where it is known from, and what is doubtful about it."""
    stated = top.fields.get("DataRate")
    header_hz = usable(to_number(stated)) if stated is not None else None
    source = notice("source.header_field", field="DataRate")
    if settings.rate_hz is not None:
        stated_hz = [] if header_hz is None else [header_hz]
        return rate_of_user(settings.rate_hz, stated_hz, source)
    if header_hz is not None:
        return header_hz, source, ()
    found = find_rate(time_s)
    if found is None:
        why = "the header has no DataRate and the time column is irregular"
        raise ask_rate(settings.path, why, likely_rate(time_s))
    return found, notice("source.time_steps"), ()


def _find_up(
    settings: RecordingSettings, top: StoHeader
) -> tuple[UpAxis, Notice, tuple[Notice, ...]]:
    """Return the upward axis of the file's world, where that is known from, and notes."""
    stated = top.fields.get("up_axis")
    if stated is not None and stated not in AXES:
        raise ReadError(
            f"{settings.path}: up_axis in the header must be one of {', '.join(AXES)}, "
            f"found '{stated}'"
        )
    if settings.up_axis is not None:
        told = notice("sto.user_up", up=settings.up_axis, stated=stated)
        differs = stated is not None and stated != settings.up_axis
        world = notice("world.user", up=settings.up_axis)
        return settings.up_axis, world, (told,) if differs else ()
    if stated is not None:
        return stated, notice("world.header", up=stated), ()
    return "z", notice("world.opensense", up="z"), (notice("sto.no_up_axis"),)
