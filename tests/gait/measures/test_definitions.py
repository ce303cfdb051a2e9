"""A definition that no closed-form test names fails here."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final

import numpy as np
import pytest

from opensim_pelvis.gait.measures import definitions
from opensim_pelvis.gait.measures.compute import MEASURES
from opensim_pelvis.gait.measures.definitions import definition_of
from opensim_pelvis.kinematics.angle_definitions import DEFINITIONS
from opensim_pelvis.types import MeasureDefinition
from tests.gait.measures import (
    test_clinical_angles,
    test_hip,
    test_opensim_order,
    test_optical,
    test_pelvis,
    test_posture,
    test_timing,
    test_trunk,
)

ERRORS: Final = {
    "pelvic_rotation_range_deg": 4.3,
    "pelvic_rotation_range_optical_deg": 1.6,
    "pelvic_obliquity_range_deg": 4.3,
    "pelvic_tilt_range_deg": 4.3,
    "pelvic_rotation_slow_range_deg": 4.3,
    "pelvic_obliquity_slow_range_deg": 4.3,
    "pelvic_tilt_slow_range_deg": 4.3,
    "pelvic_drop_deg": 3.3,
    "hip_extension_peak_deg": 8.0,
}
"""Known errors as their sources state them."""

FAMILIES: Final = (
    test_pelvis,
    test_opensim_order,
    test_optical,
    test_hip,
    test_trunk,
    test_timing,
    test_posture,
)


def test_every_measure_has_a_value_written_by_hand() -> None:
    tested = [name for family in FAMILIES for name in family.VALUES]
    assert sorted(tested) == sorted(MEASURES)


def test_every_angle_has_a_pose_made_by_hand() -> None:
    assert set(test_clinical_angles.ANGLES) == {definition.name for definition in DEFINITIONS}


def test_values_of_right_and_left_differ_so_that_a_swapped_side_is_seen() -> None:
    for family in FAMILIES:
        for name, value in family.VALUES.items():
            assert value.right != value.left, name


def test_known_errors_are_those_of_their_sources() -> None:
    known = {name: d.error for name, (d, _) in MEASURES.items() if np.isfinite(d.error)}
    assert known == ERRORS


def test_only_the_phase_goes_round_a_circle() -> None:
    assert [n for n, (d, _) in MEASURES.items() if d.circular] == ["pelvis_trunk_phase_deg"]


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("drop_deg", {"unit": "stone"}),
        ("drop_stone", {"unit": "stone"}),
        ("drop_m", {"unit": "deg"}),
        ("drop_deg", {"shown": {"main": 1, "attic": 2}}),
        ("drop_deg", {"colour": "red"}),
    ],
)
def test_a_row_of_another_unit_place_or_key_is_refused(name: str, changes: dict[str, Any]) -> None:
    row = {f.name: getattr(definition_of("pelvic_drop_deg"), f.name)
           for f in fields(MeasureDefinition) if f.name != "name"}  # fmt: skip
    assert definitions._definition("drop_deg", row).name == "drop_deg"
    with pytest.raises(ValueError, match=f"measures.toml: {name}"):
        definitions._definition(name, {**row, **changes})
