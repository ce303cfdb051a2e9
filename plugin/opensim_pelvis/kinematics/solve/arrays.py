"""Write a layout into the arrays of records that the compiled solver walks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.kinematics.osim.functions import PiecewisePolynomial
from opensim_pelvis.kinematics.osim.kinematic_tree import Joint, KinematicTree
from opensim_pelvis.kinematics.solve.compiled_records import (
    BODY,
    COORDINATE,
    CUT,
    ISLAND,
    MISFIT,
    NODE,
    SENSOR,
    SLIDE,
    TERM,
    UNKNOWN,
    Plan,
    View,
)
from opensim_pelvis.kinematics.solve.plan import (
    Layout,
    Term,
    WornSensor,
    bring_z_to,
    find_free_joints,
    resolve,
    turn_about,
)
from opensim_pelvis.kinematics.solve.quaternions import set_quaternion
from opensim_pelvis.rotations import inverse, multiply, to_matrix


class ArrayWriter:
    """Writes the plan and the view of one layout; they share a table of functions."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.functions = _FunctionTable()

    def plan(self) -> Plan:
        """Return the arrays of unknowns, nodes and sensors."""
        unknowns = self.layout.unknowns()
        terms = [term for node in self.layout.nodes for term in node.terms]
        where = {c: i for i, (c, _) in enumerate(unknowns) if c >= 0}
        worn = sorted(
            (s for s in self.layout.sensors if self.layout.attached[s.body][0] >= 0),
            key=lambda s: (self.layout.attached[s.body][0], s.column),
        )
        outer = [self.functions.place(term.outer) for term in terms]
        inner = [self.functions.place(term.inner) for term in terms]
        records = [
            (where[term.coordinate], *out, *within, 0.0, 0.0)
            for term, out, within in zip(terms, outer, inner, strict=True)
        ]
        n_unknowns = len(unknowns)
        return Plan(
            nodes=self._node_records(unknowns),
            terms=np.array(records, dtype=TERM),
            pieces=self.functions.pieces(),
            unknowns=self._unknown_records(unknowns),
            islands=self._island_records(unknowns, worn),
            sensors=self._sensor_records(worn),
            hessian=np.zeros((n_unknowns, n_unknowns)),
            factor=np.zeros((n_unknowns, n_unknowns)),
        )

    def _node_records(self, unknowns: Sequence[tuple[int, int]]) -> np.ndarray:
        roots = {n: i for i, (c, n) in reversed(list(enumerate(unknowns))) if c < 0}
        records = np.zeros(len(self.layout.nodes), dtype=NODE)
        first = 0
        for n, node in enumerate(self.layout.nodes):
            record = records[n]
            record["parent"], record["root"] = node.parent, roots.get(n, -1)
            record["base"] = n if node.root else -1
            if node.parent >= 0:
                record["base"] = records[node.parent]["base"]
            record["term"], record["term_end"] = first, first + len(node.terms)
            first += len(node.terms)
            record["offset"], record["q_w"] = node.offset, 1.0
            set_quaternion(record, "fixed", node.fixed)
        return records

    def _unknown_records(self, unknowns: Sequence[tuple[int, int]]) -> np.ndarray:
        records = np.zeros(len(unknowns), dtype=UNKNOWN)
        for record, (index, _) in zip(records, unknowns, strict=True):
            record["coordinate"], record["low"], record["high"] = index, -np.inf, np.inf
            if index >= 0:
                coordinate = self.layout.tree.coordinates[index]
                if coordinate.clamped and not self.layout.moving:
                    record["low"], record["high"] = coordinate.low, coordinate.high
                start = np.clip(coordinate.default, record["low"], record["high"])
                record["start"] = record["x"] = start
        return records

    def _island_records(
        self, unknowns: Sequence[tuple[int, int]], worn: Sequence[WornSensor]
    ) -> np.ndarray:
        of_unknown = [self.layout.island[node] for _, node in unknowns]
        of_sensor = [self.layout.island[self.layout.attached[s.body][0]] for s in worn]
        records = np.zeros(self.layout.n_islands, dtype=ISLAND)
        for k, record in enumerate(records):
            record["node"] = sum(i < k for i in self.layout.island)
            record["node_end"] = sum(i <= k for i in self.layout.island)
            sensed = sum(self.layout.island[n] == k for n in self.layout.sensed)
            record["sensed"] = record["node"] + sensed
            record["unknown"] = sum(i < k for i in of_unknown)
            record["unknown_end"] = sum(i <= k for i in of_unknown)
            record["sensor"] = sum(i < k for i in of_sensor)
            record["sensor_end"] = sum(i <= k for i in of_sensor)
        return records

    def _sensor_records(self, worn: Sequence[WornSensor]) -> np.ndarray:
        heaviest = max((s.weight for s in worn), default=1.0)
        records = np.zeros(len(worn), dtype=SENSOR)
        for record, sensor in zip(records, worn, strict=True):
            node, fixed = self.layout.attached[sensor.body]
            record["column"], record["node"] = sensor.column, node
            record["weight"] = sensor.weight / heaviest
            set_quaternion(record, "fixed", inverse(multiply(fixed, sensor.R_BS)))
        return records

    def view(
        self,
        body_columns: dict[int, int],
        coordinate_columns: dict[int, int],
        error_sensors: Sequence[tuple[int, FloatArray]],
    ) -> View:
        """Return the arrays that read bodies and coordinates off the nodes.

        Parameters
        ----------
        body_columns, coordinate_columns : dict
            Index in the tree to column of the output.
        error_sensors : sequence of (body, R_BS)
            One a measured column; the body is -1 where no error is wanted.
        """
        joints = [j for j in self.layout.tree.joints if j.child in self.layout.attached]
        row = {joint.child: i for i, joint in enumerate(joints)} | {-1: -1}
        bodies = np.zeros(len(joints), dtype=BODY)
        slides: list[tuple[FloatArray, Term]] = []
        for body, joint in zip(bodies, joints, strict=True):
            body["parent"] = row[joint.parent]
            body["node"], fixed = self.layout.attached[joint.child]
            set_quaternion(body, "fixed", fixed)
            body["column"] = body_columns.get(joint.child, -1)
            body["from_parent"], found = self._slides(joint)
            body["from_child"] = joint.child_p_m
            body["slide"], body["slide_end"] = len(slides), len(slides) + len(found)
            slides += found
            body["radii"] = 0.0 if joint.radii_m is None else joint.radii_m
            body["joint_parent"], body["joint_child"] = joint.parent_R, joint.child_R
        return View(
            bodies=bodies,
            slides=self._slide_records(slides),
            cuts=self._cut_records(row),
            coordinates=self._coordinate_records(coordinate_columns),
            misfits=np.array(
                [(row.get(body, -1), *R_BS) for body, R_BS in error_sensors], dtype=MISFIT
            ),
        )

    def _slide_records(self, slides: Sequence[tuple[FloatArray, Term]]) -> np.ndarray:
        records = np.zeros(len(slides), dtype=SLIDE)
        for record, (direction, term) in zip(records, slides, strict=True):
            record["coordinate"], record["direction"] = term.coordinate, direction
            record["outer"], record["outer_last"] = self.functions.place(term.outer)
            record["inner"], record["inner_last"] = self.functions.place(term.inner)
        return records

    def _coordinate_records(self, columns: Mapping[int, int]) -> np.ndarray:
        records = np.zeros(len(self.layout.tree.coordinates), dtype=COORDINATE)
        records["period"] = _find_periods(self.layout.tree)
        for i, (record, coordinate) in enumerate(
            zip(records, self.layout.tree.coordinates, strict=True)
        ):
            record["column"], record["clamped"] = columns.get(i, -1), coordinate.clamped
            record["low"], record["high"] = coordinate.low, coordinate.high
            record["default"] = record["last"] = record["value"] = coordinate.default
        return records

    def _slides(self, joint: Joint) -> tuple[FloatArray, list[tuple[FloatArray, Term]]]:
        """Return what does not change of the way from parent to joint, and what does."""
        turned = to_matrix(joint.parent_R)
        start, found = joint.parent_p_m.copy(), []
        for axis in joint.translations:
            direction = turned @ axis.direction
            constant, terms = resolve(self.layout.tree, axis.amount, moving=self.layout.moving)
            start += constant * direction
            found += [(direction, term) for term in terms]
        return start, found

    def _cut_records(self, row: Mapping[int, int]) -> np.ndarray:
        joints = [self.layout.tree.joints[i] for i in self.layout.cuts]
        records = np.zeros(len(joints), dtype=CUT)
        for record, joint in zip(records, joints, strict=True):
            a, b, c = (axis.direction for axis in joint.rotations)
            frame, swing = _frame_of(a, b), float(np.arctan2(b @ np.cross(a, c), a @ c))
            bent = multiply(joint.child_R, turn_about(b, swing))
            record["parent"], record["child"] = row[joint.parent], row[joint.child]
            record["parent_fixed"] = multiply(joint.parent_R, frame)
            record["child_fixed"] = multiply(bent, frame)
            for k, axis in enumerate(joint.rotations):
                index, function = axis.amount.terms[0]
                record["coordinate"][k], record["slope"][k] = index, function.slope
                record["offset"][k] = axis.amount.constant + float(function(0.0))
            record["offset"][1] += swing
        return records


def _find_periods(tree: KinematicTree) -> FloatArray:
    """Return the full turn of each coordinate, infinite where it does more than turn."""
    slopes: dict[int, list[float]] = {}
    for joint in tree.joints:
        for axis in joint.rotations:
            for index, function in axis.amount.terms:
                affine = function.is_affine and function.slope
                slopes.setdefault(index, []).append(function.slope if affine else 0.0)
        for axis in joint.translations:
            for index, function in axis.amount.terms:
                if not (function.is_affine and function.slope == 0.0):
                    slopes.setdefault(index, []).append(0.0)
    free = {
        index
        for i in find_free_joints(tree)
        for axis in tree.joints[i].rotations
        for index, _ in axis.amount.terms
    }
    for coordinate in tree.coordinates:
        for index, _ in coordinate.coupled.terms if coordinate.coupled else ():
            slopes.setdefault(index, []).append(0.0)
    periods = np.full(len(tree.coordinates), np.inf)
    for index, found in slopes.items():
        clamped = tree.coordinates[index].clamped
        if index in free or (len(found) == 1 and found[0] and not clamped):
            periods[index] = 2.0 * np.pi / abs(found[0])
    return periods


@dataclass(slots=True)
class _FunctionTable:
    """Functions one after the other, each stored once."""

    functions: list[PiecewisePolynomial] = field(default_factory=list)

    def place(self, function: PiecewisePolynomial | None) -> tuple[int, int]:
        """Return first and last piece of a function; -1 for none."""
        if function is None:
            return -1, -1
        first = 0
        for known in self.functions:
            if known is function:
                return first, first + known.left.size - 1
            first += known.left.size
        self.functions.append(function)
        return first, first + function.left.size - 1

    def pieces(self) -> FloatArray:
        """Return a row a piece: left edge, origin, ascending coefficients."""
        width = max((f.coefficients.shape[1] for f in self.functions), default=1)
        rows = [np.zeros((0, 2 + width))]
        for f in self.functions:
            padded = np.pad(f.coefficients, ((0, 0), (0, width - f.coefficients.shape[1])))
            rows.append(np.column_stack([f.left, f.origin, padded]))
        return np.concatenate(rows)


def _frame_of(z: FloatArray, x: FloatArray) -> FloatArray:
    """Return the frame with these axes (at right angles) as a quaternion."""
    tilt = bring_z_to(z)
    c, s, _ = to_matrix(tilt).T @ x
    half = 0.5 * np.arctan2(s, c)
    return multiply(tilt, np.array([np.cos(half), 0.0, 0.0, np.sin(half)]))
