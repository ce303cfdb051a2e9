"""What the laboratory states, against the movement: speed and activity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from opensim_pelvis.frames import GRAVITY_MPS2, FloatArray
from opensim_pelvis.gait.events.activity import (
    LOAD_LOW_PASS_HZ,
    LOAD_RUNNING,
    LOAD_WALKING,
)
from opensim_pelvis.gait.events.signals import low_pass
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.quality.definitions import definition_of
from opensim_pelvis.quality.examined import Examined
from opensim_pelvis.types import NOT_CHECKED, Evidence

SHORTEST: Final = 0.5
"""Strides per height below which nobody runs; slow runners (1.5 m/s) have 0.65."""


def examine_speed(examined: Examined) -> Iterator[Evidence]:
    """Yield whether the stated speed gives a stride that a person of this height can make."""
    definition = definition_of("stated_speed")
    speed_mps, time_s = examined.settings.activity.speed_mps, stride_time_s(examined)
    height_m = examined.settings.subject.height_m or 1.7
    if speed_mps is None or not np.isfinite(time_s):
        yield Evidence(check=definition.state("good", NOT_CHECKED))
        return
    strides_per_height = speed_mps * time_s / height_m
    if examined.settings.activity.kind == "walking":  # walkers' longest stride is 1.1 heights
        strides_per_height *= 2.0
    check = definition.found(strides_per_height)
    if examined.settings.activity.kind == "running" and strides_per_height < SHORTEST:
        check = replace(check, verdict="doubtful")
    notes: tuple[Notice, ...] = ()
    if check.verdict != "good":
        code = "stated.speed" if check.verdict == "rejected" else "stated.speed_unusual"
        notes = (
            notice(
                code,
                speed_mps=speed_mps,
                stride_m=speed_mps * time_s,
                height_m=height_m,
            ),
        )
    yield Evidence(check=check, notes=notes)


def examine_activity(examined: Examined) -> Iterator[Evidence]:
    """Yield whether the stated activity is what the pelvis or trunk shows."""
    definition = definition_of("stated_activity")
    kind, load = examined.settings.activity.kind, least_load(examined)
    if kind is None or not np.isfinite(load):
        yield Evidence(check=definition.state("good", NOT_CHECKED))
        return
    seen = "running" if load < LOAD_RUNNING else "walking" if load > LOAD_WALKING else kind
    if seen != kind:
        told = notice("stated.activity", kind=kind, seen=seen, load=load)
        yield Evidence(check=definition.state("rejected", "other"), notes=(told,))
    else:
        yield Evidence(check=definition.state("good", "given"))


def stride_time_s(examined: Examined) -> float:
    """Return the median duration of the strides, NaN where there are none."""
    strides = examined.running.strides
    if not strides.side.size:
        return float("nan")
    rows = strides.kept if strides.kept.any() else np.ones(strides.side.size, dtype=bool)
    return float(np.median(strides.end_s[rows] - strides.start_s[rows]))


def least_load(examined: Examined) -> float:
    """Return the least vertical load within a stride, as a part of the weight.

    The median over strides, of the pelvis' accelerometer or, without one, the trunk's, low-passed
    at 10 Hz; NaN where there is none.
    """
    aligned, strides = examined.aligned, examined.running.strides
    if aligned.acceleration_mps2 is None or not strides.side.size:
        return float("nan")
    rows = strides.kept if strides.kept.any() else np.ones(strides.side.size, dtype=bool)
    for body in ("pelvis", "torso"):
        if body not in aligned.bodies:
            continue
        i = aligned.bodies.index(body)
        up = _upward(aligned.R_ES[:, i], aligned.acceleration_mps2[:, i]) / GRAVITY_MPS2
        least = _least(up, aligned.rate_hz, strides.start_s[rows], strides.end_s[rows])
        if least.size:
            return float(np.median(least))
    return float("nan")


def _upward(R_ES: FloatArray, force: FloatArray) -> FloatArray:
    """Return the vertical part of a vector in S: the third row of a rotation, (n,)."""
    w, x, y, z = R_ES.T
    return np.asarray(
        2.0 * ((x * z - w * y) * force[:, 0] + (y * z + w * x) * force[:, 1])
        + (w * w - x * x - y * y + z * z) * force[:, 2]
    )


def _least(load: FloatArray, rate_hz: float, start_s: FloatArray, end_s: FloatArray) -> FloatArray:
    there = np.isfinite(load)
    if np.count_nonzero(there) < rate_hz:
        return np.empty(0)
    time = np.arange(load.size)
    smooth = low_pass(np.interp(time, time[there], load[there]), rate_hz, LOAD_LOW_PASS_HZ)
    smooth = np.where(there, smooth, np.nan)
    parts = (
        smooth[int(a * rate_hz) : int(b * rate_hz)] for a, b in zip(start_s, end_s, strict=True)
    )
    return np.array([part.min() for part in parts if part.size and np.isfinite(part).all()])
