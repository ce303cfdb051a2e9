"""Signals that events are found in: sagittal angular velocity of a segment, and its extremes."""

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


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class SegmentSignal:
    """Angular velocity of a segment about its mediolateral axis (z of B), + forward swing.

    Parameters
    ----------
    omega_radps : (t,) array
        NaN where absent.
    measured : bool
        From a gyroscope; otherwise differences of orientations.
    """

    body: str
    omega_radps: FloatArray
    measured: bool


def sagittal_velocity(
    body: str, aligned: AlignedRecording, placement: Placement, kinematics: Kinematics
) -> SegmentSignal | None:
    """Return the sagittal angular velocity of a body that wears a sensor, or None."""
    if body not in aligned.bodies or body not in placement.bodies:
        return None
    column = aligned.bodies.index(body)
    if aligned.angular_velocity_radps is not None:
        omega_s = aligned.angular_velocity_radps[:, column]
        if np.isfinite(omega_s).all(axis=1).mean() > 0.5:
            R_BS = placement.R_BS[placement.bodies.index(body)]
            return SegmentSignal(body=body, omega_radps=rotate(R_BS, omega_s)[:, 2], measured=True)
    if body not in kinematics.bodies:
        return None
    R_GB = kinematics.R_GB[:, kinematics.bodies.index(body)]
    omega_b = rotate(inverse(R_GB), angular_velocity(R_GB, kinematics.rate_hz))
    return SegmentSignal(body=body, omega_radps=omega_b[:, 2], measured=False)


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
    """Return the samples of local maxima (sign 1) or minima (-1) beyond a height from zero."""
    from scipy.signal import find_peaks

    usable = np.where(np.isfinite(values), sign * values, -np.inf)
    found, _ = find_peaks(usable, height=height, distance=max(distance, 1))
    return np.asarray(found, dtype=np.int64)


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
