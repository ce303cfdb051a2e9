"""What markers would show: by the stated formula, where it may be said, and the site untouched."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis import ActivitySettings, CalibrationSettings, Result, run
from opensim_pelvis.gait.optical.coefficients import corrections
from opensim_pelvis.gait.optical.equivalent import NAMES, as_markers_would_show
from opensim_pelvis.gait.optical.thighs import thigh_difference
from opensim_pelvis.kinematics.angle_definitions import thigh_extension
from opensim_pelvis.rotations import from_euler
from opensim_pelvis.simulate import (
    HEADING_AXIS,
    SENSOR_MAP,
    RunnerSettings,
    Session,
    simulate_runner,
    simulate_sensors,
)
from opensim_pelvis.types import Strides

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
    right = -SWING_DEG * np.sin(phase) - 3.0 * np.sin(8 * phase)  # the ringing of soft tissue goes
    d, rate = thigh_difference(right, -right)
    np.testing.assert_allclose(d, SWING_DEG * np.sin(phase), atol=1e-9)
    np.testing.assert_allclose(rate, SWING_DEG * np.cos(phase), atol=1e-9)
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


@pytest.fixture(scope="module")
def result() -> Result:
    truth = simulate_runner(RunnerSettings(), Session(duration_s=15.0))
    return run(
        simulate_sensors(truth),
        sensors=SENSOR_MAP,
        calibration=CalibrationSettings(window_s=(0.2, 1.8), heading_axis=HEADING_AXIS),
        activity=ActivitySettings(kind="running", surface="treadmill"),
    )


def test_a_run_has_range_and_mean_curves_of_kept_strides(result: Result) -> None:
    running = result.running
    assert running is not None
    kept, side = running.strides.kept, running.strides.side
    values = running.values[:, [d.name for d in running.definitions].index(RANGE)]
    summary = running.summary(RANGE)
    sides = [values[kept & (side == code)] for code in (0, 1)]
    assert summary.n in {len(part) for part in sides}
    assert any(summary.mean == pytest.approx(part.mean(), abs=1e-9) for part in sides)
    for name, optical in NAMES.items():
        columns = [running.curves.angles.index(each) for each in (name, optical)]
        site, shown = (running.curves.mean_deg[:, :, column] for column in columns)
        assert running.curves.n[:, columns[1]].tolist() == running.curves.n[:, columns[0]].tolist()
        assert np.abs(shown - site).max() > 1.0
        np.testing.assert_allclose((shown - site)[:, :-1].mean(axis=1), 0.0, atol=0.05)


def test_without_a_thigh_there_is_none(result: Result) -> None:
    truth = simulate_runner(RunnerSettings(), Session(duration_s=15.0))
    worn = {sensor: body for sensor, body in SENSOR_MAP.items() if body != "femur_l"}
    less = run(
        simulate_sensors(truth),
        sensors=worn,
        calibration=CalibrationSettings(window_s=(0.2, 1.8), heading_axis=HEADING_AXIS),
        activity=ActivitySettings(kind="running", surface="treadmill"),
    ).running
    assert less is not None
    assert less.absent[RANGE].code == "absent.angle"
    assert not set(NAMES.values()) & set(less.curves.angles)
    running = result.running
    assert running is not None
    names = [d.name for d in running.definitions]
    spans = [running.values[:, names.index(n)] for n in ("pelvic_rotation_range_deg", RANGE)]
    assert np.abs(spans[0] - spans[1]).max() > 0.1


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
