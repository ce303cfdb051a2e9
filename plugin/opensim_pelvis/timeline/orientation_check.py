"""Do the orientations fit the other signals? Catches a wrong quaternion order before it hurts.

Quaternions in the wrong order give plausible nonsense. Two facts tell: a sensor that lies still
feels 1 g straight up, and a gyroscope measures how fast the orientation turns. Neither needs to
know how the sensor was worn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from opensim_pelvis.errors import TimelineError
from opensim_pelvis.frames import (
    GRAVITY_MPS2,
    BoolArray,
    FloatArray,
    UpAxis,
    earth_from_world,
    up_in_earth,
)
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.rotations import (
    inverse,
    multiply,
    rotate,
    to_rotation_vector,
)
from opensim_pelvis.timeline.integrity import UNIT_TOLERANCE
from opensim_pelvis.types import SensorSignals

MAX_TILT_RAD: Final = float(np.deg2rad(30.0))
"""How far from the vertical a still sensor's measured gravity may point."""

MAX_TURN_MISMATCH: Final = 0.7
"""How far turning of orientations may be from the gyroscope's, as a part of the latter."""

_STILL_S: Final = 1.0
_STILL_RADPS: Final = 0.35
_STILL_MPS2: Final = 0.5
_MOVING_RADPS: Final = 0.1
_TURN_REACH_S = 0.06  # to each side: noise of single orientations must not look like turning
_TURN_SAMPLES: Final = 20_000  # enough to see how a sensor turns; bounds the work


def _from_xyzw(q: FloatArray) -> FloatArray:
    return q[..., [3, 0, 1, 2]]


def _from_up(axis: UpAxis) -> Callable[[FloatArray], FloatArray]:
    return lambda q: multiply(earth_from_world(axis), q)


_ALTERNATIVES: Final[tuple[tuple[str, Callable[[FloatArray], FloatArray]], ...]] = (
    ("quaternions in the order x-y-z-w", _from_xyzw),
    ("inverted orientations (earth relative to the sensor)", inverse),
    (
        "quaternions in the order x-y-z-w, and inverted",
        lambda q: inverse(_from_xyzw(q)),
    ),
    (
        "a world frame with z down (or acceleration with the opposite sign)",
        _from_up("-z"),
    ),
    ("a world frame with y up", _from_up("y")),
    ("a world frame with y down", _from_up("-y")),
    ("a world frame with x up", _from_up("x")),
    ("a world frame with x down", _from_up("-x")),
)


@dataclass(frozen=True, slots=True)
class _Evidence:
    """Mismatch of one sensor, as read and for each alternative; up to 1 is a fit."""

    identifier: str
    as_read: float
    alternatives: tuple[float, ...]
    words: str


def check_orientations(sensors: Sequence[SensorSignals], rate_hz: float) -> tuple[Notice, ...]:
    """Check orientations against acceleration, or else against angular velocity.

    Parameters
    ----------
    sensors : sequence of SensorSignals
        With orientations; rows that are missing or not of unit length are passed over.
    rate_hz : float

    Returns
    -------
    tuple of Notice
        One that names the sensors that could not be checked, where there are any.

    Raises
    ------
    TimelineError
        When orientations contradict the other signals: which sensors, by how much, and what
        reading of the file would fit all of them.
    """
    found: list[_Evidence] = []
    unchecked: list[str] = []
    for sensor in sensors:
        evidence = _compare_gravity(sensor, rate_hz) or _compare_turning(sensor, rate_hz)
        if evidence is None:
            unchecked.append(sensor.identifier)
        else:
            found.append(evidence)
    wrong = [evidence for evidence in found if evidence.as_read > 1.0]
    fits = [
        words
        for k, (words, _) in enumerate(_ALTERNATIVES)
        if all(evidence.alternatives[k] <= 1.0 for evidence in found)
    ]
    if wrong:
        listed = "\n".join(f"  - {evidence.identifier}: {evidence.words}" for evidence in wrong)
        advice = "No common mistake explains it: check the columns, their units and the sensor."
        if fits:
            advice = (
                f"Possible cause: {'; or '.join(fits)}. Correct the description of the file "
                "(mapping)."
            )
        raise TimelineError(
            f"orientations contradict the other signals of {len(wrong)} of {len(found)} "
            f"sensors\n{listed}\n{advice}"
        )
    if not unchecked:
        return ()
    return (notice("timeline.order_unchecked", *unchecked, sensors=unchecked),)


def _compare_gravity(sensor: SensorSignals, rate_hz: float) -> _Evidence | None:
    """Compare the felt gravity in the stillest second with the vertical."""
    window = _find_stillest(sensor, rate_hz)
    if window is None or sensor.R_ES is None or sensor.acceleration_mps2 is None:
        return None
    q = sensor.R_ES[window]
    felt_s = sensor.acceleration_mps2[window]

    def tilt(orientations: FloatArray) -> float:
        felt_e = rotate(orientations, felt_s).mean(axis=0)
        return float(np.arccos(np.clip(felt_e @ up_in_earth() / np.linalg.norm(felt_e), -1, 1)))

    as_read = tilt(q)
    return _Evidence(
        sensor.identifier,
        as_read / MAX_TILT_RAD,
        tuple(tilt(change(q)) / MAX_TILT_RAD for _, change in _ALTERNATIVES),
        f"at rest, measured gravity deviates by {np.rad2deg(as_read):.0f} degrees from the "
        f"vertical, wanted at most {np.rad2deg(MAX_TILT_RAD):.0f}",
    )


def _compare_turning(sensor: SensorSignals, rate_hz: float) -> _Evidence | None:
    """Compare how the orientation turns with the gyroscope, both in S."""
    if sensor.R_ES is None or sensor.angular_velocity_radps is None:
        return None
    reach = max(1, round(_TURN_REACH_S * rate_hz))
    q = sensor.R_ES[:_TURN_SAMPLES]
    if q.shape[0] <= 2 * reach:
        return None
    gyroscope = sensor.angular_velocity_radps[:_TURN_SAMPLES]
    usable = _is_unit(q) & np.isfinite(gyroscope).all(axis=1)
    step = sensor.counter[:_TURN_SAMPLES]
    centre = sliding_window_view(usable, 2 * reach + 1).all(axis=1)
    centre &= step[2 * reach :] - step[: -2 * reach] == 2 * reach
    felt = sliding_window_view(gyroscope, 2 * reach + 1, axis=0).mean(axis=-1)[centre]
    if felt.size == 0 or _rms(felt) < _MOVING_RADPS:
        return None

    def mismatch(orientations: FloatArray) -> float:
        before, after = orientations[: -2 * reach][centre], orientations[2 * reach :][centre]
        turn = to_rotation_vector(multiply(inverse(before), after))
        return _rms(turn * (rate_hz / (2.0 * reach)) - felt) / _rms(felt)

    as_read = mismatch(q)
    return _Evidence(
        sensor.identifier,
        as_read / MAX_TURN_MISMATCH,
        tuple(mismatch(change(q)) / MAX_TURN_MISMATCH for _, change in _ALTERNATIVES),
        f"the angular velocity of the orientations differs from the gyroscope by {as_read:.0%}, "
        f"wanted at most {MAX_TURN_MISMATCH:.0%}",
    )


def _find_stillest(sensor: SensorSignals, rate_hz: float) -> slice | None:
    """Return the rows of the stillest second; None without one, or without acceleration.

    The rate of turning is that of the orientations: it is the same in any order of components.
    """
    n = max(round(_STILL_S * rate_hz), 2)
    if sensor.R_ES is None or sensor.acceleration_mps2 is None or sensor.counter.size <= n:
        return None
    q, felt, g = sensor.R_ES, sensor.acceleration_mps2, GRAVITY_MPS2
    norm2, felt2 = np.einsum("ij,ij->i", q, q), np.einsum("ij,ij->i", felt, felt)
    usable = (np.abs(np.sqrt(norm2) - 1.0) <= UNIT_TOLERANCE) & np.isfinite(felt2)
    dots = np.abs(np.einsum("ij,ij->i", q[1:], q[:-1]))
    # the chord between two unit quaternions, whatever their signs, is half the angle between
    chord2 = np.maximum(norm2[1:] + norm2[:-1] - 2.0 * dots, 0.0)
    turning2 = 4.0 * chord2 * (rate_hz / np.diff(sensor.counter)) ** 2
    unrest = turning2 / _STILL_RADPS**2 + ((np.sqrt(felt2)[1:] - g) / _STILL_MPS2) ** 2
    unrest[~(usable[1:] & usable[:-1])] = np.inf
    # infinity would spoil a running sum: unusable rows are counted in one of their own
    spoilt = np.concatenate([[0], np.cumsum(~np.isfinite(unrest))])
    total = np.concatenate([[0.0], np.cumsum(np.where(np.isfinite(unrest), unrest, 0.0))])
    mean = np.where(spoilt[n:] == spoilt[:-n], (total[n:] - total[:-n]) / n, np.inf)
    start = int(np.argmin(mean))
    return slice(start, start + n + 1) if mean[start] <= 2.0 else None


def _is_unit(q: FloatArray) -> BoolArray:
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(np.linalg.norm(q, axis=-1) - 1.0) <= UNIT_TOLERANCE)


def _rms(vectors: FloatArray) -> float:
    return float(np.sqrt(np.mean(np.sum(vectors**2, axis=-1))))
