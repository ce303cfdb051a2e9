"""The parameter section of a C3D file, walked entry by entry with every length checked.

After the C3D user guide (c3d.org). The section is bounded by its count of blocks, an entry by the
section, so that no file leads out of it or round in it.
"""

from __future__ import annotations

import math
import struct
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.io.c3d.opened import BLOCK, DEC, MIPS, Parameter, Section, Stored

MAX_BLOCKS: Final = 255
"""Blocks of parameters that a file can count."""

_TYPES: Final = {-1: 1, 1: 1, 2: 2, 4: 4}
_MAX_RANK: Final = 7


class SectionError(ValueError):
    """The section is damaged; says how in plain words."""


def read_section(head: bytes, start: int, processor: int, data_start: int) -> Section:
    """Return all parameters.

    Parameters
    ----------
    head : bytes
        The file, at least as far as its parameters go.
    start, data_start : int
        Places of the section and of the data.

    Raises
    ------
    SectionError
    """
    limit = _limit(head, start, data_start)
    groups: dict[int, str] = {}
    found: list[tuple[int, str, Parameter, Stored]] = []
    deviations: list[str] = []
    order = ">" if processor == MIPS else "<"
    place = start + 4
    while place + 2 <= limit:
        length, group = struct.unpack_from("bb", head, place)
        if length == 0 or group == 0:
            if length:
                deviations.append("an entry does not belong to a group")
            break
        end = place + 2 + abs(length)
        if end + 2 > limit:
            raise SectionError("a name extends beyond the parameter section")
        name = head[place + 2 : end].split(b"\0")[0].decode("latin-1")
        (offset,) = struct.unpack_from(f"{order}H", head, end)
        if group < 0:
            if name in groups.values() or -group in groups:
                deviations.append("two groups have the same name or number")
            groups[-group] = name
            after = end + 2
        else:
            value, stored, after = _read_entry(head, end + 2, limit, processor, name)
            if stored.kind == -1 and head[end + 3] == 0:
                deviations.append("a text without a dimension")
            found.append((group, name, value, stored))
        described = struct.unpack_from("b", head, after)[0] if after < limit else 0
        if described < 0 or (offset and end + offset != after + 1 + described):
            deviations.append("an entry does not have the length of its content")
        if offset == 0:
            break
        place = end + offset
    unnamed = {group for group, *_ in found} - set(groups)
    if unnamed:
        raise SectionError("a parameter belongs to a missing group")
    return Section(
        parameters={f"{groups[g]}:{n}".upper(): value for g, n, value, _ in found},
        stored={f"{groups[g]}:{n}": stored for g, n, _, stored in found},
        deviations=tuple(dict.fromkeys(deviations)),
    )


def decode_floats(raw: bytes, processor: int) -> FloatArray:
    """Return floating-point numbers of any of the three processors.

    DEC's have their words swapped, and an exponent that counts from 129 in place of 127.

    >>> decode_floats(bytes([0x80, 0x40, 0, 0]), 85).tolist()
    [1.0]
    """
    if processor != DEC:
        order = ">" if processor == MIPS else "<"
        with np.errstate(invalid="ignore"):
            return np.frombuffer(raw, f"{order}f4").astype(np.float64)
    swapped = np.frombuffer(raw, "<u2").reshape(-1, 2)[:, ::-1]
    with np.errstate(invalid="ignore"):
        numbers = np.ascontiguousarray(swapped).view("<f4").ravel().astype(np.float64)
    return np.asarray(numbers / 4.0)


def decode_text(raw: bytes) -> str:
    """Return a text: UTF-8 where it is that, else Latin-1; blanks around it are dropped."""
    bare = raw.replace(b"\0", b"")
    try:
        return bare.decode("utf-8").strip()
    except UnicodeDecodeError:
        return bare.decode("latin-1").strip()


def _limit(head: bytes, start: int, data_start: int) -> int:
    """Return where the section ends at the latest."""
    counted = start + head[start + 2] * BLOCK
    if data_start > start:
        counted = max(counted, data_start)
    if counted <= start:
        counted = len(head)
    return min(counted, start + MAX_BLOCKS * BLOCK, len(head))


def _read_entry(
    head: bytes, place: int, limit: int, processor: int, name: str
) -> tuple[Parameter, Stored, int]:
    """Return a parameter, how it is stored, and where it ends."""
    if place + 2 > limit:
        raise SectionError(f"{name} extends beyond the parameter section")
    kind, rank = struct.unpack_from("bB", head, place)
    if kind not in _TYPES or rank > _MAX_RANK:
        raise SectionError(f"{name} has an unknown type (type {kind}, {rank} dimensions)")
    first = place + 2 + rank
    if first > limit:
        raise SectionError(f"{name} extends beyond the parameter section")
    shape = tuple(head[place + 2 : first])
    count = math.prod(shape)
    after = first + count * _TYPES[kind]
    if after > limit:
        raise SectionError(
            f"{name} states {count} values, more than the parameter section contains"
        )
    raw = head[first:after]
    if kind == -1:
        width = shape[0] if shape else 1
        texts = [decode_text(raw[i : i + width]) for i in range(0, len(raw), width or 1)]
        return texts, Stored(kind, len(texts), math.nan, first), after
    order = ">" if processor == MIPS else "<"
    if kind == 4:
        values = decode_floats(raw, processor)
    else:
        values = np.frombuffer(raw, f"{order}i{kind}").astype(np.float64)
    return values, Stored(kind, count, float(values[0]) if count else math.nan, first), after
