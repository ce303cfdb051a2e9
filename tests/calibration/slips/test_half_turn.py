"""A case that turns over: half a turn to the left is half a turn to the right."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.calibration.slips.steps import find_steps
from opensim_pelvis.calibration.slips.stride_cut import cut_strides
from opensim_pelvis.simulate import (
    SENSOR_MAP,
    draw_runner,
    draw_sensors,
    draw_session,
    simulate_runner,
    simulate_sensors,
)
from opensim_pelvis.timeline.align import align_recording
from opensim_pelvis.types import AlignedRecording
from tests.virtual_sensors import slip

AT_S = 22.0


@pytest.fixture(scope="module")
def varied() -> AlignedRecording:
    """Return a runner whose strides differ, so that the sign of half a turn does."""
    rng = np.random.default_rng([3, False, 7])
    runner = draw_runner(rng, "running")
    truth = simulate_runner(runner, draw_session(rng, duration_s=45.0))
    recording = simulate_sensors(truth, draw_sensors(rng, runner))
    return align_recording(recording, SENSOR_MAP, max_gap_s=0.05)


@pytest.mark.parametrize("sensor", [0, 4])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_case_that_turns_over_has_moved(varied: AlignedRecording, sensor: int, axis: int) -> None:
    over = slip(varied, sensor, np.pi * np.eye(3)[axis], AT_S, 0.2)
    (step,) = find_steps(over, cut_strides(over))[0]
    assert (step.kind, step.body) == ("moved", varied.bodies[sensor])
    assert np.rad2deg(step.size_rad) == pytest.approx(180.0, abs=8.0)
