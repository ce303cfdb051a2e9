"""APDM HDF5: every version, every fault."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from opensim_pelvis.frames import GRAVITY_MPS2
from opensim_pelvis.io.readers.apdm import ApdmReader
from opensim_pelvis.rotations import angle_between
from opensim_pelvis.simulate import (
    write_apdm_hdf5,
)
from opensim_pelvis.types import Recording
from tests.io.readers.apdm_recording import WRITTEN_RAD, fault_of, read, swinging
from tests.notices import codes, sentences


@pytest.fixture(scope="module")
def recording() -> Recording:
    return swinging()


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
