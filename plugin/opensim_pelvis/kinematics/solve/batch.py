"""Solve all frames of a trial, block after block, on all cores."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.kinematics.engine_definitions import COMPILATION, STAGE
from opensim_pelvis.kinematics.osim.skeleton import Observability
from opensim_pelvis.kinematics.osim.tree import read_tree
from opensim_pelvis.kinematics.solve.kernels import NEAR_LOCK_SINE
from opensim_pelvis.kinematics.solve.problem import CHUNK_FRAMES, Problem, Solved
from opensim_pelvis.kinematics.solve.warm_up import warm_up
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.rotations import is_present
from opensim_pelvis.types import BodyModel, Kinematics, Placement, Progress, SensorOrientations

BLOCK_FRAMES: Final = 16 * CHUNK_FRAMES
"""Frames between two reports of progress; memory beyond input and output depends on it only."""


def solve_batch(
    model: BodyModel,
    orientations: SensorOrientations,
    observability: Observability,
    *,
    placement: Placement,
    weights: Mapping[str, float],
    progress: Progress | None = None,
) -> Kinematics:
    """Solve every frame exactly.

    The arguments are those of `kinematics.osim.engines.solve_loop`, where they are described.

    Minimises in each frame the weighted sum of squared angles between measured and model
    sensor frames over all free coordinates, clamped ones within their range: what OpenSim's
    inverse kinematics minimises, to machine precision. See ``docs/inverse-kinematics.md``.

    Raises
    ------
    SolveError
        When the sensors hang on something in the model that cannot be represented.
    """
    called = time.perf_counter()
    if progress is not None:
        progress(COMPILATION, 0, 1)
    warm_up()
    if progress is not None:
        progress(COMPILATION, 1, 1)
    started = time.perf_counter()
    worn = np.zeros(len(placement.bodies), dtype=np.bool_)
    for block in _blocks(orientations.time_s.size):
        worn |= is_present(orientations.R_GS[block]).any(axis=0)
    problem = Problem(
        read_tree(model),
        model,
        observability,
        sensors=orientations.sensors,
        bodies=placement.bodies,
        weights=weights,
        worn=worn,
    )
    solved = solve_all(problem, orientations.R_GS, progress)
    return Kinematics(
        time_s=orientations.time_s,
        rate_hz=orientations.rate_hz,
        coordinates=tuple(model.coordinates[i] for i in problem.kept),
        values_rad=solved.values,
        sensors=orientations.sensors,
        errors_rad=solved.errors,
        bodies=tuple(model.bodies[i] for i in problem.kept_bodies),
        R_GB=solved.R_GB,
        p_GB_m=solved.p_GB,
        engine="exact",
        accuracy=notice("accuracy.exact"),
        absent={
            name: observability.explain(name, placement.bodies)
            for index, name in enumerate(model.coordinates)
            if index not in problem.kept
        },
        solve_s=time.perf_counter() - started,
        compile_s=started - called,
        notes=tuple(_gimbal_lock(problem)),
    )


def solve_all(problem: Problem, R_GS: FloatArray, progress: Progress | None = None) -> Solved:
    """Solve all frames of a problem, on all cores.

    Parameters
    ----------
    problem : Problem
    R_GS : (t, s, 4) array
    progress : callable, optional
    """
    solved = problem.allocate(R_GS.shape[0])
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for block in _blocks(R_GS.shape[0]):
            problem.solve_block(R_GS, block, solved, pool)
            if progress is not None:
                progress(STAGE, block.stop, R_GS.shape[0])
    return solved


def _blocks(n_frames: int) -> list[slice]:
    return [
        slice(first, min(first + BLOCK_FRAMES, n_frames))
        for first in range(0, n_frames, BLOCK_FRAMES)
    ]


def _gimbal_lock(problem: Problem) -> list[Notice]:
    degrees = np.rad2deg(np.arcsin(NEAR_LOCK_SINE))
    return [
        notice("kinematics.gimbal_lock", joint, joint=joint, within_deg=degrees, frames=count)
        for joint, count in problem.near_lock().items()
        if count
    ]
