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
    "in_phase_percent": Value(25.0, 0.0, "percent", "body"),
    "anti_phase_percent": Value(25.0, 0.0, "percent", "body"),
    "pelvis_phase_percent": Value(25.0, 100.0, "percent", "body"),
    "trunk_phase_percent": Value(25.0, 0.0, "percent", "body"),
}

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


def waves(first: float, *more: tuple[int, float]) -> Curve:
    """Return a wave of the stride and waves of further harmonics, each with its size."""
    terms = ((1, first), *more)
    return lambda part: sum(a * np.cos(2.0 * np.pi * k * part) for k, a in terms)


def both(*curves: Curve) -> Curve:
    return lambda part: sum((each(part) for each in curves), np.zeros(part.shape))


@pytest.mark.parametrize("name", CODED)
def test_ringing_turns_no_step_of_vector_coding(name: str) -> None:
    """Right a circle, left the pelvis three times the trunk; ringing would turn most steps."""
    ring = waves(0.0, (4, 3.0), (9, 1.0)), waves(0.0, (5, -2.0), (8, 2.0))
    angles = {
        "pelvic_axial_rotation": curve(both(wave(5.0), ring[0]), both(wave(6.0), ring[1])),
        "trunk_axial_rotation": curve(both(wave(5.0, 90.0), ring[1]), both(wave(2.0), ring[0])),
    }
    assert_value(name, VALUES[name], stride_data(angles), within=2.1)  # at bins' ends


@pytest.mark.parametrize(
    ("pelvis", "trunk", "name"),
    [(6.0, 2.0, "pelvis_phase_percent"), (2.0, 6.0, "trunk_phase_percent"),
     (6.0, 3.0, "in_phase_percent"), (6.0, -3.0, "anti_phase_percent")],
)  # fmt: skip
def test_parts_of_the_stride_go_to_the_pattern_they_are_of(
    pelvis: float, trunk: float, name: str
) -> None:
    """Slopes of 1/3 and 1/2 lie on either side of 22.5 degrees (0.414)."""
    angles = {
        "pelvic_axial_rotation": curve(waves(pelvis), waves(pelvis)),
        "trunk_axial_rotation": curve(waves(trunk), waves(trunk)),
    }
    found = MEASURES[name][1](stride_data(angles))
    np.testing.assert_allclose(found, 100.0, atol=2.1)


def test_the_third_harmonic_counts_and_a_quarter_later_is_a_quarter_of_each() -> None:
    """The trunk's third harmonic opposes the pelvis' where it is alone."""
    angles = {
        "pelvic_axial_rotation": curve(waves(0.0, (3, 4.0)), wave(5.0)),
        "trunk_axial_rotation": curve(waves(0.0, (3, -4.0)), wave(5.0, 90.0)),
    }
    data = stride_data(angles)
    shares = np.stack([MEASURES[name][1](data) for name in CODED])
    np.testing.assert_allclose(shares[:, 0], [0.0, 100.0, 0.0, 0.0], atol=6.1)
    np.testing.assert_allclose(shares[:, 1], 25.0, atol=2.1)


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
