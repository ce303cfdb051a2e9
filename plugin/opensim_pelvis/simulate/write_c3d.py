"""A recording as C3D files: IMU channels as we name them, or a ROTATION group as Theia3D has it."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray, earth_from_world
from opensim_pelvis.io.exporters.c3d_file import C3dContent, write_c3d
from opensim_pelvis.rotations import inverse, multiply, to_matrix
from opensim_pelvis.simulate.writers import on_grid
from opensim_pelvis.types import Recording

BLOCK: Final = 512
"""Bytes of a block, by which a C3D file counts."""

_SIGNALS: Final = (
    ("QUAT", "WXYZ", "", "R_ES", 1.0),
    ("ACC", "XYZ", "m/s2", "acceleration_mps2", 1.0),
    ("GYR", "XYZ", "deg/s", "angular_velocity_radps", 180.0 / np.pi),
    ("MAG", "XYZ", "a.u.", "magnetic_field", 1.0),
)


def write_c3d_channels(recording: Recording, path: Path, pattern: str = "{}_{}_{}") -> Path:
    """Write the signals as the C3D exporter names them; orientations seen from y-up ground."""
    world = inverse(earth_from_world("y"))
    labels: list[str] = []
    units: list[str] = []
    columns: list[FloatArray] = []
    for sensor in recording.sensors:
        found = []
        for short, axes, unit, name, factor in _SIGNALS:
            values = getattr(sensor, name)
            values = multiply(world, values) if name == "R_ES" else values * factor
            found.append(values)
            labels += [pattern.format(sensor.identifier, short, axis) for axis in axes]
            units += [unit] * len(axes)
        columns.append(np.column_stack([*found, np.ones(sensor.counter.size)]))
        labels.append(f"{sensor.identifier}_VALID")
        units.append("")
    _, gridded = on_grid(recording, columns)
    analogs = np.nan_to_num(np.column_stack(gridded))
    content = C3dContent(
        rate_hz=recording.rate_hz,
        points=np.zeros((analogs.shape[0], 1, 3)),
        point_labels=["RASI"],
        point_descriptions=[""],
        analogs=analogs,
        analog_labels=labels,
        analog_descriptions=[""] * len(labels),
        analog_units=units,
    )
    return write_c3d(path, content)


def write_c3d_rotations(
    recording: Recording, path: Path, *, company: str = "THEIA_MARKERLESS"
) -> Path:
    """Write the orientations as 4x4 matrices of a ROTATION group, as Theia3D 2020 lays it out."""
    tables = [to_matrix(s.R_ES).reshape(-1, 9) for s in recording.sensors if s.R_ES is not None]
    _, gridded = on_grid(recording, tables)
    frames, segments = gridded[0].shape[0], len(gridded)
    block = np.zeros((frames, segments, 17), dtype="<f4")
    for k, table in enumerate(gridded):
        whole = np.zeros((frames, 4, 4))
        whole[:, :3, :3] = table.reshape(-1, 3, 3)
        whole[:, 3, 3] = 1.0
        block[:, k, :16] = whole.swapaxes(1, 2).reshape(-1, 16)
    block[:, :, 16] = -1.0
    labels = [f"{sensor.identifier}_4X4" for sensor in recording.sensors]
    start = 5
    groups: list[tuple[str, list[tuple[str, bytes]]]] = [
        ("MANUFACTURER", [("COMPANY", _texts([company])), ("SOFTWARE", _texts(["THEIA3D"]))]),
        (
            "POINT",
            [
                ("RATE", _floats([recording.rate_hz])),
                ("USED", _words([0])),
                ("SCALE", _floats([-1.0])),
                ("FRAMES", _words([frames])),
                ("DATA_START", _words([start])),
            ],
        ),
        (
            "ROTATION",
            [
                ("LABELS", _texts(labels)),
                ("USED", _words([segments])),
                ("RATE", _floats([recording.rate_hz])),
                ("RATIO", _words([1])),
                ("DATA_START", _words([start + 1])),
            ],
        ),
        ("ANALOG", [("USED", _words([0]))]),
    ]
    parameters = b"".join(_group(i, *group) for i, group in enumerate(groups, start=1)) + b"\0\0"
    head = struct.pack("<BB5Hf2Hf", 2, 0x50, 0, 0, 1, frames, 10, -1.0, start, 0, recording.rate_hz)
    content = head.ljust(BLOCK, b"\0")
    content += (bytes([1, 0x50, start - 2, 84]) + parameters).ljust((start - 2) * BLOCK, b"\0")
    content = content.ljust(start * BLOCK, b"\0") + block.tobytes()
    path.write_bytes(content.ljust(-(-len(content) // BLOCK) * BLOCK, b"\0"))
    return path


def _group(number: int, name: str, parameters: Sequence[tuple[str, bytes]]) -> bytes:
    text = struct.pack("<bb", len(name), -number) + name.encode() + struct.pack("<HB", 3, 0)
    for key, value in parameters:
        text += struct.pack("<bb", len(key), number) + key.encode()
        text += struct.pack("<H", len(value) + 3) + value + b"\0"
    return text


def _texts(values: Sequence[str]) -> bytes:
    width = max(len(value) for value in values)
    return struct.pack("<bBBB", -1, 2, width, len(values)) + b"".join(
        value.encode().ljust(width) for value in values
    )


def _words(values: Sequence[int]) -> bytes:
    return struct.pack(f"<bBB{len(values)}H", 2, 1, len(values), *values)


def _floats(values: Sequence[float]) -> bytes:
    return struct.pack(f"<bBB{len(values)}f", 4, 1, len(values), *values)
