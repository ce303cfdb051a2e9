"""What a budget changes: bodies that lean, face or head elsewhere, and events that come later.

A segment that leant in the static trial has a body frame that is turned about its own horizontal
axes: its orientations are turned on the body's side. A segment that faced elsewhere is turned
about its own vertical axis; where an axis of a sensor tells forward, the person as a whole faces
elsewhere relative to the direction of travel. A sensor whose heading is wrong by an angle has both
its earth frame and its body frame turned by it: R becomes Ry(a) R Ry(-a).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from opensim_pelvis.frames import FloatArray, turn_about_vertical
from opensim_pelvis.kinematics.angles import name_angles
from opensim_pelvis.rotations import from_rotation_vector, inverse, multiply, rotate, to_euler
from opensim_pelvis.types import Angles, Kinematics, Strides
from opensim_pelvis.types.segments import Leg, body_on, parent_of

Kind = Literal["lean x", "lean z", "turn", "heading", "facing"]

_AXES: Final[Mapping[str, tuple[float, float, float]]] = {
    "lean x": (1.0, 0.0, 0.0),
    "lean z": (0.0, 0.0, 1.0),
    "turn": (0.0, 1.0, 0.0),
}
HIPS: Final[tuple[tuple[str, Leg], ...]] = (("hip_flexion_r", "right"), ("hip_flexion_l", "left"))
"""Coordinates that measures read, which change with pelvis and thigh."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Motion:
    """Bodies of some strides, and the angles that measures read.

    Parameters
    ----------
    strides : Strides
    kinematics : Kinematics
    angles : Angles
    table : mapping of str to (t,) array
        Radians, as `gait.strides.curves.stride_angles` gives them.
    travel_rad : (t,) array
        Direction of travel of all strides of the recording, `strides` or more.
    """

    strides: Strides
    kinematics: Kinematics
    angles: Angles
    table: Mapping[str, FloatArray]
    travel_rad: FloatArray

    def oriented(self, R_GB: Mapping[str, FloatArray]) -> Motion:
        """Return the motion with other orientations of some bodies.

        Their angles are read anew. A hip changes by as much as the orientation of thigh relative
        to pelvis does. Origins move with the body that a joint hangs them on.

        Parameters
        ----------
        R_GB : mapping of body to (t, 4) array
        """
        kinematics = self.kinematics
        changed = kinematics.R_GB.copy()
        for body, q in R_GB.items():
            changed[:, kinematics.bodies.index(body)] = q
        named = name_angles(R_GB, self.angles.travel_rad)
        shift = self.angles.travel_rad - self.travel_rad
        table = dict(self.table)
        for definition in self.angles.definitions:
            if definition.name in named:
                value = named[definition.name] + (shift if definition.about_vertical else 0.0)
                table[definition.name] = value
        # measures read places within a leg only, which pelvis and trunk move as a whole
        within = any(parent_of(body) in kinematics.bodies for body in R_GB if body != "torso")
        places = _hung(kinematics, changed) if within else kinematics.p_GB_m
        after = replace(kinematics, R_GB=changed, p_GB_m=places)
        for name, side in HIPS:
            thigh = body_on(side, "thigh")
            if name in table and {"pelvis", thigh} & set(R_GB):
                table[name] = table[name] + _hip(after, thigh) - _hip(kinematics, thigh)
        return replace(self, kinematics=after, table=table)

    def turned(self, kind: Kind, body: str | None, by_rad: float) -> Motion:
        """Return the motion with one input changed; ``body`` None is all bodies."""
        kinematics = self.kinematics
        bodies = kinematics.bodies if body is None else (body,)
        return self.oriented(
            {
                b: _turned(kinematics.R_GB[:, kinematics.bodies.index(b)], kind, by_rad)
                for b in bodies
            }
        )


def _turned(q: FloatArray, kind: Kind, by_rad: float) -> FloatArray:
    if kind == "facing":
        return multiply(turn_about_vertical(by_rad), q)
    if kind == "heading":
        return multiply(multiply(turn_about_vertical(by_rad), q), turn_about_vertical(-by_rad))
    return multiply(q, from_rotation_vector(by_rad * np.array(_AXES[kind])))


def _hip(kinematics: Kinematics, thigh: str) -> FloatArray:
    pelvis, femur = (
        kinematics.R_GB[:, kinematics.bodies.index(body)] for body in ("pelvis", thigh)
    )
    return to_euler("ZXY", multiply(inverse(pelvis), femur))[:, 0]


def _hung(kinematics: Kinematics, R_GB: FloatArray) -> FloatArray:
    """Return the origins of bodies whose joints keep their places on other orientations."""
    places = kinematics.p_GB_m.copy()
    for i, body in enumerate(kinematics.bodies):  # a parent stands before what hangs on it
        parent = parent_of(body)
        if parent not in kinematics.bodies:
            continue
        j = kinematics.bodies.index(parent)
        away = kinematics.p_GB_m[:, i] - kinematics.p_GB_m[:, j]
        arm = rotate(inverse(kinematics.R_GB[:, j]), away)
        places[:, i] = places[:, j] + rotate(R_GB[:, j], arm)
    return places
