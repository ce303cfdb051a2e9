"""Imported events before those of sensors: events of two legs, written by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final, Literal

import numpy as np
import pytest

from opensim_pelvis.gait.events.prefer import pair_events, prefer_imported
from opensim_pelvis.notices import notice
from opensim_pelvis.types import Event, GaitEvents
from opensim_pelvis.types.event import CONTACT, TOE_OFF
from tests.notices import coded, codes

PLATE: Final = notice("source.force_plate", plate=1, file="x.c3d")
RIGHT_S: Final = (1.0, 1.8, 2.6)
LEFT_S: Final = (1.4, 2.2, 3.0)
"""Steps of 0.4 s: 0.12 s are three tenths of one."""


def event(
    at: float, side: Literal["Left", "Right", "General"], label: str = CONTACT, error_s: float = 0.0
) -> Event:
    return Event(time_s=at, label=label, context=side, source=PLATE, uncertainty_s=error_s)


def contacts(late_s: float = 0.0, *, right: int = 3, left: int = 3) -> list[Event]:
    """Return the first contacts of either leg."""
    own = [event(at + late_s, "Right") for at in RIGHT_S[:right]]
    return own + [event(at + late_s, "Left") for at in LEFT_S[:left]]


def sensors(
    events: list[Event], kind: Literal["contact", "cycle", "none"] = "contact"
) -> GaitEvents:
    ordered = tuple(sorted(events, key=lambda one: one.time_s))
    return GaitEvents(
        events=ordered, kind=kind, start_label=CONTACT, notes=(notice("events.none"),)
    )


def test_without_imported_events_those_of_the_sensors_stay() -> None:
    found = sensors(contacts())
    assert prefer_imported([], found) is found


def test_events_pair_with_the_nearest_of_their_label() -> None:
    others = [event(2.0, "Left"), event(1.0, "Right"), event(1.4, "Left", TOE_OFF)]
    wanted = [event(0.2, "Right"), event(1.4, "Right"), event(1.6, "Right"), event(9.0, "Left")]
    found = pair_events(wanted, others)
    assert [other.time_s for other, _ in found if other] == [1.0, 1.0, 2.0, 2.0]
    assert [gap_s for _, gap_s in found] == pytest.approx([0.8, 0.4, 0.4, 7.0])
    (off,) = pair_events([event(5.0, "Right", TOE_OFF)], others)
    assert off == (others[2], pytest.approx(3.6))
    assert pair_events([event(1.0, "Right", "loading")], others) == [(None, math.inf)]


@pytest.mark.parametrize(("away_s", "told"), [(0.119, True), (0.121, False)])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_plate_gets_its_side_within_three_tenths_of_a_step(
    away_s: float, told: bool, sign: float
) -> None:
    own = sensors(contacts())
    given = [event(e.time_s + sign * away_s, "General", "Foot Strike") for e in own.events]
    found = prefer_imported(given, own)
    if told:
        assert [e.context for e in found.events] == ["Right", "Left"] * 3
        assert {e.label for e in found.events} == {CONTACT}
        assert "events.without_side" not in codes(found.notes)
    else:
        assert found.events == own.events
        assert codes(found.notes) == [
            "events.none",
            "events.without_side",
            "events.imported_no_stride",
        ]
        (lost,) = coded(found.notes, "events.without_side")
        assert lost.values["events"] == 6


def test_the_side_that_a_plate_has_of_the_sensors_is_as_doubtful_as_theirs() -> None:
    found = replace(sensors(contacts()), sides_wrong=0.2)
    plates = [replace(one, context="General") for one in contacts()]
    assert prefer_imported(plates, found).sides_wrong == 0.2
    assert math.isnan(prefer_imported(contacts(), found).sides_wrong)


def test_of_plates_that_reach_no_step_and_other_events_the_first_are_counted() -> None:
    own = sensors(contacts())
    given = [
        *contacts(),
        event(1.6, "General"),
        event(1.41, "General"),
        event(1.4, "General", "jump"),
    ]
    found = prefer_imported(given, own)
    assert len(found.events) == 7
    assert [note.values for note in found.notes] == [{"events": 1}]


def test_a_step_is_known_from_two_contacts_on() -> None:
    given = [*contacts(), event(1.0, "General")]
    for first, lost in ((1, 1), (2, 0)):
        own = sensors([event(1.0, "Right"), event(1.4, "Left")][:first])
        notes = coded(prefer_imported(given, own).notes, "events.without_side")
        assert [note.values["events"] for note in notes] == [1] * lost


def test_imported_events_count_from_one_whole_stride_of_a_leg_on() -> None:
    own = sensors(contacts())
    short = prefer_imported(contacts(right=1, left=1), own)
    assert short.events == own.events
    assert coded(short.notes, "events.imported_no_stride")[0].values["events"] == 2
    assert codes(short.notes) == ["events.none", "events.imported_no_stride"]
    whole = prefer_imported(contacts(right=2, left=1), own)
    assert len(whole.events) == 3
    assert (whole.kind, whole.start_label) == ("contact", CONTACT)
    (more,) = whole.notes
    assert more.code == "events.more_in_sensors"
    assert (more.values["imported"], more.values["seen"]) == (1, 4)


def test_toe_offs_are_no_strides_and_other_events_are_where_there_is_no_contact() -> None:
    offs = [event(at, "Right", TOE_OFF) for at in RIGHT_S]
    own = sensors(contacts())
    assert prefer_imported(offs, own).events == own.events
    cycles = sensors([event(at, "Right", "thigh swing") for at in RIGHT_S], "cycle")
    found = prefer_imported(contacts(right=2, left=0), cycles)
    assert coded(found.notes, "events.more_in_sensors")[0].values["seen"] == 2
    equal = prefer_imported(contacts(right=3, left=0), cycles)
    assert equal.notes == ()
    none = sensors(contacts(), "none")
    assert prefer_imported(contacts(right=2, left=0), none).notes == ()


@pytest.mark.parametrize(
    ("late_s", "told"),
    [(0.099, None), (0.101, "late"), (-0.099, None), (-0.101, "early"), (0.0, None)],
)
def test_contacts_a_tenth_of_a_second_from_those_of_the_sensors_are_doubted(
    late_s: float, told: str | None
) -> None:
    """Of each leg against its own, the median: one odd contact does not count."""
    given = [*contacts(late_s)[1:], event(1.17, "Right"), event(1.9, "Left", TOE_OFF)]
    notes = prefer_imported(given, sensors(contacts())).notes
    assert [note.code for note in notes] == ([] if told is None else [f"events.imported_{told}"])
    if told is not None:
        assert notes[0].values["apart_s"] == pytest.approx(abs(late_s))


def test_a_leg_is_compared_with_its_own_contacts() -> None:
    """Each imported contact lies on one of the other leg, 0.4 s from its own."""
    swapped = [replace(e, context="Left" if e.context == "Right" else "Right") for e in contacts()]
    (note,) = prefer_imported(swapped, sensors(contacts())).notes
    assert note.values["apart_s"] == pytest.approx(0.4)
    other = sensors(contacts(left=0))
    left = [event(at + 0.3, "Left") for at in LEFT_S]
    assert prefer_imported(left, other).notes == (), "nothing to be compared with"
    for leg in ({"left": 0}, {"right": 0}):
        (note,) = prefer_imported(contacts(0.2, **leg), sensors(contacts(**leg))).notes
        assert note.code == "events.imported_late"


def test_exactly_a_tenth_of_a_second_is_not_doubted_and_exactly_three_tenths_of_a_step_tell() -> (
    None
):
    own = sensors([event(at, "Right") for at in (0.0, 1.0, 2.0)])
    late = [event(0.1, "Right"), event(1.1, "Left"), event(2.1, "Left")]
    assert codes(prefer_imported(late, own).notes) == ["events.more_in_sensors"]
    told = prefer_imported([event(at, "General") for at in (0.3, 1.0)], own)
    assert [(e.time_s, e.context) for e in told.events] == [(0.3, "Right"), (1.0, "Right")]


def test_the_error_of_contact_times_is_of_the_medians_of_both_events() -> None:
    given = [
        *(
            event(at, "Right", CONTACT, error)
            for at, error in zip(RIGHT_S, (3, 3, 90), strict=True)
        ),
        *(
            event(at + 0.2, "Right", TOE_OFF, error)
            for at, error in zip(RIGHT_S, (4, 0, 4), strict=True)
        ),
    ]
    found = prefer_imported(given, sensors(contacts()))
    assert found.contact_time_error_s == pytest.approx(5.0)
    assert found.methods == {PLATE: notice("method.plate")}
    assert np.isnan(prefer_imported(given[:3], sensors([])).contact_time_error_s)
    marked = notice("source.marked", file="x.c3d")
    by_hand = [replace(e, source=marked) for e in given]
    found = prefer_imported(by_hand, sensors(contacts()))
    assert found.methods == {marked: notice("method.imported", source=marked)}
