"""Half an hour against three minutes: simulation and headings cost what their samples cost.

python -m tests.benchmarks.half_hour

Prints seconds, and how much more a sample costs in the longer recording (1 where cost grows with
the number of samples alone).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any

from tests.calibration.heading.test_heading_over_time import STATED, drifting
from tests.simulated import align

from opensim_pelvis.calibration.heading import find_heading
from opensim_pelvis.calibration.placement import average_pose
from opensim_pelvis.simulate import Session, simulate_runner, simulate_sensors

SHORT_S, LONG_S = 180.0, 1800.0


def timed(call: Callable[[], Any]) -> float:
    """Return the seconds that a call takes."""
    begin = perf_counter()
    call()
    return perf_counter() - begin


def headings(duration_s: float) -> Callable[[], Any]:
    """Return the search for headings of a run with drifting sensors."""
    truth = simulate_runner(session=Session(duration_s=duration_s, rate_hz=100.0))
    aligned = align(truth, drifting(duration_s))
    pose = average_pose(aligned, window_s=(0.0, 1.5), source="given", max_spread_rad=0.03)
    return lambda: find_heading(aligned, pose, STATED, surface="treadmill")


def simulation(duration_s: float) -> Callable[[], Any]:
    """Return the simulation of a run with all sensors."""
    return lambda: simulate_sensors(simulate_runner(session=Session(duration_s=duration_s)))


def main() -> None:
    """Time and print."""
    sys.stdout.write(f"{'':<12}{SHORT_S:>8.0f} s{LONG_S:>9.0f} s{'a sample':>12}\n")
    for name, make in (("simulation", simulation), ("headings", headings)):
        short, long = (timed(make(length)) for length in (SHORT_S, LONG_S))
        growth = (long / LONG_S) / (short / SHORT_S)
        sys.stdout.write(f"{name:<12}{short:>8.2f} s{long:>9.2f} s{growth:>11.2f}x\n")


if __name__ == "__main__":
    main()
