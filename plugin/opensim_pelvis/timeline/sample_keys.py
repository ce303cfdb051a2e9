"""Finds samples that are the same to the last digit, by a key of each row.

Sensors have noise: while anything moves, no row of three components or more comes twice. What
is the same was not measured twice, but shown again by a logger or copied between files.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from opensim_pelvis.frames import BoolArray, FloatArray, IntArray

_ODD: Final = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93],
    dtype=np.uint64,
)
_SHIFT: Final = np.uint64(29)

Keys = NDArray[np.uint64]


def make_keys(values: FloatArray) -> Keys:
    """Return a key of each row, (n, k) to (n,); equal rows have equal keys.

    Different rows have different ones but for one pair in 2^64.
    """
    bits = np.ascontiguousarray(values + 0.0).view(np.uint64)  # -0.0 becomes 0.0
    bits = (bits ^ (bits >> _SHIFT)) * _ODD[0]
    bits ^= bits >> _SHIFT
    keys = np.zeros(values.shape[0], dtype=np.uint64)
    for column in range(values.shape[1]):
        keys = keys * _ODD[1] + bits[:, column] * _ODD[column % _ODD.size]
    return keys ^ (keys >> _SHIFT)


def same_as_before(values: FloatArray) -> BoolArray:
    """Return which rows are those just before them, (n, k) to (n,); False for missing rows."""
    same = np.zeros(values.shape[0], dtype=np.bool_)
    same[1:] = values[1:, 0] == values[:-1, 0]
    for column in range(1, values.shape[1]):
        same[1:] &= values[1:, column] == values[:-1, column]
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
    rows = np.flatnonzero(usable)
    order = rows[np.argsort(keys[rows], kind="stable")]
    same = keys[order[1:]] == keys[order[:-1]]
    back[order[1:][same]] = (order[1:] - order[:-1])[same]
    return back


def runs(mask: BoolArray) -> list[tuple[int, int]]:
    """Return first and one past the last row of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return [(int(first), int(end)) for first, end in edges.reshape(-1, 2)]
