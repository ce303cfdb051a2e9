"""Imported events through the whole job: C3D out and in, force plates, precedence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import c3d as other_c3d
import ezc3d
import numpy as np
import pytest

from opensim_pelvis import pipeline
from opensim_pelvis.config.settings import ActivitySettings, CalibrationSettings
from opensim_pelvis.errors import ReadError
from opensim_pelvis.gait.events.imported import read_events
from opensim_pelvis.gait.events.prefer import prefer_imported
from opensim_pelvis.io import reading
from opensim_pelvis.io.exporters.c3d import C3dExporter
from opensim_pelvis.notices import notice, say
from opensim_pelvis.simulate import HEADING_AXIS
from opensim_pelvis.types import Event, GaitEvents, Result
from tests.notices import codes, sentences
from tests.running_cases import run_case

LABELS = {"initial contact": "Foot Strike", "toe-off": "Foot Off"}
SINGLE_S = 1e-5  # a C3D file holds single precision


@pytest.fixture(scope="module")
def simulated() -> Result:
    return run_case()[1]


@pytest.fixture(scope="module")
def written(simulated: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    (path,) = C3dExporter().write(simulated, tmp_path_factory.mktemp("c3d"))
    return path


PLATE_ONE = notice("source.force_plate", plate=1, file="x.c3d")


def plates(result: Result, *, shift_s: float = 0.0) -> tuple[Event, ...]:
    """Return the events of a result as force plates see them: no side, a little apart."""
    return tuple(
        replace(e, time_s=e.time_s + shift_s, context="General", source=PLATE_ONE)
        for e in result.events
    )


def rerun(recording: object, **activity: object) -> Result:
    return pipeline.run(
        recording,  # type: ignore[arg-type]
        calibration=CalibrationSettings(window_s=(0.0, 2.0), heading_axis=HEADING_AXIS),
        activity=ActivitySettings(kind="running", surface="treadmill", **activity),  # type: ignore[arg-type]
    )


def test_lab_programs_find_the_events_of_a_run(simulated: Result, written: Path) -> None:
    assert len(simulated.events) > 60
    wanted = [(e.context, LABELS[e.label]) for e in simulated.events]
    event = ezc3d.c3d(str(written))["parameters"]["EVENT"]
    assert list(zip(event["CONTEXTS"]["value"], event["LABELS"]["value"], strict=True)) == wanted
    minutes, seconds = event["TIMES"]["value"]
    times = [e.time_s for e in simulated.events]
    np.testing.assert_allclose(minutes * 60.0 + seconds, times, atol=SINGLE_S)
    assert set(event["GENERIC_FLAGS"]["value"]) == {0}
    assert set(event["ICON_IDS"]["value"]) == {1, 2}
    with written.open("rb") as handle:
        reader = other_c3d.Reader(handle)
        texts = {
            name: [t.strip() for t in reader.get(f"EVENT:{name}").string_array]
            for name in ("CONTEXTS", "LABELS")
        }
        at = np.array(reader.get("EVENT:TIMES").float_array)
        contexts = [t.strip() for t in reader.get("EVENT_CONTEXT:LABELS").string_array]
    assert list(zip(texts["CONTEXTS"], texts["LABELS"], strict=True)) == wanted
    np.testing.assert_allclose(at.reshape(-1, 2) @ [60.0, 1.0], times, atol=SINGLE_S)
    assert contexts == ["General", "Left", "Right"]


def test_events_of_a_c3d_recording_win_and_can_be_set_aside(
    simulated: Result, written: Path
) -> None:
    recording = reading.read(written)
    assert len(recording.events) == len(simulated.events)
    late = tuple(replace(e, time_s=e.time_s + 0.02) for e in recording.events)
    recording = replace(recording, events=late)
    found = rerun(recording)
    assert {e.source for e in found.events} == {notice("source.marked", file=written.name)}
    wanted = [e.time_s + 0.02 for e in simulated.events]
    np.testing.assert_allclose([e.time_s for e in found.events], wanted, atol=SINGLE_S)
    own = rerun(recording, events="sensors")
    assert {say(e.source) for e in own.events} == {"tibia_r", "tibia_l", "calcn_r", "calcn_l"}


def test_a_c3d_beside_the_recording_needs_its_start(simulated: Result, written: Path) -> None:
    events = read_events(written, 1.5)
    wanted = [e.time_s + 1.5 for e in simulated.events]
    np.testing.assert_allclose([e.time_s for e in events], wanted, atol=SINGLE_S)
    with pytest.raises(ReadError, match="events_start_s"):
        read_events(written)


def test_a_c3d_without_events_says_what_was_wanted(simulated: Result, tmp_path: Path) -> None:
    (path,) = C3dExporter().write(replace(simulated, running=None), tmp_path)
    with pytest.raises(ReadError, match="wanted events Foot Strike and Foot Off"):
        read_events(path, 0.0)


@pytest.mark.parametrize("shift_s", [-0.06, 0.06])
def test_the_sensors_tell_a_force_plate_left_from_right(simulated: Result, shift_s: float) -> None:
    assert simulated.running is not None
    found = prefer_imported(plates(simulated, shift_s=shift_s), simulated.running.events)
    assert [e.context for e in found.events] == [e.context for e in simulated.events]
    assert {e.source for e in found.events} == {notice("source.side_of_sensors", event=PLATE_ONE)}
    assert set(found.methods.values()) == {notice("method.plate")}
    assert found.notes == ()


def test_events_of_another_clock_are_doubted(simulated: Result) -> None:
    assert simulated.running is not None
    own = simulated.running.events
    for shift_s, code in ((0.2, "late"), (-0.15, "early")):
        moved = tuple(replace(e, time_s=e.time_s + shift_s) for e in own.events)
        (note,) = prefer_imported(moved, own).notes
        assert note.code == f"events.imported_{code}"
        assert note.values["apart_s"] == pytest.approx(abs(shift_s))
    near = tuple(replace(e, time_s=e.time_s + 0.05) for e in own.events)
    assert prefer_imported(near, own).notes == ()


def test_a_plate_half_way_between_two_steps_gets_no_side(simulated: Result) -> None:
    assert simulated.running is not None
    step_s = 60.0 / 172.0
    found = prefer_imported(plates(simulated, shift_s=step_s / 2.0), simulated.running.events)
    assert found.events == simulated.running.events.events, "the sensors' own"
    assert "events.without_side" in codes(found.notes)
    cycles = GaitEvents(events=(), kind="cycle", start_label="thigh swing")
    assert prefer_imported(plates(simulated), cycles).events == ()


def test_too_few_imported_events_leave_the_sensors_theirs_and_say_so(simulated: Result) -> None:
    assert simulated.running is not None
    one = Event(time_s=5.0, label="Foot Strike", context="Right", source="plate")
    found = prefer_imported((one,), simulated.running.events)
    assert found.events == simulated.running.events.events
    assert any(note.startswith("1 imported event ") for note in sentences(found.notes))
    two = (one, replace(one, time_s=5.7))
    found = prefer_imported(two, simulated.running.events)
    assert [e.time_s for e in found.events] == [5.0, 5.7]
    assert any("(1); the sensors detect" in note for note in sentences(found.notes))


@pytest.mark.parametrize("cell", ["x" * 200_000, '"' + "x" * 200_000, '"open'])
def test_a_cell_beyond_the_limit_of_a_table_is_told(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "events.csv"
    path.write_text(f"time_s,label,side\n1.0,toe-off,left\n{cell},toe-off,left\n")
    with pytest.raises(ReadError) as raised:
        read_events(path)
    message = str(raised.value)
    assert "events.csv" in message
    assert "line " in message
    assert "field" not in message
    assert len(message) < 600 + len(str(path))


@pytest.mark.parametrize("cell", ["٣", "1_0", "0x1", "inf", "1e999"])
def test_a_time_that_is_no_plain_number_is_told_by_its_line(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "events.csv"
    path.write_text(f"time_s,label,side\n1.0,toe-off,left\n{cell},toe-off,left\n", "utf-8")
    with pytest.raises(ReadError, match="line 3"):
        read_events(path)


def test_the_error_of_contact_times_is_that_of_what_was_imported() -> None:
    nothing = GaitEvents(events=(), kind="none")
    given = [
        Event(time_s=t, label=label, context="Right", source="lab", uncertainty_s=error_s)
        for t, label, error_s in (
            (1.0, "foot strike", 0.003),
            (1.3, "foot off", 0.004),
            (1.7, "foot strike", 0.003),
        )
    ]
    assert prefer_imported(given, nothing).contact_time_error_s == pytest.approx(0.005)
    unknown = [replace(event, uncertainty_s=float("nan")) for event in given]
    assert np.isnan(prefer_imported(unknown, nothing).contact_time_error_s)
    assert np.isnan(prefer_imported(given[::2], nothing).contact_time_error_s)
