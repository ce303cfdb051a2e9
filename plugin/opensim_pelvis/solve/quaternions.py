"""Quaternion arithmetic on single samples, compiled; (w, x, y, z) as tuples of numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

import numba
import numpy as np

Function = TypeVar("Function", bound=Callable[..., Any])

Quaternion = tuple[float, float, float, float]


def compiled(function: Function) -> Function:
    """Compile at the first call, keep on disk, release the GIL; no fast-math: same bits always."""
    return numba.njit(cache=True, nogil=True, error_model="numpy")(function)  # type: ignore[no-any-return]


@compiled
def load(array: Any, row: int) -> Quaternion:
    """Return a row of an (n, 4) array."""
    return array[row, 0], array[row, 1], array[row, 2], array[row, 3]


@compiled
def store(array: Any, row: int, q: Quaternion) -> None:
    """Write a row of an (n, 4) array."""
    array[row, 0], array[row, 1], array[row, 2], array[row, 3] = q


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
