"""The rotation that takes vectors to others best, in closed form for many pairs at once.

Wahba's problem (SIAM Rev 7:409, 1965) without a singular value decomposition of each pair: the
singular values are roots of a cubic (Viete), and they give the rotation (Markley, J Astronaut Sci
41:261, 1993).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from opensim_pelvis.frames import FloatArray

POOR: Final = 1e-7
"""Product of sums of singular values, as a part of the cube of their sum, below which the closed
form has too few digits."""

_TINY = 1e-300


class _Invariants(NamedTuple):
    """Squares of the elements and of the cofactors, added up, determinant, cofactors (9, ...)."""

    square: FloatArray
    minors: FloatArray
    det: FloatArray
    cofactors: FloatArray


def best_traces(cross: FloatArray) -> FloatArray:
    """Return the trace that the best rotation gives each product, (..., 3, 3) to (...).

    The sum of its singular values, the least one with the sign of the determinant.

    Examples
    --------
    >>> best_traces(np.diag([3.0, -2.0, 1.0])).item()
    4.0
    """
    return _traces(_invariants(_elements(cross)))


def best_turns(cross: FloatArray) -> FloatArray:
    """Return the rotations R of which the trace of R.T @ cross is largest, (..., 3, 3).

    For ``cross = first.T @ second`` they take second to first. Where none is best, any of these.
    """
    b = _elements(cross)
    known = _invariants(b)
    trace = _traces(known)
    half = 0.5 * (np.square(trace) - known.square)
    denominator = half * trace - known.det  # (s1 + s2) (s2 + s3) (s3 + s1)
    matrix = np.moveaxis(b.reshape(3, 3, *b.shape[1:]), (0, 1), (-2, -1))
    cofactors = np.moveaxis(
        known.cofactors.reshape(matrix.shape[-2:] + b.shape[1:]), (0, 1), (-2, -1)
    )
    sides = (half + known.square)[..., None, None] * matrix + trace[..., None, None] * cofactors
    sides -= matrix @ (np.swapaxes(matrix, -1, -2) @ matrix)
    out = sides / np.maximum(denominator, _TINY)[..., None, None]
    poor = ~(denominator > POOR * trace**3)
    if poor.any():
        u, _, vt = np.linalg.svd(matrix[poor])
        u[..., 2] *= np.sign(np.linalg.det(u @ vt))[..., None]
        out[poor] = u @ vt
    return np.asarray(out)


def _elements(cross: FloatArray) -> FloatArray:
    """Return the elements of each matrix, row by row, (9, ...)."""
    flat = np.moveaxis(cross.reshape(*cross.shape[:-2], 9), -1, 0)
    return np.ascontiguousarray(flat, dtype=np.float64)


def _invariants(b: FloatArray) -> _Invariants:
    a, d, g, e, f, h, i, j, k = b
    cofactors = np.stack(
        [
            *(f * k - h * j, h * i - e * k, e * j - f * i),
            *(g * j - d * k, a * k - g * i, d * i - a * j),
            *(d * h - g * f, g * e - a * h, a * f - d * e),
        ]
    )
    det = a * cofactors[0] + d * cofactors[1] + g * cofactors[2]
    return _Invariants(
        np.einsum("k...,k...->...", b, b),
        np.einsum("k...,k...->...", cofactors, cofactors),
        np.asarray(det),
        cofactors,
    )


def _traces(known: _Invariants) -> FloatArray:
    mean = known.square / 3.0
    size = np.sqrt(np.maximum(np.square(mean) - known.minors / 3.0, 0.0))
    away = mean**3 - 0.5 * mean * known.minors + 0.5 * np.square(known.det)
    cosine = away / np.maximum(size**3, _TINY)
    angle = np.arccos(np.clip(cosine, -1.0, 1.0)) / 3.0
    first, second, third = (
        np.sqrt(np.maximum(mean + 2.0 * size * np.cos(angle + turn), 0.0))
        for turn in (0.0, 4.0 * np.pi / 3.0, 2.0 * np.pi / 3.0)
    )
    return np.asarray(first + second + np.copysign(third, known.det))
