"""C3D files that can be read and are yet not as they should be: each is told of."""

from __future__ import annotations

from pathlib import Path

import pytest

from opensim_pelvis.errors import ReadError
from opensim_pelvis.io.c3d import open_c3d
from opensim_pelvis.io.c3d.marked_events import read_events
from opensim_pelvis.io.registry import find_reader
from opensim_pelvis.notices import say
from tests.c3d_files import BLOCK, Kind, write_kind
from tests.notices import codes, sentences


def test_a_file_that_was_joined_to_another_is_told(tmp_path: Path) -> None:
    path = write_kind(tmp_path / "walk.c3d", Kind()).path
    assert open_c3d(path).notes == ()
    raw = path.read_bytes()
    path.write_bytes(raw + raw)
    (note,) = open_c3d(path).notes
    assert (note.code, note.values["bytes"]) == ("c3d.bytes_behind", len(raw))
    path.write_bytes(raw + bytes(3 * BLOCK))
    assert open_c3d(path).notes == (), "empty blocks are padding"


def test_a_rate_of_channels_that_is_not_that_of_their_samples_is_told(tmp_path: Path) -> None:
    kind = Kind(changed={"ANALOG:RATE": [1234.0]})
    (note,) = open_c3d(write_kind(tmp_path / "walk.c3d", kind).path).notes
    assert (
        "ANALOG:RATE states 1234 Hz, but 2 samples per frame at 100 Hz correspond to 200 Hz"
        in say(note)
    )


def test_events_without_a_time_or_outside_the_file_are_told(tmp_path: Path) -> None:
    kind = Kind(
        frames=300,
        extra={
            "EVENT:USED": [4],
            "EVENT:CONTEXTS": ["Left", "Right", "Left", "Right"],
            "EVENT:LABELS": ["Foot Strike"] * 4,
            "EVENT:TIMES": [0.0, 1.0, 0.0, float("nan"), 0.0, 1e6, 0.0, -3.0],
        },
    )
    found, notes = read_events(open_c3d(write_kind(tmp_path / "walk.c3d", kind).path))
    assert [event.time_s for event in found] == pytest.approx([-3.0, 1.0, 1e6])
    told = " ".join(sentences(notes))
    assert "1 of 4 events have no time" in told
    assert "2 of 4 events are outside the recorded frames (at 1000000.00, -3.00 s from" in told


def test_events_that_do_not_belong_together_are_told(tmp_path: Path) -> None:
    extra = {"EVENT:CONTEXTS": ["Left"], "EVENT:LABELS": ["Foot Strike", "Foot Off"]}
    kind = Kind(extra={**extra, "EVENT:TIMES": [0.0, 0.05]})
    found, notes = read_events(open_c3d(write_kind(tmp_path / "walk.c3d", kind).path))
    assert found == ()
    assert codes(notes) == ["c3d.events_odd"]


def test_a_folder_of_cameras_files_is_told_as_such(tmp_path: Path) -> None:
    for name in ("a.c3d", "b.c3d"):
        write_kind(tmp_path / name, Kind())
    with pytest.raises(ReadError, match=r"contains 2 C3D files \(a\.c3d, b\.c3d\).*compare"):
        find_reader(tmp_path)
