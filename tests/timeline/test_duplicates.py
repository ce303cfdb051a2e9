"""Sensors that show another's samples are found, and no others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from opensim_pelvis.rotations import from_rotation_vector, inverse, multiply, rotate
from opensim_pelvis.simulate import Session, simulate_runner
from opensim_pelvis.simulate.sensors import simulate_sensors
from opensim_pelvis.timeline.duplicates import find_duplicates
from opensim_pelvis.types import Recording
from tests.faulty_signals import (
    ALL,
    BODIES,
    NAME_OF,
    RAW,
    REAL,
    change,
    real,
    run,
    sound,
    verdict_of,
    with_rows,
)


def copied(
    recording: Recording, source: str, target: str, fields: Sequence[str] = ALL, late: int = 0
) -> Recording:
    """Return a recording in which a sensor shows another's signals."""
    (one,) = (s for s in recording.sensors if s.identifier == NAME_OF[source])
    rows = np.clip(np.arange(one.counter.size) - late, 0, one.counter.size - 1)
    made: dict[str, Any] = {field: getattr(one, field)[rows] for field in fields}
    return change(recording, [target], lambda sensor: replace(sensor, **made))


@pytest.mark.parametrize("fields", [ALL, ("R_ES",), RAW])
@pytest.mark.parametrize("late", [0, 7, -30])
def test_a_copy_is_found_with_its_lag(fields: Sequence[str], late: int) -> None:
    (found,) = find_duplicates(copied(sound(), "pelvis", "torso", fields, late).sensors)
    assert found.identifiers == (NAME_OF["pelvis"], NAME_OF["torso"])
    assert set(found.signals) == {
        {"R_ES": "orientation", RAW[0]: "acceleration", RAW[1]: "angular velocity"}[field]
        for field in fields
    }
    assert found.lag_samples == late
    assert found.share > 0.9


def test_of_a_long_recording_some_rows_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opensim_pelvis.timeline.duplicates._KEPT", 150)
    (found,) = find_duplicates(copied(sound(), "pelvis", "torso", ALL, 7).sensors)
    assert (found.lag_samples, len(found.signals)) == (7, 3)
    assert find_duplicates(sound().sensors) == ()


def test_a_tenth_of_a_copy_is_found() -> None:
    recording = sound()
    (pelvis,) = (s for s in recording.sensors if s.identifier == NAME_OF["pelvis"])
    part = slice(500, 620)

    def paste(values: np.ndarray) -> np.ndarray:
        values[part] = np.asarray(pelvis.angular_velocity_radps)[part]
        return values

    (found,) = find_duplicates(change(recording, ["torso"], with_rows(RAW[1:], paste)).sensors)
    assert found.share == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize("decimals", [3, 6])
def test_sound_sensors_are_not_accused_even_where_they_are_rounded(decimals: int) -> None:
    clean = simulate_sensors(simulate_runner(session=Session(duration_s=12.0)), bodies=BODIES)
    for recording in (sound(), clean):
        rounded = change(recording, BODIES, with_rows(ALL, lambda v: np.round(v, decimals)))
        assert find_duplicates(rounded.sensors) == ()


@pytest.mark.parametrize("name", REAL)
def test_no_real_recording_is_accused(shared_data: Path, name: str) -> None:
    assert find_duplicates(real(shared_data, name).sensors) == ()


@pytest.mark.parametrize(("fields", "late"), [(ALL, 0), (("R_ES",), 12), (RAW, 0)])
def test_a_copy_is_told_first_and_rejected(fields: Sequence[str], late: int) -> None:
    result = run(copied(sound(), "pelvis", "torso", fields, late))
    first = result.notes[0]
    assert (first.code, set(first.subject)) == ("signals.duplicate", {"pelvis", "torso"})
    assert verdict_of(result, "duplicates") == "rejected"
    assert verdict_of(run(sound()), "duplicates") == "good"


def test_a_copy_with_other_digits_on_another_mounting_is_told() -> None:
    turn = from_rotation_vector(np.array([0.3, -0.2, 1.0]))
    recording = copied(sound(), "pelvis", "torso")
    other = with_rows(("R_ES",), lambda q: np.round(multiply(q, turn), 3))
    noisy = with_rows(RAW, lambda values: np.round(rotate(inverse(turn), values), 2))
    result = run(change(change(recording, ["torso"], other), ["torso"], noisy))
    assert find_duplicates(result.recording.sensors) == ()
    first = result.notes[0]
    assert (first.code, set(first.subject)) == ("signals.duplicate", {"pelvis", "torso"})


def test_one_file_for_all_sensors_is_told_once() -> None:
    recording = sound()
    for body in BODIES[1:]:
        recording = copied(recording, BODIES[0], body)
    result = run(recording)
    assert [note.code for note in result.notes].count("signals.duplicate") == 1
    assert set(result.notes[0].subject) == set(BODIES)
