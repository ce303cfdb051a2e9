"""Signals of one device that were sampled at different moments, on the moments of one of them."""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.frames import BoolArray, FloatArray, IntArray

MAX_BRIDGE: Final = 1.5
"""Between samples farther apart than this many usual steps nothing is interpolated."""


def vectors_at(time_s: FloatArray, values: FloatArray, at_s: FloatArray) -> FloatArray:
    """Return vectors at other moments, by straight lines between neighbouring samples.

    Parameters
    ----------
    time_s : (n,) array
        Strictly increasing.
    values : (n, k) array
    at_s : (m,) array

    Returns
    -------
    (m, k) array
        NaN before the first and after the last sample, and where a sample was lost.
    """
    if np.array_equal(time_s, at_s):
        return values
    left, right, share, known = _between(time_s, at_s)
    weight = share[:, None]
    mixed = (1.0 - weight) * values[left] + weight * values[right]
    mixed[~known] = np.nan
    return mixed


def rotations_at(time_s: FloatArray, q: FloatArray, at_s: FloatArray) -> FloatArray:
    """Return orientations at other moments, by turning evenly between neighbours.

    Spherical linear interpolation (Shoemake 1985, doi:10.1145/325165.325242) the shorter way
    round.

    Parameters
    ----------
    time_s : (n,) array
        Strictly increasing.
    q : (n, 4) array
        Quaternions (w, x, y, z), of about unit length.
    at_s : (m,) array

    Returns
    -------
    (m, 4) array
        NaN before the first and after the last sample, and where a sample was lost.
    """
    if np.array_equal(time_s, at_s):
        return q
    left, right, share, known = _between(time_s, at_s)
    start, end = q[left], q[right]
    cosine = np.einsum("ij,ij->i", start, end)
    end = np.where(cosine[:, None] < 0.0, -end, end)
    chord = np.linalg.norm(end - start, axis=1)
    angle = 2.0 * np.arcsin(np.minimum(chord / 2.0, 1.0))  # exact where the turn is small
    with np.errstate(invalid="ignore", divide="ignore"):
        to_start = np.sin((1.0 - share) * angle) / np.sin(angle)
        to_end = np.sin(share * angle) / np.sin(angle)
    small = angle < 1e-6
    to_start = np.where(small, 1.0 - share, to_start)[:, None]
    to_end = np.where(small, share, to_end)[:, None]
    mixed = to_start * start + to_end * end
    mixed[~known] = np.nan
    return mixed


def _between(
    time_s: FloatArray, at_s: FloatArray
) -> tuple[IntArray, IntArray, FloatArray, BoolArray]:
    """Return the samples around each moment, how far on it lies (0 to 1), and whether it may.

    At the very moment of a sample, that sample is both.
    """
    left = np.searchsorted(time_s, at_s, side="right") - 1
    known = (left >= 0) & (at_s <= time_s[-1])
    left = np.clip(left, 0, time_s.size - 1)
    offset = at_s - time_s[left]
    between = known & (offset > 0.0)
    right = np.where(between, np.minimum(left + 1, time_s.size - 1), left)
    share = np.zeros(at_s.shape)
    if time_s.size > 1:
        steps = np.diff(time_s)
        step = steps[np.minimum(left, steps.size - 1)]
        share[between] = offset[between] / step[between]
        known &= ~between | (step <= MAX_BRIDGE * np.median(steps))
    return left, right, share, known
