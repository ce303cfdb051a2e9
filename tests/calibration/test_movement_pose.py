"""Calibration by the mean of walking or running, where nobody stood still."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from opensim_pelvis import pipeline
from opensim_pelvis.calibration.heading import find_heading
from opensim_pelvis.calibration.movement_pose import pose_of_movement
from opensim_pelvis.calibration.placement import orient_sensors, place_static
from opensim_pelvis.config.settings import ActivitySettings, CalibrationSettings
from opensim_pelvis.errors import PlacementError
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.rotations import inverse, multiply
from opensim_pelvis.simulate import (
    SENSOR_MAP,
    SensorSettings,
    Session,
    Turn,
    simulate_runner,
    simulate_sensors,
    typical_mountings,
)
from opensim_pelvis.timeline.align import align_recording
from opensim_pelvis.types import Recording, Result
from tests.calibration.heading.test_heading_optical import (
    LIMITS_DEG,
    MOTION,
    angles_of,
    optical,
    walk,
)
from tests.real_sensors import GAITTOOLBOX

__all__ = ["optical", "walk"]

BY_MOVEMENT = CalibrationSettings(method="movement", heading_axis="-z")
BODIES = ("pelvis", "torso", "femur_r", "femur_l")
BEND = Turn(start_s=12.0, duration_s=4.0, angle_rad=1.2)
TRUTH = simulate_runner(
    session=Session(duration_s=25.0, rate_hz=50.0, still_s=1.0, ramp_s=0.5, turns=(BEND,))
)
CUT = 150  # samples of standing and starting that are cut off
UP_S = (11.5, 20.3)  # the walk with its turn

RANGE_DEG = 1.0  # the mean leans, which turns a little of one plane's motion into another's
CLEAN_DEG = 1.0  # the mean over strides is not exactly the way of travel
WORSE_DEG = 1.3  # against the still pose, standard deviation from the markers


def run(calibration: CalibrationSettings, *, known: bool = False) -> Result:
    """Return the result of a simulated run from which the standing is cut off."""
    recording = simulate_sensors(TRUTH, SensorSettings(heading_rad=0.8), BODIES)
    signals = ("counter", "R_ES", "acceleration_mps2", "angular_velocity_radps")
    sensors = []
    for sensor in recording.sensors:
        cut = {name: getattr(sensor, name)[CUT:] for name in signals}
        mounting = typical_mountings()[SENSOR_MAP[sensor.identifier]] if known else None
        sensors.append(replace(sensor, **cut, magnetic_field=None, R_BS=mounting))
    return pipeline.run(
        replace(recording, sensors=tuple(sensors)),
        sensors={identifier: body for identifier, body in SENSOR_MAP.items() if body in BODIES},
        calibration=calibration,
        activity=ActivitySettings(kind="running", surface="overground"),
    )


def test_without_standing_still_the_error_says_what_to_do() -> None:
    with pytest.raises(PlacementError, match=r"3 s of quiet standing.*--calibration movement"):
        run(CalibrationSettings(heading_axis="-z"))


def test_too_little_steady_motion_is_an_error() -> None:
    with pytest.raises(PlacementError, match=r"wanted 5 s of steady walking.*found 2\.0 s"):
        run(replace(BY_MOVEMENT, window_s=(1.0, 3.0)))


@pytest.fixture(scope="module")
def moved() -> Result:
    return run(BY_MOVEMENT)


def test_it_is_doubtful_and_what_needs_a_zero_is_absent(moved: Result) -> None:
    placement, analysis = moved.placement, moved.running
    assert placement.pose.method == "movement"
    assert (placement.verdict, placement.zero_known) == ("doubtful", False)
    assert any(note.code == "pose.of_movement" for note in moved.notes)
    assert analysis is not None
    assert not any(d.needs_pose for d in analysis.definitions)
    for name in ("pelvic_tilt_mean_deg", "thigh_extension_peak_deg", "pelvic_drop_deg"):
        assert analysis.absent[name].code == "absent.no_zero"


def test_ranges_hold(moved: Result) -> None:
    assert moved.running is not None
    found = {summary.name: summary.mean for summary in moved.running.summaries}
    runner = TRUTH.runner
    for name, true_deg in (
        ("pelvic_rotation_range_deg", runner.pelvic_rotation_range_deg),
        ("pelvic_obliquity_range_deg", runner.pelvic_obliquity_range_deg),
        ("pelvic_tilt_range_deg", runner.pelvic_tilt_range_deg),
        ("trunk_rotation_range_deg", runner.trunk_rotation_range_deg),
    ):
        assert found[name] == pytest.approx(true_deg, abs=RANGE_DEG), name


def test_known_mountings_keep_the_zero() -> None:
    result = run(replace(BY_MOVEMENT, heading_axis=None), known=True)
    assert result.placement.zero_known
    assert result.running is not None
    assert "pelvic_tilt_mean_deg" not in result.running.absent
    for name in ("pelvic_anterior_tilt", "pelvic_obliquity", "thigh_extension_r"):
        off = result.angles[name].to_numpy() - np.rad2deg(TRUTH.angles[name][CUT:])
        assert np.abs(off).max() < CLEAN_DEG, name


def test_headings_that_drift_fast_on_a_treadmill_keep_the_zero_of_rotation() -> None:
    """Ninety degrees in 48 seconds, as of a gyroscope that never rested, and no mean bears that."""
    truth = simulate_runner(session=Session(duration_s=50.0, rate_hz=50.0, still_s=1.0, ramp_s=0.5))
    drift = dict(zip(BODIES, np.deg2rad([2.0, -1.0, 1.5, 0.3]), strict=True))
    recording = simulate_sensors(truth, SensorSettings(heading_drift_radps=drift), BODIES)
    signals = ("counter", "R_ES", "acceleration_mps2", "angular_velocity_radps")
    moving = tuple(
        replace(s, magnetic_field=None, **{name: getattr(s, name)[CUT:] for name in signals})
        for s in recording.sensors
    )
    result = pipeline.run(
        replace(recording, sensors=moving),
        sensors={identifier: body for identifier, body in SENSOR_MAP.items() if body in BODIES},
        calibration=BY_MOVEMENT,
        activity=ActivitySettings(kind="running", surface="treadmill"),
    )
    for name in ("pelvic_axial_rotation", "trunk_axial_rotation"):
        values = result.angles[name].to_numpy()[250:-250]  # drift is not followed to the very ends
        assert abs(np.mean(values)) < 3.0, name
        true_deg = np.ptp(np.rad2deg(truth.angles[name][CUT:]))
        assert np.ptp(values) < true_deg + 4.0, name


def test_the_walk_against_the_markers(
    walk: Recording,
    optical: dict[str, FloatArray],
) -> None:
    """Curves are nearly those of the still pose; their means are not."""
    aligned = align_recording(walk, GAITTOOLBOX, max_gap_s=0.05)
    upright = dict.fromkeys(aligned.bodies, np.array([1.0, 0.0, 0.0, 0.0]))
    pose = pose_of_movement(aligned, window_s=UP_S)
    heading = find_heading(aligned, pose, BY_MOVEMENT, surface="overground")
    placement = place_static(aligned, pose, heading, default_R_GB=upright)
    R_GS = orient_sensors(aligned, placement).R_GS[MOTION]
    R_GB = multiply(R_GS, inverse(placement.R_BS))
    found = angles_of({body: R_GB[:, i] for i, body in enumerate(aligned.bodies)})
    wrap = partial(np.angle, deg=True)
    for name, limit in LIMITS_DEG.items():
        off = wrap(np.exp(1j * (found[name] - optical[name])))
        spread = float(np.std(off))
        sys.stdout.write(f"{name}: {spread:.1f}, mean {float(np.mean(off)):+.1f} degrees\n")
        assert spread < limit + WORSE_DEG, name
