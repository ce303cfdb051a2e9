"""What a change of each input does to every mean: central differences on some strides."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from math import sqrt
from typing import Final, NamedTuple

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.measures.compute import reference_side
from opensim_pelvis.gait.measures.stride_data import MEASURES, AbsentError, StrideData
from opensim_pelvis.gait.uncertainty.inputs import Kind, Motion
from opensim_pelvis.gait.uncertainty.mean_curves import MeanCurves, assessed, mean_curves
from opensim_pelvis.gait.uncertainty.priors import number
from opensim_pelvis.gait.uncertainty.read_from import bodies_read
from opensim_pelvis.gait.uncertainty.tried_strides import choose_strides, of_strides
from opensim_pelvis.rotations import inverse, multiply
from opensim_pelvis.types import Placement, RunningAnalysis, SensorOrientations, Strides, TermName
from opensim_pelvis.types.event import CONTACT, TOE_OFF
from opensim_pelvis.types.segments import segment_of

_LEG: Final = "forward_leg_deg"
_FORWARD: Final[Mapping[str, str]] = {
    "pelvis": "forward_pelvis_deg",
    "trunk": "forward_trunk_deg",
}
_STEP_RAD: Final = float(np.deg2rad(1.0))
_STEP_S: Final = 0.01

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
    curves : mapping of (str, str) to (POINTS,) array
        And to the mean curve of each angle and side, degrees.
    """

    term: TermName
    size: float
    freedom: float
    each: Means
    curves: MeanCurves


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
        Of all strides; few of them are tried (`MOST_STRIDES`), and others besides where a sensor
        has no samples in these.
    placement : Placement
    orientations : SensorOrientations
    """
    tried = [
        _changes_of(analysis, of_strides(motion, rows), placement, orientations)
        for rows in choose_strides(analysis.values, motion.strides)
    ]
    return [
        first._replace(
            each={k: v for c in (*others, first) for k, v in c.each.items()},
            curves={k: v for c in (*others, first) for k, v in c.curves.items()},
        )
        for first, *others in zip(*tried, strict=True)
    ]


def _changes_of(
    analysis: RunningAnalysis,
    motion: Motion,
    placement: Placement,
    orientations: SensorOrientations,
) -> list[Change]:
    never = float("inf")
    out = _of_orientations(analysis, motion, placement)
    out += _of_events(analysis, motion)
    placed, solved = (
        _read(analysis, each) for each in (_placed(motion, placement, orientations), motion)
    )
    out.append(Change("model", 1.0 / sqrt(3.0), never, *_apart(placed, solved, per=1.0)))
    return out


def _of_orientations(
    analysis: RunningAnalysis, motion: Motion, placement: Placement
) -> list[Change]:
    """Return what a body does that leans, faces or heads elsewhere, and all of them together."""
    read = bodies_read(analysis, data_of(analysis, motion))
    out: list[Change] = []
    for body, inputs in _inputs(motion.kinematics.bodies, placement).items():
        names = {n for n, bodies in read.items() if bodies and (body is None or body in bodies)}
        if not names:
            continue
        both = [(kind, by) for _, kind, _ in inputs for by in (_STEP_RAD, -_STEP_RAD)]
        turned = motion.turned_each(body, both)
        found = measure_all(analysis, turned, names)
        angles = _changed(motion, turned, assessed(analysis.curves.angles, motion))
        curves = mean_curves(turned, angles, len(both))
        ends = [
            _Reading(
                _means(
                    {n: v.reshape(len(both), -1)[i] for n, v in found.items()},
                    motion.strides,
                    analysis,
                ),
                curves[i],
            )
            for i in range(len(both))
        ]
        for (what, _, size), after, before in zip(inputs, ends[::2], ends[1::2], strict=True):
            out.append(Change(what, size, float("inf"), *_apart(after, before, per=2.0)))
    return out


def _inputs(
    bodies: Sequence[str], placement: Placement
) -> dict[str | None, list[tuple[TermName, Kind, float]]]:
    """Return body (None: all together) to its inputs with their standard uncertainty, degrees."""
    axis = placement.heading.method in ("axis", "mounting")
    told = {row.sensor: row.sigma_rad for row in placement.heading.sensors}
    sigma = {
        body: told.get(sensor, 0.0)  # without a row, one axis told the heading of all
        for body, sensor in zip(placement.bodies, placement.sensors, strict=True)
    }
    person = number("facing", "person_deg")
    out: dict[str | None, list[tuple[TermName, Kind, float]]] = {}
    for body in bodies:
        forward = number("pose", _FORWARD.get(segment_of(body), _LEG))
        own = float(np.rad2deg(sigma.get(body, 0.0)))
        own = own if np.isfinite(own) else number("heading", "unknown_deg")
        out[body] = [
            ("pose", "lean z", forward),
            ("pose", "lean x", number("pose", "sideways_deg")),
            ("heading", "heading", own),
        ]
        if body != "pelvis" or not axis:
            size = person if body == "pelvis" else number("facing", "segment_deg")
            out[body].append(("facing", "turn", size))
    if axis:
        out[None] = [("facing", "facing", person)]
        if placement.heading.method == "axis":
            out[None].append(("heading", "heading", number("heading", "stated_axis_deg")))
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
        ends = []
        for by in (_STEP_S, -_STEP_S):
            later, whole = (
                replace(
                    motion, strides=replace(strides, **{f: getattr(strides, f) + by for f in which})
                )
                for which in (fields, ("start_s", "end_s"))
            )
            means = _means(measure_all(analysis, later), strides, analysis)
            # all contacts come later, so that a curve is read later from start to end
            curves = _curves(analysis, whole) if label == CONTACT else {}
            ends.append(_Reading(means, curves))
        freedom = number("events", "freedom")
        out.append(Change("events", error, freedom, *_apart(*ends, per=2.0 * _STEP_S)))
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


class _Reading(NamedTuple):
    """What is read of a motion."""

    means: Means
    curves: MeanCurves


def _read(analysis: RunningAnalysis, motion: Motion) -> _Reading:
    means = _means(measure_all(analysis, motion), motion.strides, analysis)
    return _Reading(means, _curves(analysis, motion))


def _curves(analysis: RunningAnalysis, motion: Motion) -> MeanCurves:
    (curves,) = mean_curves(motion, assessed(analysis.curves.angles, motion))
    return curves


def _changed(before: Motion, after: Motion, names: Collection[str]) -> list[str]:
    """Return the angles that differ in any copy of a motion."""
    t = before.angles.time_s.size
    return [
        name
        for name in names
        if name in before.table
        and not np.array_equal(
            after.table[name].reshape(-1, t),
            np.broadcast_to(before.table[name], (after.table[name].size // t, t)),
            equal_nan=True,
        )
    ]


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
        if not wanted or definition.unit not in ("deg", "mm", "m"):
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


def _apart(after: _Reading, before: _Reading, *, per: float) -> _Reading:
    """Return differences of means, by the shorter way round where they are large angles."""
    means = {}
    for key in after.means.keys() & before.means.keys():
        difference = after.means[key] - before.means[key]
        if abs(difference) > 180.0:
            difference -= float(np.copysign(360.0, difference))
        means[key] = difference / per
    both = after.curves.keys() & before.curves.keys()
    return _Reading(means, {key: (after.curves[key] - before.curves[key]) / per for key in both})
