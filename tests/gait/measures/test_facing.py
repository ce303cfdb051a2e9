"""The mean rotation of the pelvis over ground: kept where a straight path gives the direction."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.strides.facing import FIRST_S, mean_facing
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
    path = np.where(start + 0.7 > FIRST_S, 0.5, 0.03)
    found = mean_facing(path, start, start + 0.7, np.ones(100, dtype=bool))
    assert found == pytest.approx(0.03)


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


@pytest.mark.parametrize(("away", "known"), [(44.0, True), (46.0, False), (-46.0, False)])
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
