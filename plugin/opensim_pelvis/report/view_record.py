"""What a report shows, as records: ``NAME_report.json``, and what the summary beside it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal

from opensim_pelvis.config.settings import ActivityKind, EventChoice, Sex, Surface
from opensim_pelvis.gait.measures.definitions import shown_in
from opensim_pelvis.guidance.rulebook import Norm
from opensim_pelvis.io.documents import FaultError, OneOf
from opensim_pelvis.io.results.agreement_file import Told
from opensim_pelvis.io.results.summary_file import Quaternion, Size, check_moment
from opensim_pelvis.quality.definitions import definition_of, definitions
from opensim_pelvis.report.view_parts import (
    Count,
    Curves,
    FindingRow,
    Measure,
    Number,
    Positive,
    Series,
    Skeleton,
)
from opensim_pelvis.types import (
    CHECK_UNITS,
    NOT_CHECKED,
    Check,
    InputFile,
    SensorIntegrity,
    Verdict,
)

FORMAT: Final = "opensim-pelvis report"
FORMAT_VERSION: Final = 5

NEEDED_NORMS: Final = (
    "coach.fast_rotation_low", "coach.fast_rotation_high", "coach.low_rotation",
    "coach.overstride_rotation", "choice.quick_cadence", "choice.block_phase",
)  # fmt: skip
"""Norms that figures and sentences are made with."""

CHECKS: Final = tuple(definitions())
_MEASURE: Final = OneOf(tuple(definition.name for definition in shown_in("run")))
_STAGE: Final = OneOf(("orientations", "pose", "heading", "travel", "model", "engine", "events"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Who ran."""

    id: str | None
    sex: Sex | None
    height_m: Positive | None
    mass_kg: Positive | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What was done, and how fast."""

    kind: ActivityKind | None
    speed_mps: Positive | None
    surface: Surface | None
    speed_file: str | None
    speed_start_s: Number
    events_file: str | None
    events_start_s: Number
    events: EventChoice


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """Which sensor was worn where."""

    body: str
    identifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Date:
    """When the recording began, and where that is known from."""

    start: str
    source: Told

    def __post_init__(self) -> None:
        check_moment(self.start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The recording."""

    name: str
    reader: str
    date: Date | None
    rate_hz: Positive
    duration_s: Positive
    sensors: tuple[Sensor, ...]
    files: tuple[InputFile, ...]
    simulated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow(Check):
    """One check of the quality: a number against two limits, or a state."""

    def __post_init__(self) -> None:
        if self.name not in CHECKS:
            raise FaultError(f"name: wanted one of {', '.join(CHECKS)}, found '{self.name[:40]}'")
        if self.name == "headings_unknown" or self.state == NOT_CHECKED:
            return
        if self.state and definition_of(self.name).limits is None and self.name != "calibration":
            return
        if self.name == "calibration":
            if self.state not in ("given", "doubtful"):
                raise FaultError(f"state: wanted given or doubtful, found '{self.state[:40]}'")
        elif self.value is None or self.limits is None:
            key = "value" if self.value is None else "limits"
            raise FaultError(f"{key}: wanted that of the check {self.name}, found nothing")
        elif self.unit not in CHECK_UNITS:
            wanted = ", ".join(CHECK_UNITS)
            raise FaultError(f"unit: wanted one of {wanted}, found '{self.unit[:40]}'")


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityRow:
    """The verdict and the checks behind it."""

    verdict: Verdict
    checks: tuple[CheckRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow(SensorIntegrity):
    """The account of one sensor."""

    body: str
    absent_share: Positive
    longest_gap_s: Positive
    spread_deg: Number
    error_rms_deg: Number
    heading_source: Told | None
    heading_sigma_deg: Number
    heading_verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StrideCounts:
    """How many strides there are, and from which event to which."""

    total: Count
    kept: Count
    excluded: Mapping[str, Count]
    kind: Literal["contact", "cycle", "none"]
    start: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AngleRow:
    """What a report says of the definition of a clinical angle."""

    name: str
    group: Literal["pelvis", "trunk", "thigh"]
    description: str
    positive: str
    order: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Standard uncertainties of an estimate by term, and degrees of freedom that are finite."""

    terms: Mapping[str, Size]
    term_freedom: Mapping[str, Size]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfSummary:
    """What a report shows of the run's summary; earlier versions held it themselves.

    ``budgets`` are by measure and side, ``placed`` by body; earlier versions had neither.
    """

    subject: Subject
    activity: Activity
    recording: Recorded
    quality: QualityRow
    angles: tuple[AngleRow, ...]
    notes: tuple[Told, ...]
    settings: Mapping[str, Mapping[str, Any]]
    defaults: tuple[str, ...]
    versions: Mapping[str, str]
    budgets: Mapping[str, Mapping[Literal["body", "right", "left"], Budget]] = field(
        default_factory=dict
    )
    placed: Mapping[str, Quaternion] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportNumbers:
    """What ``NAME_report.json`` holds: all that a report shows and no summary says.

    ``summary`` is the `fingerprint` of what the summary says. An earlier version has it in
    ``told`` instead.
    """

    format: Literal["opensim-pelvis report"]
    format_version: Literal[5]
    name: str
    summary: str
    date_source: Told | None
    ledger: tuple[LedgerRow, ...]
    strides: StrideCounts
    measures: tuple[Measure, ...]
    curves: Curves
    series: Mapping[Annotated[str, _MEASURE], Mapping[Literal["body", "right", "left"], Series]]
    skeleton: Skeleton | None
    findings: tuple[FindingRow, ...]
    disclaimer: str
    norms: Mapping[str, Norm]
    absent: Mapping[str, Told]
    methods: Mapping[Annotated[str, _STAGE], Told]
    told: OfSummary | None = None

    def __post_init__(self) -> None:
        for key in NEEDED_NORMS:
            if key not in self.norms:
                raise FaultError(f"norms.{key}: wanted a table, found nothing")
        for name, sides in self.series.items():
            if not sides:
                raise FaultError(f"series.{name}: wanted a table of sides, found an empty one")
