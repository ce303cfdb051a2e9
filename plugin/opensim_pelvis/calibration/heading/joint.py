"""The heading of the trunk against the pelvis, from the acceleration of the joint between them.

Both sensors feel how the joint that ties their bodies accelerates: a start, a bend, each step.
Seen from two earth frames the same horizontal acceleration points in two directions, and the angle
between these is that between the frames. Where the joint lies from each sensor is found with it.
No north, no mounting and no pose is needed. The same constraint,
in filters over time, is that of Weygers and Kok (IEEE Sensors Journal 2020).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.signal import butter, sosfiltfilt

from opensim_pelvis.frames import FloatArray, up_in_earth
from opensim_pelvis.rotations import (
    inverse,
    is_present,
    multiply,
    rotate,
    to_matrix,
    to_rotation_vector,
)
from opensim_pelvis.types import AlignedRecording

JOINT_RAD: Final = np.deg2rad(6.0)
"""How far the answer lies from the trunk's heading, standard deviation.

The spine is a chain and no joint, and skin moves. Against markers it is 3 degrees off in a walk
and 3 in a run, and 6 against the maker's north in another walk
(``tests/benchmarks/trunk_heading.py``). Three people are few: the value is a choice, as large as
the worst of them.
"""

MAX_CHANCE_RAD: Final = np.deg2rad(10.0)
"""Standard error over time beyond which the movement tells nothing."""

MAX_MISFIT: Final = 0.25
"""Largest part of both sensors' acceleration that no joint explains; walking has 0.02 to 0.08."""

LEAST_CONTRAST: Final = 4.0
"""How many times worse a heading a right angle away or more must fit.

Where little but the bounce is shared, forward and backward look alike. Of 96 simulated runs with
soft tissue that moves by up to 4 degrees none above 3 was wrong; below 2.5 some were turned round.
"""

SIDE_CONTRAST: Final = 2.0
"""How many times worse a heading must fit than its opposite to be the side that is meant.

Thighs of three runners and one walker show 3.5 to 14 (``tests/benchmarks/trunk_heading.py``), those
of 177 simulated people 2.3 or more for the right side.
"""

_CUTOFF_HZ = 5.0
_PIECE_S, _PIECES = 3.0, 100
_LEAST_PIECES, _GROUPS = 6, 30
_REACH_M = 0.5  # a joint is not further than that from a sensor: standard deviation
_COARSE = np.deg2rad(np.arange(-180.0, 180.0, 5.0))


@dataclass(frozen=True, eq=False, slots=True)
class Moments:
    """Sums of products of one piece or more: sensor a, sensor b, and both, (4, 4) each.

    Row and column 0 are the acceleration of the sensor, the others what a lever along each axis
    of its case adds to it. ``along`` and ``across`` are of the horizontal components, ``upright``
    of the vertical ones. ``samples`` counts components.
    """

    own_a: FloatArray
    own_b: FloatArray
    along: FloatArray
    across: FloatArray
    upright: FloatArray
    samples: float


def heading_from_joint(
    aligned: AlignedRecording, drift_rad: FloatArray | None, *, base: int, sensor: int
) -> tuple[float, float] | None:
    """Return how a sensor's earth frame is turned against the base sensor's, and how sure.

    Parameters
    ----------
    aligned : AlignedRecording
    drift_rad : (t, s) array or None
        Taken from the headings first.
    base, sensor : int
        Columns of two sensors whose bodies meet in a joint.

    Returns
    -------
    (float, float) or None
        Heading of the sensor less that of the base sensor for the same direction, radians, and
        its standard deviation. None where movement does not tell.

    Notes
    -----
    Least squares over levers and angle, levers held to half a metre. The standard error is that
    of a jackknife over pieces of three seconds or more, since neighbouring samples are not
    independent.
    """
    pieces = list(_pieces(aligned, drift_rad, base, sensor))
    if len(pieces) < _LEAST_PIECES:
        return None
    whole = total(pieces)
    angle, misfit, contrast = solve_joint(whole)
    if misfit > MAX_MISFIT or contrast < LEAST_CONTRAST:
        return None
    groups = [total(pieces[k::_GROUPS]) for k in range(min(len(pieces), _GROUPS))]
    left_out = [solve_joint(total(groups[:k] + groups[k + 1 :]))[0] for k in range(len(groups))]
    away = np.angle(np.exp(1j * (np.array(left_out) - angle)))
    chance = float(np.sqrt((len(groups) - 1) * np.mean((away - away.mean()) ** 2)))
    if chance > MAX_CHANCE_RAD:
        return None
    return -angle, float(np.hypot(JOINT_RAD, chance))


def contrast_of_sides(
    aligned: AlignedRecording,
    drift_rad: FloatArray | None,
    *,
    base: int,
    sensor: int,
    heading_rad: float,
) -> float:
    """Return how many times worse the opposite of a heading fits a joint; 1 where nothing tells.

    Parameters
    ----------
    aligned, drift_rad, base, sensor
        As in `heading_from_joint`.
    heading_rad : float
        Heading of the sensor less that of the base sensor, right or opposite.
    """
    pieces = list(_pieces(aligned, drift_rad, base, sensor))
    if len(pieces) < _LEAST_PIECES:
        return 1.0
    whole = total(pieces)
    if _felt(whole) <= 0.0:
        return 1.0
    costs = [_cost(whole, turn - heading_rad) for turn in (0.0, np.pi)]
    return float(costs[1] / costs[0]) if costs[0] > 0.0 else 1.0


def moments_of(R_ES: FloatArray, felt_s_mps2: FloatArray, rate_hz: float) -> Moments:
    """Return the moments of one stretch of two sensors.

    Parameters
    ----------
    R_ES : (t, 2, 4) array
        Of both sensors, each in its own E.
    felt_s_mps2 : (t, 2, 3) array
        Specific force in S.
    rate_hz : float
    """
    a, b = (_moving(R_ES[:, k], felt_s_mps2[:, k], rate_hz) for k in (0, 1))
    x, y, z = (np.einsum("ti,tj->ij", a[:, k], b[:, k]) for k in range(3))
    xy = np.einsum("ti,tj->ij", a[:, 0], b[:, 1])
    yx = np.einsum("ti,tj->ij", a[:, 1], b[:, 0])
    return Moments(
        own_a=np.einsum("tki,tkj->ij", a, a),
        own_b=np.einsum("tki,tkj->ij", b, b),
        along=x + y,
        across=yx - xy,
        upright=z,
        samples=3.0 * a.shape[0],
    )


def _pieces(
    aligned: AlignedRecording, drift_rad: FloatArray | None, base: int, sensor: int
) -> Iterator[Moments]:
    """Yield the moments of whole pieces, evenly over the recording."""
    force = aligned.acceleration_mps2
    length = round(_PIECE_S * aligned.rate_hz)
    count = aligned.time_s.size // length
    if force is None or aligned.rate_hz <= 4.0 * _CUTOFF_HZ:
        return
    both = [base, sensor]
    chosen = np.unique(np.linspace(0, count - 1, min(count, _PIECES)).astype(np.int64))
    for start in chosen * length if count else ():
        rows = slice(start, start + length)
        R_ES, felt = aligned.R_ES[rows, both], force[rows, both]
        if not (is_present(R_ES).all() and np.isfinite(felt).all()):
            continue
        if drift_rad is not None:
            half = -drift_rad[rows, both][..., None] / 2.0
            back = np.concatenate([np.cos(half), np.sin(half) * up_in_earth()], axis=-1)
            R_ES = multiply(back, R_ES)
        yield moments_of(R_ES, felt, aligned.rate_hz)


def _moving(R_ES: FloatArray, felt_s: FloatArray, rate_hz: float) -> FloatArray:
    """Return acceleration and what a lever along each axis adds, in E without means, (t, 3, 4)."""
    smooth = butter(2, _CUTOFF_HZ, fs=rate_hz, output="sos")
    step = multiply(R_ES[2:], inverse(R_ES[:-2]))
    turning = to_rotation_vector(step) * (rate_hz / 2.0)
    turning = sosfiltfilt(smooth, np.concatenate([turning[:1], turning, turning[-1:]]), axis=0)
    quickening = np.gradient(turning, axis=0) * rate_hz
    axes = to_matrix(R_ES)
    out = np.empty((R_ES.shape[0], 3, 4))
    out[:, :, 0] = rotate(R_ES, felt_s)
    for k in range(3):
        arm = axes[:, :, k]
        out[:, :, k + 1] = np.cross(quickening, arm) + np.cross(turning, np.cross(turning, arm))
    out = sosfiltfilt(smooth, out, axis=0)
    return np.asarray(out - out.mean(axis=0))


def total(pieces: list[Moments]) -> Moments:
    """Return the moments of all pieces together."""
    return Moments(
        *(
            np.sum([getattr(piece, name) for piece in pieces], axis=0)
            for name in ("own_a", "own_b", "along", "across", "upright", "samples")
        )
    )


def solve_joint(moments: Moments) -> tuple[float, float, float]:
    """Return the turn between two earth frames, with its misfit and contrast.

    Returns
    -------
    angle_rad : float
        Takes the second sensor's earth frame to the first's.
    misfit : float
        Part of both accelerations that no joint explains.
    contrast : float
        How many times more is left, at best, a right angle or more from there.
    """
    felt = _felt(moments)
    if felt <= 0.0:
        return 0.0, np.inf, 0.0
    costs = np.array([_cost(moments, angle) for angle in _COARSE])
    best = float(_COARSE[np.argmin(costs)])
    far = np.cos(_COARSE - best) < 1e-9  # a right angle itself, however it is rounded
    for reach in np.deg2rad([5.0, 1.0, 0.2, 0.04]):
        around = best + np.linspace(-reach, reach, 11)
        best = float(around[np.argmin([_cost(moments, angle) for angle in around])])
    least = max(_cost(moments, best), np.finfo(np.float64).eps * felt)
    return best, least / felt, float(costs[far].min()) / least


def _felt(moments: Moments) -> float:
    """Return the square of both accelerations; without any nothing holds the levers either."""
    return float(moments.own_a[0, 0] + moments.own_b[0, 0])


def levers_of(moments: Moments) -> tuple[FloatArray, FloatArray]:
    """Return the weights of acceleration and levers of each sensor that fit best, (4,) each."""
    _, levers, _ = _fit(moments, solve_joint(moments)[0])
    one = np.ones(1)
    return np.concatenate([one, -levers[:3]]), np.concatenate([one, -levers[3:]])


def _cost(moments: Moments, angle_rad: float) -> float:
    """Return the least squares that are left at one angle, the levers being free."""
    known, levers, pull = _fit(moments, angle_rad)
    return float(known - pull @ levers)


def _fit(moments: Moments, angle_rad: float) -> tuple[float, FloatArray, FloatArray]:
    """Return what levers explain at one angle, the levers of both, and their normal equations."""
    cross = np.cos(angle_rad) * moments.along + np.sin(angle_rad) * moments.across + moments.upright
    products = np.block([[moments.own_a, -cross], [-cross.T, moments.own_b]])
    levers = [1, 2, 3, 5, 6, 7]
    known = products[0, 0] + products[4, 4] + 2.0 * products[0, 4]
    pull = products[levers, 0] + products[levers, 4]
    hold = _felt(moments) / moments.samples / _REACH_M**2
    normal = products[np.ix_(levers, levers)] + hold * np.eye(6)
    return float(known), np.linalg.solve(normal, pull), pull
