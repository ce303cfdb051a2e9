"""From solved islands to coordinates, body orientations and places, compiled."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np

from opensim_pelvis.solve.islands import (
    FROM_BEFORE,
    FROM_NOTHING,
    Plan,
    evaluate,
    solve_island,
)
from opensim_pelvis.solve.quaternions import (
    angle_of,
    compiled,
    conjugate,
    entry,
    get_fixed,
    get_q,
    is_finite,
    load,
    product,
    quaternion_fields,
    set_q,
    turn,
)

RANGE_SLACK_RAD: Final = 1e-12
LOCKED_SINE: Final = 1e-9  # below, first and third angle are one
NEARER_TURNS: Final = 0.2  # the other branch of three angles is half a turn away in two
NEAR_LOCK_SINE: Final = 0.1  # below, noise grows tenfold in the first and third angle

_F, _I = np.float64, np.int64

BODY: Final = np.dtype(
    [
        ("parent", _I),
        ("node", _I),  # -1: fixed to ground
        ("column", _I),  # in the output; -1: not wanted
        *quaternion_fields("fixed"),  # from the node
        ("from_parent", _F, 3),  # from the parent's origin to the joint, in the parent
        ("from_child", _F, 3),  # from the body's origin to the joint, in the body
        ("slide", _I),
        ("slide_end", _I),
        ("radii", _F, 3),  # of an ellipsoid that it slides on
        ("joint_parent", _F, 4),
        ("joint_child", _F, 4),
        *quaternion_fields("q"),
        *((f"p_{i}", _F) for i in "xyz"),
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

MISFIT: Final = np.dtype([("body", _I), *quaternion_fields("fixed")])
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
    return max(0.0, value - coordinate.high, coordinate.low - value)


@compiled
def bring_near(coordinate: Any, value: float) -> float:
    """Add full turns: into the range where there is one, else next to the last value."""
    goal = coordinate.last
    if coordinate.clamped != 0:
        goal = 0.5 * (coordinate.low + coordinate.high)
    if abs(value - goal) <= 0.5 * coordinate.period:
        return value
    turns = (value - goal) / coordinate.period
    return value - coordinate.period * math.floor(turns + 0.5)


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
def _keep_sign(q: Any, last: Any) -> None:
    dot = q[0] * last[0] + q[1] * last[1] + q[2] * last[2] + q[3] * last[3]
    if is_finite(load(q)):
        for i in range(4):
            if dot < 0.0:
                q[i] = -q[i]
            last[i] = q[i]


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
