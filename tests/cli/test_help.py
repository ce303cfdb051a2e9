"""Help of every command."""

from __future__ import annotations

import os
import re
from typing import get_args

import pytest
from typer.main import get_command

from opensim_pelvis.cli import commands as cli
from tests.cli.conftest import Run
from tests.cli.processes import in_own_process

HELP_S = 0.3  # what the project promises; a cold start of Python and typer takes half of it


def test_help_answers_at_once() -> None:
    times = []
    for _ in range(3):
        before = os.times()
        answer = in_own_process("--help")
        after = os.times()
        # processor time: the wall clock would measure the tests that run beside this one
        spent = after.children_user + after.children_system
        times.append(spent - before.children_user - before.children_system)
    assert answer.returncode == 0
    assert min(times) < HELP_S


@pytest.mark.parametrize(
    "command",
    [
        *("demo", "run", "inspect", "report", "compare", "pool", "texts", "readers", "init"),
        *("cohort", "reference", "repeatability"),
    ],
)
def test_every_command_is_listed_and_explains_itself(run: Run, command: str) -> None:
    code, out, _ = run("--help")
    assert code == 0
    assert f"\n  {command} " in out
    assert "..." not in out.split("Commands:")[1].split("Examples:")[0]  # nothing is cut off
    code, out, _ = run(command, "--help")
    assert code == 0
    assert "Usage: opensim-pelvis " + command in out
    assert "{" not in out.partition("\n")[0]  # an argument stands as people type it


@pytest.mark.parametrize("columns", [40, 80, 200])
@pytest.mark.parametrize("command", ["", "run", "compare"])
def test_help_fits_the_screen(
    run: Run, command: str, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    code, out, _ = run(*command.split(), "--help")
    assert code == 0
    written = out.split("Examples:")[0].splitlines()  # commands to copy are not wrapped
    flags = [line for line in written if line.startswith("  --") and len(line.split()) == 2]
    assert max(len(line) for line in written if line not in flags) <= columns
    assert all(len(line) <= columns + 2 for line in flags)  # a flag with its choices is whole


@pytest.mark.parametrize(
    ("command", "taught"),
    [
        ("run", {"--sensors", "--static", "--heading-axis"}),
        ("report", {"--lab", "--agreement", "--repeatability"}),
        ("compare", {"--up-axis", "--model", "--offset", "--lab"}),
    ],
)
def test_examples_of_the_help_name_flags_that_exist(
    run: Run, command: str, taught: set[str]
) -> None:
    _, out, _ = run(command, "--help")
    usage, examples = out.split("Examples:")
    flags = set(re.findall(r"--[a-z-]+", examples))
    assert taught <= flags
    assert all(f"{flag} " in usage for flag in flags)


def test_choices_in_the_help_of_compare_are_those_that_are_taken() -> None:
    from opensim_pelvis.config.settings import Surface
    from opensim_pelvis.validation.alignment import BodyOffset, FitOn
    from opensim_pelvis.validation.sources import ReferenceKind

    parameters = get_command(cli.app).commands["compare"].params  # type: ignore[attr-defined]
    shown = {parameter.opts[0]: parameter.metavar for parameter in parameters}
    for flag, choices in (
        ("--reference", ReferenceKind),
        ("--heading-on", FitOn),
        ("--body-offset", BodyOffset),
        ("--surface", Surface),
    ):
        assert shown[flag] == "|".join(get_args(choices)), flag


def test_the_version_is_that_of_the_distribution(run: Run) -> None:
    from importlib.metadata import version

    assert run("--version")[:2] == (0, f"opensim-pelvis {version('opensim-pelvis')}\n")


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["co"], {"compare", "cohort"}),
        (["run", "--heigh"], {"--height"}),
        (["run", "walk", "--engine", "open"], {"opensim", "opensim-tool"}),
        (["run", "walk", "--sex", ""], {"female", "male"}),
        (["run", "walk", "-"], {"--verbose", "--language", "--static"}),
    ],
)
def test_a_shell_is_told_how_words_go_on(words: list[str], offered: set[str]) -> None:
    answer = in_own_process(
        _OPENSIM_PELVIS_COMPLETE="complete_bash",
        COMP_WORDS=" ".join(["opensim-pelvis", *words]),
        COMP_CWORD=str(len(words)),
    )
    assert (answer.returncode, answer.stderr) == (0, "")
    assert offered <= set(answer.stdout.split())
    assert len(offered) in {3, len(answer.stdout.split())}  # what else begins so is not offered


def test_the_script_of_a_shell_asks_by_the_variable_that_is_heard(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("typer.completion._get_shell_name", lambda: "bash")
    code, out, _ = run("--show-completion")
    assert code == 0
    assert "_OPENSIM_PELVIS_COMPLETE=complete_bash" in out
