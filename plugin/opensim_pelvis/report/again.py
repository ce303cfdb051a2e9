"""Reports made again from what a run has written: one trial, or several side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from opensim_pelvis.errors import ExportError, raise_faults
from opensim_pelvis.io.delivery import REPORT, Set, deliver, find_results
from opensim_pelvis.report.agreement_folder import attach_agreements
from opensim_pelvis.report.changes_file import write_changes
from opensim_pelvis.report.lab import Lab
from opensim_pelvis.report.page import render_page
from opensim_pelvis.report.parts import save_parts
from opensim_pelvis.report.pdf import write_pdf
from opensim_pelvis.report.sessions_of import Known, compare_views
from opensim_pelvis.report.several import render_several
from opensim_pelvis.report.several_pdf import write_several_pdf
from opensim_pelvis.report.view import View, read_view

SEVERAL: Final = "comparison"
"""What the files of several recordings are called."""


def find_views(paths: Sequence[Path]) -> list[Path]:
    """Return the files of report numbers that were named, or that lie in the folders named.

    Raises
    ------
    ExportError
        Naming every path with none.
    """
    faults: list[str] = []
    found = find_results(paths, REPORT, faults)
    raise_faults(ExportError, "report", faults)
    return found


def write_reports(
    paths: Sequence[Path],
    directory: Path,
    lab: Lab,
    *,
    parts: bool = False,
    agreements: Sequence[Path] = (),
    known: Known | None = None,
    overwrite: bool = False,
) -> tuple[Path, ...]:
    """Write page and PDF of every trial, and those of all together where there are several.

    Parameters
    ----------
    paths : sequence of Path
        ``NAME_report.json`` files of runs, or folders that hold some.
    directory : Path
        Made if need be.
    lab : Lab
    parts : bool
        Whether single figures and tables are written as files, too.
    agreements : sequence of Path
        Folders that `compare` wrote, each for the recording of its name.
    known : Known, optional
        Repeatability and slopes over speed, for changes between sessions.
    overwrite : bool
        Whether reports that were changed since they were written may be replaced.

    Returns
    -------
    tuple of Path

    Raises
    ------
    ExportError
        When a file is no such file, two trials have one name, or nothing can be written.
    """
    views = [read_view(path) for path in find_views(paths)]
    views = attach_agreements(views, agreements)
    names = [view["name"] for view in views]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ExportError(
            f"report: several recordings are named {', '.join(twice)}, so their reports would be "
            "one file. Run them with different names (--name)."
        )
    wanted = Set(
        folder=directory,
        kind="reports",
        name="reports",
        stem="reports",
        inputs=tuple(sorted({digest for view in views for digest in _hashes(view)})),
        sources=[*paths, *agreements],
        overwrite=overwrite,
    )
    with deliver(wanted) as staged:
        written = stage_reports(views, staged.folder, lab, parts=parts, known=known)
    return tuple(directory / path.name for path in written)


def stage_reports(
    views: Sequence[View],
    folder: Path,
    lab: Lab,
    *,
    parts: bool = False,
    known: Known | None = None,
) -> list[Path]:
    """Write page and PDF of views, and those of all together, into an existing folder."""
    written = [path for view in views for path in _write_one(view, folder, lab)]
    if parts:
        written += [p for view in views for p in save_parts(view, folder, lab.language)]
    if len(views) > 1:
        page = folder / f"{SEVERAL}_report.html"
        page.write_text(render_several(views, lab, known), encoding="utf-8")
        written += [page, write_several_pdf(views, folder / f"{SEVERAL}_report.pdf", lab, known)]
        compared = compare_views(views, known)
        if compared:
            file = folder / f"{SEVERAL}_changes.json"
            written.append(write_changes(compared.values(), known, file))
    return written


def views_of(result: Path, agreement: Path) -> list[View]:
    """Return what the report of a result shows, with a section on the comparison in a folder.

    Returns
    -------
    list of view
        Nothing where the result is a table, or a folder without the numbers of a report.
    """
    if not result.is_dir():
        return []
    found = find_results([result], REPORT, [])
    return attach_agreements([read_view(path) for path in found], [agreement])


def _hashes(view: View) -> list[str]:
    """Return the SHA-256 of the recording's files, which tell whose a report is."""
    return [file["sha256"] for file in view["recording"]["files"]]


def _write_one(view: View, directory: Path, lab: Lab) -> tuple[Path, Path]:
    page = directory / f"{view['name']}_report.html"
    page.write_text(render_page(view, lab), encoding="utf-8")
    return page, write_pdf(view, directory / f"{view['name']}_report.pdf", lab)
