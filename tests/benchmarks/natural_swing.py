"""How far the plane in which one leg swings lies from the body's forward, in people.

``python tests/benchmarks/natural_swing.py`` prints the figures behind `swing.SYSTEM_RAD`: measured
people of ``../shared/data``, whose clusters of markers stand for sensors, and people drawn at
random with sensors on their skin. Root mean square over people, of each person over legs and
trials. Plug-in Gait's foot, whose axes are no standing pose, does not count. A single stride is
shown three times, since a second of swing is needed.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.measured_gait import Gait
from tests.benchmarks.measured_walks import all_gaits
from tests.calibration.heading.by_hand import UPRIGHT, recorded, stood

from opensim_pelvis.calibration.heading.swing import find_swing, leg_sensors
from opensim_pelvis.calibration.placement import average_pose
from opensim_pelvis.frames import R_GE_NOMINAL
from opensim_pelvis.rotations import inverse, multiply, rotate
from opensim_pelvis.simulate import (
    SENSOR_MAP,
    draw_runner,
    draw_sensors,
    draw_session,
    simulate_runner,
    simulate_sensors,
)
from opensim_pelvis.timeline.align import align_recording
from opensim_pelvis.types.segments import segment_of, side_of

PEOPLE, WALKERS, STILL_S = 100, 0.3, 1.2

Row = tuple[str, str, str, float]
"""Person, gait, body, and how far its plane lies from forward, degrees to the outside."""


def measured() -> Iterator[Row]:
    """Yield the planes of measured people, whose bodies are turned from their standing pose."""
    for gait in all_gaits():
        yield from planes_of(gait)


def planes_of(gait: Gait) -> Iterator[Row]:
    first, last = gait.strides_s[0][0], gait.strides_s[-1][1]
    rows = (gait.time_s >= first) & (gait.time_s <= last)
    rate_hz = 1.0 / float(np.median(np.diff(gait.time_s)))
    again, seam = (1, 3)[len(gait.strides_s) == 1], np.full((2, 4), np.nan)
    R_ES = {
        body: np.concatenate(
            [multiply(multiply(inverse(R_GE_NOMINAL), R_TB[rows]), R_GE_NOMINAL), seam] * again
        )
        for body, R_TB in gait.R_TB.items()
    }
    aligned, pose = recorded(R_ES, rate_hz), stood(*[UPRIGHT] * len(R_ES))
    base = aligned.bodies.index("pelvis")
    for i in leg_sensors(aligned.bodies):
        body = aligned.bodies[i]
        swing = find_swing(aligned, pose, base=base, legs=[i])
        if swing is not None and not (gait.name == "pig_walk" and segment_of(body) == "foot"):
            yield gait.name.split("_")[0], gait.kind, body, away_deg(body, swing.forward_rad)


def simulated() -> Iterator[Row]:
    """Yield the planes of people drawn at random, against the axes of their bones in the pose."""
    for number in range(PEOPLE):
        rng = np.random.default_rng([21, number])
        kind = "walking" if rng.random() < WALKERS else "running"
        runner = draw_runner(rng, "walking" if kind == "walking" else "running")
        truth = simulate_runner(runner, draw_session(rng, duration_s=20.0))
        sensors = draw_sensors(rng, runner, duration_s=20.0)
        aligned = align_recording(simulate_sensors(truth, sensors), SENSOR_MAP, max_gap_s=0.05)
        pose = average_pose(aligned, window_s=(0.0, STILL_S), source="given", max_spread_rad=0.1)
        for i in leg_sensors(aligned.bodies):
            body = aligned.bodies[i]
            swing = find_swing(aligned, pose, base=aligned.bodies.index("pelvis"), legs=[i])
            mounting = sensors.mountings[body] if sensors.mountings is not None else UPRIGHT
            ahead = rotate(multiply(pose.R_ES[i], inverse(mounting)), np.array([1.0, 0.0, 0.0]))
            if swing is not None:
                off = swing.forward_rad - float(np.arctan2(ahead[1], ahead[0]))
                yield str(number), kind, body, away_deg(body, off)


def away_deg(body: str, off_rad: float) -> float:
    """Return how far a plane is off to the outside; a plane has no front."""
    off = (np.rad2deg(off_rad) + 90.0) % 180.0 - 90.0
    return float(-off if side_of(body) == "right" else off)


def tell(name: str, rows: list[Row]) -> None:
    """Print root mean square and mean over people by segment, of both gaits and of each."""
    for segment in ("thigh", "shank", "foot"):
        told = []
        for kind in ("", "running", "walking"):
            people: dict[str, list[float]] = defaultdict(list)
            for person, gait, body, off in rows:
                if segment_of(body) == segment and kind in ("", gait):
                    people[person].append(off)
            if not people:
                continue
            squares = [np.mean(np.square(off)) for off in people.values()]
            mean = np.mean([np.mean(off) for off in people.values()])
            told.append(
                f"{kind or 'all'} {np.sqrt(np.mean(squares)):.1f} (mean {mean:+.1f}, "
                f"{len(people)} people)"
            )
        sys.stdout.write(f"{name}, {segment}, degrees: {'; '.join(told)}\n")


def main() -> None:
    tell("simulated", list(simulated()))
    rows = list(measured())
    if rows:
        tell("measured", rows)
    else:
        sys.stdout.write("measured: skipped, no folder ../shared/data beside the checkout\n")


if __name__ == "__main__":
    main()
