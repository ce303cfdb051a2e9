"""Cuts one sensor's samples into stretches that can be integrated, on equal steps.

A gyroscope tells turns only while it is sampled. Short holes are filled by straight lines so that
integration can go on; a longer hole ends a stretch, and the next one starts with a heading of
its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray, IntArray
from opensim_pelvis.types import SensorSignals

MAX_JITTER: Final = 0.1
"""Spread of the steps, as a part of the step, above which equal steps are a doubtful picture."""

MIN_STRETCH: Final = 8
"""Samples below which a stretch is not fused: the inclination would rest on next to nothing."""


@dataclass(frozen=True, eq=False, slots=True)
class Sampling:
    """When one sensor took its samples.

    Parameters
    ----------
    step_s : float
        Mean step between neighbouring samples.
    index : (n,) int array
        Place of each row on a grid of equal steps, from 0.
    jitter : float
        Standard deviation of the steps from whole multiples of ``step_s``, in steps.
    """

    step_s: float
    index: IntArray
    jitter: float


@dataclass(frozen=True, eq=False, slots=True)
class Stretch:
    """Samples without a long hole, on equal steps.

    Parameters
    ----------
    rows : (m,) int array
        Rows of the sensor that are measured.
    places : (m,) int array
        Where they lie on the stretch's grid.
    samples : int
        Length of the grid.
    start : int
        Place of its first sample on the sensor's grid.
    """

    rows: IntArray
    places: IntArray
    samples: int
    start: int

    def fill(self, signal: FloatArray) -> FloatArray:
        """Return a sensor's signal on the grid of the stretch, (samples, 3), holes filled."""
        measured = signal[self.rows]
        if self.rows.size == self.samples and np.isfinite(measured).all():
            return np.ascontiguousarray(measured)
        grid = np.arange(self.samples)
        out = np.empty((self.samples, 3))
        for axis, values in enumerate(measured.T):
            known = np.isfinite(values)
            out[:, axis] = np.interp(grid, self.places[known], values[known])
        return out


def find_sampling(sensor: SensorSignals, rate_hz: float) -> Sampling:
    """Find a sensor's own step and where its rows lie on a grid of such steps.

    The step is the mean of those near the median: a clock that is written in milliseconds has a
    median step that is off by percents, and every turn would be off by as much.

    Parameters
    ----------
    sensor : SensorSignals
        At least two rows.
    rate_hz : float
        Rate of the common count, where the sensor has no times of its own.
    """
    time_s = sensor.counter / rate_hz if sensor.time_s is None else sensor.time_s
    steps_s = np.diff(time_s)
    median_s = float(np.median(steps_s))
    near = steps_s[(steps_s > 0.5 * median_s) & (steps_s < 1.5 * median_s)]
    step_s = float(near.mean())
    whole = np.maximum(np.rint(steps_s / step_s), 1.0)
    index = np.concatenate([[0], np.cumsum(whole)]).astype(np.int64)
    return Sampling(step_s, index, float(np.std(steps_s / step_s - whole)))


def cut_stretches(
    sensor: SensorSignals, sampling: Sampling, *, max_gap_s: float
) -> tuple[Stretch, ...]:
    """Cut a sensor's rows where acceleration or angular velocity is missing for too long.

    Parameters
    ----------
    sensor : SensorSignals
        With acceleration and angular velocity.
    sampling : Sampling
    max_gap_s : float
        Longest hole that is filled, seconds.

    Returns
    -------
    tuple of Stretch
        In order; shorter ones than ``MIN_STRETCH`` rows are left out.
    """
    needed = (sensor.acceleration_mps2, sensor.angular_velocity_radps)
    # a sum is NaN where a member is, and several times quicker than all() over short rows
    sums = [np.einsum("ij->i", signal) for signal in needed if signal is not None]
    usable = np.flatnonzero(np.isfinite(np.sum(sums, axis=0)))
    limit = int(np.floor(max_gap_s / sampling.step_s + 1e-6))
    breaks = np.flatnonzero(np.diff(sampling.index[usable]) > limit + 1) + 1
    return tuple(
        _on_grid(sampling.index[rows], rows)
        for rows in np.split(usable, breaks)
        if rows.size >= MIN_STRETCH
    )


def longest_hole_s(signal: FloatArray, stretch: Stretch, step_s: float) -> float:
    """Return the longest time within a stretch for which a signal is missing; inf when always."""
    known = stretch.places[np.isfinite(signal[stretch.rows]).all(axis=1)]
    if not known.size:
        return np.inf
    edges = np.concatenate([[-1], known, [stretch.samples]])
    return float((np.diff(edges).max() - 1) * step_s)


def _on_grid(places: IntArray, rows: IntArray) -> Stretch:
    start = int(places[0])
    return Stretch(rows, places - start, samples=int(places[-1]) - start + 1, start=start)
