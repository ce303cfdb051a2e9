"""Do gyroscope and accelerometer fit one another? Catches wrong units and mixed-up axes.

Seen from a frame that does not turn, the mean specific force over some seconds is gravity: 9.81
m/s^2, in one and the same direction. The gyroscope alone carries the signals into such a frame,
so its units, signs and axes must fit those of the accelerometer for gravity to stay where it is.
Neither needs to know how the sensor was worn. An accelerometer whose three axes all have the
opposite sign fits as well and is not found.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations, product
from typing import Final

import numpy as np
from vqf import VQF

from opensim_pelvis.frames import GRAVITY_MPS2, FloatArray
from opensim_pelvis.rotations import rotate

WINDOW_S: Final = 5.0
QUIET_S: Final = 1.0
PART_S: Final = 2.0
"""Means over parts of this length, one part a second, weighted as by Hann: strides cancel."""

MAX_WANDER_MPS2: Final = 2.5
"""How far the means of the parts of a window may lie from the window's own, root mean square:
15 degrees of turn that the gyroscope missed, or a runner who gains 2.5 m/s within a second."""

SUSPECT_WANDER_MPS2: Final = 0.5
"""From here another reading of the gyroscope is tried. Sound sensors in daily movement and in
running show up to 0.37 (``docs/fusion.md``)."""

MIN_GAIN: Final = 3.0
"""How much better another reading must fit to be believed."""

GRAVITY_TOLERANCE: Final = 0.15
"""How far mean gravity may be from 9.81 m/s^2, as a part of it."""

_SCALES: Final = 2  # readings that differ in scale alone; they come first
_MAX_WINDOWS: Final = 12  # the most telling ones; bounds the work
_MOVING_MPS2: Final = 1.5
_LEAST_TURNING_RADPS: Final = 0.05  # 3 degrees/s while the body part moves
_MOST_TURNING_RADPS: Final = 35.0  # 2000 degrees/s: the usual range of a gyroscope


def find_fault(acceleration_mps2: FloatArray, gyroscope_radps: FloatArray, step_s: float) -> str:
    """Return what contradicts in the signals of one stretch and what it looks like; or ``""``.

    Parameters
    ----------
    acceleration_mps2, gyroscope_radps : (m, 3) array
        In S, on equal steps, nothing missing, bias taken from the gyroscope.
    step_s : float
    """
    # products by einsum: several times quicker than sums over short rows
    length2 = np.einsum("ij,ij->i", acceleration_mps2, acceleration_mps2)
    wrong = _judge_acceleration(_quietest_norm(acceleration_mps2, length2, step_s))
    windows = find_telling_windows(acceleration_mps2, gyroscope_radps, step_s)
    if wrong and not _shows_gravity(acceleration_mps2, gyroscope_radps, step_s, windows):
        return wrong
    rms = float(np.sqrt(np.einsum("ij,ij->", gyroscope_radps, gyroscope_radps) / length2.size))
    if rms > _MOST_TURNING_RADPS:
        return (
            f"the gyroscope shows {rms:.0f} rad/s (RMS), more than any body segment reaches. The "
            "values are probably degrees/s read as rad/s"
        )
    if _hardly_turns(acceleration_mps2, gyroscope_radps, step_s):
        return (
            f"the acceleration changes as in movement, but the gyroscope shows {rms:.2g} rad/s "
            "(RMS). The values are probably rad/s converted to radians twice"
        )
    if not windows:
        return ""
    wander, gravity = follow_gravity(acceleration_mps2, gyroscope_radps, step_s, windows)
    if wander > SUSPECT_WANDER_MPS2:
        wrong = _judge_gyroscope(acceleration_mps2, gyroscope_radps, step_s, windows, wander)
        if wrong:
            return wrong
    if abs(gravity / GRAVITY_MPS2 - 1.0) > GRAVITY_TOLERANCE:
        return (
            f"gravity is {gravity:.2f} m/s^2 on average over {WINDOW_S:g} s, wanted 9.81 m/s^2. "
            "The scale of the accelerometer is wrong, it was clipped heavily, or the sampling "
            "rate is wrong"
        )
    return ""


def _quietest_norm(acceleration_mps2: FloatArray, length2: FloatArray, step_s: float) -> float:
    """Return the typical norm of the specific force in the quietest second, m/s^2.

    A foot that runs feels 50 m/s^2 half of the time; at rest everything feels gravity.
    """
    length = max(round(QUIET_S / step_s), 1)
    count = length2.size // length
    if count < 2:
        return float(np.sqrt(np.median(length2)))
    parts = acceleration_mps2[: count * length].reshape(count, length, 3)
    quiet = int(np.argmin(parts.var(axis=1).sum(axis=1)))
    return float(np.sqrt(np.median(length2[quiet * length : (quiet + 1) * length])))


def _shows_gravity(
    acceleration_mps2: FloatArray,
    gyroscope_radps: FloatArray,
    step_s: float,
    windows: Sequence[slice],
) -> bool:
    """Return whether the mean force over seconds of movement is gravity, whatever its norm."""
    if not windows:
        return False
    wander, gravity = follow_gravity(acceleration_mps2, gyroscope_radps, step_s, windows)
    off = abs(gravity / GRAVITY_MPS2 - 1.0)
    return wander <= MAX_WANDER_MPS2 and off <= GRAVITY_TOLERANCE


def _judge_acceleration(typical: float) -> str:
    """Return what is wrong with the typical length of the specific force; or ``""``."""
    found = (
        f"the norm of the acceleration is {typical:.3g} in the quietest second, wanted about "
        "9.81 m/s^2. "
    )
    if typical < 0.35:
        return found + "It is probably acceleration without gravity, or another signal"
    if typical < 2.5:
        return found + "The values are probably in g, read as m/s^2"
    if typical > 4000.0:
        return found + "The values are probably raw converter counts or micro-g, without a scale"
    if typical > 400.0:
        return found + "The values are probably in milli-g or cm/s^2, read as m/s^2"
    if typical > 40.0:
        return found + "The values are probably m/s^2 multiplied by g"
    return ""


def _hardly_turns(
    acceleration_mps2: FloatArray, gyroscope_radps: FloatArray, step_s: float
) -> bool:
    """Return whether the gyroscope is silent where the accelerometer shows the most movement."""
    length = max(round(WINDOW_S / step_s), 1)
    count = max(acceleration_mps2.shape[0] // length, 1)
    forces = acceleration_mps2[: count * length].reshape(count, -1, 3)
    turns = gyroscope_radps[: count * length].reshape(count, -1, 3)
    moving = np.sqrt(forces.var(axis=1).sum(axis=1))
    most = int(np.argmax(moving))
    turning = float(np.sqrt(turns[most].var(axis=0).sum()))
    return bool(moving[most] > _MOVING_MPS2 and turning < _LEAST_TURNING_RADPS)


def find_telling_windows(
    acceleration_mps2: FloatArray, gyroscope_radps: FloatArray, step_s: float
) -> list[slice]:
    """Return the windows with the most turning, in which a wrong gyroscope shows most."""
    length = round(WINDOW_S / step_s)
    count = acceleration_mps2.shape[0] // length if length else 0
    if not count:
        return []
    windows = gyroscope_radps[: count * length].reshape(count, -1)
    power = np.einsum("ij,ij->i", windows, windows)
    chosen = np.sort(np.argsort(power)[-_MAX_WINDOWS:])
    return [slice(k * length, (k + 1) * length) for k in chosen]


def follow_gravity(
    acceleration_mps2: FloatArray,
    gyroscope_radps: FloatArray,
    step_s: float,
    windows: Sequence[slice],
) -> tuple[float, float]:
    """Return how far gravity wanders (rms) and how large it is (median), both m/s^2."""
    wander2, gravity = [], []
    for window in windows:
        turned = _integrate(gyroscope_radps[window], acceleration_mps2[window], step_s)
        force = rotate(turned, acceleration_mps2[window])
        parts = _average_parts(force, step_s)
        mean = parts.mean(axis=0)
        wander2.append(((parts - mean) ** 2).sum(axis=1).mean())
        gravity.append(float(np.linalg.norm(mean)))
    return float(np.sqrt(np.median(wander2))), float(np.median(gravity))


def _average_parts(force: FloatArray, step_s: float) -> FloatArray:
    """Return weighted means of overlapping parts, (parts, 3)."""
    length, stride = round(PART_S / step_s), max(round(1.0 / step_s), 1)
    weights = np.sin(np.pi * (np.arange(length) + 0.5) / length) ** 2
    weights /= weights.sum()
    starts = range(0, force.shape[0] - length + 1, stride)
    return np.stack([weights @ force[start : start + length] for start in starts])


def _integrate(
    gyroscope_radps: FloatArray, acceleration_mps2: FloatArray, step_s: float
) -> FloatArray:
    """Return the orientation against the first sample by the gyroscope alone, (m, 4)."""
    strapdown = VQF(step_s, motionBiasEstEnabled=False, restBiasEstEnabled=False)
    state = strapdown.updateBatchFullState(
        np.ascontiguousarray(gyroscope_radps), np.ascontiguousarray(acceleration_mps2)
    )
    return np.asarray(state["gyrQuat"])


def _judge_gyroscope(
    acceleration_mps2: FloatArray,
    gyroscope_radps: FloatArray,
    step_s: float,
    windows: Sequence[slice],
    wander: float,
) -> str:
    """Return what is wrong with the gyroscope, with the reading of it that fits; or ``""``."""
    readings = _other_readings()
    wanders = [
        follow_gravity(acceleration_mps2, gyroscope_radps @ matrix.T, step_s, windows)[0]
        for _, matrix in readings
    ]
    # in cyclic motion a gyroscope that is all but silenced always fits: axes are thought of first
    scales, axes = np.array(wanders[:_SCALES]), np.array(wanders[_SCALES:])
    by_scale = scales.min() * MIN_GAIN < axes.min()
    best = int(scales.argmin()) if by_scale else _SCALES + int(axes.argmin())
    words = (
        "after compensation of the rotation measured by the gyroscope, gravity varies by "
        f"{wander:.1f} m/s^2 within {WINDOW_S:g} s, wanted at most {SUSPECT_WANDER_MPS2:g}. "
    )
    if wanders[best] * MIN_GAIN < wander:
        return words + f"{readings[best][0]} ({wanders[best]:.1f} m/s^2 then)"
    if wander <= MAX_WANDER_MPS2:
        return ""
    return (
        words
        + "No common mistake explains it: check the columns, their units and the sampling rate"
    )


def _other_readings() -> list[tuple[str, FloatArray]]:
    """Return other ways to read a gyroscope: words, and what its vectors are multiplied by."""
    readings: list[tuple[str, FloatArray]] = [
        ("The values are probably degrees/s read as rad/s", np.eye(3) * np.deg2rad(1.0)),
        ("The values are probably rad/s read as degrees/s", np.eye(3) * np.rad2deg(1.0)),
    ]
    for order in permutations(range(3)):
        for signs in product((1.0, -1.0), repeat=3):
            matrix = np.zeros((3, 3))
            matrix[range(3), order] = signs
            if (order, signs) == ((0, 1, 2), (1.0, 1.0, 1.0)):
                continue
            axes = ", ".join(
                f"{'-' if sign < 0 else ''}{'xyz'[axis]}"
                for sign, axis in zip(signs, order, strict=True)
            )
            readings.append(
                (
                    "The axes of gyroscope and accelerometer do not match. They would match if "
                    f"the gyroscope columns were {axes}",
                    matrix,
                )
            )
    return readings
