"""Every check of the self-test passes here, and fails when what it tries is broken."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from opensim_pelvis.cli import commands as cli
from opensim_pelvis.cli.screen.checks import outcome_line
from opensim_pelvis.cli.selftest import chain as stages
from opensim_pelvis.cli.selftest import formats as reading
from opensim_pelvis.cli.selftest import run as selftest
from opensim_pelvis.cli.selftest.checked import Check

READERS = [check.name for check in reading.CHECKS]


def named(name: str) -> Check:
    return next(check for check in selftest.CHECKS if check.name == name)


def outcome(name: str, shared: dict[str, Any] | None = None) -> selftest.Outcome:
    with tempfile.TemporaryDirectory() as folder:
        return selftest._try(named(name), Path(folder), {} if shared is None else shared)


@pytest.fixture(scope="module")
def solved() -> dict[str, Any]:
    shared: dict[str, Any] = {}
    stages._result(shared)
    return shared


def test_all_checks_pass_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, temporary = tmp_path / "work", tmp_path / "temporary"
    work.mkdir()
    temporary.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setattr(sys, "argv", ["opensim-pelvis", "selftest"])
    done = CliRunner().invoke(cli.app, ["selftest"])
    assert done.exit_code == 0, done.output
    lines = done.output.strip().splitlines()
    assert "opensim 4.6" in lines[0]
    assert lines[1:-1] == [f"ok      {check.name}" for check in selftest.CHECKS]
    assert lines[-1] == "all checks passed"
    assert not [*work.iterdir(), *temporary.iterdir()]


@pytest.mark.parametrize("name", READERS)
def test_a_reader_that_turns_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read = reading.read

    def wrong(*args: Any, **kwargs: Any) -> Any:
        found = read(*args, **kwargs)
        return replace(
            found, sensors=tuple(replace(s, R_ES=np.roll(s.R_ES, 1, axis=0)) for s in found.sensors)
        )

    monkeypatch.setattr(reading, "read", wrong)
    found = outcome(name)
    assert "orientations" in found.why
    assert outcome_line(found).startswith(f"failed  {name}: ")
    assert "install it again" in outcome_line(found)


@pytest.mark.parametrize("name", READERS)
def test_a_reader_that_cannot_be_loaded_is_found(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ImportError("libsomething.so: cannot open shared object file")

    monkeypatch.setattr(reading, "read", broken)
    assert outcome(name).why == "ImportError was raised"


def halve(place: str) -> Callable[[pytest.MonkeyPatch], None]:
    """Return what makes a function of the package raise."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    return lambda patch: patch.setattr(place, broken)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("fusion of raw signals", "opensim_pelvis.fusion.fuse.fuse_recording"),
        ("C3D written, and read by ezc3d", "ezc3d.ezc3d.c3d"),
        ("report: page and PDF, letters of many scripts", "opensim_pelvis.report.pdf.write_pdf"),
        ("comparison with a reference", "opensim_pelvis.validation.compare.compare"),
    ],
)
def test_a_stage_that_raises_is_found(
    name: str, place: str, solved: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    halve(place)(monkeypatch)
    assert outcome(name, solved).why == "RuntimeError was raised"


def test_an_opensim_that_raises_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    halve("opensim_pelvis.kinematics.osim.engine_check.solve_loop")(monkeypatch)
    assert outcome("OpenSim: model and inverse kinematics").why
    assert outcome("exact solver compared with OpenSim").why


def test_a_solver_that_differs_from_opensim_is_found(solved: dict[str, Any]) -> None:
    result = solved["result"]
    off = replace(result, engine_check=replace(result.engine_check, max_difference_rad=0.01))
    assert "OpenSim" in outcome("exact solver compared with OpenSim", {"result": off}).why
    none = replace(result, engine_check=None)
    assert outcome("exact solver compared with OpenSim", {"result": none}).why
    assert outcome("OpenSim: model and inverse kinematics", {"result": none}).why
    errors = replace(result.kinematics, errors_rad=result.kinematics.errors_rad + 0.1)
    assert "largest error" in (
        outcome(
            "exact solver compared with OpenSim", {"result": replace(result, kinematics=errors)}
        ).why
    )


def test_fused_orientations_that_are_wrong_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from opensim_pelvis.fusion import fuse

    true = fuse.fuse_recording

    def slow(recording: Any, *args: Any, **kwargs: Any) -> Any:
        halved = tuple(
            replace(s, angular_velocity_radps=0.3 * s.angular_velocity_radps)
            for s in recording.sensors
        )
        return true(replace(recording, sensors=halved), *args, **kwargs)

    monkeypatch.setattr(fuse, "fuse_recording", slow)
    assert "error of turning" in outcome("fusion of raw signals").why


def test_a_c3d_with_other_numbers_is_found(
    solved: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ezc3d import ezc3d

    true = ezc3d.c3d

    class Wrong:
        def __init__(self, path: str) -> None:
            self.file = true(path)

        def __getattr__(self, name: str) -> Any:
            return getattr(self.file, name)

        def get_points(self) -> Any:
            return np.asarray(self.file.get_points()) * 1.01

    monkeypatch.setattr(ezc3d, "c3d", lambda *given: Wrong(*given) if given else true())
    assert "angles" in outcome("C3D written, and read by ezc3d", solved).why


def test_fonts_that_are_not_there_are_found(
    solved: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opensim_pelvis.language.fonts.font_files", lambda: ())
    found = outcome("report: page and PDF, letters of many scripts", solved)
    assert "noto-cjk-sans-otc" in found.why


def test_a_failed_check_ends_with_code_2(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = selftest.Outcome("reader, X", "x", "do y")
    monkeypatch.setattr(selftest, "run_checks", lambda: iter([bad]))
    monkeypatch.setattr(sys, "argv", ["opensim-pelvis", "selftest"])
    done = CliRunner().invoke(cli.app, ["selftest"])
    assert done.exit_code == 2
    assert "failed  reader, X: x. do y" in done.output
