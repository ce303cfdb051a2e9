"""The best source of events that a recording has: imported, foot, shank, thigh, pelvis.

A recording without accelerometer and gyroscope gives cycle events only: vendors smooth
orientations over the impact. Every source says its method, its reference and the error published
for it; `METHODS` is what the results print.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, Literal

import numpy as np

from opensim_pelvis.config.settings import ActivityKind
from opensim_pelvis.frames import GRAVITY_MPS2, FloatArray
from opensim_pelvis.gait.events.leg_contacts import (
    LegEvents,
    deepest_between,
    find_leg_events,
    swing_times,
)
from opensim_pelvis.gait.events.pelvis_cycles import find_steps, find_turns, rotation_of
from opensim_pelvis.gait.events.prefer import pair_events, prefer_imported
from opensim_pelvis.gait.events.published_errors import METHODS, UNKNOWN
from opensim_pelvis.gait.events.signals import (
    EVENT_CUTOFF_HZ,
    SegmentSignal,
    find_extremes,
    low_pass,
    sagittal_velocity,
)
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.rotations import rotate
from opensim_pelvis.types import (
    AlignedRecording,
    Angles,
    Event,
    GaitEvents,
    Kinematics,
    Placement,
    SensorOrientations,
)
from opensim_pelvis.types.coordinates import coordinate_on
from opensim_pelvis.types.event import (
    CONTACT,
    CYCLE_EVENTS,
    LOADING,
    MID_STANCE,
    RIGHT_FORWARD,
    TOE_OFF,
)
from opensim_pelvis.types.segments import Leg, Segment, body_on, sensor_of

LEGS: Final[tuple[tuple[str, Leg], ...]] = (("Right", "right"), ("Left", "left"))

_BEST_FIRST: Final[dict[ActivityKind, tuple[Segment, ...]]] = {
    "running": ("foot", "shank"),
    "walking": ("shank", "foot"),
}
"""In walking the shank first: its error is published, and smaller against a force plate."""

_SAME_STEP_S: Final = 0.3
"""Foot and shank within this time see the same step; half the shortest stride, roughly."""


def detect_events(
    aligned: AlignedRecording,
    placement: Placement,
    orientations: SensorOrientations,
    kinematics: Kinematics,
    angles: Angles,
    *,
    activity: ActivityKind | None,
    imported: tuple[Event, ...] = (),
) -> GaitEvents:
    """Return the events of a recording by the best source that it has.

    Parameters
    ----------
    aligned, placement, orientations, kinematics, angles
        Results of the stages before.
    activity : str or None
        Running, unless stated to be walking, when it comes to published errors.
    imported : tuple of Event
        Events that came with the recording or in a file; they win where they make a stride.
    """
    found = _detect(aligned, placement, orientations, kinematics, angles, activity)
    return prefer_imported(imported, found)


def _detect(
    aligned: AlignedRecording,
    placement: Placement,
    orientations: SensorOrientations,
    kinematics: Kinematics,
    angles: Angles,
    activity: ActivityKind | None,
) -> GaitEvents:
    """Return what the sensors give."""
    raw = any(
        signal is not None and bool(np.isfinite(signal).any())
        for signal in (aligned.angular_velocity_radps, aligned.acceleration_mps2)
    )
    gait: ActivityKind = activity or "running"
    if raw:
        found = _contacts(aligned, placement, kinematics, gait)
        if found.kind != "none":
            return found
    found = _leg_cycles(aligned, placement, kinematics, raw=raw)
    if found.kind != "none":
        return found
    found = _pelvis_cycles(aligned, orientations, angles, gait)
    if activity is None and found.start_label == MID_STANCE:
        return replace(found, notes=(*found.notes, notice("events.sides_as_in_running")))
    return found


def _contacts(
    aligned: AlignedRecording, placement: Placement, kinematics: Kinematics, gait: ActivityKind
) -> GaitEvents:
    """Return contacts and toe-offs of each leg, a step from the best source that shows it."""
    events: list[Event] = []
    methods: dict[Notice, Notice] = {}
    for context, side in LEGS:
        leg: list[Event] = []
        for segment in _BEST_FIRST[gait]:
            if leg and gait == "running":
                break
            signal = sagittal_velocity(body_on(side, segment), aligned, placement, kinematics)
            if signal is None:
                continue
            found, told = _segment_contacts(
                signal, segment, (context, side), aligned, kinematics, gait
            )
            missing = _unseen(found, leg)
            methods |= {event.source: told[event.source] for event in missing}
            leg += missing
        events += leg
    return _gathered(events, "contact", CONTACT, methods)


def _segment_contacts(
    signal: SegmentSignal,
    segment: Segment,
    leg_of: tuple[str, Leg],
    aligned: AlignedRecording,
    kinematics: Kinematics,
    gait: ActivityKind,
) -> tuple[list[Event], dict[Notice, Notice]]:
    """Return the events of one foot or shank, and their sources with the method."""
    context, side = leg_of
    leg = find_leg_events(signal, aligned.rate_hz)
    if np.isfinite(leg.contact).sum() < 2:
        return [], {}
    source = notice("source.body" if signal.measured else "source.body_turns", body=signal.body)
    method = METHODS[segment, gait]
    toe_off, off_source, off_method = leg.toe_off, source, method
    if segment == "shank" and gait == "running":
        coordinate = coordinate_on(side, "knee_angle")
        knee = _knee_toe_off(leg, kinematics, coordinate)
        if knee is not None:
            toe_off, off_method = knee, METHODS["knee", "running"]
            off_source = notice("source.coordinate", coordinate=coordinate)
    contacts = _events(leg.contact, aligned, CONTACT, context, source, method.contact_s)
    offs = _events(toe_off, aligned, TOE_OFF, context, off_source, off_method.toe_off_s)
    return [*contacts, *offs], {
        source: notice(method.code),
        off_source: notice(off_method.code),
    }


def _unseen(found: list[Event], seen: list[Event]) -> list[Event]:
    """Return the events that another source does not show."""
    return [
        event
        for event, (_, gap_s) in zip(found, pair_events(found, seen), strict=True)
        if gap_s > _SAME_STEP_S
    ]


def _leg_cycles(
    aligned: AlignedRecording, placement: Placement, kinematics: Kinematics, *, raw: bool
) -> GaitEvents:
    """Return one swing a stride of each leg: thigh first, since every set that has legs has it."""
    events: list[Event] = []
    label = ""
    for segment in CYCLE_EVENTS:
        signals: dict[str, SegmentSignal] = {}
        for context, side in LEGS:
            signal = sagittal_velocity(body_on(side, segment), aligned, placement, kinematics)
            if signal is not None:
                signals[context] = signal
        name = CYCLE_EVENTS[segment]
        for context, signal in signals.items():
            swings = swing_times(signal, aligned.rate_hz)
            if swings.size >= 2:
                label = name
                source = notice("source.body", body=signal.body)
                events += _events(swings, aligned, name, context, source, UNKNOWN)
        if events:
            break
    note = () if raw else (notice("events.orientations_only"),)
    told = {notice("source.event", label=label): notice("method.cycle_leg")}
    found = _gathered(events, "cycle", label, told)
    return replace(found, start_label=label, notes=(*found.notes, *note))


def _pelvis_cycles(
    aligned: AlignedRecording, orientations: SensorOrientations, angles: Angles, gait: ActivityKind
) -> GaitEvents:
    """Return steps of a pelvis that wears the only usable sensor."""
    rotation, sensor = rotation_of(angles), sensor_of("pelvis")
    if rotation is None or sensor not in orientations.sensors:
        return GaitEvents(
            events=(),
            kind="none",
            notes=(notice("events.no_sensor"),),
        )
    source, rate_hz = notice("source.body", body="pelvis"), aligned.rate_hz
    if aligned.acceleration_mps2 is not None:
        force_s = aligned.acceleration_mps2[:, aligned.sensors.index(sensor)]
        R_GS = orientations.R_GS[:, orientations.sensors.index(sensor)]
        vertical = rotate(R_GS, force_s)[:, 1] - GRAVITY_MPS2
        walking = gait == "walking"
        steps, side = find_steps(vertical, rotation, rate_hz, walking=walking)
        label = LOADING if walking else MID_STANCE
        if steps.size >= 4:
            events: list[Event] = []
            for code, (context, _) in enumerate(LEGS):
                events += _events(steps[side == code], aligned, label, context, source, UNKNOWN)
            return _gathered(events, "cycle", label, {source: notice("method.cycle_steps")})
    turns = find_turns(rotation, rate_hz)
    label = RIGHT_FORWARD
    events = _events(turns, aligned, label, "Right", source, UNKNOWN)
    return _gathered(events, "cycle", label, {source: notice("method.cycle_turns")})


def _knee_toe_off(leg: LegEvents, kinematics: Kinematics, name: str) -> FloatArray | None:
    """Return the instants of peak knee extension after each contact, where the knee is known."""
    if name not in kinematics.coordinates:
        return None
    flexion = kinematics.values_rad[:, kinematics.coordinates.index(name)]
    flexion = low_pass(flexion, kinematics.rate_hz, EVENT_CUTOFF_HZ)
    if not np.isfinite(flexion).any():
        return None
    minima = find_extremes(flexion, -1, height=-np.inf)
    steps = np.append(np.diff(leg.contact), np.nan)
    usual = float(np.nanmedian(steps)) if np.isfinite(steps).any() else np.nan
    found = deepest_between(flexion, minima, leg.contact + 0.15 * usual, leg.contact + 0.55 * usual)
    found[~np.isfinite(leg.toe_off)] = np.nan
    return found


def _events(
    samples: FloatArray,
    aligned: AlignedRecording,
    label: str,
    context: str,
    source: Notice,
    error_s: float,
) -> list[Event]:
    """Return events at samples, with the published error and half a sample as uncertainty."""
    side: Literal["Right", "Left"] = "Right" if context == "Right" else "Left"
    grain_s = 0.5 / aligned.rate_hz
    uncertainty_s = float(np.hypot(error_s, grain_s))
    times = samples[np.isfinite(samples)] / aligned.rate_hz + float(aligned.time_s[0])
    return [
        Event(time_s=t, label=label, context=side, source=source, uncertainty_s=uncertainty_s)
        for t in times.tolist()
    ]


def _gathered(
    events: list[Event],
    kind: Literal["contact", "cycle"],
    start_label: str,
    methods: Mapping[Notice, Notice],
) -> GaitEvents:
    if not events:
        return GaitEvents(events=(), kind="none", notes=(notice("events.none"),))
    return GaitEvents(
        events=tuple(sorted(events, key=lambda event: event.time_s)),
        kind=kind,
        start_label=start_label,
        methods=dict(methods),
    )
