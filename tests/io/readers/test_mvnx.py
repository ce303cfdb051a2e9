"""MVNX: the contract, both versions, poses and segments, faults, and the real file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import hypothesis
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.errors import ReadError
from opensim_pelvis.frames import GRAVITY_MPS2, R_GE_NOMINAL
from opensim_pelvis.io.readers import mvnx_frames
from opensim_pelvis.io.readers.mvnx import R_BS_SEGMENT, MvnxReader
from opensim_pelvis.io.readers.mvnx_regular import split_regular
from opensim_pelvis.notices import notice, say
from opensim_pelvis.rotations import angle_between, inverse, multiply, rotate
from opensim_pelvis.simulate import (
    SENSOR_MAP,
    Gap,
    SensorSettings,
    Session,
    Truth,
    random_mountings,
    simulate_runner,
    simulate_sensors,
    write_mvnx,
)
from opensim_pelvis.simulate.write_mvnx import SEGMENT_OF
from opensim_pelvis.testing import ReaderContract
from opensim_pelvis.types import Recording, SensorSignals
from tests.notices import coded, sentences

SIX_DECIMALS = 0.51e-6
SIX_DECIMALS_RAD = 3e-6  # four components of a quaternion, each rounded
RATE_HZ = 60.0
FILE_ORDER = (
    *("pelvis", "torso", "femur_r", "tibia_r", "calcn_r"),
    *("femur_l", "tibia_l", "calcn_l"),
)
WORN = ("pelvis", "torso")


def read(path: Path, **options: object) -> Recording:
    return MvnxReader().read(RecordingSettings(path=path, **options))  # type: ignore[arg-type]


def make_truth() -> Truth:
    return simulate_runner(session=Session(duration_s=1.5, rate_hz=RATE_HZ, still_s=0.5))


def make_sensors(truth: Truth, *, gap: bool = True) -> Recording:
    gaps = (Gap(body="torso", start_s=0.8, length_s=0.1),) if gap else ()
    sensors = SensorSettings(mountings=random_mountings(7), magnetometer=True, gaps=gaps)
    return simulate_sensors(truth, sensors, WORN)


def expected(truth: Truth, recording: Recording) -> Recording:
    """Return what stands in the file: segments that move on their own, then the sensors."""
    rows = np.intersect1d(*(sensor.counter for sensor in recording.sensors))
    segments = [
        SensorSignals(
            identifier=SEGMENT_OF[body],
            counter=rows,
            R_ES=multiply(
                multiply(inverse(R_GE_NOMINAL), truth.motions[body].R_GB[rows]), R_BS_SEGMENT
            ),
        )
        for body in FILE_ORDER
    ]
    up = np.array([0.0, 0.0, GRAVITY_MPS2])
    worn = []
    for sensor in recording.sensors:
        at = np.searchsorted(sensor.counter, rows)
        assert sensor.R_ES is not None
        assert sensor.acceleration_mps2 is not None
        assert sensor.angular_velocity_radps is not None
        assert sensor.magnetic_field is not None
        q, force = sensor.R_ES[at], sensor.acceleration_mps2[at]
        worn.append(
            replace(
                sensor,
                identifier=f"{SEGMENT_OF[SENSOR_MAP[sensor.identifier]]} sensor",
                counter=rows,
                R_ES=q,
                acceleration_mps2=force,
                free_acceleration_mps2=rotate(q, force) - up,
                angular_velocity_radps=sensor.angular_velocity_radps[at],
                magnetic_field=sensor.magnetic_field[at],
            )
        )
    return replace(recording, sensors=(*segments, *worn))


class Plain(ReaderContract):
    """The contract with sensors that the writers of other formats know."""

    reader = MvnxReader()


class TestMvnx(ReaderContract):
    reader = MvnxReader()
    tolerances = {
        "R_ES": SIX_DECIMALS_RAD,
        "free_acceleration_mps2": SIX_DECIMALS,
        "magnetic_field": SIX_DECIMALS,
    }
    version = 4

    def make_recording(self) -> Recording:
        truth = make_truth()
        return expected(truth, make_sensors(truth))

    def write(self, recording: Recording, directory: Path) -> Path:
        truth = make_truth()
        return write_mvnx(
            truth,
            make_sensors(truth),
            directory / "run.mvnx",
            worn=SENSOR_MAP,
            version=self.version,  # type: ignore[arg-type]
        )

    def test_it_leaves_other_formats_alone(self, tmp_path: Path) -> None:
        Plain().test_it_leaves_other_formats_alone(tmp_path)

    def data_start(self, content: bytes) -> int:
        return content.index(b'type="normal"')


class TestMvnx3(TestMvnx):
    tolerances = {
        "R_ES": SIX_DECIMALS_RAD,
        "acceleration_mps2": SIX_DECIMALS,
        "angular_velocity_radps": SIX_DECIMALS,
        "magnetic_field": SIX_DECIMALS,
    }
    version = 3


@pytest.fixture
def file(tmp_path: Path) -> Path:
    truth = make_truth()
    return write_mvnx(truth, make_sensors(truth), tmp_path / "run.mvnx", worn=SENSOR_MAP)


def test_segments_have_the_axes_of_a_body(file: Path) -> None:
    """R_EB = R_ES R_BS^-1 is the simulated body, with nothing left to calibrate."""
    truth = make_truth()
    found = {sensor.identifier: sensor for sensor in read(file).sensors}
    rows = found["Pelvis"].counter
    for body, segment in SEGMENT_OF.items():
        R_ES, R_BS = found[segment].R_ES, found[segment].R_BS
        assert R_ES is not None
        assert R_BS is not None
        R_GB = multiply(R_GE_NOMINAL, multiply(R_ES, inverse(R_BS)))
        assert angle_between(R_GB, truth.motions[body].R_GB[rows]).max() < SIX_DECIMALS_RAD
    assert found["Pelvis sensor"].R_BS is None


def test_what_was_not_measured_is_left_out_and_said(file: Path) -> None:
    found = read(file)
    assert "RightToe" not in found.identifiers
    (left_out,) = coded(found.notes, "mvnx.not_measured")
    follows = {n.values["segment"]: n.values["other"] for n in left_out.values["segments"]}
    assert follows["RightToe"] == "RightFoot"
    assert follows["Head"] == "T8"
    assert say(left_out) == (
        "omitted, since they only copy another segment and are not measured: "
        + ", ".join(f"{segment} ({other})" for segment, other in follows.items())
    )
    (modelled,) = coded(found.notes, "mvnx.modelled")
    assert modelled.subject[0] == "RightUpperLeg"


def test_calibration_frames_stay_apart(file: Path) -> None:
    found = read(file)
    assert found.sensors[0].counter.size == 90 - 6
    assert found.world_frame == notice("world.mvn_pose", up="z")
    (note,) = coded(found.notes, "mvnx.poses")
    assert say(note).startswith(
        "calibration frames were separated from the recording: identity (all segments at the "
        "identity orientation"
    )


def test_missing_frames_are_holes(file: Path) -> None:
    found = read(file)
    assert np.diff(found.sensors[0].counter).max() == 7
    assert "6 frames are missing between the first and the last frame" in sentences(found.notes)


def test_small_pieces_give_the_same(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = read(file)
    monkeypatch.setattr(mvnx_frames, "PIECE_BYTES", 4099)
    for one, other in zip(whole.sensors, read(file).sensors, strict=True):
        np.testing.assert_array_equal(one.counter, other.counter)
        np.testing.assert_array_equal(one.R_ES, other.R_ES)


def outcome(path: Path) -> Recording | str:
    try:
        return read(path)
    except ReadError as fault:
        return str(fault)


@given(change=st.data())
@hypothesis.settings(
    max_examples=80,
    suppress_health_check=[
        hypothesis.HealthCheck.function_scoped_fixture,
        hypothesis.HealthCheck.too_slow,
    ],
)
def test_all_at_once_is_frame_by_frame(file: Path, change: st.DataObject) -> None:
    """Damage between the frames and in them is found, and told, alike in both ways."""
    raw = (file.parent / "run.mvnx").read_bytes()
    at = change.draw(st.integers(raw.find(b'type="normal"') - 200, len(raw) - 1))
    with_ = change.draw(
        st.sampled_from([b"<", b">", b"</a>", b"/", b" ", b"x", b"7", b"", b"<b/>"])
    )
    damaged = file.parent / "damaged.mvnx"
    damaged.write_bytes(raw[:at] + with_ + raw[at + len(with_) // 2 :])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mvnx_frames, "PIECE_BYTES", 20_000)  # some pieces stay sound
        fast = outcome(damaged)
        patch.setattr(mvnx_frames, "split_regular", lambda *_: None)
        slow = outcome(damaged)
    if isinstance(fast, str) or isinstance(slow, str):
        assert fast == slow
        return
    for a, b in zip(fast.sensors, slow.sensors, strict=True):
        np.testing.assert_array_equal(a.counter, b.counter)
        np.testing.assert_array_equal(a.R_ES, b.R_ES)


def test_the_usual_frames_are_found_all_at_once(file: Path) -> None:
    raw = file.read_bytes()
    normal = raw[raw.find(b'<frame time="0" index="0"') : raw.rfind(b"</frame>") + len(b"</frame>")]
    found = split_regular(normal, ("orientation", "nothing"))
    assert found is not None
    heads, texts = found
    assert len(heads) == normal.count(b"</frame>")
    assert texts["nothing"] == [b""] * len(heads)
    assert texts["orientation"] == re.findall(rb"<orientation>(.*?)</orientation>", normal)
    for other in (
        normal.replace(b"<orientation>", b"<orientation a='b'>"),
        normal.replace(b"<orientation>", b"<x><orientation>").replace(
            b"</orientation>", b"</orientation></x>"
        ),
        normal.replace(b"</frame>", b"</frame>x", 1),
        normal.replace(b"</sensorOrientation>", b"</orientation>"),
        normal.replace(b"sensorOrientation>", b"orientation>"),
    ):
        assert split_regular(other, ("orientation",)) is None


def test_y_up_is_seen_from_the_pose_and_turned(file: Path) -> None:
    text = file.read_text()
    start = text.index("<position>") + len("<position>")
    end = text.index("</position>")
    swapped = np.array(text[start:end].split(), dtype=float).reshape(-1, 3)[:, [0, 2, 1]]
    numbers = " ".join(f"{value:.6f}" for value in swapped.ravel())
    file.write_text(text[:start] + numbers + text[end:])
    found = read(file)
    assert found.world_frame.values["up"] == "y"
    assert all(sensor.R_BS is None for sensor in found.sensors)
    (note,) = coded(found.notes, "mvnx.other_axes")
    assert "(y is up)" in say(note)
    stated = read(file, up_axis="z")
    assert sentences(coded(stated.notes, "mvnx.user_up")) == (
        "the user gave z as the upward axis, which was used; in the calibration pose, y is up",
    )


def test_other_segment_axes_are_not_taken_for_ours(file: Path) -> None:
    head, pose, rest = file.read_text().partition("<orientation>")
    assert rest.startswith("1.000000 0.000000")
    file.write_text(head + pose + "0.707107 0.707107" + rest[len("1.000000 0.000000") :])
    found = read(file)
    assert all(sensor.R_BS is None for sensor in found.sensors)
    (note,) = coded(found.notes, "mvnx.other_axes")
    assert "(the identity frame is 90 degrees off)" in say(note)


def test_acceleration_without_gravity_is_not_taken_for_specific_force(tmp_path: Path) -> None:
    truth = make_truth()
    recording = make_sensors(truth, gap=False)
    up = np.array([0.0, 0.0, GRAVITY_MPS2])
    sensors = tuple(
        replace(s, acceleration_mps2=s.acceleration_mps2 - rotate(inverse(s.R_ES), up))  # type: ignore[arg-type,operator]
        for s in recording.sensors
    )
    path = tmp_path / "free.mvnx"
    write_mvnx(truth, replace(recording, sensors=sensors), path, worn=SENSOR_MAP, version=3)
    found = read(path)
    assert all(sensor.acceleration_mps2 is None for sensor in found.sensors)
    assert [n.subject for n in coded(found.notes, "mvnx.no_gravity")] == [("Pelvis", "T8")]


def replace_once(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


BOMB = (
    '<!DOCTYPE mvnx [<!ENTITY a "0123456789"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>\n'
    "<mvnx xmlns:xsi"
)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text[: len(text) // 2], "the file is truncated"),
        (lambda text: text[:900], "truncated before its <frames>"),
        (replace_once("<mvnx xmlns:xsi", BOMB), "declares XML entities"),
        (replace_once('version="4"', 'version="2"'), "3 or 4 is supported, found version '2'"),
        (replace_once('segmentCount="23" sen', 'segmentCount="22" sen'), "segmentCount 22, but 23"),
        (replace_once('frameRate="60"', 'frameRate="0"'), "frameRate must be a number above zero"),
        (replace_once('frameRate="60"', 'frameRate="90"'), "disagree at a rate of 90"),
        (replace_once('index="7"', 'index="6"'), "index must increase .* normal frame 8"),
        (replace_once('type="normal"', 'type="odd"'), "found type 'odd'"),
        (replace_once("</segments>", "</segment>"), "the XML is damaged before the frames"),
        (replace_once("</sensorOrientation>", "<sensorOrientation>"), "tags do not match"),
        (replace_once("</frame>\n\t\t\t<frame time=\"17\"", "<frame time=\"17\""), "is damaged"),
        (replace_once('label="L5"', 'label="Pelvis"'), "different labels, found Pelvis twice"),
        (lambda text: text.replace(' frameRate="60"', "").replace(' time="', ' tome="'),
         "Give it with --rate"),
        (lambda text: text.replace('type="normal"', 'type="identity"'), "several frames of type"),
    ],
)  # fmt: skip
def test_faults_say_what_is_wrong(file: Path, change: Callable[[str], str], words: str) -> None:
    file.write_text(change(file.read_text()))
    with pytest.raises(ReadError, match=words) as caught:
        read(file)
    assert file.name in str(caught.value)


def test_bad_numbers_are_named_with_their_frame(file: Path) -> None:
    head, tag, rest = file.read_text().partition("<sensorMagneticField>")
    number, blank, others = rest.partition(" ")
    for wrong, words in (
        ("abc ", r"<sensorMagneticField> of frame 1: wanted numbers, found 'abc'"),
        ("", r"<sensorMagneticField> of frame 1: wanted 6 numbers, found 5"),
        ("1e999 ", r"wanted numbers, found '1e999'"),
        ("&a; ", r"wanted numbers, found '&a;'"),
    ):
        file.write_text(head + tag + wrong + others)
        with pytest.raises(ReadError, match=words):
            read(file)
    file.write_text(head + tag + number + "  \n" + blank + others)
    assert read(file).sensors[-1].magnetic_field is not None


def test_a_document_type_without_declarations_is_harmless(file: Path) -> None:
    text = file.read_text()
    wanted = '<!DOCTYPE mvnx SYSTEM "http://www.xsens.com/mvn/mvnx/schema.dtd">\n<mvnx xmlns:xsi'
    file.write_text(text.replace("<mvnx xmlns:xsi", wanted, 1))
    assert read(file).rate_hz == RATE_HZ


def test_rate_without_frame_rate(file: Path) -> None:
    file.write_text(file.read_text().replace(' frameRate="60"', ""))
    found = read(file)
    assert found.rate_hz == RATE_HZ
    assert found.rate_source.code == "source.frames"


def test_one_file_of_a_folder(file: Path) -> None:
    assert read(file.parent).name == "run"
    (file.parent / "walk.mvnx").write_bytes(file.read_bytes())
    with pytest.raises(ReadError, match=r"wanted one MVNX file, found run.mvnx, walk.mvnx"):
        read(file.parent)


def test_real_file(shared_data: Path) -> None:
    """Numbers of frame 50 as they stand in the file; legs that only follow the pelvis."""
    found = read(shared_data / "formats/mvnx/test_mocap.mvnx")
    assert found.rate_hz == RATE_HZ
    assert len(found.sensors) == 15 + 11
    by_name = {sensor.identifier: sensor for sensor in found.sensors}
    pelvis, worn = by_name["Pelvis"], by_name["LeftHand sensor"]
    assert pelvis.counter.tolist() == list(range(112))
    assert pelvis.R_ES is not None
    assert worn.magnetic_field is not None
    np.testing.assert_allclose(pelvis.R_ES[50], [0.989455, 0.013106, -0.137233, -0.044431])
    np.testing.assert_allclose(worn.magnetic_field[50], [-0.373779, 0.165771, 0.399658])
    np.testing.assert_array_equal(pelvis.R_BS, R_BS_SEGMENT)
    assert by_name["RightUpperArm"].R_BS is None
    notes = " ".join(sentences(found.notes))
    assert "RightUpperLeg (Pelvis)" in notes
    assert "tpose (Head 13 degrees from the identity orientation)" in notes
    assert "model without a sensor: L5, L3, T12, Neck" in notes
    pelvis_free = by_name["Pelvis sensor"].free_acceleration_mps2
    assert pelvis_free is not None
    np.testing.assert_allclose(pelvis_free[50], [-0.049939, -0.079507, -0.050835])


def test_the_simulated_file_looks_like_the_real_one(shared_data: Path, file: Path) -> None:
    real = (shared_data / "formats/mvnx/test_mocap.mvnx").read_text().splitlines()
    ours = file.read_text().splitlines()
    assert ours[:5] == real[:5]
    assert ours[-4:] == real[-4:]
    for start in ('\t\t\t<frame time="0" tc=', '\t\t\t<segment label="L5"', "\t\t<sensors>"):
        assert [x for x in ours if x.startswith(start)][:1] == [
            x for x in real if x.startswith(start)
        ][:1]  # fmt: skip
    frame = next(x for x in real if 'type="normal"' in x)
    assert next(x for x in ours if 'type="normal"' in x).split('"')[::2] == frame.split('"')[::2]


def test_fixture(fixtures: Path) -> None:
    found = read(fixtures / "mvn_4.mvnx")
    assert found.rate_hz == 40.0
    assert found.sensors[0].counter.tolist() == [0, 1, 2, 3, 6, 7, 8, 9, 10, 11]
    assert found.identifiers[-2:] == ("Pelvis sensor", "T8 sensor")
