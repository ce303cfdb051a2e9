"""One device of an x-IMU3 log: what its folder says, and its streams on one time base."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from opensim_pelvis.errors import ReadError, raise_faults
from opensim_pelvis.frames import FloatArray, IntArray
from opensim_pelvis.interpolation import rotations_at, vectors_at
from opensim_pelvis.io.documents import read_json
from opensim_pelvis.io.readers._orientation import read_matrices
from opensim_pelvis.io.tables.cells import find_separator, split_cells, uses_decimal_comma
from opensim_pelvis.io.tables.number_columns import Layout, read_numbers
from opensim_pelvis.io.tables.sample_clock import count_stamps
from opensim_pelvis.io.tables.text_files import list_files, read_head, split_lines, text_fault
from opensim_pelvis.notices import Notice
from opensim_pelvis.notices.plain_words import value_words
from opensim_pelvis.rotations import from_euler, rotate

STAMP: Final = "Timestamp (us)"
INERTIAL: Final = "Inertial.csv"
MAGNETOMETER: Final = "Magnetometer.csv"
LINEAR: Final = "LinearAcceleration.csv"
EARTH: Final = "EarthAcceleration.csv"

_WXYZ: Final = ("W", "X", "Y", "Z")
_LONG_WXYZ: Final = tuple(f"Quaternion {axis}" for axis in _WXYZ)
_FREE: Final = tuple(f"Acceleration {axis} (g)" for axis in "XYZ")
_GYROSCOPE: Final = tuple(f"Gyroscope {axis} (deg/s)" for axis in "XYZ")
_ACCELEROMETER: Final = tuple(f"Accelerometer {axis} (g)" for axis in "XYZ")
_FIELD: Final = tuple(f"{axis} (a.u.)" for axis in "XYZ")

_OLD_WXYZ: Final = tuple(f"{axis} Element" for axis in "WXYZ")
_OLD_FREE: Final = tuple(f"{axis} Axis (g)" for axis in "XYZ")
_OLD_FIELD: Final = tuple(f"{axis} Axis (a.u.)" for axis in "XYZ")

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    INERTIAL: (*_GYROSCOPE, *_ACCELEROMETER),
    MAGNETOMETER: _FIELD,
    "Quaternion.csv": _WXYZ,
    "RotationMatrix.csv": tuple(f"{row}{column}" for row in "XYZ" for column in "XYZ"),
    "EulerAngles.csv": ("Roll (deg)", "Pitch (deg)", "Yaw (deg)"),
    LINEAR: (*_LONG_WXYZ, *_FREE),
    EARTH: (*_LONG_WXYZ, *_FREE),
}
"""The files of a device that are read, with their columns, units in the names."""

STAMPS: Final[Mapping[str, float]] = {STAMP: 1e-6, "Time (us)": 1e-6, "Time (s)": 1.0}
"""Names of the first column, with the factor to seconds."""

OLD_COLUMNS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    MAGNETOMETER: (_OLD_FIELD,),
    "Quaternion.csv": (_OLD_WXYZ,),
    "RotationMatrix.csv": (tuple(f"{r}{c} Element" for r in "XYZ" for c in "XYZ"),),
    LINEAR: ((*_OLD_WXYZ, *_OLD_FREE), (*_WXYZ, *(f"{axis} (g)" for axis in "XYZ"))),
    EARTH: ((*_OLD_WXYZ, *_OLD_FREE), (*_WXYZ, *(f"{axis} (g)" for axis in "XYZ"))),
}
"""Names that the software wrote until 2022 (x-IMU3-Software, generate_data_messages.json)."""

OLD_FILES: Final[Mapping[str, str]] = {"EulerAngles.csv": "Euler.csv"}
"""What a file was called before (x-IMU3-CSV, ximu3csv.py)."""

ORIENTATIONS: Final = ("Quaternion.csv", "RotationMatrix.csv", LINEAR, EARTH, "EulerAngles.csv")
"""Files that hold orientations, the best first."""

CONVENTIONS: Final = ("NWU", "ENU", "NED")
"""Meaning of the device setting ``ahrs_axes_convention`` 0, 1, 2."""

_OLD_PING: Final = {"deviceName": "name", "serialNumber": "sn"}
_FOLDER: Final = re.compile(r"(?P<name>.+?)(?: -)? (?P<serial>[0-9A-F][0-9A-F-]{7,}) \(\w+\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What a folder says of its device, before its numbers are read."""

    folder: Path
    name: str
    serial: str
    convention: str | None
    files: Mapping[str, Path]
    fields: Mapping[str, str]


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Stream:
    """The numbers of one file of a device; ``time_s`` begins where the clock does."""

    time_s: FloatArray
    values: FloatArray
    counter: IntArray
    rate_hz: float


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class DeviceSignals:
    """The signals of one device in the file's world, g and deg/s, on one time base."""

    device: Device
    base: str
    time_s: FloatArray
    counter: IntArray
    rate_hz: float
    orientation: FloatArray | None = None
    acceleration_g: FloatArray | None = None
    angular_velocity_degps: FloatArray | None = None
    magnetic_field: FloatArray | None = None
    free_acceleration_g: FloatArray | None = None
    notes: tuple[Notice, ...] = ()


def find_device(folder: Path) -> Device | None:
    """Return the device of a folder, or None where there is no file of an x-IMU3 in it."""
    there = {file.name: file for file in list_files(folder)}  # letter case counts, too
    called = {name: name if name in there else OLD_FILES.get(name, name) for name in COLUMNS}
    files = {name: there[old] for name, old in called.items() if old in there}
    if not any(_begins_with_stamp(file) for file in files.values()):
        return None
    fields, convention, faults = _read_command(folder / "Command.json")
    raise_faults(ReadError, str(folder), faults)
    match = _FOLDER.fullmatch(folder.name)
    return Device(
        folder=folder,
        name=fields.get("name") or (match["name"] if match else folder.name),
        serial=fields.get("sn") or (match["serial"] if match else ""),
        convention=convention,
        files=files,
        fields=fields,
    )


def _begins_with_stamp(file: Path) -> bool:
    first = split_cells((split_lines(read_head(file)) or [""])[0], ",")
    return bool(first) and first[0].split(";")[0].strip('"') in STAMPS


def looks_damaged(folder: Path) -> bool:
    """Return whether a folder that holds no device is named like one, or has its files."""
    named = _FOLDER.fullmatch(folder.name) is not None
    return named or any((folder / name).is_file() for name in COLUMNS)


def _read_command(path: Path) -> tuple[dict[str, str], str | None, list[str]]:
    """Return name, serial number, time and interface, and the convention of the earth's axes."""
    if not path.is_file():
        return {}, None, []
    said = read_json(path, ReadError, "the device's settings in JSON")
    entries = said if isinstance(said, list) else [said]
    if not all(isinstance(entry, dict) for entry in entries):
        return {}, None, [f"{path.name}: wanted a list of commands, found something else"]
    fields: dict[str, str] = {}
    convention: str | None = None
    for entry in entries:
        for key, value in entry.items():
            if key == "ping" and isinstance(value, dict):
                said_by = {**_OLD_PING, "name": "name", "sn": "sn", "interface": "interface"}
                fields |= {k: str(value[o]) for o, k in said_by.items() if value.get(o)}
            elif key == "time":
                fields["time"] = str(value)
            elif key.replace("_", "").lower() == "ahrsaxesconvention":
                if type(value) is not int or value not in (0, 1, 2):  # 1.0 and true are none
                    wanted = "0 (NWU), 1 (ENU) or 2 (NED)"
                    return (
                        fields,
                        None,
                        [f"{path.name}: {key} must be {wanted}, found {value_words(value)}"],
                    )
                convention = CONVENTIONS[value]
    return fields, convention, []


def read_device(device: Device) -> DeviceSignals:
    """Read the files of a device and bring them onto the stamps of one of them.

    The time base is that of the gyroscope and accelerometer, else that of the orientations.
    """
    notes: list[Notice] = []
    picked = next((name for name in ORIENTATIONS if name in device.files), None)
    free = next((name for name in (EARTH, LINEAR) if name in device.files), None)
    names = [n for n in (INERTIAL, MAGNETOMETER, picked, free) if n in device.files]
    streams: dict[str, Stream] = {}
    faults: list[str] = []
    for name in dict.fromkeys(n for n in names if n is not None):
        try:
            streams[name] = _read_stream(device.files[name], name, notes, [*streams.values()])
        except ReadError as fault:
            faults.append(str(fault))
    raise_faults(ReadError, device.folder.name, faults)
    base = INERTIAL if INERTIAL in streams else picked
    if base is None:
        raise ReadError(
            f"{device.folder.name}: gyroscope and accelerometer ({INERTIAL}) or orientations "
            f"({', '.join(ORIENTATIONS)}) are required, found {', '.join(device.files)}"
        )
    at_s = streams[base].time_s
    orientation = _orientation(picked, streams, notes, device) if picked else None
    inertial = streams.get(INERTIAL)
    magnetic = streams.get(MAGNETOMETER)
    return DeviceSignals(
        device=device,
        base=base,
        time_s=at_s,
        counter=streams[base].counter,
        rate_hz=streams[base].rate_hz,
        orientation=None
        if orientation is None or picked is None
        else rotations_at(streams[picked].time_s, orientation, at_s),
        angular_velocity_degps=None if inertial is None else inertial.values[:, :3],
        acceleration_g=None if inertial is None else inertial.values[:, 3:],
        magnetic_field=None
        if magnetic is None
        else vectors_at(magnetic.time_s, magnetic.values, at_s),
        free_acceleration_g=_free_acceleration(free, streams, at_s),
        notes=tuple(notes),
    )


def _read_stream(path: Path, name: str, notes: list[Notice], others: Sequence[Stream]) -> Stream:
    """Read one file; its header must name every column with its unit."""
    head = read_head(path)
    fault = text_fault(head)
    if fault is not None:
        raise ReadError(f"{path.name}: {fault}")
    header, first_row = (*split_lines(head)[:2], "", "")[:2]
    separator = find_separator(header)
    found = tuple(split_cells(header.strip(), separator))
    stamp = next((known for known in STAMPS if known in found), STAMP)
    forms = (COLUMNS[name], *OLD_COLUMNS.get(name, ()))
    columns = next((form for form in forms if set(form) <= set(found)), COLUMNS[name])
    wanted = (stamp, *columns)
    missing = [column for column in wanted if found.count(column) != 1]
    if missing:
        raise ReadError(
            f"{path.name}: the columns {', '.join(missing)} are required once each on line 1, "
            f"found '{header[:120]}'"
        )
    layout = Layout(
        names=found,
        skip_lines=1,
        separator=separator,
        decimal_comma=uses_decimal_comma(first_row, separator),
    )
    numbers = read_numbers(path, layout, wanted)
    notes.extend(_of_device(note, path) for note in numbers.notes)
    time_s = numbers.column(stamp) * STAMPS[stamp]
    values = numbers.columns(columns)
    for other in others:
        if np.array_equal(other.time_s, time_s):  # counted already
            return Stream(
                time_s=time_s, values=values, counter=other.counter, rate_hz=other.rate_hz
            )
    counter, rate_hz, faults = count_stamps(time_s, numbers.lines)
    raise_faults(ReadError, path.name, faults)
    return Stream(time_s=time_s, values=values, counter=counter, rate_hz=rate_hz)


def _of_device(found: Notice, path: Path) -> Notice:
    """Return a note on a file that has the same name in every device, with the device's."""
    values = {**found.values, "file": f"{path.parent.name}: {path.name}"}
    return replace(found, subject=(path.parent.name, path.name), values=values)


def _orientation(
    picked: str, streams: Mapping[str, Stream], notes: list[Notice], device: Device
) -> FloatArray:
    """Return the orientations of a file, sensor to the file's world, (n, 4)."""
    values = streams[picked].values
    if picked == "RotationMatrix.csv":
        by_row = np.ascontiguousarray(values.T).reshape(3, 3, -1)
        q, found = read_matrices(by_row, f"{device.folder.name}/{picked}")
        notes.extend(found)
        return q
    if picked == "EulerAngles.csv":
        return from_euler("ZYX", np.deg2rad(values[:, ::-1]))
    return values[:, :4]


def _free_acceleration(
    free: str | None, streams: Mapping[str, Stream], at_s: FloatArray
) -> FloatArray | None:
    """Return the acceleration without gravity in the file's world, g."""
    if free is None:
        return None
    stream = streams[free]
    q, vector = stream.values[:, :4], stream.values[:, 4:]
    in_world = vector if free == EARTH else rotate(q, vector)
    return vectors_at(stream.time_s, in_world, at_s)
