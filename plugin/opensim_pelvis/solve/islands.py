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
    get_fixed,
    get_found,
    get_kept,
    get_q,
    is_finite,
    load,
    product,
    quaternion_fields,
    set_found,
    set_kept,
    set_q,
    unit,
)

MAX_ITERATIONS: Final = 60
STEP_DONE_RAD: Final = 3e-6  # Newton's next step would be about the square of this
STEP_LIMIT_RAD: Final = 1.0
DOUBTFUL_RAD: Final = 0.35  # root mean square misfit that calls for a second, cold start
FROM_NOTHING: Final = 0
FROM_BEFORE: Final = 1
FROM_COORDINATES: Final = 2
GRID: Final = 12  # cold start: values tried per unknown
NULL_PIVOT: Final = 1e-13  # relative; an unknown that nothing determines stays where it is
ROUNDING: Final = 1e-14
SAME_COST: Final = 1e-9  # relative
SERIES_SQUARE: Final = 0.01  # of the sine of half an angle: 11 degrees; series exact below

# 2 arcsin(s) / s = 2 + A1 s^2 + A2 s^4 + ...
_A1, _A2, _A3, _A4 = 1 / 3, 3 / 20, 5 / 56, 35 / 576
_A5, _A6, _A7, _A8 = 63 / 1408, 231 / 6656, 143 / 5120, 6435 / 278528
# (1 - t / tan t) / t^2 = C1 + C2 t^2 + ...
_C1, _C2, _C3 = 1 / 3, 1 / 45, 2 / 945
_C4, _C5, _C6 = 1 / 4725, 2 / 93555, 1382 / 638512875


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
        *quaternion_fields("fixed"),  # from the parent to this node before it turns about its z
        *quaternion_fields("q"),  # in ground, after the turn
        *quaternion_fields("kept"),
        *quaternion_fields("found"),
        *((f"axis_{i}", _F) for i in "xyz"),
        *((f"pull_{i}", _F) for i in "xyz"),  # gradient of the cost of the sensors it carries
        *((f"stiff_{ij}", _F) for ij in ("xx", "xy", "xz", "yy", "yz", "zz")),  # 2nd derivative
    ]
)
"""An axis, or a freely turning frame."""

SENSOR: Final = np.dtype(
    [
        ("column", _I),
        ("node", _I),
        ("weight", _F),
        *quaternion_fields("fixed"),  # from the sensor's frame to its node
        *quaternion_fields("q"),  # orientation of the node that would fit it
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
def turn_nodes(
    nodes: Any, terms: Any, unknowns: Any, pieces: Any, first: int, end: int
) -> None:
    """Turn nodes to the present unknowns."""
    for n in range(first, end):
        node = nodes[n]
        if node.root >= 0:
            continue
        angle = node.offset
        for t in range(node.term, node.term_end):
            term = terms[t]
            x = unknowns[term.unknown].x
            inner_slope, inner_bend = 1.0, 0.0
            if term.inner >= 0:
                x, inner_slope, inner_bend = evaluate(pieces, term.inner, term.inner_last, x)
            value, slope, bend = evaluate(pieces, term.outer, term.outer_last, x)
            angle += value
            term.slope = slope * inner_slope
            term.bend = bend * inner_slope * inner_slope + slope * inner_bend
        before = get_fixed(node)
        if node.parent >= 0:
            before = product(get_q(nodes[node.parent]), before)
        a, b, c, d = before
        node.axis_x = 2.0 * (b * d + a * c)
        node.axis_y = 2.0 * (c * d - a * b)
        node.axis_z = 1.0 - 2.0 * (b * b + c * c)
        cosine, sine = math.cos(0.5 * angle), math.sin(0.5 * angle)
        set_q(
            node,
            (
                a * cosine - d * sine,
                b * cosine + c * sine,
                c * cosine - b * sine,
                d * cosine + a * sine,
            ),
        )


@compiled
def add_misfits(nodes: Any, sensors: Any, first: int, end: int) -> float:
    """Return half the weighted sum of squared angles; add its derivatives at the nodes."""
    cost = 0.0
    for s in range(first, end):
        sensor = sensors[s]
        if sensor.present == 0:
            continue
        node, weight = nodes[sensor.node], sensor.weight
        a, b, c, d = product(get_q(node), conjugate(get_q(sensor)))
        if a < 0.0:
            a, b, c, d = -a, -b, -c, -d
        scale, across, rest = bend_of_square(a, b * b + c * c + d * d)
        b, c, d = scale * b, scale * c, scale * d
        cost += 0.5 * weight * (b * b + c * c + d * d)
        rest *= weight
        across *= weight
        node.pull_x += weight * b
        node.pull_y += weight * c
        node.pull_z += weight * d
        node.stiff_xx += across + rest * b * b
        node.stiff_xy += rest * b * c
        node.stiff_xz += rest * b * d
        node.stiff_yy += across + rest * c * c
        node.stiff_yz += rest * c * d
        node.stiff_zz += across + rest * d * d
    return cost


@compiled
def bend_of_square(cosine: float, square: float) -> tuple[float, float, float]:
    """Return what makes angle and derivatives from cosine and squared sine of the half angle.

    Returns
    -------
    scale : float
        Angle over sine of the half angle.
    across : float
        Second derivative of half the squared angle across its axis, t / tan(t) of the half
        angle t; along the axis it is 1.
    rest : float
        (1 - across) / angle squared.
    """
    if square < SERIES_SQUARE:
        u = square
        scale = 2.0 + u * (
            _A1 + u * (_A2 + u * (_A3 + u * (_A4 + u * (_A5 + u * (_A6 + u * (_A7 + u * _A8))))))
        )
        v = 0.25 * scale * scale * u
        rest = 0.25 * (_C1 + v * (_C2 + v * (_C3 + v * (_C4 + v * (_C5 + v * _C6)))))
        return scale, 1.0 - 4.0 * v * rest, rest
    sine = math.sqrt(square)
    angle = 2.0 * math.atan2(sine, cosine)
    across = 0.5 * angle * cosine / sine
    return angle / sine, across, (1.0 - across) / (angle * angle)


@compiled
def differentiate(plan: Plan, part: Any) -> float:
    """Return an island's cost and fill its exact gradient and second derivative."""
    nodes, unknowns, hessian = plan.nodes, plan.unknowns, plan.hessian
    turn_nodes(nodes, plan.terms, unknowns, plan.pieces, part.node, part.sensed)
    for n in range(part.node, part.sensed):
        node = nodes[n]
        node.pull_x = node.pull_y = node.pull_z = 0.0
        node.stiff_xx = node.stiff_xy = node.stiff_xz = 0.0
        node.stiff_yy = node.stiff_yz = node.stiff_zz = 0.0
    for i in range(part.unknown, part.unknown_end):
        unknowns[i].gradient = 0.0
        for j in range(part.unknown, part.unknown_end):
            hessian[i, j] = 0.0
    cost = add_misfits(nodes, plan.sensors, part.sensor, part.sensor_end)
    for n in range(part.sensed - 1, part.node - 1, -1):
        node = nodes[n]
        if node.parent >= 0:
            _hand_down(nodes[node.parent], node)
        if node.root >= 0:
            root = node.root
            unknowns[root].gradient = node.pull_x
            unknowns[root + 1].gradient = node.pull_y
            unknowns[root + 2].gradient = node.pull_z
            hessian[root, root] = node.stiff_xx
            hessian[root, root + 1] = node.stiff_xy
            hessian[root, root + 2] = node.stiff_xz
            hessian[root + 1, root + 1] = node.stiff_yy
            hessian[root + 1, root + 2] = node.stiff_yz
            hessian[root + 2, root + 2] = node.stiff_zz
        else:
            _add_axis(nodes, plan.terms, unknowns, hessian, n)
    for i in range(part.unknown, part.unknown_end):
        for j in range(part.unknown, i):  # each pair was added to one side
            hessian[i, j] += hessian[j, i]
    return cost


@compiled
def _hand_down(parent: Any, node: Any) -> None:
    """Add what a node carries to what its parent carries."""
    parent.pull_x += node.pull_x
    parent.pull_y += node.pull_y
    parent.pull_z += node.pull_z
    parent.stiff_xx += node.stiff_xx
    parent.stiff_xy += node.stiff_xy
    parent.stiff_xz += node.stiff_xz
    parent.stiff_yy += node.stiff_yy
    parent.stiff_yz += node.stiff_yz
    parent.stiff_zz += node.stiff_zz


@compiled
def _add_axis(nodes: Any, terms: Any, unknowns: Any, hessian: Any, n: int) -> None:
    """Add an axis against itself and all above it, in the unknowns that turn them."""
    node = nodes[n]
    x, y, z = node.axis_x, node.axis_y, node.axis_z
    px, py, pz = node.pull_x, node.pull_y, node.pull_z
    ux = node.stiff_xx * x + node.stiff_xy * y + node.stiff_xz * z
    uy = node.stiff_xy * x + node.stiff_yy * y + node.stiff_yz * z
    uz = node.stiff_xz * x + node.stiff_yz * y + node.stiff_zz * z
    own = x * ux + y * uy + z * uz
    along = x * px + y * py + z * pz
    # half the commutator of an upper axis with this one
    ux += 0.5 * (y * pz - z * py)
    uy += 0.5 * (z * px - x * pz)
    uz += 0.5 * (x * py - y * px)
    for t in range(node.term, node.term_end):
        i, slope = terms[t].unknown, terms[t].slope
        unknowns[i].gradient += slope * along
        hessian[i, i] += terms[t].bend * along + slope * slope * own
        for other in range(node.term, t):
            _add_pair(hessian, terms[other].unknown, i, terms[other].slope * slope * own)
        above = node.parent
        while above >= 0 and nodes[above].root < 0:
            upper = nodes[above]
            pair = slope * (upper.axis_x * ux + upper.axis_y * uy + upper.axis_z * uz)
            for other in range(upper.term, upper.term_end):
                _add_pair(hessian, terms[other].unknown, i, terms[other].slope * pair)
            above = upper.parent
        if above >= 0:
            root = nodes[above].root
            hessian[root, i] += slope * ux
            hessian[root + 1, i] += slope * uy
            hessian[root + 2, i] += slope * uz


@compiled
def _add_pair(hessian: Any, i: int, j: int, value: float) -> None:
    hessian[i, j] += value if i != j else 2.0 * value


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


@compiled
def descend(plan: Plan, part: Any) -> float:
    """Iterate from the present unknowns to the minimum; return half its weighted squares."""
    best, moved, damping = np.inf, np.inf, 0.0
    for iteration in range(MAX_ITERATIONS):
        cost = differentiate(plan, part)
        if cost <= best * (1.0 + ROUNDING) + ROUNDING * ROUNDING:
            best = cost
            damping = 0.1 * damping if damping > 1e-8 else 0.0
        else:  # overshot: back, and again from there with a shorter step
            go_back(plan.nodes, plan.unknowns, part)
            if moved < STEP_DONE_RAD:
                break
            damping = max(10.0 * damping, 1e-3)
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
