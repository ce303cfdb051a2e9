"""Measures of the pelvis: range, value at contact and toe-off, contralateral drop, step."""

from __future__ import annotations

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.measures.stride_data import AbsentError, StrideData, measure
from opensim_pelvis.notices import notice
from opensim_pelvis.types.segments import LEGS, body_on


@measure
def pelvic_rotation_range_deg(data: StrideData) -> FloatArray:
    """Return the range of pelvic axial rotation."""
    return data.span(data.angle("pelvic_axial_rotation"))


@measure
def pelvic_obliquity_range_deg(data: StrideData) -> FloatArray:
    """Return the range of pelvic obliquity."""
    return data.span(data.angle("pelvic_obliquity"))


@measure
def pelvic_tilt_range_deg(data: StrideData) -> FloatArray:
    """Return the range of pelvic tilt."""
    return data.span(data.angle("pelvic_anterior_tilt"))


@measure
def pelvic_rotation_slow_range_deg(data: StrideData) -> FloatArray:
    """Return the range of pelvic axial rotation without what is faster than five a stride."""
    return data.slow_span("pelvic_axial_rotation")


@measure
def pelvic_obliquity_slow_range_deg(data: StrideData) -> FloatArray:
    """Return the range of pelvic obliquity without what is faster than five a stride."""
    return data.slow_span("pelvic_obliquity")


@measure
def pelvic_tilt_slow_range_deg(data: StrideData) -> FloatArray:
    """Return the range of pelvic tilt without what is faster than five a stride."""
    return data.slow_span("pelvic_anterior_tilt")


@measure
def pelvic_tilt_mean_deg(data: StrideData) -> FloatArray:
    """Return the mean of pelvic tilt."""
    return data.mean(data.angle("pelvic_anterior_tilt"))


@measure
def pelvic_rotation_mean_deg(data: StrideData) -> FloatArray:
    """Return the mean of pelvic rotation, where the direction of travel is known beside it."""
    if not data.strides.mean_known:
        raise AbsentError(notice("absent.no_direction"))
    return data.mean(data.angle("pelvic_axial_rotation"))


@measure
def pelvic_rotation_at_contact_deg(data: StrideData) -> FloatArray:
    """Return the rotation at contact, seen from its side."""
    return data.sign * data.at(data.angle("pelvic_axial_rotation"), data.contact())


@measure
def pelvic_obliquity_at_contact_deg(data: StrideData) -> FloatArray:
    """Return the obliquity at contact, seen from its side."""
    return data.sign * data.at(data.angle("pelvic_obliquity"), data.contact())


@measure
def pelvic_tilt_at_contact_deg(data: StrideData) -> FloatArray:
    """Return the tilt at contact."""
    return data.at(data.angle("pelvic_anterior_tilt"), data.contact())


@measure
def pelvic_rotation_at_toe_off_deg(data: StrideData) -> FloatArray:
    """Return the rotation at toe-off, seen from its side."""
    return data.sign * data.at(data.angle("pelvic_axial_rotation"), data.toe_off())


@measure
def pelvic_obliquity_at_toe_off_deg(data: StrideData) -> FloatArray:
    """Return the obliquity at toe-off, seen from its side."""
    return data.sign * data.at(data.angle("pelvic_obliquity"), data.toe_off())


@measure
def pelvic_tilt_at_toe_off_deg(data: StrideData) -> FloatArray:
    """Return the tilt at toe-off."""
    return data.at(data.angle("pelvic_anterior_tilt"), data.toe_off())


@measure
def opensim_pelvis_rotation_range_deg(data: StrideData) -> FloatArray:
    """Return the range of OpenSim's pelvis_rotation."""
    return data.span(data.opensim_pelvis("rotation"))


@measure
def opensim_pelvis_list_range_deg(data: StrideData) -> FloatArray:
    """Return the range of OpenSim's pelvis_list."""
    return data.span(data.opensim_pelvis("list"))


@measure
def opensim_pelvis_tilt_range_deg(data: StrideData) -> FloatArray:
    """Return the range of OpenSim's pelvis_tilt."""
    return data.span(data.opensim_pelvis("tilt"))


@measure
def opensim_pelvis_rotation_at_contact_deg(data: StrideData) -> FloatArray:
    """Return OpenSim's pelvis_rotation at contact, seen from its side."""
    return data.sign * data.at(data.opensim_pelvis("rotation"), data.contact())


@measure
def opensim_pelvis_rotation_at_toe_off_deg(data: StrideData) -> FloatArray:
    """Return OpenSim's pelvis_rotation at toe-off, seen from its side."""
    return data.sign * data.at(data.opensim_pelvis("rotation"), data.toe_off())


@measure
def opensim_pelvis_list_at_contact_deg(data: StrideData) -> FloatArray:
    """Return OpenSim's pelvis_list at contact, seen from its side."""
    return data.sign * data.at(data.opensim_pelvis("list"), data.contact())


@measure
def opensim_pelvis_tilt_at_contact_deg(data: StrideData) -> FloatArray:
    """Return OpenSim's pelvis_tilt at contact."""
    return data.at(data.opensim_pelvis("tilt"), data.contact())


@measure
def opensim_pelvis_list_at_toe_off_deg(data: StrideData) -> FloatArray:
    """Return OpenSim's pelvis_list at toe-off, seen from its side."""
    return data.sign * data.at(data.opensim_pelvis("list"), data.toe_off())


@measure
def opensim_pelvis_tilt_at_toe_off_deg(data: StrideData) -> FloatArray:
    """Return OpenSim's pelvis_tilt at toe-off."""
    return data.at(data.opensim_pelvis("tilt"), data.toe_off())


@measure
def pelvic_drop_deg(data: StrideData) -> FloatArray:
    """Return the largest drop of the other side between contact and toe-off."""
    obliquity = data.angle("pelvic_obliquity")
    start, end = data.contact(), data.toe_off()
    right = data.high(obliquity, start, end)
    left = -data.low(obliquity, start, end)
    return np.where(data.strides.side == 0, right, left)


@measure
def pelvic_drop_from_contact_deg(data: StrideData) -> FloatArray:
    """Return the drop from contact on."""
    return pelvic_drop_deg(data) - pelvic_obliquity_at_contact_deg(data)


@measure
def pelvic_step_mm(data: StrideData) -> FloatArray:
    """Return how far rotation carries the hip of the stance leg backwards."""
    rotation = data.angle("pelvic_axial_rotation")
    contact, toe_off = (
        np.sin(np.deg2rad(data.at(rotation, at))) for at in (data.contact(), data.toe_off())
    )
    half_mm = 500.0 * _hip_distance_m(data)
    return np.asarray(half_mm * data.sign * (contact - toe_off))


def _hip_distance_m(data: StrideData) -> float:
    """Return the distance between the hip joints, where thighs hang on the pelvis."""
    bodies = data.kinematics.bodies
    thighs = [body_on(side, "thigh") for side in LEGS]
    if not set(thighs) <= set(bodies):
        raise AbsentError(notice("absent.hips"))
    right, left = (data.kinematics.p_GB_m[:, bodies.index(body)] for body in thighs)
    apart = np.linalg.norm(right - left, axis=1)
    known = apart[np.isfinite(apart)]
    return float(np.median(known)) if known.size else float("nan")
