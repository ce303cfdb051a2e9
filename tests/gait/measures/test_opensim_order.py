"""The pelvis in OpenSim's order: turns about z, x and y, one after the other, along travel."""

from __future__ import annotations

from typing import Final

import pytest

from tests.gait.measures.hand_made import (
    Value,
    assert_value,
    curve,
    ramp,
    stride_data,
    turned,
    wave,
)

RANGES: Final = {
    "opensim_pelvis_rotation_range_deg": Value(16.0, 12.0, "deg", "body"),
    "opensim_pelvis_list_range_deg": Value(10.0, 14.0, "deg", "body"),
    "opensim_pelvis_tilt_range_deg": Value(6.0, 8.0, "deg", "body"),
}

INSTANTS: Final = {
    "opensim_pelvis_rotation_at_contact_deg": Value(8.0, 4.0, "deg", "side"),
    "opensim_pelvis_rotation_at_toe_off_deg": Value(11.0, 0.0, "deg", "side"),
    "opensim_pelvis_list_at_contact_deg": Value(5.0, 3.0, "deg", "side"),
    "opensim_pelvis_tilt_at_contact_deg": Value(-20.0, -10.0, "deg", "side"),
    "opensim_pelvis_list_at_toe_off_deg": Value(4.0, -1.0, "deg", "side"),
    "opensim_pelvis_tilt_at_toe_off_deg": Value(-18.0, -14.0, "deg", "side"),
}

VALUES: Final = RANGES | INSTANTS


@pytest.mark.parametrize("name", RANGES)
def test_ranges_are_twice_the_amplitudes(name: str) -> None:
    tilt = curve(wave(3.0, 36.0, -15.0), wave(4.0, 36.0, -15.0))
    down = curve(wave(5.0, 90.0), wave(7.0, 90.0))
    turn = curve(wave(8.0), wave(6.0))
    data = stride_data(R_GB={"pelvis": turned("ZXY", tilt, down, turn)})
    assert_value(name, VALUES[name], data)


@pytest.mark.parametrize("name", INSTANTS)
def test_values_at_instants_have_opensims_signs_on_the_right_and_are_mirrored_on_the_left(
    name: str,
) -> None:
    tilt = curve(ramp(-20.0, -12.0), ramp(-10.0, -20.0))
    down = curve(ramp(5.0, 1.0), ramp(-3.0, 7.0))
    turn = curve(ramp(8.0, 20.0), ramp(-4.0, 6.0))
    data = stride_data(R_GB={"pelvis": turned("ZXY", tilt, down, turn)})
    assert_value(name, VALUES[name], data)
