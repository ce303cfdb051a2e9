"""Headings of sensors whose mounting is stated, in poses that are turned and tilted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.calibration.heading import headings_from_mountings
from opensim_pelvis.frames import R_GE_NOMINAL, turn_about_vertical
from opensim_pelvis.rotations import inverse, multiply
from tests.calibration.heading.by_hand import UPRIGHT, about, recorded, stood

STATED = about((0.6, 0.0, 0.8), 1.1)  # R_BS
STANDS = about((0.0, 0.0, 1.0), -0.2)  # R_GB in the pose: leaning forward


@pytest.mark.parametrize("heading_rad", [0.0, 1.9, -2.7])
@pytest.mark.parametrize("tilt_rad", [0.0, 0.3, 1.2])
def test_the_turn_about_the_vertical_is_the_heading_and_what_is_left_is_tilt(
    heading_rad: float, tilt_rad: float
) -> None:
    tilt = about((0.6, 0.0, -0.8), tilt_rad)
    R_GS = multiply(multiply(turn_about_vertical(heading_rad), tilt), multiply(STANDS, STATED))
    R_ES = multiply(inverse(R_GE_NOMINAL), R_GS)
    aligned = recorded({"pelvis": np.tile(UPRIGHT, (2, 1)), "torso": np.tile(R_ES, (2, 1))}, 50.0)
    headings, left_over = headings_from_mountings(
        aligned,
        stood(UPRIGHT, R_ES),
        R_BS={"torso_imu": STATED},
        default_R_GB={"torso": STANDS, "pelvis": UPRIGHT},
    )
    assert set(headings) == set(left_over) == {"torso_imu"}
    away = np.angle(np.exp(1j * (headings["torso_imu"] - heading_rad)))
    assert away == pytest.approx(0.0, abs=1e-9)
    assert left_over["torso_imu"] == pytest.approx(tilt_rad, abs=1e-9)
