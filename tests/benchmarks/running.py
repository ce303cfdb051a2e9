"""How long a 30-minute run takes, and where: ``python tests/benchmarks/running.py``.

A simulated recording of eight sensors at 100 Hz with noise; reading a file is not part of it.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.running_cases import REALISTIC

from opensim_pelvis import pipeline
from opensim_pelvis.config.settings import ActivitySettings, CalibrationSettings
from opensim_pelvis.gait.analysis import analyse_running
from opensim_pelvis.simulate import (
    HEADING_AXIS,
    SENSOR_MAP,
    RunnerSettings,
    Session,
    simulate_runner,
    simulate_sensors,
)
from opensim_pelvis.types import Recording, Result


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--rows", type=int, default=25, help="rows of the profile")
    wanted = parser.parse_args()
    session = Session(duration_s=60.0 * wanted.minutes, rate_hz=100.0)
    recording = simulate_sensors(simulate_runner(RunnerSettings(), session), REALISTIC)
    analyse(recording)  # compiles
    profile = cProfile.Profile()
    start_s = time.perf_counter()
    profile.enable()
    result = analyse(recording)
    profile.disable()
    whole_s = time.perf_counter() - start_s
    assert result.running is not None
    start_s = time.perf_counter()
    analyse_running(
        result.aligned,
        result.placement,
        result.orientations,
        result.kinematics,
        result.clinical,
        result.settings,
    )
    running_s = time.perf_counter() - start_s
    sys.stdout.write(f"{wanted.minutes:g} min, {result.running.strides.side.size} strides\n")
    sys.stdout.write(f"everything after reading {whole_s:.2f} s (profiled)\n")
    sys.stdout.write(
        f"inverse kinematics {result.kinematics.solve_s:.2f} s, running {running_s:.2f} s\n"
    )
    pstats.Stats(profile).sort_stats("cumulative").print_stats("opensim_pelvis", wanted.rows)


def analyse(recording: Recording) -> Result:
    return pipeline.run(
        recording,
        sensors=dict(SENSOR_MAP),
        calibration=CalibrationSettings(window_s=(0.0, 2.0), heading_axis=HEADING_AXIS),
        activity=ActivitySettings(kind="running", surface="treadmill", speed_mps=3.6),
    )


if __name__ == "__main__":
    main()
