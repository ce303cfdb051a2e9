"""Where hip adduction and rotation of a recorded walk part: sensors, model, markers.

    python tests/benchmarks/hip_definitions.py

Prints the table of docs/validation.md for ``../shared/data/gaittoolbox_walk``: root mean square
error of the hips with the bias removed, for our default run, for a run without shanks and feet, for
the thigh sensors as they were placed (no model), for models with hinge knees, and for a commercial
suit; then how far the markers of thigh and shank agree with a knee that bends about one axis.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from optical_agreement import (
    DATA,
    GAITTOOLBOX,
    RATE_HZ,
    WALKING_S,
    read_cameras,
    read_suit,
)
from scipy.io import loadmat

from opensim_pelvis import pipeline
from opensim_pelvis.calibration.placement import orient_sensors
from opensim_pelvis.config.settings import (
    ActivitySettings,
    CalibrationSettings,
    SensorHeadings,
    SolverSettings,
    SubjectSettings,
)
from opensim_pelvis.io import output, reading
from opensim_pelvis.kinematics.osim.model import build_model
from opensim_pelvis.rotations import inverse, multiply
from opensim_pelvis.types import Result
from opensim_pelvis.validation.alignment import AlignmentSettings
from opensim_pelvis.validation.compare import ComparisonSettings, compare_motions
from opensim_pelvis.validation.reference_motion import Motion
from opensim_pelvis.validation.sources import ReferenceSettings, open_estimate

ANGLES = ("hip_flexion", "hip_adduction", "hip_rotation")
MOVING = slice(1119, 2074)
BENT_DEG = 30.0
LEGS = ("tibia_r", "tibia_l", "calcn_r", "calcn_l")
LIGHT = 0.02
RAJAGOPAL = DATA.parent / "opensense_walk" / "Rajagopal_2015.osim"
NEAR_HIP = ("pelvis", "femur_r", "femur_l")


def run(
    bodies: tuple[str, ...] = (),
    *,
    model: Path | None = None,
    leg_weight: float | None = None,
    sensor_headings: SensorHeadings = "auto",
) -> Result:
    weights = {} if leg_weight is None else dict.fromkeys(LEGS, leg_weight)
    return pipeline.run(
        reading.read(DATA / "imu"),
        sensors={i: body for i, body in GAITTOOLBOX.items() if not bodies or body in bodies},
        calibration=CalibrationSettings(
            window_s=(2.0, 4.0), heading_axis="-z", sensor_headings=sensor_headings
        ),
        activity=ActivitySettings(kind="walking", surface="overground"),
        solver=SolverSettings(model=model, weights=weights),
    )


def motion_of(result: Result, name: str) -> Motion:
    with tempfile.TemporaryDirectory() as folder:
        output.write(result, folder)
        return replace(open_estimate(Path(folder)), name=name, strides=())


def placed(result: Result) -> Motion:
    """Return the bodies as their own sensors show them, no joint between them."""
    found = orient_sensors(result.aligned, result.placement)
    R_GB = multiply(found.R_GS, inverse(result.placement.R_BS))
    bodies = dict(zip(result.aligned.bodies, np.moveaxis(R_GB, 1, 0), strict=True))
    return Motion(
        name="sensors as placed",
        rate_hz=RATE_HZ,
        time_s=result.aligned.time_s,
        R_GB={body: bodies[body] for body in NEAR_HIP},
        source="placement",
    )


def show_knee(side: str) -> None:
    """Print how the shank leaves the thigh's plane of flexion, by markers alone.

    A knee bends about one axis within a few degrees. Where the markers turn a thigh about its
    length by an error, the shank seems to leave that plane by the error times the sine of flexion.
    """
    content = loadmat(DATA / "S02-Trial-Walk-1.mat", squeeze_me=True)
    hip, knee, ankle, marker = (
        content[f"{side}{name}"][MOVING] for name in ("HJC", "KJC", "AJC", "KNE")
    )
    up, shank = unit(hip - knee), unit(ankle - knee)
    axis = unit(marker - knee)
    axis = unit(axis - (axis * up).sum(axis=1, keepdims=True) * up)
    bent = np.arccos(np.clip(-(up * shank).sum(axis=1), -1.0, 1.0))
    aside = np.arcsin(np.clip((axis * shank).sum(axis=1), -1.0, 1.0))
    much = bent > np.deg2rad(BENT_DEG)
    turned = np.rad2deg(aside[much] / np.sin(bent[much]))
    sys.stdout.write(
        f"{side}: knee bent by more than {BENT_DEG:g} degrees ({much.sum()} samples): shank beside "
        f"the plane by {np.ptp(np.rad2deg(aside[much])):.1f} degrees from least to most, as if the "
        f"thigh were turned by {turned.mean():.1f} +- {turned.std():.1f}\n"
    )


def unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector, axis=1, keepdims=True)


def show(motion: Motion, cameras: Motion, offset_s: float | None = None) -> None:
    settings = ComparisonSettings(
        estimate=DATA,
        reference=ReferenceSettings(path=DATA),
        offset_s=offset_s,
        alignment=AlignmentSettings(window_s=WALKING_S, heading_on="whole"),
    )
    found = {a.name: a.curve for a in compare_motions(motion, cameras, settings).table.angles}
    cells = [
        f"{found[f'{angle}_r'].rmse_without_offset:5.1f} /"
        f"{found[f'{angle}_l'].rmse_without_offset:5.1f}"
        for angle in ANGLES
    ]
    name = motion.name if offset_s is None else f"  by the recorder's trigger ({offset_s:g} s)"
    sys.stdout.write(f"{name:42} {'   '.join(cells)}\n")


def main() -> None:
    cameras, whole = read_cameras(), run()
    ours = motion_of(whole, "default")
    sys.stdout.write(f"{'right / left, degrees':42} {'      '.join(ANGLES)}\n")
    show(ours, cameras)
    show(ours, cameras, 0.0)
    show(motion_of(run(NEAR_HIP), "run without shanks and feet"), cameras)
    show(placed(whole), cameras)
    with tempfile.TemporaryDirectory() as folder:
        hinges = Path(folder) / "hinges.osim"
        build_model(SubjectSettings()).printToXML(str(hinges))
        for model, name in ((hinges, "hinges"), (RAJAGOPAL, "Rajagopal's model")):
            show(motion_of(run(model=model, leg_weight=1.0), f"{name}, equal weights"), cameras)
            show(motion_of(run(model=model), f"{name}, default weights"), cameras)
    show(read_suit(), cameras)
    for side in ("R", "L"):
        show_knee(side)


if __name__ == "__main__":
    sys.exit(main())
