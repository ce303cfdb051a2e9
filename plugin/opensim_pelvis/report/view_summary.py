"""What a report shows of ``NAME_summary.json``, read from there when the report is made again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from opensim_pelvis.errors import ExportError
from opensim_pelvis.io.delivery import REPORT, SUMMARY
from opensim_pelvis.io.documents import FaultError, read_record, record_of, to_plain
from opensim_pelvis.io.results.agreement_file import Told
from opensim_pelvis.io.results.summary_file import Placed, Running
from opensim_pelvis.notices import SIMULATED
from opensim_pelvis.report.view_record import OfSummary, QualityRow, ReportNumbers
from opensim_pelvis.sessions.session import SIDES
from opensim_pelvis.types import InputFile
from opensim_pelvis.types.segments import as_body

_LINKED: Final = (
    "name", "recording", "quality", "angles", "notes", "settings", "defaults", "versions",
)  # fmt: skip
"""What tells that a summary is of the same run."""

_EXACT: Final = 2**53  # whole numbers up to here are floats without loss

_REMEDY: Final = "Put back the one that the run wrote, or run the trial again."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Date:
    start: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recorded:
    name: str
    reader: str
    date: _Date | None
    rate_hz: float
    duration_s: float
    sensors: Mapping[str, str]
    files: tuple[InputFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Defined:
    group: str
    description: str
    positive: str
    order: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Angles:
    definitions: Mapping[str, _Defined]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Summary:
    """What is read of the summary; notices are its notes as data."""

    format: Literal["opensim-pelvis summary"]
    format_version: Literal[1]
    name: str
    recording: _Recorded
    quality: QualityRow
    angles: _Angles
    notices: tuple[Told, ...]
    settings: Mapping[str, Mapping[str, Any]]
    defaults: tuple[str, ...]
    versions: Mapping[str, str]
    placement: Placed
    running: Running | None


def fingerprint(view: Mapping[str, Any]) -> str:
    """Return a SHA-256 of the parts of a view that its run's summary says, in any language."""
    parts = {key: view[key] for key in _LINKED}
    date = view["recording"]["date"]
    parts["recording"] = {**view["recording"], "date": None if date is None else date["start"]}
    # sentences are in the language of the run
    parts["notes"] = [[note["code"], note["severity"], note["subject"]] for note in view["notes"]]
    text = json.dumps(_as_floats(parts), sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _as_floats(value: Any) -> Any:
    """Return whole numbers as floats, as which a reader may take them."""
    if isinstance(value, Mapping):
        return {key: _as_floats(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_as_floats(item) for item in value]
    whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _EXACT
    return float(value) if whole else value


def read_told(path: Path, numbers: ReportNumbers) -> OfSummary:
    """Return what the summary beside ``NAME_report.json`` says.

    Parameters
    ----------
    path : Path
        Of the report's numbers.
    numbers : ReportNumbers
        What they are.

    Raises
    ------
    ExportError
        When there is no summary, or it is not the one of the same run.
    """
    stem = path.name.removesuffix(REPORT) if path.name.endswith(REPORT) else numbers.name
    beside = path.with_name(f"{stem}{SUMMARY}")
    if not beside.is_file():
        raise ExportError(
            f"{path}: wanted the summary of the same run beside it, found no {beside.name}. Copy "
            "it there, or give the folder of results."
        )
    found = read_record(
        beside,
        _Summary,
        ExportError,
        wanted=f"the summary of the same run as {path.name}",
        remedy="Run the trial again.",
    )
    if found.name != numbers.name:
        raise ExportError(
            f"{path}: name: wanted '{found.name[:40]}' as in {beside.name}, found "
            f"'{numbers.name[:40]}'. {_REMEDY}"
        )
    if found.recording.date is not None and numbers.date_source is None:
        raise ExportError(
            f"{path}: date_source: wanted where the date in {beside.name} is from, found nothing. "
            f"{_REMEDY}"
        )
    try:
        told = record_of(OfSummary, _told_by(found, numbers))
    except FaultError as fault:
        raise ExportError(f"{beside}: {fault}. The file was edited. {_REMEDY}") from fault
    if fingerprint({"name": numbers.name, **to_plain(told)}) != numbers.summary:
        raise ExportError(
            f"{beside}: wanted the summary of the run that wrote {path.name}, found one that was "
            f"edited or is of another run. {_REMEDY}"
        )
    return told


def _told_by(found: _Summary, numbers: ReportNumbers) -> dict[str, Any]:
    """Return the parts of a summary as a report shows them."""
    recording = to_plain(found.recording)
    if found.recording.date is not None:
        source = to_plain(numbers.date_source)
        recording["date"] = {"start": found.recording.date.start, "source": source}
    worn = found.recording.sensors.items()
    recording["sensors"] = [{"body": as_body(label), "identifier": each} for label, each in worn]
    recording["simulated"] = any(told.code == SIMULATED for told in found.notices)
    return {
        "subject": found.settings.get("subject"),
        "activity": found.settings.get("activity"),
        "recording": recording,
        "quality": to_plain(found.quality),
        "angles": [{"name": n, **to_plain(d)} for n, d in found.angles.definitions.items()],
        "notes": to_plain(found.notices),
        "settings": to_plain(found.settings),
        "defaults": list(found.defaults),
        "versions": dict(found.versions),
        "budgets": _budgets(found.running),
        "placed": {as_body(n): list(q) for n, q in found.placement.R_BS.items()},
    }


def _budgets(running: Running | None) -> dict[str, dict[str, Any]]:
    """Return the terms of every estimate by measure and side."""
    out: dict[str, dict[str, Any]] = {}
    for name, sides in ({} if running is None else running.measures).items():
        for side in SIDES:
            numbers = getattr(sides, side)
            if numbers is not None and numbers.estimate is not None:
                row = to_plain(numbers.estimate)
                out.setdefault(name, {})[side] = {k: row[k] for k in ("terms", "term_freedom")}
    return out
