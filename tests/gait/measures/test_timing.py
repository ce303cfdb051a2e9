"""Times, cadence, speed and length of a right and a left stride that differ in all of them."""

from __future__ import annotations

from typing import Final

import numpy as np
import pytest

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
