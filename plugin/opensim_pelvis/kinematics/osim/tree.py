"""Any OpenSim model as a plain kinematic tree: what turns what, and by which function.

A joint is written as in Simbody: the child's joint frame is displaced and turned in the
parent's, ``R_BC = R_parent · Rot(axis 1, angle 1) · Rot(axis 2, ...) · ... · R_child^-1``, each
angle being a sum of functions of one coordinate each.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import opensim

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.kinematics.osim.functions import (
    SUPPORTED,
    Sum,
    UnknownFunctionError,
    polynomial,
    read_function,
)
from opensim_pelvis.kinematics.osim.kinematic_tree import (
    Axis,
    Joint,
    KinematicTree,
    SensorFrame,
    TreeCoordinate,
)
from opensim_pelvis.kinematics.osim.model import model_from_xml
from opensim_pelvis.rotations import from_matrix
from opensim_pelvis.types import BodyModel
from opensim_pelvis.types.segments import body_of

_X, _Y, _Z = np.eye(3)

# Turning and sliding axes of the joints that are not custom, in the order of coordinates.
_ROTATIONS: Final[Mapping[str, tuple[FloatArray, ...]]] = {
    "WeldJoint": (),
    "PinJoint": (_Z,),
    "SliderJoint": (),
    "BallJoint": (_X, _Y, _Z),
    "GimbalJoint": (_X, _Y, _Z),
    "UniversalJoint": (_X, _Y),
    "PlanarJoint": (_Z,),
    "FreeJoint": (_X, _Y, _Z),
    "EllipsoidJoint": (_X, _Y, _Z),
}
_TRANSLATIONS: Final[Mapping[str, tuple[FloatArray, ...]]] = {
    "SliderJoint": (_X,),
    "PlanarJoint": (_X, _Y),
    "FreeJoint": (_X, _Y, _Z),
}


def read_tree(model: BodyModel) -> KinematicTree:
    """Read the kinematic tree of a model.

    What cannot be represented is noted, not refused: it may not matter to the sensors.
    """
    osim = model_from_xml(model.xml)
    reader = _TreeReader(osim)
    return KinematicTree(
        name=model.name,
        bodies=reader.bodies,
        joints=reader.joints(),
        coordinates=reader.coordinates(),
        sensors=reader.sensors(),
        body_faults=reader.body_faults,
        coordinate_faults=reader.coordinate_faults,
    )


class _TreeReader:
    """Walks one OpenSim model and gathers what cannot be represented."""

    def __init__(self, osim: Any) -> None:
        self.osim = osim
        self.state = osim.initSystem()
        self.bodies = tuple(body.getName() for body in _items(osim.getBodySet()))
        self.names = [c.getName() for c in _items(osim.getCoordinateSet())]
        self.placed: dict[int, Joint] = {}
        self.body_faults: dict[int, str] = {}
        self.coordinate_faults: dict[int, str] = {}

    def joints(self) -> tuple[Joint, ...]:
        """Return the joints that reach from ground to every body, parents first."""
        waiting = [self._joint(joint) for joint in _items(self.osim.getJointSet())]
        placed = self.placed
        while ready := [j for j in waiting if j.parent < 0 or j.parent in placed]:
            for joint in ready:
                waiting.remove(joint)
                if joint.child < 0 or joint.child in placed:
                    reason = f"joint '{joint.name}' closes a loop"
                    self.body_faults.setdefault(max(joint.child, joint.parent), reason)
                else:
                    placed[joint.child] = joint
        for joint in waiting:
            self.body_faults[joint.child] = f"joint '{joint.name}' does not lead to ground"
        for index, body in enumerate(self.bodies):
            if index not in placed:
                self.body_faults.setdefault(index, f"no joint leads from ground to '{body}'")
        return tuple(placed.values())

    def coordinates(self) -> tuple[TreeCoordinate, ...]:
        """Return all coordinates, with couplers as functions of the others."""
        coupled = self._constraints()
        found = []
        for index, coordinate in enumerate(_items(self.osim.getCoordinateSet())):
            if coordinate.getDefaultIsPrescribed():
                self.coordinate_faults[index] = f"coordinate '{self.names[index]}' is prescribed"
            slides = coordinate.getMotionType() == opensim.Coordinate.Translational
            found.append(
                TreeCoordinate(
                    name=self.names[index],
                    default=coordinate.getDefaultValue(),
                    low=coordinate.getRangeMin(),
                    high=coordinate.getRangeMax(),
                    clamped=coordinate.getDefaultClamped(),
                    locked=coordinate.getDefaultLocked() or slides,
                    coupled=coupled.get(index),
                )
            )
        return tuple(found)

    def sensors(self) -> tuple[SensorFrame, ...]:
        """Return the frames that ``IMUPlacer`` and `place_sensors` hang on bodies."""
        found = []
        for component in self.osim.getComponentsList():
            name = component.getName()
            if body_of(name) is not None:
                frame = opensim.PhysicalOffsetFrame.safeDownCast(component)
                body = frame.findBaseFrame().getName() if frame is not None else ""
                if body in self.bodies:
                    R_BS, _ = _transform(frame)
                    found.append(SensorFrame(name=name, body=self.bodies.index(body), R_BS=R_BS))
        return tuple(found)

    def _joint(self, joint: Any) -> Joint:
        kind = joint.getConcreteClassName()
        parent, child = joint.getParentFrame(), joint.getChildFrame()
        (parent_R, parent_p), (child_R, child_p) = _transform(parent), _transform(child)
        index = self._body(child)
        rotations: tuple[Axis, ...] = ()
        translations: tuple[Axis, ...] = ()
        try:
            if kind == "CustomJoint":
                rotations, translations = self._custom(joint)
            elif kind in _ROTATIONS:
                own = [c.getName() for c in _coordinates_of(joint)]
                along = _TRANSLATIONS.get(kind, ())
                axes = self._plain([*_ROTATIONS[kind], *along], own)
                rotations, translations = axes[: len(_ROTATIONS[kind])], axes[-len(along) :]
                translations = translations if along else ()
            else:
                known = ", ".join(k.removesuffix("Joint") for k in _ROTATIONS)
                reason = f"joint '{joint.getName()}' is a {kind}; supported are {known} and Custom"
                self.body_faults[index] = reason
        except UnknownFunctionError as fault:
            self.body_faults[index] = (
                f"joint '{joint.getName()}' moves by a {fault}; supported are {SUPPORTED}"
            )
        radii = None
        if kind == "EllipsoidJoint":
            ellipsoid = opensim.EllipsoidJoint.safeDownCast(joint)
            radii = _vector(ellipsoid.get_radii_x_y_z())
        return Joint(
            name=joint.getName(),
            kind=kind,
            parent=self._body(parent),
            child=index,
            parent_R=parent_R,
            parent_p_m=parent_p,
            child_R=child_R,
            child_p_m=child_p,
            rotations=rotations,
            translations=translations,
            radii_m=radii,
        )

    def _plain(self, directions: list[FloatArray], names: list[str]) -> tuple[Axis, ...]:
        return tuple(
            Axis(
                direction=direction,
                amount=Sum(terms=((self.names.index(name), polynomial(0.0, 1.0)),)),
            )
            for direction, name in zip(directions, names, strict=True)
        )

    def _custom(self, joint: Any) -> tuple[tuple[Axis, ...], tuple[Axis, ...]]:
        transform = opensim.CustomJoint.safeDownCast(joint).getSpatialTransform()
        axes = []
        for index in range(6):
            axis = transform.getTransformAxis(index)
            names = axis.getCoordinateNamesInArray()
            arguments = tuple(self.names.index(names.get(k)) for k in range(names.size()))
            amount = Sum()
            if axis.hasFunction():
                amount = read_function(axis.getFunction(), arguments)
            direction = _vector(axis.getAxis())
            unit = direction / np.linalg.norm(direction)
            axes.append(Axis(direction=unit, amount=amount))
        moving = [
            [a for a in part if a.amount.terms or a.amount.constant]
            for part in (axes[:3], axes[3:])
        ]
        return tuple(moving[0]), tuple(moving[1])

    def _constraints(self) -> dict[int, Sum]:
        """Return couplers; note the coordinates that any other constraint holds."""
        coupled: dict[int, Sum] = {}
        for constraint in _items(self.osim.getConstraintSet()):
            if not constraint.get_isEnforced():
                continue
            name, kind = constraint.getName(), constraint.getConcreteClassName()
            if kind != "CoordinateCouplerConstraint":
                reason = f"constraint '{name}' is a {kind}; supported are coordinate couplers"
                self.coordinate_faults.update(dict.fromkeys(self._held_by(constraint), reason))
                continue
            coupler = opensim.CoordinateCouplerConstraint.safeDownCast(constraint)
            dependent = self.names.index(coupler.getDependentCoordinateName())
            free = coupler.getIndependentCoordinateNames()
            arguments = tuple(self.names.index(free.get(k)) for k in range(free.size()))
            try:
                coupled[dependent] = read_function(coupler.getFunction(), arguments).scaled(
                    _coupler_scale(coupler)
                )
            except UnknownFunctionError as fault:
                self.coordinate_faults[dependent] = (
                    f"coupler '{name}' is a {fault}; supported are {SUPPORTED}"
                )
        return coupled

    def _held_by(self, constraint: Any) -> set[int]:
        """Return the coordinates between the bodies that a constraint holds; else all."""
        found = [constraint.getConnectee(name) for name in constraint.getSocketNames()]
        frames = [opensim.PhysicalFrame.safeDownCast(each) for each in found]
        if len(frames) < 2 or any(frame is None for frame in frames):
            return set(range(len(self.names)))
        ways = [self._way_to(self._body(frame)) for frame in frames]
        shared = functools.reduce(set[int].intersection, ways)
        return functools.reduce(set[int].union, ways) - shared

    def _way_to(self, body: int) -> set[int]:
        """Return the coordinates of the joints from ground to a body."""
        found: set[int] = set()
        while body in self.placed:
            joint = self.placed[body]
            axes = (*joint.rotations, *joint.translations)
            found |= {index for axis in axes for index, _ in axis.amount.terms}
            body = joint.parent
        return found

    def _body(self, frame: Any) -> int:
        name = frame.findBaseFrame().getName()
        return self.bodies.index(name) if name in self.bodies else -1


def _coupler_scale(coupler: Any) -> float:
    """Return the factor that scaling a model puts on a coupler of lengths."""
    return float(opensim.PropertyHelper.getValueDouble(coupler.getPropertyByName("scale_factor")))


def _items(collection: Any) -> list[Any]:
    return [collection.get(index) for index in range(collection.getSize())]


def _coordinates_of(joint: Any) -> list[Any]:
    return [joint.get_coordinates(index) for index in range(joint.numCoordinates())]


def _vector(values: Any) -> FloatArray:
    return np.array([values.get(index) for index in range(3)])


def _transform(frame: Any) -> tuple[FloatArray, FloatArray]:
    """Return orientation and place of a frame on its body."""
    transform = frame.findTransformInBaseFrame()
    rotation = transform.R()
    matrix = np.array([[rotation.get(i, j) for j in range(3)] for i in range(3)])
    return from_matrix(matrix), _vector(transform.p())
