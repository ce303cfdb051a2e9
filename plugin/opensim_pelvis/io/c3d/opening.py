"""Opening a C3D file: what the header and the parameters state, and whether it can be true."""

from __future__ import annotations

import math
import struct
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from opensim_pelvis.errors import ReadError, raise_faults
from opensim_pelvis.io.c3d.findings import doubt_rest
from opensim_pelvis.io.c3d.opened import BLOCK, MIPS, PROCESSORS, C3dFile
from opensim_pelvis.io.c3d.parameters import (
    MAX_BLOCKS,
    SectionError,
    decode_floats,
    decode_text,
    read_section,
)
from opensim_pelvis.io.c3d.rates import SAME_RATE, with_rate
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.notices.plain_words import words_of

MARK: Final = 0x50
LONG: Final = 65535
"""What a word without sign holds where the number of frames is larger, or just this."""

MAX_VALUES: Final = 60_000_000
"""Numbers that are read from one file; two hours of 64 channels at 100 Hz are 46 million."""

ROTATION_WORDS: Final = 17

_HEAD: Final = (127 + MAX_BLOCKS) * BLOCK
_TAIL: Final = 1 << 20
_FRAMES: Final = "POINT:FRAMES"
_LONG_FRAMES: Final = "POINT:LONG_FRAMES"
_TRIAL: Final = "word.c3d_trial"
_HEADER: Final = "word.c3d_header"


def is_c3d(head: bytes) -> bool:
    """Return whether the first bytes are those of a C3D file."""
    return len(head) >= BLOCK and head[1] == MARK and 2 <= head[0] < 128


def open_c3d(path: Path) -> C3dFile:
    """Return a C3D file whose header and parameters were read.

    Raises
    ------
    ReadError
        When it is none, its header and its parameters are damaged or contradict each other, or
        its length is not that of the data that it states.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError as fault:
        raise ReadError(f"{path}: cannot be read: {words_of(fault)}") from fault
    processor, start = _processor(path, head)
    order = ">" if processor == MIPS else "<"
    words = struct.unpack_from(f"{order}10H", head)
    try:
        section = read_section(head, start, processor, (words[8] - 1) * BLOCK)
    except SectionError as fault:
        raise ReadError(
            f"{path}: the parameters of this C3D file are damaged ({fault}): export it again"
        ) from fault
    scale, rate_hz = (float(decode_floats(head[k : k + 4], processor)[0]) for k in (12, 20))
    file = C3dFile(
        path=path,
        size=size,
        processor=processor,
        section=section,
        points=words[1],
        channels=words[2] // words[9] if words[9] else 0,
        channel_samples=words[9],
        first_frame=max(words[3], 1),
        frames=0,
        data_block=words[8],
        is_float=scale < 0.0,
        rate_hz=rate_hz,
        header_events=_header_events(head, order, processor),
    )
    _check(file, words[2], scale)
    file = with_rate(_with_start(file))
    file = _with_frames(file, words[3], words[4])
    return _with_length(_with_turn_rate(file), parameters=start)


def _processor(path: Path, head: bytes) -> tuple[int, int]:
    """Return the processor type and where the parameters begin."""
    if not head:
        raise ReadError(f"{path}: the file is empty")
    start = (head[0] - 1) * BLOCK
    if not is_c3d(head) or len(head) < start + 4:
        raise ReadError(f"{path}: wanted a C3D file, found another file header")
    processor = head[start + 3]
    if processor not in PROCESSORS:
        listed = ", ".join(f"{number} ({name})" for number, name in PROCESSORS.items())
        raise ReadError(
            f"{path}: the processor type of this C3D file must be one of {listed}, found "
            f"{processor}: the file is damaged, export it again"
        )
    return processor, start


def _check(file: C3dFile, analog_words: int, scale: float) -> None:
    """Raise unless the header and the parameters say the same about the data."""
    stated = {
        "points": (file.points, file.count("POINT:USED")),
        "analog channels": (file.channels, file.count("ANALOG:USED")),
    }
    faults = [
        f"the header states {header} {what}, the parameters {parameter}: the file is damaged"
        for what, (header, parameter) in stated.items()
        if parameter is not None and header != parameter
    ]
    block = file.count("POINT:DATA_START")
    if block and file.data_block and block != file.data_block:
        faults.append(
            f"the data start at block {file.data_block} according to the header, and at block "
            f"{block} according to the parameters: the file is damaged"
        )
    if file.channel_samples * file.channels != analog_words:
        faults.append(f"{analog_words} analog words per frame are not an integer number of samples")
    own = file.number("POINT:SCALE")
    if file.points and math.isfinite(own) and own and scale and (own < 0.0) != (scale < 0.0):
        faults.append(
            "the header and POINT:SCALE contradict each other on whether the data are integers or "
            "floating-point numbers: the file is damaged"
        )
    raise_faults(ReadError, str(file.path), faults)


def _with_start(file: C3dFile) -> C3dFile:
    """Return the file with the block of POINT:DATA_START where the header states none."""
    block = file.count("POINT:DATA_START")
    if file.data_block or not block:
        return file
    lacking = "the header does not state the start of the data"
    section = replace(file.section, deviations=(*file.section.deviations, lacking))
    return replace(file, data_block=block, section=section).noting("c3d.no_start", block=block)


def _with_frames(file: C3dFile, first: int, last: int) -> C3dFile:
    """Return the file with its number of frames, and a note where it is stated otherwise.

    POINT:FRAMES and the header hold words, so the group TRIAL or POINT:LONG_FRAMES says how many
    frames a longer file has.
    """
    stated = {
        _FRAMES: file.count(_FRAMES) or None,
        _TRIAL: _trial_frames(file),
        _LONG_FRAMES: file.count(_LONG_FRAMES),
        _HEADER: last - first + 1,
    }
    told = {name: n for name, n in stated.items() if n is not None}
    known = {name: n for name, n in told.items() if 1 <= n < 2**31}
    if not known:
        raise ReadError(
            f"{file.path}: the file contains no frame (the header states {last - first + 1})"
        )
    if known.get(_FRAMES, LONG) == LONG or last == LONG:
        known = {n: v for n, v in known.items() if n not in (_FRAMES, _HEADER)} or known
        told = {name: n for name, n in told.items() if name in known}
    source, frames = next(iter(known.items()))
    file = replace(file, frames=frames)
    others = [
        notice("c3d.frames_stated", source=_place(name), frames=n)
        for name, n in told.items()
        if n != frames
    ]
    if not others:
        return file
    taken = _place(source)
    return file.noting("c3d.frames_differ", frames=frames, source=taken, others=others)


def _place(name: str) -> Notice | str:
    """Return what is said of a place that states the number of frames."""
    return notice(name) if name in (_HEADER, _TRIAL) else name


def _trial_frames(file: C3dFile) -> int | None:
    start, end = (file.numbers(f"TRIAL:ACTUAL_{what}_FIELD") for what in ("START", "END"))
    if not (start.size == end.size == 2 and np.isfinite([start, end]).all()):
        return None
    first, last = (int(low % 65536 + 65536 * (high % 65536)) for low, high in (start, end))
    return last - first + 1


def _with_length(file: C3dFile, *, parameters: int) -> C3dFile:
    """Return the file with whether its length is that of its data; raise where it cannot be.

    What stands behind the data may fill the last block, or be whole blocks. Bytes that do neither
    were put in or lost somewhere before, and every number behind them stands in a wrong place.
    """
    if file.frame_words and file.data_block < 2:
        raise ReadError(
            f"{file.path}: neither the header nor POINT:DATA_START states the start of the data: "
            "the file is damaged. Export it again."
        )
    start = max(0, file.data_block - 1) * BLOCK
    end = start + file.frames * file.frame_bytes
    rotations = rotation_bytes(file)
    if rotations is not None:
        end = max(end, sum(rotations))
    values = (min(end, file.size) - start) // (4 if file.is_float else 2)
    if values > MAX_VALUES:
        raise ReadError(
            f"{file.path}: {values / 1e6:.0f} million values exceed the limit of "
            f"{MAX_VALUES / 1e6:.0f} million for one C3D file. Shorten the trial."
        )
    behind = file.size - end
    if behind < 0:
        return replace(file, whole=False)
    if behind == 0:
        return file
    if file.size % BLOCK == 0:
        rest = () if parameters >= end else doubt_rest(file.path, end)
        return replace(file, notes=(*file.notes, *rest))
    with file.path.open("rb") as stream:
        stream.seek(end)
        tail = stream.read(_TAIL)
    filled = -(-end // BLOCK) * BLOCK
    if any(tail) or file.size > filled:
        raise ReadError(
            f"{file.path}: the file is {behind} bytes longer than {file.frames} frames of "
            f"{file.points} points and {file.channels} channels: bytes were inserted or lost, "
            "and the data after them are wrong. Export it again."
        )
    return replace(file, whole=False).noting("c3d.zeros_behind", bytes=behind)


def rotation_bytes(file: C3dFile) -> tuple[int, int] | None:
    """Return place and length of the rotation matrices, None where there are none."""
    used, start = file.count("ROTATION:USED"), file.count("ROTATION:DATA_START")
    ratio = rotation_samples(file)
    if not (used and start and ratio):
        return None
    return (start - 1) * BLOCK, used * ratio * file.frames * ROTATION_WORDS * 4


def rotation_samples(file: C3dFile) -> int | None:
    """Return samples of the rotations in one frame, from RATIO, else from their rate."""
    ratio = file.count("ROTATION:RATIO")
    if ratio is not None:
        return ratio
    quotient = file.number("ROTATION:RATE") / file.rate_hz
    return round(quotient) if math.isfinite(quotient) and 0.5 < quotient < LONG else None


def rotation_hz(file: C3dFile) -> float:
    """Return the rate of the rotations, NaN where neither it nor that of the points is known."""
    stated = file.number("ROTATION:RATE")
    if math.isfinite(stated) and stated > 0.0:
        return stated
    return (rotation_samples(file) or math.nan) * file.rate_hz


def _with_turn_rate(file: C3dFile) -> C3dFile:
    """Return the file with a note where ROTATION:RATE and ROTATION:RATIO differ."""
    stated, ratio = file.number("ROTATION:RATE"), file.count("ROTATION:RATIO")
    counted = (ratio or math.nan) * file.rate_hz
    if not (math.isfinite(counted) and math.isfinite(stated) and stated > 0.0):
        return file
    if abs(stated - counted) <= SAME_RATE * stated:
        return file
    return file.noting("c3d.turn_rates_differ", stated_hz=stated, counted_hz=counted)


def _header_events(head: bytes, order: str, processor: int) -> tuple[tuple[float, str], ...]:
    """Return the events that the header holds: times in seconds and labels of four letters."""
    (count,) = struct.unpack_from(f"{order}H", head, 300)
    if not 1 <= count <= 18:
        return ()
    times = decode_floats(head[304:376], processor)
    labels = [decode_text(head[396 + 4 * k : 400 + 4 * k]) for k in range(count)]
    return tuple((float(t), label) for t, label in zip(times, labels, strict=False) if label)
