"""Turns of an orientation that its sensor did not make: the gyroscope felt none of them.

Steel near a sensor turns its heading within seconds. A runner who looks aside turns the sensor
itself, and the gyroscope feels it. Over seconds a gyroscope is exact; over minutes its own bias
turns it, so slow drift is not told here.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.frames import BoolArray, FloatArray
from opensim_pelvis.rotations import multiply
from opensim_pelvis.types import AlignedRecording

LEAST_RAD: Final = float(np.deg2rad(5.0))
"""A smaller turn is none: gyroscopes of sound recordings leave up to 3.5 degrees in a minute."""

LEAST_RADPS: Final = float(np.deg2rad(0.25))
"""Rate from which a turn counts, less the usual one of the recording."""

AGREES_RAD: Final = float(np.deg2rad(3.0))
"""How near to it the sensor must turn against the others, or within `AGREES` of its size."""

AGREES: Final = 0.3

_TIMES_USUAL = 6.0
_TINY = 1e-300
_SMALL = 0.01
_BLOCK = 8192  # rows that fit into the cache of a processor
_WINDOW_S, _BESIDE_S, _LEAST_BESIDE_S = 2.0, 6.0, 1.0


def gyroscope_of(aligned: AlignedRecording, i: int) -> FloatArray | None:
    """Return the angular velocity of a sensor in S, (t, 3), or None where it has none."""
    if aligned.angular_velocity_radps is None:
        return None
    turning = aligned.angular_velocity_radps[:, i]
    few = turning[:: max(turning.shape[0] // 1000, 1)]
    return turning if np.isfinite(few).any() or np.isfinite(turning).any() else None


def unfelt_turns(aligned: AlignedRecording, i: int) -> FloatArray:
    """Return the turn about the vertical in each step that no gyroscope felt, (t - 1,), radians.

    Without a gyroscope: the whole turn. NaN beside a hole.
    """
    turning, steps = gyroscope_of(aligned, i), aligned.R_ES.shape[0] - 1
    out = np.empty(max(steps, 0))
    for first in range(0, steps, _BLOCK):
        rows = slice(first, min(first + _BLOCK, steps) + 1)
        q = np.ascontiguousarray(aligned.R_ES[rows, i].T)
        back = None
        if turning is not None:
            felt = np.ascontiguousarray(turning[rows].T)
            back = _back((0.5 / aligned.rate_hz) * (felt[:, 1:] + felt[:, :-1]))
        out[first : rows.stop - 1] = _turn_about_up(q, back)
    return out


def _turn_about_up(q: FloatArray, back: FloatArray | None) -> FloatArray:
    """Return the vertical part of the turn of each step, before it a turn in S, (4, n + 1) to (n,).

    By components and without angles where a turn is small: it runs over every sample there is.
    """
    (w, x, y, z), ahead = q[:, :-1], q[:, 1:]
    if back is not None:
        ahead = multiply(ahead.T, back.T).T
    aw, ax, ay, az = ahead
    cosine = aw * w + ax * x + ay * y + az * z
    up = az * w - aw * z + ay * x - ax * y
    short = 1.0 - np.abs(cosine)  # half of the square of half the turn
    ratio = 2.0 + short * (2.0 / 3.0 + short * (4.0 / 15.0 + short * (4.0 / 35.0)))
    large = np.flatnonzero(short > _SMALL)
    part = np.minimum(np.abs(cosine[large]), 1.0)
    ratio[large] = 2.0 * np.arccos(part) / np.sqrt(1.0 - np.square(part))
    return np.asarray(np.copysign(ratio, cosine) * up)


def _back(turn: FloatArray) -> FloatArray:
    """Return the inverse of rotation vectors as quaternions, (3, n) to (4, n); NaN stays."""
    square = 0.25 * (turn[0] * turn[0] + turn[1] * turn[1] + turn[2] * turn[2])
    out = np.empty((4, turn.shape[1]))
    if (square < _SMALL).all():  # the series are exact to ten digits
        out[0] = 1.0 + square * (-1.0 / 2.0 + square * (1.0 / 24.0 - square / 720.0))
        share = -0.5 + square * (1.0 / 12.0 - square / 240.0)
    else:
        half = np.sqrt(square)
        out[0] = np.cos(half)
        share = -0.5 * np.sin(half) / np.maximum(half, _TINY)
    out[1:] = share * turn
    return out


def find_disturbances(
    aligned: AlignedRecording, mean_rad: FloatArray, cyclic: BoolArray, step: int
) -> FloatArray:
    """Return by how much disturbances have turned each heading since the start, (n, s), radians.

    Parameters
    ----------
    aligned : AlignedRecording
    mean_rad : (n, s) array
        Turn of each sensor averaged over strides, every ``step`` samples; NaN where it is not
        known.
    cyclic : (n,) bool array
        Steady movement.
    step : int
        Samples in each row of the others.

    Notes
    -----
    A disturbance turns the orientation by `LEAST_RAD` or more, the gyroscope not at all, and the
    sensor's mean heading against the other sensors by as much.
    """
    n, s = mean_rad.shape
    out = np.zeros((n, s))
    rate_hz = aligned.rate_hz / step
    for i in range(s):
        if gyroscope_of(aligned, i) is None or s < 2:
            continue
        others = np.delete(mean_rad, i, axis=1)
        beside = mean_rad[:, i] - _middle(others)
        unfelt = np.concatenate([[0.0], np.cumsum(np.nan_to_num(unfelt_turns(aligned, i)))])
        rate = _rate(unfelt[::step][:n], rate_hz)
        usual = np.median(rate[cyclic]) if cyclic.any() else 0.0
        rate = rate - usual
        for first, after in _fast(rate, cyclic, rate_hz):
            turn = float(rate[first:after].sum()) / rate_hz
            seen = _step_in(beside, first, after, rate_hz)
            if abs(turn) > LEAST_RAD and abs(seen - turn) < max(AGREES_RAD, AGREES * abs(turn)):
                out[first:after, i] += np.cumsum(rate[first:after]) / rate_hz
                out[after:, i] += turn
    return out


def _middle(values: FloatArray) -> FloatArray:
    """Return the median of the sensors present, against each one's first; NaN without any."""
    known = np.isfinite(values)
    some = known.any(axis=1)
    out = np.full(values.shape[0], np.nan)
    if some.any():
        out[some] = np.nanmedian(values[some], axis=1)
    return out


def _rate(turn: FloatArray, rate_hz: float) -> FloatArray:
    """Return the rate of a turn over two seconds around each sample."""
    half = max(round(0.5 * _WINDOW_S * rate_hz), 1)
    padded = np.pad(turn, half, mode="edge")
    return np.asarray((padded[2 * half :] - padded[: -2 * half]) * rate_hz / (2 * half))


def _fast(rate: FloatArray, cyclic: BoolArray, rate_hz: float) -> list[tuple[int, int]]:
    """Return stretches of steady movement with an unusual rate: first sample, and one after."""
    if not cyclic.any():
        return []
    usual = 1.4826 * float(np.median(np.abs(rate[cyclic])))
    fast = cyclic & (np.abs(rate) > max(LEAST_RADPS, _TIMES_USUAL * usual))
    at = np.flatnonzero(fast)
    if not at.size:
        return []
    join = round(_WINDOW_S * rate_hz)
    cuts = np.flatnonzero(np.diff(at) > join)
    starts, ends = at[np.r_[0, cuts + 1]], at[np.r_[cuts, at.size - 1]]
    half = join // 2
    return [
        (max(int(a) - half, 0), min(int(b) + half + 1, rate.size))
        for a, b in zip(starts, ends, strict=True)
    ]


def _step_in(beside: FloatArray, first: int, after: int, rate_hz: float) -> float:
    """Return by how much a mean changes over a stretch; NaN where a side of it is not known."""
    reach, least = round(_BESIDE_S * rate_hz), round(_LEAST_BESIDE_S * rate_hz)
    sides = [beside[max(first - reach, 0) : first], beside[after : after + reach]]
    known = [side[np.isfinite(side)] for side in sides]
    if min(side.size for side in known) < least:
        return float("nan")
    return float(np.median(known[1]) - np.median(known[0]))
