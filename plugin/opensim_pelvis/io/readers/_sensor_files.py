"""Recordings of which each file is one sensor: read at once, all faults raised at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, TypeVar

from opensim_pelvis.errors import ReadError, raise_faults
from opensim_pelvis.io.tables.text_files import WORKERS, describe_input
from opensim_pelvis.types import InputFile

Columns = tuple[str, ...]
"""Columns of one signal."""


class Header(Protocol):
    """What the top of a file says."""

    @property
    def path(self) -> Path:
        """The file."""


H = TypeVar("H", bound=Header)
Loaded = TypeVar("Loaded")


def load_files(
    path: Path, headers: Sequence[H], load: Callable[[H], Loaded]
) -> tuple[list[Loaded], tuple[InputFile, ...]]:
    """Return what each file holds, and the files with their hashes.

    Parameters
    ----------
    path : Path
        What the user named, for the message.
    headers : sequence of Header
    load : callable
        Reads the file of a header.

    Raises
    ------
    ReadError
        With the faults of all files.
    """
    with ThreadPoolExecutor(WORKERS) as pool:
        hashes = [pool.submit(describe_input, header.path) for header in headers]
        loads = [pool.submit(load, header) for header in headers]
        loaded, faults = [], []
        for job in loads:
            try:
                loaded.append(job.result())
            except ReadError as fault:
                faults.append(str(fault))
        files = tuple(job.result() for job in hashes)
    raise_faults(ReadError, str(path), faults)
    return loaded, files


def present_signals(
    path: Path, names: Collection[str], signals: Sequence[Columns]
) -> list[Columns]:
    """Return the signals of which a file has all columns.

    Raises
    ------
    ReadError
        Where it has some columns of a signal and not all.
    """
    faults = [
        f"columns {', '.join(missing)} are missing beside {next(n for n in group if n in names)}"
        for group in signals
        if (missing := [n for n in group if n not in names]) and len(missing) < len(group)
    ]
    raise_faults(ReadError, str(path), faults)
    return [group for group in signals if group[0] in names]
