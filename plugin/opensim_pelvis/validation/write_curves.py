"""``agreement_curves.json``: what the figures of the report's section are drawn from."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np

from opensim_pelvis.frames import FloatArray, IntArray
from opensim_pelvis.validation.agreement import AngleAgreement
from opensim_pelvis.validation.compare import Comparison

SHOWN_S: Final = 30.0
"""Curves over time show so much from the middle of what was compared."""

MOST_POINTS: Final = 800
"""Points of one curve; more are not seen on a page."""


def write_curves(comparison: Comparison, path: Path) -> Path:
    """Write mean strides, a part of the time, the clocks' correlation, and errors of events."""
    time_s = comparison.table.time_s
    middle = 0.5 * float(time_s[0] + time_s[-1])
    shown = np.flatnonzero(np.abs(time_s - middle) <= 0.5 * SHOWN_S)
    shown = shown[:: 1 + shown.size // MOST_POINTS]
    curve_s, curve = _highest(comparison.sync.curve_s, comparison.sync.curve)
    content = {
        "format": "opensim-pelvis agreement curves",
        "format_version": 1,
        "time_s": _numbers(time_s[shown]),
        "angles": [_angle(angle, shown) for angle in comparison.table.angles],
        "synchronisation": {"offset_s": _numbers(curve_s), "correlation": _numbers(curve)},
        "events": [
            {
                "kind": event.kind,
                "sides": list(event.sides),
                "time_s": _numbers(event.time_s),
                "error_ms": _numbers(1000.0 * event.error_s),
            }
            for event in comparison.events
        ],
    }
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8")
    return path


def _angle(angle: AngleAgreement, shown: IntArray) -> dict[str, Any]:
    strides = None
    if angle.normalised.shape[0]:
        strides = {
            name: {
                "mean": _numbers(angle.normalised[:, row].mean(axis=0)),
                "sd": _numbers(angle.normalised[:, row].std(axis=0)),
            }
            for row, name in enumerate(("estimate", "reference"))
        }
    return {
        "name": angle.name,
        "strides": angle.normalised.shape[0],
        "over_stride": strides,
        "over_time": {
            "estimate": _numbers(angle.estimate_deg[shown]),
            "reference": _numbers(angle.reference_deg[shown]),
        },
    }


def _highest(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return at most `MOST_POINTS` points of a curve, its peaks among them."""
    if y.size <= MOST_POINTS:
        return x, y
    ends = np.linspace(0, y.size, MOST_POINTS + 1).astype(int)
    kept = [a + int(np.argmax(y[a:b])) for a, b in pairwise(ends)]
    return x[kept], y[kept]


def _numbers(values: FloatArray) -> list[float | None]:
    return [round(float(v), 3) if math.isfinite(v) else None for v in values]
