"""Xsens MT Manager and MTw text exports: one file a sensor.

Units are the maker's: m/s^2, rad/s, degrees, and a magnetic field in units of the local field
(MTw Awinda user manual, Xsens Technologies). ``Mat[r][c]`` stands row ``r``, column ``c`` of
R_ES, written column by column; ``Quat_q0..q3`` are w, x, y, z of the same rotation; ``Roll,
Pitch, Yaw`` turn about x, y and z with R_ES = Rz(yaw) Ry(pitch) Rx(roll).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.errors import ReadError, raise_faults
from opensim_pelvis.frames import FloatArray, IntArray, UpAxis, earth_from_world
from opensim_pelvis.io.readers._dates import date_of_text, earliest
from opensim_pelvis.io.readers._orientation import read_matrices
from opensim_pelvis.io.readers._rates import Rate, differ, rate_of_files
from opensim_pelvis.io.readers._sensor_files import load_files, present_signals
from opensim_pelvis.io.readers._worlds import join_worlds
from opensim_pelvis.io.readers._xsens_header import (
    COUNTER,
    EULER,
    FREE_ACCELERATION,
    MATRIX,
    QUATERNION,
    VECTORS,
    XsensHeader,
    check_one_trial,
    find_headers,
    read_header,
)
from opensim_pelvis.io.readers.xsens_clock import (
    COARSE,
    TICKS,
    TICKS_PER_S,
    UTC,
    agree,
    clock_rates,
    columns_of_clocks,
)
from opensim_pelvis.io.registry import Match
from opensim_pelvis.io.tables.number_columns import Numbers, read_numbers
from opensim_pelvis.io.tables.sample_clock import Lines, find_modulus, share_start, unwrap_counter
from opensim_pelvis.io.tables.text_files import list_files
from opensim_pelvis.notices import Notice, notice, say
from opensim_pelvis.rotations import from_euler, multiply, rotate
from opensim_pelvis.types import InputFile, Recording, SensorSignals

_CLOCKS: Final = {
    TICKS: notice("source.column_khz", column=TICKS, rate_khz=TICKS_PER_S // 1000),
    COARSE: notice("source.field", field=COARSE),
    UTC: notice("source.utc_columns"),
}
_WORLDS: Final[dict[str, UpAxis]] = {"ENU": "z", "NWU": "z", "NED": "-z"}


class XsensReader:
    """Reads a folder, a file or ``DIR/PREFIX`` of Xsens text exports."""

    description = "Xsens MT Manager / MTw text export (one file per sensor)"
    gives = (
        "orientation (matrix, quaternion or Euler), acceleration, angular velocity, magnetic field"
    )
    tried_on = "MT Manager 4.x and 2022 exports of OpenSim, gaittoolbox and others"

    def sniff(self, path: Path) -> Match:
        """Say from the first lines whether Xsens text is there."""
        try:
            files = list_files(path)
            heads = [head for file in files if (head := read_header(file)) is not None]
        except ReadError as fault:
            return Match(False, str(fault))
        if not heads:
            return Match(False, f"no file with the column {COUNTER} and Xsens signals")
        return Match(True, f"{len(heads)} Xsens text file(s) with the column {COUNTER}")

    def read(self, settings: RecordingSettings) -> Recording:
        """Read all sensors of one trial; see ``registry.Reader``."""
        headers = find_headers(settings.path)
        check_one_trial(settings.path, headers)
        loaded, files = load_files(settings.path, headers, lambda head: _load(head, settings))
        return _assemble(settings, loaded, files)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class _Loaded:
    header: XsensHeader
    raw_counter: FloatArray
    lines: Lines
    clocks: Mapping[str, FloatArray]
    R_ES: FloatArray | None
    vectors: Mapping[str, FloatArray]
    free_acceleration: FloatArray | None
    notes: tuple[Notice, ...]


def _load(header: XsensHeader, settings: RecordingSettings) -> _Loaded:
    """Read the numbers of one file and turn them to E."""
    names = header.layout.names
    free = (
        FREE_ACCELERATION
        if FREE_ACCELERATION[0] in names
        else ("FreeAcc_X", "FreeAcc_Y", "FreeAcc_Z")
    )
    groups = (MATRIX, QUATERNION, EULER, free, *VECTORS.values())
    present = present_signals(header.path, names, groups)
    clocks = columns_of_clocks(names) if settings.rate_hz is None else []
    if header.rate_hz is not None:  # then ticks alone are held against it
        clocks = [name for name in clocks if name == TICKS]
    wanted = [COUNTER, *(n for group in present for n in group), *clocks]
    numbers = read_numbers(header.path, header.layout, wanted)
    R_ES, notes = _orientation(header, numbers, present)
    free_e = numbers.columns(free) if free in present else None
    up, _ = _world(header, settings)
    if up != "z":
        turn = earth_from_world(up)
        R_ES = None if R_ES is None else multiply(turn, R_ES)
        free_e = None if free_e is None else rotate(turn, free_e)
    return _Loaded(
        header=header,
        raw_counter=numbers.column(COUNTER).copy(),
        lines=numbers.lines,
        clocks={
            name: column.copy()
            for name in clocks
            if np.isfinite(column := numbers.column(name)).any()
        },
        R_ES=R_ES,
        vectors={k: np.copy(numbers.columns(v)) for k, v in VECTORS.items() if v in present},
        free_acceleration=free_e,
        notes=(*numbers.notes, *notes),
    )


def _orientation(
    header: XsensHeader, numbers: Numbers, present: Sequence[tuple[str, ...]]
) -> tuple[FloatArray | None, tuple[Notice, ...]]:
    """Return orientations in the file's world, from the first of the forms that is there."""
    if QUATERNION in present:
        return numbers.columns(QUATERNION), ()
    if MATRIX in present:
        start = numbers.names.index(MATRIX[0])
        by_column = numbers.block[start : start + 9].reshape(3, 3, -1)
        return read_matrices(by_column.transpose(1, 0, 2), header.path.name)
    if EULER in present:
        return from_euler("ZYX", np.deg2rad(numbers.columns(EULER))), ()
    return None, ()


def _world(header: XsensHeader, settings: RecordingSettings) -> tuple[UpAxis, Notice]:
    """Return the upward axis of a file's world, and where that is known from."""
    stated = header.fields.get("Coordinate system")
    if stated is not None and stated not in _WORLDS:
        raise ReadError(
            f"{header.path}: the header's coordinate system must be one of {', '.join(_WORLDS)}, "
            f"found '{stated}'"
        )
    if settings.up_axis is not None:
        return settings.up_axis, notice("world.user", up=settings.up_axis)
    if stated is not None:
        return _WORLDS[stated], notice("world.named", up=_WORLDS[stated], frame=stated)
    return "z", notice("world.xsens", up="z")


def _assemble(
    settings: RecordingSettings, loaded: Sequence[_Loaded], files: tuple[InputFile, ...]
) -> Recording:
    """Put the files of one trial on one count."""
    headers = [one.header for one in loaded]
    counters = _unwrap(settings.path, loaded)
    rate_hz, rate_source, rate_notes = _find_rate(settings, loaded, counters)
    worlds = (_world(header, settings)[1] for header in headers)
    first = headers[0]
    stated = first.fields.get("Coordinate system")
    world_notes = (
        (notice("xsens.user_up", up=settings.up_axis, stated=stated),)
        if stated and settings.up_axis not in (None, _WORLDS[stated])
        else ()
    )
    field = notice("source.header_field", field="Start Time")
    date, date_notes = earliest(
        (date_of_text(header.fields.get("Start Time"), field) for header in headers), field
    )
    name = settings.name or (first.trial if len(headers) > 1 else "") or first.path.stem
    return Recording(
        name=name,
        reader="xsens",
        rate_hz=rate_hz,
        rate_source=rate_source,
        counter_source=notice("source.field", field=COUNTER),
        world_frame=join_worlds(worlds),
        sensors=tuple(_as_signals(*pair) for pair in zip(loaded, counters, strict=True)),
        files=files,
        header=first.fields,
        date=date,
        notes=(
            *rate_notes,
            *world_notes,
            *date_notes,
            *(note for one in loaded for note in one.notes),
        ),
    )


def _as_signals(one: _Loaded, counter: IntArray) -> SensorSignals:
    return SensorSignals(
        identifier=one.header.identifier,
        counter=counter,
        R_ES=one.R_ES,
        acceleration_mps2=one.vectors.get("acceleration_mps2"),
        free_acceleration_mps2=one.free_acceleration,
        angular_velocity_radps=one.vectors.get("angular_velocity_radps"),
        magnetic_field=one.vectors.get("magnetic_field"),
        file=one.header.path.name,
    )


def _unwrap(path: Path, loaded: Sequence[_Loaded]) -> list[IntArray]:
    modulus = find_modulus([one.raw_counter for one in loaded])
    counters, faults = [], []
    for one in loaded:
        counter, found = unwrap_counter(one.raw_counter, one.lines, modulus)
        counters.append(counter)
        faults += [f"{one.header.path.name}: {say(fault)}" for fault in found]
    raise_faults(ReadError, str(path), faults)
    return share_start(counters, modulus)


def _find_rate(
    settings: RecordingSettings, loaded: Sequence[_Loaded], counters: Sequence[IntArray]
) -> Rate:
    """Return the rate of the header, or of a clock of the device where no file states one."""
    stated = {one.header.path.name: one.header.rate_hz for one in loaded}
    rates = {name: rate for name, rate in stated.items() if rate is not None}
    found = [clock_rates(o.clocks, c) for o, c in zip(loaded, counters, strict=True)]
    clocks = {name: one for name, one in zip(stated, found, strict=True) if one}
    chosen = {name: next(iter(one.items())) for name, one in clocks.items()}
    clocked = {name: rate for name, (_, rate) in chosen.items()}
    column = next((column for column, _ in chosen.values()), TICKS)
    source = _CLOCKS[column]
    if not rates:
        why = "the files do not state it"
        if any(one.clocks for one in loaded):
            why += ", and no time column follows the packet counter closely enough"
        if not all(agree(one.values()) for one in clocks.values()):
            clocked, why = {}, "the files do not state it, and their time columns differ"
        return rate_of_files(settings, clocked, source, why)
    field = notice("source.header_field", field="Update Rate")
    rate_hz, known_from, notes = rate_of_files(settings, rates, field)
    others = sorted({rate for rate in clocked.values() if differ(rate, rate_hz)})
    if others:
        told = notice("xsens.rates_differ", rate_hz=rate_hz, source=source, others_hz=others)
        notes = (*notes, told)
    return rate_hz, known_from, notes
