"""Strides that differ: long memory, sizes, exact derivatives, events where the contacts are."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opensim_pelvis.errors import SettingsError
from opensim_pelvis.rotations import angular_velocity, inverse, rotate
from opensim_pelvis.simulate import (
    Pose,
    RunnerSettings,
    Session,
    StrideVariation,
    draw_runner,
    simulate_runner,
)
from opensim_pelvis.simulate.course import Course
from opensim_pelvis.simulate.variation import VariedStrides, chained, fractional_noise

# differences at 1 kHz miss a twelfth and a sixth of the next derivatives; the foot of a runner
# swings at 40 rad/s and its series has 12 harmonics
DIFFERENCE = 0.12  # m/s^2, of up to 200
RATE_DIFFERENCE = 6e-3  # rad/s
SHORT = Session(duration_s=6.0, rate_hz=1000.0, still_s=0.5, ramp_s=1.0)
LONG = Session(duration_s=60.0, rate_hz=100.0)


@pytest.fixture(scope="module")
def varied():
    """The closed-form runner with strides that differ, for a minute."""
    return simulate_runner(RunnerSettings(variation=StrideVariation(seed=4)), LONG)


@pytest.fixture(scope="module", params=["running", "walking"])
def person(request):
    """A drawn person at 1 kHz who first stands askew."""
    pose = Pose(forward_lean_deg=4.0, facing_deg=8.0, knee_flexion_deg=10.0, sway_deg=0.5)
    runner = draw_runner(np.random.default_rng(5), request.param)
    return simulate_runner(runner, replace(SHORT, pose=pose))


def contacts(truth, side, label="initial contact"):
    return np.array([e.time_s for e in truth.events if (e.label, e.context) == (label, side)])


@pytest.mark.parametrize("hurst", [0.5, 0.75, 0.9])
def test_noise_has_variance_one_and_the_stated_memory(hurst):
    rows = [fractional_noise(np.random.default_rng(seed), 256, hurst) for seed in range(400)]
    noise = np.array(rows)
    assert abs(noise.var() - 1.0) < 0.12
    # the mean of n values has the variance n^(2H - 2): this is what long memory means
    of_means = np.array([noise[:, :n].mean(axis=1).var() for n in (4, 16, 64, 256)])
    slope = np.polyfit(np.log([4, 16, 64, 256]), np.log(of_means), 1)[0]
    assert abs(slope - (2.0 * hurst - 2.0)) < 0.12


def test_stride_times_scatter_as_stated():
    found = []
    for seed in range(8):
        settings_ = StrideVariation(duration=0.012, step=0.0, seed=seed)
        truth = simulate_runner(RunnerSettings(variation=settings_), LONG)
        lengths = np.diff(contacts(truth, "Right"))
        assert abs(lengths.mean() * RunnerSettings().stride_hz - 1.0) < 0.012
        found.append(lengths.std() / lengths.mean())
    assert abs(np.mean(found) - 0.012) < 0.0015


def test_the_range_of_rotation_scatters_as_in_runners():
    """Its standard deviation between strides is 1.2 to 1.9 degrees on people."""
    found = []
    for seed in range(6):
        truth = simulate_runner(RunnerSettings(variation=StrideVariation(seed=seed)), LONG)
        angle = np.rad2deg(truth.angles["pelvic_axial_rotation"])
        at = np.searchsorted(truth.time_s, contacts(truth, "Right"))
        ranges = [np.ptp(angle[a:b]) for a, b in pairwise(at)]
        found.append(np.std(ranges))
    assert 1.2 < np.mean(found) < 1.9


def test_without_sizes_the_strides_are_those_of_the_closed_form(varied):
    none = StrideVariation(duration=0.0, step=0.0, curves=0.0)
    same = simulate_runner(RunnerSettings(variation=none), LONG)
    closed = simulate_runner(RunnerSettings(), LONG)
    for name, values in closed.angles.items():
        np.testing.assert_allclose(same.angles[name], values, atol=1e-9, err_msg=name)
        assert np.abs(varied.angles[name] - values).max() > 0.01, name
    times = [event.time_s for event in same.events]
    np.testing.assert_allclose(times, [event.time_s for event in closed.events], atol=1e-9)


def test_the_same_seed_gives_the_same_strides(varied):
    again = simulate_runner(RunnerSettings(variation=StrideVariation(seed=4)), LONG)
    other = simulate_runner(RunnerSettings(variation=StrideVariation(seed=5)), LONG)
    np.testing.assert_array_equal(again.p_GB_m, varied.p_GB_m)
    assert np.abs(other.p_GB_m - varied.p_GB_m).max() > 0.01


def test_events_stand_where_each_leg_touches_down(varied):
    course = Course(varied.runner, varied.session, contacts(varied, "Right"))
    whole = course.phase("r")[0]
    np.testing.assert_allclose(whole, np.round(whole), atol=1e-9)
    off = Course(varied.runner, varied.session, contacts(varied, "Left", "toe-off"))
    late = off.phase("l")[0] - 0.5 - varied.runner.duty_factor
    np.testing.assert_allclose(late, np.round(late), atol=1e-9)
    assert np.diff(contacts(varied, "Right")).std() > 0.003
    step = contacts(varied, "Left")[1:60] - contacts(varied, "Right")[0:59]
    assert step.std() > 0.003


def test_velocities_and_accelerations_are_the_derivatives(person):
    """Finite differences at 1 kHz as the slow second way, pose and sway included."""
    for body, m in person.motions.items():
        p = m.p_GB_m
        second = (p[2:] - 2.0 * p[1:-1] + p[:-2]) * 1e6
        np.testing.assert_allclose(
            second, m.acceleration_g_mps2[1:-1], atol=DIFFERENCE, err_msg=body
        )
        omega = rotate(inverse(m.R_GB), angular_velocity(m.R_GB, 1000.0))[1:-1]
        np.testing.assert_allclose(
            omega, m.angular_velocity_b_radps[1:-1], atol=RATE_DIFFERENCE, err_msg=body
        )


@settings(max_examples=20)
@given(seed=st.integers(0, 1000), side=st.sampled_from(["r", "l"]))
def test_phases_are_jets_that_never_run_backward(seed, side):
    variation = StrideVariation(duration=0.02, step=0.01, seed=seed)
    strides = VariedStrides.draw(variation, start_s=2.0, end_s=10.0, stride_hz=1.4)
    t = np.arange(0.0, 10.0, 1e-3)
    value, first, second = strides.phase(t, side)
    assert (first > 1.0).all()
    np.testing.assert_allclose(np.gradient(value, t)[1:-1], first[1:-1], atol=1e-4)
    np.testing.assert_allclose(np.gradient(first, t)[1:-1], second[1:-1], atol=2e-2)
    counts = np.arange(2.0, 9.0)
    np.testing.assert_allclose(strides.phase(strides.times(counts, side), side)[0], counts)


def test_a_chain_of_jets_is_the_chain_rule():
    t = np.linspace(0.1, 1.0, 10)
    inner = np.stack([t**2, 2 * t, np.full_like(t, 2.0)])
    outer = np.stack([np.sin(t**2), np.cos(t**2), -np.sin(t**2)])
    wanted = [np.sin(t**2), 2 * t * np.cos(t**2), 2 * np.cos(t**2) - 4 * t**2 * np.sin(t**2)]
    np.testing.assert_allclose(chained(outer, inner), wanted, atol=1e-12)


@pytest.mark.parametrize("wrong", [{"hurst": 1.0}, {"duration": 0.2}, {"curves": -1.0}])
def test_impossible_variation_is_refused(wrong):
    with pytest.raises(SettingsError, match=next(iter(wrong))):
        StrideVariation(**wrong)
