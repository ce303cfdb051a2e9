"""How the thighs move against each other: what predicts front minus back of the pelvis.

With each thigh's flexion the marker over its anterior spine rises (5 to 21 mm for 30 degrees),
while the posterior spines follow the sacrum. So the front differs from the back by what the two
thighs do differently: D, half of right minus left flexion without its mean over the stride, and D',
its rate in degrees per radian of the stride, (dD/dt) T / 2 pi with the stride time T.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.strides.curves import slow_part

HARMONICS: Final = 5
"""Harmonics of the stride that count as movement of the thighs; faster is soft tissue (choice)."""


def thigh_difference(right: FloatArray, left: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return D and D' of each stride.

    Parameters
    ----------
    right, left : (n, p) array
        Extension of the thighs from the vertical (``thigh_extension_r`` and ``_l``), degrees, +
        knee behind the hip, at even parts of each stride; the last point is the start of the
        next (`gait.strides.curves.normalise`).

    Returns
    -------
    D, D' : (n, p) array
        Degrees, and degrees per radian of the stride; + right thigh flexed more.

    Examples
    --------
    >>> phase = np.linspace(0.0, 2.0 * np.pi, 101)[None]
    >>> d, rate = thigh_difference(-30.0 * np.sin(phase) + 5.0, 30.0 * np.sin(phase))
    >>> bool(np.allclose(d, 30.0 * np.sin(phase))), bool(np.allclose(rate, 30.0 * np.cos(phase)))
    (True, True)
    """
    difference = slow_part((left - right) / 2.0, HARMONICS)
    difference = difference - difference[:, :-1].mean(axis=1, keepdims=True)
    points = difference.shape[1] - 1
    part = np.linspace(0.0, 1.0, points + 1)
    climb = difference[:, -1:] - difference[:, :1]
    waves = np.fft.rfft((difference - climb * part)[:, :-1], axis=1)
    order = np.arange(waves.shape[1])
    rate = np.fft.irfft(1j * order * waves, points, axis=1) + climb / (2.0 * np.pi)
    return difference, np.concatenate([rate, rate[:, :1]], axis=1)
