"""Forward for the base sensor in the calibration pose, by the best means there is."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from opensim_pelvis.calibration.heading.swing import SWING_RATIO, find_swing, leg_sensors
from opensim_pelvis.config.settings import CalibrationSettings
from opensim_pelvis.errors import PlacementError
from opensim_pelvis.frames import (
    R_GE_NOMINAL,
    FloatArray,
    UpAxis,
    axis_vector,
    elevation_of,
    heading_of,
)
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.rotations import multiply, rotate
from opensim_pelvis.types import AlignedRecording, CalibrationPose, Heading
from opensim_pelvis.types.segments import segment_of

MAX_AXIS_TILT_RAD: Final = np.deg2rad(60.0)
"""Beyond this a degree of posture becomes two degrees of heading: the axis is refused."""

DOUBTFUL_AXIS_TILT_RAD: Final = np.deg2rad(35.0)
"""Steeper than a sacrum slopes in standing; noted."""

MAX_DISAGREEMENT_RAD: Final = np.deg2rad(45.0)
"""No compass in a room is that far off: a stated axis beyond it is another one."""

SIDE_RAD: Final = np.deg2rad(10.0)
"""Least asymmetry of swing that tells forward from backward: a pose crooked by 5 degrees."""

SURE_SIDE_RAD: Final = np.deg2rad(15.0)
"""Asymmetry of swing beyond what a crooked calibration pose makes up."""


def find_forward(
    aligned: AlignedRecording,
    pose: CalibrationPose,
    settings: CalibrationSettings,
    *,
    legs_tell: bool = True,
) -> Heading:
    """Return forward in the calibration pose, by the best means there is.

    The stated axis of the base sensor is taken where one is stated (OpenSense's meaning). Else
    forward is square to the plane of leg swing where legs were worn and swing; else the base
    sensor's z axis is taken to be square to the sacrum, whose outer side slopes upward. Legs tell
    nothing about the base sensor's earth frame where sensors share no north, nor which side is
    forward where nobody stood still.

    Raises
    ------
    PlacementError
        When the base body wears no sensor, the axis is nearly vertical, or nothing tells.
    """
    if settings.base not in aligned.bodies:
        raise PlacementError(
            f"calibration: the base body '{settings.base}' has no sensor; sensors are on "
            f"{', '.join(aligned.bodies)}. Give one of these with --base ([calibration] base)."
        )
    base = aligned.bodies.index(settings.base)
    if settings.heading_axis is not None:
        return heading_from_axis(aligned, pose, base=base, axis=settings.heading_axis)
    swing = heading_from_swing(aligned, pose, base=base) if legs_tell else None
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
            f"calibration: axis {axis} of {sensor} should point forward, but is "
            f"{np.rad2deg(tilt):+.0f} degrees from the horizontal in the calibration pose: a "
            "nearly vertical axis has no heading. Horizontal axes of this sensor: "
            f"{_horizontal_axes(pose.R_ES[base])}. Give the one that points forward "
            "(--heading-axis)."
        )
    notes: tuple[Notice, ...] = ()
    if abs(tilt) > DOUBTFUL_AXIS_TILT_RAD:
        values = {"axis": axis, "sensor": sensor, "tilt_deg": np.rad2deg(tilt)}
        notes = (notice("heading.axis_tilted", sensor, **values),)
    return Heading(
        heading_rad=np.full(len(aligned.sensors), float(heading_of(vector_g))),
        method="axis",
        tilt_rad=tilt,
        confidence="given",
        description=notice("forward.axis", axis=axis, sensor=sensor),
        notes=notes,
    )


def heading_from_swing(
    aligned: AlignedRecording, pose: CalibrationPose, *, base: int
) -> Heading | None:
    """Return forward from the plane of leg swing, or None where it does not show.

    Notes
    -----
    Assumes walking or running for some seconds, and one north for the sensors of the legs. Left
    and right errors cancel when both legs are worn. See `opensim_pelvis.calibration.heading.swing`.
    """
    legs = [i for i in leg_sensors(aligned.bodies) if segment_of(aligned.bodies[i]) != "foot"]
    swing = find_swing(aligned, pose, base=base, legs=legs) if legs else None
    if swing is None or swing.ratio < SWING_RATIO or swing.asymmetry_rad < SIDE_RAD:
        return None
    sure = swing.ratio >= 2.0 * SWING_RATIO and swing.asymmetry_rad >= SURE_SIDE_RAD
    return Heading(
        heading_rad=np.full(len(aligned.sensors), wrap(swing.forward_rad)),
        method="swing",
        tilt_rad=float("nan"),
        confidence="good" if sure else "doubtful",
        description=notice("forward.swing", ratio=swing.ratio),
        notes=(notice("heading.from_swing"),),
    )


def doubt_forward(forward: Heading, legs_rad: float, *, base: int) -> Heading:
    """Return a stated or assumed forward as doubtful where the legs swing clearly another way.

    Parameters
    ----------
    forward : Heading
    legs_rad : float
        Where legs say that forward is in the base sensor's E; NaN where they do not. What
        compasses disagree is in it, and no more: beyond half a right angle it is another axis.
    base : int
    """
    off_rad = abs(wrap(legs_rad - float(forward.heading_rad[base])))
    if forward.method == "swing" or not off_rad >= MAX_DISAGREEMENT_RAD:
        return forward
    return replace(
        forward,
        confidence="doubtful",
        notes=(
            *forward.notes,
            notice(
                "heading.contradicted",
                description=forward.description,
                off_deg=np.rad2deg(off_rad),
            ),
        ),
    )


def _heading_from_slope(aligned: AlignedRecording, pose: CalibrationPose, *, base: int) -> Heading:
    """Take the base sensor's z axis as square to the sacrum, outward where it points upward."""
    sensor = aligned.sensors[base]
    vector_g = rotate(multiply(R_GE_NOMINAL, pose.R_ES[base]), axis_vector("z"))
    tilt = float(elevation_of(vector_g))
    if not np.deg2rad(2.0) < abs(tilt) < np.deg2rad(45.0):
        raise PlacementError(
            "calibration: the forward direction is unknown: no heading_axis was given, no leg "
            f"sensor has a clear plane of swing, and the z axis of {sensor} is "
            f"{np.rad2deg(tilt):+.0f} degrees from the horizontal, unlike a sensor on the "
            f"sacrum. Horizontal axes of this sensor: {_horizontal_axes(pose.R_ES[base])}. Give "
            "the one that points forward (--heading-axis)."
        )
    axis: UpAxis = "-z" if tilt > 0.0 else "z"
    found = heading_from_axis(aligned, pose, base=base, axis=axis)
    return Heading(
        heading_rad=found.heading_rad,
        method="sacral slope",
        tilt_rad=found.tilt_rad,
        confidence="doubtful",
        description=notice("forward.sacral_slope", axis=axis, sensor=sensor),
        notes=(notice("heading.from_sacral_slope", sensor, axis=axis, sensor=sensor),),
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


def wrap(angle_rad: float) -> float:
    """Return the same angle in [-pi, pi)."""
    return float((angle_rad + np.pi) % (2.0 * np.pi) - np.pi)
