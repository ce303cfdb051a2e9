"""The direction of travel of strides: the path that the pelvis follows, bout by bout.

What recurs every stride cancels in the mean heading of the pelvis over a stride, and in its turn
from the start of the stride to the end. Both scatter about the path all the same, since no stride
is like the one before. The path is the line through mid-strides that fits both best and turns at a
constant rate except where strides show that the rate changes, so that a straight line, a bend and
a turn keep their shapes and the ends of a bout go on as the strides beside them: changes of the
rate have a Cauchy distribution and strides Student's, by iteratively reweighted least squares
(Holland & Welsch 1977, doi:10.1080/03610927708827533).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from opensim_pelvis.frames import BoolArray, FloatArray, IntArray
from opensim_pelvis.gait.events.leg_contacts import MIN_STRIDE_S

if TYPE_CHECKING:
    from scipy.sparse import csr_array

TURNING_RADPS: Final = np.deg2rad(20.0)
"""A stride that turns faster is excluded; the bend of a track at 6 m/s gives 9 degrees/s."""

BENT_RAD: Final = np.deg2rad(0.6)
"""A stride whose path leaves a straight line through time by more is excluded: it begins or ends a
turn, and its range of rotation would be off by about as much."""

HEADING_WANDER: Final = np.deg2rad(1.85)
"""Spread of a stride's mean heading about the path, radians, for a stride of 1 s; it grows as the
square root of the duration. In two men on a treadmill it is 0.8 to 1.3 degrees (``rbds_running``),
in a walk out and back 0.5 to 1.4 (``qmt_fullbody``); more is taken, so that a runner who wanders is
not thought to turn."""

TURN_WANDER: Final = np.deg2rad(3.8)
"""Spread of the turn from the start of a stride to its end, likewise: 1.4 to 2.6 degrees there."""

RATE_CHANGE_RADPS: Final = np.deg2rad(0.3)
"""Width of the distribution of changes of the rate of turning from one mid-stride to the next."""

_WANDERS: Final = (HEADING_WANDER, TURN_WANDER)
_FIRST_CHANGE_RADPS: Final = np.deg2rad(3.0)
_FREEDOM: Final = 4.0  # of Student's distribution of strides about the path: one may be odd
_ITERATIONS: Final = 30
_APART_S: Final = MIN_STRIDE_S / 4.0
_PARTS: Final = 16


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Path:
    """The direction of travel of each stride, shape (n,) each; NaN where it is not known.

    Parameters
    ----------
    travel_rad : array
        Heading at mid-stride in G, radians, + to the left.
    heading_rad : array
        Mean heading of the pelvis over the stride.
    rate_radps : array
        How fast the path turns over the stride, without sign.
    bent_rad : array
        How far it leaves a straight line through time within the stride, without sign.
    inside_radps : array
        How fast the pelvis itself turned from the start of the stride to its end, without sign.
    """

    travel_rad: FloatArray
    heading_rad: FloatArray
    rate_radps: FloatArray
    bent_rad: FloatArray
    inside_radps: FloatArray

    @property
    def fast(self) -> BoolArray:
        """Return which strides turn too fast to be used."""
        return np.asarray(np.fmax(self.rate_radps, self.inside_radps) > TURNING_RADPS)

    @property
    def turning(self) -> BoolArray:
        """Return which strides turn too fast, or not evenly enough for a path to be followed."""
        return np.asarray(self.fast | (self.bent_rad > BENT_RAD))


def follow_path(
    heading: FloatArray, turn: FloatArray, start: FloatArray, end: FloatArray, bout: IntArray
) -> Path:
    """Return the path of strides.

    Parameters
    ----------
    heading : (n,) array
        Mean heading of the pelvis over each stride, radians, continuous.
    turn : (n,) array
        Its heading at the end of the stride less that at its start.
    start, end : (n,) array
        Seconds.
    bout : (n,) int array
    """
    travel, rate, bent = (np.full(start.size, np.nan) for _ in range(3))
    known = np.isfinite(heading) & np.isfinite(turn)
    for number in np.unique(bout[known]):
        rows = np.flatnonzero((bout == number) & known)
        first, last = start[rows], end[rows]
        at = knots((first + last) / 2.0)
        if at.size == 1:  # one stride of a leg, or two that coincide, have no neighbour to go by
            travel[rows] = heading[rows]
            continue
        path = fit_path(at, heading[rows], turn[rows], first, last)
        a, b, c = (_lines(at, x) @ path for x in (first, (first + last) / 2.0, last))
        travel[rows] = b
        rate[rows] = np.abs(c - a) / (last - first)
        bent[rows] = np.abs(c - 2.0 * b + a) / 4.0
    with np.errstate(invalid="ignore", divide="ignore"):
        inside = np.abs(turn) / (end - start)
    return Path(
        travel_rad=travel,
        heading_rad=heading,
        rate_radps=rate,
        bent_rad=bent,
        inside_radps=inside,
    )


def knots(middle: FloatArray) -> FloatArray:
    """Return mid-strides in order of time, those of two legs that nearly coincide as their mean."""
    at = np.sort(middle)
    group = np.concatenate([[0], np.cumsum(np.diff(at) > _APART_S)]).astype(np.int64)
    return np.asarray(np.bincount(group, weights=at) / np.bincount(group))


def fit_path(
    at: FloatArray, heading: FloatArray, turn: FloatArray, start: FloatArray, end: FloatArray
) -> FloatArray:
    """Return the path at knots, from mean heading and turn of strides.

    Parameters
    ----------
    at : (k,) array
        Two knots or more, increasing, seconds.
    heading, turn, start, end : (n,) array

    Returns
    -------
    (k,) array
    """
    from scipy.sparse.linalg import spsolve

    parts = (np.arange(_PARTS) + 0.5) / _PARTS
    inside = _lines(at, (start[:, None] + (end - start)[:, None] * parts).ravel())
    mean = _averaging(start.size) @ inside
    turned = _lines(at, end) - _lines(at, start)
    level = heading.mean()
    wander = np.sqrt(end - start)[:, None] * np.array(_WANDERS)
    wanted = np.stack([heading - level, turn], axis=1)
    off = np.zeros_like(wanted)
    bend = _rate_changes(at)
    stiff = np.full(bend.shape[0], _FIRST_CHANGE_RADPS**-2)
    for _ in range(_ITERATIONS):
        sure = (_FREEDOM + 1.0) / (_FREEDOM + (off / wander) ** 2) / wander**2
        data = mean.T @ mean.multiply(sure[:, :1]) + turned.T @ turned.multiply(sure[:, 1:])
        pull = mean.T @ (sure * wanted)[:, 0] + turned.T @ (sure * wanted)[:, 1]
        path = spsolve((data + bend.T @ (bend.multiply(stiff[:, None]))).tocsc(), pull)
        stiff = 2.0 / (RATE_CHANGE_RADPS**2 + (bend @ path) ** 2)
        off = np.stack([mean @ path, turned @ path], axis=1) - wanted
    return np.asarray(path + level)


def _lines(at: FloatArray, time_s: FloatArray) -> csr_array[Any]:
    """Return what takes values at knots to those at times: straight lines, drawn on at the ends."""
    from scipy.sparse import csr_array

    left = np.clip(np.searchsorted(at, time_s) - 1, 0, at.size - 2)
    part = (time_s - at[left]) / (at[left + 1] - at[left])
    row = np.arange(time_s.size)
    entries = np.concatenate([1.0 - part, part])
    places = (np.concatenate([row, row]), np.concatenate([left, left + 1]))
    return csr_array((entries, places), shape=(time_s.size, at.size))


def _averaging(n: int) -> csr_array[Any]:
    """Return what takes values at `_PARTS` points of each stride to their means."""
    from scipy.sparse import csr_array

    column = np.arange(n * _PARTS)
    return csr_array((np.full(column.size, 1.0 / _PARTS), (column // _PARTS, column)))


def _rate_changes(at: FloatArray) -> csr_array[Any]:
    """Return what takes values at knots to the change of slope at all knots but the outer ones."""
    from scipy.sparse import csr_array

    slope = 1.0 / np.diff(at)
    entries = np.concatenate([slope[:-1], -slope[:-1] - slope[1:], slope[1:]])
    row = np.arange(at.size - 2)
    places = (np.tile(row, 3), np.concatenate([row, row + 1, row + 2]))
    return csr_array((entries, places), shape=(at.size - 2, at.size))
