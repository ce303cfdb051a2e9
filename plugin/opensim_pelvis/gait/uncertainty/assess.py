"""The estimate of every measure of a recording, with the terms of its uncertainty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import hypot, sqrt
from typing import Final

import numpy as np

from opensim_pelvis.config.settings import ActivityKind
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.measures.compute import reference_side
from opensim_pelvis.gait.measures.intervals import blocks_of, mean_interval
from opensim_pelvis.gait.measures.statistics import FEWEST_FOR_MEAN
from opensim_pelvis.gait.optical.coefficients import corrections
from opensim_pelvis.gait.strides.curves import stride_angles
from opensim_pelvis.gait.strides.segment import travel_at
from opensim_pelvis.gait.uncertainty.budget import combine, make_estimate
from opensim_pelvis.gait.uncertainty.changes import Change, changes_of, measure_all
from opensim_pelvis.gait.uncertainty.inputs import Motion, rows_of
from opensim_pelvis.gait.uncertainty.mean_curves import curve_u95
from opensim_pelvis.gait.uncertainty.priors import number
from opensim_pelvis.gait.uncertainty.slow import slow_table
from opensim_pelvis.types import (
    Angles,
    Curves,
    Kinematics,
    MeasureDefinition,
    Placement,
    RunningAnalysis,
    SensorOrientations,
    Strides,
)
from opensim_pelvis.types.running import SIDES
from opensim_pelvis.types.uncertainty import Estimate, Term, TermName

_PARTS: Final[tuple[TermName, ...]] = ("gyroscope scale", "size")
"""Terms that are one part of every value: of a difference, the same part of it."""


def assess(
    analysis: RunningAnalysis,
    angles: Angles,
    kinematics: Kinematics,
    placement: Placement,
    orientations: SensorOrientations,
) -> tuple[tuple[Estimate, ...], Curves]:
    """Return an estimate for every summary and right minus left of each pair, and U of the curves.

    Parameters
    ----------
    analysis : RunningAnalysis
        Measures of all strides, summaries included.
    angles, kinematics, placement, orientations
        What the measures were computed from.
    """
    if not analysis.summaries:
        return (), analysis.curves
    strides = analysis.strides
    table = stride_angles(angles, kinematics, strides)
    whole = Motion(
        strides=strides,
        kinematics=kinematics,
        angles=angles,
        table=table,
        travel_rad=travel_at(strides, angles.time_s),
    )
    slow = _slow_values(analysis, whole)
    changes = changes_of(analysis, whole, placement, orientations)
    rows = {(s.name, s.side): s for s in analysis.summaries}
    columns = {d.name: i for i, d in enumerate(analysis.definitions)}
    found: dict[tuple[str, str], Estimate] = {}
    own: dict[tuple[str, str], list[Term]] = {}
    for (name, side), summary in rows.items():
        definition = analysis.definitions[columns[name]]
        values = analysis.values[:, columns[name]]
        chosen = strides.kept & (strides.side == _code(side, strides))
        value, terms = _own_terms(
            definition, summary.mean, values[chosen], slow[name][chosen], analysis.events.gait
        )
        own[name, side] = terms
        moved = [
            Term(name=c.term, standard=abs(c.each[name, side]) * c.size, freedom=c.freedom)
            for c in changes
            if np.isfinite(c.each.get((name, side), np.nan))
        ]
        found[name, side] = make_estimate(name, summary.side, value, _merged([*terms, *moved]))
    differences = [
        _difference(name, own, found, changes)
        for name in dict.fromkeys(name for name, side in rows if side == "right")
        if (name, "left") in rows
    ]
    u95_deg, u95_shape_deg = curve_u95(analysis, whole, changes)
    curves = replace(analysis.curves, u95_deg=u95_deg, u95_shape_deg=u95_shape_deg)
    return (*found.values(), *differences), curves


def _code(side: str, strides: Strides) -> int:
    return reference_side(strides) if side == "body" else SIDES.index(side)


def _own_terms(
    definition: MeasureDefinition,
    mean: float,
    values: FloatArray,
    slow: FloatArray,
    gait: ActivityKind | None,
) -> tuple[float, list[Term]]:
    """Return the estimate and the terms that no input of the recording shares with others."""
    lacks, lacks_sd = number("fast motion", "lacks_deg"), number("fast motion", "lacks_sd_deg")
    terms: list[Term] = []
    series = values[np.isfinite(values)]
    value = mean
    both = np.isfinite(values) & np.isfinite(slow)
    if definition.of_model:
        terms.append(Term(name="size", standard=number("size", "part") * abs(mean)))
    if definition.unit in ("deg", "mm") and not definition.circular and both.any():
        fast = float(np.mean(values[both] - slow[both]))
        if definition.extreme:
            part = 1.0 if definition.extreme == "range" else 0.5
            series = slow[both]
            value = float(series.mean()) + part * lacks
            rest = max(fast - part * lacks, 0.0)
            terms.append(Term(name="fast motion", standard=hypot(part * lacks_sd, rest / sqrt(3))))
        else:
            terms.append(Term(name="fast motion", standard=abs(fast) / sqrt(3)))
        if definition.as_markers:
            terms.append(_of_markers(definition, gait))
        if definition.extreme == "range":
            scale = number("gyroscope scale", "part")
            terms.append(Term(name="gyroscope scale", standard=scale * value))
        if definition.unit == "deg":
            terms.append(Term(name="fusion", standard=number("fusion", "within_stride_deg")))
    if definition.circular:
        series = (series - mean + 180.0) % 360.0 - 180.0
    if series.size >= FEWEST_FOR_MEAN:
        terms.append(_of_strides(definition, series, value))
    if np.isfinite(definition.error) and definition.own_error:
        error, freedom = definition.error, number("events", "freedom")
        terms.append(Term(name="events", standard=error, freedom=freedom))
    return value, terms


def _of_markers(definition: MeasureDefinition, gait: ActivityKind | None) -> Term:
    """Return by how much people's markers differ from what their site and thighs tell of them."""
    from scipy.special import stdtrit

    correction = corrections(gait)[definition.as_markers]
    freedom = correction.people - 1.0
    standard = correction.range_u95_deg / float(stdtrit(freedom, 0.975))
    return Term(name="markers", standard=standard, freedom=freedom)


def _of_strides(definition: MeasureDefinition, series: FloatArray, value: float) -> Term:
    """Return the standard error of the mean over strides."""
    from scipy.special import stdtrit

    usual, freedom = 0.0, 0.0
    if definition.extreme == "range":
        usual = number("strides", "usual_spread") * abs(value)
        freedom = number("strides", "usual_freedom")
    half, _ = mean_interval(series, usual_sd=usual, usual_freedom=freedom)
    own = blocks_of(series.size)[1] - 1.0 + freedom
    return Term(name="strides", standard=half / float(stdtrit(own, 0.975)), freedom=own)


def _difference(
    name: str,
    own: Mapping[tuple[str, str], list[Term]],
    found: Mapping[tuple[str, str], Estimate],
    changes: list[Change],
) -> Estimate:
    """Return right minus left: what moves both sides alike cancels."""
    both = (*own[name, "right"], *own[name, "left"])
    value = found[name, "right"].value - found[name, "left"].value
    terms = [term for term in both if term.name not in _PARTS]
    shared = dict.fromkeys(term.name for term in both if term.name in _PARTS)
    terms += [Term(name=n, standard=number(n, "part") * abs(value)) for n in shared]
    for c in changes:
        apart = c.each.get((name, "right"), np.nan) - c.each.get((name, "left"), np.nan)
        if np.isfinite(apart):
            moved = Term(name=c.term, standard=abs(apart) * c.size, freedom=c.freedom)
            terms.append(moved)
    return make_estimate(name, "right minus left", value, _merged(terms))


def _merged(terms: list[Term]) -> list[Term]:
    """Return one term of each name: those of one name combined."""
    groups: dict[TermName, list[Term]] = {}
    for term in terms:
        if term.standard > 0.0:
            groups.setdefault(term.name, []).append(term)
    found = {name: combine(group) for name, group in groups.items()}
    return [Term(name=n, standard=c.standard, freedom=c.freedom) for n, c in found.items()]


def _slow_values(analysis: RunningAnalysis, motion: Motion) -> dict[str, FloatArray]:
    """Return every measure of the slow part of each stride; NaN where it is not read of angles."""
    strides, time_s = motion.strides, motion.angles.time_s
    out = {d.name: np.full(strides.side.size, np.nan) for d in analysis.definitions}
    for side in (0, 1):
        rows = np.flatnonzero(strides.side == side)
        if not rows.size:
            continue
        table = slow_table(motion.table, time_s, strides, side)
        own = replace(motion, table=table, strides=rows_of(strides, rows))
        for name, values in measure_all(analysis, own).items():
            out[name][rows] = values
    return out
