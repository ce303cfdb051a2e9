"""The best source of events that a recording has: imported, foot and shank, pelvis, thigh.

A recording without accelerometer and gyroscope gives cycle events only: vendors smooth
orientations over the impact. Every event says its method and the error measured for it (`methods`);
an event for which no error of a method was measured is not claimed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from opensim_pelvis.config.settings import ActivityKind
from opensim_pelvis.frames import GRAVITY_MPS2, FloatArray
from opensim_pelvis.gait.events.activity import told_by_load
from opensim_pelvis.gait.events.event_records import (
    Context,
    Used,
    as_contacts,
    as_cycles,
    events_at,
    nothing,
)
from opensim_pelvis.gait.events.leg_contacts import find_leg_events, swing_times
from opensim_pelvis.gait.events.methods import method_of
from opensim_pelvis.gait.events.pelvis_contacts import find_contacts
from opensim_pelvis.gait.events.pelvis_cycles import find_steps, find_turns, rotation_of
from opensim_pelvis.gait.events.prefer import pair_events, prefer_imported
from opensim_pelvis.gait.events.signals import SegmentSignal, segment_signal
from opensim_pelvis.gait.events.step_sides import find_sides, side_signals
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
from opensim_pelvis.types.event import CONTACT, CYCLE_EVENTS, RIGHT_FORWARD, TOE_OFF
from opensim_pelvis.types.segments import Leg, Segment, body_on, sensor_of

Worn = Mapping[tuple[Segment, Leg], SegmentSignal]

LEGS: Final[tuple[tuple[Context, Leg], ...]] = (
    ("Right", "right"),
    ("Left", "left"),
)

_BEST_FIRST: Final[Mapping[str, tuple[Segment, ...]]] = {
    CONTACT: ("shank", "foot"),
    TOE_OFF: ("foot", "shank"),
}
"""Segment that finds an event with the smallest error first, in running and in walking."""

_SAME_STEP_S: Final = 0.3
"""Foot and shank within this time see the same step; half the shortest stride, roughly."""

_FEWEST_STEPS: Final = 4


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
        Where it is not given, the load of the pelvis tells it; where that does not either, it is
        taken to be running.
    imported : tuple of Event
        Events that came with the recording or in a file; they win where they make a stride.
    """
    worn = {
        (segment, side): signal
        for segment in CYCLE_EVENTS
        for _, side in LEGS
        if (signal := segment_signal(body_on(side, segment), aligned, placement, kinematics))
    }
    vertical = _vertical(aligned, orientations)
    seen = (
        None if vertical is None else told_by_load(vertical / GRAVITY_MPS2 + 1.0, aligned.rate_hz)
    )
    gait: ActivityKind = activity or seen or "running"
    found = _detect(aligned, worn, vertical, angles, gait)
    by_rotation = not any(segment == "thigh" for segment, _ in worn)
    if activity is None and seen is None and by_rotation and _of_pelvis(found):
        found = replace(found, notes=(*found.notes, notice("events.sides_as_in_running")))
    return replace(prefer_imported(imported, found), gait=activity or seen)


def _detect(
    aligned: AlignedRecording,
    worn: Worn,
    vertical: FloatArray | None,
    angles: Angles,
    gait: ActivityKind,
) -> GaitEvents:
    """Return what the sensors give."""
    raw = any(
        signal is not None and bool(np.isfinite(signal).any())
        for signal in (aligned.angular_velocity_radps, aligned.acceleration_mps2)
    )
    if raw:
        found = _leg_contacts(aligned, worn, gait)
        if found.kind == "none":
            found = _upper_contacts(aligned, worn, vertical, angles, gait)
        if found.kind != "none":
            return found
    found = _leg_cycles(aligned, worn, raw=raw)
    return found if found.kind != "none" else _pelvis_turns(aligned, angles)


def _leg_contacts(aligned: AlignedRecording, worn: Worn, gait: ActivityKind) -> GaitEvents:
    """Return contacts and toe-offs of each leg, a step from the best source that shows it."""
    events: list[Event] = []
    used: list[Used] = []
    for context, side in LEGS:
        found = {
            segment: find_leg_events(worn[segment, side], aligned.rate_hz, gait)
            for segment in _BEST_FIRST[CONTACT]
            if (segment, side) in worn
        }
        for label, segments in _BEST_FIRST.items():
            seen: list[Event] = []
            for segment in segments:
                method = method_of(segment, gait, label)
                if segment not in found or method is None:
                    continue
                leg, source = found[segment], _source(worn[segment, side])
                samples = leg.contact if label == CONTACT else leg.toe_off
                missing = _unseen(events_at(samples, aligned, context, source, method), seen)
                used += [(source, method)] if missing else []
                seen += missing
            events += seen
    return as_contacts(events, used)


def _upper_contacts(
    aligned: AlignedRecording,
    worn: Worn,
    vertical: FloatArray | None,
    angles: Angles,
    gait: ActivityKind,
) -> GaitEvents:
    """Return contacts of the pelvis, or of the thighs where these were recorded for longer.

    The two are not mixed: a stride from one to the other would be too long or too short.
    """
    method = method_of("pelvis", gait, CONTACT)
    if vertical is not None and method is not None and _long_enough(vertical, worn):
        source = notice("source.body", body="pelvis")
        found, wrong = _pelvis_times(vertical, angles, gait, aligned.rate_hz)
        events = [
            event
            for (context, _), samples in zip(LEGS, found, strict=True)
            for event in events_at(samples, aligned, context, source, method)
        ]
        if events:
            return replace(as_contacts(events, [(source, method)]), sides_wrong=wrong)
    return _thigh_contacts(aligned, worn, gait)


def _long_enough(vertical: FloatArray, worn: Worn) -> bool:
    """Return whether the pelvis was recorded nearly as long as the thighs, if these are worn."""
    thighs = [signal for (segment, _), signal in worn.items() if segment == "thigh"]
    known = [int(np.isfinite(signal.omega_radps).sum()) for signal in thighs]
    return 1.25 * int(np.isfinite(vertical).sum()) >= max(known, default=0)


def _pelvis_times(
    vertical: FloatArray, angles: Angles, gait: ActivityKind, rate_hz: float
) -> tuple[tuple[FloatArray, FloatArray], float]:
    """Return right and left contacts of the pelvis, and how likely these are exchanged."""
    steps = find_steps(vertical, rate_hz)
    found = find_contacts(vertical, steps, rate_hz, gait)
    if np.isfinite(found).sum() < _FEWEST_STEPS:
        return (np.zeros(0), np.zeros(0)), float("nan")
    side, wrong = find_sides(steps, side_signals(angles), rate_hz, gait)
    return (found[side == 0], found[side == 1]), wrong


def _thigh_contacts(aligned: AlignedRecording, worn: Worn, gait: ActivityKind) -> GaitEvents:
    """Return contacts of the thighs, where a method for them is measured."""
    method = method_of("thigh", gait, CONTACT)
    events: list[Event] = []
    used: list[Used] = []
    for context, side in LEGS:
        if method is not None and ("thigh", side) in worn:
            signal = worn["thigh", side]
            leg, source = find_leg_events(signal, aligned.rate_hz, gait), _source(signal)
            events += events_at(leg.contact, aligned, context, source, method)
            used.append((source, method))
    return as_contacts(events, used)


def _unseen(found: list[Event], seen: list[Event]) -> list[Event]:
    """Return the events that another source does not show."""
    return [
        event
        for event, (_, gap_s) in zip(found, pair_events(found, seen), strict=True)
        if gap_s > _SAME_STEP_S
    ]


def _leg_cycles(aligned: AlignedRecording, worn: Worn, *, raw: bool) -> GaitEvents:
    """Return one swing a stride of each leg: thigh first, since every set that has legs has it."""
    notes = () if raw else (notice("events.orientations_only"),)
    for segment, label in CYCLE_EVENTS.items():
        events: list[Event] = []
        for context, side in LEGS:
            if (segment, side) in worn:
                signal = worn[segment, side]
                swings = swing_times(signal, aligned.rate_hz)
                source = notice("source.body", body=signal.body)
                if swings.size >= 2:
                    events += events_at(swings, aligned, context, source, label)
        if events:
            told = {notice("source.event", label=label): notice("method.cycle_leg")}
            return as_cycles(events, label, told, notes)
    return nothing(*notes)


def _pelvis_turns(aligned: AlignedRecording, angles: Angles) -> GaitEvents:
    """Return strides of a pelvis of which only the orientation can be used."""
    rotation = rotation_of(angles)
    if rotation is None:
        return GaitEvents(events=(), kind="none", notes=(notice("events.no_sensor"),))
    source = notice("source.body", body="pelvis")
    turns = find_turns(rotation, aligned.rate_hz)
    events = events_at(turns, aligned, "Right", source, RIGHT_FORWARD)
    return as_cycles(events, RIGHT_FORWARD, {source: notice("method.cycle_turns")}, ())


def _vertical(aligned: AlignedRecording, orientations: SensorOrientations) -> FloatArray | None:
    """Return the upward acceleration of the pelvis without gravity."""
    sensor = sensor_of("pelvis")
    if aligned.acceleration_mps2 is None or sensor not in orientations.sensors:
        return None
    force_s = aligned.acceleration_mps2[:, aligned.sensors.index(sensor)]
    R_GS = orientations.R_GS[:, orientations.sensors.index(sensor)]
    return np.asarray(rotate(R_GS, force_s)[:, 1] - GRAVITY_MPS2)


def _of_pelvis(found: GaitEvents) -> bool:
    """Return whether contacts come from the pelvis, whose sides depend on the activity."""
    return found.kind == "contact" and set(found.methods) == {notice("source.body", body="pelvis")}


def _source(signal: SegmentSignal) -> Notice:
    return notice("source.body" if signal.measured else "source.body_turns", body=signal.body)
