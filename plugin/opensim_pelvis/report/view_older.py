"""Brings ``NAME_report.json`` of an earlier version to the form of today, before it is checked.

What is not as that version wrote it stays as it is: the check of the record tells it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from opensim_pelvis.gait.measures.definitions import definitions
from opensim_pelvis.notices import as_plain, notice
from opensim_pelvis.notices.make import FOREIGN
from opensim_pelvis.report.view_record import OfSummary

_VERDICTS: Final = {"good": "good", "careful": "doubtful", "poor": "rejected"}
_UNITS: Final = {
    "absent": "share",
    "excluded": "share",
    "ranges": "share",
    "clock": "s",
    "strides": "strides",
}
_STATES: Final = ("heading", "calibration")


_TOLD: Final = tuple(item.name for item in fields(OfSummary))


def from_version_4(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return a tree of version 4 as one of today: what the summary says as a part of its own."""
    own = {key: value for key, value in tree.items() if key not in _TOLD}
    told = {key: tree[key] for key in _TOLD if key in tree}
    return {"summary": "", "date_source": None, **own, "told": told}


def from_version_3(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return a tree of version 3 as one of today: each sentence as a notice that says it."""
    changed = dict(tree)
    if isinstance(tree.get("notes"), list):
        changed["notes"] = [_told(text) for text in tree["notes"]]
    for key in ("absent", "methods"):
        if isinstance(tree.get(key), dict):
            changed[key] = {name: _told(text) for name, text in tree[key].items()}
    if isinstance(tree.get("ledger"), list):
        changed["ledger"] = [_ledger(row) for row in tree["ledger"]]
    recording = tree.get("recording")
    if isinstance(recording, dict) and isinstance(recording.get("date"), dict):
        date = recording["date"]
        changed["recording"] = {**recording, "date": {**date, "source": _told(date.get("source"))}}
    return from_version_4(changed)


def from_version_2(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return a tree of version 2 as one of today: quality in its words, labels of measures."""
    quality, measures = tree.get("quality"), tree.get("measures")
    changed = dict(tree)
    if isinstance(quality, dict) and isinstance(quality.get("checks"), list):
        changed["quality"] = {
            "verdict": _verdict(quality.get("level")),
            "checks": [_check(row) for row in quality["checks"]],
        }
    if isinstance(measures, list):
        changed["measures"] = [_measure(row) for row in measures]
    return from_version_3(changed)


def _told(text: Any) -> Any:
    return as_plain(notice(FOREIGN, text=text)) if isinstance(text, str) else text


def _ledger(row: Any) -> Any:
    if not isinstance(row, dict) or not isinstance(row.get("heading_source"), str):
        return row
    source = row["heading_source"]
    return {**row, "heading_source": _told(source) if source else None}


def _verdict(level: Any) -> Any:
    return _VERDICTS.get(level, level) if isinstance(level, str) else level


def _check(row: Any) -> Any:
    if not isinstance(row, dict) or not isinstance(row.get("key"), str):
        return row
    name, worst, value = row["key"], row.get("worst"), row.get("value")
    counted = name == "strides" and isinstance(worst, str) and worst.isdecimal()
    named = isinstance(worst, str) and worst != "" and name not in (*_STATES, "strides")
    return {
        "name": name,
        "verdict": _verdict(row.get("level")),
        "value": value,
        "unit": "" if value is None else _UNITS.get(name, "deg"),
        "limits": row.get("limits"),
        "subject": [worst] if named else [],
        "state": worst if name in _STATES else "",
        "total": int(worst) if counted and isinstance(worst, str) else None,
    }


def _measure(row: Any) -> Any:
    if not isinstance(row, dict):
        return row
    known = {d.name: d for d in definitions()}
    name = row.get("name")
    found = known.get(name) if isinstance(name, str) else None
    if found is None:
        return {"label": name, "needs_pose": False, "short": "", "shown": {}, "norm": "", **row}
    return {
        "label": found.label,
        "needs_pose": found.needs_pose,
        "short": found.short,
        "shown": dict(found.shown),
        "norm": found.norm,
        **row,
    }
