"""Xsens text: every variant, every fault, and the real files."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.errors import ReadError
from opensim_pelvis.io.readers.xsens import XsensReader
from opensim_pelvis.io.tables.sample_clock import PACKET_MODULUS, share_start, unwrap_counter
from opensim_pelvis.notices import notice
from opensim_pelvis.rotations import angle_between, is_present, rotate
from opensim_pelvis.types import Recording
from tests.notices import sentences

WRITTEN_DIGITS = 1e-6
"""Six decimals are written, as MT Manager does."""

ROUNDED_RAD = 5e-6
"""What six decimals of a matrix, a quaternion or of degrees leave of an angle."""

REST_MPS2 = 0.25
"""Bias of these accelerometers, and the little that a standing person moves."""

OLD_HEADER = ("Start Time: Unknown", "Update Rate: 100.0Hz", "Firmware Version: 4.0.2")
NEW_HEADER = ("General information: ", " DeviceId: 00B4AAAA", " Coordinate system: ENU")
VECTORS = ("Acc_X", "Acc_Y", "Acc_Z", "Gyr_X", "Gyr_Y", "Gyr_Z", "Mag_X", "Mag_Y", "Mag_Z")
ROWS = 40


def read(path: Path, **options: object) -> Recording:
    return XsensReader().read(RecordingSettings(path=path, **options))  # type: ignore[arg-type]


def rotations(seed: int = 1, rows: int = ROWS) -> Rotation:
    return Rotation.random(rows, rng=np.random.default_rng(seed))


def orientation_columns(form: str, R_ES: Rotation) -> dict[str, np.ndarray]:
    if form == "matrix":
        m = R_ES.as_matrix()
        return {f"Mat[{r}][{c}]": m[:, r - 1, c - 1] for c in (1, 2, 3) for r in (1, 2, 3)}
    if form == "quaternion":
        q = R_ES.as_quat(scalar_first=True)
        return {f"Quat_q{i}": q[:, i] for i in range(4)}
    yaw, pitch, roll = R_ES.as_euler("ZYX", degrees=True).T
    return {"Roll": roll, "Pitch": pitch, "Yaw": yaw}


def columns_of(
    form: str = "matrix", rows: int = ROWS, start: int = 472
) -> dict[str, np.ndarray | Sequence[object]]:
    values = np.random.default_rng(2).normal(size=(len(VECTORS), rows))
    return {
        "PacketCounter": (np.arange(rows) + start) % PACKET_MODULUS,
        "SampleTimeFine": [""] * rows,
        **dict(zip(VECTORS, values, strict=True)),
        **orientation_columns(form, rotations(rows=rows)),
    }


def write(
    path: Path,
    columns: Mapping[str, np.ndarray | Sequence[object]] | None = None,
    *,
    header: Sequence[str] = OLD_HEADER,
    separator: str = "\t",
    decimal: str = ".",
) -> Path:
    table = pd.DataFrame(columns_of() if columns is None else columns)
    text = table.to_csv(
        sep=separator[0], index=False, float_format="%.6f", decimal=decimal, lineterminator="\n"
    )
    if len(separator) > 1:
        text = text.replace(separator[0], separator)
    path.write_text("".join(f"// {line}\n" for line in header) + text, encoding="utf-8")
    return path


@pytest.mark.parametrize("form", ["matrix", "quaternion", "euler"])
@pytest.mark.parametrize(
    ("separator", "decimal"),
    [("\t", "."), (",", "."), (";", "."), (" ", "."), ("   ", "."), (";", ","), ("\t", ",")],
)
def test_all_variants_give_the_same_recording(
    tmp_path: Path, form: str, separator: str, decimal: str
) -> None:
    columns = columns_of(form)
    if separator.strip(" ") == "":
        columns["SampleTimeFine"] = ["NaN"] * ROWS
    write(tmp_path / "MT_01-001_00B42268.txt", columns, separator=separator, decimal=decimal)

    sensor = read(tmp_path).sensors[0]

    assert sensor.identifier == "00B42268"
    assert sensor.counter.tolist() == list(range(ROWS))
    assert sensor.R_ES is not None
    off = angle_between(sensor.R_ES, rotations().as_quat(scalar_first=True))
    assert off.max() < ROUNDED_RAD
    expected = np.stack([columns[name] for name in VECTORS], axis=1)
    for values, start in (
        (sensor.acceleration_mps2, 0),
        (sensor.angular_velocity_radps, 3),
        (sensor.magnetic_field, 6),
    ):
        assert values is not None
        np.testing.assert_allclose(values, expected[:, start : start + 3], atol=WRITTEN_DIGITS)
    assert sensor.magnetic_unit == "a.u."


@hypothesis_settings(max_examples=30)
@given(yaw=st.floats(-3.1, 3.1), pitch=st.floats(-1.5, 1.5), roll=st.floats(-3.1, 3.1))
def test_matrix_quaternion_and_euler_agree(
    tmp_path_factory: pytest.TempPathFactory, yaw: float, pitch: float, roll: float
) -> None:
    R_ES = Rotation.from_euler("ZYX", [[yaw, pitch, roll], [0.1, 0.2, 0.3]])
    found = []
    for form in ("matrix", "quaternion", "euler"):
        file = tmp_path_factory.mktemp(form) / "a_1.txt"
        write(file, {"PacketCounter": [1, 2], **orientation_columns(form, R_ES)})
        q = read(file).sensors[0].R_ES
        assert q is not None
        found.append(q)
    for other in found[1:]:
        assert angle_between(found[0], other).max() < ROUNDED_RAD


def test_header_name_rate_and_hash(tmp_path: Path) -> None:
    for device in ("00B42268", "00B4227C"):
        write(tmp_path / f"MT_01-001_{device}.txt")
    (tmp_path / "README.md").write_text("not a recording")
    recording = read(tmp_path)
    assert recording.name == "MT_01-001"
    assert recording.identifiers == ("00B42268", "00B4227C")
    assert recording.rate_hz == 100.0
    assert recording.rate_source == notice("source.header_field", field="Update Rate")
    assert recording.header["Firmware Version"] == "4.0.2"
    assert recording.counter_source == notice("source.field", field="PacketCounter")
    assert recording.world_frame == notice("world.xsens", up="z")
    assert [len(file.sha256) for file in recording.files] == [64, 64]
    assert read(tmp_path, name="mine").name == "mine"
    assert read(tmp_path / "MT_01-001_00B42268.txt").name == "MT_01-001_00B42268"
    assert recording.notes == ()


def test_new_header_asks_for_the_rate(tmp_path: Path) -> None:
    file = write(tmp_path / "walk_x.txt", header=NEW_HEADER)
    with pytest.raises(ReadError, match=r"do not state it. Give it with --rate"):
        read(file)
    recording = read(file, rate_hz=60.0)
    assert recording.identifiers == ("00B4AAAA",)
    assert (recording.rate_hz, recording.rate_source.code) == (60.0, "source.user")
    assert recording.world_frame == notice("world.named", up="z", frame="ENU")


@pytest.mark.parametrize("rate_hz", [60, 100, 120])
def test_rate_from_the_device_clock(tmp_path: Path, rate_hz: int) -> None:
    columns = columns_of()
    ticks = 2**32 - 1000 + np.floor(np.arange(ROWS) * 10_000 / rate_hz)
    columns["SampleTimeFine"] = np.mod(ticks, 2**32).astype(int)
    recording = read(write(tmp_path / "a_b.txt", columns, header=NEW_HEADER))
    assert recording.rate_hz == rate_hz
    assert recording.rate_source.values["column"] == "SampleTimeFine"


def test_device_clock_that_stands_still_gives_no_rate(tmp_path: Path) -> None:
    columns = columns_of()
    columns["SampleTimeFine"] = [7] * ROWS
    with pytest.raises(ReadError, match="wanted the sampling rate"):
        read(write(tmp_path / "a_b.txt", columns, header=NEW_HEADER))


def test_a_clock_that_contradicts_the_header_is_told(tmp_path: Path) -> None:
    columns = columns_of()
    columns["SampleTimeFine"] = np.arange(ROWS) * 200
    (note,) = read(write(tmp_path / "a_b.txt", columns)).notes
    assert note.code == "xsens.rates_differ"
    assert (note.values["rate_hz"], note.values["others_hz"]) == (100.0, (50.0,))


def test_users_rate_wins_with_a_note(tmp_path: Path) -> None:
    file = write(tmp_path / "a_b.txt")
    recording = read(file, rate_hz=50.0)
    assert recording.rate_hz == 50.0
    (note,) = recording.notes
    assert note.code == "reader.user_rate"
    assert (note.values["rate_hz"], note.values["others_hz"]) == (50.0, (100.0,))
    assert read(file, rate_hz=100.05).notes == ()


def test_rates_that_differ_between_files(tmp_path: Path) -> None:
    write(tmp_path / "a_1.txt")
    write(tmp_path / "a_2.txt", header=("Update Rate: 60.0Hz",))
    with pytest.raises(ReadError, match=r"a_1.txt 100 Hz, a_2.txt 60 Hz"):
        read(tmp_path)


@pytest.mark.parametrize(("stated", "up_world"), [("ENU", 1), ("NWU", 1), ("NED", -1)])
def test_world_frames_become_z_up(tmp_path: Path, stated: str, up_world: int) -> None:
    R_WS = rotations()
    specific_force = R_WS.inv().apply([0.0, 0.0, up_world * 9.81])
    columns = {
        "PacketCounter": np.arange(ROWS),
        **dict(zip(("Acc_X", "Acc_Y", "Acc_Z"), specific_force.T, strict=True)),
        "FreeAcc_E": np.zeros(ROWS),
        "FreeAcc_N": np.zeros(ROWS),
        "FreeAcc_U": np.full(ROWS, float(up_world)),
        **orientation_columns("quaternion", R_WS),
    }
    header = (*OLD_HEADER, f"Coordinate system: {stated}")
    sensor = read(write(tmp_path / "a_b.txt", columns, header=header)).sensors[0]
    assert sensor.R_ES is not None
    assert sensor.acceleration_mps2 is not None
    gravity = rotate(sensor.R_ES, sensor.acceleration_mps2)
    np.testing.assert_allclose(gravity, np.tile([0, 0, 9.81], (ROWS, 1)), atol=1e-4)
    assert sensor.free_acceleration_mps2 is not None
    np.testing.assert_allclose(sensor.free_acceleration_mps2[:, 2], 1.0, atol=1e-12)


def test_unknown_world_and_contradicted_world(tmp_path: Path) -> None:
    file = write(tmp_path / "a_b.txt", header=(*OLD_HEADER, "Coordinate system: XYZ"))
    with pytest.raises(ReadError, match="one of ENU, NWU, NED, found 'XYZ'"):
        read(file)
    file = write(tmp_path / "a_b.txt", header=(*OLD_HEADER, "Coordinate system: ENU"))
    assert sentences(read(file, up_axis="-z").notes) == (
        "the user gave -z as the upward axis, which was used; the header states ENU",
    )


def test_files_of_unequal_length_on_both_sides_of_the_wrap(tmp_path: Path) -> None:
    write(tmp_path / "a_1.txt", columns_of(start=PACKET_MODULUS - 10))
    write(tmp_path / "a_2.txt", columns_of(start=5, rows=12))
    first, second = read(tmp_path).sensors
    assert first.counter.tolist() == list(range(ROWS))
    assert second.counter.tolist() == list(range(15, 27))


@given(
    start=st.integers(0, PACKET_MODULUS - 1),
    steps=st.lists(st.integers(1, PACKET_MODULUS // 2 - 1), max_size=30),
)
def test_unwrapping_restores_any_growing_counter(start: int, steps: list[int]) -> None:
    true = start + np.concatenate([[0], np.cumsum(steps)]).astype(np.int64)
    counter, faults = unwrap_counter((true % PACKET_MODULUS).astype(float), 1)
    assert faults == []
    assert counter.tolist() == true.tolist()


@given(
    start=st.integers(0, PACKET_MODULUS - 1),
    lags=st.lists(st.integers(0, 1000), min_size=1, max_size=8),
)
def test_starts_land_on_one_count(start: int, lags: list[int]) -> None:
    counters = [np.arange(3) + (start + lag) % PACKET_MODULUS for lag in lags]
    shared = share_start(counters)
    assert [int(c[0]) for c in shared] == [lag - min(lags) for lag in lags]


def test_wide_counter_does_not_wrap(tmp_path: Path) -> None:
    columns = columns_of()
    columns["PacketCounter"] = np.arange(ROWS) + PACKET_MODULUS - 5
    assert read(write(tmp_path / "a_b.txt", columns)).sensors[0].counter[-1] == ROWS - 1


@pytest.mark.parametrize(
    ("row", "value", "message"),
    [
        (7, 478, "repeats on line 12"),
        (7, 470, "decreases on line 12"),
        (7, "NaN", "must be an integer, but it is not on line 12"),
        (7, 478.5, "must be an integer"),
    ],
)
def test_counter_faults_name_the_line(
    tmp_path: Path, row: int, value: object, message: str
) -> None:
    columns = columns_of()
    counter: list[object] = list(columns["PacketCounter"])
    counter[row] = value
    if value == 470:
        counter[row + 1 :] = range(471, 471 + ROWS - row - 1)
    columns["PacketCounter"] = counter
    with pytest.raises(ReadError, match=message):
        read(write(tmp_path / "a_b.txt", columns))


def test_missing_cells_are_nan(tmp_path: Path) -> None:
    columns = columns_of("quaternion")
    last = [f"{x:.6f}" for x in columns["Quat_q3"]]
    last[3], last[5] = "", "NaN"
    columns["Quat_q3"] = last
    recording = read(write(tmp_path / "a_b.txt", columns))
    q = recording.sensors[0].R_ES
    assert q is not None
    assert np.flatnonzero(~is_present(q)).tolist() == [3, 5]
    assert recording.notes == ()


def test_zero_matrices_are_missing_with_a_note(tmp_path: Path) -> None:
    columns = columns_of()
    for name in orientation_columns("matrix", rotations()):
        columns[name] = np.where(np.arange(ROWS) == 4, 0.0, columns[name])
    recording = read(write(tmp_path / "a_b.txt", columns))
    q = recording.sensors[0].R_ES
    assert q is not None
    assert np.flatnonzero(~is_present(q)).tolist() == [4]
    assert sentences(recording.notes) == (
        "a_b.txt: 1 rows do not contain a valid rotation matrix and were treated as missing",
    )


def test_without_orientation_only_signals_are_there(tmp_path: Path) -> None:
    columns = {k: v for k, v in columns_of().items() if not k.startswith("Mat")}
    sensor = read(write(tmp_path / "a_b.txt", columns)).sensors[0]
    assert sensor.R_ES is None
    assert sensor.acceleration_mps2 is not None


def test_half_a_matrix_is_a_fault(tmp_path: Path) -> None:
    columns = columns_of()
    del columns["Mat[3][3]"]
    with pytest.raises(ReadError, match=r"columns Mat\[3\]\[3\] are missing beside"):
        read(write(tmp_path / "a_b.txt", columns))


@pytest.mark.parametrize("cut", [3, 30, 120])
def test_cut_last_line_is_left_out(tmp_path: Path, cut: int) -> None:
    file = write(tmp_path / "a_b.txt")
    file.write_bytes(file.read_bytes()[:-cut])
    recording = read(file)
    assert recording.sensors[0].counter.size == ROWS - 1
    assert sentences(recording.notes) == (
        "a_b.txt: the last line (44) is incomplete or has no line ending, and was discarded",
    )


def test_missing_line_end_alone_costs_nothing(tmp_path: Path) -> None:
    file = write(tmp_path / "a_b.txt")
    file.write_bytes(file.read_bytes()[:-1])
    recording = read(file)
    assert recording.sensors[0].counter.size == ROWS
    assert recording.notes == ()


@pytest.mark.parametrize("behind", [b"", bytes(1), bytes(300)])
def test_a_single_open_line_is_left_out(tmp_path: Path, behind: bytes) -> None:
    """No line above it tells how many digits its last number has."""
    file = write(tmp_path / "a_b.txt")
    lines = file.read_bytes().splitlines(keepends=True)
    top = len(lines) - ROWS
    file.write_bytes(b"".join(lines[: top + 1])[:-3] + behind)
    with pytest.raises(ReadError, match="wanted rows of numbers"):
        read(file)


def test_bad_lines_are_named_together(tmp_path: Path) -> None:
    file = write(tmp_path / "a_b.txt")
    lines = file.read_text().splitlines()
    lines[6] = lines[6] + "\t1.0"
    lines[9] = lines[9] + "\t1.0"
    lines[12] = lines[12].rpartition("\t")[0] + "\tx"
    file.write_text("\n".join(lines) + "\n")
    with pytest.raises(ReadError) as caught:
        read(file)
    message = str(caught.value)
    assert "3 faults" in message
    assert "line 7: wanted 20 cells as in the column names, found 21" in message
    assert "line 10: wanted 20 cells as in the column names, found 21" in message
    assert "line 13: wanted a number in column Mat[3][3], found 'x'" in message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"\x00\x01\x02\x03" * 100, "binary bytes"),
        ("// a\nPacketCounter\tAcc_X\n".encode("utf-16"), "columns Acc_Y, Acc_Z are missing"),
        (b"hello\nworld\n", "no line of Xsens columns"),
        (b"// Update Rate: 100.0Hz\n", "no line of Xsens columns"),
        (
            b"// Update Rate: 100.0Hz\nPacketCounter\tAcc_X\tAcc_Y\tAcc_Z\n",
            "wanted rows of numbers below",
        ),
    ],
)
def test_files_that_are_no_recording(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "MT_1.txt"
    file.write_bytes(content)
    with pytest.raises(ReadError, match=message):
        read(file)


def test_damage_in_the_middle(tmp_path: Path) -> None:
    file = write(tmp_path / "a_b.txt")
    raw = bytearray(file.read_bytes())
    raw[2000:2010] = bytes(10)
    file.write_bytes(raw)
    with pytest.raises(ReadError, match="binary bytes"):
        read(file)


def test_paths_without_a_recording(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="file or folder does not exist"):
        read(tmp_path / "nowhere")
    with pytest.raises(ReadError, match="the folder is empty"):
        read(tmp_path)
    (tmp_path / "a.md").write_text("x")
    (tmp_path / "b.md").write_text("x")
    with pytest.raises(ReadError, match="none of the 2 files there"):
        read(tmp_path)


def test_two_trials_are_listed_and_chosen_by_prefix(tmp_path: Path) -> None:
    for name in ("walk-001_A", "walk-001_B", "walk-002_A"):
        write(tmp_path / f"{name}.txt")
    with pytest.raises(ReadError) as caught:
        read(tmp_path)
    assert "walk-001 (2 sensors), walk-002 (1 sensors)" in str(caught.value)
    assert str(tmp_path / "walk-001") in str(caught.value)
    assert read(tmp_path / "walk-001").identifiers == ("A", "B")
    assert read(tmp_path / "walk-00?_B.txt").identifiers == ("B",)


def test_brackets_in_a_prefix_are_no_pattern(tmp_path: Path) -> None:
    write(tmp_path / "walk[1]_A.txt")
    write(tmp_path / "walk1_A.txt")
    assert read(tmp_path / "walk[1]").name == "walk[1]_A"


def test_rate_of_zero_in_the_header_is_no_rate(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="do not state it"):
        read(write(tmp_path / "a_b.txt", header=("Update Rate: 0.0Hz",)))


def test_damaged_sensor_of_a_trial_is_not_passed_over(tmp_path: Path) -> None:
    write(tmp_path / "walk_A.txt")
    (tmp_path / "walk_B.txt").write_bytes(b"")
    with pytest.raises(ReadError, match=r"walk_B.txt is named like a sensor .* file is empty"):
        read(tmp_path)


def test_one_sensor_twice(tmp_path: Path) -> None:
    for name in ("a_1", "a_2"):
        write(tmp_path / f"{name}.txt", header=(*NEW_HEADER, "Update Rate: 100.0Hz"))
    with pytest.raises(ReadError, match="several of 00B4AAAA"):
        read(tmp_path)


def test_sniff_looks_at_content(tmp_path: Path) -> None:
    reader = XsensReader()
    write(tmp_path / "a_b.csv")
    assert reader.sniff(tmp_path).matches
    assert not reader.sniff(tmp_path / "nowhere").matches
    for content in (b"", b"\x00" * 99, b"time,a\n1,2\n", b"// note\nPacketCounter,Other\n"):
        file = tmp_path / "sub.txt"
        file.write_bytes(content)
        match = reader.sniff(file)
        assert not match.matches
        assert match.reason


# --- real recordings ------------------------------------------------------------------------


def gravity_at_rest(recording: Recording) -> np.ndarray:
    """Mean specific force in E over the first half second, one row a sensor."""
    rows = []
    for sensor in recording.sensors:
        assert sensor.R_ES is not None
        assert sensor.acceleration_mps2 is not None
        rows.append(rotate(sensor.R_ES, sensor.acceleration_mps2)[:50].mean(axis=0))
    return np.array(rows)


REAL = {
    "opensense_walk": (8, 2432, 2505),
    "gaittoolbox_walk/imu": (7, 2503, 2503),
    "formats/xsens_mt/MT46_01-000": (1, 5, 5),
    "formats/xsens_mt/MT_012005D6_031-000": (1, 3369, 3369),
    "formats/xsens_mt/MT2022_ACC_GYRO_ROT_EULER_TAB": (1, 5, 5),
    "formats/xsens_mt/MT2022_ACC_GYRO_ROT_MAT_COMMA": (1, 5, 5),
}


@pytest.mark.parametrize("folder", REAL)
def test_real_recordings(shared_data: Path, folder: str) -> None:
    sensors, least, most = REAL[folder]
    rate = {"rate_hz": 100.0} if "MT2022" in folder else {}
    recording = read(shared_data / folder, **rate)
    rows = [sensor.counter.size for sensor in recording.sensors]
    assert (len(rows), min(rows), max(rows)) == (sensors, least, most)
    assert recording.rate_hz == 100.0
    assert all(sensor.counter[0] == 0 for sensor in recording.sensors)
    off = gravity_at_rest(recording) - [0.0, 0.0, 9.81]
    assert np.linalg.norm(off, axis=1).max() < REST_MPS2
    assert recording.notes == ()


def test_real_folder_of_several_trials(shared_data: Path) -> None:
    with pytest.raises(ReadError, match="found 4"):
        read(shared_data / "formats" / "xsens_mt")


def test_real_file_without_a_rate(shared_data: Path) -> None:
    with pytest.raises(ReadError, match="--rate"):
        read(shared_data / "formats" / "xsens_mt" / "MT2022_ACC_GYRO_ROT_EULER_TAB")


@pytest.mark.parametrize("folder", ["opensense_walk", "gaittoolbox_walk/imu"])
def test_pandas_reads_the_same_numbers(shared_data: Path, folder: str) -> None:
    recording = read(shared_data / folder)
    for sensor in recording.sensors:
        text = (shared_data / folder / sensor.file).read_text()
        body = "\n".join(line for line in text.splitlines() if not line.startswith("//"))
        table = pd.read_csv(io.StringIO(body), sep="," if "," in body else "\t")
        counter = table["PacketCounter"].to_numpy()
        assert (sensor.counter == counter - counter[0]).all()
        acceleration = table[["Acc_X", "Acc_Y", "Acc_Z"]].to_numpy()
        np.testing.assert_array_equal(sensor.acceleration_mps2, acceleration)
        assert sensor.R_ES is not None
        if "Quat_q0" in table:
            twin = table[[f"Quat_q{i}" for i in range(4)]].to_numpy()
            np.testing.assert_array_equal(sensor.R_ES, twin)
        else:
            names = [f"Mat[{r}][{c}]" for r in (1, 2, 3) for c in (1, 2, 3)]
            matrices = table[names].to_numpy().reshape(-1, 3, 3)
            twin = Rotation.from_matrix(matrices).as_quat(scalar_first=True)
            assert angle_between(sensor.R_ES, twin).max() < ROUNDED_RAD
