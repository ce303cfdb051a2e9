"""What is told of stated wearers: which sensors changed places, and how sure that is."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.calibration.wearers.identify import Wearers
from opensim_pelvis.notices import say
from opensim_pelvis.quality.who_wears import SUREST, judge_wearers
from opensim_pelvis.types import NOT_CHECKED

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
