"""Signals that events are found in, their extremes, and where they pass a level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from opensim_pelvis.frames import FloatArray, IntArray
from opensim_pelvis.rotations import angular_velocity, inverse, rotate
from opensim_pelvis.types import AlignedRecording, Kinematics, Placement

EVENT_CUTOFF_HZ: Final = 20.0
"""Low-pass of the signal in which contacts are found; a choice within published practice."""

CYCLE_CUTOFF_HZ: Final = 4.0
"""Low-pass of the signal in which swings are counted: at most two swings a second."""

_LEAST_PRESENT: Final = 0.5
"""A signal of which less is there is not used; a choice."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class SegmentSignal:
    """What events of a leg are found in: how a segment turns, and what its accelerometer feels.

    Parameters
    ----------
    omega_radps : (t,) array
        Angular velocity about the mediolateral axis (z of B), + forward swing; NaN where absent.
    measured : bool
        From a gyroscope; otherwise differences of orientations.
    force_x_mps2 : (t,) array or None
        Specific force along x of B (heel to toe in a foot); None without an accelerometer.
    """

    body: str
    omega_radps: FloatArray
    measured: bool
    force_x_mps2: FloatArray | None = None


def segment_signal(
    body: str, aligned: AlignedRecording, placement: Placement, kinematics: Kinematics
) -> SegmentSignal | None:
    """Return the signals of a body that wears a sensor, or None."""
    if body not in aligned.bodies or body not in placement.bodies:
        return None
    R_BS = placement.R_BS[placement.bodies.index(body)]
    vectors: dict[str, FloatArray] = {}
    for name in ("angular_velocity_radps", "acceleration_mps2"):
        signal: FloatArray | None = getattr(aligned, name)
        if signal is None:
            continue
        of_sensor = signal[:, aligned.bodies.index(body)]
        if np.isfinite(of_sensor).all(axis=1).mean() > _LEAST_PRESENT:
            vectors[name] = rotate(R_BS, of_sensor)
    force = vectors.get("acceleration_mps2")
    omega = vectors.get("angular_velocity_radps")
    measured = omega is not None
    if omega is None:
        if body not in kinematics.bodies:
            return None
        R_GB = kinematics.R_GB[:, kinematics.bodies.index(body)]
        omega = rotate(inverse(R_GB), angular_velocity(R_GB, kinematics.rate_hz))
    return SegmentSignal(
        body=body,
        omega_radps=omega[:, 2],
        measured=measured,
        force_x_mps2=None if force is None else force[:, 0],
    )


def low_pass(values: FloatArray, rate_hz: float, cutoff_hz: float) -> FloatArray:
    """Return values through a Butterworth filter of 2nd order, forth and back (no delay).

    Gaps are bridged by straight lines for the filter and are absent again in the result.
    """
    from scipy.signal import butter, sosfiltfilt

    present = np.isfinite(values)
    if present.sum() < 2:
        return values
    at = np.arange(values.size)
    whole = np.interp(at, at[present], values[present])
    if cutoff_hz >= 0.45 * rate_hz or values.size < 16:
        return np.where(present, whole, np.nan)
    sos = butter(2, cutoff_hz, fs=rate_hz, output="sos")
    return np.where(present, sosfiltfilt(sos, whole), np.nan)


def find_extremes(
    values: FloatArray, sign: Literal[1, -1], *, height: float, distance: int = 1
) -> IntArray:
    """Return the samples of local maxima (sign 1) or minima (-1) beyond a height from zero.

    The edge of a gap is none, however high it is.
    """
    from scipy.signal import find_peaks

    present = np.isfinite(values)
    usable = np.where(present, sign * values, -np.inf)
    found, _ = find_peaks(usable, height=height, distance=max(distance, 1))
    inside = present[found - 1] & present[np.minimum(found + 1, values.size - 1)]
    return np.asarray(found[inside], dtype=np.int64)


def refine(values: FloatArray, found: IntArray) -> FloatArray:
    """Return the positions of extremes between samples, by the parabola through three."""
    if found.size == 0:
        return np.zeros(0)
    inner = np.clip(found, 1, values.size - 2)
    before, here, after = values[inner - 1], values[inner], values[inner + 1]
    bend = before - 2.0 * here + after
    with np.errstate(invalid="ignore", divide="ignore"):
        shift = 0.5 * (before - after) / bend
    usable = np.isfinite(shift) & (np.abs(shift) <= 1.0)
    return np.asarray(found + np.where(usable & (inner == found), shift, 0.0), dtype=np.float64)


def passes(
    values: FloatArray, start: float, stop: float, level: float, way: Literal["rise", "fall"]
) -> FloatArray:
    """Return where values pass a level between two samples, by straight lines, in order.

    >>> passes(np.array([2.0, 1.0, -1.0, 1.0]), 0, 3, 0.0, "fall")
    array([1.5])
    """
    first, last = max(int(np.ceil(start)), 0), min(int(stop), values.size - 1)
    if last <= first:
        return np.zeros(0)
    part = values[first : last + 1] - level
    before, after = part[:-1], part[1:]
    through = (before > 0.0) & (after <= 0.0) if way == "fall" else (before <= 0.0) & (after > 0.0)
    at = np.flatnonzero(through)
    return np.asarray(first + at + before[at] / (before[at] - after[at]), dtype=np.float64)


def minima_in(values: FloatArray, start: float, stop: float) -> IntArray:
    """Return the samples of the local minima strictly between two samples."""
    first, last = max(int(np.ceil(start)), 1), min(int(stop), values.size - 2)
    if last < first:
        return np.zeros(0, dtype=np.int64)
    here = values[first : last + 1]
    low = (here < values[first - 1 : last]) & (here <= values[first + 1 : last + 2])
    return np.asarray(first + np.flatnonzero(low), dtype=np.int64)
