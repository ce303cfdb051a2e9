"""Real recordings with known wearers: sensors, and markers that stand for sensors.

Each virtual sensor is turned by a rotation of its own about all axes, and its heading by an angle
of its own: nothing can rest on axes of a case, or on a north that sensors share.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from scipy.integrate import cumulative_trapezoid
from scipy.signal import butter, sosfiltfilt
from scipy.spatial.transform import Rotation

from opensim_pelvis.config.settings import FusionSettings, TimelineSettings
from opensim_pelvis.config.trial.sensor_map import read_sensor_map
from opensim_pelvis.frames import GRAVITY_MPS2, R_GE_NOMINAL, FloatArray
from opensim_pelvis.fusion.fuse import fuse_recording
from opensim_pelvis.io.c3d import open_c3d, read_points
from opensim_pelvis.io.reading import read
from opensim_pelvis.rotations import (
    angular_velocity,
    from_matrix,
    from_rotation_vector,
    inverse,
    make_continuous,
    multiply,
    normalise,
    rotate,
)
from opensim_pelvis.timeline.align import align_recording
from opensim_pelvis.timeline.clocks import unify_clocks
from opensim_pelvis.types import AlignedRecording, Recording
from tests.real_recordings import read_full_body
from tests.real_sensors import GAITTOOLBOX, QMT

SMOOTH_HZ: Final = 20.0
PIECE_S: Final = 8.0


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Case:
    """Signals of sensors whose wearers are known: arrays as `identify_wearers` takes them."""

    name: str
    person: str
    activity: str
    rate_hz: float
    bodies: tuple[str, ...]
    R_ES: FloatArray
    angular_velocity_radps: FloatArray | None
    acceleration_mps2: FloatArray | None
    right: FloatArray | None = None

    def cut(self, rows: slice, name: str = "") -> Case:
        gyro, force = self.angular_velocity_radps, self.acceleration_mps2
        return Case(
            name=name or self.name,
            person=self.person,
            activity=self.activity,
            rate_hz=self.rate_hz,
            bodies=self.bodies,
            R_ES=self.R_ES[rows],
            angular_velocity_radps=None if gyro is None else gyro[rows],
            acceleration_mps2=None if force is None else force[rows],
            right=self.right,
        )

    def worn(self, bodies: Sequence[str]) -> Case:
        """Keep the sensors of some bodies."""
        columns = [self.bodies.index(body) for body in bodies]
        gyro, force = self.angular_velocity_radps, self.acceleration_mps2
        return Case(
            name=self.name,
            person=self.person,
            activity=self.activity,
            rate_hz=self.rate_hz,
            bodies=tuple(bodies),
            R_ES=self.R_ES[:, columns],
            angular_velocity_radps=None if gyro is None else gyro[:, columns],
            acceleration_mps2=None if force is None else force[:, columns],
            right=None if self.right is None else self.right[columns],
        )

    def pieces(self, piece_s: float = PIECE_S) -> list[Case]:
        """Return pieces of equal length, side by side; the whole where it is shorter than two."""
        total = self.R_ES.shape[0]
        count = max(1, int(total / (piece_s * self.rate_hz)))
        edges = np.linspace(0, total, count + 1).astype(int)
        spans = pairwise(edges)
        return [self.cut(slice(a, b), f"{self.name} {k}") for k, (a, b) in enumerate(spans)]


def real_cases(data: Path) -> Iterator[Case]:
    """Return all recordings of people, whole."""
    for name, person in _RBDS.items():
        markers, rate_hz = _rbds_markers(data / "rbds_running" / name)
        yield _virtual(name, person, "running", rate_hz, markers, _RBDS_CLUSTERS)
    markers, rate_hz = _trc_markers(data / "p02_running" / "P02_straightrunning_trial0025.trc")
    yield _virtual("p02_running", "P02", "running", rate_hz, markers, _P02_CLUSTERS)
    path = data / "vicon_pig" / "PiG_Motion-FlatFoot-Full.c3d"
    file = open_c3d(path)
    points, labels = read_points(file)[0], file.texts("POINT:LABELS")
    markers = {name: points[:, k, :3] / 1e3 for k, name in enumerate(labels)}
    yield _virtual("vicon_pig", "PiG", "walking", file.rate_hz, markers, _PIG_CLUSTERS)
    yield _recorded(
        "gaittoolbox", read(data / "gaittoolbox_walk" / "imu"), GAITTOOLBOX, (11.2, 20.7)
    )
    folder = data / "opensense_walk"
    worn = read_sensor_map(folder / "myIMUMappings.xml")
    yield _recorded("opensense", read(folder), worn, (7.0, 23.5))
    yield _recorded("ximu3", read(data / "formats" / "ximu3"), XIMU3, (1.5, 16.0))
    yield _recorded("theia", read(data / "formats" / "c3d" / "C3DRotationExample.c3d"), THEIA, None)
    marching = _recorded("qmt", read_full_body(data), QMT, MARCHING_S)
    yield replace(marching, activity="on the spot")
    yield read_mean_cycle(data)


XIMU3: Final = {
    "Pelvis": "pelvis",
    "Left Upper Leg": "femur_l",
    "Right Upper Leg": "femur_r",
    "Left Lower Leg": "tibia_l",
    "Right Lower Leg": "tibia_r",
    "Left Foot": "calcn_l",
    "Right Foot": "calcn_r",
}
THEIA: Final = {
    "pelvis": "pelvis",
    "torso": "torso",
    "l_thigh": "femur_l",
    "r_thigh": "femur_r",
    "l_shank": "tibia_l",
    "r_shank": "tibia_r",
    "l_foot": "calcn_l",
    "r_foot": "calcn_r",
}

MARCHING_S: Final = (54.0, 100.0)

_RBDS: Final = {
    "RBDS001runT25markers.txt": "RBDS001",
    "RBDS001runT35.c3d": "RBDS001",
    "RBDS041runT252.txt": "RBDS041",
    "RBDS041runT352.txt": "RBDS041",
    "RBDS041runT452.txt": "RBDS041",
}
_RBDS_CLUSTERS: Final = {
    "pelvis": ("R.PSIS", "L.PSIS", "R.ASIS", "L.ASIS"),
    **{
        f"{body}_{side.lower()}": tuple(f"{side}.{name}" for name in names)
        for side in "RL"
        for body, names in {
            "femur": [f"Thigh.{a}.{b}" for a in ("Top", "Bottom") for b in ("Lateral", "Medial")],
            "tibia": [f"Shank.{a}.{b}" for a in ("Top", "Bottom") for b in ("Lateral", "Medial")],
            "calcn": ["Heel.Top", "Heel.Bottom", "Heel.Lateral"],
        }.items()
    },
}
_P02_CLUSTERS: Final = {
    "pelvis": ("Sacr", "RAsi", "LAsi"),
    "torso": ("C7", "Clav", "Strn"),
    **{
        f"{body}_{side.lower()}": tuple(side + name for name in names)
        for side in "RL"
        for body, names in {
            "femur": ["Tro", "Pat", "KneM", "KneL"],
            "tibia": ["Tub", "AnkM", "AnkL"],
            "calcn": ["Hee", "CalM", "CalL", "ToeM"],
        }.items()
    },
}
_PIG_CLUSTERS: Final = {
    "pelvis": ("LASI", "RASI", "LPSI", "RPSI"),
    "torso": ("C7", "T10", "CLAV", "STRN"),
    **{
        f"{body}_{side.lower()}": tuple(f"{side}{bone}{end}" for end in "OALP")
        for side in "RL"
        for body, bone in {"femur": "FE", "tibia": "TI", "calcn": "FO"}.items()
    },
}


def _rbds_markers(path: Path) -> tuple[Mapping[str, FloatArray], float]:
    """Return markers in metres, z up, and their rate; short holes bridged."""
    if path.suffix == ".c3d":
        file = open_c3d(path)
        points, labels = read_points(file)[0], file.texts("POINT:LABELS")
        found = {name: points[:, k, :3] for k, name in enumerate(labels)}
        rate_hz = file.rate_hz
    else:
        lines = path.read_text().splitlines()
        names = [cell[:-1] for cell in lines[0].split("\t")[1::3]]
        rows = np.array([
            [float(cell) if cell.strip() else np.nan for cell in line.split("\t")]
            for line in lines[1:]
        ])  # fmt: skip
        found = {name: rows[:, 1 + 3 * k : 4 + 3 * k] for k, name in enumerate(names)}
        rate_hz = 150.0
    return {name: _bridged(p[:, [2, 0, 1]] / 1e3) for name, p in found.items()}, rate_hz


def _bridged(points: FloatArray) -> FloatArray:
    out = points.copy()
    rows = np.arange(points.shape[0])
    for k in range(3):
        seen = np.isfinite(points[:, k])
        if seen.any():
            out[:, k] = np.interp(rows, rows[seen], points[seen, k])
    return out


def _trc_markers(path: Path) -> tuple[Mapping[str, FloatArray], float]:
    lines = path.read_text().splitlines()
    names = [cell for cell in lines[3].split("\t")[2:] if cell]
    rows = [[float(cell) for cell in line.split("\t")[1:]] for line in lines[6:] if line.strip()]
    values = np.array(rows)
    points = values[:, 1 : 1 + 3 * len(names)].reshape(len(rows), -1, 3) / 1e3
    rate_hz = 1.0 / float(np.median(np.diff(values[:, 0])))
    return {name: points[:, k, [2, 0, 1]] for k, name in enumerate(names)}, rate_hz


def _virtual(
    name: str,
    person: str,
    activity: str,
    rate_hz: float,
    markers: Mapping[str, FloatArray],
    clusters: Mapping[str, Sequence[str]],
) -> Case:
    """Return sensors in the middle of clusters of markers, in E with z up."""
    signals = [
        _sensor_of(np.stack([markers[m] for m in names], axis=1), rate_hz, f"{person} {body}")
        for body, names in clusters.items()
    ]
    edge = slice(round(0.2 * rate_hz), -round(0.2 * rate_hz))
    R_ES, gyro, force = (np.stack([s[k] for s in signals], axis=1)[edge] for k in range(3))
    across = (markers[clusters["pelvis"][0]] - markers[clusters["pelvis"][1]]).mean(axis=0)
    if clusters["pelvis"][0] in ("LASI", "Sacr"):
        across = (markers[_RIGHT_LEFT[name][0]] - markers[_RIGHT_LEFT[name][1]]).mean(axis=0)
    right = np.stack([rotate(inverse(s[3]), across).mean(axis=0) for s in signals])
    return Case(
        name=name,
        person=person,
        activity=activity,
        rate_hz=rate_hz,
        bodies=tuple(clusters),
        R_ES=R_ES,
        angular_velocity_radps=gyro,
        acceleration_mps2=force,
        right=right / np.linalg.norm(right, axis=1, keepdims=True),
    )


_RIGHT_LEFT: Final = {"vicon_pig": ("RASI", "LASI"), "p02_running": ("RAsi", "LAsi")}


def _sensor_of(
    points: FloatArray, rate_hz: float, seed: str
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return orientation, angular velocity and specific force of a sensor fixed to markers."""
    smooth = butter(2, SMOOTH_HZ, fs=rate_hz, output="sos")
    points = sosfiltfilt(smooth, points, axis=0)
    centred = points - points.mean(axis=1, keepdims=True)
    u, _, vt = np.linalg.svd(np.einsum("tmi,mj->tij", centred, centred[0]))
    u[:, :, 2] *= np.sign(np.linalg.det(u @ vt))[:, None]
    rng = np.random.default_rng(zlib.crc32(seed.encode()))
    mounting = Rotation.random(rng=rng).as_quat(scalar_first=True)
    q = normalise(make_continuous(multiply(from_matrix(u @ vt), mounting)))
    gyro = rotate(inverse(q), angular_velocity(q, rate_hz))
    place = points.mean(axis=1)
    force = np.gradient(np.gradient(place, axis=0), axis=0) * rate_hz**2
    force = rotate(inverse(q), force + np.array([0.0, 0.0, GRAVITY_MPS2]))
    turn = Rotation.from_euler("z", rng.uniform(-np.pi, np.pi)).as_quat(scalar_first=True)
    return multiply(turn, q), gyro, force, q


def _recorded(
    name: str, recording: Recording, worn: Mapping[str, str], span_s: tuple[float, float] | None
) -> Case:
    recording = fuse_recording(recording, FusionSettings(), set(worn), max_gap_s=0.05)
    recording = unify_clocks(recording, TimelineSettings())
    aligned = align_recording(recording, worn, max_gap_s=0.05)
    whole = case_of(aligned, name)
    if span_s is None:
        return whole
    first, last = (round(s * aligned.rate_hz) for s in span_s)
    return whole.cut(slice(first, last))


def case_of(aligned: AlignedRecording, name: str, activity: str = "walking") -> Case:
    return Case(
        name=name,
        person=name.split()[0],
        activity=activity,
        rate_hz=aligned.rate_hz,
        bodies=aligned.bodies,
        R_ES=aligned.R_ES,
        angular_velocity_radps=aligned.angular_velocity_radps,
        acceleration_mps2=aligned.acceleration_mps2,
    )


def read_mean_cycle(data: Path) -> Case:
    """Return the mean walking cycle of one person, repeated, with orientations from the angles."""
    path = data / "p01_walking_imu" / "P01_normwalking.csv"
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    names = lines[0].split(",")
    rows = np.array([[float(cell) for cell in line.split(",")] for line in lines[1:]])
    table = dict(zip(names, rows.T, strict=True))
    bodies = ("pelvis", "femur_r", "femur_l", "tibia_r", "tibia_l", "foot_r", "foot_l")

    def signal(kind: str) -> FloatArray:
        columns = [[table[f"{kind}_{body}_{axis}"] for axis in "xyz"] for body in bodies]
        return np.tile(np.moveaxis(np.array(columns), 2, 0), (8, 1, 1))

    gyro, force = signal("gyro"), signal("acc")
    rate_hz = 100.0 / 1.2135
    # Axes of the segments: x forward, y up, z to the right. The mean tilt is that of the force.
    swing = cumulative_trapezoid(gyro[..., 2] - gyro[..., 2].mean(axis=0), axis=0, initial=0.0)
    mean_force = force.mean(axis=0)
    tilt = swing - swing.mean(axis=0)
    angle_rad = tilt / rate_hz + np.arctan2(mean_force[:, 0], mean_force[:, 1])
    R_GS = from_rotation_vector(angle_rad[..., None] * np.array([0.0, 0.0, 1.0]))
    return Case(
        name="p01",
        person="p01",
        activity="walking",
        rate_hz=rate_hz,
        bodies=tuple(body.replace("foot", "calcn") for body in bodies),
        R_ES=multiply(inverse(R_GE_NOMINAL), R_GS),
        angular_velocity_radps=gyro,
        acceleration_mps2=force,
    )
