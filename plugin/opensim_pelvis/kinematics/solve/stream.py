"""One frame at a time, by the same compiled code: for sensors that are read as they measure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.kinematics.osim.skeleton import Observability
from opensim_pelvis.kinematics.osim.tree import read_tree
from opensim_pelvis.kinematics.solve.islands import FROM_BEFORE, FROM_NOTHING
from opensim_pelvis.kinematics.solve.kernels import follow, solve_frames
from opensim_pelvis.kinematics.solve.problem import Problem
from opensim_pelvis.kinematics.solve.quaternions import entry_point
from opensim_pelvis.kinematics.solve.warm_up import warm_up
from opensim_pelvis.rotations import is_present
from opensim_pelvis.types import BodyModel, Placement


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Pose:
    """One solved frame; NaN where the sensors present do not determine it.

    Parameters
    ----------
    values_rad : (c,) array
    R_GB : (b, 4) array
    p_GB_m : (b, 3) array
    errors_rad : (s,) array
        Angle between measured and model sensor frame.
    """

    values_rad: FloatArray
    R_GB: FloatArray
    p_GB_m: FloatArray
    errors_rad: FloatArray


class FrameSolver:
    """Solves frames as they come, each from the one before.

    Parameters
    ----------
    model : BodyModel
        Calibrated: with a frame named as each sensor.
    observability : Observability
        Of the same model.
    placement : Placement
        Which sensor is on which body.
    weights : mapping of str to float
        By body; 1 where absent, 0 drops the sensor.

    Attributes
    ----------
    coordinates, bodies : tuple of str
        What the columns of a pose are.
    """

    def __init__(
        self,
        model: BodyModel,
        observability: Observability,
        *,
        placement: Placement,
        weights: Mapping[str, float],
    ) -> None:
        n_sensors = len(placement.sensors)
        self._problem = Problem(
            read_tree(model),
            model,
            observability,
            sensors=placement.sensors,
            bodies=placement.bodies,
            weights=weights,
            worn=np.ones(n_sensors, dtype=np.bool_),
        )
        self.coordinates = tuple(model.coordinates[i] for i in self._problem.kept)
        self.bodies = tuple(model.bodies[i] for i in self._problem.kept_bodies)
        self._solved = self._problem.allocate(1)
        self._plan, self._view = self._problem.relaxed()
        self._measured = np.full((1, n_sensors, 4), np.nan)
        self._frames = self._problem.frames_of(self._measured, self._solved, slice(0, 1))
        self._row = np.zeros(1, dtype=np.int64)
        self._start = FROM_NOTHING
        self._patterns: dict[bytes, int] = {}
        warm_up()
        self._solve_frames, self._follow = entry_point(solve_frames), entry_point(follow)

    def solve(self, R_GS: FloatArray) -> Pose:
        """Solve the next frame.

        Parameters
        ----------
        R_GS : (s, 4) array
            Sensor orientations in ground; NaN where missing.
        """
        self._measured[0] = R_GS
        problem, frames, solved = self._problem, self._frames, self._solved
        present = is_present(R_GS)
        pattern = self._patterns.get(present.tobytes())
        if pattern is None:
            pattern = int(problem.find_patterns(present[np.newaxis])[0])
            self._patterns[present.tobytes()] = pattern
        frames.pattern[0] = pattern
        self._solve_frames(self._plan, self._view, problem.known, frames, self._row, self._start)
        self._start = FROM_BEFORE
        if frames.violated[0]:
            problem.join(frames)
        self._follow(problem.view, problem.known, frames, solved.values, solved.last_q)
        return Pose(
            values_rad=solved.values[0].copy(),
            R_GB=solved.R_GB[0].copy(),
            p_GB_m=solved.p_GB[0].copy(),
            errors_rad=solved.errors[0].copy(),
        )
