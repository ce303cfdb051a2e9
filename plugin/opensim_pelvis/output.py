"""Results reach the disk whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from opensim_pelvis.errors import ExportError, OpenSimPelvisError
from opensim_pelvis.registry import EXPORTERS, Exporter, list_plugins, load_exporter
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
        Made if need be. Earlier files of the same names are replaced only at the end; one that
        a trial does not always have goes when this result does not have it.

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
            made: list[Path] = []
            stale: set[Path] = set()
            for exporter_name in list_plugins(EXPORTERS):
                exporter = load_exporter(exporter_name)
                made += _export(exporter_name, exporter, result, Path(name))
                stale |= {folder / f"{result.name}{end}" for end in exporter.optional}
            targets = [folder / path.name for path in made]
            for target in targets:
                if target.is_dir():
                    raise ExportError(f"{target}: a folder stands where a file is to be written")
            for path, target in zip(made, targets, strict=True):
                path.replace(target)
            for path in stale - set(targets):
                path.unlink(missing_ok=True)
    except OSError as fault:
        raise ExportError(
            f"{folder}: writing failed ({fault.strerror}). Earlier results were kept."
        ) from fault
    return tuple(sorted(targets))


def _export(name: str, exporter: Exporter, result: Result, directory: Path) -> tuple[Path, ...]:
    try:
        return exporter.write(result, directory)
    except (OpenSimPelvisError, OSError):
        raise
    except Exception as fault:  # a third party's code may fail in any way
        raise ExportError(
            f"exporter '{name}' failed on trial {result.name}: "
            f"{type(fault).__name__}: {fault}. Nothing was written; earlier results were kept."
        ) from fault
