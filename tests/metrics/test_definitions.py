"""A definition that no closed-form test names fails here."""

from __future__ import annotations

from opensim_pelvis.angles import DEFINITIONS
from opensim_pelvis.metrics.compute import MEASURES
from tests.metrics import (
    test_clinical_angles,
    test_hip,
    test_opensim_order,
    test_pelvis,
    test_posture,
    test_timing,
    test_trunk,
)

FAMILIES = (test_pelvis, test_opensim_order, test_hip, test_trunk, test_timing, test_posture)


def test_every_measure_has_a_value_written_by_hand() -> None:
    tested = [name for family in FAMILIES for name in family.VALUES]
    assert sorted(tested) == sorted(MEASURES)


def test_every_angle_has_a_pose_made_by_hand() -> None:
    assert set(test_clinical_angles.ANGLES) == {definition.name for definition in DEFINITIONS}


def test_values_of_right_and_left_differ_so_that_a_swapped_side_is_seen() -> None:
    for family in FAMILIES:
        for name, value in family.VALUES.items():
            assert value.right != value.left, name
