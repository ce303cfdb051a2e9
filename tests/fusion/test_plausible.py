"""Raw signals are refused only where another reading explains all of them and theirs does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.frames import GRAVITY_MPS2, FloatArray, up_in_earth
from opensim_pelvis.fusion import signal_check
from opensim_pelvis.fusion.filter import run_filter
from opensim_pelvis.fusion.other_readings import axes_readings
from opensim_pelvis.fusion.stretches import cut_stretches, find_sampling
from opensim_pelvis.rotations import inverse, rotate
from opensim_pelvis.timeline.raw_fit import fit_raw
from opensim_pelvis.types import RawFit
from tests.plausible_signals import (
    ACCELEROMETER,
    FAULTS,
    GYROSCOPE,
    Worn,
    broken,
    cut,
    cycles,
    judged,
    jumping,
    mean_walk,
    simulated,
)

FIT = RawFit(identifier="x", gain=1.0, misfit=0.1, gravity=1.0, gravity_tilt_rad=0.0)
WORDS = {
    "gyroscope in degrees/s": "degrees/s read as rad/s",
    "gyroscope to radians twice": "radians twice",
    "acceleration in g": "in g, read as",
    "acceleration in milli-g": "milli-g",
    "acceleration times g": "multiplied by g",
    "g and degrees/s": "degrees/s read as rad/s",
    "gyroscope x and y exchanged": "were y, x, z",
    "gyroscope columns y, z, x": "were z, x, y",
    "gyroscope y of the other sign": "were x, -y, z",
    "gyroscope of the other sign": "were -x, -y, -z",
    "acceleration scale 1.3": "The scale of the accelerometer",
}


@pytest.fixture(scope="module")
def thigh() -> Worn:
    """A thigh after standing, at 3.5 m/s."""
    (worn,) = simulated(1, ["femur_r"])
    return replace(worn, sensor=cut(worn.sensor, 2.0, 14.0, worn.rate_hz))


@pytest.mark.parametrize(
    ("number", "body"), [(2, "pelvis"), (6, "calcn_r"), (7, "calcn_r"), (25, "calcn_r")]
)
def test_nobody_sound_is_refused(number: int, body: str) -> None:
    """A start over ground, 9.5 m/s after standing, a slow walk, 8 m/s without standing."""
    (worn,) = simulated(number, [body])
    assert judged(worn) == signal_check.SOUND, worn.activity


def test_jumpers_are_not_refused() -> None:
    for worn in jumping(4):
        assert judged(worn) == signal_check.SOUND


@pytest.mark.parametrize("number", [3, 5])
def test_mean_cycles_are_not_refused(number: int) -> None:
    (worn,) = cycles(number, ["femur_r"], strides=15)
    assert judged(worn).fault == ""


def test_a_mean_cycle_that_contradicts_itself_is_doubted() -> None:
    """A foot at 9.5 m/s, averaged at 100 Hz: gravity is 18 m/s^2 in no reading at all."""
    (worn,) = cycles(6, ["calcn_l"], strides=15)
    found = judged(worn)
    assert found.fault == ""
    assert found.gravity_mps2 > 15.0
    assert found.error_mps2 > 5.0


@pytest.mark.parametrize("fault", WORDS)
def test_a_fault_is_called_what_it_is(thigh: Worn, fault: str) -> None:
    assert WORDS[fault] in judged(broken(thigh, fault)).fault


def test_two_wrong_units_are_told_together(thigh: Worn) -> None:
    assert "in g, read as m/s^2" in judged(broken(thigh, "g and degrees/s")).fault


@pytest.mark.parametrize("fault", [name for name in FAULTS if name not in WORDS])
def test_every_other_fault_of_units_and_axes_is_refused(thigh: Worn, fault: str) -> None:
    assert ("gyroscope scale" in fault) != bool(judged(broken(thigh, fault)).fault)


def test_without_gravity_is_told_where_nobody_stands() -> None:
    (worn,) = simulated(1, ["femur_r"])
    moving = replace(worn, sensor=cut(worn.sensor, 6.5, np.inf, worn.rate_hz))
    force = np.asarray(moving.sensor.acceleration_mps2)
    free = replace(moving.sensor, acceleration_mps2=force - gravity_in(moving))
    assert "without gravity" in judged(replace(moving, sensor=free)).fault


@pytest.mark.parametrize(("factor", "words"), [(1.0, ""), (0.1, "in g"), (102.0, "milli-g")])
def test_a_few_strides_tell_units_of_the_acceleration_only(factor: float, words: str) -> None:
    (worn,) = simulated(1, ["femur_r"])
    few = cut(worn.sensor, 9.0, 12.0, worn.rate_hz)
    few = replace(few, acceleration_mps2=factor * np.asarray(few.acceleration_mps2))
    fault = judged(replace(worn, sensor=few)).fault
    assert words in fault
    assert bool(words) == bool(fault)


def gravity_in(worn: Worn) -> FloatArray:
    """Return what an accelerometer at rest would show."""
    return rotate(inverse(np.asarray(worn.sensor.R_ES)), GRAVITY_MPS2 * up_in_earth())


def judged_with(worn: Worn, fit: RawFit) -> signal_check.Judgement:
    sampling = find_sampling(worn.sensor, worn.rate_hz)
    (stretch, *_) = cut_stretches(worn.sensor, sampling, max_gap_s=0.5)
    part = run_filter(worn.sensor, stretch, sampling.step_s, gyroscope="mean", magnetometer=False)
    step_s = sampling.step_s
    return signal_check.judge_signals(part.force_mps2, part.unbiased_radps(), step_s, fit)


def test_a_gyroscope_that_fits_the_orientations_is_not_refused(thigh: Worn) -> None:
    wrong = broken(thigh, "gyroscope y of the other sign")
    assert judged(wrong).fault
    assert judged_with(wrong, FIT).fault == ""
    assert np.isfinite(judged_with(wrong, FIT).error_mps2)


def test_another_reading_must_fit_the_orientations_as_well(thigh: Worn) -> None:
    wrong = broken(thigh, "gyroscope columns y, z, x")
    # the first column shows y, the second z, the third x
    assert "were z, x, y" in judged_with(wrong, replace(FIT, axes="y z x", misfit=0.9)).fault
    assert judged_with(wrong, replace(FIT, axes="z x y", misfit=0.9)).fault == ""
    assert judged_with(wrong, replace(FIT, axes="y z x", gain=57.3)).fault == ""


def test_the_orientations_of_the_file_name_the_same_reading(thigh: Worn) -> None:
    wrong = broken(thigh, "gyroscope columns y, z, x")
    fit = fit_raw(wrong.sensor, wrong.sensor.counter / wrong.rate_hz)
    assert fit is not None
    assert fit.axes == "y z x"
    assert "were z, x, y" in judged(wrong, with_orientations=True).fault


def test_an_acceleration_that_fits_the_orientations_is_not_refused_at_rest(thigh: Worn) -> None:
    wrong = broken(thigh, "acceleration scale 1.3")
    assert "at rest" in judged(wrong).fault
    assert judged_with(wrong, FIT).fault == ""


def test_readings_are_all_48_and_the_simplest_come_first() -> None:
    found = axes_readings()
    assert len({reading.axes.tobytes() for reading in found}) == 48
    assert np.array_equal(found[0].axes, np.eye(3))
    ranks = [reading.rank for reading in found]
    assert ranks == sorted(ranks)
    mixed = next(reading for reading in found if reading.columns == "z, -x, y")
    assert np.array_equal(mixed.axes @ [1.0, 2.0, 3.0], [3.0, -1.0, 2.0])


def test_faults_multiply_one_signal_or_both() -> None:
    assert {name for matrices in FAULTS.values() for name in matrices} == {
        ACCELEROMETER,
        GYROSCOPE,
    }


def test_no_sensor_of_a_real_mean_cycle_is_refused_or_doubted(shared_data: Path) -> None:
    """Other real sensors are in tests/benchmarks/plausibility.py and are fused in this folder."""
    for worn in list(mean_walk(shared_data))[:3]:
        assert judged(worn) == signal_check.SOUND, worn.body
