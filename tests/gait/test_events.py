"""Events: the best source is taken, and says what it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.errors import ReadError
from opensim_pelvis.gait.events.detect import detect_events
from opensim_pelvis.gait.events.imported import normalise_events, read_events
from opensim_pelvis.gait.events.leg_contacts import deepest_between
from opensim_pelvis.gait.events.signals import find_extremes, refine
from opensim_pelvis.notices import say
from opensim_pelvis.simulate import SensorSettings
from opensim_pelvis.types import Event, GaitEvents, Result
from opensim_pelvis.types.segments import BODIES
from tests.notices import codes
from tests.running_cases import run_case

SAME_EVERY_STRIDE_S = 0.003  # contacts of equal strides recur within a third of a sample


@pytest.fixture(scope="module")
def everything() -> Result:
    return run_case()[1]


def detect(result: Result, **changes: object) -> GaitEvents:
    return detect_events(
        replace(result.aligned, **changes),
        result.placement,
        result.orientations,
        result.kinematics,
        result.clinical,
        activity="running",
    )


def test_feet_are_taken_first_and_recur_every_stride(everything: Result) -> None:
    events = everything.running.events  # type: ignore[union-attr]
    assert events.kind == "contact"
    assert {say(e.source) for e in events.events} == {"calcn_r", "calcn_l"}
    stride_s = 120.0 / 172.0
    for context in ("Right", "Left"):
        for label in ("initial contact", "toe-off"):
            times = np.array(
                [e.time_s for e in events.events if (e.context, e.label) == (context, label)]
            )
            assert times.size > 14
            steady = np.diff(times[times > 4.0])
            np.testing.assert_allclose(steady, stride_s, atol=SAME_EVERY_STRIDE_S)
    # The truth's contact is a definition, and so is the method's; they are 0.03 strides apart.
    true = [e.time_s for e in run_case()[0].events if e.label == "initial contact"]
    found = [e.time_s for e in events.events if e.label == "initial contact"]
    off = [min(abs(t - f) for f in found) for t in true[2:-2]]
    assert max(off) < 0.05 * stride_s


def test_published_error_and_grain_make_the_uncertainty(everything: Result) -> None:
    for event in everything.events:
        assert event.uncertainty_s == pytest.approx(np.hypot(0.012, 0.005))
    words = " ".join(map(say, everything.running.events.methods.values()))  # type: ignore[union-attr]
    assert "doi:10.3389/fphys.2018.00610" in words


@pytest.mark.parametrize(
    ("worn", "kind", "label", "sources"),
    [
        (BODIES[:6], "contact", "initial contact",
         {"tibia_r", "tibia_l", "knee_angle_r", "knee_angle_l"}),
        (BODIES[:4], "cycle", "thigh swing", {"femur_r", "femur_l"}),
        (BODIES[:2], "cycle", "mid-stance", {"pelvis"}),
    ],
)  # fmt: skip
def test_the_next_best_source(worn: tuple[str, ...], kind: str, label: str, sources: set) -> None:
    _, _, analysis = run_case(bodies=worn)
    assert (analysis.events.kind, analysis.events.start_label) == (kind, label)
    assert {say(e.source) for e in analysis.events.events} == sources
    assert ("contact_time_s" in analysis.absent) == (kind == "cycle")
    assert ("pelvic_rotation_at_contact_deg" in analysis.absent) == (kind == "cycle")


def test_knee_extension_gives_toe_off_where_there_is_no_foot() -> None:
    truth, result, _ = run_case(bodies=BODIES[:6])
    found = np.array([e.time_s for e in result.events if e.label == "toe-off"])
    true = np.array([e.time_s for e in truth.events if e.label == "toe-off"])
    inner = true[(true > 4.5) & (true < 13.5)]
    # the simulated knee is most extended at toe-off, by definition
    assert np.abs(inner[:, None] - found).min(axis=1).max() < 0.01


def test_the_pelvis_alone_tells_the_sides_apart() -> None:
    truth, result, _ = run_case(bodies=("pelvis",))
    stride_s = 120.0 / truth.runner.cadence_spm
    for context, offset in (("Right", 0.0), ("Left", 0.5)):
        times = np.array([e.time_s for e in result.events if e.context == context])
        phase = ((times[times > 4.0] - 2.0) / stride_s - offset) % 1.0
        # in mid-stance of the leg: half of the duty factor after its contact
        np.testing.assert_allclose(phase, truth.runner.duty_factor / 2.0, atol=0.05)


def test_orientations_alone_give_no_contacts(everything: Result) -> None:
    events = detect(everything, acceleration_mps2=None, angular_velocity_radps=None)
    assert events.kind == "cycle"
    assert {e.label for e in events.events} == {"thigh swing"}
    assert "events.orientations_only" in codes(events.notes)


def test_without_a_gyroscope_the_source_says_so(everything: Result) -> None:
    events = detect(everything, angular_velocity_radps=None)
    assert events.kind == "contact"
    assert {say(e.source) for e in events.events} == {
        "calcn_r (from orientations)",
        "calcn_l (from orientations)",
    }


def test_feet_that_do_not_turn_have_no_contacts(everything: Result) -> None:
    still = everything.aligned.angular_velocity_radps
    assert still is not None
    events = detect(
        everything,
        angular_velocity_radps=np.zeros_like(still),
        acceleration_mps2=everything.aligned.acceleration_mps2,
    )
    assert not any(e.label == "initial contact" for e in events.events)


def test_gaps_lose_events_and_nothing_else() -> None:
    from opensim_pelvis.simulate import Gap

    gap = SensorSettings(gaps=(Gap(body="calcn_r", start_s=8.0, length_s=1.0),))
    _, result, _ = run_case(sensors=gap)
    right = np.array(
        [e.time_s for e in result.events if e.context == "Right" and e.label == "initial contact"]
    )
    assert not ((right > 8.0) & (right < 9.0)).any()
    assert (right < 8.0).sum() >= 6
    assert (right > 9.0).sum() >= 6


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


def test_extremes_between_samples() -> None:
    time = np.arange(60) / 10.0
    wave = -np.cos(time - 0.123)
    found = find_extremes(wave, -1, height=0.5)
    np.testing.assert_allclose(refine(wave, found) / 10.0, [0.123], atol=2e-4)
    at = deepest_between(np.array([0.0, -1.0, 0.0, -3.0, 0.0, -2.0, 0.0]), np.array([1, 3, 5]),
                         np.array([0.0, np.nan, 4.0]), np.array([4.0, 5.0, 7.0]))  # fmt: skip
    np.testing.assert_allclose(at, [3.0, np.nan, 5.0])
