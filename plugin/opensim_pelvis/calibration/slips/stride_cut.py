"""Cuts walking and running into strides by what no mounting and no heading changes.

Strides are found by the lengths of angular velocity and acceleration of all sensors together, so
a sensor that is turned on its body leaves every cut where it is. A cut has no meaning as an event:
it lies at the same, unknown phase of each stride. Of a long recording parts are cut (`looked_at`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from opensim_pelvis.calibration.slips.likeness import likeness, rotations_of
from opensim_pelvis.calibration.slips.looked_at import CALM_S, LEAST_RADPS, spans_of
from opensim_pelvis.frames import GRAVITY_MPS2, BoolArray, FloatArray, IntArray, up_in_earth
from opensim_pelvis.interpolation import low_pass
from opensim_pelvis.rotations import angular_velocity, inverse, rotate
from opensim_pelvis.types import AlignedRecording

POINTS: Final = 40
"""Points of a stride that are compared."""

LOW_PASS_HZ: Final = 12.0
"""Impacts lie above: they differ from stride to stride, and by the speed."""

STRIDE_S: Final = (0.45, 2.0)
"""Sprinting to slow walking."""

LEAST_LIKENESS: Final = 0.4
"""Correlation of a stride with those before it, below which a stretch ends."""

LEAST_RHYTHM: Final = 0.3
"""Autocorrelation of six seconds at the stride time: running 0.8, walking 0.35 to 0.6."""

_RATE_HZ = 50.0
_WINDOW_S = 6.0
_LEAST_S = 3.0
_SLOW_S = 0.5
_TEMPLATE = 6
_AS_GOOD = 0.08


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class CutStrides:
    """The strides of what was looked at and the signals of each sensor over them.

    Parameters
    ----------
    start_s, end_s : (n,) array
    stretch : (n,) int array
        Number of the movement that each belongs to: parts with a pause between are one if alike.
    turning_radps : (n, s, POINTS, 3) array
        Angular velocity in S; NaN where a sample is absent.
    force_mps2 : (n, s, POINTS, 3) array
        Specific force in S; gravity alone where no acceleration was recorded.
    measured : (s,) bool array
        Which sensors have acceleration of their own.
    looked_s : (k, 2) array
        Start and end of each part that was looked at.
    """

    start_s: FloatArray
    end_s: FloatArray
    stretch: IntArray
    turning_radps: FloatArray
    force_mps2: FloatArray
    measured: BoolArray
    looked_s: FloatArray


def cut_strides(
    aligned: AlignedRecording, near_s: Iterable[tuple[float, float]] = ()
) -> CutStrides:
    """Return the strides of all stretches of cyclic motion that are looked at.

    Parameters
    ----------
    aligned : AlignedRecording
        What a sensor did not record, angular velocity or gravity, is taken from its orientation.
    near_s : iterable of (float, float)
        Times of a long recording that are looked at in any case.
    """
    step = max(round(aligned.rate_hz / _RATE_HZ), 1)
    spans = spans_of(aligned, near_s, step)
    gyroscope = _has(aligned.angular_velocity_radps, aligned)
    measured = _has(aligned.acceleration_mps2, aligned)
    signals = [
        _signals_of(aligned, slice(first, stop), gyroscope, measured) for first, stop in spans
    ]
    turning, force = (np.concatenate(parts) for parts in zip(*signals, strict=True))
    sizes = np.diff(spans, axis=1)[:, 0]
    # rows of the parts put together, and how many were left out before each part
    firsts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    start, end, stretch = _find_cuts(turning, force, firsts, aligned.rate_hz)
    left_out = spans[:, 0] - firsts
    left_out = left_out[np.searchsorted(firsts, start, side="right") - 1]
    phase = (np.arange(POINTS) + 0.5) / POINTS
    at = start[:, None] + (end - start)[:, None] * phase
    return CutStrides(
        start_s=(start + left_out) / aligned.rate_hz,
        end_s=(end + left_out) / aligned.rate_hz,
        stretch=stretch,
        turning_radps=_sample(turning, at),
        force_mps2=_sample(force, at),
        measured=measured,
        looked_s=spans / aligned.rate_hz,
    )


def _has(signal: FloatArray | None, aligned: AlignedRecording) -> BoolArray:
    """Return which sensors have a signal at all, (s,)."""
    if signal is None:
        return np.zeros(len(aligned.sensors), dtype=np.bool_)
    few = signal[:: max(signal.shape[0] // 1000, 1)]
    has = np.asarray(np.isfinite(few).any(axis=(0, 2)))
    return has if has.all() else np.asarray(np.isfinite(signal).any(axis=(0, 2)))


def _signals_of(
    aligned: AlignedRecording, rows: slice, gyroscope: BoolArray, measured: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """Return angular velocity and specific force below `LOW_PASS_HZ`, (t, s, 3) each, in S."""
    q = aligned.R_ES[rows]
    t, s = q.shape[:2]
    turning, force = np.empty((t, s, 3)), np.empty((t, s, 3))
    if aligned.angular_velocity_radps is not None:
        turning[:] = aligned.angular_velocity_radps[rows]
    if aligned.acceleration_mps2 is not None:
        force[:] = aligned.acceleration_mps2[rows]
    for i in np.flatnonzero(~gyroscope):
        turning[:, i] = rotate(inverse(q[:, i]), angular_velocity(q[:, i], aligned.rate_hz))
    for i in np.flatnonzero(~measured):
        force[:, i] = rotate(inverse(q[:, i]), GRAVITY_MPS2 * up_in_earth())
    cutoff = min(LOW_PASS_HZ, 0.4 * aligned.rate_hz)
    shape = (t, s * 3)
    return (
        _smooth(turning.reshape(shape), cutoff, aligned.rate_hz).reshape(t, s, 3),
        _smooth(force.reshape(shape), cutoff, aligned.rate_hz).reshape(t, s, 3),
    )


def _smooth(values: FloatArray, cutoff_hz: float, rate_hz: float) -> FloatArray:
    """Return columns below a frequency; holes are bridged for it and stay holes."""
    known = np.isfinite(values)
    enough = values.shape[0] > 30
    if enough and known.all():
        return low_pass(values, cutoff_hz, rate_hz)
    out = np.full_like(values, np.nan)
    whole = known.all(axis=0) & enough
    if whole.any():
        out[:, whole] = low_pass(values[:, whole], cutoff_hz, rate_hz)
    grid = np.arange(values.shape[0])
    for k in np.flatnonzero(~whole & (known.sum(axis=0) > 30)):
        bridged = np.interp(grid, grid[known[:, k]], values[known[:, k], k])
        out[:, k] = np.where(known[:, k], low_pass(bridged, cutoff_hz, rate_hz), np.nan)
    return out


def _sample(values: FloatArray, at: FloatArray) -> FloatArray:
    """Return values between rows by straight lines, (n, s, points, 3); NaN beside a hole."""
    place = np.clip(at, 0.0, values.shape[0] - 1.0)
    first = np.minimum(place.astype(np.int64), max(values.shape[0] - 2, 0))
    part = (place - first)[..., None, None]
    between = (1.0 - part) * values[first] + part * values[np.minimum(first + 1, len(values) - 1)]
    return np.ascontiguousarray(np.moveaxis(between, 2, 1))


def _find_cuts(
    turning: FloatArray, force: FloatArray, firsts: IntArray, rate_hz: float
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return start and end of each stride, rows, and the number of its stretch.

    No stride begins in one part and ends in another; ``firsts`` are their first rows.
    """
    step = max(round(rate_hz / _RATE_HZ), 1)
    hz = rate_hz / step
    vectors = _vectors(turning[::step], force[::step], hz)
    speed = np.nan_to_num(np.linalg.norm(turning[::step], axis=2)).mean(axis=1)
    moving = gaussian_filter1d(speed, CALM_S * hz) > LEAST_RADPS
    moving[firsts[1:] // step] = False
    pieces: list[list[float]] = []
    for first, stop in _stretches(moving, round(_LEAST_S * hz)):
        pieces += _chains(vectors[first:stop], hz, first)
    bounds, group = _in_phase(vectors, [np.array(piece) for piece in pieces])
    bounds = [piece * step for piece in bounds]
    number = [np.full(piece.size - 1, k) for k, piece in zip(group, bounds, strict=True)]
    nothing = [np.zeros(0)]
    return (
        np.concatenate(nothing + [piece[:-1] for piece in bounds]),
        np.concatenate(nothing + [piece[1:] for piece in bounds]),
        np.concatenate(nothing + number).astype(np.int64),
    )


def _vectors(turning: FloatArray, force: FloatArray, hz: float) -> FloatArray:
    """Return angular velocity, quick force and up of each sensor, of unit size, (t, s, 3, 3)."""
    known = np.isfinite(turning + force).all(axis=2)
    turning, force = (np.where(np.isfinite(x), x, 0.0) for x in (turning, force))
    slow = gaussian_filter1d(force, _SLOW_S * hz, axis=0)
    up = slow / np.maximum(np.linalg.norm(slow, axis=2, keepdims=True), 1e-9)
    quick = force - slow
    sizes = [np.sqrt(np.square(x).sum(axis=2).mean(axis=0)) for x in (turning, quick)]
    first, second = (np.maximum(size, 1e-9)[:, None] for size in sizes)
    vectors = np.stack([turning / first, quick / second, up], axis=2)
    vectors[~known] = 0.0
    return vectors


def _stretches(mask: BoolArray, least: int) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2) if b - a >= least]


def _chains(vectors: FloatArray, hz: float, first: int) -> list[list[float]]:
    """Return the bounds of strides of each part in which one is like the next."""
    found: list[list[float]] = []
    at = 0
    while at < vectors.shape[0] - round(_LEAST_S * hz):
        period = _period(vectors[at : at + round(_WINDOW_S * hz)], hz)
        bounds = [float(at)] if period is None else _follow(vectors, at, period)
        if len(bounds) > 2:
            found.append([first + bound for bound in bounds])
        at = max(int(bounds[-1]), at) + max(round(0.5 * hz), 1)
    return found


def _period(vectors: FloatArray, hz: float) -> float | None:
    """Return the stride time in samples by the autocorrelation of signed signals.

    A step of the other leg turns the signs round, and so is no candidate.
    """
    n = vectors.shape[0]
    signed = vectors[:, :, :2].reshape(n, -1)
    signed = signed - signed.mean(axis=0)
    power = np.square(np.abs(np.fft.rfft(signed, 2 * n, axis=0))).sum(axis=1)
    correlation = np.fft.irfft(power, 2 * n)[:n]
    lags = np.arange(int(STRIDE_S[0] * hz), min(int(STRIDE_S[1] * hz) + 1, n - 2, n * 2 // 3))
    if correlation[0] <= 0.0 or not lags.size:
        return None
    correlation = correlation / correlation[0] * n / np.arange(n, 0, -1)
    value = correlation[lags]
    peak = (value >= correlation[lags - 1]) & (value >= correlation[lags + 1])
    if not peak.any() or value[peak].max() < LEAST_RHYTHM:
        return None
    # two strides are as like as one: the first peak that is nearly the best
    return float(lags[peak][np.argmax(value[peak] > value[peak].max() - _AS_GOOD)])


def _follow(vectors: FloatArray, at: int, period: float) -> list[float]:
    """Return bounds from a sample on, each where the stride is most like those before it.

    Likeness is that after the best rotation of each sensor's case.
    """
    bounds = [float(at)]
    width = round(0.9 * period)
    recent = [vectors[at : at + width]]
    while True:
        template = np.mean(recent[-_TEMPLATE:], axis=0)
        span = float(np.median(np.diff(bounds[-_TEMPLATE:]))) if len(bounds) > 2 else period
        last = bounds[-1]
        lags = np.arange(round(last + 0.85 * span), round(last + 1.15 * span) + 1)
        if lags[-1] + width >= vectors.shape[0]:
            return bounds
        like, cross = likeness(vectors[lags[0] : lags[-1] + width], template)
        best = int(np.argmax(like))
        if like[best] < LEAST_LIKENESS:
            return bounds
        place = float(lags[best])
        if 0 < best < lags.size - 1:
            bend = like[best - 1] - 2.0 * like[best] + like[best + 1]
            place += 0.5 * (like[best - 1] - like[best + 1]) / bend if bend < 0.0 else 0.0
        bounds.append(place)
        first = int(place)
        part = place - first  # a window of whole samples would lock the cuts to them
        window = (1.0 - part) * vectors[first : first + width]
        window += part * vectors[first + 1 : first + width + 1]
        recent.append(window @ np.swapaxes(rotations_of(cross[best]), 1, 2))


def _in_phase(vectors: FloatArray, pieces: list[FloatArray]) -> tuple[list[FloatArray], list[int]]:
    """Return bounds of all parts at one phase of the stride, and the number of like parts.

    After a pause or a turn strides are cut anywhere: they are shifted to where they are most like
    the last ones before, whichever way the cases are turned since.
    """
    shifted, group = pieces[:1], [0][: len(pieces)]
    for piece in pieces[1:]:
        before = _mean_stride(vectors, shifted[-1][-_TEMPLATE - 1 :])
        after = _mean_stride(vectors, piece[: _TEMPLATE + 1])
        like, _ = likeness(np.concatenate([after, after[:-1]]), before)  # all shifts
        best = int(np.argmax(like))
        moved = piece[:-1] + best / POINTS * np.diff(piece)
        alike = like[best] > LEAST_LIKENESS and moved.size > 1
        shifted.append(moved if alike else piece)
        group.append(group[-1] if alike else group[-1] + 1)
    return shifted, group


def _mean_stride(vectors: FloatArray, bounds: FloatArray) -> FloatArray:
    """Return the mean over strides of what is inside bounds, samples, (POINTS, s, 3, 3)."""
    phase = (np.arange(POINTS) + 0.5) / POINTS
    at = bounds[:-1, None] + np.diff(bounds)[:, None] * phase
    return np.asarray(vectors[np.rint(at).astype(np.int64).clip(0, len(vectors) - 1)].mean(axis=0))
