"""A setting is said of in one row, beside its field: a dummy of each kind arrives everywhere."""

from __future__ import annotations

import inspect
import json
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

import pytest

from opensim_pelvis import pipeline
from opensim_pelvis.cli import commands as cli
from opensim_pelvis.cli.options import with_settings
from opensim_pelvis.config.settings import (
    SECTIONS,
    RecordingSettings,
    SolverSettings,
    TrialSettings,
)
from opensim_pelvis.config.trial import setting_definitions as rows
from opensim_pelvis.config.trial.check_settings import check_settings
from opensim_pelvis.config.trial.run_request import read_request
from opensim_pelvis.config.trial.settings_document import document
from opensim_pelvis.config.trial.template import write_trial
from opensim_pelvis.config.trial.trial_file import read_trial
from opensim_pelvis.errors import SettingsError
from opensim_pelvis.io.exporters.summary import SummaryExporter
from tests.io.exporters.sample_result import make_result

Run = Callable[..., tuple[int, str]]


ROW: Final[Mapping[str, Any]] = {
    "kind": "number",
    "help": "A dummy.",
    "unit": "deg",
    "low": 0,
    "high": 1,
    "default": 0.5,
    "personal": False,
}


# --- a dummy of each kind ------------------------------------------------------------------

DUMMIES: Final = """
[solver.tolerance_deg]
kind = "number"
help = "Dummy tolerance."
unit = "deg"
above = 0
high = 10
default = 0.5
flag = "--tolerance"
group = "Inverse kinematics"
personal = false
[solver.polish]
kind = "switch"
help = "Dummy switch."
default = false
flag = "--polish/--no-polish"
group = "Inverse kinematics"
personal = false
[solver.order]
kind = "choice"
help = "Dummy choice."
default = "up"
flag = "--order"
group = "Inverse kinematics"
personal = false
choices = { up = "dummy upwards", down = "dummy downwards" }
[solver.start_file]
kind = "path"
help = "Dummy file."
not_given = "dummy none"
example = "start.mot"
flag = "--start-file"
group = "Inverse kinematics"
personal = true
[solver.title]
kind = "text"
help = "Dummy text."
not_given = "dummy untitled"
example = "a title"
flag = "--title"
group = "Inverse kinematics"
personal = true
"""
KEYS: Final = tuple(tomllib.loads(DUMMIES)["solver"])


@dataclass(frozen=True, slots=True, kw_only=True)
class DummySolver(SolverSettings):
    """The record with a field for each dummy."""

    tolerance_deg: float = 0.5
    polish: bool = False
    order: Literal["up", "down"] = "up"
    start_file: Path | None = None
    title: str | None = None


@pytest.fixture
def with_dummies(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Add five fields and their rows: the two places of a new setting."""
    report = rows.source().index("[report]")
    text = rows.source()[:report] + DUMMIES + rows.source()[report:]
    with monkeypatch.context() as patch:
        patch.setattr(rows, "source", lambda: text)
        patch.setitem(SECTIONS, "solver", DummySolver)  # type: ignore[arg-type]
        renew()
        yield
    renew()


def renew() -> None:
    """Read the rows again, and make the flags of ``run`` of them."""
    rows._tables.cache_clear()
    rows.definitions.cache_clear()
    with_settings("run")(cli.run)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Call the command in this process; return exit code and all that it wrote."""
    monkeypatch.setenv("COLUMNS", "80")

    def call(*words: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["opensim-pelvis", *map(str, words)])
        with pytest.raises(SystemExit) as caught:
            cli.main()
        out, err = capsys.readouterr()
        return int(caught.value.code or 0), out + err

    return call


def test_the_flags_of_run_are_those_of_the_rows() -> None:
    names = set(inspect.signature(cli.run).parameters)
    assert {f"{one.section}__{one.key}" for one in rows.of_command("run")} < names
    shared = set(inspect.signature(cli.inspect).parameters)
    assert shared == {"path"} | {
        f"recording__{key}" for key in ("reader", "rate_hz", "up_axis", "mapping")
    }


@pytest.mark.usefixtures("with_dummies")
def test_a_dummy_arrives_from_a_trial_file(tmp_path: Path) -> None:
    path = trial(tmp_path, 'tolerance_deg = 2\npolish = true\norder = "down"\nstart_file = "s"\n')
    settings, defaults = read_request(path, {})
    assert solver(settings) == (2.0, True, "down", tmp_path / "s", None)
    assert [line for line in defaults if "dummy" in line] == [
        "solver.title = dummy untitled (default)"
    ]
    _, defaults = read_request(trial(tmp_path, ""), {})
    for words in ("tolerance_deg = 0.5", "polish = false", "order = up", "start_file = dummy none"):
        assert f"solver.{words} (default)" in defaults


@pytest.mark.usefixtures("with_dummies")
@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("tolerance_deg = 0", "solver.tolerance_deg: wanted degrees, above 0, up to 10, found 0"),
        ("tolerance_deg = 11", "solver.tolerance_deg: wanted degrees, above 0, up to 10, found 11"),
        ("polish = 1", "solver.polish: wanted true or false, found 1"),
        ("order = 'left'", "solver.order: wanted one of up, down, found 'left'"),
        ("start_file = 3", "solver.start_file: wanted a path in quotes, found 3"),
        ("title = 3", "solver.title: wanted text in quotes, found 3"),
        ("titel = 'x'", "solver.titel: no such key. Did you mean 'title'?"),
    ],
)
def test_what_a_dummy_cannot_take_is_told(tmp_path: Path, line: str, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_trial(trial(tmp_path, line))
    assert words in str(caught.value)


@pytest.mark.usefixtures("with_dummies")
def test_a_dummy_arrives_from_its_flag(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[TrialSettings] = []
    monkeypatch.setattr(pipeline, "run_trial", lambda settings, **_: seen.append(settings) or 1 / 0)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s").touch()
    given = ("--tolerance", 3, "--polish", "--order", "down", "--start-file", "s", "--title", "t")
    run("run", "walk", *given, "--out", "out")
    assert solver(seen[0]) == (3.0, True, "down", tmp_path / "s", "t")
    code, told = run("run", "walk", "--tolerance", "11", "--order", "left", "--out", "out")
    assert code == 2
    assert "--tolerance: wanted degrees, above 0, up to 10, found 11" in told
    assert "--order: wanted one of up, down, found 'left'" in told


@pytest.mark.usefixtures("with_dummies")
def test_a_dummy_is_explained_in_help_template_and_page(tmp_path: Path, run: Run) -> None:
    _, text = run("run", "--help")
    group = text.split("Inverse kinematics:")[1].split("\n\n")[0]
    for words in ("--tolerance <deg>", "[above 0, up to 10;", "--polish / --no-polish",
                  "Dummy switch.", "--order up|down", "--start-file FILE", "dummy none",
                  "--title TEXT"):  # fmt: skip
        assert words in group
    path = tmp_path / "new.toml"
    write_trial(path, make_result().recording, RecordingSettings(path=tmp_path / "walk"))
    lines = path.read_text(encoding="utf-8").splitlines()
    for line in ("# Dummy tolerance. Degrees, above 0, up to 10. Default: 0.5.",
                 "# polish = false", "#   down: dummy downwards", '# start_file = "start.mot"',
                 '# title = "a title"'):  # fmt: skip
        assert line in lines
    for line in ("| `tolerance_deg` | `--tolerance` | degrees, above 0, up to 10 | `0.5` | Dummy",
                 "`--polish`, `--no-polish`", "dummy upwards", "dummy untitled"):  # fmt: skip
        assert line in document()


@pytest.mark.usefixtures("with_dummies")
def test_a_dummy_arrives_in_the_summary_and_from_python(tmp_path: Path) -> None:
    result = make_result()
    settings = replace(result.settings, solver=DummySolver(tolerance_deg=4.0, title="t"))
    check_settings(settings)
    SummaryExporter().write(replace(result, settings=settings), tmp_path)
    told = json.loads((tmp_path / f"{result.name}_summary.json").read_text(encoding="utf-8"))
    assert {key: told["settings"]["solver"][key] for key in KEYS} == {
        "tolerance_deg": 4.0,
        "polish": False,
        "order": "up",
        "start_file": None,
        "title": "t",
    }
    with pytest.raises(SettingsError, match=r"solver\.tolerance_deg: wanted degrees"):
        check_settings(replace(settings, solver=DummySolver(tolerance_deg=11.0)))


def trial(folder: Path, lines: str) -> Path:
    path = folder / "trial.toml"
    path.write_text(f'[recording]\npath = "walk"\n[solver]\n{lines}\n', encoding="utf-8")
    return path


def solver(settings: TrialSettings) -> tuple[Any, ...]:
    return tuple(getattr(settings.solver, key) for key in KEYS)


# --- help ----------------------------------------------------------------------------------

COMMANDS: Final = (
    "demo", "run", "inspect", "readers", "init", "selftest", "cohort", "report", "texts", "compare",
    "pool",
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_help_fits_a_screen_of_80_columns(run: Run, command: str) -> None:
    code, text = run(command, "--help")
    assert code == 0
    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b" not in text
    assert "\nOptions:\n" in text


def test_options_of_run_stand_in_groups(run: Run) -> None:
    _, text = run("run", "--help")
    places = [text.index(f"\n{heading}:\n") for heading in (*rows.GROUPS, "Output", "Options")]
    assert places == sorted(places)
    for one in rows.of_command("run"):
        begin = text.index(f"\n{one.group}:\n")
        assert f"  {one.flag_name}" in text[begin:].split("\n\n")[0], one.name
