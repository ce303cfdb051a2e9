"""Where a recording holds steady, cyclic motion: walking or running, told by its rhythm."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from opensim_pelvis.frames import BoolArray, FloatArray
from opensim_pelvis.types import AlignedRecording

RHYTHM_HZ: Final = (0.6, 4.0)
"""Strides of slow walking to steps of fast running."""

LEAST_CORRELATION: Final = 0.5
"""Autocorrelation of angular speed at its period; steady running has 0.9, fidgeting 0.2."""

LEAST_SPEED_RADPS: Final = 0.5
"""Mean angular speed of the sensors; standing has 0.05, walking 1."""

_RATE_HZ = 20.0
_WINDOW_S = 6.0
_EDGE_S = 1.0  # the first and last strides of a stretch are starting and stopping


def find_cyclic(aligned: AlignedRecording, time_s: FloatArray) -> BoolArray:
    """Return at which of some times the motion is cyclic.

    Parameters
    ----------
    aligned : AlignedRecording
    time_s : (n,) array
        On the aligned clock.

    Notes
    -----
    The angular speed of all sensors together, which no heading touches, is correlated with itself
    in windows of six seconds. A window counts when a period of walking or running repeats.
    """
    step = max(round(aligned.rate_hz / _RATE_HZ), 1)
    rate_hz = aligned.rate_hz / step
    speed = _angular_speed(aligned, step)
    width = round(_WINDOW_S * rate_hz)
    if speed.size < width:
        return np.zeros(time_s.size, dtype=np.bool_)
    hop = max(round(rate_hz), 1)
    windows = sliding_window_view(speed, width)[::hop]
    good = _is_rhythmic(windows, rate_hz) & (windows.mean(axis=1) > LEAST_SPEED_RADPS)
    cyclic = np.zeros(speed.size, dtype=np.bool_)
    for start in np.flatnonzero(good) * hop:
        cyclic[start : start + width] = True
    # A window of which two thirds are rhythmic passes, too: the edges must move themselves.
    calm = np.convolve(speed, np.ones(hop) / hop, mode="same") < LEAST_SPEED_RADPS
    cyclic = shrink(cyclic & ~calm, round(_EDGE_S * rate_hz))
    index = np.clip(np.rint(time_s * rate_hz).astype(np.int64), 0, cyclic.size - 1)
    return np.asarray(cyclic[index])


def _angular_speed(aligned: AlignedRecording, step: int) -> FloatArray:
    """Return the mean angular speed of the sensors present, thinned, rad/s."""
    q = aligned.R_ES[::step]
    if q.shape[0] < 2:
        return np.zeros(q.shape[0])
    same = np.abs(np.einsum("tsk,tsk->ts", q[1:], q[:-1]))
    angle = 2.0 * np.arccos(np.clip(same, 0.0, 1.0)) * aligned.rate_hz / step
    present = np.isfinite(angle)
    total = np.where(present, angle, 0.0).sum(axis=1) / np.maximum(present.sum(axis=1), 1)
    return np.append(total, total[-1])


def _is_rhythmic(windows: FloatArray, rate_hz: float) -> BoolArray:
    centred = windows - windows.mean(axis=1, keepdims=True)
    size = 2 * windows.shape[1]
    power = np.abs(np.fft.rfft(centred, size, axis=1)) ** 2
    correlation = np.fft.irfft(power, size, axis=1)[:, : windows.shape[1]]
    overlap = 1.0 - np.arange(windows.shape[1]) / windows.shape[1]
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = correlation / correlation[:, :1] / overlap
    low, high = int(np.floor(rate_hz / RHYTHM_HZ[1])), int(np.ceil(rate_hz / RHYTHM_HZ[0]))
    lags = correlation[:, low : high + 1]
    # A peak, not the slope from lag zero.
    inner = (lags[:, 1:-1] >= lags[:, :-2]) & (lags[:, 1:-1] >= lags[:, 2:])
    best = np.where(inner, lags[:, 1:-1], -np.inf).max(axis=1)
    return np.asarray(best > LEAST_CORRELATION)


def shrink(mask: BoolArray, samples: int) -> BoolArray:
    """Return a mask with that many samples taken from both ends of each stretch."""
    if not samples:
        return mask
    kept = np.convolve(mask.astype(np.float64), np.ones(2 * samples + 1), mode="same")
    return np.asarray(kept > 2 * samples + 0.5)
