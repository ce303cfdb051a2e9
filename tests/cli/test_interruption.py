"""Somebody stops the program: exit code 130, one line, nothing changed, no traceback."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from tests.robustness.interrupts import (
    LIMIT_S,
    Outcome,
    fingerprint,
    make_trial,
    start,
)

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals of POSIX")

AT = """
import importlib, os, signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
module, name, number, how = {module!r}, {name!r}, {number}, {how!r}

def stop(*_, **__):
    os.kill(os.getpid(), number)
    if how == "again":
        try:
            time.sleep(3.0)
        finally:
            os.kill(os.getpid(), number)
            time.sleep(0.1)
    if how == "deaf":  # something swallows what is raised, and goes on
        end = time.monotonic() + 600.0
        while time.monotonic() < end:
            try:
                time.sleep(0.1)
            except KeyboardInterrupt:
                pass
    time.sleep(3.0)

def patched():
    found = importlib.import_module(module)
    owner, _, attribute = name.rpartition(".")
    owner = getattr(found, owner) if owner else found
    inner = getattr(owner, attribute)
    def both(*words, **named):
        done = inner(*words, **named) if how == "after" else None
        stop()
        return done
    setattr(owner, attribute, both)

from opensim_pelvis import __main__ as start
if module == "import":
    import builtins
    inner = builtins.__import__
    def load(what, *words, **named):
        if what == name:
            stop()
        return inner(what, *words, **named)
    builtins.__import__ = load
else:
    patched()
start.main()
"""

NO_FIGURES = """
from opensim_pelvis.io import output
inner_list = output.list_plugins
output.list_plugins = lambda group: [n for n in inner_list(group) if n not in ("report", "pdf")]
"""

RUN = ("run", "trial.toml", "--out", "results")
MOMENTS = {
    "importing typer": ("import", "typer", RUN, ""),
    "importing OpenSim": ("import", "opensim", RUN, ""),
    "reading": ("opensim_pelvis.io.readers.xsens", "XsensReader.read", RUN, ""),
    "reading in a thread": ("opensim_pelvis.io.tables.number_columns", "read_numbers", RUN, ""),
    "compiling": ("opensim_pelvis.kinematics.solve.warm_up", "prepare", RUN, ""),
    "placing": ("opensim_pelvis.pipeline", "calibrate_described", RUN, ""),
    "building the model": ("opensim_pelvis.kinematics.osim.model", "build_model", RUN, "after"),
    "solving in threads": ("opensim_pelvis.kinematics.solve.problem", "solve_frames", RUN, ""),
    "deaf to it": ("opensim_pelvis.pipeline", "analyse_running", RUN, "deaf"),
    "twice": ("opensim_pelvis.pipeline", "analyse_running", RUN, "again"),
    "plotting": ("opensim_pelvis.report.exporter", "PdfExporter.write", RUN, ""),
    "writing, files there": ("opensim_pelvis.io.exporters.sto", "StoExporter.write", RUN, "after"),
    "the demonstration": (
        "opensim_pelvis.simulate.demo",
        "write_xsens",
        ("demo", "--out", "a/b"),
        "after",
    ),
    "inspecting": (
        "opensim_pelvis.timeline.align",
        "audit_recording",
        ("inspect", "trial.toml"),
        "",
    ),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a trial and earlier results."""
    made = tmp_path_factory.mktemp("stopped")
    make_trial(made, duration_s=4.0)
    (made / "results").mkdir()
    (made / "results" / "walk_ik.mot").write_text("earlier", encoding="utf-8")
    return made


def outcome_of(process: subprocess.Popen[str], folder: Path, before: dict[str, str]) -> Outcome:
    _, error = process.communicate(timeout=LIMIT_S)
    return Outcome(process.returncode, error, 0.0, fingerprint(folder) != before)


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_interruption_is_one_line_and_changes_nothing(folder: Path, moment: str) -> None:
    module, name, words, how = MOMENTS[moment]
    before = dict(fingerprint(folder))
    code = AT.format(module=module, name=name, number=int(signal.SIGINT), how=how)
    if name == "StoExporter.write":  # which comes after page and PDF, half of the time
        code = NO_FIGURES + code
    outcome = outcome_of(start(folder, *words, code=code), folder, before)
    assert outcome.fault is None, outcome.error
    assert outcome.code == 130
    assert outcome.error == "interrupted: nothing was changed\n"


def test_a_polite_kill_is_the_same(folder: Path) -> None:
    before = dict(fingerprint(folder))
    code = AT.format(
        module="opensim_pelvis.pipeline",
        name="calibrate_described",
        number=int(signal.SIGTERM),
        how="",
    )
    outcome = outcome_of(start(folder, *RUN, code=code), folder, before)
    assert (outcome.code, outcome.changed) == (130, False)
    assert outcome.error == "interrupted: nothing was changed\n"


def test_what_was_written_before_the_interruption_is_said(folder: Path, tmp_path: Path) -> None:
    make_trial(tmp_path, duration_s=4.0)
    code = AT.format(
        module="opensim_pelvis.io.output", name="write", number=int(signal.SIGINT), how="after"
    )
    process = start(tmp_path, *RUN, code=NO_FIGURES + code)
    _, error = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 130
    assert error == "interrupted: files written so far are in results\n"


def test_a_job_in_the_background_does_not_hear_ctrl_c(folder: Path) -> None:
    """A shell lets it ignore the signal; the program leaves it at that."""
    code = (
        "import signal, os; signal.signal(signal.SIGINT, signal.SIG_IGN); "
        "from opensim_pelvis.__main__ import main; import opensim_pelvis.cli.commands as cli; "
        "inner = cli.main; "
        "cli.main = lambda: (os.kill(os.getpid(), signal.SIGINT), inner()); main()"
    )
    process = start(folder, "inspect", "trial.toml", code=code)
    _, error = process.communicate(timeout=LIMIT_S)
    assert (process.returncode, error) == (0, "")
