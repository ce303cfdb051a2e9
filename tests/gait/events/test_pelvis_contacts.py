"""Contacts of the pelvis where they can be written down, and their sides."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.frames import GRAVITY_MPS2, FloatArray
from opensim_pelvis.gait.events.activity import told_by_load
from opensim_pelvis.gait.events.pelvis_contacts import find_contacts, peak_of_load
from opensim_pelvis.gait.events.pelvis_cycles import find_steps
from opensim_pelvis.simulate.ground_forces import foot_force

RATE_HZ = 100.0
STRIDE_S = 0.7
SAMPLES = np.arange(1000)


def load(duty_factor: float, dip: float) -> FloatArray:
    """Return the vertical acceleration of a body on two feet with known contacts."""
    phase = SAMPLES / RATE_HZ / STRIDE_S
    both = foot_force(phase, duty_factor, dip) + foot_force(phase + 0.5, duty_factor, dip)
    return GRAVITY_MPS2 * (both - 1.0)


def late_ms(found: FloatArray) -> FloatArray:
    step = STRIDE_S / 2.0
    inner = found[(found > 100) & (found < 900)] / RATE_HZ
    return 1000.0 * ((inner + step / 2.0) % step - step / 2.0)


def test_contact_in_running_follows_the_load() -> None:
    vertical = load(0.34, 0.0)
    steps = find_steps(vertical, RATE_HZ)
    assert np.diff(steps)[3:-3] == pytest.approx(RATE_HZ * STRIDE_S / 2.0, abs=0.1)
    # a half sine of 2.3 weights is at half a weight 17 ms after contact, 9 ms before 26
    late = late_ms(find_contacts(vertical, steps, RATE_HZ, "running"))
    assert late.size > 20
    assert -15.0 < late.min() <= late.max() < 0.0


def test_a_knock_in_stance_is_not_a_contact() -> None:
    vertical = load(0.34, 0.0)
    steps = find_steps(vertical, RATE_HZ)
    clean = find_contacts(vertical, steps, RATE_HZ, "running")
    knocked = vertical.copy()
    at = int(clean[10] + 7)  # the load falls below half a weight again
    knocked[at : at + 2] -= 30.0
    steps = find_steps(knocked, RATE_HZ)
    assert steps.size == clean.size
    found = find_contacts(knocked, steps, RATE_HZ, "running")
    assert abs(found[10] - clean[10]) < 1.0


def test_contact_in_walking_is_a_ninth_of_a_step_before_the_load() -> None:
    stride_s = 1.1
    load_at = 0.3 + np.arange(16) * stride_s / 2.0
    time = SAMPLES / RATE_HZ
    vertical = np.sum([3.0 * np.exp(-(((time - t) / 0.08) ** 2)) for t in load_at], axis=0) - 0.7
    found = find_contacts(vertical, find_steps(vertical, RATE_HZ), RATE_HZ, "walking")
    inner = found[2:-2] / RATE_HZ
    want = load_at[2 : 2 + inner.size] - 0.11 * stride_s / 2.0
    np.testing.assert_allclose(inner, want, atol=0.003)


@pytest.mark.parametrize(
    ("duty_factor", "dip", "activity"), [(0.34, 0.0, "running"), (0.62, 0.3, "walking")]
)
def test_load_tells_running_from_walking(duty_factor: float, dip: float, activity: str) -> None:
    weight = load(duty_factor, dip) / GRAVITY_MPS2 + 1.0
    assert told_by_load(weight, RATE_HZ) == activity
    assert told_by_load(np.ones(500), RATE_HZ) is None


def test_a_step_without_a_peak_of_load_near_it_has_no_contact() -> None:
    vertical = np.exp(-(((SAMPLES - 500.0) / 8.0) ** 2))
    before = np.full(2, 50.0)
    found = peak_of_load(vertical, np.array([505.0, 540.0]), before, RATE_HZ)
    assert found[0] == pytest.approx(500.0, abs=0.1)
    assert np.isnan(found[1])
