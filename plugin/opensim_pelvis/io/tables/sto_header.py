"""The top of OpenSim tables: ``key=value`` lines up to ``endheader``, and the column names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from opensim_pelvis.io.tables.cells import unquote
from opensim_pelvis.io.tables.text_files import decode, split_lines, text_fault
from opensim_pelvis.notices import Notice, notice

END: Final = "endheader"

_COUNT: Final = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoHeader:
    """The header: ``lines`` counts its lines up to ``endheader``, the rows begin at ``start``."""

    fields: Mapping[str, str]
    names: tuple[str, ...]
    lines: int
    start: int

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the columns after that of time."""
        return self.names[1:]

    @property
    def kind(self) -> str:
        """The kind of data that the header states, or numbers."""
        return self.fields.get("DataType", "double")


def read_top(head: bytes) -> StoHeader | None:
    """Return the header, or None where there is none."""
    if text_fault(head[:4096]) is not None:
        return None
    end = head.find(END.encode())
    if end < 0:
        return None
    before = head[:end]
    fields = read_fields(split_lines(before))
    start = head.find(b"\n", end) + 1 or len(head)
    stop = head.find(b"\n", start) + 1 or len(head)
    below = decode(head[start:stop])
    names = tuple(unquote(name) for name in below.rstrip("\r\n").rstrip("\t").split("\t"))
    return StoHeader(fields=fields, names=names, lines=before.count(b"\n") + 1, start=stop)


def read_fields(lines: Iterable[str]) -> dict[str, str]:
    """Return the ``key=value`` lines of a header; the last ``=`` divides, as OpenSim has it.

    >>> read_fields(["walk", "inDegrees = yes", "a=b=c"])
    {'inDegrees': 'yes', 'a=b': 'c'}
    """
    pairs = (line.rpartition("=") for line in lines if "=" in line)
    return {key.strip(): value.strip() for key, _, value in pairs}


def say_counts(name: str, fields: Mapping[str, str], rows: int, columns: int) -> tuple[Notice, ...]:
    """Return notes on counts of rows and columns, time included, that the header has otherwise."""
    lines = {key.lower(): value for key, value in fields.items()}
    notes = []
    for what, there, keys in (
        ("rows", rows, ("nrows", "datarows")),
        ("columns", columns, ("ncolumns", "datacolumns")),
    ):
        stated = next((lines[key] for key in keys if key in lines), "")
        if _COUNT.fullmatch(stated) and int(stated) != there:
            code = f"reader.{what}_differ"
            notes.append(notice(code, name, file=name, stated=int(stated), found=there))
    return tuple(notes)
