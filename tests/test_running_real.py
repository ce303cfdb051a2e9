"""The running analysis on real recordings; every test skips where they are absent."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis import pipeline
from opensim_pelvis.frames import R_GE_NOMINAL, FloatArray
from opensim_pelvis.osim.tables import read_table
from opensim_pelvis.rotations import from_euler, inverse, multiply
from opensim_pelvis.settings import ActivitySettings, CalibrationSettings
from opensim_pelvis.trial.sensor_map import read_sensor_map
from opensim_pelvis.types import Recording, Result, SensorSignals

PUBLISHED_DEG = 0.2  # the issue's own figure for ranges of the publisher's stride
LANDING_S = 0.06  # a marker's speed falls below a threshold some frames after or before contact
STRIDE = (108, 247)
STILL_SAMPLES = 100

GAITTOOLBOX = {
    "00B40B91": "pelvis",
    "00B40C45": "femur_l",
    "00B40C3C": "femur_r",
    "00B40BA5": "tibia_l",
    "00B40C35": "tibia_r",
    "00B40C55": "calcn_l",
    "00B40C48": "calcn_r",
}


@pytest.fixture(scope="module")
def virtual_run(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Result:
    """The publisher's kinematics of one runner as orientation sensors, after standing still."""
    table = read_table(shared_data / "p02_running" / "P02_straightrunning_trial0025_IK.mot")
    degrees = dict(zip(table.labels, table.values.T, strict=True))
    rate_hz = 1.0 / float(np.median(np.diff(table.time_s)))
    events = tmp_path_factory.mktemp("p02") / "events.csv"
    times = [(STILL_SAMPLES + frame - 1) / rate_hz for frame in STRIDE]
    rows = [f"{time},foot strike,right" for time in times]
    events.write_text("\n".join(["time_s,label,side", *rows]) + "\n", encoding="utf-8")
    return pipeline.run(
        _as_sensors(degrees, rate_hz),
        calibration=CalibrationSettings(window_s=(0.0, 0.5), heading_axis="x"),
        activity=ActivitySettings(kind="running", surface="treadmill", events_file=events),
    )


def _as_sensors(degrees: dict[str, FloatArray], rate_hz: float) -> Recording:
    def turned(order: str, *names: str) -> FloatArray:
        return from_euler(order, np.deg2rad(np.stack([degrees[n] for n in names], axis=1)))

    pelvis = turned("YXZ", "pelvis_rotation", "pelvis_obliquity", "pelvis_tilt")
    bodies = {
        "pelvis": pelvis,
        "torso": multiply(
            pelvis, turned("ZXY", "lumbar_extension", "lumbar_bending", "lumbar_rotation")
        ),
        "femur_r": multiply(
            pelvis, turned("ZXY", "hip_flexion_r", "hip_adduction_r", "hip_rotation_r")
        ),
    }
    still = np.tile([1.0, 0.0, 0.0, 0.0], (STILL_SAMPLES, 1))
    sensors = tuple(
        SensorSignals(
            identifier=f"{body}_imu",
            counter=np.arange(STILL_SAMPLES + R_GB.shape[0]),
            R_ES=multiply(inverse(R_GE_NOMINAL), np.concatenate([still, R_GB])),
        )
        for body, R_GB in bodies.items()
    )
    return Recording(
        name="p02",
        reader="test",
        rate_hz=rate_hz,
        rate_source="table",
        counter_source="row number",
        world_frame="z up",
        sensors=sensors,
        files=(),
    )


def test_the_publishers_ranges_of_one_running_stride_come_back(virtual_run: Result) -> None:
    running = virtual_run.running
    assert running is not None
    assert running.strides.side.tolist() == [0]
    start, end = running.strides.start_s[0], running.strides.end_s[0]
    angles = virtual_run.angles.loc[start - 1e-6 : end + 1e-6]
    for name, low, high in (
        ("pelvic_axial_rotation", 1.40, 10.11),
        ("pelvic_obliquity", -4.59, 8.81),
        ("pelvic_anterior_tilt", 7.82, 13.43),
    ):
        assert angles[name].min() == pytest.approx(low, abs=PUBLISHED_DEG), name
        assert angles[name].max() == pytest.approx(high, abs=PUBLISHED_DEG), name
    flexion = virtual_run.coordinates.loc[start:end, "hip_flexion_r"]
    assert flexion.min() == pytest.approx(-5.62, abs=PUBLISHED_DEG)
    for name, wanted in (
        ("pelvic_rotation_range_deg", 10.11 - 1.40),
        ("pelvic_obliquity_range_deg", 4.59 + 8.81),
        ("pelvic_tilt_range_deg", 13.43 - 7.82),
    ):
        summary = running.summary(name)
        assert summary is not None
        assert summary.mean == pytest.approx(wanted, abs=PUBLISHED_DEG), name
        assert np.isnan(summary.low), "one stride has no interval"
    assert {f.status for f in running.findings} == {"cannot tell"}


def test_orientations_alone_give_cycle_events_and_no_contact_times(virtual_run: Result) -> None:
    from dataclasses import replace

    recording = replace(virtual_run.recording)
    result = pipeline.run(
        recording,
        calibration=CalibrationSettings(window_s=(0.0, 0.5), heading_axis="x"),
        activity=ActivitySettings(kind="running", surface="treadmill"),
    )
    assert result.running is not None
    assert result.running.events.kind == "cycle"
    assert {e.label for e in result.events} == {"thigh swing"}
    assert "contact_time_s" in result.running.absent
    cadence = result.running.values[:, [d.name for d in result.running.definitions].index(
        "cadence_spm")]  # fmt: skip
    assert cadence == pytest.approx(151.2, abs=3.0), "two strides of a person, 139 frames"


@pytest.fixture(scope="module")
def gaittoolbox(shared_data: Path) -> Result:
    return pipeline.run(
        pipeline.read(shared_data / "gaittoolbox_walk" / "imu"),
        sensors=GAITTOOLBOX,
        calibration=CalibrationSettings(window_s=(1.0, 8.0)),
        activity=ActivitySettings(kind="walking", surface="overground"),
    )


def test_steps_are_those_that_the_markers_show(gaittoolbox: Result, shared_data: Path) -> None:
    path = shared_data / "gaittoolbox_walk" / "S02-Trial-Walk-1.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    header = next(i for i, line in enumerate(lines) if line.startswith("PELV_1"))
    labels = lines[header].split(",")
    markers = np.genfromtxt(lines[header + 1 :], delimiter=",")
    for side, context in (("R", "Right"), ("L", "Left")):
        ankle = markers[:, [labels.index(f"{side}TIO_{axis}") for axis in (1, 2)]]
        speed = np.linalg.norm(np.gradient(ankle, axis=0), axis=1) * 100.0
        moving = speed > 0.6
        stops = np.flatnonzero(moving[:-1] & ~moving[1:]) + 1
        starts = np.flatnonzero(~moving[:-1] & moving[1:]) + 1
        swings = [s for s in stops if (starts < s).any() and s - starts[starts < s][-1] > 15]
        landing = (1119 + np.array(swings)) / 100.0  # the csv begins at frame 1120
        contact = [
            e.time_s
            for e in gaittoolbox.events
            if e.context == context and e.label == "initial contact"
        ]
        assert len(contact) == len(landing)
        ordinary = speed[np.array(swings) - 15] > 1.0
        off = np.abs(np.array(contact) - landing)[ordinary]
        assert np.median(off) < LANDING_S


def test_a_walk_out_and_back_has_start_turn_and_stop(gaittoolbox: Result) -> None:
    running = gaittoolbox.running
    assert running is not None
    excluded = running.strides.excluded
    assert set(excluded) == {"start-up", "turning", "slowing"}
    turning = [r == "turning" for r in running.strides.reason]
    assert running.strides.start_s[turning].min() > 13.0
    assert running.strides.end_s[turning].max() < 18.0
    assert any("strides are excluded" in note for note in gaittoolbox.notes)
    assert running.findings == (), "nothing is said about walking"


def test_the_turns_of_opensenses_walk_are_excluded(shared_data: Path) -> None:
    folder = shared_data / "opensense_walk"
    result = pipeline.run(
        pipeline.read(folder),
        sensors=read_sensor_map(folder / "myIMUMappings.xml"),
        calibration=CalibrationSettings(window_s=(0.0, 0.0), heading_axis="z"),
        activity=ActivitySettings(kind="walking", surface="overground"),
    )
    running = result.running
    assert running is not None
    strides = running.strides
    rate_degps = np.rad2deg(strides.turn_rate_radps)
    assert running.strides.excluded["turning"] >= 10
    assert (rate_degps[strides.kept] <= 20.0).all()
    assert strides.kept.sum() >= 4
    for name in ("Right", "Left"):
        contacts = [e for e in result.events if e.context == name and e.label == "initial contact"]
        assert len(contacts) == 11
