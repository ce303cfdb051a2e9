"""One trial from recording to angles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.notices import Notice
from opensim_pelvis.types.angles import Angles
from opensim_pelvis.types.event import Event
from opensim_pelvis.types.kinematics import BodyModel, EngineCheck, Kinematics
from opensim_pelvis.types.placement import Placement, SensorOrientations
from opensim_pelvis.types.quality import Quality
from opensim_pelvis.types.recording import Recording
from opensim_pelvis.types.timeline import AlignedRecording

if TYPE_CHECKING:
    import pandas as pd

    from opensim_pelvis.config.settings import TrialSettings
    from opensim_pelvis.types.running import RunningAnalysis


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Result:
    """One trial from recording to angles: what exporters, reports and comparisons read."""

    name: str
    settings: TrialSettings
    recording: Recording
    aligned: AlignedRecording
    placement: Placement
    model: BodyModel
    orientations: SensorOrientations
    kinematics: Kinematics
    clinical: Angles
    engine_check: EngineCheck | None = None
    running: RunningAnalysis | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    defaults: tuple[str, ...] = ()
    notes: tuple[Notice, ...] = ()
    quality: Quality = field(default_factory=Quality)

    @property
    def events(self) -> tuple[Event, ...]:
        """Foot contacts, toe-offs and cycle events of the analysis; empty without one."""
        return () if self.running is None else self.running.events.events

    @property
    def coordinates(self) -> pd.DataFrame:
        """OpenSim coordinates in degrees, OpenSim's names and signs; index ``time_s``."""
        return _angle_table(
            self.kinematics.time_s, self.kinematics.coordinates, self.kinematics.values_rad
        )

    @property
    def angles(self) -> pd.DataFrame:
        """Clinical angles in degrees, one column a name; index ``time_s``."""
        return _angle_table(self.clinical.time_s, self.clinical.names, self.clinical.values_rad)


def _angle_table(
    time_s: FloatArray, names: tuple[str, ...], values_rad: FloatArray
) -> pd.DataFrame:
    """Return radians as a table in degrees for people."""
    import pandas as pd

    index = pd.Index(time_s, name="time_s")
    return pd.DataFrame(np.rad2deg(values_rad), index=index, columns=pd.Index(names))
