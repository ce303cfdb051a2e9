"""Stretches in which a path repeats its last value exactly: held by a program, not measured.

Gap filling may hold the last position, and a system that stops may go on writing. A person who
stands still is something else: no measured position repeats exactly for long, and what a
simulation keeps still comes to rest gradually. So a stretch counts as held where it is long for the
resolution of the path, and where the path is cut off in full movement or goes on with a jump.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from opensim_pelvis.frames import BoolArray, FloatArray
from opensim_pelvis.notices import Notice, notice

MIN_HELD_S: Final = 0.2
"""Shorter repeats may be rounding."""

MIN_HELD_SAMPLES: Final = 5

SWAY_S_PER_UNIT: Final = 2000.0
"""Seconds that a repeat must last for each metre (or radian) that a path is rounded to.

Sway of 5 mm a second leaves ten steps of rounding behind in that time.
"""


def find_held(
    paths: Mapping[str, FloatArray], rate_hz: float, *, speed: float
) -> dict[str, BoolArray]:
    """Return which samples of each path are held.

    Parameters
    ----------
    paths : mapping of str to (t, c) array
        NaN where missing.
    rate_hz : float
    speed : float
        Unit of the paths a second, of the step before or after a stretch: above it, the path was
        cut off in movement. The fastest of all paths that stop together decides.

    Returns
    -------
    dict of str to (t,) array of bool
    """
    found = {name: _stretches(p, rate_hz) for name, p in paths.items()}
    fastest: dict[tuple[str, int], float] = {}
    for name, stretches in found.items():
        for start, end in stretches:
            before, after = _speeds(paths[name], start, end, rate_hz)
            for key, value in ((("start", start), before), (("end", end), after)):
                fastest[key] = max(fastest.get(key, 0.0), value)
    out = {}
    for name, stretches in found.items():
        held = np.zeros(paths[name].shape[0], dtype=bool)
        for start, end in stretches:
            if max(fastest["start", start], fastest["end", end]) > speed:
                held[start + 1 : end + 1] = True  # the first is the last that was measured
        out[name] = held
    return out


def list_spans(held: BoolArray, time_s: FloatArray) -> Notice:
    """Return the times of the samples that were held, for another notice."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], held, [False]]).astype(np.int8)))
    spans = [
        notice("word.span", start_s=time_s[a], end_s=time_s[b - 1])
        for a, b in zip(edges[0::2], edges[1::2], strict=True)
    ]
    if len(spans) > 3:
        return notice("word.spans_and_more", spans=spans[:3], more=len(spans) - 3)
    return notice("word.spans", spans=spans)


def _stretches(p: FloatArray, rate_hz: float) -> list[tuple[int, int]]:
    """Return first and last sample of each long stretch of equal values."""
    if p.shape[0] < MIN_HELD_SAMPLES + 1:
        return []
    steps = np.abs(np.diff(p, axis=0))
    moved = steps[np.isfinite(steps) & (steps > 1e-9)]
    if not moved.size:
        return []
    least = max(MIN_HELD_S, SWAY_S_PER_UNIT * float(moved.min()))
    same = np.concatenate([[False], (steps == 0.0).all(axis=1), [False]]).astype(np.int8)
    edges = np.flatnonzero(np.diff(same))
    return [
        (int(a), int(b))
        for a, b in zip(edges[0::2], edges[1::2], strict=True)
        if b - a + 1 >= MIN_HELD_SAMPLES and (b - a) / rate_hz >= least
    ]


def _speeds(p: FloatArray, start: int, end: int, rate_hz: float) -> tuple[float, float]:
    """Return how fast the path moved before a stretch, and how far it jumped after."""
    before = p[start] - p[start - 1] if start > 0 else np.zeros(p.shape[1])
    after = p[end + 1] - p[end] if end + 1 < p.shape[0] else np.zeros(p.shape[1])
    speeds = [float(np.linalg.norm(step)) * rate_hz for step in (before, after)]
    return (speeds[0] if np.isfinite(speeds[0]) else 0.0), (
        speeds[1] if np.isfinite(speeds[1]) else 0.0
    )
