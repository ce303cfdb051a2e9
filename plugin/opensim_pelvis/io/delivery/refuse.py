"""What a set may replace: files of the same set, and nothing else of anybody's."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from opensim_pelvis.errors import ExportError
from opensim_pelvis.io.delivery.manifest import (
    MANIFEST,
    Manifest,
    changed_files,
    find_manifests,
    read_manifest,
)
from opensim_pelvis.io.delivery.staging import clear_stray


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """A set of files that is to be written.

    Parameters
    ----------
    folder : Path
        Where its files lie.
    kind, name : str
        As in `Manifest`.
    stem : str
        How its manifest's name begins.
    subject : str, optional
        None: not stated.
    inputs : sequence of str
        SHA-256 of the files that tell whose it is. Empty: a set that may be made anew from others.
    own_folder : bool
        Whether the folder belongs to the set alone, as that of a trial does.
    sources : sequence of Path
        Files and folders that it is made from; never replaced.
    overwrite : bool
        Whether it may take the place of another person's or trial's set, or of one that was
        changed since.
    """

    folder: Path
    kind: str
    name: str
    stem: str
    subject: str | None = None
    inputs: Sequence[str] = ()
    own_folder: bool = False
    sources: Sequence[Path] = ()
    overwrite: bool = False


def check_set(wanted: Set) -> None:
    """See that a set may be written to its folder; nothing is made.

    What a killed command left half moved is put back first, since it would look like a change.

    Raises
    ------
    ExportError
        When the folder cannot be written, holds something else, or is another person's.
    """
    folder = wanted.folder
    check_writable(folder.parent if wanted.own_folder else folder)
    for place in (folder.parent, folder):
        clear_stray(place)
    if not os.path.lexists(folder):
        return
    if not folder.is_dir() or (wanted.own_folder and folder.is_symlink()):
        kind = "link" if folder.is_symlink() else "file"
        raise ExportError(
            f"{folder}: wanted a folder for the results, found a {kind}. {_ways(wanted)}"
        )
    if wanted.own_folder:
        _check_sources(wanted, [folder])
    earlier = own_manifest(wanted)
    if earlier is None:
        if wanted.own_folder and (others := find_manifests(folder)):
            name = next(iter(others.values())).name
            raise ExportError(
                f"{folder}: contains results named {name}, but the folder has another name, so "
                f"they are not replaced. {_ways(wanted)}"
            )
        if wanted.own_folder and any(not p.name.startswith(".") for p in folder.iterdir()):
            raise ExportError(
                f"{folder}: this folder was not written by this program, so it is not replaced. "
                f"{_ways(wanted)}"
            )
        return
    _check_links(wanted, [folder / name for name in earlier.files])
    _check_owner(wanted, earlier)


def check_entries(wanted: Set, names: Iterable[str], owned: set[str]) -> None:
    """See that no file of another origin is replaced in a folder that holds other things, too.

    Parameters
    ----------
    wanted : Set
    names : iterable of str
        Files and folders that the set puts into its folder.
    owned : set of str
        Relative names of the earlier set of the same kind.
    """
    ours = {name.split("/", 1)[0] for name in owned}
    taken = [n for n in names if os.path.lexists(wanted.folder / n)]
    _check_sources(wanted, [wanted.folder / name for name in taken])
    alien = [n for n in taken if n not in ours or (wanted.folder / n).is_symlink()]
    if alien:
        raise ExportError(
            f"{wanted.folder / alien[0]}: this file was not written by this program for the same "
            f"purpose, so it is not replaced. {_ways(wanted)}"
        )


def check_entries_of(wanted: Set, names: Iterable[str]) -> None:
    """See, before the work, that a set with these files may be written; nothing is made.

    Raises
    ------
    ExportError
    """
    check_set(wanted)
    earlier = own_manifest(wanted)
    owned = {f"{wanted.stem}{MANIFEST}", *(earlier.files if earlier else ())}
    check_entries(wanted, names, owned)


def check_writable(folder: Path) -> None:
    """See that a folder can be written, or made; nothing is made.

    Raises
    ------
    ExportError
        When it is a file, lies below a file, or may not be written.
    """
    existing = folder
    while not os.path.lexists(existing) and existing != existing.parent:
        existing = existing.parent
    if existing.is_dir() and os.access(existing, os.W_OK | os.X_OK):
        return
    if existing.is_symlink() and not existing.exists():
        why = f"{existing} is a broken link"
    elif existing.is_dir():
        why = "write permission is missing"
    else:
        why = f"{existing} is a file"
    raise ExportError(
        f"{folder}: results cannot be written here: {why}. Give a writable folder with --out."
    )


def own_manifest(wanted: Set) -> Manifest | None:
    """Return the manifest of an earlier set of the same kind in the folder, if there is one."""
    found = read_manifest(wanted.folder / f"{wanted.stem}{MANIFEST}")
    return found if found is not None and found.kind == wanted.kind else None


def files_of(source: Path) -> list[Path]:
    """Return a file, or all files of a folder."""
    if not source.is_dir():
        return [source]
    return [file for file in source.rglob("*") if file.is_file()]


def same_file(one: Path, other: Path) -> bool:
    """Whether two paths mean one file, by whatever name or link."""
    try:
        return one.samefile(other)
    except OSError:
        return False


def _check_owner(wanted: Set, earlier: Manifest) -> None:
    if wanted.overwrite:
        return
    others = {
        "trial": (earlier.name, wanted.name),
        "person": (earlier.subject, wanted.subject),
    }
    for what, (was, is_now) in others.items():
        if was is not None and is_now is not None and was != is_now:
            raise ExportError(
                f"{wanted.folder}: contains results of another {what}, {was}; these are of "
                f"{is_now}. {_ways(wanted)} --overwrite replaces them."
            )
    if wanted.inputs and earlier.inputs and set(wanted.inputs) != set(earlier.inputs):
        raise ExportError(
            f"{wanted.folder}: contains results of another recording with the same name, "
            f"{wanted.name} (its files differ). {_ways(wanted)} --overwrite replaces them."
        )
    changed = changed_files(earlier, wanted.folder)
    if changed:
        raise ExportError(
            f"{wanted.folder / changed[0]}: was changed since this program wrote it, so it is not "
            f"replaced. {_ways(wanted)} --overwrite replaces it."
        )


def _check_sources(wanted: Set, targets: Sequence[Path]) -> None:
    """Refuse to replace what the results are made from, however it is named or linked."""
    for source in wanted.sources:
        for target in targets:
            if any(same_file(place, target) for place in (source, *source.absolute().parents)):
                raise ExportError(
                    f"{source}: is in the place of the results ({target}). Input files are never "
                    f"replaced. {_ways(wanted)}"
                )


def _check_links(wanted: Set, owned: Sequence[Path]) -> None:
    """Refuse to replace a file of the set that is also what results are made from."""
    there = [path for path in owned if path.is_file()]
    if not wanted.own_folder:  # one with a folder of its own was compared as a whole
        _check_sources(wanted, there)
    for target in (path for path in there if path.stat().st_nlink > 1):
        for source in (file for path in wanted.sources for file in files_of(path)):
            if same_file(source, target):
                raise ExportError(
                    f"{target}: is the same file as {source}. Input files are never replaced. "
                    f"{_ways(wanted)}"
                )


def _ways(wanted: Set) -> str:
    if wanted.own_folder:
        return "Give another trial name (--name) or another folder (--out)."
    return "Give another folder (--out)."
