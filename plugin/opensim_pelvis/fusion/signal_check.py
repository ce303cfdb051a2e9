"""Do gyroscope and accelerometer fit one another? Finds wrong units and mixed-up axes.

A unit or an axis is called wrong only where one other reading of the signals explains all of
them and the present one does not: gravity stays 9.81 m/s^2 at one place (`gravity`), the body
turns as fast as bodies do, and the orientations of the same file, where there are any, turn as
the gyroscope says. Where the present reading explains too little and no other one does, a doubt
is told. An accelerometer whose three axes all have the opposite sign fits as well and is not
found: mechanics is the same in the mirror.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.frames import GRAVITY_MPS2, FloatArray
from opensim_pelvis.fusion.gravity import Followed, choose_windows, follow, follow_readings
from opensim_pelvis.fusion.other_readings import (
    ACCELEROMETER,
    AS_READ,
    DEGREE,
    WITHOUT_GRAVITY,
    AccelerometerReading,
    GyroscopeReading,
    axes_readings,
    in_unit,
)
from opensim_pelvis.types import RawFit

QUIET_S: Final = 1.0

STILL_SHARE: Final = 0.03
"""A second at rest in any unit: the force changes by less than this part of its mean."""

GRAVITY_TOLERANCE: Final = 0.15
"""How far gravity at rest may be from 9.81 m/s^2, as a part of it."""

SUSPECT_MPS2: Final = 0.3
"""How far gravity must be off for other readings to be tried."""

MIN_GAIN: Final = 3.0
"""How much better another reading must fit to be believed. Among sound sensors that move the best
of 47 other readings fits up to 2.0 times better."""

EXPLAINS: Final = 2.0
"""Most misfit of a reading that explains the signals, in usual spreads of gravity."""

EXPLAINS_MPS2: Final = 1.5
"""The same as a length."""

DOUBTFUL: Final = 3.0
"""Misfit from which something is wrong, whatever it is: runners who speed up show up to 2.3."""

LEAST_TURNING: Final = 0.02
"""Turning over change of the specific force, (rad/s) / (m/s^2), below which a gyroscope is
silent: pelves of people who jump show 0.05, legs up to 0.8."""

MOST_TURNING_RADPS: Final = 35.0
"""Root mean square: 2000 degrees/s, the usual range of a gyroscope."""

SCALES: Final = (0.5, 0.63, 0.8, 1.25, 1.6, 2.0)
"""Scales of a gyroscope that are tried as well: none is called axes."""

LEAST_MPS2: Final = 2.5
MOST_MPS2: Final = 400.0
"""Median norms of the specific force beyond which a unit is wrong however somebody moves."""

_MOVING_MPS2: Final = 1.5
_FLOOR: Final = 0.3  # of a misfit: a tenth of a m/s^2 at rest is as good as none
_ALIKE: Final = 1.3  # readings that fit nearly alike: the one of fewest mistakes is named
_FITS_RATE: Final = 0.1  # of gyroscopes to orientations, and of gravity
_FITS_TURN: Final = 0.3
_FITS_TILT_RAD: Final = float(np.deg2rad(15.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What is wrong with the raw signals of a sensor.

    Parameters
    ----------
    fault : str
        What contradicts, and the reading that explains all; empty without one.
    gravity_mps2, error_mps2 : float
        Mean gravity as the signals show it and how far it is from 9.81 m/s^2 at one place, where
        nothing explains why; else NaN.
    """

    fault: str = ""
    gravity_mps2: float = float("nan")
    error_mps2: float = float("nan")


SOUND: Final = Judgement()


def judge_signals(
    acceleration_mps2: FloatArray,
    gyroscope_radps: FloatArray,
    step_s: float,
    fit: RawFit | None = None,
) -> Judgement:
    """Return what contradicts in the signals of one stretch and what it looks like.

    Parameters
    ----------
    acceleration_mps2, gyroscope_radps : (m, 3) array
        In S, on equal steps, nothing missing, bias taken from the gyroscope.
    step_s : float
    fit : RawFit, optional
        How the signals fit the orientations of the same file.
    """
    force_fits = fit is not None and _force_fits(fit)
    rest = None if force_fits else _gravity_at_rest(acceleration_mps2, step_s)
    if rest is not None and abs(rest / GRAVITY_MPS2 - 1.0) > GRAVITY_TOLERANCE:
        words, factor = _read_at_rest(rest)
        rescaled = acceleration_mps2 * factor
        more = "" if not factor else judge_signals(rescaled, gyroscope_radps, step_s, fit).fault
        return Judgement(fault=". ".join(part for part in (words, more) if part))
    windows = choose_windows(acceleration_mps2.shape[0], step_s)
    if not windows:
        return Judgement(fault="" if force_fits else _read_short(acceleration_mps2))
    as_read = follow(acceleration_mps2, gyroscope_radps, step_s, windows)
    turns = [float(np.sqrt((gyroscope_radps[w] ** 2).sum(axis=1).mean())) for w in windows]
    turning, change = _most_moving(np.array(turns), as_read.change_mps2)
    silent = change > _MOVING_MPS2 and turning < LEAST_TURNING * change
    if as_read.error_mps2() <= SUSPECT_MPS2 and not silent:
        return SOUND
    tried = _Tried(
        as_read.misfit(),
        silent or turning > MOST_TURNING_RADPS,
        rest is not None or force_fits,
        turning,
        change,
        fit,
    )
    readings = _gyroscope_readings(tried)
    ways = [(reading.factor, reading.axes) for reading in readings]
    found = [
        (reading, other, followed)
        for reading, followed in zip(
            readings,
            follow_readings(acceleration_mps2, gyroscope_radps, step_s, windows, ways),
            strict=True,
        )
        for other in _accelerometer_readings(tried)
    ]
    explained, fault = _choose(found, tried, as_read)
    if fault:
        return Judgement(fault=fault)
    if explained or tried.impossible or tried.misfit > DOUBTFUL:
        return Judgement(
            gravity_mps2=float(np.median(as_read.gravity_mps2)), error_mps2=as_read.error_mps2()
        )
    return SOUND


@dataclass(frozen=True, slots=True)
class _Tried:
    """What is known before other readings are tried."""

    misfit: float
    impossible: bool
    force_known: bool
    turning_radps: float
    change_mps2: float
    fit: RawFit | None


def _gravity_at_rest(acceleration_mps2: FloatArray, step_s: float) -> float | None:
    """Return the mean norm of the specific force in the quietest second, if that is rest."""
    length = max(round(QUIET_S / step_s), 2)
    count = acceleration_mps2.shape[0] // length
    if not count:
        return None
    parts = acceleration_mps2[: count * length].reshape(count, length, 3)
    change = np.sqrt(parts.var(axis=1).sum(axis=1))
    size = np.sqrt(np.einsum("ijk,ijk->ij", parts, parts)).mean(axis=1)
    quiet = int(np.argmin(change))
    return float(size[quiet]) if change[quiet] < STILL_SHARE * size[quiet] else None


def _read_at_rest(norm_mps2: float) -> tuple[str, float]:
    """Return what is wrong with the acceleration where only gravity acts, and by what factor.

    The factor is zero where it is no unit.
    """
    found = f"the norm of the acceleration at rest is {norm_mps2:.3g}, wanted about 9.81 m/s^2. "
    for other in ACCELEROMETER:
        near = abs(other.factor * norm_mps2 / GRAVITY_MPS2 - 1.0) <= GRAVITY_TOLERANCE
        if near and other.gravity_mps2:
            return found + other.words, other.factor
    if norm_mps2 > 4000.0:
        words = "The values are probably raw converter counts or micro-g, without a scale"
    elif norm_mps2 < 0.35:
        words = WITHOUT_GRAVITY.words
    else:
        words = "The scale of the accelerometer is wrong"
    return found + words, 0.0


def _read_short(acceleration_mps2: FloatArray) -> str:
    """Return a unit of the acceleration that no movement explains, where gravity shows nowhere.

    For recordings of less than a window without rest. In hard running half of all samples of a
    foot are above 50 m/s^2, in none half below 2.5 or above 400.
    """
    size = float(np.median(np.sqrt(np.einsum("ij,ij->i", acceleration_mps2, acceleration_mps2))))
    found = f"the norm of the acceleration is {size:.3g} in the median, wanted about 9.81 m/s^2. "
    if size > MOST_MPS2:
        return found + "The values are probably in milli-g or cm/s^2, or raw counts, read as m/s^2"
    if size < LEAST_MPS2:
        return found + "The values are probably in g, read as m/s^2, or without gravity"
    return ""


def _force_fits(fit: RawFit) -> bool:
    """Return whether the acceleration is 1 g upward by the orientations of the file."""
    return bool(abs(fit.gravity - 1.0) <= _FITS_RATE and fit.gravity_tilt_rad <= _FITS_TILT_RAD)


def _turning_fits(fit: RawFit) -> bool:
    """Return whether the gyroscope turns as the orientations of the file do."""
    return bool(abs(fit.gain - 1.0) <= _FITS_RATE and fit.misfit <= _FITS_TURN and not fit.axes)


def _most_moving(turning_radps: FloatArray, change_mps2: FloatArray) -> tuple[float, float]:
    most = int(np.argmax(change_mps2))
    return float(turning_radps[most]), float(change_mps2[most])


def _gyroscope_readings(tried: _Tried) -> list[GyroscopeReading]:
    """Return the ways to read the gyroscope in which a body turns as fast as bodies do."""
    axes = axes_readings()
    if tried.fit is not None and _turning_fits(tried.fit):
        return [axes[0]]
    wanted = [factor for factor in (1.0, DEGREE, 1.0 / DEGREE) if _turns_as_bodies(tried, factor)]
    scaled = [in_unit(axes[0], factor) for factor in SCALES]
    return scaled + [in_unit(reading, factor) for factor in wanted for reading in axes]


def _turns_as_bodies(tried: _Tried, factor: float) -> bool:
    turning = factor * tried.turning_radps
    moves = tried.change_mps2 > _MOVING_MPS2 and tried.force_known
    return turning <= MOST_TURNING_RADPS and not (
        moves and turning < LEAST_TURNING * tried.change_mps2
    )


def _accelerometer_readings(tried: _Tried) -> list[AccelerometerReading]:
    return [AS_READ] if tried.force_known else [AS_READ, *ACCELEROMETER]


Candidate = tuple[GyroscopeReading, AccelerometerReading, Followed]


def _choose(found: list[Candidate], tried: _Tried, as_read: Followed) -> tuple[bool, str]:
    """Return whether another reading explains everything, and in words which unit or axes.

    There are no words where the scale of the gyroscope is enough, or where the present reading
    explains the signals as well as one that is believed has to.
    """
    fitting = []
    for gyroscope, accelerometer, followed in found:
        same = gyroscope.rank == 0 and accelerometer is AS_READ
        change = accelerometer.factor * tried.change_mps2
        turning = gyroscope.factor * tried.turning_radps
        silent = change > _MOVING_MPS2 and turning < LEAST_TURNING * change
        if same or silent or not _agrees(gyroscope, tried.fit):
            continue
        wanted = accelerometer.gravity_mps2
        misfit = followed.misfit(accelerometer.factor, wanted)
        error = followed.error_mps2(accelerometer.factor, wanted)
        if misfit <= EXPLAINS and error <= EXPLAINS_MPS2:
            mistakes = gyroscope.rank + (accelerometer is not AS_READ)
            fitting.append((max(misfit, _FLOOR), mistakes, gyroscope, accelerometer))
    if not fitting:
        return False, ""
    best = min(row[0] for row in fitting)
    alike = [row for row in fitting if row[0] <= _ALIKE * best]
    misfit, _, gyroscope, accelerometer = min(alike, key=lambda row: (row[1], row[0]))
    if best * MIN_GAIN > tried.misfit and not tried.impossible:
        return False, ""
    if tried.misfit <= EXPLAINS and not tried.impossible:  # the present reading explains it, too
        return True, ""
    said = ". ".join(words for words in (accelerometer.words, gyroscope.words()) if words)
    return True, said and (
        "after compensation of the rotation measured by the gyroscope, gravity is "
        f"{np.median(as_read.gravity_mps2):.3g} m/s^2 and {as_read.error_mps2():.2g} m/s^2 from "
        f"9.81 m/s^2 at one place, {tried.misfit / misfit:.0f} times as far as otherwise. {said}"
    )


def _agrees(reading: GyroscopeReading, fit: RawFit | None) -> bool:
    """Return whether the orientations of the file turn as the gyroscope does, read otherwise."""
    if fit is None or not np.isfinite(fit.gain):
        return True
    if abs(fit.gain * reading.factor - 1.0) > GRAVITY_TOLERANCE:
        return False
    columns = fit.axes.split()  # what each column of the gyroscope shows
    if not columns:
        return not reading.columns
    read = np.zeros((3, 3))
    for k, column in enumerate(columns):
        read[k, "xyz".index(column[-1])] = -1.0 if column.startswith("-") else 1.0
    return bool(np.allclose(reading.axes @ read, np.eye(3)))
