"""What `compare` wrote, as a section of a report: read from its folder, laid to its trial.

The report knows the files, not the code that made them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from opensim_pelvis.errors import ExportError, raise_faults
from opensim_pelvis.io.documents import is_file, to_plain
from opensim_pelvis.io.results.agreement_file import NUMBERS_FILE, read_agreement
from opensim_pelvis.report.view import View

SECTION: Final = "agreement"


def read_section(folder: Path) -> dict[str, Any]:
    """Return the numbers of a comparison, and under ``curves`` those of its figures.

    Raises
    ------
    ExportError
        When the folder has no comparison, or one of another version.
    """
    numbers, curves = read_agreement(folder, ExportError)
    found = to_plain(numbers)
    return {
        **found,
        "absent": found["absent"] | found["absent_notices"],
        "notes": found["notices"] or found["notes"],
        "curves": to_plain(curves),
    }


def attach_agreements(views: Sequence[View], folders: Iterable[Path]) -> list[View]:
    """Return the views, each with the comparison of the recording of its name.

    Raises
    ------
    ExportError
        When a comparison is of none of them, or two are of one.
    """
    found: dict[str, dict[str, Any]] = {}
    faults = []
    names = [view["name"] for view in views]
    for folder in folders:
        if not is_file(folder / NUMBERS_FILE):
            faults.append(
                f"--agreement {folder}: wanted a folder written by `opensim-pelvis compare`, "
                f"found no {NUMBERS_FILE} in it"
            )
            continue
        agreement = read_section(folder)
        name = agreement["estimate"]["name"]
        if name not in names:
            faults.append(
                f"{folder}: is a comparison of the recording {name}, but the report is of "
                f"{', '.join(names)}"
            )
        elif name in found:
            faults.append(
                f"{folder}: is a second comparison of {name}, but a report shows only one. "
                "Omit one --agreement."
            )
        found[name] = agreement
    raise_faults(ExportError, "report", faults)
    return [
        {**view, SECTION: found[view["name"]]} if view["name"] in found else view for view in views
    ]
