"""Times, cadence, speed and length of a right and a left stride that differ in all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pytest

from opensim_pelvis.gait.measures.definitions import definition_of
from opensim_pelvis.gait.measures.timing import with_error_of_events
from opensim_pelvis.types import GaitEvents
from tests.gait.measures.hand_made import Value, assert_value, stride_data

VALUES: Final = {
    "cadence_spm": Value(150.0, 120.0, "spm", "body"),
    "stride_time_s": Value(0.8, 1.0, "s", "body"),
    "step_time_s": Value(0.5, 0.3, "s", "side"),  # from the other leg's contact, 1.3 and 2.7 s
    "contact_time_s": Value(0.2, 0.4, "s", "side"),
    "flight_time_s": Value(0.1, 0.3, "s", "side"),
    "duty_factor_ratio": Value(0.25, 0.4, "ratio", "side"),
    "speed_mps": Value(3.0, 3.5, "mps", "body"),
    "stride_length_m": Value(2.4, 3.5, "m", "body"),
}


@pytest.mark.parametrize("name", VALUES)
def test_times_and_lengths(name: str) -> None:
    assert_value(name, VALUES[name], stride_data(speed_mps=np.array([3.0, 3.5])))


def test_the_error_of_contact_times_is_that_of_the_methods_of_the_events() -> None:
    events = GaitEvents(events=(), kind="contact", contact_time_error_s=0.016)
    for name, error in (
        ("contact_time_s", 0.016),
        ("flight_time_s", 0.016),
        ("duty_factor_ratio", 0.02),
    ):
        found = with_error_of_events(definition_of(name), events, 0.8)
        assert found.error == error, name
    third = with_error_of_events(definition_of("duty_factor_ratio"), events, 0.7)
    assert third.error == 0.023, "0.022857 is told to a thousandth"
    unknown = replace(events, contact_time_error_s=float("nan"))
    assert np.isnan(with_error_of_events(definition_of("contact_time_s"), unknown, 0.8).error)
    rotation = definition_of("pelvic_rotation_range_deg")
    assert with_error_of_events(rotation, events, 0.8) is rotation
