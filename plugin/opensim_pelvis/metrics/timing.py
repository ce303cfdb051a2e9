"""Times and lengths: cadence, step, contact and flight time, speed, stride length."""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.metrics.table import OWN, AbsentError, StrideData, measure
from opensim_pelvis.notices import notice

_CONTACT: Final = "foot sensor: Falbriard 2018, doi:10.3389/fphys.2018.00610; see the events"


@measure(
    "time", "body", "steps per minute: 120 divided by the stride time", source=OWN, needs_pose=False
)
def cadence_spm(data: StrideData) -> FloatArray:
    """Return the cadence of each stride."""
    return 120.0 / stride_time_s(data)


@measure("time", "body", "from one event of a leg to its next", source=OWN, needs_pose=False)
def stride_time_s(data: StrideData) -> FloatArray:
    """Return the duration of each stride."""
    return data.strides.end_s - data.strides.start_s


@measure(
    "time",
    "side",
    "from the other leg's initial contact to that of this side",
    source=OWN,
    needs_pose=False,
)
def step_time_s(data: StrideData) -> FloatArray:
    """Return the time of the step that ends the stride, with this side's contact."""
    data.contact()
    other = data.strides.opposite_contact_s
    if not np.isfinite(other).any():
        raise AbsentError(notice("absent.no_other_leg"))
    return data.strides.end_s - other


@measure(
    "time",
    "side",
    "from initial contact to toe-off",
    source=OWN,
    error=0.012,
    error_source=_CONTACT,
    needs_pose=False,
)
def contact_time_s(data: StrideData) -> FloatArray:
    """Return the time on the ground."""
    return data.toe_off() - data.contact()


@measure(
    "time",
    "side",
    "from toe-off to the other leg's initial contact; negative is the double support of walking",
    source=OWN,
    error=0.012,
    error_source=_CONTACT,
    needs_pose=False,
)
def flight_time_s(data: StrideData) -> FloatArray:
    """Return the time in the air after this side's toe-off."""
    off, other = data.toe_off(), data.strides.opposite_contact_s
    if not np.isfinite(other).any():
        raise AbsentError(notice("absent.no_other_leg"))
    return other - off


@measure("time", "side", "contact time divided by stride time", source=OWN, needs_pose=False)
def duty_factor_ratio(data: StrideData) -> FloatArray:
    """Return the part of the stride on the ground."""
    return contact_time_s(data) / stride_time_s(data)


@measure(
    "distance",
    "body",
    "speed of travel: given, of the treadmill, or of an external track",
    source=OWN,
    needs_pose=False,
)
def speed_mps(data: StrideData) -> FloatArray:
    """Return the speed of each stride."""
    if data.speed_mps is None:
        raise AbsentError(notice("absent.no_speed"))
    return data.speed_mps


@measure("distance", "body", "speed times stride time", source=OWN, needs_pose=False)
def stride_length_m(data: StrideData) -> FloatArray:
    """Return the length of each stride."""
    return speed_mps(data) * stride_time_s(data)
