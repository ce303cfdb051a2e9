"""Two clocks brought together without a trigger, and refused where that cannot be done."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.notices import notice
from opensim_pelvis.rotations import (
    from_euler,
    multiply,
)
from opensim_pelvis.simulate import RunnerSettings, Session, simulate_runner
from opensim_pelvis.validation.clock_offset import interpolate
from opensim_pelvis.validation.compare import _doubts
from opensim_pelvis.validation.sync import Synchronisation, state_timing, synchronise

from .trials import cut, run_trial, see

RATE_HZ = 100.0
SAMPLE_S = 1.0 / RATE_HZ
NOISE_RAD = np.deg2rad(0.3)


def noisy(q: np.ndarray, seed: int) -> np.ndarray:
    vector = np.random.default_rng(seed).normal(0.0, NOISE_RAD, (q.shape[0], 3))
    return multiply(q, from_euler("XYZ", vector))


def run(
    duration_s: float, cadence_seed: int = 1, cadence_spm: float = 172.0
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return a runner whose strides differ, as real ones do: a slow change of speed of time."""
    truth = simulate_runner(
        RunnerSettings(cadence_spm=cadence_spm),
        Session(duration_s=duration_s * 1.2, rate_hz=RATE_HZ, still_s=2.0, ramp_s=1.0),
    )
    t = np.arange(0.0, duration_s, SAMPLE_S)
    rng = np.random.default_rng(cadence_seed)
    knots = np.arange(0.0, duration_s + 2.0, 1.7)
    warped = t + np.interp(t, knots, rng.normal(0.0, 0.03, knots.size))
    bodies = dict(zip(truth.bodies, np.moveaxis(truth.R_GB, 1, 0), strict=True))
    time_s = truth.time_s
    return t, {
        body: interpolate(bodies[body], time_s, warped) for body in ("pelvis", "femur_r", "femur_l")
    }


def shifted(
    t: np.ndarray, R_GB: dict[str, np.ndarray], offset_s: float, drift_ppm: float
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return what another system saw: other worlds and mountings, other clock, other start."""
    turn = from_euler("YXZ", np.array([1.1, 0.0, 0.0]))
    mount = from_euler("XYZ", np.array([0.3, -0.2, 0.15]))
    last = (t[-1] - offset_s) / (1.0 + 1e-6 * drift_ppm)
    time_s = np.arange(max(0.0, -offset_s) + 0.4, last - 0.7, SAMPLE_S)
    at_s = offset_s + time_s * (1.0 + 1e-6 * drift_ppm)
    seen = {
        body: noisy(multiply(multiply(turn, interpolate(q, t, at_s)), mount), seed)
        for seed, (body, q) in enumerate(R_GB.items())
    }
    return time_s, seen


def find(duration_s: float, offset_s: float, drift_ppm: float) -> Synchronisation:
    t, R_GB = run(duration_s)
    time_s, seen = shifted(t, R_GB, offset_s, drift_ppm)
    return synchronise(seen, time_s, R_GB, t)


@pytest.mark.parametrize("offset_s", [0.0, 3.21749, -1.8334])
def test_an_offset_is_found_within_a_fraction_of_a_sample(offset_s: float) -> None:
    found = find(20.0, offset_s, 0.0)
    middle_s = 10.0
    late = found.to_reference(np.array([middle_s]))[0] - (offset_s + middle_s)
    assert abs(late) < 0.1 * SAMPLE_S
    assert found.uncertainty_s < 0.1 * SAMPLE_S
    assert found.correlation > 0.9


def test_drift_is_found_in_a_long_recording_and_left_alone_in_a_short_one() -> None:
    long = find(180.0, 1.37, 80.0)
    assert long.drift_known
    assert long.drift_ppm == pytest.approx(80.0, abs=10.0)
    for at_s in (5.0, 170.0):
        late = long.to_reference(np.array([at_s]))[0] - (1.37 + at_s * (1.0 + 80e-6))
        assert abs(late) < 0.2 * SAMPLE_S
    short = find(8.0, 1.37, 80.0)
    assert not short.drift_known
    assert short.drift_ppm == 0.0
    assert abs(short.drift_estimate_ppm - 80.0) < 4.0 * short.drift_error_ppm


def test_recordings_of_different_runs_are_refused() -> None:
    t, one = run(20.0, cadence_seed=1)
    rng = np.random.default_rng(2)
    wander = np.cumsum(rng.normal(0.0, 0.05, (t.size, 3)), axis=0)
    other = {
        body: from_euler("XYZ", np.deg2rad(5.0) * np.sin(wander + k)) for k, body in enumerate(one)
    }
    with pytest.raises(ComparisonError, match="do not show the same movement"):
        synchronise(other, t, one, t)


@pytest.mark.parametrize("cadence_spm", [165.0, 170.0, 180.0])
def test_another_trial_of_the_same_runner_is_refused(cadence_spm: float) -> None:
    t, one = run(20.0, cadence_seed=1)
    _, other = run(20.0, cadence_seed=2, cadence_spm=cadence_spm)
    with pytest.raises(ComparisonError, match=r"same movement|ambiguous"):
        synchronise(other, t, one, t)


def test_strides_that_are_all_alike_are_ambiguous() -> None:
    t = np.arange(0.0, 20.0, SAMPLE_S)
    wave = np.stack([np.sin(2 * np.pi * 1.4 * t + k) for k in range(3)], axis=1)
    pelvis = from_euler("YXZ", 0.2 * wave)
    with pytest.raises(ComparisonError, match=r"ambiguous.*--offset"):
        synchronise({"pelvis": pelvis[300:1300]}, t[:1000], {"pelvis": pelvis}, t)


def test_the_start_of_a_run_tells_strides_apart_that_are_alike() -> None:
    """A treadmill: every stride is the next one's twin, but both systems saw the start."""
    truth = simulate_runner(RunnerSettings(), Session(duration_s=30.0, rate_hz=RATE_HZ))
    pelvis = truth.R_GB[:, truth.bodies.index("pelvis")]
    cut = 87
    found = synchronise(
        {"pelvis": noisy(pelvis[cut:], 3)},
        truth.time_s[:-cut],
        {"pelvis": noisy(pelvis, 4)},
        truth.time_s,
    )
    assert found.offset_s == pytest.approx(cut * SAMPLE_S, abs=0.1 * SAMPLE_S)
    with pytest.raises(ComparisonError, match="ambiguous"):
        synchronise(
            {"pelvis": noisy(pelvis[800:], 3)},
            truth.time_s[800:],
            {"pelvis": noisy(pelvis[600:], 4)},
            truth.time_s[600:],
        )


VARIATION = {"variation": 0.01, "wander_deg": 1.0}


def test_strides_that_differ_a_little_fix_the_offset_without_a_start() -> None:
    """From the middle of a run, where every stride looks like the next."""
    rng = np.random.default_rng(7)
    t, bodies = run_trial(32.0, rng, **VARIATION)
    time_s, reference = cut(*see(t, bodies, rng), 6.0, 26.0)
    later_s, estimate = cut(*see(t, bodies, rng, offset_s=0.73), 6.0, 26.0)
    found = synchronise(estimate, later_s, reference, time_s)
    assert found.offset_s == pytest.approx(0.73, abs=0.3 * SAMPLE_S)
    assert found.confidence == "good"
    assert found.changes.score > 2.0 * found.changes.other_score


@pytest.mark.parametrize("seed", range(4))
def test_two_trials_of_one_runner_that_start_alike_are_no_one_trial(seed: int) -> None:
    """They have the same cadence to a tenth of a percent, and match as well as one trial does."""
    rng = np.random.default_rng([seed, 5])
    runs = [run_trial(20.0, rng, variation=0.005, wander_deg=0.5) for _ in range(2)]
    time_s, reference = see(*runs[0], rng)
    same_s, same = see(*runs[0], rng, offset_s=0.73)
    found = synchronise(same, same_s, reference, time_s)
    assert found.confidence == "good"
    assert found.offset_s == pytest.approx(0.73, abs=0.3 * SAMPLE_S)
    other_s, other = see(*runs[1], rng, offset_s=0.73)
    try:
        doubtful = synchronise(other, other_s, reference, time_s)
    except ComparisonError:
        return
    assert doubtful.confidence == "fair"


def test_segments_that_one_system_has_wrong_are_left_out() -> None:
    t, R_GB = run(20.0)
    time_s, seen = shifted(t, R_GB, 3.21749, 0.0)
    whole = synchronise(seen, time_s, R_GB, t)
    assert (whole.segments, whole.notes) == (tuple(R_GB), ())
    exchanged = seen | {"femur_r": seen["femur_l"], "femur_l": seen["femur_r"]}
    found = synchronise(exchanged, time_s, R_GB, t)
    assert found.segments == ("pelvis",)
    assert [(note.code, note.subject) for note in found.notes] == [
        ("compare.segments_apart", ("femur_r", "femur_l"))
    ]
    assert abs(found.offset_s - 3.21749) < 0.1 * SAMPLE_S
    thighs = {body: q for body, q in exchanged.items() if body != "pelvis"}
    with pytest.raises(ComparisonError, match="ambiguous"):  # half a stride before or after
        synchronise(thighs, time_s, R_GB, t)


def test_a_segment_that_is_late_by_itself_is_left_out() -> None:
    t, R_GB = run(20.0)
    time_s, seen = shifted(t, R_GB, 3.21749, 0.0)
    late_s = 0.15
    late = interpolate(seen["femur_r"], time_s, time_s - late_s)
    found = synchronise(seen | {"femur_r": late}, time_s, R_GB, t)
    assert found.segments == ("pelvis", "femur_l")
    assert abs(found.offset_s - 3.21749) < 0.1 * SAMPLE_S


def test_what_the_synchronisation_says_reaches_the_comparison() -> None:
    said = notice("compare.segments_apart", "femur_r", used=("pelvis",), apart=("femur_r",))
    sync = replace(state_timing(0.0), notes=(said,))
    assert said in _doubts(sync, SimpleNamespace(strides=1, angles=()))
