"""Where shank, heel and trunk are at contact, along a direction of travel that is not x of G."""

from __future__ import annotations

from typing import Final

import numpy as np
import pytest

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.measures.compute import MEASURES
from opensim_pelvis.gait.measures.stride_data import StrideData
from tests.gait.measures.hand_made import (
    TIME_S,
    TRAVEL_DEG,
    Value,
    assert_value,
    curve,
    ramp,
    stride_data,
    turned,
)

VALUES: Final = {
    "shank_angle_at_contact_deg": Value(8.0, -5.0, "deg", "side"),  # left: ankle behind the knee
    "heel_ahead_at_contact_m": Value(0.2, 0.3, "m", "side"),
    "trunk_lean_at_contact_deg": Value(7.0, 11.0, "deg", "side"),
}

OTHER: Final = ramp(60.0, 70.0)


def shank(forward_deg: FloatArray) -> FloatArray:
    """Return a shank whose ankle is ahead by an angle, beside a lean and a turn about itself."""
    return turned("ZXY", forward_deg, np.full(TIME_S.size, 10.0), np.full(TIME_S.size, 15.0))


def place(ahead_m: FloatArray, right_m: float) -> FloatArray:
    """Return a place so far ahead along travel, to the right of it, and 0.9 m down."""
    heading = np.deg2rad(TRAVEL_DEG)
    ahead = np.array([np.cos(heading), 0.0, -np.sin(heading)])
    right = np.array([np.sin(heading), 0.0, np.cos(heading)])
    return ahead_m[:, None] * ahead + right_m * right + np.array([0.0, -0.9, 0.0])


def worn(*sides: str) -> StrideData:
    """Return a runner of whose legs only these carry sensors."""
    hip = np.tile([5.0, 0.9, -3.0], (TIME_S.size, 1))
    shanks = {
        "tibia_r": shank(curve(ramp(8.0, -20.0), OTHER)),
        "tibia_l": shank(curve(OTHER, ramp(-5.0, -20.0))),
    }
    places = {
        "femur_r": hip,
        "femur_l": hip + 1.0,
        "calcn_r": hip + place(curve(ramp(0.2, -0.4), OTHER), 0.1),
        "calcn_l": hip + 1.0 + place(curve(OTHER, ramp(0.3, -0.4)), -0.1),
    }
    return stride_data(
        {
            "trunk_forward_lean": curve(ramp(7.0, 1.0), ramp(11.0, 1.0)),
            "trunk_lateral_lean": curve(ramp(2.0, 3.0), ramp(4.0, 5.0)),
        },
        R_GB={body: turn for body, turn in shanks.items() if body[-1] in sides},
        p_GB_m={body: p for body, p in places.items() if body[-1] in sides or body[0] == "f"},
    )


@pytest.mark.parametrize("name", VALUES)
def test_overstride_is_read_at_contact_from_its_own_leg(name: str) -> None:
    assert_value(name, VALUES[name], worn("r", "l"))


@pytest.mark.parametrize("name", ["shank_angle_at_contact_deg", "heel_ahead_at_contact_m"])
@pytest.mark.parametrize("side", ["r", "l"])
def test_a_leg_without_sensors_has_no_value_and_the_other_keeps_its_own(
    name: str, side: str
) -> None:
    found = MEASURES[name][1](worn(side))
    wanted = VALUES[name].right, VALUES[name].left
    known = [value if side == "rl"[i] else np.nan for i, value in enumerate(wanted)]
    np.testing.assert_allclose(found, known, atol=1e-6)


def test_hip_and_heel_of_one_leg_are_enough() -> None:
    hip = np.zeros((TIME_S.size, 3))
    places = {"femur_r": hip, "calcn_r": hip + place(curve(ramp(0.2, -0.4), OTHER), 0.1)}
    found = MEASURES["heel_ahead_at_contact_m"][1](stride_data(p_GB_m=places))
    assert found[0] == pytest.approx(0.2, abs=1e-6)
