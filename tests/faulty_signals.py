"""Recordings whose signals are at fault, for the tests of what is told of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from opensim_pelvis import pipeline
from opensim_pelvis.config.settings import (
    ActivitySettings,
    CalibrationSettings,
    FusionSettings,
    SubjectSettings,
)
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.io import reading
from opensim_pelvis.report.view_record import CheckRow
from opensim_pelvis.simulate import HEADING_AXIS, SENSOR_MAP, Session, simulate_runner
from opensim_pelvis.simulate.sensors import simulate_sensors
from opensim_pelvis.types import Recording, Result, SensorSignals
from tests.running_cases import REALISTIC

RAW: Final = ("acceleration_mps2", "angular_velocity_radps")
ALL: Final = ("R_ES", *RAW)
BODIES: Final = ("pelvis", "torso", "femur_r", "femur_l")
WORN: Final = {name: body for name, body in SENSOR_MAP.items() if body in BODIES}
NAME_OF: Final = {body: name for name, body in SENSOR_MAP.items()}

REAL: Final = (
    "opensense_walk",
    "gaittoolbox_walk/imu",
    "formats/xsens_dot",
    "formats/ximu3",
    "formats/apdm/imuData01.csv",
    "formats/apdm/apdm_format7.csv",
    "formats/mvnx/test_mocap.mvnx",
    "formats/c3d/C3DRotationExample.c3d",
    "formats/xsens_mt/MT_012005D6_031-000_00B421AF.txt",
)
"""Real recordings that state their rate, below ``../shared/data``."""

Change = Callable[[SensorSignals], SensorSignals]


@cache
def sound(duration_s: float = 20.0, rate_hz: float = 60.0) -> Recording:
    """Return a run of four noisy sensors after two seconds of standing."""
    truth = simulate_runner(session=Session(duration_s=duration_s, rate_hz=rate_hz))
    return simulate_sensors(truth, REALISTIC, BODIES)


@cache
def real(folder: Path, name: str) -> Recording:
    """Return a real recording; sensors that stand for the room are left out."""
    recording = reading.read(folder / name)
    worn = tuple(s for s in recording.sensors if s.identifier != "worldbody")
    return replace(recording, sensors=worn)


def change(recording: Recording, bodies: Sequence[str], how: Change) -> Recording:
    """Return a recording in which the sensors of some bodies are changed."""
    names = {NAME_OF[body] for body in bodies}
    return replace(
        recording,
        sensors=tuple(how(s) if s.identifier in names else s for s in recording.sensors),
    )


def with_rows(fields: Sequence[str], make: Callable[[FloatArray], FloatArray]) -> Change:
    """Return a change of some signals."""

    def apply(sensor: SensorSignals) -> SensorSignals:
        made: dict[str, Any] = {
            field: make(getattr(sensor, field).copy())
            for field in fields
            if getattr(sensor, field) is not None
        }
        return replace(sensor, **made)

    return apply


def hold(first: int, end: int, fields: Sequence[str] = ALL) -> Change:
    """Return a change that holds the sample before ``first`` up to ``end``."""

    def make(values: FloatArray) -> FloatArray:
        values[first:end] = values[first - 1]
        return values

    return with_rows(fields, make)


def loop(first: int, length: int, fields: Sequence[str] = ALL) -> Change:
    """Return a change that shows the samples before ``first`` over and over."""

    def make(values: FloatArray) -> FloatArray:
        rows = np.arange(first, values.shape[0])
        values[first:] = values[first - length + (rows - first) % length]
        return values

    return with_rows(fields, make)


def silent(first: int, end: int) -> Change:
    """Return a change that loses packets."""

    def apply(sensor: SensorSignals) -> SensorSignals:
        rows = np.arange(sensor.counter.size)
        kept = (rows < first) | (rows >= end)
        made: dict[str, Any] = {field: getattr(sensor, field)[kept] for field in ALL}
        return replace(sensor, counter=sensor.counter[kept], **made)

    return apply


def without(fields: Sequence[str]) -> Change:
    """Return a change that takes signals out."""
    nothing: dict[str, Any] = dict.fromkeys(fields)
    return lambda sensor: replace(sensor, **nothing)


def run(recording: Recording, *, fused: bool = False, speed_mps: float = 3.5) -> Result:
    """Run the whole job on such a recording."""
    names = set(recording.identifiers)
    result = pipeline.run(
        recording,
        sensors={name: body for name, body in WORN.items() if name in names},
        calibration=CalibrationSettings(window_s=(0.0, 2.0), heading_axis=HEADING_AXIS),
        fusion=FusionSettings(orientations="fused" if fused else "vendor"),
        subject=SubjectSettings(id="S01", sex="male", height_m=1.75),
        activity=ActivitySettings(kind="running", surface="treadmill", speed_mps=speed_mps),
    )
    for check in result.quality.checks:
        CheckRow(**asdict(check))  # what a report that is read again must hold
    return result


def verdict_of(result: Result, check: str) -> str:
    """Return the verdict of one check."""
    return next(c.verdict for c in result.quality.checks if c.name == check)


def mean_of(result: Result, measure: str) -> float:
    """Return the mean of a measure, of the first side."""
    assert result.running is not None
    return next(s.mean for s in result.running.summaries if s.name == measure)
