"""A hidden folder in which a set is prepared; one that a dead process left is cleared."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from opensim_pelvis.io.delivery.swap import JOURNAL, NEW, OLD, remove, undo

STAGING: Final = ".opensim-pelvis-"
"""How the name of every staging folder begins."""

_LOCK: Final = "lock"
_TRIES: Final = 5


@contextmanager
def stage(home: Path) -> Iterator[Path]:
    """Make a staging folder in ``home``, and remove it with what is left in it at the end.

    It is locked while this process lives, so that `clear_stray` of another leaves it alone.

    Yields
    ------
    Path
        The staging folder, with an empty folder ``new`` in it.
    """
    folder, lock = _make(home)
    try:
        (folder / NEW).mkdir()
        yield folder
    finally:
        undo(folder, home)
        lock.close()
        if not (folder / JOURNAL).exists():  # else `clear_stray` tries again what failed here
            remove(folder)


def clear_stray(home: Path) -> None:
    """Undo and remove what dead processes left in a folder; those of living ones stay."""
    try:
        stray = [p for p in home.iterdir() if p.name.startswith(STAGING) and p.is_dir()]
    except OSError:
        return
    for folder in stray:
        if folder.is_symlink():
            continue
        try:
            lock = (folder / _LOCK).open("r+b")
        except OSError:
            _remove_unlocked(folder)
            continue
        with lock:
            if not _lock(lock):
                continue
            with suppress(OSError):
                undo(folder, home)
        if not (folder / JOURNAL).exists():
            remove(folder)


def _remove_unlocked(folder: Path) -> None:
    """Remove a folder without a lock: its maker was stopped before locking, or when removing.

    A living maker's folder is empty until it is locked, and removing that one is noticed.
    """
    with suppress(OSError):
        left = {path.name for path in folder.iterdir()}
        if left and left <= {NEW, OLD}:
            remove(folder)
        else:
            folder.rmdir()


@contextmanager
def hold(home: Path) -> Iterator[None]:
    """Keep other processes from replacing anything in a folder meanwhile, where that can be."""
    if os.name != "posix":
        yield
        return
    import fcntl

    handle = os.open(home, os.O_RDONLY)
    try:
        with suppress(OSError):  # a network drive may know no locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _make(home: Path) -> tuple[Path, IO[bytes]]:
    for _ in range(_TRIES):
        folder = Path(tempfile.mkdtemp(prefix=STAGING, dir=home))
        try:
            lock = (folder / _LOCK).open("w+b")
        except FileNotFoundError:  # cleared by another process before it was locked
            continue
        if _lock(lock) and (folder / _LOCK).exists():
            return folder, lock
        lock.close()
    raise OSError(11, "other processes keep deleting files in this folder", str(home))


def _lock(file: IO[bytes]) -> bool:
    """Lock a file for as long as it is open; False where another process has it."""
    try:
        if os.name == "posix":
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except BlockingIOError:
        return False
    except PermissionError:
        return os.name == "posix"
    except OSError:  # a file system without locks: take it for ours
        return True
    return True
