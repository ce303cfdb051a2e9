"""Signs of overstriding: where shank and foot are at initial contact."""

from __future__ import annotations

import numpy as np

from opensim_pelvis.frames import FloatArray, turn_about_vertical
from opensim_pelvis.gait.measures.stride_data import AbsentError, StrideData, measure
from opensim_pelvis.notices import notice
from opensim_pelvis.rotations import multiply, rotate
from opensim_pelvis.types.segments import LEGS, body_on


@measure
def shank_angle_at_contact_deg(data: StrideData) -> FloatArray:
    """Return the inclination of the shank at contact."""
    at = data.contact()
    pair = tuple(_inclination_deg(data, body_on(side, "shank")) for side in LEGS)
    if pair[0] is None and pair[1] is None:
        raise AbsentError(notice("absent.shank"))
    return data.by_side((pair[0], pair[1]), lambda values: data.at(values, at))


@measure
def heel_ahead_at_contact_m(data: StrideData) -> FloatArray:
    """Return how far ahead of the hip the heel lands."""
    at = data.contact()
    pair = tuple(_ahead_m(data, body_on(side, "foot"), body_on(side, "thigh")) for side in LEGS)
    if pair[0] is None and pair[1] is None:
        raise AbsentError(notice("absent.foot"))
    return data.by_side((pair[0], pair[1]), lambda values: data.at(values, at))


@measure
def trunk_lean_at_contact_deg(data: StrideData) -> FloatArray:
    """Return the forward lean of the trunk at contact."""
    return data.at(data.angle("trunk_forward_lean"), data.contact())


def _inclination_deg(data: StrideData, body: str) -> FloatArray | None:
    kinematics = data.kinematics
    if body not in kinematics.bodies:
        return None
    R_GB = kinematics.R_GB[:, kinematics.bodies.index(body)]
    up = rotate(multiply(turn_about_vertical(-data.travel_rad), R_GB), np.array([0.0, 1.0, 0.0]))
    return np.rad2deg(np.arctan2(-up[:, 0], up[:, 1]))


def _ahead_m(data: StrideData, body: str, behind: str) -> FloatArray | None:
    """Return how far the origin of one body lies ahead of that of another, along travel."""
    kinematics = data.kinematics
    if not {body, behind} <= set(kinematics.bodies):
        return None
    place = kinematics.p_GB_m[:, kinematics.bodies.index(body)]
    away = place - kinematics.p_GB_m[:, kinematics.bodies.index(behind)]
    return rotate(turn_about_vertical(-data.travel_rad), away)[:, 0]
