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
    left, share, known = _between(time_s, at_s)
    right = np.minimum(left + 1, time_s.size - 1)
    weight = share[:, None]
    mixed = np.where(
        weight == 0.0, values[left], (1.0 - weight) * values[left] + weight * values[right]
    )
    return np.where(known[:, None], mixed, np.nan)


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
    left, share, known = _between(time_s, at_s)
    right = np.minimum(left + 1, time_s.size - 1)
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
    mixed = np.where(to_end == 0.0, start, to_start * start + to_end * end)
    return np.where(known[:, None], mixed, np.nan)


def _between(time_s: FloatArray, at_s: FloatArray) -> tuple[IntArray, FloatArray, BoolArray]:
    """Return the sample before each moment, how far on it lies (0 to 1), and whether it may."""
    left = np.searchsorted(time_s, at_s, side="right") - 1
    inside = (left >= 0) & (at_s <= time_s[-1])
    left = np.clip(left, 0, time_s.size - 1)
    offset = at_s - time_s[left]
    if time_s.size < 2:
        return left, np.zeros(at_s.shape), inside & (offset == 0.0)
    steps = np.diff(time_s)
    step = np.append(steps, steps[-1])[left]
    near = (step <= MAX_BRIDGE * np.median(steps)) | (offset == 0.0)
    return left, np.where(inside, offset / step, 0.0), inside & near
