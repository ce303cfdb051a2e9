"""The quick start is run as it stands: its commands, on a simulated recording called walk/."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from opensim_pelvis.cli.commands import app
from opensim_pelvis.simulate import simulate_sensors, write_xsens
from tests.simulated import short_run

PAGE = Path(__file__).resolve().parents[1] / "docs" / "quickstart.md"


def fenced(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def test_the_commands_of_the_quick_start_do_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    recording = simulate_sensors(short_run(duration_s=3.0, rate_hz=25.0))
    write_xsens(recording, tmp_path / "walk", prefix="walk")
    commands = [
        line.removeprefix("$ ") for block in fenced("console") for line in block.splitlines()
    ]
    assert [shlex.split(command)[1] for command in commands] == ["inspect", "init", "run", "run"]
    for command in commands:
        outcome = CliRunner().invoke(app, shlex.split(command)[1:], catch_exceptions=False)
        assert outcome.exit_code == 0, outcome.output
        if "init" in command:
            written = Path("trial.toml").read_text(encoding="utf-8")
            assert '"00B4F008"' in written
            (example,) = fenced("toml")
            Path("trial.toml").write_text(example, encoding="utf-8")
    results = {path.name for path in Path("results").rglob("*")}
    for name in ("walk", "second"):
        assert {f"{name}_model.osim", f"{name}_ik.mot", f"{name}.c3d"} <= results
