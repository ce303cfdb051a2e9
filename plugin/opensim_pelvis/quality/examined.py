"""What checks may look at: everything that the stages of one trial gave."""

from __future__ import annotations

from dataclasses import dataclass

from opensim_pelvis.config.settings import TrialSettings
from opensim_pelvis.types import (
    AlignedRecording,
    Angles,
    BodyModel,
    Kinematics,
    Placement,
    Recording,
    RunningAnalysis,
    SensorOrientations,
)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Examined:
    """All records of one trial, for the checks.

    Parameters
    ----------
    settings : TrialSettings
    recording : Recording
        As read, fused, on its clocks.
    aligned : AlignedRecording
    placement : Placement
    orientations : SensorOrientations
    model : BodyModel
    kinematics : Kinematics
    angles : Angles
    running : RunningAnalysis
    """

    settings: TrialSettings
    recording: Recording
    aligned: AlignedRecording
    placement: Placement
    orientations: SensorOrientations
    model: BodyModel
    kinematics: Kinematics
    angles: Angles
    running: RunningAnalysis
