"""What a budget changes: bodies that lean, face or head elsewhere, and events that come later.

A segment that leant in the static trial has a body frame that is turned about its own horizontal
axes: its orientations are turned on the body's side. A segment that faced elsewhere is turned
about its own vertical axis; where an axis of a sensor tells forward, the person as a whole faces
elsewhere relative to the direction of travel. A sensor whose heading is wrong by an angle has both
its earth frame and its body frame turned by it: R becomes Ry(a) R Ry(-a).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from opensim_pelvis.frames import FloatArray, IntArray, turn_about_vertical
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
_INSTANTS: Final = ("start_s", "end_s", "toe_off_s", "opposite_contact_s", "opposite_toe_off_s")
_OF_STRIDES: Final = (*_INSTANTS, "side", "bout", "travel_rad", "turn_rate_radps")
_APART_S: Final = 1.0

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
        return self.turned_each(body, [(kind, by_rad)])

    def turned_each(self, body: str | None, changes: Sequence[tuple[Kind, float]]) -> Motion:
        """Return the motion with one input changed, then with the next, one after the other.

        Measures of all of them are computed at once: most of their cost is in the calls.

        Parameters
        ----------
        body : str or None
            None is all bodies.
        changes : sequence of (str, float)
            Kinds and radians.

        Returns
        -------
        Motion
            As long as there are changes (`repeated`).
        """
        kinematics = self.kinematics
        bodies = kinematics.bodies if body is None else (body,)
        R_GB = {}
        for name in bodies:
            q = kinematics.R_GB[:, kinematics.bodies.index(name)]
            R_GB[name] = np.concatenate([_turned(q, kind, by) for kind, by in changes])
        return self.repeated(len(changes)).oriented(R_GB)

    def taken(self, samples: slice | IntArray, time_s: FloatArray, strides: Strides) -> Motion:
        """Return some samples of the motion, at other times if need be, with other strides."""
        k, a = self.kinematics, self.angles
        return Motion(
            strides=strides,
            kinematics=replace(
                k,
                time_s=time_s,
                values_rad=k.values_rad[samples],
                errors_rad=k.errors_rad[samples],
                R_GB=k.R_GB[samples],
                p_GB_m=k.p_GB_m[samples],
            ),
            angles=replace(
                a,
                time_s=time_s,
                values_rad=a.values_rad[samples],
                travel_rad=a.travel_rad[samples],
            ),
            table={name: values[samples] for name, values in self.table.items()},
            travel_rad=self.travel_rad[samples],
        )

    def repeated(self, times: int) -> Motion:
        """Return the motion repeated in time, each copy with its own strides."""
        if times == 1:
            return self
        time_s, strides = self.angles.time_s, self.strides
        later = np.arange(times) * (time_s[-1] - time_s[0] + _APART_S)
        again = np.tile(np.arange(strides.side.size), times)
        return self.taken(
            np.tile(np.arange(time_s.size), times),
            (later[:, None] + time_s).ravel(),
            delayed(rows_of(strides, again), np.repeat(later, strides.side.size)),
        )


def rows_of(strides: Strides, rows: IntArray) -> Strides:
    """Return some strides, in the order of ``rows``, which may name one more than once."""
    arrays = {name: getattr(strides, name)[rows] for name in _OF_STRIDES}
    return replace(strides, reason=tuple(strides.reason[i] for i in rows), **arrays)


def delayed(strides: Strides, by_s: FloatArray) -> Strides:
    """Return strides all of whose events come later."""
    return replace(strides, **{name: getattr(strides, name) + by_s for name in _INSTANTS})


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
