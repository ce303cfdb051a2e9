"""The command line from outside: what it prints, where, and how it fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from opensim_pelvis.config.settings import TrialSettings
from tests.cli.conftest import COLUMNS, Run
from tests.cli.processes import in_own_process
from tests.conftest import ROOT
from tests.exporting import PAGE_AND_PDF, without

INTERRUPTED = 130  # 128 + SIGINT, as shells have it


def _fails(answer: tuple[int, str, str], *words: str) -> None:
    """Assert one error on stderr, exit code 2, no traceback, nothing on stdout."""
    code, out, err = answer
    assert code == 2, err
    assert out == ""
    assert err.startswith("error: ")
    assert "Traceback" not in err
    for word in words:
        assert word in err


def test_every_flag_reaches_its_setting(
    run: Run, seen: list[TrialSettings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("m.toml", "x.osim", "run.gpx", "plates.c3d", "monday"):
        (tmp_path / name).touch()  # a flag that names no file is refused
    pairs = ("--sensor", "A=pelvis", "--sensor", "B=torso")
    static = ("--static", "1", "2.5", "--heading-axis", "-z", "--base", "torso")
    source = ("--reader", "xsens", "--rate", "60", "--up-axis", "y", "--mapping", "m.toml")
    solver = ("--model", "x.osim", "--engine", "opensim-tool", "--max-gap", "0.2")
    person = ("--subject", "S1", "--sex", "male", "--height", "1.8", "--mass", "70")
    what = ("--activity", "walking", "--speed", "1.4", "--surface", "overground")
    what += ("--speed-file", "run.gpx", "--speed-start", "-3.5", "--events", "sensors")
    what += ("--events-file", "plates.c3d", "--events-start", "0.25")
    what += ("--gyroscope", "instant", "--placement", "monday", "--calibration", "movement")
    out = ("--name", "w", "--out", tmp_path)
    code, _, _ = run("run", "walk", *pairs, *static, *source, *solver, *person, *what, *out)
    assert code == INTERRUPTED
    (got,) = seen
    assert got.sensors == {"A": "pelvis", "B": "torso"}
    assert got.calibration.window_s == (1.0, 2.5)
    assert (got.calibration.heading_axis, got.calibration.base) == ("-z", "torso")
    assert got.recording.path == Path("walk")
    assert (got.recording.reader, got.recording.rate_hz) == ("xsens", 60.0)
    assert (got.recording.up_axis, got.recording.name) == ("y", "w")
    assert got.recording.mapping == tmp_path / "m.toml"
    assert got.solver.model == tmp_path / "x.osim"
    assert (got.solver.engine, got.timeline.max_gap_s) == ("opensim-tool", 0.2)
    assert (got.subject.id, got.subject.sex) == ("S1", "male")
    assert (got.subject.height_m, got.subject.mass_kg) == (1.8, 70.0)
    assert (got.activity.kind, got.activity.speed_mps) == ("walking", 1.4)
    assert got.activity.surface == "overground"
    assert got.activity.speed_file == tmp_path / "run.gpx"
    assert got.activity.events_file == tmp_path / "plates.c3d"
    assert (got.activity.speed_start_s, got.activity.events_start_s) == (-3.5, 0.25)
    assert got.activity.events == "sensors"
    assert got.fusion.gyroscope == "instant"
    assert got.calibration.placement == tmp_path / "monday"
    assert got.calibration.method == "movement"


def test_flags_win_over_the_trial_file(
    run: Run, seen: list[TrialSettings], trial: Path, tmp_path: Path
) -> None:
    sensor_map = tmp_path / "map.toml"
    sensor_map.write_text('X = "pelvis"\n', encoding="utf-8")
    run("run", trial, "--sensors", sensor_map, "--static", "0.5", "1", "--out", tmp_path)
    assert seen[0].calibration.window_s == (0.5, 1.0)
    assert seen[0].sensors == {"X": "pelvis"}
    assert seen[0].recording.path == trial.parent / "imu"


def test_a_folder_with_a_trial_file_is_run_by_it(
    run: Run, seen: list[TrialSettings], trial: Path, tmp_path: Path
) -> None:
    run("run", trial.parent, "--out", tmp_path)
    run("run", trial, "--out", tmp_path)
    run("run", trial.parent / "imu", "--out", tmp_path)
    assert seen[0] == seen[1]
    assert seen[0].recording.path == trial.parent / "imu"
    assert seen[0].sensors
    assert not seen[2].sensors  # a recording has no trial file in it


def test_a_run_ends_with_three_lines_after_what_needs_attention(
    run: Run, trial: Path, tmp_path: Path
) -> None:
    code, out, err = run("run", trial, "--name", "sim[1]", "--out", tmp_path / "out")
    assert (code, err) == (0, "")
    above, _, below = out.rpartition("\n\n")
    quality, value, report = below.splitlines()
    summary = json.loads((tmp_path / "out" / "sim[1]" / "sim[1]_summary.json").read_text("utf-8"))
    assert quality.startswith(f"quality {summary['quality']['verdict']}: ")
    assert value.startswith("pelvic rotation range not computed: too few strides (1 ")
    assert report == f"report {tmp_path / 'out' / 'sim[1]' / 'sim[1]_report.html'}"
    assert above.startswith("\nNeeds attention\n  - ")
    assert max(map(len, above.splitlines())) <= COLUMNS
    assert "\x1b" not in out


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_all_tables_fit_the_screen_where_they_are_asked_for(
    run: Run, trial: Path, tmp_path: Path, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    with without(*PAGE_AND_PDF):
        code, out, err = run("run", "-v", trial, "--name", "sim[1]", "--out", tmp_path / "out")
    assert (code, err) == (0, "")
    assert "sim[1]: 8 sensors, " in out  # brackets are text, not markup
    words = ("pelvic_axial_rotation", "static trial", "heading", "Defaults used", "_ik.mot")
    for text in (*words, "orientations", "missing s", "lowest", "femur_r", "00B4F003"):
        assert text in out, text
    assert "\u2026" not in out  # nothing is cut off
    *lines, folder = out.splitlines()
    assert folder == f"results {tmp_path / 'out' / 'sim[1]'}"
    assert max(map(len, lines)) <= columns


def test_a_pipe_that_knows_ascii_only_is_served(trial: Path) -> None:
    answer = in_own_process("inspect", str(trial), PYTHONIOENCODING="ascii")
    assert answer.returncode == 0, answer.stderr
    assert "8 sensors" in answer.stdout


def test_the_demo_says_that_it_is_simulated(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trial: Path
) -> None:
    from opensim_pelvis.simulate import demo

    monkeypatch.setattr(demo, "deliver_demo", lambda _, overwrite: trial)
    with without(*PAGE_AND_PDF):
        code, out, _ = run("demo", "--out", tmp_path / "out")
    assert code == 0
    assert out.startswith("This demonstration is SIMULATED: no person was measured.")
    assert out.endswith("All of this is SIMULATED data: no person was measured.\n")


# --- bad input -----------------------------------------------------------------------------


def test_usage_errors_exit_with_2(run: Run) -> None:
    code, _, err = run("run", "walk", "--statc", "0", "1", "--out", "x")
    assert code == 2
    assert "--static" in err
    assert run("run", "walk")[0] == 2


def test_a_missing_recording_or_trial_file(run: Run, tmp_path: Path) -> None:
    _fails(run("run", tmp_path / "none.toml", "--out", tmp_path), "there is no such file")
    _fails(run("inspect", tmp_path / "none"), "no such file or folder")


def test_an_empty_file_and_a_folder_without_recordings(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    _fails(run("inspect", tmp_path / "empty.txt"), "empty.txt")
    (tmp_path / "bare").mkdir()
    _fails(run("inspect", tmp_path / "bare"), "bare")


def test_a_binary_file_with_a_text_extension(run: Run, tmp_path: Path) -> None:
    (tmp_path / "walk.txt").write_bytes(bytes(range(256)) * 8)
    _fails(run("inspect", tmp_path / "walk.txt"), "walk.txt")
    (tmp_path / "trial.toml").write_bytes(bytes(range(256)) * 8)
    _fails(run("run", tmp_path / "trial.toml", "--out", tmp_path), "wanted text in UTF-8")


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--sensor", "00B4F001=pelvs"], "Did you mean 'pelvis'?"),
        (["--sensor", "00B4F0XX=pelvis"], "2 sensors on one body, pelvis"),
        (["--sensor", "nobody=pelvis"], "no sensor is named 'nobody'"),
        (["--sensor", "pelvis"], "wanted ID=BODY"),
        (["--heading-axis", "q"], "wanted one of x, -x, y, -y, z, -z"),
        (["--engine", "fast"], "wanted one of exact, opensim, opensim-tool"),
        (["--static", "2", "1"], "the end not before the start"),
        (["--static", "100", "102"], "100"),
        (["--reader", "nokia"], "no reader is named 'nokia'"),
        (["--height", "168"], "wanted metres"),
        (["--events", "plates"], "wanted one of imported, sensors"),
        (["--events-file", ROOT / "fixtures" / "channels.c3d"], "--events-start"),
        (["--speed-file", f"{__file__}/../run.fit"], "--speed-file: there is no such file"),
        (["--events-file", "none.c3d"], "--events-file: there is no such file"),
        (["--model", "none.osim"], "--model: there is no such file"),
        (["--placement", "none"], "--placement: there is no such file"),
        (["--reference", "none.toml"], "--reference: there is no such file"),
        (["--mapping", "none.toml"], "--mapping: there is no such file"),
        (["--sensors", "none.toml"], "--sensors: there is no such file"),
    ],
)
def test_bad_flags_leave_nothing_behind(
    run: Run, trial: Path, tmp_path: Path, flags: list[str], words: str
) -> None:
    out = tmp_path / "out"
    _fails(run("run", trial, *flags, "--out", out), words)
    assert not out.exists()


def test_an_unwritable_output_is_noticed_before_the_work(
    run: Run, trial: Path, tmp_path: Path, seen: list[TrialSettings]
) -> None:
    (tmp_path / "file").write_text("here", encoding="utf-8")
    _fails(run("run", trial, "--out", tmp_path / "file"), "results cannot be written here")
    assert seen == []


def test_an_error_of_ours_is_one_line_without_traceback_in_a_real_process(tmp_path: Path) -> None:
    answer = in_own_process("run", str(tmp_path / "none.toml"), "--out", str(tmp_path))
    assert answer.returncode == 2
    assert answer.stderr.count("\n") == 1
    assert answer.stderr.startswith("error: ")


def test_a_cohort_of_two_runs(run: Run, trial: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        with without(*PAGE_AND_PDF):
            code, _, err = run("run", trial, "--out", tmp_path / "results", "--name", name)
        assert code == 0, err
    code, out, err = run("cohort", tmp_path / "results", "--out", tmp_path / "cohort")
    assert code == 0, err
    listed = {Path(line).name for line in out.split()}
    assert {"cohort_sessions.csv", "cohort_rotation_cadence.png"} <= listed
    assert all((tmp_path / "cohort" / name).is_file() for name in listed)


def test_a_cohort_of_nothing_is_an_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    _fails(run("cohort", tmp_path / "empty", "--out", tmp_path / "out"), "empty", "summary.json")
    _fails(run("cohort", tmp_path / "none", "--out", tmp_path / "out"), "no such file")
    assert not (tmp_path / "out").exists()
