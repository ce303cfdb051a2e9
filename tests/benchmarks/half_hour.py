"""Half an hour against three minutes: simulation and headings cost what their samples cost.

python -m tests.benchmarks.half_hour
python -m tests.benchmarks.half_hour --person 0    a runner drawn like people, checks alone

Prints seconds, and how much more a sample costs in the longer recording (1 where cost grows with
the number of samples alone). Then the checks of half an hour, one by one, as a part of the whole
trial in the same run: reading text files of eight sensors, analysis, and writing all results.
Processor time, of all threads.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, process_time
from typing import Any
from unittest.mock import patch

import numpy as np
from tests.calibration.heading.test_heading_over_time import STATED, drifting
from tests.simulated import align

from opensim_pelvis import pipeline
from opensim_pelvis.calibration import sensor_to_segment
from opensim_pelvis.calibration.heading import find_heading
from opensim_pelvis.calibration.placement import average_pose
from opensim_pelvis.config.settings import ActivitySettings, CalibrationSettings
from opensim_pelvis.io.output import write
from opensim_pelvis.io.reading import read
from opensim_pelvis.quality import examiners
from opensim_pelvis.simulate import (
    SENSOR_MAP,
    Session,
    draw_runner,
    draw_sensors,
    simulate_runner,
    simulate_sensors,
)
from opensim_pelvis.simulate.demo import demo_sensors
from opensim_pelvis.simulate.mountings import HEADING_AXIS
from opensim_pelvis.simulate.writers import write_xsens
from opensim_pelvis.types import Recording

SHORT_S, LONG_S = 180.0, 1800.0
WARM_S = 30.0
"""Of a trial before that loads all libraries: the thread that loads the solver would else count as
time of the checks that run beside it."""


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


CHECKS = (
    (pipeline, "inspect_signals"),
    (pipeline, "judge"),
    (sensor_to_segment, "cut_strides"),
    (sensor_to_segment, "find_steps"),
    (sensor_to_segment, "leave_out"),
    (sensor_to_segment, "find_since_pose"),
)
"""What checks call outside `quality.examiners`."""


@contextmanager
def clocked(took_s: dict[str, float]) -> Iterator[None]:
    """Add the processor time of each check to its name."""

    def timed(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any, **named: Any) -> Any:
            begin = process_time()
            found = call(*given, **named)
            found = list(found) if isinstance(found, Iterator) else found
            took_s[name] += process_time() - begin
            return found

        return run

    named = {name: timed(name, look) for name, look in examiners.EXAMINERS.items()}
    patches = [patch.object(place, n, timed(n, getattr(place, n))) for place, n in CHECKS]
    patches.append(patch.object(examiners, "EXAMINERS", named))
    for each in patches:
        each.start()
    try:
        yield
    finally:
        patch.stopall()


def run_of(person: int | None, session: Session) -> Recording:
    """Return the run of the demonstration, or of a person drawn at random."""
    if person is None:
        return simulate_sensors(simulate_runner(session=session), demo_sensors())
    rng = np.random.default_rng(person)
    runner = draw_runner(rng, "running")
    return simulate_sensors(simulate_runner(runner, session), draw_sensors(rng, runner))


def trial(duration_s: float, person: int | None = None) -> tuple[dict[str, float], float]:
    """Read, analyse and write a run; return seconds of each check, and of all."""
    session = Session(duration_s=duration_s, rate_hz=100.0)
    recording = run_of(person, session)
    took_s: dict[str, float] = defaultdict(float)
    with tempfile.TemporaryDirectory() as folder, clocked(took_s):
        write_xsens(recording, Path(folder) / "imu")
        begin = process_time()
        result = pipeline.run(
            read(Path(folder) / "imu"),
            sensors=dict(SENSOR_MAP),
            calibration=CalibrationSettings(
                window_s=(0.0, session.still_s), heading_axis=HEADING_AXIS
            ),
            activity=ActivitySettings(kind="running", speed_mps=3.5, surface="treadmill"),
        )
        write(result, Path(folder) / "results")
        return took_s, process_time() - begin


def main() -> None:
    """Time and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--person", type=int, help="seed of a runner drawn like people")
    asked = parser.parse_args()
    trial(WARM_S, asked.person)
    took_s, all_s = trial(LONG_S, asked.person)
    for name, seconds in sorted(took_s.items(), key=lambda row: -row[1]):
        if seconds > 0.005 * all_s:
            sys.stdout.write(f"{name:<16}{seconds:>8.2f} s{seconds / all_s:>8.1%}\n")
    checks_s = sum(took_s.values())
    sys.stdout.write(
        f"all checks {checks_s:.1f} s of {all_s:.1f} s: {checks_s / all_s:.1%} of a trial, "
        f"{checks_s / (all_s - checks_s):.1%} of the rest\n"
    )
    if asked.person is not None:
        return
    sys.stdout.write(f"{'':<12}{SHORT_S:>8.0f} s{LONG_S:>9.0f} s{'a sample':>12}\n")
    for name, make in (("simulation", simulation), ("headings", headings)):
        short, long = (timed(make(length)) for length in (SHORT_S, LONG_S))
        growth = (long / LONG_S) / (short / SHORT_S)
        sys.stdout.write(f"{name:<12}{short:>8.2f} s{long:>9.2f} s{growth:>11.2f}x\n")


if __name__ == "__main__":
    main()
