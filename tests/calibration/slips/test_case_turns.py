"""How far a case turned as orientations show it, and what they and the waveforms agree on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from opensim_pelvis.calibration.slips.case_turns import (
    case_turns,
    mean_orientations,
    median_orientation,
    median_orientations,
    shown_by_both,
    weighted,
)
from opensim_pelvis.calibration.slips.steps import find_steps
from opensim_pelvis.calibration.slips.stride_cut import CutStrides, cut_strides
from opensim_pelvis.calibration.slips.stride_turns import measure_turns, spread_of
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.rotations import (
    angle_between,
    from_rotation_vector,
    inverse,
    multiply,
    normalise,
    rotate,
)
from opensim_pelvis.simulate import RunnerSettings, Session
from opensim_pelvis.simulate import simulate_runner as simulate
from opensim_pelvis.types import AlignedRecording, SensorStep, StepKind
from tests.simulated import align
from tests.virtual_sensors import slip

AT_S = 15.0
UP = np.array([0.0, 0.0, 1.0])


@pytest.fixture(scope="module")
def sound() -> AlignedRecording:
    return align(simulate(RunnerSettings(), Session(duration_s=28.0, still_s=2.0)))


def only(aligned: AlignedRecording, count: int) -> AlignedRecording:
    """Return the first sensors of a recording."""
    assert aligned.acceleration_mps2 is not None
    assert aligned.angular_velocity_radps is not None
    return replace(
        aligned,
        sensors=aligned.sensors[:count],
        bodies=aligned.bodies[:count],
        identifiers=aligned.identifiers[:count],
        R_ES=aligned.R_ES[:, :count],
        acceleration_mps2=aligned.acceleration_mps2[:, :count],
        angular_velocity_radps=aligned.angular_velocity_radps[:, :count],
    )


def vertical_slip(
    aligned: AlignedRecording, sensor: int, signals_deg: float, orientations_deg: float
) -> AlignedRecording:
    """Return a recording in which signals and orientations turn about the vertical."""
    assert aligned.acceleration_mps2 is not None
    rows = (aligned.time_s > AT_S - 7.0) & (aligned.time_s < AT_S)
    up = aligned.acceleration_mps2[rows, sensor].mean(axis=0)
    up /= np.linalg.norm(up)
    signals = slip(aligned, sensor, np.deg2rad(signals_deg) * up, AT_S)
    orientations = slip(aligned, sensor, np.deg2rad(orientations_deg) * up, AT_S)
    return replace(signals, R_ES=orientations.R_ES)


def steps_of(aligned: AlignedRecording) -> tuple[SensorStep, ...]:
    return find_steps(aligned, cut_strides(aligned))[0]


def some_orientations(k: int, s: int) -> FloatArray:
    return normalise(np.random.default_rng(4).normal(size=(k, s, 4)))


def ups_of(R_ES: FloatArray) -> FloatArray:
    return rotate(inverse(R_ES), UP)


# --- turns of the case ----------------------------------------------------------------------------


@pytest.mark.parametrize("sensors", [1, 2, 3, 5])
@pytest.mark.parametrize("path_deg", [0.0, 70.0])
@pytest.mark.parametrize("turn_deg", [(12.0, 0.0), (-12.0, 0.0), (0.0, 9.0), (0.0, 120.0)])
def test_the_turn_of_one_case_is_told_from_a_path_that_bends(
    sensors: int, path_deg: float, turn_deg: tuple[float, float]
) -> None:
    before = some_orientations(6, sensors)
    path = from_rotation_vector(np.deg2rad(path_deg) * UP)
    up = rotate(inverse(before[:, 0]), UP)
    level = np.cross(up, [0.3, -0.7, 0.6])
    level /= np.linalg.norm(level, axis=1, keepdims=True)
    turn = np.deg2rad(turn_deg[0]) * up + np.deg2rad(turn_deg[1]) * level
    after = multiply(path, before)
    after[:, 0] = multiply(after[:, 0], from_rotation_vector(turn))
    vertical, sideways = (part[:, 0] for part in case_turns(before, after, ups_of(before)))
    shared = path_deg if sensors == 1 else 0.0
    if turn_deg[1] == 0.0 or shared == 0.0:
        assert np.rad2deg(vertical) == pytest.approx(turn_deg[0] + shared, abs=1e-6)
        np.testing.assert_allclose(sideways, np.deg2rad(turn_deg[1]) * level, atol=1e-9)
    if sensors > 2 and turn_deg[1] == 0.0:  # the middle one of three did not turn
        vertical, sideways = (part[:, 1] for part in case_turns(before, after, ups_of(before)))
        assert np.abs(vertical).max() < 1e-9
        assert np.abs(sideways).max() < 1e-9


def test_parts_of_a_turn_are_those_about_the_up_of_the_waveforms() -> None:
    before = some_orientations(4, 3)
    up = np.broadcast_to(np.array([2.0, 0.0, 0.0]), (4, 3, 3))  # of a foot, far from that of R_ES
    after = before.copy()
    after[:, 1] = multiply(after[:, 1], from_rotation_vector(np.deg2rad([8.0, 3.0, 4.0])))
    still = multiply(after, inverse(before))[:, 1]
    assert np.rad2deg(2.0 * np.arctan2(still[:, 3], still[:, 0])).std() > 1.0
    vertical, level = case_turns(before, after, up)
    assert np.rad2deg(vertical[:, 1]) == pytest.approx(8.0)
    assert np.rad2deg(level[:, 1]) == pytest.approx(np.array([[0.0, 3.0, 4.0]] * 4))


def test_a_sensor_without_samples_is_no_middle_one() -> None:
    before = some_orientations(5, 3)
    up = rotate(inverse(before[:, 0]), UP)
    after = before.copy()
    after[:, 0] = multiply(after[:, 0], from_rotation_vector(np.deg2rad(20.0) * up))
    after[1, 2] = np.nan  # two are left: against the other one
    after[2, 1:] = np.nan
    after[3, 0] = np.nan
    found = np.rad2deg(case_turns(before, after, ups_of(before))[0])
    vertical = found[:, 0]
    assert vertical[[0, 1, 4]] == pytest.approx(20.0)
    assert np.isnan(vertical[[2, 3]]).all()
    assert found[:2, 1] == pytest.approx([0.0, -20.0])


def test_a_turn_of_the_case_turns_the_mean_orientation_by_the_same(
    sound: AlignedRecording,
) -> None:
    strides = cut_strides(sound)
    turn = np.deg2rad([10.0, -25.0, 30.0])
    for sensor in (0, 2, 6):
        moved = slip(sound, sensor, turn, -1.0)
        moved.R_ES[::3] *= -1.0  # the same orientations
        again = mean_orientations(moved.R_ES, strides.start_s, strides.end_s, sound.rate_hz)
        wanted = multiply(strides.R_ES[:, sensor], from_rotation_vector(turn))
        assert np.rad2deg(angle_between(again[:, sensor], wanted)).max() < 1e-6
    gap = sound.R_ES.copy()
    inside = (sound.time_s > strides.start_s[7]) & (sound.time_s < strides.end_s[7])
    gap[inside, 3] = np.nan
    again = mean_orientations(gap, strides.start_s, strides.end_s, sound.rate_hz)
    assert np.argwhere(np.isnan(again).any(axis=2)).tolist() == [[7, 3]]


def test_medians_of_orientations_do_not_depend_on_signs() -> None:
    one = from_rotation_vector(np.deg2rad([10.0, 20.0, 30.0]))
    near = from_rotation_vector(np.deg2rad(np.random.default_rng(2).normal(size=(9, 1, 3))))
    q = multiply(one, near)
    turned = q * np.where(np.arange(9) % 2 == 0, 1.0, -1.0)[:, None, None]
    for medians in (median_orientations, median_orientation):
        np.testing.assert_allclose(angle_between(medians(turned), medians(q)), 0.0, atol=1e-7)
        assert np.rad2deg(angle_between(medians(q), one)).max() < 1.0
    q[3] = np.nan
    assert np.isfinite(median_orientation(q)).all()
    assert np.isnan(median_orientations(q)).any(axis=(1, 2)).tolist() == [True] * 4


# --- what both show -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("waves", "cases", "outweighs", "shown"),
    [
        (10.0, 10.0, 2.0, 10.0),
        (-10.0, -10.0, 2.0, -10.0),
        (4.0, 16.0, 2.0, 8.0),  # twice what the waveforms show
        (16.0, 4.0, 2.0, 8.0),
        (4.0, 16.0, 1.0, 4.0),
        (-4.0, 16.0, 2.0, 0.0),
        (9.0, 0.0, 2.0, 0.0),
        (9.0, np.nan, 2.0, np.nan),
    ],
)
def test_a_turn_counts_as_far_as_both_show_it(
    waves: float, cases: float, outweighs: float, shown: float
) -> None:
    spreads = (np.ones(2), np.ones(2))
    axis = np.array([[0.6, 0.0, 0.8]])
    parts = [(np.array([size]), size * axis) for size in (waves, cases)]
    both = shown_by_both(weighted(*parts, spreads), *parts, outweighs=outweighs)  # type: ignore[misc]
    assert both[0] == pytest.approx([shown, abs(shown)], nan_ok=True)


def test_the_steadier_of_both_weighs_more() -> None:
    waves, cases = ((np.array([size]), np.array([[size, 0.0, 0.0]])) for size in (4.0, 8.0))
    vertical, level = weighted(waves, cases, (np.array([0.3, 0.1]), np.array([0.1, 0.1])))
    assert vertical == pytest.approx(7.6)
    assert level[0] == pytest.approx([6.0, 0.0, 0.0])


# --- sensors that move ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signals_deg", "orientations_deg", "kinds"),
    [
        (12.0, 12.0, ["moved"]),
        (12.0, 0.0, []),  # strides differ: the case did not turn
        (0.0, 8.0, []),  # a heading that drifts: the case did not turn
        (12.0, -12.0, []),
        (29.0, 0.0, []),
        (31.0, 0.0, ["moved"]),  # nobody's strides differ by that
    ],
)
def test_waveforms_and_orientations_must_show_a_small_slip(
    sound: AlignedRecording, signals_deg: float, orientations_deg: float, kinds: list[StepKind]
) -> None:
    changed = vertical_slip(sound, 1, signals_deg, orientations_deg)
    steps = [step for step in steps_of(changed) if step.kind != "heading jump"]
    assert [step.kind for step in steps] == kinds
    assert {step.body for step in steps} <= {"torso"}
    if kinds:
        assert np.rad2deg(steps[0].vertical_rad) == pytest.approx(signals_deg, abs=1.0)


@pytest.mark.parametrize(("count", "kinds"), [(1, []), (2, []), (3, ["moved"])])
def test_of_one_or_two_sensors_each_must_show_the_whole_slip(
    sound: AlignedRecording, count: int, kinds: list[StepKind]
) -> None:
    changed = vertical_slip(only(sound, count), 0, 4.5, 10.0)
    steps = [step for step in steps_of(changed) if step.kind != "heading jump"]
    assert [step.kind for step in steps] == kinds
    whole = [s.kind for s in steps_of(vertical_slip(only(sound, count), 0, 10.0, 10.0))]
    assert whole == ["moved"]


@pytest.mark.parametrize(
    ("degrees", "others", "kind"),
    [(9.0, 1.0, "moved"), (9.0, 0.3, "movement changed"), (25.0, 0.3, "moved")],
)
@pytest.mark.parametrize("count", [2, 8])
def test_a_small_turn_while_the_others_move_in_another_way_is_a_change_of_movement(
    sound: AlignedRecording, count: int, degrees: float, others: float, kind: StepKind
) -> None:
    changed = vertical_slip(only(sound, count), 0, degrees, degrees)
    assert changed.angular_velocity_radps is not None
    turning = changed.angular_velocity_radps.copy()
    turning[changed.time_s > AT_S, 1:] *= others
    steps = steps_of(replace(changed, angular_velocity_radps=turning))
    assert [step.kind for step in steps if step.body == "pelvis"] == [kind]


# --- where headings are not compared --------------------------------------------------------------


def without(strides: CutStrides, rows: FloatArray) -> CutStrides:
    return replace(
        strides,
        **{
            name: getattr(strides, name)[rows]
            for name in ("start_s", "end_s", "stretch", "turning_radps", "force_mps2", "R_ES")
        },
    )


def test_headings_are_not_compared_across_a_pause_or_a_hole_of_the_sensor(
    sound: AlignedRecording,
) -> None:
    strides = cut_strides(sound)
    n = strides.start_s.size
    all_rows = np.arange(n)
    whole = measure_turns(strides, all_rows, 0).cases
    assert np.isfinite(whole[0]).all()
    few, many = (np.delete(all_rows, slice(15, 15 + lost)) for lost in (2, 3))
    assert np.isfinite(measure_turns(without(strides, few), np.arange(n - 2), 0).cases[0]).all()
    vertical, level = measure_turns(without(strides, many), np.arange(n - 3), 0).cases
    across = np.isnan(vertical)
    assert np.flatnonzero(across).tolist() == list(range(4, 15))  # stride 14 and 15 in a window
    assert np.isfinite(level).all()
    hole = measure_turns(strides, np.delete(all_rows, 15), 0).cases[0]
    assert np.flatnonzero(np.isnan(hole)).tolist() == list(range(4, 15))


def test_spreads_are_those_of_the_middle_six() -> None:
    wander = np.repeat([1.0, 2.0, 30.0], 6) * np.tile([1.0, -1.0], 9)
    level = np.stack([wander, wander, 0.0 * wander], axis=1)
    assert spread_of([(wander, level)]) == pytest.approx([2.0, 2.0])
    vertical = wander.copy()
    vertical[6:12] = np.nan
    assert spread_of([(vertical, level)])[0] == pytest.approx(15.5)
    assert np.isnan(spread_of([(np.full(18, np.nan), level)])[0])
