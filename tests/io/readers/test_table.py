"""Generic tables: the mapping states everything, and says so when it does not."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.transform import Rotation

from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.errors import ReadError
from opensim_pelvis.io.readers.table import TableReader
from opensim_pelvis.notices import notice, say
from opensim_pelvis.rotations import angle_between
from opensim_pelvis.types import Recording

EXACT = 1e-12
"""Numbers are written in full; conversions cost a few roundings."""

ROWS = 20
TIME_S = np.arange(ROWS) / 50.0
SENSORS = ("pelvis", "torso")

TEXT = '[text]\nseparator = ","\ndecimal = "."\nheader_line = 1\n'
CLOCK = '[clock]\ntime = "t"\nunit = "s"\n'
WORLD = '[world]\nup = "z"\n'
QUATERNION = (
    '[orientation]\nquaternion = ["{sensor}_w", "{sensor}_x", "{sensor}_y", "{sensor}_z"]\n'
    'order = "wxyz"\ndirection = "sensor_to_world"\n'
)
WIDE = 'layout = "wide"\n' + TEXT + CLOCK + WORLD + QUATERNION


def rotations(index: int = 0) -> Rotation:
    return Rotation.random(ROWS, rng=np.random.default_rng(index))


def quaternions(index: int = 0) -> np.ndarray:
    return rotations(index).as_quat(scalar_first=True)


def wide_table() -> pd.DataFrame:
    columns = {"t": TIME_S}
    for i, name in enumerate(SENSORS):
        columns |= dict(zip((f"{name}_{c}" for c in "wxyz"), quaternions(i).T, strict=True))
    return pd.DataFrame(columns)


def write(path: Path, table: pd.DataFrame, mapping: str | None = None, **options: object) -> Path:
    table.to_csv(path, index=False, lineterminator="\n", **options)  # type: ignore[call-overload]
    if mapping is not None:
        path.with_name(path.stem + ".mapping.toml").write_text(mapping)
    return path


def read(path: Path, **options: object) -> Recording:
    return TableReader().read(RecordingSettings(path=path, **options))  # type: ignore[arg-type]


def assert_orientation(recording: Recording, index: int, expected: np.ndarray) -> None:
    q = recording.sensors[index].R_ES
    assert q is not None
    assert angle_between(q, expected).max() < EXACT


def test_wide_table(tmp_path: Path) -> None:
    file = write(tmp_path / "run.csv", wide_table(), WIDE)
    assert TableReader().sniff(file).matches
    recording = read(file)
    assert recording.name == "run"
    assert recording.identifiers == SENSORS
    assert recording.rate_hz == 50.0
    assert recording.rate_source == notice("source.column_steps", column="t")
    assert recording.counter_source.code == "source.time_column"
    assert recording.world_frame == notice("world.mapping", up="z", file="run.mapping.toml")
    assert [Path(file.path).name for file in recording.files] == ["run.mapping.toml", "run.csv"]
    for i in range(2):
        assert_orientation(recording, i, quaternions(i))
        assert recording.sensors[i].counter.tolist() == list(range(ROWS))


def test_named_sensors_and_given_mapping(tmp_path: Path) -> None:
    file = write(tmp_path / "run.csv", wide_table())
    mapping = tmp_path / "else.toml"
    mapping.write_text('sensors = ["torso"]\n' + WIDE)
    assert not TableReader().sniff(file).matches
    assert read(file, mapping=mapping).identifiers == ("torso",)
    folder = tmp_path / "folder"
    folder.mkdir()
    write(folder / "run.csv", wide_table())
    (folder / "mapping.toml").write_text(WIDE)
    assert TableReader().sniff(folder).matches
    assert read(folder).identifiers == SENSORS


@pytest.mark.parametrize(
    ("separator", "mark", "decimal"), [(";", ";", ","), ("\t", "tab", "."), (" ", "blank", ".")]
)
def test_separators_and_a_preamble(tmp_path: Path, separator: str, mark: str, decimal: str) -> None:
    mapping = WIDE.replace('separator = ","', f'separator = "{mark}"')
    mapping = mapping.replace('decimal = "."', f'decimal = "{decimal}"').replace(
        "line = 1", "line = 3"
    )
    file = write(tmp_path / "run.csv", wide_table(), mapping, sep=separator, decimal=decimal)
    file.write_text("made by a device\nunits, mixed; and 'odd\n" + file.read_text())
    assert_orientation(read(file), 1, quaternions(1))


def test_blanks_around_cells(tmp_path: Path) -> None:
    file = write(tmp_path / "run.csv", wide_table(), WIDE)
    file.write_text(file.read_text().replace(",", " , "))
    assert_orientation(read(file), 1, quaternions(1))


def test_quoted_cells(tmp_path: Path) -> None:
    file = write(tmp_path / "run.csv", wide_table(), WIDE, quoting=csv.QUOTE_ALL)
    assert_orientation(read(file), 1, quaternions(1))


def test_forms_orders_and_directions_agree(tmp_path: Path) -> None:
    R_WS = rotations()
    m, inverse = R_WS.as_matrix(), R_WS.inv()
    euler = R_WS.as_euler("ZXY", degrees=True)
    x, y, z, w = inverse.as_quat().T
    cases = {
        'quaternion = ["{sensor}1", "{sensor}2", "{sensor}3", "{sensor}4"]\norder = "xyzw"\n'
        'direction = "world_to_sensor"\n': [x, y, z, w],
        'matrix = ["{sensor}1", "{sensor}2", "{sensor}3", "{sensor}4", "{sensor}5", "{sensor}6", '
        '"{sensor}7", "{sensor}8", "{sensor}9"]\ndirection = "sensor_to_world"\n': [
            m[:, r, c] for r in range(3) for c in range(3)
        ],
        'euler = ["{sensor}1", "{sensor}2", "{sensor}3"]\norder = "ZXY"\nunit = "deg"\n'
        'direction = "sensor_to_world"\n': list(euler.T),
    }
    for statement, values in cases.items():
        table = pd.DataFrame({"t": TIME_S} | {f"S{i}": v for i, v in enumerate(values, start=1)})
        mapping = 'layout = "wide"\nsensors = ["S"]\n' + TEXT + CLOCK + WORLD
        file = write(tmp_path / "run.csv", table, mapping + "[orientation]\n" + statement)
        assert_orientation(read(file), 0, quaternions())


@pytest.mark.parametrize(("up", "vector"), [("y", [0, 1, 0]), ("-z", [0, 0, -1]), ("x", [1, 0, 0])])
def test_world_becomes_z_up(tmp_path: Path, up: str, vector: list[float]) -> None:
    file = write(tmp_path / "run.csv", wide_table(), WIDE.replace('up = "z"', f'up = "{up}"'))
    q = read(file).sensors[0].R_ES
    assert q is not None
    R_EW = Rotation.from_quat(q, scalar_first=True) * rotations().inv()
    np.testing.assert_allclose(R_EW.apply(vector), [[0, 0, 1]] * ROWS, atol=EXACT)


@pytest.mark.parametrize(
    ("section", "unit", "factor"),
    [
        ("acceleration", "m/s2", 1.0),
        ("acceleration", "g", 9.80665),
        ("acceleration", "mg", 0.00980665),
        ("angular_velocity", "rad/s", 1.0),
        ("angular_velocity", "deg/s", np.pi / 180),
        ("angular_velocity", "mdeg/s", np.pi / 180000),
        ("magnetic_field", "T", 1.0),
        ("magnetic_field", "uT", 1e-6),
        ("magnetic_field", "gauss", 1e-4),
        ("magnetic_field", "a.u.", 1.0),
    ],
)
def test_units_become_si(tmp_path: Path, section: str, unit: str, factor: float) -> None:
    values = np.random.default_rng(0).normal(size=(ROWS, 3))
    table = pd.DataFrame({"t": TIME_S} | {f"S_{a}": values[:, i] for i, a in enumerate("xyz")})
    statement = f'[{section}]\ncolumns = ["{{sensor}}_x", "{{sensor}}_y", "{{sensor}}_z"]\n'
    statement += f'unit = "{unit}"\n' + ('gravity = "included"\n' if section[0:2] == "ac" else "")
    file = write(tmp_path / "run.csv", table, 'layout = "wide"\n' + TEXT + CLOCK + statement)
    recording = read(file)
    sensor = recording.sensors[0]
    found = {
        "acceleration": sensor.acceleration_mps2,
        "angular_velocity": sensor.angular_velocity_radps,
        "magnetic_field": sensor.magnetic_field,
    }[section]
    np.testing.assert_allclose(found, values * factor, rtol=EXACT)
    assert sensor.magnetic_unit == ("T" if section[0] == "m" and unit != "a.u." else "a.u.")
    assert sensor.R_ES is None
    assert recording.world_frame.code == "world.none"


@pytest.mark.parametrize("frame", ["sensor", "world"])
def test_free_acceleration_comes_out_in_earth(tmp_path: Path, frame: str) -> None:
    table = wide_table()
    given = [1.0, 2.0, 3.0]
    for name in SENSORS:
        for axis, value in zip("abc", given, strict=True):
            table[f"{name}_{axis}"] = value
    statement = (
        '[acceleration]\ncolumns = ["{sensor}_a", "{sensor}_b", "{sensor}_c"]\nunit = "m/s2"\n'
        f'gravity = "removed"\nframe = "{frame}"\n'
    )
    recording = read(write(tmp_path / "run.csv", table, 'sensors = ["torso"]\n' + WIDE + statement))
    free = recording.sensors[0].free_acceleration_mps2
    assert free is not None
    assert recording.sensors[0].acceleration_mps2 is None
    expected = rotations(1).apply(given) if frame == "sensor" else np.tile(given, (ROWS, 1))
    np.testing.assert_allclose(free, expected, atol=EXACT)


def sensor_table(index: int, shift_s: float, unit_per_s: float) -> pd.DataFrame:
    columns = {"t": np.rint((TIME_S + shift_s) * unit_per_s).astype(np.int64)}
    columns |= {"n": (np.arange(ROWS) + 65530 + round(shift_s * 50)) % 65536}
    return pd.DataFrame(columns | dict(zip("wxyz", quaternions(index).T, strict=True)))


PER_SENSOR = (
    'layout = "one file a sensor"\nfiles = "*-{sensor}.csv"\n'
    + TEXT
    + WORLD
    + '[orientation]\nquaternion = ["w", "x", "y", "z"]\norder = "wxyz"\n'
    'direction = "sensor_to_world"\n[clock]\n'
)


@pytest.mark.parametrize(
    ("clock", "lag"),
    [
        ('time = "t"\nunit = "us"\nstart = "shared clock"\n', 10),
        ('time = "t"\nunit = "us"\nstart = "first row"\n', 0),
        ('counter = "n"\nrate_hz = 50\nstart = "shared clock"\n', 10),
        ('counter = "n"\nrate_hz = 50\nstart = "first row"\n', 0),
        ('rate_hz = 50\nstart = "first row"\n', 0),
    ],
)
def test_one_file_a_sensor(tmp_path: Path, clock: str, lag: int) -> None:
    epoch_s = 1.6e9  # device clocks often count from 1970
    for i, name in enumerate(SENSORS):
        write(tmp_path / f"run-{name}.csv", sensor_table(i, epoch_s + 0.2 * i, 1e6))
    (tmp_path / "mapping.toml").write_text(PER_SENSOR + clock)
    recording = read(tmp_path)
    assert recording.identifiers == SENSORS
    assert recording.rate_hz == 50.0
    for i, sensor in enumerate(recording.sensors):
        assert sensor.counter.tolist() == list(range(i * lag, i * lag + ROWS))
        assert_orientation(recording, i, quaternions(i))


def test_named_sensor_without_a_file(tmp_path: Path) -> None:
    write(tmp_path / "run-torso.csv", sensor_table(0, 0.0, 1.0))
    clock = 'rate_hz = 50\nstart = "first row"\n'
    (tmp_path / "mapping.toml").write_text('sensors = ["pelvis"]\n' + PER_SENSOR + clock)
    with pytest.raises(ReadError, match=r"no file \*-\{sensor\}.csv for pelvis"):
        read(tmp_path)


def drop(mapping: str, key: str) -> str:
    return re.sub(rf"(?m)^{key} = .*\n", "", mapping)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("layout", 'layout must be one of "wide", "one file a sensor"; nothing is given'),
        ("separator", 'text.separator must be one of ",", ";", "tab", "blank", "sep="; nothing'),
        ("decimal", 'text.decimal must be one of ".", ","; nothing is given'),
        ("header_line", "text.header_line must be the line"),
        ("unit", 'clock.unit must be one of "s", "ms", "us", "ns"; nothing is given'),
        ("up", 'world.up must be one of "x", "-x", "y", "-y", "z", "-z"; nothing'),
        ("order", 'orientation.order must be one of "wxyz", "xyzw"; nothing is given'),
        ("direction", 'orientation.direction must be one of "sensor_to_world", "world_to_sensor"'),
        ("quaternion", "[orientation] must have one of quaternion, matrix, euler; found none"),
    ],
)
def test_what_is_not_stated_is_asked_for(tmp_path: Path, key: str, message: str) -> None:
    file = write(tmp_path / "run.csv", wide_table(), drop(WIDE, key))
    with pytest.raises(ReadError, match=re.escape(message)):
        read(file)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("order =", "ordr =", "unknown key orientation.ordr: did you mean orientation.order?"),
        ("layout =", "layuot =", "unknown key layuot: did you mean layout?"),
        ("[world]", "[wordl]", "unknown key wordl: did you mean world?"),
        ('"wxyz"', '"wzyx"', "found 'wzyx'"),
        ("[clock]\n", '[clock]\ncounter = "n"\n', "are exclusive"),
        ("[clock]\n", "[clock]\nrate_hz = -5\n", "clock.rate_hz must be a positive number"),
        ('"{sensor}_w", ', "", "must be a list of 4 different column names"),
        ("{sensor}_w", "w", "every signal column must contain {sensor} once; it does not in w"),
        ("[text]", 'files = "a"\n[text]', "files is for layout"),
    ],
)
def test_bad_statements(tmp_path: Path, old: str, new: str, message: str) -> None:
    file = write(tmp_path / "run.csv", wide_table(), WIDE.replace(old, new, 1))
    with pytest.raises(ReadError, match=re.escape(message)):
        read(file)


def test_all_faults_of_a_mapping_come_at_once(tmp_path: Path) -> None:
    mapping = drop(drop(WIDE, "order"), "up")
    with pytest.raises(ReadError, match="2 faults"):
        read(write(tmp_path / "run.csv", wide_table(), mapping))


def test_missing_columns_name_the_nearest(tmp_path: Path) -> None:
    table = wide_table().rename(columns={"torso_w": "torso_W", "t": "Time"})
    file = write(tmp_path / "run.csv", table, 'sensors = ["pelvis", "torso"]\n' + WIDE)
    with pytest.raises(ReadError) as caught:
        read(file)
    assert "there is no column t;" in str(caught.value)
    assert "there is no column torso_w; the nearest are torso_" in str(caught.value)
    mapping = WIDE.replace("{sensor}_", "{sensor}:")
    with pytest.raises(ReadError, match=r"wanted columns named \{sensor\}:w"):
        read(write(tmp_path / "run.csv", wide_table(), mapping))


def test_no_rate_and_no_mapping(tmp_path: Path) -> None:
    file = write(tmp_path / "run.csv", wide_table(), drop(drop(WIDE, "time"), "unit"))
    with pytest.raises(
        ReadError, match=r"wanted the sampling rate, but no time column. Give clock.rate_hz"
    ):
        read(file)
    recording = read(file, rate_hz=50.0)
    assert recording.counter_source.code == "source.row_number"
    assert recording.sensors[0].counter.tolist() == list(range(ROWS))
    other = write(tmp_path / "other.csv", wide_table())
    with pytest.raises(ReadError, match=r"found no other.mapping.toml"):
        read(other)


def test_rate_of_user_against_mapping(tmp_path: Path) -> None:
    mapping = WIDE.replace("[clock]\n", "[clock]\nrate_hz = 25\n")
    file = write(tmp_path / "run.csv", wide_table(), mapping)
    with pytest.raises(ReadError, match="does not match a sampling rate of 25 Hz"):
        read(file)
    (note,) = read(file, rate_hz=50.0).notes
    assert note.code == "reader.user_rate"
    assert (say(note.values["source"]), note.values["others_hz"]) == ("run.mapping.toml", (25.0,))


@pytest.mark.parametrize("content", [b"", b"\x00\x01" * 20])
def test_files_that_are_no_table(tmp_path: Path, content: bytes) -> None:
    file = write(tmp_path / "run.csv", wide_table(), WIDE)
    file.write_bytes(content)
    with pytest.raises(ReadError, match=r"empty|binary"):
        read(file)


def test_missing_cells_are_nan(tmp_path: Path) -> None:
    table = wide_table()
    table.loc[3, "torso_z"] = np.nan
    q = read(write(tmp_path / "run.csv", table, WIDE)).sensors[1].R_ES
    assert q is not None
    assert np.flatnonzero(np.isnan(q[:, 3])).tolist() == [3]


def test_example_of_the_documentation(tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "readers.md").read_text()
    examples = re.findall(r"```toml\n(.*?)```", page, flags=re.DOTALL)
    table = wide_table().rename(columns=lambda c: c.replace("_", "_q") if "_" in c else "time_ms")
    table["time_ms"] = (1000 * TIME_S).round().astype(int)
    for name in SENSORS:
        for group, value in (("a", 1.0), ("g", 180.0), ("m", 50.0)):
            table = table.assign(**{f"{name}_{group}{axis}": value for axis in "xyz"})
    file = tmp_path / "run.csv"
    file.write_text("device 7\n" + table.to_csv(index=False))
    file.with_name("run.mapping.toml").write_text(examples[0])
    sensor = read(file).sensors[1]
    assert sensor.identifier == "torso"
    assert sensor.acceleration_mps2 is not None
    assert sensor.angular_velocity_radps is not None
    assert sensor.magnetic_field is not None
    assert sensor.acceleration_mps2[0, 0] == pytest.approx(9.80665)
    assert sensor.angular_velocity_radps[0, 0] == pytest.approx(np.pi)
    assert sensor.magnetic_field[0, 0] == pytest.approx(50e-6)
    folder = tmp_path / "walk"
    folder.mkdir()
    for i, name in enumerate(SENSORS):
        names = {"t": "Timestamp_us", "w": "W", "x": "X", "y": "Y", "z": "Z"}
        table = sensor_table(i, 100.0 + 0.2 * i, 1e6).rename(columns=names)
        write(folder / f"walk_{name}.csv", table)
    (folder / "mapping.toml").write_text(examples[1])
    recording = read(folder)
    assert recording.identifiers == SENSORS
    assert recording.sensors[1].counter[0] == 10
