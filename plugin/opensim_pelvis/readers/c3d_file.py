"""The C3D container: parameters, analog channels and rotation matrices as arrays.

After the C3D user guide (c3d.org) and, for the ROTATION group, Visual3D's documentation of its
data type: sixteen numbers of a 4x4 matrix, column by column, and one of reliability. ezc3d is not
used here: it cannot share a process with OpenSim without care and keeps each number as an object;
the package ``c3d`` does not know ROTATION. Both check this module in the tests.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from opensim_pelvis.errors import ReadError, raise_faults
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.readers._files import read_bytes

BLOCK: Final = 512
MARK: Final = 0x50
PROCESSORS: Final = {84: "<", 86: ">"}
"""Intel and MIPS; DEC (85) has floating-point numbers of its own."""

_ROTATION_WORDS: Final = 17
_TYPES: Final = {-1: "S1", 1: "i1", 2: "i2", 4: "f4"}

Parameter = list[str] | FloatArray


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class C3dFile:
    """A C3D file: its bytes, its parameters (``GROUP:NAME``), and the facts to find data by."""

    path: Path
    raw: bytes = field(repr=False)
    order: str
    parameters: Mapping[str, Parameter]
    points: int
    channels: int
    channel_samples: int
    first_frame: int
    frames: int
    data_block: int
    is_float: bool

    def texts(self, name: str) -> list[str]:
        """Return a list of texts, with its continuations (``LABELS2``, ``LABELS3`` ...)."""
        found: list[str] = []
        for number in range(1, 256):
            value = self.parameters.get(name if number == 1 else f"{name}{number}")
            if not isinstance(value, list):
                return found
            found += value
        return found

    def text(self, name: str) -> str:
        """Return a text, empty where there is none."""
        return next(iter(self.texts(name)), "")

    def numbers(self, name: str) -> FloatArray:
        """Return numbers in one row, with their continuations; empty where there are none."""
        found = []
        for number in range(1, 256):
            value = self.parameters.get(name if number == 1 else f"{name}{number}")
            if not isinstance(value, np.ndarray):
                break
            found.append(value)
        return np.concatenate(found) if found else np.zeros(0)

    def number(self, name: str) -> float:
        """Return one number, NaN where there is none."""
        return float(next(iter(self.numbers(name)), np.nan))


def open_c3d(path: Path) -> C3dFile:
    """Return a C3D file whose header and parameters were read.

    Raises
    ------
    ReadError
        When it is none, or its header and its parameters are damaged or contradict each other.
    """
    raw = read_bytes(path)
    order = _byte_order(path, raw)
    try:
        parameters = _read_parameters(raw, order)
        words = struct.unpack_from(f"{order}10H", raw)
        scale = struct.unpack_from(f"{order}f", raw, 12)[0]
    except (struct.error, ValueError, IndexError) as fault:
        raise ReadError(
            f"{path}: the parameters of this C3D file are damaged ({fault}): export it again"
        ) from fault
    per_frame = words[9]
    file = C3dFile(
        path=path,
        raw=raw,
        order=order,
        parameters=parameters,
        points=words[1],
        channels=words[2] // per_frame if per_frame else 0,
        channel_samples=per_frame,
        first_frame=words[3],
        frames=0,
        data_block=words[8],
        is_float=scale < 0.0,
    )
    _check(file, words[2])
    return replace(file, frames=_count_frames(file, words[3], words[4]))


def is_c3d(head: bytes) -> bool:
    """Return whether the first bytes are those of a C3D file."""
    return len(head) >= BLOCK and head[1] == MARK and 2 <= head[0] < 128


def _byte_order(path: Path, raw: bytes) -> str:
    if not raw:
        raise ReadError(f"{path}: the file is empty")
    start = (raw[0] - 1) * BLOCK
    if not is_c3d(raw) or len(raw) < start + 4:
        raise ReadError(f"{path}: a C3D file was wanted, but it does not begin like one")
    processor = raw[start + 3]
    if processor not in PROCESSORS:
        raise ReadError(
            f"{path}: a C3D file of Intel or MIPS numbers was wanted, found processor type "
            f"{processor}{' (DEC)' if processor == 85 else ''}: save it again as Intel"
        )
    return PROCESSORS[processor]


def _read_parameters(raw: bytes, order: str) -> dict[str, Parameter]:
    """Return all parameters by ``GROUP:NAME``; raises what damage causes."""
    place = (raw[0] - 1) * BLOCK + 4
    groups: dict[int, str] = {}
    found: list[tuple[int, str, Parameter]] = []
    while True:
        length, group = struct.unpack_from("bb", raw, place)
        if length == 0 or group == 0:
            break
        end = place + 2 + abs(length)
        name = raw[place + 2 : end].decode("ascii").upper()
        (offset,) = struct.unpack_from(f"{order}H", raw, end)
        if group < 0:
            groups[-group] = name
        else:
            found.append((group, name, _read_value(raw, end + 2, order)))
        if offset == 0:
            break
        place = end + offset
    if any(group not in groups for group, _, _ in found):
        raise ValueError("a parameter belongs to no group")
    return {f"{groups[group]}:{name}": value for group, name, value in found}


def _read_value(raw: bytes, place: int, order: str) -> Parameter:
    kind, rank = struct.unpack_from("bB", raw, place)
    if kind not in _TYPES or rank > 7:
        raise ValueError(f"type {kind} with {rank} dimensions")
    shape = struct.unpack_from(f"{rank}B", raw, place + 2)
    dtype = np.dtype(_TYPES[kind]).newbyteorder(order)  # type: ignore[arg-type]
    values = np.frombuffer(raw, dtype, int(np.prod(shape)), place + 2 + rank)
    if kind != -1:
        return values.astype(np.float64)
    width = shape[0] if shape else 1
    content = values.tobytes()
    texts = [content[i : i + width] for i in range(0, len(content), width)] if width else []
    return [text.decode("latin-1").strip(" \0") for text in texts]


def _check(file: C3dFile, analog_words: int) -> None:
    """Raise unless the header and the parameters say the same about the data."""
    stated = {
        "points": (file.points, file.number("POINT:USED")),
        "analog channels": (file.channels, file.number("ANALOG:USED")),
        "data block": (file.data_block, file.number("POINT:DATA_START")),
    }
    faults = [
        f"the header counts {header} as {what}, the parameters {parameter:g}: the file is damaged"
        for what, (header, parameter) in stated.items()
        if header != parameter and not (np.isnan(parameter) and header == 0)
    ]
    if file.channel_samples * file.channels != analog_words:
        faults.append(f"{analog_words} analog words a frame are no whole number of samples")
    rate_hz = file.number("POINT:RATE")
    if not (np.isfinite(rate_hz) and rate_hz > 0.0):
        faults.append(f"POINT:RATE must be a positive number of Hz, found {rate_hz:g}")
    raise_faults(ReadError, str(file.path), faults)


def _count_frames(file: C3dFile, first: int, last: int) -> int:
    """Return the frames that are stated, as wide as the file states them."""
    start, end = (file.numbers(f"TRIAL:ACTUAL_{what}_FIELD") for what in ("START", "END"))
    if start.size == end.size == 2:
        ends = [float(low % 65536 + 65536 * (high % 65536)) for low, high in (start, end)]
        frames = ends[1] - ends[0] + 1.0
    else:
        frames = file.number("POINT:LONG_FRAMES")
        if not np.isfinite(frames):
            frames = float(last - first + 1)
    if not 1.0 <= frames < 2**31:
        raise ReadError(f"{file.path}: there is no frame (the file states {frames:g})")
    return int(frames)


def read_channels(file: C3dFile) -> tuple[FloatArray, tuple[str, ...]]:
    """Return analog channels, shape (samples, channels), in ``ANALOG:UNITS``, and notes."""
    kind = "f4" if file.is_float else "u2" if file.text("ANALOG:FORMAT") == "UNSIGNED" else "i2"
    words = file.points * 4 + file.channels * file.channel_samples
    block, notes = _read_block(file, kind, words, file.data_block, file.frames)
    with np.errstate(invalid="ignore"):  # damage can look like a NaN that signals
        analog = block[:, file.points * 4 :].reshape(-1, file.channels).astype(np.float64)
    gain = file.number("ANALOG:GEN_SCALE")
    scale, offset = file.numbers("ANALOG:SCALE"), file.numbers("ANALOG:OFFSET")
    short = scale.size < file.channels or 0 < offset.size < file.channels
    if short or not np.isfinite([gain, *scale, *offset]).all():
        raise ReadError(
            f"{file.path}: ANALOG:GEN_SCALE, SCALE and OFFSET of {file.channels} channels were "
            "wanted, but some are not there: the file is damaged"
        )
    if offset.size:
        analog -= offset[: file.channels]
    analog *= scale[: file.channels] * gain
    if np.isinf(analog).any():
        raise ReadError(f"{file.path}: analog channels hold infinite numbers: it is damaged")
    return analog, notes


def read_rotations(file: C3dFile) -> tuple[FloatArray, tuple[str, ...]]:
    """Return rotation matrices, shape (samples, segments, 3, 3), NaN where missing, and notes.

    Each takes components in the segment to components in the laboratory.
    """
    segments, start = file.number("ROTATION:USED"), file.number("ROTATION:DATA_START")
    ratio = file.number("ROTATION:RATIO")
    faults = [
        f"ROTATION:{name} must be a positive whole number, found {value:g}"
        for name, value in (("USED", segments), ("DATA_START", start), ("RATIO", ratio))
        if not (np.isfinite(value) and value >= 1.0)
    ]
    raise_faults(ReadError, str(file.path), faults)
    words = int(segments) * _ROTATION_WORDS
    block, notes = _read_block(file, "f4", words, int(start), file.frames * int(ratio))
    with np.errstate(invalid="ignore"):
        matrices = block.reshape(-1, int(segments), _ROTATION_WORDS)[:, :, :16].astype(np.float64)
    turned = matrices.reshape(-1, int(segments), 4, 4).swapaxes(2, 3)[:, :, :3, :3]
    return np.where(np.isfinite(turned), turned, np.nan), notes


def _read_block(
    file: C3dFile, kind: str, words: int, start_block: int, frames: int
) -> tuple[npt.NDArray[np.generic], tuple[str, ...]]:
    """Return frames of numbers, as many as are there, and a note where some are not."""
    dtype = np.dtype(kind).newbyteorder(file.order)  # type: ignore[arg-type]
    start = (start_block - 1) * BLOCK
    there = max(0, len(file.raw) - start) // (words * dtype.itemsize) if words and start > 0 else 0
    if not there:
        raise ReadError(
            f"{file.path}: {frames} frames of data were wanted, but the file ends before the "
            "first: it is cut off"
        )
    found = min(frames, there)
    block = np.frombuffer(file.raw, dtype, found * words, start).reshape(found, words)
    note = (
        f"{file.path.name}: the file is cut off after {found} of {frames} frames; the others are "
        "missing"
    )
    return block, (note,) if found < frames else ()
