"""What a run is told: frozen settings, read once from a trial file and from flags.

Units stand in the names. What is said of each setting (meaning, unit, limits, flag, help) stands in
``config/trial/settings.toml``; ``docs/settings.md`` is made of it.
"""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from opensim_pelvis.config.sampling import find_rate_fault
from opensim_pelvis.errors import SettingsError
from opensim_pelvis.frames import UpAxis

Engine = Literal["exact", "opensim", "opensim-tool"]
OrientationChoice = Literal["vendor", "fused"]
GyroscopeSamples = Literal["mean", "instant"]
Synchronise = Literal["auto", "movement", "trigger", "start"]
Sex = Literal["female", "male"]
Surface = Literal["treadmill", "overground"]
SensorHeadings = Literal["auto", "common", "body"]
CalibrationMethod = Literal["static", "movement"]
ActivityKind = Literal["running", "walking"]
EventChoice = Literal["imported", "sensors"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingSettings:
    """``[recording]``: which file or folder, and what its files do not state themselves."""

    path: Path
    reader: str | None = None
    rate_hz: float | None = None
    name: str | None = None
    up_axis: UpAxis | None = None
    mapping: Path | None = None
    date: datetime.date | None = None
    simulated: bool = False

    def __post_init__(self) -> None:
        fault = None if self.rate_hz is None else find_rate_fault(self.rate_hz)
        if fault is not None:
            raise SettingsError(f"[recording] rate_hz (--rate): {fault}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineSettings:
    """``[timeline]``: one time base for all sensors: clocks, sampling rates and gaps."""

    rate_hz: float | None = None
    synchronise: Synchronise = "auto"
    trigger_s: Mapping[str, float] = field(default_factory=dict)
    max_gap_s: float = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationSettings:
    """``[calibration]``: sensor-to-segment calibration, and the heading of each sensor."""

    method: CalibrationMethod = "static"
    window_s: tuple[float, float] | None = None
    base: str = "pelvis"
    heading_axis: UpAxis | None = None
    max_spread_deg: float = 2.0
    sensor_headings: SensorHeadings = "auto"
    drift: Literal["auto", "none"] = "auto"
    placement: Path | None = None
    attachment: str | None = None
    flexion_window_s: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FusionSettings:
    """``[fusion]``: where orientations come from."""

    orientations: OrientationChoice = "vendor"
    magnetometer: bool = False
    gyroscope: GyroscopeSamples = "mean"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectSettings:
    """``[subject]``: who was measured; height, mass and sex scale the model."""

    id: str | None = None
    sex: Sex | None = None
    height_m: float | None = None
    mass_kg: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivitySettings:
    """``[activity]``: what was done; gait events and speed from other devices."""

    kind: ActivityKind | None = None
    speed_mps: float | None = None
    surface: Surface | None = None
    speed_file: Path | None = None
    speed_start_s: float | None = None
    events_file: Path | None = None
    events_start_s: float | None = None
    events: EventChoice = "imported"


@dataclass(frozen=True, slots=True, kw_only=True)
class SolverSettings:
    """``[solver]``: model, inverse-kinematics solver and weights."""

    model: Path | None = None
    engine: Engine = "exact"
    check_engine: bool = False
    weights: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidanceSettings:
    """``[guidance]``: reference values of the laboratory, beside those of the package."""

    reference: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSettings:
    """``[report]``: the laboratory's own report."""

    lab: Path | None = None
    language: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialSettings:
    """Everything that a run is told, the content of ``trial.toml``.

    ``sensors`` maps a sensor's identifier in the file to the body that wore it. ``mountings``
    maps a body to ``R_BS`` of its sensor, where that is known (``[mountings]``).
    """

    recording: RecordingSettings
    sensors: Mapping[str, str] = field(default_factory=dict)
    mountings: Mapping[str, tuple[float, float, float, float]] = field(default_factory=dict)
    fusion: FusionSettings = field(default_factory=FusionSettings)
    timeline: TimelineSettings = field(default_factory=TimelineSettings)
    calibration: CalibrationSettings = field(default_factory=CalibrationSettings)
    subject: SubjectSettings = field(default_factory=SubjectSettings)
    activity: ActivitySettings = field(default_factory=ActivitySettings)
    solver: SolverSettings = field(default_factory=SolverSettings)
    guidance: GuidanceSettings = field(default_factory=GuidanceSettings)
    report: ReportSettings = field(default_factory=ReportSettings)


SECTIONS: Final[Mapping[str, type]] = {
    "recording": RecordingSettings,
    "fusion": FusionSettings,
    "timeline": TimelineSettings,
    "calibration": CalibrationSettings,
    "subject": SubjectSettings,
    "activity": ActivitySettings,
    "solver": SolverSettings,
    "guidance": GuidanceSettings,
    "report": ReportSettings,
}
"""Tables of a trial file whose keys are fixed, and the record that each becomes."""


def nearest(word: str, choices: Iterable[str]) -> str:
    """Return ``" Did you mean 'x'?"`` for the choice most like a word, or an empty text.

    >>> nearest("pelvs", ("pelvis", "torso"))
    " Did you mean 'pelvis'?"
    """
    by_lower = {choice.lower(): choice for choice in choices}
    close = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.5)
    return f" Did you mean '{by_lower[close[0]]}'?" if close else ""
