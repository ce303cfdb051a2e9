"""Steps from the rise and fall of the pelvis, and their sides from its rotation.

A step is the instant of largest vertical acceleration, which is mid-stance in running and the
loading of the leading leg in walking. The best of 18 published methods for the sacrum has the side
right in 82 % (PMC10255839).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray, IntArray
from opensim_pelvis.gait.events.signals import find_extremes, low_pass, refine
from opensim_pelvis.types import Angles

_STEP_CUTOFF_HZ: Final = 5.0
_TURN_CUTOFF_HZ: Final = 3.0
_TRAVEL_CUTOFF_HZ: Final = 0.4
_LEAST_BOUNCE_MPS2: Final = 1.0
_LEAST_ROTATION_RAD: Final = np.deg2rad(1.0)
_MIN_STEP_S: Final = 0.22
_MAX_STEP_S: Final = 0.9


def find_steps(vertical_mps2: FloatArray, rate_hz: float) -> FloatArray:
    """Return the instants of largest upward acceleration, one a step, in samples.

    Parameters
    ----------
    vertical_mps2 : (t,) array
        Upward acceleration of the pelvis without gravity.
    rate_hz : float
    """
    smooth = low_pass(vertical_mps2, rate_hz, _STEP_CUTOFF_HZ)
    steps = find_extremes(smooth, 1, height=_LEAST_BOUNCE_MPS2, distance=int(_MIN_STEP_S * rate_hz))
    if steps.size == 0:
        return steps.astype(np.float64)
    usual = float(np.median(smooth[steps]))
    return refine(smooth, steps[smooth[steps] > 0.3 * usual])


def rotation_sense(
    steps: FloatArray, rotation_rad: FloatArray, rate_hz: float, *, walking: bool
) -> FloatArray:
    """Return how much each step looks like one of the right leg, by the turning of the pelvis.

    In running, in mid-stance of the right leg, the left side goes forward with the swinging leg,
    so the rotation (+ right side forward) falls. In walking, as the right leg is loaded, the right
    side is forward with it.
    """
    quick = low_pass(_without_turns(rotation_rad, rate_hz), rate_hz, _TURN_CUTOFF_HZ)
    sense = quick if walking else -np.gradient(quick)
    at = np.clip(np.rint(steps).astype(np.int64), 0, sense.size - 1)
    return np.asarray(np.nan_to_num(sense[at]))


def contact_sense(
    steps: FloatArray, right: FloatArray, left: FloatArray, near: float
) -> FloatArray:
    """Return +1 for steps with a contact of the right leg near them, -1 for the left leg.

    Where one leg has no contacts at all, a step without one of the other leg is its own.
    """
    seen = [_distance(steps, times) <= near for times in (right, left)]
    if not right.size:
        seen[0] = ~seen[1]
    if not left.size:
        seen[1] = ~seen[0]
    return np.asarray(seen[0].astype(np.float64) - seen[1].astype(np.float64))


def _distance(steps: FloatArray, times: FloatArray) -> FloatArray:
    """Return how far from each step the nearest of some times is."""
    edged = np.concatenate([[-np.inf], np.sort(times), [np.inf]])
    after = np.searchsorted(edged, steps)
    return np.asarray(np.minimum(edged[after] - steps, steps - edged[after - 1]))


def step_sides(steps: FloatArray, sense: FloatArray, rate_hz: float) -> IntArray:
    """Return the side of each step, 0 right and 1 left.

    Steps alternate; every stretch without a break votes on which of the two runs is the right leg.
    """
    side = np.zeros(steps.size, dtype=np.int64)
    breaks = np.flatnonzero(np.diff(steps) > _MAX_STEP_S * rate_hz) + 1
    for stretch in np.split(np.arange(steps.size), breaks):
        parity = np.arange(stretch.size) % 2
        even_is_right = float(np.sum(sense[stretch] * np.where(parity == 0, 1.0, -1.0))) > 0.0
        side[stretch] = parity if even_is_right else 1 - parity
    return side


def find_turns(rotation_rad: FloatArray, rate_hz: float) -> FloatArray:
    """Return the samples at which the right side of the pelvis is furthest forward."""
    quick = low_pass(_without_turns(rotation_rad, rate_hz), rate_hz, _TURN_CUTOFF_HZ)
    found = find_extremes(
        quick, 1, height=float(_LEAST_ROTATION_RAD), distance=int(2 * _MIN_STEP_S * rate_hz)
    )
    return refine(quick, found)


def _without_turns(rotation_rad: FloatArray, rate_hz: float) -> FloatArray:
    """Return what is quicker than changes of the direction of travel."""
    return rotation_rad - low_pass(rotation_rad, rate_hz, _TRAVEL_CUTOFF_HZ)


def rotation_of(angles: Angles) -> FloatArray | None:
    """Return the heading of the pelvis in G, from which no direction of travel was subtracted."""
    if "pelvic_axial_rotation" not in angles.names:
        return None
    return angles.values_rad[:, angles.names.index("pelvic_axial_rotation")] + angles.travel_rad
