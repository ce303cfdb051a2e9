"""Who wears which sensor by its name or by a mapping beside the recording."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.config.trial.suggested import Suggestion, body_named, suggest_stated
from opensim_pelvis.config.trial.template import write_trial
from opensim_pelvis.config.trial.trial_file import read_trial
from opensim_pelvis.types import Recording, SensorSignals

MAPPING = """<?xml version="1.0" encoding="UTF-8" ?>
<OpenSimDocument Version="40000"><XsensDataReaderSettings><ExperimentalSensors>
<ExperimentalSensor name="_00B1"><name_in_model>pelvis_imu</name_in_model></ExperimentalSensor>
<ExperimentalSensor name="_00B9"><name_in_model>torso_imu</name_in_model></ExperimentalSensor>
</ExperimentalSensors></XsensDataReaderSettings></OpenSimDocument>
"""


@pytest.mark.parametrize(
    ("identifier", "body"),
    [
        ("Pelvis", "pelvis"),
        ("pelvis_imu", "pelvis"),
        ("LFemur", "femur_l"),
        ("RTibia", "tibia_r"),
        ("Left Upper Leg", "femur_l"),
        ("RightLowerLeg", "tibia_r"),
        ("Right Foot", "calcn_r"),
        ("left_thigh", "femur_l"),
        ("thigh-R", "femur_r"),
        ("T8", "torso"),
        ("Lumbar", "pelvis"),
        ("00B42279", None),
        ("Left Hand", None),
        ("LeftUpperArm", None),
        ("Left Right Foot", None),
        ("Foot", None),
        ("T12", None),
        ("Pelvis left", None),
        ("", None),
    ],
)
def test_names_say_a_body_or_nothing(identifier: str, body: str | None) -> None:
    assert body_named(identifier) == body


def test_two_sensors_of_one_name_are_left_to_a_person(tmp_path: Path) -> None:
    found = suggest_stated(("LFemur", "left thigh", "Pelvis"), tmp_path)
    assert found == {"Pelvis": Suggestion(body="pelvis", source="name")}


def test_a_mapping_in_the_folder_goes_before_names(tmp_path: Path) -> None:
    (tmp_path / "map.xml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "other.xml").write_text("<a/>", encoding="utf-8")
    found = suggest_stated(("00B1", "Pelvis", "LFemur"), tmp_path)
    assert found == {
        "00B1": Suggestion(body="pelvis", source="file", file="map.xml"),
        "LFemur": Suggestion(body="femur_l", source="name"),
    }
    (tmp_path / "map2.xml").write_text(MAPPING, encoding="utf-8")
    assert set(suggest_stated(("00B1", "LFemur"), tmp_path)) == {"LFemur"}, "which of the two?"


def test_the_trial_file_states_what_is_known_and_only_suggests_what_moves(tmp_path: Path) -> None:
    path = tmp_path / "trial.toml"
    names = ("A", "B", "C", "D")
    recording = Recording(
        name="walk",
        reader="sto",
        rate_hz=100.0,
        rate_source="header",
        counter_source="row number",
        world_frame="z up",
        sensors=tuple(SensorSignals(identifier=n, counter=np.arange(3)) for n in names),
        files=(),
    )
    suggested = {
        "A": Suggestion(body="pelvis", source="name"),
        "B": Suggestion(body="torso", source="movement", probability=0.9999),
        "C": Suggestion(body="femur_r", source="file", file="map.xml"),
    }
    write_trial(path, recording, RecordingSettings(path=tmp_path / "walk"), suggested)
    text = path.read_text(encoding="utf-8")
    assert '"A" = "pelvis"  # from its name' in text
    assert '# "B" = "torso"  # suggested from movement, 99 %' in text
    assert '"C" = "femur_r"  # from map.xml' in text
    assert '# "D" = "..."' in text
    assert read_trial(path).sensors == {"A": "pelvis", "C": "femur_r"}
