"""What `compare` wrote, as a section of a report: read from its folder, laid to its trial.

The report knows the files, not the code that made them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from opensim_pelvis.documents import read_json
from opensim_pelvis.errors import ExportError, raise_faults
from opensim_pelvis.report.view import View

SECTION: Final = "agreement"
FORMAT_VERSION: Final = 1
FILES: Final = {
    "agreement.json": "opensim-pelvis agreement",
    "agreement_curves.json": "opensim-pelvis agreement curves",
}


def read_agreement(folder: Path) -> dict[str, Any]:
    """Return the numbers of a comparison, and under ``curves`` those of its figures.

    Raises
    ------
    ExportError
        When the folder has no comparison, or one of another version.
    """
    numbers, curves = (_read(folder / name, form) for name, form in FILES.items())
    found: dict[str, Any] = {**numbers, "curves": curves}
    return found


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
        agreement = read_agreement(folder)
        estimate = agreement.get("estimate")
        name = estimate.get("name") if isinstance(estimate, dict) else None
        if not isinstance(name, str):
            faults.append(f"{folder}: the name of the recording is missing in it. Compare again.")
            continue
        if name not in names:
            faults.append(
                f"{folder}: compares the recording {name}; a report is made of {', '.join(names)}"
            )
        elif name in found:
            faults.append(f"{folder}: is a second comparison of {name}; a report shows one")
        found[name] = agreement
    raise_faults(ExportError, "report", faults)
    return [
        {**view, SECTION: found[view["name"]]} if view["name"] in found else view for view in views
    ]


def _read(path: Path, form: str) -> dict[str, Any]:
    wanted = "what `opensim-pelvis compare` wrote to its --out"
    content = read_json(path, ExportError, wanted)
    if not isinstance(content, dict) or content.get("format") != form:
        raise ExportError(f"{path}: wanted {wanted}, found other JSON")
    if content.get("format_version") != FORMAT_VERSION:
        raise ExportError(
            f"{path}: was written as version {content.get('format_version')}, this program reads "
            f"version {FORMAT_VERSION}. Compare again."
        )
    return content
