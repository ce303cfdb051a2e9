"""Which column of a table a pattern of the mapping means, and whose sensors are there."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from opensim_pelvis.errors import ReadError, raise_faults
from opensim_pelvis.io.readers._mapping import ANY, PLACEHOLDER, TableMapping

_COMPARED: Final = 300
"""Names among which the nearest are looked for."""

Columns = Mapping[tuple[str, str], str]
"""Column name by pattern and sensor."""


def find_columns(
    path: Path, names: Sequence[str], sensors: Sequence[str], mapping: TableMapping
) -> Columns:
    """Return the column of every pattern for every sensor; ReadError names all faults."""
    found: dict[tuple[str, str], str] = {}
    faults: list[str] = []
    clock = [pattern for pattern in (mapping.time, mapping.counter) if pattern is not None]
    for sensor in sensors:
        for pattern in (*clock, *mapping.patterns):
            wanted = pattern.replace(PLACEHOLDER, sensor)
            whole = re.compile(_as_regex(wanted))
            hits = [name for name in names if whole.fullmatch(name)]
            if len(hits) == 1:
                found[pattern, sensor] = hits[0]
            elif hits:
                faults.append(f"column {wanted} exists {len(hits)} times")
            else:
                near = difflib.get_close_matches(wanted, names[:_COMPARED], n=3) or names[:5]
                faults.append(f"there is no column {wanted}; the nearest are {', '.join(near)}")
    raise_faults(ReadError, str(path), list(dict.fromkeys(faults)))
    return found


def find_sensors(path: Path, names: Sequence[str], mapping: TableMapping) -> tuple[str, ...]:
    """Return what stands for the placeholder in the columns of the first pattern."""
    before, _, after = mapping.patterns[0].partition(PLACEHOLDER)
    whole = re.compile(_as_regex(before) + "(.+)" + _as_regex(after))
    sensors = tuple(dict.fromkeys(m[1] for name in names if (m := whole.fullmatch(name))))
    if not sensors:
        near = difflib.get_close_matches(mapping.patterns[0], names[:_COMPARED], n=3, cutoff=0.3)
        raise ReadError(
            f"{path}: wanted columns named {mapping.patterns[0]} ({mapping.path.name}), found "
            f"{', '.join(near or names[:5])}"
        )
    return sensors


def _as_regex(pattern: str) -> str:
    """Return a pattern whose stars, but the last, stop at the first text that can follow them.

    So no name takes more time than its length times that of the pattern.
    """
    first, *others = (re.escape(part) for part in pattern.split(ANY))
    if not others:
        return first
    middle = "".join(f"(?>.*?{part})" for part in others[:-1])
    return f"{first}{middle}.*{others[-1]}"
