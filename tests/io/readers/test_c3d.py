"""C3D: IMU channels and segment rotations, held against ezc3d and against what was written."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.errors import NoSensorsError, ReadError
from opensim_pelvis.io import reading
from opensim_pelvis.io.c3d import open_c3d, read_channels, read_rotations
from opensim_pelvis.io.readers.c3d import C3dReader
from opensim_pelvis.io.registry import find_mapped, find_reader
from opensim_pelvis.notices import notice, say
from opensim_pelvis.rotations import angle_between, is_present, to_matrix
from opensim_pelvis.simulate import write_c3d_channels, write_c3d_rotations
from opensim_pelvis.testing import ReaderContract
from opensim_pelvis.types import Recording
from tests.c3d_files import Kind, write_kind
from tests.notices import sentences

FLOAT32 = 4e-6  # 24 bits of accelerations up to 60 m/s2, and of as many rad/s written in degrees
FLOAT32_RAD = 3e-7
MAPPING = """
valid = "{sensor}_VALID"
[world]
up = "y"
[orientation]
quaternion = ["{sensor}:QUAT:W", "{sensor}:QUAT:X", "{sensor}:QUAT:Y", "{sensor}:QUAT:Z"]
order = "wxyz"
direction = "sensor_to_world"
[acceleration]
columns = ["{sensor}:ACC:X", "{sensor}:ACC:Y", "{sensor}:ACC:Z"]
gravity = "included"
"""


def data_start(content: bytes) -> int:
    """Return where the samples of a file of ours begin."""
    rotations = content.find(b"ROTATION")
    (block,) = struct.unpack_from("<H", content, 16)
    return (block - 1 + (rotations > 0)) * 512


class TestChannels(ReaderContract):
    reader = C3dReader()
    tolerances = {
        "R_ES": FLOAT32_RAD,
        "acceleration_mps2": FLOAT32,
        "angular_velocity_radps": FLOAT32,
        "magnetic_field": FLOAT32_RAD,
    }

    def write(self, recording: Recording, directory: Path) -> Path:
        return write_c3d_channels(recording, directory / "walk.c3d")

    def data_start(self, content: bytes) -> int:
        return data_start(content)


class TestRotations(ReaderContract):
    reader = C3dReader()
    tolerances = {"R_ES": FLOAT32_RAD}

    def write(self, recording: Recording, directory: Path) -> Path:
        return write_c3d_rotations(recording, directory / "walk.c3d")

    def data_start(self, content: bytes) -> int:
        return data_start(content)


@pytest.fixture(scope="module")
def recording() -> Recording:
    return TestChannels().make_recording()


def read(path: Path, **options: object) -> Recording:
    return C3dReader().read(RecordingSettings(path=path, **options))  # type: ignore[arg-type]


def test_any_channel_names_through_a_mapping(tmp_path: Path, recording: Recording) -> None:
    file = write_c3d_channels(recording, tmp_path / "walk.c3d", "{}:{}:{}")
    with pytest.raises(ReadError, match=r"Give a mapping .--mapping. that assigns channels"):
        read(file)
    beside = tmp_path / "walk.mapping.toml"
    beside.write_text(MAPPING)
    assert find_reader(file) == "c3d"
    found = read(file)
    assert found.identifiers == recording.identifiers
    assert found.sensors[0].angular_velocity_radps is None
    assert [Path(f.path).name for f in found.files] == ["walk.mapping.toml", "walk.c3d"]
    beside.write_text(MAPPING.replace(":ACC:Z", ":ACC:V"))
    with pytest.raises(ReadError, match="there is no channel 00B4F001:ACC:V"):
        read(file)
    beside.write_text(MAPPING.replace("gravity", "gravty"))
    with pytest.raises(ReadError, match=r"did you mean acceleration\.gravity"):
        read(file)


def test_a_mapping_given_beside_the_path_is_for_its_channels(
    tmp_path: Path, recording: Recording
) -> None:
    file = write_c3d_channels(recording, tmp_path / "walk.c3d", "{}:{}:{}")
    mapping = tmp_path / "else.toml"
    mapping.write_text(MAPPING)
    assert reading.read(file, mapping=mapping).reader == "c3d"


def test_units_are_the_mappings_else_the_files_else_asked_for(
    tmp_path: Path, recording: Recording
) -> None:
    file = write_c3d_channels(recording, tmp_path / "walk.c3d", "{}:{}:{}")
    beside = tmp_path / "walk.mapping.toml"
    beside.write_text(MAPPING.replace('"included"', '"included"\nunit = "g"'))
    found = read(file)
    expected = recording.sensors[0].acceleration_mps2
    assert expected is not None
    np.testing.assert_allclose(
        found.sensors[0].acceleration_mps2, expected * 9.80665, atol=10 * FLOAT32
    )
    assert found.notes[0].code == "c3d.unit_of_mapping"
    assert (found.notes[0].values["unit"], found.notes[0].values["stated"]) == ("g", "m/s2")
    content = file.read_bytes()
    file.write_bytes(content.replace(b"m/s2", b"V   "))
    np.testing.assert_allclose(
        read(file).sensors[0].acceleration_mps2, expected * 9.80665, atol=10 * FLOAT32
    )
    beside.write_text(MAPPING)
    with pytest.raises(ReadError, match=re.escape("Give acceleration.unit in a mapping")):
        read(file)


def test_channels_without_a_name_are_of_one_sensor(tmp_path: Path, recording: Recording) -> None:
    one = replace(recording, sensors=recording.sensors[:1])
    file = write_c3d_channels(one, tmp_path / "walk.c3d", "{1}{2}")
    content = MAPPING.replace("{sensor}:", "").replace(":", "").replace("{sensor}_", "")
    beside = tmp_path / "walk.mapping.toml"
    beside.write_text(content.replace('valid = "VALID"', ""))
    assert read(file).identifiers == ("walk",)
    beside.write_text('sensors = ["pelvis"]\n' + content.replace('valid = "VALID"', ""))
    found = read(file)
    assert found.identifiers == ("pelvis",)
    np.testing.assert_allclose(
        found.sensors[0].acceleration_mps2, one.sensors[0].acceleration_mps2, atol=FLOAT32
    )
    beside.write_text('sensors = ["pelvis", "torso"]\n' + content.replace('valid = "VALID"', ""))
    with pytest.raises(ReadError, match=r"every signal column must contain \{sensor\} once"):
        read(file)


@pytest.mark.parametrize("stated", [float("nan"), 0.0, float("inf"), None])
def test_a_rate_of_the_channels_that_is_no_number(
    tmp_path: Path, recording: Recording, stated: float | None
) -> None:
    file = write_c3d_channels(recording, tmp_path / "walk.c3d")
    content = file.read_bytes()
    at = content.index(b"RATE", content.index(b"ANALOG")) + 4
    value = b"\x04\x01\x01" if content[at + 3] == 1 else b"\x04\x00"
    assert content[at + 2 : at + 2 + len(value)] == value
    at += 2 + len(value)
    if stated is None:
        file.write_bytes(content.replace(b"RATE", b"RATO"))
        assert read(file).rate_hz == 40.0
        return
    file.write_bytes(content[:at] + struct.pack("<f", stated) + content[at + 4 :])
    found = read(file)
    assert found.rate_hz == 40.0
    assert "ANALOG:RATE is not a valid rate" in sentences(found.notes)[0]


def test_the_cameras_file_beside_sensor_tables_claims_no_folder(tmp_path: Path) -> None:
    camera = write_kind(tmp_path / "optical.c3d", Kind(channels=0, samples=1)).path
    assert C3dReader().sniff(tmp_path).matches
    (tmp_path / "pelvis.txt").write_text("time,acc\n0,1\n")
    assert not C3dReader().sniff(tmp_path).matches
    assert C3dReader().sniff(camera).matches
    assert find_mapped(tmp_path) == "table"
    plates = write_kind(tmp_path / "plates.c3d", Kind()).path
    camera.unlink()
    assert not C3dReader().sniff(tmp_path).matches
    assert find_mapped(plates) == "c3d"


def test_cameras_and_sensors_each_as_c3d(tmp_path: Path, recording: Recording) -> None:
    write_kind(tmp_path / "optical.c3d", Kind())
    write_c3d_channels(recording, tmp_path / "walk.c3d")
    assert read(tmp_path).name == "walk"


def test_a_file_without_sensors_says_what_it_holds(tmp_path: Path) -> None:
    kind = Kind(
        first_frame=11,
        changed={"POINT:LABELS": ["LASI", "RASI", "LPelvisAngles", "LForce"]},
        extra={"POINT:FORCES": ["LForce"], "EVENT:LABELS": ["Foot Strike", "Foot Off"],
               "EVENT:CONTEXTS": ["Left", "Left"], "EVENT:TIMES": [0.0, 0.14, 0.0, 0.18]},
    )  # fmt: skip
    path = write_kind(tmp_path / "a.c3d", kind).path
    with pytest.raises(NoSensorsError, match=r"found 0 rotations, 3 analog .*inspect") as found:
        read(path)
    assert len(str(found.value)) <= 400 + len(str(path))
    contents = found.value.contents
    facts = {name: say(fact) for name, fact in contents.facts.items()}
    assert facts["points"] == "2 in mm: LASI, RASI"
    assert facts["angles"] == "1: LPelvisAngles"
    assert facts["channels"] == "3: A0, A1, A2 at 200 Hz"
    assert facts["frames"] == "12, 0.12 s, the first is number 11"
    assert facts["events"] == "2 initial contacts and toe-offs (0 from force plates)"
    uses = " ".join(map(say, contents.uses))
    assert "compare RESULT a.c3d --reference angles" in uses
    assert "--events-file a.c3d" in uses
    assert "--static-trial a.c3d" in uses
    assert "--mapping" in uses


def test_the_upward_axis_is_read_or_asked_for(tmp_path: Path, recording: Recording) -> None:
    file = write_c3d_rotations(recording, tmp_path / "a.c3d", company="SOMEBODY")
    with pytest.raises(ReadError, match=r"wanted the upward axis .*--up-axis"):
        read(file)
    assert read(file, up_axis="z").world_frame == notice("world.user", up="z")
    theia = read(write_c3d_rotations(recording, tmp_path / "b.c3d"))
    assert "z up was assumed" in sentences(theia.notes)[0]


def test_users_rate_wins_with_a_note(tmp_path: Path, recording: Recording) -> None:
    file = write_c3d_rotations(recording, tmp_path / "a.c3d")
    assert "ROTATION:RATE gives 40 Hz" in sentences(read(file, rate_hz=50.0).notes)[0]


def test_a_file_cut_off_says_where_it_ends(tmp_path: Path, recording: Recording) -> None:
    file = write_c3d_channels(recording, tmp_path / "walk.c3d")
    file.write_bytes(file.read_bytes()[:-1000])
    found = read(file)
    assert found.sensors[0].counter.size < 60
    assert (
        f"truncated after {found.sensors[0].counter.size} of 60 frames" in sentences(found.notes)[0]
    )


def test_an_unknown_processor_is_refused_by_its_number(
    tmp_path: Path, recording: Recording
) -> None:
    file = write_c3d_rotations(recording, tmp_path / "a.c3d")
    content = bytearray(file.read_bytes())
    content[515] = 87
    file.write_bytes(content)
    with pytest.raises(ReadError, match=r"one of 84 .Intel., 85 .DEC., 86 .MIPS., found 87"):
        read(file)


def test_several_files_in_a_folder_are_listed(tmp_path: Path, recording: Recording) -> None:
    write_c3d_rotations(recording, tmp_path / "a.c3d")
    assert read(tmp_path).name == "a"
    write_c3d_rotations(recording, tmp_path / "b.c3d")
    with pytest.raises(ReadError, match=r"found 2: a.c3d, b.c3d. Give one of them"):
        read(tmp_path)


EZC3D = """
import sys, ezc3d, numpy
c = ezc3d.c3d(sys.argv[1])
numpy.savez(sys.argv[2], analogs=c["data"]["analogs"], rotations=c["data"]["rotations"],
            labels=c["parameters"]["ROTATION"]["LABELS"]["value"] if "ROTATION" in
            c["parameters"] else [])
"""


def by_ezc3d(path: Path, folder: Path) -> dict[str, np.ndarray]:
    """Read with ezc3d in a process of its own."""
    subprocess.run([sys.executable, "-c", EZC3D, str(path), str(folder / "t.npz")], check=True)
    return dict(np.load(folder / "t.npz"))


def test_ezc3d_reads_the_same_channels(tmp_path: Path, recording: Recording) -> None:
    path = write_c3d_channels(recording, tmp_path / "walk.c3d")
    theirs = by_ezc3d(path, tmp_path)["analogs"][0].T
    ours, notes = read_channels(open_c3d(path))
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    assert notes == ()


def test_ezc3d_reads_the_same_rotations_of_a_real_file(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "formats" / "c3d" / "C3DRotationExample.c3d"
    theirs = by_ezc3d(path, tmp_path)
    ours, notes = read_rotations(open_c3d(path))
    assert notes == ()
    np.testing.assert_array_equal(ours, theirs["rotations"][:3, :3].transpose(3, 2, 0, 1))
    assert find_reader(path) == "c3d"
    recording = read(path)
    assert recording.rate_hz == 85.0
    assert [f"{name}_4X4" for name in recording.identifiers] == theirs["labels"].tolist()
    pelvis = recording.sensors[recording.identifiers.index("pelvis")].R_ES
    assert pelvis is not None
    present = is_present(pelvis)
    assert (present.size, np.flatnonzero(~present).tolist()) == (340, [0, 336, 337, 338, 339])
    np.testing.assert_allclose(to_matrix(pelvis)[present], ours[present, 1], atol=1e-5)


def test_vicon_files_are_claimed_and_say_what_is_missing(shared_data: Path) -> None:
    paths = sorted((shared_data / "vicon_pig").rglob("*.c3d"))
    assert paths
    for path in paths:
        assert C3dReader().sniff(path).matches
        with pytest.raises(ReadError, match="wanted IMU channels or a ROTATION group"):
            read(path)


def test_what_the_exporter_writes_is_read_again(tmp_path: Path) -> None:
    from opensim_pelvis.frames import earth_from_world
    from opensim_pelvis.io.exporters.c3d import C3dExporter
    from opensim_pelvis.rotations import multiply
    from tests.io.exporters.sample_result import make_result

    result = make_result()
    (path,) = C3dExporter().write(result, tmp_path)
    found = read(path)
    assert found.identifiers == result.aligned.sensors
    assert found.rate_hz == result.aligned.rate_hz
    for k, sensor in enumerate(found.sensors):
        expected = multiply(earth_from_world("y"), result.orientations.R_GS[:, k])
        assert sensor.R_ES is not None
        present = is_present(sensor.R_ES)
        assert present.tolist() == is_present(expected).tolist()
        assert angle_between(sensor.R_ES, expected)[present].max() < FLOAT32_RAD
