"""Clocks and rates of their own: found again from simulated sensors, resampled without loss."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from opensim_pelvis.config.settings import TimelineSettings
from opensim_pelvis.errors import SettingsError, TimelineError
from opensim_pelvis.rotations import angle_between
from opensim_pelvis.simulate import (
    RunnerSettings,
    SensorSettings,
    Session,
    simulate_runner,
    simulate_sensors,
)
from opensim_pelvis.timeline.clocks import unify_clocks
from opensim_pelvis.timeline.integrity import Clock, account_sensor, describe_ledger
from opensim_pelvis.timeline.pieces import (
    MAX_PIECES,
    MAX_WINDOWS,
    lively_windows,
    telling_pieces,
)
from opensim_pelvis.timeline.resample import resample_sensor, span_fault
from opensim_pelvis.timeline.synchronise import ANALYSIS_HZ, Pattern
from opensim_pelvis.types import IntegrityLedger, SensorSignals
from tests.notices import codes, sentences

BODIES = ("pelvis", "torso", "femur_l")
OFFSET_S = {"torso": 1.3, "femur_l": -2.217}
DRIFT_PPM = {"torso": 100.0, "femur_l": -100.0}
HALF_SAMPLE_S = 0.005


@pytest.fixture(scope="module")
def truth():
    return simulate_runner(RunnerSettings(), Session(duration_s=30.0, still_s=3.0, ramp_s=1.5))


@pytest.fixture(scope="module")
def own(truth):
    return simulate_sensors(
        truth,
        SensorSettings(
            clocks="own",
            clock_offset_s=OFFSET_S,
            clock_drift_ppm=DRIFT_PPM,
            rate_hz={"torso": 60.0, "femur_l": 128.0},
            clock_jitter_s=0.002,
            dropped_fraction=0.005,
            gyroscope_noise_radps=0.01,
            accelerometer_noise_mps2=0.1,
        ),
        BODIES,
    )


def test_offset_and_drift_are_found(own):
    unified = unify_clocks(own, TimelineSettings())
    assert unified.clocks == "common"
    assert all(sensor.time_s is None for sensor in unified.sensors)
    for body, sensor, found in zip(BODIES, own.sensors, unified.clock_estimates, strict=True):
        assert found.method == "movement"
        drift = DRIFT_PPM.get(body, 0.0)
        offset_s = sensor.time_s[0] * drift * 1e-6 + OFFSET_S.get(body, 0.0)
        assert found.offset_s == pytest.approx(offset_s, abs=HALF_SAMPLE_S)
        # a lag of 0.5 ms over 30 s
        assert found.drift_ppm == pytest.approx(-drift, abs=17.0)


def test_the_same_shift_of_all_clocks_changes_nothing(own):
    moved = replace(own, sensors=tuple(replace(s, time_s=s.time_s + 1000.0) for s in own.sensors))
    before, after = (unify_clocks(r, TimelineSettings()) for r in (own, moved))
    for a, b in zip(before.sensors, after.sensors, strict=True):
        np.testing.assert_array_equal(a.counter, b.counter)
        assert np.nanmax(angle_between(a.R_ES, b.R_ES)) < 1e-6
    assert after.start_s == pytest.approx(before.start_s + 1000.0)


def test_a_common_count_is_left_as_it_is(truth):
    recording = simulate_sensors(truth, None, BODIES)
    assert unify_clocks(recording, TimelineSettings()) is recording


def test_shared_clock_at_the_grid_gives_the_samples_back(truth):
    plain = simulate_sensors(truth, None, BODIES)
    stamped = simulate_sensors(truth, SensorSettings(clocks="shared"), BODIES)
    unified = unify_clocks(stamped, TimelineSettings())
    for a, b in zip(plain.sensors, unified.sensors, strict=True):
        np.testing.assert_allclose(a.acceleration_mps2, b.acceleration_mps2, atol=1e-9)
        assert angle_between(a.R_ES, b.R_ES).max() < 1e-7


@pytest.mark.parametrize("rate_hz", [50.0, 60.0, 128.0, 200.0])
def test_resampled_signals_are_those_sampled_there(truth, rate_hz):
    exact = simulate_sensors(truth, None, BODIES)
    stamped = simulate_sensors(
        truth, SensorSettings(clocks="shared", rate_hz=dict.fromkeys(BODIES, rate_hz)), BODIES
    )
    unified = unify_clocks(stamped, TimelineSettings(rate_hz=100.0))
    for a, b in zip(exact.sensors, unified.sensors, strict=True):
        n = min(a.counter.size, b.counter.size) - 20  # filters end at the edges
        error = angle_between(a.R_ES[20:n], b.R_ES[20:n])
        # slerp: step squared times the largest angular acceleration, 150 rad/s², over 8
        assert error.max() < 150.0 / rate_hz**2 / 8.0
        turning = a.angular_velocity_radps[20:n]
        apart = b.angular_velocity_radps[20:n] - turning
        assert np.sqrt(np.mean(apart**2)) < 0.01 * np.sqrt(np.mean(turning**2))


def test_lost_packets_are_counted_where_they_were_lost():
    """Ten packets are lost, and a grid between the stamps has two samples in each hole."""
    kept = np.flatnonzero(np.arange(1001) % 100 != 50)
    q = np.tile([1.0, 0.0, 0.0, 0.0], (kept.size, 1))
    sensor = SensorSignals(identifier="a", counter=kept, time_s=kept / 100.0 + 0.003, R_ES=q)
    grid = resample_sensor(sensor, kept / 100.0 + 0.003, rate_hz=100.0, first=0)
    row = account_sensor(
        grid,
        "pelvis_imu",
        Clock(0, int(grid.counter[-1]), 0),
        np.full((grid.counter[-1] + 1, 4), np.nan),
    )
    assert (row.dropped_packets, row.missing_samples) == (10, 20)
    words = sentences(describe_ledger(IntegrityLedger(sensors=(row,)), 100.0))[0]
    assert "10 lost packets (20 samples on the common timeline)" in words


def test_what_is_too_fast_for_a_coarser_grid_does_not_come_back_as_something_slow():
    """70 Hz at 100 samples a second would show as 30 Hz; the walk of 5 Hz stays as it is."""
    time_s = np.arange(2000) / 200.0
    slow, fast = (np.sin(2.0 * np.pi * hz * time_s) for hz in (5.0, 70.0))
    sensor = SensorSignals(
        identifier="pelvis",
        counter=np.arange(time_s.size),
        time_s=time_s,
        acceleration_mps2=np.stack([slow, fast, slow + fast], axis=1),
    )
    coarse = resample_sensor(sensor, time_s, rate_hz=100.0, first=0).acceleration_mps2[50:-50]
    assert np.abs(coarse[:, 0] - slow[::2][50:-50]).max() < 0.005
    assert np.abs(coarse[:, 1]).max() < 0.01
    assert np.abs(coarse[:, 2] - coarse[:, 0]).max() < 0.01


def test_walking_settles_clocks_too():
    walker = RunnerSettings(
        speed_mps=1.3,
        cadence_spm=112.0,
        duty_factor=0.49,  # hardly any flight; the simulator has no double support
        vertical_oscillation_m=0.04,
        pelvic_rotation_range_deg=9.0,
        trunk_rotation_range_deg=8.0,
        hip_flexion_range_deg=40.0,
        knee_flexion_swing_deg=62.0,
        knee_flexion_stance_deg=18.0,
        knee_flexion_contact_deg=5.0,
    )
    walk = simulate_runner(walker, Session(duration_s=30.0, still_s=3.0, ramp_s=1.5))
    settings = SensorSettings(
        clocks="own",
        clock_offset_s=OFFSET_S,
        clock_drift_ppm=DRIFT_PPM,
        clock_jitter_s=0.002,
        gyroscope_noise_radps=0.01,
        accelerometer_noise_mps2=0.1,
    )
    recording = simulate_sensors(walk, settings, BODIES)
    unified = unify_clocks(recording, TimelineSettings(synchronise="movement"))
    for body, sensor, found in zip(BODIES, recording.sensors, unified.clock_estimates, strict=True):
        offset_s = sensor.time_s[0] * DRIFT_PPM.get(body, 0.0) * 1e-6 + OFFSET_S.get(body, 0.0)
        assert found.offset_s == pytest.approx(offset_s, abs=HALF_SAMPLE_S)


def test_ten_minutes_are_followed_by_windows():
    """Drift to 1 ppm: 0.6 ms at the end, from windows that are no more for a longer recording."""
    long = simulate_runner(RunnerSettings(), Session(duration_s=600.0, still_s=3.0, ramp_s=1.5))
    settings = SensorSettings(
        clocks="own",
        clock_offset_s=OFFSET_S,
        clock_drift_ppm=DRIFT_PPM,
        clock_jitter_s=0.002,
        wobble_rad=0.05,
        gyroscope_noise_radps=0.01,
        accelerometer_noise_mps2=0.1,
    )
    recording = simulate_sensors(long, settings, BODIES)
    unified = unify_clocks(recording, TimelineSettings())
    for body, sensor, found in zip(
        BODIES[1:], recording.sensors[1:], unified.clock_estimates[1:], strict=True
    ):
        drift = DRIFT_PPM[body]
        assert found.offset_s == pytest.approx(
            sensor.time_s[0] * drift * 1e-6 + OFFSET_S[body], abs=HALF_SAMPLE_S
        )
        assert found.drift_ppm == pytest.approx(-drift, abs=1.0)
        assert 0.0 < found.drift_error_ppm < 12.0  # soft tissue may do 2 ms in 300 s


def test_a_long_recording_with_a_sensor_that_was_off_for_minutes():
    """What is missing is no movement: neither a telling piece nor a window of the line."""
    long = simulate_runner(RunnerSettings(), Session(duration_s=400.0, still_s=3.0, ramp_s=1.5))
    settings = SensorSettings(
        clocks="own",
        clock_offset_s=OFFSET_S,
        clock_drift_ppm=DRIFT_PPM,
        gyroscope_noise_radps=0.01,
        accelerometer_noise_mps2=0.1,
    )
    recording = simulate_sensors(long, settings, BODIES)
    pelvis, torso, femur = recording.sensors
    on = (torso.counter < 6000) | (torso.counter > 26000)
    torso = replace(
        torso,
        counter=torso.counter[on],
        time_s=torso.time_s[on],
        R_ES=torso.R_ES[on],
        acceleration_mps2=torso.acceleration_mps2[on],
        angular_velocity_radps=torso.angular_velocity_radps[on],
    )
    unified = unify_clocks(
        replace(recording, sensors=(pelvis, torso, femur)),
        TimelineSettings(synchronise="movement"),
    )
    found = unified.clock_estimates[1]
    assert found.offset_s == pytest.approx(OFFSET_S["torso"], abs=HALF_SAMPLE_S)
    assert found.drift_ppm == pytest.approx(-DRIFT_PPM["torso"], abs=2.0)


def test_the_windows_of_a_line_are_bounded():
    rows = round(7200.0 * ANALYSIS_HZ)
    strength = np.zeros((rows, 3))
    strength[1000:2000, 2] = 5.0  # one start in two hours
    pattern = Pattern(0.0, strength, np.zeros((rows, 3, 3)), np.ones(rows))
    assert len(lively_windows(pattern, 0.0, 7200.0)) == MAX_WINDOWS
    pieces = telling_pieces(pattern)
    assert len(pieces) == MAX_PIECES
    assert pieces[0].start_s < 1000 / ANALYSIS_HZ < pieces[0].end_s


def test_holes_stay_and_ends_are_not_extended(truth):
    stamped = simulate_sensors(truth, SensorSettings(clocks="shared"), ("pelvis", "torso"))
    pelvis, torso = stamped.sensors
    keep = (torso.time_s < 10.0) | (torso.time_s > 10.5)
    keep &= (torso.time_s > 2.0) & (torso.time_s < 20.0)
    cut = replace(
        torso,
        counter=torso.counter[keep],
        time_s=torso.time_s[keep],
        R_ES=torso.R_ES[keep],
        acceleration_mps2=torso.acceleration_mps2[keep],
        angular_velocity_radps=torso.angular_velocity_radps[keep],
    )
    unified = unify_clocks(replace(stamped, sensors=(pelvis, cut)), TimelineSettings(rate_hz=80.0))
    time_s = unified.start_s + unified.sensors[1].counter / 80.0
    assert time_s[0] >= cut.time_s[0] - 1e-9
    assert time_s[-1] <= cut.time_s[-1] + 1e-9
    assert not ((time_s > 10.0) & (time_s < 10.5)).any()
    assert any(
        f"gaps in the time stamps, kept as gaps in the timeline: {cut.identifier} 1" in note
        for note in sentences(unified.notes)
    )


def test_steady_running_alone_is_ambiguous_and_said_to_be(truth):
    clean = simulate_sensors(truth, SensorSettings(clocks="own"), BODIES[:2])
    cut = []
    for sensor in clean.sensors:
        keep = (sensor.time_s > 8.0) & (sensor.time_s < 28.0)
        cut.append(
            replace(
                sensor,
                counter=sensor.counter[keep],
                time_s=sensor.time_s[keep],
                R_ES=sensor.R_ES[keep],
                acceleration_mps2=sensor.acceleration_mps2[keep],
                angular_velocity_radps=sensor.angular_velocity_radps[keep],
            )
        )
    steady = replace(clean, sensors=tuple(cut))
    unified = unify_clocks(steady, TimelineSettings())
    assert "clocks.repeats" in codes(unified.notes)
    with pytest.raises(TimelineError, match="the movement is periodic"):
        unify_clocks(steady, TimelineSettings(synchronise="movement"))


def test_trigger_and_its_faults(own):
    names = own.identifiers
    trigger = dict(zip(names, (5.0, 3.7, 7.217), strict=True))
    unified = unify_clocks(own, TimelineSettings(trigger_s=trigger))
    assert [row.method for row in unified.clock_estimates] == ["trigger"] * 3
    assert unified.clock_estimates[1].offset_s == pytest.approx(1.3)
    with pytest.raises(SettingsError, match="no time for sensor"):
        unify_clocks(own, TimelineSettings(trigger_s={names[0]: 5.0}))


def test_sensors_that_did_not_run_together_are_refused(truth):
    shared = simulate_sensors(truth, SensorSettings(clocks="shared"), BODIES[:2])
    pelvis, torso = shared.sensors
    apart = replace(shared, sensors=(pelvis, replace(torso, time_s=torso.time_s + 100.0)))
    with pytest.raises(TimelineError, match="did not record at the same time"):
        unify_clocks(apart, TimelineSettings())


@pytest.mark.parametrize("hole_s", [1e5, 1e9, 1e12])
def test_a_clock_that_jumped_does_not_fill_the_memory(own, hole_s: float) -> None:
    sensor = own.sensors[0]
    jumped = replace(sensor, time_s=np.append(sensor.time_s[:-1], sensor.time_s[-1] + hole_s))
    broken = replace(own, sensors=(jumped, *own.sensors[1:]), clocks="shared")
    with pytest.raises(TimelineError, match=r"samples span .* longest gap .* Split") as told:
        unify_clocks(broken, TimelineSettings())
    assert sensor.identifier in str(told.value)


def test_a_day_at_100_hz_is_possible() -> None:
    assert span_fault("a", np.arange(8_640_000) / 100.0, 100.0) is None
    half = np.arange(0, 8_640_000, 3) / 100.0  # two of three samples lost
    assert span_fault("a", half, 100.0) is None
    assert span_fault("a", np.arange(1000) / 10.0, 400.0) is None  # a finer timeline
    assert span_fault("a", np.arange(1000) * 1000.0, 400.0) is not None
