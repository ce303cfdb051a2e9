"""How far a recording can be trusted: one light, the reasons for it, and the ledger behind it.

The limits are choices of this package; each stands beside what was found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final

import numpy as np

from opensim_pelvis.guidance.engine import FEWEST_STRIDES
from opensim_pelvis.types import Result, SensorHeading

LEVELS: Final = ("good", "careful", "poor")
"""From the best to the worst; the light shows the worst of its checks."""

ABSENT_SHARE: Final = (0.02, 0.15)
MODEL_ERROR_DEG: Final = (5.0, 12.0)
POSE_SPREAD_DEG: Final = (1.0, 2.0)
OUTSIDE_SHARE: Final = (0.01, 0.2)
HEADING_SIGMA_DEG: Final = (6.0, 15.0)
EXCLUDED_SHARE: Final = (0.3, 0.6)
CLOCK_ERROR_S: Final = (0.01, 0.03)


def quality_of(result: Result) -> dict[str, Any]:
    """Return the light and its checks: key, level, what was found and the limits."""
    checks = [*_signals(result), *_placement(result), *_strides(result)]
    worst = max((LEVELS.index(check["level"]) for check in checks), default=0)
    return {"level": LEVELS[worst], "checks": checks}


def ledger_of(result: Result) -> list[dict[str, Any]]:
    """Return a row a sensor: samples, gaps, stillness and how well the model follows."""
    aligned, placement = result.aligned, result.placement
    spread = dict(zip(placement.sensors, np.rad2deg(placement.pose.spread_rad), strict=True))
    errors = _model_errors(result)
    headings = {row.sensor: row for row in placement.heading.sensors}
    return [
        {
            **asdict(row),
            "body": body,
            "absent_share": row.absent_samples / max(aligned.time_s.size, 1),
            "longest_gap_s": row.longest_gap_samples / aligned.rate_hz,
            "spread_deg": spread.get(row.sensor),
            "error_rms_deg": errors.get(row.sensor),
            **_heading(headings.get(row.sensor)),
        }
        for body, row in zip(aligned.bodies, aligned.ledger.sensors, strict=True)
    ]


def _heading(row: SensorHeading | None) -> dict[str, Any]:
    """Return how one sensor came to its heading, in words and degrees."""
    if row is None:
        return {"heading_source": "", "heading_sigma_deg": None, "heading_verdict": ""}
    sigma = float(np.rad2deg(row.sigma_rad))
    return {
        "heading_source": row.source,
        "heading_sigma_deg": sigma if np.isfinite(sigma) else None,
        "heading_verdict": row.verdict,
    }


def _model_errors(result: Result) -> dict[str, float]:
    squares = np.rad2deg(result.kinematics.errors_rad) ** 2
    return {
        sensor: float(np.sqrt(np.nanmean(squares[:, i])))
        for i, sensor in enumerate(result.kinematics.sensors)
        if np.isfinite(squares[:, i]).any()
    }


def _signals(result: Result) -> Iterator[dict[str, Any]]:
    rows = ledger_of(result)
    yield _check("absent", {row["body"]: row["absent_share"] for row in rows}, ABSENT_SHARE)
    clocks = {
        row.identifier: row.uncertainty_s
        for row in result.recording.clock_estimates
        if np.isfinite(row.uncertainty_s)
    }
    if clocks:
        yield _check("clock", clocks, CLOCK_ERROR_S)
    errors = {row["body"]: row["error_rms_deg"] for row in rows if row["error_rms_deg"] is not None}
    yield _check("model", errors, MODEL_ERROR_DEG)
    yield _check("ranges", _outside_ranges(result), OUTSIDE_SHARE)


def _outside_ranges(result: Result) -> dict[str, float]:
    """Return the share of frames in which each coordinate leaves the range of the model."""
    found = {}
    kinematics = result.kinematics
    for name, values in zip(kinematics.coordinates, kinematics.values_rad.T, strict=True):
        limits = result.model.limits_rad(name)
        present = values[np.isfinite(values)]
        if present.size and limits is not None:
            low, high = limits
            found[name] = float(((present < low) | (present > high)).mean())
    return found


def _placement(result: Result) -> Iterator[dict[str, Any]]:
    rows = ledger_of(result)
    still = {row["body"]: row["spread_deg"] for row in rows if row["spread_deg"] is not None}
    if result.placement.pose.window_source in ("given", "found"):
        yield _check("pose", still, POSE_SPREAD_DEG)
    if result.placement.verdict == "doubtful":
        yield _said("calibration", "careful", "doubtful")
    heading = result.placement.heading
    yield _said("heading", "careful" if heading.confidence == "doubtful" else "good",
                heading.confidence)  # fmt: skip
    sure = {
        row.sensor.removesuffix("_imu"): float(np.rad2deg(row.sigma_rad))
        for row in heading.sensors
        if np.isfinite(row.sigma_rad)
    }
    if sure:
        yield _check("headings", sure, HEADING_SIGMA_DEG)
    if heading.unknown:
        listed = ", ".join(sensor.removesuffix("_imu") for sensor in heading.unknown)
        yield _said("headings_unknown", "careful", listed)


def _strides(result: Result) -> Iterator[dict[str, Any]]:
    running = result.running
    if running is None:
        return
    kept, total = int(running.strides.kept.sum()), int(running.strides.side.size)
    few = "poor" if not kept else "careful" if kept < 2 * FEWEST_STRIDES else "good"
    yield {
        "key": "strides",
        "level": few,
        "worst": str(total),
        "value": kept,
        "limits": (2 * FEWEST_STRIDES, 1),
    }
    if total:
        yield _check("excluded", {"": 1.0 - kept / total}, EXCLUDED_SHARE)


def _said(key: str, level: str, words: str) -> dict[str, Any]:
    """Return one check that is a judgement in words."""
    return {"key": key, "level": level, "worst": words, "value": None, "limits": None}


def _check(key: str, values: dict[str, float], limits: tuple[float, float]) -> dict[str, Any]:
    """Return one check: the worst of its values against two limits."""
    worst = max(values, key=lambda name: values[name], default="")
    value = values.get(worst, 0.0)
    level = LEVELS[sum(value > limit for limit in limits)]
    return {"key": key, "level": level, "worst": worst, "value": value, "limits": limits}
