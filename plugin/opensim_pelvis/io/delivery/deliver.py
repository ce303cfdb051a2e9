"""One way onto the disk for every command: refuse, stage, check again, swap in."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from opensim_pelvis.errors import ExportError
from opensim_pelvis.io.delivery.manifest import MANIFEST, Manifest, hash_file, write_manifest
from opensim_pelvis.io.delivery.refuse import Set, check_entries, check_set, own_manifest
from opensim_pelvis.io.delivery.staging import hold, stage
from opensim_pelvis.io.delivery.swap import NEW, Entry, swap_in, sync_folder
from opensim_pelvis.notices.plain_words import words_of

_REASONS: Final = {
    13: (
        "a file may be open in another program, or write permission is missing; close it and "
        "run again"
    ),
    1: "write permission is missing",
    28: "the disk is full",
    30: "the disk is read-only",
    122: "your disk quota is exceeded",
}


@dataclass(frozen=True, slots=True)
class Staged:
    """Where the files of a set are written first; ``missing``: what could not be, and why."""

    folder: Path
    missing: dict[str, str] = field(default_factory=dict)


@contextmanager
def deliver(wanted: Set) -> Iterator[Staged]:
    """Write a set: what the body puts into the staged folder appears at the end, all or nothing.

    Parameters
    ----------
    wanted : Set

    Yields
    ------
    Staged
        An empty folder of the body's own.

    Raises
    ------
    ExportError
        When the set may not be written here, or the disk refuses; nothing has changed then.

    Notes
    -----
    A set with a folder of its own is swapped in by one rename. One whose folder also holds
    other things takes a rename an entry, with a journal by which the next command undoes what a
    kill left half done. Files that a user has put beside those of the set stay.
    """
    check_set(wanted)
    whole = _is_whole(wanted)
    home = wanted.folder.parent if whole else wanted.folder
    made: list[Path] = []
    try:
        made = _make_folders(home)
        with stage(home) as staging:
            room = staging / NEW / wanted.folder.name if whole else staging / NEW
            room.mkdir(exist_ok=True)
            staged = Staged(room)
            yield staged
            with hold(home):
                _finish(wanted, staged, staging, whole=whole)
    except OSError as fault:
        _remove_empty(made)
        why = _REASONS.get(fault.errno or 0) or words_of(fault)
        raise ExportError(
            f"{wanted.folder}: results could not be written: {why}. Nothing was changed: earlier "
            "results are unchanged."
        ) from fault
    except BaseException:
        _remove_empty(made)
        raise


def _finish(wanted: Set, staged: Staged, staging: Path, *, whole: bool) -> None:
    """Complete the staged set and swap it in, while no other process does so."""
    check_set(wanted)
    files = _list_files(staged.folder)
    if not files:
        return
    if whole != _is_whole(wanted):
        raise ExportError(
            f"{wanted.folder}: was changed by another program during the run. Nothing was "
            "written. Run again."
        )
    earlier = own_manifest(wanted)
    manifest = Manifest(
        kind=wanted.kind,
        name=wanted.name,
        subject=wanted.subject,
        inputs=tuple(sorted(wanted.inputs)),
        files={name: hash_file(staged.folder / name) for name in files},
        missing=staged.missing,
    )
    write_manifest(manifest, staged.folder / f"{wanted.stem}{MANIFEST}")
    _sync(staged.folder)
    owned = {f"{wanted.stem}{MANIFEST}", *(earlier.files if earlier else ())}
    if whole:
        if wanted.folder.is_dir():
            _carry(wanted.folder, staged.folder, owned, wanted.folder)
        filled = wanted.folder.is_dir() and any(wanted.folder.iterdir())
        swap_in(staging, wanted.folder.parent, [Entry(wanted.folder.name, new=True, old=filled)])
        return
    swap_in(staging, wanted.folder, _entries(wanted, staged.folder, owned))


def _entries(wanted: Set, room: Path, owned: set[str]) -> list[Entry]:
    """Return what changes in a folder that also holds other things, the manifest first."""
    new = {path.name for path in room.iterdir()}
    check_entries(wanted, sorted(new), owned)
    gone = {name.split("/", 1)[0] for name in owned} - new
    for name in sorted(new):
        target = wanted.folder / name
        if target.is_dir() and (room / name).is_dir():
            _carry(target, room / name, owned, wanted.folder)
    for name in sorted(gone):
        if (wanted.folder / name).is_dir():
            (room / name).mkdir()
            _carry(wanted.folder / name, room / name, owned, wanted.folder)
            if any((room / name).iterdir()):
                new.add(name)
            else:
                (room / name).rmdir()
    names = sorted(new | gone, key=lambda name: not name.endswith(MANIFEST))
    found = [Entry(n, new=n in new, old=os.path.lexists(wanted.folder / n)) for n in names]
    return [entry for entry in found if entry.new or entry.old]


def _carry(source: Path, target: Path, owned: set[str], root: Path) -> None:
    """Put what is the user's own in an earlier folder into the one that takes its place."""
    for path in sorted(source.iterdir()):
        if path.relative_to(root).as_posix() in owned:
            continue
        to = target / path.name
        if path.is_dir() and not path.is_symlink():
            held = to.is_dir()
            to.mkdir(exist_ok=True)
            _carry(path, to, owned, root)
            if not held and any(path.iterdir()) and not any(to.iterdir()):
                to.rmdir()  # it held files of the set alone
        elif os.path.lexists(to):
            raise ExportError(
                f"{path}: this file was not written by this program, but has the name of a "
                "result. Move it elsewhere, or give another name (--name) or folder (--out)."
            )
        else:
            _link(path, to)


def _link(source: Path, target: Path) -> None:
    if source.is_symlink():
        target.symlink_to(source.readlink())
        return
    try:
        os.link(source, target)
    except OSError:  # a file system without links
        shutil.copy2(source, target)


def _is_whole(wanted: Set) -> bool:
    """Whether the folder holds the set alone, so that it can be replaced by one rename."""
    if wanted.own_folder or not wanted.folder.exists():
        return True
    if wanted.folder.is_symlink() or not os.access(wanted.folder.parent, os.W_OK | os.X_OK):
        return False
    here = Path.cwd()
    if wanted.folder.resolve() in (here, *here.parents):
        return False
    earlier = own_manifest(wanted)
    owned = {f"{wanted.stem}{MANIFEST}", *(earlier.files if earlier else ())}
    return all(path.name in owned for path in wanted.folder.iterdir())


def _list_files(folder: Path) -> list[str]:
    found = (p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    return sorted(found)


def _sync(folder: Path) -> None:
    """Have a staged folder on the disk before it is renamed, so that a crash tears nothing."""
    folders = [folder, *(p for p in folder.rglob("*") if p.is_dir())]
    for name in _list_files(folder):
        with (folder / name).open("rb+") as stream, suppress(OSError):
            os.fsync(stream.fileno())
    for path in reversed(folders):
        sync_folder(path)


def _make_folders(folder: Path) -> list[Path]:
    """Make a folder with those above it; return those made, the innermost first."""
    missing = [p for p in (folder, *folder.parents) if not p.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing


def _remove_empty(folders: Sequence[Path]) -> None:
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()
