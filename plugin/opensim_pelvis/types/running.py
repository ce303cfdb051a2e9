"""Strides, their measures and what these mean: the records of the running analysis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from opensim_pelvis.frames import BoolArray, FloatArray, IntArray
from opensim_pelvis.notices import Notice, notice, say
from opensim_pelvis.types._shapes import check_shape
from opensim_pelvis.types.event import GaitEvents
from opensim_pelvis.types.finding import Finding
from opensim_pelvis.types.measure import MeasureDefinition
from opensim_pelvis.types.reference import HeldReference
from opensim_pelvis.types.uncertainty import Estimate

Exclusion = Literal["", "missing_samples", "turning", "start_up", "slowing", "outlier"]
"""Why a stride is excluded; empty where it is kept. Its words: ``exclusion`` in notices.toml."""

SIDES: tuple[Literal["right", "left"], ...] = ("right", "left")
"""Names of the side codes 0 and 1."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Strides:
    """Strides of both legs, a row each, in order of their start; start in, end out.

    Parameters
    ----------
    kind : str
        As in `GaitEvents`.
    side : (n,) int array
        0 right, 1 left: the leg whose event starts and ends the stride.
    start_s, end_s : (n,) array
    toe_off_s, opposite_contact_s, opposite_toe_off_s : (n,) array
        Events within the stride; NaN where they are not known.
    bout : (n,) int array
        Number of the stretch of running without a break.
    reason : tuple of Exclusion
        Why a stride is excluded; empty where it is kept.
    travel_rad : (n,) array
        Heading of the direction of travel in G at mid-stride (`gait.strides.path`).
    turn_rate_radps : (n,) array
        How fast that direction turns.
    mean_known : bool
        Whether the mean rotation of the pelvis against it is known (`gait.strides.facing`).
    notes : tuple of Notice
    """

    kind: Literal["contact", "cycle", "none"]
    side: IntArray
    start_s: FloatArray
    end_s: FloatArray
    toe_off_s: FloatArray
    opposite_contact_s: FloatArray
    opposite_toe_off_s: FloatArray
    bout: IntArray
    reason: tuple[Exclusion, ...]
    travel_rad: FloatArray
    turn_rate_radps: FloatArray
    mean_known: bool = True
    notes: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        n = self.side.size
        for name in (
            "start_s",
            "end_s",
            "toe_off_s",
            "opposite_contact_s",
            "opposite_toe_off_s",
            "bout",
            "travel_rad",
            "turn_rate_radps",
        ):
            check_shape("Strides", name, getattr(self, name), n)
        if len(self.reason) != n:
            raise ValueError(f"Strides.reason wants {n} entries, got {len(self.reason)}")

    @property
    def kept(self) -> BoolArray:
        """Which strides count, shape (n,)."""
        return np.array([not reason for reason in self.reason], dtype=bool)

    @property
    def excluded(self) -> Mapping[Exclusion, int]:
        """Reason to number of strides that were excluded for it."""
        counts: dict[Exclusion, int] = {}
        for reason in self.reason:
            if reason:
                counts[reason] = counts.get(reason, 0) + 1
        return counts


def exclusion_words(reason: Exclusion) -> str:
    """Return why a stride is excluded, in words; empty where it is kept."""
    return say(notice(f"exclusion.{reason}")) if reason else ""


def excluded_words(strides: Strides) -> dict[str, int]:
    """Return how many strides are excluded, by the reason in words."""
    return {exclusion_words(reason): count for reason, count in strides.excluded.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """Change with time over a long run: slope per ten minutes and its 95 % interval."""

    slope_per_10min: float
    low: float
    high: float
    blocks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Mean of a measure over the kept strides of one side.

    Parameters
    ----------
    name, side : str
        ``side`` is ``"right"``, ``"left"`` or ``"body"``.
    mean, sd : float
        ``sd`` is the spread from stride to stride.
    n : int
        Strides.
    effective_n : float
        Independent strides that carry as much information: neighbours are alike.
    low, high : float
        95 % confidence interval of the mean; NaN where too few strides are there.
    trend : Trend or None
        Over runs of at least six minutes.
    """

    name: str
    side: Literal["right", "left", "body"]
    mean: float
    sd: float
    n: int
    effective_n: float
    low: float
    high: float
    trend: Trend | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asymmetry:
    """Right minus left of one measure, with its 95 % interval and in per cent of their mean.

    ``percent`` is NaN where the zero of the measure is arbitrary (`MeasureDefinition.has_zero`).
    """

    name: str
    difference: float
    low: float
    high: float
    percent: float


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Curves:
    """Angles over the normalised stride, mean and spread of the kept strides.

    Parameters
    ----------
    angles : tuple of str
        Coordinates and clinical angles; behind them those of `gait.optical.equivalent.NAMES`: what
        markers over ASIS and PSIS would show, not what the sensor's site does.
    mean_deg, sd_deg : (2, 101, a) array
        Right and left strides; NaN where no stride is kept.
    n : (2, a) int array
        Strides of each.
    u95_deg, u95_shape_deg : (2, 101, a) array, optional
        Expanded uncertainty (95 %) of the means, and of the means without their mean over the
        stride: the zero of an angle is less sure than its course. NaN where it is not known.
    """

    angles: tuple[str, ...]
    mean_deg: FloatArray
    sd_deg: FloatArray
    n: IntArray
    u95_deg: FloatArray | None = None
    u95_shape_deg: FloatArray | None = None


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class RunningAnalysis:
    """Everything about strides: events, rows, measures, curves and findings.

    Parameters
    ----------
    events : GaitEvents
    strides : Strides
    definitions : tuple of MeasureDefinition
        Of the measures that could be computed, in column order.
    values : (n, m) array
        A row a stride, a column a definition, in the unit of the name; NaN where absent.
    summaries, asymmetries : tuple
    curves : Curves
    estimates : tuple of Estimate
        Of every summary and asymmetry: best estimate with its uncertainty (`gait.uncertainty`).
    findings : tuple of Finding
    references : mapping of str to tuple of HeldReference
        Measure to the values of other people that it may be held against, or why not.
    absent : mapping of str to Notice
        Measure to the reason why it is not there.
    notes : tuple of Notice
    """

    events: GaitEvents
    strides: Strides
    definitions: tuple[MeasureDefinition, ...]
    values: FloatArray
    summaries: tuple[Summary, ...]
    asymmetries: tuple[Asymmetry, ...]
    curves: Curves
    estimates: tuple[Estimate, ...] = ()
    findings: tuple[Finding, ...] = ()
    references: Mapping[str, tuple[HeldReference, ...]] = field(default_factory=dict)
    absent: Mapping[str, Notice] = field(default_factory=dict)
    notes: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        n, m = self.strides.side.size, len(self.definitions)
        check_shape("RunningAnalysis", "values", self.values, n, m)

    def summary(self, name: str, side: str = "body") -> Summary | None:
        """Return the summary of a measure, None where there is none."""
        for found in self.summaries:
            if found.name == name and found.side == side:
                return found
        return None

    def estimate(self, name: str, side: str = "body") -> Estimate | None:
        """Return the estimate of a measure, None where there is none."""
        for found in self.estimates:
            if found.name == name and found.side == side:
                return found
        return None
