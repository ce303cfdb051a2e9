"""Angles beyond what people do."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from opensim_pelvis.quality.anatomy import ANGLES, COORDINATES, examine_anatomy, stride_spans
from opensim_pelvis.types import NOT_CHECKED
from tests.notices import codes

RATE_HZ = 100.0


def mover(angle: str, low: float, high: float, *, zero_known: bool = True) -> Any:
    """Return strides in which one angle swings between two values, degrees."""
    time_s = np.arange(0.0, 10.0, 1.0 / RATE_HZ)
    swing = (low + high) / 2.0 + (high - low) / 2.0 * np.sin(2.0 * np.pi * time_s)
    values = np.deg2rad(swing)[:, None]
    nothing = np.empty((time_s.size, 0))
    clinical = angle in ANGLES
    start_s = np.arange(1.0, 8.0)
    return SimpleNamespace(
        running=SimpleNamespace(
            strides=SimpleNamespace(
                side=np.zeros(start_s.size),
                kept=np.ones(start_s.size, dtype=bool),
                start_s=start_s,
                end_s=start_s + 1.0,
            )
        ),
        kinematics=SimpleNamespace(
            time_s=time_s,
            coordinates=() if clinical else (angle,),
            values_rad=nothing if clinical else values,
        ),
        angles=SimpleNamespace(
            names=(angle,) if clinical else (), values_rad=values if clinical else nothing
        ),
        placement=SimpleNamespace(zero_known=zero_known),
    )


def test_spans_are_range_lowest_and_highest() -> None:
    found = stride_spans(mover("knee_angle_r", 5.0, 95.0))["knee_angle_r"]
    assert found == pytest.approx((90.0, 5.0, 95.0), abs=0.01)


@pytest.mark.parametrize("name", [*ANGLES, *COORDINATES])
def test_every_bound_of_a_range_is_asked_for(name: str) -> None:
    bounds = {**ANGLES, **COORDINATES}[name]
    middle = 20.0 if "knee" in name or name == "hip_flexion_r" else 0.0
    for beyond, verdict in ((-0.5, "good"), (0.5, "doubtful")):
        half = (bounds.range_deg[0] + beyond) / 2.0
        (found,) = examine_anatomy(mover(name, middle - half, middle + half, zero_known=False))
        assert found.check.verdict == verdict
    half = (bounds.range_deg[1] + 0.5) / 2.0
    (found,) = examine_anatomy(mover(name, middle - half, middle + half, zero_known=False))
    assert found.check.verdict == "rejected"
    assert codes(found.notes) == ["anatomy.impossible"]
    assert found.notes[0].subject == (name,)
    assert found.notes[0].values["what"] == "range"


@pytest.mark.parametrize(
    ("name", "low", "high", "verdict", "what"),
    [
        ("knee_angle_r", -20.0, 60.0, "doubtful", "minimum"),
        ("knee_angle_r", -30.0, 60.0, "rejected", "minimum"),
        ("knee_angle_l", 60.0, 170.0, "rejected", "maximum"),
        ("hip_flexion_l", -40.0, 30.0, "doubtful", "minimum"),
        ("thigh_extension_r", -20.0, 69.0, "rejected", "maximum"),
        ("pelvic_anterior_tilt", -40.0, -30.0, "rejected", "minimum"),
        ("knee_angle_r", -10.0, 100.0, "good", ""),
    ],
)
def test_values_are_judged_where_the_zero_is_known(
    name: str, low: float, high: float, verdict: str, what: str
) -> None:
    (found,) = examine_anatomy(mover(name, low, high))
    assert found.check.verdict == verdict
    if what:
        assert found.notes[0].values["what"] == what
    (unknown,) = examine_anatomy(mover(name, low, high, zero_known=False))
    assert unknown.check.verdict == "good"


def test_without_strides_nothing_is_checked() -> None:
    still = mover("knee_angle_r", 0.0, 1.0)
    still.running.strides = SimpleNamespace(
        side=np.zeros(0), kept=np.zeros(0, dtype=bool), start_s=np.zeros(0), end_s=np.zeros(0)
    )
    (found,) = examine_anatomy(still)
    assert found.check.state == NOT_CHECKED
