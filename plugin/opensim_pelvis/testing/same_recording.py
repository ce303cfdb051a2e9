"""When a recording is sound, and when two recordings say the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray, IntArray
from opensim_pelvis.rotations import angle_between
from opensim_pelvis.types import Recording, SensorSignals

SIGNALS: Final = (
    "R_ES",
    "acceleration_mps2",
    "free_acceleration_mps2",
    "angular_velocity_radps",
    "magnetic_field",
)
"""Fields of `SensorSignals` that hold a row a sample."""

RATE_TOLERANCE: Final = 1e-3
"""Few rows tell a rate less exactly than many; relative."""


def check_sound(recording: Recording) -> None:
    """Raise AssertionError unless a recording keeps what `Recording` and `SensorSignals` say.

    That is: a positive rate with its source, a stated world frame, sensors of different names
    with at least one signal each, counters and times that grow, no infinite number, and files
    with their right size and SHA-256.
    """
    assert np.isfinite(recording.rate_hz), f"rate_hz is {recording.rate_hz}"
    assert recording.rate_hz > 0.0, f"rate_hz is {recording.rate_hz}"
    for name in ("name", "reader", "rate_source", "counter_source", "world_frame"):
        assert getattr(recording, name), f"Recording.{name} is empty"
    assert recording.sensors, "a recording without sensors: ReadError is wanted"
    names = recording.identifiers
    assert len(set(names)) == len(names), f"identifiers stand more than once: {names}"
    for sensor in recording.sensors:
        _check_sensor(sensor, recording)
    assert recording.files, "Recording.files is empty"
    for file in recording.files:
        content = Path(file.path).read_bytes()
        assert file.size_bytes == len(content), f"{file.path}: wrong size"
        assert file.sha256 == hashlib.sha256(content).hexdigest(), f"{file.path}: wrong SHA-256"


def _check_sensor(sensor: SensorSignals, recording: Recording) -> None:
    who = sensor.identifier
    assert who, "a sensor without an identifier"
    assert sensor.counter.size, f"{who}: no sample"
    assert np.issubdtype(sensor.counter.dtype, np.integer), f"{who}: counter is not of integers"
    assert (np.diff(sensor.counter) > 0).all(), f"{who}: counter does not grow"
    timed = sensor.time_s is not None
    assert timed or recording.clocks == "common", f"{who}: no time_s, clocks={recording.clocks}"
    if sensor.time_s is not None:
        assert np.isfinite(sensor.time_s).all(), f"{who}: time_s is not finite"
        assert (np.diff(sensor.time_s) > 0).all(), f"{who}: time_s does not grow"
    assert sensor.magnetic_unit in ("T", "a.u."), f"{who}: magnetic_unit {sensor.magnetic_unit}"
    present = signals_of(sensor)
    assert present, f"{who}: not one signal"
    for name, values in present.items():
        assert values.dtype == np.float64, f"{who}: {name} is {values.dtype}, not float64"
        assert not np.isinf(values).any(), f"{who}: {name} holds infinite numbers"


def signals_of(sensor: SensorSignals) -> dict[str, FloatArray]:
    """Return the signals that a sensor has, by name of the field."""
    found = {name: getattr(sensor, name) for name in SIGNALS}
    return {name: values for name, values in found.items() if values is not None}


def check_identical(one: Recording, other: Recording) -> None:
    """Raise AssertionError unless two recordings are equal to the last bit."""
    plain = [replace(recording, sensors=()) for recording in (one, other)]
    for name in ("name", "reader", "rate_hz", "rate_source", "counter_source", "world_frame"):
        assert getattr(plain[0], name) == getattr(plain[1], name), f"Recording.{name} differs"
    assert one.files == other.files
    assert one.notes == other.notes
    assert one.identifiers == other.identifiers
    for a, b in zip(one.sensors, other.sensors, strict=True):
        np.testing.assert_array_equal(a.counter, b.counter)
        first, second = signals_of(a), signals_of(b)
        assert first.keys() == second.keys()
        for name, values in first.items():
            np.testing.assert_array_equal(values, second[name], err_msg=name)


def check_round_trip(written: Recording, read: Recording, tolerances: Mapping[str, float]) -> None:
    """Raise AssertionError unless every sample that was written came back, and nothing else.

    Parameters
    ----------
    written, read : Recording
        Sensors in the same order. The counts may be shifted by one number, the same for all
        sensors unless their clocks are their own; a sample that was not written is absent or
        NaN.
    tolerances : mapping of str to float
        Absolute, by field of `SensorSignals`, in its SI unit; of ``R_ES`` the angle, in
        radians. A field that is not named must not come back.
    """
    assert len(read.sensors) == len(written.sensors)
    assert abs(read.rate_hz / written.rate_hz - 1.0) < RATE_TOLERANCE
    shifts = {
        int(counts_of(read, r)[_first(r)] - counts_of(written, w)[_first(w)])
        for w, r in zip(written.sensors, read.sensors, strict=True)
    }
    assert len(shifts) == 1 or read.clocks == "own", f"sensors moved apart on the count: {shifts}"
    for w, r in zip(written.sensors, read.sensors, strict=True):
        given, found = signals_of(w), signals_of(r)
        wanted = given.keys() & tolerances.keys()
        assert found.keys() == wanted, f"{r.identifier}: wanted {wanted}, got {set(found)}"
        at_written, at_read = counts_of(written, w), counts_of(read, r)
        at_read = at_read - (at_read[_first(r)] - at_written[_first(w)])
        common, rows_w, rows_r = np.intersect1d(at_written, at_read, return_indices=True)
        assert common.size == at_written.size, (
            f"{r.identifier}: {at_written.size - common.size} samples did not come back"
        )
        extra = np.setdiff1d(np.arange(at_read.size), rows_r)
        for name in wanted:
            what = f"{r.identifier}.{name}"
            assert np.isnan(found[name][extra]).all(), f"{what}: samples that were not written"
            _check_close(given[name][rows_w], found[name][rows_r], name, tolerances[name], what)


def _first(sensor: SensorSignals) -> int:
    """Return the first row in which anything was measured."""
    present = [np.isfinite(values).any(axis=1) for values in signals_of(sensor).values()]
    rows = np.flatnonzero(np.any(present, axis=0))
    assert rows.size, f"{sensor.identifier}: every sample is missing"
    return int(rows[0])


def _check_close(
    wanted: FloatArray, found: FloatArray, name: str, tolerance: float, what: str
) -> None:
    np.testing.assert_array_equal(np.isnan(found), np.isnan(wanted), err_msg=what)
    off = angle_between(wanted, found) if name == "R_ES" else np.abs(wanted - found)
    worst = float(np.nanmax(off, initial=0.0))
    assert worst <= tolerance, f"{what}: off by {worst:.3g}, allowed {tolerance:.3g}"


def counts_of(recording: Recording, sensor: SensorSignals) -> IntArray:
    """Return sample numbers at the recording's rate, also of sensors with times of their own."""
    if sensor.time_s is None:
        return sensor.counter
    counts: IntArray = np.rint(sensor.time_s * recording.rate_hz).astype(np.int64)
    return counts


def check_equal_or_missing(intact: Recording, found: Recording, altered: int = 0) -> None:
    """Raise AssertionError unless what is found of a damaged recording is what stood there.

    Sensors, signals and samples may be absent and single numbers NaN; what is there must be the
    intact recording's, at its place on the clock. The whole count may be shifted, since it
    begins with the first sample that is left.

    Parameters
    ----------
    intact, found : Recording
    altered : int
        Rows, of all sensors together, in which another valid number may have been written by
        the damage: no reader can see that.
    """
    strangers = [s for s in found.sensors if s.identifier not in intact.identifiers]
    wrong = sum(sensor.counter.size for sensor in strangers)
    assert wrong <= altered, (
        f"sensors that were not there: {', '.join(sensor.identifier for sensor in strangers)}"
    )
    assert abs(found.rate_hz / intact.rate_hz - 1.0) < RATE_TOLERANCE, (
        f"the rate became {found.rate_hz} Hz, it was {intact.rate_hz} Hz"
    )
    known = [sensor for sensor in found.sensors if sensor not in strangers]
    pairs = [(intact.sensors[intact.identifiers.index(s.identifier)], s) for s in known]
    for was, now in pairs:
        strange = signals_of(now).keys() - signals_of(was).keys()
        assert not strange, f"{now.identifier}: signals that were not there: {strange}"
    groups = [[pair] for pair in pairs] if found.clocks == "own" else [pairs] if pairs else []
    wrong += sum(
        min(_wrong_rows(intact, found, g, s) for s in _shifts(intact, found, g)) for g in groups
    )
    assert wrong <= altered, f"{wrong} rows are not what stood there (allowed: {altered})"


_Pairs = Sequence[tuple[SensorSignals, SensorSignals]]


def _shifts(intact: Recording, found: Recording, pairs: _Pairs) -> set[int]:
    """Return how far the count may have moved: zero, and what puts some row on another."""
    was, now = pairs[0]
    at_found = counts_of(found, now)
    some = at_found[[0, at_found.size // 2, -1]]
    return {0, *(counts_of(intact, was)[:, None] - some).ravel().tolist()}


def _wrong_rows(intact: Recording, found: Recording, pairs: _Pairs, shift: int) -> int:
    """Return how many rows are not the intact recording's at that shift of the count."""
    wrong = 0
    for was, now in pairs:
        at_intact, at_found = counts_of(intact, was), counts_of(found, now) + shift
        place = np.clip(np.searchsorted(at_intact, at_found), 0, at_intact.size - 1)
        off = at_intact[place] != at_found
        for name, values in signals_of(now).items():
            original = signals_of(was)[name][place]
            off |= ((values != original) & ~np.isnan(values)).any(axis=1)
        wrong += int(off.sum())
    return wrong
