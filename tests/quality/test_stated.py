"""What is stated, against the movement: by hand, then whole runs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from opensim_pelvis.frames import GRAVITY_MPS2
from opensim_pelvis.quality.stated import examine_activity, examine_speed, least_load
from opensim_pelvis.types import NOT_CHECKED
from tests.notices import codes

RATE_HZ = 100.0


def runner(
    *,
    kind: str | None = "running",
    speed_mps: float | None = 3.0,
    height_m: float | None = 1.7,
    stride_s: float = 0.7,
    least: float = 0.1,
) -> Any:
    """Return strides under a vertical load that falls to its least twice in each."""
    time_s = np.arange(0.0, 20.0, 1.0 / RATE_HZ)
    load = 1.0 + (1.0 - least) * np.cos(2.0 * np.pi * 2.0 * time_s / stride_s)
    force = np.zeros((time_s.size, 1, 3))
    force[:, 0, 1] = GRAVITY_MPS2 * load  # the sensor's y axis points up
    up = np.array([np.sqrt(0.5), np.sqrt(0.5), 0.0, 0.0])  # S seen from E: y of S is z of E
    start_s = np.arange(2.0, 17.0, stride_s)
    return SimpleNamespace(
        settings=SimpleNamespace(
            activity=SimpleNamespace(kind=kind, speed_mps=speed_mps),
            subject=SimpleNamespace(height_m=height_m),
        ),
        aligned=SimpleNamespace(
            bodies=("pelvis",),
            rate_hz=RATE_HZ,
            acceleration_mps2=force,
            R_ES=np.tile(up, (time_s.size, 1, 1)),
        ),
        running=SimpleNamespace(
            strides=SimpleNamespace(
                side=np.zeros(start_s.size),
                kept=np.ones(start_s.size, dtype=bool),
                start_s=start_s,
                end_s=start_s + stride_s,
            )
        ),
    )


@pytest.mark.parametrize(
    ("speed_mps", "kind", "verdict", "told"),
    [
        (3.0, "running", "good", []),
        (6.7, "running", "good", []),  # 2.76 heights, a sprinter's
        (6.9, "running", "doubtful", ["stated.speed_unusual"]),  # 2.84 heights
        (7.9, "running", "doubtful", ["stated.speed_unusual"]),  # 3.25 heights
        (8.1, "running", "rejected", ["stated.speed"]),  # 3.34 heights
        (10.8, "running", "rejected", ["stated.speed"]),
        (1.0, "running", "doubtful", ["stated.speed_unusual"]),  # 0.41 heights
        (4.5, "walking", "rejected", ["stated.speed"]),
        (2.0, "walking", "good", []),
    ],
)
def test_the_stride_that_a_speed_gives(
    speed_mps: float, kind: str, verdict: str, told: list[str]
) -> None:
    (found,) = examine_speed(runner(speed_mps=speed_mps, kind=kind))
    assert (found.check.verdict, codes(found.notes)) == (verdict, told)
    double = 2.0 if kind == "walking" else 1.0
    assert found.check.value == pytest.approx(double * speed_mps * 0.7 / 1.7)


def test_without_a_speed_nothing_is_checked() -> None:
    (found,) = examine_speed(runner(speed_mps=None))
    assert found.check.state == NOT_CHECKED


@pytest.mark.parametrize("least", [-0.2, 0.1, 0.7])
def test_the_least_load_is_a_part_of_the_weight(least: float) -> None:
    assert least_load(runner(least=least)) == pytest.approx(least, abs=0.02)


@pytest.mark.parametrize(
    ("kind", "least", "stride_s", "verdict", "told"),
    [
        ("running", 0.1, 0.7, "good", []),
        ("running", 0.7, 1.1, "rejected", ["stated.activity"]),
        ("walking", 0.7, 1.1, "good", []),
        ("walking", 0.1, 0.7, "rejected", ["stated.activity"]),
        ("running", 0.42, 0.7, "good", []),  # neither
        (None, 0.1, 0.7, "good", []),
    ],
)
def test_flight_tells_running_from_walking(
    kind: str | None, least: float, stride_s: float, verdict: str, told: list[str]
) -> None:
    (found,) = examine_activity(runner(kind=kind, least=least, stride_s=stride_s))
    assert (found.check.verdict, codes(found.notes)) == (verdict, told)


def test_without_an_accelerometer_nothing_is_checked() -> None:
    mute = runner(kind="walking", stride_s=0.7)
    mute.aligned.acceleration_mps2 = None
    (found,) = examine_activity(mute)
    assert found.check.state == NOT_CHECKED
