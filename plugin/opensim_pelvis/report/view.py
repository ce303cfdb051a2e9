"""From a result to what a report shows: plain numbers and texts, ready for JSON.

Together with its parts (``view_*.py``) the only place of the report that knows the `Result`.
Angles are degrees; a number that is not known is None. ``NAME_report.json`` holds a view, so
that a report can be made again without the recording.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from opensim_pelvis.documents import plain_of, read_record
from opensim_pelvis.errors import ExportError
from opensim_pelvis.guidance.engine import DISCLAIMER
from opensim_pelvis.guidance.tables import read_norms
from opensim_pelvis.names import check_name
from opensim_pelvis.notices import SIMULATED, Notice, say
from opensim_pelvis.report.view_curves import curves_of, series_of
from opensim_pelvis.report.view_measures import measures_of
from opensim_pelvis.report.view_older import from_version_2
from opensim_pelvis.report.view_quality import ledger_of, quality_of
from opensim_pelvis.report.view_record import FORMAT, FORMAT_VERSION, ReportView
from opensim_pelvis.report.view_skeleton import skeleton_of
from opensim_pelvis.settings import to_plain
from opensim_pelvis.types import RecordingDate, Result

View = dict[str, Any]
"""What a report shows: nested dictionaries and lists of numbers and texts."""


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
        "findings": [asdict(finding) for finding in running.findings] if running else [],
        "disclaimer": DISCLAIMER,
        "norms": {key: asdict(norm) for key, norm in read_norms().items()},
        "angles": [asdict(definition) for definition in result.clinical.definitions],
        "absent": {name: say(why) for name, why in _absent(result).items()},
        "notes": [say(note) for note in result.notes],
        "methods": _methods(result),
        "settings": to_plain(result.settings),
        "defaults": list(result.defaults),
        "versions": dict(result.versions),
    }
    plain: View = _plain(view)
    return plain


def write_view(view: View, path: Path) -> Path:
    """Write a view as JSON, always the same for the same view."""
    text = json.dumps(view, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8")
    return path


def read_view(path: Path) -> View:
    """Read a view that `write_view` wrote.

    Raises
    ------
    ExportError
        When it is something else.
    """
    record = read_record(
        path,
        ReportView,
        ExportError,
        wanted="a NAME_report.json written by `opensim-pelvis run`",
        remedy="Run the trial again.",
        older={2: from_version_2},
    )
    name = check_name(record.name, f"{path}: name of the recording")
    return {**plain_of(record), "name": name}


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


def _date(date: RecordingDate | None) -> dict[str, str] | None:
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
        "excluded": dict(running.strides.excluded),
        "kind": running.events.kind,
        "start": running.events.start_label,
    }


def _methods(result: Result) -> dict[str, str]:
    """Return how the numbers came about, a line a stage."""
    pose, heading = result.placement.pose, result.placement.heading
    origins = sorted({f"{o.origin} ({o.reason})" for o in result.recording.origins})
    methods = {
        "orientations": "; ".join(origins) or "of the manufacturer",
        "pose": f"{pose.window_s[0]:.2f} to {pose.window_s[1]:.2f} s, {pose.window_source}",
        "heading": heading.words,
        "travel": result.clinical.travel_source,
        "model": result.model.source,
        "engine": f"{result.kinematics.engine}, {result.kinematics.accuracy}",
    }
    if result.running is not None and result.running.events.methods:
        methods["events"] = "; ".join(dict.fromkeys(result.running.events.methods.values()))
    return methods


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it; NaN and infinity as None."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Path):
        return value.as_posix()
    return value
