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
from opensim_pelvis.gait.events.pelvis_contacts import find_contacts
from opensim_pelvis.gait.events.pelvis_cycles import find_steps
from opensim_pelvis.notices import say
from opensim_pelvis.types import Recording, Result, SensorSignals
from tests.benchmarks.events import nearest
from tests.real_sensors import QMT
from tests.walk_references import p01_walk

WALK_S = (56.5, 98.0)


@pytest.mark.parametrize(
    ("segment", "body", "error_s"), [("shank", "tibia", 0.028), ("foot", "calcn", 0.045)]
)
def test_walking_contacts_of_real_sensors_against_a_force_plate(
    shared_data: Path, segment: str, body: str, error_s: float
) -> None:
    """One walker's mean cycle, repeated, since events are looked for between swings."""
    walk = p01_walk(shared_data)
    for side in "rl":
        leg = find_leg_events(walk.signals[f"{body}_{side}"], walk.rate_hz, "walking")
        late = nearest(walk.contacts_s[side], leg.contact / walk.rate_hz)
        assert 0.0 < late.min() <= late.max() < error_s
        off = nearest(walk.toe_offs_s[side], leg.toe_off / walk.rate_hz)
        if segment == "foot":
            assert np.isnan(leg.toe_off).all(), "not to be told"
        elif side == "r":
            assert np.abs(off).max() < 0.015


def test_pelvic_contacts_of_a_real_walk_against_a_force_plate(shared_data: Path) -> None:
    walk = p01_walk(shared_data)
    steps = find_steps(walk.vertical_mps2, walk.rate_hz)
    found = find_contacts(walk.vertical_mps2, steps, walk.rate_hz, "walking")
    late = nearest(walk.steps_s, found / walk.rate_hz)
    assert np.isfinite(late).all()
    assert abs(late.mean()) < 0.02
    assert late.std() < 0.01


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
