"""Running or walking, from the least load of the pelvis in a step."""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.config.settings import ActivityKind
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.events.signals import low_pass

LOAD_RUNNING: Final = 0.35
LOAD_WALKING: Final = 0.5
"""Least vertical load of the pelvis or trunk in a step, 1 being weight, below which there is
flight, and above which there is none. Running people 0.0 to 0.25, walking 0.6 to 0.8."""

LOAD_LOW_PASS_HZ: Final = 10.0
_WINDOW_S: Final = 0.8
"""At least as long as a step of either."""

_MOVES: Final = 0.15
"""Range of the load in a window in which somebody runs or walks."""


def told_by_load(load: FloatArray, rate_hz: float) -> ActivityKind | None:
    """Return what the vertical load of the pelvis (1 is weight) shows; None where it does not.

    Parameters
    ----------
    load : (t,) array
    rate_hz : float
    """
    size = max(int(_WINDOW_S * rate_hz), 2)
    smooth = low_pass(load, rate_hz, LOAD_LOW_PASS_HZ)
    windows = smooth[: smooth.size // size * size].reshape(-1, size)
    windows = windows[np.isfinite(windows).all(axis=1)]
    moving = windows[np.ptp(windows, axis=1) > _MOVES] if windows.size else windows
    if not moving.size:
        return None
    least = float(np.median(moving.min(axis=1)))
    if least < LOAD_RUNNING:
        return "running"
    return "walking" if least > LOAD_WALKING else None
