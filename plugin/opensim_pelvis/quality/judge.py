"""Turns what the stages found into checks against the limits of ``checks.toml``."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from opensim_pelvis.config.calibration_methods import method_of
from opensim_pelvis.kinematics.doubts import shares_out_of_range
from opensim_pelvis.quality.definitions import definition_of
from opensim_pelvis.types import (
    AlignedRecording,
    BodyModel,
    Check,
    Evidence,
    Kinematics,
    Placement,
    Quality,
    Recording,
    RunningAnalysis,
    Verdict,
)


def judge(
    recording: Recording,
    aligned: AlignedRecording,
    placement: Placement,
    model: BodyModel,
    kinematics: Kinematics,
    running: RunningAnalysis | None,
    evidence: tuple[Evidence, ...] = (),
) -> Quality:
    """Return the checks of a result, in the order of the stages.

    Parameters
    ----------
    recording, aligned, placement, model, kinematics
        What the stages gave.
    running : RunningAnalysis or None
        Without it nothing is said of strides.
    evidence : tuple of Evidence
        What `examine` found.
    """
    return Quality(
        checks=(
            *_signals(recording, aligned, model, kinematics),
            *_placement(aligned, placement),
            *(_strides(running) if running is not None else ()),
            *(found.check for found in evidence),
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
    clocks = {
        row.identifier: row.uncertainty_s
        for row in recording.clock_estimates
        if np.isfinite(row.uncertainty_s)
    }
    if clocks:
        yield definition_of("clock").of_worst(clocks)
    found = model_errors_deg(kinematics)
    named = zip(aligned.sensors, aligned.bodies, strict=True)
    errors = {body: found[sensor] for sensor, body in named if sensor in found}
    yield definition_of("model").of_worst(errors)
    yield definition_of("ranges").of_worst(shares_out_of_range(model, kinematics))


def _placement(aligned: AlignedRecording, placement: Placement) -> Iterator[Check]:
    if method_of(placement.pose.method).still:
        spread = dict(zip(placement.sensors, np.rad2deg(placement.pose.spread_rad), strict=True))
        named = zip(aligned.sensors, aligned.bodies, strict=True)
        still = {body: float(spread[sensor]) for sensor, body in named if sensor in spread}
        yield definition_of("pose").of_worst(still)
    if placement.verdict == "doubtful":
        yield definition_of("calibration").state("doubtful", "doubtful")
    heading = placement.heading
    verdict: Verdict = "doubtful" if heading.confidence == "doubtful" else "good"
    yield definition_of("heading").state(verdict, heading.confidence)
    body_of = dict(zip(placement.sensors, placement.bodies, strict=True))
    sure = {
        body_of[row.sensor]: float(np.rad2deg(row.sigma_rad))
        for row in heading.sensors
        if np.isfinite(row.sigma_rad)
    }
    if sure:
        yield definition_of("headings").of_worst(sure)
    if heading.unknown:
        unknown = tuple(body_of[sensor] for sensor in heading.unknown)
        yield definition_of("headings_unknown").state("doubtful", subject=unknown)


def _strides(running: RunningAnalysis) -> Iterator[Check]:
    kept, total = int(running.strides.kept.sum()), int(running.strides.side.size)
    yield definition_of("strides").found(float(kept), total=total)
    straight = total - sum(reason == "turning" for reason in running.strides.reason)
    if straight:
        yield definition_of("excluded").of_worst({"": 1.0 - kept / straight})
