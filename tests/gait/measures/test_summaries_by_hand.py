"""From strides to means of each side, asymmetry and what is absent, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from opensim_pelvis.gait.measures.compute import (
    MEASURES,
    analyse_strides,
    definitions,
    reference_side,
)
from opensim_pelvis.gait.measures.definitions import definition_of
from opensim_pelvis.kinematics.angle_definitions import DEFINITIONS
from opensim_pelvis.notices import notice
from opensim_pelvis.types import Angles, GaitEvents, RunningAnalysis, Strides
from tests.gait.measures.hand_made import STRIDES, TIME_S, curve, stride_data
from tests.gait.measures.test_pelvis import with_ringing
from tests.notices import coded, codes

EVENTS = GaitEvents(events=(), kind="contact", start_label="initial contact")


def strides(right: int, left: int) -> Strides:
    """Return even strides: right 0.8 s with 0.2 s of contact, left 0.5 s with 0.25 s.

    The last right one is an outlier of 9 s.
    """
    side = np.array([0] * right + [1] * left)
    start = 0.1 * np.arange(side.size)
    end = start + np.where(side == 0, 0.8, 0.5)
    end[right - 1] += 9.0
    return Strides(
        kind="contact",
        side=side,
        start_s=start,
        end_s=end,
        toe_off_s=start + np.where(side == 0, 0.2, 0.25),
        opposite_contact_s=np.full(side.size, np.nan),
        opposite_toe_off_s=np.full(side.size, np.nan),
        bout=np.zeros(side.size, dtype=np.int64),
        reason=("",) * (right - 1) + ("outlier",) + ("",) * left,
        travel_rad=np.zeros(side.size),
        turn_rate_radps=np.zeros(side.size),
    )


def angles(**columns_deg: np.ndarray) -> Angles:
    known = tuple(d for d in DEFINITIONS if d.name in columns_deg)
    values = [np.deg2rad(columns_deg[d.name]) for d in known]
    return Angles(
        time_s=TIME_S,
        definitions=known,
        values_rad=np.stack(values, axis=1) if values else np.empty((TIME_S.size, 0)),
        travel_rad=np.zeros(TIME_S.size),
        travel_source=notice("travel.fixed"),
    )


def analysed(found: Strides, **columns_deg: np.ndarray) -> RunningAnalysis:
    return analyse_strides(EVENTS, found, angles(**columns_deg), stride_data().kinematics)


def test_the_side_with_more_kept_strides_stands_for_the_body() -> None:
    assert [reference_side(strides(*n)) for n in ((7, 5), (6, 5), (5, 5))] == [0, 0, 1]
    for counts, wanted in (((7, 5), 0.8), ((5, 5), 0.5)):
        summary = analysed(strides(*counts)).summary("stride_time_s")
        assert summary is not None
        assert summary.mean == pytest.approx(wanted)


def test_each_side_has_its_kept_strides_and_asymmetry_is_right_minus_left() -> None:
    found = analysed(strides(7, 5))
    means = {side: found.summary("contact_time_s", side) for side in ("right", "left", "body")}
    assert means["body"] is None
    assert means["right"] is not None
    assert means["left"] is not None
    assert (means["right"].mean, means["right"].n) == pytest.approx((0.2, 6))
    assert (means["left"].mean, means["left"].n) == pytest.approx((0.25, 5))
    apart = next(a for a in found.asymmetries if a.name == "contact_time_s")
    assert apart.difference == pytest.approx(-0.05)
    assert apart.percent == pytest.approx(-100.0 * 0.05 / 0.225)
    assert not any(a.name == "stride_time_s" for a in found.asymmetries)
    counted = coded(found.notes, "strides.excluded")[0].values
    assert (counted["excluded"], counted["strides"]) == (1, 12)


def test_what_needs_the_pose_is_absent_without_it_and_nothing_else() -> None:
    wave = curve(with_ringing(5, 0, 0), with_ringing(5, 0, 0))
    table = {d.name: wave for d in DEFINITIONS}
    kinematics = stride_data().kinematics
    found = analyse_strides(EVENTS, STRIDES, angles(**table), kinematics, zero_known=False)
    without = {name for name, why in found.absent.items() if why.code == "absent.no_zero"}
    assert without == {name for name, (definition, _) in MEASURES.items() if definition.needs_pose}


def test_without_strides_every_measure_says_so() -> None:
    none = replace(
        STRIDES,
        reason=(),
        **{
            name: getattr(STRIDES, name)[:0]
            for name in ("side", "start_s", "end_s", "toe_off_s", "opposite_contact_s",
                         "opposite_toe_off_s", "bout", "travel_rad", "turn_rate_radps")
        },
    )  # fmt: skip
    found = analysed(none)
    assert {why.code for why in found.absent.values()} == {"absent.no_strides"}
    assert set(found.absent) == set(MEASURES)


@pytest.mark.parametrize(("ninth", "told"), [(0.49, False), (0.51, True)])
def test_more_than_a_degree_of_fast_motion_is_told(ninth: float, told: bool) -> None:
    shape = with_ringing(9, 0, ninth)
    thrice = {
        name: np.repeat(getattr(STRIDES, name), 3)
        for name in ("side", "start_s", "end_s", "toe_off_s", "opposite_contact_s",
                     "opposite_toe_off_s", "bout", "travel_rad", "turn_rate_radps")
    }  # fmt: skip
    same = replace(STRIDES, reason=("",) * 6, **thrice)
    found = analysed(same, pelvic_axial_rotation=curve(shape, shape))
    assert ("measures.ringing" in codes(found.notes)) == told
    if told:
        parts = coded(found.notes, "measures.ringing")[0].values["parts"]
        assert [part.values["angle"] for part in parts] == ["rotation"]
        assert parts[0].values["extra_deg"] == pytest.approx(2.0 * ninth, abs=1e-6)


def test_the_trend_of_a_long_run_counts_from_the_middles_of_strides() -> None:
    """Speed falls by 0.5 m/s in ten minutes."""
    n = 700
    start = 0.6 * np.arange(n)
    alone = replace(
        STRIDES,
        side=np.zeros(n, dtype=np.int64),
        start_s=start,
        end_s=start + 0.6,
        reason=("",) * n,
        bout=np.zeros(n, dtype=np.int64),
        **{
            name: np.full(n, np.nan)
            for name in ("toe_off_s", "opposite_contact_s", "opposite_toe_off_s", "travel_rad",
                         "turn_rate_radps")
        },
    )  # fmt: skip
    speed = 4.0 - 0.5 * (start + 0.3) / 600.0
    found = analyse_strides(EVENTS, alone, angles(), stride_data().kinematics, speed_mps=speed)
    summary = found.summary("speed_mps")
    assert summary is not None
    assert summary.trend is not None
    assert summary.trend.slope_per_10min == pytest.approx(-0.5)
    assert summary.trend.blocks == 7


@pytest.mark.parametrize(
    ("right", "left", "told"),
    [
        (0, 0, None),
        (1, 0, 1),
        (0, 1, 1),
        (2, 1, 2),
        (1, 2, 2),
        (2, 2, 2),
        (3, 0, None),
        (2, 3, None),
    ],
)
def test_fewer_than_three_kept_strides_of_each_leg_are_told(
    right: int, left: int, told: int | None
) -> None:
    """One more right stride is excluded."""
    found = coded(analysed(strides(right + 1, left)).notes, "strides.too_few")
    assert [note.values["kept"] for note in found] == ([] if told is None else [told])
    assert all(note.values["needed"] == 3 for note in found)


def test_an_error_in_seconds_is_a_part_of_the_usual_stride() -> None:
    """Of 12 strides the median lasts 0.8 s."""
    late = replace(EVENTS, contact_time_error_s=0.016)
    found = analyse_strides(late, strides(7, 5), angles(), stride_data().kinematics)
    errors = {definition.name: definition.error for definition in found.definitions}
    assert (errors["contact_time_s"], errors["duty_factor_ratio"]) == (0.016, 0.02)


def test_definitions_are_found_by_name_and_each_has_its_function() -> None:
    assert sorted(d.name for d in definitions()) == sorted(MEASURES)
    assert definition_of("stride_time_s").name == "stride_time_s"


@pytest.mark.parametrize("absent", [0, 1])
def test_a_measure_of_one_side_alone_has_no_asymmetry(absent: int) -> None:
    both = strides(6, 6)
    contact = np.where(both.side == absent, np.nan, both.toe_off_s)
    found = analyse_strides(
        EVENTS, replace(both, toe_off_s=contact), angles(), stride_data().kinematics
    )
    sides = [s.side for s in found.summaries if s.name == "contact_time_s"]
    assert sides == [("left", "right")[absent]]
    assert "contact_time_s" not in [a.name for a in found.asymmetries]
    whole = analyse_strides(EVENTS, both, angles(), stride_data().kinematics)
    assert "contact_time_s" in [a.name for a in whole.asymmetries]
