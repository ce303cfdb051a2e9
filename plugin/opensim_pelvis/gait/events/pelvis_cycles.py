"""Steps from the rise and fall of the pelvis, and strides from its rotation.

A step is the instant of largest vertical acceleration, which is mid-stance in running and the
loading of the leading leg in walking.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.events.signals import find_extremes, low_pass, refine
from opensim_pelvis.types import Angles

_STEP_CUTOFF_HZ: Final = 5.0
_TURN_CUTOFF_HZ: Final = 3.0
_TRAVEL_CUTOFF_HZ: Final = 0.4
_LEAST_BOUNCE_MPS2: Final = 1.0
_LEAST_ROTATION_RAD: Final = np.deg2rad(1.0)
_MIN_STEP_S: Final = 0.22


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
