"""Xsens DOT csv: the contract, every layout and mode, clocks, faults, and the real files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis import pipeline
from opensim_pelvis.config.settings import CalibrationSettings, RecordingSettings
from opensim_pelvis.errors import ReadError
from opensim_pelvis.frames import GRAVITY_MPS2
from opensim_pelvis.io import reading
from opensim_pelvis.io.readers.dot import DotReader
from opensim_pelvis.notices import notice, say
from opensim_pelvis.rotations import angle_between, rotate
from opensim_pelvis.simulate import (
    Gap,
    SensorSettings,
    Session,
    random_mountings,
    simulate_runner,
    simulate_sensors,
    write_dot,
)
from opensim_pelvis.simulate.write_xsens_dot import DotColumns, DotLayout
from opensim_pelvis.testing import ReaderContract
from opensim_pelvis.types import Recording
from tests.notices import coded, codes, sentences

SIX_DECIMALS = 0.51e-6
SIX_DECIMALS_RAD = 3e-6  # four components of a quaternion, each rounded
SIX_DECIMALS_OF_DEGREES = 1e-8
WRITTEN_NORM = 1e-5  # how far real quaternions are from unit length
RATE_HZ = 60.0
ALL: tuple[DotColumns, ...] = ("Quat", "FreeAcc", "Acc", "Gyr", "Mag", "Status")
MODES: tuple[tuple[DotColumns, ...], ...] = (
    ("Quat", "FreeAcc", "Status"),
    ("Euler", "FreeAcc", "Status"),
    ("dq", "dv", "Mag", "Status"),
    ("Acc", "Gyr", "Mag"),
    ("Quat", "Acc", "Gyr"),
)


def read(path: Path, **options: object) -> Recording:
    return DotReader().read(RecordingSettings(path=path, **options))  # type: ignore[arg-type]


def with_free_acceleration(recording: Recording) -> Recording:
    up = np.array([0.0, 0.0, GRAVITY_MPS2])
    return replace(
        recording,
        sensors=tuple(
            replace(s, free_acceleration_mps2=rotate(s.R_ES, s.acceleration_mps2) - up)  # type: ignore[arg-type]
            for s in recording.sensors
        ),
    )


class TestDot(ReaderContract):
    reader = DotReader()
    tolerances = {
        "R_ES": SIX_DECIMALS_RAD,
        "free_acceleration_mps2": SIX_DECIMALS,
        "acceleration_mps2": SIX_DECIMALS,
        "angular_velocity_radps": SIX_DECIMALS_OF_DEGREES,
        "magnetic_field": SIX_DECIMALS,
    }

    def make_recording(self) -> Recording:
        return with_free_acceleration(super().make_recording())

    def write(self, recording: Recording, directory: Path) -> Path:
        write_dot(recording, directory / "walk", columns=ALL)
        return directory / "walk"


class TestDotExport(TestDot):
    tolerances = {
        "angular_velocity_radps": 1e-4,  # six decimals of dq, times the rate
        "acceleration_mps2": 6e-5,
        "magnetic_field": SIX_DECIMALS,
    }

    def make_recording(self) -> Recording:
        """Return a recording without the row after the gap, whose dq and dv are not used."""
        truth = simulate_runner(session=Session(duration_s=1.5, rate_hz=40.0, still_s=0.5))
        return simulate_sensors(truth, SensorSettings(magnetometer=True), ("pelvis", "torso"))

    def write(self, recording: Recording, directory: Path) -> Path:
        columns: tuple[DotColumns, ...] = ("dq", "dv", "Mag", "Status")
        write_dot(recording, directory / "walk", columns=columns, layout="export")
        return directory / "walk"


@pytest.fixture(scope="module")
def recording() -> Recording:
    truth = simulate_runner(session=Session(duration_s=2.0, rate_hz=RATE_HZ, still_s=0.5))
    sensors = SensorSettings(
        mountings=random_mountings(7),
        gaps=(Gap(body="torso", start_s=1.0, length_s=0.1),),
        late_start_s={"pelvis": 0.05},
        magnetometer=True,
    )
    return simulate_sensors(truth, sensors, ("pelvis", "torso"))


@pytest.mark.parametrize("layout", ["app", "sdk", "export"])
@pytest.mark.parametrize("columns", MODES, ids="+".join)
def test_every_layout_and_mode(
    tmp_path: Path, recording: Recording, layout: DotLayout, columns: tuple[DotColumns, ...]
) -> None:
    """Counts past 2^32 microseconds, a late start and a gap come back in each of them."""
    write_dot(recording, tmp_path / "w", layout=layout, columns=columns, start_us=2**32 - 500_000)
    found = read(tmp_path / "w")
    assert found.clocks == "common"
    assert found.rate_hz == RATE_HZ
    assert found.start_s == pytest.approx(2**32 * 1e-6 - 0.5)
    for was, now in zip(recording.sensors, found.sensors, strict=True):
        np.testing.assert_array_equal(now.counter, was.counter)
        assert (now.R_ES is not None) == bool({"Quat", "Euler"} & set(columns))
        if now.R_ES is not None:
            assert angle_between(now.R_ES, was.R_ES).max() < SIX_DECIMALS_RAD  # type: ignore[arg-type]
        assert (now.angular_velocity_radps is not None) == bool({"Gyr", "dq"} & set(columns))
        if now.angular_velocity_radps is not None:
            off = np.abs(now.angular_velocity_radps - was.angular_velocity_radps)  # type: ignore[operator]
            assert np.nanmax(off) < 1e-4
            after_gap = np.concatenate([[False], np.diff(now.counter) > 1])
            missing = np.isnan(now.angular_velocity_radps).any(axis=1)
            np.testing.assert_array_equal(
                missing, after_gap if "dq" in columns else missing & False
            )
            assert now.gyroscope_range_radps == pytest.approx(np.deg2rad(2000.0))


def test_sensors_that_were_not_synchronised_have_clocks_of_their_own(
    tmp_path: Path, recording: Recording
) -> None:
    first, second = recording.identifiers
    write_dot(recording, tmp_path, synced=False, start_us={first: 10_000_000, second: 999})
    found = read(tmp_path)
    assert found.clocks == "own"
    assert "dot.own_clocks_unsynced" in codes(found.notes)
    for was, now in zip(recording.sensors, found.sensors, strict=True):
        assert now.time_s is not None
        np.testing.assert_allclose(
            now.time_s, (was.counter - was.counter[0]) / RATE_HZ, atol=1e-6 * was.counter.size
        )


def test_without_a_sync_status_clocks_far_apart_are_not_one(
    tmp_path: Path, recording: Recording
) -> None:
    first, second = recording.identifiers
    write_dot(recording, tmp_path, layout="export", start_us={first: 0, second: 90_000_123})
    assert read(tmp_path).clocks == "own"


def test_synchronised_sensors_off_each_others_samples_keep_their_times(
    tmp_path: Path, recording: Recording
) -> None:
    first, second = recording.identifiers
    write_dot(recording, tmp_path, start_us={first: 1_000_000, second: 1_005_000})
    found = read(tmp_path)
    assert found.clocks == "shared"
    a, b = (sensor.time_s for sensor in found.sensors)
    assert a is not None
    assert b is not None
    late = (recording.sensors[0].counter[0] - recording.sensors[1].counter[0]) * 16_667e-6
    assert a[0] - b[0] == pytest.approx(late - 0.005, abs=1e-9)


def test_half_an_hour_keeps_its_count(tmp_path: Path) -> None:
    """Whole microseconds are off 60 Hz by two samples in half an hour: the count is not."""
    rows = 30 * 60 * 60
    lines = (f"{i + 1},{(i * 16_667) % 2**32},1.0,0.0,0.0,0.0" for i in range(rows))
    head = "OutputRate:,60Hz\n\nPacketCounter,SampleTimeFine,Quat_W,Quat_X,Quat_Y,Quat_Z\n"
    (tmp_path / "a_20200101_000000.csv").write_text(head + "\n".join(lines) + "\n")
    found = read(tmp_path)
    np.testing.assert_array_equal(found.sensors[0].counter, np.arange(rows))
    assert found.identifiers == ("a",)


def test_names(tmp_path: Path, recording: Recording) -> None:
    """The app names files after the tag; another name before the date is the user's."""
    paths = write_dot(recording, tmp_path / "app", names={recording.identifiers[0]: "my tag"})
    assert set(read(tmp_path / "app").identifiers) == {"my tag", recording.identifiers[1]}
    paths[0].rename(paths[0].with_name(paths[0].name.replace("my tag", "hip")))
    found = read(tmp_path / "app")
    assert "hip" in found.identifiers
    assert sentences(coded(found.notes, "dot.renamed")) == (
        "sensors are named after their files, whose names differ from the DeviceTag: hip (my tag)",
    )
    alone = tmp_path / "alone.csv"
    alone.write_bytes(paths[1].read_bytes())
    assert read(alone).identifiers == (recording.identifiers[1],)


def test_signals_made_of_changes_are_told(tmp_path: Path, recording: Recording) -> None:
    write_dot(recording, tmp_path, columns=("dq", "dv", "Mag", "Status"))
    found = read(tmp_path)
    told = coded(found.notes, "dot.from_deltas")
    assert [note.subject for note in told] == [(name,) for name in recording.identifiers]
    assert all("acceleration and angular velocity" in say(note) for note in told)


def test_clipped_samples_are_counted(tmp_path: Path, recording: Recording) -> None:
    path, _ = write_dot(recording, tmp_path)
    lines = path.read_text(encoding="utf-8").splitlines()
    for row, status in ((20, 1), (21, 8), (22, 9), (23, 64)):
        lines[row] = lines[row][:-1] + str(status)
    path.write_text("\n".join(lines), encoding="utf-8")
    clipped = {n.code: n.values["clipped"] for n in read(path).notes if "clipped" in n.code}
    assert clipped == {
        "dot.accelerometer_clipped": 2,
        "dot.gyroscope_clipped": 2,
        "dot.magnetometer_clipped": 1,
    }


def edit(line: int, old: str, new: str) -> Callable[[list[str]], None]:
    def change(lines: list[str]) -> None:
        assert old in lines[line]
        lines[line] = lines[line].replace(old, new)

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            edit(5, "60Hz", "50Hz"),
            "states an OutputRate of 50 Hz, but SampleTimeFine corresponds to 59.9",
        ),
        (edit(11, "Quat_X,", "Quat_V,"), "columns Quat_X are missing beside Quat_W"),
        (edit(20, "3343", "3353"), "SampleTimeFine must .* line 2"),
        (edit(20, "3343", "x343"), "wanted a number in column SampleTimeFine, found 'x343"),
        (lambda lines: lines.insert(20, lines[20]), "SampleTimeFine must increase .* line 22"),
    ],
)
def test_faults_say_what_and_where(
    tmp_path: Path, recording: Recording, change: Callable[[list[str]], None], words: str
) -> None:
    path, _ = write_dot(recording, tmp_path)
    lines = path.read_text(encoding="utf-8").splitlines()
    change(lines)
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ReadError, match=words) as caught:
        read(tmp_path)
    assert path.name in str(caught.value)


def test_a_damaged_packet_counter_costs_a_note(tmp_path: Path, recording: Recording) -> None:
    path, _ = write_dot(recording, tmp_path)
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[20] = "900" + lines[20][lines[20].index(",") :]
    path.write_text("\n".join(lines), encoding="utf-8")
    found = read(tmp_path)
    np.testing.assert_array_equal(found.sensors[0].counter, recording.sensors[0].counter)
    (note,) = coded(found.notes, "dot.ticks_alone")
    assert codes(note.values["faults"]) == ["reader.counter_backward"]
    assert "line 22" in say(note)
    assert note.subject == (recording.identifiers[0],)


def test_several_trials_in_a_folder(tmp_path: Path, recording: Recording) -> None:
    for path in write_dot(recording, tmp_path):
        path.with_name(path.name.replace("202113", "203000")).write_bytes(path.read_bytes())
    with pytest.raises(ReadError, match=r"several of .*\*_20210820_202113\*"):
        read(tmp_path)
    assert len(read(tmp_path / "*_20210820_202113*").sensors) == 2


def test_rate_and_axis_of_the_user_win(tmp_path: Path, recording: Recording) -> None:
    write_dot(recording, tmp_path)
    found = read(tmp_path, rate_hz=59.0, up_axis="-z")
    assert found.rate_hz == 59.0
    assert [n.values["rate_hz"] for n in coded(found.notes, "reader.user_rate")] == [59.0]
    assert found.world_frame == notice("world.user", up="-z")
    plain = read(tmp_path).sensors[0]
    assert plain.R_ES is not None
    assert plain.free_acceleration_mps2 is not None
    turned = found.sensors[0]
    assert turned.free_acceleration_mps2 is not None
    np.testing.assert_allclose(
        turned.free_acceleration_mps2, plain.free_acceleration_mps2 * [1, -1, -1], atol=1e-12
    )


def test_the_simulated_file_looks_like_the_real_one(
    shared_data: Path, tmp_path: Path, recording: Recording
) -> None:
    real = (shared_data / "formats/xsens_dot/Pelvis_20210820_202113_836.csv").read_bytes()
    tag = {recording.identifiers[0]: "Yao"}
    ours = write_dot(recording, tmp_path, names=tag)[0].read_bytes()
    assert ours.splitlines()[:11] == real.splitlines()[:11]
    assert ours.splitlines()[11].count(b",") == real.splitlines()[11].count(b",")
    assert ours.endswith(b",0")
    assert real.endswith(b",0")


def test_real_files(shared_data: Path) -> None:
    """Five sensors start within two samples; 157 packets of one were lost on the way."""
    found = read(shared_data / "formats/xsens_dot")
    assert found.identifiers == ("LFemur", "LTibia", "Pelvis", "RFemur", "RTibia")
    assert found.rate_hz == RATE_HZ
    assert found.clocks == "common"
    assert [int(s.counter[0]) for s in found.sensors] == [2, 1, 1, 2, 0]
    assert [s.counter.size for s in found.sensors] == [195, 381, 382, 381, 382]
    femur = found.sensors[0]
    assert int(femur.counter[-1] - femur.counter[0]) + 1 - femur.counter.size == 157
    for sensor in found.sensors:
        assert sensor.R_ES is not None
        assert np.abs(np.linalg.norm(sensor.R_ES, axis=1) - 1.0).max() < WRITTEN_NORM


def test_real_files_run_to_the_end(shared_data: Path) -> None:
    """Sensors named as their files; lost packets of one thigh stay absent only in the long gap."""
    worn = {"Pelvis": "pelvis", "LFemur": "femur_l", "RFemur": "femur_r"}
    result = pipeline.run(reading.read(shared_data / "formats/xsens_dot"), sensors=worn)
    assert result.aligned.bodies == ("pelvis", "femur_r", "femur_l")
    names = [definition.name for definition in result.clinical.definitions]
    rotation_rad = result.clinical.values_rad[:, names.index("pelvic_axial_rotation")]
    assert np.isfinite(rotation_rad).mean() > 0.99


def test_the_real_recording_is_a_squat_with_two_sensors_swapped(shared_data: Path) -> None:
    """Left thigh and shank bend as shank and thigh of the right: named so, the knee bends back."""
    recording = reading.read(shared_data / "formats/xsens_dot")
    worn = {"Pelvis": "pelvis", "RFemur": "femur_r", "RTibia": "tibia_r"}
    # with one heading for all: each sensor's own would be found unknown where names are wrong
    common = CalibrationSettings(sensor_headings="common")
    named, swapped = (
        pipeline.run(recording, sensors=worn | {a: "femur_l", b: "tibia_l"}, calibration=common)
        for a, b in (("LFemur", "LTibia"), ("LTibia", "LFemur"))
    )
    assert any(note.code == "kinematics.knee_backward" for note in named.notes)
    assert not any("knee_angle" in note for note in sentences(swapped.notes))
    knees = [swapped.kinematics.coordinates.index(f"knee_angle_{side}") for side in "lr"]
    left, right = np.rad2deg(np.nanmax(swapped.kinematics.values_rad[:, knees], axis=0))
    assert 60.0 < right < left < 85.0


def test_fixtures(fixtures: Path) -> None:
    app, export = read(fixtures / "dot_app"), read(fixtures / "dot_export")
    assert app.identifiers == export.identifiers == ("pelvis", "torso")
    assert [sensor.counter[0] for sensor in app.sensors] == [0, 2]
    assert app.rate_hz == export.rate_hz == 40.0
    assert app.start_s == pytest.approx(2**32 * 1e-6 - 0.5)
    assert export.sensors[0].angular_velocity_radps is not None
    np.testing.assert_allclose(
        np.linalg.norm(np.asarray(export.sensors[0].acceleration_mps2)[0]), GRAVITY_MPS2, atol=1e-4
    )
