"""Pose, mounting and heading put together into a placement."""

from __future__ import annotations

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.heading import find_heading, headings_from_mountings
from opensim_pelvis.placement import (
    average_pose,
    find_still_window,
    judge_placement,
    place_static,
)
from opensim_pelvis.rotations import inverse, is_present, multiply
from opensim_pelvis.settings import TrialSettings
from opensim_pelvis.trial.mounting import read_placement
from opensim_pelvis.types import (
    AlignedRecording,
    BodyModel,
    CalibrationPose,
    Placement,
    Recording,
    SensorOrientations,
)


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
    max_spread_rad = float(np.deg2rad(settings.max_spread_deg))
    window, source = settings.window_s, "given"
    if window is None:
        window, source = find_still_window(aligned, max_spread_rad=max_spread_rad), "found"
    pose: CalibrationPose = average_pose(
        aligned, window_s=window, source=source, max_spread_rad=max_spread_rad
    )
    mounted = _known_mountings(aligned, trial)
    faces, left_over = headings_from_mountings(
        aligned, pose, R_BS=mounted, default_R_GB=model.default_R_GB
    )
    surface = trial.activity.surface
    heading = find_heading(
        aligned,
        pose,
        settings,
        surface=surface,
        no_north=_without_north(recording, aligned),
        mounted=faces,
    )
    placement = place_static(
        aligned, pose, heading, default_R_GB=model.default_R_GB, mounted=mounted
    )
    return judge_placement(placement, left_over)


def _known_mountings(aligned: AlignedRecording, trial: TrialSettings) -> dict[str, FloatArray]:
    """Return R_BS by sensor where the file, an earlier run or the user says it; the last wins."""
    known: dict[str, FloatArray] = {}
    if aligned.R_BS is not None:
        rows = zip(aligned.sensors, aligned.R_BS, strict=True)
        known |= {sensor: R_BS for sensor, R_BS in rows if is_present(R_BS)}
    earlier = trial.calibration.placement
    stated = {} if earlier is None else read_placement(earlier)
    for body, mounting in {**stated, **trial.mountings}.items():
        if body in aligned.bodies:
            known[aligned.sensors[aligned.bodies.index(body)]] = np.array(mounting)
    return known


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
