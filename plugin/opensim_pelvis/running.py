"""The running analysis in order: events, strides, speed, measures, findings."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from opensim_pelvis.errors import ReadError
from opensim_pelvis.events.detect import detect_events
from opensim_pelvis.events.imported import read_events
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.guidance.engine import find_findings
from opensim_pelvis.metrics.compute import analyse_strides
from opensim_pelvis.settings import ActivitySettings, TrialSettings
from opensim_pelvis.strides.curves import normalise
from opensim_pelvis.strides.segment import segment_strides
from opensim_pelvis.types import (
    AlignedRecording,
    Angles,
    Kinematics,
    Placement,
    RunningAnalysis,
    SensorOrientations,
    Strides,
)

_SPEED_POINTS: Final = 21
"""Points of each stride at which a table of speeds is read."""


def analyse_running(
    aligned: AlignedRecording,
    placement: Placement,
    orientations: SensorOrientations,
    kinematics: Kinematics,
    angles: Angles,
    settings: TrialSettings,
) -> RunningAnalysis:
    """Return strides, measures and findings of one trial.

    Raises
    ------
    ReadError
        When a file of events or speeds cannot be used.
    """
    activity = settings.activity
    imported = () if activity.events_file is None else read_events(activity.events_file)
    events = detect_events(
        aligned,
        placement,
        orientations,
        kinematics,
        angles,
        activity=activity.kind,
        imported=imported,
    )
    strides = segment_strides(events, angles, surface=activity.surface)
    analysis = analyse_strides(
        events, strides, angles, kinematics, speed_mps=stride_speeds(strides, activity)
    )
    findings = find_findings(analysis, settings, placement)
    return replace(analysis, findings=findings)


def stride_speeds(strides: Strides, activity: ActivitySettings) -> FloatArray | None:
    """Return the speed of each stride: the mean over it of a table, or the one that was given."""
    if activity.speed_file is not None:
        time_s, speed = read_speeds(activity.speed_file)
        speeds = normalise(speed, time_s, strides.start_s, strides.end_s, _SPEED_POINTS)
        covered = (strides.start_s >= time_s[0]) & (strides.end_s <= time_s[-1])
        return np.where(covered, np.trapezoid(speeds, axis=1) / (_SPEED_POINTS - 1), np.nan)
    if activity.speed_mps is None:
        return None
    return np.full(strides.side.size, activity.speed_mps)


def read_speeds(path: Path) -> tuple[FloatArray, FloatArray]:
    """Read a comma-separated table with the columns ``time_s`` and ``speed_mps``.

    Raises
    ------
    ReadError
        When a column is missing, a number cannot be read or times do not increase.
    """
    try:
        rows = csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())
        found = rows.fieldnames or ()
        if "time_s" not in found or "speed_mps" not in found:
            raise ReadError(
                f"{path}: wanted the columns time_s and speed_mps in the first line, found "
                f"{', '.join(found) or 'nothing'}"
            )
        table = np.array([[float(row["time_s"]), float(row["speed_mps"])] for row in rows])
    except (OSError, UnicodeDecodeError) as fault:
        raise ReadError(f"{path}: wanted a table of speeds as UTF-8 text: {fault}") from fault
    except (ValueError, TypeError) as fault:
        if isinstance(fault, ReadError):
            raise
        raise ReadError(f"{path}: wanted a number in every row: {fault}") from fault
    if table.shape[0] < 2 or not (np.diff(table[:, 0]) > 0.0).all():
        raise ReadError(f"{path}: wanted at least two rows with increasing times")
    if not np.isfinite(table).all() or (table[:, 1] < 0.0).any() or (table[:, 1] > 15.0).any():
        raise ReadError(f"{path}: wanted speeds from 0 to 15 metres a second in every row")
    return table[:, 0], table[:, 1]
