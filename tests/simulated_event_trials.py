"""Simulated people with soft tissue as trials whose contacts and toe-offs are known."""

from __future__ import annotations

import numpy as np

from opensim_pelvis.frames import GRAVITY_MPS2
from opensim_pelvis.gait.events.signals import SegmentSignal
from opensim_pelvis.rotations import rotate
from opensim_pelvis.simulate import SensorSettings, Session, draw_runner, simulate_runner
from opensim_pelvis.simulate.gait_style import Gait
from opensim_pelvis.simulate.worn_sensors import draw_soft_tissue
from opensim_pelvis.types.event import CONTACT, TOE_OFF
from opensim_pelvis.types.segments import BODIES
from tests.event_references import EventTrial
from tests.simulated import align

SESSION = Session(duration_s=12.0, rate_hz=100.0)
INNER = slice(1, -2)
"""Stances with a swing on either side."""


def simulated_trial(seed: int, gait: Gait = "running") -> EventTrial:
    """Return a person drawn at random, sensors along the segments."""
    rng = np.random.default_rng(seed)
    runner = draw_runner(rng, gait)
    truth = simulate_runner(runner, SESSION)
    along = {body: np.array([1.0, 0.0, 0.0, 0.0]) for body in BODIES}
    sensors = SensorSettings(mountings=along, soft_tissue=draw_soft_tissue(rng, runner))
    aligned = align(truth, sensors)
    omega, force = aligned.angular_velocity_radps, aligned.acceleration_mps2
    assert omega is not None
    assert force is not None
    signals = {
        body: SegmentSignal(
            body=body,
            omega_radps=omega[:, i, 2],
            measured=True,
            force_x_mps2=force[:, i, 0],
        )
        for i, body in enumerate(aligned.bodies)
    }
    pelvis = aligned.bodies.index("pelvis")
    felt = rotate(aligned.R_ES[:, pelvis], force[:, pelvis])[:, 2]
    times = {
        (label, side): np.array(
            [e.time_s for e in truth.events if (e.label, e.context) == (label, side)]
        )
        for label in (CONTACT, TOE_OFF)
        for side in ("Right", "Left")
    }
    stances = {}
    for side in ("Right", "Left"):
        contact, off = times[CONTACT, side], times[TOE_OFF, side]
        off = off[off > contact[0]]
        pairs = np.stack([contact[: off.size], off[: contact.size]], axis=1)
        stances[0.0, side[0].lower()] = pairs[INNER]
    return EventTrial(
        name=f"{runner.speed_mps:.1f} m/s",
        person=str(seed),
        speed_mps=runner.speed_mps,
        rate_hz=aligned.rate_hz,
        signals=signals,
        vertical_mps2=felt - GRAVITY_MPS2,
        stances_s=stances,
    )
