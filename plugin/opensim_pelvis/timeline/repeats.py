"""Finds stretches in which a sensor shows earlier samples again instead of measuring.

A logger that hangs or a radio link that breaks down goes on with its last sample, or with its last
block of samples. That is no measurement, and nothing may be computed from it. Rounding can hold
a value, too, while a sensor lies still, and a simulation without noise stands perfectly still. So
samples that are the same to the last digit count as shown again only where something tells that
the sensor moved: another of its signals, a gyroscope that is held at a turn, an abrupt halt, or the
other sensors of the body.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray, IntArray
from opensim_pelvis.timeline.moving import Motion, describe_speeds
from opensim_pelvis.timeline.sample_keys import Keys, keys_of, rows_back, runs, same_as_before
from opensim_pelvis.types import SIGNAL_FIELDS, SensorSignals, SignalKind

LEAST_S: Final = 0.25
"""Shortest stretch that is looked at. Channels of a lower rate in a file of a higher one hold each
of their own samples: 0.1 s at 10 Hz."""

MOVING_RADPS: Final = 0.3
"""Mean angular speed at which a sensor moves: standing has 0.05, and noise 0.02."""

ALONE_S: Final = 2.0
"""From here on the other sensors of the body may tell that this one moved. While one leg swings,
the foot of the other stands for less."""

OTHERS_RADPS: Final = 0.5
"""What most of the others must show then; walking has 1."""

JUMP: Final[dict[SignalKind, float]] = {
    "orientation": 0.05,
    "acceleration": 2.0,
    "angular velocity": 0.5,
}
"""Largest change from the sample before a stretch or to that after it with which a sensor can have
come to rest or begun to move: components of the quaternion (6 degrees), m/s^2, rad/s."""

_ABRUPT_S: Final = 0.5  # a foot stands flat for less in running
_SHAKEN_MPS2: Final = 1.0
_LEAST_ROWS: Final = 6
_SEAM: Final = 4.0  # how many usual steps a block begins off the sample before it


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows ``first`` to ``end`` (not included) of one signal that were shown ``back`` rows ago."""

    kind: SignalKind
    first: int
    end: int
    back: int

    def shares(self, other: Stretch) -> bool:
        """Tell whether it holds more than half of another's rows."""
        return 2 * (min(self.end, other.end) - max(self.first, other.first)) > (
            other.end - other.first
        )


@dataclass(frozen=True, eq=False, slots=True)
class _Seen:
    """One sensor with its stretches in question."""

    sensor: SensorSignals
    motion: Motion
    stretches: Sequence[Stretch]

    def span_s(self, stretch: Stretch) -> tuple[float, float]:
        time_s = self.motion.time_s
        return float(time_s[stretch.first - 1]), float(time_s[stretch.end - 1])

    def speed_radps(self, span_s: tuple[float, float], but: SignalKind | None = None) -> float:
        """Return the largest mean speed that a signal shows; NaN without one."""
        kinds = [kind for kind in self.motion.speeds_radps if kind != but]
        speeds = [self.motion.mean_speed(kind, *span_s) for kind in kinds]
        return max((s for s in speeds if np.isfinite(s)), default=float("nan"))


def find_repeats(
    sensors: Sequence[SensorSignals],
    rate_hz: float,
    *,
    one_clock: bool,
    keys: Sequence[Mapping[SignalKind, Keys]] | None = None,
) -> dict[str, list[Stretch]]:
    """Return the stretches of each sensor, by identifier, that are no measurement.

    Parameters
    ----------
    sensors : sequence of SensorSignals
        All that one body wears.
    rate_hz : float
        Of the common count, where sensors have no times of their own.
    one_clock : bool
        Whether equal times of two sensors are one instant.
    keys : sequence of mapping, optional
        As `keys_of` makes them, where they are known.
    """
    times = [s.counter / rate_hz if s.time_s is None else s.time_s for s in sensors]
    known = keys_of(sensors) if keys is None else keys
    asked = [list(_candidates(*each)) for each in zip(sensors, times, known, strict=True)]
    if not any(asked):
        return {}
    seen = [
        _Seen(sensor, describe_speeds(sensor, time), stretches)
        for sensor, time, stretches in zip(sensors, times, asked, strict=True)
    ]
    found: dict[str, list[Stretch]] = {}
    for one in seen:
        others = [other for other in seen if other is not one] if one_clock else []
        sure = [s for s in one.stretches if _is_shown_again(s, one, others)]
        told = [s for s in one.stretches if any(s.back == k.back and k.shares(s) for k in sure)]
        if told:
            found[one.sensor.identifier] = told
    return found


def _candidates(
    sensor: SensorSignals, time_s: FloatArray, keys: Mapping[SignalKind, Keys]
) -> Iterator[Stretch]:
    """Yield stretches of known samples, held or shown in blocks, that are long enough."""
    for kind, field in SIGNAL_FIELDS.items():
        values: FloatArray | None = getattr(sensor, field)
        if values is None or values.shape[0] < _LEAST_ROWS:
            continue
        held = same_as_before(values)
        size2 = np.einsum("ij,ij->i", values, values)
        known = np.isfinite(size2)
        if kind == "orientation":  # rows of zeros are known to be no orientations
            held &= size2 > 0.0
            known &= size2 > 0.0
        back = rows_back(keys[kind], known & ~held)
        found = [(first, end, 1) for first, end in runs(held)] + _even_runs(back)
        for first, end, ago in found:
            if end - first >= _LEAST_ROWS and time_s[end - 1] - time_s[first - 1] >= LEAST_S:
                yield Stretch(kind, first, end, ago)


def _even_runs(back: IntArray) -> list[tuple[int, int, int]]:
    """Return the runs in which all rows were shown equally long ago, more than one row."""
    edges = np.concatenate([[0], np.flatnonzero(np.diff(back)) + 1, [back.size]])
    long = np.flatnonzero((np.diff(edges) >= _LEAST_ROWS) & (back[edges[:-1]] > 1))
    return [(int(edges[k]), int(edges[k + 1]), int(back[edges[k]])) for k in long]


def _is_shown_again(stretch: Stretch, one: _Seen, others: Sequence[_Seen]) -> bool:
    """Tell whether anything shows that the sensor moved, and not as its signal has it."""
    if stretch.back > 1:
        return _is_block(stretch, one, others)
    span_s = one.span_s(stretch)
    length_s = span_s[1] - span_s[0]
    if one.speed_radps(span_s, but=stretch.kind) > MOVING_RADPS:
        return True
    if stretch.kind == "angular velocity" and one.speed_radps(span_s) > MOVING_RADPS:
        return True
    if length_s >= _ABRUPT_S:
        shaken = stretch.kind != "acceleration" and one.motion.shaking(*span_s) > _SHAKEN_MPS2
        if shaken or _jump(one.sensor, stretch) > JUMP[stretch.kind]:
            return True
    speeds = [other.speed_radps(span_s) for other in others]
    known = [speed for speed in speeds if np.isfinite(speed)]
    return bool(length_s >= ALONE_S and known and np.median(known) > OTHERS_RADPS)


def _is_block(stretch: Stretch, one: _Seen, others: Sequence[_Seen]) -> bool:
    """Tell whether a block that comes again is a copy: something else moves, and not in step.

    What all sensors show again in step may be a periodic motion without noise. It is a copy
    where the block begins with a jump.
    """
    span_s = one.span_s(stretch)
    if not one.speed_radps(span_s) > MOVING_RADPS and not _is_alone(stretch, one):
        return False
    ago_s = span_s[0] - float(one.motion.time_s[max(stretch.first - 1 - stretch.back, 0)])
    for other in others:
        moves = other.speed_radps(span_s) > MOVING_RADPS
        if moves and not any(_in_step(s, other, span_s, ago_s) for s in other.stretches):
            return True
    return _is_alone(stretch, one) or _seam(one.sensor, stretch) > _SEAM


def _is_alone(stretch: Stretch, one: _Seen) -> bool:
    """Tell whether another signal of the sensor moves and is not shown again in step."""
    span_s = one.span_s(stretch)
    return any(
        kind != stretch.kind
        and one.motion.mean_speed(kind, *span_s) > MOVING_RADPS
        and not any(s.kind == kind and s.back == stretch.back for s in one.stretches)
        for kind in one.motion.speeds_radps
    )


def _in_step(stretch: Stretch, other: _Seen, span_s: tuple[float, float], ago_s: float) -> bool:
    start_s, end_s = other.span_s(stretch)
    time_s = other.motion.time_s
    back_s = start_s - float(time_s[max(stretch.first - 1 - stretch.back, 0)])
    step_s = (end_s - start_s) / (stretch.end - stretch.first)
    return start_s < span_s[1] and end_s > span_s[0] and abs(back_s - ago_s) < 0.5 * step_s


def _jump(sensor: SensorSignals, stretch: Stretch) -> float:
    """Return the larger change at the two ends of a stretch: before it, and after it."""
    values: FloatArray = getattr(sensor, SIGNAL_FIELDS[stretch.kind])
    ends = [(stretch.first - 2, stretch.first - 1), (stretch.end - 1, stretch.end)]
    steps = [
        float(np.linalg.norm(values[after] - values[before]))
        for before, after in ends
        if before >= 0 and after < values.shape[0]
    ]
    return max((step for step in steps if np.isfinite(step)), default=0.0)


def _seam(sensor: SensorSignals, stretch: Stretch) -> float:
    """Return how large the step into a block is, against the usual one within."""
    values: FloatArray = getattr(sensor, SIGNAL_FIELDS[stretch.kind])
    steps = np.linalg.norm(np.diff(values[stretch.first - 1 : stretch.end], axis=0), axis=1)
    usual = float(np.median(steps[1:])) if steps.size > 1 else 0.0
    return float(steps[0]) / usual if usual > 0.0 and np.isfinite(steps[0]) else 0.0
