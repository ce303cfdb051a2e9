"""Parts of ``NAME_report.json`` as records: measures, curves, the moving runner, findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from opensim_pelvis.guidance.finding_words import REASONS
from opensim_pelvis.io.documents import ABSENT, FaultError, OneOf, Within, check_lengths
from opensim_pelvis.report.texts import read_texts
from opensim_pelvis.report.view_curves import STRIDE_POINTS, drawn_curves
from opensim_pelvis.report.view_skeleton import FRAMES
from opensim_pelvis.types import Standing
from opensim_pelvis.types.finding import Drill

_PERCENT: Final = 101
_MANY: Final = 1e9

Number = float | None
Count = Annotated[int, Within(0, _MANY)]
Positive = Annotated[float, Within(0.0, _MANY)]
Side = Literal["right", "left"]
Metres = Annotated[float, Within(-100.0, 100.0)]
Point = tuple[Metres, Metres, Metres]
Points = Annotated[tuple[Point, ...], Within(2, 100)]
Some = Annotated[tuple[float, ...], Within(1, _MANY)]
Percent = Annotated[float, Within(0.0, 100.0)]
_UNIT: Final = OneOf(tuple(read_texts()["unit"]))
_CURVE: Final = OneOf(tuple(drawn.curve.name for drawn in drawn_curves()))
_INSTANT: Final = OneOf(("toe_off", "opposite_contact", "opposite_toe_off"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """Change over the run."""

    slope_per_10min: Number
    low: Number
    high: Number
    blocks: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A measure of one side."""

    name: str
    side: Literal["body", "right", "left"]
    mean: Number
    sd: Number
    n: Count
    effective_n: Number
    low: Number
    high: Number
    trend: Trend | None

    def __post_init__(self) -> None:
        _check_interval(self.low, self.high)
        if self.high is not None and self.mean is None:
            raise FaultError("mean: wanted a number beside its interval, found nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Right minus left."""

    name: str
    difference: Number
    low: Number
    high: Number
    percent: Number

    def __post_init__(self) -> None:
        _check_interval(self.low, self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coach:
    """A band of the article; ``low`` is None where it has no lower end."""

    key: str
    label: Literal["fast", "low", "over"]
    low: Number
    high: float
    what: str
    source: str
    sample: str
    caveat: str

    def __post_init__(self) -> None:
        if self.label == "fast" and self.low is None:
            raise FaultError("low: wanted a number in the band fast, found nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Values of other people at the speed of the run; earlier versions knew no speeds.

    ``low`` and ``high``: 95 % of people where ``standing`` is ``"compared"``, else the lowest and
    the highest mean of a source.
    """

    key: str
    label: Literal["female", "male", "people"]
    low: Number
    high: Number
    value: Number = None
    spread: Number = None
    n: Count | None = None
    speed_mps: Number = None
    speeds_mps: tuple[float, float] | None = None
    standing: Standing = "speeds_not_available"
    what: str
    source: str
    sample: str
    caveat: str

    def __post_init__(self) -> None:
        _check_interval(self.low, self.high)
        if self.standing == "compared" and None in (self.low, self.value, self.speed_mps, self.n):
            raise FaultError("low: wanted all numbers of a reference that is compared")
        if self.standing == "few_people" and None in (self.value, self.n, self.speed_mps):
            raise FaultError("value: wanted that of few people, found nothing")
        if self.standing in ("outside_speeds", "speed_not_stated") and self.speeds_mps is None:
            raise FaultError("speeds_mps: wanted those of the reference, found nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A measure: what it is, its numbers, and what they may be held against."""

    name: str
    label: str
    group: str
    scope: Literal["body", "side"]
    definition: str
    positive: str
    source: str
    unit: Annotated[str, _UNIT]
    needs_pose: bool
    error: Positive | None
    error_source: str
    error_short: str = ""
    circular: bool
    short: str
    shown: Mapping[str, Count]
    norm: str
    rows: Annotated[tuple[Row, ...], Within(1, 3)]
    right_minus_left: Difference | None
    coach: tuple[Coach, ...]
    published: tuple[Published, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SideCurve:
    """One angle over the strides of one side, and some of these strides."""

    mean: Annotated[tuple[float, ...], Within(_PERCENT, _PERCENT)]
    sd: Annotated[tuple[Number, ...], Within(_PERCENT, _PERCENT)]
    n: Count
    strides: tuple[Annotated[tuple[float, ...], Within(STRIDE_POINTS, STRIDE_POINTS)], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One angle over the stride.

    ``u95`` is the uncertainty of the means (95 %), degrees, ``u95_shape`` that of their course
    alone: the median over the stride, of the side that has the larger one; null where not known.
    """

    name: Annotated[str, _CURVE]
    mirrored: bool
    u95: Positive | None = None
    u95_shape: Positive | None = None
    right: SideCurve = ABSENT
    left: SideCurve = ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """All angles over the stride, and where events lie in it."""

    angles: tuple[Curve, ...]
    events: Mapping[Side, Mapping[Annotated[str, _INSTANT], Percent]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A measure over the run: single strides, and means of blocks of them."""

    time_s: Some
    values: Some
    block_time_s: Some
    block_mean: Some

    def __post_init__(self) -> None:
        check_lengths(values=self.values, time_s=self.time_s)
        check_lengths(block_mean=self.block_mean, block_time_s=self.block_time_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the moving runner at every instant."""

    part: Literal["pelvis", "trunk", "right", "left"]
    points: Annotated[tuple[Points, ...], Within(FRAMES, FRAMES)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Skeleton:
    """The moving runner."""

    side: Side
    start_s: float
    duration_s: Positive
    lines: Annotated[tuple[Line, ...], Within(1, 100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonRow:
    """Why a rule cannot tell."""

    key: str
    text: str
    measure: str
    values: Mapping[str, float]

    def __post_init__(self) -> None:
        try:
            REASONS.get(self.key, "").format(measure=self.measure, **self.values)
        except (LookupError, TypeError) as fault:
            raise FaultError(
                f"values: wanted the numbers of the reason {self.key}, found others"
            ) from fault


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """What a rule says."""

    rule: str
    kind: Literal["coach band", "published norm"]
    status: Literal["fires", "cannot tell"]
    text: str
    numbers: Mapping[str, Number]
    source: str
    strength: str
    drills: tuple[Drill, ...]
    reasons: tuple[ReasonRow, ...]
    named: Mapping[str, Number]
    probability: Number = None


def _check_interval(low: Number, high: Number) -> None:
    if (low is None) != (high is None):
        raise FaultError("low, high: wanted both or none of them, found one")
