"""Pose, mounting and heading put together into a placement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from opensim_pelvis.calibration.heading import find_heading, headings_from_mountings
from opensim_pelvis.calibration.movement_pose import pose_of_movement
from opensim_pelvis.calibration.placement import (
    average_pose,
    find_still_window,
    place_static,
)
from opensim_pelvis.calibration.slips.since_pose import find_since_pose
from opensim_pelvis.calibration.slips.steps import ENDS_A_PART, find_steps, leave_out
from opensim_pelvis.calibration.slips.stride_cut import cut_strides
from opensim_pelvis.calibration.verdict import (
    KnownMountings,
    Source,
    judge_placement,
    require_fitting,
)
from opensim_pelvis.config.calibration_methods import CalibrationMethod, method_of
from opensim_pelvis.config.settings import CalibrationSettings, TrialSettings
from opensim_pelvis.config.trial.earlier import describe_match, read_placement
from opensim_pelvis.config.trial.mounting import Mounting
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.notices import Notice
from opensim_pelvis.rotations import inverse, is_present, multiply
from opensim_pelvis.types import (
    AlignedRecording,
    BodyModel,
    CalibrationPose,
    Placement,
    Recording,
    SensorOrientations,
)


def calibrate_described(
    recording: Recording, aligned: AlignedRecording, model: BodyModel, trial: TrialSettings
) -> tuple[AlignedRecording, Placement]:
    """Return the placement, and of each sensor the part of the recording that it describes.

    A sensor that moves on its body, or whose heading jumps, keeps the part with the calibration
    pose; its other orientations are left out before headings and their drift are looked for.

    Raises
    ------
    PlacementError
        As `calibrate`.
    """
    strides = cut_strides(aligned)
    steps, checked = find_steps(aligned, strides)
    if any(step.kind in ENDS_A_PART for step in steps):
        pose = POSES[trial.calibration.method](aligned, trial.calibration)
        aligned, steps = leave_out(aligned, steps, pose.window_s)
    placement = calibrate(recording, aligned, model, trial)
    if method_of(trial.calibration.method).still:
        steps = (*find_since_pose(aligned, placement.pose, strides), *steps)
    return aligned, replace(placement, steps=steps, steps_checked=checked)


def calibrate(
    recording: Recording, aligned: AlignedRecording, model: BodyModel, trial: TrialSettings
) -> Placement:
    """Return how each sensor sits on its body and which way it faces, with a verdict.

    Parameters
    ----------
    recording : Recording
        Says which sensors were fused without a magnetometer.
    aligned : AlignedRecording
    model : BodyModel
        Its default pose is that of the calibration.
    trial : TrialSettings

    Raises
    ------
    PlacementError
        When there is no still pose, nothing tells forward, or a stated mounting cannot be.
    """
    settings = trial.calibration
    pose = POSES[settings.method](aligned, settings)
    known = _known_mountings(aligned, model, trial)
    faces, left_over = headings_from_mountings(
        aligned, pose, R_BS=known.R_BS, default_R_GB=model.default_R_GB
    )
    upright = method_of(settings.method).upright
    if upright is not None:
        body_of = dict(zip(aligned.sensors, aligned.bodies, strict=True))
        left_over = {s: tilt for s, tilt in left_over.items() if body_of[s] in upright}
    require_fitting(known, left_over)
    surface = trial.activity.surface
    heading = find_heading(
        aligned,
        pose,
        settings,
        surface=surface,
        no_north=_without_north(recording, aligned),
        mounted=faces,
        ties_rad=_tie_errors(recording, aligned),
    )
    placement = place_static(
        aligned, pose, heading, default_R_GB=model.default_R_GB, mounted=known.R_BS
    )
    return judge_placement(placement, known, left_over, faces)


def _still_pose(aligned: AlignedRecording, settings: CalibrationSettings) -> CalibrationPose:
    """Return the pose in which the subject stands still."""
    max_spread_rad = float(np.deg2rad(settings.max_spread_deg))
    given = settings.window_s
    return average_pose(
        aligned,
        window_s=given or find_still_window(aligned, max_spread_rad=max_spread_rad),
        source="given" if given else "found",
        max_spread_rad=max_spread_rad,
    )


def _moving_pose(aligned: AlignedRecording, settings: CalibrationSettings) -> CalibrationPose:
    """Return the mean posture of a movement, which stands for the pose."""
    return pose_of_movement(aligned, window_s=settings.window_s)


POSES: Final[
    Mapping[CalibrationMethod, Callable[[AlignedRecording, CalibrationSettings], CalibrationPose]]
] = {"static": _still_pose, "movement": _moving_pose}
"""What each method of calibration computes."""


def _known_mountings(
    aligned: AlignedRecording, model: BodyModel, trial: TrialSettings
) -> KnownMountings:
    """Return R_BS by sensor where the file, an earlier run or the user says it; the last wins."""
    known: dict[str, FloatArray] = {}
    source: dict[str, Source] = {}
    notes: tuple[Notice, ...] = ()
    if aligned.R_BS is not None:
        rows = zip(aligned.sensors, aligned.R_BS, strict=True)
        known |= {sensor: R_BS for sensor, R_BS in rows if is_present(R_BS)}
        source |= dict.fromkeys(known, "file")
    path = trial.calibration.placement
    earlier = {} if path is None else read_placement(path)
    if path is not None:
        notes = describe_match(earlier, aligned.bodies, model.bodies, path)
    told: tuple[tuple[Source, Mapping[str, Mounting]], ...]
    told = (("earlier", earlier), ("stated", trial.mountings))
    for said, mountings in told:
        for body, mounting in mountings.items():
            if body in aligned.bodies:
                sensor = aligned.sensors[aligned.bodies.index(body)]
                known[sensor], source[sensor] = np.array(mounting), said
    return KnownMountings(R_BS=known, source=source, earlier=path, notes=notes)


def _tie_errors(recording: Recording, aligned: AlignedRecording) -> dict[str, float]:
    """Return by how much ties across holes may have turned each sensor's heading, in all.

    Errors of single ties are independent. The sum over the recording is that of its far end
    against the pose, where the pose stands at one end.
    """
    errors = {row.identifier: row.heading_tie_errors_rad for row in recording.origins}
    worn = zip(aligned.sensors, aligned.identifiers, strict=True)
    return {
        sensor: float(np.linalg.norm(errors[identifier]))
        for sensor, identifier in worn
        if errors.get(identifier)
    }


def _without_north(recording: Recording, aligned: AlignedRecording) -> frozenset[str]:
    """Return the sensors that were fused without a magnetometer: their north is anywhere."""
    fused = {row.identifier for row in recording.origins if row.origin == "vqf 6D"}
    worn = zip(aligned.sensors, aligned.identifiers, strict=True)
    return frozenset(sensor for sensor, identifier in worn if identifier in fused)


def orient_headless(
    placement: Placement, orientations: SensorOrientations
) -> dict[str, FloatArray]:
    """Return R_GB by body of sensors whose heading is unknown: right but for that."""
    return {
        body: multiply(orientations.R_GS[:, i], inverse(placement.R_BS[i]))
        for i, body in enumerate(placement.bodies)
        if placement.sensors[i] in placement.heading.unknown
    }
