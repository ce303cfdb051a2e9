"""APDM Opal: csv exports of Mobility Lab and Motion Studio, and HDF5 recordings.

Units are m/s^2, rad/s and microtesla. The orientation is a quaternion, scalar first, that takes
the sensor's axes to the earth's (APDM: "Using orientation estimates to convert from sensor frame
to Earth frame"); on OpenSim's example of a pendulum it turns gravity to +z within 0.5 degrees and
the magnetic field to the x-z plane, so that the earth's axes are x north, y west, z up.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, Literal

import numpy as np

from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.errors import ReadError, raise_faults
from opensim_pelvis.frames import FloatArray, IntArray, earth_from_world
from opensim_pelvis.io.readers._dates import Dated, date_of_epoch
from opensim_pelvis.io.readers._rates import RATE_TOLERANCE, Rate, ask_rate, rate_of_user
from opensim_pelvis.io.readers.apdm_csv import is_apdm_csv, read_csv
from opensim_pelvis.io.readers.apdm_file import ApdmFile, ApdmSensor
from opensim_pelvis.io.registry import Match
from opensim_pelvis.io.tables.clock_rate import find_rate, likely_rate
from opensim_pelvis.io.tables.sample_clock import (
    MAX_STEP_ERROR,
    count_from_time,
    count_stamps,
    find_clock_faults,
)
from opensim_pelvis.io.tables.text_files import describe_input, list_files, read_head, text_fault
from opensim_pelvis.notices import notice
from opensim_pelvis.rotations import multiply
from opensim_pelvis.types import Recording, SensorSignals

HDF5_MARK: Final = b"\x89HDF\r\n\x1a\n"
CLOCK_TOLERANCE: Final = 0.02
"""A sensor's own clock may run this much, relatively, beside the rate stated."""

SINCE_1970_US: Final = 9.4e14
"""Larger times, from 1999 on, can only count from 1970; smaller ones from the file's start."""

_US: Final = 1e-6


class ApdmReader:
    """Reads one file: all sensors of a recording are in it."""

    description = "APDM Opal recording (Mobility Lab csv, or HDF5 of versions 1 to 5)"
    gives = "orientation, acceleration, angular velocity, magnetic field"
    tried_on = (
        "both csv layouts (opensim-core's test files); HDF5 on simulated files only, written from "
        "public descriptions"
    )

    def sniff(self, path: Path) -> Match:
        """Say from the first bytes whether there is an APDM file."""
        try:
            found = [(file, what) for file in list_files(path) if (what := _recognise(file))]
        except ReadError as fault:
            return Match(False, str(fault))
        if not found:
            return Match(False, "no APDM csv (Format=7, or names such as Lumbar/Acceleration/X)")
        return Match(True, f"{len(found)} file(s): {found[0][1]}")

    def read(self, settings: RecordingSettings) -> Recording:
        """Read the sensors of one recording; see ``registry.Reader``."""
        path = _find_file(settings.path)
        with ThreadPoolExecutor(1) as beside:
            described = beside.submit(describe_input, path)
            file = _read_file(path)
        identifiers = _name(file)
        rate_hz, rate_source, rate_notes = _find_rate(settings, file)
        counters, clocks, start_us = _count(file, rate_hz)
        date, date_notes = _find_date(start_us)
        up = settings.up_axis or "z"
        turn = None if up == "z" else earth_from_world(up)
        world = "world.user" if settings.up_axis else "world.apdm"
        return Recording(
            name=settings.name or path.stem,
            reader="apdm",
            rate_hz=rate_hz,
            rate_source=rate_source,
            counter_source=notice("source.time_column"),
            world_frame=notice(world, up=up),
            sensors=tuple(
                _as_signals(
                    sensor,
                    name,
                    counter,
                    (sensor.time_us - start_us) * _US if clocks == "shared" else None,
                    turn,
                    path,
                )
                for sensor, name, counter in zip(file.sensors, identifiers, counters, strict=True)
            ),
            files=(described.result(),),
            header={**file.header, "Layout": file.layout},
            start_s=start_us * _US,
            date=date,
            clocks=clocks,
            notes=(*rate_notes, *date_notes, *file.notes),
        )


def _find_date(start_us: float) -> Dated:
    """Return when the first sample was taken, where its time counts from 1970."""
    if start_us < SINCE_1970_US:
        return None, ()
    return date_of_epoch(start_us * _US, notice("source.since_1970"))


def _recognise(path: Path) -> str | None:
    """Return what an APDM file is, in words, or None for any other file."""
    head = read_head(path)
    if head.startswith(HDF5_MARK):
        from opensim_pelvis.io.readers.apdm_hdf5 import describe_hdf5  # loads a large library

        return describe_hdf5(path)
    return "APDM csv" if text_fault(head) is None and is_apdm_csv(head) else None


def _find_file(path: Path) -> Path:
    files = list_files(path)
    if path.is_file():
        return path
    found = [file for file in files if _recognise(file)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise ReadError(f"{path}: wanted an APDM csv or HDF5 file, found none")
    listed = ", ".join(file.name for file in found[:5])
    raise ReadError(
        f"{path}: wanted one APDM file, found {len(found)} ({listed}). Give one of them, as in "
        f"{found[0]}"
    )


def _read_file(path: Path) -> ApdmFile:
    head = read_head(path)
    if head.startswith(HDF5_MARK):
        from opensim_pelvis.io.readers.apdm_hdf5 import read_hdf5

        return read_hdf5(path)
    fault = text_fault(head)
    if fault is None and not is_apdm_csv(head):
        fault = (
            "wanted an APDM csv (Format=7 on line 1, or column names such as "
            "Lumbar/Acceleration/X), found neither"
        )
    if fault is not None:
        raise ReadError(f"{path}: {fault}")
    return read_csv(path)


def _name(file: ApdmFile) -> list[str]:
    """Return the label of each sensor, or its number where labels are absent or repeated."""
    labels = [sensor.label for sensor in file.sensors]
    names = [
        sensor.label if sensor.label and labels.count(sensor.label) == 1 else sensor.number
        for sensor in file.sensors
    ]
    twice = sorted({name for name in names if not name or names.count(name) > 1})
    if twice:
        raise ReadError(
            f"{file.path}: each sensor must have a unique label or number, but these are "
            f"repeated: {', '.join(name or '(none)' for name in twice)}"
        )
    return names


def _find_rate(settings: RecordingSettings, file: ApdmFile) -> Rate:
    """Return the rate, where it is known from, and what is doubtful about it."""
    rate = file.rate_hz
    if settings.rate_hz is not None:
        return rate_of_user(settings.rate_hz, [] if rate is None else [rate], file.rate_source)
    if rate is not None:
        return rate, file.rate_source, ()
    found = [find_rate((s.time_us - s.time_us[0]) * _US) for s in file.sensors]
    known = [rate for rate in found if rate is not None]
    if len(known) < len(found) or max(known) - min(known) > RATE_TOLERANCE * min(known):
        why = "the file does not state it and its time intervals are irregular"
        first = file.sensors[0].time_us
        raise ask_rate(file.path, why, likely_rate((first - first[0]) * _US))
    return known[0], notice("source.time_steps"), ()


def _count(
    file: ApdmFile, rate_hz: float
) -> tuple[list[IntArray], Literal["common", "shared"], float]:
    """Return the counters, whether they are one count or stamps decide, and the start."""
    if file.lines is not None:
        time_us = file.sensors[0].time_us  # one column for all
        first = file.lines
        faults = find_clock_faults(time_us * _US, first)
        counter: IntArray = np.zeros(0, dtype=np.int64)
        if not faults:
            counter, faults = count_from_time((time_us - time_us[0]) * _US, rate_hz, first)
        raise_faults(ReadError, str(file.path), faults)
        return [counter] * len(file.sensors), "common", float(time_us[0])
    start_us = min(float(sensor.time_us[0]) for sensor in file.sensors)
    samples = [(sensor.time_us - start_us) * _US * rate_hz for sensor in file.sensors]
    counters = [np.rint(sample).astype(np.int64) for sample in samples]
    on_count = all(
        np.abs(sample - counter).max() <= MAX_STEP_ERROR and np.diff(counter).min(initial=1) > 0
        for sample, counter in zip(samples, counters, strict=True)
    )
    if on_count and _fits(counters):
        return counters, "common", start_us
    return _count_each(file, rate_hz), "shared", start_us


def _fits(counters: Sequence[IntArray]) -> bool:
    """Return whether the usual step is one sample, so that the rate is that of the stamps."""
    return all(float(np.median(np.diff(counter))) == 1.0 for counter in counters)


def _count_each(file: ApdmFile, rate_hz: float) -> list[IntArray]:
    """Return a count for each sensor's own stamps, whose rate must be the one stated."""
    counters, faults = [], []
    for sensor, name in zip(file.sensors, _name(file), strict=True):
        counter, found, _ = count_stamps((sensor.time_us - sensor.time_us[0]) * _US, 0)
        counters.append(counter)
        if not abs(found - rate_hz) <= CLOCK_TOLERANCE * rate_hz:
            faults.append(
                f"{name}: its Time does not match a sampling rate of {rate_hz:g} Hz, but "
                f"corresponds to {found:.6g} Hz. Give the correct rate with --rate."
            )
    raise_faults(ReadError, str(file.path), faults)
    return counters


def _as_signals(
    sensor: ApdmSensor,
    identifier: str,
    counter: IntArray,
    time_s: FloatArray | None,
    turn: FloatArray | None,
    path: Path,
) -> SensorSignals:
    signals = sensor.signals
    q = signals.get("R_ES")
    return SensorSignals(
        identifier=identifier,
        counter=counter,
        time_s=time_s,
        R_ES=q if q is None or turn is None else multiply(turn, q),
        acceleration_mps2=signals.get("acceleration_mps2"),
        angular_velocity_radps=signals.get("angular_velocity_radps"),
        magnetic_field=signals.get("magnetic_field"),
        magnetic_unit="T",
        file=path.name,
    )
