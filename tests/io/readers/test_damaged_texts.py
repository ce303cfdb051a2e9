"""Text recordings as loggers, spreadsheets and strangers leave them, in every text format."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.errors import ReadError, SettingsError
from opensim_pelvis.frames import GRAVITY_MPS2
from opensim_pelvis.io.readers.ximu3_device import OLD_COLUMNS
from opensim_pelvis.io.reading import NO_RATE, read, read_without_rate
from opensim_pelvis.io.tables.cells import (
    find_separator,
    split_cells,
    to_number,
    uses_decimal_comma,
)
from opensim_pelvis.io.tables.number_columns import Layout, _normalise, read_numbers
from opensim_pelvis.io.tables.rows import short_note
from opensim_pelvis.notices import say
from opensim_pelvis.simulate import (
    SensorSettings,
    Session,
    simulate_runner,
    simulate_sensors,
    write_ximu3,
)
from tests.io.readers.test_unusual_files import (
    FORMATS,
    blank_between,
    change_texts,
    check_same,
    utf16,
    zeros,
)
from tests.notices import coded, codes

TABLES = tuple(name for name in FORMATS if name != "mvn_4.mvnx")
SEPARATED = tuple(name for name in TABLES if name not in {"xsens_matrix_space", "opensense.sto"})


def quoted(raw: bytes) -> bytes:
    """Put every cell into quotes, as spreadsheet programs do."""
    lines = []
    for line in raw.decode().splitlines():
        mark = next((m for m in "\t;," if m in line), None)
        if mark is None or line.startswith("//"):
            lines.append(line)
            continue
        out = io.StringIO()
        csv.writer(out, delimiter=mark, quoting=csv.QUOTE_ALL).writerow(line.split(mark))
        lines.append(out.getvalue().strip("\r\n"))
    return ("\n".join(lines) + "\n").encode()


def spoil(row: int, change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    def changed(raw: bytes) -> bytes:
        lines = raw.split(b"\n")
        lines[row] = change(lines[row])
        return b"\n".join(lines)

    return changed


@pytest.mark.parametrize("change", [utf16, blank_between])
@pytest.mark.parametrize("name", TABLES)
def test_encoding_and_blank_lines_change_nothing(
    fixtures: Path, tmp_path: Path, name: str, change: Callable[[bytes], bytes]
) -> None:
    check_same(read(fixtures / name), read(change_texts(fixtures / name, tmp_path / "c", change)))


@pytest.mark.parametrize("name", SEPARATED)
def test_cells_in_quotes_are_read(fixtures: Path, tmp_path: Path, name: str) -> None:
    found = read(change_texts(fixtures / name, tmp_path / "c", quoted))
    for one, other in zip(read(fixtures / name).sensors, found.sensors, strict=True):
        np.testing.assert_array_equal(one.counter, other.counter)
        for signal in ("R_ES", "acceleration_mps2", "angular_velocity_radps"):
            if getattr(one, signal) is not None:
                np.testing.assert_array_equal(getattr(one, signal), getattr(other, signal))


@pytest.mark.parametrize("name", TABLES)
def test_zeros_at_the_end_are_told(fixtures: Path, tmp_path: Path, name: str) -> None:
    found = read(change_texts(fixtures / name, tmp_path / "c", zeros))
    assert {n.values["zeros"] for n in coded(found.notes, "reader.zero_bytes")} == {3000}
    for one, other in zip(read(fixtures / name).sensors, found.sensors, strict=True):
        np.testing.assert_array_equal(one.counter, other.counter)


def test_one_short_row_and_many_are_said_in_their_own_words() -> None:
    assert say(short_note(Path("a.csv"), [3])) == (
        "a.csv: line 3 has fewer cells than there are columns: 1 row was discarded"
    )
    assert say(short_note(Path("a.csv"), [3, 4, 5, 8, 9])) == (
        "a.csv: lines 3, 4, 5 and 2 more have fewer cells than there are columns: 5 rows were "
        "discarded"
    )


@pytest.mark.parametrize("name", TABLES)
def test_a_short_row_is_left_out_and_told(fixtures: Path, tmp_path: Path, name: str) -> None:
    short = spoil(-8, lambda line: line[: len(line) // 3])
    found = read(change_texts(fixtures / name, tmp_path / "c", short))
    assert "reader.short_rows" in codes(found.notes)
    whole = read(fixtures / name).sensors[0]
    kept = np.isin(whole.counter, found.sensors[0].counter)
    assert kept.sum() == found.sensors[0].counter.size >= whole.counter.size - 2
    if whole.R_ES is not None and found.sensors[0].R_ES is not None:
        np.testing.assert_allclose(found.sensors[0].R_ES, whole.R_ES[kept], atol=1e-3)


FOREIGN = ("٠.٥", "０.５", "²", "1_0", "1" * 500, "1e400", "inf")  # noqa: RUF001


@pytest.mark.parametrize("cell", FOREIGN)
@pytest.mark.parametrize("name", TABLES)
def test_what_is_no_number_is_refused_by_line(
    fixtures: Path, tmp_path: Path, name: str, cell: str
) -> None:
    def replace_one(line: bytes) -> bytes:
        mark = next((m for m in (b"\t", b";", b",", b" ") if m in line), b",")
        cells = line.rstrip().split(mark)
        if b"," in cells[1] and mark == b"\t":  # a quaternion
            cells[1] = b",".join([*cells[1].split(b",")[:3], cell.encode()])
        else:
            cells[-1 if "xsens" in name else min(4, len(cells) - 1)] = cell.encode()
        return mark.join(cells)

    with pytest.raises(ReadError, match=r"line \d+: wanted a number"):
        read(change_texts(fixtures / name, tmp_path / "c", spoil(-5, replace_one)))


def test_numbers_of_cells() -> None:
    assert to_number("-1.5e3") == -1500.0
    assert to_number(".5") == 0.5
    assert to_number("5.") == 5.0
    assert np.isnan(to_number("NaN") or 0.0)
    for cell in (*FOREIGN, "1.2.3", "x", "0x1", "1,5", "--1"):
        assert to_number(cell) is None, cell
    assert split_cells('"a;b";2', ";") == ["a;b", "2"]
    assert split_cells('"open;2', ";") == ['"open', "2"]


def test_blanks_in_a_cell_take_linear_time() -> None:
    """Two million blanks: with quadratic time this test would not end."""
    layout = Layout(names=("a", "b"), skip_lines=0, separator=",")
    row = b"1" + b" " * 2_000_000 + b"x,2\n"
    assert _normalise(row, layout) == row


def test_two_million_blanks_are_refused_as_a_file(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"a,b\n" + b"1" + b" " * 2_000_000 + b"x,2\n" + b"1,2\n" * 5)
    with pytest.raises(ReadError, match="line 2: wanted a number in column a"):
        read_numbers(file, Layout(names=("a", "b"), skip_lines=1, separator=","), ("a", "b"))


@pytest.mark.parametrize("rate", [float("nan"), float("inf"), 0.0, -5.0, 1e300])
def test_rates_that_are_none_are_refused(fixtures: Path, rate: float) -> None:
    with pytest.raises(SettingsError, match="sampling rate must be"):
        read(fixtures / "dot_app", rate_hz=rate)


def test_a_recording_is_not_born_without_a_rate(fixtures: Path) -> None:
    from dataclasses import replace

    recording = read(fixtures / "dot_app")
    with pytest.raises(ReadError, match=r"reader 'dot'.*found nan"):
        replace(recording, rate_hz=float("nan"))


def test_older_names_of_ximu3_columns(fixtures: Path, tmp_path: Path) -> None:
    from opensim_pelvis.io.readers.ximu3_device import COLUMNS

    folder = change_texts(fixtures / "ximu3", tmp_path / "log", lambda raw: raw)
    for name, forms in OLD_COLUMNS.items():
        for file in folder.rglob(name):
            _, _, rows = file.read_text().partition("\n")
            file.write_text(",".join(("Timestamp (us)", *forms[0])) + "\n" + rows)
        assert len(forms[0]) == len(COLUMNS[name])
    check_same(read(fixtures / "ximu3"), read(folder))


def rewrite(folder: Path, name: str, header: tuple[str, ...] | None, seconds: bool = False) -> None:
    """Write the files of a log that have this name under other column names, times in seconds."""
    for file in folder.rglob(name):
        first, *rows = file.read_text().splitlines()
        names = header or tuple(first.split(","))[1:]
        stamp = "Time (s)" if seconds else "Timestamp (us)"
        if seconds:
            cells = [row.split(",", 1) for row in rows]
            rows = [f"{int(stamp_us) / 1e6:.6f},{rest}" for stamp_us, rest in cells]
        file.write_text("\n".join([",".join((stamp, *names)), *rows]) + "\n")


def test_ximu3_times_in_seconds_are_read(fixtures: Path, tmp_path: Path) -> None:
    folder = change_texts(fixtures / "ximu3", tmp_path / "log", lambda raw: raw)
    for name in {file.name for file in folder.rglob("*.csv")}:
        rewrite(folder, name, None, seconds=True)
    one, other = read(fixtures / "ximu3"), read(folder)
    assert other.rate_hz == pytest.approx(one.rate_hz)
    for was, now in zip(one.sensors, other.sensors, strict=True):
        np.testing.assert_array_equal(was.counter, now.counter)
        np.testing.assert_array_equal(was.acceleration_mps2, now.acceleration_mps2)


EVERY_OLD_FORM = [(name, k) for name, forms in OLD_COLUMNS.items() for k in range(len(forms))]


@pytest.mark.parametrize("seconds", [False, True])
@pytest.mark.parametrize(("name", "form"), [*EVERY_OLD_FORM, ("EulerAngles.csv", -1)])
def test_every_older_name_of_ximu3(tmp_path: Path, name: str, form: int, seconds: bool) -> None:
    """Logs of every kind, with the column names, the file names and the times of older software."""
    orientation = {
        "RotationMatrix.csv": "matrix",
        "EulerAngles.csv": "euler",
        "EarthAcceleration.csv": "earth",
        "LinearAcceleration.csv": "linear",
    }.get(name, "quaternion")
    truth = simulate_runner(session=Session(duration_s=2.0, rate_hz=50.0, still_s=0.5))
    recording = simulate_sensors(truth, SensorSettings(magnetometer=True), ("pelvis", "torso"))
    now = write_ximu3(recording, tmp_path / "now", orientation=orientation)  # type: ignore[arg-type]
    old = write_ximu3(recording, tmp_path / "old", orientation=orientation)  # type: ignore[arg-type]
    changed = [*old.rglob(name)]
    assert changed
    rewrite(old, name, OLD_COLUMNS[name][form] if form >= 0 else None)
    if seconds:
        for other in {file.name for file in old.rglob("*.csv")}:
            rewrite(old, other, None, seconds=True)
    if form < 0:
        for file in changed:
            file.rename(file.with_name("Euler.csv"))
    wanted, found = read(now), read(old)
    assert found.identifiers == wanted.identifiers
    for one, other in zip(wanted.sensors, found.sensors, strict=True):
        np.testing.assert_array_equal(one.counter, other.counter)
        for signal in ("R_ES", "magnetic_field", "free_acceleration_mps2", "acceleration_mps2"):
            if getattr(one, signal) is None:
                assert getattr(other, signal) is None
            else:
                np.testing.assert_allclose(getattr(one, signal), getattr(other, signal), atol=1e-9)


QUOTED = {
    "semicolon": (";", '"0,5";"1,25"', ","),
    "comma": (",", '"0,5","1,25"', ","),
    "point": (",", '"0.5","1.25"', "."),
    "tab": ("\t", '"0,5"\t"1,25"', ","),
    "bare": (";", "0,5;1,25", ","),
    "mixed": (",", '"0,5", "1,25"', ","),
}


@pytest.mark.parametrize("kind", QUOTED)
def test_decimals_in_quotes(tmp_path: Path, kind: str) -> None:
    separator, row, decimal = QUOTED[kind]
    file = tmp_path / "a.csv"
    file.write_text(f'"a"{separator}"b"\n' + f"{row}\n" * 5)
    assert find_separator(f'"a"{separator}"b"') == separator
    assert uses_decimal_comma(row, separator) == (decimal == ",")
    layout = Layout(
        names=("a", "b"), skip_lines=1, separator=separator, decimal_comma=decimal == ","
    )
    found = read_numbers(file, layout, ("a", "b"))
    np.testing.assert_array_equal(found.column("a"), [0.5] * 5)
    np.testing.assert_array_equal(found.column("b"), [1.25] * 5)


@pytest.mark.parametrize("separator", [";", ","])
def test_a_table_with_quoted_decimal_commas_is_read(tmp_path: Path, separator: str) -> None:
    (tmp_path / "log" / "one").mkdir(parents=True)
    rows = [[f"{i / 50:.2f}", "0.5", "0.25", "1.0"] for i in range(50)]
    cells = [[f'"{cell}"'.replace(".", ",") for cell in row] for row in rows]
    lines = [separator.join(row) for row in ([["t", "x", "y", "z"], *cells])]
    (tmp_path / "log" / "one" / "s.csv").write_text("\n".join(lines) + "\n")
    mapping = tmp_path / "map.toml"
    text = MAP.replace("{pattern}", "{sensor}/s.csv").replace('decimal = "."', 'decimal = ","')
    mapping.write_text(text.replace('separator = ","', f'separator = "{separator}"'))
    (sensor,) = read(tmp_path / "log", mapping=mapping).sensors
    assert sensor.acceleration_mps2 is not None
    np.testing.assert_allclose(sensor.acceleration_mps2[:, 1], 0.25 * GRAVITY_MPS2)


MAP = """layout = "one file a sensor"
files = "{pattern}"
[text]
separator = ","
decimal = "."
header_line = 1
[clock]
time = "t"
unit = "s"
start = "shared clock"
[acceleration]
columns = ["x", "y", "z"]
unit = "g"
gravity = "included"
"""


@pytest.mark.parametrize(
    ("pattern", "place"),
    [
        ("{sensor}/sensors.csv", "{}/sensors.csv"),
        ("{sensor}/data/sensors.csv", "{}/data/sensors.csv"),
        ("*/{sensor}.csv", "d/{}.csv"),
        ("IMU {sensor}/*.csv", "IMU {}/a.csv"),
        ("{sensor}/{sensor}.csv", "{}/{}.csv"),
        ("{sensor}/sensors.csv", "session/{}/sensors.csv"),
    ],
)
def test_a_folder_a_device(tmp_path: Path, pattern: str, place: str) -> None:
    for name in ("one", "two"):
        file = tmp_path / "log" / place.replace("{}", name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("t,x,y,z\n" + "".join(f"{i / 50},0,0,1\n" for i in range(50)))
    (tmp_path / "map.toml").write_bytes(
        b"\xef\xbb\xbf" + MAP.replace("{pattern}", pattern).encode()
    )
    recording = read(tmp_path / "log", mapping=tmp_path / "map.toml")
    assert recording.identifiers == ("one", "two")
    assert recording.rate_hz == 50.0


def test_a_recording_without_a_rate_is_shown(tmp_path: Path) -> None:
    (tmp_path / "log" / "one").mkdir(parents=True)
    steps = np.cumsum(np.where(np.arange(60) % 2, 0.0195, 0.0205))
    rows = "".join(f"{t:.6f},0,0,1\n" for t in steps)
    (tmp_path / "log" / "one" / "s.csv").write_text("t,x,y,z\n" + rows)
    mapping = tmp_path / "map.toml"
    mapping.write_text(MAP.replace("{pattern}", "{sensor}/s.csv"))
    settings = RecordingSettings(path=tmp_path / "log", mapping=mapping)
    found = read_without_rate(settings)
    assert found.rate_source.code == NO_RATE
    assert found.sensors[0].counter.size == 60
    assert found.notes[0].code == "recording.rate_near"
    assert found.notes[0].values["near_hz"] == pytest.approx(50.02, abs=0.005)
