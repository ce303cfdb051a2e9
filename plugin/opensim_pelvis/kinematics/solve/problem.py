"""One calibrated model and its sensors, made ready for the compiled solver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.errors import SolveError, raise_faults
from opensim_pelvis.frames import BoolArray, FloatArray, IntArray
from opensim_pelvis.kinematics.osim.kinematic_tree import KinematicTree, SensorFrame
from opensim_pelvis.kinematics.osim.skeleton import Observability
from opensim_pelvis.kinematics.solve.arrays import ArrayWriter
from opensim_pelvis.kinematics.solve.compiled_records import Frames, Known, Plan, View
from opensim_pelvis.kinematics.solve.islands import FROM_COORDINATES, FROM_NOTHING
from opensim_pelvis.kinematics.solve.kernels import follow, solve_frames
from opensim_pelvis.kinematics.solve.plan import Layout, WornSensor, find_free_joints
from opensim_pelvis.rotations import is_present
from opensim_pelvis.types import BodyModel

CHUNK_FRAMES: Final = 1024
"""Frames that one thread solves in a row; fixed, so that threads do not change the bits."""

MAX_SENSORS: Final = 62
"""Sensors, and free joints, that fit the bits of one integer."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Solved:
    """Output arrays of all frames, and what is carried from block to block.

    Parameters
    ----------
    values, R_GB, p_GB, errors : arrays
        As in `Kinematics`, of the coordinates and bodies that the worn sensors determine.
    last_q : (b, 4) array
        Orientations known last.
    """

    values: FloatArray
    R_GB: FloatArray
    p_GB: FloatArray
    errors: FloatArray
    last_q: FloatArray


class Problem:
    """What to solve for in every frame.

    Parameters
    ----------
    tree : KinematicTree
        Of the calibrated model.
    model : BodyModel
    observability : Observability
    sensors, bodies : sequence of str
        One a column of the measured orientations.
    weights : mapping of str to float
        By body.
    worn : (s,) bool array
        Columns in which anything was measured.
    """

    def __init__(
        self,
        tree: KinematicTree,
        model: BodyModel,
        observability: Observability,
        *,
        sensors: Sequence[str],
        bodies: Sequence[str],
        weights: Mapping[str, float],
        worn: BoolArray,
    ) -> None:
        self._tree, self._observability = tree, observability
        self._bodies = tuple(bodies)
        self._weights = np.array([float(weights.get(body, 1.0)) for body in bodies])
        self.used = worn & (self._weights > 0.0)
        self._frames = _find_frames(tree, sensors)
        self._coordinate_index = _indices(model.coordinates, [c.name for c in tree.coordinates])
        self._body_index = _indices(model.bodies, tree.bodies)
        self.cuts = find_free_joints(tree)[:MAX_SENSORS]
        best = observability.find_determined(self._here(self.used))
        layout = self._lay_out(self.cuts)
        drawn = np.array([i in layout.attached for i in self._body_index], dtype=np.bool_)
        self.kept = np.flatnonzero(best.coordinates)
        self.kept_bodies = np.flatnonzero(best.bodies & drawn)
        self._plans = {0: self._arrays(layout, range(len(self.cuts)))}
        self.view = self._plans[0][1].copy()
        self._rows = [joint.child for joint in tree.joints if joint.child in layout.attached]
        self._constant = [layout.attached[body][0] < 0 for body in self._rows]
        self._numbers: dict[int, int] = {}
        self.known = Known(*(np.zeros((0, n), dtype=np.bool_) for n in self._widths()))

    def allocate(self, n_frames: int) -> Solved:
        """Return empty output for some frames."""
        return Solved(
            values=np.empty((n_frames, self.kept.size)),
            R_GB=np.empty((n_frames, self.kept_bodies.size, 4)),
            p_GB=np.empty((n_frames, self.kept_bodies.size, 3)),
            errors=np.empty((n_frames, len(self._frames))),
            last_q=np.tile([1.0, 0.0, 0.0, 0.0], (self.kept_bodies.size, 1)),
        )

    def solve_block(self, R_GS: FloatArray, rows: slice, solved: Solved, pool: Executor) -> None:
        """Solve some neighbouring frames in parallel and write them out."""
        measured = np.array(R_GS[rows], order="C")  # one layout, compiled once
        n_frames = measured.shape[0]
        frames = self.frames_of(measured, solved, rows)
        self._run(0, frames, np.arange(n_frames), pool)
        self.join(frames, pool)
        follow(self.view, self.known, frames, solved.values[rows], solved.last_q)

    def frames_of(self, measured: FloatArray, solved: Solved, rows: slice) -> Frames:
        """Return the arrays of a block for the compiled solver."""
        n_frames = measured.shape[0]
        return Frames(
            measured=measured,
            pattern=self.find_patterns(is_present(measured)),
            coordinates=np.tile(self.view.coordinates["default"], (n_frames, 1)),
            violated=np.zeros(n_frames, dtype=np.int64),
            R_GB=solved.R_GB[rows],
            p_GB=solved.p_GB[rows],
            errors=solved.errors[rows],
        )

    def relaxed(self) -> tuple[Plan, View]:
        """Return the plan with every free joint cut, for one thread."""
        plan, view = self._plans[0]
        return plan.copy(), view.copy()

    def near_lock(self) -> dict[str, int]:
        """Return the frames that came near gimbal lock, by free joint."""
        names = [self._tree.joints[index].name for index in self.cuts]
        return dict(zip(names, self.view.cuts["near_lock"].tolist(), strict=True))

    def join(self, frames: Frames, pool: Executor | None = None) -> None:
        """Solve again, with the joints that left their range joined, until none does."""
        joined = np.zeros_like(frames.violated)
        while (rows := np.flatnonzero(frames.violated & ~joined)).size:
            joined[rows] |= frames.violated[rows]
            for mask in np.unique(joined[rows]).tolist():
                self._run(mask, frames, rows[joined[rows] == mask], pool)

    def _run(self, mask: int, frames: Frames, rows: IntArray, pool: Executor | None) -> None:
        """Solve rows with the free joints of a mask joined."""
        kept = [bit for bit in range(len(self.cuts)) if not mask >> bit & 1]
        if mask not in self._plans:
            left = [self.cuts[bit] for bit in kept]
            self._plans[mask] = self._arrays(self._lay_out(left), kept)
        plan, view = self._plans[mask]
        known = self.known._replace(cut=np.ascontiguousarray(self.known.cut[:, kept]))
        start = FROM_COORDINATES if mask else FROM_NOTHING
        jobs = [
            (plan.copy(), view.copy(), known, frames, rows[first : first + CHUNK_FRAMES], start)
            for first in range(0, rows.size, CHUNK_FRAMES)
        ]
        if pool is None:
            for job in jobs:
                solve_frames(*job)
            return
        for task in [pool.submit(solve_frames, *job) for job in jobs]:
            task.result()

    def _lay_out(self, cuts: Sequence[int]) -> Layout:
        worn = [
            WornSensor(column=i, body=frame.body, R_BS=frame.R_BS, weight=self._weights[i])
            for i, frame in enumerate(self._frames)
            if self.used[i]
        ]
        return Layout(self._tree, worn, cuts)

    def _arrays(self, layout: Layout, bits: Sequence[int]) -> tuple[Plan, View]:
        writer = ArrayWriter(layout)
        view = writer.view(
            {self._body_index[i]: column for column, i in enumerate(self.kept_bodies)},
            {self._coordinate_index[i]: column for column, i in enumerate(self.kept)},
            [(frame.body, frame.R_BS) for frame in self._frames],
        )
        view.cuts["bit"] = [1 << bit for bit in bits]
        return writer.plan(), view

    def _widths(self) -> tuple[int, int, int, int]:
        return len(self._tree.coordinates), len(self._rows), len(self._rows), len(self.cuts)

    def _here(self, present: BoolArray) -> list[str]:
        return [body for body, there in zip(self._bodies, present, strict=True) if there]

    def find_patterns(self, present: BoolArray) -> IntArray:
        """Return the number of each frame's combination of sensors; look into new ones."""
        codes = (present & self.used) @ (1 << np.arange(present.shape[1], dtype=np.int64))
        found = codes[:1] if (codes == codes[0]).all() else np.unique(codes)
        for code in found.tolist():
            if code not in self._numbers:
                self._numbers[code] = len(self._numbers)
                new = self._determined(code)
                self.known = Known(
                    *(np.vstack([old, row]) for old, row in zip(self.known, new, strict=True))
                )
        numbers = np.array([self._numbers[code] for code in found.tolist()], dtype=np.int64)
        return numbers[np.searchsorted(found, codes)]

    def _determined(self, code: int) -> tuple[BoolArray, BoolArray, BoolArray, BoolArray]:
        """Return masks over coordinates, bodies, places of bodies, and free joints."""
        present = np.array([bool(code >> i & 1) for i in range(len(self._bodies))])
        known = self._observability.find_determined(self._here(present))
        coordinate, body, place, cut = (np.zeros(n, dtype=np.bool_) for n in self._widths())
        coordinate[self._coordinate_index] = known.coordinates
        turned = {self._body_index[i]: bool(k) for i, k in enumerate(known.bodies)}
        joints = {joint.child: joint for joint in self._tree.joints}
        placed = {-1: True}
        for row, index in enumerate(self._rows):
            body[row] = turned[index]
            sound = turned[index] or self._constant[row]
            placed[index] = sound and placed[joints[index].parent]
            place[row] = placed[index]
        for bit, joint_index in enumerate(self.cuts):
            axes = self._tree.joints[joint_index].rotations
            cut[bit] = all(coordinate[axis.amount.terms[0][0]] for axis in axes)
        return coordinate, body, place, cut


def _find_frames(tree: KinematicTree, sensors: Sequence[str]) -> list[SensorFrame]:
    by_name = {frame.name: frame for frame in tree.sensors}
    raise_faults(
        SolveError,
        f"model '{tree.name}'",
        [
            f"wanted a frame '{sensor}' in the model, found none. Place the sensors on the model "
            "first."
            for sensor in sensors
            if sensor not in by_name
        ],
    )
    return [by_name[sensor] for sensor in sensors]


def _indices(names: Sequence[str], within: Sequence[str]) -> list[int]:
    where = {name: index for index, name in enumerate(within)}
    return [where[name] for name in names]
