"""All instants at which a sensor's placement or heading ceased to describe it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np

from opensim_pelvis.calibration.slips.creep import find_creep
from opensim_pelvis.calibration.slips.heading_jumps import Jump, find_breaks, find_jumps
from opensim_pelvis.calibration.slips.stride_cut import CutStrides
from opensim_pelvis.calibration.slips.turned import AT_ONCE, Turned, checked_share, find_turned
from opensim_pelvis.frames import BoolArray
from opensim_pelvis.rotations import is_present
from opensim_pelvis.types import AlignedRecording, SensorStep, StepKind

ENDS_A_PART: Final[frozenset[StepKind]] = frozenset({"moved", "heading jump"})
"""Steps beyond which the placement says nothing."""


def find_steps(
    aligned: AlignedRecording, strides: CutStrides
) -> tuple[tuple[SensorStep, ...], float]:
    """Return all steps in order of time, and the share of the strides that was checked.

    Parameters
    ----------
    aligned : AlignedRecording
    strides : CutStrides
        Of this recording.

    Returns
    -------
    tuple of SensorStep
    float
        NaN where there are no strides.
    """
    breaks = find_breaks(aligned)
    jumps = find_jumps(aligned, strides, breaks)
    turned = find_turned(strides)
    turned = (*turned, *find_creep(strides, turned))
    steps = [_moved(aligned, found) for found in turned]
    steps += [_jumped(aligned, jump) for jump in jumps if not _of_slip(jump, turned, strides)]
    share = checked_share(strides) if strides.start_s.size else float("nan")
    return tuple(sorted(steps, key=lambda step: (step.time_s, step.sensor))), share


def leave_out(
    aligned: AlignedRecording, steps: Sequence[SensorStep], window_s: tuple[float, float]
) -> tuple[AlignedRecording, tuple[SensorStep, ...]]:
    """Return the recording without the parts of sensors that the placement does not describe.

    Parameters
    ----------
    aligned : AlignedRecording
    steps : sequence of SensorStep
    window_s : (float, float)
        The calibration pose. Each sensor keeps the part of its orientations, between its steps,
        that shares most with the pose; of two that share as much, the longer one.

    Returns
    -------
    AlignedRecording
        Orientations of the other parts are NaN; other signals are as they were.
    tuple of SensorStep
        With the time left out, told once a sensor, at the step beside the part that is kept.
    """
    R_ES, told = aligned.R_ES, list(steps)
    for i, sensor in enumerate(aligned.sensors):
        own = [s for s in steps if s.sensor == sensor and s.kind in ENDS_A_PART]
        if not own:
            continue
        kept = _part_of_pose(aligned, own, window_s)
        lost = is_present(aligned.R_ES[:, i]) & ~kept
        R_ES = R_ES.copy() if R_ES is aligned.R_ES else R_ES
        R_ES[lost, i] = np.nan
        left_out_s = float(np.count_nonzero(lost) / aligned.rate_hz)
        at = told.index(own[0])
        told[at] = replace(own[0], left_out_s=left_out_s)
    return (aligned if R_ES is aligned.R_ES else replace(aligned, R_ES=R_ES)), tuple(told)


def _part_of_pose(
    aligned: AlignedRecording, own: Sequence[SensorStep], window_s: tuple[float, float]
) -> BoolArray:
    """Return the samples of the part in which the calibration pose lies."""
    time_s = aligned.time_s
    edges = [(-np.inf, own[0].from_s)]
    edges += [(a.to_s, b.from_s) for a, b in pairwise(own)]
    edges.append((own[-1].to_s, np.inf))
    half = 0.5 / aligned.rate_hz
    parts = [(time_s >= a - half) & (time_s <= b + half) for a, b in edges]
    pose = (time_s >= window_s[0] - half) & (time_s <= window_s[1] + half)
    return max(parts, key=lambda part: (int((part & pose).sum()), int(part.sum())))


def _moved(aligned: AlignedRecording, found: Turned) -> SensorStep:
    return SensorStep(
        sensor=aligned.sensors[found.sensor],
        body=aligned.bodies[found.sensor],
        kind=found.kind,
        from_s=found.from_s,
        to_s=found.to_s,
        vertical_rad=found.vertical_rad,
        horizontal_rad=found.horizontal_rad,
    )


def _jumped(aligned: AlignedRecording, jump: Jump) -> SensorStep:
    return SensorStep(
        sensor=aligned.sensors[jump.sensor],
        body=aligned.bodies[jump.sensor],
        kind="heading jump",
        from_s=jump.from_s,
        to_s=jump.to_s,
        vertical_rad=jump.turn_rad,
        horizontal_rad=0.0,
    )


def _of_slip(jump: Jump, turned: Sequence[Turned], strides: CutStrides) -> bool:
    """Return whether the sensor moved then: its orientation turned with it."""
    near_s = AT_ONCE * float(np.median(strides.end_s - strides.start_s)) if turned else 0.0
    return any(
        abs(0.5 * (jump.from_s + jump.to_s) - slip.time_s) < near_s
        for slip in turned
        if slip.sensor == jump.sensor and slip.kind == "moved"
    )
