"""APDM csv and HDF5: every layout, every fault, and the real files."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from opensim_pelvis.errors import ReadError
from opensim_pelvis.frames import GRAVITY_MPS2
from opensim_pelvis.io import reading
from opensim_pelvis.notices import notice
from opensim_pelvis.rotations import inverse, multiply, rotate, to_rotation_vector
from opensim_pelvis.simulate import (
    write_apdm_csv,
)
from opensim_pelvis.types import Recording
from tests.io.readers.apdm_recording import edit, fault_of, read, swinging

STILL_MPS2 = 0.25  # noise and offset of these accelerometers in slow swinging
FORMAT_7_UP_MPS2 = 0.15  # three samples of an ankle that stands almost still


@pytest.fixture(scope="module")
def recording() -> Recording:
    return swinging()


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
