"""Orientations of bodies from coordinates and their model, whatever its joints."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.kinematics.osim.model import describe_model, load_model
from opensim_pelvis.kinematics.osim.tree import read_tree
from opensim_pelvis.kinematics.solve import forward_kinematics
from opensim_pelvis.rotations import is_present
from opensim_pelvis.types.segments import BODIES


def pose_bodies(path: Path, coordinates_rad: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Return the orientations of the bodies that coordinates determine.

    Parameters
    ----------
    path : Path
        Model.
    coordinates_rad : mapping of str to (t,) array
        A rotational coordinate of the model that is not here is unknown, and so is every body
        that hangs on it; translations do not matter.

    Returns
    -------
    mapping of body to (t, 4) array
        R_GB of those of `opensim_pelvis.types.segments.BODIES` that are known.

    Raises
    ------
    ModelError, SolveError
        When the model cannot be read or posed.
    """
    model = describe_model(load_model(path), str(path))
    tree = read_tree(model)
    count = next(iter(coordinates_rad.values())).size
    values = np.empty((count, len(tree.coordinates)))
    for column, coordinate in enumerate(tree.coordinates):
        unknown = np.nan if coordinate.name in model.coordinates else coordinate.default
        values[:, column] = coordinates_rad.get(coordinate.name, np.full(count, unknown))
    R_GB, _ = forward_kinematics(tree, values)
    found = {body: R_GB[:, i] for i, body in enumerate(tree.bodies) if body in BODIES}
    return {body: q for body, q in found.items() if is_present(q).any()}
