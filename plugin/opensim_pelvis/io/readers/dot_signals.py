"""Signals of one Xsens/Movella DOT file in SI units, and what its status column tells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray, IntArray, UpAxis, earth_from_world
from opensim_pelvis.io.readers.dot_header import (
    ACCELERATION,
    ANGULAR_VELOCITY,
    CLIP_COUNTS,
    DELTA_Q,
    DELTA_V,
    EULER,
    FREE_ACCELERATION,
    MAGNETIC_FIELD,
    QUATERNION,
    STATUS,
)
from opensim_pelvis.io.tables.number_columns import Numbers
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.rotations import from_euler, multiply, rotate

CLIP_BITS: Final = (
    ("accelerometer", 0b000_000_111),
    ("gyroscope", 0b000_111_000),
    ("magnetometer", 0b111_000_000),
)
"""Bits of ``Status``, x, y, z each (``SnapshotStatusFlag`` in Xsens' public xssnapshot.h)."""

UNIT_TOLERANCE: Final = 0.01
"""A change of orientation whose quaternion is farther from unit length is no rotation."""

_WORDS: Final = {
    "acceleration_mps2": "word.acceleration",
    "angular_velocity_radps": "word.angular_velocity",
}
"""Code of the words for a signal that is made from the maker's increments."""


def read_orientation(
    numbers: Numbers, present: Sequence[tuple[str, ...]], up: UpAxis
) -> FloatArray | None:
    """Return R_ES from quaternions or Euler angles, None where there is neither.

    Parameters
    ----------
    numbers : Numbers
    present : sequence of tuple of str
        Groups of columns that the file has.
    up : str
        Upward axis of the file's world.
    """
    if QUATERNION in present:
        q = numbers.columns(QUATERNION)
    elif EULER in present:
        q = from_euler("ZYX", np.deg2rad(numbers.columns(EULER)[:, ::-1]))
    else:
        return None
    return q if up == "z" else multiply(earth_from_world(up), q)


def read_vectors(
    numbers: Numbers, present: Sequence[tuple[str, ...]], up: UpAxis
) -> dict[str, FloatArray]:
    """Return vectors by the names that `SensorSignals` has for them."""
    vectors: dict[str, FloatArray] = {}
    if ACCELERATION in present:
        vectors["acceleration_mps2"] = numbers.columns(ACCELERATION)
    if ANGULAR_VELOCITY in present:
        vectors["angular_velocity_radps"] = np.deg2rad(numbers.columns(ANGULAR_VELOCITY))
    if MAGNETIC_FIELD in present:
        vectors["magnetic_field"] = numbers.columns(MAGNETIC_FIELD)
    if FREE_ACCELERATION in present:
        free_w = numbers.columns(FREE_ACCELERATION)
        vectors["free_acceleration_mps2"] = (
            free_w if up == "z" else rotate(earth_from_world(up), free_w)
        )
    return vectors


def rates_of_deltas(
    sensor: str,
    numbers: Numbers,
    present: Sequence[tuple[str, ...]],
    counter: IntArray,
    rate_hz: float,
) -> tuple[dict[str, FloatArray], tuple[Notice, ...]]:
    """Return mean acceleration and angular velocity of each step from ``dv`` and ``dq``, and notes.

    ``dv / dt`` is the maker's own formula. The rotation vector of ``dq`` over ``dt`` is the
    angular velocity exactly where its axis stands still during the step, and else to the third
    order of the step's angle. Over which time the first row after a hole was summed up is not
    documented: it is missing.

    Parameters
    ----------
    sensor : str
        Its name, for the notes.
    numbers : Numbers
    present : sequence of tuple of str
    counter : (n,) int array
    rate_hz : float
    """
    rates: dict[str, FloatArray] = {}
    notes: tuple[Notice, ...] = ()
    after_hole = np.concatenate([[False], np.diff(counter) > 1])
    if DELTA_V in present and ACCELERATION not in present:
        with np.errstate(over="ignore"):
            mean = numbers.columns(DELTA_V) * rate_hz
        beyond = np.isinf(mean).any(axis=1)
        mean[beyond] = np.nan
        rates["acceleration_mps2"] = mean
        if beyond.any():
            notes = (notice("dot.dv_too_large", sensor, sensor=sensor, rows=beyond.sum()),)
    if DELTA_Q in present and ANGULAR_VELOCITY not in present:
        turn, bad = _rotation_vectors(numbers.columns(DELTA_Q))
        rates["angular_velocity_radps"] = turn * rate_hz
        if bad:
            notes = (*notes, notice("dot.dq_no_rotation", sensor, sensor=sensor, rows=bad))
    for signal in rates.values():
        signal[after_hole] = np.nan
    if rates:
        signals = [notice(_WORDS[name]) for name in sorted(rates)]
        notes = (notice("dot.from_deltas", sensor, sensor=sensor, signals=signals), *notes)
    return rates, notes


def _rotation_vectors(q: FloatArray) -> tuple[FloatArray, int]:
    """Return rotation vectors of quaternions, NaN where they are none, and how many are not."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        norm = np.linalg.norm(q, axis=1)
        bad = np.abs(norm - 1.0) > UNIT_TOLERANCE
        unit = q / norm[:, None]
    unit = np.where(unit[:, :1] < 0.0, -unit, unit)
    size = np.linalg.norm(unit[:, 1:], axis=1)
    angle = 2.0 * np.arctan2(size, unit[:, 0])
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = np.where(size > 0.0, angle / size, 2.0)
    turn = unit[:, 1:] * scale[:, None]
    turn[bad] = np.nan
    return turn, int(bad.sum())


def count_clipped(sensor: str, numbers: Numbers) -> tuple[Notice, ...]:
    """Return a note for each kind of signal that went beyond its range.

    Bits of ``Status`` tell which; where the columns ``ClipCountAcc`` and ``ClipCountGyr`` are
    there, samples with a count above zero are added.
    """
    n = numbers.block.shape[1]
    clipped = {kind: np.zeros(n, dtype=bool) for kind, _ in CLIP_BITS}
    if STATUS in numbers.names:
        status = np.clip(np.nan_to_num(numbers.column(STATUS)), 0, 0xFFFF).astype(np.int64)
        for kind, bits in CLIP_BITS:
            clipped[kind] |= (status & bits) != 0
    for name, kind in zip(CLIP_COUNTS, ("accelerometer", "gyroscope"), strict=True):
        if name in numbers.names:
            clipped[kind] |= numbers.column(name) > 0.0
    return tuple(
        notice(f"dot.{kind}_clipped", sensor, sensor=sensor, clipped=rows.sum(), samples=n)
        for kind, rows in clipped.items()
        if rows.any()
    )
