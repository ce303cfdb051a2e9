"""Quaternion arithmetic on single samples, compiled; (w, x, y, z) as tuples of numbers."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
import numpy as np

Function = TypeVar("Function", bound=Callable[..., Any])

Quaternion = tuple[float, float, float, float]


def quaternion_fields(name: str) -> list[tuple[str, type]]:
    """Return four fields of a record; single numbers compile faster than a field of four."""
    return [(f"{name}_{part}", np.float64) for part in "wxyz"]


def set_quaternion(record: Any, name: str, q: Any) -> None:
    """Write the four fields of a quaternion into a record, from Python."""
    for part, value in zip("wxyz", q, strict=True):
        record[f"{name}_{part}"] = value


def compiled(function: Function) -> Function:
    """Compile for use by other compiled functions.

    Fast-math is off: the same bits always. Nothing is allocated, so arrays need no reference
    counts, which would cost more than the arithmetic.
    """
    return _compiler(no_cpython_wrapper=True)(function)


def entry(function: Function) -> Function:
    """Compile for use by Python and keep on disk; Python's lock is released meanwhile.

    Where no folder can be written, neither the package's nor the user's, nothing is kept.
    """
    try:
        return _compiler(cache=True)(function)
    except (RuntimeError, OSError):
        return _compiler()(function)


def prepare(function: Callable[..., Any], *arguments: Any) -> None:
    """Have an entry compiled for some arguments, or loaded; a damaged store is not used.

    Numba keeps what it compiled after it can be called, so that a full disk costs nothing but the
    time of the next run.
    """
    try:
        function(*arguments)
    except Exception:  # what a damaged file of the store makes of itself is not known
        dispatcher: Any = function
        dispatcher._cache.disable()
        function(*arguments)


def entry_point(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return what an entry calls once its one set of types is compiled.

    It leaves out finding the types of the arguments, most of the time of a short call: they must
    be those of `warm_up`.
    """
    dispatcher: Any = function
    (only,) = dispatcher.overloads.values()
    point: Callable[..., Any] = only.entry_point
    return point


def _compiler(**options: bool) -> Callable[[Function], Function]:
    njit: Any = numba.njit  # its stubs leave out the options that keep compilation short
    common = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True, "_nrt": False}
    compiler: Callable[[Function], Function] = njit(**common, **options)
    return compiler


def drop_stale_cache(folder: Path) -> None:
    """Delete what was compiled from older sources than those in a folder.

    Numba looks at the file of the function that Python calls, not at those that it calls.
    """
    newest = max(path.stat().st_mtime for path in folder.glob("*.py"))
    for path in folder.glob("__pycache__/*.nb[ci]"):
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < newest:
                path.unlink()


drop_stale_cache(Path(__file__).parent)


@compiled
def load(array: Any) -> Quaternion:
    """Return a (4,) array as a tuple."""
    return array[0], array[1], array[2], array[3]


@compiled
def get_q(record: Any) -> Quaternion:
    """Return its orientation from a record."""
    return record.q_w, record.q_x, record.q_y, record.q_z


@compiled
def set_q(record: Any, q: Quaternion) -> None:
    """Write its orientation into a record."""
    record.q_w, record.q_x, record.q_y, record.q_z = q


@compiled
def get_kept(record: Any) -> Quaternion:
    """Return an orientation remembered from a record."""
    return record.kept_w, record.kept_x, record.kept_y, record.kept_z


@compiled
def set_kept(record: Any, q: Quaternion) -> None:
    """Write an orientation remembered into a record."""
    record.kept_w, record.kept_x, record.kept_y, record.kept_z = q


@compiled
def get_found(record: Any) -> Quaternion:
    """Return the best orientation so far from a record."""
    return record.found_w, record.found_x, record.found_y, record.found_z


@compiled
def set_found(record: Any, q: Quaternion) -> None:
    """Write the best orientation so far into a record."""
    record.found_w, record.found_x, record.found_y, record.found_z = q


@compiled
def get_fixed(record: Any) -> Quaternion:
    """Return its fixed part from a record."""
    return record.fixed_w, record.fixed_x, record.fixed_y, record.fixed_z


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
