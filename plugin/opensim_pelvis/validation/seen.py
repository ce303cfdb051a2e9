"""What two recordings saw for long enough to be laid over each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.rotations import angular_velocity

MIN_OVERLAP_S: Final = 2.0
"""Shorter overlaps match anything."""

SIDE_STEPS: Final = 2
"""Samples at the two ends, where there is no angular speed."""

STILL_RADPS: Final = 0.02
"""A segment that never turns faster, about a degree a second, does not move."""


def refuse_short(what: str, time_s: FloatArray) -> None:
    """Raise where a recording is too short to be laid over another."""
    steps = max(time_s.size - 1, 1)  # the last sample lasts as long as the others
    lasts_s = float(time_s[-1] - time_s[0]) * time_s.size / steps if time_s.size else 0.0
    if lasts_s < MIN_OVERLAP_S - 1e-6:
        raise ComparisonError(
            f"the {what} lasts {lasts_s:.3g} s; at least {MIN_OVERLAP_S:g} s are needed for "
            "synchronisation by the movement. Otherwise give the offset with --offset SECONDS"
        )


def seen_by_both(
    shared: tuple[str, ...],
    estimate: Mapping[str, FloatArray],
    estimate_time_s: FloatArray,
    reference: Mapping[str, FloatArray],
    reference_time_s: FloatArray,
) -> tuple[str, ...]:
    """Return the segments that both saw for long enough and that turned.

    Raises
    ------
    ComparisonError
        When there is none.
    """
    sides = ("estimate", estimate, estimate_time_s), ("reference", reference, reference_time_s)
    kept = list(shared)
    for what, bodies, time_s in sides:
        speeds = {body: _known_speed(bodies[body], time_s) for body in kept}
        step_s = float(time_s[-1] - time_s[0]) / (time_s.size - 1)
        seen_s = {body: (speed.size + SIDE_STEPS) * step_s for body, speed in speeds.items()}
        kept = [body for body in kept if seen_s[body] >= MIN_OVERLAP_S - 1e-6]
        if not kept:
            raise ComparisonError(
                f"the {what} has its segments for at most {max(seen_s.values()):.1f} s; at least "
                f"{MIN_OVERLAP_S:g} s are needed for synchronisation by the movement. Otherwise "
                "give the offset with --offset SECONDS"
            )
        kept = [body for body in kept if speeds[body].max() > STILL_RADPS]
        if not kept:
            raise ComparisonError(
                f"no segment rotates in the {what}, so synchronisation by the movement is "
                "impossible. Give the offset with --offset SECONDS"
            )
    return tuple(kept)


def _known_speed(q: FloatArray, time_s: FloatArray) -> FloatArray:
    rate_hz = (time_s.size - 1) / float(time_s[-1] - time_s[0])
    speed = np.linalg.norm(angular_velocity(q, rate_hz), axis=1)
    return np.asarray(speed[np.isfinite(speed)])
