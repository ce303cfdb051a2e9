"""Finds samples that are the same to the last digit, by a key of each row.

Sensors have noise: while anything moves, no row of three components or more comes twice. What
is the same was not measured twice, but shown again by a logger or copied between files.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from opensim_pelvis.frames import BoolArray, FloatArray, IntArray
from opensim_pelvis.types import SIGNAL_FIELDS, SensorSignals, SignalKind

_ODD: Final = np.uint64(0x9E3779B97F4A7C15)
_FOLD: Final = np.uint64(29)
_BLOCK: Final = 8192  # rows that fit into the cache of a processor
_ENOUGH: Final = 20_000  # rows by which a long signal is looked at first

Keys = NDArray[np.uint64]


def make_keys(values: FloatArray) -> Keys:
    """Return a key of each row, (n, k) to (n,); equal rows have equal keys.

    Different rows have different ones but for one pair in 2^64.
    """
    keys = np.zeros(values.shape[0], dtype=np.uint64)
    for first in range(0, keys.size, _BLOCK):
        part = keys[first : first + _BLOCK]
        for column in values[first : first + _BLOCK].T:
            bits = np.ascontiguousarray(column).view(np.uint64)
            part += bits ^ (bits >> _FOLD)  # else two changes of sign would undo one another
            part *= _ODD
    return keys


def keys_of(sensors: Sequence[SensorSignals]) -> list[dict[SignalKind, Keys]]:
    """Return the keys of each signal of each sensor."""
    return [
        {
            kind: make_keys(values)
            for kind, field in SIGNAL_FIELDS.items()
            if (values := getattr(sensor, field)) is not None
        }
        for sensor in sensors
    ]


def one_in(keys: Keys, part: int) -> BoolArray:
    """Return which rows are looked at where one in ``part`` is: the same in every signal."""
    if part <= 1:
        return np.ones(keys.size, dtype=np.bool_)
    # by the high bits: the low ones of short numbers are zero, and division is slow
    return np.asarray(keys < np.uint64(2**64 // part))


def same_as_before(values: FloatArray) -> BoolArray:
    """Return which rows are those just before them, (n, k) to (n,); False for missing rows."""
    rows = np.flatnonzero(values[1:, 0] == values[:-1, 0]) + 1
    for column in range(1, values.shape[1]):
        rows = rows[values[rows, column] == values[rows - 1, column]]
    same = np.zeros(values.shape[0], dtype=np.bool_)
    same[rows] = True
    return same


def rows_back(keys: Keys, usable: BoolArray) -> IntArray:
    """Return how many rows earlier each row was shown last, (n,); 0 where it is new.

    Parameters
    ----------
    keys : (n,) array
    usable : (n,) bool array
        Rows that are looked at; the others are new, and nobody's earlier row.
    """
    back = np.zeros(keys.size, dtype=np.int64)
    # several times quicker than the order itself; a block that comes again has many rows
    ordered = np.sort(keys[usable & one_in(keys, keys.size // _ENOUGH)])
    if not (ordered[1:] == ordered[:-1]).any():
        return back
    rows = np.flatnonzero(usable)
    order = rows[np.argsort(keys[rows], kind="stable")]
    same = keys[order[1:]] == keys[order[:-1]]
    back[order[1:][same]] = (order[1:] - order[:-1])[same]
    return back


def runs(mask: BoolArray) -> list[tuple[int, int]]:
    """Return first and one past the last row of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return [(int(first), int(end)) for first, end in edges.reshape(-1, 2)]
