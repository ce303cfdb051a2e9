"""The Newton iteration on one island of a frame, compiled.

An island is a set of bodies whose sensors share unknowns: hinges between them, and the free
orientations of the bodies that it hangs on. Every turning axis is a *node*; a node turns about
the z axis of its own frame. See ``docs/inverse-kinematics.md`` for the derivation.
"""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np

from opensim_pelvis.solve.quaternions import (
    compiled,
    conjugate,
    exponential,
    is_finite,
    load,
    product,
    store,
    unit,
)

MAX_ITERATIONS: Final = 60
STEP_DONE_RAD: Final = 1e-7  # Newton's next step would be about the square of this
STEP_LIMIT_RAD: Final = 1.0
DOUBTFUL_RAD: Final = 0.35  # root mean square misfit that calls for a second, cold start
GRID: Final = 12  # cold start: values tried per unknown
NULL_PIVOT: Final = 1e-13  # relative; an unknown that nothing determines stays where it is
ROUNDING: Final = 1e-14
SAME_COST: Final = 1e-9  # relative
SERIES_RAD: Final = 1e-2  # below, four terms of the series are exact


_F, _I = np.float64, np.int64

TERM: Final = np.dtype(
    [
        ("unknown", _I),
        ("outer", _I),  # first and last piece of the outer function
        ("outer_last", _I),
        ("inner", _I),  # of the inner one; -1: none
        ("inner_last", _I),
        ("slope", _F),
        ("bend", _F),
    ]
)
"""A function of one unknown, ``outer(inner(x))``, that is added to the angle of an axis."""

NODE: Final = np.dtype(
    [
        ("parent", _I),  # -1: ground
        ("base", _I),  # the freely turning node that it hangs on; -1: ground
        ("root", _I),  # of a freely turning node: the first of its three unknowns; else -1
        ("term", _I),
        ("term_end", _I),
        ("offset", _F),
        ("fixed", _F, 4),  # from the parent to this node before it turns about its z axis
        ("q", _F, 4),  # in ground, after the turn
        ("axis", _F, 3),
        ("pull", _F, 3),  # gradient and second derivative of the cost of the sensors that it
        ("stiffness", _F, 6),  # carries, by a turn in ground: xx, xy, xz, yy, yz, zz
        ("kept_q", _F, 4),
        ("found_q", _F, 4),
    ]
)
"""An axis, or a freely turning frame."""

SENSOR: Final = np.dtype(
    [
        ("column", _I),
        ("node", _I),
        ("weight", _F),
        ("inverse", _F, 4),  # from the sensor's frame to its node
        ("target", _F, 4),  # orientation of the node that would fit it
        ("present", _I),
    ]
)

UNKNOWN: Final = np.dtype(
    [
        ("coordinate", _I),  # -1: of a freely turning node
        ("low", _F),
        ("high", _F),
        ("start", _F),
        ("x", _F),
        ("kept_x", _F),
        ("found_x", _F),
        ("gradient", _F),
        ("step", _F),
    ]
)

ISLAND: Final = np.dtype(
    [
        (name, _I)
        for name in (
            *("node", "sensed", "node_end"),  # nodes up to ``sensed`` carry sensors
            *("unknown", "unknown_end", "sensor", "sensor_end"),
        )
    ]
)


class Plan(NamedTuple):
    """What is unknown and how it turns the sensors, with the state of one thread.

    Arrays of the records above, island after island; nodes stand parents first. ``pieces`` are
    rows of piecewise polynomials: left edge, origin, coefficients from the constant up.
    """

    nodes: Any
    terms: Any
    pieces: Any
    unknowns: Any
    islands: Any
    sensors: Any
    hessian: Any
    factor: Any

    def copy(self) -> Plan:
        """Return a plan for another thread."""
        return Plan(*(array.copy() for array in self))


@compiled
def evaluate(pieces: Any, first: int, last: int, x: float) -> tuple[float, float, float]:
    """Return value, slope and second derivative of a function."""
    piece = first
    while piece < last and pieces[piece + 1, 0] <= x:
        piece += 1
    step = x - pieces[piece, 1]
    value = slope = bend = 0.0
    for power in range(pieces.shape[1] - 1, 1, -1):
        bend = bend * step + 2.0 * slope
        slope = slope * step + value
        value = value * step + pieces[piece, power]
    return value, slope, bend


@compiled
def turn_nodes(plan: Plan, first: int, end: int) -> None:
    """Turn nodes to the present unknowns."""
    nodes, terms = plan.nodes, plan.terms
    for n in range(first, end):
        node = nodes[n]
        if node.root >= 0:
            continue
        angle = node.offset
        for t in range(node.term, node.term_end):
            term = terms[t]
            x = plan.unknowns[term.unknown].x
            inner_slope, inner_bend = 1.0, 0.0
            if term.inner >= 0:
                x, inner_slope, inner_bend = evaluate(plan.pieces, term.inner, term.inner_last, x)
            value, slope, bend = evaluate(plan.pieces, term.outer, term.outer_last, x)
            angle += value
            term.slope = slope * inner_slope
            term.bend = bend * inner_slope * inner_slope + slope * inner_bend
        before = load(node.fixed)
        if node.parent >= 0:
            before = product(load(nodes[node.parent].q), before)
        a, b, c, d = before
        node.axis[0] = 2.0 * (b * d + a * c)
        node.axis[1] = 2.0 * (c * d - a * b)
        node.axis[2] = 1.0 - 2.0 * (b * b + c * c)
        cosine, sine = math.cos(0.5 * angle), math.sin(0.5 * angle)
        store(
            node.q,
            (
                a * cosine - d * sine,
                b * cosine + c * sine,
                c * cosine - b * sine,
                d * cosine + a * sine,
            ),
        )


@compiled
def add_misfits(plan: Plan, island: int) -> float:
    """Return half the weighted sum of squared angles; add its derivatives at the nodes."""
    cost = 0.0
    for s in range(plan.islands[island].sensor, plan.islands[island].sensor_end):
        sensor = plan.sensors[s]
        if sensor.present == 0:
            continue
        node, weight = plan.nodes[sensor.node], sensor.weight
        a, b, c, d = product(load(node.q), conjugate(load(sensor.target)))
        if a < 0.0:
            a, b, c, d = -a, -b, -c, -d
        sine = math.sqrt(b * b + c * c + d * d)
        angle = 2.0 * math.atan2(sine, a)
        square = angle * angle
        if angle < SERIES_RAD:
            scale = 2.0 / a * (1.0 - (sine / a) ** 2 / 3.0 + (sine / a) ** 4 / 5.0)
            rest = 1.0 / 12.0 + square / 720.0 + square * square / 30240.0
            across = 1.0 - square * rest
        else:
            scale = angle / sine
            across = 0.5 * scale * a
            rest = (1.0 - across) / square
        b, c, d = scale * b, scale * c, scale * d
        cost += 0.5 * weight * square
        rest *= weight
        across *= weight
        node.pull[0] += weight * b
        node.pull[1] += weight * c
        node.pull[2] += weight * d
        node.stiffness[0] += across + rest * b * b
        node.stiffness[1] += rest * b * c
        node.stiffness[2] += rest * b * d
        node.stiffness[3] += across + rest * c * c
        node.stiffness[4] += rest * c * d
        node.stiffness[5] += across + rest * d * d
    return cost


@compiled
def differentiate(plan: Plan, island: int) -> float:
    """Return the island's cost and fill its exact gradient and second derivative."""
    part, nodes = plan.islands[island], plan.nodes
    turn_nodes(plan, part.node, part.sensed)
    for n in range(part.node, part.sensed):
        for i in range(3):
            nodes[n].pull[i] = 0.0
        for i in range(6):
            nodes[n].stiffness[i] = 0.0
    for i in range(part.unknown, part.unknown_end):
        plan.unknowns[i].gradient = 0.0
        for j in range(part.unknown, part.unknown_end):
            plan.hessian[i, j] = 0.0
    cost = add_misfits(plan, island)
    for n in range(part.sensed - 1, part.node - 1, -1):
        parent, root = nodes[n].parent, nodes[n].root
        if parent >= 0:
            for i in range(3):
                nodes[parent].pull[i] += nodes[n].pull[i]
            for i in range(6):
                nodes[parent].stiffness[i] += nodes[n].stiffness[i]
        if root >= 0:
            k = 0
            for i in range(3):
                plan.unknowns[root + i].gradient += nodes[n].pull[i]
                for j in range(i, 3):
                    plan.hessian[root + i, root + j] += nodes[n].stiffness[k]
                    k += 1
        else:
            _add_axis(plan, n)
    for i in range(part.unknown, part.unknown_end):
        for j in range(part.unknown, i):  # each pair was added to one side
            both = plan.hessian[i, j] + plan.hessian[j, i]
            plan.hessian[i, j] = both
            plan.hessian[j, i] = both
    return cost


@compiled
def _add_axis(plan: Plan, n: int) -> None:
    """Add an axis against itself and all above it, in the unknowns that turn them."""
    nodes, terms, unknowns = plan.nodes, plan.terms, plan.unknowns
    node = nodes[n]
    x, y, z = node.axis[0], node.axis[1], node.axis[2]
    px, py, pz = node.pull[0], node.pull[1], node.pull[2]
    s = node.stiffness
    ux = s[0] * x + s[1] * y + s[2] * z
    uy = s[1] * x + s[3] * y + s[4] * z
    uz = s[2] * x + s[4] * y + s[5] * z
    own = x * ux + y * uy + z * uz
    along = x * px + y * py + z * pz
    # half the commutator of an upper axis with this one
    ux += 0.5 * (y * pz - z * py)
    uy += 0.5 * (z * px - x * pz)
    uz += 0.5 * (x * py - y * px)
    for t in range(node.term, node.term_end):
        i, slope = terms[t].unknown, terms[t].slope
        unknowns[i].gradient += slope * along
        plan.hessian[i, i] += terms[t].bend * along + slope * slope * own
        for other in range(node.term, t):
            _add_pair(plan.hessian, terms[other].unknown, i, terms[other].slope * slope * own)
        above = node.parent
        while above >= 0 and nodes[above].root < 0:
            upper = nodes[above]
            pair = slope * (upper.axis[0] * ux + upper.axis[1] * uy + upper.axis[2] * uz)
            for other in range(upper.term, upper.term_end):
                _add_pair(plan.hessian, terms[other].unknown, i, terms[other].slope * pair)
            above = upper.parent
        if above >= 0:
            root = nodes[above].root
            plan.hessian[root, i] += slope * ux
            plan.hessian[root + 1, i] += slope * uy
            plan.hessian[root + 2, i] += slope * uz


@compiled
def _add_pair(hessian: Any, i: int, j: int, value: float) -> None:
    hessian[i, j] += value if i != j else 2.0 * value


@compiled
def solve_step(plan: Plan, island: int, damping: float) -> None:
    """Fill ``step`` with Newton's: L D L' by rows, held unknowns and empty pivots left out.

    A pivot below zero is turned round, so that the step goes downhill.
    """
    unknowns, factor = plan.unknowns, plan.factor
    low, high = plan.islands[island].unknown, plan.islands[island].unknown_end
    largest = 0.0
    for i in range(low, high):
        largest = max(largest, abs(plan.hessian[i, i]))
    for i in range(low, high):
        one = unknowns[i]
        pivot, value = 0.0, 0.0
        at_end = (one.x <= one.low and one.gradient > 0.0) or (
            one.x >= one.high and one.gradient < 0.0
        )
        if not at_end:
            pivot, value = plan.hessian[i, i] + damping, -one.gradient
            for j in range(low, i):
                entry = plan.hessian[i, j]
                for k in range(low, j):
                    entry -= factor[i, k] * factor[j, k] * factor[k, k]
                entry = entry / factor[j, j] if factor[j, j] > 0.0 else 0.0
                factor[i, j] = entry
                pivot -= entry * entry * factor[j, j]
                value -= entry * unknowns[j].step
            pivot = abs(pivot)
        if pivot <= NULL_PIVOT * largest:
            for j in range(low, i + 1):
                factor[i, j] = 0.0
            value = 0.0
        else:
            factor[i, i] = pivot
        one.step = value
    for i in range(high - 1, low - 1, -1):
        if factor[i, i] > 0.0:
            value = unknowns[i].step / factor[i, i]
            for j in range(i + 1, high):
                value -= factor[j, i] * unknowns[j].step
            unknowns[i].step = value


@compiled
def take_step(plan: Plan, island: int) -> float:
    """Move the unknowns, no further than `STEP_LIMIT_RAD` and the ranges; return how far."""
    part, unknowns = plan.islands[island], plan.unknowns
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
        root = plan.nodes[n].root
        if root >= 0:
            x = share * unknowns[root].step
            y = share * unknowns[root + 1].step
            z = share * unknowns[root + 2].step
            store(plan.nodes[n].q, unit(product(exponential(x, y, z), load(plan.nodes[n].q))))
            moved = max(moved, abs(x), abs(y), abs(z))
    return moved


@compiled
def keep(plan: Plan, island: int) -> None:
    """Remember the unknowns."""
    part = plan.islands[island]
    for i in range(part.unknown, part.unknown_end):
        plan.unknowns[i].kept_x = plan.unknowns[i].x
    for n in range(part.node, part.sensed):
        store(plan.nodes[n].kept_q, load(plan.nodes[n].q))


@compiled
def go_back(plan: Plan, island: int) -> None:
    """Return to the unknowns remembered."""
    part = plan.islands[island]
    for i in range(part.unknown, part.unknown_end):
        plan.unknowns[i].x = plan.unknowns[i].kept_x
    for n in range(part.node, part.sensed):
        store(plan.nodes[n].q, load(plan.nodes[n].kept_q))


@compiled
def descend(plan: Plan, island: int) -> float:
    """Iterate from the present unknowns to the minimum; return half its weighted squares."""
    best, moved, damping = np.inf, np.inf, 0.0
    for iteration in range(MAX_ITERATIONS):
        cost = differentiate(plan, island)
        if cost <= best * (1.0 + ROUNDING) + ROUNDING * ROUNDING:
            best = cost
            damping = 0.1 * damping if damping > 1e-8 else 0.0
        else:  # overshot: back, and again from there with a shorter step
            go_back(plan, island)
            if moved < STEP_DONE_RAD:
                break
            damping = max(10.0 * damping, 1e-3)
            differentiate(plan, island)
        if iteration == MAX_ITERATIONS - 1:
            break
        keep(plan, island)
        solve_step(plan, island, damping)
        moved = take_step(plan, island)
        if moved < STEP_DONE_RAD and damping == 0.0:
            break
    return best


@compiled
def match_roots(plan: Plan, island: int) -> None:
    """Turn each free node so that the first sensor that hangs on it fits exactly."""
    part, nodes = plan.islands[island], plan.nodes
    for n in range(part.node, part.sensed):
        if nodes[n].root >= 0:
            store(nodes[n].q, (1.0, 0.0, 0.0, 0.0))
    turn_nodes(plan, part.node, part.sensed)
    for s in range(part.sensor_end - 1, part.sensor - 1, -1):
        sensor = plan.sensors[s]
        base = nodes[sensor.node].base
        if sensor.present != 0 and base >= 0:
            fitting = load(sensor.target)
            if sensor.node != base:
                fitting = product(fitting, conjugate(load(nodes[sensor.node].q)))
            store(nodes[base].q, fitting)


@compiled
def search(plan: Plan, island: int) -> None:
    """Find a start from nothing: try values of one unknown after the other."""
    part = plan.islands[island]
    for i in range(part.unknown, part.unknown_end):
        plan.unknowns[i].x = plan.unknowns[i].start
    for i in range(part.unknown, part.unknown_end):
        one = plan.unknowns[i]
        if one.coordinate < 0:
            continue
        start, width = one.start - np.pi, 2.0 * np.pi
        if np.isfinite(one.high - one.low):
            start, width = one.low, one.high - one.low
        best, best_x = np.inf, one.x
        for k in range(GRID + 1):
            one.x = one.start if k == GRID else start + (k + 0.5) * width / GRID
            match_roots(plan, island)
            cost = differentiate(plan, island)
            if cost < best:
                best, best_x = cost, one.x
        one.x = best_x
    match_roots(plan, island)


@compiled
def take_targets(plan: Plan, island: int, measured: Any) -> tuple[int, float]:
    """Read an island's sensors; return how many are present and their weight.

    A free node is carried along with its first sensor, into ``kept_q``: what did not fit in
    the frame before will not now.
    """
    part, nodes = plan.islands[island], plan.nodes
    count, weight = 0, 0.0
    for n in range(part.node, part.sensed):
        store(nodes[n].kept_q, load(nodes[n].q))
    for s in range(part.sensor_end - 1, part.sensor - 1, -1):
        sensor = plan.sensors[s]
        q = load(measured[sensor.column])
        there = is_finite(q)
        if there:
            q = product(unit(q), load(sensor.inverse))
            base = nodes[sensor.node].base
            if sensor.present != 0 and base >= 0:
                motion = product(q, conjugate(load(sensor.target)))
                store(nodes[base].kept_q, product(motion, load(nodes[base].q)))
            store(sensor.target, q)
            count += 1
            weight += sensor.weight
        sensor.present = 1 if there else 0
    return count, weight


@compiled
def solve_island(plan: Plan, island: int, measured: Any, warm: bool) -> None:
    """Solve one island of a frame, from the frame before where ``warm``.

    Parameters
    ----------
    plan : Plan
        Its unknowns ``x`` and nodes ``q`` are the solution.
    island : int
    measured : (s, 4) array
        Sensor orientations in ground of this frame; NaN where absent.
    warm : bool
    """
    part = plan.islands[island]
    count, weight = take_targets(plan, island, measured)
    n_unknowns = part.unknown_end - part.unknown
    if count == 1 and n_unknowns == 3 and plan.nodes[part.node].root >= 0:
        match_roots(plan, island)  # closed form
    elif count > 0:
        if warm:
            for n in range(part.node, part.sensed):
                store(plan.nodes[n].q, load(plan.nodes[n].kept_q))
            cost = descend(plan, island)
            if cost > 0.5 * DOUBTFUL_RAD * DOUBTFUL_RAD * weight:
                _try_afresh(plan, island, cost)
        else:
            search(plan, island)
            descend(plan, island)
    turn_nodes(plan, part.node, part.node_end)


@compiled
def _try_afresh(plan: Plan, island: int, cost: float) -> None:
    """Keep the better of what was found and what a start from nothing finds."""
    part = plan.islands[island]
    for i in range(part.unknown, part.unknown_end):
        plan.unknowns[i].found_x = plan.unknowns[i].x
    for n in range(part.node, part.sensed):
        store(plan.nodes[n].found_q, load(plan.nodes[n].q))
    search(plan, island)
    if descend(plan, island) >= cost * (1.0 - SAME_COST):
        for i in range(part.unknown, part.unknown_end):
            plan.unknowns[i].x = plan.unknowns[i].found_x
        for n in range(part.node, part.sensed):
            store(plan.nodes[n].q, load(plan.nodes[n].found_q))
