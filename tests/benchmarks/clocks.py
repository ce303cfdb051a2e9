"""Brings eight simulated sensors with clocks of their own together: time taken, errors left.

python tests/benchmarks/clocks.py --minutes 30
"""

from __future__ import annotations

import argparse
import sys
import time

import numpy as np

from opensim_pelvis.config.settings import TimelineSettings
from opensim_pelvis.simulate import (
    RunnerSettings,
    SensorSettings,
    Session,
    simulate_runner,
    simulate_sensors,
)
from opensim_pelvis.timeline.clocks import unify_clocks
from opensim_pelvis.types.segments import BODIES


def main() -> None:
    """Print processor time and the errors of each sensor."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=30.0, help="length of the recording")
    minutes = parser.parse_args().minutes
    rng = np.random.default_rng(3)
    offset_s = {body: float(rng.uniform(-20.0, 20.0)) for body in BODIES[1:]}
    drift_ppm = {body: float(rng.uniform(-100.0, 100.0)) for body in BODIES[1:]}
    settings = SensorSettings(
        clocks="own",
        clock_offset_s=offset_s,
        clock_drift_ppm=drift_ppm,
        clock_jitter_s=0.002,
        dropped_fraction=0.005,
        gyroscope_noise_radps=0.01,
        accelerometer_noise_mps2=0.1,
        wobble_rad=0.05,
        rate_hz={"torso": 60.0, "femur_l": 128.0},
    )
    session = Session(duration_s=60.0 * minutes, still_s=3.0, ramp_s=1.5)
    recording = simulate_sensors(simulate_runner(RunnerSettings(), session), settings, BODIES)
    start = time.process_time()
    unified = unify_clocks(recording, TimelineSettings())
    taken_s = time.process_time() - start
    sys.stdout.write(f"{len(BODIES)} sensors, {minutes:g} min: {taken_s:.1f} s of processor time\n")
    for body, sensor, found in zip(BODIES, recording.sensors, unified.clock_estimates, strict=True):
        drift = drift_ppm.get(body, 0.0)
        true_s = float(np.asarray(sensor.time_s)[0]) * drift * 1e-6 + offset_s.get(body, 0.0)
        sys.stdout.write(
            f"{body:8} offset {true_s:+9.4f} s, error {1e3 * (found.offset_s - true_s):+.2f} ms "
            f"(stated {1e3 * found.uncertainty_s:.2f}); drift {-drift:+6.1f} ppm, error "
            f"{found.drift_ppm + drift:+.2f} (stated {found.drift_error_ppm:.2f})\n"
        )


if __name__ == "__main__":
    main()
