"""How each sensor's case lies while it is still, and how much it moves: what ``inspect`` shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.frames import AXES, FloatArray, UpAxis, axis_vector, up_in_earth
from opensim_pelvis.rotations import inverse, rotate
from opensim_pelvis.types import Recording, SensorSignals

STILL_SAMPLES: Final = 50
"""Samples in a row that are looked at: half a second to a second at usual rates."""

LEVEL_DEG: Final = 30.0
"""An axis less steep than that can be a heading axis."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAxes:
    """How one sensor lies in its stillest moment, and how much it turns.

    Parameters
    ----------
    identifier : str
    up : str
        Axis of the case that points up most.
    tilt_deg : float
        How far that axis is from the vertical.
    level : tuple of str
        Other axes of the case, of positive sign, that can be heading axes.
    turning_degps : float
        Root mean square angular velocity; NaN without a gyroscope.
    """

    identifier: str
    up: UpAxis
    tilt_deg: float
    level: tuple[UpAxis, ...]
    turning_degps: float


def describe_cases(recording: Recording) -> tuple[CaseAxes, ...]:
    """Return a row for each sensor with acceleration or orientation."""
    rows = (_describe(sensor) for sensor in recording.sensors)
    return tuple(row for row in rows if row is not None)


def _describe(sensor: SensorSignals) -> CaseAxes | None:
    up = _up_when_still(sensor)
    if up is None:
        return None
    along = {axis: float(up @ axis_vector(axis)) for axis in AXES}
    highest = max(AXES, key=lambda axis: along[axis])
    limit = float(np.sin(np.deg2rad(LEVEL_DEG)))
    own = highest.lstrip("-")
    return CaseAxes(
        identifier=sensor.identifier,
        up=highest,
        tilt_deg=float(np.rad2deg(np.arccos(np.clip(along[highest], -1.0, 1.0)))),
        level=tuple(a for a in AXES if a[0] != "-" and a != own and abs(along[a]) < limit),
        turning_degps=_turning_degps(sensor.angular_velocity_radps),
    )


def _up_when_still(sensor: SensorSignals) -> FloatArray | None:
    """Return the upward unit vector in S while the sensor is stillest."""
    felt = sensor.acceleration_mps2
    if felt is None and sensor.R_ES is not None:
        length = np.linalg.norm(sensor.R_ES, axis=1, keepdims=True)
        q = sensor.R_ES / np.where(length > 0.0, length, np.nan)
        felt = rotate(inverse(q), up_in_earth())
    if felt is None:
        return None
    felt = felt[np.isfinite(felt).all(axis=1)]
    count = felt.shape[0] // STILL_SAMPLES
    pieces = felt[: count * STILL_SAMPLES].reshape(count, STILL_SAMPLES, 3) if count else felt[None]
    if pieces.size == 0:
        return None
    mean = pieces[int(np.argmin(pieces.var(axis=1).sum(axis=1)))].mean(axis=0)
    size = float(np.linalg.norm(mean))
    return np.asarray(mean / size) if size > 0.0 else None


def _turning_degps(turning_radps: FloatArray | None) -> float:
    if turning_radps is None or not np.isfinite(turning_radps).any():
        return float("nan")
    return float(np.rad2deg(np.sqrt(np.nanmean(np.square(turning_radps).sum(axis=1)))))
