"""Turns what the stages found into checks with limits: the only place that judges a result.

The limits are choices of this package; each stands beside what was found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from opensim_pelvis.config.calibration_methods import method_of
from opensim_pelvis.guidance.engine import FEWEST_STRIDES
from opensim_pelvis.kinematics.doubts import shares_out_of_range
from opensim_pelvis.types import (
    VERDICTS,
    AlignedRecording,
    BodyModel,
    Check,
    Kinematics,
    Placement,
    Quality,
    Recording,
    RunningAnalysis,
    Verdict,
)

ABSENT_SHARE: Final = (0.02, 0.15)
MODEL_ERROR_DEG: Final = (5.0, 12.0)
POSE_SPREAD_DEG: Final = (1.0, 2.0)
OUTSIDE_SHARE: Final = (0.01, 0.2)
HEADING_SIGMA_DEG: Final = (6.0, 15.0)
EXCLUDED_SHARE: Final = (0.3, 0.6)
CLOCK_ERROR_S: Final = (0.01, 0.03)
KEPT_STRIDES: Final = (2 * FEWEST_STRIDES, 1)


def judge(
    recording: Recording,
    aligned: AlignedRecording,
    placement: Placement,
    model: BodyModel,
    kinematics: Kinematics,
    running: RunningAnalysis | None,
) -> Quality:
    """Return the checks of a result, in the order of the stages.

    Parameters
    ----------
    recording, aligned, placement, model, kinematics
        What the stages gave.
    running : RunningAnalysis or None
        Without it nothing is said of strides.
    """
    return Quality(
        checks=(
            *_signals(recording, aligned, model, kinematics),
            *_placement(aligned, placement),
            *(_strides(running) if running is not None else ()),
        )
    )


def model_errors_deg(kinematics: Kinematics) -> dict[str, float]:
    """Return the root-mean-square error of each sensor that has samples, degrees."""
    squares = np.rad2deg(kinematics.errors_rad) ** 2
    return {
        sensor: float(np.sqrt(np.nanmean(squares[:, i])))
        for i, sensor in enumerate(kinematics.sensors)
        if np.isfinite(squares[:, i]).any()
    }


def _signals(
    recording: Recording, aligned: AlignedRecording, model: BodyModel, kinematics: Kinematics
) -> Iterator[Check]:
    samples = max(aligned.time_s.size, 1)
    rows = zip(aligned.bodies, aligned.ledger.sensors, strict=True)
    absent = {body: row.absent_samples / samples for body, row in rows}
    yield _worst("absent", absent, ABSENT_SHARE, "share")
    clocks = {
        row.identifier: row.uncertainty_s
        for row in recording.clock_estimates
        if np.isfinite(row.uncertainty_s)
    }
    if clocks:
        yield _worst("clock", clocks, CLOCK_ERROR_S, "s")
    found = model_errors_deg(kinematics)
    named = zip(aligned.sensors, aligned.bodies, strict=True)
    errors = {body: found[sensor] for sensor, body in named if sensor in found}
    yield _worst("model", errors, MODEL_ERROR_DEG, "deg")
    yield _worst("ranges", shares_out_of_range(model, kinematics), OUTSIDE_SHARE, "share")


def _placement(aligned: AlignedRecording, placement: Placement) -> Iterator[Check]:
    if method_of(placement.pose.method).still:
        spread = dict(zip(placement.sensors, np.rad2deg(placement.pose.spread_rad), strict=True))
        named = zip(aligned.sensors, aligned.bodies, strict=True)
        still = {body: float(spread[sensor]) for sensor, body in named if sensor in spread}
        yield _worst("pose", still, POSE_SPREAD_DEG, "deg")
    if placement.verdict == "doubtful":
        yield Check(name="calibration", verdict="doubtful", state="doubtful")
    heading = placement.heading
    verdict: Verdict = "doubtful" if heading.confidence == "doubtful" else "good"
    yield Check(name="heading", verdict=verdict, state=heading.confidence)
    body_of = dict(zip(placement.sensors, placement.bodies, strict=True))
    sure = {
        body_of[row.sensor]: float(np.rad2deg(row.sigma_rad))
        for row in heading.sensors
        if np.isfinite(row.sigma_rad)
    }
    if sure:
        yield _worst("headings", sure, HEADING_SIGMA_DEG, "deg")
    if heading.unknown:
        unknown = tuple(body_of[sensor] for sensor in heading.unknown)
        yield Check(name="headings_unknown", verdict="doubtful", subject=unknown)


def _strides(running: RunningAnalysis) -> Iterator[Check]:
    kept, total = int(running.strides.kept.sum()), int(running.strides.side.size)
    yield Check(
        name="strides",
        verdict=VERDICTS[sum(kept < limit for limit in KEPT_STRIDES)],
        value=float(kept),
        unit="strides",
        limits=KEPT_STRIDES,
        total=total,
    )
    if total:
        yield _worst("excluded", {"": 1.0 - kept / total}, EXCLUDED_SHARE, "share")


def _worst(name: str, values: Mapping[str, float], limits: tuple[float, float], unit: str) -> Check:
    """Return a check of the largest of some values against two limits."""
    worst = max(values, key=lambda key: values[key], default="")
    value = values.get(worst, 0.0)
    return Check(
        name=name,
        verdict=VERDICTS[sum(value > limit for limit in limits)],
        value=value,
        unit=unit,
        limits=limits,
        subject=(worst,) if worst else (),
    )
