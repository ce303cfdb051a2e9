"""A walk by our program and by a commercial suit, each against the same cameras.

    python tests/benchmarks/optical_agreement.py

Prints the tables of docs/validation.md for ``../shared/data/gaittoolbox_walk``: both systems are
synchronised blindly and compared on the same frames with the same alignment. Before them a
simulated runner, whose angles are known.
"""

from __future__ import annotations

import re
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
from scipy.io import loadmat

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.real_sensors import GAITTOOLBOX

from opensim_pelvis import pipeline
from opensim_pelvis.config.settings import ActivitySettings, CalibrationSettings
from opensim_pelvis.io import output, reading
from opensim_pelvis.rotations import from_euler, from_matrix, inverse, multiply
from opensim_pelvis.simulate import (
    HEADING_AXIS,
    SENSOR_MAP,
    RunnerSettings,
    Session,
    simulate_runner,
    simulate_sensors,
)
from opensim_pelvis.validation.alignment import AlignmentSettings
from opensim_pelvis.validation.compare import ComparisonSettings, compare_motions
from opensim_pelvis.validation.markers import MarkerTrial
from opensim_pelvis.validation.pelvis_frames import PelvisFrame
from opensim_pelvis.validation.reference_motion import Motion, motion_from_markers
from opensim_pelvis.validation.sources import ReferenceSettings, open_estimate
from opensim_pelvis.validation.sync import synchronise

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "gaittoolbox_walk"
WALKING_S = (11.19, 20.73)
RATE_HZ = 100.0
PUT_IN = ((7.31, 100.0), (-2.468, -60.0), (0.5, -200.0))  # seconds, parts in a million

BVH_BODIES = {"Hips": "pelvis", "RightHip": "femur_r", "LeftHip": "femur_l"}
# Axes of the suit: x to the left, y up, z forward; ours: x forward, y up, z to the right.
R_SUIT_OURS = from_matrix(np.array([[0.0, 0.0, -1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]))


def read_markers_of_cameras() -> MarkerTrial:
    content = loadmat(DATA / "S02-Trial-Walk-1.mat")
    positions = {
        name: np.asarray(values, dtype=np.float64) / 1000.0
        for name, values in content.items()
        if len(name) == 4 and np.shape(values)[1:] == (3,)
    }
    return MarkerTrial(
        name="cameras",
        rate_hz=RATE_HZ,
        time_s=np.arange(2503) / RATE_HZ,
        positions_m=positions,
        source="MATLAB, mm, z up",
    )


def read_cameras() -> Motion:
    return motion_from_markers(read_markers_of_cameras())


def show_frames(motion: Motion) -> None:
    """Print obliquity and rotation against each frame of the pelvis, and the thighs' part."""
    settings = ComparisonSettings(
        estimate=DATA,
        reference=ReferenceSettings(path=DATA),
        offset_s=0.0,
        alignment=AlignmentSettings(window_s=WALKING_S, heading_on="whole"),
    )
    trial = read_markers_of_cameras()
    for frame in get_args(PelvisFrame):
        found = compare_motions(motion, motion_from_markers(trial, pelvis=frame), settings)
        for angle in found.table.angles:
            part, c = angle.thighs, angle.curve
            if part is not None and angle.name != "pelvic_anterior_tilt":
                sys.stdout.write(
                    f"--pelvis {frame}, {angle.name}: "
                    f"rmse0 {c.rmse_without_offset:.2f}, r {c.r:.2f}; "
                    f"{part.strides} strides: difference {part.difference_deg:.2f}, rest "
                    f"{part.rest_deg:.2f}, share {part.share:.2f} (at least {part.gain_low:.2f}), "
                    f"a {part.a:.3f}, b {part.b:.3f}, reason: {part.is_reason}\n"
                )


def read_suit() -> Motion:
    """Return the suit's pelvis and thighs: body-fixed y-x-z angles down the tree."""
    head, _, rows = (DATA / "S02-Trial-Walk-1.bvh").read_text().partition("MOTION")
    numbers = np.array([line.split() for line in rows.splitlines()[3:] if line.strip()], float)
    turns: dict[str, np.ndarray] = {}
    column, stack, name = 0, [], ""
    for line in head.splitlines():
        word = line.split()
        if word[:1] in (["ROOT"], ["JOINT"], ["End"]):
            name = word[1]
        elif word[:1] == ["{"]:
            stack.append(name)
        elif word[:1] == ["}"]:
            stack.pop()
        elif word[:1] == ["CHANNELS"]:
            assert re.search("Yrotation Xrotation Zrotation$", line)
            column += int(word[1])
            turn = from_euler("YXZ", np.deg2rad(numbers[:, column - 3 : column]))
            parent = stack[-2] if len(stack) > 1 else None
            turns[stack[-1]] = turn if parent is None else multiply(turns[parent], turn)
    bodies = {
        body: multiply(multiply(inverse(R_SUIT_OURS), turns[joint]), R_SUIT_OURS)
        for joint, body in BVH_BODIES.items()
    }
    # The first row of the file is a pose that was not recorded.
    return Motion(
        name="suit",
        rate_hz=RATE_HZ,
        time_s=np.arange(1, numbers.shape[0]) / RATE_HZ,
        R_GB={body: q[1:] for body, q in bodies.items()},
        source="BVH",
        surface="overground",
    )


def read_ours() -> Motion:
    result = pipeline.run(
        reading.read(DATA / "imu"),
        sensors=GAITTOOLBOX,
        calibration=CalibrationSettings(window_s=(2.0, 4.0), heading_axis="-z"),
        activity=ActivitySettings(kind="walking", surface="overground"),
    )
    with tempfile.TemporaryDirectory() as folder:
        output.write(result, folder)
        return open_estimate(Path(folder))


def run_simulated() -> None:
    truth = simulate_runner(RunnerSettings(), Session(duration_s=60.0))
    result = pipeline.run(
        simulate_sensors(truth),
        sensors=SENSOR_MAP,
        calibration=CalibrationSettings(window_s=(0.2, 1.8), heading_axis=HEADING_AXIS),
        activity=ActivitySettings(kind="running", surface="treadmill"),
    )
    known = Motion(
        name="truth",
        rate_hz=RATE_HZ,
        time_s=truth.time_s,
        R_GB=dict(zip(truth.bodies, np.moveaxis(truth.R_GB, 1, 0), strict=True)),
        source="simulator",
    )
    with tempfile.TemporaryDirectory() as folder:
        output.write(result, folder)
        estimate = open_estimate(Path(folder))
    show(
        estimate,
        known,
        ComparisonSettings(
            estimate=DATA,
            reference=ReferenceSettings(path=DATA),
            alignment=AlignmentSettings(window_s=(5.0, 58.0)),
        ),
    )


def show(motion: Motion, reference: Motion, settings: ComparisonSettings) -> None:
    found = compare_motions(motion, reference, settings)
    sync = found.sync
    lines = [
        f"\n{motion.name}, offset of bodies: {settings.alignment.body_offset}; clock "
        f"{sync.offset_s:.4f} s +- {sync.uncertainty_s:.4f}, r {sync.correlation:.2f}, drift "
        f"{sync.drift_estimate_ppm:.1f} +- {sync.drift_error_ppm:.1f} ppm",
        "angle                      bias   rmse  rmse0      r  lag_s",
    ]
    for angle in found.table.angles:
        c = angle.curve
        lines.append(
            f"{angle.name:24} {c.bias:6.2f} {c.rmse:6.2f} {c.rmse_without_offset:6.2f} "
            f"{c.r:6.3f} {c.lag_s:7.4f}"
        )
    sys.stdout.write("\n".join(lines) + "\n")


def show_clocks(motion: Motion, reference: Motion) -> None:
    """Print what becomes of offsets and rate errors that are put in, against none put in."""
    turning = motion.turning or motion.R_GB
    plain = synchronise(turning, motion.time_s, reference.R_GB, reference.time_s)
    middle = np.array([15.0])
    for late_s, ppm in PUT_IN:
        moved = late_s + motion.time_s * (1.0 + 1e-6 * ppm)
        found = synchronise(turning, moved, reference.R_GB, reference.time_s)
        at = found.to_reference(late_s + middle * (1.0 + 1e-6 * ppm)) - plain.to_reference(middle)
        sys.stdout.write(
            f"{motion.name}: put in {late_s:g} s and {ppm:g} ppm; comes out off by "
            f"{1000.0 * at[0]:.2f} ms and "
            f"{plain.drift_estimate_ppm - found.drift_estimate_ppm - ppm:.1f} ppm\n"
        )
    for body in (body for body in turning if body in reference.R_GB):
        alone = synchronise({body: turning[body]}, motion.time_s, reference.R_GB, reference.time_s)
        sys.stdout.write(
            f"{motion.name}: {body} alone {1000.0 * alone.offset_s:.1f} +- "
            f"{1000.0 * alone.uncertainty_s:.1f} ms\n"
        )


def main() -> None:
    run_simulated()
    if not DATA.is_dir():
        return
    cameras, motions = read_cameras(), (read_ours(), read_suit())
    show_frames(motions[0])
    show_clocks(motions[0], cameras)
    for offset in ("none", "whole"):
        settings = ComparisonSettings(
            estimate=DATA,
            reference=ReferenceSettings(path=DATA),
            alignment=AlignmentSettings(window_s=WALKING_S, heading_on="whole", body_offset=offset),
        )
        for motion in motions:
            show(replace(motion, strides=()), cameras, settings)


if __name__ == "__main__":
    sys.exit(main())
