"""How the earth frame of the trunk's sensor turns against that of the pelvis' over a recording.

Both sensors feel the acceleration of the joint between them (`joint`). A trunk that turns against
the pelvis feels it from another side, and its orientation says so: the two earth frames keep their
angle. A heading that drifts turns one frame against the other. So this tells a drift of either
sensor from a true turn of the trunk, which no comparison of headings does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from opensim_pelvis.calibration.heading.joint import (
    LEAST_CONTRAST,
    MAX_MISFIT,
    Moments,
    levers_of,
    moments_of,
    solve_joint,
    total,
)
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.rotations import is_present
from opensim_pelvis.types import AlignedRecording

PIECE_S: Final = 3.0
"""Length of a piece of which the angle is taken."""

FEWEST: Final = 10
"""Fewest pieces from which a change is estimated."""

_MOST = 200
_LEAST_RATE_HZ = 20.0


@dataclass(frozen=True, eq=False, slots=True)
class Apart:
    """Angles between two earth frames.

    Parameters
    ----------
    first, second : int
        Columns of the sensors.
    time_s : (n,) array
        Middle of each piece.
    angle_rad : (n,) array
        How far the second's frame has turned against the first's, positive to the left, less a
        constant.
    """

    first: int
    second: int
    time_s: FloatArray
    angle_rad: FloatArray


def frames_apart(
    aligned: AlignedRecording, turned_rad: FloatArray, moving_s: FloatArray
) -> Apart | None:
    """Return how the earth frame of the trunk's sensor turns against that of the pelvis'.

    Parameters
    ----------
    aligned : AlignedRecording
    turned_rad : (n, s) array
        Known turns of the frames at ``moving_s``, which are subtracted.
    moving_s : (n,) array
        Times of steady movement.

    Returns
    -------
    Apart or None
        None where accelerations are missing, or tell too little: by the limits of `joint`.
    """
    if aligned.acceleration_mps2 is None or not {"pelvis", "torso"} <= set(aligned.bodies):
        return None
    if aligned.rate_hz <= _LEAST_RATE_HZ or not moving_s.size:
        return None
    both = [aligned.bodies.index("pelvis"), aligned.bodies.index("torso")]
    time_s, pieces = _pieces(aligned, both, moving_s)
    if len(pieces) < FEWEST:
        return None
    known = turned_rad[:, both[1]] - turned_rad[:, both[0]]
    angle = np.interp(time_s, moving_s, known)
    begun = angle
    for _ in range(2):
        level = [_turned(piece, by) for piece, by in zip(pieces, angle, strict=True)]
        whole = total(level)
        _, misfit, contrast = solve_joint(whole)
        if misfit > MAX_MISFIT or contrast < LEAST_CONTRAST:
            return None
        lever_a, lever_b = levers_of(whole)
        left = [
            np.arctan2(lever_a @ piece.across @ lever_b, lever_a @ piece.along @ lever_b)
            for piece in level
        ]
        middle = np.angle(np.exp(1j * np.array(left)).sum())
        away = np.angle(np.exp(1j * (np.array(left) - middle)))
        line = np.polyval(np.polyfit(time_s - time_s[0], away, 1), time_s - time_s[0])
        found, angle = angle - away, angle - line
    return Apart(both[0], both[1], time_s, np.asarray(found - begun))


def _pieces(
    aligned: AlignedRecording, both: list[int], moving_s: FloatArray
) -> tuple[FloatArray, list[Moments]]:
    """Return whole pieces within steady movement, evenly over it, and their middles."""
    length = round(PIECE_S * aligned.rate_hz)
    force = aligned.acceleration_mps2
    starts = np.arange(aligned.time_s.size // length) * length
    middle_s = (starts + 0.5 * length) / aligned.rate_hz
    gap_s = np.abs(moving_s[np.clip(np.searchsorted(moving_s, middle_s), 0, moving_s.size - 1)])
    inside = np.abs(gap_s - middle_s) < 0.5
    starts, middle_s = starts[inside], middle_s[inside]
    chosen = np.unique(np.linspace(0, max(starts.size - 1, 0), _MOST).astype(np.int64))
    time_s, pieces = [], []
    for k in chosen[: starts.size]:
        rows = slice(starts[k], starts[k] + length)
        R_ES, felt = aligned.R_ES[rows, both], None if force is None else force[rows, both]
        if felt is not None and is_present(R_ES).all() and np.isfinite(felt).all():
            time_s.append(middle_s[k])
            pieces.append(moments_of(R_ES, felt, aligned.rate_hz))
    return np.array(time_s), pieces


def _turned(piece: Moments, angle_rad: float) -> Moments:
    """Return the moments as if the second frame had turned back by an angle."""
    cos, sin = np.cos(angle_rad), np.sin(angle_rad)
    return replace(
        piece,
        along=cos * piece.along - sin * piece.across,
        across=cos * piece.across + sin * piece.along,
    )
