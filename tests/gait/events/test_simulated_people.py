"""Events of simulated people, drawn at random, of whom no constant knows."""

from __future__ import annotations

from typing import Final

import numpy as np
import pytest

from opensim_pelvis.gait.events.leg_contacts import find_leg_events
from opensim_pelvis.gait.events.pelvis_contacts import find_contacts
from opensim_pelvis.gait.events.pelvis_cycles import find_steps
from tests.benchmarks.events import Pooled, nearest, pooled_running
from tests.simulated_event_trials import simulated_trial

PEOPLE: Final = 5
MOST_MS: Final = 25.0  # root mean square over people; 10 to 21 in 24 of them
WITHIN_MS: Final = 10.0


@pytest.fixture(scope="module")
def running() -> list[Pooled]:
    return pooled_running([simulated_trial(seed) for seed in range(PEOPLE)], 0.0)


def test_every_step_of_simulated_runners_is_found_near_the_truth(running: list[Pooled]) -> None:
    most = max(one.steps for one in running)
    assert len(running) == 10
    for one in running:
        assert one.steps == most > 15 * PEOPLE, one.method
        assert one.rms < MOST_MS, one.method
        assert one.most_within < WITHIN_MS, one.method


def test_every_step_of_simulated_walkers_is_found_near_the_truth() -> None:
    pelvis, off = [], []
    for seed in range(PEOPLE):
        trial = simulated_trial(seed, "walking")
        both = np.sort(np.concatenate([trial.stances_s[0.0, side][:, 0] for side in "rl"]))
        steps = find_steps(trial.vertical_mps2, trial.rate_hz)
        found = find_contacts(trial.vertical_mps2, steps, trial.rate_hz, "walking")
        late = [nearest(both, found / trial.rate_hz)]
        for side in "rl":
            leg = find_leg_events(trial.signals[f"tibia_{side}"], trial.rate_hz, "walking")
            late.append(nearest(trial.stances_s[0.0, side][:, 1], leg.toe_off / trial.rate_hz))
        assert all(np.isfinite(one).all() and 1000.0 * one.std() < WITHIN_MS for one in late)
        pelvis.append(1000.0 * late[0].mean())
        off.append(1000.0 * np.mean([one.mean() for one in late[1:]]))
    for errors_ms in (pelvis, off):
        assert np.sqrt(np.mean(np.square(errors_ms))) < MOST_MS
