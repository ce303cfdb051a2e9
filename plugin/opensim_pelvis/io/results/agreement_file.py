"""What `compare` wrote, as records: ``agreement.json`` and ``agreement_curves.json``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from opensim_pelvis.io.documents import FaultError, Within, check_lengths, read_record
from opensim_pelvis.io.documents.files import ErrorType

NUMBERS_FILE: Final = "agreement.json"
CURVES_FILE: Final = "agreement_curves.json"

_WANTED: Final = "the output of `opensim-pelvis compare`"
_REMEDY: Final = "Run the comparison again."
_PERCENT: Final = 101

Number = float | None
Interval = tuple[Number, Number]
Count = Annotated[int, Within(0, 1e9)]
Share = Annotated[float, Within(0.0, 1e6)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The result that was compared."""

    name: str
    subject: str | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What it was compared with."""

    name: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Changes from stride to stride that both clocks show."""

    strides: Share
    score: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """How the clocks were brought together; ``segments`` are empty where a user stated it."""

    confidence: Literal["stated", "good", "fair"]
    offset_s: float
    drift_ppm: float
    drift_known: bool
    uncertainty_s: Number
    drift_estimate_ppm: Number
    drift_error_ppm: Number
    correlation: Number
    explained: Number
    rival: Number
    changes: Changes | None
    segments: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.segments:
            return
        if self.confidence == "stated" or self.changes is None:
            raise FaultError("confidence: wanted good or fair, and changes, since segments are")
        needed = ["uncertainty_s", "explained", "rival"]
        needed += [] if self.drift_estimate_ppm is None else ["drift_error_ppm"]
        for key in needed:
            if getattr(self, key) is None:
                raise FaultError(f"{key}: wanted a number beside the segments, found nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """Turns between the two systems."""

    heading_deg: Number
    heading_source: str
    body_offsets_deg: Mapping[str, tuple[float, float, float]]
    body_offset_source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AngleRow:
    """Agreement of one angle, degrees; ``range_`` is there where strides were compared."""

    angle: str
    rmse: Share
    rmse_without_offset: Share
    r: Number
    loa_bias: Number
    loa_lower: Number
    loa_upper: Number
    loa_bias_ci_low: Number
    loa_bias_ci_high: Number
    strides: Count
    range_bias: Number = None
    range_bias_ci_low: Number = None
    range_bias_ci_high: Number = None
    range_icc_a1: Number = None
    range_icc_a1_ci_low: Number = None
    range_icc_a1_ci_high: Number = None
    thighs_difference: Number = None
    thighs_rest: Number = None
    thighs_share: Number = None
    thighs_are_reason: bool | None = None

    def __post_init__(self) -> None:
        _together(self, "loa_lower", "loa_upper")
        _together(self, "range_bias_ci_low", "range_bias_ci_high")
        _together(self, "thighs_difference", "thighs_rest")
        _together(self, "thighs_rest", "thighs_share")


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """Agreement of one kind of event."""

    kind: str
    matched: Count
    missed: Count
    extra: Count
    bias_s: Number
    bias_ci_s: Interval | None
    loa_s: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Who was compared: all that pooling needs."""

    format: Literal["opensim-pelvis agreement"]
    format_version: Literal[1]
    estimate: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A doubt as data; its sentence stands among the notes, too."""

    code: str
    severity: Literal["note", "warning", "error"]
    subject: tuple[str, ...]
    values: Mapping[str, Any]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement(Compared):
    """The numbers of a comparison."""

    reference: Reference
    synchronisation: Clocks
    alignment: Alignment
    compared_s: tuple[float, float]
    strides: Count
    grouping: str
    travel_source: str
    angles: tuple[AngleRow, ...]
    events: tuple[EventRow, ...]
    absent: Mapping[str, str]
    notes: tuple[str, ...]
    notices: tuple[Told, ...] = ()
    absent_notices: Mapping[str, Told] = field(default_factory=dict)
    told: Mapping[str, Told] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Mean and spread over the stride, a value a percent."""

    mean: Annotated[tuple[float, ...], Within(_PERCENT, _PERCENT)]
    sd: Annotated[tuple[float, ...], Within(_PERCENT, _PERCENT)]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverStride:
    """Both systems over the stride."""

    estimate: Band
    reference: Band


@dataclass(frozen=True, slots=True, kw_only=True)
class OverTime:
    """Both systems over the time that is shown."""

    estimate: tuple[Number, ...]
    reference: tuple[Number, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AngleCurves:
    """The curves of one angle."""

    name: str
    strides: Count
    over_stride: OverStride | None
    over_time: OverTime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockCurve:
    """Correlation of the clocks at each offset."""

    offset_s: tuple[float, ...]
    correlation: tuple[Number, ...]

    def __post_init__(self) -> None:
        check_lengths(correlation=self.correlation, offset_s=self.offset_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventErrors:
    """Errors of each event of one kind."""

    kind: str
    sides: tuple[Literal["right", "left"], ...]
    time_s: tuple[float, ...]
    error_ms: tuple[float, ...]

    def __post_init__(self) -> None:
        check_lengths(time_s=self.time_s, sides=self.sides)
        check_lengths(error_ms=self.error_ms, sides=self.sides)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementCurves:
    """What the figures of a comparison are drawn from."""

    format: Literal["opensim-pelvis agreement curves"]
    format_version: Literal[1]
    time_s: Annotated[tuple[float, ...], Within(1, 1e6)]
    angles: tuple[AngleCurves, ...]
    synchronisation: ClockCurve
    events: tuple[EventErrors, ...]

    def __post_init__(self) -> None:
        for i, angle in enumerate(self.angles):
            for key in ("estimate", "reference"):
                where = f"angles[{i}].over_time.{key}"
                check_lengths(**{where: getattr(angle.over_time, key), "time_s": self.time_s})


def read_compared(folder: Path, error: ErrorType) -> Compared:
    """Read who was compared in a folder that `compare` wrote."""
    return read_record(folder / NUMBERS_FILE, Compared, error, wanted=_WANTED, remedy=_REMEDY)


def read_agreement(folder: Path, error: ErrorType) -> tuple[Agreement, AgreementCurves]:
    """Read the numbers of a comparison, and what its figures are drawn from."""
    numbers = read_record(folder / NUMBERS_FILE, Agreement, error, wanted=_WANTED, remedy=_REMEDY)
    curves = read_record(
        folder / CURVES_FILE, AgreementCurves, error, wanted=_WANTED, remedy=_REMEDY
    )
    return numbers, curves


def _together(row: object, one: str, other: str) -> None:
    if (getattr(row, one) is None) != (getattr(row, other) is None):
        raise FaultError(f"{one}, {other}: wanted both or none of them, found one")
