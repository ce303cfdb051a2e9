"""Walks with force plates, or with sensors on the legs, for contacts and toe-offs in walking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from opensim_pelvis import pipeline
from opensim_pelvis.config.settings import ActivitySettings, CalibrationSettings
from opensim_pelvis.config.trial.sensor_map import read_sensor_map
from opensim_pelvis.frames import GRAVITY_MPS2, FloatArray
from opensim_pelvis.gait.events.leg_contacts import find_leg_events
from opensim_pelvis.gait.events.signals import SegmentSignal, segment_signal
from opensim_pelvis.io.c3d import open_c3d
from opensim_pelvis.io.c3d.marked_events import read_events
from opensim_pelvis.io.reading import read
from opensim_pelvis.rotations import angular_velocity, inverse, rotate
from opensim_pelvis.types import Result
from opensim_pelvis.types.event import CONTACT, TOE_OFF, shown_by_plate
from tests.real_recordings import read_full_body
from tests.real_sensors import GAITTOOLBOX, QMT

P01_CYCLE_S: Final = 1.2135
P01_CYCLES: Final = 12
P01_LOADED_BW: Final = 0.03  # 20 N of 70 kg
_SEGMENTS: Final = {"tibia": "tibia", "foot": "calcn", "femur": "femur"}


@dataclass(frozen=True, eq=False, kw_only=True)
class Walk:
    """Signals of a walk with its true contacts and toe-offs, seconds, by side.

    ``contacts_s`` of both sides may hold events that no plate saw: of the pelvis' reference.
    """

    name: str
    rate_hz: float
    signals: Mapping[str, SegmentSignal]
    vertical_mps2: FloatArray
    contacts_s: Mapping[str, FloatArray]
    toe_offs_s: Mapping[str, FloatArray]
    steps_s: FloatArray


def p01_walk(data: Path) -> Walk:
    """Return one walker's mean cycle of real sensors, repeated; toe-off of the right leg only."""
    path = data / "p01_walking_imu" / "P01_normwalking.csv"
    lines = [x for x in path.read_text(encoding="utf-8").splitlines() if not x.startswith("#")]
    cycle = dict(zip(lines[0].split(","), np.genfromtxt(lines[1:], delimiter=",").T, strict=True))
    rate_hz = 100.0 / P01_CYCLE_S
    loaded = np.flatnonzero(cycle["GRF_GRF_y_r"] > P01_LOADED_BW)
    starts = P01_CYCLE_S * np.arange(2, P01_CYCLES - 2)
    signals = {
        f"{body}_{side}": SegmentSignal(
            body=f"{body}_{side}",
            omega_radps=np.tile(cycle[f"gyro_{name}_{side}_z"], P01_CYCLES),
            measured=True,
            force_x_mps2=np.tile(cycle[f"acc_{name}_{side}_x"], P01_CYCLES),
        )
        for name, body in _SEGMENTS.items()
        for side in "rl"
    }
    contacts = {"r": starts, "l": starts + P01_CYCLE_S / 2.0}
    return Walk(
        name="P01, real sensors",
        rate_hz=rate_hz,
        signals=signals,
        vertical_mps2=np.tile(cycle["acc_pelvis_y"], P01_CYCLES) - GRAVITY_MPS2,
        contacts_s=contacts,
        toe_offs_s={"r": starts + (loaded.max() + 1) / rate_hz, "l": np.empty(0)},
        steps_s=np.sort(np.concatenate(list(contacts.values()))),
    )


def pig_walk(
    path: Path, R_TB: Mapping[str, FloatArray], pelvis_m: FloatArray, rate_hz: float
) -> Walk:
    """Return a walk over two force plates, from the orientations of its segments (y up)."""
    events = read_events(open_c3d(path))[0]
    true = {
        (label, context[0].lower()): np.array(
            [e.time_s for e in events
             if (e.label, e.context) == (label, context) and shown_by_plate(e.source)]
        )
        for label in (CONTACT, TOE_OFF)
        for context in ("Right", "Left")
    }  # fmt: skip
    steps = [e.time_s for e in events if e.label == CONTACT]
    rise = np.gradient(np.gradient(pelvis_m[:, 1])) * rate_hz**2
    return Walk(
        name="Plug-in Gait, markers",
        rate_hz=rate_hz,
        signals={body: _turning(body, R, rate_hz) for body, R in R_TB.items()},
        vertical_mps2=rise,
        contacts_s={side: true[CONTACT, side] for side in "rl"},
        toe_offs_s={side: true[TOE_OFF, side] for side in "rl"},
        steps_s=np.array(sorted(steps)[1:-1]),
    )


def sensor_walks(data: Path) -> Iterator[Walk]:
    """Yield walks of real sensors: contacts of the pelvis are held against those of the shanks."""
    activity = ActivitySettings(kind="walking", surface="overground")
    still, first = (
        CalibrationSettings(window_s=(1.0, 8.0)),
        CalibrationSettings(window_s=(0.0, 0.0)),
    )
    walk, map_name = data / "opensense_walk", "myIMUMappings.xml"
    yield _walked(
        "opensense_walk",
        pipeline.run(
            read(walk),
            sensors=read_sensor_map(walk / map_name),
            calibration=replace(first, heading_axis="z"),
            activity=activity,
        ),
        (9.5, 24.0),
    )
    boxed = read(data / "gaittoolbox_walk" / "imu")
    result = pipeline.run(boxed, sensors=GAITTOOLBOX, calibration=still, activity=activity)
    yield _walked("gaittoolbox_walk", result, (11.5, 20.5))
    recording = read_full_body(data)
    result = pipeline.run(recording, sensors=QMT, activity=activity)
    yield _walked("qmt_fullbody", result, (56.5, 98.0))


def _walked(name: str, result: Result, span_s: tuple[float, float]) -> Walk:
    aligned = result.aligned
    signals = {
        body: signal
        for body in aligned.bodies
        if (signal := segment_signal(body, aligned, result.placement, result.kinematics))
    }
    i = aligned.bodies.index("pelvis")
    assert aligned.acceleration_mps2 is not None
    felt = rotate(result.orientations.R_GS[:, i], aligned.acceleration_mps2[:, i])[:, 1]
    steps = shank_contacts(signals, aligned.rate_hz)
    return Walk(
        name=name,
        rate_hz=aligned.rate_hz,
        signals=signals,
        vertical_mps2=felt - GRAVITY_MPS2,
        contacts_s={"r": np.empty(0), "l": np.empty(0)},
        toe_offs_s={"r": np.empty(0), "l": np.empty(0)},
        steps_s=steps[(steps > span_s[0]) & (steps < span_s[1])],
    )


def _turning(body: str, R_TB: FloatArray, rate_hz: float) -> SegmentSignal:
    omega = rotate(inverse(R_TB), angular_velocity(R_TB, rate_hz))[:, 2]
    return SegmentSignal(body=body, omega_radps=np.nan_to_num(omega), measured=False)


def shank_contacts(signals: Mapping[str, SegmentSignal], rate_hz: float) -> FloatArray:
    """Return the contacts of both shanks in walking, seconds."""
    found = [
        find_leg_events(signals[f"tibia_{side}"], rate_hz, "walking").contact / rate_hz
        for side in "rl"
    ]
    both = np.concatenate(found)
    return np.sort(both[np.isfinite(both)])
