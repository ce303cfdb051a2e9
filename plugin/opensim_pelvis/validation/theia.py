"""Segments of Theia3D (the ROTATION group of a C3D file) as a motion.

Theia's segments have x to the right, y forward and z up when standing. This was read from a file
of theirs, in which each segment's origin is known too: the right thigh's lies along +x of the
pelvis, the shank's along -z of the thigh, the toes' along +y of the foot.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np

from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.frames import AXES, R_LG, UpAxis, earth_from_world
from opensim_pelvis.io.c3d import C3dFile, read_rotations, rotation_hz
from opensim_pelvis.notices import notice
from opensim_pelvis.rotations import from_matrix, inverse, is_present, multiply
from opensim_pelvis.validation.naming import note_file
from opensim_pelvis.validation.reference_motion import Motion

BODIES: Final[Mapping[str, str]] = {
    "pelvis": "pelvis",
    "torso": "torso",
    "r_thigh": "femur_r",
    "l_thigh": "femur_l",
    "r_shank": "tibia_r",
    "l_shank": "tibia_l",
}

# Our axes seen from Theia's: x forward, y up, z right are their y, z and x.
_R_THEIRS_OURS: Final = from_matrix(np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]))


def has_rotations(file: C3dFile) -> bool:
    """Return whether a C3D file holds segments as rotation matrices."""
    return bool(file.number("ROTATION:USED") >= 1.0)


def motion_from_rotations(file: C3dFile, path: Path, up_axis: UpAxis | None) -> Motion:
    """Return the motion of a file that Theia3D wrote.

    Raises
    ------
    ComparisonError
        When another program wrote it, whose axes are not known, or it has no pelvis.
    """
    company = file.text("MANUFACTURER:COMPANY")
    if not company.upper().startswith("THEIA"):
        raise ComparisonError(
            f"{path}: wanted rotations by Theia3D, whose axes are known, found a file by "
            f"{company or 'an unnamed manufacturer'}. Compare markers (--reference markers)."
        )
    screen = file.text("POINT:Y_SCREEN").lower().removeprefix("+")
    stated = up_axis or next((axis for axis in AXES if axis == screen), None)
    up: UpAxis = stated or "z"
    notes = [] if stated else [note_file("reference.up_of_theia", path.name)]
    matrices, found = read_rotations(file)
    labels = [label.upper().removesuffix("_4X4").lower() for label in file.texts("ROTATION:LABELS")]
    rate_hz = rotation_hz(file)
    turn = multiply(inverse(R_LG), earth_from_world(up))
    R_GB = {}
    for column, label in enumerate(labels[: matrices.shape[1]]):
        if label in BODIES:
            matrix = matrices[:, column]
            whole = np.isfinite(matrix).all(axis=(1, 2))
            q = np.full((matrix.shape[0], 4), np.nan)
            q[whole] = from_matrix(matrix[whole])
            R_GB[BODIES[label]] = multiply(multiply(turn, q), _R_THEIRS_OURS)
    if "pelvis" not in R_GB or not is_present(R_GB["pelvis"]).any():
        raise ComparisonError(f"{path}: wanted a rotation 'pelvis', found {', '.join(labels)}")
    start_s = (file.first_frame - 1) / file.rate_hz
    return Motion(
        name=path.stem,
        rate_hz=rate_hz,
        time_s=start_s + np.arange(matrices.shape[0]) / rate_hz,
        R_GB=R_GB,
        source=notice("motion.theia", up=up),
        notes=(*found, *notes),
    )
