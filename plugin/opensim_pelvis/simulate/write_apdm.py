"""A recording as APDM files: the two csv layouts and the HDF5 layouts.

The csv layouts are those of OpenSim's example files, character by character. The HDF5 layouts
follow what public readers of such files expect; no real file was at hand to compare with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.simulate.mountings import SENSOR_MAP
from opensim_pelvis.simulate.writers import on_grid, write_rows
from opensim_pelvis.types import Recording, SensorSignals

ApdmLayout = Literal["sample rate", "format 7"]
Hdf5Version = Literal[1, 2, 3, 4, 5]

FIELD_UT: Final = 50.0
"""Magnetic fields in units of the local field are written as if that were 50 microtesla."""

START_US: Final = 1_550_879_504_438_281
"""Microseconds since 1970 of the first sample, as in OpenSim's example."""

_NAMED: Final = (
    ("Acceleration", "m/s^2", "XYZ"),
    ("Angular Velocity", "rad/s", "XYZ"),
    ("Magnetic Field", "uT", "XYZ"),
    ("Orientation", "", ("Scalar", "X", "Y", "Z")),
)
_NUMBERED: Final = ("Accelerometer", "Gyroscope", "Magnetometer", "Barometer", "Orientation")
_FIRST_NUMBER: Final = 5718


def write_apdm_csv(
    recording: Recording,
    path: Path,
    *,
    layout: ApdmLayout = "sample rate",
    labels: Mapping[str, str] | None = None,
) -> Path:
    """Write one wide table of all sensors; cells of lost samples are empty.

    Parameters
    ----------
    recording : Recording
        Every sensor has orientation, acceleration, angular velocity and magnetic field.
    path : Path
    layout : {"sample rate", "format 7"}
    labels : mapping of str to str, optional
        Identifier to label; the body for simulated sensors when not given.
    """
    labels = labels or SENSOR_MAP
    shown = [labels[sensor.identifier] for sensor in recording.sensors]
    time_s, tables = on_grid(recording, [_table(sensor) for sensor in recording.sensors])
    if layout == "sample rate":
        head = _named_head(shown, recording.rate_hz)
        extra = np.column_stack([np.full(time_s.size, 22.75), np.full(time_s.size, 100.54)])
        blocks = [np.column_stack([table, extra]) for table in tables]
        first, cell = "%.9f", ",%.9f"
    else:
        head = _format_7_head(shown)
        bar = np.full((time_s.size, 1), 4636858284341460992.0)
        blocks = [np.column_stack([t[:, :9], bar, t[:, 9:]]) for t in tables]
        time_s = np.rint(START_US + (time_s - time_s[0]) * 1e6)
        first, cell = "%.0f", ",%.6f"
    values = np.column_stack([time_s, *blocks])
    write_rows(path, head, first + cell * (values.shape[1] - 1), values)
    text = path.read_text(encoding="ascii")
    path.write_text(text.replace(",nan", ","), encoding="ascii", newline="\n")
    return path


def write_apdm_hdf5(
    recording: Recording,
    path: Path,
    *,
    version: Hdf5Version = 5,
    labels: Mapping[str, str] | None = None,
) -> Path:
    """Write an HDF5 file of one version; lost samples are missing rows.

    Parameters
    ----------
    recording : Recording
    path : Path
    version : {1, 2, 3, 4, 5}
        Version 1 is written as version 2 with its own name of the version attribute.
    labels : mapping of str to str, optional
        Identifier to label; the body for simulated sensors when not given.
    """
    import h5py

    labels = labels or SENSOR_MAP
    with h5py.File(path, "w") as file:
        file.attrs["File_Format_Version" if version == 1 else "FileFormatVersion"] = version
        numbers = []
        for k, sensor in enumerate(recording.sensors):
            label = labels[sensor.identifier]
            if version == 5:
                _write_sensor_5(file, str(_FIRST_NUMBER + k), label, sensor, recording.rate_hz)
            else:
                numbers.append(f"SI-{646 + k:06d}")
                _write_monitor(file, numbers[-1], sensor, recording.rate_hz)
        if numbers:
            padded = [label.ljust(16) for label in (labels[s] for s in recording.identifiers)]
            file.attrs["CaseIdList"] = np.array(numbers, dtype="S10")
            file.attrs["MonitorLabelList"] = np.array(padded, dtype="S16")
    return path


def _write_monitor(file: Any, number: str, sensor: SensorSignals, rate_hz: float) -> None:
    """Write a group of versions 1 to 4."""
    group = file.create_group(number)
    group.attrs["SampleRate"] = np.int32(round(rate_hz))
    group["Time"] = _time_us(sensor, rate_hz)
    for name, values, unit in _signals(sensor):
        group[f"Calibrated/{name}"] = values.astype(np.float32 if name != "Time" else np.float64)
        group[f"Calibrated/{name}"].attrs["Units"] = np.bytes_(unit or "none")
        if name != "Orientation":
            group.attrs[f"{name}Enabled"] = np.uint8(1)


def _write_sensor_5(
    file: Any, number: str, label: str, sensor: SensorSignals, rate_hz: float
) -> None:
    """Write the groups of version 5."""
    group = file.create_group(f"Sensors/{number}")
    settings = group.create_group("Configuration")
    settings.attrs["Label 0"] = np.bytes_(label.ljust(32, "\0"))
    settings.attrs["Sample Rate"] = np.int32(round(rate_hz))
    group["Time"] = _time_us(sensor, rate_hz)
    for name, values, unit in _signals(sensor):
        place = f"Processed/{number}/Orientation" if name == "Orientation" else None
        dataset = place or f"Sensors/{number}/{name.removesuffix('s')}"
        file[dataset] = values.astype(np.float32)
        file[dataset].attrs["Units"] = np.bytes_(unit or "none")


def _signals(sensor: SensorSignals) -> list[tuple[str, FloatArray, str]]:
    """Return name, values and unit of what a sensor recorded."""
    found = [
        ("Accelerometers", sensor.acceleration_mps2, "m/s^2"),
        ("Gyroscopes", sensor.angular_velocity_radps, "rad/s"),
        ("Magnetometers", _microtesla(sensor), "uT"),
        ("Orientation", sensor.R_ES, ""),
    ]
    return [(name, values, unit) for name, values, unit in found if values is not None]


def _time_us(sensor: SensorSignals, rate_hz: float) -> Any:
    return (START_US + np.rint(sensor.counter * (1e6 / rate_hz))).astype(np.uint64)


def _microtesla(sensor: SensorSignals) -> FloatArray | None:
    if sensor.magnetic_field is None:
        return None
    return sensor.magnetic_field * (1e6 if sensor.magnetic_unit == "T" else FIELD_UT)


def _table(sensor: SensorSignals) -> FloatArray:
    """Return acceleration, angular velocity, field and orientation side by side, (n, 13)."""
    n = sensor.counter.size
    parts = [
        (sensor.acceleration_mps2, 3),
        (sensor.angular_velocity_radps, 3),
        (_microtesla(sensor), 3),
        (sensor.R_ES, 4),
    ]
    return np.column_stack([np.full((n, k), np.nan) if v is None else v for v, k in parts])


def _named_head(labels: Sequence[str], rate_hz: float) -> str:
    names, units = ["Time"], ["s"]
    for label in labels:
        for group, unit, axes in _NAMED:
            names += [f"{label}/{group}/{axis}" for axis in axes]
            units += [unit] * len(axes)
        names += [f"{label}/Temperature/Scalar", f"{label}/Pressure/Scalar"]
        units += ["deg C", "kPa"]
    width = len(names)
    top = [["Test Name:", "Simulated run"], ["Sample Rate:", f"{rate_hz:g}", "Hz"]]
    lines = [",".join(line + [""] * (width - len(line))) for line in top]
    return "\n".join([*lines, ",".join(names), ",".join(units)])


def _format_7_head(labels: Sequence[str]) -> str:
    sensors, signals, axes = ["Format=7"], ["Time"], [""]
    for k, label in enumerate(labels):
        sensors += [str(_FIRST_NUMBER + 60 * k), "", "", label, *[""] * 10]
        for group in _NUMBERED:
            own = {"Barometer": ("",), "Orientation": ("S", "X", "Y", "Z")}.get(group, "XYZ")
            signals += [group, *[""] * (len(own) - 1)]
            axes += own
    return "\n".join(",".join(line) for line in (sensors, signals, axes))
