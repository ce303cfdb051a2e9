"""Which strides changes of inputs are tried on: few, in which each measure is known."""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.frames import BoolArray, FloatArray, IntArray
from opensim_pelvis.gait.uncertainty.inputs import Motion, rows_of
from opensim_pelvis.types import Strides

MOST_STRIDES: Final = 16
"""Strides over which changes of inputs are tried: those closest together of which most measures are
known. They hardly differ."""

_MARGIN_S: Final = 0.5


def choose_strides(values: FloatArray, strides: Strides) -> list[IntArray]:
    """Return the rows of strides over which changes are tried, until each measure is known in some.

    Kept ones, at most `MOST_STRIDES` in a row: those of which most measures are known and, of
    these, those that stand closest together. Where a sensor has no samples, no input does anything.
    """
    kept = np.flatnonzero(strides.kept)
    count = min(kept.size, MOST_STRIDES)
    of_side = [strides.side[kept] == side for side in (0, 1)]
    known = np.concatenate([np.isfinite(values[kept]) & own[:, None] for own in of_side], axis=1)
    here = _sums(known, count)  # (windows, both sides' measures)
    there = np.repeat(_sums(np.column_stack(of_side), count), values.shape[1], axis=1)
    spans = strides.end_s[kept[count - 1 :]] - strides.start_s[kept[: kept.size - count + 1]]
    wanted = known.any(axis=0)
    chosen: list[IntArray] = []
    while wanted.any() or not chosen:
        shares = (here / np.maximum(there, 1))[:, wanted].sum(axis=1).round(6)
        first = int(np.lexsort((spans, -shares))[0])
        chosen.append(kept[first : first + count])
        wanted &= here[first] == 0
    return chosen


def _sums(values: BoolArray, count: int) -> IntArray:
    """Return how many are true among each ``count`` rows in a row, (n, k) to (n - count + 1, k)."""
    total = np.cumsum(np.vstack([np.zeros(values.shape[1], dtype=np.int64), values]), axis=0)
    return np.asarray(total[count:] - total[:-count])


def of_strides(motion: Motion, rows: IntArray) -> Motion:
    """Return the part of a motion in which some strides lie."""
    strides, time_s = motion.strides, motion.angles.time_s
    low, high = strides.start_s[rows].min() - _MARGIN_S, strides.end_s[rows].max() + _MARGIN_S
    part = slice(int(np.searchsorted(time_s, low)), int(np.searchsorted(time_s, high)))
    return motion.taken(part, time_s[part], rows_of(strides, rows))
