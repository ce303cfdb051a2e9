"""Newton's iteration with ranges on one island, compiled."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from opensim_pelvis.kinematics.solve.compiled_records import Plan
from opensim_pelvis.kinematics.solve.derivatives import differentiate
from opensim_pelvis.kinematics.solve.quaternions import (
    compiled,
    exponential,
    get_kept,
    get_q,
    product,
    set_kept,
    set_q,
    unit,
)

MAX_ITERATIONS: Final = 60
STEP_DONE_RAD: Final = 1e-6  # Newton's next step would be about the square of this
STEP_LIMIT_RAD: Final = 1.0
NULL_PIVOT: Final = 1e-13  # relative; an unknown that nothing determines stays where it is
ROUNDING: Final = 1e-14
FIRST_DAMPING: Final = 1e-3  # of the heaviest sensor's weight
LAST_DAMPING: Final = 1e-8


@compiled
def descend(plan: Plan, part: Any) -> float:
    """Iterate from the present unknowns to the minimum; return half its weighted squares."""
    best, moved, damping = np.inf, np.inf, 0.0
    for iteration in range(MAX_ITERATIONS):
        cost = differentiate(plan, part)
        if cost <= best * (1.0 + ROUNDING) + ROUNDING * ROUNDING:
            best = cost
            damping = 0.1 * damping if damping > LAST_DAMPING else 0.0
        else:  # overshot: back, and again from there with a shorter step
            go_back(plan.nodes, plan.unknowns, part)
            if moved < STEP_DONE_RAD:
                break
            damping = max(10.0 * damping, FIRST_DAMPING)
            differentiate(plan, part)
        if iteration == MAX_ITERATIONS - 1:
            break
        keep(plan.nodes, plan.unknowns, part)
        solve_step(plan.unknowns, plan.hessian, plan.factor, part, damping)
        moved = take_step(plan.nodes, plan.unknowns, part)
        if moved < STEP_DONE_RAD and damping == 0.0:
            break
    return best


@compiled
def solve_step(unknowns: Any, hessian: Any, factor: Any, part: Any, damping: float) -> None:
    """Fill ``step`` with Newton's: L D L' by rows, held unknowns and empty pivots left out.

    Only the lower half of ``hessian`` is read. The diagonal of ``factor`` holds 1 / D, zero
    where left out. A pivot below zero is turned round, so that the step goes downhill.
    """
    low, high = part.unknown, part.unknown_end
    largest = 0.0
    for i in range(low, high):
        largest = max(largest, abs(hessian[i, i]))
    for i in range(low, high):
        one = unknowns[i]
        pivot, value = 0.0, 0.0
        at_end = (one.x <= one.low and one.gradient > 0.0) or (
            one.x >= one.high and one.gradient < 0.0
        )
        if not at_end:
            pivot, value = hessian[i, i] + damping, -one.gradient
            for j in range(low, i):
                entry = hessian[i, j]
                for k in range(low, j):
                    entry -= factor[k, i] * factor[j, k]
                factor[j, i] = entry  # L D, above the diagonal
                scaled = entry * factor[j, j]
                factor[i, j] = scaled
                pivot -= scaled * entry
                value -= scaled * unknowns[j].step
            pivot = abs(pivot)
        if pivot <= NULL_PIVOT * largest:
            for j in range(low, i + 1):
                factor[i, j] = 0.0
                factor[j, i] = 0.0
            value = 0.0
        else:
            factor[i, i] = 1.0 / pivot
        one.step = value
    for i in range(high - 1, low - 1, -1):
        value = unknowns[i].step * factor[i, i]
        if factor[i, i] > 0.0:
            for j in range(i + 1, high):
                value -= factor[j, i] * unknowns[j].step
        unknowns[i].step = value


@compiled
def take_step(nodes: Any, unknowns: Any, part: Any) -> float:
    """Move the unknowns, no further than `STEP_LIMIT_RAD` and the ranges; return how far."""
    largest = 0.0
    for i in range(part.unknown, part.unknown_end):
        largest = max(largest, abs(unknowns[i].step))
    share = 1.0 if largest < STEP_LIMIT_RAD else STEP_LIMIT_RAD / largest
    moved = 0.0
    for i in range(part.unknown, part.unknown_end):
        one = unknowns[i]
        if one.coordinate >= 0:
            x = min(max(one.x + share * one.step, one.low), one.high)
            moved = max(moved, abs(x - one.x))
            one.x = x
    for n in range(part.node, part.sensed):
        root = nodes[n].root
        if root >= 0:
            x = share * unknowns[root].step
            y = share * unknowns[root + 1].step
            z = share * unknowns[root + 2].step
            set_q(nodes[n], unit(product(exponential(x, y, z), get_q(nodes[n]))))
            moved = max(moved, abs(x), abs(y), abs(z))
    return moved


@compiled
def keep(nodes: Any, unknowns: Any, part: Any) -> None:
    """Remember the unknowns."""
    for i in range(part.unknown, part.unknown_end):
        unknowns[i].kept_x = unknowns[i].x
    for n in range(part.node, part.sensed):
        if nodes[n].root >= 0:
            set_kept(nodes[n], get_q(nodes[n]))


@compiled
def go_back(nodes: Any, unknowns: Any, part: Any) -> None:
    """Return to the unknowns remembered."""
    for i in range(part.unknown, part.unknown_end):
        unknowns[i].x = unknowns[i].kept_x
    for n in range(part.node, part.sensed):
        if nodes[n].root >= 0:
            set_q(nodes[n], get_kept(nodes[n]))
