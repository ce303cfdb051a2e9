"""The measures of a report, with spread, interval and what they may be held against.

A coach band and a reference, which other people gave, are two lists and are never mixed. Both are
of running: a recording of walking is held against neither.
"""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any, Final

from opensim_pelvis.guidance.rulebook import read_norms
from opensim_pelvis.types import HeldReference, Result, RunningAnalysis, Summary

_BUDGET: Final = ("extreme", "own_error", "of_model", "as_markers")
"""Fields of a definition that only the budget of its uncertainty reads."""

ROTATION: Final = "pelvic_rotation_range_deg"


def measures_of(result: Result) -> list[dict[str, Any]]:
    """Return every measure that could be computed, a dictionary each."""
    running = result.running
    if running is None:
        return []
    walking = result.settings.activity.kind == "walking"
    asymmetries = {a.name: asdict(a) for a in running.asymmetries}
    found = []
    for definition in running.definitions:
        rows = [_row(s, running) for s in running.summaries if s.name == definition.name]
        if not any(math.isfinite(row["mean"]) for row in rows):
            continue
        found.append(
            {
                **{key: value for key, value in asdict(definition).items() if key not in _BUDGET},
                "rows": rows,
                "right_minus_left": asymmetries.get(definition.name),
                "coach": [] if walking else _coach_bands(definition.name, running),
                "published": [
                    _reference(held)
                    for held in running.references.get(definition.name, ())
                    if not walking and held.standing != "value_not_available"
                ],
            }
        )
    return found


def budgets_of(result: Result) -> dict[str, dict[str, Any]]:
    """Return the terms of the uncertainty of every estimate, by measure and side."""
    out: dict[str, dict[str, Any]] = {}
    for found in result.running.estimates if result.running else ():
        if found.side != "right minus left":
            finite = (term for term in found.terms if math.isfinite(term.freedom))
            out.setdefault(found.name, {})[found.side] = {
                "terms": {term.name: term.standard for term in found.terms},
                "term_freedom": {term.name: term.freedom for term in finite},
            }
    return out


def _row(summary: Summary, running: RunningAnalysis) -> dict[str, Any]:
    """Return a row with the best estimate and its expanded uncertainty in place of the mean."""
    row = asdict(summary)
    found = running.estimate(summary.name, summary.side)
    return (
        row if found is None else row | {"mean": found.value, "low": found.low, "high": found.high}
    )


def _coach_bands(name: str, running: RunningAnalysis) -> list[dict[str, Any]]:
    """Return the bands of the article that apply: at a known fast pace only the one for it."""
    if name != ROTATION:
        return []
    norms = read_norms()
    speed = running.summary("speed_mps")
    if speed is not None and speed.mean > norms["coach.fast_pace"].value:
        return [_band("coach.fast_rotation_low", "coach.fast_rotation_high", "fast")]
    low = [
        _band(None, "coach.low_rotation", "low"),
        _band(None, "coach.overstride_rotation", "over"),
    ]
    if speed is None:
        return [_band("coach.fast_rotation_low", "coach.fast_rotation_high", "fast"), *low]
    return low


def _reference(held: HeldReference) -> dict[str, Any]:
    """Return a reference at the speed of the run, and what stands in the way of a comparison."""
    one = held.reference
    low, high = one.between or (held.low, held.high)
    return {
        "key": one.key,
        "label": one.sex or "people",
        "low": low,
        "high": high,
        "value": held.value,
        "spread": held.spread,
        "n": held.n if one.points else one.n,
        "speed_mps": held.speed_mps,
        "speeds_mps": one.speeds_mps,
        "standing": held.standing,
        "what": one.what,
        "source": one.source,
        "sample": one.sample,
        "caveat": one.caveat,
    }


def _band(low: str | None, high: str, label: str) -> dict[str, Any]:
    norms = read_norms()
    norm = norms[high]
    return {
        "key": high,
        "label": label,
        "low": None if low is None else norms[low].value,
        "high": norm.value,
        "what": norm.what,
        "source": norm.source,
        "sample": norm.sample,
        "caveat": norm.caveat,
    }
