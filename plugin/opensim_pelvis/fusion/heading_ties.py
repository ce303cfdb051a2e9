"""Ties the headings of stretches that a long hole separates.

Without magnetometer every stretch begins with a heading of its own. How far the sensor turned
about the vertical while nothing was recorded is told in two ways. Rest on both sides of a hole of
a few seconds: not at all. Movement, holes up to a second: as elsewhere in the recording where the
signals before and after were alike, which they are from stride to stride. The turn of the case
there, from where it was before the hole, leads to where it was after it. How wrong that may be is
tried on those places themselves: each is foretold from the others. Where a tie is uncertain, the
stretches stay apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

import numpy as np

from opensim_pelvis.frames import BoolArray, FloatArray, IntArray
from opensim_pelvis.fusion.filter import Fused
from opensim_pelvis.rotations import from_rotation_vector, inverse, multiply

MAX_REST_HOLE_S: Final = 5.0
MAX_REST_TILT_RAD: Final = float(np.deg2rad(1.0))
REST_ERROR_RAD: Final = float(np.deg2rad(1.0))
"""Rest on both sides ties across such holes while gravity is felt along the same axis. In real
recordings headings then differ by less than 0.5 degrees root mean square (``docs/fusion.md``);
within 10 s one can walk on, turn round and stand still again, with gravity 1 to 2 degrees off."""

MAX_MOVING_HOLE_S: Final = 1.0
MAX_ERROR_RAD: Final = float(np.deg2rad(5.0))

REST_S: Final = 0.5  # at rest for so long on each side
SIDE_S: Final = 0.25  # of the signals on each side that must be alike
LEAST_SIDE_S: Final = 0.1
LIKES: Final = 12  # places that are alike
APART_S: Final = 0.2
REACH_S: Final = 60.0  # how far from the hole they are looked for
_POINTS: Final = 10  # of each side that are compared
LASTING: Final = 0.3
"""Part of a difference beside a hole that lasts through it: chosen on holes in two real recordings,
so that errors lie within twice the stated ones as often as those of normal errors do."""

_STRIDE_S: Final = 0.005  # between places that are tried
_FEW: Final = (
    1.12  # Student's t over the normal's quantile (95 %): the spread is that of LIKES places
)


class _Places(NamedTuple):
    """Places of the recording as long as the hole: n of them, signals at p points beside each.

    ``start`` and ``end`` are orientations before and after, (n, 4); ``beside`` is (n, p, 6), the
    gyroscope first.
    """

    at: IntArray
    start: FloatArray
    end: FloatArray
    beside: FloatArray

    def of(self, chosen: IntArray) -> _Places:
        return _Places(self.at[chosen], self.start[chosen], self.end[chosen], self.beside[chosen])

    def turned(self) -> FloatArray:
        """Return how the sensor turned at each, seen from its own case, (n, 4)."""
        return multiply(inverse(self.start), self.end)


@dataclass(frozen=True, slots=True)
class Tie:
    """How a stretch is tied to the one before.

    Parameters
    ----------
    by : str
        What tells the turn: ``"rest"`` on both sides, or ``"movement"`` that is alike.
    turn_rad : float
        About the vertical, from the last sample before the hole to the first after it.
    error_rad : float
        Standard error.
    """

    by: Literal["rest", "movement"]
    turn_rad: float
    error_rad: float


def find_ties(parts: Sequence[Fused], step_s: float) -> tuple[Tie | None, ...]:
    """Find how far a sensor turned in each hole; None where nothing tells.

    Parameters
    ----------
    parts : sequence of Fused
        The stretches of one sensor, in order, with headings of their own.
    step_s : float

    Returns
    -------
    tuple of Tie or None
        One less than stretches.
    """
    if len(parts) < 2:
        return ()
    weight = _weight_of_force(parts)
    ties: list[Tie | None] = []
    for k in range(len(parts) - 1):
        tie = _tie_by_rest(parts[k], parts[k + 1], step_s)
        ties.append(tie or _tie_by_movement(parts, k, weight, step_s))
    return tuple(ties)


def join_longest(
    parts: Sequence[Fused],
    ties: Sequence[Tie | None],
    samples: int,
    needed: BoolArray | None = None,
) -> tuple[FloatArray, tuple[int, ...]]:
    """Return the orientations of the stretches that share a heading, of the longest such group.

    A group that holds rows that are needed goes before longer ones.

    Parameters
    ----------
    parts : sequence of Fused
    ties : sequence of Tie or None
        One less than ``parts``.
    samples : int
        Rows of the sensor.
    needed : (samples,) bool array, optional
        Rows of the static trial, without which the others cannot be placed.

    Returns
    -------
    R_ES : (samples, 4) array
        NaN where a row is missing or belongs to a stretch of another heading.
    kept : tuple of int
        The ties in use.
    """
    groups = [[0]]
    for k, tie in enumerate(ties, start=1):
        if tie is None:
            groups.append([k])
        else:
            groups[-1].append(k)

    def worth(group: list[int]) -> tuple[int, int]:
        rows = [parts[k].stretch.rows for k in group]
        held = 0 if needed is None else sum(int(needed[part].sum()) for part in rows)
        return held, sum(part.size for part in rows)

    longest = max(groups, key=worth)
    turned, heading_rad = [parts[longest[0]]], 0.0
    for k in longest[1:]:
        tie, part = ties[k - 1], parts[k]
        if tie is not None:
            found_rad = _turn_between(parts[k - 1].R_ES[-1], part.R_ES[0])
            heading_rad += tie.turn_rad - float(found_rad)
        turn = from_rotation_vector(np.array([0.0, 0.0, heading_rad]))
        turned.append(replace(part, R_ES=multiply(turn, part.R_ES)))
    return join_all(turned, samples), tuple(k - 1 for k in longest[1:])


def join_all(parts: Sequence[Fused], samples: int) -> FloatArray:
    """Return the orientations of all stretches by row of the sensor, (samples, 4)."""
    R_ES = np.full((samples, 4), np.nan)
    for part in parts:
        R_ES[part.stretch.rows] = part.R_ES[part.stretch.places]
    return R_ES


def _steps_between(before: Fused, after: Fused) -> int:
    """Return the steps from the last sample of a stretch to the first of the next."""
    return after.stretch.start - (before.stretch.start + before.stretch.samples - 1)


def _turn_between(before: FloatArray, after: FloatArray) -> FloatArray:
    """Return the turns about the vertical from one orientation to another, radians."""
    turn = multiply(after, inverse(before))
    return np.asarray(2.0 * np.arctan2(turn[..., 3], turn[..., 0]))


def _tie_by_rest(before: Fused, after: Fused, step_s: float) -> Tie | None:
    n = max(round(REST_S / step_s), 1)
    hole_s = _steps_between(before, after) * step_s
    if hole_s > MAX_REST_HOLE_S or min(before.stretch.samples, after.stretch.samples) < n:
        return None
    if not (before.rest[-n:].all() and after.rest[:n].all()):
        return None
    first, second = before.force_mps2[-n:].mean(axis=0), after.force_mps2[:n].mean(axis=0)
    tilt_rad = np.arctan2(np.linalg.norm(np.cross(first, second)), first @ second)
    return Tie("rest", 0.0, REST_ERROR_RAD) if tilt_rad <= MAX_REST_TILT_RAD else None


def _tie_by_movement(parts: Sequence[Fused], k: int, weight: float, step_s: float) -> Tie | None:
    """Return the turn that the sensor made where its signals were like those beside the hole."""
    before, after = parts[k], parts[k + 1]
    steps = _steps_between(before, after)
    side = min(round(SIDE_S / step_s), before.stretch.samples - 1, after.stretch.samples - 1)
    if steps * step_s > MAX_MOVING_HOLE_S or side * step_s < LEAST_SIDE_S:
        return None
    offsets = np.unique(np.linspace(0, side, _POINTS).round().astype(np.int64))
    wanted = np.concatenate(
        [_signals(before, weight)[-1 - offsets], _signals(after, weight)[offsets]]
    )
    reach, stride = round(REACH_S / step_s), max(round(_STRIDE_S / step_s), 1)
    found = []
    for part in parts:
        middle = after.stretch.start - part.stretch.start
        first = max(side, middle - reach)
        last = min(part.stretch.samples - steps - side, middle + reach)
        if last <= first:
            continue
        here = np.arange(first, last, stride)
        rows = here[:, None] + np.concatenate([-offsets, steps + offsets])
        found.append(
            _Places(
                at=part.stretch.start + here,
                start=part.R_ES[here],
                end=part.R_ES[here + steps],
                beside=_signals(part, weight)[rows],
            )
        )
    if not found:
        return None
    places = _Places(*(np.concatenate(values) for values in zip(*found, strict=True)))
    chosen = _choose_likes(places.at, ((places.beside - wanted) ** 2).mean(axis=(1, 2)), step_s)
    if chosen.size < LIKES:
        return None
    hole = _Places(
        at=np.array([after.stretch.start]),
        start=before.R_ES[-1:],
        end=after.R_ES[:1],
        beside=wanted[None],
    )
    return _judge_likes(hole, places.of(chosen), steps * step_s)


def _judge_likes(hole: _Places, likes: _Places, hole_s: float) -> Tie | None:
    """Return the tie that like places foretell; None where they do not foretell one another."""
    ahead_rad, unlike2 = _foretell(hole, likes)
    misses_rad, apart2 = [], []
    for k in range(likes.at.size):
        others = np.delete(np.arange(likes.at.size), k)
        miss_rad, usual2 = _foretell(likes.of(np.array([k])), likes.of(others))
        misses_rad.append(miss_rad)
        apart2.append(usual2)
    spread_rad = _FEW * float(np.sqrt(np.mean(np.square(misses_rad))))
    # a gyroscope that differs beside the hole may differ all through it: by what it differs more
    # than most of the places from the others, and by a part of all that it differs
    more2 = max(unlike2 - float(np.quantile(apart2, 0.75)), 0.0)
    differs_rad = np.sqrt(more2 + LASTING**2 * unlike2) * hole_s
    error_rad = float(np.hypot(spread_rad, differs_rad))
    if error_rad > MAX_ERROR_RAD:
        return None
    turn_rad = float(_turn_between(hole.start[0], hole.end[0])) + ahead_rad
    return Tie("movement", turn_rad, error_rad)


def _foretell(place: _Places, likes: _Places) -> tuple[float, float]:
    """Return how far the heading after a place is foretold ahead of the one it has, radians.

    And the mean square by which the gyroscope differs beside it, (rad/s)^2.
    """
    foretold = multiply(place.start, likes.turned())
    ahead_rad = _turn_between(place.end, foretold)
    mean_rad = float(np.angle(np.exp(1j * ahead_rad).mean()))
    return mean_rad, float(((likes.beside - place.beside)[..., :3] ** 2).mean())


def _weight_of_force(parts: Sequence[Fused]) -> float:
    """Return what makes acceleration count as much as angular velocity, rad/s per m/s^2."""
    turning = np.concatenate([part.turning_radps for part in parts]).std(axis=0).mean()
    force = np.concatenate([part.force_mps2 for part in parts]).std(axis=0).mean()
    return float(turning / force) if force > 0.0 else 0.0


def _signals(part: Fused, weight: float) -> FloatArray:
    return np.concatenate([part.turning_radps, weight * part.force_mps2], axis=1)


def _choose_likes(places: IntArray, unlike: FloatArray, step_s: float) -> IntArray:
    """Return the places that are most alike, best first, no two of them close together."""
    left, apart = unlike.copy(), max(round(APART_S / step_s), 1)
    chosen: list[int] = []
    for _ in range(LIKES):
        best = int(np.argmin(left))
        if not np.isfinite(left[best]):
            break
        chosen.append(best)
        left[np.abs(places - places[best]) < apart] = np.inf
    return np.array(chosen, dtype=np.int64)
