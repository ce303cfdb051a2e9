"""A single file that a command writes under a name that the user chose."""

from __future__ import annotations

import codecs
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from opensim_pelvis.errors import ExportError
from opensim_pelvis.io.delivery.refuse import files_of, same_file
from opensim_pelvis.io.delivery.staging import STAGING
from opensim_pelvis.io.delivery.swap import sync_folder
from opensim_pelvis.io.interruption import note_file
from opensim_pelvis.notices.plain_words import words_of


def check_file(
    path: Path,
    *,
    sources: Sequence[Path] = (),
    first_line: str = "",
    kept: bool = False,
    overwrite: bool = False,
) -> None:
    """See that a file may be written; nothing is made or changed.

    Parameters
    ----------
    path : Path
    sources : sequence of Path
        What it is made from; never replaced.
    first_line : str
        How a file of ours of this kind begins.
    kept : bool
        Whether people write into such a file, so that it is replaced with `overwrite` alone.
    overwrite : bool
        Whether a file of ours may be replaced that people write into; never one of other origin.

    Raises
    ------
    ExportError
    """
    if not os.path.lexists(path):
        return
    if path.is_dir():
        raise ExportError(f"{path}: wanted a file, found a folder. Give a file in it (--out).")
    inside = any(same_file(place, path) for source in sources for place in files_of(source))
    if inside:
        raise ExportError(
            f"{path}: the output file is one of the input files, which are never replaced. Give "
            "another file (--out)."
        )
    ours = not path.is_symlink() and _begins(path, first_line)
    if ours and (overwrite or not kept):
        return
    if ours:
        raise ExportError(
            f"{path}: already exists and may contain your own entries. Give another file, or add "
            "--overwrite."
        )
    raise ExportError(
        f"{path}: already exists and was not written by this command, so it is not replaced. "
        "Give another file."
    )


def write_file(path: Path, text: str) -> None:
    """Write a text to a file that appears whole, or stays as it was.

    Raises
    ------
    ExportError
        When the folder is not there or cannot be written.
    """
    draft = path.with_name(f"{STAGING}{os.getpid()}-{path.name}")
    try:
        with draft.open("w", encoding="utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
        note_file(path)
        sync_folder(path.parent)
    except UnicodeEncodeError as fault:
        raise ExportError(
            f"{path}: cannot be written: it must contain the name of a file or folder that is "
            "not valid text. Rename that file or folder."
        ) from fault
    except OSError as fault:
        raise ExportError(
            f"{path}: cannot be written: {words_of(fault)}. Nothing was changed."
        ) from fault
    finally:
        with suppress(OSError):
            draft.unlink()


def _begins(path: Path, line: str) -> bool:
    try:
        with path.open("rb") as stream:
            head = stream.read(len(line.encode()) + len(codecs.BOM_UTF8))
            return head.removeprefix(codecs.BOM_UTF8).startswith(line.encode())
    except OSError:
        return False
