"""One island of one frame, from its measured sensors to its solution, compiled."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from opensim_pelvis.kinematics.solve.compiled_records import Plan
from opensim_pelvis.kinematics.solve.derivatives import add_misfits, turn_nodes
from opensim_pelvis.kinematics.solve.newton import descend
from opensim_pelvis.kinematics.solve.quaternions import (
    compiled,
    conjugate,
    get_fixed,
    get_found,
    get_kept,
    get_q,
    is_finite,
    load,
    product,
    set_found,
    set_kept,
    set_q,
    unit,
)

FROM_NOTHING: Final = 0
FROM_BEFORE: Final = 1
FROM_COORDINATES: Final = 2

DOUBTFUL_RAD: Final = 0.35  # root mean square misfit that calls for a second, fresh start
SAME_COST: Final = 1e-9  # relative
GRID: Final = 12  # fresh start: values tried per unknown


@compiled
def solve_island(plan: Plan, part: Any, measured: Any, coordinates: Any, start: int) -> None:
    """Solve one island of a frame; its unknowns ``x`` and nodes ``q`` are the solution.

    Parameters
    ----------
    plan : Plan
    part : ISLAND record
    measured : (s, 4) array
        Sensor orientations in ground of this frame; NaN where absent.
    coordinates : array of records with a ``value``
        Where to start `FROM_COORDINATES`.
    start : int
        `FROM_NOTHING`, `FROM_BEFORE` or `FROM_COORDINATES`.
    """
    nodes, unknowns = plan.nodes, plan.unknowns
    count, weight = take_targets(nodes, plan.sensors, part, measured)
    closed = part.unknown_end - part.unknown == 3 and nodes[part.node].root >= 0
    if count == 1 and closed:
        match_roots(plan, part)
    elif count > 0:
        best = np.inf
        while True:
            if start == FROM_BEFORE:
                for n in range(part.node, part.sensed):
                    set_q(nodes[n], get_kept(nodes[n]))
            elif start == FROM_COORDINATES:
                _take_coordinates(unknowns, coordinates, part)
                match_roots(plan, part)
            else:
                search(plan, part)
            cost = descend(plan, part)
            if cost >= best * (1.0 - SAME_COST):
                _return_to_found(nodes, unknowns, part)
                break
            if start != FROM_BEFORE or cost <= 0.5 * DOUBTFUL_RAD * DOUBTFUL_RAD * weight:
                break
            best, start = cost, FROM_NOTHING  # doubtful: see whether a fresh start does better
            _remember_found(nodes, unknowns, part)
    turn_nodes(nodes, plan.terms, unknowns, plan.pieces, part.node, part.node_end)


@compiled
def take_targets(nodes: Any, sensors: Any, part: Any, measured: Any) -> tuple[int, float]:
    """Read an island's sensors; return how many are present and their weight.

    A free node is carried along with its first sensor, into ``kept_q``: what did not fit in
    the frame before will not now.
    """
    count, weight = 0, 0.0
    for n in range(part.node, part.sensed):
        set_kept(nodes[n], get_q(nodes[n]))
    for s in range(part.sensor_end - 1, part.sensor - 1, -1):
        sensor = sensors[s]
        q = load(measured[sensor.column])
        there = is_finite(q)
        if there:
            q = product(unit(q), get_fixed(sensor))
            base = nodes[sensor.node].base
            if sensor.present != 0 and base >= 0:
                motion = product(q, conjugate(get_q(sensor)))
                set_kept(nodes[base], product(motion, get_q(nodes[base])))
            set_q(sensor, q)
            count += 1
            weight += sensor.weight
        sensor.present = 1 if there else 0
    return count, weight


@compiled
def match_roots(plan: Plan, part: Any) -> None:
    """Turn each free node so that the first sensor that hangs on it fits exactly."""
    nodes = plan.nodes
    for n in range(part.node, part.sensed):
        if nodes[n].root >= 0:
            set_q(nodes[n], (1.0, 0.0, 0.0, 0.0))
    turn_nodes(nodes, plan.terms, plan.unknowns, plan.pieces, part.node, part.sensed)
    for s in range(part.sensor_end - 1, part.sensor - 1, -1):
        sensor = plan.sensors[s]
        base = nodes[sensor.node].base
        if sensor.present != 0 and base >= 0:
            fitting = get_q(sensor)
            if sensor.node != base:
                fitting = product(fitting, conjugate(get_q(nodes[sensor.node])))
            set_q(nodes[base], fitting)


@compiled
def search(plan: Plan, part: Any) -> None:
    """Find a start from nothing: try values of one unknown after the other."""
    nodes, unknowns = plan.nodes, plan.unknowns
    for i in range(part.unknown, part.unknown_end):
        unknowns[i].x = unknowns[i].start
    for i in range(part.unknown, part.unknown_end):
        one = unknowns[i]
        if one.coordinate < 0:
            continue
        start, width = one.start - np.pi, 2.0 * np.pi
        if np.isfinite(one.high - one.low):
            start, width = one.low, one.high - one.low
        best, best_x = np.inf, one.x
        for k in range(GRID + 1):
            one.x = one.start if k == GRID else start + (k + 0.5) * width / GRID
            match_roots(plan, part)
            turn_nodes(nodes, plan.terms, unknowns, plan.pieces, part.node, part.sensed)
            cost = add_misfits(nodes, plan.sensors, part.sensor, part.sensor_end)
            if cost < best:
                best, best_x = cost, one.x
        one.x = best_x
    match_roots(plan, part)


@compiled
def _take_coordinates(unknowns: Any, coordinates: Any, part: Any) -> None:
    """Take given coordinates, brought into their ranges."""
    for i in range(part.unknown, part.unknown_end):
        one = unknowns[i]
        if one.coordinate >= 0:
            one.x = min(max(coordinates[one.coordinate].value, one.low), one.high)


@compiled
def _remember_found(nodes: Any, unknowns: Any, part: Any) -> None:
    for i in range(part.unknown, part.unknown_end):
        unknowns[i].found_x = unknowns[i].x
    for n in range(part.node, part.sensed):
        set_found(nodes[n], get_q(nodes[n]))


@compiled
def _return_to_found(nodes: Any, unknowns: Any, part: Any) -> None:
    for i in range(part.unknown, part.unknown_end):
        unknowns[i].x = unknowns[i].found_x
    for n in range(part.node, part.sensed):
        set_q(nodes[n], get_found(nodes[n]))
