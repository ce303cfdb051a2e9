"""Recordings whose every sample is written by hand."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.rotations import from_rotation_vector
from opensim_pelvis.types import AlignedRecording, CalibrationPose, IntegrityLedger

UPRIGHT = np.array([1.0, 0.0, 0.0, 0.0])


def recorded(
    R_ES: Mapping[str, FloatArray],
    rate_hz: float,
    *,
    force_mps2: Mapping[str, FloatArray] | None = None,
) -> AlignedRecording:
    """Return a recording of sensors on the named bodies, (t, 4) and (t, 3) each."""
    bodies = tuple(R_ES)
    q = np.stack([R_ES[body] for body in bodies], axis=1)
    felt = None if force_mps2 is None else np.stack([force_mps2[b] for b in bodies], axis=1)
    return AlignedRecording(
        time_s=np.arange(q.shape[0]) / rate_hz,
        rate_hz=rate_hz,
        sensors=tuple(f"{body}_imu" for body in bodies),
        bodies=bodies,
        identifiers=bodies,
        R_ES=q,
        ledger=IntegrityLedger(sensors=()),
        acceleration_mps2=felt,
    )


def stood(*R_ES: FloatArray, window_s: tuple[float, float] = (0.0, 1.0)) -> CalibrationPose:
    """Return a pose with one orientation a sensor."""
    return CalibrationPose(
        window_s=window_s,
        window_source="given",
        method="static",
        R_ES=np.stack(R_ES),
        samples=np.full(len(R_ES), 50),
        spread_rad=np.zeros(len(R_ES)),
    )


def about(
    axis: FloatArray | tuple[float, float, float], angle_rad: FloatArray | float
) -> FloatArray:
    """Return quaternions of turns about a unit axis, (...) to (..., 4)."""
    return from_rotation_vector(np.asarray(angle_rad)[..., None] * np.asarray(axis))


def heading_turn(angle_rad: FloatArray | float) -> FloatArray:
    """Return quaternions of turns about the vertical of E, positive to the left."""
    return about((0.0, 0.0, 1.0), angle_rad)
