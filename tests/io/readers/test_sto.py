"""OpenSense quaternion tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.errors import ReadError
from opensim_pelvis.io.readers.sto import StoReader
from opensim_pelvis.notices import notice, say
from opensim_pelvis.rotations import is_present
from opensim_pelvis.types import Recording
from tests.notices import codes, sentences

EXACT = 1e-15
"""Seventeen digits are written: what comes back differs by rounding at most."""

LABELS = ("pelvis_imu", "torso_imu")
HEADER = "DataRate=100.000000\nDataType=Quaternion\nversion=3\nOpenSimVersion=4.6\nendheader\n"
Q = "0.5,0.5,0.5,0.5"


def orientations(rows: int) -> np.ndarray:
    q = Rotation.random(rows * len(LABELS), rng=np.random.default_rng(3)).as_quat(scalar_first=True)
    return q.reshape(rows, len(LABELS), 4)


def write(path: Path, time_s: np.ndarray, q: np.ndarray, header: str = HEADER) -> Path:
    lines = ["\t".join(("time", *LABELS))]
    for t, row in zip(time_s, q, strict=True):
        lines.append("\t".join([f"{t:.10g}", *(",".join(f"{x:.17g}" for x in c) for c in row)]))
    path.write_text(header + "\n".join(lines) + "\n")
    return path


def read(path: Path, **options: object) -> Recording:
    return StoReader().read(RecordingSettings(path=path, **options))  # type: ignore[arg-type]


def test_everything_comes_back(tmp_path: Path) -> None:
    q = orientations(5)
    q[2, 1] = np.nan
    time_s = np.array([3.0, 3.01, 3.02, 3.05, 3.06])
    file = write(tmp_path / "walk.sto", time_s, q)
    assert StoReader().sniff(file).matches
    recording = read(file)
    assert (recording.name, recording.reader, recording.start_s) == ("walk", "sto", 3.0)
    assert recording.identifiers == LABELS
    assert recording.rate_hz == 100.0
    assert recording.rate_source == notice("source.header_field", field="DataRate")
    assert recording.counter_source.code == "source.time_column"
    for i, sensor in enumerate(recording.sensors):
        assert sensor.counter.tolist() == [0, 1, 2, 5, 6]
        assert sensor.R_ES is not None
        np.testing.assert_allclose(sensor.R_ES, q[:, i], atol=EXACT)
    assert recording.world_frame == notice("world.opensense", up="z")
    assert codes(recording.notes) == ["sto.no_up_axis"]


def test_opensims_own_file_and_windows_line_ends(tmp_path: Path) -> None:
    file = write(tmp_path / "walk.sto", np.arange(4) / 100, orientations(4))
    twin = tmp_path / "twin.sto"
    twin.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    for a, b in zip(read(file).sensors, read(twin).sensors, strict=True):
        np.testing.assert_array_equal(a.R_ES, b.R_ES)


def test_up_axis_from_header_and_user(tmp_path: Path) -> None:
    q = Rotation.from_euler("y", [[0.3]] * 3).as_quat(scalar_first=True)
    q = np.repeat(q[:, None], 2, axis=1)
    file = write(
        tmp_path / "a.sto", np.arange(3) / 100, q, HEADER.replace("version", "up_axis=y\nversion")
    )
    recording = read(file)
    assert recording.world_frame == notice("world.header", up="y")
    assert recording.notes == ()
    R_ES = recording.sensors[0].R_ES
    assert R_ES is not None
    up_e = Rotation.from_quat(R_ES, scalar_first=True).apply([0.0, 1.0, 0.0])
    np.testing.assert_allclose(up_e, [[0, 0, 1]] * 3, atol=EXACT)
    stated = read(file, up_axis="z")
    np.testing.assert_array_equal(stated.sensors[0].R_ES, q[:, 0])
    assert sentences(stated.notes) == (
        "the user gave z as the upward axis, which was used; the file states up_axis=y",
    )


def test_bad_up_axis(tmp_path: Path) -> None:
    file = write(tmp_path / "a.sto", np.arange(3) / 100, orientations(3), "up_axis=up\n" + HEADER)
    with pytest.raises(ReadError, match="one of x, -x, y, -y, z, -z, found 'up'"):
        read(file)


WITHOUT_RATE = HEADER.partition("\n")[2]


def test_rate_from_the_time_column_or_asked_for(tmp_path: Path) -> None:
    even = np.array([0.0, 0.02, 0.04, 0.1, 0.12])
    recording = read(write(tmp_path / "a.sto", even, orientations(5), WITHOUT_RATE))
    assert (recording.rate_hz, recording.rate_source.code) == (50.0, "source.time_steps")
    assert recording.sensors[0].counter.tolist() == [0, 1, 2, 5, 6]
    uneven = np.array([0.0, 0.016, 0.033, 0.05, 0.066])
    file = write(tmp_path / "b.sto", uneven, orientations(5), WITHOUT_RATE)
    with pytest.raises(ReadError, match=r"time column is irregular. Give it with --rate"):
        read(file)
    assert read(file, rate_hz=60.0).sensors[0].counter.tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("rate_hz", [60.0, 75.0, 128.0, 148.0])
def test_rate_from_times_in_milliseconds(tmp_path: Path, rate_hz: float) -> None:
    rows = 400
    count = np.delete(np.arange(rows), [7, 8, 200])
    rounded = np.round(count / rate_hz, 3)
    file = write(tmp_path / "a.sto", rounded, orientations(count.size), WITHOUT_RATE)
    recording = read(file)
    assert recording.rate_hz == rate_hz
    assert recording.sensors[0].counter.tolist() == count.tolist()


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([1, 1, 1.5, 1], "does not match a sampling rate of 100 Hz .first on line 10."),
        ([2, 2, 2, 2], "median interval corresponds to 50 Hz"),
        ([1.2, 1.2, 1.2, 1.2], "does not match"),
        ([1, 1, -1, 1], "must increase from row to row, but it does not on line 10"),
        ([1, 1, np.nan, 1], "the time is missing on lines 10, 11"),
    ],
)
def test_time_that_contradicts_the_rate(tmp_path: Path, steps: list[float], message: str) -> None:
    time_s = np.concatenate([[0.0], np.cumsum(steps)]) / 100
    with pytest.raises(ReadError, match=message):
        read(write(tmp_path / "a.sto", time_s, orientations(5)))


def test_users_rate_wins_with_a_note(tmp_path: Path) -> None:
    header = HEADER.replace("100.000000", "40")
    file = write(tmp_path / "a.sto", np.arange(4) / 100, orientations(4), header)
    with pytest.raises(ReadError, match="does not match a sampling rate of 40 Hz"):
        read(file)
    (note,) = read(file, rate_hz=100.0, up_axis="z").notes
    assert note.code == "reader.user_rate"
    assert (say(note.values["source"]), note.values["others_hz"]) == (
        "the header field DataRate",
        (40.0,),
    )


def test_other_tables_are_refused_by_name(tmp_path: Path) -> None:
    for kind, header in (("Vec3", HEADER.replace("Quaternion", "Vec3")), ("double", "endheader\n")):
        file = write(tmp_path / "a.sto", np.arange(3) / 100, orientations(3), header)
        match = StoReader().sniff(file)
        assert not match.matches
        assert kind in match.reason
        with pytest.raises(ReadError, match=f"found an OpenSim table of {kind}"):
            read(file)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (f"0\t{Q},1\t{Q}\n0.01\t{Q}\t{Q}\n", "line 7: wanted four numbers w,x,y,z for pelvis_imu"),
        (f"0\t{Q}\n0.01\t{Q}\t{Q}\n", "line 7: wanted 3 cells as in the column names, found 2"),
        (f"0\t{Q}x\t{Q}\n0.01\t{Q}\t{Q}\n", "line 7: wanted a number for pelvis_imu, found '0.5x'"),
        (f"0,1\t{Q}\t{Q}\n0.01\t{Q}\t{Q}\n", "line 7: wanted one number for time, found '0,1'"),
        (f"0\t{Q},1\t0.5,0.5,0.5\n0.01\t{Q}\t{Q}\n", "line 7: wanted four .* for pelvis_imu"),
        (f"0\t{Q}\t0.5,0.5,0.5\n0.01\t{Q}\t{Q}\n", "line 7: wanted four .* for torso_imu"),
        (f"0\t{Q}\t{Q}\t{Q}\n0.01\t{Q}\n", "line 7: wanted 3 cells as in the .*, found 4"),
        (f"0\t{Q}\n{Q}\t0.01\t{Q}\t{Q}\n", "line 7: wanted 3 cells as in the .*, found 2"),
        (f"0\t{Q}\tinf,0,0,0\n0.01\t{Q}\t{Q}\n", "line 7: .* for torso_imu, found 'inf'"),
        (f"0\t{Q}\t1_0,0,0,0\n0.01\t{Q}\t{Q}\n", "line 7: .* for torso_imu, found '1_0'"),
        ("", "wanted rows of quaternions"),
    ],
)
def test_bad_cells(tmp_path: Path, body: str, message: str) -> None:
    file = tmp_path / "a.sto"
    file.write_text(HEADER + "\t".join(("time", *LABELS)) + "\n" + body)
    with pytest.raises(ReadError, match=message):
        read(file)


def test_counts_that_differ_from_the_header_are_told(tmp_path: Path) -> None:
    header = HEADER.replace("endheader", "nRows=9\nnColumns=7\nendheader")
    file = write(tmp_path / "a.sto", np.arange(4) / 100, orientations(4), header)
    rows, columns = read(file, up_axis="z").notes
    assert (rows.code, rows.values["stated"], rows.values["found"]) == ("reader.rows_differ", 9, 4)
    assert (columns.code, columns.values["stated"]) == ("reader.columns_differ", 7)
    assert columns.values["found"] == 1 + len(LABELS)


def test_cut_last_line_is_left_out(tmp_path: Path) -> None:
    file = write(tmp_path / "a.sto", np.arange(4) / 100, orientations(4))
    file.write_bytes(file.read_bytes()[:-70])
    recording = read(file, up_axis="z")
    assert recording.sensors[0].counter.size == 3
    assert sentences(recording.notes) == (
        "a.sto: the last line (10) is incomplete or has no line ending, and was discarded",
    )


def test_columns_that_are_no_sensors(tmp_path: Path) -> None:
    file = tmp_path / "a.sto"
    file.write_text(HEADER + f"t\tpelvis_imu\tpelvis_imu\n0\t{Q}\t{Q}\n")
    with pytest.raises(ReadError, match="2 faults") as caught:
        read(file)
    assert "'pelvis_imu' names 2 columns" in str(caught.value)
    assert "must be time and sensors" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"\n", b"\r\n"), (b"\n", b"\t\n"), (b",", b", "), (b"", b"\xef\xbb\xbf"), (b"\n", b"\n\n\n")],
)
def test_other_ways_to_write_the_same_give_the_same(tmp_path: Path, old: bytes, new: bytes) -> None:
    q = orientations(4)
    q[1, 0] = np.nan
    file = write(tmp_path / "a.sto", np.arange(4) / 100, q)
    raw = file.read_bytes()
    twin = tmp_path / "b.sto"
    last = raw.rfind(b"\n") if new == b"\n\n\n" else 0
    twin.write_bytes(new + raw if not old else raw[:last] + raw[last:].replace(old, new))
    assert StoReader().sniff(twin).matches
    for a, b in zip(read(file).sensors, read(twin).sensors, strict=True):
        np.testing.assert_array_equal(a.counter, b.counter)
        np.testing.assert_array_equal(a.R_ES, b.R_ES)


def test_empty_numbers_are_missing(tmp_path: Path) -> None:
    file = write(tmp_path / "a.sto", np.arange(3) / 100, orientations(3))
    file.write_text(file.read_text() + f"0.03\t,,,\t{Q}\n")
    pelvis, torso = read(file).sensors
    assert pelvis.R_ES is not None
    assert torso.R_ES is not None
    assert is_present(pelvis.R_ES).tolist() == [True, True, True, False]
    assert is_present(torso.R_ES).all()


def test_empty_cells_and_folder(tmp_path: Path) -> None:
    q = orientations(3)
    q[1] = np.nan
    write(tmp_path / "a.sto", np.arange(3) / 100, q)
    (tmp_path / "README").write_text("no table")
    sensor = read(tmp_path).sensors[0]
    assert sensor.R_ES is not None
    assert is_present(sensor.R_ES).tolist() == [True, False, True]
    write(tmp_path / "b.sto", np.arange(3) / 100, q)
    with pytest.raises(ReadError, match=r"found 2: a.sto, b.sto"):
        read(tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01" * 50, b"a,b\n1,2\n", b"DataType=Quaternion\n"]
)
def test_sniff_and_read_of_other_content(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.sto"
    file.write_bytes(content)
    match = StoReader().sniff(file)
    assert not match.matches
    assert match.reason
    with pytest.raises(ReadError, match=r"empty|binary|no line 'endheader'"):
        read(file)
