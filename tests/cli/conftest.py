"""What tests of the command share: a call in this process, a trial."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from opensim_pelvis import pipeline
from opensim_pelvis.cli import commands as cli
from opensim_pelvis.config.settings import TrialSettings
from opensim_pelvis.simulate.runner import Session, typical_runner
from opensim_pelvis.simulate.sensors import SensorSettings, simulate_sensors
from opensim_pelvis.simulate.trial import write_trial
from opensim_pelvis.simulate.truth import simulate_runner
from opensim_pelvis.simulate.writers import write_xsens
from opensim_pelvis.types import Result

COLUMNS = 80

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Call the command in this process; return exit code, stdout, stderr."""
    monkeypatch.setenv("COLUMNS", str(COLUMNS))
    # as a script has it: the usage line would else speak of `python -m pytest`
    monkeypatch.setattr(sys.modules["__main__"], "__package__", None)

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["opensim-pelvis", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            cli.main()
        code = caught.value.code
        out, err = capsys.readouterr()
        return (0 if code is None else int(code)), out, err

    return call


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Trial file of a short simulated run, Xsens files beside it."""
    folder = tmp_path_factory.mktemp("simulated")
    truth = simulate_runner(typical_runner("female"), Session(duration_s=4.0, rate_hz=60.0))
    recording = simulate_sensors(truth, SensorSettings(seed=1))
    write_xsens(recording, folder / "imu")
    return write_trial(folder / "trial.toml", truth, recording="imu")


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[TrialSettings]:
    """Settings that reach the pipeline, which goes no further."""
    settings_seen: list[TrialSettings] = []

    def stop(settings: TrialSettings, **_: object) -> Result:
        settings_seen.append(settings)
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "run_trial", stop)
    return settings_seen
