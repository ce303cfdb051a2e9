"""What Python calls: frames of a block solved, then made continuous in time; compiled."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from opensim_pelvis.kinematics.solve.bodies import (
    RANGE_SLACK_RAD,
    bring_near,
    choose_branch,
    express,
    out_of_range,
)
from opensim_pelvis.kinematics.solve.compiled_records import Frames, Known, Plan, View
from opensim_pelvis.kinematics.solve.islands import FROM_BEFORE, FROM_NOTHING, solve_island
from opensim_pelvis.kinematics.solve.quaternions import (
    angle_of,
    compiled,
    conjugate,
    entry,
    get_fixed,
    get_q,
    is_finite,
    load,
    product,
)

LOCKED_SINE: Final = 1e-9  # below, first and third angle are one
NEAR_LOCK_SINE: Final = 0.1  # below, noise grows tenfold in the first and third angle


@entry
def solve_frames(
    plan: Plan, view: View, known: Known, frames: Frames, chosen: Any, start: int
) -> None:
    """Solve some frames of a block one after the other.

    Parameters
    ----------
    chosen : (n,) int array
        Rows of the block.
    start : int
        `FROM_NOTHING`, then from frame to frame; `FROM_BEFORE`, where the plan holds the
        solution of the frame before the first; `FROM_COORDINATES`, each from what the block
        holds.
    """
    for count in range(chosen.size):
        row = chosen[count]
        if start == FROM_NOTHING and count > 0:
            start = FROM_BEFORE
        measured = frames.measured[row]
        coordinates = frames.coordinates[row]
        for i in range(view.coordinates.size):
            view.coordinates[i].value = coordinates[i]
        for k in range(plan.islands.size):
            solve_island(plan, plan.islands[k], measured, view.coordinates, start)
        for i in range(plan.unknowns.size):
            if plan.unknowns[i].coordinate >= 0:
                view.coordinates[plan.unknowns[i].coordinate].value = plan.unknowns[i].x
        express(plan, view)
        for i in range(view.coordinates.size):
            coordinates[i] = view.coordinates[i].value
        frames.violated[row] = _find_violations(
            view.cuts, view.coordinates, known.cut[frames.pattern[row]]
        )
        _write(view, known, frames, row)


@compiled
def _find_violations(cuts: Any, coordinates: Any, known_cut: Any) -> int:
    """Return the bits of the cut joints with a clamped coordinate out of its range."""
    found = 0
    for c in range(cuts.size):
        if known_cut[c]:
            for k in range(3):
                one = coordinates[cuts[c].coordinate[k]]
                if out_of_range(one, one.value) > RANGE_SLACK_RAD:
                    found |= cuts[c].bit
    return found


@compiled
def _write(view: View, known: Known, frames: Frames, row: int) -> None:
    """Write bodies and misfits of a frame, NaN where the sensors do not determine them."""
    pattern = frames.pattern[row]
    for b in range(view.bodies.size):
        body = view.bodies[b]
        if body.column >= 0:
            turned, placed = known.body[pattern, b], known.place[pattern, b]
            frames.R_GB[row, body.column, 0] = body.q_w if turned else np.nan
            frames.R_GB[row, body.column, 1] = body.q_x if turned else np.nan
            frames.R_GB[row, body.column, 2] = body.q_y if turned else np.nan
            frames.R_GB[row, body.column, 3] = body.q_z if turned else np.nan
            frames.p_GB[row, body.column, 0] = body.p_x if placed else np.nan
            frames.p_GB[row, body.column, 1] = body.p_y if placed else np.nan
            frames.p_GB[row, body.column, 2] = body.p_z if placed else np.nan
    for s in range(view.misfits.size):
        sensor = view.misfits[s]
        angle = np.nan
        if sensor.body >= 0 and known.body[pattern, sensor.body]:
            fitted = product(get_q(view.bodies[sensor.body]), get_fixed(sensor))
            angle = angle_of(product(conjugate(load(frames.measured[row, s])), fitted))
        frames.errors[row, s] = angle


@entry
def follow(view: View, known: Known, frames: Frames, values: Any, last_q: Any) -> None:
    """Make angles and signs of quaternions continuous in time and write the coordinates.

    Parameters
    ----------
    view : View
        Its coordinates' ``last`` are those known last; updated, and ``near_lock`` of its cuts.
    values : (n, k) array
        Coordinates that are wanted; NaN where not determined.
    last_q : (b, 4) array
        Orientations of bodies known last; updated.
    """
    for row in range(frames.pattern.size):
        pattern = frames.pattern[row]
        for i in range(view.coordinates.size):
            view.coordinates[i].value = frames.coordinates[row, i]
        for c in range(view.cuts.size):
            if known.cut[pattern, c]:
                _follow_cut(view.cuts[c], view.coordinates)
        for i in range(view.coordinates.size):
            one = view.coordinates[i]
            if one.column >= 0:
                value = np.nan
                if known.coordinate[pattern, i]:
                    value = one.value
                    if one.period < np.inf:
                        value = bring_near(one, value)
                    one.last = value
                values[row, one.column] = value
        for b in range(frames.R_GB.shape[1]):
            _keep_sign(frames.R_GB[row, b], last_q[b])


@compiled
def _follow_cut(cut: Any, coordinates: Any) -> None:
    """Choose the branch next to the last angles; at gimbal lock keep the third angle."""
    a, b, d = (
        coordinates[cut.coordinate[0]],
        coordinates[cut.coordinate[1]],
        coordinates[cut.coordinate[2]],
    )
    choose_branch(cut, a, b, d)
    middle = cut.slope[1] * b.value + cut.offset[1]
    sine = abs(math.sin(middle))
    if sine < NEAR_LOCK_SINE:
        cut.near_lock += 1
    if sine < LOCKED_SINE:  # only the sum or difference of first and third is known
        sign = 1.0 if math.cos(middle) > 0.0 else -1.0
        change = cut.slope[2] * (d.last - d.value)
        d.value = d.last
        a.value = bring_near(a, a.value - sign * change / cut.slope[0])


@compiled
def _keep_sign(q: Any, last: Any) -> None:
    dot = q[0] * last[0] + q[1] * last[1] + q[2] * last[2] + q[3] * last[3]
    if is_finite(load(q)):
        for i in range(4):
            if dot < 0.0:
                q[i] = -q[i]
            last[i] = q[i]
