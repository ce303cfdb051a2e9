"""Plug-in Gait's angles and ours: exact conversion, both ways.

With Vicon's axes (x forward, y to the left, z up) these angles of Plug-in Gait have the body-fixed
order y-x-z, of the segment in the laboratory or of one segment in another, and a side decides
signs (Vicon Nexus 2.16 documentation, "Lower body angles as output from Plug-in Gait" and "Upper
body angles ..."). Orders and signs were verified against angles that Vicon stored beside the
markers and segments they came from (tests/validation/test_plugin_gait.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.frames import R_LG, FloatArray
from opensim_pelvis.rotations import from_euler, inverse, multiply, to_euler


@dataclass(frozen=True, slots=True, kw_only=True)
class PigAngle:
    """One point of angles that Vicon stores.

    Parameters
    ----------
    parent, child : str
        Bodies; the parent is ``ground`` for angles in the laboratory.
    signs : tuple of float
        Of the components X, Y, Z, which are turns about y, x and z in this order.
    senses : tuple of str
        What is positive, by component.
    """

    parent: str
    child: str
    signs: tuple[float, float, float]
    senses: tuple[str, str, str]


PIG_ANGLES: Final[Mapping[str, PigAngle]] = {
    "LPelvisAngles": PigAngle(
        parent="ground",
        child="pelvis",
        signs=(1.0, 1.0, -1.0),
        senses=("anterior tilt", "left side up", "left side forward"),
    ),
    "RPelvisAngles": PigAngle(
        parent="ground",
        child="pelvis",
        signs=(1.0, -1.0, 1.0),
        senses=("anterior tilt", "right side up", "right side forward"),
    ),
    "LThoraxAngles": PigAngle(
        parent="ground",
        child="torso",
        signs=(1.0, 1.0, -1.0),
        senses=("forward tilt", "tilt to the right", "left side forward"),
    ),
    "RThoraxAngles": PigAngle(
        parent="ground",
        child="torso",
        signs=(1.0, -1.0, 1.0),
        senses=("forward tilt", "tilt to the left", "right side forward"),
    ),
    "LSpineAngles": PigAngle(
        parent="torso",
        child="pelvis",
        signs=(-1.0, 1.0, -1.0),
        senses=("thorax forward", "thorax tilts to the left", "thorax right side forward"),
    ),
    "RSpineAngles": PigAngle(
        parent="torso",
        child="pelvis",
        signs=(-1.0, -1.0, 1.0),
        senses=("thorax forward", "thorax tilts to the right", "thorax left side forward"),
    ),
    "LHipAngles": PigAngle(
        parent="pelvis",
        child="femur_l",
        signs=(-1.0, -1.0, -1.0),
        senses=("flexion", "adduction", "internal rotation"),
    ),
    "RHipAngles": PigAngle(
        parent="pelvis",
        child="femur_r",
        signs=(-1.0, 1.0, 1.0),
        senses=("flexion", "adduction", "internal rotation"),
    ),
}
"""Signs of Vicon's components against right-handed turns; those that are read and written."""

PIG_KNEES: Final[Mapping[str, PigAngle]] = {
    "LKneeAngles": PigAngle(
        parent="femur_l",
        child="tibia_l",
        signs=(1.0, -1.0, -1.0),
        senses=("flexion", "varus (adduction)", "internal rotation"),
    ),
    "RKneeAngles": PigAngle(
        parent="femur_r",
        child="tibia_r",
        signs=(1.0, 1.0, 1.0),
        senses=("flexion", "varus (adduction)", "internal rotation"),
    ),
}
"""Those that are only written.

Ankles and foot progression are neither: the sense of inversion in stored files is not the one of
Vicon's documentation.
"""


def to_plug_in_gait(
    R_GB: Mapping[str, FloatArray], angles: Mapping[str, PigAngle] = PIG_ANGLES
) -> dict[str, FloatArray]:
    """Return Plug-in Gait's angles of bodies, degrees, each (t, 3) with Vicon's X, Y, Z.

    Parameters
    ----------
    R_GB : mapping of body to (t, 4) array
        OpenSim's letters (x forward, y up, z right), ground with x along the progression.
    angles : mapping of str to PigAngle, optional

    Examples
    --------
    The right side of the pelvis is 10 degrees forward:

    >>> from opensim_pelvis.frames import turn_about_vertical
    >>> found = to_plug_in_gait({"pelvis": turn_about_vertical(np.deg2rad([10.0]))})
    >>> found["RPelvisAngles"].round(9).tolist(), found["LPelvisAngles"].round(9).tolist()
    ([[0.0, -0.0, 10.0]], [[0.0, 0.0, -10.0]])
    """
    found = {}
    for name, angle in angles.items():
        if angle.child not in R_GB or angle.parent not in ("ground", *R_GB):
            continue
        child = _in_vicon(R_GB[angle.child])
        if angle.parent != "ground":
            child = multiply(inverse(_in_vicon(R_GB[angle.parent])), child)
        found[name] = np.rad2deg(to_euler("YXZ", child)) * np.array(angle.signs)
    return found


def from_plug_in_gait(angles_deg: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Return the orientations of bodies that stored angles describe.

    Parameters
    ----------
    angles_deg : mapping of str to (t, 3) array
        Points as in `PIG_ANGLES`; others are passed over.

    Returns
    -------
    mapping of body to (t, 4) array
        R_GB in OpenSim's letters, x of ground along the progression. A thigh wants the
        pelvis's angles beside the hip's.
    """
    R_GB: dict[str, FloatArray] = {}
    for name, angle in PIG_ANGLES.items():
        if name not in angles_deg or angle.child in R_GB:
            continue
        turn = from_euler("YXZ", np.deg2rad(angles_deg[name] * np.array(angle.signs)))
        relative = _from_vicon(turn)
        if angle.parent == "ground":
            R_GB[angle.child] = relative
        elif angle.parent in R_GB:
            R_GB[angle.child] = multiply(R_GB[angle.parent], relative)
    return R_GB


def _in_vicon(q: FloatArray) -> FloatArray:
    """Return a rotation given between frames of OpenSim's letters in Vicon's letters."""
    return multiply(multiply(R_LG, q), inverse(R_LG))


def _from_vicon(q: FloatArray) -> FloatArray:
    return multiply(multiply(inverse(R_LG), q), R_LG)
