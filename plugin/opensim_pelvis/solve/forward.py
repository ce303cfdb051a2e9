"""Forward kinematics: coordinates to orientations and places of all bodies."""

from __future__ import annotations

from typing import Any

import numpy as np

from opensim_pelvis.errors import SolveError, raise_faults
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.osim.tree import KinematicTree
from opensim_pelvis.solve.islands import Plan, make_work, turn_nodes
from opensim_pelvis.solve.output import View, express
from opensim_pelvis.solve.plan import PlanBuilder
from opensim_pelvis.solve.quaternions import compiled, load, store


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
    builder = PlanBuilder(tree, [], (), moving=True)
    raise_faults(SolveError, f"model '{tree.name}'", sorted(set(builder.missing.values())))
    view = builder.view({index: index for index in range(len(tree.bodies))}, {}, [])
    plan = builder.plan()
    R_GB = np.empty((values.shape[0], len(tree.bodies), 4))
    p_GB = np.empty((values.shape[0], len(tree.bodies), 3))
    _pose(plan, view, np.ascontiguousarray(values, dtype=np.float64), R_GB, p_GB)
    return R_GB, p_GB


@compiled
def _pose(plan: Plan, view: View, values: Any, R_GB: Any, p_GB: Any) -> None:
    w = make_work(plan)
    R, p = np.zeros((view.body_node.size, 4)), np.zeros((view.body_node.size, 3))
    for row in range(values.shape[0]):
        for unknown in range(plan.unknown_coordinate.size):
            w.x[unknown] = values[row, plan.unknown_coordinate[unknown]]
        turn_nodes(plan, 0, plan.node_parent.size, w)
        express(plan, view, w.q, values[row], (R, p))
        for body in range(view.body_column.size):
            store(R_GB[row], view.body_column[body], load(R, body))
            p_GB[row, view.body_column[body]] = p[body]
