"""Damage to what a file declares of itself, and to where its bytes stand.

Each function takes a tree and a generator, and returns the files that are changed.
"""

from __future__ import annotations

import math
import re
import struct
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Final

import h5py

from tests.robustness import seeds
from tests.robustness.seeds import Tree

Damage = Callable[[Tree, Random], Tree]

_TRIVIAL: Final = 0.1
"""A rate that differs by less moves no sample of twelve to another place."""


def one_file(tree: Tree, rng: Random) -> str:
    """Return the name of a file that holds data."""
    return rng.choice([name for name in sorted(tree) if not name.endswith((".toml", ".json"))])


def other_rate(rate_hz: float, rng: Random) -> float:
    """Return a rate that a person would call another."""
    while True:
        found = rng.choice((20.0, 25.0, 30.0, 50.0, 60.0, 100.0, 120.0, 200.0, 400.0))
        if rng.random() < 0.4:
            found = round(rate_hz * math.exp(rng.uniform(-1.5, 1.5)), 1)
        if abs(found / rate_hz - 1.0) > _TRIVIAL:
            return found


def other_count(count: int, rng: Random) -> int:
    """Return a count that is another one."""
    while True:
        found = rng.choice((count - 1, count + 1, 2 * count, count // 2, rng.randrange(1, 500), 0))
        if found != count and found >= 0:
            return found


# --- bytes put in or taken out ---------------------------------------------------------------


def shift(tree: Tree, rng: Random) -> Tree:
    """Put bytes into a file or take some out: all behind them stand elsewhere."""
    name = one_file(tree, rng)
    content = tree[name]
    at = rng.randrange(len(content))
    size = rng.choice((1, 2, 4, 8, 16, 64, 512, 1024, rng.randrange(1, 700)))
    if rng.random() < 0.5:
        return {name: content[:at] + content[at + size :]}
    some = rng.choice((bytes(size), rng.randbytes(size), content[at : at + size]))
    return {name: content[:at] + (some or b"\0") + content[at:]}


def cut(tree: Tree, rng: Random) -> Tree:
    """End a file early."""
    name = one_file(tree, rng)
    return {name: tree[name][: rng.randrange(1, len(tree[name]))]}


def damage_frames(tree: Tree, rng: Random) -> Tree:
    """Drop, double or exchange frames, elements, numbers or stretches of an MVNX."""
    (name,) = tree
    content = tree[name]
    unit = rng.choice((rb"<frame .*?</frame>\s*", rb"<(\w+)>[^<]*</\1>\s*", rb"-?\d+\.\d+ ", None))
    start = content.index(b"<frames")
    if unit is None:
        at = rng.randrange(start, len(content))
        end = at + rng.randrange(3, 3000)
        if rng.random() < 0.5 and re.search(rb"[ <]", content[at:end]):
            return {name: content[:at] + content[end:]}
        stretch = content[rng.randrange(start, len(content)) :][: rng.randrange(3, 3000)]
        return {name: content[:at] + b" " + stretch + b" " + content[at:]}
    found = [m.span() for m in re.finditer(unit, content[start:], re.DOTALL)]
    (a, b), (c, d) = sorted(rng.sample(found, 2))
    a, b, c, d = (place + start for place in (a, b, c, d))
    one, other = content[a:b], content[c:d]
    kinds = [content[:a] + content[b:], content[:c] + one + content[c:]]
    if unit.startswith(b"<frame"):  # two numbers exchanged are numbers: nobody sees it
        kinds.append(content[:a] + other + content[b:c] + one + content[d:])
    return {name: rng.choice(kinds)}


# --- counts and rates of texts ---------------------------------------------------------------


def xsens_with_ticks() -> tuple[Tree, ...]:
    """Return MT Manager's text with the device's clock filled in."""
    found = []
    for tree in seeds.xsens()[:2]:
        out = {}
        for name, content in tree.items():
            mark = b"," if b"PacketCounter," in content else b"\t"
            head, names, rest = content.partition(b"PacketCounter")
            titles, *rows = (names + rest).splitlines()
            place = titles.split(mark).index(b"SampleTimeFine")
            for k, row in enumerate(rows):
                cells = row.split(mark)
                count = (int(cells[0]) - 65530) % 65536 if b"6553" in rows[0] else int(cells[0])
                cells[place] = b"%d" % ((2**32 - 1000 + count * 250) % 2**32)
                rows[k] = mark.join(cells)
            out[name] = head + b"\n".join([titles, *rows]) + b"\n"
        found.append(out)
    return tuple(found)


def xsens_rate(tree: Tree, rng: Random) -> Tree:
    """Let the header of every file, or of one, state another rate."""
    text = b"Update Rate: %.1fHz" % other_rate(seeds.BRIEF.rate_hz, rng)
    names = sorted(tree) if rng.random() < 0.7 else [rng.choice(sorted(tree))]
    return {n: re.sub(rb"Update Rate: [\d.]+Hz", text, tree[n]) for n in names}


def dot_rate(tree: Tree, rng: Random) -> Tree:
    """Let the header of every file, or of one, state another output rate."""
    text = b"OutputRate:,%gHz" % other_rate(seeds.BRIEF.rate_hz, rng)
    names = sorted(tree) if rng.random() < 0.7 else [rng.choice(sorted(tree))]
    return {n: re.sub(rb"OutputRate:,[\d.]+Hz", text, tree[n]) for n in names}


def mvnx_counts(tree: Tree, rng: Random) -> Tree:
    """Let the head state another rate, or another number of segments or sensors."""
    (name,) = tree
    content = tree[name]
    if rng.random() < 0.6:
        text = b'frameRate="%g"' % other_rate(seeds.BRIEF.rate_hz, rng)
        return {name: re.sub(rb'frameRate="[\d.]+"', text, content, count=1)}
    match = rng.choice(list(re.finditer(rb'(?:segment|sensor)Count="(\d+)"', content)))
    text = b"%d" % other_count(int(match[1]), rng)
    return {name: content[: match.start(1)] + text + content[match.end(1) :]}


def sto_with_counts() -> tuple[Tree, ...]:
    """Return OpenSense's table as older programs wrote it, with its counts."""
    content = seeds.sto()[0]["w.sto"]
    rows = content.count(b"\n") - content[: content.index(b"time\t")].count(b"\n") - 1
    columns = content[content.index(b"time\t") :].split(b"\n")[0].count(b"\t") + 1
    stated = b"nRows=%d\nnColumns=%d\nendheader" % (rows, columns)
    return ({"w.sto": content.replace(b"endheader", stated)},)


def table_counts(tree: Tree, rng: Random) -> Tree:
    """Let the head of an STO or MOT state another count or rate, or drop rows at the end."""
    (name,) = tree
    content = tree[name]
    if rng.random() < 0.3:
        return {name: b"".join(content.splitlines(keepends=True)[: -rng.randrange(1, 4)])}
    match = rng.choice(list(re.finditer(rb"(nRows|nColumns|DataRate)=([\d.]+)", content)))
    value = (
        b"%.6f" % other_rate(float(match[2]), rng)
        if match[1] == b"DataRate"
        else b"%d" % other_count(int(match[2]), rng)
    )
    return {name: content[: match.start(2)] + value + content[match.end(2) :]}


def trc_counts(tree: Tree, rng: Random) -> Tree:
    """Let the head of a TRC state another rate, or another number of frames or markers."""
    name = one_file(tree, rng)
    lines = tree[name].split(b"\n")
    cells = lines[2].split(b"\t")
    place = rng.choice((0, 2, 3))  # DataRate, NumFrames, NumMarkers
    value = float(cells[place])
    new = other_rate(value, rng) if place == 0 else other_count(int(value), rng)
    cells[place] = b"%g" % new
    lines[2] = b"\t".join(cells)
    return {name: b"\n".join(lines)}


# --- counts and rates of binary files --------------------------------------------------------


def hdf5_rate(tree: Tree, rng: Random) -> Tree:
    """Let the sensors, or one of them, state another rate than their times have."""
    (name,) = tree
    rate_hz = other_rate(seeds.BRIEF.rate_hz, rng)
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / name
        path.write_bytes(tree[name])
        with h5py.File(path, "r+") as file:
            holders: list[tuple[h5py.Group, str]] = []
            file.visititems(
                lambda _, item: holders.extend(
                    (item, key) for key in item.attrs if key in ("SampleRate", "Sample Rate")
                )
            )
            for item, key in holders if rng.random() < 0.7 else [rng.choice(holders)]:
                item.attrs.modify(key, type(item.attrs[key])(rate_hz))
        return {name: path.read_bytes()}


_HEADER_WORDS: Final = {"points": 2, "analog": 4, "first": 6, "last": 8, "data": 16, "samples": 18}


def c3d_parameters(content: bytes) -> Iterator[tuple[str, int, int]]:
    """Yield name, type and place of the values of each parameter of a file of ours."""
    groups: dict[int, str] = {}
    entries = []
    place = (content[0] - 1) * 512 + 4
    while True:
        length, group = struct.unpack_from("bb", content, place)
        if not length or not group:
            break
        end = place + 2 + abs(length)
        name = content[place + 2 : end].decode()
        (offset,) = struct.unpack_from("<H", content, end)
        if group < 0:
            groups[-group] = name
        else:
            kind, rank = struct.unpack_from("bB", content, end + 2)
            entries.append((group, name, kind, end + 4 + rank))
        if not offset:
            break
        place = end + offset
    for group, name, kind, at in entries:
        yield f"{groups[group]}:{name}", kind, at


_PARAMETERS: Final = frozenset(
    {
        *("POINT:USED", "POINT:FRAMES", "POINT:RATE", "POINT:DATA_START"),
        *("ANALOG:USED", "ANALOG:RATE", "TRIAL:ACTUAL_END_FIELD", "TRIAL:ACTUAL_START_FIELD"),
        *("ROTATION:USED", "ROTATION:RATE", "ROTATION:RATIO", "EVENT:USED", "FORCE_PLATFORM:USED"),
    }
)


def c3d_counts(tree: Tree, rng: Random) -> Tree:
    """Let the header or the parameters of a C3D state another count or rate."""
    (name,) = tree
    content = bytearray(tree[name])
    listed = [p for p in c3d_parameters(tree[name]) if p[0] in _PARAMETERS]
    words = [(what, 2, at) for what, at in _HEADER_WORDS.items()]
    _, kind, at = rng.choice([*words, ("rate", 4, 20), *listed])
    if kind == 4:
        (value,) = struct.unpack_from("<f", content, at)
        struct.pack_into("<f", content, at, other_rate(value or 100.0, rng))
    else:
        (count,) = struct.unpack_from("<H", content, at)
        struct.pack_into("<H", content, at, other_count(count, rng) % 65536)
    return {name: bytes(content)}


def fit_size(tree: Tree, rng: Random) -> Tree:
    """Let the head of a FIT state another size, its own checksum right or wrong."""
    (name,) = tree
    content = tree[name]
    head = bytearray(content[:12])
    struct.pack_into("<I", head, 4, other_count(len(content) - 16, rng))
    told = seeds.seal(bytes(head)) if rng.random() < 0.7 else bytes(head) + content[12:14]
    body = content[14:-2]
    sealed = rng.random() < 0.3  # as a program would that counts wrongly
    return {name: seeds.seal(told + body) if sealed else told + content[14:]}
