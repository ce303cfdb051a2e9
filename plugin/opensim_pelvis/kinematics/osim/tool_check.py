"""How far OpenSim's own tool, on the set-up files of a run, stays behind the engine."""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.errors import OpenSimPelvisError
from opensim_pelvis.frames import FloatArray, IntArray
from opensim_pelvis.kinematics.osim.prepare import Prepared
from opensim_pelvis.kinematics.osim.tools import run_tool
from opensim_pelvis.kinematics.osim.weights import all_follow
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.types import Kinematics, SensorOrientations

FOLLOWED_DEG: Final = 0.2
"""The tool's own accuracy: where every sensor counts the same it stays within this."""

CHECKED_FRAMES: Final = 60
"""Neighbouring frames of a check: the tool starts each from the one before."""


def doubt_tool(
    kinematics: Kinematics, prepared: Prepared, orientations: SensorOrientations
) -> list[Notice]:
    """Say by how much the official tool will differ, where it differs.

    The tool stops at an accuracy that is fixed in OpenSim: a sensor of small weight hardly
    enters it, and joints that only such sensors determine are left behind. Where all count
    alike and the joints let each be followed, nothing is solved: the tool follows.
    """
    if all_follow(prepared.observability, prepared.worn, prepared.weights):
        return []
    rows = _liveliest(kinematics.values_rad)
    if not rows.size:
        return []
    try:
        motion = run_tool(prepared.model, orientations, rows, prepared.weights)
    except OpenSimPelvisError:
        return [notice("kinematics.tool_failed")]
    apart = {
        name: np.rad2deg(np.abs(_turned(ours - motion[name])).max())
        for name, ours in zip(kinematics.coordinates, kinematics.values_rad[rows].T, strict=True)
    }
    far = {name: angle for name, angle in apart.items() if angle > FOLLOWED_DEG}
    if not far:
        return []
    return [notice("kinematics.tool_behind", *far, apart_deg=far, frames=rows.size)]


def _liveliest(values: FloatArray) -> IntArray:
    """Return neighbouring complete frames in which the joints move most."""
    complete = np.flatnonzero(np.isfinite(values).all(axis=1))
    if complete.size <= CHECKED_FRAMES:
        return complete
    moved = np.abs(np.diff(values[complete], axis=0)).sum(axis=1)
    before = np.concatenate([[0.0], np.cumsum(moved)])
    first = int(np.argmax(before[CHECKED_FRAMES - 1 :] - before[: 1 - CHECKED_FRAMES]))
    return complete[first : first + CHECKED_FRAMES]


def _turned(angle: FloatArray) -> FloatArray:
    """Return angles without whole turns."""
    return np.asarray((angle + np.pi) % (2.0 * np.pi) - np.pi)
