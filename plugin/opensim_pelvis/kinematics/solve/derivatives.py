"""Cost of an island with its exact gradient and second derivative, compiled.

An island is a set of bodies whose sensors share unknowns: hinges between them, and the free
orientations of the bodies that it hangs on. Every turning axis is a *node*; a node turns about
the z axis of its own frame. See ``docs/inverse-kinematics.md`` for the derivation.
"""

from __future__ import annotations

import math
from typing import Any, Final

from opensim_pelvis.kinematics.solve.compiled_records import Plan
from opensim_pelvis.kinematics.solve.quaternions import (
    compiled,
    conjugate,
    get_fixed,
    get_q,
    product,
    set_q,
)

SERIES_SQUARE: Final = 0.01  # of the sine of half an angle: 11 degrees; series exact below

# 2 arcsin(s) / s = 2 + A1 s^2 + A2 s^4 + ...
_A1, _A2, _A3, _A4 = 1 / 3, 3 / 20, 5 / 56, 35 / 576
_A5, _A6, _A7, _A8 = 63 / 1408, 231 / 6656, 143 / 5120, 6435 / 278528
# (1 - t / tan t) / t^2 = C1 + C2 t^2 + ...
_C1, _C2, _C3 = 1 / 3, 1 / 45, 2 / 945
_C4, _C5, _C6 = 1 / 4725, 2 / 93555, 1382 / 638512875


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
def turn_nodes(nodes: Any, terms: Any, unknowns: Any, pieces: Any, first: int, end: int) -> None:
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
