"""Times and lengths: cadence, step, contact and flight time, speed, stride length."""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.measures.stride_data import AbsentError, StrideData, measure
from opensim_pelvis.notices import notice

_CONTACT: Final = "foot sensor: Falbriard 2018, doi:10.3389/fphys.2018.00610; see the events"


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
