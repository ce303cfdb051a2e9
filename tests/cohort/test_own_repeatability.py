"""`opensim-pelvis repeatability`: from results to a file that reports use, or refused."""

from __future__ import annotations

import json
from dataclasses import replace
from math import sqrt
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from opensim_pelvis.cli.commands import app
from opensim_pelvis.cohort.own_repeatability import make_repeats, read_sessions, write_repeatability
from opensim_pelvis.errors import ComparisonError, ExportError
from opensim_pelvis.io.exporters.summary import SummaryExporter
from opensim_pelvis.sessions.repeatability_file import read_repeatability
from opensim_pelvis.simulate import Session
from tests.notices import codes
from tests.running_cases import run_case

ROTATION = "pelvic_rotation_range_deg"


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The summary of a short run."""
    _, result, _ = run_case(session=Session(duration_s=9.0, rate_hz=100.0))
    folder = tmp_path_factory.mktemp("run")
    SummaryExporter().write(replace(result, name="one"), folder)
    return (folder / "one_summary.json").read_text(encoding="utf-8")


def write(summary: str, folder: Path, name: str, rotation: float, **told: Any) -> None:
    """Write a summary with another name and range of rotation, of S1; ``told`` are settings.

    Its sensors are placed otherwise than in every other.
    """
    tree = json.loads(summary)
    tree["name"] = name
    tree["settings"]["subject"]["id"] = told.get("subject", "S1")
    tree["settings"]["calibration"]["attachment"] = told.get("attachment")
    tree["settings"]["activity"]["kind"] = told.get("kind", "running")
    tree["quality"]["verdict"] = told.get("verdict", "good")
    tree["placement"]["R_BS"] = {"pelvis_imu": [1.0, 0.0, 0.0, 1e-3 * ord(name[-1])]}
    measures = tree["running"]["measures"]
    measures[ROTATION]["body"]["estimate"]["value"] = rotation
    if "speed" in told:
        tree["settings"]["activity"]["speed_mps"] = told["speed"]
        measures["speed_mps"]["body"] |= {"mean": told["speed"], "estimate": None}
    folder.mkdir(exist_ok=True)
    (folder / f"{name}_summary.json").write_text(json.dumps(tree), encoding="utf-8")


def command(*words: object) -> Any:
    return CliRunner().invoke(app, ["repeatability", *map(str, words)])


def test_repeated_sessions_become_a_file_that_reports_read(summary: str, tmp_path: Path) -> None:
    folder, out = tmp_path / "results", tmp_path / "own.toml"
    for i, value in enumerate((10.0, 11.0, 12.0)):
        write(summary, folder, f"a{i}", value)
    for i, value in enumerate((20.0, 22.0)):
        write(summary, folder, f"b{i}", value, subject="S2")
    done = command(folder, "--out", out)
    assert done.exit_code == 0, done.output
    row = read_repeatability(out).find(ROTATION, "running", "attached anew")
    assert row is not None
    assert row.sem == pytest.approx(sqrt(4.0 / 3.0), rel=1e-5)
    assert (row.freedom, row.people, row.sessions) == (pytest.approx(3.0), 2, 5)
    text = out.read_text(encoding="utf-8")
    assert "S1" not in text
    assert "a0" not in text
    assert "S1, 3.60 m/s, 3 sessions (between them sensors were attached anew): a0; a1; a2" in (
        done.output
    )
    assert "3.20 deg (95 % interval 1.81 to 11.93), 3.0 degrees of freedom: not used below 5" in (
        done.output
    )


def test_recordings_of_one_attachment_are_named_together(summary: str, tmp_path: Path) -> None:
    for i, (value, worn) in enumerate(((10.0, "x"), (11.0, "x"), (14.0, "y"), (15.0, "y"))):
        write(summary, tmp_path, f"a{i}", value, attachment=worn)
    done = command(tmp_path, "--out", tmp_path / "own.toml")
    assert ": a0, a1; a2, a3" in done.output
    left = read_repeatability(tmp_path / "own.toml").find(ROTATION, "running", "left on")
    assert left is not None
    assert (left.freedom, left.recordings) == (2.0, 4)


def test_what_cannot_be_used_is_left_out_and_named(summary: str, tmp_path: Path) -> None:
    write(summary, tmp_path, "a0", 10.0)
    write(summary, tmp_path, "a1", 12.0)
    write(summary, tmp_path, "bad", 90.0, verdict="rejected")
    write(summary, tmp_path, "who", 90.0, subject=None)
    write(summary, tmp_path, "what", 90.0, kind=None)
    write(summary, tmp_path, "fast", 90.0, speed=5.0)
    write(summary, tmp_path, "slow", 90.0, speed=None)
    (tmp_path / "copy_summary.json").write_text((tmp_path / "a0_summary.json").read_text())
    sessions, copies = read_sessions([tmp_path])
    made = make_repeats(sessions, copies)
    assert sorted(codes(made.left_out)) == sorted(
        ["cohort.copy"]
        + [f"repeatability.{why}" for why in
           ("rejected", "no_subject", "no_activity", "single", "no_speed")]
    )  # fmt: skip
    row = made.repeatability.find(ROTATION, "running", "attached anew")
    assert row is not None
    assert row.sem == pytest.approx(sqrt(2.0))


def test_the_measured_speed_counts_and_the_stated_one_without_it(
    summary: str, tmp_path: Path
) -> None:
    for name, stated, measured in (("a", 3.6, 5.0), ("b", 3.6, None), ("c", None, None)):
        tree = json.loads(summary)
        tree["name"] = name
        tree["settings"]["activity"]["speed_mps"] = stated
        tree["running"]["measures"]["speed_mps"]["body"] |= {"mean": measured, "estimate": None}
        (tmp_path / f"{name}_summary.json").write_text(json.dumps(tree), encoding="utf-8")
    sessions, _ = read_sessions([tmp_path])
    assert {one.name: one.speed_mps for one in sessions} == {"a": 5.0, "b": 3.6, "c": None}


def test_without_repeats_nothing_is_written(summary: str, tmp_path: Path) -> None:
    folder, out = tmp_path / "results", tmp_path / "own.toml"
    write(summary, folder, "a0", 10.0)
    write(summary, folder, "b0", 12.0, subject="S2")
    done = command(folder, "--out", out)
    assert done.exit_code != 0
    assert isinstance(done.exception, ComparisonError)
    assert "at least two recordings of a person at the same speed" in str(done.exception)
    assert "2 results, of which 2 were left out" in str(done.exception)
    assert not out.exists()


def test_a_file_that_is_no_summary_is_named_and_nothing_is_written(
    summary: str, tmp_path: Path
) -> None:
    folder, out = tmp_path / "results", tmp_path / "own.toml"
    write(summary, folder, "a0", 10.0)
    write(summary, folder, "a1", 12.0)
    (folder / "torn_summary.json").write_text('{"format": "opensim-pelvis summary"')
    with pytest.raises(ComparisonError, match="torn_summary"):
        write_repeatability([folder], out)
    with pytest.raises(ComparisonError, match="nowhere"):
        write_repeatability([tmp_path / "nowhere"], out)
    assert not out.exists()
    edited = json.loads((folder / "a1_summary.json").read_text(encoding="utf-8"))
    edited["running"]["measures"][ROTATION]["body"]["estimate"]["terms"]["strides"] = "wide"
    (folder / "a1_summary.json").write_text(json.dumps(edited), encoding="utf-8")
    (folder / "torn_summary.json").unlink()
    with pytest.raises(ComparisonError, match=rf"{ROTATION}.body.estimate.terms.strides: wanted"):
        write_repeatability([folder], out)


def test_only_a_file_of_this_command_is_replaced_and_only_when_asked(
    summary: str, tmp_path: Path
) -> None:
    folder, out = tmp_path / "results", tmp_path / "own.toml"
    write(summary, folder, "a0", 10.0)
    write(summary, folder, "a1", 12.0)
    out.write_text("mine = 1\n", encoding="utf-8")
    with pytest.raises(ExportError, match="not written by this command"):
        write_repeatability([folder], out, overwrite=True)
    assert out.read_text(encoding="utf-8") == "mine = 1\n"
    out.unlink()
    write_repeatability([folder], out)
    with pytest.raises(ExportError, match="--overwrite"):
        write_repeatability([folder], out)
    write_repeatability([folder], out, overwrite=True)


def test_a_wrong_file_stops_a_report_before_anything_is_written(
    summary: str, tmp_path: Path
) -> None:
    (tmp_path / "own.toml").write_text("mine = 1\n", encoding="utf-8")
    for words in (["report", tmp_path], ["cohort", tmp_path]):
        for flag in ("--repeatability", "--slopes"):
            told = [*words, flag, tmp_path / "own.toml", "--out", tmp_path / "out"]
            write(summary, tmp_path, "a0", 10.0)
            done = CliRunner().invoke(app, [str(word) for word in told])
            assert done.exit_code != 0
            assert "own.toml" in str(done.exception)
            assert not (tmp_path / "out").exists()
