"""One sensor's orientation by VQF, stretch by stretch.

VQF: Laidig & Seel 2023, Information Fusion 91:187-204, doi:10.1016/j.inffus.2022.10.014, in its
offline form: the gyroscope's bias from a forward and a backward pass, inclination from the
specific force that a low-pass without lag has seen in a frame that does not turn. The levelling at
rest (`rest`) is ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from vqf import offlineVQF

from opensim_pelvis.config.settings import GyroscopeSamples
from opensim_pelvis.frames import BoolArray, FloatArray
from opensim_pelvis.fusion.rest import find_rest, level_at_rest
from opensim_pelvis.fusion.stretches import Sampling, Stretch, longest_hole_s
from opensim_pelvis.types import SensorSignals

TAU_ACC_S: Final = 4.0
"""Time constant of the accelerometer's low-pass, VQF's own default. Of 1.5 to 15 s it foretells
gravity best at rests that the filter has not seen: ``docs/fusion.md``."""

MAX_MAGNETIC_HOLE_S: Final = 0.5
"""Longest hole in the magnetic field; its axes turn with the sensor, so lines do not bridge it."""

LEAST_REST: Final = 50
"""Samples at rest whose median is a bias."""


@dataclass(frozen=True, eq=False, slots=True)
class Fused:
    """What the filter found on one stretch, m samples on equal steps.

    Parameters
    ----------
    stretch : Stretch
    force_mps2, turning_radps : (m, 3) array
        The signals in S, holes filled; bias taken from the gyroscope.
    measured_radps : (m, 3) array
        The gyroscope's signal with its bias.
    R_ES : (m, 4) array
    bias_radps : (3,) array
        Mean over the samples.
    rest : (m,) bool array
    disturbed : (m,) bool array
        Empty without magnetometer.
    """

    stretch: Stretch
    force_mps2: FloatArray
    turning_radps: FloatArray
    measured_radps: FloatArray
    R_ES: FloatArray
    bias_radps: FloatArray
    rest: BoolArray
    disturbed: BoolArray

    def unbiased_radps(self) -> FloatArray:
        """Return the gyroscope's signal less its median at rest; the filter's where none rests.

        A bias that the filter finds in movement takes a part of what a wrong axis adds up to.
        """
        if np.count_nonzero(self.rest) < LEAST_REST:
            return self.turning_radps
        return np.asarray(self.measured_radps - np.median(self.measured_radps[self.rest], axis=0))


def run_filter(
    sensor: SensorSignals,
    stretch: Stretch,
    step_s: float,
    *,
    gyroscope: GyroscopeSamples,
    magnetometer: bool,
) -> Fused:
    """Fuse a sensor's signals on one stretch.

    Parameters
    ----------
    sensor : SensorSignals
        With acceleration and angular velocity; with a magnetic field where it is to be used.
    stretch : Stretch
        Begins with a heading of its own, unless the magnetometer gives it.
    step_s : float
    gyroscope : "mean" or "instant"
        What a sample of the gyroscope is: the mean over the step that ends there, or the value
        of that instant. Of instants, neighbours are averaged to have the mean of the step.
    magnetometer : bool
    """
    turning = stretch.fill(np.asarray(sensor.angular_velocity_radps))
    if gyroscope == "instant":
        turning = np.concatenate([turning[:1], (turning[1:] + turning[:-1]) / 2.0])
    force = stretch.fill(np.asarray(sensor.acceleration_mps2))
    field = stretch.fill(np.asarray(sensor.magnetic_field)) if magnetometer else None
    found = offlineVQF(turning, force, field, step_s, {"tauAcc": TAU_ACC_S})
    measured, turning = turning, turning - found["bias"]
    rest = found["restDetected"] | find_rest(force, turning, step_s)
    R_ES = found["quat9D" if magnetometer else "quat6D"]
    return Fused(
        stretch=stretch,
        force_mps2=force,
        turning_radps=turning,
        measured_radps=measured,
        R_ES=level_at_rest(R_ES, force, rest, step_s=step_s, fade_s=TAU_ACC_S),
        bias_radps=found["bias"].mean(axis=0),
        rest=rest,
        disturbed=found["magDistDetected"] if magnetometer else np.zeros(0, dtype=bool),
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
