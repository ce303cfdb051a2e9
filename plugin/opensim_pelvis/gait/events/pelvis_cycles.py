"""Cycle events from the pelvis alone: steps from its rise and fall, sides from its rotation.

Initial contact from the sacrum is uncertain by about a tenth of a second (limits of agreement of
the best of 18 methods -149 to +88 ms; the side right in 82 %: PMC10255839), a third of a step. So
no contacts are claimed: a step is the instant of largest vertical acceleration, which is mid-stance
in running and the loading of the leading leg in walking.
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


def find_steps(
    vertical_mps2: FloatArray, rotation_rad: FloatArray, rate_hz: float, *, walking: bool = False
) -> tuple[FloatArray, IntArray]:
    """Return steps in samples and the side (0 right, 1 left) of each.

    Parameters
    ----------
    vertical_mps2 : (t,) array
        Upward acceleration of the pelvis, gravity taken away.
    rotation_rad : (t,) array
        Heading of the pelvis, + right side forward. In running, in mid-stance of the right leg,
        the left side goes forward with the swinging leg, so the rotation falls. In walking, as
        the right leg is loaded, the right side is forward with it.
    rate_hz : float
    walking : bool
    """
    smooth = low_pass(vertical_mps2, rate_hz, _STEP_CUTOFF_HZ)
    steps = find_extremes(smooth, 1, height=_LEAST_BOUNCE_MPS2, distance=int(_MIN_STEP_S * rate_hz))
    if steps.size == 0:
        return steps.astype(np.float64), steps
    usual = float(np.median(smooth[steps]))
    steps = steps[smooth[steps] > 0.3 * usual]
    quick = low_pass(_without_turns(rotation_rad, rate_hz), rate_hz, _TURN_CUTOFF_HZ)
    sense = quick if walking else -np.gradient(quick)
    side = np.zeros(steps.size, dtype=np.int64)
    breaks = np.flatnonzero(np.diff(steps) > _MAX_STEP_S * rate_hz) + 1
    for stretch in np.split(np.arange(steps.size), breaks):
        found = np.nan_to_num(sense[steps[stretch]])
        parity = np.arange(stretch.size) % 2
        # steps alternate; the whole stretch votes on which of the two runs is the right leg
        even_is_right = float(np.sum(found * np.where(parity == 0, 1.0, -1.0))) > 0.0
        side[stretch] = parity if even_is_right else 1 - parity
    return refine(smooth, steps), side


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
    """Return the heading of the pelvis in G, in which no direction of travel was taken away."""
    if "pelvic_axial_rotation" not in angles.names:
        return None
    return angles.values_rad[:, angles.names.index("pelvic_axial_rotation")] + angles.travel_rad
