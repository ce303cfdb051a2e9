"""Measures of the pelvis in Baker's order and of its drop, on curves whose values are known."""

from __future__ import annotations

from typing import Final

import numpy as np
import pytest

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.measures.stride_data import MEASURES, SLOW_HARMONICS
from opensim_pelvis.gait.strides.curves import slow_part, without_line
from tests.gait.measures.hand_made import (
    TIME_S,
    Curve,
    Value,
    assert_value,
    curve,
    ramp,
    stride_data,
    through,
)

WAVES: Final = {
    "pelvic_rotation_range_deg": Value(28.0, 18.0, "deg", "body"),  # twice 9 + 3 + 2; 5 + 2 + 2
    "pelvic_obliquity_range_deg": Value(16.0, 20.0, "deg", "body"),
    "pelvic_tilt_range_deg": Value(8.0, 12.0, "deg", "body"),
    "pelvic_rotation_slow_range_deg": Value(24.0, 14.0, "deg", "body"),  # without the last
    "pelvic_obliquity_slow_range_deg": Value(14.0, 16.0, "deg", "body"),
    "pelvic_tilt_slow_range_deg": Value(7.0, 8.0, "deg", "body"),
    "pelvic_rotation_mean_deg": Value(7.0, -4.0, "deg", "body"),
    "pelvic_tilt_mean_deg": Value(11.0, -6.0, "deg", "body"),
}

INSTANTS: Final = {
    "pelvic_rotation_at_contact_deg": Value(4.0, -6.0, "deg", "side"),  # left: right side forward
    "pelvic_obliquity_at_contact_deg": Value(-2.0, -3.0, "deg", "side"),
    "pelvic_tilt_at_contact_deg": Value(10.0, 20.0, "deg", "side"),
    "pelvic_rotation_at_toe_off_deg": Value(6.0, -10.0, "deg", "side"),  # at 25 and at 40 %
    "pelvic_obliquity_at_toe_off_deg": Value(-1.0, -7.0, "deg", "side"),
    "pelvic_tilt_at_toe_off_deg": Value(9.0, 18.0, "deg", "side"),
}

DROPS: Final = {
    "pelvic_drop_deg": Value(4.0, 6.0, "deg", "side"),
    "pelvic_drop_from_contact_deg": Value(3.0, 8.0, "deg", "side"),
}

STEPS: Final = {
    # hips 0.2 m apart: 100 mm of (sin 8 + sin 4) degrees, and of (sin 6 + sin 3)
    "pelvic_step_mm": Value(20.893, 15.686, "mm", "side"),
}

VALUES: Final = WAVES | INSTANTS | DROPS | STEPS


def with_ringing(first: float, fifth: float, ninth: float, level: float = 0.0) -> Curve:
    """Return harmonics 1, 5 and 9: all have their peak at 25 % and their trough at 75 %."""
    sizes = ((1, first), (5, fifth), (9, ninth))
    return lambda part: level + sum(size * np.sin(2.0 * np.pi * k * part) for k, size in sizes)


@pytest.mark.parametrize("name", WAVES)
def test_ranges_are_twice_the_amplitudes_and_slow_ones_are_without_ringing(name: str) -> None:
    angles = {
        "pelvic_axial_rotation": curve(with_ringing(9, 3, 2, 7), with_ringing(5, 2, 2, -4)),
        "pelvic_obliquity": curve(with_ringing(6, 1, 1), with_ringing(5, 3, 2)),
        "pelvic_anterior_tilt": curve(with_ringing(3, 0.5, 0.5, 11), with_ringing(4, 0, 2, -6)),
    }
    assert_value(name, VALUES[name], stride_data(angles))


@pytest.mark.parametrize("name", INSTANTS)
def test_values_at_instants_are_those_of_ramps(name: str) -> None:
    angles = {
        "pelvic_axial_rotation": curve(ramp(4.0, 12.0), ramp(6.0, 16.0)),
        "pelvic_obliquity": curve(ramp(-2.0, 2.0), ramp(3.0, 13.0)),
        "pelvic_anterior_tilt": curve(ramp(10.0, 6.0), ramp(20.0, 15.0)),
    }
    assert_value(name, VALUES[name], stride_data(angles))


@pytest.mark.parametrize("name", DROPS)
def test_the_drop_is_of_the_other_side_in_stance_alone(name: str) -> None:
    """Beyond toe-off each side goes further, and a peak the other way is no drop."""
    right = through((0, 1), (0.1, 4), (0.2, -5), (0.25, 2), (0.5, 9), (1, -20))
    left = through((0, 2), (0.1, 8), (0.2, -6), (0.4, -3), (0.7, -11), (1, 30))
    assert_value(name, VALUES[name], stride_data({"pelvic_obliquity": curve(right, left)}))


def harmonic(number: int) -> FloatArray:
    return np.sin(2.0 * np.pi * number * np.linspace(0.0, 1.0, 101))[None]


def test_five_harmonics_are_slow_and_the_sixth_is_not() -> None:
    assert SLOW_HARMONICS == 5
    slow = harmonic(5) + 3.0 + np.linspace(0.0, 4.0, 101)
    np.testing.assert_allclose(slow_part(slow + harmonic(6), 5), slow, atol=1e-12)
    np.testing.assert_allclose(without_line(slow), harmonic(5), atol=1e-12)


def test_the_hip_of_the_stance_leg_goes_back_and_makes_the_step_longer() -> None:
    """Right: its side 8 degrees forward at contact, 4 back at toe-off; left: 6 and 3."""
    forward = curve(ramp(8.0, -40.0), ramp(-6.0, 16.5))  # toe-off at 25 and at 40 %
    places = {
        "femur_r": np.tile([0.3, 0.9, 0.1], (TIME_S.size, 1)),
        "femur_l": np.tile([0.3, 0.9, -0.1], (TIME_S.size, 1)),
    }
    data = stride_data({"pelvic_axial_rotation": forward}, p_GB_m=places)
    assert_value("pelvic_step_mm", VALUES["pelvic_step_mm"], data, within=1e-3)
    wider = {body: np.array([1.0, 1.0, 1.5]) * place for body, place in places.items()}
    again = stride_data({"pelvic_axial_rotation": forward}, p_GB_m=wider)
    found, before = (MEASURES["pelvic_step_mm"][1](d) for d in (again, data))
    np.testing.assert_allclose(found, 1.5 * before)
    nowhere = {body: np.full_like(place, np.nan) for body, place in places.items()}
    lost = stride_data({"pelvic_axial_rotation": forward}, p_GB_m=nowhere)
    assert np.isnan(MEASURES["pelvic_step_mm"][1](lost)).all()
