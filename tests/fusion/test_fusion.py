"""Fusion of raw signals, held against the simulator's truth."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from opensim_pelvis import pipeline
from opensim_pelvis.cli.screen.recordings import render_recording
from opensim_pelvis.cli.screen.tables import render_result
from opensim_pelvis.config.settings import FusionSettings
from opensim_pelvis.errors import FusionError
from opensim_pelvis.frames import FloatArray, up_in_earth
from opensim_pelvis.fusion.fuse import fuse_recording
from opensim_pelvis.io.exporters.summary import summarise
from opensim_pelvis.rotations import angle_between, inverse, is_present, multiply, rotate
from opensim_pelvis.simulate import (
    SENSOR_MAP,
    Gap,
    RunnerSettings,
    SensorSettings,
    Session,
    Truth,
    simulate_runner,
    simulate_sensors,
)
from opensim_pelvis.types import Recording, SensorSignals
from tests.notices import codes, sentences

BODIES = ("pelvis", "torso", "femur_r", "tibia_r")
RATE_HZ = 200.0
MAX_GAP_S = 0.05
FUSED = FusionSettings(orientations="fused")

# A gyroscope sample counts as the mean of the step before it unless told; the simulator gives the
# value at the sample's end: fused orientations run half a step ahead, 2.5 ms at 200 Hz. The
# shank turns with up to 12 rad/s, so 1.7 degrees of that are the convention, not an error; the
# rest is what an estimated bias of a few hundredths of a degree/s adds up to in 40 s.
HALF_STEP_DEG = {"pelvis": 0.5, "torso": 0.5, "femur_r": 1.0, "tibia_r": 1.9}


@pytest.fixture(scope="module")
def truth() -> Truth:
    return simulate_runner(RunnerSettings(), Session(duration_s=40.0, rate_hz=RATE_HZ, still_s=3.0))


def raw(truth: Truth, sensors: SensorSettings | None = None) -> Recording:
    """Return a recording without the maker's orientations."""
    recording = simulate_sensors(truth, sensors, BODIES)
    return replace(recording, sensors=tuple(replace(s, R_ES=None) for s in recording.sensors))


def fuse(recording: Recording, wanted: FusionSettings = FUSED) -> Recording:
    return fuse_recording(recording, wanted, max_gap_s=MAX_GAP_S)


def change(recording: Recording, **signals: object) -> Recording:
    """Return the recording with values of its first sensor replaced."""
    first, *others = recording.sensors
    return replace(recording, sensors=(replace(first, **signals), *others))


def inclination_deg(sensor: SensorSignals, truth: SensorSignals) -> FloatArray:
    """Return the angle between the vertical of two orientations, seen from the sensor."""
    assert sensor.R_ES is not None
    assert truth.R_ES is not None
    ours = rotate(inverse(sensor.R_ES), up_in_earth())
    true = rotate(inverse(truth.R_ES), up_in_earth())
    return np.rad2deg(2.0 * np.arcsin(np.clip(np.linalg.norm(ours - true, axis=1) / 2.0, 0.0, 1.0)))


def total_deg(sensor: SensorSignals, truth: SensorSignals) -> FloatArray:
    """Return the angle between orientations up to the heading of the first sample."""
    assert sensor.R_ES is not None
    assert truth.R_ES is not None
    ours, true = sensor.R_ES, truth.R_ES
    turn = multiply(true[0], inverse(ours[0]))
    heading = np.array([turn[0], 0.0, 0.0, turn[3]])
    return np.rad2deg(angle_between(multiply(heading / np.linalg.norm(heading), ours), true))


def test_clean_signals_give_the_true_orientations_up_to_heading(truth: Truth) -> None:
    exact = simulate_sensors(truth, None, BODIES)
    fused = fuse(raw(truth))
    for body, sensor, true in zip(BODIES, fused.sensors, exact.sensors, strict=True):
        assert total_deg(sensor, true).max() < HALF_STEP_DEG[body], body
    assert [origin.origin for origin in fused.origins] == ["vqf 6D"] * 4
    assert all(origin.rate_hz == pytest.approx(RATE_HZ) for origin in fused.origins)
    assert "fusion.without_field" in codes(fused.notes)


def test_instants_are_averaged_when_asked(truth: Truth) -> None:
    """The simulator's gyroscope gives the value at the sample: told so, little is left."""
    exact = simulate_sensors(truth, None, BODIES)
    fused = fuse(raw(truth), FusionSettings(orientations="fused", gyroscope="instant"))
    for sensor, true in zip(fused.sensors, exact.sensors, strict=True):
        assert total_deg(sensor, true).max() < 0.6


def test_noise_and_bias_leave_the_inclination_within_half_a_degree(truth: Truth) -> None:
    noisy = SensorSettings(gyroscope_noise_radps=0.005, accelerometer_noise_mps2=0.05)
    recording, exact = raw(truth, noisy), simulate_sensors(truth, None, BODIES)
    bias = np.deg2rad([0.5, -0.8, 0.3])
    turning = np.asarray(recording.sensors[0].angular_velocity_radps) + bias
    fused = fuse(change(recording, angular_velocity_radps=turning))
    limit_deg = 0.5 + HALF_STEP_DEG["pelvis"]
    assert inclination_deg(fused.sensors[0], exact.sensors[0]).max() < limit_deg
    found = fused.origins[0].gyroscope_bias_radps
    np.testing.assert_allclose(np.rad2deg(found), np.rad2deg(bias), atol=0.1)


def test_the_magnetometer_ties_all_headings_to_one_north(truth: Truth) -> None:
    recording = raw(truth, SensorSettings(magnetometer=True))
    exact = simulate_sensors(truth, None, BODIES)
    fused = fuse(recording, FusionSettings(orientations="fused", magnetometer=True))
    assert {origin.origin for origin in fused.origins} == {"vqf 9D"}
    turns = [
        multiply(true.R_ES[0], inverse(sensor.R_ES[0]))
        for true, sensor in zip(exact.sensors, fused.sensors, strict=True)
    ]
    headings_deg = np.rad2deg([2.0 * np.arctan2(turn[3], turn[0]) for turn in turns])
    apart = (headings_deg - headings_deg[0] + 180.0) % 360.0 - 180.0
    assert np.abs(apart).max() < 1.0


def test_a_magnetic_disturbance_is_flagged_and_kept_out(truth: Truth) -> None:
    recording = raw(truth, SensorSettings(magnetometer=True))
    shank = recording.sensors[3]
    bent = np.asarray(shank.magnetic_field).copy()
    bent[4000:6000] += [0.5, 0.5, -0.3]
    sensors = [*recording.sensors]
    sensors[3] = replace(shank, magnetic_field=bent)
    with_field = FusionSettings(orientations="fused", magnetometer=True)
    clean = fuse(recording, with_field)
    fused = fuse(replace(recording, sensors=sensors), with_field)
    assert clean.origins[3].magnetic_disturbed_share == 0.0
    assert 0.25 <= fused.origins[3].magnetic_disturbed_share < 0.5
    apart = np.rad2deg(angle_between(fused.sensors[3].R_ES, clean.sensors[3].R_ES))
    assert apart.max() < 1.0
    assert any("magnetic field was disturbed in 41%" in note for note in sentences(fused.notes))


def test_a_field_that_was_never_trusted_is_told(truth: Truth) -> None:
    """Pelvis and trunk turn too little on a treadmill for VQF to accept any field."""
    recording = raw(truth, SensorSettings(magnetometer=True))
    fused = fuse(recording, FusionSettings(orientations="fused", magnetometer=True))
    assert fused.origins[0].magnetic_disturbed_share == 1.0
    assert codes(fused.notes).count("fusion.field_never_sound") == 2


def test_without_a_field_9d_falls_back_and_says_so(truth: Truth) -> None:
    fused = fuse(raw(truth), FusionSettings(orientations="fused", magnetometer=True))
    assert {origin.origin for origin in fused.origins} == {"vqf 6D"}
    assert codes(fused.notes).count("fusion.field_not_recorded") == 4


def test_short_gaps_are_bridged_and_not_filled(truth: Truth) -> None:
    gap = Gap(body="pelvis", start_s=20.0, length_s=0.04)
    recording, exact = raw(truth, SensorSettings(gaps=(gap,))), raw(truth)
    fused, whole = fuse(recording), fuse(exact)
    sensor = fused.sensors[0]
    assert sensor.counter.size == truth.time_s.size - 8
    assert is_present(sensor.R_ES).all()
    assert fused.origins[0].bridged_samples == 8
    assert fused.origins[0].heading_breaks_s == ()
    kept = np.isin(whole.sensors[0].counter, sensor.counter)
    apart = np.rad2deg(angle_between(sensor.R_ES, whole.sensors[0].R_ES[kept]))
    assert apart.max() < 1.0


def test_after_a_long_gap_only_the_longest_stretch_keeps_its_orientations(truth: Truth) -> None:
    gap = Gap(body="pelvis", start_s=30.0, length_s=1.5)
    fused = fuse(raw(truth, SensorSettings(gaps=(gap,))))
    sensor = fused.sensors[0]
    before = sensor.counter < 30.0 * RATE_HZ
    assert is_present(sensor.R_ES[before]).all()
    assert not is_present(sensor.R_ES[~before]).any()
    assert fused.origins[0].heading_breaks_s == pytest.approx((31.5,))
    assert any("heading restarts at 31.50 s" in note for note in sentences(fused.notes))
    assert is_present(fused.sensors[1].R_ES).all()


def test_with_magnetometer_a_long_gap_costs_no_stretch(truth: Truth) -> None:
    gap = Gap(body="pelvis", start_s=30.0, length_s=0.5)
    fused = fuse(
        raw(truth, SensorSettings(gaps=(gap,), magnetometer=True)),
        FusionSettings(magnetometer=True),
    )
    assert is_present(fused.sensors[0].R_ES).all()
    assert fused.origins[0].heading_breaks_s == ()


def test_missing_samples_stay_missing(truth: Truth) -> None:
    recording = raw(truth)
    force = np.asarray(recording.sensors[0].acceleration_mps2).copy()
    force[1000:1004] = np.nan
    fused = fuse(change(recording, acceleration_mps2=force))
    present = is_present(fused.sensors[0].R_ES)
    assert np.flatnonzero(~present).tolist() == [1000, 1001, 1002, 1003]


def test_a_sensor_is_fused_at_its_own_rate(truth: Truth) -> None:
    """Times in whole milliseconds have a median step of 5 ms and a mean of 5 ms."""
    recording, whole = raw(truth), fuse(raw(truth))
    first = recording.sensors[0]
    half = replace(
        first,
        counter=np.arange(first.counter[::2].size),
        time_s=np.round(first.counter[::2] / RATE_HZ + 7.3, 3),
        acceleration_mps2=first.acceleration_mps2[::2],
        angular_velocity_radps=first.angular_velocity_radps[::2],
    )
    fused = fuse(replace(recording, sensors=(half, *recording.sensors[1:])))
    assert fused.origins[0].rate_hz == pytest.approx(RATE_HZ / 2.0, rel=1e-3)
    apart = np.rad2deg(angle_between(fused.sensors[0].R_ES, whole.sensors[0].R_ES[::2]))
    assert apart.max() < 0.6


def test_the_makers_orientations_are_kept_unless_ours_are_asked_for(truth: Truth) -> None:
    recording = simulate_sensors(truth, None, BODIES)
    kept = fuse(recording, FusionSettings())
    for before, after in zip(recording.sensors, kept.sensors, strict=True):
        np.testing.assert_array_equal(before.R_ES, after.R_ES)
    assert {origin.origin for origin in kept.origins} == {"vendor"}
    assert {origin.origin for origin in fuse(recording).origins} == {"vqf 6D"}


def test_mixed_origins_are_told(truth: Truth) -> None:
    recording = change(simulate_sensors(truth, None, BODIES), R_ES=None)
    fused = fuse(recording, FusionSettings())
    assert [origin.origin for origin in fused.origins] == ["vqf 6D", *["vendor"] * 3]
    assert "fusion.mixed" in codes(fused.notes)


def test_a_lack_of_signals_is_told_for_every_sensor(truth: Truth) -> None:
    recording = raw(truth)
    blind = [replace(s, angular_velocity_radps=None) for s in recording.sensors[:2]]
    with pytest.raises(FusionError, match=r"2 faults\n.*found no angular velocity"):
        fuse(replace(recording, sensors=(*blind, *recording.sensors[2:])), FusionSettings())


def test_sensors_that_nobody_needs_are_left_alone(truth: Truth) -> None:
    recording = change(raw(truth), angular_velocity_radps=None)
    needed = recording.identifiers[1:]
    fused = fuse_recording(recording, FUSED, max_gap_s=MAX_GAP_S, only=needed)
    assert fused.sensors[0] is recording.sensors[0]
    assert tuple(origin.identifier for origin in fused.origins) == needed


WRONG = {
    "acceleration in g": ("acceleration_mps2", np.eye(3) / 9.81, "probably in g, read"),
    "acceleration in milli-g": ("acceleration_mps2", np.eye(3) * 101.9, "milli-g"),
    "degrees read as radians": ("angular_velocity_radps", np.eye(3) * 57.3, "degrees/s"),
    "radians read as degrees": ("angular_velocity_radps", np.eye(3) / 57.3, "radians twice"),
    "gyroscope reversed": ("angular_velocity_radps", -np.eye(3), "do not match"),
    "gyroscope mirrored": ("angular_velocity_radps", np.diag([1, -1, 1]), "do not match"),
    "gyroscope mirrored at x": ("angular_velocity_radps", np.diag([-1, 1, 1]), "do not match"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_units_and_axes_are_caught(truth: Truth, name: str) -> None:
    signal, matrix, words = WRONG[name]
    recording = raw(truth)
    thigh = recording.sensors[2]
    spoilt = replace(thigh, **{signal: getattr(thigh, signal) @ matrix})
    with pytest.raises(FusionError, match=words) as caught:
        fuse(replace(recording, sensors=(*recording.sensors[:2], spoilt, recording.sensors[3])))
    assert thigh.identifier in str(caught.value)


def test_clipping_is_counted_and_told(truth: Truth) -> None:
    limit = float(np.deg2rad(500.0))
    clipped = raw(truth, SensorSettings(gyroscope_range_radps=limit))
    fused = fuse(clipped)
    shank = np.asarray(raw(truth).sensors[3].angular_velocity_radps)
    origin = fused.origins[3]
    assert origin.gyroscope_clipped == np.count_nonzero((np.abs(shank) >= limit).any(axis=1))
    assert origin.gyroscope_lost_rad > 0.0
    assert fused.origins[0].gyroscope_clipped == 0
    assert any(note.code.startswith("fusion.gyroscope_clipped") for note in fused.notes)


def test_the_pipeline_fuses_a_raw_recording(truth: Truth) -> None:
    """The whole job on raw signals; a single heading would be wrong, one stage further on."""
    stages: list[str] = []
    worn = {identifier: SENSOR_MAP[identifier] for identifier in raw(truth).identifiers}
    result = pipeline.run(
        raw(truth), sensors=worn, progress=lambda stage, done, total: stages.append(stage)
    )
    assert "fusion" in stages
    assert {origin.origin for origin in result.recording.origins} == {"vqf 6D"}
    summary = summarise(result)
    assert summary["orientations"]["pelvis_imu"]["origin"] == "vqf 6D"
    assert summary["versions"]["vqf"]
    assert "fusion.magnetometer = false (default)" in result.defaults
    text = io.StringIO()
    Console(file=text, width=200).print(render_result(result, ()))
    assert "4 sensors, by VQF 6D sensor fusion (only raw signals were recorded)" in text.getvalue()


def test_inspect_says_what_could_be_fused(truth: Truth) -> None:
    text = io.StringIO()
    recording = change(raw(truth, SensorSettings(magnetometer=True)), acceleration_mps2=None)
    Console(file=text, width=200).print(render_recording(recording, None, {}, ()))
    assert "possible for 3 of 4 sensors, with magnetic field for 3" in text.getvalue()
    assert "1 without valid orientations" in text.getvalue()


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(10, 790), st.integers(1, 60)), max_size=4))
def test_any_holes_leave_rows_of_unit_length_or_none(holes: list[tuple[int, int]]) -> None:
    """Where a row has orientations, acceleration and angular velocity were measured there."""
    recording = simulate_sensors(
        simulate_runner(RunnerSettings(), Session(duration_s=8.0, rate_hz=100.0)), None, ["torso"]
    )
    force = np.asarray(recording.sensors[0].acceleration_mps2).copy()
    for start, length in holes:
        force[start : start + length] = np.nan
    fused = fuse(change(recording, acceleration_mps2=force, R_ES=None)).sensors[0]
    present = is_present(fused.R_ES)
    assert present.any()
    assert not (present & np.isnan(force[:, 0])).any()
    np.testing.assert_allclose(np.linalg.norm(fused.R_ES[present], axis=1), 1.0, atol=1e-12)
