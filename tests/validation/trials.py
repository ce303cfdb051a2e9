"""Trials of one runner: strides that differ in time and size as real ones do, by two systems.

Stride times vary with the long memory of human gait (a power spectrum that falls as f^-0.6:
scaling exponent 0.8), and each segment's movement wanders. A system adds a world and a mounting of
its own, soft tissue that moves by itself, and noise.
"""

from __future__ import annotations

import functools

import numpy as np
from scipy.ndimage import gaussian_filter1d

from opensim_pelvis.rotations import from_euler, from_rotation_vector, multiply
from opensim_pelvis.simulate import RunnerSettings, Session, simulate_runner
from opensim_pelvis.validation.clock_offset import interpolate

RATE_HZ = 100.0
STILL_S = 2.0
STRIDE_S = 2.0 * 60.0 / RunnerSettings().cadence_spm
SEGMENTS = ("pelvis", "femur_r", "femur_l")
MEMORY = 0.8

Orientations = dict[str, np.ndarray]


def run_trial(
    duration_s: float, rng: np.random.Generator, *, variation: float, wander_deg: float
) -> tuple[np.ndarray, Orientations]:
    """Return a trial that begins at rest: times, and how the segments are.

    Parameters
    ----------
    duration_s : float
    rng : numpy.random.Generator
    variation : float
        Coefficient of variation of stride times.
    wander_deg : float
        Standard deviation of what is added to each segment's movement, about each axis.
    """
    base_s, bodies = _metronome(duration_s)
    count = int(duration_s / STRIDE_S) + 8
    strides = STRIDE_S * (1.0 + variation * _long_memory(count, rng))
    ends = np.concatenate([[0.0], STILL_S + np.cumsum(np.concatenate([[0.0], strides]))])
    phase = np.concatenate([[0.0], STILL_S + STRIDE_S * np.arange(count + 1)])
    time_s = np.arange(0.0, duration_s, 1.0 / RATE_HZ)
    at_s = gaussian_filter1d(np.interp(time_s, ends, phase), 0.1 * RATE_HZ, mode="nearest")
    moving = np.clip(time_s - STILL_S, 0.0, 1.0)[:, None]
    return time_s, {
        body: multiply(
            interpolate(q, base_s, at_s),
            from_rotation_vector(moving * _slow(time_s.size, 0.12, wander_deg, rng)),
        )
        for body, q in bodies.items()
    }


def see(
    time_s: np.ndarray,
    bodies: Orientations,
    rng: np.random.Generator,
    *,
    offset_s: float = 0.0,
    tissue_deg: float = 0.7,
) -> tuple[np.ndarray, Orientations]:
    """Return what a system sees whose clock is behind by ``offset_s``."""
    world = from_euler("YXZ", np.array([rng.uniform(-np.pi, np.pi), 0.0, 0.0]))
    seen_s = np.arange(0.3, time_s[-1] - abs(offset_s) - 0.5, 1.0 / RATE_HZ)
    seen = {}
    for body, q in bodies.items():
        noise = np.deg2rad(0.3) * rng.normal(size=(time_s.size, 3))
        turn = from_rotation_vector(_slow(time_s.size, 0.06, tissue_deg, rng) + noise)
        mounting = from_euler("XYZ", rng.uniform(-0.3, 0.3, 3))
        at = interpolate(multiply(q, turn), time_s, seen_s + offset_s)
        seen[body] = multiply(multiply(world, at), mounting)
    return seen_s, seen


def cut(
    time_s: np.ndarray, bodies: Orientations, start_s: float, end_s: float
) -> tuple[np.ndarray, Orientations]:
    """Return a part, its times from zero."""
    part = (time_s >= start_s) & (time_s < end_s)
    return time_s[part] - time_s[part][0], {body: q[part] for body, q in bodies.items()}


@functools.cache
def _metronome(duration_s: float) -> tuple[np.ndarray, Orientations]:
    session = Session(
        duration_s=1.3 * duration_s + 4.0, rate_hz=RATE_HZ, still_s=STILL_S, ramp_s=1.0
    )
    truth = simulate_runner(RunnerSettings(), session)
    return truth.time_s, {b: truth.R_GB[:, truth.bodies.index(b)] for b in SEGMENTS}


def _long_memory(count: int, rng: np.random.Generator) -> np.ndarray:
    frequency = np.fft.rfftfreq(count)
    frequency[0] = frequency[1]
    spectrum = np.fft.rfft(rng.normal(size=count)) * frequency ** (0.5 - MEMORY)
    values = np.fft.irfft(spectrum, count)
    return (values - values.mean()) / values.std()


def _slow(size: int, smooth_s: float, sd_deg: float, rng: np.random.Generator) -> np.ndarray:
    values = gaussian_filter1d(rng.normal(size=(size, 3)), smooth_s * RATE_HZ, axis=0)
    return np.deg2rad(sd_deg) * values / values.std(axis=0)
