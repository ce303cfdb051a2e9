"""Follows the lag between two clocks through a long recording: a robust line through windows.

Each window gives a lag and its standard error (`refine`). They are taken outwards from the place
where the lag is known, so that the next one is always within reach. The line is fitted with Huber
weights; its errors come from the scatter of the windows about it.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.timeline.pieces import lively_windows
from opensim_pelvis.timeline.refine import Fit, refine_lag
from opensim_pelvis.timeline.synchronise import ANALYSIS_HZ, Pattern

WHOLE_S: Final = 120.0
"""Overlap up to which all of it is compared at once."""

MAX_DRIFT: Final = 5e-4
"""Clocks do not part faster: crystals are within 100 ppm, cheap oscillators within 500."""

_MAX_MISFIT: Final = 0.5
_MIN_WINDOWS: Final = 4
_REACH_S: Final = 0.06  # a lag farther from the line than that and its drift is another stride's
_FLOOR_S: Final = 2e-4  # windows are not weighted as if they were surer than this
_HUBER: Final = 1.5
_ROUNDS: Final = 20


class _Line(NamedTuple):
    """``lag = offset + slope (t - middle)`` with standard errors."""

    offset: float
    slope: float
    middle: float
    offset_error: float
    slope_error: float

    def at(self, time: float) -> float:
        return self.offset + self.slope * (time - self.middle)


def follow_drift(a: Pattern, b: Pattern, fit: Fit) -> Fit:
    """Return the fit over all that two sensors recorded together.

    Parameters
    ----------
    a, b : Pattern
    fit : Fit
        Right in some piece of the recording.

    Returns
    -------
    Fit
        The given one where there is too little to compare, or fewer than four windows of a long
        recording can be used.
    """
    low_s = max(a.start_s, b.start_s + fit.offset_s)
    high_s = min(a.end_s, b.end_s + fit.offset_s)
    if high_s - low_s <= WHOLE_S:
        whole = refine_lag(a.between(low_s - 1.0, high_s + 1.0), b, fit.offset_s)
        return whole if np.isfinite(whole.misfit) else fit
    known_at_s = fit.middle_s + fit.offset_s
    windows = lively_windows(a, low_s + 1.0, high_s - 1.0)
    windows.sort(key=lambda window: abs(window.start_s - known_at_s))
    found: list[Fit] = []
    for window in windows:
        expected_s, slack_s = _expect(found, fit, window)
        near = b.between(window.start_s - expected_s - 1.0, window.end_s - expected_s + 1.0)
        if near.known.sum() < ANALYSIS_HZ:
            continue
        one = refine_lag(window, near, expected_s, fit.levers_m)
        right = np.isfinite(one.offset_error_s) and one.misfit <= _MAX_MISFIT
        if right and abs(one.offset_s - expected_s) <= slack_s:
            found.append(one)
    if len(found) < _MIN_WINDOWS:
        return fit
    line = _fit_line(found)
    return Fit(
        offset_s=line.offset,
        middle_s=line.middle,
        misfit=float(np.median([one.misfit for one in found])),
        drift=line.slope,
        offset_error_s=line.offset_error,
        drift_error=line.slope_error,
        levers_m=fit.levers_m,
    )


def _expect(found: list[Fit], fit: Fit, window: Pattern) -> tuple[float, float]:
    """Return the lag to expect in a window, and how far off it may be."""
    time_s = (window.start_s + window.end_s) / 2.0 - fit.offset_s
    if len(found) < _MIN_WINDOWS:
        nearest = min([fit, *found], key=lambda one: abs(one.middle_s - time_s))
        return nearest.offset_s, _REACH_S + MAX_DRIFT * abs(nearest.middle_s - time_s)
    return _fit_line(found).at(time_s), _REACH_S


def _fit_line(found: list[Fit]) -> _Line:
    """Return the line through windowed lags, outliers weighing less."""
    time = np.array([one.middle_s for one in found])
    lag = np.array([one.offset_s for one in found])
    error = np.hypot([one.offset_error_s for one in found], _FLOOR_S)
    weight = 1.0 / error**2
    huber = np.ones_like(lag)
    middle, inverse, solved = 0.0, np.eye(2), np.zeros(2)
    apart: FloatArray = np.zeros_like(lag)
    for _ in range(_ROUNDS):
        w = weight * huber
        middle = float(np.average(time, weights=w))
        design = np.stack([np.ones_like(time), time - middle], axis=1)
        inverse = np.linalg.inv(design.T @ (w[:, None] * design))
        solved = inverse @ (design.T @ (w * lag))
        apart = (lag - design @ solved) / error
        typical = max(1.4826 * float(np.median(np.abs(apart))), 0.5)
        huber = np.minimum(1.0, _HUBER * typical / np.maximum(np.abs(apart), 1e-9))
    # the scatter about the line where it is more than the windows say of themselves
    scatter = float(np.sum(huber * apart**2)) / max(lag.size - 2, 1)
    errors = np.sqrt(np.diag(inverse) * max(scatter, 1.0))
    return _Line(float(solved[0]), float(solved[1]), middle, float(errors[0]), float(errors[1]))
