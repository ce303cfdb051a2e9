"""Every statistic of agreement, angle by angle, from a pair of motions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from opensim_pelvis.config.settings import ActivityKind, Surface
from opensim_pelvis.frames import BoolArray, FloatArray
from opensim_pelvis.gait.optical.equivalent import THIGHS
from opensim_pelvis.kinematics.angle_definitions import definitions
from opensim_pelvis.kinematics.angles import name_angles
from opensim_pelvis.kinematics.travel import travel_heading
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.types.coordinates import DEFINITIONS as COORDINATES
from opensim_pelvis.types.coordinates import joint_of
from opensim_pelvis.types.segments import Leg
from opensim_pelvis.validation.alignment import Pair
from opensim_pelvis.validation.continuous import (
    MIN_SAMPLES,
    CurveAgreement,
    coefficient_of_multiple_correlation,
    compare_curves,
)
from opensim_pelvis.validation.foot_events import StrideSpan
from opensim_pelvis.validation.reference_motion import joint_angles
from opensim_pelvis.validation.reliability import (
    IntraclassCorrelation,
    LimitsOfAgreement,
    intraclass_correlations,
    limits_of_agreement,
)
from opensim_pelvis.validation.stride_map import StrideMap, map_differences
from opensim_pelvis.validation.thigh_part import ThighPart, split_difference

POINTS: Final = 101
"""Points of a time-normalised stride."""

MIN_STRIDES: Final = 3
"""Fewer strides give no statistic over strides."""

STRETCH_S: Final = 1.0
"""Without strides, samples of one such stretch count as repeated measures."""

STRIDE_VALUES: Final = ("range", "maximum", "minimum", "mean")


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class StrideAgreement:
    """One number of each stride by both systems.

    Parameters
    ----------
    value : str
        ``range`` (maximum minus minimum), ``maximum``, ``minimum`` or ``mean``.
    estimate_deg, reference_deg : (n,) array
    limits : LimitsOfAgreement
        Of the differences, each stride standing for itself.
    icc : tuple of IntraclassCorrelation
        ICC(A,1) and ICC(C,1).
    time_error_s : (n,) array
        By how much later the estimate has its peak; NaN for range and mean.
    """

    value: str
    estimate_deg: FloatArray
    reference_deg: FloatArray
    limits: LimitsOfAgreement
    icc: tuple[IntraclassCorrelation, IntraclassCorrelation]
    time_error_s: FloatArray


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class AngleAgreement:
    """Agreement of one angle.

    Parameters
    ----------
    name : str
    estimate_deg, reference_deg : (t,) array
        At ``AgreementTable.time_s``.
    curve : CurveAgreement
        Degrees.
    limits : LimitsOfAgreement or None
        Of single samples; those of one stride (or second) are repeated measures.
    cmc : float
        Over time-normalised strides; NaN without them.
    strides : tuple of StrideAgreement
    normalised : (n, 2, 101) array
        Strides, estimate and reference, points.
    map : StrideMap or None
        Where in the stride the two differ.
    thighs : ThighPart or None
        Of angles of the pelvis, where the result has both thighs: what these account for.
    """

    name: str
    estimate_deg: FloatArray
    reference_deg: FloatArray
    curve: CurveAgreement
    limits: LimitsOfAgreement | None
    cmc: float
    strides: tuple[StrideAgreement, ...]
    normalised: FloatArray
    map: StrideMap | None
    thighs: ThighPart | None = None


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class AgreementTable:
    """Agreement of all angles that two systems share.

    Parameters
    ----------
    time_s : (t,) array
        On the reference's clock.
    rate_hz : float
    angles : tuple of AngleAgreement
    strides : int
        Strides that both saw wholly, both sides counted.
    grouping : Notice
        What stands for repeated measures in the limits of samples.
    travel_source : Notice
    absent : mapping of str to Notice
    """

    time_s: FloatArray
    rate_hz: float
    angles: tuple[AngleAgreement, ...]
    strides: int
    grouping: Notice
    travel_source: Notice
    absent: Mapping[str, Notice]


def measure_agreement(
    pair: Pair, *, surface: Surface | None, gait: ActivityKind | None = None
) -> AgreementTable:
    """Compare all angles that both systems have.

    Parameters
    ----------
    pair : Pair
    surface : str or None
        Decides the direction of travel, which is the same for both, so that its own doubt is
        no disagreement.
    gait : str or None
        Running or walking, where it is known.
    """
    travel, source = _travel(pair, surface)
    estimate = name_angles(pair.estimate, travel) | joint_angles(pair.estimate)
    reference = name_angles(pair.reference, travel) | joint_angles(pair.reference)
    for name, values in pair.estimate_coordinates.items():
        of_pelvis = joint_of(name) == "pelvis" and "pelvis" in pair.estimate
        if name not in estimate and not of_pelvis:
            estimate[name], reference[name] = values, pair.reference_coordinates[name]
    spans = [s for s in pair.strides if _is_inside(s, pair.time_s)]
    groups, grouping = _groups(pair.time_s, spans)
    found, absent = [], {}
    for name, values in estimate.items():
        x, y = np.rad2deg(values), np.rad2deg(reference[name])
        x = x - 360.0 * np.round(np.nanmean(x - y) / 360.0) if np.isfinite(x - y).any() else x
        if int(np.isfinite(x - y).sum()) < MIN_SAMPLES:
            absent[name] = notice("compare.few_samples", name, least=MIN_SAMPLES)
            continue
        of_side = [s for s in spans if s.side == _leg_of(name)]
        found.append(_compare(name, x, y, pair, groups, of_side))
    return AgreementTable(
        time_s=pair.time_s,
        rate_hz=pair.rate_hz,
        angles=_with_thighs(found, pair.time_s, spans, gait),
        strides=len(spans),
        grouping=grouping,
        travel_source=source,
        absent=absent,
    )


def _with_thighs(
    found: Sequence[AngleAgreement],
    time_s: FloatArray,
    spans: Sequence[StrideSpan],
    gait: ActivityKind | None,
) -> tuple[AngleAgreement, ...]:
    """Return the angles, those of the pelvis with the thighs' part of their differences."""
    values = {angle.name: angle.estimate_deg for angle in found}
    if not spans or any(name not in values for name in THIGHS):
        return tuple(found)
    thighs = [values[name] for name in THIGHS]
    right, left = _normalise(thighs[0], thighs[1], time_s, spans).swapaxes(0, 1)
    bounds = [(span.start_s, span.end_s) for span in spans]
    of_pelvis = {definition.name for definition in definitions() if definition.body == "pelvis"}
    out = []
    for angle in found:
        if angle.name in of_pelvis:
            both = _normalise(angle.estimate_deg, angle.reference_deg, time_s, spans)
            apart = both[:, 0] - both[:, 1]
            part = split_difference(angle.name, apart, (right, left), bounds, gait)
            angle = replace(angle, thighs=part)
        out.append(angle)
    return tuple(out)


def _leg_of(name: str) -> Leg:
    """Return the leg whose strides an angle or a coordinate is compared over."""
    found = next((d for d in definitions() if d.name == name), COORDINATES.get(name))
    return "left" if found is not None and found.side == "left" else "right"


def _travel(pair: Pair, surface: Surface | None) -> tuple[FloatArray, Notice]:
    """Return the heading of the direction of travel in the reference's world, for both."""
    if surface == "overground" and "pelvis" in pair.reference:
        travel, source = travel_heading(
            pair.reference["pelvis"], rate_hz=pair.rate_hz, surface=surface
        )
        return travel, notice("travel.of_reference", source=source)
    heading = 0.0 if np.isnan(pair.heading_rad) else pair.heading_rad
    return np.full(pair.time_s.size, heading), notice("travel.of_estimate")


def _compare(
    name: str,
    x: FloatArray,
    y: FloatArray,
    pair: Pair,
    groups: FloatArray,
    spans: Sequence[StrideSpan],
) -> AngleAgreement:
    difference = x - y
    normalised = _normalise(x, y, pair.time_s, spans)
    whole = np.asarray(np.isfinite(normalised).all(axis=(1, 2)))
    enough = int(whole.sum()) >= MIN_STRIDES
    known = np.isfinite(difference)
    return AngleAgreement(
        name=name,
        estimate_deg=x,
        reference_deg=y,
        curve=compare_curves(x, y, rate_hz=pair.rate_hz),
        limits=limits_of_agreement(difference[known], groups[known]) if known.sum() > 2 else None,
        cmc=coefficient_of_multiple_correlation(normalised[whole]),
        strides=_stride_values(normalised[whole], _durations(spans, whole)) if enough else (),
        normalised=normalised[whole],
        map=map_differences(normalised[whole, 0], normalised[whole, 1]),
    )


def _stride_values(normalised: FloatArray, duration_s: FloatArray) -> tuple[StrideAgreement, ...]:
    """Return range and peaks of each stride by both systems."""
    top, low = normalised.max(axis=2), normalised.min(axis=2)
    none = np.full(normalised.shape[0], np.nan)
    places = {
        "maximum": normalised.argmax(axis=2).astype(np.float64),
        "minimum": normalised.argmin(axis=2).astype(np.float64),
    }
    mean = normalised.mean(axis=2)
    values = {"range": top - low, "maximum": top, "minimum": low, "mean": mean}
    found = []
    for value in STRIDE_VALUES:
        numbers = values[value]
        late = none
        if value in places:
            share = (places[value][:, 0] - places[value][:, 1]) / (POINTS - 1)
            late = (share - np.round(share)) * duration_s  # a stride is a circle
        found.append(
            StrideAgreement(
                value=value,
                estimate_deg=numbers[:, 0],
                reference_deg=numbers[:, 1],
                limits=limits_of_agreement(numbers[:, 0] - numbers[:, 1]),
                icc=intraclass_correlations(numbers),
                time_error_s=late,
            )
        )
    return tuple(found)


def _normalise(
    x: FloatArray, y: FloatArray, time_s: FloatArray, spans: Sequence[StrideSpan]
) -> FloatArray:
    """Return both curves of each stride at `POINTS` even parts of it, (n, 2, 101)."""
    out = np.empty((len(spans), 2, POINTS))
    for number, span in enumerate(spans):
        at_s = np.linspace(span.start_s, span.end_s, POINTS)
        out[number] = np.interp(at_s, time_s, x), np.interp(at_s, time_s, y)
    return out


def _durations(spans: Sequence[StrideSpan], kept: BoolArray) -> FloatArray:
    return np.array([s.end_s - s.start_s for s in spans])[kept]


def _is_inside(span: StrideSpan, time_s: FloatArray) -> bool:
    return bool(span.start_s >= time_s[0] and span.end_s <= time_s[-1])


def _groups(time_s: FloatArray, spans: Sequence[StrideSpan]) -> tuple[FloatArray, Notice]:
    """Return a group for each sample, and what a group is; short leftovers join a neighbour."""
    right = [s for s in spans if s.side == "right"]
    if len(right) < MIN_STRIDES:
        groups = np.floor((time_s - time_s[0]) / STRETCH_S)
        return groups, notice("aligned.stretches", stretch_s=STRETCH_S)
    cuts = [float(time_s[0])]
    for edge in sorted({t for s in right for t in (s.start_s, s.end_s)} | {float(time_s[-1])}):
        length = edge - cuts[-1]
        in_stride = any(s.start_s <= cuts[-1] and edge <= s.end_s for s in right)
        parts = 1 if in_stride else int(length / STRETCH_S + 0.5)
        cuts += [cuts[-1] + length * i / parts for i in range(1, parts + 1)]
    groups = np.searchsorted(cuts[1:-1], time_s, side="right").astype(np.float64)
    return groups, notice("aligned.strides", stretch_s=STRETCH_S)
