"""One heading per sensor: which way its earth frame faces.

A heading is the angle of a horizontal direction from the x axis of its frame, positive to the
left (counter-clockwise seen from above).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.errors import PlacementError
from opensim_pelvis.frames import (
    R_GE_NOMINAL,
    FloatArray,
    UpAxis,
    axis_vector,
    elevation_of,
    heading_of,
    up_in_earth,
)
from opensim_pelvis.rotations import (
    angular_velocity,
    inverse,
    multiply,
    rotate,
    to_rotation_vector,
    unwrap_present,
)
from opensim_pelvis.settings import CalibrationSettings
from opensim_pelvis.travel import smooth_over_strides
from opensim_pelvis.types import AlignedRecording, CalibrationPose, Heading

MAX_AXIS_TILT_RAD: Final = np.deg2rad(60.0)
"""Beyond this a degree of posture becomes two degrees of heading: the axis is refused."""

DOUBTFUL_AXIS_TILT_RAD: Final = np.deg2rad(35.0)
"""Steeper than a sacrum slopes in standing; noted."""

SWING_RATIO: Final = 4.0
"""Least ratio of the two horizontal eigenvalues of angular velocity for a plane of swing."""

_FAST_RADPS = 1.0  # slower samples are not swing
_SIDE_RAD = np.deg2rad(5.0)  # least asymmetry of swing that tells forward from backward
_SURE_SIDE_RAD = np.deg2rad(15.0)  # asymmetry beyond what a crooked calibration pose makes up


@dataclass(frozen=True, slots=True)
class _Swing:
    """Principal axis of leg swing in the heading frame of the pose."""

    right_rad: float
    ratio: float
    asymmetry_rad: float


def find_heading(
    aligned: AlignedRecording, pose: CalibrationPose, settings: CalibrationSettings
) -> Heading:
    """Return forward in the calibration pose, by the best means there is.

    The stated axis of the base sensor is taken where one is stated (OpenSense's meaning). Else
    forward is square to the plane of leg swing where legs were worn and swing; else the base
    sensor's z axis is taken to be square to the sacrum, whose outer side slopes upward.

    Raises
    ------
    PlacementError
        When the base body wears no sensor, the axis is nearly vertical, or nothing tells.
    """
    if settings.base not in aligned.bodies:
        raise PlacementError(
            f"calibration: the base body '{settings.base}' wears no sensor; sensors are on "
            f"{', '.join(aligned.bodies)}. Name one of these with --base ([calibration] base)."
        )
    base = aligned.bodies.index(settings.base)
    if settings.heading_axis is not None:
        return heading_from_axis(aligned, pose, base=base, axis=settings.heading_axis)
    swing = heading_from_swing(aligned, pose, base=base)
    return swing if swing is not None else _heading_from_slope(aligned, pose, base=base)


def heading_from_axis(
    aligned: AlignedRecording, pose: CalibrationPose, *, base: int, axis: UpAxis
) -> Heading:
    """Return the heading of an axis of the base sensor, taken in the horizontal plane.

    OpenSim's ``IMUPlacer`` takes the angle in three dimensions, which counts the tilt of the
    axis as heading; here only its horizontal part counts.
    """
    sensor = aligned.sensors[base]
    vector_g = rotate(multiply(R_GE_NOMINAL, pose.R_ES[base]), axis_vector(axis))
    tilt = float(elevation_of(vector_g))
    if abs(tilt) > MAX_AXIS_TILT_RAD:
        raise PlacementError(
            f"calibration: axis {axis} of {sensor} is to point forward, but it stands "
            f"{np.rad2deg(tilt):+.0f} degrees from the horizontal in the calibration pose: a "
            "heading cannot be read from a nearly vertical axis. Horizontal axes of this sensor: "
            f"{_horizontal_axes(pose.R_ES[base])}. Name the one that points forward "
            "(--heading-axis)."
        )
    notes: tuple[str, ...] = ()
    if abs(tilt) > DOUBTFUL_AXIS_TILT_RAD:
        notes = (
            f"the heading axis {axis} of {sensor} is tilted by {np.rad2deg(tilt):+.0f} degrees: "
            "a lean to the side in the calibration pose changes the heading",
        )
    return Heading(
        heading_rad=np.full(len(aligned.sensors), float(heading_of(vector_g))),
        method="axis",
        tilt_rad=tilt,
        confidence="given",
        description=f"axis {axis} of {sensor} points forward (given)",
        notes=notes,
    )


def heading_from_swing(
    aligned: AlignedRecording, pose: CalibrationPose, *, base: int
) -> Heading | None:
    """Return forward from the plane of leg swing, or None where it does not show.

    The principal axis of the horizontal angular velocity of thighs and shanks, turned back by
    the slow turns of the base sensor, is the mediolateral axis of the body. Thighs swing
    further forward than backward from standing, shanks further backward: that tells the side.

    Notes
    -----
    Assumes walking or running for some seconds. Left and right errors cancel when both legs
    are worn. Compare Seel et al. 2014 (doi:10.3390/s140406891) for joint axes from motion.
    """
    legs = [i for i, body in enumerate(aligned.bodies) if body[:5] in ("femur", "tibia")]
    swing = _leg_swing(aligned, pose, base=base, legs=legs) if legs else None
    if swing is None or swing.ratio < SWING_RATIO or swing.asymmetry_rad < _SIDE_RAD:
        return None
    forward = swing.right_rad + np.pi / 2.0
    sure = swing.ratio >= 2.0 * SWING_RATIO and swing.asymmetry_rad >= _SURE_SIDE_RAD
    return Heading(
        heading_rad=np.full(len(aligned.sensors), _wrap(forward)),
        method="swing",
        tilt_rad=float("nan"),
        confidence="good" if sure else "doubtful",
        description=(
            f"forward is square to the plane of leg swing (eigenvalue ratio {swing.ratio:.0f})"
        ),
        notes=(
            "no heading_axis was given: forward was estimated from the plane of leg swing; give "
            "--heading-axis if it is known",
        ),
    )


def disagreements(
    aligned: AlignedRecording, pose: CalibrationPose, heading: Heading, *, base: int
) -> dict[str, float]:
    """Return how far each leg sensor's own swing plane faces from the heading used, radians.

    Sensors of one body should agree; magnetic disturbance or drift turns one of them. Only
    sensors whose swing is plane enough to tell are listed.
    """
    out: dict[str, float] = {}
    for i, body in enumerate(aligned.bodies):
        if body[:5] not in ("femur", "tibia"):
            continue
        swing = _leg_swing(aligned, pose, base=base, legs=[i])
        if swing is None or swing.ratio < SWING_RATIO:
            continue
        off = swing.right_rad + np.pi / 2.0 - float(heading.heading_rad[i])
        # A plane has two sides: which one is forward is not the question here.
        out[aligned.sensors[i]] = (off + np.pi / 2.0) % np.pi - np.pi / 2.0
    return out


def _leg_swing(
    aligned: AlignedRecording, pose: CalibrationPose, *, base: int, legs: list[int]
) -> _Swing | None:
    """Fit one mediolateral axis to the swing of some leg sensors."""
    turn = _slow_turn(aligned, pose, base)
    covariance = np.zeros((2, 2))
    for i in legs:
        omega = angular_velocity(aligned.R_ES[:, i], aligned.rate_hz)[:, :2]
        level = _turn_back(omega, turn)
        level = level[np.isfinite(level).all(axis=1)]
        level = level[np.hypot(level[:, 0], level[:, 1]) > _FAST_RADPS]
        if level.shape[0] > aligned.rate_hz:
            covariance += level.T @ level
    if not covariance.any():
        return None
    values, vectors = np.linalg.eigh(covariance)
    right = vectors[:, 1]
    side = sum(
        (1.0 if aligned.bodies[i].startswith("femur") else -1.0)
        * _asymmetry(aligned, pose, turn, i, right)
        for i in legs
    )
    if side < 0.0:
        right, side = -right, -side
    return _Swing(
        right_rad=float(np.arctan2(right[1], right[0])),
        ratio=float(values[1] / max(values[0], np.finfo(float).tiny)),
        asymmetry_rad=side / len(legs),
    )


def _asymmetry(
    aligned: AlignedRecording,
    pose: CalibrationPose,
    turn: FloatArray,
    sensor: int,
    right: FloatArray,
) -> float:
    """Return how much further a sensor swings to one side than to the other, radians."""
    since_pose = multiply(aligned.R_ES[:, sensor], inverse(pose.R_ES[sensor]))
    untwisted = multiply(_about_up(-turn), since_pose)
    angle = to_rotation_vector(untwisted)[:, :2] @ right
    angle = angle[np.isfinite(angle)]
    low, high = np.percentile(angle, [2.0, 98.0])
    return float(low + high)


def _slow_turn(aligned: AlignedRecording, pose: CalibrationPose, base: int) -> FloatArray:
    """Turn of the base sensor about the vertical since the pose, smoothed over strides."""
    since_pose = multiply(aligned.R_ES[:, base], inverse(pose.R_ES[base]))
    twist = unwrap_present(2.0 * np.arctan2(since_pose[:, 3], since_pose[:, 0]))
    return smooth_over_strides(twist, aligned.rate_hz)


def _turn_back(level: FloatArray, turn: FloatArray) -> FloatArray:
    cos, sin = np.cos(turn), np.sin(turn)
    return np.stack(
        [cos * level[:, 0] + sin * level[:, 1], cos * level[:, 1] - sin * level[:, 0]], axis=1
    )


def _about_up(angle_rad: FloatArray) -> FloatArray:
    """Quaternions of turns about the upward axis of E."""
    half = angle_rad[:, None] / 2.0
    return np.hstack([np.cos(half), np.sin(half) * up_in_earth()])


def _heading_from_slope(aligned: AlignedRecording, pose: CalibrationPose, *, base: int) -> Heading:
    """Take the base sensor's z axis as square to the sacrum, outward where it points upward."""
    sensor = aligned.sensors[base]
    vector_g = rotate(multiply(R_GE_NOMINAL, pose.R_ES[base]), axis_vector("z"))
    tilt = float(elevation_of(vector_g))
    if not np.deg2rad(2.0) < abs(tilt) < np.deg2rad(45.0):
        raise PlacementError(
            "calibration: which way is forward cannot be told: no heading_axis was given, no leg "
            f"sensor shows a plane of swing, and the z axis of {sensor} stands "
            f"{np.rad2deg(tilt):+.0f} degrees from the horizontal, which is not how a sensor lies "
            f"on a sacrum. Horizontal axes of this sensor: {_horizontal_axes(pose.R_ES[base])}. "
            "Name the one that points forward (--heading-axis)."
        )
    axis: UpAxis = "-z" if tilt > 0.0 else "z"
    found = heading_from_axis(aligned, pose, base=base, axis=axis)
    return Heading(
        heading_rad=found.heading_rad,
        method="sacral slope",
        tilt_rad=found.tilt_rad,
        confidence="doubtful",
        description=f"axis {axis} of {sensor} is taken to point forward (assumed)",
        notes=(
            f"no heading_axis was given: axis {axis} of {sensor} was taken to point forward, as "
            "on a sensor that lies flat on the sacrum. If it was worn otherwise, tilt and "
            "obliquity are wrong: give --heading-axis.",
        ),
    )


def _horizontal_axes(R_ES: FloatArray) -> str:
    tilts = {
        axis: float(
            np.rad2deg(elevation_of(rotate(multiply(R_GE_NOMINAL, R_ES), axis_vector(axis))))
        )
        for axis in ("x", "y", "z")
    }
    level = [f"±{axis} ({tilt:+.0f} degrees)" for axis, tilt in tilts.items() if abs(tilt) < 45.0]
    return ", ".join(level)


def _wrap(angle_rad: float) -> float:
    return float((angle_rad + np.pi) % (2.0 * np.pi) - np.pi)
