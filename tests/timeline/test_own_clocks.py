"""Own clocks through the whole command: a simulated run written as x-IMU3 logs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis import pipeline
from opensim_pelvis.config.settings import TimelineSettings
from opensim_pelvis.io import reading
from opensim_pelvis.simulate import (
    SENSOR_MAP,
    RunnerSettings,
    SensorSettings,
    Session,
    simulate_runner,
    simulate_sensors,
    write_ximu3,
)
from opensim_pelvis.simulate.write_ximu3 import START_US
from opensim_pelvis.timeline.clocks import unify_clocks
from opensim_pelvis.types import Result

BODIES = ("pelvis", "torso", "femur_l", "femur_r")
SHIFT_S = {"torso": 2.3, "femur_l": -4.117, "femur_r": 7.05}
"""By how much the stamps of a device are ahead."""

LATE_S = {"torso": 1.3, "femur_r": 2.41, "pelvis": 0.6}
"""By how much a device begins later: the first samples are not simultaneous."""

MAX_OFFSET_S = 0.005
"""Half a sample at 100 Hz."""

MAX_RMS_DEG = 0.1

TRUTH = simulate_runner(RunnerSettings(), Session(duration_s=20.0, still_s=5.0))
WORN = {identifier: body for identifier, body in SENSOR_MAP.items() if body in BODIES}
BODY_NAMES = {body: body for body in BODIES}


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    recording = simulate_sensors(
        TRUTH,
        SensorSettings(
            gyroscope_noise_radps=0.005, accelerometer_noise_mps2=0.05, late_start_s=LATE_S
        ),
        (*BODIES, "tibia_l"),
    )
    # one device lies on the table: its motion fits no other
    shank = recording.sensors[-1]
    idle = replace(
        shank,
        R_ES=np.tile(np.asarray(shank.R_ES)[0], (shank.counter.size, 1)),
        angular_velocity_radps=np.zeros((shank.counter.size, 3)),
        acceleration_mps2=np.tile([0.0, 0.0, 9.81], (shank.counter.size, 1)),
    )
    recording = replace(recording, sensors=(*recording.sensors[:-1], idle))
    start_us = {
        identifier: START_US + round(1e6 * SHIFT_S.get(body, 0.0))
        for identifier, body in WORN.items()
    }
    return write_ximu3(recording, tmp_path_factory.mktemp("log"), start_us=start_us)


@pytest.fixture(scope="module")
def result(log: Path) -> Result:
    recording = reading.read(log)
    assert recording.clocks == "own"
    return pipeline.run(
        recording, sensors=BODY_NAMES, timeline=TimelineSettings(synchronise="movement")
    )


def test_clocks_shifted_by_seconds_are_found(result: Result) -> None:
    """Times of each device count from its own first sample, as the reader gives them."""
    estimates = result.recording.clock_estimates
    first_s = LATE_S.get(estimates[0].identifier, 0.0)
    for estimate in estimates:
        late_s = LATE_S.get(estimate.identifier, 0.0) - first_s
        assert estimate.method == "movement"
        assert estimate.offset_s == pytest.approx(late_s, abs=MAX_OFFSET_S)


@pytest.mark.parametrize(
    "column", ["pelvic_axial_rotation", "pelvic_obliquity", "trunk_axial_rotation"]
)
def test_angles_come_back(result: Result, column: str) -> None:
    n = min(len(result.angles), TRUTH.time_s.size)
    found, true_deg = result.angles[column].to_numpy()[:n], np.rad2deg(TRUTH.angles[column])[:n]
    error = (found - true_deg)[np.isfinite(found)]
    assert error.size > 0.8 * n
    assert np.sqrt(np.mean(error**2)) < MAX_RMS_DEG


def test_a_device_that_nobody_wears_stops_nothing_and_is_listed(result: Result) -> None:
    assert result.aligned.ledger.unmatched == ("tibia_l",)
    assert {row.identifier for row in result.recording.clock_estimates} == set(BODIES)


def test_the_devices_of_a_real_log_have_one_clock_as_their_stamps_say(shared_data: Path) -> None:
    recording = reading.read(shared_data / "formats/ximu3")
    assert recording.clocks == "shared"
    unified = unify_clocks(
        replace(recording, clocks="own"), TimelineSettings(synchronise="movement")
    )
    for estimate in unified.clock_estimates[1:]:
        assert abs(estimate.offset_s) < 0.0125
        assert abs(estimate.offset_s) < 1.5 * estimate.uncertainty_s
