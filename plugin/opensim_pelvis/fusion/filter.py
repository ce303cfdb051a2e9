"""One sensor's orientation by VQF, stretch by stretch.

VQF: Laidig & Seel 2023, Information Fusion 91:187-204, doi:10.1016/j.inffus.2022.10.014, in its
offline form: the gyroscope's bias from a forward and a backward pass, inclination from the
specific force that a low-pass without lag has seen in a frame that does not turn. Two things are
ours: the longer time constant of that low-pass, and the levelling at rest (`rest`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from vqf import offlineVQF

from opensim_pelvis.frames import BoolArray, FloatArray
from opensim_pelvis.fusion.rest import find_rest, level_at_rest
from opensim_pelvis.fusion.stretches import Sampling, Stretch, longest_hole_s
from opensim_pelvis.types import SensorSignals

TAU_ACC_S: Final = 6.0
"""Time constant of the accelerometer's low-pass. VQF's own default is 3 s; people start and
stop, and a change of speed dv tilts the vertical by about dv / (g tau): ``docs/fusion.md``."""

MAX_MAGNETIC_HOLE_S: Final = 0.5
"""Longest hole in the magnetic field; its axes turn with the sensor, so lines do not bridge it."""


@dataclass(frozen=True, eq=False, slots=True)
class Fused:
    """What the filter found for one sensor.

    Parameters
    ----------
    R_ES : (n, 4) array
        A row for each row of the sensor; NaN where acceleration or angular velocity is missing.
    bias_radps : (3,) array
        Mean over the samples.
    rest, disturbed : (m,) bool array
        Of all samples that were fused; ``disturbed`` is empty without magnetometer.
    """

    R_ES: FloatArray
    bias_radps: FloatArray
    rest: BoolArray
    disturbed: BoolArray


def run_filter(
    sensor: SensorSignals,
    sampling: Sampling,
    stretches: Sequence[Stretch],
    *,
    magnetometer: bool,
) -> Fused:
    """Fuse a sensor's signals on each stretch.

    Parameters
    ----------
    sensor : SensorSignals
        With acceleration and angular velocity; with a magnetic field where it is to be used.
    sampling : Sampling
    stretches : sequence of Stretch
        At least one. Each begins with a heading of its own, unless the magnetometer gives it.
    magnetometer : bool

    Returns
    -------
    Fused
    """
    R_ES = np.full((sensor.counter.size, 4), np.nan)
    bias, rest, disturbed = [], [], []
    for stretch in stretches:
        turning = stretch.fill(np.asarray(sensor.angular_velocity_radps))
        force = stretch.fill(np.asarray(sensor.acceleration_mps2))
        field = stretch.fill(np.asarray(sensor.magnetic_field)) if magnetometer else None
        found = offlineVQF(turning, force, field, sampling.step_s, {"tauAcc": TAU_ACC_S})
        still = found["restDetected"] | find_rest(force, turning - found["bias"], sampling.step_s)
        level = level_at_rest(
            found["quat9D" if magnetometer else "quat6D"],
            force,
            still,
            step_s=sampling.step_s,
            fade_s=TAU_ACC_S,
        )
        R_ES[stretch.rows] = level[stretch.places]
        bias.append(found["bias"])
        rest.append(still)
        if magnetometer:
            disturbed.append(found["magDistDetected"])
    return Fused(
        R_ES=R_ES,
        bias_radps=np.concatenate(bias).mean(axis=0),
        rest=np.concatenate(rest),
        disturbed=np.concatenate(disturbed) if disturbed else np.zeros(0, dtype=bool),
    )


def field_is_whole(sensor: SensorSignals, sampling: Sampling, stretches: Sequence[Stretch]) -> bool:
    """Return whether a sensor's magnetic field can be used throughout all stretches."""
    if sensor.magnetic_field is None:
        return False
    field = sensor.magnetic_field
    return all(
        longest_hole_s(field, stretch, sampling.step_s) <= MAX_MAGNETIC_HOLE_S
        for stretch in stretches
    )
