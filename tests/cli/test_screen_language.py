"""What the command line shows is in the language that it was told.

All texts are in Greek letters; a Latin word that a command still shows is a name: of a file, a
sensor, an angle, a setting, a package.
"""

from __future__ import annotations

import io
import json
import re
import shutil
from pathlib import Path
from unittest import mock

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from opensim_pelvis.cli.commands import app
from opensim_pelvis.cli.screen.agreement_table import render_pooled
from opensim_pelvis.cli.screen.words import speaking, spoken, word
from opensim_pelvis.cli.selftest.run import CHECKS, Outcome
from opensim_pelvis.language import read_language
from opensim_pelvis.validation.pooling import PooledAgreement
from tests.conftest import ROOT
from tests.exporting import few_figures
from tests.report.test_translation import LETTERS, UNITS, write_greek

NAMES = {
    *("demo", "exact", "vendor", "pelvis", "torso", "gyr", "simulated", "xsens", "E", "R"),
    *("Update", "Rate", "PacketCounter"),
}
"""Bodies, engines, readers, and fields of files."""

DATA = re.compile(
    r"doi:\S+|\S*[\\/]\S*|[\w-]+\.\w{2,5}\b|\w+_\w+|\b\w*\d\w*\b|(?<= )-?[xyz](?= )|\[[a-z]+\]"
    r"|[a-z_]+ = "
)
"""Links, paths, names of files, angles, sensors, axes, settings."""


@pytest.fixture(scope="module")
def greek(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_greek(tmp_path_factory.mktemp("language") / "el.po")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, greek: Path) -> tuple[Path, Result]:
    """The folder of a demonstration, and what the screen showed of it."""
    folder = tmp_path_factory.mktemp("demo")
    with mock.patch("opensim_pelvis.cli.execute.verbose", return_value=True):
        return folder, shown("demo", "--out", folder, language=greek)


def shown(*words: object, language: Path) -> Result:
    arguments = [*map(str, words), "--language", str(language)]
    done = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    assert spoken().code == "en"  # what one command is told does not reach the next
    return done


def latin(text: str, names: set[str] = NAMES) -> set[str]:
    return set(re.findall(r"[A-Za-z]+", DATA.sub(" ", text))) - UNITS - names


def test_no_english_is_left_of_a_run(demo: tuple[Path, Result]) -> None:
    output = demo[1].output
    assert len(output) > 5000
    settings = r"(?m)^ +- \[\w+\] .*$|^ +[a-z_]+.* = .*$"
    assert latin(re.sub(settings, "", output)) == set()
    assert re.search(r"\d,\d", output)


def test_notices_of_the_summary_are_in_the_language(demo: tuple[Path, Result]) -> None:
    summary = json.loads((demo[0] / "demo" / "demo_summary.json").read_text(encoding="utf-8"))
    assert summary["notices"]
    for told in summary["notices"]:
        assert latin(told["text"]) == set(), told
    assert "simulated, not measured" in summary["notes"]


def test_the_quick_start_shows_what_the_demonstration_prints(demo: tuple[Path, Result]) -> None:
    summary = json.loads((demo[0] / "demo" / "demo_summary.json").read_text(encoding="utf-8"))
    estimate = summary["running"]["measures"]["pelvic_rotation_range_deg"]["body"]["estimate"]
    page = (ROOT / "docs" / "quickstart.md").read_text(encoding="utf-8")
    assert f"quality {summary['quality']['verdict']}\n" in page
    value, u95 = estimate["value"], estimate["u95"]
    assert f"pelvic rotation range {value:.1f} ± {u95:.1f}° (95 %)\n" in page


def test_no_english_is_left_of_a_page_of_a_run(demo: tuple[Path, Result]) -> None:
    page = (demo[0] / "demo" / "demo_report.html").read_text(encoding="utf-8")
    assert '<html lang="el">' in page
    assert "Running report".translate(LETTERS) in page


def test_no_english_is_left_of_the_contents_of_a_recording(
    demo: tuple[Path, Result], greek: Path
) -> None:
    done = shown("inspect", demo[0] / "imu", language=greek)
    assert latin(done.output, NAMES | {"x", "y", "z"}) == set()


def test_no_english_is_left_of_the_readers(greek: Path) -> None:
    from opensim_pelvis.io.registry import READERS, list_plugins

    done = shown("readers", language=greek)
    assert latin(done.output, NAMES | set(list_plugins(READERS))) == set()


def test_no_english_is_left_of_a_comparison_and_of_a_cohort(
    demo: tuple[Path, Result], greek: Path, tmp_path: Path
) -> None:
    run = demo[0] / "demo"
    with few_figures():
        done = shown("compare", run, run / "demo_ik.mot", "--model", run / "demo_model.osim",
                     "--offset", 0, "--out", tmp_path / "one", language=greek)  # fmt: skip
    assert latin(done.output) == set()
    methods = (tmp_path / "one" / "methods.md").read_text(encoding="utf-8")
    assert latin(methods, NAMES | {"ik"}) == set()
    shutil.copytree(run, tmp_path / "copy")
    done = shown("cohort", run, tmp_path / "copy", "--out", tmp_path / "cohort", language=greek)
    assert "copy" in done.stderr
    assert latin(done.output) == set()


def test_no_english_is_left_of_pooled_comparisons(greek: Path) -> None:
    row = PooledAgreement(
        angle="pelvic_obliquity", value="range", subjects=3, trials=3, strides=30, bias=0.5,
        bias_interval=(0.1, 0.9), lower=-1.5, upper=2.5, sd_subject=0.0, sd_trial=0.5,
        sd_stride=0.5, converged=False,
    )  # fmt: skip
    screen = io.StringIO()
    with speaking(read_language(greek)):
        Console(file=screen, width=200).print(render_pooled([row], Path("pooled.csv")))
    assert latin(screen.getvalue()) == set()
    assert "0,1..0,9" in screen.getvalue()


def test_no_english_is_left_of_the_self_test(greek: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = [Outcome(check.name) for check in CHECKS]
    monkeypatch.setattr("opensim_pelvis.cli.selftest.run.run_checks", lambda: outcomes)
    output = shown("selftest", language=greek).output
    packages = output.partition("\n")[0]
    assert latin(output.removeprefix(packages)) == set()


def test_a_language_that_is_not_whole_is_told(tmp_path: Path) -> None:
    path = tmp_path / "de.po"
    assert CliRunner().invoke(app, ["texts", str(path), "--language", "de"]).exit_code == 0
    done = shown("readers", language=path)
    assert str(path) in done.stderr
    assert word("command.passed") == "all checks passed"
