"""Which sensors' headings drift at a steady rate, and which turns are the runner's.

The turn of every sensor is a sum of three: how the runner turns, alike for all; how a segment
wanders against the body, to and fro with long memory; and the drift of the sensor's heading, which
goes on at one rate. A rate is the sensor's where the others do not share it and wandering of the
size seen in the same recording is an unlikely reason. All sets of sensors that may drift are
compared by their Bayesian evidence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from math import comb
from typing import Final

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from opensim_pelvis.calibration.heading.frames_apart import PIECE_S, Apart
from opensim_pelvis.calibration.heading.wander import Line
from opensim_pelvis.frames import BoolArray, FloatArray

RATE_RADPS: Final = float(np.deg2rad(3.0) / 60.0)
"""Standard deviation of the rate of a heading that drifts: 3 degrees/min, a choice.

Of the order of what a gyroscope's bias of 0.05 degrees/s leaves.
"""

LARGER: Final = (1.0, 3.0, 10.0, 30.0)
"""Drift may be that many times larger, each less likely by `LARGER_ODDS` than the one before."""

LARGER_ODDS: Final = 1.0 / 3.0

BASE_ODDS: Final = 1.0 / 3.0
"""By how much less likely the base sensor is taken to drift, where others explain it as well."""

SURE_ODDS: Final = 20.0
"""How many times more likely a drift must be than wandering alone."""

FACING_RAD: Final = float(np.deg2rad(1.0))
"""By how much a runner's own facing of the treadmill changes steadily in a recording; a choice."""

TURNING_ODDS: Final = 0.01
"""How likely the trunk turns against the pelvis at one rate, against that it does not; a choice.

Nothing but the joint's acceleration (`frames_apart`) tells it from drift: with less, where that
tells nothing, it counts as drift; with more, the acceleration would have to prove every drift.
"""

FEWEST_BLOCKS: Final = 8
"""Fewest blocks from which a rate is estimated: with fewer, correlations are chance."""

_FLOOR_RAD = np.deg2rad(0.1)  # of the standard error of a turn: strides that are all the same
_ANYWHERE_RAD = 10.0  # over ground the runner may turn by anything


@dataclass(frozen=True, eq=False, slots=True)
class Rates:
    """Steady drift of each sensor.

    Parameters
    ----------
    rate_radps : (s,) array
        Positive to the left; 0 where none is told from wandering.
    sigma_radps : (s,) array
        Standard error of it, also of one that is not told.
    """

    rate_radps: FloatArray
    sigma_radps: FloatArray


def find_rates(
    turn_rad: FloatArray,
    time_s: FloatArray,
    *,
    block_s: float,
    base: int,
    treadmill: bool,
    apart: Apart | None = None,
) -> Rates:
    """Return the steady drift of each sensor's heading.

    Parameters
    ----------
    turn_rad : (n, s) array
        Mean turn about the vertical in blocks of steady movement, positive to the left.
    time_s : (n,) array
        Middle of each block.
    block_s : float
        Length of a block.
    base : int
        Column of the sensor that is believed where two could be the one that drifts.
    treadmill : bool
        Whether the runner keeps facing one way.
    apart : Apart, optional
        How the earth frame of one sensor turns against that of another.

    Notes
    -----
    The standard error of a rate is that of a line through noise with long memory (`wander`) and the
    covariance between segments that the recording itself shows about its lines.
    Where slow curves (Legendre polynomials 2 to 6) are larger than such noise has them, as of a
    trunk that turns aside and back, it grows with them.

    Examples
    --------
    >>> turn = np.zeros((60, 3))
    >>> turn[:, 1] = np.linspace(0.0, 0.1, 60)
    >>> rates = find_rates(turn, np.arange(60.0), block_s=1.0, base=0, treadmill=False)
    >>> [round(60.0 * float(rate), 3) for rate in rates.rate_radps]
    [0.0, 0.102, 0.0]
    """
    s = turn_rad.shape[1]
    span_s = float(time_s[-1] - time_s[0])
    seen = _see(turn_rad, Line.through(time_s, block_s), treadmill=treadmill)
    spread = RATE_RADPS * span_s
    if apart is not None:
        seen = _with_apart(seen, apart, span_s, spread)
    drifts, seen = _who_drifts(seen, spread, base, most=s if treadmill else s - 1)
    rate, sigma = np.zeros(s), np.zeros(s)
    found, error = _changes(seen, LARGER[-1] * spread, drifts)
    rate[drifts], sigma[drifts] = found[drifts], error[drifts]
    for i in np.flatnonzero(~drifts):
        with_it = drifts | (np.arange(s) == i)
        sigma[i] = _changes(seen, spread, with_it)[1][i]
    return Rates(rate / span_s, sigma / span_s)


@dataclass(frozen=True, eq=False, slots=True)
class _Seen:
    """What was seen of drift over the whole span.

    ``change`` (m,) is ``of`` (m, s) times the drift of each sensor, and noise with a covariance.
    ``turning`` (m, m) is what a trunk that turns at one rate adds to that.
    """

    change: FloatArray
    of: FloatArray
    noise: FloatArray
    turning: FloatArray | None = None


def _see(turn_rad: FloatArray, line: Line, *, treadmill: bool) -> _Seen:
    """Return the change of each sensor's turn, and the covariance that wandering gives it."""
    s = turn_rad.shape[1]
    common, apart = _split(turn_rad, line)
    if treadmill:
        change = line.slope(turn_rad)
        # each sensor is the body and what it turns against it
        added = np.hstack([np.eye(s), np.ones((s, 1))])
        noise = added @ line.covariance(np.hstack([apart, common[:, None]])) @ added.T
        noise = noise + FACING_RAD**2
    else:
        change = line.slope(apart)
        noise = line.covariance(apart) + _ANYWHERE_RAD**2
    return _Seen(change=change, of=np.eye(s), noise=noise + _FLOOR_RAD**2 * np.eye(s))


def _with_apart(seen: _Seen, apart: Apart, span_s: float, spread: float) -> _Seen:
    """Return what was seen together with how two earth frames turn against each other."""
    line = Line.through(apart.time_s, PIECE_S)
    share = span_s / float(apart.time_s[-1] - apart.time_s[0])
    s = seen.change.size
    row = np.zeros(s)
    row[apart.first], row[apart.second] = -1.0, 1.0
    noise, turning = np.zeros((2, s + 1, s + 1))
    noise[:s, :s] = seen.noise
    noise[s, s] = share**2 * line.covariance(apart.angle_rad[:, None])[0, 0] + _FLOOR_RAD**2
    turning[apart.second, apart.second] = spread**2
    change = share * line.slope(apart.angle_rad)
    return _Seen(
        change=np.append(seen.change, change),
        of=np.vstack([seen.of, row]),
        noise=noise,
        turning=turning,
    )


def _split(turn_rad: FloatArray, line: Line) -> tuple[FloatArray, FloatArray]:
    """Return how the body turns, and each sensor against it: (n,) and (n, s).

    The body is the mean of the sensors, those counting most that keep nearest to it.
    """
    s = turn_rad.shape[1]
    weight = np.full(s, 1.0 / s)
    for _ in range(3):
        apart = turn_rad - (turn_rad @ weight)[:, None]
        weight = 1.0 / (np.diag(line.covariance(apart)) + _FLOOR_RAD**2)
        weight /= weight.sum()
    common = turn_rad @ weight
    return common, turn_rad - common[:, None]


def _who_drifts(seen: _Seen, spread: float, base: int, *, most: int) -> tuple[BoolArray, _Seen]:
    """Return the set of sensors whose drift explains all changes best, without doubtful ones.

    Every number of drifting sensors is as likely as any other, and every set of a number. Where
    the trunk turned rather than its sensor drifted, that is part of the noise returned.
    """
    s = seen.of.shape[1]
    worlds = [(0.0, seen)]
    if seen.turning is not None:
        turned = replace(seen, noise=seen.noise + seen.turning)
        worlds.append((float(np.log(TURNING_ODDS)), turned))

    def evidence(drifts: BoolArray, world: _Seen, size_rad: float) -> float:
        total = world.noise + size_rad**2 * (world.of * drifts) @ world.of.T
        factor = cho_factor(total, lower=True)
        fit = float(world.change @ cho_solve(factor, world.change))
        size = 2.0 * float(np.log(np.diag(factor[0])).sum())
        prior = -np.log(comb(s, int(drifts.sum()))) + drifts[base] * np.log(BASE_ODDS)
        return float(prior) - 0.5 * (fit + size)

    def best_of(drifts: BoolArray) -> tuple[float, int]:
        return max(
            (odds + n * np.log(LARGER_ODDS) + evidence(drifts, world, size * spread), -k)
            for k, (odds, world) in enumerate(worlds)
            for n, size in enumerate(LARGER[: None if drifts.any() else 1])
        )

    sets = [np.array(row, dtype=np.bool_) for row in product((False, True), repeat=s)]
    best = max((row for row in sets if row.sum() <= most), key=best_of)
    while best.any():
        without = {i: best & (np.arange(s) != i) for i in np.flatnonzero(best)}
        gain = {i: best_of(best)[0] - best_of(less)[0] for i, less in without.items()}
        least = min(gain, key=lambda i: gain[i])
        if gain[least] > np.log(SURE_ODDS):
            break
        best = without[least]
    return best, worlds[-best_of(best)[1]][1]


def _changes(seen: _Seen, spread: float, drifts: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Return mean and standard deviation of the drift of each sensor of a set, 0 for the others."""
    prior = spread**2 * np.diag(drifts.astype(np.float64))
    gain = prior @ seen.of.T @ np.linalg.inv(seen.noise + seen.of @ prior @ seen.of.T)
    variance = np.diag(prior - gain @ seen.of @ prior)
    return gain @ seen.change, np.sqrt(np.maximum(variance, 0.0))
