"""Measures of the trunk, and of how pelvis and trunk turn against each other."""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.coordination import phase_lag, relative_phase, vector_coding
from opensim_pelvis.gait.measures.stride_data import StrideData, measure
from opensim_pelvis.gait.strides.curves import normalise, slow_part, without_line

PELVIS: Final = "pelvic_axial_rotation"
TRUNK: Final = "trunk_axial_rotation"
CODED_HARMONICS: Final = 3
"""Harmonics of the stride that vector coding sees: it looks at the direction of every step of a
hundred, which ringing of soft tissue turns, however small (`tests.benchmarks.vector_coding`)."""


@measure
def trunk_rotation_range_deg(data: StrideData) -> FloatArray:
    """Return the range of trunk axial rotation."""
    return data.span(data.angle(TRUNK))


@measure
def trunk_forward_lean_mean_deg(data: StrideData) -> FloatArray:
    """Return the mean forward lean."""
    return data.mean(data.angle("trunk_forward_lean"))


@measure
def trunk_lateral_lean_range_deg(data: StrideData) -> FloatArray:
    """Return the range of lateral lean."""
    return data.span(data.angle("trunk_lateral_lean"))


@measure
def pelvis_trunk_range_deg(data: StrideData) -> FloatArray:
    """Return the range of the trunk's rotation against the pelvis."""
    return data.span(data.angle(TRUNK) - data.angle(PELVIS))


@measure
def pelvis_trunk_phase_deg(data: StrideData) -> FloatArray:
    """Return the phase of the trunk after the pelvis, free of how much the path turns."""
    s = data.strides
    pelvis, trunk = (
        without_line(normalise(np.deg2rad(data.angle(name)), data.time_s, s.start_s, s.end_s))
        for name in (PELVIS, TRUNK)
    )
    return phase_lag(pelvis[:, :-1], trunk[:, :-1])


@measure
def pelvis_trunk_relative_phase_deg(data: StrideData) -> FloatArray:
    """Return the mean absolute relative phase."""
    return relative_phase(*_curves_rad(data))


@measure
def in_phase_percent(data: StrideData) -> FloatArray:
    """Return the share of in-phase coupling."""
    return _coding(data)[:, 1]


@measure
def anti_phase_percent(data: StrideData) -> FloatArray:
    """Return the share of anti-phase coupling."""
    return _coding(data)[:, 3]


@measure
def pelvis_phase_percent(data: StrideData) -> FloatArray:
    """Return the share in which the pelvis dominates."""
    return _coding(data)[:, 0]


@measure
def trunk_phase_percent(data: StrideData) -> FloatArray:
    """Return the share in which the trunk dominates."""
    return _coding(data)[:, 2]


def _slow_curves_rad(data: StrideData) -> tuple[FloatArray, FloatArray]:
    """Return pelvis and trunk of their first harmonics alone, beside the line between the ends."""
    s = data.strides
    pelvis, trunk = (
        slow_part(normalise(data.angle(name), data.time_s, s.start_s, s.end_s), CODED_HARMONICS)
        for name in (PELVIS, TRUNK)
    )
    return np.deg2rad(pelvis[:, :-1]), np.deg2rad(trunk[:, :-1])


def _curves_rad(data: StrideData) -> tuple[FloatArray, FloatArray]:
    return np.deg2rad(data.curves(PELVIS)), np.deg2rad(data.curves(TRUNK))


def _coding(data: StrideData) -> FloatArray:
    if "coding" not in data.cache:
        data.cache["coding"] = vector_coding(*_slow_curves_rad(data))
    return data.cache["coding"]
