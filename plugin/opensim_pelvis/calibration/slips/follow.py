"""Follows cyclic movement from stride to stride, many stretches of it side by side.

Each stride is looked for where it is most like those before it. That needs the stride before, so
a stretch is followed one stride at a time; many stretches together cost little more than one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from opensim_pelvis.calibration.slips.best_turn import best_turns
from opensim_pelvis.calibration.slips.likeness import likeness
from opensim_pelvis.frames import BoolArray, FloatArray, IntArray

STRIDE_S: Final = (0.45, 2.0)
"""Sprinting to slow walking."""

LEAST_LIKENESS: Final = 0.4
"""Correlation of a stride with those before it, below which a stretch ends."""

LEAST_RHYTHM: Final = 0.3
"""Autocorrelation of six seconds at the stride time: running 0.8, walking 0.35 to 0.6."""

LEAST_S: Final = 3.0
"""Movement that is too short for a stride time."""

TEMPLATE: Final = 6
"""Strides whose mean the next one is compared with."""

_WINDOW_S = 6.0
_AS_GOOD = 0.08
_REACH = 0.15


def find_chains(
    vectors: FloatArray, parts: Sequence[tuple[int, int, int]], hz: float
) -> list[list[float]]:
    """Return the bounds of strides of each chain in which one is like the next, in order of time.

    Parameters
    ----------
    vectors : (s, t, 3, 3) array
        As `likeness` wants them.
    parts : sequence of (int, int, int)
        First row, row at which another part goes on, and the end of the movement of each part.
    hz : float
        Rows in a second.
    """
    found: list[list[float]] = []
    at = [first for first, _, _ in parts]
    while True:
        ready, periods = [], []
        for k, (_, until, stop) in enumerate(parts):
            period = None
            while period is None and at[k] < min(until, stop - round(LEAST_S * hz)):
                period = _period(vectors[:, at[k] : min(at[k] + round(_WINDOW_S * hz), stop)], hz)
                at[k] += max(round(0.5 * hz), 1) if period is None else 0
            if period is not None:
                ready.append(k)
                periods.append(period)
        if not ready:
            return sorted(found)
        limits = np.array([parts[k][1:] for k in ready])
        for k, bounds in zip(
            ready,
            _follow(vectors, np.array([at[k] for k in ready]), np.array(periods), limits),
            strict=True,
        ):
            if len(bounds) > 2:
                found.append(bounds)
            at[k] = max(int(bounds[-1]), at[k]) + max(round(0.5 * hz), 1)


def _period(vectors: FloatArray, hz: float) -> float | None:
    """Return the stride time in samples by the autocorrelation of signed signals.

    A step of the other leg turns the signs round, and so is no candidate.
    """
    n = vectors.shape[1]
    signed = np.moveaxis(vectors[:, :, :2], 1, 0).reshape(n, -1)
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


def _follow(
    vectors: FloatArray, first: IntArray, period: FloatArray, limits: IntArray
) -> list[list[float]]:
    """Return bounds from samples on, each where the stride is most like those before it.

    Likeness is that after the best rotation of each sensor's case. ``limits`` are the sample at
    which a chain is not followed further, and the end of its movement.
    """
    width = np.rint(0.9 * period).astype(np.int64)
    inside = np.arange(width.max()) < width[:, None]
    recent = np.zeros((TEMPLATE, vectors.shape[0], *inside.shape, 3, 3), dtype=vectors.dtype)
    recent[0] = _windows(vectors, first.astype(np.float64), inside)
    total = recent[0].copy()
    bounds = first[:, None].astype(np.float64)
    active = np.arange(first.size)
    ends = np.full(first.size, -1)  # columns of bounds that each chain has
    while True:
        last = bounds[active, -1]
        latest = bounds[active, -TEMPLATE:]
        span = np.median(np.diff(latest), axis=1) if latest.shape[1] > 2 else period[active]
        low = np.rint(last + (1.0 - _REACH) * span).astype(np.int64)
        lags = np.rint(last + (1.0 + _REACH) * span).astype(np.int64) - low + 1
        on = (low + lags - 1 + width[active] < limits[active, 1]) & (last < limits[active, 0])
        ends[active[~on]] = bounds.shape[1]
        active, low, lags = active[on], low[on], lags[on]
        if not active.size:
            break
        rows = low[:, None] + np.arange(lags.max() - 1 + width.max())
        like, cross = likeness(
            vectors[:, np.minimum(rows, vectors.shape[1] - 1)], total[:, active], inside[active]
        )
        like[np.arange(like.shape[1]) >= lags[:, None]] = -np.inf
        best, place = _peaks(like, lags)
        on = like[np.arange(active.size), best] >= LEAST_LIKENESS
        ends[active[~on]] = bounds.shape[1]
        turns = best_turns(cross[:, on, best[on]])
        active, place = active[on], (low + place)[on]
        if not active.size:
            break
        column = np.full((first.size, 1), np.nan)
        column[active, 0] = place
        bounds = np.append(bounds, column, axis=1)
        window = _windows(vectors, place, inside[active])
        window = window.reshape(*window.shape[:2], -1, 3) @ np.swapaxes(turns, -1, -2).astype(
            window.dtype
        )
        window = window.reshape(*window.shape[:2], -1, 3, 3)
        slot = (bounds.shape[1] - 1) % TEMPLATE
        total[:, active] += window - recent[slot][:, active]
        recent[slot][:, active] = window
    return [[float(b) for b in row[:end]] for row, end in zip(bounds, ends, strict=True)]


def _peaks(like: FloatArray, lags: IntArray) -> tuple[IntArray, FloatArray]:
    """Return the column of each largest value, and its place between columns by a parabola."""
    rows = np.arange(like.shape[0])
    best = np.argmax(like, axis=1)
    within = (best > 0) & (best < lags - 1)
    before, after = (like[rows, np.clip(best + d, 0, like.shape[1] - 1)] for d in (-1, 1))
    before, after = (np.where(within, side, 0.0) for side in (before, after))
    bend = before - 2.0 * like[rows, best] + after
    within &= bend < 0.0
    part = np.where(within, 0.5 * (before - after) / np.where(within, bend, 1.0), 0.0)
    return best, best + part


def _windows(vectors: FloatArray, place: FloatArray, inside: BoolArray) -> FloatArray:
    """Return what is inside windows that begin between samples, (s, c, w, 3, 3), zero outside.

    Windows of whole samples would lock the cuts to them.
    """
    first = place.astype(np.int64)
    part = (place - first).astype(vectors.dtype)[:, None, None, None]
    rows = np.minimum(first[:, None] + np.arange(inside.shape[1]), vectors.shape[1] - 2)
    out = (1.0 - part) * vectors[:, rows] + part * vectors[:, rows + 1]
    out[:, ~inside] = 0.0
    return np.asarray(out)
