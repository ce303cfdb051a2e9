"""Puts the ways together: one heading a sensor, with what it rests on and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from opensim_pelvis.calibration.heading.combine import Combined, combine
from opensim_pelvis.calibration.heading.drift import Drift, find_drift
from opensim_pelvis.calibration.heading.forward import (
    SIDE_RAD,
    SURE_SIDE_RAD,
    doubt_forward,
    find_forward,
    heading_from_swing,
    wrap,
)
from opensim_pelvis.calibration.heading.joint import heading_from_joint
from opensim_pelvis.calibration.heading.knee import KNEE_RAD, heading_from_knee
from opensim_pelvis.calibration.heading.planes import face_anywhere, find_flexion, find_planes
from opensim_pelvis.calibration.heading.report import report, tie_notes
from opensim_pelvis.calibration.heading.swing import Swing
from opensim_pelvis.config.calibration_methods import method_of
from opensim_pelvis.config.settings import CalibrationSettings, Surface
from opensim_pelvis.errors import PlacementError
from opensim_pelvis.frames import FloatArray, up_in_earth
from opensim_pelvis.notices import notice
from opensim_pelvis.rotations import multiply
from opensim_pelvis.types import AlignedRecording, CalibrationPose, Heading
from opensim_pelvis.types.segments import body_on, segment_of, side_of

POSTURE_RAD: Final = np.deg2rad(5.0)
"""How far a standing body's segments face from forward, standard deviation; a choice."""

_PIECE_S, _PIECES = 10.0, 30
_SLOPE_RAD = np.deg2rad(10.0)  # a sensor on the sacrum that is taken to be square to it


def find_heading(
    aligned: AlignedRecording,
    pose: CalibrationPose,
    settings: CalibrationSettings,
    *,
    surface: Surface | None = None,
    no_north: frozenset[str] = frozenset(),
    mounted: Mapping[str, float] | None = None,
    ties_rad: Mapping[str, float] | None = None,
) -> Heading:
    """Return the heading of every sensor in the calibration pose, and its drift afterwards.

    Parameters
    ----------
    aligned : AlignedRecording
    pose : CalibrationPose
    settings : CalibrationSettings
    surface : str or None
        On a treadmill the drift of the base sensor is known, too.
    no_north : frozenset of str
        Sensors whose earth frame faces anywhere: fused without a magnetometer.
    mounted : mapping of str to float, optional
        Heading in the pose of each sensor whose mounting is known, radians.
    ties_rad : mapping of str to float, optional
        Standard error of what carried a sensor's heading across holes (`fusion`), radians.

    Raises
    ------
    PlacementError
        When nothing tells which way the base sensor faces.
    """
    mounted = mounted or {}
    base = aligned.bodies.index(settings.base) if settings.base in aligned.bodies else 0
    drift = Drift(None, 0.0, notice("drift.not_asked"))
    if settings.drift == "auto":
        drift = find_drift(aligned, pose, base=base, surface=surface)
    level = _excerpt(aligned, drift.drift_rad)
    no_compass = np.array([sensor in no_north for sensor in aligned.sensors])
    _require_north(aligned, settings, no_north)
    swings = find_planes(level, pose, base)
    if settings.flexion_window_s is not None:
        swings |= find_flexion(aligned, pose, base, settings.flexion_window_s)
    sided = method_of(settings.method).sided
    shared = settings.sensor_headings == "common" or not (
        no_compass.any() or (sided and face_anywhere(swings))
    )
    if not (shared or sided):
        swings = {}
    forward = _forward(
        level, pose, settings, base=base, legs_tell=shared and sided, mounted=mounted
    )
    if sided:
        legs_rad = _forward_of_legs(aligned, level, pose, swings, drift.drift_rad, base, shared)
        forward = doubt_forward(forward, legs_rad, base=base)
    if settings.sensor_headings == "common":
        return replace(
            forward,
            drift_rad=drift.drift_rad,
            drift_description=drift.description,
            notes=(*forward.notes, *tie_notes(ties_rad or {})),
        )
    joints = _find_joints(aligned, drift.drift_rad, base)
    own, sigma = _own_headings(
        level, pose, swings, joints, forward, base, shared=shared, mounted=mounted
    )
    nowhere = no_compass if shared else np.ones_like(no_compass)
    found = combine(own, sigma, nowhere)
    if settings.sensor_headings == "body":
        found = _only_own(found, own, sigma)
    return report(
        aligned,
        forward,
        found,
        swings,
        joints,
        drift,
        base=base,
        ties_rad=ties_rad or {},
        mounted=mounted,
    )


def _forward_of_legs(
    aligned: AlignedRecording,
    level: AlignedRecording,
    pose: CalibrationPose,
    swings: Mapping[int, Swing],
    drift_rad: FloatArray | None,
    base: int,
    shared: bool,
) -> float:
    """Return where legs say that forward is in the base sensor's earth frame; NaN if not clear.

    Without a common north a thigh tells it through the acceleration of the hip. That is off by 6
    to 12 degrees, too much to take a heading from, but not to tell an axis from its neighbour.
    """
    if shared:
        swing = heading_from_swing(level, pose, base=base)
        if swing is not None and swing.confidence == "good":
            return float(swing.heading_rad[base])
    if aligned.bodies[base] != "pelvis":
        return float("nan")
    angles = []
    for i, swing_of in swings.items():
        thigh = segment_of(aligned.bodies[i]) == "thigh"
        if thigh and swing_of.asymmetry_rad >= SURE_SIDE_RAD:
            hip = heading_from_joint(aligned, drift_rad, base=base, sensor=i)
            angles += [] if hip is None else [swing_of.forward_rad - hip[0]]
    return float(np.angle(np.mean(np.exp(1j * np.array(angles))))) if angles else float("nan")


def _require_north(
    aligned: AlignedRecording, settings: CalibrationSettings, no_north: frozenset[str]
) -> None:
    """Refuse one heading for sensors that are known to share none."""
    if settings.sensor_headings == "common" and no_north and len(aligned.sensors) > 1:
        raise PlacementError(
            "calibration: --sensor-headings common was requested, but "
            f"{', '.join(s for s in aligned.sensors if s in no_north)} have no magnetometer "
            "heading and share no north: all angles except those of the base sensor would be "
            "wrong. Omit --sensor-headings, or use --magnetometer."
        )


def _forward(
    level: AlignedRecording,
    pose: CalibrationPose,
    settings: CalibrationSettings,
    *,
    base: int,
    legs_tell: bool,
    mounted: Mapping[str, float],
) -> Heading:
    """Return the common heading; a known mounting of the base sensor tells it, too."""
    sensor = level.sensors[base]
    if settings.heading_axis is None and sensor in mounted:
        return Heading(
            heading_rad=np.full(len(level.sensors), mounted[sensor]),
            method="mounting",
            tilt_rad=float("nan"),
            confidence="good",
            description=notice("forward.mounting", sensor=sensor),
        )
    return find_forward(level, pose, settings, legs_tell=legs_tell)


def _find_joints(
    aligned: AlignedRecording, drift_rad: FloatArray | None, base: int
) -> dict[int, tuple[float, float]]:
    """Return the heading of the trunk's sensor less that of the pelvis', where movement tells."""
    if aligned.bodies[base] != "pelvis" or "torso" not in aligned.bodies:
        return {}
    trunk = aligned.bodies.index("torso")
    found = heading_from_joint(aligned, drift_rad, base=base, sensor=trunk)
    return {} if found is None else {trunk: found}


def _own_headings(
    aligned: AlignedRecording,
    pose: CalibrationPose,
    swings: Mapping[int, Swing],
    joints: Mapping[int, tuple[float, float]],
    forward: Heading,
    base: int,
    *,
    shared: bool,
    mounted: Mapping[str, float],
) -> tuple[FloatArray, FloatArray]:
    """Return each sensor's own heading less the common one, and its standard deviation."""
    own = np.full(len(aligned.sensors), np.nan)
    sigma = np.full(len(aligned.sensors), np.inf)
    common = float(forward.heading_rad[base])
    for i, sensor in enumerate(aligned.sensors):
        told: list[tuple[float, float]] = []
        if i == base and forward.method != "swing":
            told.append((0.0, _SLOPE_RAD if forward.method == "sacral slope" else 0.0))
        elif sensor in mounted:
            told.append((wrap(mounted[sensor] - common), POSTURE_RAD))
        if i != base:
            told += _from_motion(aligned, pose, swings, i, common, shared=shared)
            told += [joints[i]] if i in joints else []
        if told:
            own[i], sigma[i] = _weigh(told)
    return own, sigma


def _from_motion(
    aligned: AlignedRecording,
    pose: CalibrationPose,
    swings: Mapping[int, Swing],
    sensor: int,
    common_rad: float,
    *,
    shared: bool,
) -> list[tuple[float, float]]:
    """Return what swing and knee tell of a sensor: (offset, standard deviation), radians."""
    own = _own_swing(swings, sensor, common_rad, shared=shared)
    told = [] if own is None else [own]
    body = aligned.bodies[sensor]
    if segment_of(body) != "thigh" or (own is None and shared):
        return told
    shank = body_on(side_of(body), "shank")
    if shank not in aligned.bodies:
        return told
    column = aligned.bodies.index(shank)
    below = _own_swing(swings, column, common_rad, shared=shared)
    if below is not None:
        angle = heading_from_knee(
            aligned,
            pose,
            thigh=sensor,
            shank=column,
            thigh_rad=None if own is None else common_rad + own[0],
            shank_rad=common_rad + below[0],
        )
        if angle is not None:
            told.append((wrap(angle - common_rad), float(np.hypot(below[1], KNEE_RAD))))
    return told


def _own_swing(
    swings: Mapping[int, Swing], sensor: int, common_rad: float, *, shared: bool
) -> tuple[float, float] | None:
    """Return a sensor's plane of swing against the common heading, where its side is known."""
    swing = swings.get(sensor)
    if swing is None:
        return None
    off = wrap(swing.forward_rad - common_rad)
    if shared:  # the side is that of the common heading
        return (off + np.pi / 2.0) % np.pi - np.pi / 2.0, swing.sigma_rad
    return (off, swing.sigma_rad) if swing.asymmetry_rad >= SIDE_RAD else None


def _weigh(told: list[tuple[float, float]]) -> tuple[float, float]:
    """Return the inverse-variance mean of angles, and its standard deviation."""
    if len(told) == 1:
        return told[0]
    weights = np.array([1.0 / max(s, 1e-6) ** 2 for _, s in told])
    first = told[0][0]
    off = np.array([wrap(angle - first) for angle, _ in told])
    return wrap(first + float(weights @ off / weights.sum())), float(weights.sum() ** -0.5)


def _only_own(found: Combined, own: FloatArray, sigma: FloatArray) -> Combined:
    """Return own headings where there are any, whatever the others say."""
    tells = np.isfinite(own)
    return replace(
        found,
        offset_rad=np.where(tells, own, found.offset_rad),
        sigma_rad=np.where(tells, sigma, found.sigma_rad),
        weight=tells.astype(np.float64),
    )


def _excerpt(aligned: AlignedRecording, drift_rad: FloatArray | None) -> AlignedRecording:
    """Return five minutes of a recording without drift: pieces evenly over all of it.

    Pieces begin with two absent rows, so that no velocity is taken across a joint.
    """
    rows = np.arange(aligned.time_s.size)
    length = round(_PIECE_S * aligned.rate_hz)
    if rows.size > _PIECES * length:
        starts = np.linspace(0, rows.size - length, _PIECES).astype(np.int64)
        rows = (starts[:, None] + np.arange(length)).ravel()
    R_ES = aligned.R_ES[rows]
    if drift_rad is not None:
        half = -drift_rad[rows, :, None] / 2.0
        back = np.concatenate([np.cos(half), np.sin(half) * up_in_earth()], axis=-1)
        R_ES = multiply(back, R_ES)
    if rows.size < aligned.time_s.size:
        R_ES = R_ES.copy()
        R_ES[::length] = R_ES[1::length] = np.nan
    return replace(
        aligned,
        time_s=aligned.time_s[: rows.size],
        R_ES=R_ES,
        acceleration_mps2=None,
        angular_velocity_radps=None,
        magnetic_field=None,
    )
