"""The C3D container: header and parameters through ezc3d, frames as one array.

A trial of more than 65535 frames states its length in TRIAL and in
POINT:LONG_FRAMES, and 65535 in POINT:FRAMES, as the c3d.org user guide lays down for integers;
a POINT:FRAMES of type float, also allowed there, is refused by ezc3d and others.
"""

from __future__ import annotations

import struct
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from opensim_pelvis.errors import ExportError, raise_faults
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.io.c3d.opened import INTEL
from opensim_pelvis.io.c3d.parameters import read_section
from opensim_pelvis.io.exporters.c3d_header import (
    Header,
    ParameterList,
    ParameterValue,
    write_header,
)

MAX_PER_PARAMETER: Final = 255
"""A dimension of a parameter is one byte; longer lists go on in LABELS2, LABELS3 and so on."""

MAX_FRAMES_WORD: Final = 65535
"""POINT:FRAMES of this value sends the reader to TRIAL or POINT:LONG_FRAMES."""

_MAX_TEXT: Final = 127  # some readers take the length of a text as a signed byte
_BLOCK_BYTES: Final = 512
_LAST_FRAME_BYTE: Final = 8  # fifth word of the header
_FRAMES_AT_ONCE: Final = 4096


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class C3dContent:
    """What goes into one C3D file; points and analog channels share one rate.

    Parameters
    ----------
    rate_hz : float
    points : (t, p, 3) array
        In ``POINT:UNITS``; a point with any NaN is missing in that frame.
    point_labels, point_descriptions : sequence of str
    analogs : (t, n) array
        Finite: the format knows no missing analog sample.
    analog_labels, analog_descriptions, analog_units : sequence of str
    parameters : mapping of group to mapping of name to value
        Further parameters; an array keeps its shape, its first index runs fastest in the file.
    descriptions : mapping of str to str
        Description of a group.
    """

    rate_hz: float
    points: FloatArray
    point_labels: Sequence[str]
    point_descriptions: Sequence[str]
    analogs: FloatArray
    analog_labels: Sequence[str]
    analog_descriptions: Sequence[str]
    analog_units: Sequence[str]
    parameters: Mapping[str, Mapping[str, ParameterValue]] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)


def write_c3d(path: Path, content: C3dContent) -> Path:
    """Write a C3D file (Intel, floating point) whose first frame is 1.

    Raises
    ------
    ExportError
        When labels are not unique or the parameters are more than the format can hold.
    """
    _check(path, content)
    parameters = {
        group: {name: _plain(value) for name, value in values.items()}
        for group, values in _all_parameters(content).items()
    }
    write_header(
        path,
        Header(
            point_labels=[_text(label) for label in content.point_labels],
            analog_labels=[_text(label) for label in content.analog_labels],
            parameters=parameters,
            descriptions={name: _text(words) for name, words in content.descriptions.items()},
        ),
    )
    _check_parameter_section(path)
    _write_frames(path, content)
    return path


def split_parameter(name: str, values: ParameterList) -> dict[str, ParameterList]:
    """Return a list as parameters of at most 255 values: NAME, NAME2, NAME3.

    Arrays are cut along their last axis.

    >>> {k: len(v) for k, v in split_parameter("LABELS", ["x"] * 300).items()}
    {'LABELS': 255, 'LABELS2': 45}
    """
    length = values.shape[-1] if isinstance(values, np.ndarray) else len(values)
    parts: dict[str, ParameterList] = {}
    for number, start in enumerate(range(0, max(length, 1), MAX_PER_PARAMETER), start=1):
        piece = slice(start, start + MAX_PER_PARAMETER)
        key = name if number == 1 else f"{name}{number}"
        parts[key] = values[..., piece] if isinstance(values, np.ndarray) else values[piece]
    return parts


def _check(path: Path, content: C3dContent) -> None:
    """Raise ExportError where the parts do not make one file."""
    faults = []
    for kind, labels in (("point", content.point_labels), ("analog", content.analog_labels)):
        twice = sorted({label for label in labels if list(labels).count(label) > 1})
        if twice:
            faults.append(f"{kind} labels are repeated: {', '.join(twice)}")
    if content.points.shape[0] != content.analogs.shape[0]:
        faults.append(
            f"{content.points.shape[0]} frames of points but {content.analogs.shape[0]} of analog"
        )
    if not np.isfinite(content.analogs).all():
        faults.append("analog samples must be finite: the format has no missing values")
    raise_faults(ExportError, path.name, faults)


def _all_parameters(content: C3dContent) -> dict[str, dict[str, ParameterValue]]:
    """Return the parameters that every file needs, with the further ones of the content."""
    frames = content.points.shape[0]
    ones = np.ones(len(content.analog_labels))
    groups: dict[str, dict[str, ParameterValue]] = {
        "POINT": {
            "RATE": content.rate_hz,
            **split_parameter("DESCRIPTIONS", content.point_descriptions),
        },
        "ANALOG": {
            "RATE": content.rate_hz,
            "GEN_SCALE": 1.0,
            "FORMAT": "SIGNED",
            "BITS": np.array([16]),
            **split_parameter("SCALE", ones),
            **split_parameter("UNITS", content.analog_units),
            **split_parameter("DESCRIPTIONS", content.analog_descriptions),
        },
        "TRIAL": {
            "ACTUAL_START_FIELD": np.array([1, 0]),
            "ACTUAL_END_FIELD": np.array([frames % 65536, frames // 65536]),
            "CAMERA_RATE": content.rate_hz,
        },
    }
    if frames >= MAX_FRAMES_WORD:
        groups["POINT"]["LONG_FRAMES"] = float(frames)
    for group, parameters in content.parameters.items():
        groups.setdefault(group, {}).update(parameters)
    return groups


def _plain(value: ParameterValue) -> ParameterValue:
    """Return a parameter with its texts in the characters and length that the format holds."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, np.ndarray | float | int):
        return value
    return [_text(item) for item in value]


def _write_frames(path: Path, content: C3dContent) -> None:
    """Put all frames in the place of the empty one, and their number where it belongs.

    ezc3d writes a file whole, and keeps each number as an object: half an hour of eight sensors
    would take 3.4 GB. So it writes one frame, and their number is put where that one is counted.
    The last block is not filled up, since readers take frames up to the end of a long file.
    """
    frames = content.points.shape[0]
    counted = struct.pack("<H", min(frames, MAX_FRAMES_WORD))
    with path.open("r+b") as file:
        head = file.read(_BLOCK_BYTES * 257)
        data = (_data_block(head) - 1) * _BLOCK_BYTES
        stored = read_section(head, _BLOCK_BYTES, INTEL, data).stored
        for place in (_LAST_FRAME_BYTE, stored["POINT:FRAMES"].place):
            file.seek(place)
            file.write(counted)
        file.seek(data)
        file.truncate()
        for start in range(0, frames, _FRAMES_AT_ONCE):
            file.write(_frame_words(content, slice(start, start + _FRAMES_AT_ONCE)).tobytes())


def _frame_words(content: C3dContent, rows: slice) -> npt.NDArray[np.float32]:
    """Return frames as they are stored: x, y, z, residual of each point, then the channels.

    A missing point is zeros with the residual -1, as laboratory programs write it.
    """
    points = content.points[rows]
    missing = np.logical_not(np.isfinite(points).all(axis=2, keepdims=True))
    stored = np.zeros((*points.shape[:2], 4), dtype="<f4")
    stored[:, :, :3] = np.where(missing, 0.0, points)
    stored[:, :, 3:] = np.where(missing, -1.0, 0.0)
    analogs = content.analogs[rows].astype("<f4")
    return np.concatenate([stored.reshape(points.shape[0], -1), analogs], axis=1)


def _data_block(head: bytes) -> int:
    """Return the number of the first data block, the ninth word of the header."""
    return int(struct.unpack_from("<H", head, 16)[0])


def _text(value: str) -> str:
    """Return a value as C3D can hold it: ASCII, on one line, not too long."""
    ascii_only = value.encode("ascii", "replace").decode()
    if len(ascii_only) <= _MAX_TEXT:
        return ascii_only
    return textwrap.shorten(ascii_only, _MAX_TEXT, placeholder=" ...")


def _check_parameter_section(path: Path) -> None:
    """Raise ExportError where the parameters outgrew the 255 blocks that the format counts."""
    with path.open("rb") as file:
        head = file.read(_BLOCK_BYTES + 4)
    data_block = _data_block(head)
    blocks = head[_BLOCK_BYTES + 2]
    if data_block != blocks + 2:
        raise ExportError(
            f"{path.name}: labels, descriptions and events take {data_block - 2} blocks, but a "
            "C3D file has at most 255. Use a model with fewer markers."
        )
