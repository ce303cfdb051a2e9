"""The trial file that `init` writes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.config.settings import (
    SECTIONS,
    CalibrationSettings,
    RecordingSettings,
)
from opensim_pelvis.config.trial.run_request import read_request
from opensim_pelvis.config.trial.template import write_trial
from opensim_pelvis.config.trial.trial_file import read_trial
from opensim_pelvis.errors import ExportError
from opensim_pelvis.types import Recording, SensorSignals


def _recording(*names: str) -> Recording:
    sensors = tuple(SensorSignals(identifier=n, counter=np.arange(3)) for n in names)
    return Recording(
        name="walk",
        reader="sto",
        rate_hz=100.0,
        rate_source="header",
        counter_source="row number",
        world_frame="z up",
        sensors=sensors,
        files=(),
    )


def test_a_template_reads_back_as_defaults(tmp_path: Path) -> None:
    path = tmp_path / "new.toml"
    source = RecordingSettings(path=tmp_path / "data" / "walk.sto", rate_hz=60.0)
    write_trial(path, _recording("pelvis_imu", 'odd "name"'), source)
    trial = read_trial(path)
    assert trial.sensors == {"pelvis_imu": "pelvis"}
    assert trial.recording == RecordingSettings(path=tmp_path / "data" / "walk.sto", rate_hz=60.0)
    assert trial.calibration == CalibrationSettings()
    text = path.read_text(encoding="utf-8")
    assert '# "odd \\"name\\"" = "..."' in text
    assert '\n# reader = "sto"\n' in text  # what the recording says is the example
    assert "\nrate_hz = 60.0\n" in text


def test_a_template_with_every_choice_taken_is_valid(tmp_path: Path) -> None:
    path = tmp_path / "new.toml"
    write_trial(path, _recording("a"), RecordingSettings(path=tmp_path / "walk"))
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        key = line.removeprefix("# ").split(" = ")[0].strip('"')
        known = {name for record in SECTIONS.values() for name in record.__dataclass_fields__}
        lines.append(line.removeprefix("# ") if key in known else line)
    path.write_text("\n".join(lines).replace('# "a" = "..."', 'a = "pelvis"'), encoding="utf-8")
    _, defaults = read_request(path, {})
    unset = {line.split(" = ")[0] for line in defaults}
    assert unset == set()


def test_a_template_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="cannot be written"):
        write_trial(tmp_path / "none" / "t.toml", _recording("a"), RecordingSettings(path=tmp_path))
