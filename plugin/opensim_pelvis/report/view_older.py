"""Brings ``NAME_report.json`` of an earlier version to the form of today, before it is checked.

What is not as that version wrote it stays as it is: the check of the record tells it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from opensim_pelvis.metrics.definitions import definitions

_VERDICTS: Final = {"good": "good", "careful": "doubtful", "poor": "rejected"}
_UNITS: Final = {
    "absent": "share",
    "excluded": "share",
    "ranges": "share",
    "clock": "s",
    "strides": "strides",
}
_STATES: Final = ("heading", "calibration")


def from_version_2(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return a tree of version 2 as one of version 3: quality in its words, labels of measures."""
    quality, measures = tree.get("quality"), tree.get("measures")
    changed = dict(tree)
    if isinstance(quality, dict) and isinstance(quality.get("checks"), list):
        changed["quality"] = {
            "verdict": _verdict(quality.get("level")),
            "checks": [_check(row) for row in quality["checks"]],
        }
    if isinstance(measures, list):
        changed["measures"] = [_measure(row) for row in measures]
    return changed


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
