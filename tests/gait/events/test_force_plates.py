"""Contacts and toe-offs of runners against force plates at 50 N; skips where these are absent.

Limits are those that people who were not used here must keep, too.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.events.methods import contact_time_error_s, methods
from tests.benchmarks.events import Pooled, contact_times, found_events, pooled_running
from tests.event_references import RUNS, EventTrial, running_trials, treadmill_trial

LIMITS_MS: Final = {  # of the bias of a leg, of the spread within it
    "foot contact": (20.0, 8.0),
    "foot toe-off": (25.0, 8.0),
    "contact time foot-foot": (30.0, 10.0),
    "shank contact": (18.0, 10.0),
    "shank toe-off": (30.0, 12.0),
    "contact time shank-shank": (35.0, 15.0),
    "contact time shank-foot": (30.0, 10.0),
    "pelvis contact": (25.0, 6.0),
}
MEAN_MS: Final = 12.0
RMS_MS: Final = {"foot": 15.0, "shank": 25.0, "pelvis": 15.0, "contact time foot-foot": 18.0}


@pytest.fixture(scope="module")
def trials(shared_data: Path) -> tuple[EventTrial, ...]:
    return running_trials(shared_data)


@pytest.fixture(scope="module")
def pooled(trials: tuple[EventTrial, ...]) -> dict[str, Pooled]:
    return {one.method: one for one in pooled_running(trials, 50.0)}


@pytest.mark.parametrize("method", LIMITS_MS)
def test_every_leg_of_every_trial_keeps_the_limits(pooled: dict[str, Pooled], method: str) -> None:
    one, (bias, spread) = pooled[method], LIMITS_MS[method]
    assert one.steps > 230, "of 242: those before the last swing have no toe-off"
    assert one.largest < bias
    assert one.most_within < spread
    assert abs(one.mean) < MEAN_MS
    limit = RMS_MS.get(method, RMS_MS.get(method.split()[0], 25.0))
    assert max(one.rms, one.left_out) < limit + (2.0 if method == "foot toe-off" else 0.0)


def test_the_errors_that_are_told_are_at_least_those_measured(pooled: dict[str, Pooled]) -> None:
    for (segment, activity, event), method in methods().items():
        if activity == "running":
            one = pooled[f"{segment} {event.split()[-1]}"]
            assert 1000.0 * method.error_s > max(one.rms, one.left_out) - 0.5, one.method
            assert 1000.0 * method.within_s > one.within - 0.5, one.method
            assert (method.people, method.steps) == (one.people, one.steps), one.method
    known = {(m.segment, m.event): m for m in methods().values() if m.activity == "running"}
    for contact, toe_off in (("foot", "foot"), ("shank", "foot"), ("shank", "shank")):
        pair = [known[contact, "initial contact"], known[toe_off, "toe-off"]]
        one = pooled[f"contact time {contact}-{toe_off}"]
        assert 1000.0 * contact_time_error_s(pair) > max(one.rms, one.left_out) - 0.5


def test_contact_time_falls_with_speed(trials: tuple[EventTrial, ...]) -> None:
    means = []
    for trial in (t for t in trials if t.person == "RBDS041"):
        found = found_events(trial)
        times = [contact_times(found["foot", s, 0], found["foot", s, 1]) for s in "rl"]
        assert all(1000.0 * t.std() < 15.0 for t in times)
        means.append(1000.0 * np.mean([t.mean() for t in times]))
    assert means[0] > means[1] + 15.0 > means[2] + 30.0


RUN: Final = next(row for row in RUNS if row[2:] == ("RBDS041", 2.5))
MOVED_MS: Final = 5.0


@pytest.mark.parametrize("axis", [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)])
def test_axes_that_are_ten_degrees_off_move_events_little(
    trials: tuple[EventTrial, ...], shared_data: Path, axis: tuple[float, float, float]
) -> None:
    clean = next(t for t in trials if (t.person, t.speed_mps) == RUN[2:])
    off = treadmill_trial(shared_data / "rbds_running", *RUN, np.deg2rad(10.0) * np.array(axis))
    assert_near(clean, off)


@pytest.mark.parametrize("fault", ["bias", "noise", "50 Hz", "200 Hz"])
def test_faults_of_sensors_move_events_little(trials: tuple[EventTrial, ...], fault: str) -> None:
    clean = next(t for t in trials if (t.person, t.speed_mps) == RUN[2:])
    rng = np.random.default_rng(0)

    def spoil(values: FloatArray, bias: float, noise: float) -> FloatArray:
        if fault == "bias":
            return values + bias
        if fault == "noise":
            return values + rng.normal(0.0, noise, values.size)
        rate_hz = float(fault.split()[0])
        time_s = np.arange(values.size) / clean.rate_hz
        return np.asarray(CubicSpline(time_s, values)(np.arange(0.0, time_s[-1], 1.0 / rate_hz)))

    signals = {}
    for body, signal in clean.signals.items():
        assert signal.force_x_mps2 is not None
        signals[body] = replace(
            signal,
            omega_radps=spoil(signal.omega_radps, np.deg2rad(2.0), np.deg2rad(1.0)),
            force_x_mps2=spoil(signal.force_x_mps2, 0.3, 0.3),
        )
    rate_hz = float(fault.split()[0]) if "Hz" in fault else clean.rate_hz
    vertical = spoil(clean.vertical_mps2, 0.3, 0.3)
    assert_near(clean, replace(clean, signals=signals, vertical_mps2=vertical, rate_hz=rate_hz))


def assert_near(clean: EventTrial, spoiled: EventTrial) -> None:
    """Hold the biases of a trial against those of the same trial without a fault."""
    usual = {one.method: one for one in pooled_running([clean], 50.0)}
    for one in pooled_running([spoiled], 50.0):
        limit = 2.0 * MOVED_MS if one.method.startswith("thigh") else MOVED_MS
        assert abs(one.mean - usual[one.method].mean) < limit, one.method
        assert one.steps >= usual[one.method].steps - 2, one.method
        assert one.most_within < 10.0, one.method
