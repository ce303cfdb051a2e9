"""Events of real walks against a force plate and against what the feet do; skip where absent."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from scipy.io import loadmat

from opensim_pelvis import pipeline
from opensim_pelvis.config.settings import ActivitySettings
from opensim_pelvis.frames import BoolArray
from opensim_pelvis.gait.events.leg_contacts import find_leg_events
from opensim_pelvis.gait.events.signals import SegmentSignal
from opensim_pelvis.notices import say
from opensim_pelvis.types import Recording, Result, SensorSignals
from tests.real_sensors import QMT

CYCLE_S = 1.2135
LOADED_BW = 0.03  # 20 N of 70 kg
WALK_S = (56.5, 98.0)


def test_the_shank_lies_nearer_to_the_force_plate_than_the_foot_in_walking(
    shared_data: Path,
) -> None:
    """One walker's mean cycle, repeated, since events are looked for between swings."""
    path = shared_data / "p01_walking_imu" / "P01_normwalking.csv"
    lines = [x for x in path.read_text(encoding="utf-8").splitlines() if not x.startswith("#")]
    cycle = dict(zip(lines[0].split(","), np.genfromtxt(lines[1:], delimiter=",").T, strict=True))
    rate_hz = 100.0 / CYCLE_S
    toe_off_s = (np.flatnonzero(cycle["GRF_GRF_y_r"] > LOADED_BW).max() + 1) / rate_hz
    late: dict[str, list[float]] = {"tibia": [], "foot": []}
    early: dict[str, float] = {}
    for segment, body in (("tibia", "tibia"), ("foot", "calcn")):
        for side, start in (("r", 0), ("l", 50)):
            omega = np.tile(cycle[f"gyro_{segment}_{side}_z"], 8)
            leg = find_leg_events(
                SegmentSignal(body=f"{body}_{side}", omega_radps=omega, measured=True), rate_hz
            )
            contact = (leg.contact - start + 50.0) % 100.0 - 50.0
            late[segment].append(float(np.nanmedian(contact)) / rate_hz)
            if side == "r":
                early[segment] = toe_off_s - float(np.nanmedian(leg.toe_off % 100.0)) / rate_hz
    assert 0.02 < min(late["tibia"]) <= max(late["tibia"]) < 0.04
    assert 0.055 < min(late["foot"]) <= max(late["foot"]) < 0.08
    assert 0.015 < early["tibia"] < 0.03
    assert 0.03 < early["foot"] < 0.05


@pytest.fixture(scope="module")
def raw_walk(shared_data: Path) -> Result:
    """A walk out and back after other exercises, from accelerometers and gyroscopes alone."""
    path = shared_data / "qmt_fullbody" / "full_body_example_data.mat"
    file = loadmat(path, squeeze_me=True, struct_as_record=False)
    sensors = tuple(
        SensorSignals(
            identifier=f"{body}_imu",
            counter=np.arange(file["t"].size),
            acceleration_mps2=file[name].acc,
            angular_velocity_radps=file[name].gyr,
        )
        for name, body in QMT.items()
    )
    recording = Recording(
        name="raw walk",
        reader="test",
        rate_hz=100.0,
        rate_source="time column",
        counter_source="row number",
        world_frame="none",
        sensors=sensors,
        files=(),
    )
    activity = ActivitySettings(kind="walking", surface="overground")
    return pipeline.run(recording, activity=activity)


def test_feet_take_turns_and_rest_between_contact_and_toe_off(
    raw_walk: Result, shared_data: Path
) -> None:
    low, high = WALK_S
    inside = [e for e in raw_walk.events if low < e.time_s < high]
    contacts = [e for e in inside if e.label == "initial contact"]
    assert len(contacts) > 80
    assert all(a.context != b.context for a, b in itertools.pairwise(contacts))
    omega = raw_walk.aligned.angular_velocity_radps
    assert omega is not None
    rests = 0
    for side, body in (("Right", "calcn_r"), ("Left", "calcn_l")):
        turn = np.linalg.norm(omega[:, raw_walk.aligned.sensors.index(f"{body}_imu")], axis=1)
        own = [e for e in inside if e.context == side]
        for event, following in itertools.pairwise(own):
            part = turn[int(event.time_s * 100.0) : int(following.time_s * 100.0)]
            stance = event.label == "initial contact"
            assert event.label != following.label
            assert (_longest(part < 1.0) >= 8) == stance, (side, event.time_s)
            rests += stance
    assert rests > 80


def _longest(flags: BoolArray) -> int:
    """Return the length of the longest run of samples that hold."""
    return max((sum(1 for _ in run) for holds, run in itertools.groupby(flags) if holds), default=0)


def test_the_turn_of_the_raw_walk_is_excluded_and_its_heading_known(raw_walk: Result) -> None:
    running = raw_walk.running
    assert running is not None
    s = running.strides
    walk = (s.start_s > WALK_S[0]) & (s.end_s < WALK_S[1])
    turning = walk & np.array([reason == "turning" for reason in s.reason])
    assert 3 <= turning.sum() <= 12
    assert s.start_s[turning].min() > 72.0
    assert s.end_s[turning].max() < 79.0
    out = np.rad2deg(s.travel_rad[walk & (s.end_s < 72.0)].mean())
    back = np.rad2deg(s.travel_rad[walk & (s.start_s > 79.0)].mean())
    assert abs(back - out) == pytest.approx(180.0, abs=10.0)
    assert {say(e.source) for e in raw_walk.events} == {"tibia_r", "tibia_l"}
