"""Sensor maps: what is read, and what each fault says."""

from __future__ import annotations

from pathlib import Path

import pytest

from opensim_pelvis.config.trial.sensor_map import read_sensor_map
from opensim_pelvis.errors import SettingsError
from tests.config.test_settings import FULL, _write

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
