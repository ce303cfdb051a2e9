"""Our run beside OpenSense and a commercial suit, all on one walk and against the same cameras.

    python tests/benchmarks/side_by_side.py

Prints the tables of docs/validation.md for ``../shared/data/gaittoolbox_walk``. OpenSense is
OpenSim's own `IMUPlacer` and `IMUInverseKinematicsTool`, given the same sensors and static trial,
with Rajagopal's model (from ``../shared/data/opensense_walk``) and with ours, once with hinges at
knees and ankles; IK weights of shanks and feet 1 or 0.02. All are compared on the same frames with
the same heading alignment, synchronised blindly and by the recorder's trigger. Last it prints where
ours is behind the best of the others by more than 0.3 degrees.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import opensim
from hip_definitions import LEGS, LIGHT, RAJAGOPAL, motion_of, run
from optical_agreement import DATA, WALKING_S, read_cameras, read_suit
from scipy.signal import find_peaks

from opensim_pelvis.config.settings import SubjectSettings
from opensim_pelvis.io.tables.opensim_tables import read_table, write_quaternion_table
from opensim_pelvis.kinematics.osim.model import build_model
from opensim_pelvis.types import Result
from opensim_pelvis.validation.alignment import AlignmentSettings
from opensim_pelvis.validation.compare import ComparisonSettings, compare_motions
from opensim_pelvis.validation.reference_motion import Motion, motion_from_coordinates
from opensim_pelvis.validation.sources import ReferenceSettings

AXIS = "-z"  # of the pelvis sensor, forward: as our run is told
TO_GROUND = (-np.pi / 2.0, 0.0, 0.0)  # earth with z up to OpenSim's ground with y up
BEHIND_DEG = 0.3
TRIGGER_S = 0.0
STRIDE_S = 0.7  # two maxima of the thigh's extension are further apart
ANGLES = (
    "pelvic_axial_rotation",
    "pelvic_obliquity",
    "pelvic_anterior_tilt",
    *(f"hip_{part}_{side}" for part in ("flexion", "adduction", "rotation") for side in "rl"),
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One system: what it leaves of each angle with the bias removed, and of its range."""

    name: str
    offset_s: float
    rmse_deg: dict[str, float]
    range_deg: dict[str, float]


def main() -> None:
    if not DATA.is_dir():
        return
    cameras, result = read_cameras(), run()
    ours = motion_of(result, "ours, default")
    common = motion_of(run(sensor_headings="common"), "ours, one heading for all")
    others = list(others_of(result))
    for title, offset_s in (("synchronised blindly", None), ("by the trigger", TRIGGER_S)):
        sys.stdout.write(f"\n{title}\n")
        first, second, *rest = (measure(m, cameras, offset_s) for m in (ours, common, *others))
        show([first, second, *rest])
        show_behind(first, rest)


def others_of(result: Result) -> Iterator[Motion]:
    """Yield the other systems' solutions of the same walk."""
    yield read_suit()
    with tempfile.TemporaryDirectory() as folder:
        hinges, play = Path(folder) / "hinges.osim", Path(folder) / "play.osim"
        build_model(SubjectSettings()).printToXML(str(hinges))
        build_model(SubjectSettings(), result.aligned.bodies).printToXML(str(play))
        for name, model, weight in (
            ("Rajagopal", RAJAGOPAL, 1.0),
            ("Rajagopal", RAJAGOPAL, LIGHT),
            ("hinges", hinges, 1.0),
            ("hinges", hinges, LIGHT),
            ("our model", play, 1.0),
            ("our model", play, LIGHT),
        ):
            yield run_opensense(result, model, weight, f"OpenSense, {name}, {weight:g}")


def run_opensense(result: Result, model: Path, weight: float, name: str) -> Motion:
    """Return what OpenSim's placer and inverse kinematics make of the sensors as recorded."""
    aligned, pose = result.aligned, result.placement.pose
    with inside() as folder:
        for file, time_s, R_ES in (
            ("pose.sto", np.array([0.0, 0.01]), np.repeat(pose.R_ES[None], 2, axis=0)),
            ("walk.sto", aligned.time_s, aligned.R_ES),
        ):
            write_quaternion_table(
                folder / file,
                name=name,
                columns=aligned.sensors,
                time_s=time_s,
                quaternions=R_ES,
                rate_hz=aligned.rate_hz,
            )
        placer = opensim.IMUPlacer()
        placer.set_model_file(str(model))
        placer.set_orientation_file_for_calibration("pose.sto")
        placer.set_sensor_to_opensim_rotations(opensim.Vec3(*TO_GROUND))
        placer.set_base_imu_label("pelvis_imu")
        placer.set_base_heading_axis(AXIS)
        placer.set_output_model_file("placed.osim")
        assert placer.run(False)
        tool = opensim.IMUInverseKinematicsTool()
        tool.set_model_file("placed.osim")
        tool.set_orientations_file("walk.sto")
        tool.set_sensor_to_opensim_rotations(opensim.Vec3(*TO_GROUND))
        tool.set_time_range(0, float(aligned.time_s[0]))
        tool.set_time_range(1, float(aligned.time_s[-1]))
        tool.set_orientation_weights(weights_of(result, weight))
        tool.set_results_directory(".")
        tool.set_output_motion_file("ik.mot")
        assert tool.run(False)
        table = read_table(folder / "ik.mot")
    values = dict(zip(table.labels, np.deg2rad(table.values).T, strict=True))
    return motion_from_coordinates(name, table.time_s, values, "OpenSense")


def weights_of(result: Result, weight: float) -> opensim.OrientationWeightSet:
    found = opensim.OrientationWeightSet()
    for sensor, body in zip(result.aligned.sensors, result.aligned.bodies, strict=True):
        one = opensim.OrientationWeight(sensor, weight if body in LEGS else 1.0)
        found.cloneAndAppend(one)
    return found


@contextmanager
def inside() -> Iterator[Path]:
    """Work in a folder of its own: OpenSim's tools write into the working directory."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield Path(folder)
        finally:
            os.chdir(before)


def measure(motion: Motion, cameras: Motion, offset_s: float | None) -> Row:
    settings = ComparisonSettings(
        estimate=DATA,
        reference=ReferenceSettings(path=DATA),
        offset_s=offset_s,
        alignment=AlignmentSettings(window_s=WALKING_S, heading_on="whole"),
        surface="overground",
    )
    found = compare_motions(motion, cameras, settings)
    angles = {angle.name: angle for angle in found.table.angles}
    strides = cut_strides(angles["thigh_extension_r"].reference_deg, found.table.rate_hz)
    rmse = {name: angles[name].curve.rmse_without_offset for name in ANGLES}
    apart = {
        name: [
            np.ptp(angles[name].estimate_deg[part]) - np.ptp(angles[name].reference_deg[part])
            for part in strides
        ]
        for name in ANGLES
    }
    return Row(
        name=motion.name,
        offset_s=found.sync.offset_s,
        rmse_deg=rmse,
        range_deg={name: float(np.mean(errors)) for name, errors in apart.items()},
    )


def cut_strides(extension_deg: np.ndarray, rate_hz: float) -> list[slice]:
    """Return strides from one maximum of the cameras' thigh extension to the next."""
    peaks, _ = find_peaks(extension_deg, distance=round(STRIDE_S * rate_hz), prominence=15.0)
    return [slice(a, b) for a, b in pairwise(peaks)]


def show(rows: Sequence[Row]) -> None:
    for title, part in (
        ("RMSE with the bias removed, degrees", "rmse_deg"),
        ("error of the range of a stride, mean, degrees", "range_deg"),
    ):
        sys.stdout.write(
            f"{title}\n{'':28}  offset  rotation, obliquity, tilt    hip flexion, adduction, "
            "rotation, each right left\n"
        )
        for row in rows:
            cells = "".join(f"{getattr(row, part)[name]:7.2f}" for name in ANGLES)
            sys.stdout.write(f"{row.name:28} {1000.0 * row.offset_s:4.0f} ms {cells}\n")


def show_behind(ours: Row, others: Sequence[Row]) -> None:
    """Print where ours is behind the best of the others by too much."""
    behind = False
    for part in ("rmse_deg", "range_deg"):
        for name in ANGLES:
            best = min(others, key=lambda row: abs(getattr(row, part)[name]))
            gap = abs(getattr(ours, part)[name]) - abs(getattr(best, part)[name])
            if gap > BEHIND_DEG:
                behind = True
                sys.stdout.write(f"{part} {name}: behind {best.name} by {gap:.2f} degrees\n")
    if not behind:
        sys.stdout.write(f"ours is nowhere behind by more than {BEHIND_DEG:g} degrees\n")


if __name__ == "__main__":
    main()
