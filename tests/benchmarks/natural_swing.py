"""How far one leg's plane of swing lies from the plane of travel, in simulated runners.

``python tests/benchmarks/natural_swing.py`` prints the figures behind `swing.NATURAL_RAD`.
"""

from __future__ import annotations

import sys
from collections import defaultdict

import numpy as np

from opensim_pelvis.calibration.heading.swing import find_swing
from opensim_pelvis.calibration.placement import average_pose
from opensim_pelvis.simulate import (
    SENSOR_MAP,
    RunnerSettings,
    Session,
    simulate_runner,
    simulate_sensors,
)
from opensim_pelvis.timeline.align import align_recording
from opensim_pelvis.types.segments import BODIES

RUNNERS = 60
RANGES = {  # degrees, around the published ones of `RunnerSettings`
    "pelvic_rotation_range_deg": (4.0, 22.0),
    "pelvic_obliquity_range_deg": (4.0, 14.0),
    "pelvic_tilt_range_deg": (3.0, 10.0),
    "hip_flexion_range_deg": (35.0, 60.0),
    "hip_adduction_range_deg": (5.0, 20.0),
    "hip_rotation_range_deg": (3.0, 18.0),
    "knee_flexion_swing_deg": (70.0, 115.0),
}


def main() -> None:
    rng = np.random.default_rng(0)
    found: dict[str, list[float]] = defaultdict(list)
    for _ in range(RUNNERS):
        runner = RunnerSettings(**{name: rng.uniform(*span) for name, span in RANGES.items()})
        truth = simulate_runner(runner, Session(duration_s=10.0, still_s=1.5, ramp_s=0.5))
        aligned = align_recording(simulate_sensors(truth), SENSOR_MAP, max_gap_s=0.05)
        pose = average_pose(aligned, window_s=(0.0, 1.2), source="given", max_spread_rad=0.03)
        for i, body in enumerate(BODIES):
            if body[:5] in ("femur", "tibia", "calcn"):
                swing = find_swing(aligned, pose, base=0, legs=[i])
                if swing is not None:
                    found[body].append(float(np.rad2deg(swing.forward_rad)))
    for body, angles in found.items():
        rms, mean = float(np.sqrt(np.mean(np.square(angles)))), float(np.mean(angles))
        sys.stdout.write(f"{body}: root mean square {rms:.1f}, mean {mean:+.1f} degrees\n")


if __name__ == "__main__":
    main()
