"""From solved islands to coordinates, body orientations and places, compiled."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np

from opensim_pelvis.solve.islands import (
    Plan,
    Work,
    descend,
    evaluate,
    make_work,
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


class View(NamedTuple):
    """How coordinates, bodies and sensors are read from the nodes of a plan.

    Bodies stand parents first; ``body_column`` is their place in the output, -1 where they
    are not wanted. A *cut* is a joint of three rotations that the plan leaves free: with its
    frames turned so that it turns about z, x, z, its angles are slope * coordinate + offset.
    """

    body_node: Any
    body_fixed: Any
    body_parent: Any
    body_column: Any
    body_from_parent: Any
    body_from_child: Any
    body_radii: Any
    joint_parent: Any
    joint_child: Any
    slide_first: Any
    slide_direction: Any
    slide_coordinate: Any
    slide_outer: Any
    slide_inner: Any
    cut_parent: Any
    cut_child: Any
    cut_parent_fixed: Any
    cut_child_fixed: Any
    cut_coordinate: Any
    cut_slope: Any
    cut_offset: Any
    coordinate_low: Any
    coordinate_high: Any
    coordinate_clamped: Any
    coordinate_default: Any
    coordinate_period: Any
    coordinate_column: Any
    error_body: Any
    error_fixed: Any


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
    plan: Plan, view: View, known: Known, frames: Frames, bits: Any, chosen: Any, refine: bool
) -> None:
    """Solve some frames of a block one after the other.

    Parameters
    ----------
    bits : (cuts,) int array
        What to write where a cut joint leaves its range.
    chosen : (n,) int array
        Rows of the block.
    refine : bool
        Start each frame from the coordinates that the block holds, not from the frame before.
    """
    w = make_work(plan)
    scratch = np.zeros((view.body_node.size, 4)), np.zeros((view.body_node.size, 3))
    for count in range(chosen.size):
        solve_frame(plan, view, known, frames, bits, chosen[count], refine, count > 0, w, scratch)


@compiled
def solve_frame(
    plan: Plan,
    view: View,
    known: Known,
    frames: Frames,
    bits: Any,
    row: int,
    refine: bool,
    warm: bool,
    w: Work,
    scratch: tuple[Any, Any],
) -> None:
    """Solve one frame, from the frame before where ``warm``."""
    measured = frames.measured[row]
    for island in range(plan.island_sensed.size):
        if refine:
            _refine(plan, island, measured, frames.coordinates[row], w)
        else:
            solve_island(plan, island, measured, w, warm)
    coordinates = frames.coordinates[row]
    for unknown in range(plan.unknown_coordinate.size):
        if plan.unknown_coordinate[unknown] >= 0:
            coordinates[plan.unknown_coordinate[unknown]] = w.x[unknown]
    express(plan, view, w.q, coordinates, scratch)
    pattern = frames.pattern[row]
    frames.violated[row] = _find_violations(view, known.cut[pattern], bits, coordinates)
    R, p = scratch
    for body in range(view.body_column.size):
        column = view.body_column[body]
        if column >= 0:
            if known.body[pattern, body]:
                store(frames.R_GB[row], column, load(R, body))
            else:
                frames.R_GB[row, column] = np.nan
            for i in range(3):
                frames.p_GB[row, column, i] = p[body, i] if known.place[pattern, body] else np.nan
    for sensor in range(view.error_body.size):
        body = view.error_body[sensor]
        frames.errors[row, sensor] = np.nan
        if body >= 0 and known.body[pattern, body]:
            q = load(measured, sensor)
            if is_finite(q):
                fitted = product(load(R, body), load(view.error_fixed, sensor))
                frames.errors[row, sensor] = angle_of(product(conjugate(q), fitted))


@compiled
def _refine(plan: Plan, island: int, measured: Any, coordinates: Any, w: Work) -> None:
    """Solve an island from given coordinates, brought into their ranges."""
    count, _ = take_targets(plan, island, measured, w)
    for i in range(plan.island_unknown[island], plan.island_unknown[island + 1]):
        if plan.unknown_coordinate[i] >= 0:
            x = coordinates[plan.unknown_coordinate[i]]
            w.x[i] = min(max(x, plan.unknown_low[i]), plan.unknown_high[i])
    if count > 0:
        match_roots(plan, island, w)
        descend(plan, island, w)
    turn_nodes(plan, plan.island_node[island], plan.island_node[island + 1], w)


@compiled
def express(plan: Plan, view: View, q: Any, coordinates: Any, scratch: tuple[Any, Any]) -> None:
    """Fill orientations and places of all bodies, and the coordinates of cut joints."""
    R, p = scratch
    for body in range(view.body_node.size):
        fixed = load(view.body_fixed, body)
        if view.body_node[body] >= 0:
            fixed = product(load(q, view.body_node[body]), fixed)
        store(R, body, fixed)
    for cut in range(view.cut_child.size):
        _read_cut(view, cut, R, coordinates)
    for body in range(view.body_node.size):
        parent = view.body_parent[body]
        outer = (1.0, 0.0, 0.0, 0.0)
        if parent >= 0:
            outer = load(R, parent)
        x, y, z = view.body_from_parent[body]
        for slide in range(view.slide_first[body], view.slide_first[body + 1]):
            amount = coordinates[view.slide_coordinate[slide]]
            if view.slide_inner[slide] >= 0:
                amount = evaluate(plan, view.slide_inner[slide], amount)[0]
            amount = evaluate(plan, view.slide_outer[slide], amount)[0]
            x += amount * view.slide_direction[slide, 0]
            y += amount * view.slide_direction[slide, 1]
            z += amount * view.slide_direction[slide, 2]
        radii = view.body_radii[body]
        if radii[0] > 0.0:
            frame = product(outer, load(view.joint_parent, body))
            tip = product(conjugate(frame), product(load(R, body), load(view.joint_child, body)))
            nx, ny, nz = turn(tip, (0.0, 0.0, 1.0))
            on = turn(load(view.joint_parent, body), (radii[0] * nx, radii[1] * ny, radii[2] * nz))
            x, y, z = x + on[0], y + on[1], z + on[2]
        here = turn(outer, (x, y, z))
        back = view.body_from_child[body]
        inner = turn(load(R, body), (back[0], back[1], back[2]))
        for i in range(3):
            p[body, i] = here[i] - inner[i] + (p[parent, i] if parent >= 0 else 0.0)


@compiled
def _read_cut(view: View, cut: int, R: Any, coordinates: Any) -> None:
    """Read the coordinates of a free joint off the orientations of its two bodies."""
    upper = load(view.cut_parent_fixed, cut)
    if view.cut_parent[cut] >= 0:
        upper = product(load(R, view.cut_parent[cut]), upper)
    lower = product(load(R, view.cut_child[cut]), load(view.cut_child_fixed, cut))
    a, b, c, d = product(conjugate(upper), lower)
    half_sum = math.atan2(d, a)
    half_difference = math.atan2(c, b)
    middle = 2.0 * math.atan2(math.sqrt(b * b + c * c), math.sqrt(a * a + d * d))
    index, slope, offset = view.cut_coordinate[cut], view.cut_slope[cut], view.cut_offset[cut]
    coordinates[index[0]] = (half_sum + half_difference - offset[0]) / slope[0]
    coordinates[index[1]] = (middle - offset[1]) / slope[1]
    coordinates[index[2]] = (half_sum - half_difference - offset[2]) / slope[2]
    choose_branch(view, cut, coordinates, view.coordinate_default)


@compiled
def choose_branch(view: View, cut: int, coordinates: Any, near: Any) -> float:
    """Choose among the angles of one orientation those in range, then nearest to ``near``.

    Returns
    -------
    float
        Sine of the middle angle: zero at gimbal lock.
    """
    index, slope, offset = view.cut_coordinate[cut], view.cut_slope[cut], view.cut_offset[cut]
    middle = slope[1] * coordinates[index[1]] + offset[1]
    best_out, best_far = np.inf, np.inf
    best = 0.0, 0.0, 0.0
    for branch in range(2):
        found = (
            _bring_near(view, index[0], coordinates[index[0]] + branch * np.pi / slope[0], near),
            _bring_near(
                view,
                index[1],
                coordinates[index[1]] - branch * 2.0 * middle / slope[1],
                near,
            ),
            _bring_near(view, index[2], coordinates[index[2]] + branch * np.pi / slope[2], near),
        )
        out, far = 0.0, 0.0
        for k in range(3):
            i = index[k]
            far += abs(found[k] - near[i])
            if view.coordinate_clamped[i]:
                out += max(
                    0.0, found[k] - view.coordinate_high[i], view.coordinate_low[i] - found[k]
                )
        if out < best_out - RANGE_SLACK_RAD or (
            out < best_out + RANGE_SLACK_RAD and far < best_far
        ):
            best_out, best_far, best = out, far, found
    for k in range(3):
        coordinates[index[k]] = best[k]
    return abs(math.sin(middle))


@compiled
def _bring_near(view: View, coordinate: int, value: float, near: Any) -> float:
    """Add full turns: into the range where there is one, else next to the value before."""
    period = view.coordinate_period[coordinate]
    goal = near[coordinate]
    if view.coordinate_clamped[coordinate]:
        goal = 0.5 * (view.coordinate_low[coordinate] + view.coordinate_high[coordinate])
    return value - period * round((value - goal) / period)


@compiled
def _find_violations(view: View, known_cut: Any, bits: Any, coordinates: Any) -> int:
    """Return the bits of the cut joints with a clamped coordinate out of its range."""
    found = 0
    for cut in range(view.cut_child.size):
        if known_cut[cut]:
            for k in range(3):
                i = view.cut_coordinate[cut, k]
                if view.coordinate_clamped[i] and (
                    coordinates[i] > view.coordinate_high[i] + RANGE_SLACK_RAD
                    or coordinates[i] < view.coordinate_low[i] - RANGE_SLACK_RAD
                ):
                    found |= bits[cut]
    return found


@compiled
def follow(
    view: View, known: Known, frames: Frames, values: Any, last: Any, last_q: Any, near_lock: Any
) -> None:
    """Make angles and signs of quaternions continuous in time and write the coordinates.

    Parameters
    ----------
    values : (n, k) array
        Coordinates that are wanted; NaN where not determined.
    last : (c,) array
        Coordinates known last; updated.
    last_q : (b, 4) array
        The same for body orientations.
    near_lock : (cuts,) int array
        Frames near gimbal lock are added.
    """
    for row in range(frames.pattern.size):
        pattern, coordinates = frames.pattern[row], frames.coordinates[row]
        for cut in range(view.cut_child.size):
            if known.cut[pattern, cut]:
                sine = choose_branch(view, cut, coordinates, last)
                near_lock[cut] += sine < NEAR_LOCK_SINE
                if sine < LOCKED_SINE:
                    _hold_third(view, cut, coordinates, last)
        for i in range(view.coordinate_column.size):
            column = view.coordinate_column[i]
            if column < 0:
                continue
            values[row, column] = np.nan
            if known.coordinate[pattern, i]:
                if np.isfinite(view.coordinate_period[i]):
                    coordinates[i] = _bring_near(view, i, coordinates[i], last)
                values[row, column] = last[i] = coordinates[i]
        for body in range(frames.R_GB.shape[1]):
            q = load(frames.R_GB[row], body)
            if is_finite(q):
                before = load(last_q, body)
                dot = q[0] * before[0] + q[1] * before[1] + q[2] * before[2] + q[3] * before[3]
                if dot < 0.0:
                    q = -q[0], -q[1], -q[2], -q[3]
                    store(frames.R_GB[row], body, q)
                store(last_q, body, q)


@compiled
def _hold_third(view: View, cut: int, coordinates: Any, last: Any) -> None:
    """At gimbal lock keep the third angle and give the first what keeps the orientation."""
    index, slope, offset = view.cut_coordinate[cut], view.cut_slope[cut], view.cut_offset[cut]
    middle = slope[1] * coordinates[index[1]] + offset[1]
    sign = 1.0 if math.cos(middle) > 0.0 else -1.0
    change = slope[2] * (last[index[2]] - coordinates[index[2]])
    coordinates[index[2]] = last[index[2]]
    coordinates[index[0]] = _bring_near(
        view, index[0], coordinates[index[0]] - sign * change / slope[0], last
    )
