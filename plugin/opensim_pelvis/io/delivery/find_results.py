"""Which files in a folder are results: those of whole sets, never of hidden or staged ones."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from opensim_pelvis.io.delivery.manifest import MANIFEST, find_manifests, lost_files, read_manifest
from opensim_pelvis.io.delivery.staging import clear_stray

SUMMARY: Final = "_summary.json"
REPORT: Final = "_report.json"
_ENDINGS: Final = (SUMMARY, REPORT, MANIFEST)
_OLDER: Final = (
    SUMMARY, REPORT, "_model.osim", "_calibration.sto", "_ik.mot", "_ik_complete.mot",
    "_ik_errors.sto", "_angles.sto", "_report.html", "_report.pdf", "_strides.csv",
    "_measures.csv", "_curves.csv", "_placer.xml", "_ik.xml",
)  # fmt: skip
_HEAD_BYTES: Final = 64 * 1024


def is_hidden(name: str) -> bool:
    """Whether a file is one of those that systems and office programs put beside the user's.

    >>> is_hidden(".DS_Store"), is_hidden("~$walk.csv"), is_hidden("walk.csv")
    (True, True, False)
    """
    return name.startswith((".", "~$"))


def find_results(paths: Sequence[Path], ending: str, faults: list[str]) -> list[Path]:
    """Return the files of one kind of the results that paths mean.

    Parameters
    ----------
    paths : sequence of Path
        A folder means all results in it and below; a file means that result, whichever of its
        JSON files is named.
    ending : str
        ``_summary.json`` or ``_report.json``.
    faults : list of str
        Gets a sentence for every path that means none, and for sets of which files are lost.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            for place in (path, path.parent):
                clear_stray(place)  # what a killed command left half done is undone first
            inside = [file for file in _walk(path, ending) if _is_whole(file, ending, faults)]
            if not inside:
                faults.append(f"{path}: wanted a folder with NAME{ending} files, found none in it")
            found += inside
        elif path.is_file():
            other = next((e for e in _ENDINGS if path.name.endswith(e)), None)
            beside = path.with_name(path.name.removesuffix(other) + ending) if other else path
            found.append(beside)
        else:
            faults.append(f"{path}: there is no such file or folder")
    return list(dict.fromkeys(found))


def result_folders(path: Path) -> list[Path]:
    """Return the folders at or below a path that hold results of a run, sorted."""
    if not path.is_dir():
        return []
    return sorted({file.parent for file in _walk(path, SUMMARY) if _is_whole(file, SUMMARY, [])})


def is_results(path: Path) -> bool:
    """Whether a file or folder is a set of this program's, or belongs to one."""
    folder = path if path.is_dir() else path.parent
    manifests = find_manifests(folder)
    if path.is_dir():
        return any(m.kind == "run" for m in manifests.values())
    return path.name in manifests or any(
        path.name in m.files for m in manifests.values() if m.kind != "demo"
    )


def recording_entries(folder: Path) -> list[Path]:
    """Return what may be a recording in a folder, sorted: neither hidden nor a result of ours.

    Results of earlier versions lie without a manifest beside their ``NAME_summary.json``.

    Raises
    ------
    OSError
        When the folder may not be read.
    """
    shown = sorted(path for path in folder.iterdir() if not is_hidden(path.name))
    manifests = find_manifests(folder)
    own = {*manifests, *(f for m in manifests.values() if m.kind != "demo" for f in m.files)}
    own |= {n for path in shown if path.name.endswith(SUMMARY) for n in _older_files(path)}
    return [
        path for path in shown if path.name not in own and not (path.is_dir() and is_results(path))
    ]


def _older_files(summary: Path) -> list[str]:
    """Return the files of a result without a manifest; none where the summary is not ours."""
    if b'"opensim-pelvis summary"' not in _head(summary):
        return []
    name = summary.name.removesuffix(SUMMARY)
    found = [f"{name}{end}" for end in _OLDER]
    # a recording may be called as these two are, so their content decides
    c3d, table = (summary.with_name(f"{name}{end}") for end in (".c3d", "_orientations.sto"))
    found += [c3d.name] if b"opensim-pelvis" in _head(c3d) else []
    found += [table.name] if _head(table).startswith(f"{name}: sensor".encode()) else []
    return found


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(_HEAD_BYTES)
    except OSError:
        return b""


def _walk(folder: Path, ending: str) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not is_hidden(name))
        for name in sorted(files):
            if name.endswith(ending) and not is_hidden(name):
                yield Path(place) / name


def _is_whole(file: Path, ending: str, faults: list[str]) -> bool:
    """Whether the set of a file is whole; one without a manifest is of an earlier version."""
    manifest = read_manifest(file.with_name(file.name.removesuffix(ending) + MANIFEST))
    if manifest is None:
        return True
    lost = lost_files(manifest, file.parent)
    if lost:
        faults.append(
            f"{file.parent}: the results are incomplete: {lost[0]} is missing. Run the trial again."
        )
    return not lost
