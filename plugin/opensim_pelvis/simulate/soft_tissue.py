"""What a sensor on skin does that the bone does not: it follows, it rings, and it is struck.

A ring after a contact at time 0 is the real part of ``A t^4 exp((-1/decay + 2 pi i f) t)``: value
and first three derivatives are zero at the contact, so that all signals begin smoothly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from opensim_pelvis.errors import SettingsError, raise_faults
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.simulate.course import Course
from opensim_pelvis.simulate.gait_style import SIDES
from opensim_pelvis.simulate.harmonics import Harmonics
from opensim_pelvis.simulate.rigid_bodies import Motion

_POWER: Final = 4
_DECAYS: Final = 40.0  # a ring is over after that many decay times: below 1e-12 of its peak
_AXES: Final[tuple[Literal["x", "y", "z"], ...]] = ("x", "y", "z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """A damped oscillation after each contact.

    Parameters
    ----------
    size : (float, float, float)
        Largest deflection along or about the body's axes (x forward, y up, z right): degrees for
        a turn, m/s² of acceleration for a displacement.
    frequency_hz : float
    decay_s : float
        The oscillation is largest about four decay times after the contact.
    scatter : float
        Standard deviation of the logarithm of the size between contacts.
    """

    size: tuple[float, float, float]
    frequency_hz: float
    decay_s: float
    scatter: float = 0.15

    def __post_init__(self) -> None:
        """Raise SettingsError for a frequency or a decay that is not positive."""
        faults = [
            f"{name} of a ring must be positive, got {getattr(self, name)}"
            for name in ("frequency_hz", "decay_s")
            if not getattr(self, name) > 0.0
        ]
        raise_faults(SettingsError, "simulated soft tissue", faults)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class SoftTissue:
    """Skin and muscle under one sensor.

    Parameters
    ----------
    following : sequence of three Harmonics, optional
        Turn about the body's x, y and z that repeats with the stride and follows the segment's
        own motion, degrees; it begins with the run.
    ringing : Ring, optional
        Turn after each contact, degrees.
    impact : Ring, optional
        Displacement after each contact, given by its acceleration in m/s².
    """

    following: Sequence[Harmonics] | None = None
    ringing: Ring | None = None
    impact: Ring | None = None


def on_skin(motion: Motion, tissue: SoftTissue, course: Course, body: str, seed: int) -> Motion:
    """Return the motion of a point of the skin over a body, with exact derivatives.

    Parameters
    ----------
    motion : Motion
        Of the bone at the sensor's place.
    tissue : SoftTissue
    course : Course
        Gives contacts, phase and the ramp.
    body : str
        A leg's body feels its own foot's contacts, pelvis and trunk both.
    seed : int
        Of the scatter between contacts; the same contact scatters alike whoever asks.
    """
    side = body[-1] if body[-2:] in ("_r", "_l") else ""
    if tissue.impact is not None:
        shift = _rung(course, side, tissue.impact, seed, acceleration=True)
        motion = motion.displaced(np.moveaxis(shift, 0, -1))
    turn = np.zeros((3, 3, course.time_s.size))
    if tissue.following is not None:
        turn += np.stack([course.ramped(c, side=side or "r") for c in tissue.following])
    if tissue.ringing is not None:
        turn += _rung(course, side, tissue.ringing, seed + 1, acceleration=False)
    for axis, jet in zip(_AXES, np.deg2rad(turn), strict=True):
        motion = motion.turned(axis, jet)
    return motion


def ring_jet(after_s: FloatArray, frequency_hz: float, decay_s: float) -> FloatArray:
    """Return the jet (3, t) of a ring of amplitude A = 1, zero before the contact."""
    t = np.maximum(after_s, 0.0)
    rate = -1.0 / decay_s + 2j * np.pi * frequency_hz
    n = _POWER
    value = t**n
    slope = n * t ** (n - 1) + rate * value
    curve = n * (n - 1) * t ** (n - 2) + 2 * rate * n * t ** (n - 1) + rate**2 * value
    jets: npt.NDArray[np.complex128] = np.stack([value, slope, curve]) * np.exp(rate * t)
    return np.asarray(jets.real)


def _rung(course: Course, side: str, ring: Ring, seed: int, *, acceleration: bool) -> FloatArray:
    """Return the jets (3 axes, 3, t) of a ring after every contact."""
    unit = _largest(ring.frequency_hz, ring.decay_s)[2 if acceleration else 0]
    total = np.zeros((3, course.time_s.size))
    for foot in (side,) if side else SIDES:
        times = course.contact_times(foot)
        rng = np.random.default_rng([seed, SIDES.index(foot)])
        sizes = np.exp(ring.scatter * rng.normal(size=times.size))
        for time_s, size in zip(times, sizes * _started(course, times), strict=True):
            within = _window(course.time_s, time_s, _DECAYS * ring.decay_s)
            after_s = course.time_s[within] - time_s
            total[:, within] += size * ring_jet(after_s, ring.frequency_hz, ring.decay_s)
    return np.multiply.outer(np.asarray(ring.size) / unit, total)


def _started(course: Course, times: FloatArray) -> FloatArray:
    """Return how much of the run there is at each contact."""
    session = course.session
    return np.asarray(Course(course.runner, session, times).ramp[0])


def _window(time_s: FloatArray, start_s: float, length_s: float) -> slice:
    first, last = np.searchsorted(time_s, [start_s, start_s + length_s])
    return slice(int(first), int(last))


@cache
def _largest(frequency_hz: float, decay_s: float) -> tuple[float, float, float]:
    """Return the largest absolute value of a ring and of its derivatives."""
    t = np.linspace(0.0, 12.0 * decay_s, 4001)
    value, slope, curve = np.abs(ring_jet(t, frequency_hz, decay_s)).max(axis=1)
    return float(value), float(slope), float(curve)
