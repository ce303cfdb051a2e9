"""Forward kinematics: coordinates to orientations and places of all bodies."""

from __future__ import annotations

from typing import Any

import numpy as np

from opensim_pelvis.errors import SolveError, raise_faults
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.kinematics.osim.kinematic_tree import KinematicTree
from opensim_pelvis.kinematics.solve.arrays import ArrayWriter
from opensim_pelvis.kinematics.solve.bodies import express
from opensim_pelvis.kinematics.solve.compiled_records import Plan, View
from opensim_pelvis.kinematics.solve.derivatives import turn_nodes
from opensim_pelvis.kinematics.solve.plan import Layout
from opensim_pelvis.kinematics.solve.quaternions import entry


def forward_kinematics(tree: KinematicTree, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Pose a tree.

    Parameters
    ----------
    tree : KinematicTree
    values : (t, c) array
        All coordinates of the tree, radians or metres; coupled ones are computed from the
        others, whatever stands there.

    Returns
    -------
    R_GB : (t, b, 4) array
        Quaternions of the tree's bodies.
    p_GB : (t, b, 3) array
        Origins of the bodies in ground, metres.

    Raises
    ------
    SolveError
        When a body hangs on something that cannot be represented.
    """
    layout = Layout(tree, [], (), moving=True)
    raise_faults(SolveError, f"model '{tree.name}'", sorted(set(layout.missing.values())))
    writer = ArrayWriter(layout)
    view = writer.view({index: index for index in range(len(tree.bodies))}, {}, [])
    plan = writer.plan()
    R_GB = np.empty((values.shape[0], len(tree.bodies), 4))
    p_GB = np.empty((values.shape[0], len(tree.bodies), 3))
    _pose(plan, view, np.ascontiguousarray(values, dtype=np.float64), R_GB, p_GB)
    return R_GB, p_GB


@entry
def _pose(plan: Plan, view: View, values: Any, R_GB: Any, p_GB: Any) -> None:
    for row in range(values.shape[0]):
        for i in range(view.coordinates.size):
            view.coordinates[i].value = values[row, i]
        for i in range(plan.unknowns.size):
            plan.unknowns[i].x = values[row, plan.unknowns[i].coordinate]
        turn_nodes(plan.nodes, plan.terms, plan.unknowns, plan.pieces, 0, plan.nodes.size)
        express(plan, view)
        for b in range(view.bodies.size):
            body = view.bodies[b]
            R_GB[row, body.column, 0] = body.q_w
            R_GB[row, body.column, 1] = body.q_x
            R_GB[row, body.column, 2] = body.q_y
            R_GB[row, body.column, 3] = body.q_z
            p_GB[row, body.column, 0] = body.p_x
            p_GB[row, body.column, 1] = body.p_y
            p_GB[row, body.column, 2] = body.p_z
