"""Shifts and stretches the clock of every sensor of a real recording, and finds it again.

python tests/benchmarks/real_clocks.py FOLDER [RATE_HZ]

FOLDER may be that of the qmt full-body example, of which trunk and legs are fused and taken.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.io import loadmat

from opensim_pelvis.config.settings import FusionSettings, TimelineSettings
from opensim_pelvis.fusion.fuse import fuse_recording
from opensim_pelvis.io.reading import read
from opensim_pelvis.timeline.clocks import unify_clocks
from opensim_pelvis.types import Recording, SensorSignals

MATLAB_FILE = "full_body_example_data.mat"
TRUNK_AND_LEGS = ("hip", "lower_back", "upper_back", "upper_leg", "lower_leg", "foot")


def main(path: str, rate_hz: float | None = None) -> None:
    """Print offset and drift errors of each sensor; the true values are drawn once."""
    recording = load(Path(path), rate_hz)
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
            f"{found.drift_ppm - drift_ppm:+.0f} ppm "
            f"(stated {found.drift_error_ppm:.0f}); by {found.method}"
        )
    print(*(note for note in unified.notes if note not in recording.notes), sep="\n")  # noqa: T201


def load(path: Path, rate_hz: float | None) -> Recording:
    """Return a recording on one count, with orientations."""
    if not (path / MATLAB_FILE).is_file():
        return read(path, rate_hz=rate_hz)
    content = loadmat(path / MATLAB_FILE, simplify_cells=True)
    sensors = tuple(
        SensorSignals(
            identifier=name,
            counter=np.arange(len(data["acc"])),
            acceleration_mps2=data["acc"],
            angular_velocity_radps=data["gyr"],
        )
        for name, data in content.items()
        if isinstance(data, dict) and name.startswith(TRUNK_AND_LEGS)
    )
    raw = Recording(
        name=path.name,
        reader="matlab",
        rate_hz=100.0,
        rate_source="its README",
        counter_source="row number",
        world_frame="z up",
        sensors=sensors,
        files=(),
    )
    return fuse_recording(raw, FusionSettings(), max_gap_s=0.05)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else None)
