"""A small result made by hand: every field filled, with stretches of missing samples."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from opensim_pelvis import rotations
from opensim_pelvis.config.settings import RecordingSettings, SubjectSettings, TrialSettings
from opensim_pelvis.frames import R_GE_NOMINAL, FloatArray
from opensim_pelvis.kinematics.angle_definitions import DEFINITIONS
from opensim_pelvis.notices import notice, wrap
from opensim_pelvis.types import (
    AlignedRecording,
    Angles,
    BodyModel,
    CalibrationPose,
    Curves,
    Event,
    GaitEvents,
    Heading,
    InputFile,
    IntegrityLedger,
    Kinematics,
    Landmark,
    Placement,
    Recording,
    Result,
    RunningAnalysis,
    SensorIntegrity,
    SensorOrientations,
    SensorSignals,
    Strides,
)

RATE_HZ = 100.0
SAMPLES = 40
GAP = slice(10, 15)
"""Samples that the last sensor misses."""

BODIES = ("pelvis", "torso", "femur_r")
COORDINATES = (
    "pelvis_tilt",
    "pelvis_list",
    "pelvis_rotation",
    "lumbar_extension",
    "lumbar_bending",
    "lumbar_rotation",
    "hip_flexion_r",
    "hip_adduction_r",
    "hip_rotation_r",
    "subtalar_angle_r",
)
LANDMARKS = (
    Landmark(name="RASI", body="pelvis", position_b_m=(0.02, 0.03, 0.128), kind="landmark"),
    Landmark(name="HJC_R", body="femur_r", position_b_m=(0.0, 0.0, 0.0), kind="joint_centre"),
    Landmark(name="RANK", body="tibia_r", position_b_m=(0.0, -0.4, 0.05), kind="landmark"),
)


def make_result(
    bodies: tuple[str, ...] = BODIES,
    *,
    samples: int = SAMPLES,
    events: tuple[Event, ...] = (),
    landmarks: tuple[Landmark, ...] = LANDMARKS,
    missing: bool = True,
) -> Result:
    """Return a result of so many bodies; the last sensor misses the samples of `GAP`."""
    random = np.random.default_rng(20)
    time_s = np.arange(samples) / RATE_HZ
    sensors = tuple(f"{body}_imu" for body in bodies)
    gap = GAP if missing else slice(0, 0)
    R_GS = _random_rotations(random, samples, len(bodies))
    R_GS[gap, -1] = np.nan
    return Result(
        name="trial",
        settings=TrialSettings(
            recording=RecordingSettings(path=Path("data") / "trial"),
            sensors={f"id{i}": body for i, body in enumerate(bodies)},
            subject=SubjectSettings(id="S01", sex="female", height_m=1.72, mass_kg=61.5),
        ),
        recording=_recording(bodies, samples),
        aligned=_aligned(random, time_s, sensors, bodies, gap),
        placement=_placement(random, sensors, bodies),
        model=BodyModel(
            name="pelvis_trunk",
            xml="<OpenSimDocument/>",
            source="built",
            bodies=bodies,
            coordinates=COORDINATES,
            default_R_GB={body: np.array([1.0, 0.0, 0.0, 0.0]) for body in bodies},
            ranges_rad=dict.fromkeys(COORDINATES, (-1.0, 1.0)),
            landmarks=landmarks,
        ),
        orientations=SensorOrientations(time_s=time_s, rate_hz=RATE_HZ, sensors=sensors, R_GS=R_GS),
        kinematics=_kinematics(random, time_s, sensors, bodies, gap),
        clinical=_clinical(random, time_s, bodies, gap),
        running=_analysis(events) if events else None,
        versions={"opensim-pelvis": "0.1.0", "opensim": "4.6"},
        defaults=("solver.engine = opensim",),
        notes=wrap(("made by hand: é",)),
    )


def _analysis(events: tuple[Event, ...]) -> RunningAnalysis:
    """Return an analysis that has events and no stride."""
    none = np.empty(0)
    strides = Strides(
        kind="none",
        side=np.empty(0, dtype=np.int64),
        start_s=none,
        end_s=none,
        toe_off_s=none,
        opposite_contact_s=none,
        opposite_toe_off_s=none,
        bout=np.empty(0, dtype=np.int64),
        reason=(),
        travel_rad=none,
        turn_rate_radps=none,
    )
    curves = np.empty((2, 101, 0))
    return RunningAnalysis(
        events=GaitEvents(events=events, kind="none", start_label="", methods={}),
        strides=strides,
        definitions=(),
        values=np.empty((0, 0)),
        summaries=(),
        asymmetries=(),
        curves=Curves(
            angles=(), mean_deg=curves, sd_deg=curves, n=np.empty((2, 0), dtype=np.int64)
        ),
    )


def without_signals(result: Result) -> Result:
    """Return the result of sensors that gave orientation only."""
    aligned = replace(
        result.aligned,
        acceleration_mps2=None,
        angular_velocity_radps=None,
        magnetic_field=None,
    )
    return replace(result, aligned=aligned)


def _random_rotations(random: np.random.Generator, *shape: int) -> FloatArray:
    return rotations.normalise(random.normal(size=(*shape, 4)))


def _recording(bodies: tuple[str, ...], samples: int) -> Recording:
    counter = np.arange(samples)
    return Recording(
        name="trial",
        reader="xsens",
        rate_hz=RATE_HZ,
        rate_source="header",
        counter_source="PacketCounter",
        world_frame="z up",
        sensors=tuple(
            SensorSignals(identifier=f"id{i}", counter=counter) for i in range(len(bodies))
        ),
        files=(InputFile(path="data/trial/a.txt", size_bytes=12, sha256="ab" * 32),),
    )


def _aligned(
    random: np.random.Generator,
    time_s: FloatArray,
    sensors: tuple[str, ...],
    bodies: tuple[str, ...],
    gap: slice,
) -> AlignedRecording:
    shape = (time_s.size, len(sensors))
    acceleration, velocity, field = (random.normal(size=(*shape, 3)) * 9.0 for _ in range(3))
    acceleration[gap, -1] = np.nan
    velocity[gap, -1] = np.nan
    field[:, 0] = np.nan
    R_ES = _random_rotations(random, *shape)
    R_ES[gap, -1] = np.nan
    return AlignedRecording(
        time_s=time_s,
        rate_hz=RATE_HZ,
        sensors=sensors,
        bodies=bodies,
        identifiers=tuple(f"id{i}" for i in range(len(sensors))),
        R_ES=R_ES,
        ledger=IntegrityLedger(
            sensors=tuple(_integrity(sensor, i) for i, sensor in enumerate(sensors)),
            unmatched=("id9",),
            max_gap_s=0.05,
        ),
        acceleration_mps2=acceleration,
        angular_velocity_radps=velocity,
        magnetic_field=field,
    )


def _integrity(sensor: str, index: int) -> SensorIntegrity:
    return SensorIntegrity(
        sensor=sensor,
        identifier=f"id{index}",
        rows=SAMPLES,
        expected_samples=SAMPLES,
        late_start_samples=0,
        early_end_samples=0,
        dropped_packets=2 * index,
        missing_samples=2 * index,
        nan_quaternions=0,
        zero_quaternions=0,
        nonunit_quaternions=0,
        sign_flips=0,
        gaps=index,
        longest_gap_samples=5,
        filled_gaps=0,
        filled_samples=0,
        absent_samples=5,
    )


def _placement(
    random: np.random.Generator, sensors: tuple[str, ...], bodies: tuple[str, ...]
) -> Placement:
    count = len(sensors)
    return Placement(
        sensors=sensors,
        bodies=bodies,
        R_BS=_random_rotations(random, count),
        R_GE=np.tile(R_GE_NOMINAL, (count, 1)),
        pose=CalibrationPose(
            window_s=(0.0, 0.1),
            window_source="given",
            method="static",
            R_ES=_random_rotations(random, count),
            samples=np.full(count, 10),
            spread_rad=np.full(count, 0.01),
        ),
        heading=Heading(
            heading_rad=np.full(count, 0.5),
            method="axis",
            tilt_rad=float("nan"),
            confidence="given",
            description=notice("forward.axis", axis="z", sensor="pelvis_imu"),
        ),
        quality={"worst_spread_deg": 0.57},
        notes=("nothing to note",),
    )


def _kinematics(
    random: np.random.Generator,
    time_s: FloatArray,
    sensors: tuple[str, ...],
    bodies: tuple[str, ...],
    gap: slice,
) -> Kinematics:
    names = COORDINATES[: {1: 3, 2: 6}.get(len(bodies), len(COORDINATES))]
    values = random.uniform(-0.6, 0.6, size=(time_s.size, len(names)))
    values[gap, -1] = np.nan
    errors = np.abs(random.normal(size=(time_s.size, len(sensors)))) * 0.01
    errors[gap, -1] = np.nan
    R_GB = _random_rotations(random, time_s.size, len(bodies))
    R_GB[gap, -1] = np.nan
    return Kinematics(
        time_s=time_s,
        rate_hz=RATE_HZ,
        coordinates=names,
        values_rad=values,
        sensors=sensors,
        errors_rad=errors,
        bodies=bodies,
        R_GB=R_GB,
        p_GB_m=random.normal(size=(time_s.size, len(bodies), 3)),
        engine="opensim",
        accuracy=notice("accuracy.exact"),
        absent={"knee_angle_r": notice("absent.no_sensor", body="tibia_r")},
        weights=dict.fromkeys(bodies, 1.0) | {"tibia_l": 0.02},
        solve_s=1.5,
    )


def _clinical(
    random: np.random.Generator, time_s: FloatArray, bodies: tuple[str, ...], gap: slice
) -> Angles:
    rows = DEFINITIONS[: {1: 3, 2: 6}.get(len(bodies), 7)]
    values = random.uniform(-0.6, 0.6, size=(time_s.size, len(rows)))
    values[gap, -1] = np.nan
    return Angles(
        time_s=time_s,
        definitions=rows,
        values_rad=values,
        travel_rad=np.zeros(time_s.size),
        travel_source=notice("travel.fixed"),
        absent={"thigh_extension_l": notice("absent.no_sensor", body="femur_l")},
    )
