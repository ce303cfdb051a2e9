"""Measures of the pelvis: range, value at contact and toe-off, contralateral drop."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.metrics.table import BAKER, OPENSIM_PELVIS, StrideData, measure

_LIN: Final = "Lin 2023, doi:10.3390/s23239599, sacral sensor at 5.4-7.1 m/s: "
_ROTATION_ERROR: Final = 4.3
_ROTATION_SOURCE: Final = _LIN + "RMSE 4.3-7.8 degrees over pelvis angles, bias of peak rotation 1"
_OBLIQUITY_SOURCE: Final = _LIN + "RMSE 4.3-7.8 degrees, bias of obliquity -3.3 to -4.1"

_opensim = partial(measure, "pelvis, OpenSim order", source=OPENSIM_PELVIS)


@measure(
    "pelvis",
    "body",
    "range of pelvic axial rotation over the stride, Baker order",
    source=BAKER,
    error=_ROTATION_ERROR,
    error_source=_ROTATION_SOURCE,
    needs_pose=False,
)
def pelvic_rotation_range_deg(data: StrideData) -> FloatArray:
    """Return the range of pelvic axial rotation."""
    return data.span(data.angle("pelvic_axial_rotation"))


@measure(
    "pelvis",
    "body",
    "range of pelvic obliquity over the stride, Baker order",
    source=BAKER,
    error=_ROTATION_ERROR,
    error_source=_OBLIQUITY_SOURCE,
    needs_pose=False,
)
def pelvic_obliquity_range_deg(data: StrideData) -> FloatArray:
    """Return the range of pelvic obliquity."""
    return data.span(data.angle("pelvic_obliquity"))


@measure(
    "pelvis",
    "body",
    "range of pelvic anterior tilt over the stride, Baker order",
    source=BAKER,
    error=_ROTATION_ERROR,
    error_source=_ROTATION_SOURCE,
    needs_pose=False,
)
def pelvic_tilt_range_deg(data: StrideData) -> FloatArray:
    """Return the range of pelvic tilt."""
    return data.span(data.angle("pelvic_anterior_tilt"))


@measure(
    "pelvis",
    "body",
    "range of the slow part of pelvic axial rotation: straight line and "
    "first five harmonics of each stride; soft tissue rings faster",
    source=BAKER,
    error=_ROTATION_ERROR,
    error_source=_ROTATION_SOURCE,
    needs_pose=False,
)
def pelvic_rotation_slow_range_deg(data: StrideData) -> FloatArray:
    """Return the range of pelvic axial rotation without what is faster than five a stride."""
    return data.slow_span("pelvic_axial_rotation")


@measure(
    "pelvis",
    "body",
    "range of the slow part of pelvic obliquity, as of rotation",
    source=BAKER,
    error=_ROTATION_ERROR,
    error_source=_OBLIQUITY_SOURCE,
    needs_pose=False,
)
def pelvic_obliquity_slow_range_deg(data: StrideData) -> FloatArray:
    """Return the range of pelvic obliquity without what is faster than five a stride."""
    return data.slow_span("pelvic_obliquity")


@measure(
    "pelvis",
    "body",
    "range of the slow part of pelvic anterior tilt, as of rotation",
    source=BAKER,
    error=_ROTATION_ERROR,
    error_source=_ROTATION_SOURCE,
    needs_pose=False,
)
def pelvic_tilt_slow_range_deg(data: StrideData) -> FloatArray:
    """Return the range of pelvic tilt without what is faster than five a stride."""
    return data.slow_span("pelvic_anterior_tilt")


@measure(
    "pelvis",
    "body",
    "mean pelvic anterior tilt over the stride, against standing",
    positive="anterior",
    source=BAKER,
    needs_pose=True,
)
def pelvic_tilt_mean_deg(data: StrideData) -> FloatArray:
    """Return the mean of pelvic tilt."""
    return data.mean(data.angle("pelvic_anterior_tilt"))


@measure(
    "pelvis",
    "side",
    "pelvic axial rotation at initial contact, Baker order",
    positive="side of the contact forward",
    source=BAKER,
    needs_pose=True,
)
def pelvic_rotation_at_contact_deg(data: StrideData) -> FloatArray:
    """Return the rotation at contact, seen from its side."""
    return data.sign * data.at(data.angle("pelvic_axial_rotation"), data.contact())


@measure(
    "pelvis",
    "side",
    "pelvic obliquity at initial contact, Baker order",
    positive="side of the contact up",
    source=BAKER,
    needs_pose=True,
)
def pelvic_obliquity_at_contact_deg(data: StrideData) -> FloatArray:
    """Return the obliquity at contact, seen from its side."""
    return data.sign * data.at(data.angle("pelvic_obliquity"), data.contact())


@measure(
    "pelvis",
    "side",
    "pelvic anterior tilt at initial contact, Baker order",
    positive="anterior",
    source=BAKER,
    needs_pose=True,
)
def pelvic_tilt_at_contact_deg(data: StrideData) -> FloatArray:
    """Return the tilt at contact."""
    return data.at(data.angle("pelvic_anterior_tilt"), data.contact())


@measure(
    "pelvis",
    "side",
    "pelvic axial rotation at toe-off, Baker order",
    positive="side of the toe-off forward",
    source=BAKER,
    needs_pose=True,
)
def pelvic_rotation_at_toe_off_deg(data: StrideData) -> FloatArray:
    """Return the rotation at toe-off, seen from its side."""
    return data.sign * data.at(data.angle("pelvic_axial_rotation"), data.toe_off())


@measure(
    "pelvis",
    "side",
    "pelvic obliquity at toe-off, Baker order",
    positive="side of the toe-off up",
    source=BAKER,
    needs_pose=True,
)
def pelvic_obliquity_at_toe_off_deg(data: StrideData) -> FloatArray:
    """Return the obliquity at toe-off, seen from its side."""
    return data.sign * data.at(data.angle("pelvic_obliquity"), data.toe_off())


@measure(
    "pelvis",
    "side",
    "pelvic anterior tilt at toe-off, Baker order",
    positive="anterior",
    source=BAKER,
    needs_pose=True,
)
def pelvic_tilt_at_toe_off_deg(data: StrideData) -> FloatArray:
    """Return the tilt at toe-off."""
    return data.at(data.angle("pelvic_anterior_tilt"), data.toe_off())


@_opensim("body", "range of OpenSim's pelvis_rotation over the stride", needs_pose=False)
def opensim_pelvis_rotation_range_deg(data: StrideData) -> FloatArray:
    """Return the range of OpenSim's pelvis_rotation."""
    return data.span(data.opensim_pelvis("rotation"))


@_opensim("body", "range of OpenSim's pelvis_list over the stride", needs_pose=False)
def opensim_pelvis_list_range_deg(data: StrideData) -> FloatArray:
    """Return the range of OpenSim's pelvis_list."""
    return data.span(data.opensim_pelvis("list"))


@_opensim("body", "range of OpenSim's pelvis_tilt over the stride", needs_pose=False)
def opensim_pelvis_tilt_range_deg(data: StrideData) -> FloatArray:
    """Return the range of OpenSim's pelvis_tilt."""
    return data.span(data.opensim_pelvis("tilt"))


@_opensim(
    "side",
    "OpenSim's pelvis_rotation at initial contact",
    positive="right side forward",
    needs_pose=True,
)
def opensim_pelvis_rotation_at_contact_deg(data: StrideData) -> FloatArray:
    """Return OpenSim's pelvis_rotation at contact."""
    return data.at(data.opensim_pelvis("rotation"), data.contact())


@_opensim(
    "side", "OpenSim's pelvis_rotation at toe-off", positive="right side forward", needs_pose=True
)
def opensim_pelvis_rotation_at_toe_off_deg(data: StrideData) -> FloatArray:
    """Return OpenSim's pelvis_rotation at toe-off."""
    return data.at(data.opensim_pelvis("rotation"), data.toe_off())


@_opensim(
    "side", "OpenSim's pelvis_list at initial contact", positive="right side down", needs_pose=True
)
def opensim_pelvis_list_at_contact_deg(data: StrideData) -> FloatArray:
    """Return OpenSim's pelvis_list at contact."""
    return data.at(data.opensim_pelvis("list"), data.contact())


@_opensim("side", "OpenSim's pelvis_tilt at initial contact", positive="posterior", needs_pose=True)
def opensim_pelvis_tilt_at_contact_deg(data: StrideData) -> FloatArray:
    """Return OpenSim's pelvis_tilt at contact."""
    return data.at(data.opensim_pelvis("tilt"), data.contact())


@_opensim("side", "OpenSim's pelvis_list at toe-off", positive="right side down", needs_pose=True)
def opensim_pelvis_list_at_toe_off_deg(data: StrideData) -> FloatArray:
    """Return OpenSim's pelvis_list at toe-off."""
    return data.at(data.opensim_pelvis("list"), data.toe_off())


@_opensim("side", "OpenSim's pelvis_tilt at toe-off", positive="posterior", needs_pose=True)
def opensim_pelvis_tilt_at_toe_off_deg(data: StrideData) -> FloatArray:
    """Return OpenSim's pelvis_tilt at toe-off."""
    return data.at(data.opensim_pelvis("tilt"), data.toe_off())


@measure(
    "pelvic drop",
    "side",
    "largest contralateral pelvic drop in stance, against level",
    positive="side of the swing leg down",
    source="obliquity of " + BAKER,
    error=3.3,
    error_source=_OBLIQUITY_SOURCE,
    needs_pose=True,
)
def pelvic_drop_deg(data: StrideData) -> FloatArray:
    """Return the largest drop of the other side between contact and toe-off."""
    obliquity = data.angle("pelvic_obliquity")
    start, end = data.contact(), data.toe_off()
    right = data.high(obliquity, start, end)
    left = -data.low(obliquity, start, end)
    return np.where(data.strides.side == 0, right, left)


@measure(
    "pelvic drop",
    "side",
    "drop in stance beyond the obliquity at initial contact",
    positive="side of the swing leg goes down",
    source="obliquity of " + BAKER,
    needs_pose=False,
)
def pelvic_drop_from_contact_deg(data: StrideData) -> FloatArray:
    """Return the drop from contact on."""
    return pelvic_drop_deg(data) - pelvic_obliquity_at_contact_deg(data)
