"""Strides from events written by hand: which there are, which count, where they go."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pytest

from opensim_pelvis.config.settings import Surface
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.events.leg_contacts import MAX_STRIDE_S, MIN_STRIDE_S
from opensim_pelvis.gait.strides.curves import average_curves, stride_angles
from opensim_pelvis.gait.strides.segment import mean_between, segment_strides, travel_at
from opensim_pelvis.gait.strides.select import exclude_strides
from opensim_pelvis.kinematics.angle_definitions import DEFINITIONS
from opensim_pelvis.notices import notice
from opensim_pelvis.types import Angles, Event, GaitEvents, Strides
from tests.gait.measures.hand_made import STRIDES, TIME_S, TRAVEL_DEG, curve, ramp, stride_data

CONTACTS: Final = {"Right": (1.0, 1.8, 2.6, 4.6, 5.4), "Left": (1.3, 2.2, 5.0, 5.75, 6.0)}
TOE_OFFS: Final = {"Right": (1.2, 2.05, 4.85), "Left": (1.6, 5.3)}
LONG_S: Final = np.arange(8000) / 1000.0
NONE: Final = float("nan")


def events() -> GaitEvents:
    """Return contacts that make five strides, a pause of 2.8 s and a pair 0.25 s apart."""
    found = [
        Event(time_s=at, label=label, context=side)
        for label, sides in (("initial contact", CONTACTS), ("toe-off", TOE_OFFS))
        for side, times in sides.items()
        for at in times
    ]
    ordered = tuple(sorted(found, key=lambda event: event.time_s))
    return GaitEvents(events=ordered, kind="contact", start_label="initial contact")


def angles_of(columns: dict[str, FloatArray], time_s: FloatArray, travel: FloatArray) -> Angles:
    """Return clinical angles in radians, against a direction of travel."""
    known = tuple(d for d in DEFINITIONS if d.name in columns)
    values = [columns[d.name] for d in known]
    return Angles(
        time_s=time_s,
        definitions=known,
        values_rad=np.stack(values, axis=1) if values else np.empty((time_s.size, 0)),
        travel_rad=travel,
        travel_source=notice("travel.fixed"),
    )


def bending(turn: float = 0.1) -> Angles:
    """Return a pelvis whose heading is ``turn / 2 t^2``, half of it against a fixed direction."""
    heading = turn / 2.0 * LONG_S**2
    return angles_of({"pelvic_axial_rotation": heading / 2.0}, LONG_S, heading / 2.0)


def test_strides_go_from_contact_to_contact_of_one_leg_with_the_events_inside() -> None:
    found = segment_strides(events(), bending(0.0), surface="treadmill")
    assert found.side.tolist() == [0, 1, 0, 0, 1]
    np.testing.assert_allclose(found.start_s, [1.0, 1.3, 1.8, 4.6, 5.0])
    np.testing.assert_allclose(found.end_s, [1.8, 2.2, 2.6, 5.4, 5.75])
    np.testing.assert_allclose(found.toe_off_s, [1.2, 1.6, 2.05, 4.85, 5.3])
    np.testing.assert_allclose(found.opposite_contact_s, [1.3, 1.8, 2.2, 5.0, 5.4])
    np.testing.assert_allclose(found.opposite_toe_off_s, [1.6, 2.05, NONE, 5.3, NONE])
    assert found.bout.tolist() == [0, 0, 0, 1, 1]
    assert [note.values["pairs"] for note in found.notes] == [3]
    assert found.notes[0].values["least_s"] == pytest.approx(0.3)
    assert found.notes[0].values["most_s"] == 1.8


def test_of_two_legs_that_land_together_neither_contact_is_within_the_stride() -> None:
    times = {"Right": (1.0, 1.8), "Left": (1.0, 1.4)}
    found = [
        Event(time_s=at, label="initial contact", context=side)
        for side, contacts in times.items()
        for at in contacts
    ]
    found.append(Event(time_s=1.2, label="toe-off", context="Right"))
    gait = GaitEvents(events=tuple(found), kind="contact", start_label="initial contact")
    strides = segment_strides(gait, bending(0.0), surface="treadmill")
    assert strides.side.tolist() == [0, 1]
    np.testing.assert_allclose(strides.opposite_contact_s, [1.4, NONE])
    np.testing.assert_allclose(strides.toe_off_s, [1.2, NONE])
    np.testing.assert_allclose(strides.opposite_toe_off_s, [NONE, 1.2])


def contacts_of(**sides: tuple[float, ...]) -> GaitEvents:
    """Return initial contacts alone, of either leg."""
    found = [
        Event(time_s=at, label="initial contact", context=side)
        for side, times in sides.items()
        for at in times
    ]
    return GaitEvents(events=tuple(found), kind="contact", start_label="initial contact")


@pytest.mark.parametrize(("leg", "code"), [("Right", 0), ("Left", 1)])
def test_one_leg_alone_has_strides_without_events_of_the_other(leg: str, code: int) -> None:
    found = segment_strides(contacts_of(**{leg: (1.0, 1.7, 2.5)}), bending(0.0), surface=None)
    assert found.side.tolist() == [code, code]
    np.testing.assert_allclose(found.start_s, [1.0, 1.7])
    np.testing.assert_allclose(found.end_s, [1.7, 2.5])
    for absent in (found.opposite_contact_s, found.toe_off_s, found.opposite_toe_off_s):
        assert np.isnan(absent).all()
    assert found.notes == ()


@pytest.mark.parametrize(
    ("length", "kept"), [(0.299, 0), (0.301, 1), (1.0, 1), (1.799, 1), (1.801, 0)]
)
def test_a_stride_lasts_between_three_tenths_and_one_and_four_fifths_of_a_second(
    length: float, kept: int
) -> None:
    found = segment_strides(contacts_of(Right=(1.0, 1.0 + length)), bending(0.0), surface=None)
    assert found.side.size == kept
    assert [note.code for note in found.notes] == ([] if kept else ["strides.none"])
    more = segment_strides(
        contacts_of(Right=(1.0, 1.0 + length), Left=(1.0, 1.7)), bending(0.0), surface=None
    )
    assert [note.code for note in more.notes] == ([] if kept else ["strides.impossible"])


@pytest.mark.parametrize("length", [MIN_STRIDE_S / 1.5, MAX_STRIDE_S])
def test_a_stride_of_exactly_the_shortest_or_the_longest_time_counts(length: float) -> None:
    found = segment_strides(contacts_of(Left=(0.0, length)), bending(0.0), surface=None)
    np.testing.assert_array_equal(found.end_s - found.start_s, [length])


def test_without_events_there_is_no_stride_and_without_a_direction_it_is_forward() -> None:
    found = segment_strides(contacts_of(), bending(0.0), surface="overground")
    assert found.side.size == found.start_s.size == found.travel_rad.size == 0
    assert [note.code for note in found.notes] == ["strides.none"]
    np.testing.assert_array_equal(travel_at(found, np.arange(3.0)), 0.0)
    unknown = replace(STRIDES, travel_rad=np.array([NONE, 0.4]))
    np.testing.assert_array_equal(travel_at(unknown, np.arange(3.0)), 0.4)


def test_the_direction_is_of_the_trunk_where_the_pelvis_has_none() -> None:
    gait = contacts_of(Right=(1.0, 1.8, 2.6))
    both = {name: np.full(LONG_S.size, at) for name, at in
            (("pelvic_axial_rotation", 0.2), ("trunk_axial_rotation", 0.5))}  # fmt: skip
    travel = np.full(LONG_S.size, 0.1)
    for names, wanted in ((tuple(both), 0.3), (("trunk_axial_rotation",), 0.6), ((), NONE)):
        angles = angles_of({name: both[name] for name in names}, LONG_S, travel)
        found = segment_strides(gait, angles, surface="overground")
        np.testing.assert_allclose(found.travel_rad, wanted)
        rate = NONE if np.isnan(wanted) else 0.0
        np.testing.assert_allclose(found.turn_rate_radps, rate, atol=1e-9)


def test_the_path_follows_a_bend_to_the_ends_of_both_bouts() -> None:
    """A turn that grows by 0.1 rad/s^2: heading 0.05 t^2 between 1.0 and 2.6 s, 4.6 and 5.75 s."""
    found = segment_strides(events(), bending(), surface="overground")
    at = np.array([1.0, 1.4, 1.8, 2.2, 2.6, 4.6, 5.0, 5.4, 5.75])
    np.testing.assert_allclose(travel_at(found, at), 0.05 * at**2, atol=0.025)
    middle = (found.start_s + found.end_s) / 2.0
    np.testing.assert_allclose(found.turn_rate_radps, 0.1 * middle, atol=0.05)
    fixed = segment_strides(events(), bending(), surface="treadmill")
    np.testing.assert_array_equal(fixed.travel_rad, 0.0)
    np.testing.assert_array_equal(fixed.turn_rate_radps, found.turn_rate_radps)
    np.testing.assert_array_equal(travel_at(fixed, at), 0.0)


def test_direction_goes_in_straight_lines_and_stays_outside_of_bouts() -> None:
    found = segment_strides(events(), bending(), surface="overground")
    own, middle = found.travel_rad, (found.start_s + found.end_s) / 2.0
    slope = np.diff(own) / np.diff(middle)
    first, last = own[0] - slope[0] * 0.4, own[2] + slope[1] * 0.4
    after, end = own[3] - slope[3] * 0.4, own[4] + slope[3] * 0.375
    at = np.array([0.0, 1.0, 1.2, 1.4, 1.575, 1.75, 2.6, 3.6, 4.6, 5.75, 7.0])
    wanted = [first, first, (first + own[0]) / 2.0, own[0], (own[0] + own[1]) / 2.0, own[1], last,
              (last + after) / 2.0, after, end, end]  # fmt: skip
    np.testing.assert_allclose(travel_at(found, at), wanted, atol=1e-12)
    alone = replace(STRIDES, bout=np.array([0, 1]), travel_rad=np.array([0.2, 0.4]))
    np.testing.assert_allclose(travel_at(alone, np.array([1.0, 1.9, 2.5])), [0.2, 0.3, 0.4])


@pytest.mark.parametrize(("surface", "excluded"), [("overground", True), ("treadmill", False)])
def test_a_stride_that_enters_a_bend_is_excluded_where_a_path_is_followed(
    surface: Surface, excluded: bool
) -> None:
    """12 degrees/s from 4.0 s on: no stride turns too fast, but one is bent."""
    heading = np.deg2rad(12.0) * np.clip(LONG_S - 4.0, 0.0, None)
    angles = angles_of({"pelvic_axial_rotation": heading}, LONG_S, np.zeros(LONG_S.size))
    contacts = contacts_of(
        Right=tuple(np.arange(0.3, 7.9, 0.8)), Left=tuple(np.arange(0.7, 7.9, 0.8))
    )
    found = segment_strides(contacts, angles, surface=surface)
    assert ("turning" in found.excluded) == excluded


def test_rotation_is_read_against_the_direction_of_its_stride() -> None:
    """Of 9 degrees from a direction of 31, against the 40 degrees of the strides: none is left."""
    columns = {
        name: np.full(TIME_S.size, np.deg2rad(9.0))
        for name in ("pelvic_axial_rotation", "trunk_axial_rotation", "pelvic_obliquity")
    }
    angles = angles_of(columns, TIME_S, np.full(TIME_S.size, np.deg2rad(TRAVEL_DEG - 9.0)))
    found = stride_angles(angles, stride_data().kinematics, STRIDES)
    for name in columns:
        wanted = 9.0 if name == "pelvic_obliquity" else 0.0
        np.testing.assert_allclose(np.rad2deg(found[name]), wanted, atol=1e-9)


def test_a_mean_is_of_the_samples_from_first_to_before_stop() -> None:
    values = np.array([1.0, 2.0, 4.0, np.nan, 8.0])
    first, stop = np.array([0, 1, 2, 4, 4]), np.array([3, 2, 5, 5, 4])
    found = mean_between(values, first, stop)
    np.testing.assert_allclose(found, [7.0 / 3.0, 2.0, NONE, 8.0, NONE])


def test_curves_are_mean_and_spread_of_the_strides_of_each_side_in_degrees() -> None:
    twice = Strides(
        kind="contact",
        side=np.array([0, 0, 1, 1]),
        start_s=np.array([1.0, 2.0, 1.0, 2.0]),
        end_s=np.array([1.8, 3.0, 1.8, 3.0]),
        **{k: np.full(4, NONE) for k in ("toe_off_s", "opposite_contact_s", "opposite_toe_off_s")},
        bout=np.zeros(4, dtype=np.int64),
        reason=("", "", "", "outlier"),
        travel_rad=np.zeros(4),
        turn_rate_radps=np.zeros(4),
    )
    table = {"pelvic_obliquity": np.deg2rad(curve(ramp(10.0, 20.0), ramp(14.0, 26.0)))}
    found = average_curves(table, TIME_S, twice)
    assert found.n.tolist() == [[2], [1]]
    assert found.mean_deg.shape == found.sd_deg.shape == (2, 101, 1)
    part = np.linspace(0.0, 1.0, 101)
    np.testing.assert_allclose(found.mean_deg[0, :, 0], 12.0 + 11.0 * part, atol=1e-9)
    np.testing.assert_allclose(found.sd_deg[0, :, 0], np.sqrt(0.5) * (4.0 + 2.0 * part), atol=1e-9)
    np.testing.assert_allclose(found.mean_deg[1, :, 0], 10.0 + 10.0 * part, atol=1e-9)
    assert np.isnan(found.sd_deg[1]).all()
    none = average_curves(table, TIME_S, replace(twice, reason=("turning",) * 4))
    assert none.n.tolist() == [[0], [0]]
    assert np.isnan(none.mean_deg).all()


def reasons(
    length: FloatArray,
    size: FloatArray | None = None,
    turning: FloatArray | None = None,
    side: int = 0,
    rotation: FloatArray | None = None,
) -> tuple[str, ...]:
    """Return why strides of one side of these durations and thigh ranges are excluded."""
    size = np.ones(length.size) if size is None else size
    end = np.cumsum(length)
    start = end - length
    time_s = np.arange(0.0, end[-1] + 0.1, 0.01)
    number = np.clip(np.searchsorted(end - 1e-9, time_s, side="right"), 0, length.size - 1)
    part = (time_s - start[number]) / length[number]
    thigh = size[number] * (part > 0.5)
    return exclude_strides(
        side=np.full(length.size, side),
        start=start,
        end=end,
        turning=np.zeros(length.size, dtype=bool) if turning is None else turning,
        rotation=np.full(length.size, NONE) if rotation is None else rotation,
        bout=np.zeros(length.size, dtype=np.int64),
        angles=angles_of({"thigh_extension_r": thigh}, time_s, np.zeros(time_s.size)),
    )


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize(
    ("what", "at", "off", "reason"),
    [
        ("length", 0, 1.0149, ""), ("length", 0, 1.0151, "start_up"),
        ("length", 19, 0.9851, ""), ("length", 19, 0.9849, "slowing"),
        ("size", 0, 1.019, ""), ("size", 0, 1.021, "start_up"), ("size", 19, 0.979, "slowing"),
        ("length", 9, 1.079, ""), ("length", 9, 1.081, "outlier"), ("length", 9, 0.919, "outlier"),
        ("size", 9, 1.159, ""), ("size", 9, 1.161, "outlier"),
    ],
)  # fmt: skip
def test_strides_are_excluded_from_exactly_the_stated_part_on(
    what: str, at: int, off: float, reason: str, side: int
) -> None:
    length, size = np.full(20, 0.7), np.ones(20)
    (length if what == "length" else size)[at] *= off
    found = reasons(length, size, side=side)
    assert found[at] == reason
    assert all(other == "" for i, other in enumerate(found) if i != at)


def test_missing_samples_come_before_a_turn() -> None:
    size = np.ones(20)
    size[4] = np.nan
    found = reasons(np.full(20, 0.7), size, np.isin(np.arange(20), (2, 4)))
    assert found[:5] == ("", "", "turning", "", "missing_samples")
    assert set(found[5:]) == {""}


def test_a_stride_is_settled_by_the_five_that_follow_or_precede_it() -> None:
    assert set(reasons(np.array([0.70] * 6 + [0.735] * 14))) == {""}
    assert set(reasons(np.array([0.70] + [0.735] * 2 + [0.70] * 17))) == {""}
    assert reasons(np.array([0.70] + [0.735] * 3 + [0.70] * 16))[0] == "start_up"
    assert reasons(np.array([0.9, 0.7])) == ("start_up", "slowing")
    assert reasons(np.array([0.8, 0.7])) == ("", "")
