"""How pelvis and trunk turn together: phase at stride frequency, relative phase, vector coding.

All functions take curves over the stride, pelvis and trunk axial rotation, shape (n, p): p equal
parts of each stride, start in and end out, and give one number a stride.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray

BINS: Final = ("pelvis", "in_phase", "trunk", "anti_phase")
"""Patterns of vector coding: the pelvis turns mainly, both alike, the trunk mainly, opposite."""


def phase_lag(pelvis: FloatArray, trunk: FloatArray) -> FloatArray:
    """Return how much later than the pelvis the trunk turns, degrees of a stride from 0 to 360.

    The phase of the first Fourier coefficient of each stride is taken: 180 is pure
    counter-rotation, 0 is turning as one block. NaN where one of the two hardly turns at
    stride frequency (less than 0.5 degrees peak to peak).

    Examples
    --------
    >>> x = 2 * np.pi * np.arange(100) / 100
    >>> round(float(phase_lag(np.cos(x)[None], np.cos(x - np.pi / 2)[None])[0]), 6)
    90.0
    """
    wave = np.exp(-2j * np.pi * np.arange(pelvis.shape[1]) / pelvis.shape[1])
    first, second = pelvis @ wave, trunk @ wave
    size = np.deg2rad(0.5) / 4.0 * pelvis.shape[1]
    lag = np.rad2deg(np.angle(first) - np.angle(second)) % 360.0
    return np.where((np.abs(first) > size) & (np.abs(second) > size), lag, np.nan)


def relative_phase(pelvis: FloatArray, trunk: FloatArray) -> FloatArray:
    """Return the mean absolute continuous relative phase of each stride, degrees, 0 to 180.

    Amplitudes are centred about zero, the phase is that of the analytic signal (Hilbert
    transform), differences are folded to 0-180: Lamb & Stöckl 2014,
    doi:10.1016/j.clinbiomech.2014.03.008. Each stride is taken as one period; the straight line
    between its ends is removed so that it is one.
    """
    from scipy.signal import hilbert

    def phase(curves: FloatArray) -> FloatArray:
        part = np.arange(curves.shape[1]) / curves.shape[1]
        step = curves[:, -1:] + (curves[:, -1:] - curves[:, -2:-1]) - curves[:, :1]
        level = curves - step * part
        centred = level - (level.max(axis=1) + level.min(axis=1))[:, None] / 2.0
        return np.angle(hilbert(centred, axis=1))

    with np.errstate(invalid="ignore"):
        apart = np.rad2deg(np.abs(np.angle(np.exp(1j * (phase(pelvis) - phase(trunk))))))
    return np.asarray(apart.mean(axis=1))


def vector_coding(pelvis: FloatArray, trunk: FloatArray) -> FloatArray:
    """Return the share of each stride in the four patterns of `BINS`, per cent, shape (n, 4).

    The coupling angle is the direction of the step from one point of the stride to the next in
    the plane of pelvis (horizontal) and trunk (vertical); the four bins are 45 degrees wide on
    either side of the axes and diagonals: Chang, Van Emmerik & Hamill 2008, J Biomech
    41:3101-3105, as used for pelvis and trunk in running by Liew 2020.
    """
    coupling = np.arctan2(np.diff(trunk, axis=1), np.diff(pelvis, axis=1))
    eighth = np.floor((np.rad2deg(coupling) + 22.5) / 45.0) % 4.0
    shares = [np.mean(eighth == code, axis=1) * 100.0 for code in range(4)]
    out = np.stack(shares, axis=1) if coupling.size else np.empty((pelvis.shape[0], 4))
    out[~np.isfinite(coupling).all(axis=1)] = np.nan
    return out
