"""The scale of a gyroscope, or of its sampling rate, from gravity: for raw signals alone.

Seen from a frame that does not turn, gravity stays where it is. A gyroscope whose turns are too
large or too small by a factor, in value or in time, makes it wander with each swing. The factor at
which it wanders least is that of the gyroscope. Accelerations over ground hide it; then nothing is
said (`signal_check` has the method).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from scipy.optimize import minimize_scalar

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.fusion.gravity import find_telling_windows, follow
from opensim_pelvis.fusion.stretches import cut_stretches, find_sampling
from opensim_pelvis.types import SensorSignals

LEAST_GAIN: Final = 3.0
"""How many times less gravity must wander at another factor for it to be believed. Real sensors
that move, and are right, show up to 2.0."""

_FACTORS: Final = np.geomspace(0.5, 2.0, 11)
_SAME: Final = 1.2  # how much better another factor may fit where that of the file is right
_LEAST_S: Final = 15.0
_MOST_WINDOWS, _WINDOWS = 12, 6  # bound the work


def find_gain(sensor: SensorSignals, rate_hz: float, max_gap_s: float) -> float:
    """Return by what factor a gyroscope's turns are too large; 1 where its own scale fits.

    Parameters
    ----------
    sensor : SensorSignals
    rate_hz : float
        Of the common count.
    max_gap_s : float
        Longest hole that is bridged.

    Returns
    -------
    float
        NaN where the signals do not tell.
    """
    if sensor.angular_velocity_radps is None or sensor.acceleration_mps2 is None:
        return float("nan")
    if sensor.counter.size < 2:
        return float("nan")
    sampling = find_sampling(sensor, rate_hz)
    stretches = cut_stretches(sensor, sampling, max_gap_s=max_gap_s)
    longest = max(stretches, key=lambda stretch: stretch.samples, default=None)
    if longest is None or longest.samples * sampling.step_s < _LEAST_S:
        return float("nan")
    force = longest.fill(sensor.acceleration_mps2)
    turning = longest.fill(sensor.angular_velocity_radps)
    windows = find_telling_windows(turning, sampling.step_s, _MOST_WINDOWS)
    windows = windows[:: max(len(windows) // _WINDOWS, 1)]

    def wander(factor: float) -> float:
        wander2 = follow(force, turning * factor, sampling.step_s, windows).wander2
        return float(np.sqrt(np.median(wander2)))

    return _best(np.array([wander(factor) for factor in _FACTORS]), wander)


def _best(coarse: FloatArray, wander: Callable[[float], float]) -> float:
    """Return one over the factor of least wander, where it is clearly less than as read."""
    k = int(coarse.argmin())
    around = (_FACTORS[max(k - 1, 0)], _FACTORS[min(k + 1, _FACTORS.size - 1)])
    found = minimize_scalar(wander, bounds=around, method="bounded", options={"xatol": 0.003})
    as_read = wander(1.0)
    if as_read >= LEAST_GAIN * found.fun:
        return float(1.0 / found.x)
    fits = as_read <= _SAME * found.fun and coarse.max() >= LEAST_GAIN * as_read
    return 1.0 if fits else float("nan")
