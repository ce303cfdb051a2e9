"""Suggests who wears which sensor of a recording as it was read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from opensim_pelvis.calibration.wearers.assign import MOST
from opensim_pelvis.calibration.wearers.identify import SURE, Wearers, identify_wearers
from opensim_pelvis.config.settings import FusionSettings, TimelineSettings
from opensim_pelvis.config.trial.suggested import Suggestion, suggest_stated
from opensim_pelvis.errors import OpenSimPelvisError
from opensim_pelvis.fusion.fuse import fuse_recording
from opensim_pelvis.timeline.align import align_recording
from opensim_pelvis.timeline.clocks import unify_clocks
from opensim_pelvis.types import Recording, SensorSignals
from opensim_pelvis.types.segments import BODIES

LONGEST_S: Final = 180.0
"""Of the recording that is looked at."""


def suggest_wearers(recording: Recording, path: Path) -> dict[str, Suggestion]:
    """Return who wears which sensor, as far as anything says so, by identifier.

    What a mapping file or names say goes before movement, which is asked for the others.

    Parameters
    ----------
    recording : Recording
        As read.
    path : Path
        Where it was read.
    """
    stated = suggest_stated(recording.identifiers, path)
    if len(stated) == len(recording.identifiers):
        return stated
    taken = {one.body for one in stated.values()}
    moved = suggest_from_movement(recording)
    return {name: one for name, one in moved.items() if one.body not in taken} | stated


def suggest_from_movement(recording: Recording) -> dict[str, Suggestion]:
    """Return the sensors whose bodies movement tells surely; none where it tells nothing.

    Parameters
    ----------
    recording : Recording
        As read. All its sensors count as worn on pelvis, trunk and legs: with one on an arm,
        nothing here holds.
    """
    named = {name: name for name in recording.identifiers}
    if not 1 < len(named) <= MOST:
        return {}
    short = replace(
        recording, sensors=tuple(_first(sensor, recording.rate_hz) for sensor in recording.sensors)
    )
    timeline = TimelineSettings()
    gap_s = timeline.max_gap_s
    try:
        fused = fuse_recording(short, FusionSettings(), set(named), max_gap_s=gap_s)
        aligned = align_recording(unify_clocks(fused, timeline), named, max_gap_s=gap_s)
    except OpenSimPelvisError:  # what is wrong is said where the recording is run
        return {}
    found = identify_wearers(
        rate_hz=aligned.rate_hz,
        R_ES=aligned.R_ES,
        angular_velocity_radps=aligned.angular_velocity_radps,
        acceleration_mps2=aligned.acceleration_mps2,
        candidates=BODIES,
    )
    return _sure(found, aligned.identifiers)


def _sure(found: Wearers, identifiers: tuple[str, ...]) -> dict[str, Suggestion]:
    rows = zip(identifiers, found.likely, found.probability.max(axis=1), strict=False)
    return {
        name: Suggestion(body=body, source="movement", probability=float(probability))
        for name, body, probability in rows
        if probability >= SURE
    }


def _first(sensor: SensorSignals, rate_hz: float) -> SensorSignals:
    """Return the beginning of what a sensor recorded."""
    rows = slice(0, round(LONGEST_S * rate_hz))
    names = (
        "counter", "time_s", "R_ES", "acceleration_mps2", "free_acceleration_mps2",
        "angular_velocity_radps", "magnetic_field",
    )  # fmt: skip
    cut = {name: value[rows] for name in names if (value := getattr(sensor, name)) is not None}
    return replace(sensor, **cut)
