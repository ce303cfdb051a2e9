"""`inspect`, `readers` and `init`."""

from __future__ import annotations

from pathlib import Path

import pytest

from opensim_pelvis.config.settings import TrialSettings
from opensim_pelvis.errors import PluginError
from opensim_pelvis.simulate.runner import Session, typical_runner
from opensim_pelvis.simulate.sensors import SensorSettings, simulate_sensors
from opensim_pelvis.simulate.truth import simulate_runner
from opensim_pelvis.simulate.writers import write_sto
from tests.c3d_files import Kind, write_kind
from tests.cli.conftest import COLUMNS, Run
from tests.cli.test_cli import _fails


def test_inspect_shows_what_a_c3d_file_without_sensors_holds(run: Run, tmp_path: Path) -> None:
    path = write_kind(tmp_path / "optical.c3d", Kind()).path
    code, out, _ = run("inspect", path)
    assert code == 0
    assert "optical.c3d: a C3D file without inertial sensors" in out
    assert "reference of markers: opensim-pelvis compare RESULT" in out
    code, _, err = run("run", path, "--out", tmp_path / "out")
    assert code == 2
    assert "wanted IMU channels or a ROTATION group" in err


def test_inspect_shows_sensors_rate_and_who_wore_what(run: Run, trial: Path) -> None:
    code, out, _ = run("inspect", trial)
    assert code == 0
    for words in ("xsens", "60 Hz (", "body", "calcn_l", "PacketCounter", "world frame"):
        assert words in out
    assert max(map(len, out.splitlines())) <= COLUMNS


def test_inspect_shows_a_recording_whose_map_does_not_fit(run: Run, trial: Path) -> None:
    text = trial.read_text(encoding="utf-8").replace("00B4F001", "00B4F0XX")
    odd = trial.with_name("odd.toml")
    odd.write_text(text, encoding="utf-8")
    code, out, _ = run("inspect", odd)
    assert code == 0
    assert "no sensor is named '00B4F0XX'" in " ".join(out.split())


def test_readers_lists_formats_and_names_what_is_broken(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from opensim_pelvis.io import registry

    sound = registry.load_reader

    def load(name: str) -> registry.Reader:
        if name == "sto":
            raise PluginError("reader 'sto' cannot be loaded: it is broken")
        return sound(name)

    monkeypatch.setattr(registry, "load_reader", load)
    code, out, _ = run("readers")
    assert code == 0
    assert "xsens" in out
    assert "reader 'sto' cannot be loaded" in out


def test_init_writes_a_file_that_runs_and_spares_an_existing_one(
    run: Run, tmp_path: Path, seen: list[TrialSettings]
) -> None:
    truth = simulate_runner(typical_runner("male"), Session(duration_s=2.0, rate_hz=60.0))
    recording = simulate_sensors(truth, SensorSettings(seed=2))
    table = tmp_path / "run.sto"
    write_sto(recording, table)
    new = tmp_path / "sub.toml"
    code, out, _ = run("init", table, "--out", new)
    assert code == 0
    assert f"opensim-pelvis run {new}" in out
    before = new.read_text(encoding="utf-8")
    _fails(run("init", table, "--out", new), "already exists", "--overwrite")
    assert new.read_text(encoding="utf-8") == before
    assert run("init", table, "--out", new, "--force")[0] == 0
    run("run", new, "--out", tmp_path)
    assert seen[0].recording.path == table
    assert seen[0].sensors["pelvis_imu"] == "pelvis"
    assert len(seen[0].sensors) == len(recording.sensors)
