"""Sensors that do not keep time with the others are told, with their lag; sound ones are not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.config.settings import TimelineSettings
from opensim_pelvis.config.trial.sensor_map import read_sensor_map
from opensim_pelvis.quality.synchrony import find_late, second_largest_s
from opensim_pelvis.simulate import Session, simulate_runner
from opensim_pelvis.simulate.sensors import simulate_sensors
from opensim_pelvis.timeline.align import align_recording
from opensim_pelvis.timeline.clocks import unify_clocks
from opensim_pelvis.timeline.delays import PairLag, find_lags
from opensim_pelvis.timeline.matching import keep_worn
from opensim_pelvis.types import NOT_CHECKED, Recording
from tests.faulty_signals import BODIES, RAW, WORN, change, real, run, sound, verdict_of, without
from tests.real_sensors import GAITTOOLBOX
from tests.running_cases import REALISTIC

XIMU3 = {
    "Pelvis": "pelvis",
    "Right Upper Leg": "femur_r",
    "Left Upper Leg": "femur_l",
    "Right Lower Leg": "tibia_r",
    "Left Lower Leg": "tibia_l",
    "Right Foot": "calcn_r",
    "Left Foot": "calcn_l",
}


def late(**offset_s: float) -> Recording:
    """Return a run in which sensors show the motion later by some seconds."""
    settings = replace(REALISTIC, clock_offset_s={body: -s for body, s in offset_s.items()})
    truth = simulate_runner(session=Session(duration_s=20.0, rate_hz=60.0))
    return simulate_sensors(truth, settings, BODIES)


def fast(**drift: float) -> Recording:
    """Return a run in which clocks run at a rate of their own, as a part of the true one."""
    settings = replace(REALISTIC, clock_drift_ppm={body: 1e6 * d for body, d in drift.items()})
    truth = simulate_runner(session=Session(duration_s=40.0, rate_hz=60.0))
    return simulate_sensors(truth, settings, BODIES)


@pytest.mark.parametrize(
    ("body", "delay_s", "verdict"),
    [
        ("torso", 0.1, "rejected"),
        ("torso", -0.1, "rejected"),
        ("pelvis", 0.1, "rejected"),
        ("femur_r", -0.06, "rejected"),
        ("torso", 0.04, "doubtful"),
    ],
)
def test_a_delay_is_told_first_with_sensor_and_size(
    body: str, delay_s: float, verdict: str
) -> None:
    result = run(late(**{body: delay_s}))
    first = result.notes[0]
    assert (first.code, first.subject) == ("signals.delay", (body,))
    assert first.values["delay_s"] == pytest.approx(delay_s, abs=0.01)
    assert verdict_of(result, "delay") == verdict
    assert [note.code for note in result.notes].count("signals.delay") == 1


@pytest.mark.parametrize(("body", "drift"), [("torso", 0.01), ("torso", 0.003), ("femur_l", 0.003)])
def test_a_clock_of_another_rate_is_told_first(body: str, drift: float) -> None:
    result = run(fast(**{body: drift}))
    first = result.notes[0]
    assert (first.code, first.subject) == ("signals.clock_apart", (body,))
    assert verdict_of(result, "delay") == "rejected"


def test_a_sound_recording_is_not_accused() -> None:
    aligned = align_recording(sound(), WORN, max_gap_s=0.05)
    lags = find_lags(aligned)
    assert {lag.bodies for lag in lags} == {
        ("pelvis", "torso"), ("pelvis", "femur_r"), ("pelvis", "femur_l")
    }  # fmt: skip
    assert max(abs(lag.lag_s) for lag in lags) < 0.01


def test_without_acceleration_it_is_not_checked() -> None:
    result = run(change(sound(), BODIES, without(RAW)))
    states = {check.name: (check.verdict, check.state) for check in result.quality.checks}
    assert states["delay"] == ("good", NOT_CHECKED)


@pytest.mark.parametrize("name", ["opensense_walk", "gaittoolbox_walk/imu", "formats/ximu3"])
def test_no_real_recording_is_accused(shared_data: Path, name: str) -> None:
    recording = real(shared_data, name)
    worn = {"gaittoolbox_walk/imu": GAITTOOLBOX, "formats/ximu3": XIMU3}.get(name)
    if worn is None:
        worn = read_sensor_map(shared_data / "opensense_walk" / "myIMUMappings.xml")
    names = {
        s.identifier: body
        for s in recording.sensors
        for ending, body in worn.items()
        if s.identifier.endswith(ending.lstrip("_"))
    }
    kept, _ = keep_worn(recording, set(names))
    aligned = align_recording(unify_clocks(kept, TimelineSettings()), names, max_gap_s=0.05)
    lags: dict[tuple[str, str], list[PairLag]] = {}
    for lag in find_lags(aligned):
        lags.setdefault(lag.bodies, []).append(lag)
    assert len(lags) >= 6
    assert max(abs(second_largest_s(rows)) for rows in lags.values()) <= 0.021


def test_the_sensor_that_runs_apart_is_the_one_with_least_company() -> None:
    shank = {
        ("pelvis", "femur_r"): 0.0,
        ("femur_r", "tibia_r"): 0.1,
        ("tibia_r", "calcn_r"): -0.1,
    }
    assert find_late(shank, "pelvis") == {"tibia_r": pytest.approx(0.1)}
    apart = {("femur_r", "tibia_r"): 0.1, ("pelvis", "torso"): 0.0}
    assert set(find_late(apart, "pelvis")) == {"tibia_r"}
    assert np.isclose(
        second_largest_s(
            [
                PairLag(bodies=("a", "b"), middle_s=0.0, lag_s=s, misfit=0.0)
                for s in (0.3, 0.01, -0.2)
            ]
        ),
        -0.2,
    )
