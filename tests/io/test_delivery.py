"""Results reach the disk whole, nothing of the user's is lost, and results are no recordings."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from opensim_pelvis.errors import ExportError, ReadError
from opensim_pelvis.io import output
from opensim_pelvis.io.delivery import (
    STAGING,
    SUMMARY,
    Set,
    deliver,
    find_results,
    recording_entries,
    swap,
)  # fmt: skip
from opensim_pelvis.io.registry import find_reader
from opensim_pelvis.io.tables.text_files import list_files, list_folders
from opensim_pelvis.types import InputFile, Result
from tests.io.exporters.sample_result import make_result

KILLED = 77


def tree(folder: Path) -> dict[str, bytes]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


class Small:
    """An exporter of two files, in place of all others."""

    description = "two files"
    optional = ()
    essential = True

    def write(self, result: Result, directory: Path) -> tuple[Path, ...]:
        paths = tuple(directory / f"{result.name}{end}" for end in (SUMMARY, "_ik.mot"))
        for path in paths:
            path.write_text(f"{result.notes}", encoding="utf-8")
        return paths


class Failing(Small):
    essential = False
    fault: Exception = RuntimeError("charcode loading")

    def write(self, result: Result, directory: Path) -> tuple[Path, ...]:
        (directory / f"{result.name}_report.pdf").write_text("half")
        raise self.fault


@pytest.fixture
def exporters(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    found: dict[str, object] = {"small": Small()}
    monkeypatch.setattr(output, "list_plugins", lambda _: found)
    monkeypatch.setattr(output, "load_exporter", lambda name: found[name])
    return found


def result_of(notes: str, digest: str = "a", subject: str | None = "S01") -> Result:
    result = make_result()
    settings = replace(result.settings, subject=replace(result.settings.subject, id=subject))
    recording = replace(result.recording, files=(InputFile(path="x", size_bytes=1, sha256=digest),))
    return replace(result, notes=(notes,), recording=recording, settings=settings)


# --- whose is it ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("digest", "subject", "words"),
    [("b", "S01", "another recording"), ("a", "S02", "another person")],
)
def test_results_of_others_are_replaced_only_when_asked(
    exporters: dict[str, object], tmp_path: Path, digest: str, subject: str, words: str
) -> None:
    output.write(result_of("one"), tmp_path)
    before = tree(tmp_path)
    with pytest.raises(ExportError, match=rf"{words}.*--name.*--overwrite"):
        output.write(result_of("two", digest, subject), tmp_path)
    assert tree(tmp_path) == before
    output.write(result_of("two", digest, subject), tmp_path, overwrite=True)
    assert b"two" in tree(tmp_path)["trial/trial_summary.json"]


def test_the_same_trial_is_run_again_and_files_of_the_user_stay(
    exporters: dict[str, object], tmp_path: Path
) -> None:
    output.write(result_of("one"), tmp_path)
    (tmp_path / "trial" / "my").mkdir()
    (tmp_path / "trial" / "my" / "notes.txt").write_text("mine")
    output.write(result_of("two"), tmp_path)
    found = tree(tmp_path)
    assert found["trial/my/notes.txt"] == b"mine"
    assert b"two" in found["trial/trial_ik.mot"]
    assert not list(tmp_path.glob(".*"))


def test_a_file_that_the_user_changed_is_not_replaced(
    exporters: dict[str, object], tmp_path: Path
) -> None:
    output.write(result_of("one"), tmp_path)
    (tmp_path / "trial" / "trial_ik.mot").write_text("by hand")
    with pytest.raises(ExportError, match=r"trial_ik\.mot: was changed.*--overwrite"):
        output.write(result_of("two"), tmp_path)


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_of_the_user_is_never_replaced(
    exporters: dict[str, object], tmp_path: Path, overwrite: bool
) -> None:
    (tmp_path / "trial").mkdir()
    (tmp_path / "trial" / "walk01.c3d").write_text("the recording")
    with pytest.raises(ExportError, match="--name"):
        output.write(result_of("one"), tmp_path, overwrite=overwrite)
    assert tree(tmp_path) == {"trial/walk01.c3d": b"the recording"}


def test_the_recording_beside_the_results_stays(
    exporters: dict[str, object], tmp_path: Path
) -> None:
    for name in ("trial.c3d", "trial_orientations.sto", "trial_ik.mot"):
        (tmp_path / name).write_text("the recording")
    output.write(result_of("one"), tmp_path)
    for name in ("trial.c3d", "trial_orientations.sto", "trial_ik.mot"):
        assert (tmp_path / name).read_text() == "the recording"


def test_nothing_is_written_through_a_link(exporters: dict[str, object], tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "trial").symlink_to(outside)
    with pytest.raises(ExportError):
        output.write(result_of("one"), tmp_path / "out", overwrite=True)
    assert not any(outside.iterdir())


@pytest.mark.parametrize("overwrite", [False, True])
def test_what_the_settings_were_read_from_is_never_replaced(
    exporters: dict[str, object], tmp_path: Path, overwrite: bool
) -> None:
    output.write(result_of("one"), tmp_path)
    sensor_map = tmp_path / "trial" / "trial_ik.mot"
    sensor_map.write_text("who wore which")
    with pytest.raises(ExportError, match="Input files are never replaced"):
        output.write(result_of("two"), tmp_path, sources=[sensor_map], overwrite=overwrite)
    assert sensor_map.read_text() == "who wore which"


def test_an_input_under_a_second_name_is_not_replaced(
    exporters: dict[str, object], tmp_path: Path
) -> None:
    output.write(result_of("one"), tmp_path)
    recording, target = tmp_path / "walk" / "a.txt", tmp_path / "trial" / "trial_ik.mot"
    recording.parent.mkdir()
    recording.write_text("the recording")
    target.unlink()
    os.link(recording, target)
    with pytest.raises(ExportError, match=r"is the same file as .*a\.txt"):
        output.write(result_of("two"), tmp_path, sources=[recording.parent], overwrite=True)
    assert target.samefile(recording)


def test_an_input_among_the_files_of_a_shared_folder_is_not_replaced(tmp_path: Path) -> None:
    wanted = Set(folder=tmp_path / "out", kind="cohort", name="cohort", stem="cohort")
    with deliver(wanted) as staged:
        (staged.folder / "cohort.json").write_text("one")
    again = replace(wanted, sources=[tmp_path / "out" / "cohort.json"], overwrite=True)
    with pytest.raises(ExportError, match="never replaced"), deliver(again) as staged:
        (staged.folder / "cohort.json").write_text("two")
    assert (tmp_path / "out" / "cohort.json").read_text() == "one"


def test_results_in_a_folder_of_another_name_are_called_results(
    exporters: dict[str, object], tmp_path: Path
) -> None:
    output.write(result_of("one"), tmp_path)
    (tmp_path / "trial").rename(tmp_path / "other")
    with pytest.raises(ExportError, match="contains results named trial"):
        output.write(replace(result_of("two"), name="other"), tmp_path)


def test_locks_of_office_programs_are_no_results_and_no_recordings(tmp_path: Path) -> None:
    for name in ("~$walk_summary.json", "~$walk.csv", "walk.csv"):
        (tmp_path / name).write_bytes(b"\x05\0\0")
    assert [path.name for path in recording_entries(tmp_path)] == ["walk.csv"]
    faults: list[str] = []
    assert find_results([tmp_path], SUMMARY, faults) == []


# --- parts that fail -----------------------------------------------------------------------


def test_an_exporter_that_fails_takes_no_other_along(
    exporters: dict[str, object], tmp_path: Path
) -> None:
    (tmp_path / "trial").mkdir()
    (tmp_path / "trial").rmdir()
    output.write(result_of("one"), tmp_path)
    exporters["pdf"] = Failing()
    written = output.write(result_of("two"), tmp_path)
    assert set(written.missing) == {"pdf"}
    assert "charcode" not in written.missing["pdf"]
    assert b'"pdf"' in tree(tmp_path)["trial/trial_manifest.json"]
    assert not (tmp_path / "trial" / "trial_report.pdf").exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EDQUOT])
def test_a_full_disk_leaves_all_as_it_was(
    exporters: dict[str, object], tmp_path: Path, number: int
) -> None:
    output.write(result_of("one"), tmp_path)
    before = tree(tmp_path)
    failing = Failing()
    failing.fault = OSError(number, os.strerror(number))
    exporters["pdf"] = failing
    with pytest.raises(ExportError, match="Nothing was changed"):
        output.write(result_of("two"), tmp_path)
    assert tree(tmp_path) == before
    assert not list(tmp_path.glob(".*"))


def test_an_exporter_that_misses_a_file_fails_alone(
    exporters: dict[str, object], tmp_path: Path
) -> None:
    failing = Failing()
    failing.fault = FileNotFoundError(errno.ENOENT, "gone", "font.ttf")
    exporters["pdf"] = failing
    assert set(output.write(result_of("one"), tmp_path).missing) == {"pdf"}


def test_a_locked_file_leaves_all_as_it_was(
    exporters: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output.write(result_of("one"), tmp_path)
    before = tree(tmp_path)

    def locked(*_: object) -> bool:
        raise PermissionError(errno.EACCES, "sharing violation")

    monkeypatch.setattr(swap, "exchange", locked)
    with pytest.raises(ExportError, match=r"open in another program.*Nothing was changed"):
        output.write(result_of("two"), tmp_path)
    assert tree(tmp_path) == before


# --- kills ---------------------------------------------------------------------------------

SCRIPT = """
import os, sys
from pathlib import Path
from opensim_pelvis.io.delivery import Set, deliver, swap
EVENTS = {"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link", "os.listdir",
          "os.scandir", "shutil.rmtree", "ctypes.call_function", "ctypes.dlsym"}
calls = 0
def write(folder, text, last, kind, way):
    if way == "renames":
        swap.exchange = lambda one, other: False
    def count(event, arguments):
        global calls
        if event in EVENTS:
            calls += 1
            if calls == last:
                os._exit(77)
    wanted = Set(folder=Path(folder), kind=kind, name="x", stem="x", own_folder=kind == "run")
    sys.addaudithook(count)
    with deliver(wanted) as staged:
        for name in ("x_a", "x_b", "x_c")[: 3 if text == "old" else 2]:
            (staged.folder / name).write_text(text)
for line in sys.stdin:
    folder, text, last, kind, way = line.rstrip("\\n").split("\\t")
    child = os.fork()
    if child == 0:
        try:
            write(folder, text, int(last), kind, way)
        except BaseException:
            os._exit(1)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""Each line a writing that is killed: a fork, since a new interpreter loads the package anew."""


@pytest.fixture(scope="module")
def writer() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process


def killed(
    writer: subprocess.Popen[str], folder: Path, text: str, last: int, kind: str, way: str
) -> int:
    assert writer.stdin is not None
    assert writer.stdout is not None
    print(folder, text, last, kind, way, sep="\t", file=writer.stdin, flush=True)
    return int(writer.stdout.readline())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks of POSIX")
@pytest.mark.parametrize(
    ("kind", "way"), [("run", "exchange"), ("run", "renames"), ("cohort", "renames")]
)
def test_a_kill_at_any_moment_leaves_the_old_or_the_new_set(
    tmp_path: Path, writer: subprocess.Popen[str], kind: str, way: str
) -> None:
    """Every call of the file system in turn is the last one."""
    base = tmp_path / "base"
    base.mkdir()
    for text in ("old", "new"):
        home = tmp_path / text
        (home / "set").mkdir(parents=True)
        if kind == "cohort":
            (home / "set" / "mine.txt").write_text("mine")
    assert killed(writer, tmp_path / "old" / "set", "old", 0, kind, way) == 0
    shutil.copytree(tmp_path / "old", tmp_path / "new", dirs_exist_ok=True)
    assert killed(writer, tmp_path / "new" / "set", "new", 0, kind, way) == 0
    sides = [tree(tmp_path / text) for text in ("old", "new")]
    assert sides[0] != sides[1]
    seen = set()
    for last in range(1, 400):
        home = tmp_path / f"at{last}"
        shutil.copytree(tmp_path / "old", home)
        code = killed(writer, home / "set", "new", last, kind, way)
        alone = kind == "run"
        again = Set(folder=home / "set", kind=kind, name="x", stem="x", own_folder=alone)
        with deliver(again):
            pass  # the next command, which writes nothing, tidies up
        found = tree(home)
        assert found in sides, (last, sorted(found))
        assert not list(home.rglob(f"{STAGING}*")), last
        seen.add(sides.index(found))
        shutil.rmtree(home)
        if code != KILLED:
            break
    else:
        pytest.fail("the writing never came to its end")
    assert seen == {0, 1}


# --- which files are results, and which recordings -----------------------------------------


def test_staging_folders_and_hidden_files_are_no_results(
    exporters: dict[str, object], tmp_path: Path
) -> None:
    output.write(result_of("one"), tmp_path)
    shutil.copytree(tmp_path / "trial", tmp_path / f"{STAGING}x" / "new" / "trial")
    faults: list[str] = []
    found = find_results([tmp_path], SUMMARY, faults)
    assert found == [tmp_path / "trial" / "trial_summary.json"]
    (tmp_path / "trial" / "trial_ik.mot").unlink()
    assert find_results([tmp_path], SUMMARY, faults) == []
    assert "trial_ik.mot is missing" in faults[0]


def test_results_in_the_folder_of_a_recording_are_no_recordings(tmp_path: Path) -> None:
    for name in ("a.txt", ".hidden.txt", "trial.c3d"):
        (tmp_path / name).write_text("the recording")
    output.write(make_result(), tmp_path)
    names = [path.name for path in recording_entries(tmp_path)]
    assert names == ["a.txt", "trial.c3d"]
    assert [path.name for path in list_files(tmp_path)] == names
    assert list_folders(tmp_path) == ()
    assert [path.name for path in list_files(tmp_path / "tri")] == ["trial.c3d"]
    with pytest.raises(ReadError, match="contains only results"):
        find_reader(tmp_path / "trial")


def test_results_of_an_earlier_version_are_no_recordings(tmp_path: Path) -> None:
    output.write(make_result(), tmp_path / "out")
    for path in (tmp_path / "out" / "trial").iterdir():
        if not path.name.endswith(("_manifest.json", ".xlsx", "_ik_with_gaps.mot")):  # of today
            shutil.copy(path, tmp_path / path.name)
    (tmp_path / "b.txt").write_text("the recording")
    assert [path.name for path in recording_entries(tmp_path)] == ["b.txt", "out"]
    (tmp_path / "trial.c3d").write_text("a recording of that name")
    assert tmp_path / "trial.c3d" in recording_entries(tmp_path)
