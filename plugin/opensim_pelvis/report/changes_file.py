"""``comparison_changes.json``: what changed between sessions, with every term, for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from opensim_pelvis.gait.measures.definitions import definition_of
from opensim_pelvis.io.documents import to_plain
from opensim_pelvis.report.sessions_of import Known
from opensim_pelvis.sessions.change import Change, Comparison
from opensim_pelvis.sessions.definitions import term_label

FORMAT: Final = "opensim-pelvis changes"
FORMAT_VERSION: Final = 1


def write_changes(compared: Iterable[Comparison], known: Known | None, path: Path) -> Path:
    """Write every comparison of two sessions as JSON; docs/files.md explains the keys."""
    known = known or Known()
    own = known.repeatability
    tree = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "repeatability": None if own is None else own.file,
        "slopes": {name: asdict(slope) for name, slope in known.slopes.items()},
        "comparisons": [_comparison(one) for one in compared],
    }
    text = json.dumps(to_plain(tree), indent=2, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def _comparison(one: Comparison) -> dict[str, Any]:
    return {
        "subject": one.first.subject,
        "first": one.first.name,
        "later": one.later.name,
        "speeds_mps": [one.first.speed_mps, one.later.speed_mps],
        "sensors": one.worn,
        "doubtful": one.doubtful,
        "not_compared": one.refusal,
        "changes": [_change(change) for change in one.changes],
    }


def _change(change: Change) -> dict[str, Any]:
    row = {
        "measure": change.measure,
        "side": change.side,
        "unit": definition_of(change.measure).unit,
        "first": change.first,
        "later": change.later,
        "verdict": change.verdict,
    }
    if change.refusal is not None:
        return row | {"reason": change.refusal}
    return row | {
        "change": change.difference,
        "u95": change.u95,
        "smallest_detectable_change": change.u95,
        "no_change_larger_than": None if change.seen else change.bound,
        "uncertainty_from": change.basis,
        "own_repeats_freedom": change.own_freedom,
        "taken_off_by_slope": change.by_slope,
        "terms": {part.name: part.standard for part in change.parts},
        "labels": {part.name: term_label(part.name) for part in change.parts},
    }
