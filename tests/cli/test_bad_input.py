"""Bad input as a user meets it: a helpful message, exit code 2, nothing written or lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import numpy as np
import pytest

from opensim_pelvis.config.settings import SubjectSettings
from opensim_pelvis.kinematics.osim.build import build_model
from opensim_pelvis.simulate import SensorSettings, simulate_sensors, write_xsens
from tests.exporting import PAGE_AND_PDF, without
from tests.in_process import run_command
from tests.simulated import short_run

TRIAL = """
[recording]
path = "walk"

[sensors]
"00B4F001" = "pelvis"
"00B4F002" = "torso"

[calibration]
window_s = [0.0, 1.0]
heading_axis = "-z"
"""
PELVIS = "walk/walk_00B4F001.txt"


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a short recording and its trial file, both sound."""
    folder = tmp_path_factory.mktemp("good")
    recording = simulate_sensors(
        short_run(duration_s=2.5, rate_hz=25.0), SensorSettings(), ("pelvis", "torso")
    )
    write_xsens(recording, folder / "walk", prefix="walk")
    (folder / "trial.toml").write_text(TRIAL, encoding="utf-8")
    return folder


def replace_in(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {name}"
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")

    return change


def change_numbers(change: Callable[[list[str]], list[str]]) -> Callable[[Path], None]:
    """Change the four quaternion columns, the last ones, of every file."""

    def apply(folder: Path) -> None:
        for path in (folder / "walk").iterdir():
            lines = path.read_text(encoding="utf-8").splitlines()
            start = next(i for i, x in enumerate(lines) if x.startswith("PacketCounter")) + 1
            for i in range(start, len(lines)):
                cells = lines[i].split("\t")
                lines[i] = "\t".join([*cells[:-4], *change(cells[-4:])])
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    return apply


def keep(folder: Path) -> None:
    """Change nothing: the fault lies in the flags."""


def empty_folder(folder: Path) -> None:
    shutil.rmtree(folder / "walk")
    (folder / "walk").mkdir()
    (folder / "walk" / "notes.md").write_text("nothing here", encoding="utf-8")


def without_a_rate(folder: Path) -> None:
    for path in (folder / "walk").iterdir():
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(x for x in lines if "Update Rate" not in x), encoding="utf-8")


def binary(folder: Path) -> None:
    (folder / PELVIS).write_bytes(np.random.default_rng(0).bytes(4000))


def truncated(folder: Path) -> None:
    text = (folder / PELVIS).read_text(encoding="utf-8")
    (folder / PELVIS).write_text(text[:150], encoding="utf-8")


def model_without_a_torso(folder: Path) -> None:
    model = build_model(SubjectSettings())
    model.updBodySet().get("torso").setName("thorax")
    model.finalizeConnections()
    model.printToXML(str(folder / "other.osim"))


@dataclass(frozen=True)
class Case:
    """A fault, the flags of the run, and what the message must hold."""

    spoil: Callable[[Path], None]
    words: tuple[str, ...]
    flags: tuple[str, ...] = ()
    path: str = "trial.toml"


def with_activity(line: str, text: str = "") -> Callable[[Path], None]:
    """Add a line to [activity], and write the text into the file table.csv."""

    def change(folder: Path) -> None:
        (folder / "table.csv").write_text(text, encoding="utf-8")
        with (folder / "trial.toml").open("a", encoding="utf-8") as file:
            file.write(f"[activity]\n{line}\n")

    return change


CASES = {
    "missing table of events": Case(
        with_activity('events_file = "none.csv"'), ("none.csv", "no such file")
    ),
    "events without a side": Case(
        with_activity('events_file = "table.csv"', "time_s,label\n1,toe-off\n"),
        ("table.csv", "time_s, label, side"),
    ),
    "speeds that are none": Case(
        with_activity('speed_file = "table.csv"', "time_s,speed_mps\n0,12\n1,fast\n"),
        ("table.csv", "fast"),
    ),
    "a track without its start": Case(
        with_activity('speed_file = "run.gpx"'), ("run.gpx", "speed_start_s")
    ),
    "missing file": Case(keep, ("nowhere",), path="nowhere"),
    "missing trial file": Case(keep, ("nowhere.toml",), path="nowhere.toml"),
    "empty file": Case(lambda f: (f / PELVIS).write_bytes(b"") and None, ("00B4F001", "empty")),
    "folder without recordings": Case(empty_folder, ("walk", "no reader")),
    "unknown sensor": Case(
        replace_in("trial.toml", "00B4F002", "00B4F009"), ("00B4F009", "00B4F001", "00B4F002")
    ),
    "unknown body": Case(replace_in("trial.toml", '"torso"', '"trunk"'), ("trunk", "torso")),
    "two sensors on one body": Case(
        replace_in("trial.toml", '"torso"', '"pelvis"'), ("pelvis", "00B4F001", "00B4F002")
    ),
    "misspelt key": Case(
        replace_in("trial.toml", "heading_axis", "heading_axes"), ("heading_axes", "heading_axis")
    ),
    "no rate": Case(without_a_rate, ("rate", "--rate")),
    "quaternions in the wrong order": Case(
        change_numbers(lambda q: [*q[1:], q[0]]), ("00B4F001", "x-y-z-w")
    ),
    "quaternions that are not unit": Case(
        change_numbers(lambda q: [f"{2 * float(x):.6f}" for x in q]),
        ("00B4F001", "unit norm", "found 2"),
    ),
    "all-NaN sensor": Case(change_numbers(lambda q: ["NaN"] * 4), ("00B4F001", "no valid one")),
    "window outside the recording": Case(
        keep, ("90", "0 to 2.44 s", "--static"), ("--static", "90", "92")
    ),
    "window not still": Case(keep, ("pelvis_imu moves", "degrees"), ("--static", "1.9", "2.4")),
    "heading axis nearly vertical": Case(
        keep, ("axis x of pelvis_imu", "vertical"), ("--heading-axis", "x")
    ),
    "heading axis that is none": Case(
        keep, ("command line: --heading-axis", "-z"), ("--heading-axis", "w")
    ),
    "base without a sensor": Case(keep, ("femur_r", "pelvis, torso"), ("--base", "femur_r")),
    "model without the bodies": Case(
        model_without_a_torso, ("torso", "thorax"), ("--model", "other.osim")
    ),
    "missing model": Case(keep, ("nowhere.osim",), ("--model", "nowhere.osim")),
    "unknown reader": Case(keep, ("xsense", "xsens"), ("--reader", "xsense")),
    "truncated file": Case(truncated, ("00B4F001",)),
    "binary file with a text extension": Case(binary, ("00B4F001", "text")),
    "table without its mapping": Case(keep, ("mapping",), ("--reader", "table"), path="walk"),
}


def run(folder: Path, *words: str) -> CompletedProcess[str]:
    return run_command("run", *words, cwd=folder, columns=80)


@pytest.mark.parametrize("name", CASES)
def test_bad_input_is_told_and_nothing_is_touched(good: Path, tmp_path: Path, name: str) -> None:
    case = CASES[name]
    folder = tmp_path / "work"
    shutil.copytree(good, folder)
    case.spoil(folder)
    results = folder / "results"
    results.mkdir()
    (results / "walk_ik.mot").write_text("earlier", encoding="utf-8")
    before = sorted(folder.rglob("*"))
    outcome = run(folder, case.path, "--out", "results", *case.flags)
    assert outcome.returncode == 2, outcome.stdout + outcome.stderr
    assert "Traceback" not in outcome.stderr
    missing = [word for word in case.words if word not in outcome.stderr]
    assert not missing, f"{missing} not in: {outcome.stderr}"
    assert sorted(folder.rglob("*")) == before
    assert (results / "walk_ik.mot").read_text(encoding="utf-8") == "earlier"


def test_output_that_cannot_be_written_is_told_before_long_work(good: Path, tmp_path: Path) -> None:
    folder = tmp_path / "work"
    shutil.copytree(good, folder)
    (folder / "results").write_text("a file of mine", encoding="utf-8")
    outcome = run(folder, "trial.toml", "--out", "results/new")
    assert outcome.returncode == 2
    assert "results is a file" in outcome.stderr
    assert (folder / "results").read_text(encoding="utf-8") == "a file of mine"


def test_the_sound_trial_itself_runs(good: Path, tmp_path: Path) -> None:
    with without(*PAGE_AND_PDF):
        outcome = run(good, "trial.toml", "--out", str(tmp_path / "out"))
    assert outcome.returncode == 0, outcome.stderr
    assert (tmp_path / "out" / "walk" / "walk.c3d").exists()
