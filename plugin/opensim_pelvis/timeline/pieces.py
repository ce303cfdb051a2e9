"""Chooses the pieces of a long recording that say most about its clocks.

Where movement changes, from standing to running or at a turn, one stride is not like the next and
a lag is sure; in between, a bounded number of lively windows is enough to see how clocks drift.
"""

from __future__ import annotations

import itertools
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.timeline.synchronise import ANALYSIS_HZ, Pattern

PIECE_S: Final = 30.0
"""Length of a telling piece; a recording of up to a third more is one piece."""

MAX_PIECES: Final = 3
WINDOW_S: Final = 12.0
"""Length of a window of the line of drift: too short to estimate a drift within."""

MAX_WINDOWS: Final = 16

_BOX_S: Final = 1.0  # movement is summed up over this
_HOP_S: Final = 5.0


def telling_pieces(pattern: Pattern) -> list[Pattern]:
    """Return the pieces in which the strength of movement varies most, the most telling first.

    A short recording is one piece.
    """
    if pattern.known.size <= 4.0 / 3.0 * PIECE_S * ANALYSIS_HZ:
        return [pattern]
    strength = _strength(pattern)
    length, hop = round(PIECE_S / _BOX_S), round(_HOP_S / _BOX_S)
    windows = np.lib.stride_tricks.sliding_window_view(strength, length)[::hop]
    told = np.std(windows, axis=1)
    chosen: list[int] = []
    for i in np.argsort(-told, kind="stable"):
        if all(abs(i - other) * hop >= length for other in chosen):
            chosen.append(int(i))
        if len(chosen) == MAX_PIECES:
            break
    box = round(_BOX_S * ANALYSIS_HZ)
    return [pattern.part(i * hop * box, (i * hop + length) * box) for i in chosen]


def lively_windows(pattern: Pattern, low_s: float, high_s: float) -> list[Pattern]:
    """Return windows spread over a span of time, each where its part of the span moves most.

    Parameters
    ----------
    pattern : Pattern
    low_s, high_s : float
        Span on the pattern's clock.
    """
    strength = _strength(pattern)
    length, box = round(WINDOW_S / _BOX_S), round(_BOX_S * ANALYSIS_HZ)
    first = max(0, int(np.ceil((low_s - pattern.start_s) / _BOX_S)))
    last = min(strength.size, int((high_s - pattern.start_s) / _BOX_S))
    count = int(np.clip((last - first) // length, 0, MAX_WINDOWS))
    edges = np.linspace(first, last, count + 1).astype(int)
    found = []
    for low, high in itertools.pairwise(edges):
        sums = np.convolve(strength[low:high], np.ones(length), "valid")
        best = int(low + np.argmax(sums))
        found.append(pattern.part(best * box, (best + length) * box))
    return found


def _strength(pattern: Pattern) -> FloatArray:
    """Return the root mean square of the acceleration in boxes of one second."""
    box = round(_BOX_S * ANALYSIS_HZ)
    boxes = pattern.known.size // box
    squared = np.einsum("ij,ij->i", pattern.acceleration_mps2, pattern.acceleration_mps2)
    return np.asarray(np.sqrt(squared[: boxes * box].reshape(boxes, box).mean(axis=1)))
