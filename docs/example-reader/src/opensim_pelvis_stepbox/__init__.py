"""Reads recordings of the Stepbox, an invented sensor: one text file with all its sensors.

Line 1 is ``STEPBOX 1``, line 2 the rate, line 3 the units, line 4 the column names. Below, a row
a sensor and sample ends with a full stop, so that a row that was cut off is seen.
"""

from __future__ import annotations

import hashlib
import math
from pathlib import Path

import numpy as np

from opensim_pelvis import (
    GRAVITY_MPS2,
    InputFile,
    Match,
    ReadError,
    Recording,
    RecordingSettings,
    SensorSignals,
    raise_faults,
)

FIRST_LINE = "STEPBOX 1"
UNITS = "units g deg/s"
COLUMNS = "sample,box,ax,ay,az,gx,gy,gz,end"


class StepboxReader:
    """Reads one Stepbox file."""

    description = "Stepbox text (an invented format, the example of the documentation)"
    gives = "acceleration, angular velocity"
    tried_on = "not tested on a real file"

    def sniff(self, path: Path) -> Match:
        """Say from the first line whether a Stepbox file is there."""
        try:
            with path.open("rb") as stream:
                found = stream.readline(100).strip() == FIRST_LINE.encode()
        except OSError as fault:
            return Match(False, f"cannot be read: {fault.strerror}")
        return Match(found, f"the first line is {'' if found else 'not '}{FIRST_LINE}")

    def read(self, settings: RecordingSettings) -> Recording:
        """Read the samples of all boxes."""
        path = settings.path
        raw = read_bytes(path)
        lines = raw.decode("utf-8", errors="replace").split("\n")
        rate_hz = read_head(path, lines, settings.rate_hz)
        samples, notes = read_rows(path, lines[4:])
        return Recording(
            name=settings.name or path.stem,
            reader="stepbox",
            rate_hz=rate_hz,
            rate_source="stated by the user" if settings.rate_hz else "the line rate_hz",
            counter_source="column sample",
            world_frame="not stated: no orientation",
            sensors=tuple(as_signals(box, rows, path) for box, rows in samples.items()),
            files=(
                InputFile(
                    path=str(path),
                    size_bytes=len(raw),
                    sha256=hashlib.sha256(raw).hexdigest(),
                ),
            ),
            notes=notes,
        )


def read_bytes(path: Path) -> bytes:
    """Return the whole file; ReadError where it may not be read."""
    try:
        return path.read_bytes()
    except OSError as fault:
        raise ReadError(f"{path}: cannot be read: {fault.strerror}") from fault


def read_head(path: Path, lines: list[str], stated_hz: float | None) -> float:
    """Return the rate in Hz; ReadError names every line of the head that is not as it must be."""
    wanted = {0: FIRST_LINE, 2: UNITS, 3: COLUMNS}
    faults = [
        f"line {number + 1} must be '{text}', found '{''.join(lines[number : number + 1])[:40]}'"
        for number, text in wanted.items()
        if lines[number : number + 1] != [text]
    ]
    key, _, value = "".join(lines[1:2]).partition(" ")
    rate_hz = as_number(value)
    if key != "rate_hz" or not rate_hz > 0.0:
        faults.append(f"line 2 must be 'rate_hz NUMBER', found '{''.join(lines[1:2])[:40]}'")
    raise_faults(ReadError, str(path), faults)
    return stated_hz or rate_hz


def read_rows(
    path: Path, lines: list[str]
) -> tuple[dict[str, dict[int, list[float]]], tuple[str, ...]]:
    """Return six numbers by box and sample, and notes; a last row that was cut off is left out."""
    samples: dict[str, dict[int, list[float]]] = {}
    notes: tuple[str, ...] = ()
    faults: list[str] = []
    if lines and lines[-1]:
        notes = (f"{path.name}: the last line is incomplete and was discarded",)
    for number, line in enumerate(lines[:-1], start=5):
        cells = line.split(",")
        values = [as_number(cell) for cell in cells[2:8]]
        whole = len(cells) == 9 and cells[8] == "." and cells[0].isascii() and cells[0].isdigit()
        if not whole or not cells[1].isalnum() or not np.isfinite(values).all():
            faults.append(f"line {number} must be nine cells as in {COLUMNS}, found '{line[:40]}'")
            continue
        rows = samples.setdefault(cells[1], {})
        if rows and int(cells[0]) <= max(rows):
            faults.append(f"line {number}: sample {cells[0]} of {cells[1]} is not after the last")
        rows[int(cells[0])] = values
    if not samples and not faults:
        faults.append("there is no row of samples")
    raise_faults(ReadError, str(path), faults[:5])
    return samples, notes


def as_number(cell: str) -> float:
    """Return a finite number, NaN where a cell is none."""
    try:
        value = float(cell)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) and "_" not in cell else math.nan


def as_signals(box: str, rows: dict[int, list[float]], path: Path) -> SensorSignals:
    """Return one box in SI units."""
    values = np.array(list(rows.values()))
    return SensorSignals(
        identifier=box,
        counter=np.array(list(rows), dtype=np.int64),
        acceleration_mps2=values[:, :3] * GRAVITY_MPS2,
        angular_velocity_radps=np.deg2rad(values[:, 3:]),
        file=path.name,
    )
