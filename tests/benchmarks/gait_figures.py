"""Figures by which simulated people are compared with measured ones, from rates and places.

Harmonics are those of the stride from right to right contact; phases are the argument of a
signal's first coefficient over that of the right shank's sagittal rate, positive is earlier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from scipy.signal import butter, sosfiltfilt

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.rotations import (
    angle_between,
    angular_velocity,
    from_rotation_vector,
    inverse,
    multiply,
    rotate,
    to_rotation_vector,
)

SAMPLES = 64
ORDERS = np.arange(1, 11)
HIGH_HZ = 12.0


def body_rates(R_TB: FloatArray, rate_hz: float) -> FloatArray:
    """Return the angular velocity in the body (x forward, y up, z right), NaN at the ends."""
    return rotate(inverse(R_TB), angular_velocity(R_TB, rate_hz))


def by_stride(
    values: FloatArray, time_s: FloatArray, strides_s: Sequence[tuple[float, float]]
) -> FloatArray:
    """Return strides resampled to 64 points, shape (strides, 64, k)."""
    phases = np.arange(SAMPLES) / SAMPLES
    rows = []
    for a, b in strides_s:
        at = a + phases * (b - a)
        rows.append(np.stack([np.interp(at, time_s, v) for v in values.T], axis=-1))
    out = np.array(rows)
    return out[np.isfinite(out).all(axis=(1, 2))]


def harmonics(strides: FloatArray) -> np.ndarray:
    """Return the coefficients of the mean stride, shape (33, k)."""
    return np.fft.rfft(strides.mean(axis=0), axis=0) / SAMPLES


def phase_deg(signal: complex, anchor: complex) -> float:
    return float(np.rad2deg(np.angle(signal / anchor)))


def scalars(rates: FloatArray, stride_s: float) -> dict[str, float]:
    """Return logarithms: size of the rates, odd over even harmonics, share of yaw."""
    power = (np.abs(np.fft.rfft(rates, axis=1) / SAMPLES) ** 2).mean(axis=0)
    odd, even = power[1:11:2].sum(), power[2:11:2].sum()
    share = power[1:11, 1].sum() / power[1:11].sum()
    rms = np.sqrt((rates**2).sum(axis=-1).mean())
    return {
        "rms rate x stride": float(np.log(rms * stride_s)),
        "odd / even": float(np.log(odd / even)),
        "yaw share": float(np.log(share)),
    }


def above_12_hz(values: FloatArray, rate_hz: float) -> float:
    """Return ln(rms above 12 Hz / rms below) of a signal (t, 3) about its mean."""
    values = values - values.mean(axis=0)
    high = sosfiltfilt(butter(4, HIGH_HZ, "high", fs=rate_hz, output="sos"), values, axis=0)
    return float(np.log(np.sqrt((high**2).sum() / ((values - high) ** 2).sum())))


def stride_differences_deg(
    R_TB: FloatArray, time_s: FloatArray, strides_s: Sequence[tuple[float, float]]
) -> float:
    """Return the root mean square turn between a stride and the mean stride, degrees."""
    phases = np.arange(SAMPLES) / SAMPLES
    rows = []
    for a, b in strides_s:
        index = np.searchsorted(time_s, a + phases * (b - a))
        if index.max() < time_s.size:
            rows.append(R_TB[index])
    q = np.array(rows)
    mean = q[0]
    for _ in range(3):
        turns = to_rotation_vector(multiply(inverse(mean), q)).mean(axis=0)
        mean = multiply(mean, from_rotation_vector(turns))
    off = angle_between(np.broadcast_to(mean, q.shape), q)
    return float(np.rad2deg(np.sqrt(np.mean(off**2))))


def features(
    rates: Mapping[str, FloatArray], rate_hz: float, vertical_g: FloatArray
) -> dict[str, FloatArray]:
    """Return the times in seconds of event features of the right leg and of the pelvis."""
    low = butter(2, 20.0, fs=rate_hz, output="sos")
    slow = butter(2, 4.0, fs=rate_hz, output="sos")
    out: dict[str, list[float]] = {}
    omega = {b: sosfiltfilt(low, np.nan_to_num(rates[f"{b}_r"][:, 2])) for b in
             ("calcn", "tibia", "femur")}  # fmt: skip
    for body, w in omega.items():
        swing = sosfiltfilt(slow, w)
        inner = (swing[1:-1] > swing[:-2]) & (swing[1:-1] >= swing[2:])
        peaks = np.flatnonzero(inner & (swing[1:-1] > 0.5 * swing.max())) + 1
        for p, q in pairwise(peaks):
            m = p + (q - p) // 2
            falls = np.flatnonzero((w[p:m] > 0) & (w[p + 1 : m + 1] <= 0))
            if not falls.size:
                continue
            zero = p + falls[0]
            if body in ("calcn", "femur"):
                out.setdefault(f"{body} contact", []).append(_at(w, zero, 0.0, rate_hz))
            if body == "tibia":
                lowest = zero + int(np.argmin(w[zero:m]))
                half = np.flatnonzero(
                    (w[zero:lowest] > w[lowest] / 2) & (w[zero + 1 : lowest + 1] <= w[lowest] / 2)
                )
                if half.size:
                    out.setdefault("tibia contact", []).append(
                        _at(w, zero + half[-1], w[lowest] / 2, rate_hz)
                    )
                out.setdefault("tibia toe-off", []).append((m + np.argmin(w[m:q])) / rate_hz)
    felt = sosfiltfilt(butter(2, 15.0, fs=rate_hz, output="sos"), vertical_g)
    hump = sosfiltfilt(butter(2, 5.0, fs=rate_hz, output="sos"), vertical_g)
    tops = np.flatnonzero((hump[1:-1] > hump[:-2]) & (hump[1:-1] >= hump[2:]) & (hump[1:-1] > 1.2))
    for top in tops + 1:
        back = np.flatnonzero((felt[:top] < 0.5) & (felt[1 : top + 1] >= 0.5))
        ahead = np.flatnonzero((felt[top:-1] >= 0.2) & (felt[top + 1 :] < 0.2))
        if back.size and ahead.size:
            out.setdefault("pelvis contact", []).append(_at(felt, back[-1], 0.5, rate_hz))
            out.setdefault("pelvis toe-off", []).append(_at(felt, top + ahead[0], 0.2, rate_hz))
    return {name: np.array(times) for name, times in out.items()}


def offsets_ms(found: FloatArray, true: FloatArray) -> FloatArray:
    """Return feature minus the nearest event, milliseconds, where one is within 0.2 s."""
    off = found[:, None] - true[None]
    nearest = off[np.arange(found.size), np.abs(off).argmin(axis=1)]
    return 1000.0 * nearest[np.abs(nearest) < 0.2]


def _at(w: FloatArray, i: int, level: float, rate_hz: float) -> float:
    """Return the time at which a signal passes a level after sample i."""
    return float((i + (w[i] - level) / (w[i] - w[i + 1])) / rate_hz)
