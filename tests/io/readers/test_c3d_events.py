"""Events and force plates of C3D files: simulated plates, and Vicon's file of a real walk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.io.c3d import open_c3d
from opensim_pelvis.io.c3d.marked_events import SAME_EVENT_S, read_events
from opensim_pelvis.io.exporters.c3d_file import C3dContent, write_c3d
from opensim_pelvis.notices import say
from opensim_pelvis.simulate import SENSOR_MAP, simulate_runner, simulate_sensors
from opensim_pelvis.timeline.align import align_recording
from opensim_pelvis.types import Event
from opensim_pelvis.types.event import shown_by_plate

RATE_HZ = 1000.0
CAMERA_S = 0.02  # two camera frames: an event is marked by hand in one of them
LOADS = ((0.5, 0.75), (1.2, 1.45))


def plate_force(offset_n: float = 0.0) -> FloatArray:
    """Return half-sine loads of 1500 N, downward as makers count it, with flicker at the end."""
    time_s = np.arange(2000) / RATE_HZ
    force = np.full(time_s.size, offset_n)
    for start, end in LOADS:
        part = (time_s - start) / (end - start)
        force -= np.where((part > 0.0) & (part < 1.0), 1500.0 * np.sin(np.pi * part), 0.0)
    force[760] -= 25.0
    return force


def write_plate(path: Path, *, kind: int = 2, unit: str = "N", **change: Any) -> Path:
    """Write a C3D file of one plate, and of what is changed about it."""
    count = 8 if kind == 3 else 6
    force = plate_force(change.get("offset_n", 0.0))
    analogs = np.zeros((force.size, count))
    if kind == 3:
        analogs[:, 4:8] = force[:, None] / 4.0
    else:
        analogs[:, 2] = force
    events = change.get("events", ())
    plate = {
        "USED": np.array([change.get("plates", 1)]),
        "TYPE": np.array([kind]),
        "CHANNEL": np.arange(1, count + 1)[:, None],
        "ZERO": np.array(change.get("zero", [1, 0])),
    }
    marks = {
        "USED": np.array([change.get("used", len(events))]),
        "CONTEXTS": [context for _, _, context in events][: change.get("contexts")],
        "LABELS": [label for _, label, _ in events],
        "TIMES": np.array([[0.0, time_s] for time_s, _, _ in events]).T.reshape(2, -1),
    }
    content = C3dContent(
        rate_hz=RATE_HZ,
        points=np.zeros((force.size, 1, 3)),
        point_labels=["RASI"],
        point_descriptions=[""],
        analogs=analogs,
        analog_labels=[f"F{k}" for k in range(count)],
        analog_descriptions=[""] * count,
        analog_units=[unit] * count,
        parameters={"FORCE_PLATFORM": plate, **({"EVENT": marks} if events else {})},
    )
    return write_c3d(path, content)


@pytest.mark.parametrize(
    "change",
    [{}, {"kind": 1}, {"kind": 3}, {"offset_n": 40.0, "zero": [1, 400]}],
    ids=["type 2", "type 1", "type 3", "offset"],
)
def test_a_plates_loads_begin_and_end_where_they_do(tmp_path: Path, change: Any) -> None:
    events, notes = read_events(open_c3d(write_plate(tmp_path / "plate.c3d", **change)))
    assert notes == ()
    assert [e.label for e in events] == ["initial contact", "toe-off"] * 2
    np.testing.assert_allclose([e.time_s for e in events], np.ravel(LOADS), atol=0.012)
    # the first toe-off has flicker of 25 N behind it, which half the limit or double may move
    clean = [events[k] for k in (0, 2, 3)]
    sine_s = 0.25 / np.pi * 20.0 / 1500.0
    for event, true in zip(clean, (0.5, 1.2, 1.45), strict=True):
        assert abs(event.time_s - true) < sine_s + 0.001
        assert 0.0005 <= event.uncertainty_s < 0.004
    assert {e.context for e in events} == {"General"}


def test_a_mark_beside_gives_the_side_and_the_plate_gives_the_time(tmp_path: Path) -> None:
    marks = (
        (0.49, "Foot Strike", "Left"),
        (0.52, "Foot Off", "Right"),
        (0.9, "Foot Strike", "Right"),
        (1.0, "jump", "General"),
    )
    events, _ = read_events(open_c3d(write_plate(tmp_path / "plate.c3d", events=marks)))
    left = [e for e in events if e.context == "Left"]
    assert [e.label for e in left] == ["initial contact"]
    assert left[0].time_s == pytest.approx(0.5, abs=0.003)
    assert say(left[0].source) == "force plate 1 of plate.c3d, side as marked"
    right = [(round(e.time_s, 3), e.label, say(e.source)) for e in events if e.context == "Right"]
    assert right == [
        (0.52, "toe-off", "marked in plate.c3d"),
        (0.9, "initial contact", "marked in plate.c3d"),
    ]
    assert sum(e.context == "General" for e in events) == 3


@pytest.mark.parametrize("change", [{"kind": 5}, {"unit": "V"}], ids=["type 5", "volts"])
def test_plates_that_are_not_understood_are_left_out_and_told(tmp_path: Path, change: Any) -> None:
    events, notes = read_events(open_c3d(write_plate(tmp_path / "plate.c3d", **change)))
    assert events == ()
    (left_out,) = notes
    assert say(left_out) == (
        "plate.c3d: force plate 1 was discarded: types 1, 2 and 3 with forces in N are supported; "
        f"this plate has type {change.get('kind', 2)} and forces "
        + (f"in {change['unit']}" if "unit" in change else "without a unit")
    )


MARKS = ((0.3, "Foot Strike", "Right"), (0.9, "Foot Off", "Right"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"used": 5}, "EVENT:USED states 5 events; the file contains 2, which were used"),
        (
            {"contexts": 1},
            "events were discarded, since their description is not valid",
        ),
        ({"plates": 2}, "force plates were discarded, since their description is not valid"),
    ],
    ids=["count", "sides", "plates"],
)
def test_groups_that_contradict_themselves_are_told(
    tmp_path: Path, change: dict[str, int], said: str
) -> None:
    path = write_plate(tmp_path / "plate.c3d", events=MARKS, **change)
    _, notes = read_events(open_c3d(path))
    assert [say(note) for note in notes] == [f"plate.c3d: {said}"]


def test_a_plate_that_is_loaded_throughout_gives_no_event(tmp_path: Path) -> None:
    events, _ = read_events(open_c3d(write_plate(tmp_path / "plate.c3d", offset_n=-100.0)))
    assert events == ()


def test_events_of_a_recording_come_onto_the_clock_of_the_results() -> None:
    recording = simulate_sensors(simulate_runner())
    event = Event(time_s=3.0, label="initial contact", context="Left", source="test")
    late = tuple(replace(s, counter=s.counter + 50 - s.counter[0]) for s in recording.sensors)
    aligned = align_recording(
        replace(recording, sensors=late, events=(event,)), SENSOR_MAP, max_gap_s=0.05
    )
    assert aligned.events[0].time_s == pytest.approx(3.0 - 50.0 / recording.rate_hz)


def test_vicons_marks_agree_with_its_force_plates(shared_data: Path) -> None:
    path = shared_data / "vicon_pig" / "PiG_Motion-FlatFoot-Full.c3d"
    file = open_c3d(path)
    events, notes = read_events(file)
    assert notes == ()
    times = file.numbers("EVENT:TIMES")
    start_s = (file.first_frame - 1) / file.number("POINT:RATE")
    marked = {
        (context, label): []
        for context in ("Left", "Right")
        for label in ("initial contact", "toe-off")
    }
    names = {"Foot Strike": "initial contact", "Foot Off": "toe-off"}
    rows = zip(file.texts("EVENT:CONTEXTS"), file.texts("EVENT:LABELS"), times[1::2], strict=True)
    for context, label, at_s in rows:
        marked[context, names[label]].append(at_s - start_s)
    assert len(events) == times.size // 2 == 12, "each event once"
    plates = [e for e in events if shown_by_plate(e.source)]
    assert sorted((e.context, e.label) for e in plates) == sorted(marked)
    assert SAME_EVENT_S > CAMERA_S
    for e in plates:
        assert np.abs(np.array(marked[e.context, e.label]) - e.time_s).min() <= CAMERA_S
        assert e.uncertainty_s <= 0.03
