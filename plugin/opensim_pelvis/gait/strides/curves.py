"""Angles over the normalised stride: 101 points from 0 to 100 %."""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.strides.segment import travel_at
from opensim_pelvis.types import Angles, Curves, Kinematics, Strides

POINTS: Final = 101


def stride_angles(
    angles: Angles, kinematics: Kinematics, strides: Strides
) -> dict[str, FloatArray]:
    """Return clinical angles and OpenSim's coordinates by name, radians, shape (t,) each.

    Axial rotations are against the direction of travel of the strides (`travel_at`).
    """
    table = dict(zip(kinematics.coordinates, kinematics.values_rad.T, strict=True))
    table |= dict(zip(angles.names, angles.values_rad.T, strict=True))
    shift = angles.travel_rad - travel_at(strides, angles.time_s)
    for definition in angles.definitions:
        if definition.about_vertical:
            table[definition.name] = table[definition.name] + shift
    return table


def normalise(
    values: FloatArray, time_s: FloatArray, start: FloatArray, end: FloatArray, points: int = POINTS
) -> FloatArray:
    """Return values at equal parts of each stride by straight lines, shape (n, points).

    The last point is the start of the next stride. NaN beside absent samples.
    """
    part = np.linspace(0.0, 1.0, points)
    at = start[:, None] + (end - start)[:, None] * part
    return np.interp(at.ravel(), time_s, values).reshape(at.shape)


def slow_part(curves: FloatArray, harmonics: int) -> FloatArray:
    """Return the straight line between the ends of each stride and the first harmonics beside it.

    Parameters
    ----------
    curves : (n, p) array
        As `normalise` returns them: the last point is the start of the next stride.
    harmonics : int
        The highest that is kept; 1 recurs once a stride.

    Examples
    --------
    >>> part = np.linspace(0.0, 1.0, 101)
    >>> slow = np.sin(2 * np.pi * part) + part
    >>> ringing = np.sin(2 * np.pi * 8 * part)
    >>> bool(np.allclose(slow_part((slow + ringing)[None], 5)[0], slow))
    True
    """
    recurring = without_line(curves)
    waves = np.fft.rfft(recurring[:, :-1], axis=1)
    waves[:, harmonics + 1 :] = 0.0
    back = np.fft.irfft(waves, curves.shape[1] - 1, axis=1)
    return np.asarray(curves - recurring + np.concatenate([back, back[:, :1]], axis=1))


def without_line(curves: FloatArray) -> FloatArray:
    """Return strides without the straight line from start to end: what recurs is left.

    Parameters
    ----------
    curves : (n, p) array
        As `normalise` returns them: the last point is the start of the next stride.

    Examples
    --------
    >>> part = np.linspace(0.0, 1.0, 101)
    >>> wave = np.cos(2 * np.pi * part) - 1.0
    >>> bool(np.allclose(without_line((wave + 3.0 * part)[None])[0], wave))
    True
    """
    part = np.linspace(0.0, 1.0, curves.shape[1])
    return np.asarray(curves - curves[:, :1] - (curves[:, -1:] - curves[:, :1]) * part)


def average_curves(table: dict[str, FloatArray], time_s: FloatArray, strides: Strides) -> Curves:
    """Return mean and standard deviation of the kept strides, right and left."""
    names = tuple(table)
    mean = np.full((2, POINTS, len(names)), np.nan)
    sd = np.full((2, POINTS, len(names)), np.nan)
    n = np.zeros((2, len(names)), dtype=np.int64)
    kept = strides.kept
    for code in (0, 1):
        rows = kept & (strides.side == code)
        for column, name in enumerate(names):
            curves = normalise(table[name], time_s, strides.start_s[rows], strides.end_s[rows])
            whole = np.rad2deg(curves[np.isfinite(curves).all(axis=1)])
            n[code, column] = whole.shape[0]
            if whole.shape[0]:
                mean[code, :, column] = whole.mean(axis=0)
            if whole.shape[0] > 1:
                sd[code, :, column] = whole.std(axis=0, ddof=1)
    return Curves(angles=names, mean_deg=mean, sd_deg=sd, n=n)
