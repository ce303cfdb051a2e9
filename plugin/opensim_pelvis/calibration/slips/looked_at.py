"""Which parts of a long recording are looked at for sensors that moved.

A sensor that moved on its body stays there, so strides a minute before and after tell it as well
as the next ones do. A long recording is looked at in pieces, and wherever they leave a doubt.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from opensim_pelvis.frames import BoolArray, FloatArray, IntArray
from opensim_pelvis.rotations import is_present
from opensim_pelvis.types import AlignedRecording

LEAST_RADPS: Final = 0.5
"""Mean angular speed of the sensors; standing has 0.05, walking 1."""

CALM_S: Final = 0.7
"""Time over which speed is averaged: in each step there is an instant without much turning."""

PIECE_S: Final = 16.0
"""Length of a piece: 13 strides of walking, 20 of running; 12 are compared, 6 with 6."""

EACH_S: Final = 120.0
"""Movement of which one piece is looked at."""

WHOLE_S: Final = 300.0
"""Movement that is looked at as a whole."""

NEAR_S: Final = 40.0
"""Time before and after a doubt that is looked at: 30 strides, by which a turn must last."""

BESIDE_S: Final = 10.0
"""The same for a hole or a spike, beside which four strides are asked."""

WHOLE: Final = (0.0, float("inf"))
"""All of a recording."""

HOLE_S: Final = 0.2
"""From here on a gap is a hole: what happened in it, only strides beside it tell."""

_STEP_S = 0.1
_AROUND_S = 1.0


def spans_of(
    aligned: AlignedRecording, near_s: Iterable[tuple[float, float]], multiple: int
) -> IntArray:
    """Return the samples that are looked at, first and one after the last of each part, (k, 2).

    Pieces, what lies beside holes, and what is asked for.

    Parameters
    ----------
    aligned : AlignedRecording
    near_s : iterable of (float, float)
        Looked at in any case.
    multiple : int
        Parts begin at multiples of it and, but for the end of the recording, end there.
    """
    t, rate_hz = aligned.R_ES.shape[0], aligned.rate_hz
    step = max(round(_STEP_S * rate_hz / multiple), 1) * multiple
    pieces = _of_pieces(_moving(aligned, step), step / rate_hz) if t > WHOLE_S * rate_hz else None
    if pieces is None:
        return np.array([[0, t]])
    reach = round(_AROUND_S * rate_hz / step)
    wanted = np.convolve(pieces, np.ones(2 * reach + 1), mode="same") > 0.5
    holes = {hole for i in range(len(aligned.sensors)) for hole in holes_of(aligned, i)}
    for start_s, end_s in (*near_s, *widened(holes, BESIDE_S)):
        first, last = (np.clip(s * rate_hz / step, 0, wanted.size) for s in (start_s, end_s))
        wanted[int(first) : int(last) + 2] = True
    edges = np.flatnonzero(np.diff(np.concatenate([[0], wanted.astype(np.int8), [0]])))
    return np.minimum(edges.reshape(-1, 2) * step, t)


def widened(spans_s: Iterable[tuple[float, float]], by_s: float) -> list[tuple[float, float]]:
    """Return spans with so much time more before and after them."""
    return [(start_s - by_s, end_s + by_s) for start_s, end_s in spans_s]


def holes_of(aligned: AlignedRecording, i: int) -> list[tuple[float, float]]:
    """Return the times of the samples before and after each hole of a sensor's orientations."""
    present = np.flatnonzero(is_present(aligned.R_ES[:, i]))
    long = np.flatnonzero(np.diff(present) > HOLE_S * aligned.rate_hz)
    return [
        (float(present[k] / aligned.rate_hz), float(present[k + 1] / aligned.rate_hz)) for k in long
    ]


def _moving(aligned: AlignedRecording, step: int) -> BoolArray:
    """Return in which steps of so many samples the body moves, by turns from one to the next."""
    q = aligned.R_ES[::step]
    same = np.abs(np.einsum("tsi,tsi->ts", q[1:], q[:-1]))
    turn = 2.0 * np.arccos(np.minimum(same, 1.0))
    known = np.isfinite(turn)
    speed = np.where(known, turn, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    step_s = step / aligned.rate_hz
    smooth = gaussian_filter1d(np.append(speed, 0.0) / step_s, CALM_S / step_s)
    return np.asarray(smooth > LEAST_RADPS)


def _of_pieces(moving: BoolArray, step_s: float) -> FloatArray | None:
    """Return which steps are in pieces, 1 or 0, spread evenly over all movement; None: all are."""
    moved_s = np.cumsum(moving) * step_s
    if moved_s[-1] <= WHOLE_S:
        return None
    pieces = int(np.ceil(moved_s[-1] / EACH_S)) + 1
    starts_s = np.linspace(0.0, moved_s[-1] - PIECE_S, pieces)
    piece = np.searchsorted(starts_s, moved_s, side="right") - 1
    return np.asarray(moving & (moved_s - starts_s[piece.clip(0)] <= PIECE_S) & (piece >= 0)) * 1.0
