"""A posed OpenSim model, and what sensors on it can know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import opensim

from opensim_pelvis.frames import BoolArray, FloatArray
from opensim_pelvis.kinematics.osim.model import model_from_xml
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.rotations import from_matrix, inverse, multiply, to_rotation_vector
from opensim_pelvis.types import BodyModel

MAX_AMPLIFICATION: Final = 10.0
"""A coordinate that turns 1 degree of sensor noise into more than this is not determined."""

_STEP_RAD = 1e-3  # of the central differences: their error is about 1e-7
_ASSEMBLY = 1e-12  # accuracy of constraints, so that their noise over a step is about 1e-9
_STILL = 1e-4  # a turn per unit turn of a coordinate below this is none


@dataclass(frozen=True, eq=False, slots=True)
class Determined:
    """Which coordinates and bodies a set of sensors determines, as masks over all of them."""

    coordinates: BoolArray
    bodies: BoolArray


class Skeleton:
    """A model ready to be posed: coordinates in, body orientations out."""

    def __init__(self, model: BodyModel, constraint_accuracy: float | None = None) -> None:
        self.model = model_from_xml(model.xml)
        self.model.updForceSet().clearAndDestroy()
        for coordinate in self.model.updCoordinateSet():
            if coordinate.getMotionType() == opensim.Coordinate.Translational:
                coordinate.setDefaultLocked(True)
        if constraint_accuracy is not None:
            self.model.set_assembly_accuracy(constraint_accuracy)
        self.state = self.model.initSystem()
        self.names = model.coordinates
        self.coordinates = [self.model.getCoordinateSet().get(n) for n in self.names]
        self.body_names = model.bodies
        self.bodies = [self.model.getBodySet().get(b) for b in self.body_names]

    def set_values(self, values_rad: FloatArray) -> None:
        """Set all coordinates, radians, and satisfy the model's constraints."""
        for coordinate, value in zip(self.coordinates, values_rad, strict=True):
            coordinate.setValue(self.state, float(value), False)
        self.model.assemble(self.state)

    def values(self) -> list[float]:
        """Return all coordinates of the pose, radians."""
        return [coordinate.getValue(self.state) for coordinate in self.coordinates]

    def body_matrices(self) -> FloatArray:
        """Return ``R_GB`` of all bodies as matrices, shape (b, 3, 3)."""
        self.model.realizePosition(self.state)
        return np.array([_matrix(b.getTransformInGround(self.state).R()) for b in self.bodies])

    def body_transforms(self) -> tuple[list[list[float]], list[list[float]]]:
        """Return ``R_GB`` (b, 4) and ``p_GB`` (b, 3) of all bodies, as lists for speed."""
        self.model.realizePosition(self.state)
        quaternions, origins = [], []
        for body in self.bodies:
            transform = body.getTransformInGround(self.state)
            q = transform.R().convertRotationToQuaternion()
            quaternions.append([q.get(0), q.get(1), q.get(2), q.get(3)])
            p = transform.p()
            origins.append([p.get(0), p.get(1), p.get(2)])
        return quaternions, origins


class Observability:
    """Answers which coordinates a set of sensors determines, from the model's own Jacobian.

    The Jacobian of the sensors' angular velocities with respect to the coordinates is taken in
    a generic pose, where no two axes of the chain happen to be parallel. A coordinate is
    determined when no combination of coordinates that leaves all sensors still moves it, and
    when noise of the sensors does not grow beyond `MAX_AMPLIFICATION` in it; a body, when no
    such combination turns it.
    """

    def __init__(self, model: BodyModel) -> None:
        self._bodies = list(model.bodies)
        self._names = list(model.coordinates)
        skeleton = Skeleton(model, _ASSEMBLY)
        free = [not c.getDefaultLocked() for c in skeleton.coordinates]
        self._free = np.array(free, dtype=np.bool_)
        self._jacobian = _rotation_jacobian(skeleton, _generic_pose(skeleton, model))
        self._cache: dict[tuple[str, ...], Determined] = {}

    def find_determined(self, sensor_bodies: Sequence[str]) -> Determined:
        """Return masks over the model's coordinates and bodies for sensors on these bodies."""
        key = tuple(sorted(sensor_bodies))
        if key not in self._cache:
            self._cache[key] = self._solve(key)
        return self._cache[key]

    def find_redundant(self, sensor_bodies: Sequence[str]) -> list[str]:
        """Return coordinates to lock, so that those left free follow the sensors in one way.

        No more than these: a shank that swings below a thigh without a sensor must not turn the
        pelvis. Of hip and knee enough stays free to follow it, though neither is determined.
        """
        rows = [self._bodies.index(body) for body in sensor_bodies]
        sensed = self._jacobian[rows].reshape(3 * len(rows), -1)
        known = self.find_determined(sensor_bodies).coordinates
        basis = np.zeros((sensed.shape[0], 0))
        locked = set(np.flatnonzero(~self._free).tolist())
        for i in [*np.flatnonzero(known), *np.flatnonzero(self._free & ~known)]:
            apart = sensed[:, i] - basis @ (basis.T @ sensed[:, i])
            size = float(np.linalg.norm(apart))
            least = max(_STILL, float(np.linalg.norm(sensed[:, i])) / MAX_AMPLIFICATION)
            if known[i] or size > least:
                basis = np.column_stack([basis, apart / size])
            else:
                locked.add(int(i))
        return [name for i, name in enumerate(self._names) if i in locked]

    def can_follow(self, body: str, above: str) -> bool:
        """Return whether a body can turn to any orientation while one above it stays still.

        If not, a sensor on it pulls at the one above. With neighbouring orientations reached by
        turns of less than `MAX_AMPLIFICATION` times their angle.
        """
        lower, upper = (self._jacobian[self._bodies.index(name)] for name in (body, above))
        own = self._free & (np.linalg.norm(upper, axis=0) < _STILL)
        sizes = np.linalg.svd(lower[:, own], compute_uv=False)
        return bool(sizes.size == 3 and sizes[-1] > 1.0 / MAX_AMPLIFICATION)

    def explain(self, coordinate: str, sensor_bodies: Sequence[str]) -> Notice:
        """Say why sensors on these bodies do not determine a coordinate."""
        index = self._names.index(coordinate)
        if not self._free[index]:
            return notice("absent.locked", coordinate)
        reach = np.linalg.norm(self._jacobian[:, :, index], axis=1)
        turned = [body for body, size in zip(self._bodies, reach, strict=True) if size > _STILL]
        if not set(turned) & set(sensor_bodies):
            if not turned:
                return notice("absent.no_sensor_that_turns", coordinate)
            return notice("absent.no_sensor", coordinate, body=turned[0])
        bodies = sorted(set(turned) & set(sensor_bodies))
        return notice("absent.not_told_apart", coordinate, bodies=bodies)

    def _solve(self, sensor_bodies: tuple[str, ...]) -> Determined:
        rows = [self._bodies.index(body) for body in sensor_bodies]
        everything = self._jacobian[:, :, self._free]
        n_free = everything.shape[2]
        coordinates = np.zeros(self._free.size, dtype=np.bool_)
        if not rows:
            return Determined(coordinates, np.zeros(len(self._bodies), dtype=np.bool_))
        sensed = everything[rows].reshape(-1, n_free)
        _, sizes, basis = np.linalg.svd(sensed, full_matrices=True)
        sizes = np.concatenate([sizes, np.zeros(n_free - sizes.size)])
        null = basis[sizes < _STILL]
        kept = sizes >= _STILL
        growth = np.sqrt(np.sum((basis[kept] / sizes[kept, None]) ** 2, axis=0))
        still = np.linalg.norm(null, axis=0) < _STILL
        coordinates[self._free] = still & (growth <= MAX_AMPLIFICATION)
        loose = np.einsum("bif,nf->bni", everything, null)
        turning = np.linalg.norm(loose.reshape(len(self._bodies), -1), axis=1)
        return Determined(coordinates, turning < _STILL)


def _generic_pose(skeleton: Skeleton, model: BodyModel) -> FloatArray:
    """Return a pose inside the ranges at which no two axes are parallel by chance."""
    draw = np.random.default_rng(20).uniform(0.3, 0.7, size=len(skeleton.names))
    low, high = np.array([model.ranges_rad[name] for name in skeleton.names]).T
    low, high = np.maximum(low, -1.0), np.minimum(high, 1.0)
    return np.asarray(low + draw * (high - low))


def _rotation_jacobian(skeleton: Skeleton, pose: FloatArray) -> FloatArray:
    """Angular velocity of each body per unit coordinate velocity, shape (b, 3, c)."""
    columns = []
    for index in range(pose.size):
        sides = []
        for sign in (1.0, -1.0):
            values = pose.copy()
            values[index] += sign * _STEP_RAD
            skeleton.set_values(values)
            sides.append(from_matrix(skeleton.body_matrices()))
        step = to_rotation_vector(multiply(sides[0], inverse(sides[1])))
        columns.append(step / (2.0 * _STEP_RAD))
    return np.stack(columns, axis=-1)


def _matrix(rotation: Any) -> list[list[float]]:
    return [[rotation.get(i, j) for j in range(3)] for i in range(3)]
