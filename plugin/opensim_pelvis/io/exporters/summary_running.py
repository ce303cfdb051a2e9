"""The part of NAME_summary.json that tells of strides, measures and findings."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from opensim_pelvis.guidance.finding_words import plain_finding
from opensim_pelvis.notices import say
from opensim_pelvis.types import Estimate, HeldReference, Result
from opensim_pelvis.types.running import Summary, excluded_words


def summarise_running(result: Result) -> dict[str, Any] | None:
    """Return strides, measures and findings as plain values; None where there are none."""
    running = result.running
    if running is None:
        return None
    strides = running.strides
    measures: dict[str, dict[str, Any]] = {}
    for summary in running.summaries:
        measures.setdefault(summary.name, {})[summary.side] = _numbers(summary)
    asymmetries = {a.name: asdict(a) for a in running.asymmetries}
    for name, asymmetry in asymmetries.items():
        asymmetry.pop("name")
        measures[name]["right_minus_left"] = asymmetry
    for estimate in running.estimates:
        measures[estimate.name][estimate.side.replace(" ", "_")]["estimate"] = _estimate(estimate)
    return {
        "events": {
            "kind": running.events.kind,
            "strides_start_at": running.events.start_label,
            "methods": {say(k): say(method) for k, method in running.events.methods.items()},
        },
        "strides": {
            "total": strides.side.size,
            "kept": int(strides.kept.sum()),
            "excluded": excluded_words(strides),
        },
        "definitions": {
            d.name: {key: value for key, value in asdict(d).items() if key != "name"}
            for d in running.definitions
        },
        "measures": measures,
        "references": {
            name: [_held(held) for held in all_held]
            for name, all_held in running.references.items()
        },
        "absent": running.absent,
        "findings": [plain_finding(finding) for finding in running.findings],
        "notes": running.notes,
    }


def _held(held: HeldReference) -> dict[str, Any]:
    """Return a reference at the speed of the run; ``standing`` is why it is no comparison."""
    one = held.reference
    numbers = ("standing", "value", "value_u", "spread", "n", "low", "high")
    return {"key": one.key, "source": one.source, **{k: getattr(held, k) for k in numbers}}


def _numbers(summary: Summary) -> dict[str, Any]:
    numbers = asdict(summary)
    return {
        "mean": numbers["mean"],
        "sd": numbers["sd"],
        "n": numbers["n"],
        "effective_n": numbers["effective_n"],
        "ci95": [numbers["low"], numbers["high"]],
        "trend": numbers["trend"],
    }


def _estimate(estimate: Estimate) -> dict[str, Any]:
    """Return an estimate with its budget: the terms are standard uncertainties."""
    return {
        "value": estimate.value,
        "u95": estimate.u95,
        "standard": estimate.standard,
        "factor": estimate.factor,
        "freedom": estimate.freedom if math.isfinite(estimate.freedom) else None,
        "terms": {term.name: term.standard for term in estimate.terms},
        "term_freedom": {
            term.name: term.freedom for term in estimate.terms if math.isfinite(term.freedom)
        },
    }
