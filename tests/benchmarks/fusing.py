"""Times the fusion of eight sensors: ``python tests/benchmarks/fusing.py [--minutes 30]``."""

from __future__ import annotations

import argparse
import sys
import time

from opensim_pelvis.config.settings import FusionSettings
from opensim_pelvis.fusion.fuse import fuse_recording
from opensim_pelvis.simulate import (
    RunnerSettings,
    SensorSettings,
    Session,
    simulate_runner,
    simulate_sensors,
)

NOISE = SensorSettings(gyroscope_noise_radps=0.003, accelerometer_noise_mps2=0.05)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    minutes = parser.parse_args().minutes
    truth = simulate_runner(RunnerSettings(), Session(duration_s=60.0 * minutes, rate_hz=100.0))
    recording = simulate_sensors(truth, NOISE)
    times = []
    for _ in range(3):
        start = time.perf_counter()
        fuse_recording(recording, FusionSettings(orientations="fused"), max_gap_s=0.05)
        times.append(time.perf_counter() - start)
    sys.stdout.write(f"{minutes:g} minutes, 8 sensors, 100 Hz: {min(times):.2f} s\n")


if __name__ == "__main__":
    main()
