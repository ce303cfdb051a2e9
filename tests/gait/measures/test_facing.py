"""The mean rotation of the pelvis over ground: kept where a straight path gives the direction."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.strides.facing import mean_facing
from opensim_pelvis.gait.strides.segment import segment_strides
from opensim_pelvis.simulate import RunnerSettings, Session, Turn
from tests.gait.measures.test_strides_by_hand import LONG_S, angles_of, events
from tests.notices import coded
from tests.running_cases import run_case

START_S = 0.35 * np.arange(60)
END_S = START_S + 0.7
ALL = np.ones(60, dtype=bool)


def facing_deg(path_deg: FloatArray, usable: FloatArray = ALL) -> float:
    return float(np.rad2deg(mean_facing(np.deg2rad(path_deg), START_S, END_S, usable)))


@pytest.mark.parametrize("facing", [0.0, 5.9, -5.9])
def test_strides_straight_on_from_the_static_trial_show_which_way_the_pelvis_faces(
    facing: float,
) -> None:
    assert facing_deg(np.full(60, facing)) == pytest.approx(facing)


@pytest.mark.parametrize(
    "path",
    [
        np.full(60, 6.1),
        np.full(60, -6.1),
        0.51 * START_S,
        0.6 * START_S - 6.0,
        1.2 * START_S,
        -3.0 * START_S,
    ],
)
def test_another_way_and_a_bend_tell_nothing(path: FloatArray) -> None:
    assert np.isnan(facing_deg(path))


def test_strides_until_the_first_turn_count_and_none_after_it() -> None:
    path = np.where(START_S < 7.0, 2.0, 183.0)
    turning = (START_S > 6.5) & (START_S < 8.0)
    assert facing_deg(path, ~turning) == pytest.approx(2.0)
    assert np.isnan(facing_deg(path)), "without a turn that is told, the path is not straight"
    first = np.arange(60) < 3
    assert np.isnan(facing_deg(np.full(60, 2.0), ~first & (np.arange(60) < 4)))
    assert facing_deg(np.full(60, 2.0), ~first) == pytest.approx(2.0)
    assert np.isnan(facing_deg(np.full(60, 2.0), np.zeros(60, dtype=bool)))


def test_of_two_strides_the_slope_says_little_and_later_ones_do_not_count() -> None:
    two = np.arange(60) < 2
    assert facing_deg(2.0 + 1.0 * START_S, two) == pytest.approx(2.175)
    start = np.arange(100.0)
    path = np.where(start > 29.0, 0.5, np.where(start < 29.0, 0.03, 0.06))
    for begin in (0.0, 50.0):
        found = mean_facing(path, begin + start, begin + start + 1.0, np.ones(100, dtype=bool))
        assert found == pytest.approx(0.031), "the thirtieth ends after 30 s and counts"


MIDDLE = START_S - START_S.mean()


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_path_may_turn_by_half_a_degree_per_second_or_twice_its_standard_error(
    sign: float,
) -> None:
    """Two strides of 0.7 s, 0.35 s apart: 2 * 1.85 * sqrt(0.7) / sqrt(2 * 0.175^2) = 12.5."""
    assert facing_deg(sign * 0.49 * MIDDLE) == pytest.approx(0.0, abs=1e-9)
    assert np.isnan(facing_deg(sign * 0.51 * MIDDLE))
    two = np.arange(60) < 2
    limit = 2.0 * 1.85 * np.sqrt(0.7) / np.sqrt(2.0 * 0.175**2)
    assert facing_deg(sign * 0.995 * limit * START_S, two) == pytest.approx(
        sign * 0.995 * limit * 0.175
    )
    assert np.isnan(facing_deg(sign * 1.005 * limit * START_S, two))


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_one_stride_that_faces_more_than_ten_degrees_away_is_no_straight_path(sign: float) -> None:
    path = np.zeros(60)
    for away, known in ((9.9, True), (10.1, False)):
        path[30] = sign * away
        assert np.isfinite(facing_deg(path)) == known


def test_two_strides_at_once_have_their_mean_and_none_after_the_first_turn_counts() -> None:
    at = np.zeros(2)
    found = mean_facing(np.array([0.03, 0.05]), at, at + 0.7, np.ones(2, dtype=bool))
    assert found == pytest.approx(0.04)
    path = np.where(np.arange(60) < 20, 2.0, 3.0)
    assert facing_deg(path, ~np.isin(np.arange(60), (20, 40))) == pytest.approx(2.0)


@pytest.mark.parametrize("asymmetry", [0.4, -0.4])
def test_the_mean_rotation_of_a_simulated_runner_is_kept_over_ground_and_through_a_turn(
    asymmetry: float,
) -> None:
    """Shifted by 3 degrees of 15: to the right side forward where it is positive."""
    turn = Turn(start_s=9.0, duration_s=1.5, angle_rad=np.pi)
    session = Session(duration_s=16.0, rate_hz=60.0, surface="overground", turns=(turn,))
    runner = RunnerSettings(asymmetry=asymmetry)
    truth, _, analysis = run_case(runner, session=session, bodies=("pelvis", "tibia_r", "tibia_l"))
    true = np.rad2deg(truth.angles["pelvic_axial_rotation"][truth.steady].mean())
    assert abs(true) > 2.0
    mean = analysis.summary("pelvic_rotation_mean_deg")
    assert mean is not None
    assert mean.mean == pytest.approx(true, abs=0.5)
    told = coded(analysis.notes, "strides.mean_facing")
    assert told[0].values["facing_deg"] == pytest.approx(true, abs=0.5)


@pytest.mark.parametrize(("away", "known"), [(44.5, True), (45.5, False), (-45.5, False)])
def test_who_has_turned_on_a_fixed_direction_has_no_mean_rotation(away: float, known: bool) -> None:
    heading = np.full(LONG_S.size, np.deg2rad(away))
    angles = angles_of({"pelvic_axial_rotation": heading}, LONG_S, np.zeros(LONG_S.size))
    assert segment_strides(events(), angles, surface=None).mean_known == known


def test_a_runner_who_sets_off_another_way_has_no_mean_rotation() -> None:
    aside = Turn(start_s=2.0, duration_s=1.0, angle_rad=np.deg2rad(40.0))
    session = Session(duration_s=9.0, rate_hz=60.0, surface="overground", turns=(aside,))
    _, _, analysis = run_case(session=session, bodies=("pelvis", "tibia_r", "tibia_l"))
    assert analysis.absent["pelvic_rotation_mean_deg"].code == "absent.no_direction"
    assert analysis.summary("pelvic_rotation_range_deg") is not None
    assert not analysis.strides.mean_known
