"""What markers would show: by the stated formula, where it may be said, and the site untouched."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from opensim_pelvis.gait.measures.compute import analyse_strides
from opensim_pelvis.gait.optical.coefficients import corrections
from opensim_pelvis.gait.optical.equivalent import (
    NAMES,
    OpticalStrides,
    append_curves,
    as_markers_would_show,
)
from opensim_pelvis.gait.optical.thighs import thigh_difference
from opensim_pelvis.kinematics.angle_definitions import thigh_extension
from opensim_pelvis.kinematics.angles import compute_angles
from opensim_pelvis.rotations import from_euler
from opensim_pelvis.types import Curves, GaitEvents, RunningAnalysis, Strides
from tests.gait.measures import hand_made
from tests.gait.measures.hand_made import wave

RANGE = "pelvic_rotation_range_optical_deg"
ROTATION, OBLIQUITY = NAMES
STRIDE_S = 0.8
TIME_S = np.arange(0.0, 4.0, 0.005)
PHASE = 2.0 * np.pi * TIME_S / STRIDE_S
START_S = np.array([0.4, 1.2, 1.6])
STRIDES = Strides(
    kind="contact",
    side=np.array([0, 0, 1]),
    start_s=START_S,
    end_s=START_S + STRIDE_S,
    toe_off_s=START_S + 0.3,
    opposite_contact_s=START_S + 0.4,
    opposite_toe_off_s=START_S + 0.1,
    bout=np.zeros(3, dtype=np.int64),
    reason=("", "", ""),
    travel_rad=np.zeros(3),
    turn_rate_radps=np.zeros(3),
)
SWING_DEG = 30.0
TIMES = (
    *("start_s", "end_s", "toe_off_s", "opposite_contact_s", "opposite_toe_off_s"),
    *("travel_rad", "turn_rate_radps"),
)


def angles() -> dict[str, np.ndarray]:
    """Return a site of 5 and 4 degrees; the right thigh is flexed most at phase 0.5 pi."""
    flexed = SWING_DEG * np.sin(PHASE)
    found = {
        ROTATION: 5.0 * np.cos(PHASE) + 2.0,
        OBLIQUITY: 4.0 * np.sin(2.0 * PHASE),
        "thigh_extension_r": -flexed - 10.0,
        "thigh_extension_l": flexed - 4.0,
    }
    return {name: np.deg2rad(values) for name, values in found.items()}


def phase_of_strides() -> np.ndarray:
    part = np.linspace(0.0, 1.0, 101)
    return 2.0 * np.pi * (START_S[:, None] / STRIDE_S + part)


@pytest.mark.parametrize("angle", [ROTATION, OBLIQUITY])
def test_a_curve_is_that_of_the_site_and_a_d_and_b_d_rate(angle: str) -> None:
    found = as_markers_would_show(angles(), TIME_S, STRIDES, "running")
    how, phase = corrections("running")[angle], phase_of_strides()
    site = {ROTATION: 5.0 * np.cos(phase) + 2.0, OBLIQUITY: 4.0 * np.sin(2.0 * phase)}[angle]
    wanted = site + how.a * SWING_DEG * np.sin(phase) + how.b * SWING_DEG * np.cos(phase)
    np.testing.assert_allclose(found.curves_deg[angle], wanted, atol=0.01)
    np.testing.assert_allclose(found.added_deg[angle].mean(axis=1), 0.0, atol=0.03)
    assert found.absent == {}


def test_the_rate_counts_per_radian_of_the_stride_whatever_its_time() -> None:
    phase = np.linspace(0.0, 2.0 * np.pi, 101)[None]
    right = -SWING_DEG * np.sin(phase) - 3.0 * np.sin(6 * phase)  # the ringing of soft tissue goes
    d, rate = thigh_difference(right, -right)
    np.testing.assert_allclose(d, SWING_DEG * np.sin(phase), atol=1e-9)
    np.testing.assert_allclose(rate, SWING_DEG * np.cos(phase), atol=1e-9)
    d, rate = thigh_difference(9.0 - 2.0 * np.cos(5 * phase), 2.0 * np.cos(5 * phase))
    np.testing.assert_allclose(d, 2.0 * np.cos(5 * phase), atol=1e-9)
    np.testing.assert_allclose(rate, -10.0 * np.sin(5 * phase), atol=1e-9)
    leaning = right + 12.0 * np.linspace(0.0, 1.0, 101)  # strides that do not return
    _, rate = thigh_difference(leaning, -right)
    np.testing.assert_allclose(rate - SWING_DEG * np.cos(phase), -6.0 / (2.0 * np.pi), atol=1e-9)


def test_d_is_positive_with_the_right_thigh_in_front() -> None:
    forward = from_euler("ZXY", np.array([[np.deg2rad(20.0), 0.0, 0.0]]))  # flexion of the hip
    back = from_euler("ZXY", np.array([[np.deg2rad(-10.0), 0.0, 0.0]]))
    right, left = (np.rad2deg(thigh_extension(q))[0] for q in (forward, back))
    assert (right, left) == (pytest.approx(-20.0), pytest.approx(10.0))
    half = np.where(np.arange(101) % 100 < 50, 1.0, 0.0)[None]
    d, _ = thigh_difference(right * half, left * half)
    assert d[0, 25] > 5.0 > -5.0 > d[0, 75]


def test_only_what_gains_is_given() -> None:
    running = as_markers_would_show(angles(), TIME_S, STRIDES, "running")
    walking = as_markers_would_show(angles(), TIME_S, STRIDES, "walking")
    unknown = as_markers_would_show(angles(), TIME_S, STRIDES, None)
    assert set(running.curves_deg) == {ROTATION, OBLIQUITY}
    assert set(running.ranges_deg) == {ROTATION}  # never a range of obliquity
    assert (set(walking.curves_deg), set(walking.ranges_deg)) == ({OBLIQUITY}, set())
    assert walking.absent[ROTATION].code == "absent.not_as_markers"
    assert not unknown.curves_deg
    assert {why.code for why in unknown.absent.values()} == {"absent.activity_unknown"}


@pytest.mark.parametrize("missing", ["thigh_extension_r", "thigh_extension_l"])
def test_both_thighs_are_needed(missing: str) -> None:
    table = angles()
    del table[missing]
    found = as_markers_would_show(table, TIME_S, STRIDES, "running")
    assert not found.curves_deg
    assert found.absent[ROTATION].subject == (missing,)


def optical(values: dict[str, np.ndarray]) -> OpticalStrides:
    return OpticalStrides(curves_deg=values, added_deg={}, ranges_deg={}, absent={})


def test_mean_curves_are_of_kept_whole_strides_and_stand_behind_the_others() -> None:
    strides = Strides(
        kind="contact",
        side=np.array([0, 1, 0, 0, 0]),
        **dict.fromkeys(TIMES, np.arange(5.0)),
        bout=np.zeros(5, dtype=np.int64),
        reason=("", "", "", "turning", ""),
    )
    line = np.linspace(0.0, 10.0, 101)
    holed = np.where(np.arange(101) == 7, np.nan, line)
    rows = np.stack([line, 5.0 * line, line + 4.0, line + 100.0, holed])
    of_site = Curves(
        angles=(ROTATION, OBLIQUITY),
        mean_deg=np.full((2, 101, 2), 1.0),
        sd_deg=np.full((2, 101, 2), 2.0),
        n=np.full((2, 2), 3),
    )
    both = {OBLIQUITY: rows, ROTATION: -rows}
    found = append_curves(of_site, optical(both), strides)
    assert found.angles == (ROTATION, OBLIQUITY, NAMES[OBLIQUITY], NAMES[ROTATION])
    assert found.n.tolist() == [[3, 3, 2, 2], [3, 3, 1, 1]]
    assert (found.mean_deg[:, :, :2] == 1.0).all()
    assert (found.sd_deg[:, :, :2] == 2.0).all()
    for column, sign in ((2, 1.0), (3, -1.0)):
        wanted = sign * np.stack([line + 2.0, 5.0 * line])
        np.testing.assert_allclose(found.mean_deg[:, :, column], wanted)
        np.testing.assert_allclose(found.sd_deg[0, :, column], 8.0**0.5)  # of two, 4 apart
        assert np.isnan(found.sd_deg[1, :, column]).all()  # one has no spread
    right = append_curves(of_site, optical({ROTATION: rows[[0, 0, 2, 3, 4]]}), strides_of(strides))
    assert right.n[:, 2].tolist() == [3, 0]
    assert np.isnan(right.mean_deg[1, :, 2]).all()
    assert np.isnan(right.sd_deg[1, :, 2]).all()
    assert append_curves(of_site, optical({}), strides) is of_site


def strides_of(strides: Strides) -> Strides:
    return replace(strides, side=np.zeros(5, dtype=np.int64))


def analysed(*bodies: str) -> RunningAnalysis:
    """Return the measures of a pelvis that turns by 5 degrees and thighs that swing by 20."""
    once = hand_made.curve(wave(1.0), wave(1.0))
    turns = {"pelvis": (2, 5.0), "femur_r": (0, 20.0), "femur_l": (0, -20.0)}
    R_GB = {}
    for body in bodies:
        axis, size = turns[body]
        angles_rad = np.zeros((once.size, 3))
        angles_rad[:, axis] = np.deg2rad(size * once)
        R_GB[body] = from_euler("ZXY", angles_rad)
    data = hand_made.stride_data(R_GB=R_GB)
    events = GaitEvents(events=(), kind="contact", gait="running")
    angles = compute_angles(data.kinematics, surface="treadmill")
    strides = replace(data.strides, travel_rad=np.zeros(2))
    return analyse_strides(events, strides, angles, data.kinematics)


def test_an_analysis_has_measure_and_curves_where_both_thighs_are() -> None:
    whole, how = analysed("pelvis", "femur_r", "femur_l"), corrections("running")[ROTATION]
    column = [d.name for d in whole.definitions].index(RANGE)
    # 5 + 20 a with the sine, 20 b with the cosine: right thigh flexed with the right side forward
    wanted = 2.0 * np.hypot(5.0 + 20.0 * how.a, 20.0 * how.b)
    np.testing.assert_allclose(whole.values[:, column], wanted, atol=0.02)
    shown, site = (whole.curves.angles.index(name) for name in (NAMES[ROTATION], ROTATION))
    assert (whole.curves.n[:, shown] == whole.curves.n[:, site]).all()
    np.testing.assert_allclose(
        np.ptp(whole.curves.mean_deg[:, :, shown], axis=1), wanted, atol=0.02
    )
    less = analysed("pelvis", "femur_r")
    assert less.absent[RANGE].code == "absent.angle"
    assert not set(NAMES.values()) & set(less.curves.angles)


def test_coefficients_are_those_of_their_source_and_say_on_whom_they_rest() -> None:
    running, walking = corrections("running"), corrections("walking")
    found = {
        "rotation": (running[ROTATION].a, running[ROTATION].b),
        "obliquity": (running[OBLIQUITY].a, running[OBLIQUITY].b),
        "walking": (walking[OBLIQUITY].a, walking[OBLIQUITY].b),
    }
    assert found == {
        "rotation": (0.095, -0.034),
        "obliquity": (0.103, -0.009),
        "walking": (0.188, 0.0),
    }
    rotation = running[ROTATION]
    assert (rotation.people, rotation.trials, rotation.strides) == (7, 16, 179)
    assert (rotation.range_u95_deg, rotation.range_u95_site_deg) == (4.1, 10.6)
    assert running[OBLIQUITY].range_u95_site_deg == 6.4
    assert np.isnan(running[OBLIQUITY].range_u95_deg)  # no range is given
    for how in (*running.values(), *walking.values()):
        assert how.source
        assert 0.0 < how.a_se < how.a
