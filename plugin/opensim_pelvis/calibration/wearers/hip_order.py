"""Which thigh is the right one, told by where the hips lie on the pelvis.

Two bodies that share a joint feel the same acceleration there:
``|a_P + G_P r_P| = |a_F + G_F r_F|`` with ``G = [w x]^2 + [dw/dt x]``. Lengths
need neither headings nor mountings (Seel, Raisch and Schauer 2014, doi:10.3390/s140406891). The
part of ``r_P`` across the pelvis is larger for the right hip by the distance between the hips,
which is 0.15 to 0.2 m.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Final

import numpy as np

from opensim_pelvis.calibration.wearers.features import Features, Signals
from opensim_pelvis.calibration.wearers.windows import Window
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.interpolation import low_pass
from opensim_pelvis.rotations import rotate

SMOOTH_HZ: Final = 10.0
"""What is faster is skin and impact, and no motion of the bone."""

START_M: Final = (-0.06, 0.2)
"""Where the hip lies above the sensor, on pelvis and thigh; a rough guess to begin with."""

PRIOR_M: Final = 0.15
"""How far from there a hip may lie."""

NOISE_MPS2: Final = 2.0
"""How well two bodies agree on the length of the acceleration of their joint."""

ROUNDS: Final = 8
LONGEST_S: Final = 12.0
"""Of the recording that is looked at: as good as more."""


@dataclass(frozen=True, eq=False, slots=True)
class Hips:
    """The hip between each sensor as the pelvis and each sensor as a thigh.

    Parameters
    ----------
    place_m : (s, s, 3) array
        Seen from the first, in its S; NaN on the diagonal and without acceleration.
    facing : (s, s) array
        Cosine of the angle between the axis ``right`` of the first and ``axis`` of the second,
        times the coherence of the joint's acceleration as both feel it.
    misfit_mps2 : (s, s) array
        Median difference of the lengths of that acceleration, the better of both orders: small for
        two sensors on segments that share a joint, whichever joint.
    """

    place_m: FloatArray
    facing: FloatArray
    misfit_mps2: FloatArray


def find_hips(signals: Signals, windows: Sequence[Window], features: Features) -> Hips:
    """Return where hips lie on the pelvis, and how the pelvis faces against each thigh.

    Parameters
    ----------
    signals : Signals
    windows : sequence of Window
    features : Features
    """
    force, bend, R_ES = _acceleration(signals, windows)
    up, sensors = features.up, features.up.shape[0]
    place = np.full((sensors, sensors, 3), np.nan)
    facing = np.full((sensors, sensors), np.nan)
    misfit = np.full((sensors, sensors), np.nan)
    felt = np.isfinite(force).all(axis=(0, 2))
    for p, f in permutations(np.flatnonzero(felt), 2):
        pair = [p, f]
        start = np.concatenate([START_M[0] * up[p], START_M[1] * up[f]])
        r = solve_joint(force[:, pair], bend[:, pair], start)
        place[p, f] = r[:3]
        joint = force[:, pair] + np.einsum("tsij,sj->tsi", bend[:, pair], r.reshape(2, 3))
        length = np.linalg.norm(joint, axis=2)
        misfit[p, f] = np.median(np.abs(length[:, 0] - length[:, 1]))
        axes = np.stack([features.right[p], features.axis[f]])
        facing[p, f] = _facing(R_ES[:, pair], joint, axes)
    return Hips(place, facing, np.minimum(misfit, misfit.T))


def _facing(R_ES: FloatArray, joint: FloatArray, axes: FloatArray) -> float:
    """Return the cosine between two horizontal axes whose sensors share no north.

    Both feel the same acceleration of the joint; the angle between their views of it is that
    between their norths.
    """
    pushed, across = (
        np.asarray(v[..., 0] + 1j * v[..., 1])
        for v in (rotate(R_ES, joint), rotate(R_ES, np.broadcast_to(axes, joint.shape)))
    )
    pushed = pushed - pushed.mean(axis=0)
    power = np.sqrt(np.square(np.abs(pushed)).sum(axis=0).prod())
    turn = (pushed[:, 0] * np.conj(pushed[:, 1])).sum() / max(power, 1e-9)
    angle = (across[:, 0] * np.conj(across[:, 1])).mean()
    return float((np.conj(turn) * angle).real / max(abs(angle), 1e-9))


def solve_joint(force: FloatArray, bend: FloatArray, start_m: FloatArray) -> FloatArray:
    """Return the joint seen from two sensors, (6,), by Gauss-Newton steps.

    Parameters
    ----------
    force : (t, 2, 3) array
    bend : (t, 2, 3, 3) array
        G of both.
    start_m : (6,) array
        Joint in the frame of the first and of the second; also the middle of a weak prior.
    """
    r = start_m.copy()
    pull = (NOISE_MPS2 / PRIOR_M) ** 2 * np.eye(6)
    for _ in range(ROUNDS):
        here = force + np.einsum("tsij,sj->tsi", bend, r.reshape(2, 3))
        length = np.linalg.norm(here, axis=2)
        along = np.einsum("tsi,tsij->tsj", here / length[:, :, None], bend)
        slope = np.concatenate([along[:, 0], -along[:, 1]], axis=1)
        apart = length[:, 0] - length[:, 1]
        weight = 1.0 / np.sqrt(1.0 + np.square(apart / (2.0 * NOISE_MPS2)))  # impacts count less
        system = (slope * weight[:, None]).T @ slope + pull
        pulled = (slope * weight[:, None]).T @ apart + pull @ (r - start_m)
        r = r - np.linalg.solve(system, pulled)
    return r


def _acceleration(
    signals: Signals, windows: Sequence[Window]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return smooth acceleration (t, s, 3), G (t, s, 3, 3) and orientation in the windows."""
    first, last = windows[0].start, max(w.stop for w in windows)
    last = min(last, first + round(LONGEST_S * signals.rate_hz))
    keep = np.zeros(last - first, dtype=bool)
    for window in windows:
        keep[max(window.start - first, 0) : max(min(window.stop, last) - first, 0)] = True
    silent = np.isnan(signals.acceleration_mps2[first:last][keep]).any(axis=(0, 2))
    turning, force = (
        _smooth(x[first:last], signals.rate_hz)
        for x in (signals.angular_velocity_radps, signals.acceleration_mps2)
    )
    force[:, silent] = np.nan
    faster = np.gradient(turning, axis=0) * signals.rate_hz
    cross, change = _cross_matrix(turning), _cross_matrix(faster)
    step = max(1, round(signals.rate_hz / 50.0))
    bend = cross @ cross + change
    return force[keep][::step], bend[keep][::step], signals.R_ES[first:last][keep][::step]


def _smooth(values: FloatArray, rate_hz: float) -> FloatArray:
    """Return smooth signals; holes, which no window has, are bridged by straight lines."""
    flat = values.reshape(values.shape[0], -1).copy()
    rows = np.arange(flat.shape[0])
    for column in flat.T:
        seen = np.isfinite(column)
        column[~seen] = np.interp(rows[~seen], rows[seen], column[seen]) if seen.any() else 0.0
    return np.asarray(low_pass(flat, SMOOTH_HZ, rate_hz).reshape(values.shape))


def _cross_matrix(v: FloatArray) -> FloatArray:
    x, y, z = (v[..., k] for k in range(3))
    out = np.zeros((*v.shape, 3))
    out[..., 0, 1], out[..., 0, 2], out[..., 1, 2] = -z, y, -x
    return out - np.swapaxes(out, -1, -2)
