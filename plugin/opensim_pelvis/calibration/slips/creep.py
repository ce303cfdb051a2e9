"""Finds sensors that lean further and further on the body, stride by stride.

No step tells of a belt that sinks slowly. Over a run gravity does: the tilt of a sensor at the end
against the beginning, which its own waveforms share. A runner who tires leans over as well, so
this is told as possible, and only for one sensor that tilts more than the others.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.calibration.slips.stride_cut import CutStrides
from opensim_pelvis.calibration.slips.turned import OUTSTANDING, SAME_MOVEMENT, Turned
from opensim_pelvis.calibration.slips.turns import split_turns, turns_between
from opensim_pelvis.frames import FloatArray, IntArray

CREEP_RAD: Final = float(np.deg2rad(15.0))
"""Tilt over a run that no person leans by and runs on as before."""

BLOCK: Final = 12
"""Strides at the beginning and at the end whose medians are compared."""


def find_creep(strides: CutStrides, steps: tuple[Turned, ...]) -> tuple[Turned, ...]:
    """Return sensors that tilted slowly, from the first strides of a movement to its last.

    Parameters
    ----------
    strides : CutStrides
    steps : tuple of Turned
        What was found already: such a sensor is not told twice.
    """
    known = {step.sensor for step in steps if step.kind != "movement changed"}
    found = []
    for number in np.unique(strides.stretch):
        rows = np.flatnonzero(strides.stretch == number)
        if rows.size < 3 * BLOCK:
            continue
        turned = [_between_ends(strides, rows, i) for i in range(strides.turning_radps.shape[1])]
        tilts = np.array([step.horizontal_rad for step in turned])
        for i, step in enumerate(turned):
            others = np.delete(tilts, i)
            alone = not others.size or step.horizontal_rad > OUTSTANDING * others.max()
            same = step.rest < SAME_MOVEMENT
            if step.horizontal_rad > CREEP_RAD and alone and same and i not in known:
                found.append(step)
    return tuple(found)


def _between_ends(strides: CutStrides, rows: IntArray, i: int) -> Turned:
    """Return the turn from the first strides to the last ones; none where samples are absent."""
    ends = (rows[:BLOCK], rows[-BLOCK:])
    turning, force = (
        [_median(signal[part, i]) for part in ends]
        for signal in (strides.turning_radps, strides.force_mps2)
    )
    vertical, horizontal, rest = 0.0, 0.0, 0.0
    if all(np.isfinite(part).all() for part in (*turning, *force)):
        R_SS, left = turns_between((turning[0], turning[1]), (force[0], force[1]))
        parts = split_turns(R_SS, force[0].mean(axis=1))
        vertical, horizontal, rest = float(parts[0][0]), float(parts[1][0]), float(left[0])
    return Turned(
        sensor=i,
        from_s=float(strides.end_s[ends[0][-1]]),
        to_s=float(strides.start_s[ends[1][0]]),
        vertical_rad=vertical,
        horizontal_rad=horizontal,
        rest=rest,
        kind="may have moved",
    )


def _median(signal: FloatArray) -> FloatArray:
    return np.asarray(np.median(signal, axis=0)[None])
