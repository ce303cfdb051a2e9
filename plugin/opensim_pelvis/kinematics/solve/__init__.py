"""Exact inverse kinematics over a kinematic tree, for all frames or one at a time.

::

    tree -> plan (islands of unknowns) -> islands (Newton) -> output (coordinates, bodies)

``problem`` prepares a model and its sensors; ``batch`` and ``stream`` run it.
"""

from opensim_pelvis.kinematics.solve.batch import solve_batch as solve_batch
from opensim_pelvis.kinematics.solve.forward_kinematics import (
    forward_kinematics as forward_kinematics,
)
from opensim_pelvis.kinematics.solve.stream import FrameSolver as FrameSolver
from opensim_pelvis.kinematics.solve.stream import Pose as Pose
from opensim_pelvis.kinematics.solve.warm_up import warm_up as warm_up
