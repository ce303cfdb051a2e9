"""Decides where each sensor's orientations come from, and makes those that are missing.

The stage stands right after reading: each sensor is fused on its own samples and at its own
rate, before clocks are brought together. ``docs/fusion.md`` has method, defaults and figures.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from opensim_pelvis.config.settings import FusionSettings
from opensim_pelvis.errors import FusionError, raise_faults
from opensim_pelvis.frames import BoolArray, FloatArray
from opensim_pelvis.fusion.filter import Fused, field_is_whole, run_filter
from opensim_pelvis.fusion.heading_ties import find_ties, join_all, join_longest
from opensim_pelvis.fusion.origin import add_ties, count_clipping, make_origin
from opensim_pelvis.fusion.origin_notices import describe_choice, describe_origin
from opensim_pelvis.fusion.signal_check import Judgement, judge_signals
from opensim_pelvis.fusion.stretches import (
    MAX_JITTER,
    MIN_STRETCH,
    Sampling,
    Stretch,
    cut_stretches,
    find_sampling,
)
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.types import OrientationOrigin, Progress, RawFit, Recording, SensorSignals

STAGE: Final = "fusion"
"""What progress calls it."""


def fuse_recording(
    recording: Recording,
    settings: FusionSettings,
    only: Collection[str] | None = None,
    *,
    max_gap_s: float,
    pose_s: tuple[float, float] | None = None,
    progress: Progress | None = None,
) -> Recording:
    """Give every sensor orientations: the maker's, or ours from its raw signals.

    Parameters
    ----------
    recording : Recording
    settings : FusionSettings
    only : collection of str, optional
        Identifiers of the sensors that are needed; the others stay as they are. All when not
        given.
    max_gap_s : float
        Longest hole in the raw signals that is bridged for integration, seconds. The samples
        made up for it are dropped again.
    pose_s : (float, float), optional
        Start and end of the static trial from the first sample of the sensors that are needed,
        seconds: of parts with headings of their own the one that holds it is kept.
    progress : callable, optional
        Called with `STAGE`, sensors done and sensors in all.

    Returns
    -------
    Recording
        With ``R_ES`` of each sensor and with ``origins``, a row a sensor that is needed. Without
        magnetometer each sensor's heading starts at zero for its first sample and drifts. Across
        a long hole it goes on where rest or like movement tie it; where nothing does, only the
        longest part with one heading, or that of the static trial, keeps its orientations.

    Raises
    ------
    FusionError
        Naming each sensor that lacks the signals, and each whose signals contradict each other.
    """
    chosen = [s for s in recording.sensors if only is None or s.identifier in only]
    faults = [fault for s in chosen if (fault := _find_lack(s, settings))]
    raise_faults(FusionError, recording.name, faults)
    made: dict[str, SensorSignals] = {}
    origins: list[OrientationOrigin] = []
    notes: list[Notice] = []
    start_s = min((_times_s(s, recording.rate_hz)[0] for s in chosen if s.counter.size), default=0)
    fits = {fit.identifier: fit for fit in recording.inspection.fits}
    for done, sensor in enumerate(chosen):
        if progress is not None:
            progress(STAGE, done, len(chosen))
        try:
            needed = None
            if pose_s is not None and recording.clocks != "own":
                time_s = _times_s(sensor, recording.rate_hz) - start_s
                needed = (time_s >= pose_s[0]) & (time_s <= pose_s[1])
            fused, origin, said = _fuse_sensor(
                sensor, recording.rate_hz, settings, max_gap_s, needed, fits.get(sensor.identifier)
            )
        except FusionError as fault:
            faults.append(str(fault))
            continue
        made[sensor.identifier] = fused
        origins.append(origin)
        notes += [*said, *describe_origin(origin, sensor.counter.size)]
    raise_faults(FusionError, recording.name, faults)
    if progress is not None:
        progress(STAGE, len(chosen), len(chosen))
    return replace(
        recording,
        sensors=tuple(made.get(s.identifier, s) for s in recording.sensors),
        origins=tuple(origins),
        notes=(*recording.notes, *describe_choice(origins, settings), *notes),
    )


def _times_s(sensor: SensorSignals, rate_hz: float) -> FloatArray:
    return np.asarray(sensor.counter / rate_hz if sensor.time_s is None else sensor.time_s)


def can_fuse(sensor: SensorSignals) -> bool:
    """Return whether a sensor has the signals that fusion needs."""
    return sensor.angular_velocity_radps is not None and sensor.acceleration_mps2 is not None


def _takes_vendor(sensor: SensorSignals, settings: FusionSettings) -> bool:
    return settings.orientations == "vendor" and sensor.R_ES is not None


def _find_lack(sensor: SensorSignals, settings: FusionSettings) -> str:
    """Return which signals a sensor lacks for what was asked; or ``""``."""
    if _takes_vendor(sensor, settings) or can_fuse(sensor):
        return ""
    signals = {
        "angular velocity": sensor.angular_velocity_radps,
        "acceleration with gravity": sensor.acceleration_mps2,
    }
    lacking = " and ".join(name for name, signal in signals.items() if signal is None)
    if sensor.R_ES is None:
        return (
            f"{sensor.identifier}: no orientation, and no signals for sensor fusion: wanted "
            f"angular velocity and acceleration, found no {lacking}. Export raw signals or "
            "orientations with the manufacturer's software, or omit the sensor"
        )
    return (
        f'{sensor.identifier}: sensor fusion was requested (orientations = "fused"): wanted '
        f"angular velocity and acceleration, found no {lacking}. Use the manufacturer's "
        'orientations (orientations = "vendor"), or export the raw signals'
    )


def _fuse_sensor(
    sensor: SensorSignals,
    rate_hz: float,
    settings: FusionSettings,
    max_gap_s: float,
    needed: BoolArray | None,
    fit: RawFit | None,
) -> tuple[SensorSignals, OrientationOrigin, list[Notice]]:
    """Return one sensor with orientations, their origin, and what is doubtful about its steps."""
    if _takes_vendor(sensor, settings):
        step_s = 1.0 / rate_hz if sensor.counter.size < 2 else find_sampling(sensor, rate_hz).step_s
        origin = OrientationOrigin(
            identifier=sensor.identifier,
            origin="vendor",
            reason=notice("origin.vendor"),
        )
        return sensor, count_clipping(origin, sensor, step_s), []
    if sensor.counter.size < MIN_STRETCH:
        raise FusionError(
            f"{sensor.identifier}: wanted at least {MIN_STRETCH} samples for sensor fusion, "
            f"found {sensor.counter.size}"
        )
    sampling = find_sampling(sensor, rate_hz)
    stretches = cut_stretches(sensor, sampling, max_gap_s=max_gap_s)
    if not stretches:
        raise FusionError(
            f"{sensor.identifier}: wanted {MIN_STRETCH} consecutive samples with acceleration "
            "and angular velocity, found none. Omit the sensor, or export it again"
        )
    return _fuse_stretches(sensor, sampling, stretches, settings, needed, fit)


def _fuse_stretches(
    sensor: SensorSignals,
    sampling: Sampling,
    stretches: Sequence[Stretch],
    settings: FusionSettings,
    needed: BoolArray | None,
    fit: RawFit | None,
) -> tuple[SensorSignals, OrientationOrigin, list[Notice]]:
    used_field = settings.magnetometer and field_is_whole(sensor, sampling, stretches)
    parts = [
        run_filter(
            sensor,
            stretch,
            sampling.step_s,
            gyroscope=settings.gyroscope,
            magnetometer=used_field,
        )
        for stretch in stretches
    ]
    longest = max(parts, key=lambda part: part.stretch.samples)
    judged = _require_plausible(sensor, sampling, longest, fit)
    origin = make_origin(sensor, sampling, parts, settings)
    origin = replace(origin, gravity_mps2=judged.gravity_mps2, gravity_error_mps2=judged.error_mps2)
    if used_field:
        R_ES = join_all(parts, sensor.counter.size)
    else:
        ties = find_ties(parts, sampling.step_s)
        R_ES, kept = join_longest(parts, ties, sensor.counter.size, needed)
        origin = add_ties(origin, sampling, parts, ties, kept)
    return replace(sensor, R_ES=R_ES), origin, _doubts(sensor, sampling, settings, used_field)


def _require_plausible(
    sensor: SensorSignals, sampling: Sampling, part: Fused, fit: RawFit | None
) -> Judgement:
    """Return what is doubtful about the raw signals; FusionError where another reading fits."""
    judged = judge_signals(part.force_mps2, part.unbiased_radps(), sampling.step_s, fit)
    if judged.fault:
        raise FusionError(
            f"{sensor.identifier}: {judged.fault}. Correct the description of the file (mapping)"
        )
    return judged


def _doubts(
    sensor: SensorSignals, sampling: Sampling, settings: FusionSettings, used_field: bool
) -> list[Notice]:
    """Tell what is doubtful about a sensor's steps and its magnetic field."""
    name, notes = sensor.identifier, []
    if sampling.jitter > MAX_JITTER:
        notes.append(notice("fusion.uneven_steps", name, sensor=name, jitter=sampling.jitter))
    if settings.magnetometer and not used_field:
        none = sensor.magnetic_field is None
        code = "fusion.field_not_recorded" if none else "fusion.field_with_holes"
        notes.append(notice(code, name, sensor=name))
    return notes
