"""C3D files of every kind, written byte by byte; what was written stands in the record."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

BLOCK = 512
INTEL, DEC, MIPS = 84, 85, 86
Value = Sequence[str] | Sequence[int] | Sequence[float] | bytes


@dataclass(kw_only=True)
class Kind:
    """What a file is like; the fields are what a test changes."""

    processor: int = INTEL
    is_float: bool = True
    points: int = 4
    channels: int = 3
    samples: int = 2
    frames: int = 12
    rate_hz: float = 100.0
    scale: float = 0.5
    first_frame: int = 1
    unsigned: bool = False
    offset: Sequence[int] | None = None
    without: Sequence[str] = ()
    changed: dict[str, Value] = field(default_factory=dict)
    extra: dict[str, Value] = field(default_factory=dict)
    reverse: bool = False
    locked: bool = False
    last_pointer: int = 0
    padded: bool = True
    rotations: int = 0
    header_events: Sequence[tuple[float, str]] = ()
    missing: Sequence[tuple[int, int]] = ((2, 1),)
    header_rate: float | None = None

    @property
    def order(self) -> str:
        return ">" if self.processor == MIPS else "<"

    def floats(self, values: object) -> bytes:
        """Return numbers as this processor stores them."""
        if self.processor != DEC:
            return np.asarray(values, dtype=f"{self.order}f4").tobytes()
        words = (np.asarray(values, dtype="<f4").ravel() * np.float32(4.0)).view("<u2")
        return words.reshape(-1, 2)[:, ::-1].tobytes()


@dataclass(kw_only=True)
class Written:
    """A file, and the points (frames, points, 3) and channels (samples, channels) in it."""

    path: Path
    points: np.ndarray
    channels: np.ndarray
    rotations: np.ndarray


def write_kind(path: Path, kind: Kind) -> Written:
    """Write a file of some kind."""
    section = _section(kind, 0)
    data_block = 2 + -(-len(section) // BLOCK)
    section = _section(kind, data_block)
    blocks = data_block - 2
    section = section[:2] + bytes([min(blocks, 255)]) + section[3:]
    stored, points, channels = _data(kind)
    matrices, turned = _rotations(kind)
    rotation_block = data_block + -(-len(stored) // BLOCK)
    if kind.rotations:
        section = section.replace(
            struct.pack(f"{kind.order}H", 54321), struct.pack(f"{kind.order}H", rotation_block)
        )
    content = _header(kind, data_block) + section.ljust(blocks * BLOCK, b"\0") + stored
    if kind.padded or kind.rotations:
        content = content.ljust(-(-len(content) // BLOCK) * BLOCK, b"\0")
    path.write_bytes(content + matrices)
    return Written(path=path, points=points, channels=channels, rotations=turned)


def _header(kind: Kind, data_block: int) -> bytes:
    last = min(65535, kind.first_frame + kind.frames - 1)
    head = struct.pack(
        f"{kind.order}5H",
        kind.points, kind.channels * kind.samples, kind.first_frame, last, 10,
    )  # fmt: skip
    head = bytes([2, 0x50]) + head + kind.floats([-kind.scale if kind.is_float else kind.scale])
    head += struct.pack(f"{kind.order}2H", data_block, kind.samples)
    head += kind.floats([kind.rate_hz if kind.header_rate is None else kind.header_rate])
    head = head.ljust(298, b"\0") + struct.pack(f"{kind.order}2H", 12345, len(kind.header_events))
    head = head.ljust(304, b"\0") + kind.floats([time for time, _ in kind.header_events])
    head = head.ljust(396, b"\0") + b"".join(t.encode().ljust(4) for _, t in kind.header_events)
    return head.ljust(BLOCK, b"\0")


def _parameters(kind: Kind, data_block: int) -> dict[str, Value]:
    scale = -kind.scale if kind.is_float else kind.scale
    offset = list(kind.offset if kind.offset is not None else range(kind.channels))
    found: dict[str, Value] = {
        "POINT:USED": [kind.points],
        "POINT:FRAMES": [min(kind.frames, 65535)],
        "POINT:DATA_START": [data_block],
        "POINT:SCALE": [scale],
        "POINT:RATE": [kind.rate_hz],
        "POINT:UNITS": ["mm"],
        "POINT:Y_SCREEN": ["+Z"],
        "ANALOG:USED": [kind.channels],
        "ANALOG:RATE": [kind.rate_hz * kind.samples],
        "ANALOG:GEN_SCALE": [0.5],
    }
    for group, count, stem in (("POINT", kind.points, "P"), ("ANALOG", kind.channels, "A")):
        found |= _cut(f"{group}:LABELS", [f"{stem}{k}" for k in range(count)])
    found |= _cut("ANALOG:SCALE", [0.25 * (k + 1) for k in range(kind.channels)])
    found |= _cut("ANALOG:OFFSET", offset)
    if kind.unsigned:
        found["ANALOG:FORMAT"] = ["UNSIGNED"]
    if kind.frames > 65535:
        found["TRIAL:ACTUAL_START_FIELD"] = [1, 0]
        found["TRIAL:ACTUAL_END_FIELD"] = [kind.frames % 65536, kind.frames // 65536]
    if kind.rotations:
        found["ROTATION:USED"] = [kind.rotations]
        found["ROTATION:RATIO"] = [1]
        found["ROTATION:DATA_START"] = [54321]
        found["ROTATION:RATE"] = [kind.rate_hz]
        found["ROTATION:LABELS"] = [f"R{k}_4X4" for k in range(kind.rotations)]
    found |= kind.changed | kind.extra
    return {name: value for name, value in found.items() if name not in kind.without}


def _cut(name: str, values: list) -> dict[str, Value]:
    parts = [values[k : k + 255] for k in range(0, max(len(values), 1), 255)]
    return {f"{name}{k or ''}": part for k, part in zip((0, *range(2, 99)), parts, strict=False)}


def _section(kind: Kind, data_block: int) -> bytes:
    values = _parameters(kind, data_block)
    numbers = {g: k for k, g in enumerate(dict.fromkeys(n.split(":")[0] for n in values), start=1)}
    sign = -1 if kind.locked else 1
    entries = []
    for group, number in numbers.items():
        content = b"\x05about"
        head = struct.pack("bb", sign * len(group), -number) + group.encode()
        entries.append((head, content))
    for name, value in values.items():
        group, _, short = name.partition(":")
        head = struct.pack("bb", sign * len(short), numbers[group]) + short.encode()
        entries.append((head, _value(kind, value) + b"\0"))
    if kind.reverse:
        entries.reverse()
    text = bytes([1, 0x50, 0, kind.processor])
    for k, (head, content) in enumerate(entries):
        last = k == len(entries) - 1 and kind.last_pointer
        offset = kind.last_pointer if last else len(content) + 2
        text += head + struct.pack(f"{kind.order}H", offset) + content
    return text if kind.last_pointer else text + b"\0\0"


def _value(kind: Kind, value: Value) -> bytes:
    if isinstance(value, bytes):
        return value
    if value and isinstance(value[0], str):
        raw = [str(v).encode("latin-1" if "\xf6" in str(v) else "utf-8") for v in value]
        width = max(len(v) for v in raw)
        return struct.pack("bBBB", -1, 2, width, len(raw)) + b"".join(v.ljust(width) for v in raw)
    if value and isinstance(value[0], int):
        words = np.asarray(value).astype(np.int64) % 65536
        return struct.pack("bBB", 2, 1, len(value)) + words.astype(f"{kind.order}u2").tobytes()
    return struct.pack("bBB", 4, 1, len(value)) + kind.floats(list(value))


def _data(kind: Kind) -> tuple[bytes, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    raw = np.rint(rng.uniform(-3000, 3000, (kind.frames, kind.points, 4)))
    raw[:, :, 3] = 0.0
    for frame, point in kind.missing:
        if frame < kind.frames and point < kind.points:
            raw[frame, point] = (0.0, 0.0, 0.0, -1.0)
    low, high = (0, 65535) if kind.unsigned and not kind.is_float else (-2000, 30000)
    analog = np.rint(rng.uniform(low, high, (kind.frames, kind.samples, kind.channels)))
    factor = 1.0 if kind.is_float else kind.scale
    points = np.where(raw[:, :, 3:] < 0.0, np.nan, raw[:, :, :3] * factor)
    offset = np.array(kind.offset if kind.offset is not None else range(kind.channels), dtype=float)
    if kind.unsigned:
        offset = offset % 65536
    scales = 0.25 * (np.arange(kind.channels) + 1) * 0.5
    channels = (analog.reshape(-1, max(kind.channels, 1))[:, : kind.channels] - offset) * scales
    block = np.concatenate([raw.reshape(kind.frames, -1), analog.reshape(kind.frames, -1)], axis=1)
    if kind.is_float:
        return kind.floats(block), points, channels
    words = np.where(block < 0.0, block + 65536.0, block).astype(f"{kind.order}u2")
    return words.tobytes(), points, channels


def _rotations(kind: Kind) -> tuple[bytes, np.ndarray]:
    rng = np.random.default_rng(3)
    turned = rng.normal(size=(kind.frames, kind.rotations, 3, 3)).astype("f4").astype(float)
    block = np.zeros((kind.frames, kind.rotations, 17))
    whole = np.zeros((kind.frames, kind.rotations, 4, 4))
    whole[:, :, :3, :3] = turned
    block[:, :, :16] = whole.swapaxes(2, 3).reshape(kind.frames, kind.rotations, 16)
    return kind.floats(block) if kind.rotations else b"", turned
