"""Times and lengths: cadence, step, contact and flight time, speed, stride length."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.measures.stride_data import AbsentError, StrideData, measure
from opensim_pelvis.notices import notice
from opensim_pelvis.types import GaitEvents, MeasureDefinition

CONTACT_TIMES: Final = ("contact_time_s", "flight_time_s", "duty_factor_ratio")
"""Measures whose error is that of the methods behind initial contact and toe-off."""


def with_error_of_events(
    definition: MeasureDefinition, events: GaitEvents, stride_s: float
) -> MeasureDefinition:
    """Return a definition with the error that the methods of this recording's events have.

    Parameters
    ----------
    definition : MeasureDefinition
    events : GaitEvents
    stride_s : float
        Usual stride time, which makes a part of the stride of an error in seconds.
    """
    if definition.name not in CONTACT_TIMES:
        return definition
    scale = stride_s if definition.unit == "ratio" else 1.0
    return replace(definition, error=round(events.contact_time_error_s / scale, 3), own_error=True)


@measure
def cadence_spm(data: StrideData) -> FloatArray:
    """Return the cadence of each stride."""
    return 120.0 / stride_time_s(data)


@measure
def stride_time_s(data: StrideData) -> FloatArray:
    """Return the duration of each stride."""
    return data.strides.end_s - data.strides.start_s


@measure
def step_time_s(data: StrideData) -> FloatArray:
    """Return the time of the step that ends the stride, with this side's contact."""
    data.contact()
    other = data.strides.opposite_contact_s
    if not np.isfinite(other).any():
        raise AbsentError(notice("absent.no_other_leg"))
    return data.strides.end_s - other


@measure
def contact_time_s(data: StrideData) -> FloatArray:
    """Return the time on the ground."""
    return data.toe_off() - data.contact()


@measure
def flight_time_s(data: StrideData) -> FloatArray:
    """Return the time in the air after this side's toe-off."""
    off, other = data.toe_off(), data.strides.opposite_contact_s
    if not np.isfinite(other).any():
        raise AbsentError(notice("absent.no_other_leg"))
    return other - off


@measure
def duty_factor_ratio(data: StrideData) -> FloatArray:
    """Return the part of the stride on the ground."""
    return contact_time_s(data) / stride_time_s(data)


@measure
def speed_mps(data: StrideData) -> FloatArray:
    """Return the speed of each stride."""
    if data.speed_mps is None:
        raise AbsentError(notice("absent.no_speed"))
    return data.speed_mps


@measure
def stride_length_m(data: StrideData) -> FloatArray:
    """Return the length of each stride."""
    return speed_mps(data) * stride_time_s(data)
