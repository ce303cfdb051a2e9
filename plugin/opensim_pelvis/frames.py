"""Frames and axis conventions: the only file that knows which way is up.

``R_GS`` is the orientation of S seen from G: it takes components in S to components in G,
``v_G = R_GS v_S``, and letters cancel in a product, ``R_GB = R_GS R_SB``.

======  ==============================================================================
letter  frame
======  ==============================================================================
E       earth of the sensors: z up, x and y horizontal (often east and north)
G       OpenSim ground: x forward in the calibration pose, y up, z to the right
S       case of one sensor, as its maker defines the axes
B       body of the OpenSim model: x forward, y up, z to the right when standing
T       direction of travel: x along the path, y up, z to the right
L       laboratory, as in C3D files: x forward, y to the left, z up
======  ==============================================================================
"""

from __future__ import annotations

from typing import Final, Literal, get_args

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

UpAxis = Literal["x", "-x", "y", "-y", "z", "-z"]
"""An axis of a sensor case or of a file's world, signed."""

AXES: Final[tuple[UpAxis, ...]] = get_args(UpAxis)

_SQRT_HALF = float(np.sqrt(0.5))

R_GE_NOMINAL: Final[FloatArray] = np.array([_SQRT_HALF, -_SQRT_HALF, 0.0, 0.0])
"""Ground seen from nothing but the choice of up: -90 degrees about x, heading zero."""

R_LG: Final[FloatArray] = np.array([_SQRT_HALF, _SQRT_HALF, 0.0, 0.0])
"""OpenSim ground to the z-up laboratory of C3D files: +90 degrees about x."""

GRAVITY_MPS2: Final = 9.80665
"""Standard acceleration of free fall (CGPM 1901), used to read accelerometers in g."""

_AXIS_VECTORS: Final[dict[str, tuple[float, float, float]]] = {
    "x": (1.0, 0.0, 0.0),
    "-x": (-1.0, 0.0, 0.0),
    "y": (0.0, 1.0, 0.0),
    "-y": (0.0, -1.0, 0.0),
    "z": (0.0, 0.0, 1.0),
    "-z": (0.0, 0.0, -1.0),
}

# Shortest rotations that bring the named world axis to z, so that E is z up.
_R_E_WORLD: Final[dict[str, tuple[float, float, float, float]]] = {
    "z": (1.0, 0.0, 0.0, 0.0),
    "-z": (0.0, 1.0, 0.0, 0.0),
    "y": (_SQRT_HALF, _SQRT_HALF, 0.0, 0.0),
    "-y": (_SQRT_HALF, -_SQRT_HALF, 0.0, 0.0),
    "x": (_SQRT_HALF, 0.0, -_SQRT_HALF, 0.0),
    "-x": (_SQRT_HALF, 0.0, _SQRT_HALF, 0.0),
}


def axis_vector(axis: UpAxis) -> FloatArray:
    """Return the unit vector of a signed axis name, shape (3,).

    >>> axis_vector("-z").tolist()
    [0.0, 0.0, -1.0]
    """
    return np.array(_AXIS_VECTORS[axis])


def earth_from_world(up_axis: UpAxis) -> FloatArray:
    """Return the quaternion (w, x, y, z) that takes a file's world to E (z up).

    >>> earth_from_world("z").tolist()
    [1.0, 0.0, 0.0, 0.0]
    """
    return np.array(_R_E_WORLD[up_axis])


def up_in_earth() -> FloatArray:
    """Return the upward unit vector in E, shape (3,)."""
    return np.array([0.0, 0.0, 1.0])


def heading_of(vector_g: FloatArray) -> FloatArray:
    """Return the heading of vectors given in G: the angle from x, positive to the left.

    Parameters
    ----------
    vector_g : (..., 3) array
        Vectors in OpenSim ground (y up).

    Returns
    -------
    (...) array
        Radians in (-pi, pi]; the vertical part of the vector is ignored.
    """
    return np.arctan2(-vector_g[..., 2], vector_g[..., 0])


def elevation_of(vector_g: FloatArray) -> FloatArray:
    """Return the angle of vectors given in G above the horizontal plane, radians."""
    horizontal = np.hypot(vector_g[..., 0], vector_g[..., 2])
    return np.arctan2(vector_g[..., 1], horizontal)


def turn_about_vertical(angle_rad: FloatArray | float) -> FloatArray:
    """Return the quaternion of a turn about the upward axis of G, positive to the left.

    Parameters
    ----------
    angle_rad : (...) array or float

    Returns
    -------
    (..., 4) array
        Quaternions (w, x, y, z).
    """
    half = np.asarray(angle_rad, dtype=np.float64) / 2.0
    zero = np.zeros_like(half)
    return np.stack([np.cos(half), zero, np.sin(half), zero], axis=-1)
