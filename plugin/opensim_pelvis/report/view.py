"""From a result to what a report shows: plain numbers and texts, ready for JSON.

Together with its parts (``view_*.py``) the only place of the report that knows the `Result`.
Angles are degrees; a number that is not known is None. ``NAME_report.json`` and the summary
beside it hold a view, each its own part, so that a report can be made again without the recording.
"""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Final

from opensim_pelvis.config.names import check_name
from opensim_pelvis.errors import ExportError
from opensim_pelvis.guidance.finding_words import DISCLAIMER, plain_finding
from opensim_pelvis.guidance.rulebook import read_norms
from opensim_pelvis.io.documents import read_record, to_plain
from opensim_pelvis.notices import SIMULATED, Notice, as_plain
from opensim_pelvis.report.view_curves import curves_of, series_of
from opensim_pelvis.report.view_measures import budgets_of, measures_of
from opensim_pelvis.report.view_methods import tell_methods
from opensim_pelvis.report.view_older import from_version_2, from_version_3, from_version_4
from opensim_pelvis.report.view_quality import ledger_of, quality_of
from opensim_pelvis.report.view_record import (
    FORMAT,
    FORMAT_VERSION,
    AngleRow,
    OfSummary,
    ReportNumbers,
)
from opensim_pelvis.report.view_skeleton import skeleton_of
from opensim_pelvis.report.view_summary import fingerprint, read_told
from opensim_pelvis.types import RecordingDate, Result
from opensim_pelvis.types.running import excluded_words

View = dict[str, Any]
"""What a report shows: nested dictionaries and lists of numbers and texts."""


_TOLD: Final = {item.name for item in fields(OfSummary)}
_LINKS: Final = {"summary", "date_source", "told"}
"""Keys of ``NAME_report.json`` that lead to the summary."""


def view_of(result: Result) -> View:
    """Return what a report shows of one trial."""
    running = result.running
    view = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "name": result.name,
        "subject": to_plain(result.settings.subject),
        "activity": to_plain(result.settings.activity),
        "recording": _recording(result),
        "quality": quality_of(result),
        "ledger": ledger_of(result),
        "strides": _strides(result),
        "measures": measures_of(result),
        "curves": curves_of(result),
        "series": series_of(result),
        "skeleton": skeleton_of(result),
        "findings": [plain_finding(finding) for finding in running.findings] if running else [],
        "disclaimer": DISCLAIMER,
        "norms": {key: asdict(norm) for key, norm in read_norms().items()},
        "angles": [
            {item.name: getattr(d, item.name) for item in fields(AngleRow)}
            for d in result.clinical.definitions
        ],
        "absent": _absent(result),
        "notes": list(result.notes),
        "methods": tell_methods(result),
        "settings": to_plain(result.settings),
        "defaults": list(result.defaults),
        "versions": dict(result.versions),
        "budgets": budgets_of(result),
        "placed": dict(zip(result.placement.bodies, result.placement.R_BS, strict=True)),
    }
    plain: View = to_plain(view, told=as_plain)
    return plain


def write_view(view: View, path: Path) -> Path:
    """Write what a view has beyond the run's summary as JSON, always the same for the same view."""
    own = {key: value for key, value in view.items() if key not in _TOLD}
    date = view["recording"]["date"]
    own["summary"] = fingerprint(view)
    own["date_source"] = None if date is None else date["source"]
    text = json.dumps(own, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8")
    return path


def read_view(path: Path) -> View:
    """Read a view that `write_view` wrote, with what the summary beside it says.

    Raises
    ------
    ExportError
        When it is something else, or its summary is not there or of another run.
    """
    numbers = read_record(
        path,
        ReportNumbers,
        ExportError,
        wanted="a NAME_report.json written by `opensim-pelvis run`",
        remedy="Run the trial again.",
        older={2: from_version_2, 3: from_version_3, 4: from_version_4},
    )
    name = check_name(numbers.name, f"{path}: name of the recording")
    told = read_told(path, numbers) if numbers.told is None else numbers.told
    own: View = {k: v for k, v in to_plain(numbers).items() if k not in _LINKS}
    return {**own, **to_plain(told), "name": name}


def _recording(result: Result) -> dict[str, Any]:
    recording, aligned = result.recording, result.aligned
    return {
        "name": recording.name,
        "reader": recording.reader,
        "date": _date(recording.date),
        "rate_hz": aligned.rate_hz,
        "duration_s": float(aligned.time_s[-1]) if aligned.time_s.size else 0.0,
        "sensors": [
            {"body": body, "identifier": identifier}
            for body, identifier in zip(aligned.bodies, aligned.identifiers, strict=True)
        ],
        "files": [asdict(file) for file in recording.files],
        "simulated": _is_simulated(result),
    }


def _date(date: RecordingDate | None) -> dict[str, Any] | None:
    return None if date is None else {"start": date.iso, "source": date.source}


def _absent(result: Result) -> dict[str, Notice]:
    """Return why angles and measures are absent, by name."""
    measures = result.running.absent if result.running else {}
    return {**result.clinical.absent, **measures}


def _is_simulated(result: Result) -> bool:
    """Return whether no person was measured."""
    return any(note.code == SIMULATED for note in result.recording.notes)


def _strides(result: Result) -> dict[str, Any]:
    running = result.running
    if running is None:
        return {"total": 0, "kept": 0, "excluded": {}, "kind": "none", "start": ""}
    return {
        "total": int(running.strides.side.size),
        "kept": int(running.strides.kept.sum()),
        "excluded": excluded_words(running.strides),
        "kind": running.events.kind,
        "start": running.events.start_label,
    }
