"""Which bodies each measure is read from, so that a change of one body tries these measures alone.

A measure is computed once from angles and bodies that remember what was asked of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import SupportsIndex

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.measures.stride_data import MEASURES, AbsentError, StrideData
from opensim_pelvis.gait.uncertainty.inputs import HIPS
from opensim_pelvis.kinematics.angle_definitions import definitions as angle_definitions
from opensim_pelvis.types import RunningAnalysis
from opensim_pelvis.types.segments import body_on, parent_of


class _Angles(dict[str, FloatArray]):
    """Angles that remember which of them were asked for."""

    def __init__(self, angles: Mapping[str, FloatArray]) -> None:
        super().__init__(angles)
        self.read: set[str] = set()

    def __contains__(self, name: object) -> bool:
        self.read.add(str(name))
        return super().__contains__(name)

    def __getitem__(self, name: str) -> FloatArray:
        self.read.add(name)
        return super().__getitem__(name)


class _Bodies(tuple[str, ...]):
    """Names of bodies that remember which of them were looked up."""

    read: set[str]

    def index(self, body: str, *ends: SupportsIndex) -> int:
        self.read.add(body)
        return super().index(body, *ends)


def bodies_read(analysis: RunningAnalysis, data: StrideData) -> dict[str, set[str]]:
    """Return the bodies whose orientation each measure depends on; none for times.

    A place depends on all bodies that it hangs on.
    """
    of_angle = {d.name: {d.body} for d in angle_definitions()}
    of_angle |= {name: {"pelvis", body_on(side, "thigh")} for name, side in HIPS}
    out: dict[str, set[str]] = {}
    for definition in analysis.definitions:
        angles, bodies = _Angles(data.angles), _Bodies(data.kinematics.bodies)
        bodies.read = set()
        watched = replace(
            data, angles=angles, kinematics=replace(data.kinematics, bodies=bodies), cache={}
        )
        try:
            MEASURES[definition.name][1](watched)
        except AbsentError:
            continue
        found = set(bodies.read)
        for body in bodies.read:
            above = parent_of(body)
            while above is not None:
                found.add(above)
                above = parent_of(above)
        for name in angles.read:
            found |= of_angle.get(name, set())
        out[definition.name] = found
    return out
