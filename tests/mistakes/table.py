"""Every mistake that is tried, and the notices that name its cause."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np

from opensim_pelvis.simulate import Session, demo_sensors
from opensim_pelvis.simulate.demo import demo_runner
from opensim_pelvis.simulate.pose import SITTING, Pose
from opensim_pelvis.types import SensorSignals
from tests.mistakes import signals as do
from tests.mistakes.case import Case, Mistake, sound

Change = Callable[[SensorSignals], SensorSignals]

SWAPPED: Final = ("wearers.",)
MOVED: Final = ("slips.",)
FROZEN: Final = ("signals.frozen",)
GAP: Final = ("timeline.", "signals.absent", "signals.frozen")
RATE: Final = ("signals.rate",)
POSE: Final = ("stance.",)
UNITS: Final = ("signals.",)
MIDDLE_S: Final = 16.0

LEGS: Final = ("femur", "tibia", "calcn")


def swapped(case: Case, *pairs: tuple[str, str]) -> Case:
    """Exchange what is said of the sensors of bodies."""
    other = {a: b for pair in pairs for a, b in (pair, pair[::-1])}
    return replace(
        case, sensors={name: other.get(body, body) for name, body in case.sensors.items()}
    )


def one(body: str, change: Change) -> Callable[[Case], Case]:
    """Return what changes one sensor."""
    return lambda case: case.changed(body, change)


def every(change: Change) -> Callable[[Case], Case]:
    """Return what changes every sensor."""
    return lambda case: case.all_changed(change)


def _swaps() -> Iterator[Mistake]:
    def row(name: str, make: Callable[[Case], Case]) -> Mistake:
        return Mistake(name=f"swap: {name}", make=make, causes=SWAPPED, check="wearers")

    yield row(
        "pelvis-torso, two worn", lambda c: swapped(c.only("pelvis", "torso"), ("pelvis", "torso"))
    )
    yield row("pelvis-torso, all worn", lambda c: swapped(c, ("pelvis", "torso")))
    yield row("all legs", lambda c: swapped(c, *((f"{b}_r", f"{b}_l") for b in LEGS)))
    for part, body in (("thighs", "femur"), ("shanks", "tibia"), ("feet", "calcn")):
        yield row(part, lambda c, b=body: swapped(c, (f"{b}_r", f"{b}_l")))
    for a, b in (
        ("pelvis", "femur_r"), ("torso", "femur_l"), ("femur_r", "tibia_r"), ("tibia_l", "calcn_l"),
        ("femur_r", "tibia_l"), ("torso", "tibia_r"), ("pelvis", "calcn_l"),
    ):  # fmt: skip
        yield row(f"{a}-{b}", lambda c, a=a, b=b: swapped(c, (a, b)))
    yield row(
        "thighs, pelvis and thighs worn",
        lambda c: swapped(c.only("pelvis", "femur_r", "femur_l"), ("femur_r", "femur_l")),
    )


def _mounted() -> Iterator[Mistake]:
    two = ("pelvis", "torso")
    for axis in ("z", "y", "-y"):
        yield Mistake(
            name=f"heading axis {axis} for -z, two worn",
            make=lambda c, a=axis: replace(
                c.only(*two), calibration=replace(c.calibration, heading_axis=a)
            ),
            causes=("forward.", "heading."),
            check="forward",
        )
    for body in ("pelvis", "torso", "femur_r", "tibia_l"):
        for degrees in (20.0, 45.0, 90.0, 180.0):
            for k, axis in enumerate("xyz"):
                turn = [0.0, 0.0, 0.0]
                turn[k] = float(np.deg2rad(degrees))
                yield Mistake(
                    name=f"slip: {body} {degrees:g} deg about {axis}",
                    make=one(
                        body, partial(do.turned_on_body, turn_rad=tuple(turn), from_s=MIDDLE_S)
                    ),
                    causes=MOVED,
                    check="slips",
                )
    for body in two:
        yield Mistake(
            name=f"heading of {body} jumps by 40 deg",
            make=one(body, partial(do.jumped, angle_rad=float(np.deg2rad(40.0)), from_s=MIDDLE_S)),
            causes=("slips.", "heading_jump"),
            check="heading_jumps",
        )


def _posed() -> Iterator[Mistake]:
    still = 2.0

    def posed(turn_deg: tuple[float, float, float]) -> Callable[[Case], Case]:
        def make(case: Case) -> Case:
            # E's x is turned from the runner's forward by the sensors' common heading
            head = HEADING_RAD
            c, s = np.cos(head), np.sin(head)
            forward, left, up = np.deg2rad(turn_deg)
            turn = (c * forward - s * left, s * forward + c * left, up)
            change = partial(do.turned_in_room, turn_rad=turn, until_s=still, within_s=1.5)
            return case.all_changed(change)

        return make

    for lean in (-15.0, 15.0, 25.0):
        yield Mistake(
            name=f"pose: leans forward {lean:g} deg",
            make=posed((0.0, lean, 0.0)),
            causes=POSE,
            check="stood_upright",
        )
        yield Mistake(
            name=f"pose: leans sideways {lean:g} deg",
            make=posed((lean, 0.0, 0.0)),
            causes=POSE,
            check="stood_upright",
        )
    for off in (20.0, 45.0, 90.0, 180.0, -30.0):
        yield Mistake(
            name=f"pose: faces {off:g} deg off",
            make=posed((0.0, 0.0, off)),
            causes=POSE,
            check="faced_ahead",
        )


def _stood() -> Iterator[Mistake]:
    poses = {
        "sits": SITTING,
        "knees bent by 60 deg": Pose(hip_flexion_deg=30.0, knee_flexion_deg=60.0),
    }
    for name, pose in poses.items():
        yield Mistake(
            name=f"pose: {name}",
            make=lambda c, p=pose: sound(
                demo_runner(), Session(duration_s=30.0, rate_hz=100.0, pose=p), demo_sensors()
            ),
            causes=POSE,
            check="legs_straight",
        )
    yield Mistake(
        name="pose: runs off within the static trial",
        make=lambda c: replace(
            c, calibration=replace(c.calibration, window_s=(0.0, c.still_s + 2.0))
        ),
        causes=("pose.", "calibration.", "placement."),
        check="pose",
    )


def _signals() -> Iterator[Mistake]:
    for body in ("pelvis", "torso", "femur_r"):
        yield Mistake(
            name=f"{body} frozen from the middle",
            make=one(body, partial(do.frozen, from_s=MIDDLE_S)),
            causes=FROZEN,
            check="frozen",
        )
        yield Mistake(
            name=f"{body} orientation alone frozen",
            make=one(body, partial(do.frozen, from_s=MIDDLE_S, signals=("R_ES",))),
            causes=FROZEN,
            check="frozen",
        )
        yield Mistake(
            name=f"{body} frozen, no raw signals",
            make=lambda c, b=body: c.all_changed(partial(_bare)).changed(
                b, partial(do.frozen, from_s=MIDDLE_S)
            ),
            causes=FROZEN,
            check="frozen",
        )
        yield Mistake(
            name=f"{body} frozen, fused",
            make=lambda c, b=body: c.changed(b, partial(do.frozen, from_s=MIDDLE_S)).fused(),
            causes=FROZEN,
            check="frozen",
        )
        yield Mistake(
            name=f"{body} repeats its last second",
            make=one(body, partial(do.looped, from_s=MIDDLE_S, length_s=1.0)),
            causes=("signals.",),
            check="frozen",
        )
        yield Mistake(
            name=f"{body} frozen for 4 s",
            make=one(body, partial(do.frozen, from_s=MIDDLE_S, to_s=MIDDLE_S + 4.0)),
            causes=FROZEN,
            check="frozen",
            lesser=True,
        )
        yield Mistake(
            name=f"{body} silent for 8 s",
            make=one(body, partial(do.silent, from_s=12.0, to_s=20.0)),
            causes=GAP,
            check="absent",
            lesser=True,
        )
        yield Mistake(
            name=f"{body} silent for 17 s",
            make=one(body, partial(do.silent, from_s=8.0, to_s=25.0)),
            causes=GAP,
            check="absent",
            lesser=True,
        )
        yield Mistake(
            name=f"{body} zero quaternions for 10 s",
            make=one(body, partial(do.filled, value=0.0, from_s=12.0, to_s=22.0)),
            causes=GAP,
            check="absent",
            lesser=True,
        )
        yield Mistake(
            name=f"{body} NaN from the middle",
            make=one(body, partial(do.filled, value=np.nan, from_s=MIDDLE_S)),
            causes=GAP,
            check="absent",
            lesser=True,
        )
        yield Mistake(
            name=f"{body} 0.1 s late",
            make=one(body, partial(do.delayed, delay_s=0.1)),
            causes=("signals.",),
            check="delay",
        )
        yield Mistake(
            name=f"{body} clock 1 % off",
            make=one(body, partial(do.stretched, factor=1.01)),
            causes=("signals.",),
            check="delay",
        )
        yield Mistake(
            name=f"{body} clock 0.3 % off",
            make=one(body, partial(do.stretched, factor=1.003)),
            causes=("signals.",),
            check="delay",
        )
    yield Mistake(
        name="torso is a copy of pelvis",
        make=_copied(("torso",)),
        causes=("signals.duplicate",),
        check="duplicates",
    )
    yield Mistake(
        name="all sensors one file",
        make=_copied(None),
        causes=("signals.duplicate",),
        check="duplicates",
    )


def _bare(sensor: SensorSignals) -> SensorSignals:
    return do.without(sensor, *do.RAW)


def _copied(bodies: tuple[str, ...] | None) -> Callable[[Case], Case]:
    def make(case: Case) -> Case:
        name = case.worn_on("pelvis")
        source = next(s for s in case.recording.sensors if s.identifier == name)
        wanted = {b for b in case.sensors.values() if b != "pelvis"} if bodies is None else bodies
        for body in wanted:
            case = case.changed(
                body, lambda s: replace(source, identifier=s.identifier, file=s.file)
            )
        return case

    return make


def _units() -> Iterator[Mistake]:
    for factor in (0.5, 1.2, 1.5):
        wrong = partial(_misstated, factor=factor)
        yield Mistake(name=f"rate x{factor:g}", make=wrong, causes=RATE, check="rate")
        yield Mistake(
            name=f"rate x{factor:g}, fused",
            make=lambda c, w=wrong: w(c).fused(),
            causes=RATE,
            check="rate",
        )
        yield Mistake(
            name=f"rate x{factor:g}, no raw signals",
            make=lambda c, w=wrong: w(c.all_changed(_bare)),
            causes=(*RATE, "signals.cadence", "stated."),
            check="cadence",
        )
    for factor in (1.05, 1.3):
        change = partial(do.scaled, signal="angular_velocity_radps", factor=factor)
        yield Mistake(
            name=f"gyroscopes x{factor:g}, fused",
            make=lambda c, f=change: c.all_changed(f).fused(),
            causes=UNITS,
            check="rate",
        )
        yield Mistake(
            name=f"pelvis gyroscope x{factor:g}, fused",
            make=lambda c, f=change: c.changed("pelvis", f).fused(),
            causes=UNITS,
            check="scale",
        )
    faults: Mapping[str, Change] = {
        "acceleration of the other sign": partial(
            do.scaled, signal="acceleration_mps2", factor=-1.0
        ),
        "gyroscopes in deg/s": partial(
            do.scaled, signal="angular_velocity_radps", factor=180.0 / np.pi
        ),
        "acceleration in g": partial(do.scaled, signal="acceleration_mps2", factor=1.0 / 9.80665),
        "gravity removed": _no_gravity,
        "one axis of gyroscopes of the other sign": partial(
            do.scaled, signal="angular_velocity_radps", factor=np.array([1.0, 1.0, -1.0])
        ),
    }
    for name, change in faults.items():
        yield Mistake(name=f"{name}", make=every(change), causes=UNITS, check="raw")
        yield Mistake(
            name=f"{name}, fused",
            make=lambda c, f=change: c.all_changed(f).fused(),
            causes=UNITS,
            check="raw",
        )
    opposite = partial(do.scaled, signal="acceleration_mps2", factor=-1.0)
    for bodies in ((), ("pelvis", "torso")):
        yield Mistake(
            name=f"acceleration of the other sign, raw alone{', two worn' if bodies else ''}",
            make=lambda c, b=bodies: (c.only(*b) if b else c).all_changed(
                lambda s: do.without(opposite(s), "R_ES")
            ),
            causes=("signals.acceleration_sign", "heading.forward"),
            check="forward",
        )
    for how in ("xyzw", "conjugated"):
        yield Mistake(
            name=f"quaternions {how}",
            make=every(partial(do.swapped_order, how=how)),
            causes=("signals.", "orientation."),
            check="raw",
        )
        yield Mistake(
            name=f"quaternions {how}, no raw signals",
            make=lambda c, h=how: c.all_changed(lambda s: _bare(do.swapped_order(s, h))),
            causes=("signals.", "orientation."),
            check="order",
        )


def _misstated(case: Case, factor: float) -> Case:
    rate_hz = factor * case.recording.rate_hz
    return replace(case, recording=replace(case.recording, rate_hz=rate_hz))


def _no_gravity(sensor: SensorSignals) -> SensorSignals:
    from opensim_pelvis.rotations import inverse, rotate

    return replace(
        sensor,
        acceleration_mps2=sensor.acceleration_mps2
        - rotate(
            inverse(sensor.R_ES), np.broadcast_to(do.GRAVITY_E, sensor.acceleration_mps2.shape)
        ),
    )


def _stated() -> Iterator[Mistake]:
    def told(**values: object) -> Callable[[Case], Case]:
        return lambda c: replace(c, activity=replace(c.activity, **values))

    yield Mistake(
        name="speed in km/h", make=told(speed_mps=12.96), causes=("stated.",), check="stated_speed"
    )
    yield Mistake(
        name="activity walking said of a run",
        make=told(kind="walking", speed_mps=None),
        causes=("stated.",),
        check="stated_activity",
    )


HEADING_RAD: Final = float(np.deg2rad(37.0))
"""Heading of the demonstration's runner in E."""

MISTAKES: Final[tuple[Mistake, ...]] = (
    *_swaps(),
    *_mounted(),
    *_posed(),
    *_stood(),
    *_signals(),
    *_units(),
    *_stated(),
)
