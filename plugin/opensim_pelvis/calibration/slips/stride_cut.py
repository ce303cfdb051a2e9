"""Cuts walking and running into strides by what no mounting and no heading changes.

Strides are found by the lengths of angular velocity and acceleration of all sensors together, so
a sensor that is turned on its body leaves every cut where it is. A cut has no meaning as an event:
it lies at the same, unknown phase of each stride.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from opensim_pelvis.calibration.slips.case_turns import mean_orientations
from opensim_pelvis.calibration.slips.follow import LEAST_LIKENESS, LEAST_S, TEMPLATE, find_chains
from opensim_pelvis.calibration.slips.likeness import likeness
from opensim_pelvis.frames import GRAVITY_MPS2, BoolArray, FloatArray, IntArray, up_in_earth
from opensim_pelvis.interpolation import low_pass_every
from opensim_pelvis.rotations import angular_velocity, inverse, rotate
from opensim_pelvis.types import AlignedRecording

POINTS: Final = 40
"""Points of a stride that are compared. With 24 a walk at real speed is judged another way: what is
left above `LOW_PASS_HZ` falls between them."""

LOW_PASS_HZ: Final = 12.0
"""Impacts lie above: they differ from stride to stride, and by the speed."""

LEAST_RADPS: Final = 0.5
"""Mean angular speed of the sensors; standing has 0.05, walking 1."""

CALM_S: Final = 0.7
"""Time over which speed is averaged: in each step there is an instant without much turning."""

CHUNK_S: Final = 60.0
"""Movement of twice this length and more is followed in parts that are at least so long, side by
side. Each begins at the phase of the one before; up to one stride is lost in between."""

_RATE_HZ = 50.0
_SLOW_S = 0.5
_SLOW_ROWS = 5
_SHIFTS = 40
_FEWEST = 30  # samples of which there is a signal


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class CutStrides:
    """The strides of a recording and the signals of each sensor over them.

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
    R_ES : (n, s, 4) array
        Mean orientations over each stride; NaN where a sample is absent.
    """

    start_s: FloatArray
    end_s: FloatArray
    stretch: IntArray
    turning_radps: FloatArray
    force_mps2: FloatArray
    measured: BoolArray
    R_ES: FloatArray


def cut_strides(aligned: AlignedRecording) -> CutStrides:
    """Return the strides of all stretches of cyclic motion.

    Parameters
    ----------
    aligned : AlignedRecording
        What a sensor did not record, angular velocity or gravity, is taken from its orientation.
    """
    step = max(round(aligned.rate_hz / _RATE_HZ), 1)
    # rows that are kept: at least twice as many as strides are looked for in, if there are
    every = next((n for n in range(step // 2, 0, -1) if step % n == 0), 1)
    measured = _has(aligned.acceleration_mps2, aligned)
    turning, force = _signals_of(aligned, every, measured)
    start, end, stretch = _find_cuts(turning, force, aligned.rate_hz / every, step // every)
    phase = (np.arange(POINTS) + 0.5) / POINTS
    at = start[:, None] + (end - start)[:, None] * phase
    start_s, end_s = (edge * every / aligned.rate_hz for edge in (start, end))
    return CutStrides(
        start_s=start_s,
        end_s=end_s,
        stretch=stretch,
        turning_radps=_sample(turning, at),
        force_mps2=_sample(force, at),
        measured=measured,
        R_ES=mean_orientations(aligned.R_ES, start_s, end_s, aligned.rate_hz),
    )


def _has(signal: FloatArray | None, aligned: AlignedRecording) -> BoolArray:
    """Return which sensors have a signal at all, (s,)."""
    if signal is None:
        return np.zeros(len(aligned.sensors), dtype=np.bool_)
    few = signal[:: max(signal.shape[0] // 1000, 1)]
    has = np.asarray(np.isfinite(few).any(axis=(0, 2)))
    return has if has.all() else np.asarray(np.isfinite(signal).any(axis=(0, 2)))


def _signals_of(
    aligned: AlignedRecording, every: int, measured: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """Return angular velocity and specific force below `LOW_PASS_HZ`, (t, s, 3) each, in S."""
    q = aligned.R_ES
    gyroscope = _has(aligned.angular_velocity_radps, aligned)
    turning, force = aligned.angular_velocity_radps, aligned.acceleration_mps2
    if turning is None or not gyroscope.all():
        turning = np.empty((*q.shape[:2], 3)) if turning is None else turning.copy()
        for i in np.flatnonzero(~gyroscope):
            turning[:, i] = rotate(inverse(q[:, i]), angular_velocity(q[:, i], aligned.rate_hz))
    if force is None or not measured.all():
        force = np.empty((*q.shape[:2], 3)) if force is None else force.copy()
        for i in np.flatnonzero(~measured):
            force[:, i] = rotate(inverse(q[:, i]), GRAVITY_MPS2 * up_in_earth())
    cutoff = min(LOW_PASS_HZ, 0.4 * aligned.rate_hz)
    return _smooth(turning, cutoff, aligned.rate_hz, every), _smooth(
        force, cutoff, aligned.rate_hz, every
    )


def _smooth(signal: FloatArray, cutoff_hz: float, rate_hz: float, every: int) -> FloatArray:
    """Return signals below a frequency; holes are bridged for it and stay holes."""
    values = signal.reshape(signal.shape[0], -1)
    known = np.isfinite(values)
    whole = bool(known.all())
    if not whole:
        values = values.copy()
        grid = np.arange(values.shape[0])
        for k in np.flatnonzero(~known.all(axis=0)):
            if known[:, k].sum() > _FEWEST:
                values[:, k] = np.interp(grid, grid[known[:, k]], values[known[:, k], k])
            else:
                values[:, k], known[:, k] = 0.0, False
    if values.shape[0] <= _FEWEST:
        return np.full((-(-values.shape[0] // every), *signal.shape[1:]), np.nan, np.float32)
    out = low_pass_every(values, cutoff_hz, rate_hz, every)
    if not whole:
        out[~known[::every]] = np.nan
    return out.reshape(-1, *signal.shape[1:])


def _sample(values: FloatArray, at: FloatArray) -> FloatArray:
    """Return values between rows by straight lines, (n, s, points, 3); NaN beside a hole."""
    place = np.clip(at, 0.0, values.shape[0] - 1.0)
    first = np.minimum(place.astype(np.int64), max(values.shape[0] - 2, 0))
    part = (place - first).astype(values.dtype)[..., None, None]
    out = values[np.minimum(first + 1, len(values) - 1)]
    before = values[first]
    out -= before
    out *= part
    out += before
    return np.ascontiguousarray(np.moveaxis(out, 2, 1))


def _find_cuts(
    turning: FloatArray, force: FloatArray, rate_hz: float, step: int
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return start and end of each stride, rows, and the number of its stretch."""
    hz = rate_hz / step
    turning, force = turning[::step], force[::step]
    vectors = _vectors(turning, force, hz)
    speed = np.nan_to_num(np.sqrt(np.einsum("tsi,tsi->ts", turning, turning))).mean(axis=1)
    moving = gaussian_filter1d(speed.astype(np.float64), CALM_S * hz) > LEAST_RADPS
    parts: list[tuple[int, int, int]] = []
    for first, stop in _stretches(moving, round(LEAST_S * hz)):
        chunks = max(int((stop - first) / (CHUNK_S * hz)), 1)
        edges = np.rint(np.linspace(first, stop, chunks + 1)).astype(np.int64)
        parts += [(int(a), int(b), stop) for a, b in pairwise(edges)]
    pieces = [np.array(chain) for chain in find_chains(vectors, parts, hz)]
    bounds, group = _in_phase(vectors, pieces)
    bounds = [piece * step for piece in bounds]
    number = [np.full(piece.size - 1, k) for k, piece in zip(group, bounds, strict=True)]
    nothing = [np.zeros(0)]
    return (
        np.concatenate(nothing + [piece[:-1] for piece in bounds]),
        np.concatenate(nothing + [piece[1:] for piece in bounds]),
        np.concatenate(nothing + number).astype(np.int64),
    )


def _vectors(turning: FloatArray, force: FloatArray, hz: float) -> FloatArray:
    """Return angular velocity, quick force and up of each sensor, of unit size, (s, t, 3, 3)."""
    # sums over three are several times quicker so than by reductions
    known = np.isfinite(sum(np.einsum("tsi->ts", x) for x in (turning, force)))
    if not known.all():
        turning, force = (np.where(np.isfinite(x), x, 0.0) for x in (turning, force))
    slow = _slow(force, hz)
    out = np.empty((known.shape[1], known.shape[0], 3, 3), dtype=turning.dtype)
    length = np.sqrt(np.einsum("tsi,tsi->ts", slow, slow))
    for k, signal in enumerate((turning, force - slow)):
        size = np.sqrt(np.einsum("tsi,tsi->s", signal, signal) / len(signal))
        out[:, :, k] = np.moveaxis(signal, 1, 0) / np.maximum(size, 1e-9)[:, None, None]
    out[:, :, 2] = np.moveaxis(slow / np.maximum(length, 1e-9)[:, :, None], 1, 0)
    if not known.all():
        out[~known.T] = 0.0
    return out


def _slow(force: FloatArray, hz: float) -> FloatArray:
    """Return what of a force is slower than a stride: gravity, in S. Of means of some rows."""
    t = force.shape[0]
    blocks = -(-t // _SLOW_ROWS)
    padded = np.pad(force.reshape(t, -1), ((0, blocks * _SLOW_ROWS - t), (0, 0)), mode="edge")
    means = np.full((1, _SLOW_ROWS), 1.0 / _SLOW_ROWS, dtype=force.dtype) @ padded.reshape(
        blocks, _SLOW_ROWS, -1
    )
    slow = gaussian_filter1d(means[:, 0], _SLOW_S * hz / _SLOW_ROWS, axis=0)
    place = np.clip((np.arange(t) - 0.5 * (_SLOW_ROWS - 1)) / _SLOW_ROWS, 0.0, blocks - 1.0)
    below = np.minimum(place.astype(np.int64), max(blocks - 2, 0))
    part = (place - below).astype(force.dtype)[:, None]
    out = slow[below] + part * (slow[np.minimum(below + 1, blocks - 1)] - slow[below])
    return np.asarray(out.reshape(force.shape))


def _stretches(mask: BoolArray, least: int) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2) if b - a >= least]


def _in_phase(vectors: FloatArray, pieces: list[FloatArray]) -> tuple[list[FloatArray], list[int]]:
    """Return bounds of all parts at one phase of the stride, and the number of like parts.

    After a pause or a turn strides are cut anywhere: they are shifted to where they are most like
    the last ones before, whichever way the cases are turned since.
    """
    shifted, group = pieces[:1], [0][: len(pieces)]
    for piece in pieces[1:]:
        before = _mean_stride(vectors, shifted[-1][-TEMPLATE - 1 :])
        after = _mean_stride(vectors, piece[: TEMPLATE + 1])
        like = likeness(np.concatenate([after, after[:, :, :-1]], axis=2), before)[0][0]
        best = int(np.argmax(like))  # of all shifts
        beside = like[best - 1], like[(best + 1) % _SHIFTS]
        bend = beside[0] - 2.0 * like[best] + beside[1]
        part = 0.5 * (beside[0] - beside[1]) / bend if bend < 0.0 else 0.0
        moved = piece[:-1] + (best + part) / _SHIFTS * np.diff(piece)
        alike = like[best] > LEAST_LIKENESS and moved.size > 1
        shifted.append(moved if alike else piece)
        group.append(group[-1] if alike else group[-1] + 1)
    return shifted, group


def _mean_stride(vectors: FloatArray, bounds: FloatArray) -> FloatArray:
    """Return the mean over strides of what is inside bounds, samples, (s, 1, _SHIFTS, 3, 3)."""
    phase = (np.arange(_SHIFTS) + 0.5) / _SHIFTS
    at = bounds[:-1, None] + np.diff(bounds)[:, None] * phase
    rows = np.rint(at).astype(np.int64).clip(0, vectors.shape[1] - 1)
    return np.asarray(vectors[:, rows].mean(axis=1)[:, None])
