"""Puts all sensors on one clock and keeps the account of every sample.

The clock is the recording's common count divided by its rate, over the union of the spans of the
sensors that are used. A sample is *usable* when its quaternion is present and of unit length; a
*gap* is a run of samples without a usable quaternion between two usable ones. Short gaps are
bridged by slerp, other signals by straight lines (`interpolation`); longer gaps, late starts and
early ends stay absent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from opensim_pelvis.errors import FusionError, TimelineError, raise_faults
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.interpolation import straight
from opensim_pelvis.notices import notice, say
from opensim_pelvis.timeline.integrity import Clock, account_sensor, bridge_gaps, describe_ledger
from opensim_pelvis.timeline.matching import match_sensors
from opensim_pelvis.timeline.orientation_check import check_orientations
from opensim_pelvis.timeline.resample import MAX_SPREAD
from opensim_pelvis.types import (
    AlignedRecording,
    IntegrityLedger,
    Recording,
    SensorIntegrity,
    SensorSignals,
)
from opensim_pelvis.types.segments import sensor_of

MAX_NONUNIT_SHARE: Final = 0.05
"""Share of non-unit quaternions above which the columns are not quaternions at all."""


def align_recording(
    recording: Recording, sensors: Mapping[str, str], *, max_gap_s: float
) -> AlignedRecording:
    """Put the sensors that were asked for on one clock.

    Parameters
    ----------
    recording : Recording
    sensors : mapping of str to str
        Identifier in the recording to body; empty where identifiers are ``<body>_imu`` already.
    max_gap_s : float
        Longest gap that is bridged, seconds between its usable neighbours less one step.

    Returns
    -------
    AlignedRecording
        Sensors in the order of `types.segments.BODIES`, other bodies after them.

    Raises
    ------
    SettingsError
        When sensors and recording do not match (`match_sensors`).
    FusionError
        When a sensor has no orientation.
    TimelineError
        When sensors were not recorded together, or an orientation cannot be used: no usable
        sample, too many of wrong length, or at odds with acceleration or angular velocity.
    """
    matched = match_sensors(recording, sensors)
    signals = tuple(sensor for sensor, _ in matched)
    _require_orientations(recording, signals)
    clock = _make_clock(recording, signals, max_gap_s)
    R_ES = np.full((clock.samples, len(signals), 4), np.nan)
    rows: list[SensorIntegrity] = []
    for column, (sensor, body) in enumerate(matched):
        rows.append(account_sensor(sensor, sensor_of(body), clock, R_ES[:, column]))
    _require_usable(recording, signals, rows)
    notes = check_orientations(signals, recording.rate_hz)
    used = {sensor.identifier for sensor in signals}
    ledger = IntegrityLedger(
        sensors=tuple(rows),
        unmatched=tuple(name for name in recording.identifiers if name not in used),
        max_gap_s=max_gap_s,
    )
    units = {s.magnetic_unit for s in signals if s.magnetic_field is not None}
    if len(units) > 1:
        notes += (notice("timeline.magnetic_units", units=sorted(units)),)
    return AlignedRecording(
        time_s=np.arange(clock.samples) / recording.rate_hz,
        rate_hz=recording.rate_hz,
        sensors=tuple(row.sensor for row in rows),
        bodies=tuple(body for _, body in matched),
        identifiers=tuple(sensor.identifier for sensor in signals),
        R_ES=R_ES,
        ledger=ledger,
        acceleration_mps2=_join([s.acceleration_mps2 for s in signals], signals, clock),
        angular_velocity_radps=_join([s.angular_velocity_radps for s in signals], signals, clock),
        magnetic_field=(
            _join([s.magnetic_field for s in signals], signals, clock) if len(units) == 1 else None
        ),
        magnetic_unit=units.pop() if len(units) == 1 else "a.u.",
        R_BS=_known_mountings(signals),
        events=tuple(
            replace(event, time_s=event.time_s - clock.first / recording.rate_hz)
            for event in recording.events
        ),
        notes=(*describe_ledger(ledger, recording.rate_hz), *notes),
    )


def audit_recording(recording: Recording, *, max_gap_s: float) -> IntegrityLedger:
    """Account for every sensor of a recording, whoever wore it and whatever its quality.

    Parameters
    ----------
    recording : Recording
    max_gap_s : float

    Returns
    -------
    IntegrityLedger
        Labelled by identifier. Sensors without orientation have no usable sample.

    Raises
    ------
    TimelineError
        When the sensors cannot have been recorded together.
    """
    sensors = [sensor for sensor in recording.sensors if sensor.counter.size]
    rows: list[SensorIntegrity] = []
    if sensors:
        clock = _make_clock(recording, sensors, max_gap_s)
        rows = [
            account_sensor(sensor, sensor.identifier, clock, np.full((clock.samples, 4), np.nan))
            for sensor in sensors
        ]
    return IntegrityLedger(sensors=tuple(rows), max_gap_s=max_gap_s)


def _require_orientations(recording: Recording, signals: Sequence[SensorSignals]) -> None:
    faults = [
        f"{sensor.identifier}: wanted an orientation, found none. Apply sensor fusion to a raw "
        "recording first (`fusion.fuse.fuse_recording`, which `run` applies automatically)."
        for sensor in signals
        if sensor.R_ES is None
    ]
    raise_faults(FusionError, recording.name, faults)


def _make_clock(recording: Recording, signals: Sequence[SensorSignals], max_gap_s: float) -> Clock:
    """Return the union of the sensors' spans, if they can have run at the same time."""
    faults = [f"{s.identifier}: wanted samples, found none" for s in signals if not s.counter.size]
    raise_faults(TimelineError, recording.name, faults)
    first = min(int(sensor.counter[0]) for sensor in signals)
    last = max(int(sensor.counter[-1]) for sensor in signals)
    together = max(int(s.counter[0]) for s in signals) <= min(int(s.counter[-1]) for s in signals)
    longest = max(sensor.counter.size for sensor in signals)
    if not together or last - first > MAX_SPREAD * longest:
        spans = ", ".join(f"{s.identifier} {s.counter[0]}-{s.counter[-1]}" for s in signals)
        raise TimelineError(
            f"{recording.name}: the sensors were not recorded together, or their counters are "
            f"wrong. Wanted overlapping sample numbers ({say(recording.counter_source)}), found "
            f"{spans}. Omit files of another trial."
        )
    # half a step of grace, so that 0.05 s at 60 Hz means its three samples whatever the rounding
    limit = int(np.floor(max_gap_s * recording.rate_hz + 1e-6))
    return Clock(first, last, limit)


def _require_usable(
    recording: Recording, signals: Sequence[SensorSignals], rows: Sequence[SensorIntegrity]
) -> None:
    faults = []
    for sensor, row in zip(signals, rows, strict=True):
        if row.nonunit_quaternions > MAX_NONUNIT_SHARE * row.rows:
            norm = np.linalg.norm(np.asarray(sensor.R_ES), axis=1)
            typical = float(np.median(norm[np.isfinite(norm) & (norm > 0.0)]))
            faults.append(
                f"{sensor.identifier}: {row.nonunit_quaternions} of {row.rows} quaternions do "
                f"not have unit norm: wanted 1, typically found {typical:.4g}. The columns may "
                "be other signals (angles, acceleration), incomplete, or unscaled integers"
            )
        elif row.absent_samples == row.expected_samples:
            faults.append(
                f"{sensor.identifier}: wanted orientations, found no valid one in {row.rows} "
                f"rows ({row.nan_quaternions} missing, {row.zero_quaternions} zero). Omit the "
                "sensor, or export it again"
            )
    raise_faults(TimelineError, recording.name, faults)


def _known_mountings(signals: Sequence[SensorSignals]) -> FloatArray | None:
    """Return the mountings that the format gives, (s, 4); None where it gives none."""
    if all(sensor.R_BS is None for sensor in signals):
        return None
    return np.array([np.full(4, np.nan) if s.R_BS is None else s.R_BS for s in signals])


def _join(
    columns: Sequence[FloatArray | None], signals: Sequence[SensorSignals], clock: Clock
) -> FloatArray | None:
    """Return vectors of all sensors on the clock, short gaps bridged; None where none has any."""
    if all(column is None for column in columns):
        return None
    out = np.full((clock.samples, len(signals), 3), np.nan)
    for i, (sensor, column) in enumerate(zip(signals, columns, strict=True)):
        if column is not None:
            placed = np.full((clock.samples, 3), np.nan)
            placed[sensor.counter - clock.first] = column
            bridge_gaps(placed, clock.limit, straight)
            out[:, i] = placed
    return out
