"""Agreement at the edges of what can be said: absent samples, bounds, and little data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.transform import Rotation

from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.validation import continuous
from opensim_pelvis.validation.agreement import measure_agreement
from opensim_pelvis.validation.continuous import (
    coefficient_of_multiple_correlation,
    compare_curves,
)
from opensim_pelvis.validation.foot_events import StrideSpan
from opensim_pelvis.validation.pooling import STRIDE_FILE, pool_differences, pool_folders
from tests.validation.test_agreement_by_hand import (
    RIGHT,
    TIME_S,
    compared,
    held,
    of,
    pair,
    sine,
)

Z: Final = 1.959964
NAN: Final = float("nan")


def right(start_s: float, length_s: float, count: int) -> tuple[StrideSpan, ...]:
    """Return strides of the right leg one after the other."""
    starts = [start_s + length_s * i for i in range(count)]
    return tuple(StrideSpan(side="right", start_s=s, end_s=s + length_s) for s in starts)


def test_coordinates_of_the_pelvis_give_way_to_its_orientation_and_others_do_not() -> None:
    both = {"pelvis": held(Rotation.identity())}
    curves = {"pelvis_tilt": sine(5.0, 0.8), "knee_angle_r": sine(5.0, 0.8)}
    found = measure_agreement(pair(curves, curves, estimate=both, reference=both), surface=None)
    names = {angle.name for angle in found.angles}
    assert "knee_angle_r" in names
    assert "pelvis_tilt" not in names
    assert "pelvic_obliquity" in names


def test_half_a_turn_less_a_little_is_a_difference_and_more_is_the_other_way_round() -> None:
    assert compared(sine(5.0, 0.8) + 179.8, sine(5.0, 0.8)).curve.bias == pytest.approx(179.8)
    assert compared(sine(5.0, 0.8) + 180.2, sine(5.0, 0.8)).curve.bias == pytest.approx(-179.8)


def test_seconds_are_counted_from_the_first_sample() -> None:
    few = slice(0, 5901)
    curve = sine(5.0, 0.8)[few]
    found = measure_agreement(
        pair({"a": curve}, {"a": curve}, time_s=TIME_S[few] + 0.25, strides=()), surface=None
    )
    assert found.angles[0].limits is not None
    assert found.angles[0].limits.subjects == 6


@pytest.mark.parametrize(
    ("strides", "groups"),
    [
        (right(1.5, 0.5, 3), 2 + 3 + 3),  # 1.5 s before and 3.0 s after them
        (right(0.0, 1.5, 3), 3 + 2),  # a long stride stays whole
        (right(0.0, 1.75, 3), 3 + 1),  # 0.75 s is one part
    ],
)
def test_what_lies_before_and_after_strides_is_cut_into_seconds(
    strides: tuple[StrideSpan, ...], groups: int
) -> None:
    found = compared(sine(5.0, 0.8) + 0.1 * TIME_S, sine(5.0, 0.8), strides=strides)
    assert found.limits is not None
    assert found.limits.subjects == groups


def test_peaks_and_troughs_have_errors_of_time_of_their_own() -> None:
    """Peaks at 20 and 25 % of the stride, troughs at 70 and 60 %."""
    part = (TIME_S / 0.8) % 1.0

    def peaks(top: float, low: float) -> FloatArray:
        return np.interp(part, [0.0, top, low, 1.0], [0.0, 9.0, -9.0, 0.0])

    found = compared(peaks(0.25, 0.6), peaks(0.2, 0.7), strides=RIGHT)
    np.testing.assert_allclose(of(found, "maximum").time_error_s, 0.05 * 0.8, atol=1e-9)
    np.testing.assert_allclose(of(found, "minimum").time_error_s, -0.1 * 0.8, atol=1e-9)


def test_a_curve_moves_from_a_part_of_the_largest_value_on() -> None:
    small = np.tile([0.0, 1.0], 10)
    assert compare_curves(3e-12 * small, 3e-12 * small, rate_hz=100.0).r == pytest.approx(1.0)
    assert np.isnan(compare_curves(1e-12 * small, small, rate_hz=100.0).r)
    large = compare_curves(1e-7 * small, 1e6 * small, rate_hz=100.0)
    assert np.isnan(large.r)
    assert np.isnan(large.lag_s)
    tiny = compare_curves(1e-13 * small, 1e-13 * small, rate_hz=100.0)
    assert np.isnan(tiny.r), "beside nothing larger it is a part of one degree"


def test_multiple_correlation_of_three_methods_and_of_two_frames() -> None:
    """Curves 0 2, 1 3 and 5 7: 14 about the means of each frame, in all 34."""
    three = np.array([[[0.0, 2.0], [1.0, 3.0], [5.0, 7.0]]])
    of_frames, whole = 28.0 / (2 * 2), (28.0 + 6.0) / (6 - 1)
    assert of_frames > whole
    assert np.isnan(coefficient_of_multiple_correlation(three)), "methods differ more than frames"
    steep = three * np.array([1.0, 1.0]) + np.array([0.0, 18.0])
    whole = (28.0 + 6 * 10.0**2) / (6 - 1)
    assert coefficient_of_multiple_correlation(steep) == pytest.approx(
        np.sqrt(1.0 - of_frames / whole)
    )
    assert coefficient_of_multiple_correlation(steep / 1000.0) == pytest.approx(
        coefficient_of_multiple_correlation(steep)
    )
    assert np.isnan(coefficient_of_multiple_correlation(three[:, :, :1])), "a frame is no curve"
    assert np.isnan(coefficient_of_multiple_correlation(three[:0]))


def test_multiple_correlation_is_nothing_where_methods_differ_as_much_as_frames() -> None:
    """Frames at 1, -1 and 0, methods 1 to either side: 6/3 within frames, 10/5 in all."""
    assert (
        coefficient_of_multiple_correlation(np.array([[[2.0, 0.0, 1.0], [0.0, -2.0, -1.0]]])) == 0
    )


def bump(at_s: float, time_s: FloatArray) -> FloatArray:
    return np.exp(-0.5 * ((time_s - at_s) / 0.05) ** 2)


def test_a_lag_is_positive_where_the_estimate_comes_later() -> None:
    """A bump between samples: the parabola finds it to a hundredth of a sample."""
    time_s = np.arange(300) / 100.0
    for lag in (0.1, -0.1, 0.0, 0.124, 0.24):
        found = compare_curves(bump(1.5 + lag, time_s), bump(1.5, time_s), rate_hz=100.0)
        assert found.lag_s == pytest.approx(lag, abs=2e-4)
    for lag in (0.3, -0.3):
        beyond = compare_curves(bump(1.5 + lag, time_s), bump(1.5, time_s), rate_hz=100.0)
        assert np.isnan(beyond.lag_s), "the best lag may lie beyond a quarter of a second"
    assert continuous.MAX_LAG_S == 0.25


def test_absent_samples_do_not_pull_on_the_lag() -> None:
    """A curve of a thousandth, of which a third is absent: one would outweigh all of it."""
    time_s = np.arange(600) / 100.0
    reference = 1e-3 * np.sin(2.0 * np.pi * time_s)
    estimate = 1e-3 * np.sin(2.0 * np.pi * (time_s - 0.05))
    estimate[100:200] = reference[350:450] = NAN
    found = compare_curves(estimate, reference, rate_hz=100.0)
    assert found.lag_s == pytest.approx(0.05, abs=5e-3)


def test_a_lag_needs_half_of_the_samples_and_favours_no_overlap() -> None:
    """Thirty samples: at lags of 16 to 25 a few samples at the ends would fit better."""
    n = np.arange(30)
    curve = np.cos(2.0 * np.pi * n / 12.0) * (1.0 + n / 10.0)
    later = np.cos(2.0 * np.pi * (n - 2) / 12.0) * (1.0 + (n - 2) / 10.0)
    whole = compare_curves(later, curve, rate_hz=100.0)
    small = compare_curves(1e-3 * later, 1e-3 * curve, rate_hz=100.0)
    assert whole.lag_s == pytest.approx(0.02, abs=2e-3)
    assert small.lag_s == pytest.approx(whole.lag_s, rel=1e-9)


@pytest.mark.parametrize(("apart", "told"), [(9, True), (11, False), (14, False)])
@pytest.mark.parametrize("sign", [1, -1])
def test_at_a_lag_half_of_the_samples_are_in_both_curves(apart: int, told: bool, sign: int) -> None:
    """Of twenty samples ten are in both at a lag of ten: one to either side of the best is."""
    n = np.arange(20.0)
    early, late = (np.exp(-0.5 * (n - at) ** 2) for at in (3.0, 3.0 + apart))
    one, other = (late, early) if sign > 0 else (early, late)
    found = compare_curves(one, other, rate_hz=100.0)
    if told:
        assert found.lag_s == pytest.approx(sign * 0.09, abs=2e-4)
    else:
        assert np.isnan(found.lag_s)


def people(*of_person: float) -> tuple[list[float], list[str], list[str]]:
    """Return two trials of two strides of each person: 1 apart, and 0.2."""
    rows = [
        (level + trial + stride, f"s{i}", f"s{i}-{trial}")
        for i, level in enumerate(of_person)
        for trial in (-0.5, 0.5)
        for stride in (-0.1, 0.1)
    ]
    values, subjects, trials = zip(*rows, strict=True)
    return list(values), list(subjects), list(trials)


def test_limits_of_people_hold_the_spread_of_people_trials_and_strides() -> None:
    """Nested analysis of variance: 0.02 within trials, 0.49 of trials, 23.25 of people."""
    pytest.importorskip("statsmodels")
    found = pool_differences(*people(-5.0, 0.0, 2.0, 7.0), angle="a", value="range")
    of_stride = 8 * 0.02 / 8
    of_trial = (4 * 2 * 2 * 0.25 / 4 - of_stride) / 2.0
    of_people = 4.0 * (36.0 + 1.0 + 1.0 + 36.0) / 3.0
    of_person = (of_people - (2.0 * of_trial + of_stride)) / 4.0
    assert found.bias == pytest.approx(1.0, abs=1e-6)
    assert found.sd_stride**2 == pytest.approx(of_stride, rel=0.02)
    assert found.sd_trial**2 == pytest.approx(of_trial, rel=0.02)
    assert found.sd_subject**2 == pytest.approx(of_person, rel=0.02)
    spread = Z * np.sqrt(found.sd_stride**2 + found.sd_trial**2 + found.sd_subject**2)
    assert (found.lower, found.upper) == pytest.approx((found.bias - spread, found.bias + spread))
    half = stats.t.ppf(0.975, 3) * np.sqrt(of_people / 16.0)
    assert found.bias_interval == pytest.approx((1.0 - half, 1.0 + half), rel=0.02)
    assert (found.subjects, found.trials, found.strides) == (4, 8, 16)


def test_three_people_are_enough_and_none_are_named() -> None:
    pytest.importorskip("statsmodels")
    assert pool_differences(*people(-3.0, 0.0, 4.0), angle="a", value="mean").subjects == 3
    with pytest.raises(ComparisonError, match="found none"):
        pool_differences([], [], [], angle="a", value="mean")


def test_people_who_do_not_differ_leave_the_fit_at_its_boundary() -> None:
    pytest.importorskip("statsmodels")
    steps = np.tile([1.0, -1.0, 2.0, -2.0], 4) + np.repeat([0.0, 0.01, -0.01, 0.02], 4)
    subjects = np.repeat(["a", "b", "c", "d"], 4).tolist()
    found = pool_differences(steps.tolist(), subjects, subjects, angle="a", value="range")
    assert found.sd_subject == pytest.approx(0.0, abs=0.05)
    assert not found.converged


def folder_of(path: Path, person: str, rows: list[str]) -> Path:
    """Write what a comparison leaves, with these strides."""
    path.mkdir()
    content = {
        "format": "opensim-pelvis agreement",
        "format_version": 1,
        "estimate": {"name": "walk", "subject": person, "source": "simulated"},
    }
    (path / "agreement.json").write_text(json.dumps(content), encoding="utf-8")
    lines = ["angle,value,stride,estimate,reference,time_error_s", *rows]
    (path / STRIDE_FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_strides_that_one_system_does_not_know_are_left_out(tmp_path: Path) -> None:
    pytest.importorskip("statsmodels")
    rows = ["a,range,0,{},10,", "a,range,1,{},11,", "a,range,2,,10,", "a,range,3,12,,"]
    folders = [
        folder_of(tmp_path / f"p{i}", f"P{i}", [row.format(12 + 3 * i) for row in rows])
        for i in range(3)
    ]
    (found,) = pool_folders(folders)
    assert found.strides == 6
    assert found.bias == pytest.approx(1.5 + 3.0)


@pytest.mark.parametrize("row", ["a,range,0,{},1,", "a,range,0,1,{},"])
def test_what_is_no_number_is_shown_to_forty_characters(tmp_path: Path, row: str) -> None:
    word = "x" * 39 + "yz"
    folder = folder_of(tmp_path / "p", "P", [row.format(word)])
    with pytest.raises(ComparisonError, match=f"'{word[:40]}'"):
        pool_folders([folder])
