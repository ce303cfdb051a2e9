"""Events: the best source is taken, and says what it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.errors import ReadError
from opensim_pelvis.gait.events.detect import detect_events
from opensim_pelvis.gait.events.imported import normalise_events, read_events
from opensim_pelvis.notices import say
from opensim_pelvis.simulate import SensorSettings, Truth
from opensim_pelvis.types import Event, GaitEvents, Result, RunningAnalysis
from opensim_pelvis.types.segments import BODIES
from tests.notices import codes
from tests.running_cases import run_case

SAME_EVERY_STRIDE_S = 0.003  # contacts of equal strides recur within a third of a sample


@pytest.fixture(scope="module")
def simulated() -> tuple[Truth, Result, RunningAnalysis]:
    return run_case()


@pytest.fixture(scope="module")
def everything(simulated: tuple[Truth, Result, RunningAnalysis]) -> Result:
    return simulated[1]


def detect(result: Result, **changes: object) -> GaitEvents:
    return detect_events(
        replace(result.aligned, **changes),
        result.placement,
        result.orientations,
        result.kinematics,
        result.clinical,
        activity="running",
    )


def test_contact_comes_from_the_shank_and_toe_off_from_the_foot(
    simulated: tuple[Truth, Result, RunningAnalysis],
) -> None:
    truth, _, analysis = simulated
    events = analysis.events
    assert events.kind == "contact"
    told = {(say(e.source), e.label, e.context) for e in events.events}
    assert told == {
        ("tibia_r", "initial contact", "Right"),
        ("tibia_l", "initial contact", "Left"),
        ("calcn_r", "toe-off", "Right"),
        ("calcn_l", "toe-off", "Left"),
    }
    assert events.contact_time_error_s == 0.016
    stride_s = 120.0 / 172.0
    for context in ("Right", "Left"):
        for label in ("initial contact", "toe-off"):
            times = np.array(
                [e.time_s for e in events.events if (e.context, e.label) == (context, label)]
            )
            assert times.size > 14
            steady = np.diff(times[times > 4.0])
            np.testing.assert_allclose(steady, stride_s, atol=SAME_EVERY_STRIDE_S)
    for label in ("initial contact", "toe-off"):
        true = [e.time_s for e in truth.events if e.label == label]
        found = [e.time_s for e in events.events if e.label == label]
        off = [min(abs(t - f) for f in found) for t in true[2:-2]]
        assert max(off) < 0.03, "the simulated foot rolls more smoothly than people's"


def test_the_error_of_the_method_and_grain_make_the_uncertainty(everything: Result) -> None:
    errors = {"initial contact": 0.008, "toe-off": 0.017}
    for event in everything.events:
        assert event.uncertainty_s == pytest.approx(np.hypot(errors[event.label], 0.005))
    words = " ".join(map(say, everything.running.events.methods.values()))  # type: ignore[union-attr]
    assert "PMC10255839" in words
    assert "3 people" in words


def test_the_error_of_contact_time_is_that_of_the_sensors_worn(everything: Result) -> None:
    stride_s = 120.0 / 172.0
    of_legs = run_case(bodies=BODIES[:6])[2]
    for analysis, error_s in ((everything.running, 0.016), (of_legs, 0.023)):
        assert analysis is not None
        known = {d.name: d.error for d in analysis.definitions}
        assert known["contact_time_s"] == known["flight_time_s"] == error_s
        assert known["duty_factor_ratio"] == pytest.approx(error_s / stride_s, abs=0.001)


@pytest.mark.parametrize(
    ("worn", "sources", "times"),
    [
        (BODIES[:6], {"tibia_r", "tibia_l"}, True),
        (BODIES[:4], {"pelvis"}, False),
        (BODIES[:2], {"pelvis"}, False),
    ],
)  # fmt: skip
def test_the_next_best_source(worn: tuple[str, ...], sources: set[str], times: bool) -> None:
    _, _, analysis = run_case(bodies=worn)
    assert (analysis.events.kind, analysis.events.start_label) == ("contact", "initial contact")
    assert {say(e.source) for e in analysis.events.events} == sources
    for name in ("contact_time_s", "flight_time_s", "duty_factor_ratio"):
        assert (name not in analysis.absent) == times, "pelvis and thigh claim no contact time"
    assert "pelvic_rotation_at_contact_deg" not in analysis.absent


def test_thighs_give_contacts_where_the_pelvis_has_no_accelerometer(everything: Result) -> None:
    worn = [everything.aligned.bodies.index(body) for body in BODIES[:4]]
    force = everything.aligned.acceleration_mps2
    assert force is not None
    force = force[:, worn].copy()
    force[:, 0] = np.nan
    gyroscopes = everything.aligned.angular_velocity_radps
    assert gyroscopes is not None
    aligned = replace(
        everything.aligned,
        sensors=everything.aligned.sensors[:4],
        bodies=BODIES[:4],
        identifiers=everything.aligned.identifiers[:4],
        R_ES=everything.aligned.R_ES[:, worn],
        acceleration_mps2=force,
        angular_velocity_radps=gyroscopes[:, worn],
        magnetic_field=None,
    )
    events = detect_events(
        aligned,
        everything.placement,
        everything.orientations,
        everything.kinematics,
        everything.clinical,
        activity="running",
    )
    assert {say(e.source) for e in events.events} == {"femur_r", "femur_l"}
    assert {e.label for e in events.events} == {"initial contact"}
    assert np.isnan(events.contact_time_error_s)
    walking = detect_events(
        aligned,
        everything.placement,
        everything.orientations,
        everything.kinematics,
        everything.clinical,
        activity="walking",
    )
    assert walking.kind == "cycle", "constants of running are not used in walking"


def test_thighs_that_were_recorded_for_longer_than_the_pelvis_give_the_steps() -> None:
    from opensim_pelvis.simulate import Gap

    for length_s, source in ((1.0, {"pelvis"}), (5.0, {"femur_r", "femur_l"})):
        gap = SensorSettings(gaps=(Gap(body="pelvis", start_s=8.0, length_s=length_s),))
        _, result, _ = run_case(sensors=gap, bodies=BODIES[:4])
        assert {say(e.source) for e in result.events} == source


@pytest.mark.parametrize("worn", [("pelvis",), BODIES[:4]])
def test_contacts_of_the_pelvis_have_the_right_side(worn: tuple[str, ...]) -> None:
    truth, result, _ = run_case(bodies=worn)
    stride_s = 120.0 / truth.runner.cadence_spm
    for context, offset in (("Right", 0.0), ("Left", 0.5)):
        times = np.array([e.time_s for e in result.events if e.context == context])
        phase = ((times[times > 4.0] - 2.0) / stride_s - offset + 0.5) % 1.0 - 0.5
        np.testing.assert_allclose(phase, 0.0, atol=0.05)


def test_orientations_alone_give_no_contacts(everything: Result) -> None:
    events = detect(everything, acceleration_mps2=None, angular_velocity_radps=None)
    assert events.kind == "cycle"
    assert {e.label for e in events.events} == {"thigh swing"}
    assert "events.orientations_only" in codes(events.notes)


def test_without_a_gyroscope_the_source_says_so(everything: Result) -> None:
    events = detect(everything, angular_velocity_radps=None)
    assert events.kind == "contact"
    assert {say(e.source) for e in events.events} == {
        f"{body}_{side} (from orientations)" for body in ("tibia", "calcn") for side in "rl"
    }


def test_legs_that_do_not_turn_have_no_contacts(everything: Result) -> None:
    still = everything.aligned.angular_velocity_radps
    assert still is not None
    events = detect(
        everything,
        angular_velocity_radps=np.zeros_like(still),
        acceleration_mps2=everything.aligned.acceleration_mps2,
    )
    assert {say(e.source) for e in events.events} == {"pelvis"}


def test_gaps_lose_events_and_nothing_else() -> None:
    from opensim_pelvis.simulate import Gap

    gaps = tuple(Gap(body=body, start_s=8.0, length_s=1.0) for body in ("tibia_r", "calcn_r"))
    _, result, _ = run_case(sensors=SensorSettings(gaps=gaps))
    for label in ("initial contact", "toe-off"):
        right = np.array(
            [e.time_s for e in result.events if (e.context, e.label) == ("Right", label)]
        )
        assert not ((right > 8.0) & (right < 9.0)).any()
        assert (right < 8.0).sum() >= 6
        assert (right > 9.0).sum() >= 6


def test_the_shank_steps_in_for_the_foot_and_the_foot_for_the_shank() -> None:
    from opensim_pelvis.simulate import Gap

    gaps = (
        Gap(body="calcn_r", start_s=6.0, length_s=1.5),
        Gap(body="tibia_r", start_s=9.0, length_s=1.5),
    )
    _, result, analysis = run_case(sensors=SensorSettings(gaps=gaps))
    for label in ("initial contact", "toe-off"):
        events = [e for e in result.events if (e.context, e.label) == ("Right", label)]
        times = np.array([e.time_s for e in events])
        assert np.abs(np.diff(times[times > 4.0]) - 120.0 / 172.0).max() < 0.05
        assert {say(e.source) for e in events} == {"tibia_r", "calcn_r"}
    assert analysis.events.contact_time_error_s == 0.023, "the worst pair that was used"


def test_imported_events_win(everything: Result) -> None:
    given = tuple(
        Event(time_s=t, label="Foot Strike", context="Right", source="plate", uncertainty_s=0.001)
        for t in (5.0, 5.7, 6.4)
    )
    events = detect_events(
        everything.aligned,
        everything.placement,
        everything.orientations,
        everything.kinematics,
        everything.clinical,
        activity="running",
        imported=given,
    )
    assert events.kind == "contact"
    assert [e.time_s for e in events.events] == [5.0, 5.7, 6.4]
    assert {e.label for e in events.events} == {"initial contact"}
    assert normalise_events((replace(given[0], context="General"),)) == ()


def test_a_table_of_events_is_read_and_its_faults_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text("time_s,label,side\n2.5,Foot Off,l\n1.0,heel strike,Right\n", encoding="utf-8")
    events = read_events(path)
    assert [(e.time_s, e.label, e.context) for e in events] == [
        (1.0, "initial contact", "Right"),
        (2.5, "toe-off", "Left"),
    ]
    path.write_text("time_s,label,side\nx,heel strike,l\n1.0,jump,l\n", encoding="utf-8")
    with pytest.raises(ReadError, match=r"line 2.*\n.*line 3"):
        read_events(path)
    path.write_text("when,what\n1,2\n", encoding="utf-8")
    with pytest.raises(ReadError, match="wanted the columns time_s, label, side"):
        read_events(path)
    with pytest.raises(ReadError, match=r"none\.csv"):
        read_events(tmp_path / "none.csv")
