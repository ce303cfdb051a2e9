"""Reports made again from what a run has written: one trial, or several side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from jinja2 import TemplateError

from opensim_pelvis.errors import ExportError, raise_faults
from opensim_pelvis.report.agreement import attach_agreements
from opensim_pelvis.report.lab import Lab
from opensim_pelvis.report.page import render_page
from opensim_pelvis.report.parts import save_parts
from opensim_pelvis.report.pdf import write_pdf
from opensim_pelvis.report.several import render_several
from opensim_pelvis.report.several_pdf import write_several_pdf
from opensim_pelvis.report.view import View, read_view

END: Final = "_report.json"
SEVERAL: Final = "comparison"
"""What the files of several recordings are called."""


def find_views(paths: Sequence[Path]) -> list[Path]:
    """Return the files of report numbers that were named, or that lie in the folders named.

    Raises
    ------
    ExportError
        Naming every path with none.
    """
    found: list[Path] = []
    faults = []
    for path in paths:
        if path.is_dir():
            inside = sorted(path.rglob(f"*{END}"))
            found += inside
            if not inside:
                faults.append(f"{path}: wanted a folder with NAME{END} files, found none in it")
        elif path.is_file():
            beside = path.with_name(path.name.replace("_summary.json", END))
            found.append(beside if path.name.endswith("_summary.json") else path)
        else:
            faults.append(f"{path}: there is no such file or folder")
    raise_faults(ExportError, "report", faults)
    return list(dict.fromkeys(found))


def write_reports(
    paths: Sequence[Path],
    directory: Path,
    lab: Lab,
    *,
    parts: bool = False,
    agreements: Sequence[Path] = (),
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
            f"report: more than one recording is called {', '.join(twice)}, and their reports "
            "would be one file. Run them with different names (--name)."
        )
    try:
        directory.mkdir(parents=True, exist_ok=True)
        written = [path for view in views for path in _write_one(view, directory, lab)]
        if parts:
            written += [p for view in views for p in save_parts(view, directory, lab.texts)]
        if len(views) > 1:
            page = directory / f"{SEVERAL}_report.html"
            page.write_text(render_several(views, lab), encoding="utf-8")
            written += [page, write_several_pdf(views, directory / f"{SEVERAL}_report.pdf", lab)]
    except OSError as fault:
        raise ExportError(f"{directory}: writing failed ({fault.strerror})") from fault
    return tuple(written)


def write_report_of(result: Path, agreement: Path, lab: Lab) -> tuple[Path, ...]:
    """Write the report of a result into a comparison's folder, with a section on it.

    Returns
    -------
    tuple of Path
        Nothing where the result is a table, or a folder without the numbers of a report.
    """
    if not result.is_dir() or not any(result.glob(f"*{END}")):
        return ()
    return write_reports(sorted(result.glob(f"*{END}")), agreement, lab, agreements=[agreement])


def _write_one(view: View, directory: Path, lab: Lab) -> tuple[Path, Path]:
    page = directory / f"{view['name']}_report.html"
    try:
        page.write_text(render_page(view, lab), encoding="utf-8")
        return page, write_pdf(view, directory / f"{view['name']}_report.pdf", lab)
    except (LookupError, TypeError, TemplateError) as fault:
        raise ExportError(
            f"{view['name']}{END}: something is missing in it or is of another kind ({fault}). It "
            "was changed, or written by another version of this program: run the trial again."
        ) from fault
