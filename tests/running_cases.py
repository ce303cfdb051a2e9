"""Simulated runners through the whole job, for the tests of the running analysis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from opensim_pelvis import pipeline
from opensim_pelvis.config.settings import (
    ActivityKind,
    ActivitySettings,
    CalibrationSettings,
    SubjectSettings,
)
from opensim_pelvis.simulate import (
    HEADING_AXIS,
    SENSOR_MAP,
    RunnerSettings,
    SensorSettings,
    Session,
    Truth,
    simulate_runner,
    simulate_sensors,
)
from opensim_pelvis.types import Result, RunningAnalysis
from opensim_pelvis.types.segments import BODIES

REALISTIC = SensorSettings(
    gyroscope_noise_radps=0.0012,
    accelerometer_noise_mps2=0.014,
    orientation_noise_rad=float(np.deg2rad(0.1)),
    orientation_drift_rad=float(np.deg2rad(1.0)),
    wobble_rad=float(np.deg2rad(0.5)),
    seed=3,
)
"""White noise of a data sheet, heading that walks 1 degree in a minute, soft tissue that rings by
half a degree at harmonics 6, 8 and 10 of the stride; for every sensor, the pelvis included."""

SENSOR_SETS: dict[str, tuple[str, ...]] = {
    "all": BODIES,
    "pelvis": ("pelvis",),
    "pelvis and trunk": ("pelvis", "torso"),
    "thighs": ("pelvis", "torso", "femur_r", "femur_l"),
    "shanks": ("pelvis", "torso", "femur_r", "femur_l", "tibia_r", "tibia_l"),
    "right leg": ("pelvis", "torso", "femur_r", "tibia_r", "calcn_r"),
}


def random_runner(rng: np.random.Generator) -> RunnerSettings:
    """Return a runner anywhere on the grid of the issue."""

    def between(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    return RunnerSettings(
        sex="female" if rng.random() < 0.5 else "male",
        height_m=between(1.55, 1.9),
        speed_mps=between(2.5, 6.0),
        cadence_spm=between(150.0, 210.0),
        duty_factor=between(0.25, 0.42),
        pelvic_rotation_range_deg=between(3.0, 22.0),
        pelvic_obliquity_range_deg=between(4.0, 14.0),
        pelvic_tilt_range_deg=between(3.0, 9.0),
        pelvic_tilt_mean_deg=between(2.0, 15.0),
        trunk_rotation_range_deg=between(8.0, 28.0),
        trunk_rotation_lag_deg=between(90.0, 270.0),
        hip_extension_peak_deg=between(0.0, 14.0),
        hip_flexion_range_deg=between(38.0, 60.0),
        asymmetry=between(-0.2, 0.2),
    )


def run_case(
    runner: RunnerSettings | None = None,
    *,
    session: Session | None = None,
    sensors: SensorSettings | None = None,
    bodies: Sequence[str] = BODIES,
    heading_axis: Any = HEADING_AXIS,
    kind: ActivityKind | None = "running",
    name: str = "simulated",
) -> tuple[Truth, Result, RunningAnalysis]:
    """Return the truth, the result and its running analysis."""
    runner = runner or RunnerSettings()
    session = session or Session(duration_s=15.0, rate_hz=100.0)
    truth = simulate_runner(runner, session)
    worn = {identifier: body for identifier, body in SENSOR_MAP.items() if body in bodies}
    result = pipeline.run(
        simulate_sensors(truth, sensors, bodies),
        sensors=worn,
        calibration=CalibrationSettings(window_s=(0.0, 2.0), heading_axis=heading_axis),
        subject=SubjectSettings(id=name, sex=runner.sex, height_m=runner.height_m),
        activity=ActivitySettings(kind=kind, surface=session.surface, speed_mps=runner.speed_mps),
    )
    assert result.running is not None
    return truth, result, result.running
