"""How often a sensor that moves on the body is found, and how often one is said that did not.

    python tests/benchmarks/slips.py --people 20
    python tests/benchmarks/slips.py --people 20 --data ../shared/data
    python tests/benchmarks/slips.py --people 6 --duration 600 --sizes 8 20
    python tests/benchmarks/slips.py --people 40 --first 300 --sensors 1 --bodies torso --sizes 10

Sound recordings come first, then recordings in which one sensor turns by a known angle: simulated
people who run and walk and, where the folder of recordings is given, virtual sensors from markers
of real runners and real sensors of one. Limits: `opensim_pelvis.calibration.slips.turned`.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Final, Literal

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.real_recordings import marker_runs, real_recordings
from tests.virtual_sensors import slip

from opensim_pelvis.calibration.slips.steps import find_steps
from opensim_pelvis.calibration.slips.stride_cut import cut_strides
from opensim_pelvis.simulate import (
    SENSOR_MAP,
    draw_runner,
    draw_sensors,
    draw_session,
    simulate_runner,
    simulate_sensors,
)
from opensim_pelvis.timeline.align import align_recording
from opensim_pelvis.types import AlignedRecording, SensorStep
from opensim_pelvis.types.segments import BODIES

SIZES_DEG = (5, 8, 10, 20, 40, 90, 180)
NEAR_S = 4.0
KINDS: Final[tuple[Literal["running", "walking"], ...]] = ("running", "walking")
Found = dict[tuple[str, ...], Counter[str]]


def people(
    kind: Literal["running", "walking"], numbers: range, duration_s: float
) -> Iterator[AlignedRecording]:
    """Yield simulated people, each as one recording."""
    for seed in numbers:
        rng = np.random.default_rng([seed, kind == "walking", 7])
        runner = draw_runner(rng, kind)
        truth = simulate_runner(runner, draw_session(rng, duration_s=duration_s))
        recording = simulate_sensors(truth, draw_sensors(rng, runner))
        yield align_recording(recording, SENSOR_MAP, max_gap_s=0.05)


def moved(
    aligned: AlignedRecording, sensor: int, degrees: float, axis: str, rng: np.random.Generator
) -> tuple[AlignedRecording, float]:
    """Return a recording with a slip in the middle of its strides, and when."""
    start_s = cut_strides(aligned).start_s
    at_s = float(rng.uniform(*np.quantile(start_s, (0.3, 0.7))))
    assert aligned.acceleration_mps2 is not None
    rows = (aligned.time_s > at_s - 5.0) & (aligned.time_s < at_s)
    up = np.nanmean(aligned.acceleration_mps2[rows, sensor], axis=0)
    up /= np.linalg.norm(up)
    turn = up * rng.choice([-1.0, 1.0])
    if axis == "horizontal":
        turn = np.cross(up, rng.normal(size=3))
        turn /= np.linalg.norm(turn)
    return slip(aligned, sensor, np.deg2rad(degrees) * turn, at_s, rng.choice([0.1, 0.5])), at_s


def steps_of(aligned: AlignedRecording) -> tuple[tuple[SensorStep, ...], float]:
    return find_steps(aligned, cut_strides(aligned))


def outcome(steps: tuple[SensorStep, ...], sensor: str, at_s: float) -> tuple[str, float]:
    """Return what was said of the sensor that moved, and the size found, degrees."""
    own = [s for s in steps if s.sensor == sensor and abs(s.time_s - at_s) < NEAR_S]
    if not own:
        return "missed", np.nan
    best = max(own, key=lambda step: step.size_rad)
    return best.kind, float(np.rad2deg(best.size_rad))


def judge(
    name: str,
    recordings: Sequence[AlignedRecording],
    sensors: int,
    sizes: Sequence[int],
    bodies: Collection[str],
) -> None:
    """Print what is said of recordings as they are, and with one sensor of some bodies moved."""
    rng = np.random.default_rng(0)
    sound: Counter[str] = Counter()
    table: Found = defaultdict(Counter)
    errors: dict[tuple[str, ...], list[float]] = defaultdict(list)
    wrong: Counter[str] = Counter()
    for aligned in recordings:
        steps, checked = steps_of(aligned)
        kinds = {step.kind for step in steps}
        sound.update(kinds | ({"nothing"} if not kinds else set()))
        sound["checked"] += checked >= 0.5
        for step in steps:
            parts = np.rad2deg([step.vertical_rad, step.horizontal_rad])
            sys.stdout.write(
                f"  sound: {step.kind} {step.body} {step.time_s:.1f} s, vertical {parts[0]:+.1f}, "
                f"horizontal {parts[1]:.1f}\n"
            )
        if checked < 0.5:
            continue
        for degrees in sizes:
            for axis in ("vertical", "horizontal"):
                movable = [i for i, body in enumerate(aligned.bodies) if body in bodies]
                for i in rng.permutation(movable)[:sensors]:
                    changed, at_s = moved(aligned, int(i), degrees, axis, rng)
                    steps, _ = steps_of(changed)
                    said, size = outcome(steps, aligned.sensors[i], at_s)
                    part = aligned.bodies[i].split("_")[0]
                    for key in ((f"{degrees:3d}", axis), (f"{degrees:3d}", part, axis)):
                        table[key][said] += 1
                    if said == "moved":
                        errors[f"{degrees:3d}", axis].append(size - degrees)
                    wrong["all"] += 1
                    wrong["moved"] += any(
                        step.kind == "moved" and step.sensor != aligned.sensors[i] for step in steps
                    )
    sys.stdout.write(f"{name}: {len(recordings)} sound recordings: {dict(sound)}\n")
    for key, counts in sorted(table.items()):
        size = errors.get(key, [])
        within = f", size off by at most {np.abs(size).max():.1f}" if size else ""
        sys.stdout.write(f"  {' '.join(key)}: {dict(counts)}{within}\n")
    sys.stdout.write(f"  another sensor blamed: {wrong['moved']} of {wrong['all']}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--first", type=int, default=0, help="number of the first person")
    parser.add_argument("--sensors", type=int, default=2, help="that move, for each recording")
    parser.add_argument("--bodies", nargs="*", default=list(BODIES), help="whose sensors move")
    parser.add_argument("--sizes", type=int, nargs="*", default=list(SIZES_DEG))
    parser.add_argument("--duration", type=float, default=45.0, help="of simulated runs, seconds")
    parser.add_argument("--data", type=Path)
    asked = parser.parse_args()
    for kind in KINDS:
        numbers = range(asked.first, asked.first + asked.people)
        recordings = list(people(kind, numbers, asked.duration))
        judge(f"simulated, {kind}", recordings, asked.sensors, asked.sizes, asked.bodies)
    if asked.data is not None:
        for name, found, sensors in (
            ("markers of runners", marker_runs(asked.data), 7),
            ("real sensors", real_recordings(asked.data), 8),
        ):
            judge(name, list(found), sensors, asked.sizes, asked.bodies)


if __name__ == "__main__":
    main()
