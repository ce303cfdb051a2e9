"""How far the heading that the lumbar joint tells lies from the trunk's.

``python tests/benchmarks/trunk_heading.py DATA`` (the folder of real recordings) prints the figures
behind `joint.JOINT_RAD`. Markers of pelvis and trunk stand for sensors that share one north, so
every angle found is error. ``thigh`` lines show why thighs are not told this way.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from scipy.signal import butter, sosfiltfilt
from scipy.spatial.transform import Rotation

from opensim_pelvis.calibration.heading.joint import heading_from_joint, moments_of, solve_joint
from opensim_pelvis.config.trial.sensor_map import read_sensor_map
from opensim_pelvis.frames import GRAVITY_MPS2, FloatArray, up_in_earth
from opensim_pelvis.io.c3d import open_c3d, read_points
from opensim_pelvis.io.reading import read
from opensim_pelvis.rotations import inverse, make_continuous, normalise, rotate
from opensim_pelvis.timeline.align import align_recording

SMOOTH_HZ = 12.0


def sensor_of(markers_m: FloatArray, rate_hz: float) -> tuple[FloatArray, FloatArray]:
    """Return orientation and specific force of a sensor fixed to markers, (t, m, 3), z up."""
    smooth = butter(2, SMOOTH_HZ, fs=rate_hz, output="sos")
    centred = markers_m - markers_m.mean(axis=1, keepdims=True)
    turns = [Rotation.align_vectors(frame, centred[0])[0] for frame in centred]
    q = make_continuous(np.array([turn.as_quat(scalar_first=True) for turn in turns]))
    R_ES = normalise(sosfiltfilt(smooth, q, axis=0))
    place = sosfiltfilt(smooth, markers_m.mean(axis=1), axis=0)
    force = np.gradient(np.gradient(place, axis=0), axis=0) * rate_hz**2
    return R_ES, rotate(inverse(R_ES), force + GRAVITY_MPS2 * up_in_earth())


def tell(name: str, first: FloatArray, second: FloatArray, rate_hz: float) -> None:
    """Print the angle between two clusters of markers that share one north."""
    pairs = [sensor_of(cluster, rate_hz) for cluster in (first, second)]
    R_ES, force = (np.stack([pair[k] for pair in pairs], axis=1)[10:-10] for k in (0, 1))
    angle, misfit, contrast = solve_joint(moments_of(R_ES, force, rate_hz))
    sys.stdout.write(
        f"{name}: {np.rad2deg(angle):+.1f} degrees, misfit {misfit:.2f}, contrast {contrast:.1f}\n"
    )


def read_trc(path: Path) -> dict[str, FloatArray]:
    """Return markers by name, metres, turned to z up."""
    lines = path.read_text().splitlines()
    names = [cell for cell in lines[3].split("\t")[2:] if cell]
    rows = [[float(cell) for cell in line.split("\t")[2:]] for line in lines[6:] if line.strip()]
    values = np.array(rows)[:, : 3 * len(names)].reshape(len(rows), -1, 3) / 1000.0
    return {name: values[:, k, [2, 0, 1]] for k, name in enumerate(names)}


def main(data: Path) -> None:
    run = read_trc(data / "p02_running" / "P02_straightrunning_trial0025.trc")
    clusters = {
        "trunk": ("C7", "Clav", "Strn"),
        "right thigh": ("RTro", "RPat", "RKneM", "RKneL"),
        "left thigh": ("LTro", "LPat", "LKneM", "LKneL"),
    }
    pelvis = np.stack([run[name] for name in ("Sacr", "RAsi", "LAsi")], axis=1)
    for part, names in clusters.items():
        tell(f"p02_running, {part}", pelvis, np.stack([run[n] for n in names], axis=1), 175.13)

    walk = open_c3d(data / "vicon_pig" / "PiG_Motion-FlatFoot-Full.c3d")
    points, labels = read_points(walk)[0], walk.texts("POINT:LABELS")
    parts = (("LASI", "RASI", "LPSI", "RPSI"), ("C7", "T10", "CLAV", "STRN"))
    first, second = (points[:, [labels.index(n) for n in names], :3] / 1e3 for names in parts)
    tell("vicon_pig, trunk", first, second, 100.0)

    folder = data / "opensense_walk"
    worn = read_sensor_map(folder / "myIMUMappings.xml")
    aligned = align_recording(read(folder), worn, max_gap_s=0.05)
    base, trunk = (aligned.bodies.index(body) for body in ("pelvis", "torso"))
    found = heading_from_joint(aligned, None, base=base, sensor=trunk)
    told = "not told" if found is None else f"{np.rad2deg(found[0]):+.1f} degrees"
    sys.stdout.write(f"opensense_walk, trunk against the maker's north: {told}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
