"""x-IMU3 logs: every form of the orientation, clocks, what is missing, and the real log."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.errors import ReadError
from opensim_pelvis.frames import GRAVITY_MPS2
from opensim_pelvis.io import reading
from opensim_pelvis.io.readers.ximu3 import Ximu3Reader
from opensim_pelvis.notices import notice
from opensim_pelvis.rotations import angle_between, rotate
from opensim_pelvis.simulate import (
    Gap,
    SensorSettings,
    Session,
    random_mountings,
    simulate_runner,
    simulate_sensors,
    write_ximu3,
)
from opensim_pelvis.types import Recording
from tests.notices import coded, codes, sentences

WRITTEN_RAD = 5e-6  # six decimals of a matrix, a quaternion or of degrees
LINE_OF_FIELD = 0.03  # what straight lines over 50 ms leave of a field that turns with a runner
STILL_M_S2 = 0.15  # offset of these accelerometers, and the little that a standing person moves
PELVIS, TORSO = "pelvis 00B4F001 (UDP)", "torso 00B4F002 (UDP)"


@pytest.fixture(scope="module")
def recording() -> Recording:
    truth = simulate_runner(session=Session(duration_s=3.0, rate_hz=50.0, still_s=0.5))
    settings = SensorSettings(
        mountings=random_mountings(5),
        heading_rad=0.7,
        magnetometer=True,
        gaps=(Gap(body="torso", start_s=1.0, length_s=0.1),),
    )
    return simulate_sensors(truth, settings, ("pelvis", "torso"))


def read(path: Path, **options: object) -> Recording:
    return Ximu3Reader().read(RecordingSettings(path=path, **options))  # type: ignore[arg-type]


@pytest.mark.parametrize("form", ["quaternion", "matrix", "euler", "earth", "linear"])
@pytest.mark.parametrize("convention", [None, "NWU", "ENU", "NED"])
def test_every_form_and_convention(recording, tmp_path, form, convention) -> None:
    read_back = read(
        write_ximu3(recording, tmp_path / "log", orientation=form, convention=convention)
    )
    assert read_back.identifiers == ("pelvis", "torso")
    assert (read_back.world_frame.code == "world.ximu3") == (convention is None)
    for was, now in zip(recording.sensors, read_back.sensors, strict=True):
        assert angle_between(was.R_ES, now.R_ES).max() < WRITTEN_RAD
        assert now.magnetic_unit == "a.u."
        assert now.accelerometer_range_mps2 == pytest.approx(24 * GRAVITY_MPS2)
        if form in ("earth", "linear"):
            wanted = rotate(was.R_ES, was.acceleration_mps2) - [0.0, 0.0, GRAVITY_MPS2]
            np.testing.assert_allclose(now.free_acceleration_mps2, wanted, atol=1e-3)
        else:
            assert now.free_acceleration_mps2 is None


def test_slower_field_lies_on_the_moments_of_the_inertial_file(recording, tmp_path) -> None:
    read_back = read(write_ximu3(recording, tmp_path / "log", magnetometer_every=2))
    for was, now in zip(recording.sensors, read_back.sensors, strict=True):
        known = np.isfinite(now.magnetic_field).all(axis=1)
        off = np.linalg.norm(was.magnetic_field - now.magnetic_field, axis=1)
        assert off[known][:20].max() < LINE_OF_FIELD
        assert not known[0]  # before its first sample nothing is known
    assert known.mean() > 0.8


def test_times_and_counters(recording, tmp_path) -> None:
    read_back = read(write_ximu3(recording, tmp_path / "log"))
    assert read_back.clocks == "shared"
    assert read_back.rate_hz == pytest.approx(50.0, abs=1e-6)
    torso = read_back.sensors[1]
    assert torso.counter.tolist() == recording.sensors[1].counter.tolist()
    np.testing.assert_allclose(torso.time_s, torso.counter / 50.0, atol=1e-6)
    assert read_back.start_s == pytest.approx(917.410905)
    assert read(tmp_path / "log", rate_hz=100.0).rate_hz == 100.0
    told = read(tmp_path / "log", rate_hz=100.0).notes
    assert codes(told) == ["ximu3.one_clock", "ximu3.user_rate"]
    assert (told[1].values["rate_hz"], told[1].values["found_hz"]) == (100.0, pytest.approx(50.0))


def test_devices_of_different_rates_are_told_with_them(recording, tmp_path) -> None:
    log = write_ximu3(recording, tmp_path / "log")
    for file in (log / TORSO).glob("*.csv"):
        first, *rows = file.read_text().splitlines(keepends=True)
        file.write_text("".join([first, *rows[:50:2]]))
    assert sentences(coded(read(log).notes, "ximu3.rates_differ")) == (
        "the devices had different sampling rates: pelvis 50.00 Hz, torso 25.00 Hz",
    )


def test_clocks_that_do_not_agree_are_their_own(recording, tmp_path) -> None:
    start_us = {"00B4F002": 5_000_000}
    read_back = read(write_ximu3(recording, tmp_path / "log", start_us=start_us))
    assert read_back.clocks == "own"
    assert [sensor.time_s[0] for sensor in read_back.sensors] == [0.0, 0.0]
    assert read_back.notes[0].code == "ximu3.own_clocks"


def test_one_device_alone(recording, tmp_path) -> None:
    folder = write_ximu3(recording, tmp_path / "log") / PELVIS
    read_back = read(folder)
    assert read_back.identifiers == ("pelvis",)
    assert read_back.notes == ()


def test_one_file_of_a_device_points_to_its_folder(recording, tmp_path) -> None:
    log = write_ximu3(recording, tmp_path / "log")
    match = Ximu3Reader().sniff(log / PELVIS / "Inertial.csv")
    assert not match.matches
    assert "give the folder" in match.reason


def test_the_same_name_twice(recording, tmp_path) -> None:
    names = dict.fromkeys(recording.identifiers, "x-IMU3")
    read_back = read(write_ximu3(recording, tmp_path / "log", names=names))
    assert read_back.identifiers == ("x-IMU3 00B4F001", "x-IMU3 00B4F002")


def test_without_a_command_file_the_folder_names_the_device(recording, tmp_path) -> None:
    log = write_ximu3(recording, tmp_path / "log")
    for file in log.rglob("Command.json"):
        file.unlink()
    assert read(log).identifiers == ("pelvis", "torso")


@pytest.mark.parametrize(
    ("gone", "note"),
    [
        ("Quaternion.csv", "torso: no orientations"),
        ("Inertial.csv", "torso: no gyroscope and accelerometer"),
        ("Magnetometer.csv", "torso: no magnetometer"),
    ],
)
def test_a_file_of_a_device_that_is_gone_is_said(recording, tmp_path, gone, note) -> None:
    log = write_ximu3(recording, tmp_path / "log")
    (log / TORSO / gone).unlink()
    assert any(text.startswith(note) for text in sentences(read(log).notes))


def test_notes_on_a_file_name_its_device(recording, tmp_path) -> None:
    file = write_ximu3(recording, tmp_path / "log") / TORSO / "Inertial.csv"
    file.write_bytes(file.read_bytes()[:-20])
    (note,) = coded(read(tmp_path / "log").notes, "reader.cut_line")
    assert note.subject == (TORSO, "Inertial.csv")
    assert sentences([note])[0].startswith(f"{TORSO}: Inertial.csv: the last line (")


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_faults_of_all_devices_come_at_once_and_name_the_file(recording, tmp_path) -> None:
    log = write_ximu3(recording, tmp_path / "log")
    change(log / PELVIS / "Inertial.csv", "(g)", "(m/s/s)")
    change(log / TORSO / "Quaternion.csv", ",W,", ",Q,")
    with pytest.raises(ReadError) as caught:
        read(log)
    message = str(caught.value)
    assert "2 faults" in message
    assert PELVIS in message
    assert "the columns Accelerometer X (g) are required" in message
    assert "Quaternion.csv: the columns W are required" in message


def test_units_line_removed(recording, tmp_path) -> None:
    log = write_ximu3(recording, tmp_path / "log")
    for file in (log / TORSO).glob("*.csv"):
        file.write_text(file.read_text().split("\n", 1)[1])
    with pytest.raises(ReadError, match="none of its files begins with the column Timestamp"):
        read(log)
    shutil.rmtree(log / PELVIS)
    with pytest.raises(ReadError, match="none contains"):
        read(log)


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("[{", "is not valid JSON"),
        ('["ping"]', "wanted a list of commands"),
        ('[{"ahrs_axes_convention": 7}]', "must be 0 (NWU), 1 (ENU) or 2 (NED), found 7"),
        ('[{"ahrsAxesConvention": "up"}]', "found 'up'"),
    ],
)
def test_bad_command_files(recording, tmp_path, command, message) -> None:
    log = write_ximu3(recording, tmp_path / "log")
    (log / PELVIS / "Command.json").write_text(command)
    with pytest.raises(ReadError) as caught:
        read(log)
    assert message in str(caught.value)


def test_a_device_logged_twice(recording, tmp_path) -> None:
    log = write_ximu3(recording, tmp_path / "log")
    shutil.copytree(log / PELVIS, log / "pelvis 00B4F001 (USB)")
    with pytest.raises(ReadError, match="device 00B4F001 has several"):
        read(log)


def test_only_a_magnetometer_is_not_enough(recording, tmp_path) -> None:
    log = write_ximu3(recording, tmp_path / "log", orientation="none")
    (log / TORSO / "Inertial.csv").unlink()
    with pytest.raises(ReadError, match=r"or orientations \(Quaternion.csv.* found Magnetometer"):
        read(log)


def test_the_fixture_is_found_and_read(fixtures) -> None:
    recording = reading.read(fixtures / "ximu3")
    assert (recording.reader, recording.identifiers) == ("ximu3", ("pelvis", "torso"))
    assert recording.rate_hz == pytest.approx(40.0)
    assert recording.world_frame == notice("world.ximu3_stated", up="z", frame="NWU")


def test_the_real_log(shared_data) -> None:
    recording = reading.read(shared_data / "formats" / "ximu3")
    assert recording.reader == "ximu3"
    assert set(recording.identifiers) == {
        "Pelvis",
        *(
            f"{side} {part}"
            for side in ("Left", "Right")
            for part in ("Upper Leg", "Lower Leg", "Foot")
        ),
    }
    assert recording.clocks == "shared"
    assert recording.rate_hz == pytest.approx(50.0, abs=0.1)
    for sensor in recording.sensors:
        assert sensor.time_s is not None
        assert 0.0 <= sensor.time_s[0] < 0.02
        assert sensor.counter.size < sensor.counter[-1] + 1  # packets were lost over UDP
        still = np.linalg.norm(sensor.angular_velocity_radps, axis=1) < 0.05
        assert still.sum() > 20
        up = rotate(sensor.R_ES, sensor.acceleration_mps2)[still].mean(axis=0)
        np.testing.assert_allclose(up, [0.0, 0.0, GRAVITY_MPS2], atol=STILL_M_S2)
        north_west_up = rotate(sensor.R_ES, sensor.magnetic_field)[still]
        field = np.nanmean(north_west_up, axis=0)
        assert field[0] > 0.25  # to the north and down, not sideways
        assert abs(field[1]) < 0.1
        assert field[2] < -0.8
