"""The height of the body over the stride that follows from the force under the feet.

Vertical force of one foot in units of body weight over its contact (Alexander & Jayes 1980,
J Biomech 13:383): ``K (cos u - q cos 3u)``, u from -pi/2 at contact to pi/2 at toe-off; q is 0
for a half sine, negative for a sharper hump (running), positive for two humps (walking). K
follows from the mean force, which is body weight. Between contacts there is no force: the body
falls freely.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.frames import GRAVITY_MPS2, FloatArray
from opensim_pelvis.simulate.harmonics import Harmonics
from opensim_pelvis.simulate.measured_curves import series_of

ORDER: Final = 12
_SAMPLES: Final = 4096


def foot_force(phase: FloatArray, duty_factor: float, dip: float = 0.0) -> FloatArray:
    """Return the vertical force of the right foot in body weights at phases of the stride.

    Parameters
    ----------
    phase : (t,) array
        0 is initial contact.
    duty_factor : float
    dip : float
        ``q`` above, -0.3 to 0.5.
    """
    u = np.pi * (np.mod(phase, 1.0) / duty_factor - 0.5)
    peak = np.pi / (4.0 * duty_factor * (1.0 + dip / 3.0))
    force = peak * (np.cos(u) - dip * np.cos(3.0 * u))
    return np.where(np.mod(phase, 1.0) < duty_factor, force, 0.0)


def height_part(duty_factor: float, dip: float, stride_hz: float, share: float = 1.0) -> Harmonics:
    """Return what the right foot's force adds to the height of the body, metres about its mean.

    The left foot adds the same half a stride later. The series ends at harmonic 12, so that the
    fall in flight is g to within its ripple.
    """
    phases = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    force = series_of(foot_force(phases, duty_factor, dip), ORDER).shifted(0.5 / _SAMPLES)
    k = np.arange(1, ORDER + 1)
    rate = 2.0 * np.pi * stride_hz * k
    height = -share * GRAVITY_MPS2 * force.coefficients[1:] / rate**2
    return Harmonics(np.concatenate([[0.0], height]))
