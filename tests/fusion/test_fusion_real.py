"""Fusion of raw signals on real recordings; every test skips where they are absent."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.io import loadmat
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation
from vqf import offlineVQF

from opensim_pelvis import pipeline
from opensim_pelvis.config.settings import ActivitySettings, CalibrationSettings, FusionSettings
from opensim_pelvis.errors import FusionError
from opensim_pelvis.frames import FloatArray, up_in_earth
from opensim_pelvis.fusion.fuse import fuse_recording
from opensim_pelvis.io import reading
from opensim_pelvis.rotations import (
    inverse,
    is_present,
    multiply,
    normalise,
    rotate,
    to_rotation_vector,
)
from opensim_pelvis.types import Recording, SensorSignals

FUSED = FusionSettings(orientations="fused")
MAX_GAP_S = 0.05

CYCLES = 40
CYCLE_STEP_S = 0.012135
# The aim of 1.7 degrees is missed, and not even the signals alone reach it: thigh and pelvis
# turning about their own z axes, the mean of each removed, give 1.72. Turns of both are 34 to 35
# degrees in range, the optical angle 30; scaled to it, 0.75 are left (docs/fusion.md).
HIP_RMSE_DEG = 1.87
HIP_CORRELATION = 0.997
PLANAR_RMSE_DEG = 1.72
SCALED_RMSE_DEG = 0.8

STILL_S = 1.0
STILL_RADPS = 0.05
STILL_MPS2 = 0.15
GRAVITY_DEG = 1.0

# The maker's own vertical is 0.9 off gravity where feet stand (test_fusion_vertical): no truth.
VENDOR_RMS_DEG = 1.25
THIGH_SD_DEG = 3.0  # includes the vendor's headings, -17 to 12 degrees apart


def show(line: str) -> None:
    """Write a measured figure where ``pytest -s`` shows it."""
    sys.stdout.write(f"{line}\n")


def plain_vqf(sensor: SensorSignals, rate_hz: float) -> SensorSignals:
    """Return a sensor with the orientations of VQF with its own defaults."""
    signals = (sensor.angular_velocity_radps, sensor.acceleration_mps2)
    found = offlineVQF(*map(np.ascontiguousarray, signals), None, 1.0 / rate_hz)
    return replace(sensor, R_ES=found["quat6D"])


def halved(sensor: SensorSignals) -> SensorSignals:
    """Return a sensor whose gyroscope's instants became the means of steps."""
    rate = np.asarray(sensor.angular_velocity_radps)
    means = np.concatenate([rate[:1], (rate[1:] + rate[:-1]) / 2.0])
    return replace(sensor, angular_velocity_radps=means)


def vertical_in_sensor(sensor: SensorSignals) -> FloatArray:
    assert sensor.R_ES is not None
    return rotate(inverse(normalise(sensor.R_ES)), up_in_earth())


def tilt_of_segment_rad(sensor: SensorSignals) -> FloatArray:
    """Return the first angle of the order z-x-y without turn about the long axis (x forward)."""
    return np.arcsin(vertical_in_sensor(sensor)[:, 0])


def apart_rms(measured: FloatArray, wanted: FloatArray) -> float:
    """Return the root mean square difference without the means."""
    return float(np.std(measured - wanted))


def make_recording(name: str, rate_hz: float, sensors: list[SensorSignals]) -> Recording:
    return Recording(
        name=name,
        reader="test",
        rate_hz=rate_hz,
        rate_source="README",
        counter_source="row number",
        world_frame="none: raw signals",
        sensors=tuple(sensors),
        files=(),
    )


def close_cycle(sensor: SensorSignals, samples: int) -> FloatArray:
    """Return the tilt with the one bias that brings the sensor back after a cycle."""
    rate = np.asarray(sensor.angular_velocity_radps)[:samples]
    means = (rate + np.roll(rate, -1, axis=0)) / 2.0

    def turn(bias: FloatArray) -> list[Rotation]:
        turns = [Rotation.identity()]
        for step in means - bias:
            turns.append(turns[-1] * Rotation.from_rotvec(step * CYCLE_STEP_S))
        return turns

    bias = least_squares(lambda b: turn(b)[-1].as_rotvec(), means.mean(axis=0)).x
    turns = Rotation.concatenate(turn(bias)[:-1])
    up = turns.apply(np.asarray(sensor.acceleration_mps2)[:samples]).mean(axis=0)
    return np.asarray(np.arcsin(turns.inv().apply(up / np.linalg.norm(up))[:, 0]))


@pytest.fixture(scope="module")
def p01_cycle(shared_data: Path) -> dict[str, FloatArray]:
    path = shared_data / "p01_walking_imu" / "P01_normwalking.csv"
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    values = np.array([[float(cell) for cell in line.split(",")] for line in lines[1:]])
    return dict(zip(lines[0].split(","), values.T, strict=True))


def test_hip_flexion_of_the_walking_cycle(p01_cycle: dict[str, FloatArray]) -> None:
    """Raw signals of one mean cycle, repeated; the segments' own axes, so nothing to calibrate."""

    def columns(signal: str, body: str) -> FloatArray:
        cycle = np.column_stack([p01_cycle[f"{signal}_{body}_{axis}"] for axis in "xyz"])
        return np.tile(cycle, (CYCLES, 1))

    samples = p01_cycle["time"].size
    sensors = [
        SensorSignals(
            identifier=body,
            counter=np.arange(samples * CYCLES),
            acceleration_mps2=columns("acc", body),
            angular_velocity_radps=columns("gyro", body),
        )
        for body in ("pelvis", "femur_r")
    ]
    rate_hz = 1.0 / float(np.diff(p01_cycle["time"]).mean())
    recording = make_recording("p01", rate_hz, sensors)
    settings = FusionSettings(orientations="fused", gyroscope="instant")  # a mean of instants
    pelvis, thigh = fuse_recording(recording, settings, max_gap_s=MAX_GAP_S).sensors
    middle = slice(CYCLES // 2 * samples, (CYCLES // 2 + 1) * samples)
    measured = np.rad2deg(tilt_of_segment_rad(thigh) - tilt_of_segment_rad(pelvis))[middle]
    optical = np.rad2deg(p01_cycle["angle_hip_flexion_r"])
    rmse, r = apart_rms(measured, optical), float(np.corrcoef(measured, optical)[0, 1])
    plain = [
        np.rad2deg(tilt_of_segment_rad(plain_vqf(halved(x), rate_hz)))[middle] for x in sensors
    ]
    by_vqf = plain[1] - plain[0]
    show(
        f"VQF with its own defaults: RMSE {apart_rms(by_vqf, optical):.2f} degrees, "
        f"r {np.corrcoef(by_vqf, optical)[0, 1]:.4f}"
    )
    scale = r * float(optical.std() / measured.std())
    scaled = apart_rms(scale * measured, optical)
    rate = p01_cycle["gyro_femur_r_z"] - p01_cycle["gyro_pelvis_z"]
    steps = (rate + np.roll(rate, 1)) / 2.0
    planar = np.rad2deg(np.cumsum(steps - steps.mean())) / rate_hz
    show(
        f"hip flexion: RMSE {rmse:.2f} degrees, r {r:.4f}; range {np.ptp(measured):.1f} degrees, "
        f"optical {np.ptp(optical):.1f}; RMSE {scaled:.2f} once scaled by {scale:.2f}"
    )
    exact = np.rad2deg(close_cycle(sensors[1], samples) - close_cycle(sensors[0], samples))
    show(
        f"cycle closed exactly: RMSE {apart_rms(exact, optical):.2f}, z axes alone "
        f"{apart_rms(planar, optical):.2f}"
    )
    assert rmse - apart_rms(exact, optical) < 0.1
    assert rmse < HIP_RMSE_DEG
    assert r > HIP_CORRELATION
    assert apart_rms(planar, optical) == pytest.approx(PLANAR_RMSE_DEG, abs=0.01)
    assert scaled < SCALED_RMSE_DEG


@pytest.fixture(scope="module")
def full_body(shared_data: Path) -> Recording:
    return read_full_body(shared_data)


def read_full_body(shared_data: Path) -> Recording:
    path = shared_data / "qmt_fullbody" / "full_body_example_data.mat"
    content = loadmat(path, squeeze_me=True, struct_as_record=False)
    sensors = [
        SensorSignals(
            identifier=name,
            counter=np.arange(data.acc.shape[0]),
            acceleration_mps2=np.asarray(data.acc, dtype=np.float64),
            angular_velocity_radps=np.asarray(data.gyr, dtype=np.float64),
        )
        for name, data in content.items()
        if hasattr(data, "acc")
    ]
    return make_recording("qmt_fullbody", 100.0, sensors)


def find_still(sensor: SensorSignals, rate_hz: float) -> list[slice]:
    """Return all still seconds by the raw signals alone, side by side."""
    n = round(STILL_S * rate_hz)
    turning, force = sensor.angular_velocity_radps, sensor.acceleration_mps2
    assert turning is not None
    assert force is not None
    windows = [slice(k, k + n) for k in range(0, turning.shape[0] - n + 1, n)]
    return [
        window
        for window in windows
        if np.sqrt(turning[window].var(axis=0).sum()) < STILL_RADPS
        and np.abs(turning[window].mean(axis=0)).max() < STILL_RADPS
        and np.sqrt(force[window].var(axis=0).sum()) < STILL_MPS2
    ]


def off_gravity_deg(sensor: SensorSignals, windows: list[slice]) -> list[float]:
    """Return the angle between felt gravity and the vertical in each window."""
    felt = [
        rotate(sensor.R_ES[window], sensor.acceleration_mps2[window]).mean(axis=0)
        for window in windows
    ]
    return [float(np.rad2deg(np.arccos(f[2] / np.linalg.norm(f)))) for f in felt]


def test_gravity_of_all_sixteen_sensors_in_still_phases(full_body: Recording) -> None:
    fused = fuse_recording(full_body, FUSED, max_gap_s=MAX_GAP_S)
    assert len(fused.sensors) == 16
    plain = []
    for sensor in fused.sensors:
        still = find_still(sensor, full_body.rate_hz)
        assert len(still) >= 5, sensor.identifier
        off = off_gravity_deg(sensor, still)
        plain += off_gravity_deg(plain_vqf(sensor, full_body.rate_hz), still)
        show(f"{sensor.identifier}: {len(still)} still seconds, worst {max(off):.2f} degrees")
        assert max(off) < GRAVITY_DEG, sensor.identifier
    show(f"VQF with its own defaults, worst sensor: {max(plain):.2f} degrees")


def test_full_body_from_raw_signals_to_angles(full_body: Recording) -> None:
    """Without magnetometer nothing ties the thighs to forward: that is said, not guessed."""
    worn = {
        "hip": "pelvis",
        "upper_back": "torso",
        "upper_leg_left": "femur_l",
        "upper_leg_right": "femur_r",
    }
    result = pipeline.run(
        full_body,
        sensors=worn,
        activity=ActivitySettings(kind="walking", surface="overground"),
    )
    assert {origin.origin for origin in result.recording.origins} == {"vqf 6D"}
    assert is_present(result.aligned.R_ES).all()
    assert result.versions["vqf"]
    assert np.isfinite(result.angles["pelvic_obliquity"]).all()
    # The thighs' motion has no plane here (ratios of 2): their headings are unknown.
    heading = result.placement.heading
    assert set(heading.unknown) == {"femur_r_imu", "femur_l_imu"}
    assert result.clinical.absent["thigh_extension_r"].code == "absent.heading_unknown"
    assert result.kinematics.absent["hip_flexion_r"].code == "absent.needs_heading"
    # The trunk feels the same starts and steps as the pelvis.
    trunk = next(row for row in heading.sensors if row.sensor == "torso_imu")
    joint_deg, sigma_deg = np.rad2deg([trunk.joint_rad, trunk.joint_sigma_rad])
    show(f"trunk against pelvis, of the joint: {joint_deg:.1f} +- {sigma_deg:.1f} degrees")
    assert trunk.verdict == "good"
    assert 6.0 < sigma_deg < 7.0
    for name in ("trunk_axial_rotation", "trunk_lateral_lean", "trunk_forward_lean"):
        assert np.isfinite(result.angles[name]).all()

    drift = {row.sensor: np.rad2deg(row.drift_rad) for row in heading.sensors}
    show(f"drift against the pelvis over {full_body.name}, degrees: {drift}")
    # The trunk leads the pelvis by 4 degrees into the turn and comes back: it does not drift.
    assert drift["torso_imu"] == 0.0
    assert 0.5 < np.rad2deg(trunk.drift_sigma_rad) < 3.0
    said = [note for note in result.notes if note.code == "heading.drift_removed"]
    assert not any("torso_imu" in note.subject for note in said)


@pytest.fixture(scope="module")
def gaittoolbox(shared_data: Path) -> Recording:
    return reading.read(shared_data / "gaittoolbox_walk" / "imu")


def off_makers_deg(sensor: SensorSignals, theirs: SensorSignals, rows: slice) -> float:
    """Return how far two verticals are apart, root mean square."""
    chord = np.linalg.norm(vertical_in_sensor(sensor) - vertical_in_sensor(theirs), axis=1)
    return float(np.sqrt(np.mean(np.rad2deg(2.0 * np.arcsin(chord[rows] / 2.0)) ** 2)))


def test_inclination_agrees_with_the_makers(gaittoolbox: Recording) -> None:
    """While the person walks (frames 1120-2074); heading is another matter."""
    fused = fuse_recording(gaittoolbox, FUSED, max_gap_s=MAX_GAP_S)
    walking = slice(1120, 2074)
    for ours, theirs in zip(fused.sensors, gaittoolbox.sensors, strict=True):
        rms, plain = (
            off_makers_deg(sensor, theirs, walking)
            for sensor in (ours, plain_vqf(theirs, gaittoolbox.rate_hz))
        )
        show(f"{ours.identifier}: rms {rms:.2f}, VQF with its own defaults {plain:.2f} degrees")
        assert rms < VENDOR_RMS_DEG, ours.identifier
    assert not any(origin.gyroscope_clipped for origin in fused.origins)


def test_a_gyroscope_of_mtw_gives_the_mean_of_the_step_before(gaittoolbox: Recording) -> None:
    """The maker's orientations turn between two samples by what the second one says."""
    walking = slice(1120, 2074)
    for sensor in gaittoolbox.sensors:
        R_ES = np.asarray(sensor.R_ES)[walking]
        rate = np.asarray(sensor.angular_velocity_radps)[walking]
        turned = to_rotation_vector(multiply(inverse(R_ES[:-1]), R_ES[1:])) * gaittoolbox.rate_hz
        off_degps = [
            float(np.rad2deg(np.sqrt(np.mean((turned - wanted) ** 2))))
            for wanted in (rate[1:], (rate[1:] + rate[:-1]) / 2.0)
        ]
        show(f"{sensor.identifier}: second {off_degps[0]:.2f}, both {off_degps[1]:.2f} degrees/s")
        assert off_degps[0] < 0.3 * off_degps[1]


def test_wrong_units_are_caught_in_a_real_recording(gaittoolbox: Recording) -> None:
    thigh = next(s for s in gaittoolbox.sensors if s.identifier.endswith("00B40C3C"))
    for scale, words in ((180.0 / np.pi, "degrees/s"), (np.pi / 180.0, "rad/s")):
        spoilt = replace(thigh, angular_velocity_radps=thigh.angular_velocity_radps * scale)
        with pytest.raises(FusionError, match=words):
            fuse_recording(replace(gaittoolbox, sensors=(spoilt,)), FUSED, max_gap_s=MAX_GAP_S)


def test_opensense_has_the_makers_orientations_alone(shared_data: Path) -> None:
    recording = reading.read(shared_data / "opensense_walk")
    kept = fuse_recording(recording, FusionSettings(), max_gap_s=MAX_GAP_S)
    assert {origin.origin for origin in kept.origins} == {"vendor"}
    with pytest.raises(FusionError, match=r"found no angular velocity\. Use the manufacturer's"):
        fuse_recording(recording, FUSED, max_gap_s=MAX_GAP_S)


def test_gaittoolbox_chain_from_raw_signals(gaittoolbox: Recording) -> None:
    """Thighs against the vertical need no heading of another sensor."""
    worn = {"00B40B91": "pelvis", "00B40C45": "femur_l", "00B40C3C": "femur_r"}
    angles = {}
    for name in ("vendor", "fused"):
        result = pipeline.run(
            gaittoolbox,
            sensors=worn,
            fusion=FusionSettings(orientations=name),
            calibration=CalibrationSettings(window_s=(0.0, 5.0)),
            activity=ActivitySettings(kind="walking", surface="overground"),
        )
        angles[name] = result.angles
    walking = slice(1120, 2074)
    for angle in angles["fused"].columns:
        apart = (angles["fused"][angle] - angles["vendor"][angle]).to_numpy()[walking]
        show(f"{angle}: standard deviation of the difference {apart.std():.2f} degrees")
        if angle.startswith("thigh_extension"):
            assert apart.std() < THIGH_SD_DEG
