"""Orientations from columns: quaternions, rotation matrices, Euler angles."""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.io.readers._mapping import OrientationColumns, as_euler_order
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.rotations import from_euler, from_matrix, inverse

MATRIX_TOLERANCE: Final = 0.03
"""The squares of a rotation matrix sum to 3; six written decimals keep that to 1e-5."""


def read_matrices(entries: FloatArray, file: str) -> tuple[FloatArray, tuple[Notice, ...]]:
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
    notes : tuple of Notice
    """
    q = from_matrix(entries.transpose(2, 0, 1))
    squares = np.einsum("ijn,ijn->n", entries, entries)
    wrong = np.abs(squares - 3.0) > MATRIX_TOLERANCE
    if not wrong.any():
        return q, ()
    q[wrong] = np.nan
    return q, (notice("reader.no_matrix", file, file=file, rows=wrong.sum()),)


def as_quaternions(
    values: FloatArray, stated: OrientationColumns, name: str
) -> tuple[FloatArray, tuple[Notice, ...]]:
    """Return orientations in the file's world, shape (n, 4), from columns (n, k), and notes."""
    notes: tuple[Notice, ...] = ()
    if stated.form == "quaternion":
        q = values[:, [3, 0, 1, 2]] if stated.order == "xyzw" else values
    elif stated.form == "matrix":
        q, notes = read_matrices(np.ascontiguousarray(values.T).reshape(3, 3, -1), name)
    else:
        q = from_euler(as_euler_order(stated.order), values * stated.to_rad)
    return inverse(q) if stated.inverted else q, notes
