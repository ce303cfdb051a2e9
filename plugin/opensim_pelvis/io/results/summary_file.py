"""``NAME_summary.json`` as a record: what is read of an earlier run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final, Literal

from opensim_pelvis.config.settings import ActivityKind, Sex, Surface
from opensim_pelvis.io.documents import FaultError, Within, read_record
from opensim_pelvis.io.documents.files import ErrorType
from opensim_pelvis.types import Verdict
from opensim_pelvis.types.date import parse_moment

YEARS: Final = (1900, 2200)

Number = float | None
Quaternion = tuple[float, float, float, float]
Seconds = Annotated[float, Within(-1e9, 1e9)]
Size = Annotated[float, Within(0.0, 1e9)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Date:
    """When a recording began, in ISO 8601, and who says so."""

    start: str
    source: str

    def __post_init__(self) -> None:
        check_moment(self.start)


def check_moment(text: str) -> None:
    """Raise `FaultError` unless a text is a date of ISO 8601 in a year that can be."""
    try:
        known = YEARS[0] <= parse_moment(text).year <= YEARS[1]
    except ValueError:
        known = False
    if not known:
        raise FaultError(f"start: wanted a date such as 2026-11-24T10:30:00, found '{text[:40]}'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Who ran."""

    id: str | None
    sex: Sex | None
    height_m: Annotated[float, Within(0.0, 3.0)] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """On what."""

    surface: Surface | None
    kind: ActivityKind | None = None
    speed_mps: Number = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """Which attachment of the sensors it was."""

    attachment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the run was told."""

    subject: Subject
    activity: Activity
    calibration: Calibrated = field(default_factory=Calibrated)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The recording, and which sensor each label is."""

    date: Date | None
    sensors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """The pose of calibration: its begin and end."""

    window_s: tuple[Seconds, Seconds]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """How each sensor sat, scalar first."""

    R_BS: Mapping[str, Quaternion]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One event."""

    time_s: Seconds
    label: str
    context: Literal["Right", "Left", "General"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimated:
    """The best estimate of a mean; absent in summaries of earlier versions.

    ``terms`` are standard uncertainties; ``term_freedom`` has those degrees of freedom that are
    finite.
    """

    value: Number
    terms: Mapping[str, Size] = field(default_factory=dict)
    term_freedom: Mapping[str, Size] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Mean over the strides of one side, its 95 % interval, and the best estimate."""

    mean: Number
    ci95: tuple[Number, Number]
    estimate: Estimated | None = None

    @property
    def best(self) -> Number:
        """What the report prints: the estimate where there is one, else the mean."""
        return self.mean if self.estimate is None else self.estimate.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """A measure of the whole body, or of each side."""

    body: Numbers | None = None
    right: Numbers | None = None
    left: Numbers | None = None

    @property
    def present(self) -> tuple[Numbers, ...]:
        """Those that there are."""
        return tuple(one for one in (self.body, self.right, self.left) if one is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What is known of a measure: the error of the method, in the measure's unit."""

    error: Annotated[float, Within(0.0, 1e9)] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StrideCount:
    """How many strides were kept."""

    kept: Annotated[int, Within(0, 1e9)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Strides and measures."""

    strides: StrideCount
    measures: Mapping[str, Sides]
    definitions: Mapping[str, Definition]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How far the results can be trusted; absent in summaries of earlier versions."""

    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What is read of a run's summary; ``running`` is None where strides were not looked for."""

    format: Literal["opensim-pelvis summary"]
    format_version: Literal[1]
    name: str
    settings: Settings
    recording: Recorded
    calibration: Pose
    placement: Placed
    events: tuple[EventRow, ...]
    running: Running | None
    quality: Judged | None = None


def read_summary(path: Path, error: ErrorType) -> Summary:
    """Read the summary of a run; ``error`` is raised where it is none, or not whole."""
    return read_record(
        path,
        Summary,
        error,
        wanted="the summary of a run (NAME_summary.json)",
        remedy="Run the trial again.",
    )
