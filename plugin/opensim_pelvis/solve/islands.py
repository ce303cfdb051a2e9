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


class Plan(NamedTuple):
    """What is unknown and how it turns the sensors; arrays only, island after island.

    Nodes stand parents first; in each island those that carry sensors come first.
    ``node_root`` holds the first of the three unknowns of a freely turning node, -1 for an
    axis. Terms add functions of one unknown to an axis' angle: ``outer(inner(x))``, inner -1
    where there is none. Functions are piecewise polynomials.
    """

    node_parent: Any
    node_base: Any
    node_fixed: Any
    node_root: Any
    node_offset: Any
    node_term: Any
    term_unknown: Any
    term_outer: Any
    term_inner: Any
    function_piece: Any
    piece_left: Any
    piece_origin: Any
    piece_coefficients: Any
    island_node: Any
    island_sensed: Any
    island_unknown: Any
    island_sensor: Any
    sensor_column: Any
    sensor_node: Any
    sensor_inverse: Any
    sensor_weight: Any
    unknown_low: Any
    unknown_high: Any
    unknown_start: Any
    unknown_coordinate: Any


class Work(NamedTuple):
    """Scratch arrays of one thread; state of the frame before in ``x`` and ``q``."""

    x: Any
    q: Any
    axis: Any
    slope: Any
    bend: Any
    pull: Any
    stiffness: Any
    gradient: Any
    hessian: Any
    factor: Any
    step: Any
    best_x: Any
    best_q: Any
    target: Any
    present: Any


@compiled
def make_work(plan: Plan) -> Work:
    """Return scratch arrays of the size that a plan needs, at its starting values."""
    n, m, k = plan.node_parent.size, plan.unknown_low.size, plan.term_unknown.size
    s = plan.sensor_column.size
    q = np.zeros((n, 4))
    q[:, 0] = 1.0
    return Work(
        plan.unknown_start.copy(),
        q,
        np.zeros((n, 3)),
        np.zeros(k),
        np.zeros(k),
        np.zeros((n, 3)),
        np.zeros((n, 6)),
        np.zeros(m),
        np.zeros((m, m)),
        np.zeros((m, m)),
        np.zeros(m),
        np.zeros(m),
        np.zeros((n, 4)),
        np.full((s, 4), np.nan),
        np.zeros(s, np.bool_),
    )


@compiled
def evaluate(plan: Plan, function: int, x: float) -> tuple[float, float, float]:
    """Return value, slope and second derivative of a function."""
    piece = plan.function_piece[function]
    last = plan.function_piece[function + 1] - 1
    while piece < last and plan.piece_left[piece + 1] <= x:
        piece += 1
    step = x - plan.piece_origin[piece]
    value = slope = bend = 0.0
    for power in range(plan.piece_coefficients.shape[1] - 1, -1, -1):
        bend = bend * step + 2.0 * slope
        slope = slope * step + value
        value = value * step + plan.piece_coefficients[piece, power]
    return value, slope, bend


@compiled
def turn_nodes(plan: Plan, first: int, end: int, w: Work) -> None:
    """Turn nodes to the present unknowns: ``q`` after the turn, ``axis`` in ground."""
    for node in range(first, end):
        if plan.node_root[node] >= 0:
            continue
        angle = plan.node_offset[node]
        for term in range(plan.node_term[node], plan.node_term[node + 1]):
            x = w.x[plan.term_unknown[term]]
            inner_slope, inner_bend = 1.0, 0.0
            if plan.term_inner[term] >= 0:
                x, inner_slope, inner_bend = evaluate(plan, plan.term_inner[term], x)
            value, slope, bend = evaluate(plan, plan.term_outer[term], x)
            angle += value
            w.slope[term] = slope * inner_slope
            w.bend[term] = bend * inner_slope * inner_slope + slope * inner_bend
        before = load(plan.node_fixed, node)
        if plan.node_parent[node] >= 0:
            before = product(load(w.q, plan.node_parent[node]), before)
        a, b, c, d = before
        w.axis[node, 0] = 2.0 * (b * d + a * c)
        w.axis[node, 1] = 2.0 * (c * d - a * b)
        w.axis[node, 2] = 1.0 - 2.0 * (b * b + c * c)
        cosine, sine = math.cos(0.5 * angle), math.sin(0.5 * angle)
        w.q[node, 0] = a * cosine - d * sine
        w.q[node, 1] = b * cosine + c * sine
        w.q[node, 2] = c * cosine - b * sine
        w.q[node, 3] = d * cosine + a * sine


@compiled
def add_misfits(plan: Plan, island: int, w: Work) -> float:
    """Return half the weighted sum of squared angles; add its derivatives at the nodes.

    ``pull`` is the gradient and ``stiffness`` the symmetric second derivative (xx, xy, xz, yy,
    yz, zz) with respect to a turn of the node in ground.
    """
    cost = 0.0
    for sensor in range(plan.island_sensor[island], plan.island_sensor[island + 1]):
        if not w.present[sensor]:
            continue
        node, weight = plan.sensor_node[sensor], plan.sensor_weight[sensor]
        a, b, c, d = product(load(w.q, node), conjugate(load(w.target, sensor)))
        if a < 0.0:
            a, b, c, d = -a, -b, -c, -d
        sine = math.sqrt(b * b + c * c + d * d)
        angle = 2.0 * math.atan2(sine, a)
        square = angle * angle
        if angle < 1e-2:
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
        w.pull[node, 0] += weight * b
        w.pull[node, 1] += weight * c
        w.pull[node, 2] += weight * d
        w.stiffness[node, 0] += across + rest * b * b
        w.stiffness[node, 1] += rest * b * c
        w.stiffness[node, 2] += rest * b * d
        w.stiffness[node, 3] += across + rest * c * c
        w.stiffness[node, 4] += rest * c * d
        w.stiffness[node, 5] += across + rest * d * d
    return cost


@compiled
def differentiate(plan: Plan, island: int, w: Work) -> float:
    """Return the island's cost and fill its exact gradient and second derivative."""
    first, end = plan.island_node[island], plan.island_sensed[island]
    low, high = plan.island_unknown[island], plan.island_unknown[island + 1]
    turn_nodes(plan, first, end, w)
    w.pull[first:end] = 0.0
    w.stiffness[first:end] = 0.0
    w.gradient[low:high] = 0.0
    w.hessian[low:high, low:high] = 0.0
    cost = add_misfits(plan, island, w)
    for node in range(end - 1, first - 1, -1):
        parent = plan.node_parent[node]
        if parent >= 0:
            for i in range(3):
                w.pull[parent, i] += w.pull[node, i]
            for i in range(6):
                w.stiffness[parent, i] += w.stiffness[node, i]
        root = plan.node_root[node]
        if root >= 0:
            _add_root(w, node, root)
        else:
            _add_axis(plan, w, node)
    for i in range(low, high):
        for j in range(i):
            w.hessian[i, j] = w.hessian[j, i] = w.hessian[i, j] + w.hessian[j, i]
    return cost


@compiled
def _add_root(w: Work, node: int, root: int) -> None:
    k = 0
    for i in range(3):
        w.gradient[root + i] += w.pull[node, i]
        for j in range(i, 3):
            w.hessian[root + i, root + j] += w.stiffness[node, k]
            k += 1


@compiled
def _add_axis(plan: Plan, w: Work, node: int) -> None:
    """Add an axis against itself and all above it, in the unknowns that turn them.

    Each pair is added once, to one side of the diagonal; the caller adds both sides.
    """
    x, y, z = w.axis[node, 0], w.axis[node, 1], w.axis[node, 2]
    px, py, pz = w.pull[node, 0], w.pull[node, 1], w.pull[node, 2]
    s = w.stiffness[node]
    ux = s[0] * x + s[1] * y + s[2] * z
    uy = s[1] * x + s[3] * y + s[4] * z
    uz = s[2] * x + s[4] * y + s[5] * z
    own = x * ux + y * uy + z * uz
    along = x * px + y * py + z * pz
    # half the commutator of an upper axis with this one
    ux += 0.5 * (y * pz - z * py)
    uy += 0.5 * (z * px - x * pz)
    uz += 0.5 * (x * py - y * px)
    for term in range(plan.node_term[node], plan.node_term[node + 1]):
        i, slope = plan.term_unknown[term], w.slope[term]
        w.gradient[i] += slope * along
        w.hessian[i, i] += w.bend[term] * along + slope * slope * own
        for other in range(plan.node_term[node], term):
            _add_pair(w, plan.term_unknown[other], i, w.slope[other] * slope * own)
        above = plan.node_parent[node]
        while above >= 0 and plan.node_root[above] < 0:
            pair = slope * (w.axis[above, 0] * ux + w.axis[above, 1] * uy + w.axis[above, 2] * uz)
            for other in range(plan.node_term[above], plan.node_term[above + 1]):
                _add_pair(w, plan.term_unknown[other], i, w.slope[other] * pair)
            above = plan.node_parent[above]
        if above >= 0:
            root = plan.node_root[above]
            w.hessian[root, i] += slope * ux
            w.hessian[root + 1, i] += slope * uy
            w.hessian[root + 2, i] += slope * uz


@compiled
def _add_pair(w: Work, i: int, j: int, value: float) -> None:
    w.hessian[i, j] += value if i != j else 2.0 * value


@compiled
def solve_step(plan: Plan, island: int, w: Work, damping: float) -> None:
    """Fill ``step`` with Newton's: L D L' by rows, held unknowns and empty pivots left out.

    A pivot below zero is turned round, so that the step goes downhill.
    """
    low, high = plan.island_unknown[island], plan.island_unknown[island + 1]
    largest = 0.0
    for i in range(low, high):
        largest = max(largest, abs(w.hessian[i, i]))
    for i in range(low, high):
        at_low = w.x[i] <= plan.unknown_low[i] and w.gradient[i] > 0.0
        at_high = w.x[i] >= plan.unknown_high[i] and w.gradient[i] < 0.0
        pivot = 0.0
        if not (at_low or at_high):
            pivot = w.hessian[i, i] + damping
            for j in range(low, i):
                value = w.hessian[i, j]
                for k in range(low, j):
                    value -= w.factor[i, k] * w.factor[j, k] * w.factor[k, k]
                value = value / w.factor[j, j] if w.factor[j, j] > 0.0 else 0.0
                w.factor[i, j] = value
                pivot -= value * value * w.factor[j, j]
            pivot = abs(pivot)
        if pivot <= NULL_PIVOT * largest:
            w.factor[i, low : i + 1] = 0.0
        else:
            w.factor[i, i] = pivot
    for i in range(low, high):
        value = -w.gradient[i]
        for j in range(low, i):
            value -= w.factor[i, j] * w.step[j]
        w.step[i] = value if w.factor[i, i] > 0.0 else 0.0
    for i in range(low, high):
        if w.factor[i, i] > 0.0:
            w.step[i] /= w.factor[i, i]
    for i in range(high - 1, low - 1, -1):
        for j in range(i + 1, high):
            w.step[i] -= w.factor[j, i] * w.step[j]
        if w.factor[i, i] == 0.0:
            w.step[i] = 0.0


@compiled
def take_step(plan: Plan, island: int, w: Work) -> float:
    """Move the unknowns, no further than `STEP_LIMIT_RAD` and the ranges; return how far."""
    low, high = plan.island_unknown[island], plan.island_unknown[island + 1]
    largest = 0.0
    for i in range(low, high):
        largest = max(largest, abs(w.step[i]))
    if not largest < STEP_LIMIT_RAD:
        for i in range(low, high):
            w.step[i] *= STEP_LIMIT_RAD / largest
    moved = 0.0
    for i in range(low, high):
        if plan.unknown_coordinate[i] >= 0:
            x = min(max(w.x[i] + w.step[i], plan.unknown_low[i]), plan.unknown_high[i])
            moved = max(moved, abs(x - w.x[i]))
            w.x[i] = x
    for node in range(plan.island_node[island], plan.island_sensed[island]):
        root = plan.node_root[node]
        if root >= 0:
            x, y, z = w.step[root], w.step[root + 1], w.step[root + 2]
            store(w.q, node, unit(product(exponential(x, y, z), load(w.q, node))))
            moved = max(moved, abs(x), abs(y), abs(z))
    return moved


@compiled
def _keep(plan: Plan, island: int, w: Work, back: bool) -> None:
    """Remember the unknowns, or go back to those remembered."""
    for i in range(plan.island_unknown[island], plan.island_unknown[island + 1]):
        if back:
            w.x[i] = w.best_x[i]
        else:
            w.best_x[i] = w.x[i]
    for node in range(plan.island_node[island], plan.island_sensed[island]):
        if plan.node_root[node] >= 0:
            if back:
                store(w.q, node, load(w.best_q, node))
            else:
                store(w.best_q, node, load(w.q, node))


@compiled
def descend(plan: Plan, island: int, w: Work) -> float:
    """Iterate from the present unknowns to the minimum; return half its weighted squares."""
    best = np.inf
    damping = 0.0
    moved = np.inf
    for _ in range(MAX_ITERATIONS):
        cost = differentiate(plan, island, w)
        if cost <= best * (1.0 + ROUNDING) + ROUNDING * ROUNDING:
            best = cost
            damping = 0.1 * damping if damping > 1e-8 else 0.0
        else:  # overshot: back, and again from there with a shorter step
            _keep(plan, island, w, True)
            if moved < STEP_DONE_RAD:
                break
            damping = max(10.0 * damping, 1e-3)
            differentiate(plan, island, w)
        _keep(plan, island, w, False)
        solve_step(plan, island, w, damping)
        moved = take_step(plan, island, w)
        if moved < STEP_DONE_RAD and damping == 0.0:
            break
    return best


@compiled
def match_roots(plan: Plan, island: int, w: Work) -> None:
    """Turn each free node so that the first sensor that hangs on it fits exactly."""
    first, end = plan.island_node[island], plan.island_sensed[island]
    for node in range(first, end):
        if plan.node_root[node] >= 0:
            store(w.q, node, (1.0, 0.0, 0.0, 0.0))
    turn_nodes(plan, first, end, w)
    for sensor in range(plan.island_sensor[island + 1] - 1, plan.island_sensor[island] - 1, -1):
        base = plan.node_base[plan.sensor_node[sensor]]
        if w.present[sensor] and base >= 0:
            relative = load(w.q, plan.sensor_node[sensor])
            if plan.sensor_node[sensor] == base:
                relative = (1.0, 0.0, 0.0, 0.0)
            store(w.q, base, product(load(w.target, sensor), conjugate(relative)))


@compiled
def search(plan: Plan, island: int, w: Work) -> None:
    """Find a start from nothing: try values of one unknown after the other."""
    low, high = plan.island_unknown[island], plan.island_unknown[island + 1]
    for i in range(low, high):
        w.x[i] = plan.unknown_start[i]
    for i in range(low, high):
        if plan.unknown_coordinate[i] < 0:
            continue
        start, width = plan.unknown_start[i] - np.pi, 2.0 * np.pi
        if np.isfinite(plan.unknown_high[i] - plan.unknown_low[i]):
            start, width = plan.unknown_low[i], plan.unknown_high[i] - plan.unknown_low[i]
        best, best_x = np.inf, w.x[i]
        for k in range(GRID + 1):
            w.x[i] = plan.unknown_start[i] if k == GRID else start + (k + 0.5) * width / GRID
            match_roots(plan, island, w)
            cost = differentiate(plan, island, w)
            if cost < best:
                best, best_x = cost, w.x[i]
        w.x[i] = best_x
    match_roots(plan, island, w)


@compiled
def take_targets(plan: Plan, island: int, measured: Any, w: Work) -> tuple[int, float]:
    """Read an island's sensors; return how many are present and their weight.

    ``target`` becomes the orientation of the sensor's node that fits it. A free node is
    carried along with its first sensor: what did not fit in the frame before will not now.
    """
    count, weight = 0, 0.0
    for sensor in range(plan.island_sensor[island + 1] - 1, plan.island_sensor[island] - 1, -1):
        q = load(measured, plan.sensor_column[sensor])
        there = is_finite(q)
        if there:
            q = product(unit(q), load(plan.sensor_inverse, sensor))
            base = plan.node_base[plan.sensor_node[sensor]]
            if w.present[sensor] and base >= 0:
                motion = product(q, conjugate(load(w.target, sensor)))
                store(w.best_q, base, product(motion, load(w.q, base)))
            store(w.target, sensor, q)
            count += 1
            weight += plan.sensor_weight[sensor]
        w.present[sensor] = there
    return count, weight


@compiled
def solve_island(plan: Plan, island: int, measured: Any, w: Work, warm: bool) -> None:
    """Solve one island of a frame; the unknowns are left in ``x`` and ``q`` of the work.

    Parameters
    ----------
    plan : Plan
    island : int
    measured : (s, 4) array
        Sensor orientations in ground of this frame; NaN where absent.
    w : Work
        Of the frame before in time, where ``warm`` holds.
    warm : bool
        Start from the frame before.
    """
    first, end = plan.island_node[island], plan.island_sensed[island]
    count, weight = take_targets(plan, island, measured, w)
    low, high = plan.island_unknown[island], plan.island_unknown[island + 1]
    if count > 0:
        if count == 1 and high - low == 3 and plan.node_root[first] >= 0:
            match_roots(plan, island, w)  # closed form
        else:
            if warm:
                for node in range(first, end):
                    if plan.node_root[node] >= 0:
                        store(w.q, node, load(w.best_q, node))
            else:
                search(plan, island, w)
            cost = descend(plan, island, w)
            if warm and cost > 0.5 * DOUBTFUL_RAD * DOUBTFUL_RAD * weight:
                _second_start(plan, island, w, cost)
    turn_nodes(plan, first, plan.island_node[island + 1], w)


@compiled
def _second_start(plan: Plan, island: int, w: Work, cost: float) -> None:
    """Keep the better of what was found and what a cold start finds."""
    low, high = plan.island_unknown[island], plan.island_unknown[island + 1]
    first, end = plan.island_node[island], plan.island_sensed[island]
    x, q = w.x[low:high].copy(), w.q[first:end].copy()
    search(plan, island, w)
    if descend(plan, island, w) >= cost * (1.0 - 1e-9):
        w.x[low:high] = x
        w.q[first:end] = q
