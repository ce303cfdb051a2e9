"""The best source of events that a recording has: imported, foot, shank, thigh, pelvis.

A recording without accelerometer and gyroscope gives cycle events only: vendors smooth
orientations over the impact. Every source says its method, its reference and the error published
for it; `METHODS` is what the results print.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from opensim_pelvis.events.imported import normalise_events
from opensim_pelvis.events.legs import LegEvents, deepest_between, find_leg_events, swing_times
from opensim_pelvis.events.pelvis import find_steps, find_turns, rotation_of
from opensim_pelvis.events.signals import (
    EVENT_CUTOFF_HZ,
    SegmentSignal,
    find_extremes,
    low_pass,
    sagittal_velocity,
)
from opensim_pelvis.frames import GRAVITY_MPS2, FloatArray
from opensim_pelvis.rotations import rotate
from opensim_pelvis.settings import ActivityKind
from opensim_pelvis.types import (
    AlignedRecording,
    Angles,
    Event,
    GaitEvents,
    Kinematics,
    Placement,
    SensorOrientations,
)

LEGS: Final = (("Right", "r"), ("Left", "l"))


@dataclass(frozen=True, slots=True)
class Method:
    """How a source finds events: in words with its reference, and the errors published."""

    words: str
    contact_s: float
    toe_off_s: float


_UNKNOWN: Final = float("nan")

METHODS: Final[Mapping[tuple[str, str], Method]] = {
    ("calcn", "running"): Method(
        "foot: minima of the sagittal angular velocity after and before mid-swing (Falbriard et "
        "al. 2018, doi:10.3389/fphys.2018.00610: precision 2 ms at contact and 4 ms at toe-off, "
        "bias of contact and flight time up to 12 ms, growing with speed)",
        0.012,
        0.012,
    ),
    ("calcn", "walking"): Method(
        "foot: minima of the sagittal angular velocity after and before mid-swing, as at the "
        "shank (Aminian et al. 2002, doi:10.1016/S0021-9290(02)00008-8); its error at the foot "
        "in walking is not known to this program",
        _UNKNOWN,
        _UNKNOWN,
    ),
    ("tibia", "walking"): Method(
        "shank: minima of the sagittal angular velocity after and before mid-swing (Aminian et "
        "al. 2002, doi:10.1016/S0021-9290(02)00008-8: contact 10 ms late on average, toe-off "
        "without significant error)",
        0.010,
        0.010,
    ),
    ("tibia", "running"): Method(
        "shank: minima of the sagittal angular velocity after and before mid-swing; the best "
        "shank methods agree with force plates within -97 to +132 ms at contact and -144 to "
        "+151 ms at toe-off (limits of agreement, PMC10255839)",
        0.058,
        0.075,
    ),
    ("knee", "running"): Method(
        "knee: peak extension (Fellin et al. 2010, doi:10.1016/j.jsams.2010.03.006: toe-off "
        "within 5 ms on optical data; from sensors not known)",
        _UNKNOWN,
        0.005,
    ),
}
"""Source and activity to method; the uncertainty of an event is the published error."""

_CYCLES: Final = {
    "leg": "swing: largest forward angular velocity of the segment; a cycle event, no contact",
    "steps": "pelvis: largest vertical acceleration, mid-stance in running and loading in "
    "walking; side from how the pelvis turns; a cycle event, no contact (contact from the sacrum: "
    "limits of agreement -149 to +88 ms, side right in 82 %, PMC10255839)",
    "turns": "pelvis: right side furthest forward; a cycle event, no contact",
}


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
        Events that came with the recording or in a file; they win.
    """
    given = normalise_events(imported)
    if sum(event.label == "initial contact" for event in given) >= 2:
        return GaitEvents(
            events=given,
            kind="contact",
            start_label="initial contact",
            methods={"imported": "events were given; their error is that of their source"},
        )
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
    if activity is None and found.start_label == "mid-stance":
        note = "left and right are told apart as in running, since nobody stated the activity"
        return replace(found, notes=(*found.notes, note))
    return found


def _contacts(
    aligned: AlignedRecording, placement: Placement, kinematics: Kinematics, gait: ActivityKind
) -> GaitEvents:
    """Return contacts and toe-offs of each leg from its foot, or else its shank."""
    events: list[Event] = []
    methods: dict[str, str] = {}
    for context, side in LEGS:
        for segment in ("calcn", "tibia"):
            signal = sagittal_velocity(f"{segment}_{side}", aligned, placement, kinematics)
            if signal is None:
                continue
            leg = find_leg_events(signal, aligned.rate_hz)
            if np.isfinite(leg.contact).sum() < 2:
                continue
            source = signal.body if signal.measured else f"{signal.body} (from orientations)"
            method = METHODS[segment, gait]
            toe_off, off_source, off_method = leg.toe_off, source, method
            if segment == "tibia" and gait == "running":
                knee = _knee_toe_off(leg, kinematics, side)
                if knee is not None:
                    toe_off, off_method = knee, METHODS["knee", "running"]
                    off_source = f"knee_angle_{side}"
            methods[source] = method.words
            methods[off_source] = off_method.words
            rows = (
                ("initial contact", leg.contact, source, method.contact_s),
                ("toe-off", toe_off, off_source, off_method.toe_off_s),
            )
            for label, samples, origin, error_s in rows:
                events += _events(samples, aligned, label, context, origin, error_s)
            break
    return _gathered(events, "contact", "initial contact", methods)


def _leg_cycles(
    aligned: AlignedRecording, placement: Placement, kinematics: Kinematics, *, raw: bool
) -> GaitEvents:
    """Return one swing a stride of each leg: thigh first, since every set that has legs has it."""
    events: list[Event] = []
    label = ""
    for segment in ("femur", "tibia", "calcn"):
        signals: dict[str, SegmentSignal] = {}
        for context, side in LEGS:
            signal = sagittal_velocity(f"{segment}_{side}", aligned, placement, kinematics)
            if signal is not None:
                signals[context] = signal
        words = {"femur": "thigh swing", "tibia": "shank swing", "calcn": "foot swing"}[segment]
        for context, signal in signals.items():
            swings = swing_times(signal, aligned.rate_hz)
            if swings.size >= 2:
                label = words
                events += _events(swings, aligned, words, context, signal.body, _UNKNOWN)
        if events:
            break
    note = (
        ()
        if raw
        else (
            "the recording has orientations only: strides are counted from leg swing, and there "
            "are no contact times",
        )
    )
    found = _gathered(events, "cycle", label, {label: _CYCLES["leg"]})
    return replace(found, start_label=label, notes=(*found.notes, *note))


def _pelvis_cycles(
    aligned: AlignedRecording, orientations: SensorOrientations, angles: Angles, gait: ActivityKind
) -> GaitEvents:
    """Return steps of a pelvis that wears the only usable sensor."""
    rotation = rotation_of(angles)
    if rotation is None or "pelvis_imu" not in orientations.sensors:
        return GaitEvents(
            events=(),
            kind="none",
            notes=("no leg and no pelvis sensor: strides cannot be told apart",),
        )
    rate_hz = aligned.rate_hz
    if aligned.acceleration_mps2 is not None:
        force_s = aligned.acceleration_mps2[:, aligned.sensors.index("pelvis_imu")]
        R_GS = orientations.R_GS[:, orientations.sensors.index("pelvis_imu")]
        vertical = rotate(R_GS, force_s)[:, 1] - GRAVITY_MPS2
        walking = gait == "walking"
        steps, side = find_steps(vertical, rotation, rate_hz, walking=walking)
        label = "loading" if walking else "mid-stance"
        if steps.size >= 4:
            events: list[Event] = []
            for code, (context, _) in enumerate(LEGS):
                events += _events(steps[side == code], aligned, label, context, "pelvis", _UNKNOWN)
            return _gathered(events, "cycle", label, {"pelvis": _CYCLES["steps"]})
    turns = find_turns(rotation, rate_hz)
    label = "right side forward"
    events = _events(turns, aligned, label, "Right", "pelvis", _UNKNOWN)
    return _gathered(events, "cycle", label, {"pelvis": _CYCLES["turns"]})


def _knee_toe_off(leg: LegEvents, kinematics: Kinematics, side: str) -> FloatArray | None:
    """Return the instants of peak knee extension after each contact, where the knee is known."""
    name = f"knee_angle_{side}"
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
    source: str,
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
    methods: Mapping[str, str],
) -> GaitEvents:
    if not events:
        return GaitEvents(events=(), kind="none", notes=("no steps were found",))
    return GaitEvents(
        events=tuple(sorted(events, key=lambda event: event.time_s)),
        kind=kind,
        start_label=start_label,
        methods=dict(methods),
    )
