"""Motions, analyses and placements of sensors made by hand, for what changes of inputs do."""

from __future__ import annotations

from collections.abc import Mapping
from math import nan
from typing import Final

import numpy as np
from scipy.spatial.transform import Rotation

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.measures.definitions import definition_of
from opensim_pelvis.gait.strides.curves import stride_angles
from opensim_pelvis.gait.uncertainty.inputs import Motion
from opensim_pelvis.kinematics.angles import compute_angles
from opensim_pelvis.notices import notice
from opensim_pelvis.rotations import multiply
from opensim_pelvis.types import (
    CalibrationPose,
    Curves,
    Event,
    GaitEvents,
    Heading,
    Kinematics,
    Placement,
    RunningAnalysis,
    SensorHeading,
    SensorOrientations,
    Strides,
)
from opensim_pelvis.types.placement import HeadingMethod

RATE_HZ: Final = 100.0
LENGTH_S: Final = 0.8
TILT: Final = "pelvic_tilt_at_contact_deg"
TILT_OFF: Final = "pelvic_tilt_at_toe_off_deg"
OBLIQUITY: Final = "pelvic_obliquity_at_contact_deg"
ROTATION: Final = "pelvic_rotation_mean_deg"
LEAN: Final = "trunk_forward_lean_mean_deg"
SHANK: Final = "shank_angle_at_contact_deg"
PHASE: Final = "pelvis_trunk_phase_deg"
CADENCE: Final = "cadence_spm"
NAMES: Final = (TILT, TILT_OFF, OBLIQUITY, ROTATION, LEAN, SHANK, PHASE, CADENCE)
TIME_S: Final = np.arange(0.0, 6.0, 1.0 / RATE_HZ)
STILL: Final = np.zeros(TIME_S.size)


def strides_at(*start_s: float, left: tuple[float, ...] = (), out: int | None = None) -> Strides:
    """Return right strides from these times on and left ones, perhaps with one excluded."""
    start = np.array([*start_s, *left])
    n = start.size
    return Strides(
        kind="contact",
        side=np.array([0] * len(start_s) + [1] * len(left)),
        start_s=start,
        end_s=start + LENGTH_S,
        toe_off_s=start + 0.3,
        opposite_contact_s=start + 0.4,
        opposite_toe_off_s=start + 0.1,
        bout=np.zeros(n, dtype=np.int64),
        reason=tuple("outlier" if i == out else "" for i in range(n)),
        travel_rad=np.zeros(n),
        turn_rate_radps=np.zeros(n),
    )


SIDES: Final = strides_at(1.0, 1.8, 2.6, left=(1.4, 2.2))


def pose(*, yaw: object = 0.0, tilt: object = 0.0, time_s: FloatArray = TIME_S) -> FloatArray:
    """Return a body that turns, right side forward, and tilts forward, degrees."""
    deg = np.zeros((time_s.size, 3))
    deg[:, 0] = yaw
    deg[:, 2] = -np.asarray(tilt)
    return Rotation.from_euler("YXZ", deg, degrees=True).as_quat()[:, [3, 0, 1, 2]]


def motion_of(R_GB: Mapping[str, FloatArray], strides: Strides = SIDES) -> Motion:
    n = next(iter(R_GB.values())).shape[0]
    time_s = np.arange(n) / RATE_HZ
    kinematics = Kinematics(
        time_s=time_s,
        rate_hz=RATE_HZ,
        coordinates=(),
        values_rad=np.empty((n, 0)),
        sensors=(),
        errors_rad=np.empty((n, 0)),
        bodies=tuple(R_GB),
        R_GB=np.stack(list(R_GB.values()), axis=1),
        p_GB_m=np.zeros((n, len(R_GB), 3)),
        engine="none",
        accuracy="none",
    )
    angles = compute_angles(kinematics, surface="treadmill")
    return Motion(
        strides=strides,
        kinematics=kinematics,
        angles=angles,
        table=stride_angles(angles, kinematics, strides),
        travel_rad=np.zeros(n),
    )


def analysis_of(
    strides: Strides = SIDES, names: tuple[str, ...] = NAMES, events: tuple[Event, ...] = ()
) -> RunningAnalysis:
    return RunningAnalysis(
        events=GaitEvents(events=events, kind=strides.kind, gait="running"),
        strides=strides,
        definitions=tuple(definition_of(name) for name in names),
        values=np.full((strides.side.size, len(names)), nan),
        summaries=(),
        asymmetries=(),
        curves=Curves(angles=(), mean_deg=np.empty(0), sd_deg=np.empty(0), n=np.empty(0, int)),
    )


TURN: Final = Rotation.from_euler("xyz", [20.0, 50.0, -70.0], degrees=True)
R_BS: Final = TURN.as_quat()[[3, 0, 1, 2]]


def placed(
    bodies: tuple[str, ...], method: HeadingMethod = "swing", **sigma_rad: float
) -> Placement:
    """Return sensors that sit crookedly on their bodies; those with a figure have a row of it."""
    s = len(bodies)
    upright = np.tile([1.0, 0.0, 0.0, 0.0], (s, 1))
    rows = [
        SensorHeading(sensor=f"{b}_imu", source=notice("source.unstated"), offset_rad=0.0,
                      sigma_rad=size) for b, size in sigma_rad.items()
    ]  # fmt: skip
    return Placement(
        sensors=tuple(f"{body}_imu" for body in bodies),
        bodies=bodies,
        R_BS=np.tile(R_BS, (s, 1)),
        R_GE=upright,
        pose=CalibrationPose(
            window_s=(0.0, 1.0),
            window_source="given",
            method="static",
            R_ES=upright,
            samples=np.ones(s, dtype=np.int64),
            spread_rad=np.zeros(s),
        ),
        heading=Heading(
            heading_rad=np.zeros(s),
            method=method,
            tilt_rad=nan,
            confidence="good",
            description=notice("travel.fixed"),
            sensors=tuple(rows),
        ),
    )


def worn(R_GB: Mapping[str, FloatArray], start_s: float = 0.0) -> SensorOrientations:
    """Return the sensors of `placed` bodies, in the other order, from a time on."""
    names = tuple(reversed(R_GB))
    n = R_GB[names[0]].shape[0]
    return SensorOrientations(
        time_s=start_s + np.arange(n) / RATE_HZ,
        rate_hz=RATE_HZ,
        sensors=tuple(f"{name}_imu" for name in names),
        R_GS=np.stack([multiply(R_GB[name], R_BS) for name in names], axis=1),
    )
