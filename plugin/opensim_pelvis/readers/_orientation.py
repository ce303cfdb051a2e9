"""Orientations from the nine columns of a rotation matrix."""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.rotations import from_matrix

MATRIX_TOLERANCE: Final = 0.03
"""The squares of a rotation matrix sum to 3; six written decimals keep that to 1e-5."""


def read_matrices(entries: FloatArray, file: str) -> tuple[FloatArray, tuple[str, ...]]:
    """Return quaternions of matrices, and a note where a row holds none.

    Parameters
    ----------
    entries : (3, 3, n) array
        Row and column of the matrix first, so that each entry is contiguous over time.
    file : str
        For the note.

    Returns
    -------
    q : (n, 4) array
        NaN where the entries are missing or plainly no rotation, zeros among them.
    notes : tuple of str
    """
    q = from_matrix(entries.transpose(2, 0, 1))
    squares = np.einsum("ijn,ijn->n", entries, entries)
    wrong = np.abs(squares - 3.0) > MATRIX_TOLERANCE
    if not wrong.any():
        return q, ()
    q[wrong] = np.nan
    return q, (f"{file}: {wrong.sum()} rows hold no rotation matrix and were taken as missing",)
