"""How far a recording can be trusted: the checks of the result, and a row a sensor behind them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from opensim_pelvis.notices import say
from opensim_pelvis.quality import model_errors_deg
from opensim_pelvis.types import Result, SensorHeading


def quality_of(result: Result) -> dict[str, Any]:
    """Return the verdict and the checks behind it."""
    checks = [asdict(check) for check in result.quality.checks]
    return {"verdict": result.quality.verdict, "checks": checks}


def ledger_of(result: Result) -> list[dict[str, Any]]:
    """Return a row a sensor: samples, gaps, stillness and how well the model follows."""
    aligned, placement = result.aligned, result.placement
    spread = dict(zip(placement.sensors, np.rad2deg(placement.pose.spread_rad), strict=True))
    errors = model_errors_deg(result.kinematics)
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
        "heading_source": say(row.source),
        "heading_sigma_deg": sigma if np.isfinite(sigma) else None,
        "heading_verdict": row.verdict,
    }
