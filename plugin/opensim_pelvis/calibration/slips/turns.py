"""The rotation that takes a sensor's waveforms before an instant to those after it.

Wahba's problem for angular velocity, specific force without its mean, and its mean direction, which
is up, over one stride. Neither orientations nor a heading nor another sensor is asked.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.calibration.slips.best_turn import best_turns
from opensim_pelvis.frames import FloatArray

STRIDES: Final = 6
"""Strides whose median stands for before, and for after."""

_SORTING: Final = (
    *((0, 5), (1, 3), (2, 4), (1, 2), (3, 4), (0, 3)),
    *((2, 5), (0, 1), (2, 3), (4, 5), (1, 2), (3, 4)),
)
"""Pairs that put six values in order (Knuth, The Art of Computer Programming 3, 5.3.4), of whole
arrays at once: many times quicker than a median of each six."""


def median_strides(signal: FloatArray) -> FloatArray:
    """Return medians of `STRIDES` strides in a row, (n, p, 3) to (n - STRIDES + 1, p, 3)."""
    n = signal.shape[0] - STRIDES + 1
    windows = [signal[k : k + n].copy() for k in range(STRIDES)]
    low = np.empty_like(windows[0])
    for i, j in _SORTING:
        np.minimum(windows[i], windows[j], out=low)
        np.maximum(windows[i], windows[j], out=windows[j])
        windows[i], low = low, windows[i]
    return np.asarray(0.5 * (windows[STRIDES // 2 - 1] + windows[STRIDES // 2]))


def turns_between(
    turning: tuple[FloatArray, FloatArray], force: tuple[FloatArray, FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Return how the case turned on the body, and what of the waveforms that does not explain.

    Parameters
    ----------
    turning, force : (before, after), each (k, p, 3)
        Angular velocity and specific force over one stride, in S.

    Returns
    -------
    R_SS : (k, 3, 3) array
        From S after to S before: the case after, as seen from the case before.
    rest : (k,) array
        Root mean square of what is left, as a part of the waveforms'.
    """
    ups, quick = zip(*(_up_and_quick(signal) for signal in force), strict=True)
    crosses, before, after = [], [], []
    for first, second in (turning, quick):
        energy = _energy(first)
        energy = np.where(energy > 0.0, energy, 1.0)
        crosses.append(np.swapaxes(first, 1, 2) @ second / energy[:, None, None])
        before.append(_energy(first) / energy)
        after.append(_energy(second) / energy)
    waves = crosses[0] + crosses[1]
    R_SS = best_turns(waves + ups[0][:, :, None] * ups[1][:, None, :])
    shared = np.einsum("kij,kij->k", waves, R_SS)
    left = np.maximum(sum(before) + sum(after) - 2.0 * shared, 0.0)
    return R_SS, np.asarray(np.sqrt(left / sum(before)))


def mean_strides(signal: FloatArray) -> FloatArray:
    """Return means over each stride, (k, p, 3) to (k, 3); as a product several times quicker."""
    points = signal.shape[1]
    return np.asarray((np.full((1, points), 1.0 / points, dtype=signal.dtype) @ signal)[:, 0])


def split_turns(R_SS: FloatArray, up: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the parts of turns about the vertical, positive to the left, and about the horizontal.

    Parameters
    ----------
    R_SS : (k, 3, 3) array
    up : (k, 3) array
        Upward in S before, of any length.
    """
    vertical, level = turn_parts(turn_vectors(R_SS), up)
    return vertical, np.asarray(np.linalg.norm(level, axis=1))


def turn_vectors(R_SS: FloatArray) -> FloatArray:
    """Return rotation vectors in S before, (k, 3, 3) to (k, 3)."""
    from scipy.spatial.transform import Rotation

    return np.asarray(Rotation.from_matrix(R_SS).as_rotvec())


def turn_parts(turn: FloatArray, up: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return rotation vectors' part along up, (...,), and the horizontal rest, (..., 3)."""
    up = up / np.linalg.norm(up, axis=-1, keepdims=True)
    vertical = np.asarray(np.einsum("...i,...i", turn, up))
    return vertical, np.asarray(turn - vertical[..., None] * up)


def _up_and_quick(force: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the direction of the mean over each stride, (k, 3), and what changes about it."""
    mean = mean_strides(force)
    up = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    return up, np.asarray(force - mean[:, None])


def _energy(signal: FloatArray) -> FloatArray:
    """Return the sum of squares over each stride, (k,)."""
    return np.asarray(np.einsum("kpi,kpi->k", signal, signal))
