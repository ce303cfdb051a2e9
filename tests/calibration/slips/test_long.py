"""Long recordings are followed in parts side by side: nothing is lost and nothing moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from opensim_pelvis.calibration.slips import stride_cut
from opensim_pelvis.calibration.slips.steps import find_steps
from opensim_pelvis.calibration.slips.stride_cut import CHUNK_S, CutStrides, cut_strides
from opensim_pelvis.simulate import RunnerSettings, Session, simulate_runner
from opensim_pelvis.types import AlignedRecording
from opensim_pelvis.types.segments import BODIES
from tests.simulated import align
from tests.virtual_sensors import slip

LENGTH_S = 360.0


@pytest.fixture(scope="module")
def long() -> AlignedRecording:
    session = Session(duration_s=LENGTH_S, still_s=2.0, rate_hz=100.0)
    return align(simulate_runner(RunnerSettings(), session))


@pytest.fixture(scope="module")
def strides(long: AlignedRecording) -> CutStrides:
    return cut_strides(long)


def test_parts_have_the_strides_of_the_whole_at_one_phase(
    long: AlignedRecording, strides: CutStrides, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stride_cut, "CHUNK_S", 10.0 * LENGTH_S)
    whole = cut_strides(long)
    assert np.all(whole.start_s[1:] == whole.end_s[:-1])
    breaks = strides.start_s[1:] - strides.end_s[:-1]
    between = np.flatnonzero(breaks != 0.0)
    assert between.size == int((LENGTH_S - 2.0) / CHUNK_S) - 1
    stride_s = float(np.median(strides.end_s - strides.start_s))
    assert breaks[between].min() > -0.01 * stride_s
    assert breaks.max() < 1.1 * stride_s
    assert np.unique(strides.stretch).size == 1
    nearest = np.abs(strides.start_s[:, None] - whole.start_s).argmin(axis=1)
    np.testing.assert_allclose(strides.start_s, whole.start_s[nearest], atol=0.04)
    size = np.sqrt(np.square(strides.turning_radps).mean())
    for k in between:  # the strides on both sides of a break begin at one phase
        before, after = strides.turning_radps[k - 5 : k + 1], strides.turning_radps[k + 1 : k + 7]
        off = np.median(after, axis=0) - np.median(before, axis=0)
        assert np.sqrt(np.square(off).mean()) < 0.1 * size


def test_a_sound_run_has_no_steps(long: AlignedRecording, strides: CutStrides) -> None:
    assert find_steps(long, strides) == ((), 1.0)


@pytest.mark.parametrize("degrees", [8.0, 40.0])
@pytest.mark.parametrize("level", [False, True])
@pytest.mark.parametrize("at_break", [False, True])
def test_a_slip_is_found_between_parts_as_within_them(
    long: AlignedRecording, strides: CutStrides, degrees: float, level: bool, at_break: bool
) -> None:
    breaks = np.flatnonzero(strides.start_s[1:] != strides.end_s[:-1])
    at_s = float(strides.end_s[breaks[2]]) + 0.1 if at_break else 150.0
    assert long.acceleration_mps2 is not None
    up = long.acceleration_mps2[:1000, 0].mean(axis=0)
    up /= np.linalg.norm(up)
    axis = np.cross(up, [0.3, -0.7, 0.6]) if level else up
    turn = np.deg2rad(degrees) * axis / np.linalg.norm(axis)
    moved = slip(long, 0, turn, at_s)
    (step,), _ = find_steps(moved, cut_strides(moved))
    assert (step.kind, step.body) == ("moved", BODIES[0])
    assert step.time_s == pytest.approx(at_s, abs=1.5)
    assert np.rad2deg(step.size_rad) == pytest.approx(degrees, abs=1.5)


def test_movement_goes_on_after_a_pause_at_the_same_phase(
    long: AlignedRecording, strides: CutStrides
) -> None:
    assert long.angular_velocity_radps is not None
    still = (long.time_s > 100.3) & (long.time_s < 108.0)
    first = np.flatnonzero(still)[0]
    R_ES, turning = long.R_ES.copy(), long.angular_velocity_radps.copy()
    R_ES[still], turning[still] = R_ES[first], 0.0
    rested = cut_strides(replace(long, R_ES=R_ES, angular_velocity_radps=turning))
    assert np.unique(rested.stretch).size == 1
    assert not ((rested.end_s > 101.0) & (rested.start_s < 107.5)).any()
    after = rested.start_s > 108.0
    nearest = np.abs(rested.start_s[after, None] - strides.start_s).min(axis=1)
    assert np.median(nearest) < 0.03


@pytest.mark.parametrize(("rate_hz", "seconds"), [(60.0, 30.0), (240.0, 30.0), (1000.0, 20.0)])
def test_strides_are_the_same_at_any_rate(rate_hz: float, seconds: float) -> None:
    runs = [
        cut_strides(
            align(
                simulate_runner(
                    RunnerSettings(), Session(duration_s=seconds, still_s=2.0, rate_hz=rate)
                )
            )
        )
        for rate in (100.0, rate_hz)
    ]
    lengths_s = [np.median(run.end_s - run.start_s) for run in runs]
    assert lengths_s[1] == pytest.approx(lengths_s[0], abs=0.003)
    assert abs(runs[0].start_s.size - runs[1].start_s.size) <= 1
    sizes = [np.sqrt(np.square(run.turning_radps[2:-2]).mean(axis=(0, 2, 3))) for run in runs]
    np.testing.assert_allclose(sizes[1], sizes[0], rtol=0.03)
