"""Puts the ways together: one heading a sensor, with what it rests on and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from opensim_pelvis.calibration.heading.combine import Combined, combine_upward
from opensim_pelvis.calibration.heading.drift import Drift, find_drift
from opensim_pelvis.calibration.heading.forward import (
    SURE_SIDE_RAD,
    doubt_forward,
    find_forward,
    heading_from_swing,
)
from opensim_pelvis.calibration.heading.joint import heading_from_joint
from opensim_pelvis.calibration.heading.own import ask_hips, own_headings
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
from opensim_pelvis.types.segments import segment_of, side_of

_PIECE_S, _PIECES = 10.0, 30


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
    if not shared:
        common_rad = float(forward.heading_rad[base])
        swings = ask_hips(aligned, drift.drift_rad, swings, base, common_rad)
    own, sigma = own_headings(
        level, pose, swings, joints, forward, base, shared=shared, mounted=mounted
    )
    nowhere = no_compass if shared else np.ones_like(no_compass)
    legs = np.array([side_of(body) != "body" for body in aligned.bodies])
    found = combine_upward(own, sigma, nowhere, legs, by_legs=forward.method == "swing")
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
