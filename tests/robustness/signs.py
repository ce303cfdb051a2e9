"""No value is changed without a sign, where the format lets it be seen.

What a format lets be seen: rows by a packet counter or a time of each (xsens, dot, mvnx, sto,
apdm csv, ximu3, table, trc), the end of a file by declared lengths (mvnx: closing tags, hdf5, c3d),
counts and rates that are declared twice or against a length (c3d), checksums (fit).
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Final

from opensim_pelvis.errors import OpenSimPelvisError
from opensim_pelvis.testing.comparison import check_equal_or_missing
from opensim_pelvis.testing.damage import find_rows
from opensim_pelvis.types import Recording
from tests.robustness.seeds import Tree

ROWS: Final = ("xsens", "dot", "sto", "apdm csv", "ximu3", "table")
"""Formats of which each row tells its place by a counter or a time."""

WHOLE: Final = ("mvnx", "apdm hdf5", "c3d")
"""Formats of which a cut or a shifted part is seen by lengths."""


def damage_rows(content: bytes, rng: Random) -> bytes:
    """Drop, double or exchange rows of numbers, or cut the file inside them."""
    start = find_rows(content)
    rows = content[start:].splitlines(keepends=True)
    if len(rows) < 3:
        return content
    one, two = sorted(rng.sample(range(len(rows)), 2))
    how = rng.randrange(4)
    if how == 0:
        del rows[one : one + rng.choice((1, 2))]
    elif how == 1:
        rows.insert(two, rows[one])
    elif how == 2:
        rows[one], rows[two] = rows[two], rows[one]
    else:
        kept = b"".join(rows)
        return content[:start] + kept[: rng.randrange(1, len(kept))]
    return content[:start] + b"".join(rows)


def damage_whole(content: bytes, rng: Random) -> bytes:
    """Cut a file short by any number of bytes."""
    return content[: rng.randrange(1, len(content))]


def damage(kind: str, tree: Tree, rng: Random) -> tuple[str, bytes]:
    """Return one file of a tree and what it is replaced by."""
    name = rng.choice([k for k in tree if not k.endswith((".toml", ".json"))])
    change = damage_rows if kind in ROWS else damage_whole
    return name, change(tree[name], rng)


def find_change(intact: Recording, read: object) -> str | None:
    """Return what was changed silently by a call that reads, or None."""
    try:
        found = read()  # type: ignore[operator]
    except OpenSimPelvisError:
        return None
    if set(found.notes) - set(intact.notes):
        return None
    try:
        check_equal_or_missing(intact, found)
    except AssertionError as fault:
        return str(fault)
    return None


def lay(folder: Path, tree: Tree) -> None:
    """Write a tree into a folder."""
    for name, content in tree.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
