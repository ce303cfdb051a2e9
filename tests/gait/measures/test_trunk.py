"""The trunk, and the trunk against the pelvis, on waves and lines whose values are known."""

from __future__ import annotations

from typing import Final

import numpy as np
import pytest

from opensim_pelvis.gait.measures.compute import MEASURES
from tests.gait.measures.hand_made import (
    Curve,
    Value,
    assert_value,
    curve,
    stride_data,
    through,
    wave,
)

ALONE: Final = {
    "trunk_rotation_range_deg": Value(24.0, 30.0, "deg", "body"),
    "trunk_forward_lean_mean_deg": Value(6.0, 9.0, "deg", "body"),
    "trunk_lateral_lean_range_deg": Value(5.0, 7.0, "deg", "body"),
    "pelvis_trunk_range_deg": Value(14.0, 40.0, "deg", "body"),  # |12 - 5| and |15 + 5|, twice
}

COUPLED: Final = {
    "pelvis_trunk_phase_deg": Value(60.0, 250.0, "deg", "body"),  # of the trunk after the pelvis
    "pelvis_trunk_relative_phase_deg": Value(60.0, 110.0, "deg", "body"),
}

CODED: Final = {
    "in_phase_percent": Value(4000.0 / 99.0, 1000.0 / 99.0, "percent", "body"),
    "anti_phase_percent": Value(3000.0 / 99.0, 2000.0 / 99.0, "percent", "body"),
    "pelvis_phase_percent": Value(2000.0 / 99.0, 5000.0 / 99.0, "percent", "body"),
    "trunk_phase_percent": Value(900.0 / 99.0, 1900.0 / 99.0, "percent", "body"),
}
"""The last of the hundred steps of a stride belongs to no pair of points."""

VALUES: Final = ALONE | COUPLED | CODED


@pytest.mark.parametrize("name", ALONE)
def test_the_trunk_alone_and_against_the_pelvis(name: str) -> None:
    angles = {
        "pelvic_axial_rotation": curve(wave(5.0), wave(5.0)),
        "trunk_axial_rotation": curve(wave(12.0), wave(-15.0)),
        "trunk_forward_lean": curve(wave(2.0, 0.0, 6.0), wave(3.0, 0.0, 9.0)),
        "trunk_lateral_lean": curve(wave(2.5, 0.0, -1.0), wave(3.5, 0.0, 1.0)),
    }
    assert_value(name, VALUES[name], stride_data(angles))


@pytest.mark.parametrize("name", COUPLED)
def test_the_phase_is_how_much_later_the_trunk_turns(name: str) -> None:
    angles = {
        "pelvic_axial_rotation": curve(wave(8.0, 20.0), wave(6.0, 10.0)),
        "trunk_axial_rotation": curve(wave(12.0, 80.0), wave(9.0, 260.0)),
    }
    assert_value(name, VALUES[name], stride_data(angles), within=0.1)


def path(*stretches: tuple[int, float, float]) -> tuple[Curve, Curve]:
    """Return pelvis and trunk that go by so much a step, for so many steps of a hundred."""
    at = np.cumsum([0, *(steps for steps, _, _ in stretches)]) / 100.0
    pelvis = np.cumsum([0.0, *(steps * each for steps, each, _ in stretches)])
    trunk = np.cumsum([0.0, *(steps * each for steps, _, each in stretches)])
    return through(*zip(at, pelvis, strict=True)), through(*zip(at, trunk, strict=True))


@pytest.mark.parametrize("name", CODED)
def test_parts_of_the_stride_go_to_the_pattern_they_are_of(name: str) -> None:
    """Slopes of 0.4 and 0.43 lie on either side of 22.5 degrees, as 1/0.4 and 1/0.43 do of 67.5."""
    right = path((40, 0.43, 1.0), (30, -1.0, 0.43), (20, -1.0, 0.4), (10, 0.4, -1.0))
    left = path((10, -1.0, -0.43), (20, 0.43, -1.0), (50, 1.0, 0.4), (20, 0.4, 1.0))
    angles = {
        "pelvic_axial_rotation": curve(right[0], left[0]),
        "trunk_axial_rotation": curve(right[1], left[1]),
    }
    assert_value(name, VALUES[name], stride_data(angles))


@pytest.mark.parametrize("turn", [0.0, 6.0, -9.0])
def test_a_path_that_turns_within_the_stride_changes_no_phase(turn: float) -> None:
    """Both turn from the start of the stride to its end; the waves lie on that line."""

    def shape(size: float, late: float) -> Curve:
        return lambda part: size * np.cos(2.0 * np.pi * part - np.deg2rad(late)) + turn * part

    angles = {
        "pelvic_axial_rotation": curve(shape(4.0, 0.0), shape(4.0, 0.0)),
        "trunk_axial_rotation": curve(shape(8.0, 170.0), shape(8.0, 200.0)),
    }
    found = MEASURES["pelvis_trunk_phase_deg"][1](stride_data(angles))
    np.testing.assert_allclose(found, [170.0, 200.0], atol=0.01)
