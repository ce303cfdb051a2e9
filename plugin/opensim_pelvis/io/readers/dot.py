"""Xsens/Movella DOT csv: what the app logs, and what is exported from a sensor's memory.

Units are the maker's (Movella DOT user manual XD0502P, 4.1 and 4.2): quaternions w, x, y, z and
``Euler_X, Y, Z`` (roll, pitch, yaw in degrees, R_ES = Rz(yaw) Ry(pitch) Rx(roll)) of the sensor
in a world with x east, y north, z up; free acceleration in that world, m/s^2; acceleration in
m/s^2 and angular velocity in degrees/s in the sensor; magnetic field in units of the field at
calibration. ``dq`` and ``dv`` are the change of orientation and velocity over one step; divided by
the step they are the mean angular velocity and acceleration of that step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np

from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.errors import ReadError, raise_faults
from opensim_pelvis.frames import GRAVITY_MPS2, FloatArray, IntArray
from opensim_pelvis.io.readers._dates import date_of_text, earliest
from opensim_pelvis.io.readers._rates import Rate, rate_of_files
from opensim_pelvis.io.readers._sensor_files import load_files, present_signals
from opensim_pelvis.io.readers.dot_clock import (
    MODULUS,
    SAME_GRID,
    DotTime,
    share_clock,
    start_offsets,
    starts_together,
    time_sensor,
)
from opensim_pelvis.io.readers.dot_header import (
    CLIP_COUNTS,
    COUNTER,
    EULER,
    GROUPS,
    QUATERNION,
    STATUS,
    TICKS,
    DotHeader,
    find_headers,
    read_header,
)
from opensim_pelvis.io.readers.dot_signals import (
    count_clipped,
    rates_of_deltas,
    read_orientation,
    read_vectors,
)
from opensim_pelvis.io.registry import Match
from opensim_pelvis.io.tables.number_columns import Numbers, read_numbers
from opensim_pelvis.io.tables.text_files import list_files
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.types import InputFile, Recording, SensorSignals

ACCELEROMETER_RANGE_MPS2: Final = 16.0 * GRAVITY_MPS2
GYROSCOPE_RANGE_RADPS: Final = float(np.deg2rad(2000.0))
"""Full scale of every DOT (Movella DOT user manual XD0502P, tables of the specifications)."""


class DotReader:
    """Reads a folder, a file or a pattern of Xsens/Movella DOT csv files."""

    description = "Xsens/Movella DOT csv of the app or the data exporter (one file per sensor)"
    gives = (
        "orientation, free acceleration, acceleration, angular velocity, magnetic field, as the "
        "measurement mode has them"
    )
    tried_on = "five sensors, app 2021.0, firmware 2.0.0, extended quaternion mode, 60 Hz"

    def sniff(self, path: Path) -> Match:
        """Say from the first lines whether DOT text is there."""
        try:
            heads = [head for file in list_files(path) if (head := read_header(file)) is not None]
        except ReadError as fault:
            return Match(False, str(fault))
        if not heads:
            return Match(False, f"no file with the columns {COUNTER},{TICKS},Quat_W ... of a DOT")
        return Match(True, f"{len(heads)} Xsens DOT csv file(s)")

    def read(self, settings: RecordingSettings) -> Recording:
        """Read all sensors of one trial; see ``registry.Reader``."""
        headers = find_headers(settings.path)
        loaded, files = load_files(settings.path, headers, lambda head: _load(head, settings))
        return _assemble(settings, loaded, files)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class _Loaded:
    header: DotHeader
    present: tuple[tuple[str, ...], ...]
    numbers: Numbers
    time: DotTime
    notes: tuple[Notice, ...]


def _load(header: DotHeader, settings: RecordingSettings) -> _Loaded:
    """Read the numbers and the time of one file."""
    names = header.layout.names
    present = present_signals(header.path, names, GROUPS)
    if QUATERNION in present and EULER in present:
        present.remove(EULER)  # the same orientation twice
    extra = [name for name in (TICKS, STATUS, *CLIP_COUNTS) if name in names]
    wanted = [COUNTER, *extra, *(name for group in present for name in group)]
    numbers = read_numbers(header.path, header.layout, wanted)
    time, faults = time_sensor(
        header.identifier,
        numbers.column(COUNTER),
        numbers.column(TICKS) if TICKS in extra else None,
        header.rate_hz if settings.rate_hz is None else None,
        numbers.lines,
    )
    raise_faults(ReadError, str(header.path), faults)
    return _Loaded(
        header=header,
        present=tuple(present),
        numbers=numbers,
        time=time,
        notes=(*numbers.notes, *time.notes, *count_clipped(header.identifier, numbers)),
    )


def _assemble(
    settings: RecordingSettings, loaded: Sequence[_Loaded], files: tuple[InputFile, ...]
) -> Recording:
    """Put the files of one trial together, on one count where their clocks allow it."""
    rate_hz, rate_source, rate_notes = _find_rate(settings, loaded)
    counters, clocks, clock_notes = _find_clock(loaded)
    offsets = np.array(start_offsets([one.time for one in loaded]))
    late_s = (offsets - offsets.min()) * 1e-6
    sensors, notes = [], []
    for one, counter, late in zip(loaded, counters, late_s, strict=True):
        time_s = one.time.time_s if one.time.time_s is not None else counter / rate_hz
        if clocks == "shared":
            time_s = time_s + late
        sensor, found = _as_signals(
            one, counter, None if clocks == "common" else time_s, rate_hz, settings
        )
        sensors.append(sensor)
        notes += [*one.notes, *found]
    first = loaded[0]
    start_s = np.mod(first.time.start_tick + offsets.min(), MODULUS) * 1e-6
    has_ticks = all(one.time.time_s is not None for one in loaded)
    field = notice("source.header_field", field="StartTime")
    date, date_notes = earliest(
        (date_of_text(one.header.fields.get("StartTime"), field) for one in loaded), field
    )
    folder = settings.path.name if settings.path.is_dir() else ""
    return Recording(
        name=settings.name or folder or first.header.path.stem,
        reader="dot",
        rate_hz=rate_hz,
        rate_source=rate_source,
        counter_source=notice("source.field", field=TICKS if has_ticks else COUNTER),
        world_frame=notice(
            "world.user" if settings.up_axis else "world.dot", up=settings.up_axis or "z"
        ),
        sensors=tuple(sensors),
        files=files,
        header=first.header.fields,
        start_s=0.0 if clocks == "own" else float(start_s),
        date=date,
        clocks=clocks,
        notes=(*rate_notes, *clock_notes, *date_notes, *_renamed(loaded), *notes),
    )


def _renamed(loaded: Sequence[_Loaded]) -> Iterator[Notice]:
    """Yield a note on sensors whose files are called otherwise than they are."""
    headers = [one.header for one in loaded]
    tags = {
        header.identifier: tag
        for header in headers
        if (tag := header.fields.get("DeviceTag")) not in (None, header.identifier)
    }
    if tags:
        each = [notice("dot.tag", name, sensor=name, tag=tag) for name, tag in tags.items()]
        yield notice("dot.renamed", *tags, sensors=each)


def _as_signals(
    one: _Loaded,
    counter: IntArray,
    time_s: FloatArray | None,
    rate_hz: float,
    settings: RecordingSettings,
) -> tuple[SensorSignals, tuple[Notice, ...]]:
    up = settings.up_axis or "z"
    vectors = read_vectors(one.numbers, one.present, up)
    name = one.header.identifier
    rates, notes = rates_of_deltas(name, one.numbers, one.present, counter, rate_hz)
    vectors |= rates
    has = vectors.__contains__
    signals = SensorSignals(
        identifier=name,
        counter=counter,
        time_s=time_s,
        R_ES=read_orientation(one.numbers, one.present, up),
        acceleration_mps2=vectors.get("acceleration_mps2"),
        free_acceleration_mps2=vectors.get("free_acceleration_mps2"),
        angular_velocity_radps=vectors.get("angular_velocity_radps"),
        magnetic_field=vectors.get("magnetic_field"),
        accelerometer_range_mps2=(
            ACCELEROMETER_RANGE_MPS2 if has("acceleration_mps2") else float("nan")
        ),
        gyroscope_range_radps=(
            GYROSCOPE_RANGE_RADPS if has("angular_velocity_radps") else float("nan")
        ),
        file=one.header.path.name,
    )
    return signals, notes


def _find_clock(
    loaded: Sequence[_Loaded],
) -> tuple[list[IntArray], Literal["common", "shared", "own"], tuple[Notice, ...]]:
    """Return counts of all sensors, what they have in common, and what is doubtful about it."""
    times = [one.time for one in loaded]
    own = [one.counter for one in times]
    if len(loaded) == 1:
        return own, "common", ()
    if any(one.time_s is None for one in times):
        return own, "own", (notice("dot.own_clocks_no_ticks"),)
    stated = {one.header.synced for one in loaded}
    if False in stated:
        return own, "own", (notice("dot.own_clocks_unsynced"),)
    shared = share_clock(times)
    if stated == {True}:
        if shared is not None:
            return shared, "common", ()
        return own, "shared", (notice("dot.instants_differ"),)
    if shared is not None and starts_together(times):
        return shared, "common", (notice("dot.taken_as_synced", within=SAME_GRID),)
    return own, "own", (notice("dot.own_clocks_not_stated"),)


def _find_rate(settings: RecordingSettings, loaded: Sequence[_Loaded]) -> Rate:
    """Return the rate of the headers, or of the time stamps where no file states one."""
    stated = {one.header.identifier: one.header.rate_hz for one in loaded}
    rates = {name: rate for name, rate in stated.items() if rate is not None}
    source = notice("source.header_field", field="OutputRate")
    if not rates:
        found = {one.header.identifier: one.time.rate_hz for one in loaded}
        rates = {name: rate for name, rate in found.items() if rate is not None}
        source = notice("source.column_microseconds", column=TICKS)
    return rate_of_files(settings, rates, source)
