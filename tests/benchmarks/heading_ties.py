"""How well a heading is carried across short gaps: ``python tests/benchmarks/heading_ties.py``.

People drawn at random walk and run with eight sensors; gaps are cut at random, one at a time. The
heading after the gap is compared with that of the whole recording. Prints how many gaps are tied,
the error, and the error over its stated standard error, which should be 1 (root mean square).
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from opensim_pelvis.config.settings import FusionSettings
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.fusion.fuse import fuse_recording
from opensim_pelvis.rotations import inverse, is_present, multiply
from opensim_pelvis.simulate import (
    SENSOR_MAP,
    draw_runner,
    draw_sensors,
    draw_session,
    simulate_runner,
    simulate_sensors,
)
from opensim_pelvis.types import Recording, SensorSignals
from opensim_pelvis.types.segments import segment_of

FUSED = FusionSettings(orientations="fused")
LENGTHS_S, WALKERS, MAX_GAP_S = (0.06, 0.3), 0.3, 0.05
NEAR_S = 1.0  # before the gap, and after it, of the headings that are compared

Row = tuple[str, str, float, float]
"""Gait, segment, error and stated standard error, degrees; NaN where the parts stay apart."""


def people(first: int, count: int, gaps: int) -> Iterator[Row]:
    """Yield every gap of some people."""
    for number in range(first, first + count):
        rng = np.random.default_rng([31, number])
        walks = rng.random() < WALKERS
        runner = draw_runner(rng, "walking" if walks else "running")
        sensors = replace(draw_sensors(rng, runner), gaps=())
        recording = simulate_sensors(simulate_runner(runner, draw_session(rng)), sensors)
        whole = fuse_recording(recording, FUSED, max_gap_s=MAX_GAP_S)
        for sensor, complete in zip(recording.sensors, whole.sensors, strict=True):
            for _ in range(gaps):
                told = tie(recording, sensor, complete, rng)
                segment = segment_of(SENSOR_MAP[sensor.identifier])
                yield "walking" if walks else "running", segment, *told


def tie(
    recording: Recording, sensor: SensorSignals, whole: SensorSignals, rng: np.random.Generator
) -> tuple[float, float]:
    """Cut one gap; return heading error and stated error, degrees."""
    length = round(float(rng.uniform(*LENGTHS_S)) * recording.rate_hz)
    start = int(rng.uniform(0.2, 0.9) * sensor.counter.size)
    force = np.asarray(sensor.acceleration_mps2).copy()
    force[start : start + length] = np.nan
    holed = replace(recording, sensors=(replace(sensor, acceleration_mps2=force),))
    fused = fuse_recording(holed, FUSED, max_gap_s=MAX_GAP_S)
    if not fused.origins[0].heading_tie_errors_rad:
        return float("nan"), float("nan")
    near = round(NEAR_S * recording.rate_hz)
    rows = slice(start - near, start), slice(start + length, start + length + near)
    off = [
        heading_apart(np.asarray(fused.sensors[0].R_ES)[k], np.asarray(whole.R_ES)[k]) for k in rows
    ]
    error = np.rad2deg(np.angle(np.exp(1j * (off[1] - off[0]))))
    return float(error), float(np.rad2deg(fused.origins[0].heading_tie_errors_rad[0]))


def heading_apart(R_ES: FloatArray, whole: FloatArray) -> float:
    """Return the mean turn about the vertical between orientations, radians."""
    turn = multiply(R_ES, inverse(whole))[is_present(R_ES) & is_present(whole)]
    return float(np.angle(np.exp(2j * np.arctan2(turn[:, 3], turn[:, 0])).mean()))


def tell(name: str, rows: list[Row]) -> None:
    error, stated = np.array([row[2:] for row in rows]).T
    tied = np.isfinite(error)
    ratio = error[tied] / stated[tied]
    sys.stdout.write(
        f"{name}: {tied.sum()} of {tied.size} tied, error "
        f"{np.sqrt(np.mean(error[tied] ** 2)):.1f} degrees rms, {np.abs(error[tied]).max():.1f} "
        f"at most; over the stated {np.sqrt(np.mean(ratio**2)):.2f} rms, "
        f"{np.mean(np.abs(ratio) < 2.0):.0%} within 2\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=30)
    parser.add_argument("--first", type=int, default=200)
    parser.add_argument("--gaps", type=int, default=3, help="of each sensor")
    wanted = parser.parse_args()
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in people(wanted.first, wanted.people, wanted.gaps):
        groups["all"].append(row)
        groups[f"{row[0]}, {row[1]}"].append(row)
    for name in sorted(groups):
        tell(name, groups[name])


if __name__ == "__main__":
    main()
