"""Takes the signals of one sensor from its own sample times to the counts of a common grid.

Orientations go by slerp, vectors by a cubic spline (`interpolation`). Where the grid is coarser
than the sensor's samples, vectors pass a low-pass filter first. Nothing is made up: counts outside
the sensor's samples, or inside a hole of them, get no row.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np

from opensim_pelvis.frames import BoolArray, FloatArray
from opensim_pelvis.interpolation import (
    ON_SAMPLE,
    Places,
    locate,
    low_pass,
    rotations_at,
    smooth_at,
    typical_step,
)
from opensim_pelvis.timeline.integrity import count_holes
from opensim_pelvis.types import SensorSignals

CUTOFF_SHARE: Final = 0.4
"""Cut-off of the low-pass filter as a part of the rate of the grid, before downsampling."""

VECTORS: Final = (
    "acceleration_mps2",
    "free_acceleration_mps2",
    "angular_velocity_radps",
    "magnetic_field",
)
"""Signals of `SensorSignals` that are vectors."""

MAX_SPREAD: Final = 20
"""Steps per row beyond which a span is no recording: a counter or a clock that jumped."""

SMALL_GRID: Final = 1_000_000
"""Counts that any recording may have on a grid, however few its rows are."""

_BRIDGED_STEPS: Final = 6.0  # the filter runs over holes up to this; longer ones end its run


def span_fault(identifier: str, time_s: FloatArray, rate_hz: float) -> str | None:
    """Return what is wrong where the times of a few rows span more than can be a recording.

    Parameters
    ----------
    identifier : str
    time_s : (n,) array
        Increasing, at least two.
    rate_hz : float
        Of the grid on which they are to be put.
    """
    span_s, rows = float(time_s[-1] - time_s[0]), time_s.size
    counts = span_s * rate_hz
    steps = span_s / typical_step(time_s)
    if steps <= MAX_SPREAD * rows and counts <= max(MAX_SPREAD * rows, SMALL_GRID):
        return None
    row = int(np.argmax(np.diff(time_s)))
    return (
        f"{identifier}: {rows} samples span {span_s:.4g} s, {counts:.3g} samples of the timeline "
        f"at {rate_hz:g} Hz; the limit is {max(MAX_SPREAD * rows, SMALL_GRID)}. The longest gap "
        f"is from {time_s[row]:.6g} to {time_s[row + 1]:.6g} s. Split the recording there, or "
        "correct the times"
    )


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
    """
    low = int(np.ceil(time_s[0] * rate_hz - ON_SAMPLE))
    high = int(np.floor(time_s[-1] * rate_hz + ON_SAMPLE))
    place = np.arange(low, high + 1, dtype=np.int64)
    kept = locate(time_s, place / rate_hz).known
    grid_s = (place / rate_hz)[kept]
    places = locate(time_s, grid_s)
    vectors: dict[str, Any] = {
        name: _resample_vectors(getattr(sensor, name), time_s, grid_s, places, rate_hz)
        for name in VECTORS
        if getattr(sensor, name) is not None
    }
    R_ES = None if sensor.R_ES is None else rotations_at(time_s, sensor.R_ES, grid_s)
    return replace(
        sensor,
        counter=place[kept] - first,
        time_s=None,
        dropped_packets=count_holes(sensor),
        R_ES=R_ES,
        **vectors,
    )


def _resample_vectors(
    values: FloatArray, time_s: FloatArray, grid_s: FloatArray, places: Places, rate_hz: float
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
        slack_s = ON_SAMPLE * step_s
        low = np.searchsorted(grid_s, time_s[run[0]] - slack_s)
        high = np.searchsorted(grid_s, time_s[run[-1]] + slack_s, "right")
        if run.size > 1 and high > low:
            out[low:high] = _resample_run(
                time_s[run], values[run], grid_s[low:high], step_s, rate_hz
            )
    known_before = np.asarray(present[places.before]) | np.asarray(places.part == 1.0)
    known_after = np.asarray(present[places.after]) | np.asarray(places.part == 0.0)
    known = np.logical_and(known_before, known_after)
    out[~known] = np.nan
    return out


def _resample_run(
    time_s: FloatArray, values: FloatArray, grid_s: FloatArray, step_s: float, rate_hz: float
) -> FloatArray:
    """Return a stretch of vectors on the grid, filtered where the grid is coarser."""
    if rate_hz * step_s > 1.0 - 1e-3 or time_s.size < 4:
        return smooth_at(time_s, values, grid_s)
    even_s = np.linspace(
        time_s[0], time_s[-1], max(round((time_s[-1] - time_s[0]) / step_s) + 1, 4)
    )
    even = smooth_at(time_s, values, even_s)
    source_hz = 1.0 / (even_s[1] - even_s[0])
    return smooth_at(even_s, low_pass(even, CUTOFF_SHARE * rate_hz, source_hz), grid_s)
