"""Ties sensors to body segments: a still pose, averaged, against the model's default pose.

In the calibration pose the body is taken to stand as the model stands by default, so that
``R_BS = R_GB(default)^-1 R_GS(pose)``. What the subject's posture differs from the model's
becomes a constant offset of the angles; ranges of motion are hardly touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from opensim_pelvis.config.calibration_methods import WindowSource, method_of
from opensim_pelvis.errors import PlacementError
from opensim_pelvis.frames import R_GE_NOMINAL, FloatArray, turn_about_vertical
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.rotations import angle_between, inverse, is_present, mean_rotation, multiply
from opensim_pelvis.types import (
    AlignedRecording,
    CalibrationPose,
    Heading,
    Placement,
    SensorOrientations,
)

POSE_S: Final = 1.0
"""Length of the still window that is looked for: long enough to average sensor noise out."""

MOVEMENT_S: Final = 0.25
"""Seconds before the first movement that are left out of a still window that is looked for."""

POSE_SHARE: Final = 0.1
"""Part of the samples of a still window that must be there: radio links lose more than half."""

MIN_SAMPLES: Final = 3
"""A pose from fewer samples says nothing about how still it was (a single row is allowed)."""


def find_still_window(aligned: AlignedRecording, *, max_spread_rad: float) -> tuple[float, float]:
    """Return the stillest second of the first stretch in which every sensor stands still.

    Parameters
    ----------
    aligned : AlignedRecording
    max_spread_rad : float
        Root-mean-square angle from the mean, over one second, below which a sensor is still.

    Returns
    -------
    (float, float)
        Start and end in seconds on the aligned clock.

    Raises
    ------
    PlacementError
        When there is no such second; the message says how still the stillest one was.
    """
    width = round(POSE_S * aligned.rate_hz)
    if aligned.time_s.size < max(width, 2):
        raise PlacementError(
            f"calibration: a static trial needs {POSE_S:g} s, but the recording lasts "
            f"{aligned.time_s[-1]:.2f} s. Give the static period with --static START END "
            "([calibration] window_s)."
        )
    spread = np.max(_rolling_spread(aligned.R_ES, width), axis=1)
    still = spread <= max_spread_rad
    if not still.any():
        _raise_never_still(aligned, spread, max_spread_rad)
    first = int(np.argmax(still))
    after = np.flatnonzero(~still[first:])
    last = first + int(after[0]) if after.size else still.size
    if after.size:  # movement follows, and where samples are lost it raises the spread late
        last = max(first + 1, last - round(MOVEMENT_S * aligned.rate_hz))
    start = first + int(np.argmin(spread[first:last]))
    return float(aligned.time_s[start]), float(aligned.time_s[start + width - 1])


def average_pose(
    aligned: AlignedRecording,
    *,
    window_s: tuple[float, float],
    source: WindowSource,
    max_spread_rad: float,
) -> CalibrationPose:
    """Return the mean orientation of each sensor over a window that is tested to be still.

    Parameters
    ----------
    aligned : AlignedRecording
    window_s : (float, float)
        Start and end on the aligned clock, both included. Equal ends name one sample.
    source : str
        ``"given"`` or ``"found"``.
    max_spread_rad : float
        Largest root-mean-square angle from the mean that counts as still.

    Raises
    ------
    PlacementError
        When the window is outside the recording, a sensor has no sample in it, or one moves.
    """
    rows = _window_rows(aligned, window_s)
    counts, means, spreads, faults = [], [], [], []
    for index, sensor in enumerate(aligned.sensors):
        q = aligned.R_ES[rows, index]
        q = q[is_present(q)]
        if q.shape[0] == 0:
            faults.append(f"{sensor} has no sample in this window")
            continue
        mean = mean_rotation(q)
        spread = float(np.sqrt(np.mean(angle_between(mean, q) ** 2)))
        counts.append(q.shape[0])
        means.append(mean)
        spreads.append(spread)
        if spread > max_spread_rad:
            faults.append(
                f"{sensor} moves: {np.rad2deg(spread):.1f} degrees RMS from its mean, wanted at "
                f"most {np.rad2deg(max_spread_rad):.1f}"
            )
    if faults:
        raise PlacementError(
            f"calibration window {window_s[0]:g} to {window_s[1]:g} s: {'; '.join(faults)}. Give "
            "a window of quiet standing (--static START END), or omit it to have one detected."
        )
    return CalibrationPose(
        window_s=window_s,
        window_source=source,
        method="static",
        R_ES=np.array(means),
        samples=np.array(counts, dtype=np.int64),
        spread_rad=np.array(spreads),
    )


def place_static(
    aligned: AlignedRecording,
    pose: CalibrationPose,
    heading: Heading,
    *,
    default_R_GB: Mapping[str, FloatArray],
    mounted: Mapping[str, FloatArray] | None = None,
) -> Placement:
    """Return sensor-to-body rotations from a static pose.

    Parameters
    ----------
    aligned : AlignedRecording
        For the labels and for a later still pose, against which the placement is checked.
    pose : CalibrationPose
    heading : Heading
        Forward in each sensor's E; the correction reaches placement and kinematics alike.
    default_R_GB : mapping of str to (4,) array
        Orientation of each sensor's body in the model's default pose.
    mounted : mapping of str to (4,) array, optional
        ``R_BS`` of sensors whose mounting is known: it is taken as it is.

    Returns
    -------
    Placement

    Notes
    -----
    With one sample and a horizontal heading axis this is what OpenSim's ``IMUPlacer`` does.
    """
    R_GE = multiply(turn_about_vertical(-heading.heading_rad), R_GE_NOMINAL)
    R_GS = multiply(R_GE, pose.R_ES)
    R_GB = np.array([default_R_GB[body] for body in aligned.bodies])
    quality = {
        "samples": float(pose.samples.min()),
        "worst_spread_deg": float(np.rad2deg(pose.spread_rad.max())),
        "heading_axis_tilt_deg": float(np.rad2deg(heading.tilt_rad)),
    }
    notes = list(heading.notes)
    if pose.samples.min() < MIN_SAMPLES:
        notes.append(notice("pose.few_samples", samples=pose.samples.min()))
    R_BS = multiply(inverse(R_GB), R_GS)
    for sensor, known in (mounted or {}).items():
        R_BS[aligned.sensors.index(sensor)] = known
    if method_of(pose.method).still:
        again = _later_pose(aligned, pose)
        if again is not None:
            quality |= {f"standing_again_{s}_deg": turn for s, turn in again.turned_deg.items()}
            quality["standing_again_s"] = again.at_s
            notes += _doubts(again)
    return Placement(
        sensors=aligned.sensors,
        bodies=aligned.bodies,
        R_BS=R_BS,
        R_GE=R_GE,
        pose=pose,
        heading=heading,
        quality=quality,
        notes=tuple(notes),
    )


def orient_sensors(aligned: AlignedRecording, placement: Placement) -> SensorOrientations:
    """Return all samples in OpenSim ground, heading included, heading drift removed."""
    R_GS = multiply(placement.R_GE, aligned.R_ES)
    drift_rad = placement.heading.drift_rad
    if drift_rad is not None:
        R_GS = multiply(turn_about_vertical(-drift_rad), R_GS)
    return SensorOrientations(
        time_s=aligned.time_s, rate_hz=aligned.rate_hz, sensors=aligned.sensors, R_GS=R_GS
    )


def _window_rows(aligned: AlignedRecording, window_s: tuple[float, float]) -> slice:
    start_s, end_s = window_s
    length_s = float(aligned.time_s[-1])
    half_step = 0.5 / aligned.rate_hz
    if not (0.0 - half_step <= start_s <= end_s <= length_s + half_step):
        raise PlacementError(
            f"calibration window {start_s:g} to {end_s:g} s is not within the recording, which "
            f"lasts from 0 to {length_s:.2f} s. Give a start and an end within the recording "
            "(--static START END)."
        )
    first = int(np.ceil(start_s * aligned.rate_hz - 0.5))
    last = int(np.floor(end_s * aligned.rate_hz + 0.5))
    return slice(max(first, 0), min(last, aligned.time_s.size - 1) + 1)


def _rolling_spread(q: FloatArray, width: int) -> FloatArray:
    """RMS angle from the mean over each window of ``width`` samples; inf where too few are there.

    For unit quaternions of one sign the length of their mean vector m gives it:
    mean(angle^2) = 4 (1 - |m|^2) to second order. Samples that are missing are left out; a window
    counts where `POSE_SHARE` of its samples are there, and some in each of its thirds.
    """
    present = is_present(q)
    windows = sliding_window_view(np.where(present[..., None], q, 0.0), width, axis=0)
    there = sliding_window_view(present, width, axis=0)
    count = there.sum(axis=-1)
    means = windows.sum(axis=-1) / np.maximum(count, 1)[..., None]
    spread = 2.0 * np.sqrt(np.clip(1.0 - np.sum(means**2, axis=-1), 0.0, None))
    enough = count >= min(width, max(MIN_SAMPLES, POSE_SHARE * width))
    for third in np.array_split(np.arange(width), 3):
        if third.size:
            enough &= there[..., third[0] : third[-1] + 1].any(axis=-1)
    return np.where(enough, spread, np.inf)


def _raise_never_still(
    aligned: AlignedRecording, spread: FloatArray, max_spread_rad: float
) -> None:
    best = int(np.argmin(spread))
    found = (
        f"the stillest second, from {aligned.time_s[best]:.2f} s, has "
        f"{np.rad2deg(spread[best]):.1f} degrees RMS in its worst sensor"
        if np.isfinite(spread[best])
        else "in no second do all sensors have enough samples"
    )
    raise PlacementError(
        f"calibration: found no static trial. Wanted {POSE_S:g} s with every sensor within "
        f"{np.rad2deg(max_spread_rad):.1f} degrees RMS of its mean; {found}. Record 3 s of quiet "
        "standing, or give a window with --static START END. Otherwise --calibration movement "
        "uses the mean posture of walking or running: then only ranges of motion are valid."
    )


@dataclass(frozen=True, slots=True)
class _Again:
    """How far each sensor has turned against the base sensor where the subject stands again."""

    at_s: float
    turned_deg: Mapping[str, float]


def _later_pose(aligned: AlignedRecording, pose: CalibrationPose) -> _Again | None:
    """How far the sensors disagree when the subject stands again at the end of the recording.

    Compared is the turn since the calibration pose, sensor against base sensor: one rigid
    person who stands as before turns all sensors alike. What is left is slip, drift of
    heading, or another posture.
    """
    width = round(POSE_S * aligned.rate_hz)
    last = aligned.time_s.size - width
    first = max(round((pose.window_s[1] + 2.0) * aligned.rate_hz), last - 5 * width)
    if len(aligned.sensors) < 2 or first > last:
        return None
    spread = np.max(_rolling_spread(aligned.R_ES[first:], width), axis=1)
    start = first + int(np.argmin(spread))
    if spread.min() > max(2.0 * pose.spread_rad.max(), np.deg2rad(1.0)):
        return None
    turns = [
        multiply(mean_rotation(q[is_present(q)]), inverse(pose.R_ES[i]))
        for i in range(len(aligned.sensors))
        for q in (aligned.R_ES[start : start + width, i],)
    ]
    turned_deg = {
        sensor: float(np.rad2deg(angle_between(turns[0], turns[i])))
        for i, sensor in enumerate(aligned.sensors)
        if i > 0
    }
    return _Again(float(aligned.time_s[start]), turned_deg)


def _doubts(again: _Again) -> list[Notice]:
    doubtful = 10.0  # degrees: the size of the effects that the angles are read for
    far = {sensor: turn for sensor, turn in again.turned_deg.items() if turn > doubtful}
    return [notice("pose.not_as_before", *far, at_s=again.at_s, turned_deg=far)] if far else []
