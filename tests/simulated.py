"""Short simulated runs that tests of several stages share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.simulate import (
    SENSOR_MAP,
    RunnerSettings,
    SensorSettings,
    Session,
    Truth,
    Turn,
    simulate_runner,
    simulate_sensors,
)
from opensim_pelvis.timeline.align import align_recording
from opensim_pelvis.types import AlignedRecording
from opensim_pelvis.types.segments import BODIES

MAX_GAP_S = 0.05


def short_run(
    *, duration_s: float = 4.0, rate_hz: float = 50.0, turns: Sequence[Turn] = ()
) -> Truth:
    """Return a runner who stands for 1.5 s and then runs."""
    return simulate_runner(
        RunnerSettings(),
        Session(
            duration_s=duration_s, rate_hz=rate_hz, still_s=1.5, ramp_s=0.5, turns=tuple(turns)
        ),
    )


def align(
    truth: Truth, sensors: SensorSettings | None = None, bodies: Sequence[str] = BODIES
) -> AlignedRecording:
    """Return what the sensors recorded, on one clock."""
    recording = simulate_sensors(truth, sensors, bodies)
    worn = {identifier: body for identifier, body in SENSOR_MAP.items() if body in bodies}
    return align_recording(recording, worn, max_gap_s=MAX_GAP_S)


def only_orientations(aligned: AlignedRecording, R_ES: FloatArray) -> AlignedRecording:
    """Return a recording of other orientations, without vectors, from time zero."""
    return replace(
        aligned,
        time_s=np.arange(R_ES.shape[0]) / aligned.rate_hz,
        R_ES=R_ES,
        acceleration_mps2=None,
        angular_velocity_radps=None,
        magnetic_field=None,
    )
