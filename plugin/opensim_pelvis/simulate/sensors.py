"""Any set of sensors on the simulated runner: exact signals first, then their faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from opensim_pelvis.config.settings import BODIES
from opensim_pelvis.errors import SettingsError, raise_faults
from opensim_pelvis.frames import (
    GRAVITY_MPS2,
    R_GE_NOMINAL,
    BoolArray,
    FloatArray,
    turn_about_vertical,
)
from opensim_pelvis.notices import SIMULATED, notice
from opensim_pelvis.rotations import from_rotation_vector, inverse, multiply, rotate
from opensim_pelvis.simulate.harmonics import Harmonics, smooth_step
from opensim_pelvis.simulate.mountings import (
    SENSOR_MAP,
    TYPICAL_POSITIONS_M,
    typical_mountings,
)
from opensim_pelvis.simulate.rigid_bodies import Motion
from opensim_pelvis.simulate.sensor_settings import Disturbance, Gap, SensorSettings
from opensim_pelvis.simulate.soft_tissue import on_skin
from opensim_pelvis.simulate.truth import Truth, sample_runner
from opensim_pelvis.types import Recording, SensorSignals

MAGNETIC_FIELD_G: Final = (0.5, -float(np.sqrt(0.75)), 0.0)
"""Unit field in G, 60 degrees downward, as in central Europe."""

# Soft tissue rings at harmonics 6, 8 and 10 of the stride, strongest at each initial contact.
_WOBBLE: Final = Harmonics(np.array([0, 0, 0, 0, 0, 0, -0.25j, 0, -0.5j, 0, -0.25j]))
_DRIFT_AFTER_S: Final = 60.0

__all__ = ["Disturbance", "Gap", "SensorSettings", "simulate_sensors"]


def simulate_sensors(
    truth: Truth, settings: SensorSettings | None = None, bodies: Sequence[str] = BODIES
) -> Recording:
    """Return what sensors on the given bodies record.

    Orientation is ``R_ES = R_EG R_GB R_BS``; acceleration is specific force in S at the
    sensor's place; the magnetic field is fixed in G, so turning E changes ``R_ES`` alone.

    Parameters
    ----------
    truth : Truth
    settings : SensorSettings, optional
        Clean sensors in their usual places when not given.
    bodies : sequence of str
        Bodies that wear a sensor, in the order of the recording.

    Returns
    -------
    Recording
        As a reader would return it; sensors are called as in `SENSOR_MAP`.
    """
    settings = settings or SensorSettings()
    unknown = sorted(set(bodies) - set(BODIES))
    raise_faults(
        SettingsError, "simulated sensors", [f"no body is called '{body}'" for body in unknown]
    )
    sensors = tuple(_record(truth, settings, body) for body in bodies)
    rate_hz = max(settings.rate_hz.get(body, truth.session.rate_hz) for body in bodies)
    counted = notice("source.field", field="PacketCounter")
    if settings.clocks != "common":
        counted = notice("source.stamps")
    return Recording(
        name="simulated",
        reader="simulate",
        rate_hz=rate_hz,
        rate_source=notice("source.simulated"),
        counter_source=counted,
        world_frame=notice("world.simulated", up="z"),
        sensors=sensors,
        files=(),
        start_s=-settings.counter_start / rate_hz,
        clocks=settings.clocks,
        notes=(notice(SIMULATED),),
    )


def _record(truth: Truth, settings: SensorSettings, body: str) -> SensorSignals:
    """Return the signals of one sensor."""
    rng = np.random.default_rng([settings.seed, BODIES.index(body)])
    truth, stamp_s = _sample_clock(truth, settings, body)
    motion = _sensor_motion(truth, settings, body)
    R_SG = inverse(motion.R_GB)
    force = rotate(R_SG, motion.acceleration_g_mps2 + np.array([0.0, GRAVITY_MPS2, 0.0]))
    n = truth.time_s.size

    def noisy(signal: FloatArray, noise: float, limit: float = np.inf) -> FloatArray:
        out = signal + rng.normal(scale=noise, size=(n, 3)) if noise > 0.0 else signal
        return np.clip(out, -limit, limit)

    field_s = rotate(R_SG, np.array(MAGNETIC_FIELD_G)) if settings.magnetometer else None
    R_ES = _measured_orientation(motion, settings, body, truth, rng)
    acceleration = noisy(
        force, settings.accelerometer_noise_mps2, settings.accelerometer_range_mps2
    )
    turning = noisy(
        motion.angular_velocity_b_radps,
        settings.gyroscope_noise_radps,
        settings.gyroscope_range_radps,
    )
    magnetic = None if field_s is None else noisy(field_s, settings.magnetic_noise)
    kept = _arrived(truth, settings, body, rng)
    return SensorSignals(
        identifier=next(name for name, worn_on in SENSOR_MAP.items() if worn_on == body),
        counter=settings.counter_start + np.flatnonzero(kept).astype(np.int64),
        time_s=None if stamp_s is None else stamp_s[kept],
        R_ES=R_ES[kept],
        acceleration_mps2=acceleration[kept],
        angular_velocity_radps=turning[kept],
        magnetic_field=None if magnetic is None else magnetic[kept],
    )


def _sample_clock(
    truth: Truth, settings: SensorSettings, body: str
) -> tuple[Truth, FloatArray | None]:
    """Return the truth when the sensor's clock asks for samples, and its stamps if it has any."""
    offset_s = settings.clock_offset_s.get(body, 0.0)
    drift = settings.clock_drift_ppm.get(body, 0.0) * 1e-6
    if settings.clocks == "common":
        if not (offset_s or drift):
            return truth, None
        own_s = truth.time_s * (1.0 + drift) + offset_s
        return sample_runner(truth.runner, truth.session, own_s), None
    rate_hz = settings.rate_hz.get(body, truth.session.rate_hz)
    start_s = (truth.time_s[0] - offset_s) / (1.0 + drift)
    length_s = (truth.time_s[-1] - truth.time_s[0]) / (1.0 + drift)
    stamp_s = start_s + np.arange(int(length_s * rate_hz) + 1) / rate_hz
    if settings.clock_jitter_s > 0.0:
        rng = np.random.default_rng([settings.seed, BODIES.index(body), 1])
        stamp_s += rng.uniform(0.0, settings.clock_jitter_s, stamp_s.size)
    true_s = stamp_s * (1.0 + drift) + offset_s
    sampled = sample_runner(truth.runner, truth.session, true_s)
    return sampled, stamp_s if settings.clocks == "own" else true_s


def _sensor_motion(truth: Truth, settings: SensorSettings, body: str) -> Motion:
    """Return the motion of the sensor's case, soft tissue included."""
    position = np.asarray(settings.positions_m.get(body, TYPICAL_POSITIONS_M[body]))
    R_BS = settings.mountings.get(body)
    if R_BS is None:
        R_BS = typical_mountings()[body]
    motion = truth.motions[body].moved(position)
    tissue = settings.soft_tissue.get(body)
    if tissue is not None:
        seed = 100 * settings.seed + 2 * BODIES.index(body)
        motion = on_skin(motion, tissue, truth.course, body, seed)
    motion = motion.mounted(np.asarray(R_BS))
    if settings.wobble_rad > 0.0:
        motion = motion.turned("x", settings.wobble_rad * truth.ramped(_WOBBLE))
    return motion


def _measured_orientation(
    motion: Motion, settings: SensorSettings, body: str, truth: Truth, rng: np.random.Generator
) -> FloatArray:
    """Return ``R_ES`` with its drift and noise."""
    heading = settings.heading_rad
    heading_rad = heading.get(body, 0.0) if isinstance(heading, Mapping) else heading
    n = motion.R_GB.shape[0]
    turn = heading_rad + _heading_faults(truth.time_s, settings, body)
    if settings.orientation_drift_rad > 0.0:
        step = settings.orientation_drift_rad / np.sqrt(_DRIFT_AFTER_S * truth.session.rate_hz)
        turn += np.cumsum(rng.normal(scale=step, size=n))
    R_EG = multiply(inverse(R_GE_NOMINAL), turn_about_vertical(turn))
    R_ES = multiply(R_EG, motion.R_GB)
    if settings.orientation_noise_rad > 0.0:
        noise = rng.normal(scale=settings.orientation_noise_rad, size=(n, 3))
        R_ES = multiply(R_ES, from_rotation_vector(noise))
    return R_ES


def _heading_faults(time_s: FloatArray, settings: SensorSettings, body: str) -> FloatArray:
    """Return steady drift and disturbances of a sensor's heading, radians."""
    turn = settings.heading_drift_radps.get(body, 0.0) * time_s
    for fault in settings.disturbances:
        if fault.body == body:
            turn = turn + fault.angle_rad * smooth_step(time_s, fault.start_s, fault.rise_s)[0]
            if np.isfinite(fault.length_s):
                end_s = fault.start_s + fault.length_s
                turn = turn - fault.angle_rad * smooth_step(time_s, end_s, fault.rise_s)[0]
    return turn


def _arrived(
    truth: Truth, settings: SensorSettings, body: str, rng: np.random.Generator
) -> BoolArray:
    """Return which samples of a sensor reached the recording."""
    time_s = truth.time_s
    half_step_s = 0.5 / truth.session.rate_hz
    kept = rng.random(time_s.size) >= settings.dropped_fraction
    kept &= time_s > settings.late_start_s.get(body, 0.0) - half_step_s
    kept &= time_s < time_s[-1] - settings.early_end_s.get(body, 0.0) + half_step_s
    for gap in settings.gaps:
        if gap.body == body:
            after = time_s - gap.start_s
            kept &= (after < -half_step_s) | (after > gap.length_s - half_step_s)
    return kept
