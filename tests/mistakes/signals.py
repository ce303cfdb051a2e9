"""Faults of one sensor's signals; each function returns the sensor changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.rotations import from_rotation_vector, inverse, multiply, rotate
from opensim_pelvis.simulate.harmonics import smooth_step
from opensim_pelvis.types import SensorSignals

RATE_HZ = 100.0
RAW = ("acceleration_mps2", "angular_velocity_radps", "magnetic_field")
ALL = ("R_ES", *RAW)


def times(sensor: SensorSignals) -> FloatArray:
    """Return the time of each sample from the sensor's first one, seconds."""
    return (sensor.counter - sensor.counter[0]) / RATE_HZ


def frozen(
    sensor: SensorSignals,
    from_s: float,
    to_s: float = np.inf,
    signals: tuple[str, ...] = ALL,
) -> SensorSignals:
    """Repeat the last sample before a time."""
    t = times(sensor)
    held = np.flatnonzero((t >= from_s) & (t < to_s))

    def hold(x: FloatArray) -> FloatArray:
        out = x.copy()
        out[held] = x[held[0] - 1]
        return out

    return _with(sensor, signals, hold)


def looped(sensor: SensorSignals, from_s: float, length_s: float) -> SensorSignals:
    """Repeat a block of samples over and over, from a time on."""
    start, n = int(from_s * RATE_HZ), int(length_s * RATE_HZ)

    def loop(x: FloatArray) -> FloatArray:
        out = x.copy()
        out[start:] = np.resize(x[start - n : start], out[start:].shape)
        return out

    return _with(sensor, ALL, loop)


def silent(sensor: SensorSignals, from_s: float, to_s: float = np.inf) -> SensorSignals:
    """Lose every packet of a stretch."""
    t = times(sensor)
    kept = (t < from_s) | (t >= to_s)
    changes: dict[str, Any] = {
        name: value[kept] for name in ALL if (value := getattr(sensor, name)) is not None
    }
    return replace(sensor, counter=sensor.counter[kept], **changes)


def filled(
    sensor: SensorSignals,
    value: float,
    from_s: float,
    to_s: float = np.inf,
    signals: tuple[str, ...] = ("R_ES",),
) -> SensorSignals:
    """Put one value into all cells of a stretch, such as zero or NaN."""
    t = times(sensor)
    there = (t >= from_s) & (t < to_s)

    def fill(x: FloatArray) -> FloatArray:
        out = x.copy()
        out[there] = value
        return out

    return _with(sensor, signals, fill)


def delayed(sensor: SensorSignals, delay_s: float) -> SensorSignals:
    """Let every sample come later."""
    n = round(delay_s * RATE_HZ)
    return _with(sensor, ALL, lambda x: np.concatenate([np.repeat(x[:1], n, axis=0), x[:-n]]))


def stretched(sensor: SensorSignals, factor: float) -> SensorSignals:
    """Let the sensor's clock run faster by a factor, its samples counted as if it did not."""
    n = sensor.counter.size
    nearest = np.clip(np.round(np.arange(n) / factor).astype(int), 0, n - 1)
    return _with(sensor, ALL, lambda x: x[nearest])


def scaled(sensor: SensorSignals, signal: str, factor: float | FloatArray) -> SensorSignals:
    """Multiply a signal, one factor for all axes or one an axis."""
    return _with(sensor, (signal,), lambda x: x * factor)


def without(sensor: SensorSignals, *signals: str) -> SensorSignals:
    """Leave signals out."""
    return replace(sensor, **dict.fromkeys(signals))


def swapped_order(sensor: SensorSignals, how: str) -> SensorSignals:
    """Write quaternions in another order, or conjugated, and read them as w, x, y, z."""
    changes = {
        "xyzw": lambda q: q[:, [1, 2, 3, 0]],
        "conjugated": lambda q: q * np.array([1.0, -1.0, -1.0, -1.0]),
    }
    return _with(sensor, ("R_ES",), changes[how])


def turned_on_body(
    sensor: SensorSignals, turn_rad: tuple[float, float, float], from_s: float
) -> SensorSignals:
    """Turn the case on the body about its own axes, from a time on, within half a second."""
    t = times(sensor)
    step = smooth_step(t, from_s, 0.5)
    turn = np.array(turn_rad)
    q = from_rotation_vector(step[0][:, None] * turn)
    changes: dict[str, Any] = {}
    if sensor.R_ES is not None:
        changes["R_ES"] = multiply(sensor.R_ES, q)
    for name in RAW:
        value = getattr(sensor, name)
        if value is not None:
            changes[name] = rotate(inverse(q), value)
    if sensor.angular_velocity_radps is not None:
        changes["angular_velocity_radps"] = (
            changes["angular_velocity_radps"] + step[1][:, None] * turn
        )
    return replace(sensor, **changes)


def turned_in_room(
    sensor: SensorSignals, turn_rad: tuple[float, float, float], until_s: float, within_s: float
) -> SensorSignals:
    """Turn body and sensor together about axes of E until a time, and back within some seconds.

    The sensor's place moves with it, which is left out: the body leans slowly.
    """
    t = times(sensor)
    step = smooth_step(t, until_s, within_s)
    turn = np.array(turn_rad)
    q = from_rotation_vector((1.0 - step[0])[:, None] * turn)
    if sensor.R_ES is None:
        raise ValueError("wanted orientations")
    R_ES = multiply(q, sensor.R_ES)
    changes: dict[str, Any] = {"R_ES": R_ES}
    for name in RAW:
        value = getattr(sensor, name)
        if value is not None:
            changes[name] = rotate(inverse(R_ES), rotate(sensor.R_ES, value))
    if sensor.angular_velocity_radps is not None:
        # forces and fields are of the room; the case turns with the body
        own = sensor.angular_velocity_radps + rotate(inverse(R_ES), -step[1][:, None] * turn)
        changes["angular_velocity_radps"] = own
        force_e = rotate(sensor.R_ES, sensor.acceleration_mps2)
        moved = rotate(q, force_e - GRAVITY_E) + GRAVITY_E
        changes["acceleration_mps2"] = rotate(inverse(R_ES), moved)
    return replace(sensor, **changes)


GRAVITY_E = np.array([0.0, 0.0, 9.80665])


def jumped(sensor: SensorSignals, angle_rad: float, from_s: float) -> SensorSignals:
    """Let the heading of the orientation jump from one sample to the next."""
    t = times(sensor)
    q = from_rotation_vector(np.where(t >= from_s, angle_rad, 0.0)[:, None] * [0.0, 0.0, 1.0])
    return replace(sensor, R_ES=multiply(q, sensor.R_ES))


def _with(sensor: SensorSignals, signals: tuple[str, ...], change: Any) -> SensorSignals:
    changes: dict[str, Any] = {
        name: change(value) for name in signals if (value := getattr(sensor, name)) is not None
    }
    return replace(sensor, **changes)
