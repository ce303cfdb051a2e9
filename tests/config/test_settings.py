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
from opensim_pelvis.config.trial.sensor_map import read_sensor_map
from opensim_pelvis.config.trial.template import write_trial
from opensim_pelvis.config.trial.trial_file import read_trial
from opensim_pelvis.errors import ExportError, SettingsError
from opensim_pelvis.io.documents import to_plain
from opensim_pelvis.rotations import rotate
from opensim_pelvis.types import Recording, SensorSignals

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
    assert (trial.subject.height_m, trial.subject.sex) == (1.68, "female")
    assert (trial.activity.kind, trial.activity.surface) == ("running", "treadmill")
    assert trial.activity.events_file == tmp_path / "events.csv"
    assert (trial.activity.events_start_s, trial.activity.events) == (0.5, "sensors")
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
    assert "solver.weights = 1 for every sensor (default)" in defaults
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


# --- sensor maps ---------------------------------------------------------------------------

XML = """<?xml version="1.0" encoding="UTF-8" ?>
<OpenSimDocument><XsensDataReaderSettings><ExperimentalSensors>
<ExperimentalSensor name="_00B42268"><name_in_model>torso_imu</name_in_model></ExperimentalSensor>
<ExperimentalSensor name="_00B42279"><name_in_model> pelvis_imu </name_in_model>
</ExperimentalSensor></ExperimentalSensors></XsensDataReaderSettings></OpenSimDocument>
"""


@pytest.mark.parametrize("text", ['a = "pelvis"\n"b c" = "torso"\n', FULL])
def test_toml_maps_may_be_bare_or_a_table(tmp_path: Path, text: str) -> None:
    bodies = read_sensor_map(_write(tmp_path, text, "map.toml")).values()
    assert list(bodies) == ["pelvis", "torso"]


def test_the_map_of_opensense_is_read(tmp_path: Path) -> None:
    path = _write(tmp_path, XML, "map.xml")
    assert read_sensor_map(path) == {"_00B42268": "torso", "_00B42279": "pelvis"}


def test_the_real_map_of_opensense_names_eight_bodies(shared_data: Path) -> None:
    worn = read_sensor_map(shared_data / "opensense_walk" / "myIMUMappings.xml")
    assert len(set(worn.values())) == 8
    assert worn["_00B42279"] == "pelvis"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (XML[:200], "found damaged XML on line 3"),
        (XML.replace("torso_imu", "torso"), "'_00B42268': wanted a name and a name_in_model"),
        (XML.replace("_00B42268", "_00B42279"), "'_00B42279' is listed twice"),
        ("<a/>", "no ExperimentalSensor in it"),
        ("[sensors]\n", "it lists no sensor"),
        ("a = 3\n", "sensors.a: wanted a body in quotes, found 3"),
    ],
)
def test_faults_of_maps(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_sensor_map(_write(tmp_path, text, "map"))
    assert words in str(caught.value)


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


@pytest.mark.parametrize(
    ("stated", "iso"),
    [
        ("2026-11-24", "2026-11-24"),
        ("2026-11-24T10:30:00", "2026-11-24T10:30:00"),
        ("2026-11-24T10:30:00+01:00", "2026-11-24T10:30:00+01:00"),
        ("2026-11-24 10:30:00Z", "2026-11-24T10:30:00+00:00"),
        ('"2026-11-24T10:30"', "2026-11-24T10:30:00"),
    ],
)
def test_a_date_is_taken_as_toml_has_it_or_in_quotes(tmp_path: Path, stated: str, iso: str) -> None:
    path = tmp_path / "trial.toml"
    path.write_text(f'[recording]\npath = "walk"\ndate = {stated}\n', encoding="utf-8")
    settings, defaults = read_request(path, {})
    assert settings.recording.date is not None
    assert settings.recording.date.isoformat() == iso
    assert to_plain(settings)["recording"]["date"] == iso
    assert not [line for line in defaults if "recording.date" in line]
    flagged, _ = read_request(path, {"recording": {"date": "2025-01-02"}})
    assert flagged.recording.date is not None
    assert flagged.recording.date.isoformat() == "2025-01-02"


@pytest.mark.parametrize(
    "stated", ['"yesterday"', "10:30:00", "2026", '"24.11.2026"', "true", "0026-11-24", '""']
)
def test_a_date_that_is_none_is_a_fault_that_shows_one(tmp_path: Path, stated: str) -> None:
    path = tmp_path / "trial.toml"
    path.write_text(f'[recording]\npath = "walk"\ndate = {stated}\n', encoding="utf-8")
    with pytest.raises(SettingsError, match=r"recording\.date: wanted a (date such|year)"):
        read_trial(path)


def test_a_weight_without_a_side_counts_for_both(tmp_path: Path) -> None:
    trial = tmp_path / "trial.toml"
    trial.write_text(
        "[recording]\npath = 'walk'\n[solver.weights]\ntibia = 0.02\ntibia_l = 0.5\ntorso = 2\n",
        encoding="utf-8",
    )
    settings, _ = read_request(trial, {})
    assert settings.solver.weights == {"tibia_r": 0.02, "tibia_l": 0.5, "torso": 2.0}
    _, defaults = read_request(Path("walk"), {"solver": {"weights": []}})
    assert "solver.weights = 1 for every sensor (default)" in defaults
    settings, _ = read_request(trial, {"solver": {"weights": ["tibia=1", "calcn_r = 0.1"]}})
    assert settings.solver.weights == {
        "tibia_r": 1.0,
        "tibia_l": 1.0,  # a flag wins over the file, for both sides
        "calcn_r": 0.1,
        "torso": 2.0,
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tibia", "--weight: wanted BODY=WEIGHT such as tibia=0.02, found 'tibia'"),
        ("tibia=much", "bodies with weights from 0 to 1000"),
        ("shin=0.1", "no body is called 'shin'"),
        ("tibia=-1", "bodies with weights from 0 to 1000"),
    ],
)
def test_weights_that_cannot_be_are_told(text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        read_request(Path("walk"), {"solver": {"weights": [text]}})


@pytest.mark.parametrize("text", ["\u0663", "\uff13", "1_0", "nan", "inf", "0x1", "1" * 5000])
def test_a_weight_of_a_flag_is_a_plain_number(text: str) -> None:
    with pytest.raises(SettingsError, match="--weight"):
        read_request(Path("walk"), {"solver": {"weights": [f"pelvis={text}"]}})
