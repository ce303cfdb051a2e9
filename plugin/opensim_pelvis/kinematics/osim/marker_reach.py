"""What markers on a model can know: which coordinates and bodies they determine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from opensim_pelvis.frames import BoolArray, FloatArray
from opensim_pelvis.rotations import inverse, multiply, to_rotation_vector

MAX_GROWTH_RAD_PER_M: Final = 100.0
"""A coordinate that 1 mm of marker error moves by more, 5.7 degrees, is not determined.

A choice, between what skin markers give and what cannot be known: with all markers of
`p02_running` the largest is 23 (toes, forearms), with the medial markers of elbows gone 82
(forearms, 13 degrees off), without a marker on a segment many thousands.
"""

_STEP: Final = 1e-3  # rad or m, of the central differences
_ASSEMBLY: Final = 1e-12  # accuracy of constraints, so that their noise over a step is about 1e-9
_LEAST: Final = 1e-9  # a smaller singular value is none


class MarkerReach:
    """Answers which coordinates and bodies a frame's markers determine.

    The Jacobian of the markers' places with respect to the free coordinates is taken in a generic
    pose, where no two axes happen to be parallel. A coordinate or a body is determined when an
    error of the markers does not grow beyond `MAX_GROWTH_RAD_PER_M` in it.

    Parameters
    ----------
    model : opensim.Model
        With its markers; a copy is posed.
    markers : sequence of str
        The model's names, in the order of what `of_frames` is given.
    """

    def __init__(self, model: Any, markers: Sequence[str]) -> None:
        self._markers, self._coordinates, self._bodies = _jacobians(model, markers)
        self._found: dict[bytes, tuple[BoolArray, BoolArray]] = {}

    def of_frames(self, seen: BoolArray) -> tuple[BoolArray, BoolArray]:
        """Return what each frame determines.

        Parameters
        ----------
        seen : (t, m) array of bool
            Whether a frame has each marker.

        Returns
        -------
        (t, c) and (t, b) arrays of bool
            Of all coordinates, and of all bodies, in the model's order.
        """
        patterns, which = np.unique(seen, axis=0, return_inverse=True)
        found = [self._solve(pattern) for pattern in patterns]
        coordinates, bodies = (np.stack(part) for part in zip(*found, strict=True))
        return coordinates[which.ravel()], bodies[which.ravel()]

    def _solve(self, seen: BoolArray) -> tuple[BoolArray, BoolArray]:
        free = self._markers.shape[2]
        _, sizes, basis = np.linalg.svd(self._markers[seen].reshape(-1, free), full_matrices=True)
        sizes = np.concatenate([sizes, np.zeros(free - sizes.size)])
        spread = basis.T / np.maximum(sizes, _LEAST)
        moved = np.linalg.norm(self._coordinates @ spread, axis=1)
        turned = np.linalg.norm(self._bodies @ spread, axis=2).max(axis=1)
        return moved <= MAX_GROWTH_RAD_PER_M, turned <= MAX_GROWTH_RAD_PER_M


def _jacobians(model: Any, markers: Sequence[str]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return derivatives by the free coordinates: markers (m, 3, f), coordinates (c, f), bodies.

    Bodies, shape (b, 3, f), by their angular velocity. Coordinates that others determine by a
    constraint are not free, and move with them.
    """
    own = model.clone()
    own.set_assembly_accuracy(_ASSEMBLY)
    state = own.initSystem()
    coordinates = list(own.getCoordinateSet())
    free = [
        i for i, c in enumerate(coordinates) if not (c.getLocked(state) or c.isDependent(state))
    ]
    pose = _generic_pose(coordinates, free)
    columns = []
    for index in free:
        sides = [
            _look(own, state, coordinates, {**pose, index: pose[index] + step}, markers)
            for step in (_STEP, -_STEP)
        ]
        (places, values, turns), (places_before, values_before, turns_before) = sides
        columns.append(
            (
                (places - places_before) / (2.0 * _STEP),
                (values - values_before) / (2.0 * _STEP),
                to_rotation_vector(multiply(turns, inverse(turns_before))) / (2.0 * _STEP),
            )
        )
    found = [np.stack(part, axis=-1) for part in zip(*columns, strict=True)]
    return found[0], found[1], found[2]


def _generic_pose(coordinates: Sequence[Any], free: Sequence[int]) -> dict[int, float]:
    """Return a pose of the free coordinates inside their ranges, within 1 rad or m of 0."""
    draws = np.random.default_rng(20).uniform(0.3, 0.7, size=len(coordinates))
    pose = {}
    for i in free:
        low = float(np.clip(coordinates[i].getRangeMin(), -1.0, 1.0))
        high = float(np.clip(coordinates[i].getRangeMax(), -1.0, 1.0))
        pose[i] = low + float(draws[i]) * (high - low)
    return pose


def _look(
    model: Any,
    state: Any,
    coordinates: Sequence[Any],
    pose: dict[int, float],
    markers: Sequence[str],
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return markers (m, 3), coordinates (c,) and body quaternions (b, 4) of a pose."""
    for i, value in pose.items():
        coordinates[i].setValue(state, value, False)
    model.assemble(state)
    model.realizePosition(state)
    known = model.getMarkerSet()
    places = [known.get(name).getLocationInGround(state) for name in markers]
    turns = [
        body.getTransformInGround(state).R().convertRotationToQuaternion()
        for body in model.getBodySet()
    ]
    return (
        np.array([[at.get(k) for k in range(3)] for at in places]),
        np.array([coordinate.getValue(state) for coordinate in coordinates]),
        np.array([[q.get(k) for k in range(4)] for q in turns]),
    )
