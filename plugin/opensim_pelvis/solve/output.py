"""From solved islands to coordinates, body orientations and places, compiled."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np

from opensim_pelvis.solve.islands import (
    Plan,
    descend,
    evaluate,
    match_roots,
    solve_island,
    take_targets,
    turn_nodes,
)
from opensim_pelvis.solve.quaternions import (
    angle_of,
    compiled,
    conjugate,
    is_finite,
    load,
    product,
    store,
    turn,
)

RANGE_SLACK_RAD: Final = 1e-12
LOCKED_SINE: Final = 1e-9  # below, first and third angle are one
NEAR_LOCK_SINE: Final = 0.1  # below, noise grows tenfold in the first and third angle

_F, _I = np.float64, np.int64

BODY: Final = np.dtype(
    [
        ("parent", _I),
        ("node", _I),  # -1: fixed to ground
        ("column", _I),  # in the output; -1: not wanted
        ("fixed", _F, 4),  # from the node
        ("from_parent", _F, 3),  # from the parent's origin to the joint, in the parent
        ("from_child", _F, 3),  # from the body's origin to the joint, in the body
        ("slide", _I),
        ("slide_end", _I),
        ("radii", _F, 3),  # of an ellipsoid that it slides on
        ("joint_parent", _F, 4),
        ("joint_child", _F, 4),
        ("q", _F, 4),
        ("p", _F, 3),
    ]
)

SLIDE: Final = np.dtype(
    [
        ("coordinate", _I),
        ("outer", _I),
        ("outer_last", _I),
        ("inner", _I),
        ("inner_last", _I),
        ("direction", _F, 3),
    ]
)
"""A translation along a direction in the parent body, by a function of a coordinate."""

CUT: Final = np.dtype(
    [
        ("parent", _I),
        ("child", _I),
        ("bit", _I),
        ("near_lock", _I),  # counts frames
        ("parent_fixed", _F, 4),
        ("child_fixed", _F, 4),
        ("coordinate", _I, 3),
        ("slope", _F, 3),
        ("offset", _F, 3),
    ]
)
"""A joint that the plan leaves free: between its frames, turned so, it turns about z, x, z."""

COORDINATE: Final = np.dtype(
    [
        ("column", _I),
        ("clamped", _I),
        ("low", _F),
        ("high", _F),
        ("default", _F),
        ("period", _F),  # of a full turn; infinite where it does more than turn
        ("value", _F),
        ("last", _F),
    ]
)

MISFIT: Final = np.dtype([("body", _I), ("fixed", _F, 4)])
"""A sensor whose angle to the model is wanted."""


class View(NamedTuple):
    """How bodies and coordinates are read off the nodes of a plan; bodies parents first."""

    bodies: Any
    slides: Any
    cuts: Any
    coordinates: Any
    misfits: Any

    def copy(self) -> View:
        """Return a view for another thread."""
        return View(*(array.copy() for array in self))


class Known(NamedTuple):
    """What each pattern of sensors present determines: rows are patterns."""

    coordinate: Any
    body: Any
    place: Any
    cut: Any


class Frames(NamedTuple):
    """Arrays of a block of frames: measured in, the others out."""

    measured: Any
    pattern: Any
    coordinates: Any
    violated: Any
    R_GB: Any
    p_GB: Any
    errors: Any


@compiled
def solve_frames(
    plan: Plan, view: View, known: Known, frames: Frames, chosen: Any, refine: bool, warm: bool
) -> None:
    """Solve some frames of a block one after the other.

    Parameters
    ----------
    chosen : (n,) int array
        Rows of the block.
    refine : bool
        Start each frame from the coordinates that the block holds, not from the frame before.
    warm : bool
        The plan holds the solution of the frame before the first.
    """
    for count in range(chosen.size):
        row = chosen[count]
        measured = frames.measured[row]
        coordinates = frames.coordinates[row]
        for i in range(view.coordinates.size):
            view.coordinates[i].value = coordinates[i]
        for island in range(plan.islands.size):
            if refine:
                _refine(plan, view, island, measured)
            else:
                solve_island(plan, island, measured, warm or count > 0)
        for i in range(plan.unknowns.size):
            if plan.unknowns[i].coordinate >= 0:
                view.coordinates[plan.unknowns[i].coordinate].value = plan.unknowns[i].x
        express(plan, view)
        for i in range(view.coordinates.size):
            coordinates[i] = view.coordinates[i].value
        frames.violated[row] = _find_violations(view, known.cut[frames.pattern[row]])
        _write(view, known, frames, row)


@compiled
def _write(view: View, known: Known, frames: Frames, row: int) -> None:
    """Write bodies and misfits of a frame, NaN where the sensors do not determine them."""
    pattern = frames.pattern[row]
    for b in range(view.bodies.size):
        body = view.bodies[b]
        if body.column >= 0:
            turned, placed = known.body[pattern, b], known.place[pattern, b]
            for i in range(4):
                frames.R_GB[row, body.column, i] = body.q[i] if turned else np.nan
            for i in range(3):
                frames.p_GB[row, body.column, i] = body.p[i] if placed else np.nan
    for s in range(view.misfits.size):
        sensor = view.misfits[s]
        angle = np.nan
        if sensor.body >= 0 and known.body[pattern, sensor.body]:
            fitted = product(load(view.bodies[sensor.body].q), load(sensor.fixed))
            angle = angle_of(product(conjugate(load(frames.measured[row, s])), fitted))
        frames.errors[row, s] = angle


@compiled
def _refine(plan: Plan, view: View, island: int, measured: Any) -> None:
    """Solve an island from given coordinates, brought into their ranges."""
    count, _ = take_targets(plan, island, measured)
    part = plan.islands[island]
    for i in range(part.unknown, part.unknown_end):
        one = plan.unknowns[i]
        if one.coordinate >= 0:
            one.x = min(max(view.coordinates[one.coordinate].value, one.low), one.high)
    if count > 0:
        match_roots(plan, island)
        descend(plan, island)
    turn_nodes(plan, part.node, part.node_end)


@compiled
def express(plan: Plan, view: View) -> None:
    """Fill orientations and places of all bodies, and the coordinates of cut joints."""
    bodies = view.bodies
    for b in range(bodies.size):
        body = bodies[b]
        q = load(body.fixed)
        if body.node >= 0:
            q = product(load(plan.nodes[body.node].q), q)
        store(body.q, q)
    for cut in range(view.cuts.size):
        _read_cut(view, cut)
    for b in range(bodies.size):
        _place(plan, view, b)


@compiled
def _place(plan: Plan, view: View, b: int) -> None:
    """Fill the place of a body from its parent's."""
    body = view.bodies[b]
    x, y, z = body.from_parent[0], body.from_parent[1], body.from_parent[2]
    for s in range(body.slide, body.slide_end):
        slide = view.slides[s]
        amount = view.coordinates[slide.coordinate].value
        if slide.inner >= 0:
            amount = evaluate(plan.pieces, slide.inner, slide.inner_last, amount)[0]
        amount = evaluate(plan.pieces, slide.outer, slide.outer_last, amount)[0]
        x += amount * slide.direction[0]
        y += amount * slide.direction[1]
        z += amount * slide.direction[2]
    outer = (1.0, 0.0, 0.0, 0.0)
    if body.parent >= 0:
        outer = load(view.bodies[body.parent].q)
    if body.radii[0] > 0.0:
        joint = load(body.joint_parent)
        child = product(load(body.q), load(body.joint_child))
        normal = turn(product(conjugate(product(outer, joint)), child), (0.0, 0.0, 1.0))
        tip = turn(
            joint,
            (body.radii[0] * normal[0], body.radii[1] * normal[1], body.radii[2] * normal[2]),
        )
        x, y, z = x + tip[0], y + tip[1], z + tip[2]
    there = turn(outer, (x, y, z))
    back = turn(load(body.q), (body.from_child[0], body.from_child[1], body.from_child[2]))
    for i in range(3):
        body.p[i] = there[i] - back[i]
        if body.parent >= 0:
            body.p[i] += view.bodies[body.parent].p[i]


@compiled
def _read_cut(view: View, c: int) -> None:
    """Read the coordinates of a free joint off the orientations of its two bodies."""
    cut = view.cuts[c]
    upper = load(cut.parent_fixed)
    if cut.parent >= 0:
        upper = product(load(view.bodies[cut.parent].q), upper)
    lower = product(load(view.bodies[cut.child].q), load(cut.child_fixed))
    w, x, y, z = product(conjugate(upper), lower)
    half_sum, half_difference = math.atan2(z, w), math.atan2(y, x)
    middle = 2.0 * math.atan2(math.sqrt(x * x + y * y), math.sqrt(w * w + z * z))
    first, third = half_sum + half_difference, half_sum - half_difference
    coordinates = view.coordinates
    for k in range(3):
        coordinates[cut.coordinate[k]].last = coordinates[cut.coordinate[k]].default
    coordinates[cut.coordinate[0]].value = (first - cut.offset[0]) / cut.slope[0]
    coordinates[cut.coordinate[1]].value = (middle - cut.offset[1]) / cut.slope[1]
    coordinates[cut.coordinate[2]].value = (third - cut.offset[2]) / cut.slope[2]
    choose_branch(view, c)


@compiled
def choose_branch(view: View, c: int) -> float:
    """Choose among the angles of one orientation those in range, then nearest to the last.

    Returns
    -------
    float
        Sine of the middle angle: zero at gimbal lock.
    """
    cut = view.cuts[c]
    i, j, k = cut.coordinate[0], cut.coordinate[1], cut.coordinate[2]
    a, b, d = view.coordinates[i].value, view.coordinates[j].value, view.coordinates[k].value
    middle = cut.slope[1] * b + cut.offset[1]
    out, far, first, second, third = _measure_branch(view, c, a, b, d)
    other_out, other_far, a, b, d = _measure_branch(
        view,
        c,
        a + math.pi / cut.slope[0],
        b - 2.0 * middle / cut.slope[1],
        d + math.pi / cut.slope[2],
    )
    same = abs(other_out - out) <= RANGE_SLACK_RAD
    if other_far < far if same else other_out < out:
        first, second, third = a, b, d
    view.coordinates[i].value = first
    view.coordinates[j].value = second
    view.coordinates[k].value = third
    return abs(math.sin(middle))


@compiled
def _measure_branch(
    view: View, c: int, a: float, b: float, d: float
) -> tuple[float, float, float, float, float]:
    """Return how far three angles are out of range, how far from the last, and the angles."""
    index = view.cuts[c].coordinate
    a, b, d = (
        bring_near(view, index[0], a),
        bring_near(view, index[1], b),
        bring_near(view, index[2], d),
    )
    out = _out_of_range(view, index[0], a)
    out += _out_of_range(view, index[1], b)
    out += _out_of_range(view, index[2], d)
    far = abs(a - view.coordinates[index[0]].last)
    far += abs(b - view.coordinates[index[1]].last)
    far += abs(d - view.coordinates[index[2]].last)
    return out, far, a, b, d


@compiled
def _out_of_range(view: View, i: int, value: float) -> float:
    coordinate = view.coordinates[i]
    if coordinate.clamped == 0:
        return 0.0
    return max(0.0, value - coordinate.high, coordinate.low - value)


@compiled
def bring_near(view: View, i: int, value: float) -> float:
    """Add full turns: into the range where there is one, else next to the last value."""
    coordinate = view.coordinates[i]
    goal = coordinate.last
    if coordinate.clamped != 0:
        goal = 0.5 * (coordinate.low + coordinate.high)
    turns = (value - goal) / coordinate.period
    return value - coordinate.period * math.floor(turns + 0.5)


@compiled
def _find_violations(view: View, known_cut: Any) -> int:
    """Return the bits of the cut joints with a clamped coordinate out of its range."""
    found = 0
    for c in range(view.cuts.size):
        cut = view.cuts[c]
        if known_cut[c]:
            for k in range(3):
                i = cut.coordinate[k]
                if _out_of_range(view, i, view.coordinates[i].value) > RANGE_SLACK_RAD:
                    found |= cut.bit
    return found


@compiled
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
                sine = choose_branch(view, c)
                if sine < NEAR_LOCK_SINE:
                    view.cuts[c].near_lock += 1
                if sine < LOCKED_SINE:
                    _hold_third(view, c)
        for i in range(view.coordinates.size):
            one = view.coordinates[i]
            if one.column >= 0:
                value = np.nan
                if known.coordinate[pattern, i]:
                    value = one.value
                    if np.isfinite(one.period):
                        value = bring_near(view, i, value)
                    one.last = value
                values[row, one.column] = value
        for b in range(frames.R_GB.shape[1]):
            _keep_sign(frames.R_GB[row, b], last_q[b])


@compiled
def _keep_sign(q: Any, last: Any) -> None:
    dot = q[0] * last[0] + q[1] * last[1] + q[2] * last[2] + q[3] * last[3]
    if is_finite(load(q)):
        for i in range(4):
            if dot < 0.0:
                q[i] = -q[i]
            last[i] = q[i]


@compiled
def _hold_third(view: View, c: int) -> None:
    """At gimbal lock keep the third angle and give the first what keeps the orientation."""
    cut = view.cuts[c]
    first, third = view.coordinates[cut.coordinate[0]], view.coordinates[cut.coordinate[2]]
    middle = cut.slope[1] * view.coordinates[cut.coordinate[1]].value + cut.offset[1]
    sign = 1.0 if math.cos(middle) > 0.0 else -1.0
    change = cut.slope[2] * (third.last - third.value)
    third.value = third.last
    first.value = bring_near(view, cut.coordinate[0], first.value - sign * change / cut.slope[0])
