"""What changed between two sessions: the verdict, its uncertainty, and when there is none."""

from __future__ import annotations

from math import hypot, sqrt
from typing import Any

import numpy as np
import pytest
from scipy.stats import t as student

from opensim_pelvis.gait.measures.definitions import shown_in
from opensim_pelvis.sessions.change import Change, compare_sessions
from opensim_pelvis.sessions.definitions import _rules, rules, term_label
from opensim_pelvis.sessions.document import tables
from opensim_pelvis.sessions.repeatability_file import Repeatability, Row, detectable
from opensim_pelvis.sessions.session import Measured, Part, parts_of, same_sensors, worn_between
from opensim_pelvis.sessions.slopes import Slope
from opensim_pelvis.simulate import draw_runner
from opensim_pelvis.simulate.draw_style import curve_range
from tests.benchmarks.change_rates import by_measure, pair, tell, with_less
from tests.conftest import ROOT
from tests.sessions.made import PHASE, ROTATION, measured, session

NORMAL = 1.959964


def rotation(first: Any, later: Any, **known: Any) -> Change:
    found = compare_sessions(first, later, **known).change(ROTATION)
    assert found is not None
    return found


def repeats(sem: float, freedom: float, sensors: Any = "attached anew") -> Repeatability:
    change = detectable(sem)
    row = Row(
        measure=ROTATION, activity="running", sensors=sensors, unit="deg", sd_within=sem, sem=sem,
        freedom=freedom, smallest_detectable_change=change, interval=(change / 2, change * 2),
        people=3, sessions=8, recordings=8,
    )  # fmt: skip
    return Repeatability(rows=(row,), file="own.toml")


# --- the uncertainty of a difference ------------------------------------------------------------


def test_terms_of_both_sessions_and_a_placement_in_each_add_as_squares() -> None:
    terms = ({"heading": 0.9, "fusion": 0.2}, {"heading": 0.4, "fusion": 0.3})
    first, later = (
        session(name, {(ROTATION, "body"): measured(value, strides=1e-9, **some)})
        for name, value, some in zip("ab", (20.0, 10.0), terms, strict=True)
    )
    found = rotation(first, later)
    placement = rules().measures[ROTATION].placement["running"]
    standard = hypot(0.9, 0.4, 0.2, 0.3, sqrt(2.0) * placement)
    assert found.difference == pytest.approx(-10.0)
    assert found.u95 == pytest.approx(NORMAL * standard, rel=1e-6)
    assert (found.first, found.later, found.seen) == (20.0, 10.0, True)
    assert rotation(later, first).difference == pytest.approx(10.0)
    assert [part.name for part in found.parts] == ["placement", "heading", "fusion"]


def test_few_strides_widen_the_interval_by_students_factor() -> None:
    known = {"attachment": "x"}
    first, later = (
        session(n, {(ROTATION, "body"): measured(12.0, strides=0.6)}, **known) for n in "ab"
    )
    # two terms of equal size with 9 degrees of freedom each have 18 together
    assert rotation(first, later).u95 == pytest.approx(
        student.ppf(0.975, 18) * 0.6 * sqrt(2.0), rel=1e-6
    )


def test_a_difference_within_its_uncertainty_is_a_bound_either_way() -> None:
    for later in (13.0, 11.0):
        found = rotation(session("a"), session("b", later))
        assert not found.seen
        assert found.bound == pytest.approx(1.0 + found.u95)
    told = {"measure": ROTATION, "side": "body", "first": 1.0, "later": 2.0}
    assert not Change(**told, difference=2.0, u95=2.0).seen, "zero is in the interval"
    assert Change(**told, difference=-2.1, u95=2.0).seen


def test_the_walking_placement_is_that_of_walking() -> None:
    found = rotation(session("a", kind="walking"), session("b", kind="walking"))
    sizes = {part.name: part.standard for part in found.parts}
    walking = rules().measures[ROTATION].placement["walking"]
    assert sizes["placement"] == pytest.approx(sqrt(2.0) * walking)
    assert walking != rules().measures[ROTATION].placement["running"]


def test_angles_on_a_circle_go_the_shorter_way_round() -> None:
    first, later = (session(n, {(PHASE, "body"): measured(x)}) for n, x in (("a", 350), ("b", 10)))
    found = compare_sessions(first, later).change(PHASE)
    assert found is not None
    assert found.difference == pytest.approx(20.0)


def test_sides_are_compared_each_with_its_own() -> None:
    name = "pelvic_drop_deg"
    first = session("a", {(name, "right"): measured(5.0), (name, "left"): measured(7.0)})
    later = session("b", {(name, "right"): measured(6.0), (name, "left"): measured(4.0)})
    found = compare_sessions(first, later)
    right, left = found.change(name, "right"), found.change(name, "left")
    assert right is not None
    assert left is not None
    assert (right.difference, left.difference) == (pytest.approx(1.0), pytest.approx(-3.0))
    assert found.change(name) is None


# --- what both sessions have in common ----------------------------------------------------------

ALL = ("markers", "fast motion", "heading", "facing", "pose", "events", "fusion",
       "gyroscope scale", "model", "size")  # fmt: skip
SAME = {"pelvis": (1.0, 0.0, 0.0, 0.0)}
OTHER = {"pelvis": (0.8, 0.6, 0.0, 0.0)}


@pytest.mark.parametrize(
    ("facts", "other", "worn", "common"),
    [
        ({}, {}, "attached anew", {"gyroscope scale", "size"}),
        ({}, {"sensors": {"pelvis": "9"}}, "attached anew", {"size"}),
        ({}, {"height_m": 1.71}, "attached anew", {"gyroscope scale"}),
        ({"attachment": "x", "placed": SAME}, {"placed": OTHER}, "left on",
         {"gyroscope scale", "size", "markers", "fast motion", "events"}),
        ({"placed": SAME}, {}, "same calibration",
         {"gyroscope scale", "size", "markers", "fast motion", "events", "facing", "pose",
          "model"}),
    ],
)  # fmt: skip
def test_of_common_terms_the_difference_of_their_sizes_is_left(
    facts: dict[str, Any], other: dict[str, Any], worn: str, common: set[str]
) -> None:
    sizes = {name.replace(" ", "_"): 1.0 for name in ALL}
    first = session("a", {(ROTATION, "body"): measured(12.0, strides=0.5, **sizes)}, **facts)
    again = dict.fromkeys(sizes, 1.5)
    later = session(
        "b", {(ROTATION, "body"): measured(12.0, strides=0.5, **again)}, **(facts | other)
    )
    assert worn_between(first, later) == worn
    parts = {part.name: part.standard for part in rotation(first, later).parts}
    for name in ALL:
        wanted = 0.5 if name in common else hypot(1.0, 1.5)
        assert parts[name] == pytest.approx(wanted), name
    assert ("placement" in parts) == (worn == "attached anew")


def test_what_is_left_of_a_common_term_is_as_unsure_as_the_worse_known_one() -> None:
    def of(name: str, size: float, freedom: float) -> Any:
        parts = (
            Part(name="strides", standard=1e-9, freedom=1e9),
            Part(name="events", standard=size, freedom=freedom),
        )
        known = {("contact_time_s", "right"): Measured(value=0.25, parts=parts)}
        return session(name, known, attachment="x")

    found = compare_sessions(of("a", 0.01, 20.0), of("b", 0.03, 6.0))
    change = found.change("contact_time_s", "right")
    assert change is not None
    assert change.u95 == pytest.approx(student.ppf(0.975, 6.0) * 0.02, rel=1e-6)


def test_a_size_that_is_not_stated_is_nobodys() -> None:
    sizes = {"strides": 0.5, "size": 1.0}
    first, later = (
        session(n, {(ROTATION, "body"): measured(12.0, **sizes)}, height_m=None) for n in "ab"
    )
    parts = {part.name: part.standard for part in rotation(first, later).parts}
    assert parts["size"] == pytest.approx(sqrt(2.0))


def test_sensors_that_changed_are_attached_anew_whatever_is_stated() -> None:
    first = session("a", attachment="x", placed=SAME)
    swapped = session("b", attachment="x", placed=SAME, sensors={"pelvis": "2", "torso": "1"})
    assert worn_between(first, swapped) == "attached anew"
    fewer = session("c", attachment="x", sensors={"pelvis": "1"})
    assert same_sensors(first, fewer)
    assert worn_between(first, fewer) == "left on"
    assert worn_between(first, session("d", attachment="y")) == "attached anew"
    assert not same_sensors(session("e", sensors={}), session("f", sensors={}))


# --- speed --------------------------------------------------------------------------------------


@pytest.mark.parametrize("speed", [3.4, 3.6, 3.8])
def test_speeds_up_to_the_limit_are_equal_and_what_people_do_is_in_the_uncertainty(
    speed: float,
) -> None:
    found = rotation(session("a"), session("b", 13.0, speed_mps=speed))
    assert found.refusal is None
    assert found.difference == pytest.approx(1.0)
    parts = {part.name: part.standard for part in found.parts}
    usual = rules().measures[ROTATION].per_mps * abs(speed - 3.6)
    assert parts.get("speed", 0.0) == pytest.approx(usual, abs=1e-9)
    assert usual == 0.0 or usual == pytest.approx(0.8)


def test_a_stated_slope_takes_the_speed_off_and_its_uncertainty_enters() -> None:
    slopes = {ROTATION: Slope(value=4.0, u95=1.96, unit="deg per m/s")}
    first, later = session("a"), session("b", 18.0, speed_mps=4.6)
    assert rotation(first, later).refusal == "speed_differs"
    found = rotation(first, later, slopes=slopes)
    assert (found.refusal, found.by_slope) == (None, pytest.approx(4.0))
    assert found.difference == pytest.approx(2.0)
    parts = {part.name: part.standard for part in found.parts}
    assert parts["slope"] == pytest.approx(1.0)
    assert "speed" not in parts
    back = rotation(later, first, slopes=slopes)
    assert back.difference == pytest.approx(-2.0)
    assert back.u95 == pytest.approx(found.u95)


def test_a_slope_of_another_measure_does_not_make_speeds_equal() -> None:
    slopes = {"cadence_spm": Slope(value=5.0, u95=1.0, unit="spm per m/s")}
    found = rotation(session("a"), session("b", speed_mps=4.6), slopes=slopes)
    assert found.refusal == "speed_differs"


# --- a laboratory's own repeats -----------------------------------------------------------------


def test_own_repeats_take_the_place_of_the_budget_from_five_degrees_of_freedom_on() -> None:
    first, later = session("a"), session("b", 14.0)
    built_in = rotation(first, later)
    few = rotation(first, later, own=repeats(0.8, 4.9))
    assert (few.basis, few.own_freedom) == ("budget", 4.9)
    assert few.u95 == pytest.approx(built_in.u95)
    own = rotation(first, later, own=repeats(0.8, 5.0))
    assert (own.basis, own.own_freedom) == ("own repeats", 5.0)
    assert own.u95 == pytest.approx(student.ppf(0.975, 5.0) * sqrt(2.0) * 0.8)
    assert own.u95 < built_in.u95


def test_own_repeats_count_for_what_they_are_of_alone() -> None:
    left, anew = repeats(0.8, 9.0, "left on"), repeats(0.8, 9.0)
    assert rotation(session("a"), session("b"), own=left).basis == "budget"
    worn = {"attachment": "x"}
    first, later = session("a", **worn), session("b", **worn)
    assert rotation(first, later, own=anew).basis == "budget"
    assert rotation(first, later, own=left).basis == "own repeats"
    walked = (session(n, kind="walking") for n in "ab")
    assert rotation(*walked, own=anew).basis == "budget"


def test_a_recording_of_few_strides_is_less_sure_than_own_repeats() -> None:
    first = session("a", {(ROTATION, "body"): measured(12.0, strides=1.0)})
    found = rotation(first, session("b"), own=repeats(0.8, 9.0))
    parts = {part.name: part.standard for part in found.parts}
    assert parts["own repeats"] == pytest.approx(0.8 * sqrt(2.0))
    assert parts["strides"] == pytest.approx(0.6)  # 1 and 0.8


# --- no comparison ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"verdict": "rejected"}, "rejected"),
        ({"kind": "walking"}, "activity"),
        ({"speed_mps": None}, "speed_unknown"),
        ({"speed_mps": 3.81}, "speed_differs"),
        ({"speed_mps": 3.39}, "speed_differs"),
        ({"values": {(ROTATION, "body"): Measured(value=12.0)}}, "no_uncertainty"),
    ],
)
def test_what_cannot_be_compared_says_why(facts: dict[str, Any], why: str) -> None:
    one, other = session("a"), session("b", **({"values": 19.0} | facts))
    for two in ((one, other), (other, one)):
        found = rotation(*two)
        assert (found.refusal, found.seen, found.u95) == (why, False, 0.0)


def test_too_few_strides_for_an_interval_leave_no_uncertainty() -> None:
    assert parts_of({"fusion": 0.1, "pose": 2.0}, {}) == ()
    (part,) = parts_of({"strides": 0.1}, {"strides": 9.0})
    assert (part.name, part.standard, part.freedom) == ("strides", 0.1, 9.0)


def test_without_an_activity_there_is_no_placement() -> None:
    assert rotation(session("a", kind=None), session("b", kind=None)).refusal == "no_placement"


def test_a_doubtful_recording_is_compared_and_named_so() -> None:
    assert compare_sessions(session("a"), session("b", verdict="doubtful")).doubtful
    assert not compare_sessions(session("a"), session("b")).doubtful


# --- the table ----------------------------------------------------------------------------------


def test_every_main_measure_but_speed_has_a_change_and_its_numbers_a_source() -> None:
    main = {definition.name for definition in shown_in("main")} - {"speed_mps"}
    assert main <= set(rules().measures)
    for name, row in rules().measures.items():
        assert rules().sources[row.source_key], name
        assert bool(row.per_mps) == bool(row.speed_key), name
    assert (rules().most_apart_mps, rules().least_freedom) == (0.2, 5.0)
    for term in (*rules().terms, *rules().own_terms):
        assert term_label(term)


def test_the_page_has_the_tables_of_today() -> None:
    page = (ROOT / "docs" / "changes.md").read_text(encoding="utf-8")
    assert tables() in page


def test_a_table_that_is_not_whole_is_refused() -> None:
    import tomllib
    from importlib.resources import files

    text = files("opensim_pelvis.sessions").joinpath("changes.toml").read_text(encoding="utf-8")
    for old, new in (
        ("[term.strides]", "[term.stride]"),
        ('common = "never"', 'common = "seldom"'),
        ("[measure.cadence_spm]", "[measure.cadence]"),
        ("[own_term.speed]", "[own_term.pace]"),
        ('source = "times"', 'source = "hearsay"'),
    ):
        assert text.count(old) >= 1
        with pytest.raises(ValueError, match=r"changes\.toml: "):
            _rules(tomllib.loads(text.replace(old, new, 1)))


# --- the benchmark ------------------------------------------------------------------------------


def test_the_benchmark_counts_verdicts_with_their_interval() -> None:
    told = {"measure": ROTATION, "side": "body", "first": 1.0, "later": 2.0}
    changes = [
        Change(**told, difference=5.0, u95=1.0), Change(**told, difference=1.0, u95=3.0),
        Change(**told, difference=-1.0, u95=2.0), Change(**told, refusal="rejected"),
    ]  # fmt: skip
    assert tell(0.4, ROTATION, changes) == (
        f"| {ROTATION} | 40 % | 1 | 2 | 1 | 33.3 | 6.1 to 79.2 | 2 | 2.49 |\n"
    )
    assert by_measure([None]) == {}


def test_the_benchmark_makes_the_curve_of_rotation_smaller_and_nothing_else() -> None:
    runner = draw_runner(np.random.default_rng(1), "running")
    less = with_less(runner, 0.4)
    assert runner.style is not None
    assert less.style is not None
    for name, curve in runner.style.trunk.items():
        part = 0.6 if name == "pelvic_axial_rotation" else 1.0
        assert curve_range(less.style.trunk[name]) == pytest.approx(part * curve_range(curve))
    assert less.pelvic_rotation_range_deg == pytest.approx(0.6 * runner.pelvic_rotation_range_deg)


def test_a_simulated_pair_whose_sensors_stayed_on_is_compared_as_such() -> None:
    found = pair(7002, 0.0, left_on=True)
    assert found is not None
    assert found.worn == "left on"
    change = found.change(ROTATION)
    assert change is not None
    assert "placement" not in {part.name for part in change.parts}
    anew = pair(7002, 0.0)
    assert anew is not None
    wider = anew.change(ROTATION)
    assert wider is not None
    assert wider.u95 > change.u95
