"""APDM csv and HDF5: every layout, every fault, and the real files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.errors import ReadError
from opensim_pelvis.frames import GRAVITY_MPS2
from opensim_pelvis.io import reading
from opensim_pelvis.io.readers.apdm import ApdmReader
from opensim_pelvis.notices import notice
from opensim_pelvis.rotations import angle_between, inverse, multiply, rotate, to_rotation_vector
from opensim_pelvis.simulate import (
    Gap,
    SensorSettings,
    Session,
    random_mountings,
    simulate_runner,
    simulate_sensors,
    write_apdm_csv,
    write_apdm_hdf5,
)
from opensim_pelvis.types import Recording
from tests.notices import codes, sentences

WRITTEN_RAD = 3e-6
STILL_MPS2 = 0.25  # noise and offset of these accelerometers in slow swinging
FORMAT_7_UP_MPS2 = 0.15  # three samples of an ankle that stands almost still


@pytest.fixture(scope="module")
def recording() -> Recording:
    truth = simulate_runner(session=Session(duration_s=1.5, rate_hz=128.0, still_s=0.5))
    settings = SensorSettings(
        mountings=random_mountings(5),
        heading_rad=0.7,
        magnetometer=True,
        gaps=(Gap(body="torso", start_s=0.8, length_s=0.05),),
    )
    return simulate_sensors(truth, settings, ("pelvis", "torso"))


def read(path: Path, **options: object) -> Recording:
    return ApdmReader().read(RecordingSettings(path=path, **options))  # type: ignore[arg-type]


def fault_of(path: Path, **options: object) -> str:
    with pytest.raises(ReadError) as caught:
        read(path, **options)
    assert path.name in str(caught.value)
    return str(caught.value)


def edit(path: Path, old: str, new: str, count: int = 1) -> Path:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, count))
    return path


# --- csv ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layout", "source"),
    [("sample rate", "source.header_field"), ("format 7", "source.time_steps")],
)
def test_rate_clock_and_units(recording, tmp_path, layout, source) -> None:
    found = read(write_apdm_csv(recording, tmp_path / "walk.csv", layout=layout))
    assert found.identifiers == ("pelvis", "torso")
    assert found.rate_hz == pytest.approx(128.0, rel=1e-4)
    assert found.rate_source.code == source
    assert found.clocks == "common"
    assert found.name == "walk"
    assert found.world_frame == notice("world.apdm", up="z")
    assert found.sensors[0].magnetic_unit == "T"
    assert np.linalg.norm(found.sensors[0].magnetic_field[0]) == pytest.approx(50e-6, rel=1e-3)
    assert np.isnan(found.sensors[1].R_ES).any()
    assert found.start_s == (pytest.approx(1550879504.438281) if layout == "format 7" else 0.0)


def test_format_7_is_not_taken_for_128_hz(recording, tmp_path) -> None:
    slow = replace(recording, rate_hz=64.0)
    path = write_apdm_csv(slow, tmp_path / "walk.csv", layout="format 7")
    assert read(path).rate_hz == pytest.approx(64.0, rel=1e-4)
    assert "does not match a sampling rate of 128 Hz" in fault_of(path, rate_hz=128.0)


def test_a_rate_against_the_header(recording, tmp_path) -> None:
    path = write_apdm_csv(recording, tmp_path / "walk.csv")
    edit(path, "Sample Rate:,128", "Sample Rate:,100")
    assert "does not match a sampling rate of 100 Hz" in fault_of(path)
    (note,) = read(path, rate_hz=128.0).notes
    assert note.code == "reader.user_rate"
    assert note.values["others_hz"] == (100.0,)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("s,m/s^2,m/s^2,m/s^2", "s,ft/s,ft/s,ft/s", "must be m/s^2 or m/s/s or g, found 'ft/s'"),
        ("s,m/s^2,m/s^2,m/s^2", "s,m/s^2,g,m/s^2", "found 'g, m/s^2'"),
        ("pelvis/Orientation/Scalar", "pelvis/Orientation/W", "the columns pelvis/Orientation/S"),
        ("pelvis/Orientation/Y", "pelvis/Orientation/X", "pelvis/Orientation/X exists 2 times"),
        ("Rate:,128,Hz", "Rate:,fast,Hz", "must be a number in Hz, found 'fast Hz'"),
        ("Rate:,128,Hz", "Rate:,128,kHz", "must be a number in Hz, found '128 kHz'"),
    ],
)
def test_faults_of_the_header(recording, tmp_path, old, new, message) -> None:
    path = edit(write_apdm_csv(recording, tmp_path / "walk.csv"), old, new)
    assert message in fault_of(path)


def test_units_line_removed(recording, tmp_path) -> None:
    path = write_apdm_csv(recording, tmp_path / "walk.csv")
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:3] + lines[4:]))
    assert "a line of units" in fault_of(path)


def test_units_are_heeded(recording, tmp_path) -> None:
    path = write_apdm_csv(recording, tmp_path / "walk.csv")
    plain = read(path)
    edit(path, "rad/s", "deg/s", -1)
    turned = read(path)
    wanted = np.deg2rad(plain.sensors[0].angular_velocity_radps)
    np.testing.assert_allclose(turned.sensors[0].angular_velocity_radps, wanted)


def test_without_a_stated_rate_even_steps_tell_it(recording, tmp_path) -> None:
    path = write_apdm_csv(recording, tmp_path / "walk.csv")
    path.write_text(path.read_text().split("\n", 2)[2])
    assert read(path).rate_hz == pytest.approx(128.0)
    assert read(path).rate_source.code == "source.time_steps"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Format=7", "Format=9", "wanted csv format 7, found Format=9"),
        (",5778,", ",,", "several columns of 1/Accelerometer/X"),
        (",S,X,Y,Z,X", ",W,X,Y,Z,X", "pelvis: the columns 1/Orientation/S are missing"),
        ("Time,Accel", "Accel", "three lines of column names"),
        (",5718,,,pelvis", ",,,,pelvis", ""),
    ],
)
def test_faults_of_format_7(recording, tmp_path, old, new, message) -> None:
    path = write_apdm_csv(recording, tmp_path / "walk.csv", layout="format 7")
    edit(path, old, new)
    if message:
        assert message in fault_of(path)
    else:
        assert read(path).identifiers == ("torso",)


@pytest.mark.parametrize(
    ("labels", "names"),
    [("", ("5718", "5778")), ("Foot", ("5718", "5778"))],
)
def test_labels_that_do_not_tell_sensors_apart(recording, tmp_path, labels, names) -> None:
    same = dict.fromkeys(recording.identifiers, labels)
    path = write_apdm_csv(recording, tmp_path / "walk.csv", layout="format 7", labels=same)
    assert read(path).identifiers == names


def test_a_folder_with_two_recordings(recording, tmp_path) -> None:
    write_apdm_csv(recording, tmp_path / "a.csv")
    assert read(tmp_path).name == "a"
    write_apdm_csv(recording, tmp_path / "b.csv")
    with pytest.raises(ReadError, match="wanted one APDM file, found 2"):
        read(tmp_path)


# --- HDF5 --------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [1, 2, 3, 4, 5])
def test_every_version(recording, tmp_path, version) -> None:
    path = write_apdm_hdf5(recording, tmp_path / "walk.h5", version=version)
    match = ApdmReader().sniff(path)
    assert match.matches
    assert f"version {version}" in match.reason
    found = read(path)
    assert found.identifiers == ("pelvis", "torso")
    assert (found.rate_hz, found.clocks) == (128.0, "common")
    for was, now in zip(recording.sensors, found.sensors, strict=True):
        assert angle_between(was.R_ES, now.R_ES).max() < WRITTEN_RAD
        assert now.counter.tolist() == was.counter.tolist()
        np.testing.assert_allclose(now.magnetic_field, was.magnetic_field * 50e-6, rtol=1e-5)


@pytest.fixture
def version_5(recording, tmp_path) -> Path:
    return write_apdm_hdf5(recording, tmp_path / "walk.h5", version=5)


@pytest.fixture
def version_3(recording, tmp_path) -> Path:
    return write_apdm_hdf5(recording, tmp_path / "walk.h5", version=3)


def test_without_labels_the_number_is_the_name(version_5, version_3) -> None:
    with h5py.File(version_3, "r+") as file:
        del file.attrs["MonitorLabelList"]
    assert read(version_3).identifiers == ("SI-000646", "SI-000647")
    with h5py.File(version_3, "r+") as file:
        del file.attrs["CaseIdList"]
    assert read(version_3).identifiers == ("SI-000646", "SI-000647")


def test_text_of_variable_length_is_passed_over(version_5) -> None:
    """Where it is damaged the HDF5 library ends the program, and no public example has it."""
    with h5py.File(version_5, "r+") as file:
        file["Sensors/5719/Configuration"].attrs["Label 0"] = "torso"
    assert read(version_5).identifiers == ("pelvis", "5719")


def test_signals_that_are_off_or_empty_are_absent(version_3) -> None:
    with h5py.File(version_3, "r+") as file:
        file["SI-000646"].attrs["MagnetometersEnabled"] = np.uint8(0)
        file["SI-000647/Calibrated/Orientation"][...] = 0.0
    pelvis, torso = read(version_3).sensors
    assert pelvis.magnetic_field is None
    assert torso.R_ES is None
    assert sentences(read(version_3).notes) == (
        "torso: the file contains no valid orientations (all are zero or missing)",
    )


def test_units_of_datasets(version_5) -> None:
    plain = read(version_5).sensors[0]
    with h5py.File(version_5, "r+") as file:
        file["Sensors/5718/Accelerometer"].attrs["Units"] = np.bytes_("g")
        file["Sensors/5718/Gyroscope"].attrs["Units"] = np.bytes_("furlong")
    found = read(version_5)
    ratio = found.sensors[0].acceleration_mps2 / plain.acceleration_mps2
    np.testing.assert_allclose(ratio, GRAVITY_MPS2)
    assert codes(found.notes) == ["apdm.unknown_unit"]
    assert found.notes[0].values == {
        "dataset": "/Sensors/5718/Gyroscope",
        "stated": "furlong",
        "taken": "rad/s",
    }


def test_sensors_off_the_count_keep_their_own_stamps(version_5) -> None:
    with h5py.File(version_5, "r+") as file:
        file["Sensors/5719/Time"][...] += 3900
    found = read(version_5)
    assert found.clocks == "shared"
    assert found.sensors[1].time_s[0] == pytest.approx(0.0039)
    assert found.sensors[1].counter[0] == 0


def drop(name):
    def change(file) -> None:
        del file[name]

    return change


def put(name, values):
    def change(file) -> None:
        del file[name]
        file[name] = values

    return change


def state(place, key, value):
    def change(file) -> None:
        file[place].attrs[key] = value

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (state("/", "FileFormatVersion", 6), "wanted an APDM file of version 1 to 5"),
        (drop("Sensors"), "damaged or not an APDM recording"),
        (drop("Sensors/5719/Time"), "torso: the dataset Time is missing"),
        (put("Sensors/5718/Time", [1, 2, 3]), "must be 3 x 3, as long as Time"),
        (
            put("Sensors/5718/Time", np.zeros(192)),
            "at least two increasing numbers",
        ),
        (put("Sensors/5718/Accelerometer", np.zeros((3, 192))), "as long as Time, found 3 x 192"),
        (put("Sensors/5718/Gyroscope", np.full((192, 3), 1e9)), "beyond the range of any sensor"),
        (state("Sensors/5719/Configuration", "Sample Rate", 64), "wanted one sampling rate"),
    ],
)
def test_faults_of_hdf5(version_5, change, message) -> None:
    with h5py.File(version_5, "r+") as file:
        change(file)
    assert message in fault_of(version_5)


def test_a_wrong_rate_is_seen(version_5) -> None:
    assert "does not match a sampling rate of 100 Hz, but corresponds to 128" in fault_of(
        version_5, rate_hz=100
    )


def test_raw_data_alone_is_refused(version_3) -> None:
    with h5py.File(version_3, "r+") as file:
        for number in ("SI-000646", "SI-000647"):
            del file[f"{number}/Calibrated"]
    assert "acceleration, angular velocity and orientation are all missing" in fault_of(version_3)


def test_another_hdf5_file_is_left_alone(tmp_path) -> None:
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["data"] = np.arange(5)
    match = ApdmReader().sniff(tmp_path / "other.h5")
    assert not match.matches
    assert "no version" in fault_of(tmp_path / "other.h5")


# --- fixtures and real files -------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["apdm_sample_rate.csv", "apdm_format7.csv", "apdm_3.h5", "apdm_5.h5"]
)
def test_fixtures_are_found_and_say_the_same(fixtures, name) -> None:
    found = reading.read(fixtures / name)
    wanted = reading.read(fixtures / "apdm_sample_rate.csv")
    assert (found.reader, found.identifiers) == ("apdm", ("pelvis", "torso"))
    assert found.rate_hz == pytest.approx(40.0)
    for a, b in zip(found.sensors, wanted.sensors, strict=True):
        rows = np.isfinite(b.R_ES).all(axis=1)
        np.testing.assert_allclose(
            a.acceleration_mps2[np.isfinite(a.acceleration_mps2).all(axis=1)],
            b.acceleration_mps2[rows],
            atol=1e-5,
        )


def test_the_real_pendulum(shared_data) -> None:
    found = reading.read(shared_data / "formats" / "apdm" / "imuData01.csv")
    assert found.identifiers == ("Static", "Upper", "Middle", "Lower")
    assert found.rate_hz == 128.0
    assert found.header["Test Name"] == "Pendulum Test 01"
    for sensor in found.sensors:
        assert sensor.counter.tolist() == list(range(1024))
        still = np.linalg.norm(sensor.angular_velocity_radps, axis=1) < 0.1
        up = rotate(sensor.R_ES, sensor.acceleration_mps2)[still].mean(axis=0)
        np.testing.assert_allclose(up, [0.0, 0.0, GRAVITY_MPS2], atol=STILL_MPS2)
        north, west, _ = rotate(sensor.R_ES, sensor.magnetic_field)[still].mean(axis=0)
        assert north > 10e-6
        assert abs(west) < 1e-6
        step = multiply(inverse(sensor.R_ES[:-1]), sensor.R_ES[1:])
        turning = to_rotation_vector(step) * found.rate_hz
        assert np.abs(turning - sensor.angular_velocity_radps[1:]).mean() < 0.01


def test_the_real_format_7(shared_data) -> None:
    found = reading.read(shared_data / "formats" / "apdm" / "apdm_format7.csv")
    assert found.identifiers == (
        "Lumbar",
        "Right Ankle",
        "Left Ankle",
        "Left Foot",
        "Chest",
        "Right Foot",
    )
    assert found.rate_hz == pytest.approx(128.0)
    assert found.rate_source.code == "source.time_steps"
    assert found.start_s == pytest.approx(1550879504.438281, abs=1e-6)
    ankle = found.sensors[1]
    assert ankle.counter.tolist() == [0, 1, 2]
    np.testing.assert_allclose(
        ankle.acceleration_mps2[0], [-9.900204, -0.310068, -1.379437], atol=1e-9
    )
    np.testing.assert_allclose(ankle.R_ES[0], [-0.034044, 0.749637, -0.004751, -0.660956])
    up = rotate(ankle.R_ES, ankle.acceleration_mps2)
    np.testing.assert_allclose(up[:, :2], 0.0, atol=2 * FORMAT_7_UP_MPS2)
