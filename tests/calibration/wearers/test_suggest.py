"""Suggestions for recordings of people in which nobody named a sensor."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from opensim_pelvis.calibration.wearers.suggest import suggest_from_movement, suggest_wearers
from opensim_pelvis.config.trial.sensor_map import read_sensor_map
from opensim_pelvis.config.trial.suggested import Suggestion
from opensim_pelvis.io.reading import read
from opensim_pelvis.types import Recording
from tests.real_sensors import GAITTOOLBOX


@pytest.fixture(scope="module")
def walk(shared_data: Path) -> Recording:
    return read(shared_data / "opensense_walk")


def test_movement_suggests_all_sensors_of_a_walk(walk: Recording, shared_data: Path) -> None:
    worn = read_sensor_map(shared_data / "opensense_walk" / "myIMUMappings.xml")
    found = suggest_from_movement(walk)
    assert {name: one.body for name, one in found.items()} == {
        name.lstrip("_"): body for name, body in worn.items()
    }


def test_what_movement_suggests_of_raw_signals_is_right_where_it_is_sure(shared_data: Path) -> None:
    found = suggest_from_movement(read(shared_data / "gaittoolbox_walk" / "imu"))
    assert len(found) >= 5
    assert {name: one.body for name, one in found.items()}.items() <= GAITTOOLBOX.items()


def test_a_mapping_beside_the_recording_goes_before_movement(
    walk: Recording, shared_data: Path, tmp_path: Path
) -> None:
    folder = shared_data / "opensense_walk"
    assert {one.source for one in suggest_wearers(walk, folder).values()} == {"file"}
    assert {one.source for one in suggest_wearers(walk, tmp_path).values()} == {"movement"}


def test_a_body_that_is_taken_by_name_is_suggested_to_no_other(
    walk: Recording, tmp_path: Path
) -> None:
    first, *others = walk.sensors
    renamed = replace(walk, sensors=(replace(first, identifier="Pelvis"), *others))
    found = suggest_wearers(renamed, tmp_path)
    assert found["Pelvis"] == Suggestion(body="pelvis", source="name")
    assert [one.body for one in found.values()].count("pelvis") == 1


def test_one_sensor_and_more_than_eight_are_left_to_a_person(walk: Recording) -> None:
    assert suggest_from_movement(replace(walk, sensors=walk.sensors[:1])) == {}
    more = tuple(replace(walk.sensors[0], identifier=f"extra {k}") for k in range(2))
    assert suggest_from_movement(replace(walk, sensors=walk.sensors + more)) == {}


def test_what_cannot_be_fused_suggests_nothing(walk: Recording) -> None:
    bare = tuple(replace(s, R_ES=None, acceleration_mps2=None) for s in walk.sensors)
    assert suggest_from_movement(replace(walk, sensors=bare)) == {}
