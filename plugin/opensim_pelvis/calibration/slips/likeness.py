"""How like two stretches of movement are, whichever way the case of each sensor is turned."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from opensim_pelvis.calibration.slips.best_turn import best_traces
from opensim_pelvis.frames import BoolArray, FloatArray


def likeness(
    spans: FloatArray, templates: FloatArray, inside: BoolArray | None = None
) -> tuple[FloatArray, FloatArray]:
    """Return how like each window of spans is to templates of w rows, after the best rotations.

    Parameters
    ----------
    spans : (s, c, t, 3, 3) array
        Vectors of each sensor, of unit size; the last one is up. Each of c spans has a template.
    templates : (s, c, w, 3, 3) array
        Of any size.
    inside : (c, w) bool array, optional
        Rows that each template has; the others are zero. All by default.

    Returns
    -------
    likeness : (c, l) array
        Of each of the l = t - w + 1 windows. The share that gravity alone would give is taken off:
        0 is no likeness, 1 the same.
    cross : (s, c, l, 3, 3) array
        Products of template and window, which tell the rotation between them.
    """
    s, c, w = templates.shape[:3]
    if inside is None:
        inside = np.ones((c, w), dtype=np.bool_)
    rows = np.ascontiguousarray(spans).reshape(s, c, -1, 3)
    windows = np.moveaxis(sliding_window_view(rows, 3 * w, axis=2)[:, :, ::3], -1, -2)
    flat = np.ascontiguousarray(templates).reshape(s, c, 1, 3 * w, 3)
    cross = np.swapaxes(flat, -1, -2) @ windows
    total = best_traces(cross).sum(axis=0)
    # a sum over three is several times quicker so than by a reduction
    ups = [np.sqrt(np.einsum("...i,...i", x[..., 2, :], x[..., 2, :])) for x in (templates, spans)]
    gravity = np.einsum("scw,sclw->cl", ups[0], sliding_window_view(ups[1], w, axis=2))
    squares = sliding_window_view(np.einsum("sctki,sctki->ct", spans, spans), w, axis=1)
    energy = np.einsum("cw,clw->cl", inside.astype(squares.dtype), squares)
    full = np.sqrt(np.einsum("scwki,scwki->c", templates, templates)[:, None] * energy)
    return (total - gravity) / np.maximum(full - gravity, 1e-9), cross
