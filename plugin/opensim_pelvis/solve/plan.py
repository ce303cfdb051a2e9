"""From a kinematic tree to the arrays that the compiled solver walks.

A joint of three rotations that reach every orientation and that nothing else depends on is
*free*: it lets the bodies on both of its sides turn as they like, so the plan cuts there, and
what lies between cuts, an island, is solved on its own. A free joint whose range turns out to
bind is joined again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from opensim_pelvis.errors import SolveError, raise_faults
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.osim.functions import PiecewisePolynomial, Sum, polynomial
from opensim_pelvis.osim.tree import Joint, KinematicTree
from opensim_pelvis.rotations import inverse, multiply, to_matrix
from opensim_pelvis.solve.islands import ISLAND, NODE, SENSOR, TERM, UNKNOWN, Plan
from opensim_pelvis.solve.output import BODY, COORDINATE, CUT, MISFIT, SLIDE, View
from opensim_pelvis.solve.quaternions import set_quaternion

SQUARE: Final = 1e-10
"""Cosine between axes that still counts as a right angle."""

_IDENTITY: Final = np.array([1.0, 0.0, 0.0, 0.0])


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class WornSensor:
    """A sensor as the solver sees it: column in the measured array, body, frame, weight."""

    column: int
    body: int
    R_BS: FloatArray
    weight: float


@dataclass(frozen=True, slots=True)
class _Term:
    """``outer(inner(coordinate))``; inner is None for the identity."""

    coordinate: int
    outer: PiecewisePolynomial
    inner: PiecewisePolynomial | None = None


@dataclass(eq=False, slots=True)
class _Node:
    parent: int
    fixed: FloatArray
    offset: float = 0.0
    terms: tuple[_Term, ...] = ()
    root: bool = False


class Unrepresentable(SolveError):
    """Something in the model cannot be represented; it matters only if sensors need it."""


def resolve(tree: KinematicTree, amount: Sum, *, moving: bool = False) -> tuple[float, list[_Term]]:
    """Return a sum in independent coordinates: its constant, and its terms.

    Parameters
    ----------
    moving : bool
        Let locked coordinates move too.
    """
    constant, terms = amount.constant, []
    for index, function in amount.terms:
        coordinate = tree.coordinates[index]
        if coordinate.coupled is None:
            if coordinate.locked and not moving:
                constant += float(function(coordinate.default))
            else:
                terms.append(_Term(index, function))
            continue
        base, inner = resolve(tree, coordinate.coupled, moving=moving)
        if not inner:
            constant += float(function(base))
        elif len(inner) == 1 and inner[0].inner is None:
            terms.append(_Term(inner[0].coordinate, function, inner[0].outer.raised(base)))
        elif function.is_affine:
            constant += float(function(base))
            for term in inner:
                scale = polynomial(0.0, function.slope)
                within = term.outer if term.inner is None else None
                if within is None:
                    raise Unrepresentable(f"coordinate '{coordinate.name}' is coupled twice over")
                terms.append(_Term(term.coordinate, scale, within))
        else:
            raise Unrepresentable(
                f"coordinate '{coordinate.name}' is coupled to several coordinates and turns "
                "its body by a curve"
            )
    return constant, terms


def find_free_joints(tree: KinematicTree) -> tuple[int, ...]:
    """Return the joints (indices) at which the tree can be cut."""
    uses = [0] * len(tree.coordinates)
    for joint in tree.joints:
        for axis in (*joint.rotations, *joint.translations):
            for index, _ in axis.amount.terms:
                uses[index] += 1
    for coordinate in tree.coordinates:
        for index, _ in coordinate.coupled.terms if coordinate.coupled else ():
            uses[index] += 2
    return tuple(i for i, joint in enumerate(tree.joints) if _is_free(tree, joint, uses))


def _is_free(tree: KinematicTree, joint: Joint, uses: Sequence[int]) -> bool:
    if len(joint.rotations) != 3 or joint.child in tree.body_faults:
        return False
    for axis in joint.rotations:
        if len(axis.amount.terms) != 1:
            return False
        index, function = axis.amount.terms[0]
        coordinate = tree.coordinates[index]
        held = coordinate.locked or coordinate.coupled is not None
        slides = sum(i == index for t in joint.translations for i, _ in t.amount.terms)
        if held or uses[index] - slides != 1 or not function.is_affine or not function.slope:
            return False
    a, b, c = (axis.direction for axis in joint.rotations)
    return bool(abs(a @ b) < SQUARE and abs(b @ c) < SQUARE)


class PlanBuilder:
    """Makes the plan of one tree and one set of sensors, cut where asked.

    Parameters
    ----------
    tree : KinematicTree
    sensors : sequence of WornSensor
    cuts : collection of int
        Free joints to cut at.
    columns : mapping of body name or coordinate name to output column
    moving : bool
        Let locked coordinates move, for forward kinematics.
    """

    def __init__(
        self,
        tree: KinematicTree,
        sensors: Sequence[WornSensor],
        cuts: Sequence[int],
        *,
        moving: bool = False,
    ) -> None:
        self.tree = tree
        self.sensors = sensors
        self.cuts = tuple(cuts)
        self.moving = moving
        self.nodes: list[_Node] = []
        self.attached: dict[int, tuple[int, FloatArray]] = {}
        self.missing: dict[int, str] = dict(tree.body_faults)
        self.functions = _FunctionTable()
        for index, joint in enumerate(tree.joints):
            self._hang(index, joint)
        self._refuse()
        self._order()

    def _hang(self, index: int, joint: Joint) -> None:
        """Add the nodes of a joint and hang its child on them."""
        if joint.parent in self.missing:
            self.missing.setdefault(joint.child, self.missing[joint.parent])
        if joint.child in self.missing:
            return
        if index in self.cuts:
            self.nodes.append(_Node(parent=-1, fixed=_IDENTITY, root=True))
            self.attached[joint.child] = len(self.nodes) - 1, _IDENTITY
            return
        node, fixed = self.attached[joint.parent] if joint.parent >= 0 else (-1, _IDENTITY)
        fixed = multiply(fixed, joint.parent_R)
        try:
            amounts = [resolve(self.tree, a.amount, moving=self.moving) for a in joint.rotations]
        except Unrepresentable as fault:
            self.missing[joint.child] = str(fault)
            return
        for axis, (constant, terms) in zip(joint.rotations, amounts, strict=True):
            tilt = _bring_z_to(axis.direction)
            if terms:
                fixed = multiply(fixed, tilt)
                self.nodes.append(_Node(node, fixed, constant, tuple(terms)))
                node, fixed = len(self.nodes) - 1, inverse(tilt)
            else:
                fixed = multiply(fixed, _turn_about(axis.direction, constant))
        self.attached[joint.child] = node, multiply(fixed, inverse(joint.child_R))

    def _refuse(self) -> None:
        """Raise for what cannot be represented and matters to the sensors."""
        faults = {self.missing[s.body] for s in self.sensors if s.body in self.missing}
        sensed = self._sensed()
        for index in sensed:
            for term in self.nodes[index].terms:
                if term.coordinate in self.tree.coordinate_faults:
                    faults.add(self.tree.coordinate_faults[term.coordinate])
        for name in self._clamped_dependents(sensed):
            faults.add(f"coordinate '{name}' is coupled and clamped")
        raise_faults(
            SolveError,
            f"model '{self.tree.name}'",
            [
                f"{fault}: the exact engine cannot solve the sensors that hang on it; "
                "use --engine opensim"
                for fault in sorted(faults)
            ],
        )

    def _clamped_dependents(self, sensed: Collection[int]) -> Iterable[str]:
        """Return coupled coordinates whose own range could bind."""
        used = {term.coordinate for index in sensed for term in self.nodes[index].terms}
        for coordinate in self.tree.coordinates:
            if coordinate.coupled is None or not (coordinate.clamped or coordinate.locked):
                continue
            if used & {index for index, _ in coordinate.coupled.terms}:
                yield coordinate.name

    def _sensed(self) -> set[int]:
        """Return the nodes that turn a sensor."""
        found: set[int] = set()
        for sensor in self.sensors:
            node = self.attached[sensor.body][0] if sensor.body in self.attached else -1
            while node >= 0:
                found.add(node)
                node = self.nodes[node].parent
        return found

    def _order(self) -> None:
        """Sort nodes by island, those that turn sensors first, parents before children."""
        sensed = self._sensed()
        island = self._islands()
        labels = sorted(set(island))
        order = sorted(
            range(len(self.nodes)),
            key=lambda n: (labels.index(island[n]), n not in sensed, n),
        )
        self.place = {old: new for new, old in enumerate(order)} | {-1: -1}
        self.nodes = [self.nodes[old] for old in order]
        for node in self.nodes:
            node.parent = self.place[node.parent]
        self.attached = {b: (self.place[n], fixed) for b, (n, fixed) in self.attached.items()}
        self.island = [labels.index(island[old]) for old in order]
        self.n_islands = len(labels)
        self.sensed = {self.place[n] for n in sensed}

    def _islands(self) -> list[int]:
        """Return a label for each node: equal where they share a parent chain or an unknown."""
        label = list(range(len(self.nodes)))

        def merge(a: int, b: int) -> None:
            old, new = max(label[a], label[b]), min(label[a], label[b])
            label[:] = [new if value == old else value for value in label]

        first_use: dict[int, int] = {}
        for index, node in enumerate(self.nodes):
            if node.parent >= 0:
                merge(index, node.parent)
            for term in node.terms:
                merge(index, first_use.setdefault(term.coordinate, index))
        return label

    def plan(self) -> Plan:
        """Return the arrays of unknowns, nodes and sensors."""
        unknowns = self._unknowns()
        terms = [term for node in self.nodes for term in node.terms]
        where = {c: i for i, (c, _) in enumerate(unknowns) if c >= 0}
        worn = sorted(
            (s for s in self.sensors if self.attached[s.body][0] >= 0),
            key=lambda s: (self.attached[s.body][0], s.column),
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
        records = np.zeros(len(self.nodes), dtype=NODE)
        first = 0
        for n, node in enumerate(self.nodes):
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
                coordinate = self.tree.coordinates[index]
                if coordinate.clamped and not self.moving:
                    record["low"], record["high"] = coordinate.low, coordinate.high
                start = np.clip(coordinate.default, record["low"], record["high"])
                record["start"] = record["x"] = start
        return records

    def _island_records(
        self, unknowns: Sequence[tuple[int, int]], worn: Sequence[WornSensor]
    ) -> np.ndarray:
        of_unknown = [self.island[node] for _, node in unknowns]
        of_sensor = [self.island[self.attached[s.body][0]] for s in worn]
        records = np.zeros(self.n_islands, dtype=ISLAND)
        for k, record in enumerate(records):
            record["node"] = sum(i < k for i in self.island)
            record["node_end"] = sum(i <= k for i in self.island)
            sensed = sum(self.island[n] == k for n in self.sensed)
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
            node, fixed = self.attached[sensor.body]
            record["column"], record["node"] = sensor.column, node
            record["weight"] = sensor.weight / heaviest
            set_quaternion(record, "fixed", inverse(multiply(fixed, sensor.R_BS)))
        return records

    def _unknowns(self) -> list[tuple[int, int]]:
        """Return (coordinate or -1, node) of each unknown, island after island."""
        found: list[tuple[int, int]] = []
        for island in range(self.n_islands):
            own = [n for n, i in enumerate(self.island) if i == island]
            found += [(-1, n) for n in own if self.nodes[n].root for _ in range(3)]
            seen: set[int] = set()
            for n in own:
                for term in self.nodes[n].terms:
                    if term.coordinate not in seen:
                        seen.add(term.coordinate)
                        found.append((term.coordinate, n))
        return found

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
        joints = [j for j in self.tree.joints if j.child in self.attached]
        row = {joint.child: i for i, joint in enumerate(joints)} | {-1: -1}
        bodies = np.zeros(len(joints), dtype=BODY)
        slides: list[tuple[FloatArray, _Term]] = []
        for body, joint in zip(bodies, joints, strict=True):
            body["parent"] = row[joint.parent]
            body["node"], fixed = self.attached[joint.child]
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

    def _slide_records(self, slides: Sequence[tuple[FloatArray, _Term]]) -> np.ndarray:
        records = np.zeros(len(slides), dtype=SLIDE)
        for record, (direction, term) in zip(records, slides, strict=True):
            record["coordinate"], record["direction"] = term.coordinate, direction
            record["outer"], record["outer_last"] = self.functions.place(term.outer)
            record["inner"], record["inner_last"] = self.functions.place(term.inner)
        return records

    def _coordinate_records(self, columns: Mapping[int, int]) -> np.ndarray:
        records = np.zeros(len(self.tree.coordinates), dtype=COORDINATE)
        records["period"] = self._periods()
        for i, (record, coordinate) in enumerate(
            zip(records, self.tree.coordinates, strict=True)
        ):
            record["column"], record["clamped"] = columns.get(i, -1), coordinate.clamped
            record["low"], record["high"] = coordinate.low, coordinate.high
            record["default"] = record["last"] = record["value"] = coordinate.default
        return records

    def _slides(self, joint: Joint) -> tuple[FloatArray, list[tuple[FloatArray, _Term]]]:
        """Return what does not change of the way from parent to joint, and what does."""
        turned = to_matrix(joint.parent_R)
        start, found = joint.parent_p_m.copy(), []
        for axis in joint.translations:
            direction = turned @ axis.direction
            constant, terms = resolve(self.tree, axis.amount, moving=self.moving)
            start += constant * direction
            found += [(direction, term) for term in terms]
        return start, found

    def _cut_records(self, row: Mapping[int, int]) -> np.ndarray:
        joints = [self.tree.joints[i] for i in self.cuts]
        records = np.zeros(len(joints), dtype=CUT)
        for record, joint in zip(records, joints, strict=True):
            a, b, c = (axis.direction for axis in joint.rotations)
            frame, swing = _frame_of(a, b), float(np.arctan2(b @ np.cross(a, c), a @ c))
            bent = multiply(joint.child_R, _turn_about(b, swing))
            record["parent"], record["child"] = row[joint.parent], row[joint.child]
            record["parent_fixed"] = multiply(joint.parent_R, frame)
            record["child_fixed"] = multiply(bent, frame)
            for k, axis in enumerate(joint.rotations):
                index, function = axis.amount.terms[0]
                record["coordinate"][k], record["slope"][k] = index, function.slope
                record["offset"][k] = axis.amount.constant + float(function(0.0))
            record["offset"][1] += swing
        return records

    def _periods(self) -> FloatArray:
        """Return the full turn of each coordinate, infinite where it does more than turn."""
        slopes: dict[int, list[float]] = {}
        for joint in self.tree.joints:
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
            for i in find_free_joints(self.tree)
            for axis in self.tree.joints[i].rotations
            for index, _ in axis.amount.terms
        }
        for coordinate in self.tree.coordinates:
            for index, _ in coordinate.coupled.terms if coordinate.coupled else ():
                slopes.setdefault(index, []).append(0.0)
        periods = np.full(len(self.tree.coordinates), np.inf)
        for index, found in slopes.items():
            clamped = self.tree.coordinates[index].clamped
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


def _turn_about(axis: FloatArray, angle: float) -> FloatArray:
    return np.concatenate([[np.cos(0.5 * angle)], np.sin(0.5 * angle) * axis])


def _bring_z_to(direction: FloatArray) -> FloatArray:
    """Return the shortest rotation that takes z to a unit vector."""
    x, y, z = direction
    if z < -1.0 + 1e-12:
        return np.array([0.0, 1.0, 0.0, 0.0])
    q = np.array([1.0 + z, -y, x, 0.0])
    return np.asarray(q / np.linalg.norm(q))


def _frame_of(z: FloatArray, x: FloatArray) -> FloatArray:
    """Return the frame with these axes (at right angles) as a quaternion."""
    tilt = _bring_z_to(z)
    c, s, _ = to_matrix(tilt).T @ x
    half = 0.5 * np.arctan2(s, c)
    return multiply(tilt, np.array([np.cos(half), 0.0, 0.0, np.sin(half)]))
