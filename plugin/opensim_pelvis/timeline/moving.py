"""How fast one sensor moved at each of its samples, as each of its signals has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.types import SensorSignals, SignalKind

_REACH_S: Final = 0.05  # to each side: noise and rounding of single orientations are no movement


@dataclass(frozen=True, eq=False, slots=True)
class Motion:
    """Speeds of one sensor.

    Parameters
    ----------
    time_s : (n,) array
    speeds_radps : mapping
        Angular speed by the gyroscope and by the orientations, (n,) each, of the signals there
        are.
    force_mps2 : (n,) array or None
        Length of the specific force.
    """

    time_s: FloatArray
    speeds_radps: dict[SignalKind, FloatArray]
    force_mps2: FloatArray | None

    def mean_speed(self, kind: SignalKind, start_s: float, end_s: float) -> float:
        """Return the mean angular speed that a signal shows in a span of time; NaN without one."""
        if kind not in self.speeds_radps:
            return float("nan")
        first, end = np.searchsorted(self.time_s, [start_s, end_s])
        return _mean(self.speeds_radps[kind][first:end])

    def shaking(self, start_s: float, end_s: float) -> float:
        """Return the standard deviation of the specific force in a span of time, m/s^2."""
        if self.force_mps2 is None:
            return float("nan")
        first, end = np.searchsorted(self.time_s, [start_s, end_s])
        part = self.force_mps2[first:end]
        part = part[np.isfinite(part)]
        return float(np.std(part)) if part.size else float("nan")


def describe_speeds(sensor: SensorSignals, time_s: FloatArray) -> Motion:
    """Return how fast a sensor moved.

    Parameters
    ----------
    sensor : SensorSignals
    time_s : (n,) array
    """
    speeds: dict[SignalKind, FloatArray] = {}
    turning, q, force = sensor.angular_velocity_radps, sensor.R_ES, sensor.acceleration_mps2
    if turning is not None:
        speeds["angular velocity"] = _lengths(turning)
    if q is not None and q.shape[0] > 2:
        speeds["orientation"] = _turning_of(q, time_s)
    return Motion(time_s, speeds, None if force is None else _lengths(force))


def _turning_of(q: FloatArray, time_s: FloatArray) -> FloatArray:
    """Return the angular speed of orientations over a tenth of a second, (n,)."""
    reach = max(1, round(_REACH_S / float(np.median(np.diff(time_s)))))
    out = np.full(q.shape[0], np.nan)
    if q.shape[0] <= 2 * reach:
        return out
    before, after = q[: -2 * reach], q[2 * reach :]
    norm2 = np.einsum("ij,ij->i", q, q)
    with np.errstate(invalid="ignore", divide="ignore"):
        same = np.abs(np.einsum("ij,ij->i", before, after))
        same /= np.sqrt(norm2[: -2 * reach] * norm2[2 * reach :])
        angle = 2.0 * np.arccos(np.minimum(same, 1.0))
    out[reach:-reach] = angle / (time_s[2 * reach :] - time_s[: -2 * reach])
    return out


def _lengths(vectors: FloatArray) -> FloatArray:
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", vectors, vectors)))


def _mean(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")
