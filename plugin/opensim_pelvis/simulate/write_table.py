"""A recording as one wide table, with the mapping file that says what its columns mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.simulate.mountings import SENSOR_MAP
from opensim_pelvis.simulate.writers import on_grid, write_rows
from opensim_pelvis.types import Recording, SensorSignals

_SEPARATOR_NAMES: Final = {",": ",", ";": ";", "\t": "tab", " ": "blank"}

# letter of the columns, axes, section of the mapping file and its statements
_GROUPS: Final = (
    ("q", "wxyz", "orientation", 'order = "wxyz"\ndirection = "sensor_to_world"'),
    ("a", "xyz", "acceleration", 'unit = "m/s2"\ngravity = "included"'),
    ("g", "xyz", "angular_velocity", 'unit = "rad/s"'),
    ("m", "xyz", "magnetic_field", 'unit = "a.u."'),
)


def write_csv(
    recording: Recording,
    path: Path,
    *,
    separator: str = ",",
    labels: Mapping[str, str] | None = None,
    digits: int = 9,
) -> Path:
    """Write one wide table and, beside it, ``<stem>.mapping.toml``.

    Columns are ``time_s``, then by sensor ``<label>_qw|qx|qy|qz`` (orientation in E),
    ``_ax|ay|az`` (specific force in S, m/s^2), ``_gx|gy|gz`` (angular velocity in S, rad/s) and
    ``_mx|my|mz`` (magnetic field in S, a.u.) where known. Lost samples are empty cells.

    Parameters
    ----------
    recording : Recording
        Every sensor has the same signals.
    path : Path
    separator : str
    labels : mapping of str to str, optional
        Identifier to label; the body for simulated sensors when not given.
    digits : int
        Significant digits.
    """
    labels = labels or SENSOR_MAP
    shown = [labels[sensor.identifier] for sensor in recording.sensors]
    signals = [_signals(sensor) for sensor in recording.sensors]
    groups = [group for group in _GROUPS if group[0] in signals[0]]
    names = [f"{label}_{g}{axis}" for label in shown for g, axes, *_ in groups for axis in axes]
    tables = [np.column_stack([sensor[g] for g, *_ in groups]) for sensor in signals]
    time_s, gridded = on_grid(recording, tables)
    row = "%.10g" + f"{separator}%.{digits}g" * len(names)
    head = separator.join(("time_s", *names))
    write_rows(path, head, row, np.column_stack([time_s, *gridded]))
    _, _, rows = path.read_text(encoding="utf-8").partition("\n")
    path.write_text(f"{head}\n{rows.replace('nan', '')}", encoding="utf-8", newline="\n")
    mapping = path.with_name(f"{path.stem}.mapping.toml")
    text = _mapping_text(groups, separator, recording.rate_hz)
    mapping.write_text(text, encoding="utf-8", newline="\n")
    return path


def _mapping_text(
    groups: Sequence[tuple[str, str, str, str]], separator: str, rate_hz: float
) -> str:
    """Return the mapping file of the table reader for these groups of columns."""
    sections = [
        'layout = "wide"',
        f'[text]\nseparator = "{_SEPARATOR_NAMES[separator]}"\ndecimal = "."\nheader_line = 1',
        f'[clock]\ntime = "time_s"\nunit = "s"\nrate_hz = {rate_hz}',
        '[world]\nup = "z"',
    ]
    for letter, axes, section, statements in groups:
        key = "quaternion" if section == "orientation" else "columns"
        columns = ", ".join(f'"{{sensor}}_{letter}{axis}"' for axis in axes)
        sections.append(f"[{section}]\n{key} = [{columns}]\n{statements}")
    return "\n\n".join(sections) + "\n"


def _signals(sensor: SensorSignals) -> dict[str, FloatArray]:
    """Return what a sensor recorded by the letter of its columns."""
    found = {
        "q": sensor.R_ES,
        "a": sensor.acceleration_mps2,
        "g": sensor.angular_velocity_radps,
        "m": sensor.magnetic_field,
    }
    return {letter: signal for letter, signal in found.items() if signal is not None}
