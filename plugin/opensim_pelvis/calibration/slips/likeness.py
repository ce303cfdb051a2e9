"""How like two stretches of movement are, whichever way the case of each sensor is turned."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from opensim_pelvis.frames import FloatArray


def likeness(span: FloatArray, template: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return how like each window of a span is to a template of w rows, after the best rotations.

    Parameters
    ----------
    span : (t, s, 3, 3) array
        Vectors of each sensor, of unit size; the last one is up.
    template : (w, s, 3, 3) array

    Returns
    -------
    likeness : (l,) array
        Of each of the l = t - w + 1 windows. The share that gravity alone would give is taken off:
        0 is no likeness, 1 the same.
    cross : (l, s, 3, 3) array
        Products of template and window, which tell the rotation between them.
    """
    w, s = template.shape[:2]
    windows = np.moveaxis(sliding_window_view(span, w, axis=0), -1, 2)  # (l, s, w, 3, 3)
    flat = np.ascontiguousarray(windows).reshape(windows.shape[0], s, 3 * w, 3)
    cross = np.ascontiguousarray(template.transpose(1, 3, 0, 2)).reshape(s, 3, 3 * w) @ flat
    total = _best_traces(cross).sum(axis=1)
    ups = [np.sqrt(np.einsum("tsi,tsi->ts", x[:, :, 2], x[:, :, 2])) for x in (template, span)]
    gravity = np.einsum("ts,lst->l", ups[0], sliding_window_view(ups[1], w, axis=0))
    energy = sliding_window_view(np.einsum("tski,tski->t", span, span), w).sum(axis=1)
    full = np.sqrt(np.square(template).sum() * energy)
    return (total - gravity) / np.maximum(full - gravity, 1e-9), cross


def _best_traces(cross: FloatArray) -> FloatArray:
    """Return the trace that the best rotation gives each product, (..., 3, 3) to (...).

    The sum of its singular values, the least one with the sign of the determinant; they are the
    roots of the eigenvalues of a symmetric matrix, by Viete's formula.
    """
    square = np.swapaxes(cross, -1, -2) @ cross
    mean = np.trace(square, axis1=-2, axis2=-1) / 3.0
    away = square - mean[..., None, None] * np.eye(3)
    size = np.sqrt(np.einsum("...ij,...ij->...", away, away) / 6.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        cosine = np.nan_to_num(0.5 * np.linalg.det(away) / size**3)
    angle = np.arccos(np.clip(cosine, -1.0, 1.0)) / 3.0
    turns = angle[..., None] + 2.0 * np.pi / 3.0 * np.array([0.0, 2.0, 1.0])  # largest first
    roots = np.sqrt(np.maximum(mean[..., None] + 2.0 * size[..., None] * np.cos(turns), 0.0))
    return np.asarray(roots[..., 0] + roots[..., 1] + np.sign(np.linalg.det(cross)) * roots[..., 2])


def rotations_of(cross: FloatArray) -> FloatArray:
    """Return the rotations that take windows to the template, (s, 3, 3)."""
    u, _, vt = np.linalg.svd(cross)
    u[..., 2] *= np.sign(np.linalg.det(u @ vt))[..., None]
    return np.asarray(u @ vt)
