"""Measures of the slow part of a stride: a straight line and five harmonics beside it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.measures.stride_data import SLOW_HARMONICS
from opensim_pelvis.gait.strides.curves import POINTS, normalise, slow_part
from opensim_pelvis.gait.strides.segment import sample_bounds
from opensim_pelvis.types import Strides


def slow_table(
    table: Mapping[str, FloatArray], time_s: FloatArray, strides: Strides, side: int
) -> dict[str, FloatArray]:
    """Return angles of which the strides of one side hold the slow part only.

    Parameters
    ----------
    table : mapping of str to (t,) array
    time_s : (t,) array
    strides : Strides
    side : int
        0 right, 1 left: strides of one side do not overlap.

    Returns
    -------
    dict of str to (t,) array
        Between strides of that side, and where a stride has absent samples, NaN.
    """
    rows = np.flatnonzero(strides.side == side)
    start, end = strides.start_s[rows], strides.end_s[rows]
    first, stop = (bounds[rows] for bounds in sample_bounds(strides, time_s))
    stop = np.minimum(stop, time_s.size)
    count = np.maximum(stop - first, 0)
    which = np.repeat(np.arange(rows.size), count)
    ends = np.cumsum(count)
    sample = np.arange(count.sum()) - np.repeat(ends - count, count) + np.repeat(first, count)
    part = (time_s[sample] - start[which]) / (end - start)[which] * (POINTS - 1)
    below = part.astype(np.int64)  # 0 for the sample that is the start but for rounding
    rest = part - below
    out = {}
    for name, values in table.items():
        slow = slow_part(normalise(values, time_s, start, end), SLOW_HARMONICS)
        found = np.full(time_s.size, np.nan)
        found[sample] = slow[which, below] * (1.0 - rest) + slow[which, below + 1] * rest
        out[name] = found
    return out
