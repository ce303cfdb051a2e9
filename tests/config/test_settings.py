"""Trial files, sensor maps and flags: what is read, and what each fault says."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.config.settings import (
    SECTIONS,
    CalibrationSettings,
    RecordingSettings,
    TrialSettings,
)
from opensim_pelvis.config.trial.defaults import list_defaults
from opensim_pelvis.config.trial.run_request import read_request
from opensim_pelvis.config.trial.trial_file import read_trial
from opensim_pelvis.errors import SettingsError
from opensim_pelvis.io.documents import to_plain
from opensim_pelvis.rotations import rotate

WEIGHTS = (
    "solver.weights = 1; for shanks and feet 0.02 in a model whose joints cannot follow them "
    "(default)"
)
FULL = """
[recording]
path = "walk"
reader = "xsens"
rate_hz = 100
name = "walk-1"
up_axis = "z"
mapping = "columns.toml"
date = 2026-11-24T10:30:00
simulated = true
[sensors]
"00B42279" = "pelvis"
"00B42268" = "torso_imu"
[fusion]
orientations = "fused"
magnetometer = true
gyroscope = "instant"
[timeline]
rate_hz = 100
synchronise = "trigger"
trigger_s = { "00B42279" = 1.25, "00B42268" = -3 }
max_gap_s = 0.1
[calibration]
method = "static"
window_s = [0, 2.5]
base = "pelvis"
heading_axis = "-z"
sensor_headings = "body"
drift = "none"
flexion_window_s = [4, 10]
placement = "earlier_summary.json"
attachment = "monday morning"
max_spread_deg = 3
[subject]
id = "S01"
sex = "female"
height_m = 1.68
mass_kg = 58
[activity]
kind = "running"
speed_mps = 3.6
surface = "treadmill"
speed_file = "speed.csv"
speed_start_s = -12.5
events_file = "events.csv"
events_start_s = 0.5
events = "sensors"
[solver]
engine = "opensim-tool"
weights = { torso = 0.5 }
[guidance]
reference = "people.toml"
[report]
lab = "lab.toml"
language = "de.po"
"""


def _write(folder: Path, text: str, name: str = "trial.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _fault(path: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        read_trial(path)
    return str(caught.value)


def test_every_key_of_a_trial_file_is_read(tmp_path: Path) -> None:
    trial = read_trial(_write(tmp_path, FULL))
    assert trial.recording.path == tmp_path / "walk"
    assert trial.recording.mapping == tmp_path / "columns.toml"
    assert trial.sensors == {"00B42279": "pelvis", "00B42268": "torso"}
    assert trial.timeline.trigger_s == {"00B42279": 1.25, "00B42268": -3.0}
    assert trial.calibration.window_s == (0.0, 2.5)
    assert trial.calibration.heading_axis == "-z"
    assert trial.calibration.attachment == "monday morning"
    assert (trial.subject.height_m, trial.subject.sex) == (1.68, "female")
    assert (trial.activity.kind, trial.activity.surface) == ("running", "treadmill")
    assert trial.activity.events_file == tmp_path / "events.csv"
    assert (trial.activity.events_start_s, trial.activity.events) == (0.5, "sensors")
    assert trial.guidance.reference == tmp_path / "people.toml"
    assert trial.solver.weights == {"torso": 0.5}
    stated = tomllib.loads(FULL)
    known = {name: set(record.__dataclass_fields__) for name, record in SECTIONS.items()}
    assert {name: set(stated[name]) for name in SECTIONS} | {"solver": known["solver"]} == known


def test_mountings_are_read_in_words_and_in_numbers(tmp_path: Path) -> None:
    text = """[recording]
path = "a"
[mountings]
pelvis = "x up, z back"
femur_l = "x up and z out"
torso = [1.0, 0.0, 0.0, 0.0]
"""
    mountings = read_trial(_write(tmp_path, text)).mountings
    for body in ("femur_l", "pelvis"):
        up, outward = rotate(np.array(mountings[body]), np.eye(3)[[0, 2]])
        np.testing.assert_allclose(up, [0.0, 1.0, 0.0], atol=1e-12)
        expected = [0.0, 0.0, -1.0] if body == "femur_l" else [-1.0, 0.0, 0.0]
        np.testing.assert_allclose(outward, expected, atol=1e-12)
    assert mountings["torso"] == (1.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    "value", ['"x up"', '"x up, y up"', '"x up, -x back"', '"q up, z back"', '"x out, z up"', "3"]
)
def test_a_mounting_that_says_nothing_clear_is_an_error(tmp_path: Path, value: str) -> None:
    text = f'[recording]\npath = "a"\n[mountings]\npelvis = {value}\n'
    assert "mountings.pelvis: wanted two axes of the sensor case" in _fault(_write(tmp_path, text))


def test_only_the_path_is_needed_and_all_else_is_named_as_default(tmp_path: Path) -> None:
    trial, defaults = read_request(_write(tmp_path, '[recording]\npath = "a"\n'), {})
    assert trial == TrialSettings(recording=RecordingSettings(path=tmp_path / "a"))
    assert "calibration.base = pelvis (default)" in defaults
    assert "calibration.window_s = found in the recording (default)" in defaults
    assert WEIGHTS in defaults
    keys = sum(len(record.__dataclass_fields__) for record in SECTIONS.values())
    assert len(defaults) == keys - 2  # all but the path, and that a person was measured
    assert not any("simulated" in line for line in defaults)


def test_a_value_that_is_stated_is_no_default_even_if_equal(tmp_path: Path) -> None:
    text = '[recording]\npath = "a"\n[calibration]\nbase = "pelvis"\n'
    trial, defaults = read_request(_write(tmp_path, text), {})
    assert not any(line.startswith("calibration.base") for line in defaults)
    assert "calibration.base = pelvis (default)" in list_defaults(trial)


def test_a_byte_order_mark_of_windows_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "trial.toml"
    path.write_bytes(b'\xef\xbb\xbf[recording]\r\npath = "a"\r\n')
    assert read_trial(path).recording.path == tmp_path / "a"


FAULTS = {
    "[recordng]\npath='a'": "[recordng]: no such table. Did you mean 'recording'?",
    "[calibration]\nheading_axes='z'": "heading_axes: no such key. Did you mean 'heading_axis'?",
    "[recording]\nheight_m=1.7": "recording.height_m: no such key. It belongs under [subject].",
    "path='a'": "is outside any table. 'path' belongs under [recording].",
    "recording='a'": "wanted a table [recording].",
    "[calibration]\nheading_axis='q'": "wanted one of x, -x, y, -y, z, -z, found 'q'",
    "[calibration]\nheading_axis=1": "wanted one of x, -x, y, -y, z, -z, found 1",
    "[calibration]\nwindow_s=[2, 1]": "the end not before the start, found [2, 1]",
    "[calibration]\nwindow_s=[0, nan]": "wanted start and end in seconds",
    "[calibration]\nwindow_s=2": "wanted start and end in seconds",
    "[calibration]\nbase='pelvs'": "no body is called 'pelvs'. Did you mean 'pelvis'?",
    "[recording]\nrate_hz='100'": "recording.rate_hz: wanted samples per second",
    "[recording]\nrate_hz=true": "recording.rate_hz: wanted samples per second",
    "[recording]\nrate_hz=0": "found 0",
    "[recording]\npath=''": "recording.path: wanted a path in quotes, found ''",
    "[recording]\nname='a/b'": "can begin a file's name (it contains '/'), found 'a/b'",
    "[subject]\nheight_m=168": "subject.height_m: wanted metres, from 0.5 to 2.5, found 168",
    "[subject]\nmass_kg=inf": "wanted kilograms",
    "[subject]\nid=7": "subject.id: wanted text in quotes, found 7",
    "[solver]\nmax_gap_s=0.1": "solver.max_gap_s: no such key. It belongs under [timeline].",
    "[timeline]\nmax_gap_s=-1": "wanted seconds, from 0 to 10, found -1",
    "[solver]\nweights=2": "such as { tibia = 0.02, calcn = 0.02 }",
    "[solver]\nweights={pelvs=2}": "no body is called 'pelvs'",
    "[sensors]\n'a'='pelviss'": "sensors.a: no body is called 'pelviss'. Did you mean 'pelvis'?",
    "[sensors]\na.b='pelvis'": "Put an identifier with a dot or a space in quotes",
    "[sensors]\na=1": "wanted a body in quotes, found 1",
    "": "the file is empty",
    "[recording\npath='a'": "not valid TOML",
    '[recording]\npath="C:\\data"': "a Windows path in single",
}


@pytest.mark.parametrize("text", FAULTS)
def test_each_fault_says_what_was_wanted_and_found(tmp_path: Path, text: str) -> None:
    path = _write(tmp_path, text)
    message = _fault(path)
    assert FAULTS[text] in message
    assert message.startswith(str(path))


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    text = "[subject]\nhight_m=1.7\nsex='f'\n[sensors]\na='pelviss'\n[solver]\nengine='x'\n"
    message = _fault(_write(tmp_path, text))
    assert "5 faults" in message
    for part in ("hight_m", "subject.sex", "recording.path", "sensors.a", "solver.engine"):
        assert part in message


def test_another_model_may_have_other_bodies(tmp_path: Path) -> None:
    text = "[recording]\npath='a'\n[sensors]\nx='humerus_r'\n[solver]\nmodel='my.osim'\n"
    trial = read_trial(_write(tmp_path, text))
    assert trial.sensors == {"x": "humerus_r"}
    assert trial.solver.model == tmp_path / "my.osim"


def test_files_that_are_no_text_are_refused(tmp_path: Path) -> None:
    binary = tmp_path / "trial.toml"
    binary.write_bytes(bytes(range(128, 256)))
    assert "wanted text in UTF-8, found other bytes on line 1" in _fault(binary)
    assert "there is no such file" in _fault(tmp_path / "none.toml")
    folder = tmp_path / "folder.toml"
    folder.mkdir()
    assert "wanted a file, found a folder" in _fault(folder)


# --- flags ---------------------------------------------------------------------------------


def test_flags_win_over_the_file_key_by_key(tmp_path: Path) -> None:
    flags = {"calibration": {"window_s": (3.0, 5.0), "base": None}, "subject": {"sex": "male"}}
    trial, _ = read_request(_write(tmp_path, FULL), flags, sensors=["00B421E6=calcn_l"])
    assert trial.calibration == CalibrationSettings(
        window_s=(3.0, 5.0),
        base="pelvis",
        heading_axis="-z",
        max_spread_deg=3.0,
        sensor_headings="body",
        drift="none",
        flexion_window_s=(4.0, 10.0),
        placement=tmp_path / "earlier_summary.json",
        attachment="monday morning",
    )
    assert (trial.subject.sex, trial.subject.id) == ("male", "S01")
    assert trial.sensors["00B421E6"] == "calcn_l"
    assert len(trial.sensors) == 3


def test_a_map_takes_the_place_of_the_sensors_in_the_file(tmp_path: Path) -> None:
    other = _write(tmp_path, 'x = "tibia_r"\n', "map.toml")
    trial, _ = read_request(_write(tmp_path, FULL), {}, sensor_map=other)
    assert trial.sensors == {"x": "tibia_r"}


def test_a_recording_needs_no_trial_file(tmp_path: Path) -> None:
    trial, defaults = read_request(tmp_path, {"recording": {"rate_hz": 60}}, sensors=["a=b=torso"])
    assert trial.recording == RecordingSettings(path=tmp_path, rate_hz=60.0)
    assert trial.sensors == {"a=b": "torso"}  # the last equals sign parts them
    assert not any(line.startswith("recording.rate_hz") for line in defaults)


def test_faults_of_flags_name_the_command_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^command line: --engine: wanted one of"):
        read_request(tmp_path, {"solver": {"engine": "fast"}})
    with pytest.raises(SettingsError, match=r"^--sensor: 2 faults"):
        read_request(tmp_path, {}, sensors=["pelvis", "=x"])


# --- out again -----------------------------------------------------------------------------


def test_plain_settings_survive_json(tmp_path: Path) -> None:
    plain = to_plain(read_trial(_write(tmp_path, FULL)))
    assert json.loads(json.dumps(plain)) == plain
    assert plain["calibration"]["window_s"] == [0.0, 2.5]
    assert plain["solver"]["weights"] == {"torso": 0.5}
