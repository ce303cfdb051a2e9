"""Which labels of a marker file count: those that are filled where the others are.

A file may list labels that were never measured, or only in a few frames: a template with more
labels than the person wore, calibration markers that came off, ghosts. They say nothing of a
frame in which they are empty, so they do not count among the markers that it must have.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.frames import BoolArray

MIN_MARKERS: Final = 6
"""Fewer markers cannot hold a pelvis and what hangs on it."""

MIN_SEEN: Final = 0.75
"""Part of the markers that count which a frame must have; below it the frame is absent."""

MIN_FILLED: Final = 0.5
"""Part of the frames used in which a label must be filled to count; a choice.

A label that is filled in fewer pulls the pose where it comes and goes, more often than not
without it.
"""


def choose_labels(seen: BoolArray) -> BoolArray:
    """Return which labels count.

    Of the sets of best filled labels, the one is taken whose frames hold the most measured
    positions; of these, the labels that are filled in at least half of the frames.

    Parameters
    ----------
    seen : (t, m) array of bool
        Whether each label is filled in each frame.

    Returns
    -------
    (m,) array of bool
        None where no frame has `MIN_SEEN` of any `MIN_MARKERS` labels.

    Examples
    --------
    >>> seen = np.ones((10, 8), dtype=bool)
    >>> seen[2:, 6:] = False
    >>> choose_labels(seen).sum()
    np.int64(6)
    """
    none = np.zeros(seen.shape[1], dtype=np.bool_)
    if seen.shape[1] < MIN_MARKERS:
        return none
    order = np.argsort(-seen.sum(axis=0), kind="stable")
    counts = np.cumsum(seen[:, order], axis=1)
    whole = counts >= MIN_SEEN * np.arange(1, order.size + 1)
    measured = (counts * whole).sum(axis=0)
    measured[: MIN_MARKERS - 1] = 0
    best = int(np.flatnonzero(measured == measured.max())[-1])
    if not measured[best]:
        return none
    chosen = none.copy()
    chosen[order[: best + 1]] = True
    return np.asarray(chosen & (seen[whole[:, best]].mean(axis=0) >= MIN_FILLED))


def whole_frames(seen: BoolArray) -> BoolArray:
    """Return which frames have `MIN_SEEN` of the labels that count, shape (t,)."""
    return np.asarray(seen.mean(axis=1) >= MIN_SEEN)
