"""Long recordings: looked at in pieces, and closely where a sensor may have moved between them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from opensim_pelvis.calibration.slips.looked_at import BESIDE_S, NEAR_S, PIECE_S, WHOLE
from opensim_pelvis.calibration.slips.steps import find_steps
from opensim_pelvis.calibration.slips.stride_cut import CutStrides, cut_strides
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


def is_looked_at(strides: CutStrides, first_s: float, last_s: float) -> bool:
    starts_s, ends_s = strides.looked_s.T
    return bool(((starts_s <= first_s) & (ends_s >= last_s)).any())


def test_pieces_lie_evenly_from_the_first_strides_to_the_last(strides: CutStrides) -> None:
    lengths_s = np.diff(strides.looked_s, axis=1)[:, 0]
    assert len(lengths_s) == 4
    assert lengths_s.max() < PIECE_S + 3.0
    gaps_s = strides.looked_s[1:, 0] - strides.looked_s[:-1, 1]
    assert np.ptp(gaps_s) < 3.0
    assert strides.looked_s[0, 0] < 2.0
    assert strides.looked_s[-1, 1] == pytest.approx(LENGTH_S, abs=1.0)
    assert strides.start_s[0] < 4.0


def test_strides_are_those_of_the_whole_at_one_phase(
    long: AlignedRecording, strides: CutStrides
) -> None:
    whole = cut_strides(long, [WHOLE])
    assert len(whole.looked_s) == 1
    assert np.unique(strides.stretch).size == 1
    assert all(is_looked_at(strides, *s) for s in zip(strides.start_s, strides.end_s, strict=True))
    nearest = np.abs(strides.start_s[:, None] - whole.start_s).argmin(axis=1)
    np.testing.assert_allclose(strides.start_s, whole.start_s[nearest], atol=0.04)
    off = strides.turning_radps - whole.turning_radps[nearest]
    assert np.sqrt(np.square(off).mean()) < 0.1 * np.sqrt(np.square(whole.turning_radps).mean())


def test_a_sound_run_is_not_looked_at_further(long: AlignedRecording, strides: CutStrides) -> None:
    assert find_steps(long, strides) == ((), 1.0)


@pytest.mark.parametrize("degrees", [8.0, 40.0])
@pytest.mark.parametrize("level", [False, True])
def test_a_slip_between_pieces_is_found_as_anywhere(
    long: AlignedRecording, strides: CutStrides, degrees: float, level: bool
) -> None:
    at_s = float(strides.looked_s[1, 1]) + 30.0  # not in the middle, where any guess would be
    assert not is_looked_at(strides, at_s, at_s)
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


def test_beside_holes_and_where_asked_all_is_looked_at(long: AlignedRecording) -> None:
    R_ES = long.R_ES.copy()
    inside = (long.time_s > 70.0) & (long.time_s < 71.0)
    R_ES[inside, 3] = np.nan
    strides = cut_strides(replace(long, R_ES=R_ES), [(180.0, 190.0)])
    assert is_looked_at(strides, 70.1 - BESIDE_S, 70.9 + BESIDE_S)
    assert is_looked_at(strides, 180.0, 190.0)
    assert NEAR_S > BESIDE_S


def test_a_pause_is_no_movement_and_short_movement_is_looked_at_as_a_whole(
    long: AlignedRecording,
) -> None:
    still = long.time_s > 250.0
    rested = long.R_ES.copy()
    rested[still] = rested[np.flatnonzero(still)[0]]
    assert len(cut_strides(replace(long, R_ES=rested)).looked_s) == 1
