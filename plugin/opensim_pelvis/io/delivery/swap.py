"""Entries of a folder are replaced together: by one rename, or with a journal that undoes it."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from opensim_pelvis.io.documents import DocumentError, FaultError, read_json, record_of

NEW: Final = "new"
"""Folder of a staging folder with what is to appear."""
OLD: Final = "old"
"""Folder of a staging folder with what was put aside."""
JOURNAL: Final = "journal.json"

_EXCHANGE: Final = 2
_HERE: Final = -100


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder of a set; ``new``: whether there is one to come; ``old``: one that goes."""

    name: str
    new: bool
    old: bool


def swap_in(staging: Path, home: Path, entries: Sequence[Entry]) -> None:
    """Put the entries staged in ``staging/new`` into ``home``, all or none.

    One entry takes one rename, so that a reader, or a computer that loses power, sees the old or
    the new one. Several take a rename each; a journal says how to go back, which `undo` does.

    Raises
    ------
    OSError
        When one cannot be moved; everything is then as before.
    """
    if len(entries) == 1 and _swap_one(staging, home, entries[0]):
        sync_folder(home)
        return
    (staging / OLD).mkdir(exist_ok=True)
    _write_journal(staging, entries)
    try:
        for entry in entries:
            if entry.old:
                (home / entry.name).rename(staging / OLD / entry.name)
            if entry.new:
                (staging / NEW / entry.name).rename(home / entry.name)
    except BaseException:
        undo(staging, home)
        raise
    sync_folder(home)
    (staging / JOURNAL).unlink()


def undo(staging: Path, home: Path) -> None:
    """Put back what an unfinished `swap_in` had moved; nothing where there is no journal."""
    for entry in reversed(_read_journal(staging)):
        target, aside, made = (
            home / entry.name,
            staging / OLD / entry.name,
            staging / NEW / entry.name,
        )
        if entry.new and not _there(made) and _there(target) and (_there(aside) or not entry.old):
            target.rename(made)
        if entry.old and _there(aside) and not _there(target):
            aside.rename(target)
    with suppress(FileNotFoundError):
        (staging / JOURNAL).unlink()


def exchange(one: Path, other: Path) -> bool:
    """Exchange two entries at once; False where the system cannot do that."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return False
    if rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT:
        return False
    raise OSError(number, os.strerror(number), str(other))


def sync_folder(folder: Path) -> None:
    """Have a folder's entries written to the disk, where the system offers that."""
    if os.name != "posix":
        return
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def remove(path: Path) -> None:
    """Remove a file, a link or a folder with what is in it; nothing where it is not there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


def _swap_one(staging: Path, home: Path, entry: Entry) -> bool:
    made, target = staging / NEW / entry.name, home / entry.name
    if not entry.new:
        return False
    if entry.old:
        return exchange(made, target)
    if target.is_dir() and os.name != "posix":
        target.rmdir()  # empty: Windows renames nothing onto it
    made.rename(target)
    return True


def _write_journal(staging: Path, entries: Sequence[Entry]) -> None:
    draft = staging / f"{JOURNAL}.draft"
    with draft.open("w", encoding="utf-8") as stream:
        json.dump([asdict(entry) for entry in entries], stream)
        stream.flush()
        os.fsync(stream.fileno())
    draft.rename(staging / JOURNAL)
    sync_folder(staging)


def _read_journal(staging: Path) -> list[Entry]:
    try:
        rows = read_json(staging / JOURNAL)
        found = [record_of(Entry, row) for row in rows] if isinstance(rows, list) else []
    except (DocumentError, FaultError):
        return []
    # a name that leads out of the folder was written by nobody of ours
    inside = all(Path(entry.name).name == entry.name != ".." for entry in found)
    return found if inside else []


def _there(path: Path) -> bool:
    return os.path.lexists(path)


_CANNOT: Final = frozenset((22, 38, 95))  # EINVAL, ENOSYS, EOPNOTSUPP: the file system has none
