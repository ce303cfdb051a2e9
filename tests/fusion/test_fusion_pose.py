"""Of parts whose headings nothing ties, the one that holds the static trial is kept."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.config.settings import FusionSettings
from opensim_pelvis.fusion.fuse import fuse_recording
from opensim_pelvis.rotations import is_present
from opensim_pelvis.simulate import (
    Gap,
    SensorSettings,
    Session,
    simulate_runner,
    simulate_sensors,
    typical_runner,
)
from opensim_pelvis.types import Recording

GAP = Gap(body="torso", start_s=4.0, length_s=6.0)
FUSED = FusionSettings(orientations="fused")


@pytest.fixture(scope="module")
def cut() -> Recording:
    truth = simulate_runner(typical_runner("female"), Session(duration_s=25.0, rate_hz=50.0))
    return simulate_sensors(truth, SensorSettings(gaps=(GAP,)), ("pelvis", "torso"))


@pytest.mark.parametrize(
    ("pose_s", "early"), [((0.0, 2.0), True), ((20.0, 21.0), False), (None, False)]
)
def test_the_part_of_the_static_trial_goes_before_a_longer_one(
    cut: Recording, pose_s: tuple[float, float] | None, early: bool
) -> None:
    torso = fuse_recording(cut, FUSED, max_gap_s=0.05, pose_s=pose_s).sensors[1]
    assert torso.R_ES is not None
    time_s = torso.counter / 50.0
    there = is_present(torso.R_ES)
    assert there[time_s < GAP.start_s - 0.1].all() == early
    assert there[time_s > GAP.start_s + GAP.length_s + 0.1].any() == (not early)
    assert np.count_nonzero(there) > 0
