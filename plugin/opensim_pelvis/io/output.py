"""The results of a trial reach the disk as one folder, whole or not at all."""

from __future__ import annotations

import errno
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from opensim_pelvis.config.names import check_name
from opensim_pelvis.config.settings import TrialSettings
from opensim_pelvis.errors import ExportError, OpenSimPelvisError
from opensim_pelvis.io.delivery import Set, Staged, check_set, deliver
from opensim_pelvis.io.delivery.swap import remove
from opensim_pelvis.io.registry import EXPORTERS, list_plugins, load_exporter
from opensim_pelvis.notices.plain_words import value_words, words_of
from opensim_pelvis.types import Progress, Result

STAGE: Final = "writing"
"""What progress calls it."""
_DISK: Final = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO))
"""Faults of the disk itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written for a result.

    Parameters
    ----------
    folder : Path
        ``DIR/NAME``.
    files : tuple of Path
        Sorted by name.
    missing : mapping of str to str
        Exporter that failed to the reason; empty where all is there.
    """

    folder: Path
    files: tuple[Path, ...]
    missing: Mapping[str, str]


def check_output(
    directory: Path,
    name: str,
    settings: TrialSettings | None = None,
    *,
    inputs: tuple[str, ...] = (),
    sources: Sequence[Path] = (),
    overwrite: bool = False,
) -> None:
    """See, before long work, that results of a trial may be written; nothing is made.

    Raises
    ------
    ExportError
        When the directory cannot be written, or the trial's folder there is something else's.
    SettingsError
        When the name cannot be one.
    """
    wanted = _set_of(directory, name, settings, inputs=inputs, sources=sources, overwrite=overwrite)
    check_set(wanted)


def write(
    result: Result,
    directory: str | Path,
    *,
    sources: Sequence[Path] = (),
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Written:
    """Write a result with every exporter into ``directory/NAME``, which appears at once.

    Parameters
    ----------
    result : Result
    directory : path
        Made if need be. Earlier results of the same recording and person under this name are
        replaced by one rename; files of the user's beside them stay.
    sources : sequence of Path
        Files that the settings were read from; never replaced, like those that they name.
    overwrite : bool
        Whether results of another recording or person, or files of ours that were changed since,
        may be replaced. A folder that this program did not write never is.
    progress : callable, optional

    Returns
    -------
    Written

    Raises
    ------
    ExportError
        When the folder may not be written, or an exporter fails that the others need (model,
        tables, summary). Nothing has changed then.

    Notes
    -----
    An exporter that fails otherwise leaves its own files out; `Written.missing` says why.

    Examples
    --------
    >>> import tempfile
    >>> from opensim_pelvis import run, write
    >>> from opensim_pelvis.simulate import SENSOR_MAP, Session, simulate_runner, simulate_sensors
    >>> runner = simulate_runner(session=Session(duration_s=8.0))
    >>> result = run(simulate_sensors(runner), sensors=SENSOR_MAP)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = write(result, folder)
    >>> written.folder.name, dict(written.missing)
    ('simulated', {})
    >>> [path.name for path in written.files if path.suffix in (".osim", ".c3d")]
    ['simulated.c3d', 'simulated_model.osim']
    """
    text = str(directory) if isinstance(directory, str | Path) else ""
    if not isinstance(result, Result) or not text or "\0" in text:
        raise ExportError(
            f"write: wanted a Result and the path of a folder, found {type(result).__name__} and "
            f"{value_words(directory)[:60]}"
        )
    inputs = tuple(file.sha256 for file in result.recording.files)
    wanted = _set_of(
        Path(directory),
        result.name,
        result.settings,
        inputs=inputs,
        sources=sources,
        overwrite=overwrite,
    )
    tell = progress or _tell_nobody
    with deliver(wanted) as staged:
        names = list(list_plugins(EXPORTERS))
        tell(STAGE, 0, len(names))
        for done, name in enumerate(names, start=1):
            _export(name, result, staged)
            tell(STAGE, done, len(names))
    files = tuple(sorted(p for p in wanted.folder.iterdir() if not p.name.startswith(".")))
    return Written(folder=wanted.folder, files=files, missing=dict(staged.missing))


def _tell_nobody(_: str, __: int, ___: int) -> None:
    """Take the place of progress that is not asked for."""


def _set_of(
    directory: Path,
    name: str,
    settings: TrialSettings | None,
    *,
    inputs: tuple[str, ...] = (),
    sources: Sequence[Path] = (),
    overwrite: bool,
) -> Set:
    name = check_name(name, "name of the trial")
    return Set(
        folder=directory / name,
        kind="run",
        name=name,
        stem=name,
        subject=settings.subject.id if settings else None,
        inputs=inputs,
        own_folder=True,
        sources=(*sources, *(_sources(settings) if settings else ())),
        overwrite=overwrite,
    )


def _sources(settings: TrialSettings) -> tuple[Path, ...]:
    """Return the files and folders that a trial is made from."""
    named = (
        settings.recording.path,
        settings.recording.mapping,
        settings.calibration.placement,
        settings.activity.speed_file,
        settings.activity.events_file,
        settings.solver.model,
        settings.guidance.reference,
        settings.report.lab,
    )
    return tuple(path for path in named if path is not None and path.exists())


def _export(name: str, result: Result, staged: Staged) -> None:
    """Let one exporter write; what an optional one left half done is taken away again."""
    before = set(staged.folder.iterdir())
    exporter = None
    try:
        exporter = load_exporter(name)
        exporter.write(result, staged.folder)
        return
    except OSError as fault:
        if fault.errno in _DISK:
            raise  # no other exporter would fare better
        why = f"a file could not be read or written ({words_of(fault)})"
    except OpenSimPelvisError as fault:
        why = str(fault)
    except Exception as fault:  # a third party's code may fail in any way
        why = f"a fault in this exporter ({type(fault).__name__})"
        if getattr(exporter, "essential", False):
            raise ExportError(_essential(name, result, why)) from fault
    if getattr(exporter, "essential", False):
        raise ExportError(_essential(name, result, why))
    for path in set(staged.folder.iterdir()) - before:
        remove(path)
    staged.missing[name] = why


def _essential(name: str, result: Result, why: str) -> str:
    return (
        f"{result.name}: the files of exporter '{name}' could not be written: {why}. Other "
        "exporters need them, so nothing was written. Earlier results are unchanged."
    )
