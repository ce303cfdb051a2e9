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
from opensim_pelvis.types.result_summary import in_html, in_lines
from opensim_pelvis.types.running_tables import (
    MEASURE_COLUMNS,
    STRIDE_COLUMNS,
    RunningTable,
    measure_table,
    stride_table,
)
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

    def __repr__(self) -> str:
        """Return a few lines; all values are in the fields."""
        return in_lines(self)

    def _repr_html_(self) -> str:
        """Return a short summary for a notebook."""
        return in_html(self)

    @property
    def measures(self) -> pd.DataFrame:
        """Measures: estimate, expanded uncertainty (95 %), mean, spread, definition.

        Index ``measure`` and ``side``: ``"right"``, ``"left"``, ``"body"`` or ``"right minus
        left"``; in the unit at the end of the name. Empty without strides.
        """
        if self.running is None:
            table = RunningTable(columns=MEASURE_COLUMNS, rows=()).to_frame()
        else:
            table = measure_table(self.running).to_frame()
        return table.set_index(["measure", "side"])

    @property
    def strides(self) -> pd.DataFrame:
        """Strides, a row each: side, times, whether it is kept or why not, every measure."""
        if self.running is None:
            return RunningTable(columns=STRIDE_COLUMNS, rows=()).to_frame()
        return stride_table(self.running).to_frame()

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
