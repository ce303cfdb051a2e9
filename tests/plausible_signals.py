"""Single sensors on people who run, walk and jump, sound ones and broken ones.

For ``python tests/benchmarks/plausibility.py`` and the tests of what is called implausible. The
simulated people stand for a while first, or not at all; strides may be one mean stride repeated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from opensim_pelvis.frames import GRAVITY_MPS2, FloatArray, up_in_earth
from opensim_pelvis.fusion.filter import run_filter
from opensim_pelvis.fusion.signal_check import SOUND, Judgement, judge_signals
from opensim_pelvis.fusion.stretches import cut_stretches, find_sampling
from opensim_pelvis.rotations import (
    angular_velocity,
    from_rotation_vector,
    inverse,
    multiply,
    rotate,
)
from opensim_pelvis.simulate import (
    Session,
    draw_runner,
    draw_sensors,
    simulate_runner,
    simulate_sensors,
)
from opensim_pelvis.timeline.raw_fit import fit_raw
from opensim_pelvis.types import SensorSignals
from opensim_pelvis.types.segments import BODIES

STAND_S: Final = 5.0
BIAS_RADPS: Final = 0.005
"""Standard deviation of a gyroscope's bias, by axis: 0.3 degrees/s."""
SPEEDS_MPS: Final = (2.5, 3.5, 4.5, 5.5, 7.0, 8.0, 9.5)
WALKS_MPS: Final = (0.8, 1.3, 1.9)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Worn:
    """One sound sensor.

    Parameters
    ----------
    person, activity, body : str
    rate_hz : float
    sensor : SensorSignals
    """

    person: str
    activity: str
    body: str
    rate_hz: float
    sensor: SensorSignals


def simulated(number: int, bodies: Sequence[str] = BODIES) -> Iterator[Worn]:
    """Yield the sensors of one person at one speed; with the number all else is drawn."""
    rng = np.random.default_rng([71, number])
    speeds = (*SPEEDS_MPS, *WALKS_MPS)
    speed = speeds[number % len(speeds)]
    gait = "running" if speed in SPEEDS_MPS else "walking"
    runner = draw_runner(rng, gait, speed_mps=speed)
    still_s = (STAND_S, STAND_S, 0.0)[number // len(speeds) % 3]
    session = Session(
        duration_s=float(rng.choice([12.0, 20.0, 30.0])),
        rate_hz=float(rng.choice([60.0, 100.0, 200.0])),
        still_s=max(still_s, 1.0),
        surface=("treadmill", "overground")[int(rng.integers(2))],
        ramp_s=float(rng.uniform(1.5, 4.0)) * max(speed / 3.5, 1.0),
    )
    recording = simulate_sensors(
        simulate_runner(runner, session), draw_sensors(rng, runner), tuple(bodies)
    )
    start = 0.0 if still_s else session.still_s + session.ramp_s
    for body, sensor in zip(bodies, recording.sensors, strict=True):
        bias = rng.normal(0.0, BIAS_RADPS, 3)
        sensor = replace(sensor, angular_velocity_radps=sensor.angular_velocity_radps + bias)
        yield Worn(
            person=f"simulated {number}",
            activity=f"{gait} {speed:g} m/s{'' if still_s else ', no standing'}",
            body=body,
            rate_hz=session.rate_hz,
            sensor=cut(sensor, start, np.inf, session.rate_hz),
        )


def cycles(number: int, bodies: Sequence[str] = BODIES, strides: int = 30) -> Iterator[Worn]:
    """Yield one stride over and over, as averaged cycles are given."""
    rng = np.random.default_rng([72, number])
    speeds = (*SPEEDS_MPS, *WALKS_MPS)
    speed = speeds[number % len(speeds)]
    gait = "running" if speed in SPEEDS_MPS else "walking"
    runner = draw_runner(rng, gait, speed_mps=speed)
    truth = simulate_runner(runner, Session(duration_s=30.0, rate_hz=100.0, surface="treadmill"))
    recording = simulate_sensors(truth, replace(draw_sensors(rng, runner), gaps=()), tuple(bodies))
    samples = round(100.0 / runner.stride_hz)
    for body, sensor in zip(bodies, recording.sensors, strict=True):
        first = sensor.counter.size // 3
        count = (sensor.counter.size - first) // samples
        rows = first + np.round(np.arange(count)[:, None] * 100.0 / runner.stride_hz).astype(int)
        rows = rows[:-1] + np.arange(samples)

        def mean(values: FloatArray, rows: np.ndarray = rows) -> FloatArray:
            return np.tile(values[rows].mean(axis=0), (strides, 1))

        yield Worn(
            person=f"simulated {number}",
            activity=f"mean cycle, {gait} {speed:g} m/s",
            body=body,
            rate_hz=100.0,
            sensor=SensorSignals(
                identifier=sensor.identifier,
                counter=np.arange(samples * strides),
                acceleration_mps2=mean(np.asarray(sensor.acceleration_mps2)),
                angular_velocity_radps=mean(np.asarray(sensor.angular_velocity_radps)),
            ),
        )


JUMPED: Final[Mapping[str, tuple[float, float]]] = {
    "pelvis": (12.0, 0.05), "torso": (15.0, 0.25), "femur_r": (40.0, 0.3), "tibia_r": (25.0, 0.2),
}  # fmt: skip
"""Body: how far it turns within a jump, degrees, and how far the sensor is from its joint, m."""


def jumping(number: int) -> Iterator[Worn]:
    """Yield a person who jumps up and down, every 0.45 to 1.2 s, after standing or not."""
    rng = np.random.default_rng([73, number])
    rate_hz, period_s = 100.0, float(rng.uniform(0.45, 1.2))
    flight = float(rng.uniform(0.35, 0.6))  # of the period
    still_s = STAND_S if number % 2 else 0.0
    t = np.arange(0.0, 20.0 + still_s, 1.0 / rate_hz)
    on = np.clip((t - still_s) / 1.0, 0.0, 1.0) if still_s else np.ones_like(t)
    phase = ((t - still_s) / period_s) % 1.0
    contact = np.clip(phase / (1.0 - flight), 0.0, 1.0)
    push = np.pi / 2.0 * np.sin(np.pi * contact) / (1.0 - flight)  # mean over a jump: 1
    up_mps2 = GRAVITY_MPS2 * on * (push - 1.0)
    bend = np.sin(np.pi * contact) - 2.0 / np.pi * (1.0 - flight)
    for body, (range_deg, arm_m) in JUMPED.items():
        axis = rng.normal(size=3)
        axis = np.array([0.15, 0.15, 1.0]) * np.sign(axis) + 0.1 * axis
        axis /= np.linalg.norm(axis)
        swing = np.deg2rad(range_deg) * on * bend
        yaw = np.deg2rad(4.0) * on * np.sin(2.0 * np.pi * t / 3.7 + rng.uniform(0.0, 6.0))
        mounted = from_rotation_vector(rng.normal(size=3)[None, :])
        R_ES = _chain(from_rotation_vector(np.outer(yaw, up_in_earth())),
                      from_rotation_vector(np.outer(swing, axis)), mounted)  # fmt: skip
        place = arm_m * rotate(from_rotation_vector(np.outer(swing, axis)), up_in_earth())
        acceleration = np.gradient(np.gradient(place, axis=0), axis=0) * rate_hz**2
        force = acceleration + np.outer(up_mps2 + GRAVITY_MPS2, up_in_earth())
        turning = rotate(inverse(R_ES), angular_velocity(R_ES[:, None], rate_hz)[:, 0])
        yield Worn(
            person=f"jumper {number}",
            activity=f"jumping{'' if still_s else ', no standing'}",
            body=body,
            rate_hz=rate_hz,
            sensor=SensorSignals(
                identifier=body,
                counter=np.arange(t.size),
                R_ES=R_ES,
                acceleration_mps2=rotate(inverse(R_ES), force) + rng.normal(0, 0.02, (t.size, 3)),
                angular_velocity_radps=turning + rng.normal(0, 0.002, (t.size, 3)),
            ),
        )


def _chain(*turns: FloatArray) -> FloatArray:
    out = turns[0]
    for turn in turns[1:]:
        out = multiply(out, turn)
    return out


def cut(sensor: SensorSignals, start_s: float, end_s: float, rate_hz: float) -> SensorSignals:
    """Return a part of a sensor's recording."""
    time_s = (sensor.counter - sensor.counter[0]) / rate_hz
    kept = (time_s >= start_s) & (time_s < end_s)

    def of(values: FloatArray | None) -> FloatArray | None:
        return None if values is None else values[kept]

    return replace(
        sensor,
        counter=sensor.counter[kept],
        time_s=of(sensor.time_s),
        R_ES=of(sensor.R_ES),
        acceleration_mps2=of(sensor.acceleration_mps2),
        angular_velocity_radps=of(sensor.angular_velocity_radps),
        free_acceleration_mps2=None,
        magnetic_field=None,
    )


GYROSCOPE, ACCELEROMETER = "angular_velocity_radps", "acceleration_mps2"
_DEGREES, _G = 180.0 / np.pi, 9.80665


def _columns(order: Sequence[int], signs: Sequence[float] = (1.0, 1.0, 1.0)) -> FloatArray:
    matrix = np.zeros((3, 3))
    matrix[range(3), list(order)] = signs
    return matrix


def _signs(*signs: float) -> FloatArray:
    return np.diag(signs)


FAULTS: Final[Mapping[str, Mapping[str, FloatArray]]] = {
    "gyroscope in degrees/s": {GYROSCOPE: _DEGREES * np.eye(3)},
    "gyroscope to radians twice": {GYROSCOPE: np.eye(3) / _DEGREES},
    "acceleration in g": {ACCELEROMETER: np.eye(3) / _G},
    "acceleration in milli-g": {ACCELEROMETER: 1000.0 * np.eye(3) / _G},
    "acceleration times g": {ACCELEROMETER: _G * np.eye(3)},
    "g and degrees/s": {ACCELEROMETER: np.eye(3) / _G, GYROSCOPE: _DEGREES * np.eye(3)},
    "gyroscope x and y exchanged": {GYROSCOPE: _columns((1, 0, 2))},
    "gyroscope y and z exchanged": {GYROSCOPE: _columns((0, 2, 1))},
    "gyroscope columns y, z, x": {GYROSCOPE: _columns((1, 2, 0))},
    "gyroscope x of the other sign": {GYROSCOPE: _signs(-1, 1, 1)},
    "gyroscope y of the other sign": {GYROSCOPE: _signs(1, -1, 1)},
    "gyroscope z of the other sign": {GYROSCOPE: _signs(1, 1, -1)},
    "gyroscope of the other sign": {GYROSCOPE: -np.eye(3)},
    "gyroscope turned about x": {GYROSCOPE: _signs(1, -1, -1)},
    "acceleration x of the other sign": {ACCELEROMETER: _signs(-1, 1, 1)},
    "acceleration z of the other sign": {ACCELEROMETER: _signs(1, 1, -1)},
    "acceleration x and y exchanged": {ACCELEROMETER: _columns((1, 0, 2))},
    "gyroscope scale 1.3": {GYROSCOPE: 1.3 * np.eye(3)},
    "gyroscope scale 0.7": {GYROSCOPE: 0.7 * np.eye(3)},
    "acceleration scale 1.3": {ACCELEROMETER: 1.3 * np.eye(3)},
    "acceleration scale 0.7": {ACCELEROMETER: 0.7 * np.eye(3)},
}
"""What each fault multiplies the vectors of a signal by."""


def broken(worn: Worn, fault: str) -> Worn:
    """Return a sensor with one of `FAULTS`."""
    changed = {
        name: np.asarray(getattr(worn.sensor, name)) @ matrix.T
        for name, matrix in FAULTS[fault].items()
    }
    return replace(worn, sensor=replace(worn.sensor, **changed))


def judged(worn: Worn, *, with_orientations: bool = False) -> Judgement:
    """Return what sensor fusion says of a sensor's raw signals."""
    sampling = find_sampling(worn.sensor, worn.rate_hz)
    stretches = cut_stretches(worn.sensor, sampling, max_gap_s=0.05)
    if not stretches:
        return SOUND
    parts = [
        run_filter(worn.sensor, s, sampling.step_s, gyroscope="mean", magnetometer=False)
        for s in stretches
    ]
    part = max(parts, key=lambda part: part.stretch.samples)
    fit = fit_raw(worn.sensor, worn.sensor.counter / worn.rate_hz) if with_orientations else None
    return judge_signals(part.force_mps2, part.unbiased_radps(), sampling.step_s, fit)


def real_people(data: Path) -> Iterator[Worn]:
    """Yield sensors of real recordings, and virtual ones from markers of two runners."""
    from tests.faulty_signals import REAL, real
    from tests.real_recordings import marker_runs, read_full_body

    whole = [(name, real(data, name)) for name in REAL]
    for name, recording in [*whole, ("qmt_fullbody", read_full_body(data))]:
        for sensor in recording.sensors:
            if sensor.acceleration_mps2 is not None and sensor.angular_velocity_radps is not None:
                yield Worn(
                    person=name,
                    activity="real",
                    body=sensor.identifier,
                    rate_hz=recording.rate_hz,
                    sensor=sensor,
                )
    yield from mean_walk(data)
    for number, run in enumerate(marker_runs(data)):
        for k, body in enumerate(run.bodies):
            yield Worn(
                person=f"rbds_running {number}",
                activity="real, from markers",
                body=body,
                rate_hz=run.rate_hz,
                sensor=SensorSignals(
                    identifier=body,
                    counter=np.arange(run.time_s.size),
                    acceleration_mps2=np.asarray(run.acceleration_mps2)[:, k],
                    angular_velocity_radps=np.asarray(run.angular_velocity_radps)[:, k],
                ),
            )


def mean_walk(data: Path, cycles: int = 40) -> Iterator[Worn]:
    """Yield the mean cycle of ``p01_walking_imu`` over and over."""
    path = data / "p01_walking_imu" / "P01_normwalking.csv"
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    table = np.array([[float(cell) for cell in line.split(",")] for line in lines[1:]])
    column = dict(zip(lines[0].split(","), table.T, strict=True))
    for body in ("pelvis", "femur_r", "femur_l", "tibia_r", "tibia_l", "foot_r", "foot_l"):
        acceleration, turning = (
            np.tile(np.column_stack([column[f"{name}_{body}_{axis}"] for axis in "xyz"]),
                    (cycles, 1))
            for name in ("acc", "gyro")
        )  # fmt: skip
        yield Worn(
            person="p01_walking_imu",
            activity="real, mean cycle",
            body=body,
            rate_hz=100.0 / 1.2135,
            sensor=SensorSignals(
                identifier=body,
                counter=np.arange(acceleration.shape[0]),
                acceleration_mps2=acceleration,
                angular_velocity_radps=turning,
            ),
        )
