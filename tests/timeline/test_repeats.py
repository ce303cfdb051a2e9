"""Samples that were shown again instead of measured are found, and no others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.config.settings import FusionSettings
from opensim_pelvis.errors import TimelineError
from opensim_pelvis.simulate import RunnerSettings, Session, simulate_runner
from opensim_pelvis.simulate.sensors import simulate_sensors
from opensim_pelvis.timeline.inspect import inspect_signals
from opensim_pelvis.timeline.repeats import Stretch, find_repeats
from opensim_pelvis.timeline.sample_keys import make_keys, rows_back, runs, same_as_before
from opensim_pelvis.types import SIGNAL_FIELDS, Recording
from tests.faulty_signals import (
    ALL,
    BODIES,
    NAME_OF,
    RAW,
    REAL,
    change,
    hold,
    loop,
    real,
    sound,
    with_rows,
    without,
)

KIND_OF = {field: kind for kind, field in SIGNAL_FIELDS.items()}
PELVIS = NAME_OF["pelvis"]
LENGTH = 1200


def found(recording: Recording) -> dict[str, list[Stretch]]:
    return find_repeats(recording.sensors, recording.rate_hz, one_clock=True)


@pytest.mark.parametrize("fields", [ALL, ("R_ES",), RAW, RAW[1:]])
@pytest.mark.parametrize(("first", "end"), [(600, LENGTH), (600, 900), (600, 630), (1, 400)])
def test_a_held_sample_is_found_whole_in_any_signal(
    fields: Sequence[str], first: int, end: int
) -> None:
    stretches = found(change(sound(), ["pelvis"], hold(first, end, fields)))
    assert set(stretches) == {PELVIS}
    assert sorted(stretches[PELVIS], key=lambda s: s.kind) == sorted(
        (Stretch(KIND_OF[field], first, end, 1) for field in fields),  # type: ignore[index]
        key=lambda s: s.kind,
    )


@pytest.mark.parametrize("fields", [ALL, ("R_ES",), RAW])
@pytest.mark.parametrize("bodies", [("pelvis",), BODIES])
def test_a_block_that_comes_again_is_found(bodies: Sequence[str], fields: Sequence[str]) -> None:
    stretches = found(change(sound(), bodies, loop(600, 60, fields)))
    assert set(stretches) == {NAME_OF[body] for body in bodies}
    for rows in stretches.values():
        assert {(s.first, s.end, s.back) for s in rows} == {(600, LENGTH, 60)}
        assert len(rows) == len(fields)


@pytest.mark.parametrize("kept", [ALL, ("R_ES",), RAW])
def test_all_sensors_held_at_once_are_found_without_each_other(kept: Sequence[str]) -> None:
    gone = [field for field in ALL if field not in kept]
    recording = change(sound(), BODIES, without(gone))
    assert set(found(change(recording, BODIES, hold(600, 900)))) == {
        NAME_OF[body] for body in BODIES
    }


def test_rounding_while_standing_is_no_fault() -> None:
    """Three decimals hold a quaternion for the whole of standing; the gyroscope lives."""
    quiet = with_rows(("R_ES",), lambda q: np.concatenate([np.tile(q[:1], (115, 1)), q[115:]]))
    rounded = with_rows(("R_ES",), lambda q: np.round(q, 3))
    recording = change(change(sound(), BODIES, quiet), BODIES, rounded)
    assert same_as_before(np.asarray(recording.sensors[0].R_ES))[1:115].all()
    assert found(recording) == {}


def test_a_periodic_run_without_noise_is_no_fault() -> None:
    """150 steps/min at 100 Hz: each stride of 80 samples is the one before, to the last digit."""
    truth = simulate_runner(RunnerSettings(cadence_spm=150.0), Session(duration_s=12.0))
    recording = simulate_sensors(truth, bodies=BODIES)
    recording = change(recording, BODIES, with_rows(ALL, lambda values: np.round(values, 6)))
    back = rows_back(make_keys(np.asarray(recording.sensors[0].R_ES)), np.ones(1200, dtype=bool))
    assert np.mean(back[600:] == 80) > 0.9
    assert found(recording) == {}


def test_sound_sensors_are_not_accused() -> None:
    assert found(sound()) == {}


@pytest.mark.parametrize("name", REAL)
def test_no_real_recording_is_accused(shared_data: Path, name: str) -> None:
    assert found(real(shared_data, name)) == {}


def test_what_is_repeated_becomes_absent_and_nothing_else() -> None:
    before = change(sound(), ["torso"], hold(600, 900, RAW))
    after = inspect_signals(before, set(before.identifiers), FusionSettings())
    assert [(r.identifier, r.samples, r.period_samples) for r in after.inspection.repeats] == [
        (NAME_OF["torso"], 300, 1)
    ]
    repeat = after.inspection.repeats[0]
    assert (repeat.start_s, repeat.end_s) == (pytest.approx(10.0), pytest.approx(899 / 60.0))
    for was, now in zip(before.sensors, after.sensors, strict=True):
        lost = np.zeros(LENGTH, dtype=bool)
        lost[600:900] = was.identifier == NAME_OF["torso"]
        for field in ALL:
            expected = np.where(lost[:, None] & (field in RAW), np.nan, getattr(was, field))
            np.testing.assert_array_equal(getattr(now, field), expected)


def test_a_sensor_that_measured_nothing_is_refused_with_what_is_left() -> None:
    dead = change(sound(), ["pelvis"], hold(1, LENGTH, ("R_ES",)))
    with pytest.raises(TimelineError, match=f'{PELVIS}: .*orientations = "fused"'):
        inspect_signals(dead, set(dead.identifiers), FusionSettings())
    fused = inspect_signals(dead, set(dead.identifiers), FusionSettings(orientations="fused"))
    assert fused.inspection.repeats
    whole = change(sound(), ["pelvis"], hold(1, LENGTH))
    with pytest.raises(TimelineError, match="Omit the sensor, or export"):
        inspect_signals(whole, set(whole.identifiers), FusionSettings())


def test_sensors_that_nobody_wears_are_left_alone() -> None:
    recording = change(sound(), ["torso"], hold(600, LENGTH))
    used = set(recording.identifiers) - {NAME_OF["torso"]}
    assert inspect_signals(recording, used, FusionSettings()).inspection.repeats == ()


def test_keys_are_those_of_whole_rows() -> None:
    rows = np.array([[1.0, 2.0], [2.0, 1.0], [1.0, 2.0], [0.5, 0.0], [0.5, 0.0]])
    keys = make_keys(rows)
    assert keys[0] == keys[2]
    assert keys[3] == keys[4]
    assert len(set(keys.tolist())) == 3
    assert rows_back(keys, np.ones(5, dtype=bool)).tolist() == [0, 0, 2, 0, 1]
    assert runs(np.array([True, False, True, True])) == [(0, 1), (2, 4)]


def test_a_block_is_found_in_a_long_signal_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opensim_pelvis.timeline.sample_keys._ENOUGH", 150)
    assert set(found(change(sound(), ["pelvis"], loop(600, 60)))) == {PELVIS}


def test_holes_in_the_count_do_not_hide_a_held_sample() -> None:
    def thin(sensor):  # type: ignore[no-untyped-def]
        kept = np.arange(LENGTH) % 7 != 3
        return replace(
            sensor,
            counter=sensor.counter[kept],
            **{field: getattr(sensor, field)[kept] for field in ALL},
        )

    recording = change(change(sound(), ["pelvis"], hold(600, 900)), BODIES, thin)
    assert set(found(recording)) == {PELVIS}
