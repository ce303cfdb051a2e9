"""Who wears which sensor: the likelihood of every assignment, and what it says of stated labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from opensim_pelvis.calibration.wearers.assign import MOST, assignments, score
from opensim_pelvis.calibration.wearers.features import Features, Signals, describe
from opensim_pelvis.calibration.wearers.habits import (
    HABITS,
    LANDING,
    STRANGE,
    Activity,
    Habits,
    tell_running,
)
from opensim_pelvis.calibration.wearers.hip_order import Hips, find_hips
from opensim_pelvis.calibration.wearers.likelihood import tabulate, unlikeness
from opensim_pelvis.calibration.wearers.windows import Window, find_windows, looked_at
from opensim_pelvis.frames import BoolArray, FloatArray, up_in_earth
from opensim_pelvis.rotations import angular_velocity, inverse, rotate
from opensim_pelvis.types.segments import BODIES

SURE: Final = 0.98
"""Probability from which a wearer is known."""

SWAPPED: Final = 0.02
"""Probability of a stated wearer below which the label is wrong."""

MOST_WINDOWS: Final = 12
"""Windows that are looked at, spread over the recording: more tell nothing new of a person."""

Untold = Literal[
    "one sensor", "other bodies", "too many", "no steady movement", "no signals", "unlike gait"
]
"""Why nothing can be said."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Wearers:
    """Who wears which sensor, as far as movement tells.

    Parameters
    ----------
    bodies : tuple of str
        Candidates, b of them.
    probability : (s, b) array
        Of each sensor on each body, over all assignments.
    likely : tuple of str
        Bodies of the most likely assignment, one a sensor.
    likely_probability : float
        Of that assignment.
    running : float
        How likely this is running rather than walking.
    windows : int
        Windows of steady movement that were used.
    untold : str or None
        Why nothing can be said; then all bodies are equally likely.
    """

    bodies: tuple[str, ...]
    probability: FloatArray
    likely: tuple[str, ...]
    likely_probability: float
    running: float = float("nan")
    windows: int = 0
    untold: Untold | None = None

    def of(self, stated: Sequence[str]) -> FloatArray:
        """Return the probability of each stated wearer, (s,)."""
        columns = [self.bodies.index(body) for body in stated]
        return np.asarray(self.probability[np.arange(len(columns)), columns])

    @property
    def sure(self) -> bool:
        """Whether every wearer is known."""
        return bool(self.untold is None and self.probability.max(axis=1).min() >= SURE)


def identify_wearers(
    *,
    rate_hz: float,
    R_ES: FloatArray,
    angular_velocity_radps: FloatArray | None,
    acceleration_mps2: FloatArray | None,
    candidates: Sequence[str],
    columns: Sequence[int] | None = None,
    habits: Mapping[Activity, Habits] = HABITS,
) -> Wearers:
    """Return how likely each sensor is worn on each body, told from movement alone.

    Assumes adults who run or walk steadily, forward, with sensors that are synchronised within
    0.1 s. Not told: left and right of pelvis or trunk themselves, and sides without acceleration
    unless the trunk is worn.

    Parameters
    ----------
    rate_hz : float
    R_ES : (t, s, 4) array
        Only their inclination is used, and the turning of sensors without a gyroscope.
    angular_velocity_radps, acceleration_mps2 : (t, s, 3) array or None
        In S; NaN for a sensor without, which is then told by less.
    candidates : sequence of str
        Bodies, as many as sensors or more.
    columns : sequence of int or None
        The s sensors among those of the arrays; None: all.
    habits : mapping
        Constants by activity.

    Returns
    -------
    Wearers
    """
    signals = signals_of(rate_hz, R_ES, angular_velocity_radps, acceleration_mps2, columns)
    bodies, sensors = tuple(candidates), signals.up.shape[1]
    untold = _untold(bodies, sensors)
    windows = () if untold else find_windows(signals.angular_velocity_radps, rate_hz)
    if not windows:
        if untold is None:
            seen = np.isfinite(signals.angular_velocity_radps).all(axis=2).any(axis=0).all()
            untold = "no steady movement" if seen else "no signals"
        return _nothing(bodies, sensors, untold)
    kept = np.unique(np.linspace(0, len(windows) - 1, MOST_WINDOWS).round().astype(int))
    return _weigh(signals, tuple(windows[k] for k in kept), bodies, habits)


def _weigh(
    signals: Signals,
    windows: tuple[Window, ...],
    bodies: tuple[str, ...],
    habits: Mapping[Activity, Habits],
) -> Wearers:
    """Return the probabilities over all assignments."""
    sensors = signals.up.shape[1]
    features = describe(signals, windows)
    hips = find_hips(signals, windows, features)
    running = tell_running(features.bounce, features.scalars[:, 0], features.stride_s)
    total = _scored(features, hips, bodies, habits, running)
    share = np.exp(total - total.max())
    share /= share.sum()
    given = assignments(sensors, len(bodies))
    probability = np.zeros((sensors, len(bodies)))
    for s in range(sensors):
        np.add.at(probability[s], given[:, s], share)
    best = int(np.argmax(share))
    likely = tuple(bodies[k] for k in given[best])
    if unlikeness(features, likely, habits["running" if running > 0.5 else "walking"]) > STRANGE:
        return _nothing(bodies, sensors, "unlike gait")
    return Wearers(
        bodies=bodies,
        probability=probability,
        likely=likely,
        likely_probability=float(share[best]),
        running=running,
        windows=len(windows),
    )


def signals_of(
    rate_hz: float,
    R_ES: FloatArray,
    angular_velocity_radps: FloatArray | None,
    acceleration_mps2: FloatArray | None,
    columns: Sequence[int] | None = None,
) -> Signals:
    """Return the signals that features are read from; turning is derived where not measured.

    Of a long recording only the rows that windows are looked for in are there, with a missing one
    between parts.
    """
    looked = looked_at(R_ES.shape[0], rate_hz)
    R_ES = _part_of(R_ES, looked, columns)
    turning, force = (
        None if x is None else _part_of(x, looked, columns)
        for x in (angular_velocity_radps, acceleration_mps2)
    )
    shape = (*R_ES.shape[:2], 3)
    turning = np.full(shape, np.nan) if turning is None else turning.copy()
    silent = ~np.isfinite(turning).all(axis=2).any(axis=0)
    if silent.any():
        q = R_ES[:, silent]
        turning[:, silent] = rotate(inverse(q), angular_velocity(q, rate_hz))
    up = rotate(inverse(R_ES), up_in_earth())
    turning[~np.isfinite(up)] = np.nan
    return Signals(
        rate_hz=rate_hz,
        R_ES=R_ES,
        angular_velocity_radps=turning,
        up=up,
        acceleration_mps2=np.full(shape, np.nan) if force is None else force,
    )


def _part_of(values: FloatArray, looked: BoolArray, columns: Sequence[int] | None) -> FloatArray:
    """Return rows and columns that are looked at; a missing row stands for all between them."""
    if not looked.all():
        kept = np.flatnonzero(looked)
        values = np.insert(values[kept], np.flatnonzero(np.diff(kept) > 1) + 1, np.nan, axis=0)
    return values if columns is None else values[:, columns]


def _untold(bodies: Sequence[str], sensors: int) -> Untold | None:
    if len(bodies) < 2:
        return "one sensor"
    if not set(bodies) <= set(BODIES) or len(bodies) < sensors:
        return "other bodies"
    return "too many" if len(bodies) > MOST else None


def _scored(
    features: Features,
    hips: Hips,
    bodies: Sequence[str],
    habits: Mapping[Activity, Habits],
    running: float,
) -> FloatArray:
    """Return the score of every assignment; where the activity is in doubt, under both."""
    shares: dict[Activity, float] = {"running": running, "walking": 1.0 - running}
    scores = [
        np.log(share)
        + score(tabulate(features, hips, bodies, habits[activity], LANDING[activity]), bodies)
        for activity, share in shares.items()
        if share > 1e-6
    ]
    return np.asarray(np.logaddexp.reduce(scores))


def _nothing(bodies: tuple[str, ...], sensors: int, untold: Untold) -> Wearers:
    return Wearers(
        bodies=bodies,
        probability=np.full((sensors, len(bodies)), 1.0 / max(len(bodies), 1)),
        likely=(),
        likely_probability=0.0,
        untold=untold,
    )
