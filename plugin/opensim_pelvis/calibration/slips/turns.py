"""The rotation that takes a sensor's waveforms before an instant to those after it.

Wahba's problem (SIAM Rev 7:409, 1965), solved by singular values: angular velocity, specific force
without its mean, and its mean direction, which is up, over one stride. Neither orientations nor a
heading nor another sensor is asked.
"""

from __future__ import annotations

from typing import Final

import numpy as np

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
    for i, j in _SORTING:
        low = np.minimum(windows[i], windows[j])
        np.maximum(windows[i], windows[j], out=windows[j])
        windows[i] = low
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
    sizes = [_size(turning[0]), _size(_quick(force[0]))]
    first, second = (_stack(w, f, sizes) for w, f in zip(turning, force, strict=True))
    u, _, vt = np.linalg.svd(np.swapaxes(first, 1, 2) @ second)
    u[..., 2] *= np.sign(np.linalg.det(u @ vt))[:, None]
    R_SS = u @ vt
    left = first - second @ np.swapaxes(R_SS, 1, 2)
    waves = slice(0, -1)
    rest = np.square(left[:, waves]).sum(axis=(1, 2)) / np.square(first[:, waves]).sum(axis=(1, 2))
    return R_SS, np.sqrt(rest)


def split_turns(R_SS: FloatArray, up: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the parts of turns about the vertical, positive to the left, and about the horizontal.

    Parameters
    ----------
    R_SS : (k, 3, 3) array
    up : (k, 3) array
        Upward in S before, of any length.
    """
    from scipy.spatial.transform import Rotation

    turn = np.asarray(Rotation.from_matrix(R_SS).as_rotvec())
    up = up / np.linalg.norm(up, axis=1, keepdims=True)
    vertical: FloatArray = np.asarray(np.einsum("ki,ki->k", turn, up))
    return vertical, np.asarray(np.linalg.norm(turn - vertical[:, None] * up, axis=1))


def _quick(force: FloatArray) -> FloatArray:
    return np.asarray(force - force.mean(axis=1, keepdims=True))


def _size(signal: FloatArray) -> FloatArray:
    """Return the root mean square length over each stride, (k, 1, 1)."""
    size = np.sqrt(np.square(signal).sum(axis=2).mean(axis=1))
    return np.asarray(np.where(size > 0.0, size, 1.0))[:, None, None]


def _stack(turning: FloatArray, force: FloatArray, sizes: list[FloatArray]) -> FloatArray:
    """Return all directions that are compared, each signal of the same weight, (k, 2 p + 1, 3)."""
    mean = force.mean(axis=1, keepdims=True)
    up = mean / np.linalg.norm(mean, axis=2, keepdims=True)
    n = np.sqrt(turning.shape[1])
    return np.concatenate([turning / sizes[0] / n, _quick(force) / sizes[1] / n, up], axis=1)
