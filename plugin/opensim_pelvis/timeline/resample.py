"""Takes the signals of one sensor from its own sample times to the counts of a common grid.

Orientations go by slerp (Shoemake 1985, doi:10.1145/325165.325242), vectors by a cubic spline.
Where the grid is coarser than the sensor's samples, vectors pass a low-pass filter first. Nothing
is made up: counts outside the sensor's samples, or inside a hole of them, get no row.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from opensim_pelvis.frames import BoolArray, FloatArray, IntArray
from opensim_pelvis.rotations import (
    from_rotation_vector,
    inverse,
    is_present,
    multiply,
    normalise,
    to_rotation_vector,
)
from opensim_pelvis.types import SensorSignals

HOLE_STEPS: Final = 1.6
"""Steps between two samples from which on at least one sample is missing between them."""

CUTOFF_SHARE: Final = 0.4
"""Cut-off of the low-pass filter as a part of the rate of the grid, before downsampling."""

VECTORS: Final = (
    "acceleration_mps2",
    "free_acceleration_mps2",
    "angular_velocity_radps",
    "magnetic_field",
)
"""Signals of `SensorSignals` that are vectors."""

_ON_SAMPLE: Final = 1e-6  # parts of a step: closer to a sample than that is the sample
_BRIDGED_STEPS: Final = 6.0  # the filter runs over holes up to this; longer ones end its run


@dataclass(frozen=True, eq=False, slots=True)
class _Places:
    """Where the points of a grid lie among the samples: row before, part of the step."""

    before: IntArray
    part: FloatArray
    inside: BoolArray


def typical_step(time_s: FloatArray) -> float:
    """Return the median step between sample times, seconds; NaN below two samples."""
    return float(np.median(np.diff(time_s))) if time_s.size > 1 else float("nan")


def resample_sensor(
    sensor: SensorSignals, time_s: FloatArray, *, rate_hz: float, first: int
) -> SensorSignals:
    """Return a sensor's signals on a grid of counts.

    Parameters
    ----------
    sensor : SensorSignals
    time_s : (n,) array
        Times of its samples in seconds after a common zero, strictly increasing.
    rate_hz : float
        Rate of the grid: count k is the instant ``(k + first) / rate_hz``.
    first : int
        Place of count zero on the grid.

    Returns
    -------
    SensorSignals
        Without ``time_s``. Signals missing at a sample next to a grid point are NaN there.

    Notes
    -----
    Slerp between samples h apart errs by at most ``h² / 8`` times the largest angular
    acceleration; the spline of a sine of frequency f by about ``(2 π f h)⁴ / 384`` of its
    amplitude.
    """
    low = int(np.ceil(time_s[0] * rate_hz - _ON_SAMPLE))
    high = int(np.floor(time_s[-1] * rate_hz + _ON_SAMPLE))
    place = np.arange(low, high + 1, dtype=np.int64)
    places = _locate(time_s, place / rate_hz)
    kept = places.inside
    grid_s = (place / rate_hz)[kept]
    places = _Places(places.before[kept], places.part[kept], kept[kept])
    vectors: dict[str, Any] = {
        name: _resample_vectors(getattr(sensor, name), time_s, grid_s, places, rate_hz)
        for name in VECTORS
        if getattr(sensor, name) is not None
    }
    R_ES = None if sensor.R_ES is None else _resample_rotations(sensor.R_ES, places)
    return replace(sensor, counter=place[kept] - first, time_s=None, R_ES=R_ES, **vectors)


def interpolate(time_s: FloatArray, values: FloatArray, wanted_s: FloatArray) -> FloatArray:
    """Return (n, c) values at other times by a cubic spline through the finite rows.

    Times outside the samples get the spline's own continuation: mask them.
    """
    from scipy.interpolate import CubicSpline

    return np.asarray(CubicSpline(time_s, values)(wanted_s))


def low_pass(values: FloatArray, cutoff_hz: float, rate_hz: float) -> FloatArray:
    """Return (n, c) evenly sampled values without what is faster than a cut-off; no delay.

    A Butterworth filter of fourth order runs forward and backward (SciPy's ``sosfiltfilt``).
    """
    from scipy.signal import butter, sosfiltfilt

    sections = butter(4, min(cutoff_hz / (rate_hz / 2.0), 0.99), output="sos")
    padding = min(values.shape[0] - 1, round(3.0 * rate_hz / cutoff_hz))
    return np.asarray(sosfiltfilt(sections, values, axis=0, padlen=padding))


def _locate(time_s: FloatArray, grid_s: FloatArray) -> _Places:
    """Find each grid point among the samples; inside means that no hole is around it."""
    step_s = typical_step(time_s)
    slack_s = _ON_SAMPLE * step_s
    before = np.clip(np.searchsorted(time_s, grid_s + slack_s, "right") - 1, 0, time_s.size - 2)
    width_s = time_s[before + 1] - time_s[before]
    after_s = grid_s - time_s[before]
    on_sample = (np.abs(after_s) <= slack_s) | (np.abs(after_s - width_s) <= slack_s)
    inside = on_sample | (width_s <= HOLE_STEPS * step_s)
    part = np.where(np.abs(after_s) <= slack_s, 0.0, after_s / width_s)
    part = np.where(np.abs(after_s - width_s) <= slack_s, 1.0, part)
    return _Places(before, part, inside)


def _resample_rotations(R_ES: FloatArray, places: _Places) -> FloatArray:
    """Return orientations between samples by slerp; a sample met exactly comes out as it is."""
    before, after = R_ES[places.before], R_ES[places.before + 1]
    part = places.part[:, None]
    from_s, to_s = normalise(before), normalise(after)
    turn = to_rotation_vector(multiply(inverse(from_s), to_s))
    between = multiply(from_s, from_rotation_vector(part * turn))
    return np.where(part == 0.0, before, np.where(part == 1.0, after, between))


def _resample_vectors(
    values: FloatArray, time_s: FloatArray, grid_s: FloatArray, places: _Places, rate_hz: float
) -> FloatArray:
    """Return vectors at the grid points, run by run between the holes of the samples."""
    out = np.full((grid_s.size, values.shape[1]), np.nan)
    step_s = typical_step(time_s)
    present: BoolArray = np.asarray(np.isfinite(values).all(axis=1))
    rows = np.flatnonzero(present)
    if not rows.size:
        return out
    breaks = np.flatnonzero(np.diff(time_s[rows]) > _BRIDGED_STEPS * step_s) + 1
    for run in np.split(rows, breaks):
        slack_s = _ON_SAMPLE * step_s
        low = np.searchsorted(grid_s, time_s[run[0]] - slack_s)
        high = np.searchsorted(grid_s, time_s[run[-1]] + slack_s, "right")
        if run.size > 1 and high > low:
            out[low:high] = _resample_run(
                time_s[run], values[run], grid_s[low:high], step_s, rate_hz
            )
    known_before = np.asarray(present[places.before]) | np.asarray(places.part == 1.0)
    known_after = np.asarray(present[places.before + 1]) | np.asarray(places.part == 0.0)
    known = np.logical_and(known_before, known_after)
    out[~known] = np.nan
    return out


def _resample_run(
    time_s: FloatArray, values: FloatArray, grid_s: FloatArray, step_s: float, rate_hz: float
) -> FloatArray:
    """Return a stretch of vectors on the grid, filtered where the grid is coarser."""
    if rate_hz * step_s > 1.0 - 1e-3 or time_s.size < 4:
        return interpolate(time_s, values, grid_s)
    even_s = np.linspace(
        time_s[0], time_s[-1], max(round((time_s[-1] - time_s[0]) / step_s) + 1, 4)
    )
    even = interpolate(time_s, values, even_s)
    source_hz = 1.0 / (even_s[1] - even_s[0])
    return interpolate(even_s, low_pass(even, CUTOFF_SHARE * rate_hz, source_hz), grid_s)


def present_orientations(R_ES: FloatArray) -> BoolArray:
    """Return which (n, 4) rows are orientations: finite and not zero."""
    return np.asarray(is_present(R_ES) & (np.linalg.norm(R_ES, axis=1) > 0.5))
