"""What a change of each input does to every mean: central differences on some strides."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from math import sqrt
from typing import Final, NamedTuple

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.measures.compute import reference_side
from opensim_pelvis.gait.measures.stride_data import MEASURES, AbsentError, StrideData
from opensim_pelvis.gait.uncertainty.inputs import Kind, Motion
from opensim_pelvis.gait.uncertainty.priors import number
from opensim_pelvis.gait.uncertainty.read_from import bodies_read
from opensim_pelvis.rotations import inverse, multiply
from opensim_pelvis.types import Placement, RunningAnalysis, SensorOrientations, Strides, TermName
from opensim_pelvis.types.event import CONTACT, TOE_OFF
from opensim_pelvis.types.segments import segment_of

MOST_STRIDES: Final = 16
"""Strides over which changes of inputs are tried: those closest together. They hardly differ."""

_LEG: Final = "forward_leg_deg"
_FORWARD: Final[Mapping[str, str]] = {
    "pelvis": "forward_pelvis_deg",
    "trunk": "forward_trunk_deg",
}
_STEP_RAD: Final = float(np.deg2rad(1.0))
_STEP_S: Final = 0.01
_MARGIN_S: Final = 0.5

Means = Mapping[tuple[str, str], float]
"""Measure and side to a mean over strides, or to a change of it."""


class Change(NamedTuple):
    """An input of a recording that is not known exactly.

    Parameters
    ----------
    term : str
    size, freedom : float
        Standard uncertainty of the input, degrees or seconds, and how well it is known.
    each : mapping of (str, str) to float
        What one degree or second of it does to the mean of each measure and side.
    """

    term: TermName
    size: float
    freedom: float
    each: Means


def changes_of(
    analysis: RunningAnalysis,
    motion: Motion,
    placement: Placement,
    orientations: SensorOrientations,
) -> list[Change]:
    """Return every input that is not known exactly, with what it does to each mean.

    Parameters
    ----------
    analysis : RunningAnalysis
        Whose measures are read.
    motion : Motion
        Of all strides; few of them are tried (`MOST_STRIDES`).
    placement : Placement
    orientations : SensorOrientations
    """
    motion = _shortened(motion)
    out: list[Change] = []
    never = float("inf")

    read = bodies_read(analysis, data_of(analysis, motion))

    def tried(what: TermName, size: float, kind: Kind, body: str | None) -> None:
        names = {
            name for name, bodies in read.items() if bodies and (body is None or body in bodies)
        }
        if not names:
            return
        ends = [
            _means(
                measure_all(analysis, motion.turned(kind, body, by), names),
                motion.strides,
                analysis,
            )
            for by in (_STEP_RAD, -_STEP_RAD)
        ]
        out.append(Change(what, size, never, _apart(*ends, per=2.0)))

    axis = placement.heading.method in ("axis", "mounting")
    told = {row.sensor: row.sigma_rad for row in placement.heading.sensors}
    sigma = {
        body: told.get(sensor, 0.0)  # without a row, one axis told the heading of all
        for body, sensor in zip(placement.bodies, placement.sensors, strict=True)
    }
    for body in motion.kinematics.bodies:
        tried("pose", number("pose", _FORWARD.get(segment_of(body), _LEG)), "lean z", body)
        tried("pose", number("pose", "sideways_deg"), "lean x", body)
        if body != "pelvis" or not axis:
            size = number("facing", "person_deg" if body == "pelvis" else "segment_deg")
            tried("facing", size, "turn", body)
        own = float(np.rad2deg(sigma.get(body, 0.0)))
        own = own if np.isfinite(own) else number("heading", "unknown_deg")
        tried("heading", own, "heading", body)
    if axis:
        tried("facing", number("facing", "person_deg"), "facing", None)
        if placement.heading.method == "axis":
            tried("heading", number("heading", "stated_axis_deg"), "heading", None)
    out += _of_events(analysis, motion)
    placed = _means(
        measure_all(analysis, _placed(motion, placement, orientations)), motion.strides, analysis
    )
    solved = _means(measure_all(analysis, motion), motion.strides, analysis)
    out.append(Change("model", 1.0 / sqrt(3.0), never, _apart(placed, solved, per=1.0)))
    return out


def _of_events(analysis: RunningAnalysis, motion: Motion) -> list[Change]:
    """Return what later contacts and toe-offs do to what is read at them."""
    if analysis.strides.kind != "contact":
        return []
    strides, out = motion.strides, []
    for label, fields in ((CONTACT, ("start_s", "opposite_contact_s")), (TOE_OFF, ("toe_off_s",))):
        errors = [e.uncertainty_s for e in analysis.events.events if e.label == label]
        error = float(np.median(errors)) if errors else float("nan")
        if not np.isfinite(error):
            continue
        ends = [
            _means(
                measure_all(
                    analysis,
                    replace(
                        motion,
                        strides=replace(strides, **{f: getattr(strides, f) + by for f in fields}),
                    ),
                ),
                strides,
                analysis,
            )
            for by in (_STEP_S, -_STEP_S)
        ]
        freedom = number("events", "freedom")
        out.append(Change("events", error, freedom, _apart(*ends, per=2.0 * _STEP_S)))
    return out


def _placed(motion: Motion, placement: Placement, orientations: SensorOrientations) -> Motion:
    """Return the motion whose bodies are as their sensors were placed, without the model."""
    time_s = motion.angles.time_s
    first = int(np.searchsorted(orientations.time_s, time_s[0] - 1e-9))
    part = slice(first, first + time_s.size)
    R_GB = {}
    for i, body in enumerate(placement.bodies):
        if body not in motion.kinematics.bodies:
            continue
        column = orientations.sensors.index(placement.sensors[i])
        R_GB[body] = multiply(orientations.R_GS[part, column], inverse(placement.R_BS[i]))
    return motion.oriented(R_GB)


def _shortened(motion: Motion) -> Motion:
    """Return the kept strides that stand closest together, at most `MOST_STRIDES`."""
    strides = motion.strides
    kept = np.flatnonzero(strides.kept)
    count = min(kept.size, MOST_STRIDES)
    spans = strides.end_s[kept[count - 1 :]] - strides.start_s[kept[: kept.size - count + 1]]
    first = int(np.argmin(spans))
    rows = kept[first : first + count]
    time_s = motion.angles.time_s
    low, high = strides.start_s[rows].min() - _MARGIN_S, strides.end_s[rows].max() + _MARGIN_S
    part = slice(int(np.searchsorted(time_s, low)), int(np.searchsorted(time_s, high)))
    k, a = motion.kinematics, motion.angles
    arrays = ("side", "start_s", "end_s", "toe_off_s", "opposite_contact_s", "opposite_toe_off_s")
    more = ("bout", "travel_rad", "turn_rate_radps")
    return Motion(
        strides=replace(
            strides,
            reason=tuple(strides.reason[i] for i in rows),
            **{name: getattr(strides, name)[rows] for name in (*arrays, *more)},
        ),
        kinematics=replace(
            k,
            time_s=k.time_s[part],
            values_rad=k.values_rad[part],
            errors_rad=k.errors_rad[part],
            R_GB=k.R_GB[part],
            p_GB_m=k.p_GB_m[part],
        ),
        angles=replace(
            a,
            time_s=a.time_s[part],
            values_rad=a.values_rad[part],
            travel_rad=a.travel_rad[part],
        ),
        table={name: values[part] for name, values in motion.table.items()},
        travel_rad=motion.travel_rad[part],
    )


def measure_all(
    analysis: RunningAnalysis, motion: Motion, names: Collection[str] | None = None
) -> dict[str, FloatArray]:
    """Return the values of strides of every measure of an angle or a length that can be had.

    Parameters
    ----------
    analysis : RunningAnalysis
    motion : Motion
    names : collection of str, optional
        The measures wanted; all of them unless given.
    """
    data = data_of(analysis, motion)
    out = {}
    for definition in analysis.definitions:
        wanted = names is None or definition.name in names
        if not wanted or definition.unit not in ("deg", "m"):
            continue
        try:
            out[definition.name] = MEASURES[definition.name][1](data)
        except AbsentError:
            continue
    return out


def data_of(analysis: RunningAnalysis, motion: Motion) -> StrideData:
    """Return what measures are computed from."""
    return StrideData(
        strides=motion.strides,
        time_s=motion.angles.time_s,
        angles=dict(motion.table),
        kinematics=motion.kinematics,
        travel_rad=motion.travel_rad,
        gait=analysis.events.gait,
    )


def _means(values: Mapping[str, FloatArray], strides: Strides, analysis: RunningAnalysis) -> Means:
    """Return the mean of each measure over each side's strides, circular ones on the circle."""
    scopes = {d.name: d for d in analysis.definitions}
    body = reference_side(strides)
    out = {}
    for name, column in values.items():
        sides = (("body", body),) if scopes[name].scope == "body" else (("right", 0), ("left", 1))
        for side, code in sides:
            chosen = column[(strides.side == code) & np.isfinite(column)]
            if chosen.size == 0:
                continue
            if scopes[name].circular:
                wave = np.exp(1j * np.deg2rad(chosen)).mean()
                out[name, side] = float(np.rad2deg(np.angle(wave)))
            else:
                out[name, side] = float(chosen.mean())
    return out


def _apart(after: Means, before: Means, *, per: float) -> Means:
    """Return differences of means, by the shorter way round where they are large angles."""
    out = {}
    for key in after.keys() & before.keys():
        difference = after[key] - before[key]
        if abs(difference) > 180.0:
            difference -= float(np.copysign(360.0, difference))
        out[key] = difference / per
    return out
