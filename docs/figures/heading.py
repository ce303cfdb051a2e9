"""Draw headings and drift of simulated runs: ``python docs/figures/heading.py``."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from opensim_pelvis.calibration.heading import find_heading
from opensim_pelvis.calibration.placement import average_pose, orient_sensors, place_static
from opensim_pelvis.config.settings import CalibrationSettings
from opensim_pelvis.frames import heading_of
from opensim_pelvis.rotations import inverse, multiply, rotate
from opensim_pelvis.simulate import (
    SENSOR_MAP,
    Disturbance,
    SensorSettings,
    Session,
    simulate_runner,
    simulate_sensors,
)
from opensim_pelvis.timeline.align import align_recording
from opensim_pelvis.types import AlignedRecording, CalibrationPose
from opensim_pelvis.types.segments import BODIES

IMG = Path(__file__).resolve().parents[1] / "img"
TRUE, FOUND, RAW = "#3f3f46", "#0b4f8a", "#c2500a"
STATED = CalibrationSettings(heading_axis="-z")
OFF_DEG = dict(zip(BODIES, (0.0, 4.0, -18.0, 12.0, -3.0, -24.0, -25.0, -15.0), strict=True))


def main() -> None:
    plt.rcParams |= {"font.size": 12, "svg.hashsalt": "opensim-pelvis"}
    save(draw_headings(), "heading_sensors")
    save(draw_drift(), "heading_drift")


def save(figure: Figure, name: str) -> None:
    figure.savefig(IMG / f"{name}.png", dpi=110)
    figure.savefig(IMG / f"{name}.svg", metadata={"Date": None})
    plt.close(figure)


def record(duration_s: float, sensors: SensorSettings) -> tuple[AlignedRecording, CalibrationPose]:
    truth = simulate_runner(session=Session(duration_s=duration_s, rate_hz=50.0))
    aligned = align_recording(simulate_sensors(truth, sensors), SENSOR_MAP, max_gap_s=0.05)
    pose = average_pose(aligned, window_s=(0.0, 1.5), source="given", max_spread_rad=0.03)
    return aligned, pose


def draw_headings() -> Figure:
    """Draw true heading, own plane of swing and heading used of sensors that disagree."""
    off = {body: float(np.deg2rad(value)) for body, value in OFF_DEG.items()}
    aligned, pose = record(30.0, SensorSettings(heading_rad=off))
    rows = find_heading(aligned, pose, STATED).sensors
    figure, axes = plt.subplots(figsize=(9.5, 4.6), layout="constrained")
    y = np.arange(len(rows))[::-1]
    swing = np.rad2deg([row.swing_rad for row in rows])
    used = np.rad2deg([row.offset_rad for row in rows])
    sigma = np.rad2deg([row.sigma_rad for row in rows])
    axes.axvline(0.0, color="#c9ced6", lw=1.0)
    axes.plot(list(OFF_DEG.values()), y, "|", color=TRUE, ms=22, mew=2.5, label="true")
    axes.plot(swing, y, "D", color=RAW, mfc="none", ms=8, label="own plane of swing")
    axes.errorbar(used, y, xerr=sigma, fmt="o", color=FOUND, capsize=4, label="used, ± 1 sd")
    axes.set_yticks(y, aligned.bodies)
    axes.set_xlabel("heading against the pelvis sensor, degrees (positive to the left)")
    axes.set_title("Simulated run of 30 s, each sensor with a north of its own")
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def draw_drift() -> Figure:
    """Draw the turn of trunk against pelvis over half an hour, before and after."""
    sensors = SensorSettings(
        heading_drift_radps={"torso": np.deg2rad(-2.0) / 60.0, "pelvis": np.deg2rad(1.0) / 60.0},
        disturbances=(
            Disturbance(
                body="torso", start_s=720.0, angle_rad=np.deg2rad(20.0), rise_s=10.0, length_s=60.0
            ),
        ),
    )
    aligned, pose = record(1800.0, sensors)
    upright = dict.fromkeys(aligned.bodies, np.array([1.0, 0.0, 0.0, 0.0]))
    figure, axes = plt.subplots(figsize=(9.5, 4.2), layout="constrained")
    for drift, color, words in (("none", RAW, "as measured"), ("auto", FOUND, "corrected")):
        settings = CalibrationSettings(heading_axis="-z", drift=drift)  # type: ignore[arg-type]
        heading = find_heading(aligned, pose, settings, surface="treadmill")
        placement = place_static(aligned, pose, heading, default_R_GB=upright)
        R_GS = orient_sensors(aligned, placement).R_GS[:, :2]
        ahead = heading_of(rotate(multiply(R_GS, inverse(placement.R_BS[:2])), np.eye(3)[0]))
        turn = np.rad2deg(np.unwrap(ahead[:, 1] - ahead[:, 0]))
        blocks = turn.reshape(-1, 250)  # of five seconds
        minutes = aligned.time_s[::250] / 60.0
        axes.fill_between(
            minutes, blocks.min(axis=1), blocks.max(axis=1), color=color, alpha=0.7, label=words
        )
    axes.set_xlabel("minutes")
    axes.set_ylabel("trunk against pelvis, degrees")
    axes.set_title(
        "Simulated treadmill run: 3 degrees/min of drift, iron beside the trunk at 12 min"
    )
    axes.legend(frameon=False)
    return figure


if __name__ == "__main__":
    main()
