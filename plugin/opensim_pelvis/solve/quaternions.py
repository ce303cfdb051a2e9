"""Quaternion arithmetic on single samples, compiled; (w, x, y, z) as tuples of numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final, TypeVar

import numba
import numpy as np

Function = TypeVar("Function", bound=Callable[..., Any])

Quaternion = tuple[float, float, float, float]


_OPTIONS: Final = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}


def compiled(function: Function) -> Function:
    """Compile for use by other compiled functions, at the first call, and keep on disk.

    Fast-math is off: the same bits always. Nothing is allocated, so arrays need no reference
    counts, which would cost more than the arithmetic.
    """
    options = _OPTIONS | {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return numba.njit(**options)(function)  # type: ignore[no-any-return]


def entry(function: Function) -> Function:
    """Compile for use by Python too; its lock is released, so that threads run side by side."""
    return numba.njit(**_OPTIONS | {"no_cfunc_wrapper": True})(function)  # type: ignore[no-any-return]


@compiled
def load(array: Any) -> Quaternion:
    """Return a (4,) array as a tuple."""
    return array[0], array[1], array[2], array[3]


@compiled
def store(array: Any, q: Quaternion) -> None:
    """Write a quaternion into a (4,) array."""
    array[0], array[1], array[2], array[3] = q


@compiled
def product(p: Quaternion, q: Quaternion) -> Quaternion:
    """Return ``p q``."""
    return (
        p[0] * q[0] - p[1] * q[1] - p[2] * q[2] - p[3] * q[3],
        p[0] * q[1] + p[1] * q[0] + p[2] * q[3] - p[3] * q[2],
        p[0] * q[2] - p[1] * q[3] + p[2] * q[0] + p[3] * q[1],
        p[0] * q[3] + p[1] * q[2] - p[2] * q[1] + p[3] * q[0],
    )


@compiled
def conjugate(q: Quaternion) -> Quaternion:
    """Return the inverse of a unit quaternion."""
    return q[0], -q[1], -q[2], -q[3]


@compiled
def unit(q: Quaternion) -> Quaternion:
    """Return a quaternion at unit length."""
    size = 1.0 / math.sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3])
    return q[0] * size, q[1] * size, q[2] * size, q[3] * size


@compiled
def turn(q: Quaternion, v: tuple[float, float, float]) -> tuple[float, float, float]:
    """Return a vector turned by a unit quaternion."""
    w, x, y, z = q
    tx = 2.0 * (y * v[2] - z * v[1])
    ty = 2.0 * (z * v[0] - x * v[2])
    tz = 2.0 * (x * v[1] - y * v[0])
    return (
        v[0] + w * tx + y * tz - z * ty,
        v[1] + w * ty + z * tx - x * tz,
        v[2] + w * tz + x * ty - y * tx,
    )


@compiled
def exponential(x: float, y: float, z: float) -> Quaternion:
    """Return the quaternion of a rotation vector."""
    angle = math.sqrt(x * x + y * y + z * z)
    half = 0.5 * angle
    size = 0.5 - angle * angle / 48.0 if angle < 1e-4 else math.sin(half) / angle
    return math.cos(half), size * x, size * y, size * z


@compiled
def angle_of(q: Quaternion) -> float:
    """Return the angle of a rotation in [0, pi]."""
    size = math.sqrt(q[1] * q[1] + q[2] * q[2] + q[3] * q[3])
    return 2.0 * math.atan2(size, abs(q[0]))


@compiled
def is_finite(q: Quaternion) -> bool:
    """Return whether a sample is present."""
    return bool(np.isfinite(q[0] + q[1] + q[2] + q[3]))
