"""The command line says when a recording was made, or that nobody stated it."""

from __future__ import annotations

import shutil
from pathlib import Path

from typer.testing import CliRunner

from opensim_pelvis.cli.commands import app

FIXTURES = Path(__file__).parents[2] / "fixtures"


def inspect(path: Path) -> str:
    done = CliRunner().invoke(app, ["inspect", str(path)])
    assert done.exit_code == 0
    return " ".join(done.output.split())


def test_a_recording_is_shown_with_its_date_and_source() -> None:
    shown = inspect(FIXTURES / "dot_app")
    assert "2021-08-20 20:21:13 UTC+08:00 (the header field StartTime)" in shown


def test_without_a_date_the_screen_says_how_to_give_it() -> None:
    shown = inspect(FIXTURES / "opensense.sto")
    assert "date not stated in the recording; give it with --date" in shown


def test_the_date_of_a_trial_file_is_shown(tmp_path: Path) -> None:
    recording = shutil.copy(FIXTURES / "opensense.sto", tmp_path)
    trial = tmp_path / "trial.toml"
    trial.write_text(
        f"[recording]\npath = '{Path(recording).name}'\ndate = 2026-11-24T10:30:00+01:00\n",
        encoding="utf-8",
    )
    assert "2026-11-24 10:30:00 UTC+01:00 (given by the user)" in inspect(trial)
