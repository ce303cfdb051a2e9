"""Raw signals against orientations: quaternions that are none are left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from opensim_pelvis.rotations import from_rotation_vector, multiply
from opensim_pelvis.timeline.raw_fit import fit_raw
from tests.faulty_signals import sound


@pytest.mark.parametrize("filler", [0.0, np.nan, 0.3])
@pytest.mark.parametrize("factor", [1.0, 1.25])
def test_quaternions_that_are_none_tell_nothing(filler: float, factor: float) -> None:
    sensor = sound().sensors[0]
    assert sensor.R_ES is not None
    assert sensor.angular_velocity_radps is not None
    time_s = sensor.counter / 60.0
    R_ES = sensor.R_ES.copy()
    R_ES[300:420] = filler
    felt = factor * sensor.angular_velocity_radps
    found = fit_raw(replace(sensor, R_ES=R_ES, angular_velocity_radps=felt), time_s)
    assert found is not None
    assert found.gain == pytest.approx(factor, rel=0.02)


@pytest.mark.parametrize("jump_deg", [20.0, 40.0, 170.0])
@pytest.mark.parametrize("factor", [1.0, 1.25])
def test_a_heading_that_jumps_is_no_scale_of_the_gyroscope(jump_deg: float, factor: float) -> None:
    sensor = sound().sensors[1]
    assert sensor.R_ES is not None
    assert sensor.angular_velocity_radps is not None
    turn = np.where(np.arange(sensor.counter.size) >= 700, np.deg2rad(jump_deg), 0.0)
    jumped = multiply(from_rotation_vector(np.outer(turn, [0.0, 0.0, 1.0])), sensor.R_ES)
    felt = factor * sensor.angular_velocity_radps
    time_s = sensor.counter / 60.0
    found = fit_raw(replace(sensor, R_ES=jumped, angular_velocity_radps=felt), time_s)
    assert found is not None
    assert found.gain == pytest.approx(factor, rel=0.02)
    assert found.gain_error < 0.03
    assert found.misfit < 0.1
