"""Results reach the disk whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from opensim_pelvis.errors import ExportError, OpenSimPelvisError
from opensim_pelvis.registry import EXPORTERS, list_plugins, load_exporter
from opensim_pelvis.types import Result


def check_output(directory: Path) -> None:
    """See, before long work, that results can be written to a directory; nothing is made.

    Raises
    ------
    ExportError
        When it is a file, lies below a file, or may not be written.
    """
    existing = directory
    while not existing.exists():
        existing = existing.parent
    if existing.is_dir() and os.access(existing, os.W_OK | os.X_OK):
        return
    why = "it may not be written" if existing.is_dir() else f"{existing} is a file"
    raise ExportError(
        f"{directory}: results cannot be written here, {why}. Name a folder that can be written "
        "with --out."
    )


def write(result: Result, directory: str | Path) -> tuple[Path, ...]:
    """Write a result with every exporter; all files appear at once, or none does.

    Parameters
    ----------
    result : Result
    directory : path
        Made if need be. Earlier files of the same names are replaced only at the end.

    Returns
    -------
    tuple of Path

    Raises
    ------
    ExportError
        When the directory cannot be written or an exporter fails.
    """
    folder = Path(directory)
    check_output(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".opensim-pelvis-", dir=folder) as name:
            made = [
                path
                for exporter in list_plugins(EXPORTERS)
                for path in _export(exporter, result, Path(name))
            ]
            targets = [folder / path.name for path in made]
            for target in targets:
                if target.is_dir():
                    raise ExportError(f"{target}: a folder stands where a file is to be written")
            for path, target in zip(made, targets, strict=True):
                path.replace(target)
    except OSError as fault:
        raise ExportError(
            f"{folder}: writing failed ({fault.strerror}). Earlier results were kept."
        ) from fault
    return tuple(sorted(targets))


def _export(exporter: str, result: Result, directory: Path) -> tuple[Path, ...]:
    try:
        return load_exporter(exporter).write(result, directory)
    except (OpenSimPelvisError, OSError):
        raise
    except Exception as fault:  # a third party's code may fail in any way
        raise ExportError(
            f"exporter '{exporter}' failed on trial {result.name}: "
            f"{type(fault).__name__}: {fault}. Nothing was written; earlier results were kept."
        ) from fault
