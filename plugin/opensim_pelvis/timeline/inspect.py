"""Looks at the signals of the sensors in use before anything is computed from them.

Samples that were not measured, but shown again, become absent: fusion, clocks and all that
follows see a gap there, which is what it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from opensim_pelvis.config.settings import FusionSettings
from opensim_pelvis.errors import TimelineError, raise_faults
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.timeline.duplicates import find_duplicates
from opensim_pelvis.timeline.raw_fit import common_factor, fit_raw
from opensim_pelvis.timeline.repeats import Stretch, find_repeats
from opensim_pelvis.timeline.sample_keys import keys_of
from opensim_pelvis.types import (
    SIGNAL_FIELDS,
    Inspection,
    RawFit,
    Recording,
    Repeat,
    SensorSignals,
    SignalKind,
)

MAX_RATE_ERROR: Final = 0.1
"""Part by which steps may be wrong for sensor fusion: as the check ``rate`` has it."""

RATE_FACTORS: Final = (0.1, 10.0)
"""Beyond these a factor is one of a unit."""

MOST_REPEATED: Final = 0.95
"""Part of a sensor's samples beyond which there is nothing left of it."""


def inspect_signals(
    recording: Recording, used: Collection[str], settings: FusionSettings
) -> Recording:
    """Return a recording with what its signals show about themselves, repeated samples absent.

    Parameters
    ----------
    recording : Recording
        As read.
    used : collection of str
        Identifiers of the sensors in use; others stay as they are.
    settings : FusionSettings
        Says which signals the orientations are to come from.

    Raises
    ------
    TimelineError
        When a sensor measured next to nothing of the signals that are needed.
    """
    worn = [sensor for sensor in recording.sensors if sensor.identifier in used]
    keys = keys_of(worn)
    found = find_repeats(worn, recording.rate_hz, one_clock=recording.clocks != "own", keys=keys)
    made = {s.identifier: _without(s, found.get(s.identifier, ())) for s in worn}
    times = {s.identifier: _times_s(s, recording.rate_hz) for s in worn}
    start_s = min((float(time[0]) for time in times.values() if time.size), default=0.0)
    repeats = [
        row
        for name, stretches in found.items()
        for row in _describe(
            name,
            stretches,
            times[name] - (times[name][0] if recording.clocks == "own" else start_s),
        )
    ]
    _require_measured(recording, repeats, settings, worn)
    asked = [fit_raw(sensor, times[name]) for name, sensor in made.items()]
    fits = [fit for fit in asked if fit is not None]
    if settings.orientations == "fused":
        _require_rate(recording, fits)
    return replace(
        recording,
        sensors=tuple(made.get(s.identifier, s) for s in recording.sensors),
        inspection=Inspection(
            repeats=tuple(repeats), duplicates=find_duplicates(worn, keys), fits=tuple(fits)
        ),
    )


def _without(sensor: SensorSignals, stretches: Sequence[Stretch]) -> SensorSignals:
    """Return a sensor whose repeated samples are absent."""
    made: dict[str, Any] = {}
    for stretch in stretches:
        fields = [SIGNAL_FIELDS[stretch.kind]]
        if stretch.kind == "acceleration":
            fields += ["free_acceleration_mps2", "magnetic_field"]
        for field in fields:
            values = made.get(field)
            if values is None and getattr(sensor, field) is not None:
                values = made[field] = getattr(sensor, field).copy()
            if values is not None:
                values[stretch.first : stretch.end] = np.nan
    return replace(sensor, **made) if made else sensor


def _times_s(sensor: SensorSignals, rate_hz: float) -> FloatArray:
    return np.asarray(sensor.counter / rate_hz if sensor.time_s is None else sensor.time_s)


def _describe(
    identifier: str, stretches: Sequence[Stretch], time_s: FloatArray
) -> Iterator[Repeat]:
    """Yield the stretches in order of time, those of several signals at once as one."""
    together: dict[tuple[int, int, int], list[Stretch]] = {}
    for stretch in stretches:
        together.setdefault((stretch.first, stretch.end, stretch.back), []).append(stretch)
    for (first, end, back), alike in sorted(together.items()):
        yield Repeat(
            identifier=identifier,
            signals=tuple(stretch.kind for stretch in alike),
            start_s=float(time_s[first]),
            end_s=float(time_s[end - 1]),
            samples=end - first,
            share=(end - first) / time_s.size,
            period_samples=back,
        )


def _require_rate(recording: Recording, fits: Sequence[RawFit]) -> None:
    """Refuse to integrate gyroscopes over steps that are known to be wrong."""
    gains = {fit.identifier: fit.gain for fit in fits if np.isfinite(fit.gain)}
    if len(gains) < 2:
        return
    factor = common_factor(gains)
    if RATE_FACTORS[0] <= factor <= RATE_FACTORS[1] and abs(factor - 1.0) > MAX_RATE_ERROR:
        raise TimelineError(
            f"{recording.name}: the sampling rate is not {recording.rate_hz:.4g} Hz: the "
            "gyroscopes of all sensors and the orientations of the file fit "
            f"{recording.rate_hz * factor:.4g} Hz. Sensor fusion needs the true rate. Correct it "
            "in the file or in its export."
        )


def _require_measured(
    recording: Recording,
    repeats: Sequence[Repeat],
    settings: FusionSettings,
    worn: Sequence[SensorSignals],
) -> None:
    """Refuse a sensor that has nothing to compute its orientations from."""
    faults = []
    for sensor in worn:
        share: dict[SignalKind, float] = {
            kind: sum(
                row.share
                for row in repeats
                if row.identifier == sensor.identifier and kind in row.signals
            )
            for kind in SIGNAL_FIELDS
        }
        raw = max(share["acceleration"], share["angular velocity"])
        by_maker = settings.orientations == "vendor" and sensor.R_ES is not None
        worst = share["orientation"] if by_maker else raw
        if worst > MOST_REPEATED:
            both = (
                sensor.acceleration_mps2 is not None and sensor.angular_velocity_radps is not None
            )
            live = by_maker and both and raw <= MOST_REPEATED
            other = 'use the raw signals (orientations = "fused"), ' if live else ""
            faults.append(
                f"{sensor.identifier}: wanted a measurement, found the same samples again in "
                f"{worst:.0%} of the recording while the body moved. Omit the sensor, "
                f"{other}or export it again"
            )
    raise_faults(TimelineError, recording.name, faults)
