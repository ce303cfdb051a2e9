"""Measures of the pelvis as markers over ASIS and PSIS would show it (`gait.optical`)."""

from __future__ import annotations

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.measures.stride_data import AbsentError, StrideData, measure


@measure
def pelvic_rotation_range_optical_deg(data: StrideData) -> FloatArray:
    """Return the range of pelvic axial rotation as ASIS and PSIS would show it, in running."""
    angle, optical = "pelvic_axial_rotation", data.optical()
    if angle not in optical.ranges_deg:
        raise AbsentError(optical.absent[angle])
    return optical.ranges_deg[angle]
