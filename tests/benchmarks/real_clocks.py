"""Shifts and stretches the clock of every sensor of a real recording, and finds it again.

python tests/benchmarks/real_clocks.py FOLDER [RATE_HZ]
"""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np

from opensim_pelvis.pipeline import read
from opensim_pelvis.settings import TimelineSettings
from opensim_pelvis.timeline.clocks import unify_clocks


def main(path: str, rate_hz: float | None = None) -> None:
    """Print offset and drift errors of each sensor; the true values are drawn once."""
    recording = read(path, rate_hz=rate_hz)
    rng = np.random.default_rng(1)
    sensors, truth = [], []
    for i, sensor in enumerate(recording.sensors):
        offset_s, drift = (rng.uniform(-2.0, 2.0), rng.uniform(-1e-4, 1e-4)) if i else (0.0, 0.0)
        true_s = sensor.counter / recording.rate_hz
        own_s = true_s * (1.0 - drift) - offset_s
        truth.append((true_s[0] - own_s[0], -drift * 1e6))
        sensors.append(replace(sensor, time_s=own_s))
    start_s = truth[0][0]
    own = replace(recording, sensors=tuple(sensors), clocks="own")
    unified = unify_clocks(own, TimelineSettings())
    for found, (offset_s, drift_ppm) in zip(unified.clock_estimates, truth, strict=True):
        error_ms = 1e3 * (found.offset_s - offset_s + start_s)
        print(  # noqa: T201
            f"{found.identifier}: offset {offset_s:+.4f} s, error {error_ms:+.2f} ms (stated "
            f"{1e3 * found.uncertainty_s:.2f}); drift {drift_ppm:+.0f} ppm, error "
            f"{found.drift_ppm - drift_ppm:+.0f} ppm; by {found.method}"
        )
    print(*(note for note in unified.notes if note not in recording.notes), sep="\n")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else None)
