"""A recording as Xsens/Movella DOT csv files, as its app logs them and its exporter writes them.

The layout ``"app"`` is that of real files (app 2021.0, firmware 2.0.0) character by character;
``"sdk"`` (header lines and cells filled up with commas and blanks) and ``"export"`` (a recording
from the sensor's memory) follow the maker's logger as published, without a real file at hand.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

import numpy as np

from opensim_pelvis.frames import GRAVITY_MPS2, FloatArray
from opensim_pelvis.rotations import from_rotation_vector, rotate, to_euler
from opensim_pelvis.types import Recording, SensorSignals

DotLayout = Literal["app", "sdk", "export"]
DotColumns = Literal["Quat", "Euler", "FreeAcc", "Acc", "Gyr", "Mag", "dq", "dv", "Status"]

TICK_MODULUS: Final = 2**32
"""Both counters of a DOT start again at zero here."""

_NAMES: Final[Mapping[DotColumns, tuple[str, ...]]] = {
    "Quat": ("Quat_W", "Quat_X", "Quat_Y", "Quat_Z"),
    "Euler": ("Euler_X", "Euler_Y", "Euler_Z"),
    "FreeAcc": ("FreeAcc_X", "FreeAcc_Y", "FreeAcc_Z"),
    "Acc": ("Acc_X", "Acc_Y", "Acc_Z"),
    "Gyr": ("Gyr_X", "Gyr_Y", "Gyr_Z"),
    "Mag": ("Mag_X", "Mag_Y", "Mag_Z"),
    "dq": ("dq_W", "dq_X", "dq_Y", "dq_Z"),
    "dv": ("dv[1]", "dv[2]", "dv[3]"),
    "Status": ("Status",),
}
_WHOLE: Final = frozenset({"PacketCounter", "SampleTimeFine", "Status"})
_MODES: Final[Mapping[tuple[str, ...], str]] = {
    ("Quat", "FreeAcc", "Status"): "Sensor fusion Mode - Extended(Quaternion)",
    ("Euler", "FreeAcc", "Status"): "Sensor fusion Mode - Extended(Euler)",
    ("dq", "dv", "Mag", "Status"): "Inertial data Mode - High Fidelity(with mag)",
    ("Acc", "Gyr", "Mag"): "Inertial data Mode - Rate quantities(with mag)",
    ("Quat", "Acc", "Gyr"): "Custom Mode 5",
}


def write_dot(
    recording: Recording,
    directory: Path,
    *,
    columns: Sequence[DotColumns] = ("Quat", "FreeAcc", "Status"),
    layout: DotLayout = "app",
    synced: bool = True,
    start_us: int | Mapping[str, int] = 3_343_427_885,
    names: Mapping[str, str] | None = None,
) -> tuple[Path, ...]:
    """Write one csv file a sensor, ``<name>_20210820_202113_<ms>.csv``.

    Parameters
    ----------
    recording : Recording
        Lost packets are missing lines. ``PacketCounter`` begins at 1 in every file,
        ``SampleTimeFine`` is common to all where they were synchronised.
    directory : Path
        Made when it does not exist.
    columns : sequence of str
        Groups of columns in their order.
    layout : {"app", "sdk", "export"}
    synced : bool
    start_us : int or mapping of str to int
        ``SampleTimeFine`` of count zero, one for all or one by identifier.
    names : mapping of str to str, optional
        Identifier to DeviceTag.
    """
    directory.mkdir(parents=True, exist_ok=True)
    blank, fill = (", ", ",,,,,,,,,,,,,,,,,") if layout != "app" else (",", "")
    tail = blank if layout == "export" else ""
    paths = []
    for number, sensor in enumerate(recording.sensors):
        name = (names or {}).get(sensor.identifier, sensor.identifier)
        start = start_us if isinstance(start_us, int) else start_us[sensor.identifier]
        step_us = round(1e6 / recording.rate_hz)
        table = [
            1.0 + sensor.counter - sensor.counter[0],
            (start + sensor.counter * step_us) % TICK_MODULUS,
            *(_values(sensor, group, recording.rate_hz) for group in columns),
        ]
        titles = ["PacketCounter", "SampleTimeFine", *(n for g in columns for n in _NAMES[g])]
        cells = ["%.0f" if title in _WHOLE else "%.6f" for title in titles]
        head = _header(name, layout, columns, recording.rate_hz, synced)
        text = io.StringIO()
        text.write("".join(line + fill + "\n" for line in head))
        text.write("\n" + ",".join(titles) + tail.strip() + "\n")
        np.savetxt(text, np.column_stack(table), fmt=blank.join(cells) + tail)
        path = directory / f"{name}_20210820_202113_{811 + number}.csv"
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text.getvalue()[: -1 if layout == "app" else None])
        paths.append(path)
    return tuple(paths)


def _header(
    name: str, layout: DotLayout, columns: Sequence[str], rate_hz: float, synced: bool
) -> list[str]:
    """Return the lines above the empty one."""
    measured = [
        f"SyncStatus:,{'Synced' if synced else 'Un-synced'}",
        f"OutputRate:,{rate_hz:g}Hz",
        "FilterProfile:,General",
        f"Measurement Mode:,{_MODES.get(tuple(columns), 'Custom Mode')}",
    ]
    return [
        "sep=,",
        f"DeviceTag:,{name}",
        "FirmwareVersion:,2.0.0",
        "AppVersion:,2021.0",
        *(measured if layout != "export" else []),
        "StartTime: ,2021-08-20_20:21:13_835 GMT+8",
        "© Xsens Technologies B. V. 2005-2021",
    ]


def _values(sensor: SensorSignals, group: DotColumns, rate_hz: float) -> FloatArray:
    """Return the numbers of one group of columns; a missing signal is NaN."""
    n = sensor.counter.size
    none = np.full((n, 3), np.nan)
    force = none if sensor.acceleration_mps2 is None else sensor.acceleration_mps2
    rate = none if sensor.angular_velocity_radps is None else sensor.angular_velocity_radps
    R_ES = np.full((n, 4), np.nan) if sensor.R_ES is None else sensor.R_ES
    if group == "Quat":
        return R_ES
    if group == "Euler":
        return np.rad2deg(to_euler("ZYX", R_ES))[:, ::-1]
    if group == "FreeAcc":
        return np.asarray(rotate(R_ES, force) - [0.0, 0.0, GRAVITY_MPS2])
    if group == "Acc":
        return force
    if group == "Gyr":
        return np.rad2deg(rate)
    if group == "Mag":
        return none if sensor.magnetic_field is None else sensor.magnetic_field
    if group == "dq":
        return from_rotation_vector(rate / rate_hz)
    if group == "dv":
        return force / rate_hz
    return np.zeros((n, 1))
