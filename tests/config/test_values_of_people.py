"""What people write into files and flags comes back in their words, and stops no program."""

from __future__ import annotations

import errno
import struct
from pathlib import Path

import pytest

from opensim_pelvis.cli.debug import gather
from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.config.trial.trial_file import read_trial
from opensim_pelvis.errors import ExportError, ReadError, SettingsError
from opensim_pelvis.io.c3d import open_c3d
from opensim_pelvis.io.delivery import Set, deliver, single, write_file
from opensim_pelvis.io.readers.c3d_contents import describe_contents
from opensim_pelvis.io.reading import read_recording
from opensim_pelvis.notices.plain_words import value_words
from tests.notices import codes


def trial(folder: Path, **lines: str) -> Path:
    """Write a trial file; each keyword is a table, its lines the text."""
    tables = {"recording": 'path = "walk"'} | lines
    path = folder / "t.toml"
    path.write_text("".join(f"[{name}]\n{text}\n" for name, text in tables.items()), "utf-8")
    return path


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2026-01-01", "found 2026-01-01"),
        ("10:20:30", "found 10:20:30"),
        ("true", "found true"),
        ("[2026-01-01T00:00:00Z, false]", "found [2026-01-01T00:00:00+00:00, false]"),
        ("{ a = 1, b = [] }", "found { a = 1, b = [] }"),
    ],
)
def test_values_are_shown_as_their_file_has_them(tmp_path: Path, value: str, shown: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_trial(trial(tmp_path, subject=f"height_m = {value}"))
    assert str(caught.value).endswith(shown)


def test_a_value_that_is_missing_has_a_word() -> None:
    assert value_words(None) == "nothing"
    assert value_words({}) == "{}"


@pytest.mark.parametrize("path", ["a\\u0000b", "\\u0000"])
def test_a_path_that_no_system_has_is_told(tmp_path: Path, path: str) -> None:
    with pytest.raises(SettingsError, match=r"recording\.path: wanted a path .*U\+0000"):
        read_trial(trial(tmp_path, recording=f'path = "{path}"'))


def test_a_name_that_begins_like_a_home_is_a_name(tmp_path: Path) -> None:
    found = read_trial(trial(tmp_path, recording='path = "~nobody-of-this-name/walk"'))
    assert found.recording.path == tmp_path / "~nobody-of-this-name" / "walk"


@pytest.mark.parametrize("bad", ["\\u0000", "\\u001b[31m", "\\n", "\\u202e", "\\u2066", "\\u2028"])
def test_a_person_is_called_by_what_can_be_shown(tmp_path: Path, bad: str) -> None:
    with pytest.raises(SettingsError, match=r"subject\.id: wanted a text that can be shown"):
        read_trial(trial(tmp_path, subject=f'id = "S01{bad}x"'))


@pytest.mark.parametrize(
    "name", ["\u0645\u200f S/01", "\u0645\u06cc\u200c\u062e", "\U0001f3c3\u200d\u2640\ufe0f", "=1"]
)
def test_letters_of_every_script_may_name_a_person(tmp_path: Path, name: str) -> None:
    assert read_trial(trial(tmp_path, subject=f'id = "{name}"')).subject.id == name


# --- the disk -------------------------------------------------------------------------------


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(single.os, "fsync", full)
    with pytest.raises(ExportError, match=r"x\.toml: cannot be written: the disk is full"):
        write_file(tmp_path / "x.toml", "text")
    assert not any(tmp_path.iterdir())


def test_a_disk_that_fails_is_told_in_words(tmp_path: Path) -> None:
    wanted = Set(folder=tmp_path / "out", kind="cohort", name="cohort", stem="cohort")
    with pytest.raises(ExportError, match="could not be written: too many files"), deliver(wanted):
        raise OSError(errno.EMFILE, "Too many open files")


def test_a_part_of_what_a_fault_needs_is_not_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "debug.json"

    class Full:
        def __enter__(self) -> Full:
            file.touch()
            return self

        def __exit__(self, *_: object) -> None: ...

        write = staticmethod(full)

    monkeypatch.setattr(Path, "open", lambda *_, **__: Full())
    monkeypatch.setattr(gather, "content", lambda *_: {})
    gather._write(gather.Gathered(["inspect"]), None, file)
    assert "the disk is full" in capsys.readouterr().err
    assert not file.exists()


# --- C3D ------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [1e30, 1e-30, float("inf"), -100.0, 0.0])
def test_a_rate_that_is_none_gives_way_to_the_headers(
    fixtures: Path, tmp_path: Path, rate: float
) -> None:
    content = bytearray((fixtures / "channels.c3d").read_bytes())
    at = content.index(b"RATE") + 4 + 2 + 1 + 1  # offset, type, no dimension
    content[at : at + 4] = struct.pack("<f", rate)
    path = tmp_path / "a.c3d"
    path.write_bytes(content)
    file = open_c3d(path)
    assert file.rate_hz == open_c3d(fixtures / "channels.c3d").rate_hz
    assert "c3d.rate_is_none" in codes(file.notes)


def test_what_has_no_label_is_counted(fixtures: Path, tmp_path: Path) -> None:
    content = (fixtures / "channels.c3d").read_bytes()
    label = b"00B4F001_ACC_X"
    at = content.index(label)
    path = tmp_path / "a.c3d"
    path.write_bytes(content[:at] + b" " * len(label) + content[at + len(label) :])
    facts = describe_contents(open_c3d(path)).facts
    assert facts["channels"].values["listed"].values["unnamed"] == 1


def test_a_table_is_named_once(fixtures: Path, tmp_path: Path) -> None:
    for name in ("wide.csv", "wide.mapping.toml"):
        (tmp_path / name).write_bytes((fixtures / name).read_bytes())
    path = tmp_path / "wide.csv"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines[:9], lines[0], *lines[9:]]))
    with pytest.raises(ReadError) as caught:
        read_recording(RecordingSettings(path=path))
    assert str(caught.value).count(str(path)) == 1
    assert "line 10: wanted a number in column time_s" in str(caught.value)
