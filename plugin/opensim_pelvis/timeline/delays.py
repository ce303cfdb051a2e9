"""Do sensors that are said to share a clock do so? Their joints tell.

At the true lag the joint between two sensors accelerates alike as seen from both (`refine`). This
is looked at in short windows, near no lag first; where another lag fits better, the sensors do not
run together. In steady running one step is like the next, so lags are looked for within half a
step only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.timeline.refine import Fit, refine_lag
from opensim_pelvis.timeline.synchronise import FLOOR, Pattern, describe_motion
from opensim_pelvis.types import AlignedRecording, SensorSignals

NEIGHBOURS: Final = (
    ("pelvis", "torso"),
    ("pelvis", "femur_r"),
    ("pelvis", "femur_l"),
    ("femur_r", "tibia_r"),
    ("femur_l", "tibia_l"),
    ("tibia_r", "calcn_r"),
    ("tibia_l", "calcn_l"),
)
"""Bodies that meet in a joint."""

MAX_MISFIT: Final = 0.3
"""Part of the acceleration that a joint may leave unexplained; real ones leave up to 0.27."""

SMALL_S: Final = 0.025
"""A lag that soft tissue, and joints that are no points, may feign. Real ones show up to 0.023 in
one window, and 0.020 in two."""

WINDOW_S: Final = 6.0
REACH_S: Final = 0.16
"""How far a lag is looked for; a step of running takes 0.33 s."""

_EARLY, _SPREAD = 2, 3  # windows one after the other at the start, and over the rest
_LEAST_HZ: Final = 40.0
_LEAST_MPS2: Final = 0.7  # standard deviation of the pelvis' acceleration; standing has 0.1
_USUAL_S, _USUAL_MISFIT = 0.012, 0.1  # most pairs of real recordings: no other lag is tried
_FARTHEST_S: Final = REACH_S + 0.04  # half a step of slow running
_BETTER: Final = 0.5  # how much less a lag must leave unexplained than none


@dataclass(frozen=True, slots=True, kw_only=True)
class PairLag:
    """What one window says about the clocks of two sensors.

    Parameters
    ----------
    bodies : (str, str)
    middle_s : float
        Of the window, on the aligned clock.
    lag_s : float
        By how much the second shows the motion later than the first.
    misfit : float
    """

    bodies: tuple[str, str]
    middle_s: float
    lag_s: float
    misfit: float


def find_lags(aligned: AlignedRecording) -> tuple[PairLag, ...]:
    """Return the lag of each pair of neighbours in each window in which they fit one another.

    Three windows are looked at, the first, the last and one between; more where a lag is unusual.

    Parameters
    ----------
    aligned : AlignedRecording
        With acceleration; nothing is said without.
    """
    if aligned.acceleration_mps2 is None or aligned.rate_hz < _LEAST_HZ:
        return ()
    pairs = [pair for pair in NEIGHBOURS if set(pair) <= set(aligned.bodies)]
    if not pairs:
        return ()
    windows = _choose_windows(aligned)
    first = windows[:1] + windows[1:][-1:] + windows[2:-1][:1]
    found = [lag for rows in first for lag in _compare(aligned, rows, pairs)]
    if any(abs(lag.lag_s) > _USUAL_S for lag in found) or not found:
        rest = [rows for rows in windows if rows not in first]
        found += [lag for rows in rest for lag in _compare(aligned, rows, pairs)]
    return tuple(found)


def _choose_windows(aligned: AlignedRecording) -> list[slice]:
    """Return windows in which the body moves: the first ones, and some over the rest."""
    length = round(WINDOW_S * aligned.rate_hz)
    force = np.asarray(aligned.acceleration_mps2)
    base = aligned.bodies.index("pelvis") if "pelvis" in aligned.bodies else 0
    starts = np.arange(0, aligned.time_s.size - length + 1, length)
    moving = []
    for start in starts:
        part = force[start : start + length, base]
        part = part[np.isfinite(part).all(axis=1)]
        lively = part.shape[0] > length // 2 and np.sqrt(part.var(axis=0).sum()) > _LEAST_MPS2
        moving += [int(start)] if lively else []
    early, rest = moving[:_EARLY], moving[_EARLY:]
    picked = np.unique(np.linspace(0, len(rest) - 1, min(len(rest), _SPREAD)).astype(np.int64))
    return [slice(k, k + length) for k in [*early, *(rest[i] for i in picked)]]


def _compare(
    aligned: AlignedRecording, rows: slice, pairs: list[tuple[str, str]]
) -> Iterator[PairLag]:
    """Yield the lags of one window."""
    patterns = {
        body: _describe(aligned, rows, aligned.bodies.index(body))
        for body in dict.fromkeys(body for pair in pairs for body in pair)
    }
    for pair in pairs:
        a, b = (patterns[body] for body in pair)
        if a is None or b is None:
            continue
        fit = _best_fit(a, b)
        if np.isfinite(fit.misfit) and fit.misfit <= MAX_MISFIT:
            middle_s = float(aligned.time_s[rows.start] + aligned.time_s[rows.stop - 1]) / 2.0
            # what is added to the second one's times, were it late, is negative
            yield PairLag(bodies=pair, middle_s=middle_s, lag_s=-fit.offset_s, misfit=fit.misfit)


def _describe(aligned: AlignedRecording, rows: slice, column: int) -> Pattern | None:
    """Return the pattern of a sensor within a window; None where much of it is absent."""

    def of(signal: FloatArray | None) -> FloatArray | None:
        return None if signal is None else signal[rows, column]

    force, q = of(aligned.acceleration_mps2), aligned.R_ES[rows, column]
    if force is None or np.isfinite(force[:, 0] + q[:, 0]).mean() < 0.9:
        return None
    turning = of(aligned.angular_velocity_radps)
    if turning is not None and np.isfinite(turning[:, 0]).mean() < 0.9:
        turning = None
    sensor = SensorSignals(
        identifier=aligned.identifiers[column],
        counter=np.arange(q.shape[0]),
        R_ES=q,
        acceleration_mps2=force,
        angular_velocity_radps=turning,
    )
    return describe_motion(sensor, aligned.time_s[rows])


def _best_fit(a: Pattern, b: Pattern) -> Fit:
    """Return the fit near no lag, unless another lag leaves much less unexplained."""
    near = refine_lag(a, b, 0.0)
    if abs(near.offset_s) <= _USUAL_S and near.misfit <= _USUAL_MISFIT:
        return near
    steps = np.arange(-REACH_S, REACH_S + 0.01, 0.04)
    fits = [refine_lag(a, b, float(lag_s)) for lag_s in steps if abs(lag_s) > 0.01]
    known = [f for f in fits if np.isfinite(f.misfit) and abs(f.offset_s) <= _FARTHEST_S]
    least = min((fit.misfit for fit in known), default=np.inf)
    # of lags that fit alike, such as a step apart, the smallest
    alike = [fit for fit in known if fit.misfit <= 2.0 * least + FLOOR]
    best = min(alike, key=lambda fit: abs(fit.offset_s), default=near)
    sound = abs(near.offset_s) <= SMALL_S and np.isfinite(near.misfit)
    return near if sound and best.misfit > _BETTER * near.misfit else best
