"""The C3D exporter: every field is read back with ezc3d and with a second, independent reader."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import c3d as other_c3d
import ezc3d
import numpy as np
import pytest

from opensim_pelvis.io import reading
from opensim_pelvis.io.c3d import open_c3d
from opensim_pelvis.io.exporters.c3d import C3dExporter
from opensim_pelvis.io.exporters.c3d_metadata import MAX_EVENTS
from opensim_pelvis.io.exporters.c3d_plug_in_gait import WRITTEN
from opensim_pelvis.io.registry import Exporter
from opensim_pelvis.notices import notice
from opensim_pelvis.types import Event, RecordingDate
from tests.io.exporters.c3d_readers import READERS, export, read_ezc3d, read_other
from tests.io.exporters.sample_result import (
    GAP,
    LANDMARKS,
    RATE_HZ,
    SAMPLES,
    make_result,
    without_signals,
)

FLOAT32 = 2.0**-23
"""C3D stores four-byte floats: relative rounding, twice for safety."""

EVENTS = (
    Event(time_s=61.25, label="toe-off", context="Right"),
    Event(time_s=0.1, label="initial contact", context="Left"),
    Event(time_s=0.3, label="jump", context="General"),
)


def quaternion_matrix(q: np.ndarray) -> np.ndarray:
    w, x, y, z = q
    return np.array(
        [
            [w * w + x * x - y * y - z * z, 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), w * w - x * x + y * y - z * z, 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z],
        ]
    )


def test_it_writes_one_file_called_by_the_trial(tmp_path: Path) -> None:
    exporter = C3dExporter()
    assert isinstance(exporter, Exporter)
    assert exporter.write(make_result(), tmp_path) == (tmp_path / "trial.c3d",)
    assert [p.name for p in tmp_path.iterdir()] == ["trial.c3d"]


@READERS
def test_points_are_the_landmarks_in_mm_in_the_laboratory(tmp_path: Path, read: Any) -> None:
    result = make_result()
    file = read(export(result, tmp_path))
    labels = file.texts("POINT", "LABELS")
    R_LG = np.array([[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]])  # x forward, y left, z up
    assert "MODEL_RANK" not in labels, "the tibia has no sensor"
    for landmark in LANDMARKS[:2]:
        body = result.kinematics.bodies.index(landmark.body)
        for frame in (0, GAP.start - 1, SAMPLES - 1):
            R_GB = quaternion_matrix(result.kinematics.R_GB[frame, body])
            p_g = result.kinematics.p_GB_m[frame, body] + R_GB @ landmark.position_b_m
            found = file.points[frame, labels.index(f"MODEL_{landmark.name}")]
            np.testing.assert_allclose(found, 1000 * R_LG @ p_g, rtol=0, atol=6000 * FLOAT32)


@READERS
def test_angles_are_points_in_degrees_with_their_sense(tmp_path: Path, read: Any) -> None:
    result = make_result()
    file = read(export(result, tmp_path))
    labels = file.texts("POINT", "LABELS")
    wanted = {
        "PelvisAngles": ["pelvic_anterior_tilt", "pelvic_obliquity", "pelvic_axial_rotation"],
        "ThoraxAngles": ["trunk_forward_lean", "trunk_lateral_lean", "trunk_axial_rotation"],
        "RThighExtension": ["thigh_extension_r"],
        "OS_pelvis": ["pelvis_tilt", "pelvis_list", "pelvis_rotation"],
        "OS_lumbar": ["lumbar_extension", "lumbar_bending", "lumbar_rotation"],
        "OS_hip_r": ["hip_flexion_r", "hip_adduction_r", "hip_rotation_r"],
        "subtalar_angle_r": ["subtalar_angle_r"],
    }
    templates = [name for name in WRITTEN if name[1:].startswith(("Pelvis", "Thorax", "Spine"))]
    assert file.texts("POINT", "ANGLES") == [*templates, "RHipAngles", *wanted]
    table = result.angles.join(result.coordinates).to_numpy()
    names = [*result.clinical.names, *result.kinematics.coordinates]
    for label, angles in wanted.items():
        found = file.points[:, labels.index(label)]
        columns = [table[:, names.index(angle)] for angle in angles]
        missing = np.isnan(columns).any(axis=0)
        assert np.isnan(found[missing]).all()
        for axis, column in enumerate(columns):
            np.testing.assert_allclose(
                found[~missing, axis], column[~missing], rtol=FLOAT32, atol=0
            )
        assert (found[~missing, len(angles) :] == 0).all()
    texts = dict(zip(labels, file.texts("POINT", "DESCRIPTIONS"), strict=True))
    assert texts["PelvisAngles"] == (
        "X pelvic_anterior_tilt + anterior; Y pelvic_obliquity + right side up; "
        "Z pelvic_axial_rotation + right side forward"
    )
    assert texts["OS_hip_r"].startswith("X hip_flexion_r + flexion; Y hip_adduction_r + add")
    assert texts["subtalar_angle_r"] == "X subtalar_angle_r"


@READERS
def test_missing_samples_have_the_residual_minus_one(tmp_path: Path, read: Any) -> None:
    file = read(export(make_result(), tmp_path))
    labels = file.texts("POINT", "LABELS")
    missing = np.zeros((SAMPLES, len(labels)), dtype=bool)
    for label in ("MODEL_HJC_R", "RHipAngles", "RThighExtension", "subtalar_angle_r"):
        missing[GAP, labels.index(label)] = True
    np.testing.assert_array_equal(file.residuals, np.where(missing, -1.0, 0.0))
    np.testing.assert_array_equal(np.isnan(file.points).all(axis=2), missing)
    np.testing.assert_array_equal(np.isnan(file.points).any(axis=2), missing)


def test_missing_points_are_zeros_in_the_bytes(tmp_path: Path) -> None:
    path = export(without_signals(make_result()), tmp_path)
    words = np.frombuffer(path.read_bytes(), dtype="<f4")
    assert not np.isnan(words[-256:]).any()
    with path.open("rb") as handle:
        frames = other_c3d.Reader(handle).read_frames(check_nan=False)
        points = np.array([points for _, points, _ in frames])
    assert (points[points[:, :, 3] < 0][:, :3] == 0).all()


@READERS
def test_sensor_signals_come_back_in_their_units(tmp_path: Path, read: Any) -> None:
    result = make_result()
    aligned = result.aligned
    file = read(export(result, tmp_path))
    labels = file.texts("ANALOG", "LABELS")
    units = dict(zip(labels, file.texts("ANALOG", "UNITS"), strict=True))
    assert aligned.acceleration_mps2 is not None
    assert aligned.angular_velocity_radps is not None
    for i, sensor in enumerate(aligned.sensors):
        gyroscope_deg = np.rad2deg(aligned.angular_velocity_radps[:, i])
        wanted = {
            **{f"ACC_{a}": aligned.acceleration_mps2[:, i, k] for k, a in enumerate("XYZ")},
            **{f"GYR_{a}": gyroscope_deg[:, k] for k, a in enumerate("XYZ")},
            **{f"QUAT_{a}": result.orientations.R_GS[:, i, k] for k, a in enumerate("WXYZ")},
        }
        valid = np.isfinite(list(wanted.values())).all(axis=0)
        for name, values in wanted.items():
            found = file.analogs[:, labels.index(f"{sensor}_{name}")]
            expected = np.where(valid, values, 0.0)
            np.testing.assert_allclose(found, expected, rtol=FLOAT32, atol=0, err_msg=name)
        np.testing.assert_array_equal(file.analogs[:, labels.index(f"{sensor}_VALID")], valid)
        assert units[f"{sensor}_ACC_X"] == "m/s2"
        assert units[f"{sensor}_GYR_Z"] == "deg/s"
    assert "pelvis_imu_MAG_X" not in labels, "this sensor has no magnetic field at all"
    assert units["torso_imu_MAG_Y"] == "a.u."


@READERS
def test_rate_and_first_frame(tmp_path: Path, read: Any) -> None:
    file = read(export(make_result(), tmp_path))
    assert (file.rate_hz, file.first_frame) == (RATE_HZ, 1)
    assert file.points.shape[0] == SAMPLES
    for group in ("POINT", "ANALOG"):
        assert file.parameters(group, "RATE")[0] == RATE_HZ
    assert file.parameters("ANALOG", "GEN_SCALE")[0] == 1.0
    assert set(file.parameters("ANALOG", "SCALE")) == {1.0}
    assert set(file.parameters("ANALOG", "OFFSET")) == {0}


@READERS
def test_units_subject_and_software(tmp_path: Path, read: Any) -> None:
    file = read(export(make_result(), tmp_path))
    texts = {
        ("POINT", "UNITS"): ["mm"],
        ("POINT", "ANGLE_UNITS"): ["deg"],
        ("POINT", "TYPE_GROUPS"): ["ANGLES", "ANGLE"],
        ("SUBJECTS", "NAMES"): ["S01"],
        ("MANUFACTURER", "SOFTWARE"): ["opensim-pelvis"],
        ("MANUFACTURER", "VERSION_LABEL"): ["0.1.0"],
    }
    for (group, name), wanted in texts.items():
        assert file.texts(group, name) == wanted, name
    assert file.parameters("SUBJECTS", "USES_PREFIXES")[0] == 0
    upper = read is read_other  # this reader knows names in capitals only
    mass, height = ("BODYMASS", "HEIGHT") if upper else ("Bodymass", "Height")
    assert file.parameters("PROCESSING", mass)[0] == 61.5
    assert file.parameters("PROCESSING", height)[0] == 1720.0


def test_the_date_of_the_recording_comes_back(tmp_path: Path) -> None:
    result = make_result()
    date = RecordingDate(start=datetime(2026, 11, 24, 10, 30), source="the header")
    (path,) = C3dExporter().write(
        replace(result, recording=replace(result.recording, date=date)), tmp_path
    )
    file = open_c3d(path)
    assert file.texts("RECORDING:START") == ["2026-11-24T10:30:00"]
    assert file.texts("RECORDING:START_SOURCE") == ["the header"]
    recording = reading.read(path)
    assert recording.date == replace(
        date, source=notice("source.field_from", field="RECORDING:START", stated="the header")
    )
    (path,) = C3dExporter().write(result, tmp_path)
    assert open_c3d(path).texts("RECORDING:START") == []
    assert reading.read(path).date is None


@READERS
def test_events_are_in_time_order_with_the_labels_of_lab_programs(
    tmp_path: Path, read: Any
) -> None:
    file = read(export(make_result(events=EVENTS), tmp_path))
    assert file.parameters("EVENT", "USED")[0] == 3
    assert file.texts("EVENT", "LABELS") == ["Foot Strike", "jump", "Foot Off"]
    assert file.texts("EVENT", "CONTEXTS") == ["Left", "General", "Right"]
    assert file.texts("EVENT", "SUBJECTS") == ["S01"] * 3
    assert list(file.parameters("EVENT", "ICON_IDS")) == [1, 0, 2]
    assert list(file.parameters("EVENT", "GENERIC_FLAGS")) == [0, 0, 0]
    times = np.asarray(file.parameters("EVENT", "TIMES"))
    minutes_seconds = times if times.shape == (2, 3) else times.reshape(3, 2).T
    wanted = [[0.0, 0.0, 1.0], [0.1, 0.3, 1.25]]
    np.testing.assert_allclose(minutes_seconds, wanted, rtol=FLOAT32, atol=0)


@READERS
def test_a_trial_without_events_has_a_valid_empty_group(tmp_path: Path, read: Any) -> None:
    file = read(export(make_result(), tmp_path))
    assert file.parameters("EVENT", "USED")[0] == 0
    assert file.texts("EVENT", "LABELS") == []
    assert file.texts("EVENT_CONTEXT", "LABELS") == ["General", "Left", "Right"]


def test_many_events_continue_and_the_file_says_where_they_end(tmp_path: Path) -> None:
    events = [
        Event(time_s=0.3 * i, label="initial contact", context=("Left", "Right")[i % 2])
        for i in range(MAX_EVENTS + 5)
    ]
    path = export(make_result(events=tuple(events)), tmp_path)
    file = read_ezc3d(path)
    assert file.parameters("EVENT", "USED")[0] == MAX_EVENTS
    assert len(file.texts("EVENT", "LABELS")) == MAX_EVENTS
    pieces = [file.parameters("EVENT", f"TIMES{i}") for i in ("", 2, 3)]
    times = np.concatenate(pieces, axis=1)
    wanted_s = [event.time_s for event in events[:MAX_EVENTS]]
    np.testing.assert_allclose(60 * times[0] + times[1], wanted_s, rtol=0, atol=60 * FLOAT32)
    note = ezc3d.c3d(str(path))["parameters"]["EVENT"]["__METADATA__"]["DESCRIPTION"]
    assert f"first {MAX_EVENTS} of {MAX_EVENTS + 5}" in note


@pytest.mark.parametrize("bodies", [("pelvis",), ("pelvis", "torso")])
@READERS
def test_few_bodies(tmp_path: Path, read: Any, bodies: tuple[str, ...]) -> None:
    file = read(export(make_result(bodies), tmp_path))
    labels = file.texts("POINT", "LABELS")
    assert "MODEL_RASI" in labels
    assert "MODEL_HJC_R" not in labels
    assert ("OS_lumbar" in labels) == ("torso" in bodies)


def test_orientation_only_recording_without_landmarks(tmp_path: Path) -> None:
    file = read_other(export(without_signals(make_result(landmarks=())), tmp_path))
    kinds = {label.rsplit("_", 1)[0] for label in file.texts("ANALOG", "LABELS")}
    assert kinds == {"pelvis_imu", "torso_imu", "femur_r_imu"} | {
        f"{body}_imu_QUAT" for body in ("pelvis", "torso", "femur_r")
    }
    assert file.texts("POINT", "LABELS") == file.texts("POINT", "ANGLES")


def test_label_groups_have_the_shape_that_vicon_gives_them(
    tmp_path: Path, shared_data: Path
) -> None:
    vicon = shared_data / "vicon_pig" / "PiG_Motion-FlatFoot-Full.c3d"
    shapes = []
    for path in (vicon, export(make_result(), tmp_path)):
        with path.open("rb") as handle:
            reader = other_c3d.Reader(handle)
        shapes.append(
            [reader.get(f"POINT:{name}").dimensions for name in ("TYPE_GROUPS", "ANGLES")]
        )
    (theirs, their_angles), (ours, our_angles) = shapes
    assert len(ours) == len(theirs) == 3
    assert ours[1] == theirs[1] == 2
    assert len(our_angles) == len(their_angles) == 2
