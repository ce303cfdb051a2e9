"""What is told of stated wearers: which sensors changed places, and how sure that is."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis import pipeline
from opensim_pelvis.calibration.wearers.identify import Wearers
from opensim_pelvis.config.settings import ActivitySettings, CalibrationSettings
from opensim_pelvis.notices import say
from opensim_pelvis.quality.who_wears import SUREST, judge_wearers
from opensim_pelvis.simulate import (
    HEADING_AXIS,
    SENSOR_MAP,
    draw_runner,
    draw_sensors,
    draw_session,
    simulate_runner,
    simulate_sensors,
)
from opensim_pelvis.types import NOT_CHECKED, Recording, Result
from tests import mistakes
from tests.mistakes import MISTAKES

BODIES = ("pelvis", "femur_r", "femur_l", "tibia_r")
SENSORS = tuple(f"{body}_imu" for body in BODIES)


def worn_as(likely: tuple[str, ...], sure: float) -> Wearers:
    """Return what movement says: the likely bodies with a probability, the stated ones else."""
    probability = np.zeros((len(BODIES), len(BODIES)))
    for k, body in enumerate(likely):
        probability[k, BODIES.index(body)] += sure
        probability[k, k] += 1.0 - sure
    return Wearers(bodies=BODIES, probability=probability, likely=likely, likely_probability=sure)


def told(found: Wearers) -> tuple[str, list[tuple[str, tuple[str, ...]]]]:
    evidence = judge_wearers(found, SENSORS, BODIES)
    return evidence.check.verdict, [(note.code, note.subject) for note in evidence.notes]


def test_nothing_is_told_of_sensors_that_are_worn_as_stated() -> None:
    assert told(worn_as(BODIES, 1.0)) == ("good", [])


@pytest.mark.parametrize(
    ("sure", "verdict", "code"),
    [
        (0.999, "rejected", "wearers.swapped"),
        (0.97, "doubtful", "wearers.doubtful"),
        (0.71, "doubtful", "wearers.doubtful"),
        (0.6, "good", "wearers.not_checked"),
    ],
)
def test_how_sure_decides_what_is_told(sure: float, verdict: str, code: str) -> None:
    thighs = ("femur_r_imu", "femur_l_imu")
    found = worn_as(("pelvis", "femur_l", "femur_r", "tibia_r"), sure)
    assert told(found) == (verdict, [(code, thighs)])


def test_the_sentence_names_both_sensors_and_no_more_certainty_than_there_is() -> None:
    found = worn_as(("pelvis", "femur_l", "femur_r", "tibia_r"), 0.9999)
    (note,) = judge_wearers(found, SENSORS, BODIES).notes
    assert say(note).startswith("femur_r_imu and femur_l_imu look swapped")
    assert note.values["bodies"] == ("femur_l", "femur_r")
    assert note.values["sure_percent"] == pytest.approx(100.0 * SUREST)


def test_three_sensors_in_a_ring_are_told_together_and_two_pairs_apart() -> None:
    ring = worn_as(("femur_r", "femur_l", "pelvis", "tibia_r"), 0.999)
    assert told(ring) == ("rejected", [("wearers.swapped", SENSORS[:3])])
    pairs = worn_as(("femur_r", "pelvis", "tibia_r", "femur_l"), 0.999)
    assert told(pairs) == (
        "rejected",
        [("wearers.swapped", SENSORS[:2]), ("wearers.swapped", SENSORS[2:])],
    )


def test_the_surer_of_two_sensors_decides() -> None:
    found = worn_as(("pelvis", "femur_l", "femur_r", "tibia_r"), 0.9)
    found.probability[2] = (0.0, 0.995, 0.005, 0.0)
    assert told(found) == ("rejected", [("wearers.swapped", ("femur_r_imu", "femur_l_imu"))])


def test_a_sensor_that_fits_elsewhere_is_doubted_although_the_whole_fits_best_as_stated() -> None:
    found = worn_as(BODIES, 1.0)
    found.probability[3] = (0.0, 0.25, 0.5, 0.25)
    evidence = judge_wearers(found, SENSORS, BODIES)
    (note,) = evidence.notes
    assert (note.code, note.subject) == ("wearers.doubtful", ("tibia_r_imu",))
    assert note.values["bodies"] == ("femur_l",)
    assert evidence.check.subject == ("tibia_r",)


def test_what_could_not_be_looked_at_is_told_with_its_reason() -> None:
    nothing = Wearers(
        bodies=BODIES,
        probability=np.full((4, 4), 0.25),
        likely=(),
        likely_probability=0.0,
        untold="no steady movement",
    )
    evidence = judge_wearers(nothing, SENSORS, BODIES)
    assert (evidence.check.verdict, evidence.check.state) == ("good", NOT_CHECKED)
    (note,) = evidence.notes
    assert (note.code, note.severity) == ("wearers.not_checked", "note")
    assert "no steady walking or running" in say(note)


# --- through the whole job -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def run() -> Recording:
    """A person drawn at random runs, with pelvis, trunk and thighs worn."""
    rng = np.random.default_rng(5)
    person = draw_runner(rng, "running")
    truth = simulate_runner(person, draw_session(rng, duration_s=14.0))
    return simulate_sensors(truth, draw_sensors(rng, person), WORN)


WORN = ("pelvis", "torso", "femur_r", "femur_l")


def run_with(recording: Recording, exchanged: dict[str, str]) -> Result:
    sensors = {
        identifier: exchanged.get(body, body)
        for identifier, body in SENSOR_MAP.items()
        if body in WORN
    }
    return pipeline.run(
        recording,
        sensors=sensors,
        calibration=CalibrationSettings(window_s=(0.2, 1.8), heading_axis=HEADING_AXIS),
        activity=ActivitySettings(kind="running", surface="treadmill"),
    )


def test_right_labels_pass(run: Recording) -> None:
    result = run_with(run, {})
    (check,) = [c for c in result.quality.checks if c.name == "wearers"]
    assert check.verdict == "good"
    assert not {n.code for n in result.notes} & {"wearers.swapped", "wearers.doubtful"}


@pytest.mark.parametrize(
    "pair", [("femur_r", "femur_l"), ("pelvis", "torso"), ("torso", "femur_l")]
)
def test_a_swap_is_told_first_and_rejects_the_result(run: Recording, pair: tuple[str, str]) -> None:
    result = run_with(run, dict([pair, pair[::-1]]))
    assert result.quality.verdict == "rejected"
    told = [n for n in result.notes if n.code == "wearers.swapped"]
    assert result.notes[0] in told
    assert {s for n in told for s in n.subject} == {f"{body}_imu" for body in pair}


def test_a_sensor_that_is_late_is_not_taken_for_another_segments() -> None:
    """Legs swing before the pelvis moves, as if sides were exchanged: the delay is the cause."""
    late = next(m for m in MISTAKES if m.name == "pelvis 0.1 s late").make(mistakes.sound())
    result = mistakes.analyse(late)
    told = [note.code for note in result.notes if note.severity != "note"]
    assert told[0] == "signals.delay"
    assert not [code for code in told if code.startswith("wearers.")]
