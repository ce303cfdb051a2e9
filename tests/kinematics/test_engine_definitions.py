"""An engine is named in one row: a dummy solves, and the result says that it did."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest

from opensim_pelvis.config.settings import Engine, SolverSettings
from opensim_pelvis.config.trial import setting_definitions
from opensim_pelvis.config.trial.trial_file import read_trial
from opensim_pelvis.errors import SettingsError
from opensim_pelvis.kinematics import engine_definitions
from opensim_pelvis.kinematics.engine_definitions import ENGINES, EngineDefinition, load
from opensim_pelvis.kinematics.solve import solve_batch
from opensim_pelvis.pipeline import run
from opensim_pelvis.simulate import (
    SENSOR_MAP,
    SensorSettings,
    Session,
    simulate_runner,
    simulate_sensors,
)
from opensim_pelvis.types import Kinematics, Recording

DUMMY = EngineDefinition(
    name="dummy",  # type: ignore[arg-type]
    solve=f"{__name__}:solve_dummy",
    warm_up=None,
)


def solve_dummy(*args: Any, **kwargs: Any) -> Kinematics:
    return replace(solve_batch(*args, **kwargs), engine="dummy", accuracy="as the exact one's")


@pytest.fixture(scope="module")
def recording() -> Recording:
    truth = simulate_runner(session=Session(duration_s=5.0, rate_hz=50.0))
    return simulate_sensors(truth, SensorSettings(), ("pelvis",))


@pytest.fixture
def with_dummy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_definitions, "ENGINES", (*ENGINES, DUMMY))
    rows = tuple(
        replace(row, choices={**row.choices, "dummy": ""}) if row.name == "solver.engine" else row
        for row in setting_definitions.definitions()
    )
    monkeypatch.setattr(setting_definitions, "definitions", lambda: rows)


@pytest.mark.usefixtures("with_dummy")
def test_a_dummy_engine_is_asked_for_and_solves(recording: Recording, tmp_path: Path) -> None:
    path = tmp_path / "trial.toml"
    path.write_text(
        '[recording]\npath = "a"\n[sensors]\n"1" = "pelvis"\n[solver]\nengine = "dummy"\n',
        encoding="utf-8",
    )
    solver = read_trial(path).solver
    worn = {name: body for name, body in SENSOR_MAP.items() if body == "pelvis"}
    assert run(recording, sensors=worn, solver=solver).kinematics.engine == "dummy"


def test_an_engine_that_is_not_defined_is_refused(recording: Recording) -> None:
    with pytest.raises(SettingsError, match=r"solver\.engine"):
        run(recording, sensors={}, solver=SolverSettings(engine="dummy"))  # type: ignore[arg-type]


def test_every_engine_is_defined_and_is_there() -> None:
    assert tuple(engine.name for engine in ENGINES) == get_args(Engine)
    for engine in ENGINES:
        assert callable(load(engine.solve))
        assert engine.warm_up is None or callable(load(engine.warm_up))
