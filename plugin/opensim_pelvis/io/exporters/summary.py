"""NAME_summary.json: settings, inputs, quality and doubts of one trial, for people and programs.

Every number has its unit at the end of its key; a missing number is ``null``. The same result
always gives the same file.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.io.documents import to_plain
from opensim_pelvis.io.exporters.summary_running import summarise_running
from opensim_pelvis.language import read_language
from opensim_pelvis.notices import as_plain
from opensim_pelvis.types import OrientationOrigin, Result, SensorHeading, SensorIntegrity

FORMAT: Final = "opensim-pelvis summary"
FORMAT_VERSION: Final = 1
"""Raised when a key changes its meaning or goes; new keys do not raise it."""


ANGLE_FACTS: Final = (
    "label",
    "unit",
    "side",
    "group",
    "description",
    "positive",
    "order",
    "source",
)
"""What is written of the definition of each clinical angle."""


class SummaryExporter:
    """Writes ``NAME_summary.json``."""

    essential = True
    description = "JSON summary: settings, versions, input hashes, quality and notes"
    optional: tuple[str, ...] = ()

    def write(self, result: Result, directory: Path) -> tuple[Path, ...]:
        """Write the summary of a result into an existing directory."""
        path = directory / f"{result.name}_summary.json"
        text = json.dumps(summarise(result), indent=2, ensure_ascii=False, allow_nan=False)
        path.write_text(text + "\n", encoding="utf-8")
        return (path,)


def summarise(result: Result) -> dict[str, Any]:
    """Return the summary of a result as plain dictionaries, lists, numbers and text.

    The keys are explained in ``docs/files.md``.
    """
    language = read_language(result.settings.report.language)
    summary = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "name": result.name,
        "versions": result.versions,
        "settings": result.settings,
        "defaults": result.defaults,
        "recording": _recording(result),
        "orientations": _orientations(result),
        "integrity": _integrity(result),
        "calibration": _calibration(result),
        "heading": _heading(result),
        "placement": {
            "verdict": result.placement.verdict,
            "zero_known": result.placement.zero_known,
            "R_BS": dict(
                zip(result.placement.sensors, result.placement.R_BS.tolist(), strict=True)
            ),
            "quality": result.placement.quality,
            "notes": result.placement.notes,
        },
        "model": _model(result),
        "kinematics": _kinematics(result),
        "angles": _angles(result),
        "events": result.events,
        "running": summarise_running(result),
        "quality": {"verdict": result.quality.verdict, "checks": result.quality.checks},
        "notes": result.notes,
        "notices": [as_plain(notice, language) for notice in result.notes],
    }
    plain: dict[str, Any] = to_plain(summary)
    return plain


def _recording(result: Result) -> dict[str, Any]:
    recording, aligned = result.recording, result.aligned
    return {
        "name": recording.name,
        "reader": recording.reader,
        "rate_hz": recording.rate_hz,
        "rate_source": recording.rate_source,
        "counter_source": recording.counter_source,
        "world_frame": recording.world_frame,
        "date": recording.date,
        "start_s": recording.start_s,
        "duration_s": aligned.time_s[-1] if aligned.time_s.size else 0.0,
        "samples": aligned.time_s.size,
        "sensors": dict(zip(aligned.sensors, aligned.identifiers, strict=True)),
        "clocks": recording.clock_estimates,
        "files": recording.files,
        "notes": recording.notes,
    }


def _orientations(result: Result) -> dict[str, Any]:
    """Return where the orientations come from and what the raw signals showed, by sensor."""
    origins = {origin.identifier: origin for origin in result.recording.origins}
    aligned = result.aligned
    return {
        sensor: _origin(origins[identifier])
        for sensor, identifier in zip(aligned.sensors, aligned.identifiers, strict=True)
        if identifier in origins
    }


def _origin(origin: OrientationOrigin) -> dict[str, Any]:
    bias = origin.gyroscope_bias_radps
    return {
        "origin": origin.origin,
        "reason": origin.reason,
        "rate_hz": origin.rate_hz,
        "gyroscope_bias_degps": None if bias is None else [float(np.rad2deg(b)) for b in bias],
        "rest_share": origin.rest_share,
        "magnetic_disturbed_share": origin.magnetic_disturbed_share,
        "gyroscope_clipped_samples": origin.gyroscope_clipped,
        "gyroscope_clipped_events": origin.gyroscope_clipped_events,
        "gyroscope_lost_deg": float(np.rad2deg(origin.gyroscope_lost_rad)),
        "accelerometer_clipped_samples": origin.accelerometer_clipped,
        "accelerometer_lost_mps2": origin.accelerometer_lost_mps2,
        "gravity_mps2": origin.gravity_mps2,
        "gravity_error_mps2": origin.gravity_error_mps2,
        "bridged_samples": origin.bridged_samples,
        "heading_breaks_s": origin.heading_breaks_s,
        "heading_ties_s": origin.heading_ties_s,
        "heading_tie_errors_deg": [float(np.rad2deg(e)) for e in origin.heading_tie_errors_rad],
    }


def _integrity(result: Result) -> dict[str, Any]:
    ledger = result.aligned.ledger
    counts = [f.name for f in fields(SensorIntegrity) if f.name != "sensor"]
    return {
        "max_gap_s": ledger.max_gap_s,
        "sensors": {s.sensor: {name: getattr(s, name) for name in counts} for s in ledger.sensors},
        "unmatched": ledger.unmatched,
        "notes": result.aligned.notes,
    }


def _calibration(result: Result) -> dict[str, Any]:
    pose = result.placement.pose
    spread_deg = np.rad2deg(pose.spread_rad)
    return {
        "window_s": pose.window_s,
        "method": pose.method,
        "window_source": pose.window_told,
        "sensors": {
            sensor: {"samples": pose.samples[i], "spread_deg": spread_deg[i]}
            for i, sensor in enumerate(result.placement.sensors)
        },
    }


def _sensor_heading(row: SensorHeading) -> dict[str, Any]:
    degrees = {
        f"{what}_deg": np.rad2deg(getattr(row, f"{what}_rad"))
        for what in (
            "offset",
            "sigma",
            "swing",
            "swing_sigma",
            "joint",
            "joint_sigma",
            "ties",
            "drift",
            "drift_sigma",
        )
    }
    return {
        "source": row.source,
        "verdict": row.verdict,
        "swing_ratio": row.swing_ratio,
        "own_weight": row.own_weight,
        **degrees,
    }


def _heading(result: Result) -> dict[str, Any]:
    heading = result.placement.heading
    heading_deg = np.rad2deg(heading.heading_rad)
    return {
        "method": heading.method,
        "description": heading.description,
        "confidence": heading.confidence,
        "tilt_deg": np.rad2deg(heading.tilt_rad),
        "sensors": {row.sensor: _sensor_heading(row) for row in heading.sensors},
        "drift": heading.drift_description,
        "heading_deg": dict(zip(result.placement.sensors, heading_deg, strict=True)),
        "notes": heading.notes,
    }


def _model(result: Result) -> dict[str, Any]:
    model = result.model
    return {
        "name": model.name,
        "source": model.told,
        "bodies": model.bodies,
        "coordinates": model.coordinates,
        "notes": model.notes,
    }


def _kinematics(result: Result) -> dict[str, Any]:
    kinematics = result.kinematics
    errors_deg = np.rad2deg(kinematics.errors_rad)
    errors = {name: _error_deg(errors_deg[:, i]) for i, name in enumerate(kinematics.sensors)}
    return {
        "engine": kinematics.engine,
        "engine_check": _engine_check(result),
        "accuracy": kinematics.accuracy,
        "weights": kinematics.weights,
        "errors": errors,
        "whole_trial": _whole_trial(kinematics.coordinates, kinematics.values_rad),
        "absent": kinematics.absent,
        "notes": kinematics.notes,
    }


def _error_deg(error_deg: FloatArray) -> dict[str, float | None]:
    """Return root mean square, median and maximum of the samples present."""
    present = error_deg[np.isfinite(error_deg)]
    if present.size == 0:
        return {"rms_deg": None, "median_deg": None, "max_deg": None}
    return {
        "rms_deg": float(np.sqrt(np.mean(present**2))),
        "median_deg": float(np.median(present)),
        "max_deg": float(present.max()),
    }


def _engine_check(result: Result) -> dict[str, Any] | None:
    check = result.engine_check
    if check is None:
        return None
    return {
        "engine": check.engine,
        "frames": check.frames,
        "max_difference_deg": float(np.rad2deg(check.max_difference_rad)),
        "max_excess_rad2": check.max_excess_rad2,
    }


def _angles(result: Result) -> dict[str, Any]:
    clinical = result.clinical
    return {
        "definitions": {
            d.name: {fact: getattr(d, fact) for fact in ANGLE_FACTS} for d in clinical.definitions
        },
        "travel_source": clinical.travel_source,
        "whole_trial": _whole_trial(clinical.names, clinical.values_rad),
        "absent": clinical.absent,
        "notes": clinical.notes,
    }


def _whole_trial(names: Sequence[str], values_rad: FloatArray) -> dict[str, Any]:
    """Return mean and extremes over the whole trial: a description, not a gait measure."""
    table = {}
    for name, column in zip(names, np.rad2deg(values_rad).T, strict=True):
        present = column[np.isfinite(column)]
        some = present.size > 0
        table[name] = {
            "mean_deg": present.mean() if some else None,
            "min_deg": present.min() if some else None,
            "max_deg": present.max() if some else None,
            "range_deg": np.ptp(present) if some else None,
            "missing_samples": column.size - present.size,
        }
    return table
