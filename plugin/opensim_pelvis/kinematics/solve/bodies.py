"""From solved islands to body orientations, places and joint coordinates, compiled."""

from __future__ import annotations

import math
from typing import Any, Final

from opensim_pelvis.kinematics.solve.compiled_records import Plan, View
from opensim_pelvis.kinematics.solve.derivatives import evaluate
from opensim_pelvis.kinematics.solve.quaternions import (
    compiled,
    conjugate,
    get_fixed,
    get_q,
    load,
    product,
    set_q,
    turn,
)

RANGE_SLACK_RAD: Final = 1e-12
NEARER_TURNS: Final = 0.2  # the other branch of three angles is half a turn away in two


@compiled
def express(plan: Plan, view: View) -> None:
    """Fill orientations and places of all bodies, and the coordinates of cut joints."""
    bodies, coordinates = view.bodies, view.coordinates
    for b in range(bodies.size):
        body = bodies[b]
        q = get_fixed(body)
        if body.node >= 0:
            q = product(get_q(plan.nodes[body.node]), q)
        set_q(body, q)
    for c in range(view.cuts.size):
        _read_cut(view.cuts[c], bodies, coordinates)
    for b in range(bodies.size):
        _place(bodies, b, view.slides, coordinates, plan.pieces)


@compiled
def _place(bodies: Any, b: int, slides: Any, coordinates: Any, pieces: Any) -> None:
    """Fill the place of a body from its parent's."""
    body = bodies[b]
    x, y, z = body.from_parent[0], body.from_parent[1], body.from_parent[2]
    for s in range(body.slide, body.slide_end):
        slide = slides[s]
        amount = coordinates[slide.coordinate].value
        if slide.inner >= 0:
            amount = evaluate(pieces, slide.inner, slide.inner_last, amount)[0]
        amount = evaluate(pieces, slide.outer, slide.outer_last, amount)[0]
        x += amount * slide.direction[0]
        y += amount * slide.direction[1]
        z += amount * slide.direction[2]
    outer, px, py, pz = (1.0, 0.0, 0.0, 0.0), 0.0, 0.0, 0.0
    if body.parent >= 0:
        parent = bodies[body.parent]
        outer, px, py, pz = get_q(parent), parent.p_x, parent.p_y, parent.p_z
    if body.radii[0] > 0.0:
        joint = load(body.joint_parent)
        child = product(get_q(body), load(body.joint_child))
        normal = turn(product(conjugate(product(outer, joint)), child), (0.0, 0.0, 1.0))
        tip = turn(
            joint,
            (body.radii[0] * normal[0], body.radii[1] * normal[1], body.radii[2] * normal[2]),
        )
        x, y, z = x + tip[0], y + tip[1], z + tip[2]
    there = turn(outer, (x, y, z))
    back = turn(get_q(body), (body.from_child[0], body.from_child[1], body.from_child[2]))
    body.p_x = px + there[0] - back[0]
    body.p_y = py + there[1] - back[1]
    body.p_z = pz + there[2] - back[2]


@compiled
def _read_cut(cut: Any, bodies: Any, coordinates: Any) -> None:
    """Read the coordinates of a free joint off the orientations of its two bodies."""
    upper = load(cut.parent_fixed)
    if cut.parent >= 0:
        upper = product(get_q(bodies[cut.parent]), upper)
    lower = product(get_q(bodies[cut.child]), load(cut.child_fixed))
    w, x, y, z = product(conjugate(upper), lower)
    half_sum, half_difference = math.atan2(z, w), math.atan2(y, x)
    middle = 2.0 * math.atan2(math.sqrt(x * x + y * y), math.sqrt(w * w + z * z))
    first, third = half_sum + half_difference, half_sum - half_difference
    a, b, d = (
        coordinates[cut.coordinate[0]],
        coordinates[cut.coordinate[1]],
        coordinates[cut.coordinate[2]],
    )
    a.value = (first - cut.offset[0]) / cut.slope[0]
    b.value = (middle - cut.offset[1]) / cut.slope[1]
    d.value = (third - cut.offset[2]) / cut.slope[2]
    if a.clamped + b.clamped + d.clamped != 0:
        a.last, b.last, d.last = a.default, b.default, d.default
        choose_branch(cut, a, b, d)


@compiled
def choose_branch(cut: Any, a: Any, b: Any, d: Any) -> None:
    """Choose among the angles of one orientation those in range, then nearest to the last.

    Parameters
    ----------
    cut : CUT record
    a, b, d : COORDINATE records
        Of its three rotations.
    """
    middle = cut.slope[1] * b.value + cut.offset[1]
    a.value, b.value, d.value = (
        bring_near(a, a.value),
        bring_near(b, b.value),
        bring_near(d, d.value),
    )
    out = out_of_range(a, a.value) + out_of_range(b, b.value) + out_of_range(d, d.value)
    far = abs(a.value - a.last) / a.period
    far += abs(b.value - b.last) / b.period
    far += abs(d.value - d.last) / d.period
    if out == 0.0 and far < NEARER_TURNS:
        return
    x = bring_near(a, a.value + 0.5 * a.period)
    y = bring_near(b, b.value - 2.0 * middle / cut.slope[1])
    z = bring_near(d, d.value + 0.5 * d.period)
    other_out = out_of_range(a, x) + out_of_range(b, y) + out_of_range(d, z)
    other_far = abs(x - a.last) / a.period + abs(y - b.last) / b.period
    other_far += abs(z - d.last) / d.period
    same = abs(other_out - out) <= RANGE_SLACK_RAD
    if other_far < far if same else other_out < out:
        a.value, b.value, d.value = x, y, z


@compiled
def out_of_range(coordinate: Any, value: float) -> float:
    """Return how far a value lies out of the range of a clamped coordinate."""
    if coordinate.clamped == 0:
        return 0.0
    return float(max(0.0, value - coordinate.high, coordinate.low - value))


@compiled
def bring_near(coordinate: Any, value: float) -> float:
    """Add full turns: into the range where there is one, else next to the last value."""
    goal = coordinate.last
    if coordinate.clamped != 0:
        goal = 0.5 * (coordinate.low + coordinate.high)
    if abs(value - goal) <= 0.5 * coordinate.period:
        return value
    turns = (value - goal) / coordinate.period
    return float(value - coordinate.period * math.floor(turns + 0.5))
