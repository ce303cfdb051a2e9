"""Have the compiled solver ready before it is needed."""

from __future__ import annotations

import numpy as np

from opensim_pelvis.kinematics.solve.compiled_records import (
    BODY,
    COORDINATE,
    CUT,
    ISLAND,
    MISFIT,
    NODE,
    SENSOR,
    SLIDE,
    TERM,
    UNKNOWN,
    Frames,
    Known,
    Plan,
    View,
)
from opensim_pelvis.kinematics.solve.islands import FROM_NOTHING
from opensim_pelvis.kinematics.solve.kernels import follow, solve_frames
from opensim_pelvis.kinematics.solve.quaternions import prepare


def warm_up() -> None:
    """Compile what `solve_batch` runs, or load it from the disk, by solving no frames.

    Worth a thread of its own while a recording is read: the first time takes seconds.
    """
    square, none = np.zeros((0, 0)), np.zeros(0, dtype=np.int64)
    plan = Plan(
        nodes=np.zeros(0, dtype=NODE),
        terms=np.zeros(0, dtype=TERM),
        pieces=square,
        unknowns=np.zeros(0, dtype=UNKNOWN),
        islands=np.zeros(0, dtype=ISLAND),
        sensors=np.zeros(0, dtype=SENSOR),
        hessian=square,
        factor=square,
    )
    view = View(
        bodies=np.zeros(0, dtype=BODY),
        slides=np.zeros(0, dtype=SLIDE),
        cuts=np.zeros(0, dtype=CUT),
        coordinates=np.zeros(0, dtype=COORDINATE),
        misfits=np.zeros(0, dtype=MISFIT),
    )
    known = Known(*(np.zeros((0, 0), dtype=np.bool_) for _ in Known._fields))
    frames = Frames(
        measured=np.zeros((0, 0, 4)),
        pattern=none,
        coordinates=square,
        violated=none,
        R_GB=np.zeros((0, 0, 4)),
        p_GB=np.zeros((0, 0, 3)),
        errors=square,
    )
    prepare(solve_frames, plan, view, known, frames, none, FROM_NOTHING)
    prepare(follow, view, known, frames, square, square)
