"""Hip extension: peak of thigh and joint, and what pelvis and joint give at the thigh's peak."""

from __future__ import annotations

from typing import Final

import numpy as np
import pytest

from opensim_pelvis.gait.measures.compute import MEASURES
from tests.gait.measures.hand_made import (
    Value,
    assert_value,
    curve,
    ramp,
    stride_data,
    through,
    wave,
)

VALUES: Final = {
    "thigh_extension_peak_deg": Value(15.0, 22.0, "deg", "side"),
    "hip_extension_peak_deg": Value(7.0, 12.0, "deg", "side"),
    "pelvic_tilt_at_thigh_extension_deg": Value(11.0, 9.0, "deg", "side"),  # at 25 and at 40 %
    "hip_extension_at_thigh_extension_deg": Value(4.0, 10.0, "deg", "side"),
}

RIGHT_THIGH: Final = through((0, -30), (0.25, 15), (0.7, -40), (1, -30))
LEFT_THIGH: Final = through((0, -25), (0.4, 22), (0.7, -35), (1, -25))
RIGHT_HIP: Final = through((0, 35), (0.25, -4), (0.35, -7), (1, 35))
LEFT_HIP: Final = through((0, 30), (0.4, -10), (0.5, -12), (1, 30))
OTHER: Final = ramp(60.0, -60.0)
"""Of the leg whose stride it is not."""

ANGLES: Final = {
    "thigh_extension_r": curve(RIGHT_THIGH, OTHER),
    "thigh_extension_l": curve(OTHER, LEFT_THIGH),
    "hip_flexion_r": curve(RIGHT_HIP, OTHER),
    "hip_flexion_l": curve(OTHER, LEFT_HIP),
    "pelvic_anterior_tilt": curve(ramp(10.0, 14.0), ramp(5.0, 15.0)),
}


@pytest.mark.parametrize("name", VALUES)
def test_hip_extension_is_read_from_its_own_leg(name: str) -> None:
    assert_value(name, VALUES[name], stride_data(ANGLES))


@pytest.mark.parametrize("name", VALUES)
def test_a_leg_without_a_sensor_has_no_value_and_the_other_keeps_its_own(name: str) -> None:
    right = {key: values for key, values in ANGLES.items() if not key.endswith("_l")}
    found = MEASURES[name][1](stride_data(right))
    assert found[0] == pytest.approx(VALUES[name].right, abs=1e-6)
    assert np.isnan(found[1])


@pytest.mark.parametrize("name", VALUES)
def test_a_missing_sample_of_the_thigh_hides_its_peak(name: str) -> None:
    gap = {**ANGLES, "thigh_extension_r": ANGLES["thigh_extension_r"].copy()}
    gap["thigh_extension_r"][1500] = np.nan
    found = MEASURES[name][1](stride_data(gap))
    assert np.isnan(found[0]) == (name != "hip_extension_peak_deg")
    assert found[1] == pytest.approx(VALUES[name].left, abs=1e-6)


@pytest.mark.parametrize(("leg", "row"), [("r", 0), ("l", 1)])
def test_one_leg_with_a_sensor_is_enough_for_its_own_strides(leg: str, row: int) -> None:
    level = curve(wave(10.0), wave(10.0))
    found = MEASURES["thigh_extension_peak_deg"][1](stride_data({f"thigh_extension_{leg}": level}))
    assert found[row] == pytest.approx(10.0, abs=1e-3)
    assert np.isnan(found[1 - row])
