"""Sensors of an MVNX file: their signals, and what kind of acceleration version 3 holds."""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.frames import GRAVITY_MPS2, FloatArray, IntArray, UpAxis, earth_from_world
from opensim_pelvis.io.readers.mvnx_frames import MvnxFrames
from opensim_pelvis.io.readers.mvnx_header import MvnxHeader
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.rotations import multiply, rotate
from opensim_pelvis.types import SensorSignals

SENSOR: Final = " sensor"
"""Ends the name of a sensor, since segments and sensors of MVN share their labels."""

WIDTHS: Final = {
    "sensorOrientation": 4,
    "sensorFreeAcceleration": 3,
    "sensorMagneticField": 3,
    "sensorAcceleration": 3,
    "sensorAngularVelocity": 3,
}
"""Elements of a frame that hold signals of sensors, and how many numbers a sensor has there."""

GRAVITY_TOLERANCE_MPS2: Final = 2.0
"""How far the mean acceleration in the world may be from gravity for it to be contained."""


def read_sensors(
    header: MvnxHeader, frames: MvnxFrames, counter: IntArray, up: UpAxis
) -> tuple[tuple[SensorSignals, ...], tuple[Notice, ...]]:
    """Return the sensors, called ``<label> sensor``, and notes on their signals."""
    R_EW = earth_from_world(up)
    by_sensor = {
        name: split(frames.signals[name], width)
        for name, width in WIDTHS.items()
        if name in frames.signals
    }
    without: list[str] = []
    sensors = []
    for column, label in enumerate(header.sensors):
        signals = {name: parts[column] for name, parts in by_sensor.items()}
        q, free = signals.get("sensorOrientation"), signals.get("sensorFreeAcceleration")
        acceleration = signals.get("sensorAcceleration")
        if acceleration is not None and not _holds_gravity(acceleration, q, R_EW):
            without.append(label)
            acceleration = None
        sensors.append(
            SensorSignals(
                identifier=label + SENSOR,
                counter=counter,
                R_ES=None if q is None else turn(R_EW, q),
                acceleration_mps2=acceleration,
                free_acceleration_mps2=free if free is None or up == "z" else rotate(R_EW, free),
                angular_velocity_radps=signals.get("sensorAngularVelocity"),
                magnetic_field=signals.get("sensorMagneticField"),
                file=header.path.name,
            )
        )
    left_out = [notice("mvnx.no_gravity", *without, sensors=without)] if without else []
    return tuple(sensors), (*left_out, *_incomplete(frames))


def split(block: FloatArray, width: int) -> list[FloatArray]:
    """Return the columns of each segment or sensor, each in memory of its own."""
    return [
        np.ascontiguousarray(block[:, start : start + width])
        for start in range(0, block.shape[1], width)
    ]


def turn(R_EW: FloatArray, q: FloatArray) -> FloatArray:
    """Return orientations in E from those in the file's world."""
    return q if R_EW[0] == 1.0 else multiply(R_EW, q)


def _holds_gravity(acceleration: FloatArray, q: FloatArray | None, R_EW: FloatArray) -> bool:
    """Return whether an acceleration in the sensor is specific force: in the mean, gravity up."""
    if q is None:
        return False
    in_earth = rotate(turn(R_EW, q), acceleration)
    present = np.isfinite(in_earth).all(axis=1)
    if not present.any():
        return False
    with np.errstate(over="ignore"):
        mean = in_earth[present].mean(axis=0)
        off_mps2 = np.linalg.norm(mean - [0.0, 0.0, GRAVITY_MPS2])
    return bool(off_mps2 <= GRAVITY_TOLERANCE_MPS2)


def _incomplete(frames: MvnxFrames) -> list[Notice]:
    """Say which elements are missing in some frames."""
    return [
        notice("mvnx.element_missing", element=name, missing=missing, frames=block.shape[0])
        for name, block in frames.signals.items()
        if (missing := int(np.isnan(block).all(axis=1).sum()))
    ]
