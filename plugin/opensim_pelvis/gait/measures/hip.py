"""Hip extension, split into where the thigh is, how the pelvis tilts and what the joint does."""

from __future__ import annotations

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.measures.stride_data import StrideData, measure
from opensim_pelvis.gait.strides.segment import sample_bounds


@measure
def thigh_extension_peak_deg(data: StrideData) -> FloatArray:
    """Return the peak of thigh extension over the stride."""
    s = data.strides
    pair = data.one_sided("thigh_extension")
    return data.by_side(pair, lambda values: data.high(values, s.start_s, s.end_s))


@measure
def hip_extension_peak_deg(data: StrideData) -> FloatArray:
    """Return the peak extension of the hip joint over the stride."""
    s = data.strides
    pair = data.one_sided("hip_flexion")
    return data.by_side(pair, lambda values: -data.low(values, s.start_s, s.end_s))


@measure
def pelvic_tilt_at_thigh_extension_deg(data: StrideData) -> FloatArray:
    """Return the tilt at peak thigh extension."""
    return data.at(data.angle("pelvic_anterior_tilt"), _peak_times(data))


@measure
def hip_extension_at_thigh_extension_deg(data: StrideData) -> FloatArray:
    """Return the joint's extension at peak thigh extension."""
    at = _peak_times(data)
    return data.by_side(data.one_sided("hip_flexion"), lambda values: -data.at(values, at))


def _peak_times(data: StrideData) -> FloatArray:
    """Return the instant of the largest thigh extension in each stride."""
    first, stop = sample_bounds(data.strides, data.time_s)
    out = np.full(first.size, np.nan)
    if "peak times" in data.cache:
        return data.cache["peak times"]
    for code, values in enumerate(data.one_sided("thigh_extension")):
        if values is None:
            continue
        for i in np.flatnonzero(data.strides.side == code):
            stride = values[first[i] : stop[i]]
            if stride.size and np.isfinite(stride).all():
                out[i] = data.time_s[first[i] + int(np.argmax(stride))]
    data.cache["peak times"] = out
    return out
