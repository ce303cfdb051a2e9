"""Holds the vertical to what the accelerometer feels while a sensor rests.

The filter's mean of the specific force reaches over seconds, so acceleration at a start or a stop
tilts the vertical of the still pose beside it. At rest the accelerometer feels gravity alone. The
difference there is turned away; beyond the rest the correction is drawn from rest to rest and
fades with the filter's own time constant, as the disturbance does.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.frames import BoolArray, FloatArray
from opensim_pelvis.rotations import from_rotation_vector, multiply, rotate

STILL_S: Final = 1.0
STILL_RADPS: Final = 0.05
STILL_MPS2: Final = 0.15
"""A second with no more turning (root mean square, bias removed) and no more change of the
specific force (standard deviation) is rest: standing people, not the stance phase of a step."""

PIECE_S: Final = 0.5
"""Length over which the felt gravity is averaged: long against noise, short against drift."""

_FORGOTTEN: Final = 10.0  # time constants: half a ten-thousandth is left


def find_rest(acceleration_mps2: FloatArray, turning_radps: FloatArray, step_s: float) -> BoolArray:
    """Return which samples belong to a still second.

    Parameters
    ----------
    acceleration_mps2, turning_radps : (m, 3) array
        In S, on equal steps, nothing missing; bias taken from the gyroscope.
    step_s : float
    """
    n = max(round(STILL_S / step_s), 2)
    rest = np.zeros(acceleration_mps2.shape[0], dtype=bool)
    if rest.size < n:
        return rest
    turning2 = _sliding_mean(_squares(turning_radps), n)
    # less a typical value, so that the difference of squares keeps its figures
    force = acceleration_mps2 - np.median(acceleration_mps2[::n], axis=0)
    means2 = sum(_sliding_mean(column, n) ** 2 for column in force.T)
    change2 = _sliding_mean(_squares(force), n) - means2
    still = np.flatnonzero((turning2 < STILL_RADPS**2) & (change2 < STILL_MPS2**2))
    edges = np.zeros(rest.size + 1)
    np.add.at(edges, still, 1.0)
    np.add.at(edges, still + n, -1.0)
    return np.asarray(np.cumsum(edges[:-1]) > 0.0)


def level_at_rest(
    R_ES: FloatArray,
    acceleration_mps2: FloatArray,
    rest: BoolArray,
    *,
    step_s: float,
    fade_s: float,
) -> FloatArray:
    """Return orientations whose vertical is that of the accelerometer wherever the sensor rests.

    Parameters
    ----------
    R_ES : (m, 4) array
        On equal steps, nothing missing.
    acceleration_mps2 : (m, 3) array
        In S.
    rest : (m,) bool array
    step_s : float
    fade_s : float
        Time constant with which the correction fades away from rest.

    Returns
    -------
    (m, 4) array
        Turned about horizontal axes of E only: headings stay.
    """
    knots, errors = _measure_errors(R_ES, acceleration_mps2, rest, max(round(PIECE_S / step_s), 1))
    if not knots.size:
        return R_ES
    samples = np.arange(R_ES.shape[0])
    at_rest = np.flatnonzero(rest)
    after = np.searchsorted(at_rest, samples)
    next_rest = at_rest[np.minimum(after, at_rest.size - 1)]
    last_rest = at_rest[np.maximum(after - 1, 0)]
    away_s = np.minimum(np.abs(next_rest - samples), np.abs(samples - last_rest)) * step_s
    near = np.flatnonzero(away_s < _FORGOTTEN * fade_s)
    vector = np.zeros((near.size, 3))
    for axis in range(2):
        drawn = np.interp(near, knots, errors[:, axis])
        vector[:, axis] = drawn * np.exp(-away_s[near] / fade_s)
    out = R_ES.copy()
    out[near] = multiply(from_rotation_vector(vector), R_ES[near])
    return out


def _squares(vectors: FloatArray) -> FloatArray:
    """Return squared lengths; several times quicker than a sum over short rows."""
    return np.asarray(np.einsum("ij,ij->i", vectors, vectors))


def _sliding_mean(values: FloatArray, n: int) -> FloatArray:
    total = np.concatenate([[0.0], np.cumsum(values)])
    return np.asarray((total[n:] - total[:-n]) / n)


def _measure_errors(
    R_ES: FloatArray, acceleration_mps2: FloatArray, rest: BoolArray, piece: int
) -> tuple[FloatArray, FloatArray]:
    """Return the middles of the pieces of rest and the turns, in E, that level them."""
    padded = np.concatenate([[False], rest, [False]]).astype(np.int8)
    starts, ends = np.flatnonzero(np.diff(padded) == 1), np.flatnonzero(np.diff(padded) == -1)
    knots, errors = [], []
    for start, end in zip(starts, ends, strict=True):
        pieces = max(int(end - start) // piece, 1)
        for part in np.array_split(np.arange(start, end), pieces):
            felt = rotate(R_ES[part], acceleration_mps2[part]).mean(axis=0)
            across = float(np.hypot(felt[0], felt[1]))
            angle = float(np.arctan2(across, felt[2]))
            knots.append(float(part.mean()))
            axis = np.array([felt[1], -felt[0], 0.0]) / across if across > 0.0 else np.zeros(3)
            errors.append(angle * axis)
    return np.array(knots), np.array(errors).reshape(-1, 3)
