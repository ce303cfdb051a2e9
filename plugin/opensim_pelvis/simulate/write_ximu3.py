"""A recording as an x-IMU3 log: a folder with one folder a device, a csv file a kind of message.

The files are those of the maker's software, character by character: units in the column names,
six decimals, stamps in microseconds, streams of their own rates.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

import numpy as np

from opensim_pelvis.frames import GRAVITY_MPS2, FloatArray
from opensim_pelvis.io.readers.ximu3_device import COLUMNS, CONVENTIONS, STAMP
from opensim_pelvis.rotations import multiply, rotate, to_euler, to_matrix
from opensim_pelvis.simulate.mountings import SENSOR_MAP
from opensim_pelvis.types import Recording, SensorSignals

Ximu3Orientation = Literal["quaternion", "matrix", "euler", "earth", "linear", "none"]

START_US: Final = 917_410_905
"""Stamp of the first sample, as in the maker's example of a lower body."""

_HALF_TURN_X: Final = np.array([0.0, 1.0, 0.0, 0.0])


def write_ximu3(
    recording: Recording,
    directory: Path,
    *,
    orientation: Ximu3Orientation = "quaternion",
    magnetometer_every: int = 1,
    convention: Literal["NWU", "ENU", "NED"] | None = None,
    start_us: Mapping[str, int] | None = None,
    names: Mapping[str, str] | None = None,
) -> Path:
    """Write a log; lost samples are missing lines.

    Parameters
    ----------
    recording : Recording
        Identifiers are the serial numbers.
    directory : Path
        Made when it does not exist.
    orientation : str
        Which message holds the orientations.
    magnetometer_every : int
        Every so many samples the field is sampled, a fifth of a step later; 1 is at the same
        moments.
    convention : {"NWU", "ENU", "NED"}, optional
        Written to ``Command.json``; not said when not given. E is taken for NWU and ENU alike,
        and turned by half a turn about x for NED.
    start_us : mapping of str to int, optional
        Stamp of count zero by identifier; `START_US` for the others.
    names : mapping of str to str, optional
        Identifier to name of the device; the body for simulated sensors when not given.
    """
    names = names or SENSOR_MAP
    start_us = start_us or {}
    for sensor in recording.sensors:
        name = names[sensor.identifier]
        folder = directory / f"{name} {sensor.identifier} (UDP)"
        folder.mkdir(parents=True, exist_ok=True)
        commands: list[dict[str, object]] = [
            {"ping": {"interface": "UDP", "name": name, "sn": sensor.identifier}},
            {"time": "2023-09-16 02:06:25"},
        ]
        if convention is not None:
            commands.append({"ahrs_axes_convention": CONVENTIONS.index(convention)})
        lines = ",\n".join(f"    {json.dumps(c, separators=(',', ':'))}" for c in commands)
        (folder / "Command.json").write_text(f"[\n{lines}\n]", encoding="utf-8")
        step_us = 1e6 / recording.rate_hz
        first_us = start_us.get(sensor.identifier, START_US)
        stamps: FloatArray = first_us + sensor.counter.astype(np.float64) * step_us
        _write_inertial(folder, stamps, sensor)
        _write_field(folder, stamps, sensor, magnetometer_every, step_us)
        _write_orientation(folder, stamps, sensor, orientation, convention == "NED")
    return directory


def _write_inertial(folder: Path, stamps: FloatArray, sensor: SensorSignals) -> None:
    gyroscope, acceleration = sensor.angular_velocity_radps, sensor.acceleration_mps2
    if gyroscope is not None and acceleration is not None:
        values = [np.rad2deg(gyroscope), acceleration / GRAVITY_MPS2]
        _write(folder, "Inertial.csv", stamps, np.column_stack(values))


def _write_field(
    folder: Path, stamps: FloatArray, sensor: SensorSignals, every: int, step_us: float
) -> None:
    if sensor.magnetic_field is None:
        return
    own, field = stamps, sensor.magnetic_field
    if every > 1:
        followed = np.diff(sensor.counter, append=sensor.counter[-1]) == 1
        own = stamps[followed & (sensor.counter % every == 0)] + 0.2 * step_us
        field = np.column_stack([np.interp(own, stamps, field[:, k]) for k in range(3)])
    _write(folder, "Magnetometer.csv", own, field)


def _write_orientation(
    folder: Path, stamps: FloatArray, sensor: SensorSignals, form: Ximu3Orientation, down: bool
) -> None:
    if sensor.R_ES is None or form == "none":
        return
    q = multiply(_HALF_TURN_X, sensor.R_ES) if down else sensor.R_ES
    if form == "matrix":
        _write(folder, "RotationMatrix.csv", stamps, to_matrix(q).reshape(-1, 9))
    elif form == "euler":
        angles = np.rad2deg(to_euler("ZYX", q))[:, ::-1]
        _write(folder, "EulerAngles.csv", stamps, angles)
    elif form == "quaternion" or sensor.acceleration_mps2 is None:
        _write(folder, "Quaternion.csv", stamps, q)
    else:
        up = np.array([0.0, 0.0, -1.0 if down else 1.0])
        free = rotate(q, sensor.acceleration_mps2) / GRAVITY_MPS2 - up
        if form == "linear":
            inverse = q * np.array([1.0, -1.0, -1.0, -1.0])
            _write(
                folder,
                "LinearAcceleration.csv",
                stamps,
                np.column_stack([q, rotate(inverse, free)]),
            )
        else:
            _write(folder, "EarthAcceleration.csv", stamps, np.column_stack([q, free]))


def _write(folder: Path, name: str, stamps: FloatArray, values: FloatArray) -> None:
    head = ",".join((STAMP, *COLUMNS[name]))
    with (folder / name).open("w", encoding="ascii", newline="\n") as file:
        file.write(head + "\n")
        row = "%.0f" + ",%.6f" * values.shape[1]
        np.savetxt(file, np.column_stack([np.rint(stamps), values]), fmt=row)
