"""A second opinion: a sample of solved frames, solved again with OpenSim's own solver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from opensim_pelvis.errors import SolveError
from opensim_pelvis.kinematics.osim.engines import solve_loop
from opensim_pelvis.kinematics.osim.skeleton import Observability
from opensim_pelvis.notices import notice
from opensim_pelvis.rotations import angle_between
from opensim_pelvis.types import (
    BodyModel,
    EngineCheck,
    Kinematics,
    Placement,
    SensorOrientations,
)

CHECKED_FRAMES: Final = 40
"""Frames of a check, spread evenly over those that are complete: a second of OpenSim's time."""


def check_kinematics(
    kinematics: Kinematics,
    model: BodyModel,
    orientations: SensorOrientations,
    observability: Observability,
    *,
    placement: Placement,
    weights: Mapping[str, float],
) -> EngineCheck:
    """Solve a sample of frames with `solve_loop` and compare; the other arguments are its own."""
    complete = np.flatnonzero(np.isfinite(kinematics.values_rad).all(axis=1))
    if complete.size == 0:
        raise SolveError("the engine cannot be checked, since no frame has all coordinates")
    rows = complete[
        np.linspace(0, complete.size - 1, min(CHECKED_FRAMES, complete.size)).astype(int)
    ]
    sample = SensorOrientations(
        time_s=orientations.time_s[rows],
        rate_hz=orientations.rate_hz,
        sensors=orientations.sensors,
        R_GS=orientations.R_GS[rows],
    )
    other = solve_loop(model, sample, observability, placement=placement, weights=weights)
    # of bodies, not of coordinates: far from neutral two triples of a joint's angles are one pose
    apart = angle_between(kinematics.R_GB[rows], other.R_GB)
    shares = np.array([weights.get(body, 1.0) for body in placement.bodies])
    ours, theirs = (
        np.nansum(shares * errors**2, axis=1)
        for errors in (kinematics.errors_rad[rows], other.errors_rad)
    )
    return EngineCheck(
        engine=notice("accuracy.of_engine", engine=other.engine, accuracy=other.accuracy),
        frames=rows.size,
        max_difference_rad=float(np.nanmax(apart)),
        max_excess_rad2=float((ours - theirs).max()),
    )
