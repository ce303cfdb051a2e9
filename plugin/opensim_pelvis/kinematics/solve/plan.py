"""From a kinematic tree to the arrays that the compiled solver walks.

A joint of three rotations that reach every orientation and that nothing else depends on is
*free*: it lets the bodies on both of its sides turn as they like, so the plan cuts there, and
what lies between cuts, an island, is solved on its own. A free joint whose range turns out to
bind is joined again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.errors import SolveError, raise_faults
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.kinematics.osim.functions import PiecewisePolynomial, Sum, polynomial
from opensim_pelvis.kinematics.osim.kinematic_tree import Joint, KinematicTree
from opensim_pelvis.rotations import inverse, multiply

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
class Term:
    """``outer(inner(coordinate))``; inner is None for the identity."""

    coordinate: int
    outer: PiecewisePolynomial
    inner: PiecewisePolynomial | None = None


@dataclass(eq=False, slots=True)
class Node:
    """An axis, or with ``root`` a freely turning frame; ``parent`` is a node, -1 for ground."""

    parent: int
    fixed: FloatArray
    offset: float = 0.0
    terms: tuple[Term, ...] = ()
    root: bool = False


class UnrepresentableError(SolveError):
    """Something in the model cannot be represented; it matters only if sensors need it."""


def resolve(tree: KinematicTree, amount: Sum, *, moving: bool = False) -> tuple[float, list[Term]]:
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
                terms.append(Term(index, function))
            continue
        base, inner = resolve(tree, coordinate.coupled, moving=moving)
        if not inner:
            constant += float(function(base))
        elif len(inner) == 1 and inner[0].inner is None:
            terms.append(Term(inner[0].coordinate, function, inner[0].outer.raised(base)))
        elif function.is_affine:
            constant += float(function(base))
            for term in inner:
                scale = polynomial(0.0, function.slope)
                within = term.outer if term.inner is None else None
                if within is None:
                    raise UnrepresentableError(f"coordinate '{coordinate.name}' is coupled twice")
                terms.append(Term(term.coordinate, scale, within))
        else:
            raise UnrepresentableError(
                f"coordinate '{coordinate.name}' is coupled to several coordinates and rotates "
                "its body by a nonlinear function"
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
        held = held or index in tree.coordinate_faults
        slides = sum(i == index for t in joint.translations for i, _ in t.amount.terms)
        if held or uses[index] - slides != 1 or not function.is_affine or not function.slope:
            return False
    a, b, c = (axis.direction for axis in joint.rotations)
    return bool(abs(a @ b) < SQUARE and abs(b @ c) < SQUARE)


class Layout:
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
        self.nodes: list[Node] = []
        self.attached: dict[int, tuple[int, FloatArray]] = {}
        self.missing: dict[int, str] = dict(tree.body_faults)
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
            self.nodes.append(Node(parent=-1, fixed=_IDENTITY, root=True))
            self.attached[joint.child] = len(self.nodes) - 1, _IDENTITY
            return
        node, fixed = self.attached[joint.parent] if joint.parent >= 0 else (-1, _IDENTITY)
        fixed = multiply(fixed, joint.parent_R)
        try:
            amounts = [resolve(self.tree, a.amount, moving=self.moving) for a in joint.rotations]
        except UnrepresentableError as fault:
            self.missing[joint.child] = str(fault)
            return
        for axis, (constant, terms) in zip(joint.rotations, amounts, strict=True):
            tilt = bring_z_to(axis.direction)
            if terms:
                fixed = multiply(fixed, tilt)
                self.nodes.append(Node(node, fixed, constant, tuple(terms)))
                node, fixed = len(self.nodes) - 1, inverse(tilt)
            else:
                fixed = multiply(fixed, turn_about(axis.direction, constant))
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
                f"{fault}: the exact engine cannot solve the sensors on its bodies. Use --engine "
                "opensim."
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

    def unknowns(self) -> list[tuple[int, int]]:
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


def turn_about(axis: FloatArray, angle: float) -> FloatArray:
    """Return the quaternion of a turn about a unit vector."""
    return np.concatenate([[np.cos(0.5 * angle)], np.sin(0.5 * angle) * axis])


def bring_z_to(direction: FloatArray) -> FloatArray:
    """Return the shortest rotation that takes z to a unit vector."""
    x, y, z = direction
    if z < -1.0 + 1e-12:
        return np.array([0.0, 1.0, 0.0, 0.0])
    q = np.array([1.0 + z, -y, x, 0.0])
    return np.asarray(q / np.linalg.norm(q))
