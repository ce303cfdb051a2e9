"""The one parameter of the fusion that is ours, chosen by gravity that the filter was not shown.

Two looks at the vertical need no optical system. At a rest after movement the accelerometer feels
gravity: the record is cut where the rest begins, and what the filter made of the movement is
judged by what comes after. And a foot on the ground is still for some tenths of a second, much
shorter than the filter's mean.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from vqf import offlineVQF

from opensim_pelvis.frames import BoolArray, FloatArray
from opensim_pelvis.fusion import filter as filtering
from opensim_pelvis.fusion.rest import find_rest, level_at_rest
from opensim_pelvis.io.reading import read
from opensim_pelvis.rotations import from_rotation_vector, multiply, normalise, rotate
from opensim_pelvis.types import Recording, SensorSignals
from tests.fusion.test_fusion_real import read_full_body

TRIED_S: Final = (3.0, 4.0, 6.0, 12.0)
FEET: Final = frozenset({"00B40C55", "00B40C48", "foot_left", "foot_right"})

MIN_MOVED_S: Final = 4.0
JUDGED_S: Final = 0.5
FLAT_S: Final = (0.12, 0.9)
FLAT_RADPS: Final = 0.25
FLAT_MPS2: Final = 0.5


@pytest.fixture(scope="module")
def recordings(shared_data: Path) -> list[Recording]:
    walk = read(shared_data / "gaittoolbox_walk" / "imu")
    return [walk, read_full_body(shared_data)]


def runs_of(flags: BoolArray, low: int, high: int | None = None) -> list[tuple[int, int]]:
    """Return starts and ends of the runs of a length."""
    edges = np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8))
    pairs = zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True)
    return [(int(s), int(e)) for s, e in pairs if low <= e - s and (not high or e - s <= high)]


def fuse(
    turning: FloatArray, force: FloatArray, rest: BoolArray, tau_s: float, step_s: float
) -> tuple[FloatArray, FloatArray]:
    """Return orientations as the stage makes them, and the gyroscope's bias."""
    found = offlineVQF(turning, force, None, step_s, {"tauAcc": tau_s})
    R_ES = level_at_rest(found["quat6D"], force, rest, step_s=step_s, fade_s=tau_s)
    return R_ES, found["bias"]


def off_vertical_deg(felt: FloatArray) -> float:
    mean = felt.mean(axis=0)
    return float(np.rad2deg(np.arctan2(np.hypot(mean[0], mean[1]), mean[2])))


def judge(sensor: SensorSignals, tau_s: float, rate_hz: float) -> tuple[list[float], list[float]]:
    """Return how far gravity is from the vertical at unseen rests and while a foot stands."""
    step_s = 1.0 / rate_hz
    turning = np.ascontiguousarray(sensor.angular_velocity_radps)
    force = np.ascontiguousarray(sensor.acceleration_mps2)
    unbiased = turning - offlineVQF(turning, force, None, step_s)["bias"]
    rest = find_rest(force, unbiased, step_s)
    unseen = []
    for start, _ in runs_of(rest, round(rate_hz)):
        if start < MIN_MOVED_S * rate_hz:
            continue
        R_ES, bias = fuse(turning[:start], force[:start], rest[:start], tau_s, step_s)
        at, felt = R_ES[-1], []
        for i in range(start, start + round(JUDGED_S * rate_hz)):
            at = multiply(at, from_rotation_vector((turning[i] - bias[-1]) * step_s))
            felt.append(rotate(at, force[i]))
        unseen.append(off_vertical_deg(np.array(felt)))
    if sensor.identifier not in FEET:
        return unseen, []
    return unseen, while_flat(
        fuse(turning, force, rest, tau_s, step_s)[0], unbiased, force, rate_hz
    )


def while_flat(
    R_ES: FloatArray, turning: FloatArray, force: FloatArray, rate_hz: float
) -> list[float]:
    """Return how far gravity is from the vertical in each of a foot's still moments."""
    length = np.linalg.norm(force, axis=1)
    flat = np.linalg.norm(turning, axis=1) < FLAT_RADPS
    flat &= np.abs(length - np.median(length)) < FLAT_MPS2
    low, high = (round(s * rate_hz) for s in FLAT_S)
    return [off_vertical_deg(rotate(R_ES[s:e], force[s:e])) for s, e in runs_of(flat, low, high)]


def rms(values: Sequence[float]) -> float:
    return float(np.sqrt(np.mean(np.square(values))))


def test_time_constant_is_the_best_of_those_tried(recordings: list[Recording]) -> None:
    scores = {}
    for tau_s in TRIED_S:
        parts = []
        for recording in recordings:
            found = [judge(sensor, tau_s, recording.rate_hz) for sensor in recording.sensors]
            unseen, flat = (sum((pair[i] for pair in found), list[float]()) for i in (0, 1))
            assert min(len(unseen), len(flat)) >= 8
            parts += [rms(unseen), rms(flat)]
        scores[tau_s] = rms(parts)
        row = ", ".join(f"{part:.2f}" for part in parts)
        sys.stdout.write(f"{tau_s:g} s: {row}; together {scores[tau_s]:.2f} degrees\n")
    assert min(scores, key=lambda tau_s: scores[tau_s]) == filtering.TAU_ACC_S


def test_the_makers_vertical_is_no_truth(recordings: list[Recording]) -> None:
    off = []
    for sensor in recordings[0].sensors:
        if sensor.identifier in FEET:
            turning = np.ascontiguousarray(sensor.angular_velocity_radps)
            force = np.ascontiguousarray(sensor.acceleration_mps2)
            unbiased = turning - offlineVQF(turning, force, None, 0.01)["bias"]
            off += while_flat(normalise(np.asarray(sensor.R_ES)), unbiased, force, 100.0)
    sys.stdout.write(f"maker's vertical where feet stand: off by {rms(off):.2f} degrees\n")
    assert 0.5 < rms(off) < 1.5
