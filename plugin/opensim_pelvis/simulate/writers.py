"""A recording as files in the vendors' formats, character by character as real files have them.

Real files: OpenSim's walking example (MT Manager 4, tabs, rotation matrices), the gaittoolbox
example (commas, quaternions) and exports of MT Manager 2022 (no rate in the header, ``NaN`` in
unused columns). All of them give six digits after the point.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.rotations import to_euler, to_matrix
from opensim_pelvis.simulate.mountings import SENSOR_MAP
from opensim_pelvis.types import Recording, SensorSignals
from opensim_pelvis.types.segments import sensor_of

XsensColumns = Literal["quaternion", "matrix", "euler"]
XsensHeader = Literal["4.x", "2022"]

COUNTER_PERIOD: Final = 65536
"""An Xsens packet counter starts again at zero after 65535."""

_UNUSED: Final = ("SampleTimeFine", "Year", "Month", "Day", "Second")
_XYZ: Final = ("X", "Y", "Z")
_ORIENTATION_COLUMNS: Final[Mapping[XsensColumns, tuple[str, ...]]] = {
    "quaternion": tuple(f"Quat_q{k}" for k in range(4)),
    "matrix": tuple(f"Mat[{row}][{column}]" for column in (1, 2, 3) for row in (1, 2, 3)),
    "euler": ("Roll", "Pitch", "Yaw"),
}


def write_xsens(
    recording: Recording,
    directory: Path,
    *,
    columns: XsensColumns = "quaternion",
    separator: str = "\t",
    header: XsensHeader = "4.x",
    prefix: str = "MT_012005D6_001-000",
    digits: int = 6,
) -> tuple[Path, ...]:
    """Write one MT Manager text file a sensor, ``<prefix>_<identifier>.txt``.

    Parameters
    ----------
    recording : Recording
        Lost packets are missing lines; the counter is written modulo 65536.
    directory : Path
        Made when it does not exist.
    columns : {"quaternion", "matrix", "euler"}
        Form of the orientation; Euler angles are roll, pitch, yaw in degrees (z-y-x).
    separator : str
        Unused columns (time of day) are left out with a space, which could not show them.
    header : {"4.x", "2022"}
        Version of MT Manager; the header of 2022 does not say the rate.
    prefix : str
    digits : int
        After the point; real files have 6.
    """
    directory.mkdir(parents=True, exist_ok=True)
    unused = () if separator == " " else _UNUSED
    paths = []
    for sensor in recording.sensors:
        names, values = _xsens_table(sensor, columns)
        empty = ("NaN" if header == "2022" else "") + separator
        row = f"%05d{separator}{empty * len(unused)}"
        row += separator.join([f"%.{digits}f"] * (len(names) - 1))
        titles = separator.join((names[0], *unused, *names[1:]))
        head = _xsens_header(header, recording.rate_hz, sensor.identifier) + titles
        path = directory / f"{prefix}_{sensor.identifier}.txt"
        write_rows(path, head, row, values)
        paths.append(path)
    return tuple(paths)


def write_sto(
    recording: Recording,
    path: Path,
    *,
    labels: Mapping[str, str] | None = None,
    digits: int = 17,
) -> Path:
    """Write the orientations as an OpenSense quaternion table; lost samples are ``nan``.

    Parameters
    ----------
    recording : Recording
        Orientations in E, as OpenSim's own Xsens reader writes them.
    path : Path
    labels : mapping of str to str, optional
        Identifier to column label; ``<body>_imu`` for simulated sensors when not given.
    digits : int
        Significant digits.
    """
    labels = labels or {identifier: sensor_of(body) for identifier, body in SENSOR_MAP.items()}
    time_s, sensors = on_grid(recording, [_orientation(s) for s in recording.sensors])
    head = "\n".join(
        (
            f"DataRate={recording.rate_hz:.6f}",
            "DataType=Quaternion",
            "version=3",
            "OpenSimVersion=4.6",
            "endheader",
            "\t".join(("time", *(labels[s.identifier] for s in recording.sensors))),
        )
    )
    quaternion = ",".join([f"%.{digits}g"] * 4)
    row = "%.10g" + f"\t{quaternion}" * len(sensors)
    write_rows(path, head, row, np.column_stack([time_s, *sensors]))
    return path


def _xsens_table(sensor: SensorSignals, columns: XsensColumns) -> tuple[list[str], FloatArray]:
    """Return column names and values of one sensor, the counter first."""
    names = ["PacketCounter"]
    parts: list[FloatArray] = [(sensor.counter % COUNTER_PERIOD).astype(np.float64)[:, None]]
    for name, signal in (
        ("Acc", sensor.acceleration_mps2),
        ("Gyr", sensor.angular_velocity_radps),
        ("Mag", sensor.magnetic_field),
    ):
        if signal is not None:
            names += [f"{name}_{axis}" for axis in _XYZ]
            parts.append(signal)
    q = _orientation(sensor)
    if columns == "quaternion":
        parts.append(q)
    elif columns == "matrix":
        parts.append(to_matrix(q).transpose(0, 2, 1).reshape(-1, 9))
    else:
        parts.append(np.rad2deg(to_euler("ZYX", q))[:, ::-1])
    return [*names, *_ORIENTATION_COLUMNS[columns]], np.column_stack(parts)


def _xsens_header(header: XsensHeader, rate_hz: float, identifier: str) -> str:
    """Return the comment lines above the column titles."""
    if header == "4.x":
        return (
            "// Start Time: Unknown\n"
            f"// Update Rate: {rate_hz:.1f}Hz\n"
            "// Filter Profile: human (46.1)\n"
            "// Option Flags: AHS Disabled ICC Disabled \n"
            "// Firmware Version: 4.0.2\n"
        )
    return (
        "// General information: \n"
        "//  MT Manager version: 2022.2.0 \n"
        "//  XDA version: 2022.2.0 build 7381 rev 124627 built on 2023-07-19\n"
        "// Device information: \n"
        f"//  DeviceId: {identifier}\n"
        "//  ProductCode: MTW2-3A7G6\n"
        "//  Firmware Version: 4.4.0\n"
        "//  Hardware Version: 1.1.0\n"
        "// Device settings: \n"
        "//  Filter Profile: human(46.1)\n"
        "//  Option Flags: Orientation Smoother Disabled, Position/Velocity Smoother Disabled, "
        "Continuous Zero Rotation Update Disabled, AHS Disabled, ICC Disabled\n"
        "// Coordinate system: ENU\n"
    )


def _orientation(sensor: SensorSignals) -> FloatArray:
    """Return the orientation, NaN throughout where the sensor has none."""
    if sensor.R_ES is None:
        return np.full((sensor.counter.size, 4), np.nan)
    return sensor.R_ES


def on_grid(
    recording: Recording, tables: Sequence[FloatArray]
) -> tuple[FloatArray, list[FloatArray]]:
    """Return common times (t,) and each sensor's table as (t, k), NaN where samples were lost."""
    counters = [sensor.counter for sensor in recording.sensors]
    first = min(int(c[0]) for c in counters if c.size)
    last = max(int(c[-1]) for c in counters if c.size)
    out = []
    for counter, table in zip(counters, tables, strict=True):
        grid = np.full((last - first + 1, table.shape[1]), np.nan)
        grid[counter - first] = table
        out.append(grid)
    return recording.start_s + np.arange(first, last + 1) / recording.rate_hz, out


def write_rows(path: Path, head: str, row: str, values: FloatArray) -> None:
    """Write a head and rows of numbers; one format string a row is fastest."""
    with path.open("w", encoding="ascii", newline="\n") as file:
        file.write(head + "\n")
        np.savetxt(file, values, fmt=row)
