"""The two csv layouts of APDM Mobility Lab and Motion Studio: all sensors in one wide table.

One layout has lines ``Test Name:``, ``Sample Rate:`` and then names such as
``Lumbar/Acceleration/X`` with a line of units below. The other begins with ``Format=7``, gives
sensor numbers and labels on line 1, signals on line 2 and axes on line 3; it states neither rate
nor units, and its time is in microseconds since 1970.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from opensim_pelvis.errors import ReadError, raise_faults
from opensim_pelvis.io.readers._rates import usable
from opensim_pelvis.io.readers.apdm_file import UNITS, ApdmFile, ApdmSensor
from opensim_pelvis.io.tables.cells import split_cells, to_number
from opensim_pelvis.io.tables.number_columns import Layout, read_numbers
from opensim_pelvis.io.tables.text_files import read_head, split_lines
from opensim_pelvis.notices import notice

TIME: Final = "Time"
KNOWN_FORMAT: Final = "7"

_GROUPS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "Acceleration": ("acceleration_mps2", ("X", "Y", "Z")),
    "Angular Velocity": ("angular_velocity_radps", ("X", "Y", "Z")),
    "Magnetic Field": ("magnetic_field", ("X", "Y", "Z")),
    "Orientation": ("R_ES", ("Scalar", "X", "Y", "Z")),
}
_GROUPS_7: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "Accelerometer": ("acceleration_mps2", ("X", "Y", "Z")),
    "Gyroscope": ("angular_velocity_radps", ("X", "Y", "Z")),
    "Magnetometer": ("magnetic_field", ("X", "Y", "Z")),
    "Orientation": ("R_ES", ("S", "X", "Y", "Z")),
}
_UNITS_7: Final = {"magnetic_field": "uT"}  # SI else; the file does not say
_FORMAT: Final = ("Format=", '"Format=')
_HEADER_LINES: Final = 20  # names stand among the first few lines; these bound the search


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sensor:
    number: str
    label: str
    columns: Mapping[str, tuple[str, ...]]
    factors: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    layout: str
    columns: Layout
    sensors: tuple[_Sensor, ...]
    time_factor: float
    rate_hz: float | None
    fields: Mapping[str, str]


def is_apdm_csv(head: bytes) -> bool:
    """Return whether the first bytes of a file are those of an APDM csv."""
    lines = split_lines(head)[:_HEADER_LINES]
    if lines and lines[0].startswith(_FORMAT):
        return True
    return any(_is_names(line.replace(";", ",")) for line in lines)


def read_csv(path: Path) -> ApdmFile:
    """Read a csv of either layout."""
    lines = split_lines(read_head(path))[:_HEADER_LINES]
    if any(line.startswith((f"{TIME};", "Format=7;")) for line in lines):
        raise ReadError(
            f"{path}: wanted comma-separated cells, found semicolons: a spreadsheet program has "
            "rewritten the file and rounded its times. Use the original APDM export."
        )
    head = _head_7(path, lines) if lines[0].startswith(_FORMAT) else _head_named(path, lines)
    wanted = [TIME, *(n for s in head.sensors for names in s.columns.values() for n in names)]
    numbers = read_numbers(path, head.columns, wanted)
    time_us = numbers.column(TIME) * head.time_factor
    sensors = tuple(
        ApdmSensor(
            number=sensor.number,
            label=sensor.label,
            time_us=time_us,
            signals={
                key: numbers.columns(names, sensor.factors.get(key, 1.0))
                for key, names in sensor.columns.items()
            },
        )
        for sensor in head.sensors
    )
    return ApdmFile(
        path=path,
        layout=head.layout,
        rate_hz=head.rate_hz,
        rate_source=notice("source.header_field", field="Sample Rate"),
        sensors=sensors,
        lines=numbers.lines,
        header=head.fields,
        notes=numbers.notes,
    )


def _cells(line: str) -> list[str]:
    return split_cells(line, ",") or [""]


def _is_names(line: str) -> bool:
    cells = _cells(line)
    return cells[0] == TIME and any(cell.count("/") >= 2 for cell in cells[1:])


def _head_named(path: Path, lines: Sequence[str]) -> _Head:
    """Read the top of the layout with ``Sample Rate:`` and a line of units."""
    index = next(i for i, line in enumerate(lines) if _is_names(line))
    names = tuple(_cells(lines[index]))
    units = tuple(_cells(lines[index + 1])) if index + 1 < len(lines) else ()
    if len(units) != len(names) or units[0] != "s":
        raise ReadError(
            f"{path}: a line of units ('s,m/s^2, ...') for {len(names)} columns is missing on "
            f"line {index + 2}, below the column names; found '{','.join(units)[:60]}'. Export "
            "again."
        )
    faults = [
        f"the column {name} exists {names.count(name)} times"
        for name in dict.fromkeys(names)
        if name and names.count(name) > 1
    ]
    labels = dict.fromkeys(n.rsplit("/", 2)[0] for n in names[1:] if n.count("/") >= 2)
    sensors = []
    for label in labels:
        columns = {
            key: tuple(f"{label}/{group}/{axis}" for axis in axes)
            for group, (key, axes) in _GROUPS.items()
            if any(n.startswith(f"{label}/{group}/") for n in names)
        }
        faults += _missing(columns, names)
        factors = _factors(columns, dict(zip(names, units, strict=True)), faults)
        if columns:
            sensors.append(_Sensor(number="", label=label, columns=columns, factors=factors))
    fields = _fields(lines[:index])
    rate_hz = _stated_rate(fields, faults)
    if not sensors:
        faults.append("no sensor with acceleration, angular velocity or orientation was found")
    raise_faults(ReadError, str(path), faults)
    unique = tuple(n or f"({i})" for i, n in enumerate(names))
    return _Head(
        layout="Mobility Lab csv with Sample Rate",
        columns=Layout(names=unique, skip_lines=index + 2, separator=","),
        sensors=tuple(sensors),
        time_factor=1e6,
        rate_hz=rate_hz,
        fields=fields,
    )


def _fields(lines: Sequence[str]) -> dict[str, str]:
    """Return the lines ``Name:,value,unit`` above the column names."""
    fields = {}
    for line in lines:
        key, *values = _cells(line)
        if key.endswith(":"):
            fields[key[:-1]] = " ".join(value for value in values if value)
    return fields


def _stated_rate(fields: Mapping[str, str], faults: list[str]) -> float | None:
    stated = fields.get("Sample Rate")
    if stated is None:
        return None
    rate_hz = usable(to_number(stated.removesuffix(" Hz"))) if stated.endswith(" Hz") else None
    if rate_hz is None:
        faults.append(f"the header's Sample Rate must be a number in Hz, found '{stated}'")
        return None
    return rate_hz


def _missing(columns: Mapping[str, tuple[str, ...]], names: Sequence[str]) -> list[str]:
    missing = [n for group in columns.values() for n in group if n not in names]
    return [f"the columns {', '.join(missing)} are missing"] if missing else []


def _factors(
    columns: Mapping[str, tuple[str, ...]], units: Mapping[str, str], faults: list[str]
) -> dict[str, float]:
    """Return what takes each signal to SI units; orientations have none."""
    factors = {}
    for key, names in columns.items():
        stated = {units.get(name, "") for name in names if name in units}
        known = UNITS.get(key, {"": 1.0})
        if len(stated) == 1 and (unit := next(iter(stated))) in known:
            factors[key] = known[unit]
        elif stated:
            wanted = " or ".join(unit for unit in known if unit.isascii()) or "no unit"
            faults.append(
                f"the unit of {names[0]} must be {wanted}, found '{', '.join(sorted(stated))}'"
            )
    return factors


def _head_7(path: Path, lines: Sequence[str]) -> _Head:
    """Read the top of the layout that begins with ``Format=7``."""
    rows = [_cells(line) for line in lines[:3]]
    stated = rows[0][0].removeprefix("Format=")
    if stated != KNOWN_FORMAT:
        raise ReadError(
            f"{path}: wanted csv format {KNOWN_FORMAT}, found Format={stated}. Export the "
            "recording as HDF5 (.h5)."
        )
    if len(rows) < 3 or len({len(row) for row in rows}) != 1 or rows[1][0] != TIME:
        raise ReadError(
            f"{path}: wanted three lines of column names of equal length (sensors, signals, "
            "axes), found something else. Export the recording again."
        )
    starts = [
        i for i, cell in enumerate(rows[0]) if i and re.fullmatch(r"[0-9]+|[A-Z]+-[0-9]+", cell)
    ]
    names, group = [TIME], ""
    for i in range(1, len(rows[0])):
        group = rows[1][i] or group
        sensor = sum(start <= i for start in starts)
        names.append(f"{sensor}/{group}/{rows[2][i]}")
    sensors, faults = [], []
    for k, start in enumerate(starts, start=1):
        end = starts[k] if k < len(starts) else len(rows[0])
        label = next((cell for cell in rows[0][start + 1 : end] if cell), "")
        columns = {
            key: tuple(f"{k}/{group}/{axis}" for axis in axes)
            for group, (key, axes) in _GROUPS_7.items()
            if group in rows[1][start:end]
        }
        shown = label or rows[0][start]
        faults += [f"{shown}: {fault}" for fault in _missing(columns, names)]
        factors = {key: UNITS[key][unit] for key, unit in _UNITS_7.items()}
        if not columns:
            faults.append(f"{shown} has none of the signals {', '.join(_GROUPS_7)}")
        sensors.append(
            _Sensor(number=rows[0][start], label=label, columns=columns, factors=factors)
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        faults.append(f"there are several columns of {', '.join(twice[:3])} (sensor/signal/axis)")
    if not sensors:
        faults.append("no sensor number was found on line 1")
    raise_faults(ReadError, str(path), faults)
    return _Head(
        layout="csv Format=7",
        columns=Layout(names=tuple(names), skip_lines=3, separator=","),
        sensors=tuple(sensors),
        time_factor=1.0,
        rate_hz=None,
        fields={"Format": stated},
    )
