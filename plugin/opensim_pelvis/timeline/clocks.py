"""Brings sensors with clocks and rates of their own onto one timeline, with one count.

Clocks are brought together by a trigger, or by the motion that sensors on one body share
(`synchronise`, `refine`), or else by their first samples, which is doubted. Every sensor is tied
to the first one along the pairs that fit best: thigh to pelvis, shank to thigh. Then all signals
are taken at the counts of one grid (`resample`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from opensim_pelvis.config.settings import TimelineSettings, nearest
from opensim_pelvis.errors import SettingsError, TimelineError, raise_faults
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.interpolation import HOLE_STEPS, typical_step
from opensim_pelvis.notices import Notice, notice, say
from opensim_pelvis.timeline.clock_drift import follow_drift
from opensim_pelvis.timeline.clock_pairs import Tie, find_ties, soft_error_s
from opensim_pelvis.timeline.refine import DRIFT_PRIOR
from opensim_pelvis.timeline.resample import resample_sensor, span_fault
from opensim_pelvis.timeline.synchronise import describe_motion
from opensim_pelvis.types import ClockEstimate, Recording, SensorSignals
from opensim_pelvis.types.recording import ClockMethod

MAX_MISFIT: Final = 0.5
"""Part of the motion that two sensors may fail to share and still be tied by it."""

_MIN_ROWS: Final = 4
_WHOLE_HZ: Final = 0.01  # a rate found in stamps is this near to the whole number that was meant


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clock:
    """``t = t_own + offset + drift (t_own - first)``, own time after the first sensor's start."""

    offset_s: float
    drift: float
    error_s: float
    method: ClockMethod
    drift_error: float = float("nan")
    notes: tuple[Notice, ...] = ()

    def to_common(self, own_s: FloatArray) -> FloatArray:
        drift = 0.0 if np.isnan(self.drift) else self.drift
        return np.asarray(own_s + self.offset_s + drift * (own_s - own_s[0]))


_FIRST: Final = _Clock(offset_s=0.0, drift=0.0, error_s=0.0, method="movement", drift_error=0.0)


def unify_clocks(recording: Recording, settings: TimelineSettings) -> Recording:
    """Bring all sensors of a recording onto one count.

    Parameters
    ----------
    recording : Recording
        With orientations where they can be had: movement is compared by them.
    settings : TimelineSettings

    Returns
    -------
    Recording
        With a common count. A recording that has one already is returned as it is.

    Raises
    ------
    SettingsError
        When a trigger is missing or names a sensor that is not there.
    TimelineError
        When a sensor has no usable times, when movement was asked for and does not settle the
        clocks, or when the sensors cannot have run together.
    """
    if recording.clocks == "common":
        return recording
    rate_hz, rate_source = _choose_rate(recording, settings)
    stamps = _stamps(recording, rate_hz)
    zero_s = float(stamps[0][0])
    own = [stamp - zero_s for stamp in stamps]
    clocks = _find_clocks(recording, own, settings, zero_s)
    common = [clock.to_common(time) for clock, time in zip(clocks, own, strict=True)]
    _require_overlap(recording, common)
    first = min(int(np.ceil(time[0] * rate_hz - 1e-6)) for time in common)
    sensors = tuple(
        resample_sensor(sensor, time, rate_hz=rate_hz, first=first)
        for sensor, time in zip(recording.sensors, common, strict=True)
    )
    estimates = tuple(
        ClockEstimate(
            identifier=sensor.identifier,
            rate_hz=1.0 / typical_step(time),
            offset_s=clock.offset_s,
            drift_ppm=-clock.drift * 1e6,
            uncertainty_s=clock.error_s,
            drift_error_ppm=clock.drift_error * 1e6,
            method=clock.method,
        )
        for sensor, time, clock in zip(recording.sensors, own, clocks, strict=True)
    )
    return replace(
        recording,
        rate_hz=rate_hz,
        rate_source=rate_source,
        counter_source=notice("source.one_timeline", source=recording.counter_source),
        sensors=sensors,
        start_s=zero_s + first / rate_hz,
        clocks="common",
        clock_estimates=estimates,
        notes=(
            *recording.notes,
            *(note for clock in clocks for note in clock.notes),
            *_notes_of_holes(recording, own),
        ),
    )


def _stamps(recording: Recording, rate_hz: float) -> list[FloatArray]:
    """Return the sample times of all sensors; TimelineError where one has none to use."""
    stamps: list[FloatArray] = []
    faults: list[str] = []
    for sensor in recording.sensors:
        time_s = np.array([]) if sensor.time_s is None else sensor.time_s
        stamps.append(time_s)
        if time_s.size < _MIN_ROWS:
            faults.append(
                f"{sensor.identifier}: wanted at least {_MIN_ROWS} samples with a time, found "
                f"{time_s.size}. Omit the sensor's file"
            )
        elif not (np.isfinite(time_s).all() and (np.diff(time_s) > 0.0).all()):
            row = int(np.argmin(np.where(np.isfinite(time_s[1:]), np.diff(time_s), -np.inf)))
            faults.append(
                f"{sensor.identifier}: wanted increasing times, found {time_s[row]:g} then "
                f"{time_s[row + 1]:g} s. Export the recording again"
            )
        elif fault := span_fault(sensor.identifier, time_s, rate_hz):
            faults.append(fault)
    if not recording.sensors:
        faults.append("wanted at least one sensor, found none")
    raise_faults(TimelineError, recording.name, faults)
    return stamps


def _find_clocks(
    recording: Recording, own: Sequence[FloatArray], settings: TimelineSettings, zero_s: float
) -> list[_Clock]:
    """Return the clock of each sensor by the best means that there is."""
    if recording.clocks == "shared":
        known = _Clock(offset_s=0.0, drift=0.0, error_s=float("nan"), method="shared clock")
        return [known for _ in own]
    method = settings.synchronise
    if method == "trigger" or (method == "auto" and settings.trigger_s):
        return _by_trigger(recording, own, settings.trigger_s, zero_s)
    if method == "start":
        return [
            _by_start(recording.sensors[i], own, i, notice("word.as_asked"))
            for i in range(len(own))
        ]
    return _by_movement(recording, own, required=method == "movement")


def _by_trigger(
    recording: Recording, own: Sequence[FloatArray], trigger_s: Mapping[str, float], zero_s: float
) -> list[_Clock]:
    names = recording.identifiers
    faults = [
        f"trigger_s: no sensor is named '{name}'.{nearest(name, names)}"
        for name in trigger_s
        if name not in names
    ]
    faults += [f"trigger_s has no time for sensor {n}" for n in names if n not in trigger_s]
    for name, time in zip(names, own, strict=True):
        if name in trigger_s and not time[0] <= trigger_s[name] - zero_s <= time[-1]:
            faults.append(
                f"trigger_s of {name}: wanted a time from {time[0] + zero_s:g} to "
                f"{time[-1] + zero_s:g} s (the range of its samples), found {trigger_s[name]:g}"
            )
    raise_faults(SettingsError, recording.name, faults)
    return [
        _Clock(
            offset_s=trigger_s[names[0]] - trigger_s[name],
            drift=0.0 if i == 0 else float("nan"),
            error_s=0.0 if i == 0 else typical_step(own[i]),
            method="trigger",
        )
        for i, name in enumerate(names)
    ]


def _by_start(sensor: SensorSignals, own: Sequence[FloatArray], i: int, why: Notice) -> _Clock:
    """Return a clock by the first samples, with the doubt that belongs to it."""
    name = sensor.identifier
    note = notice("clocks.common_start", name, sensor=name, why=why)
    return _Clock(
        offset_s=float(own[0][0] - own[i][0]),
        drift=0.0 if i == 0 else float("nan"),
        error_s=0.0 if i == 0 else float("nan"),
        method="start",
        notes=() if i == 0 else (note,),
    )


def _by_movement(
    recording: Recording, own: Sequence[FloatArray], *, required: bool
) -> list[_Clock]:
    """Tie every sensor to the first along the pairs whose motion fits best."""
    sensors = recording.sensors
    patterns = [describe_motion(s, time) for s, time in zip(sensors, own, strict=True)]
    clocks: dict[int, _Clock] = {0: _FIRST}
    ties = find_ties(patterns, own)
    while len(clocks) < len(sensors):
        open_ties = [t for t in ties if (t.a in clocks) != (t.b in clocks)]
        usable = [t for t in open_ties if t.fit.misfit <= MAX_MISFIT]
        if not usable:
            break
        tie = min(usable, key=lambda t: (not t.sure, t.fit.misfit))
        known, new = (tie.a, tie.b) if tie.a in clocks else (tie.b, tie.a)
        a, b = patterns[tie.a], patterns[tie.b]
        if a is not None and b is not None:
            tie = replace(tie, fit=follow_drift(a, b, tie.fit))
        clocks[new] = _tied(sensors, own, clocks[known], tie, known, new)
    faults = [say(note) for clock in clocks.values() for note in clock.notes]
    lost = [i for i in range(len(sensors)) if i not in clocks]
    why = {
        i: notice("word.no_motion" if patterns[i] is None else "word.fits_no_other") for i in lost
    }
    faults += [f"{sensors[i].identifier}: {say(why[i])}" for i in lost]
    if required and faults:
        advice = "Give the time of one event on each sensor (trigger_s), or use --sync start"
        raise_faults(TimelineError, recording.name, [f"{fault}. {advice}" for fault in faults])
    for i in lost:
        clocks[i] = _by_start(sensors[i], own, i, why[i])
    return [clocks[i] for i in range(len(sensors))]


def _tied(
    sensors: Sequence[SensorSignals],
    own: Sequence[FloatArray],
    clock: _Clock,
    tie: Tie,
    known: int,
    new: int,
) -> _Clock:
    """Return the clock of a sensor that moves with one whose clock is known."""
    fit, ends = tie.fit, own[new][[0, -1]]
    slope = 0.0 if np.isnan(clock.drift) else clock.drift
    on_known = fit.to_a(ends) if known == tie.a else fit.to_b(ends)
    on_common = on_known + clock.offset_s + slope * (on_known - own[known][0])
    gone = on_common - ends
    estimated = not (np.isnan(fit.drift) or np.isnan(clock.drift))
    half_s, soft_s = float(ends[1] - ends[0]) / 2.0, soft_error_s(fit)
    drift_error = float(np.hypot(fit.drift_error, soft_s / half_s))
    drift_error /= float(np.hypot(1.0, drift_error / DRIFT_PRIOR))  # crystals are known to be good
    reached_s = np.nan_to_num(fit.drift_error) * half_s  # from the middle to the start
    error_s = float(np.linalg.norm([clock.error_s, fit.offset_error_s, reached_s, soft_s]))
    notes: tuple[Notice, ...] = ()
    if not tie.sure:
        error_s = tie.rival_s
        name, other = sensors[new].identifier, sensors[known].identifier
        notes = (notice("clocks.repeats", name, sensor=name, other=other, away_s=error_s),)
    return _Clock(
        offset_s=float(gone[0]),
        drift=float((gone[1] - gone[0]) / (ends[1] - ends[0])) if estimated else float("nan"),
        error_s=error_s,
        method="movement",
        drift_error=float(np.hypot(clock.drift_error, drift_error)) if estimated else float("nan"),
        notes=notes,
    )


def _require_overlap(recording: Recording, common: Sequence[FloatArray]) -> None:
    latest, earliest = max(t[0] for t in common), min(t[-1] for t in common)
    if latest < earliest:
        return
    spans = ", ".join(
        f"{s.identifier} {t[0]:.2f} to {t[-1]:.2f} s"
        for s, t in zip(recording.sensors, common, strict=True)
    )
    raise TimelineError(
        f"{recording.name}: the sensors did not record at the same time. Wanted overlapping "
        f"times, found {spans} after the start of the first. Omit files of another trial."
    )


def _notes_of_holes(recording: Recording, own: Sequence[FloatArray]) -> list[Notice]:
    """Say in one line which sensors have holes in their stamps."""
    found = {}
    for sensor, time in zip(recording.sensors, own, strict=True):
        holes = int((np.diff(time) > HOLE_STEPS * typical_step(time)).sum())
        if holes:
            found[sensor.identifier] = holes
    return [notice("clocks.holes", *found, holes=found)] if found else []


def _choose_rate(recording: Recording, settings: TimelineSettings) -> tuple[float, Notice]:
    """Return the rate of the timeline and where it is from; a whole number where one is near."""
    if settings.rate_hz:
        return settings.rate_hz, notice("source.resampled_setting")
    whole = float(round(recording.rate_hz))
    near = abs(whole - recording.rate_hz) <= _WHOLE_HZ * recording.rate_hz
    rate_hz = whole if near else recording.rate_hz
    return rate_hz, notice("source.resampled", source=recording.rate_source)
