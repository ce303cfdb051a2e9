"""From a kinematic tree to the arrays that the compiled solver walks.

A joint of three rotations that reach every orientation and that nothing else depends on is
*free*: it lets the bodies on both of its sides turn as they like, so the plan cuts there, and
what lies between cuts, an island, is solved on its own. A free joint whose range turns out to
bind is joined again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from opensim_pelvis.errors import SolveError, raise_faults
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.osim.functions import PiecewisePolynomial, Sum, polynomial
from opensim_pelvis.osim.tree import Joint, KinematicTree
from opensim_pelvis.rotations import inverse, multiply, to_matrix
from opensim_pelvis.solve.islands import Plan
from opensim_pelvis.solve.output import View

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
        cuts: Collection[int],
        *,
        moving: bool = False,
    ) -> None:
        self.tree = tree
        self.sensors = sensors
        self.cuts = tuple(sorted(cuts))
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
                half = 0.5 * constant
                turned = np.concatenate([[np.cos(half)], np.sin(half) * axis.direction])
                fixed = multiply(fixed, turned)
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
        roots = {n: i for i, (c, n) in reversed(list(enumerate(unknowns))) if c < 0}
        base = list(range(len(self.nodes)))
        for index, node in enumerate(self.nodes):
            base[index] = base[node.parent] if node.parent >= 0 else (index if node.root else -1)
        worn = sorted(
            (s for s in self.sensors if self.attached[s.body][0] >= 0),
            key=lambda s: (self.attached[s.body][0], s.column),
        )
        node_of = [self.attached[s.body][0] for s in worn]
        fixed = [multiply(self.attached[s.body][1], s.R_BS) for s in worn]
        islands = range(self.n_islands + 1)
        coordinates = [self.tree.coordinates[c] if c >= 0 else None for c, _ in unknowns]
        low = [c.low if c and c.clamped and not self.moving else -np.inf for c in coordinates]
        high = [c.high if c and c.clamped and not self.moving else np.inf for c in coordinates]
        start = [c.default if c else 0.0 for c in coordinates]
        heaviest = max((s.weight for s in worn), default=1.0)
        outer = [self.functions.index(term.outer) for term in terms]
        inner = [-1 if t.inner is None else self.functions.index(t.inner) for t in terms]
        return Plan(
            node_parent=_integers(node.parent for node in self.nodes),
            node_base=_integers(base),
            node_fixed=_rows([node.fixed for node in self.nodes], 4),
            node_root=_integers(roots.get(n, -1) for n in range(len(self.nodes))),
            node_offset=np.array([node.offset for node in self.nodes], dtype=np.float64),
            node_term=_firsts(len(node.terms) for node in self.nodes),
            term_unknown=_integers(where[term.coordinate] for term in terms),
            term_outer=_integers(outer),
            term_inner=_integers(inner),
            **self.functions.arrays(),
            island_node=_integers(sum(i < k for i in self.island) for k in islands),
            island_sensed=_integers(
                sum(i < k or (i == k and n in self.sensed) for n, i in enumerate(self.island))
                for k in islands[:-1]
            ),
            island_unknown=_integers(sum(self.island[n] < k for _, n in unknowns) for k in islands),
            island_sensor=_integers(sum(self.island[n] < k for n in node_of) for k in islands),
            sensor_column=_integers(s.column for s in worn),
            sensor_node=_integers(node_of),
            sensor_inverse=_rows([inverse(q) for q in fixed], 4),
            sensor_weight=np.array([s.weight / heaviest for s in worn], dtype=np.float64),
            unknown_low=np.array(low, dtype=np.float64),
            unknown_high=np.array(high, dtype=np.float64),
            unknown_start=np.clip(np.array(start, dtype=np.float64), low, high),
            unknown_coordinate=_integers(c for c, _ in unknowns),
        )

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
        slides = [self._slides(joint) for joint in joints]
        flat = [slide for _, found in slides for slide in found]
        radii = [np.zeros(3) if j.radii_m is None else j.radii_m for j in joints]
        coordinates = self.tree.coordinates
        return View(
            body_node=_integers(self.attached[j.child][0] for j in joints),
            body_fixed=_rows([self.attached[j.child][1] for j in joints], 4),
            body_parent=_integers(row[j.parent] for j in joints),
            body_column=_integers(body_columns.get(j.child, -1) for j in joints),
            body_from_parent=_rows([start for start, _ in slides], 3),
            body_from_child=_rows([j.child_p_m for j in joints], 3),
            body_radii=_rows(radii, 3),
            joint_parent=_rows([j.parent_R for j in joints], 4),
            joint_child=_rows([j.child_R for j in joints], 4),
            slide_first=_firsts(len(found) for _, found in slides),
            slide_direction=_rows([direction for direction, _ in flat], 3),
            slide_coordinate=_integers(term.coordinate for _, term in flat),
            slide_outer=_integers(self.functions.index(t.outer) for _, t in flat),
            slide_inner=_integers(
                -1 if t.inner is None else self.functions.index(t.inner) for _, t in flat
            ),
            **self._cut_arrays(row),
            coordinate_low=np.array([c.low for c in coordinates]),
            coordinate_high=np.array([c.high for c in coordinates]),
            coordinate_clamped=np.array([c.clamped for c in coordinates], dtype=np.bool_),
            coordinate_default=np.array([c.default for c in coordinates]),
            coordinate_period=self._periods(),
            coordinate_column=_integers(
                coordinate_columns.get(i, -1) for i in range(len(coordinates))
            ),
            error_body=_integers(row.get(body, -1) for body, _ in error_sensors),
            error_fixed=_rows([R_BS for _, R_BS in error_sensors], 4),
        )

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

    def _cut_arrays(self, row: dict[int, int]) -> dict[str, np.ndarray]:
        joints = [self.tree.joints[i] for i in self.cuts]
        joints = [joint for joint in joints if joint.child in row]
        upper, lower, offsets, slopes, indices = [], [], [], [], []
        for joint in joints:
            a, b, c = (axis.direction for axis in joint.rotations)
            frame, swing = _frame_of(a, b), np.arctan2(b @ np.cross(a, c), a @ c)
            half = 0.5 * swing
            bent = np.concatenate([[np.cos(half)], np.sin(half) * b])
            upper.append(multiply(joint.parent_R, frame))
            lower.append(multiply(multiply(joint.child_R, bent), frame))
            terms = [axis.amount.terms[0] for axis in joint.rotations]
            constants = [axis.amount.constant for axis in joint.rotations]
            indices.append([index for index, _ in terms])
            slopes.append([function.slope for _, function in terms])
            offset = np.array([float(f(0.0)) for _, f in terms]) + constants
            offsets.append(offset + [0.0, swing, 0.0])
        return {
            "cut_parent": _integers(row[joint.parent] for joint in joints),
            "cut_child": _integers(row[joint.child] for joint in joints),
            "cut_parent_fixed": _rows(upper, 4),
            "cut_child_fixed": _rows(lower, 4),
            "cut_coordinate": _rows(indices, 3).astype(np.int64),
            "cut_slope": _rows(slopes, 3),
            "cut_offset": _rows(offsets, 3),
        }

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
    """Functions by number, each stored once; number 0 is the identity."""

    functions: list[PiecewisePolynomial] = field(default_factory=list)

    def index(self, function: PiecewisePolynomial) -> int:
        for number, known in enumerate(self.functions):
            if known is function:
                return number
        self.functions.append(function)
        return len(self.functions) - 1

    def arrays(self) -> dict[str, np.ndarray]:
        degree = max((f.coefficients.shape[1] for f in self.functions), default=1)
        padded = [
            np.pad(f.coefficients, ((0, 0), (0, degree - f.coefficients.shape[1])))
            for f in self.functions
        ]
        return {
            "function_piece": _firsts(f.left.size for f in self.functions),
            "piece_left": np.concatenate([np.zeros(0), *(f.left for f in self.functions)]),
            "piece_origin": np.concatenate([np.zeros(0), *(f.origin for f in self.functions)]),
            "piece_coefficients": np.concatenate([np.zeros((0, degree)), *padded]),
        }


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


def _integers(values: Iterable[int]) -> np.ndarray:
    return np.array(list(values), dtype=np.int64)


def _firsts(sizes: Iterable[int]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(_integers(sizes))]).astype(np.int64)


def _rows(values: Sequence[Sequence[float]] | Sequence[FloatArray], width: int) -> FloatArray:
    return np.array(list(values), dtype=np.float64).reshape(-1, width)
