"""Inverse kinematics by OpenSim: a loop over its solver, and its official tool.

Traps measured in OpenSim 4.6 that this file steps around: a missing sensor leaves coordinates
wherever they drift to without a word, so what the sensors present do not determine is masked;
the solver's own orientation errors include missing sensors, so errors are computed from the
body orientations; the tool's default time range ends at 2 s, so both ends are set.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

import numpy as np
import opensim

from opensim_pelvis.errors import SolveError
from opensim_pelvis.frames import BoolArray, FloatArray, IntArray
from opensim_pelvis.kinematics.engine_definitions import STAGE
from opensim_pelvis.kinematics.osim.skeleton import Observability, Skeleton
from opensim_pelvis.kinematics.osim.tools import run_tool
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.rotations import (
    angle_between,
    is_present,
    make_continuous,
    multiply,
    unwrap_present,
)
from opensim_pelvis.types import BodyModel, Kinematics, Placement, Progress, SensorOrientations

ACCURACY: Final = 1e-9
"""Accuracy asked of OpenSim's assembler by our loop: within 1e-12 rad^2 of the optimal cost."""

FALLBACK_ACCURACIES: Final = (1e-8, 1e-7, 1e-6, 1e-5, 1e-4)
"""Tried in turn where OpenSim's solver fails, as it does with tight constraints of a model."""

TOOL_ACCURACY: Final = 1e-4
"""Accuracy of ``IMUInverseKinematicsTool``, fixed in OpenSim's source."""

CHUNK_FRAMES: Final = 500
"""Frames handed to one solver: appending to a table of OpenSim's takes quadratic time."""


def solve_loop(
    model: BodyModel,
    orientations: SensorOrientations,
    observability: Observability,
    *,
    placement: Placement,
    weights: Mapping[str, float],
    progress: Progress | None = None,
) -> Kinematics:
    """Solve every frame with OpenSim's ``InverseKinematicsSolver`` at `ACCURACY`.

    Parameters
    ----------
    model : BodyModel
        Calibrated: with ``<body>_imu`` frames.
    orientations : SensorOrientations
        Missing samples (NaN) drop the sensor from its frame; what the others do not determine
        comes out as NaN.
    observability : Observability
        Of the same model (its sensor frames do not matter).
    placement : Placement
        Which sensor is on which body, and how.
    weights : mapping of str to float
        By body; 1 where absent, 0 drops the sensor.
    progress : callable, optional
        Called with `STAGE`, frames done and frames in all.

    Raises
    ------
    SolveError
        When OpenSim's solver fails in a frame; the message names the time.
    """
    started = time.perf_counter()
    present = is_present(orientations.R_GS) & _has_weight(placement.bodies, weights)
    skeleton = Skeleton(model)
    solved = _Solved(orientations.time_s.size, skeleton)
    frames = np.flatnonzero(present.any(axis=1))
    for start in range(0, frames.size, CHUNK_FRAMES):
        chunk = frames[start : start + CHUNK_FRAMES]
        reference = _reference(orientations, placement.bodies, weights, chunk)
        _follow(skeleton, reference, orientations.time_s, chunk, solved)
        if progress is not None:
            progress(STAGE, int(chunk[-1]) + 1, orientations.time_s.size)
    return _as_kinematics(
        model,
        orientations,
        observability,
        placement,
        solved.mask(present, placement.bodies, observability),
        engine=("opensim", solved.describe_accuracy()),
        solve_s=time.perf_counter() - started,
    )


def solve_tool(
    model: BodyModel,
    orientations: SensorOrientations,
    observability: Observability,
    *,
    placement: Placement,
    weights: Mapping[str, float],
    progress: Progress | None = None,
) -> Kinematics:
    """Solve with the official ``IMUInverseKinematicsTool``, for comparison.

    Same arguments and errors as `solve_loop`. The tool's accuracy is fixed in OpenSim at 1e-4.
    """
    started = time.perf_counter()
    present = is_present(orientations.R_GS) & _has_weight(placement.bodies, weights)
    skeleton = Skeleton(model)
    solved = _Solved(orientations.time_s.size, skeleton)
    frames = np.flatnonzero(present.any(axis=1))
    motion = run_tool(model, orientations, frames, weights)
    for row, frame in enumerate(frames):
        skeleton.set_values(np.array([motion[name][row] for name in skeleton.names]))
        solved.take(int(frame), skeleton, TOOL_ACCURACY)
        if progress is not None and row % CHUNK_FRAMES == 0:
            progress(STAGE, int(frame) + 1, orientations.time_s.size)
    return _as_kinematics(
        model,
        orientations,
        observability,
        placement,
        solved.mask(present, placement.bodies, observability),
        engine=("opensim-tool", notice("accuracy.fixed", accuracy=TOOL_ACCURACY)),
        solve_s=time.perf_counter() - started,
    )


class _Solved:
    """Arrays that are filled frame by frame, then masked where sensors were missing."""

    def __init__(self, n_frames: int, skeleton: Skeleton) -> None:
        self.values = np.full((n_frames, len(skeleton.names)), np.nan)
        self.R_GB = np.full((n_frames, len(skeleton.body_names), 4), np.nan)
        self.p_GB = np.full((n_frames, len(skeleton.body_names), 3), np.nan)
        self.accuracy = np.full(n_frames, np.nan)
        self.coordinates = np.zeros(len(skeleton.names), dtype=np.bool_)
        self.bodies = np.zeros(len(skeleton.body_names), dtype=np.bool_)

    def take(self, frame: int, skeleton: Skeleton, accuracy: float) -> None:
        self.accuracy[frame] = accuracy
        self.values[frame] = skeleton.values()
        self.R_GB[frame], self.p_GB[frame] = skeleton.body_transforms()

    def mask(self, present: BoolArray, bodies: Sequence[str], observability: Observability) -> Self:
        """Blank what the sensors present in a frame do not determine."""
        worn = [
            body for body, used in zip(bodies, np.asarray(present.any(axis=0)), strict=True) if used
        ]
        best = observability.find_determined(worn)
        self.coordinates, self.bodies = best.coordinates, best.bodies
        patterns, which = np.unique(present, axis=0, return_inverse=True)
        for index, pattern in enumerate(patterns):
            rows = np.flatnonzero(which.ravel() == index)
            here = [body for body, used in zip(bodies, pattern, strict=True) if used]
            known = observability.find_determined(here)
            self.values[np.ix_(rows, np.flatnonzero(~known.coordinates))] = np.nan
            self.R_GB[np.ix_(rows, np.flatnonzero(~known.bodies))] = np.nan
            self.p_GB[np.ix_(rows, np.flatnonzero(~known.bodies))] = np.nan
        return self

    def describe_accuracy(self) -> Notice:
        """Return the accuracy asked for, and where less of it was reached."""
        worse = self.accuracy > ACCURACY
        if not worse.any():
            return notice("accuracy.reached", accuracy=ACCURACY)
        values = {"worst": np.nanmax(self.accuracy), "frames": worse.sum()}
        return notice("accuracy.lowered", accuracy=ACCURACY, **values)


def _has_weight(bodies: Sequence[str], weights: Mapping[str, float]) -> BoolArray:
    return np.array([weights.get(body, 1.0) > 0.0 for body in bodies], dtype=np.bool_)


def _reference(
    orientations: SensorOrientations,
    bodies: Sequence[str],
    weights: Mapping[str, float],
    frames: IntArray,
) -> Any:
    """Return some frames as OpenSim's ``OrientationsReference``; NaN drops a sensor there."""
    table = opensim.TimeSeriesTableRotation()
    # A plain list: once ezc3d is loaded, SWIG refuses OpenSim's own vector of strings.
    table.setColumnLabels(list(orientations.sensors))
    row = opensim.RowVectorRotation(len(orientations.sensors))
    for frame in frames:
        for index, q in enumerate(orientations.R_GS[frame].tolist()):
            element = row.updElt(0, index)
            if q[0] == q[0]:
                element.setRotationFromQuaternion(opensim.Quaternion(*q))
            else:
                element.setRotationToNaN()
        table.appendRow(float(orientations.time_s[frame]), row)
    weight_set = opensim.OrientationWeightSet()
    for sensor, body in zip(orientations.sensors, bodies, strict=True):
        weight = float(weights.get(body, 1.0))
        weight_set.cloneAndAppend(opensim.OrientationWeight(sensor, weight))
    return opensim.OrientationsReference(table, weight_set)


def _follow(
    skeleton: Skeleton, reference: Any, time_s: FloatArray, frames: IntArray, solved: _Solved
) -> None:
    """Assemble at the first frame, from wherever the skeleton stands, and track the others.

    Where the solver fails, it is assembled again from the frame before, with less and less
    accuracy, and goes on with that to the end of the chunk.
    """
    solver = opensim.InverseKinematicsSolver(
        skeleton.model,
        opensim.MarkersReference(),
        reference,
        opensim.SimTKArrayCoordinateReference(),
        float("inf"),
    )
    levels = iter((ACCURACY, *FALLBACK_ACCURACIES))
    accuracy = next(levels)
    solver.setAccuracy(accuracy)
    assembled = False
    for frame in frames.tolist():
        before = opensim.Vector(skeleton.state.getQ())
        while True:
            skeleton.state.setTime(float(time_s[frame]))
            try:
                (solver.track if assembled else solver.assemble)(skeleton.state)
                break
            except RuntimeError as fault:
                accuracy = next(levels, math.nan)
                if math.isnan(accuracy):
                    raise SolveError(_describe_failure(fault, float(time_s[frame]))) from fault
            skeleton.state.setQ(before)
            solver.setAccuracy(accuracy)
            assembled = False
        assembled = True
        solved.take(frame, skeleton, accuracy)


def _describe_failure(fault: RuntimeError, time_s: float) -> str:
    reason = str(fault).strip().splitlines()[0].rstrip(".")
    return (
        f"OpenSim's solver failed at {time_s:.3f} s: {reason}. Check the sensor signals near "
        "that time with `opensim-pelvis inspect`."
    )


def _as_kinematics(
    model: BodyModel,
    orientations: SensorOrientations,
    observability: Observability,
    placement: Placement,
    solved: _Solved,
    *,
    engine: tuple[str, Notice],
    solve_s: float,
) -> Kinematics:
    """Keep what the worn sensors determine, and say why the rest is absent."""
    kept = np.flatnonzero(solved.coordinates)
    kept_bodies = np.flatnonzero(solved.bodies)
    bodies = tuple(model.bodies[i] for i in kept_bodies)
    R_GB = solved.R_GB[:, kept_bodies]
    for index in range(len(bodies)):
        R_GB[:, index] = make_continuous(R_GB[:, index])
    errors = np.full(orientations.R_GS.shape[:2], np.nan)
    for sensor, body in enumerate(placement.bodies):
        if body in bodies:
            fitted = multiply(R_GB[:, bodies.index(body)], placement.R_BS[sensor])
            errors[:, sensor] = angle_between(fitted, orientations.R_GS[:, sensor])
    values = solved.values[:, kept]
    for column in range(kept.size):
        values[:, column] = unwrap_present(values[:, column])
    return Kinematics(
        time_s=orientations.time_s,
        rate_hz=orientations.rate_hz,
        coordinates=tuple(model.coordinates[i] for i in kept),
        values_rad=values,
        sensors=orientations.sensors,
        errors_rad=errors,
        bodies=bodies,
        R_GB=R_GB,
        p_GB_m=solved.p_GB[:, kept_bodies],
        engine=engine[0],
        accuracy=engine[1],
        absent={
            name: observability.explain(name, placement.bodies)
            for name, known in zip(model.coordinates, solved.coordinates, strict=True)
            if not known
        },
        solve_s=solve_s,
    )
