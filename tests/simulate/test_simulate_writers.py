"""Written files, read back with pandas alone: columns, digits, counters, orientations."""

from __future__ import annotations

import runpy
import tomllib
from itertools import product as combinations
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
from scipy.spatial.transform import Rotation

from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.io.readers.c3d import C3dReader
from opensim_pelvis.io.readers.table import TableReader
from opensim_pelvis.rotations import angle_between
from opensim_pelvis.simulate import (
    SENSOR_MAP,
    Gap,
    SensorSettings,
    Session,
    demo_sensors,
    demo_truth,
    random_mountings,
    simulate_runner,
    simulate_sensors,
    write_csv,
    write_demo,
    write_sto,
    write_trial,
    write_xsens,
)
from opensim_pelvis.testing.same_recording import signals_of
from opensim_pelvis.types.segments import BODIES

SIX_DIGITS_RAD = 3e-6  # half a unit of the sixth digit, through nine matrix elements
FULL_DIGITS_RAD = 1e-12
C3D_ATOL = 4e-6  # 24 bits of accelerations up to 60 m/s2
FIXTURE_ATOL = 2e-6  # the last written digit may round differently on another machine
MAX_FIXTURE_BYTES = 350_000

TWO = ("pelvis", "torso")


@pytest.fixture(scope="module")
def truth():
    return simulate_runner(session=Session(duration_s=3.0, rate_hz=60.0, still_s=0.5))


@pytest.fixture(scope="module")
def recording(truth):
    settings = SensorSettings(
        mountings=random_mountings(11),
        heading_rad=2.0,
        gaps=(Gap(body="torso", start_s=1.0, length_s=0.1),),
        counter_start=65500,
        magnetometer=True,
    )
    return simulate_sensors(truth, settings, TWO)


def read_orientation(table: pd.DataFrame) -> np.ndarray:
    """Return quaternions from whichever Xsens columns there are."""
    if "Quat_q0" in table:
        return table[[f"Quat_q{k}" for k in range(4)]].to_numpy()
    if "Roll" in table:
        turns = Rotation.from_euler("ZYX", table[["Yaw", "Pitch", "Roll"]], degrees=True)
    else:
        flat = table[[f"Mat[{r}][{c}]" for r in (1, 2, 3) for c in (1, 2, 3)]].to_numpy()
        turns = Rotation.from_matrix(flat.reshape(-1, 3, 3))
    return turns.as_quat(scalar_first=True)


@pytest.mark.parametrize(
    ("columns", "separator", "header"),
    list(combinations(["quaternion", "matrix", "euler"], ["\t", ",", ";", " "], ["4.x", "2022"])),
)
def test_xsens_files_hold_the_recording(recording, tmp_path, columns, separator, header):
    paths = write_xsens(
        recording, tmp_path / "new", columns=columns, separator=separator, header=header
    )
    assert [p.name for p in paths] == [
        "MT_012005D6_001-000_00B4F001.txt",
        "MT_012005D6_001-000_00B4F002.txt",
    ]
    for path, sensor in zip(paths, recording.sensors, strict=True):
        lines = path.read_text().splitlines()
        comments = [line for line in lines if line.startswith("//")]
        assert ("// Update Rate: 60.0Hz" in comments) == (header == "4.x")
        assert (f"//  DeviceId: {sensor.identifier}" in comments) == (header == "2022")
        table = pd.read_csv(path, sep=separator, skiprows=len(comments))
        assert len(table) == len(lines) - len(comments) - 1 == sensor.counter.size
        np.testing.assert_array_equal(table["PacketCounter"], sensor.counter % 65536)
        for name, signal in (
            ("Acc", sensor.acceleration_mps2),
            ("Gyr", sensor.angular_velocity_radps),
            ("Mag", sensor.magnetic_field),
        ):
            np.testing.assert_allclose(table[[f"{name}_{a}" for a in "XYZ"]], signal, atol=5.1e-7)
        assert angle_between(read_orientation(table), sensor.R_ES).max() < SIX_DIGITS_RAD


def test_xsens_rows_look_like_real_ones(recording, tmp_path):
    path, _ = write_xsens(recording, tmp_path)
    lines = path.read_text().splitlines()
    assert lines[0] == "// Start Time: Unknown"
    assert lines[5].startswith("PacketCounter\tSampleTimeFine\tYear\tMonth\tDay\tSecond\tAcc_X\t")
    fields = lines[6].split("\t")
    assert fields[0] == "65500"
    assert fields[1:6] == [""] * 5
    assert all(len(field.split(".")[1]) == 6 for field in fields[6:])
    after_wrap = lines[6 + 36].split("\t")
    assert after_wrap[0] == "00000"


def test_real_headers_are_matched(shared_data, recording, tmp_path):
    """Comment lines and unused columns against files of both versions of MT Manager."""
    real = next((shared_data / "opensense_walk").glob("MT_*.txt")).read_text().splitlines()[:6]
    path, _ = write_xsens(recording, tmp_path, columns="matrix")
    ours = path.read_text().splitlines()[:6]
    assert ours[0] == real[0]
    assert ours[2:5] == real[2:5]
    assert ours[5].split("\t")[-9:] == real[5].split("\t")[-9:]
    new = (shared_data / "formats/xsens_mt/MT2022_ACC_GYRO_ROT_MAT_COMMA_00B42D4B.txt").read_text()
    settings = SensorSettings()
    clean = simulate_sensors(simulate_runner(session=Session(duration_s=1.0)), settings, TWO)
    path, _ = write_xsens(clean, tmp_path / "2022", columns="matrix", separator=",", header="2022")
    ours = path.read_text().replace("00B4F001", "00B42D4B").splitlines()
    assert ours[:13] == new.splitlines()[:13]
    assert ours[13].split(",")[1:6] == new.splitlines()[13].split(",")[1:6]


def test_more_digits_are_exact(recording, tmp_path):
    path, _ = write_xsens(recording, tmp_path, digits=17)
    table = pd.read_csv(path, sep="\t", skiprows=5)
    assert angle_between(read_orientation(table), recording.sensors[0].R_ES).max() < FULL_DIGITS_RAD


def test_sto_is_an_opensense_table(recording, tmp_path):
    path = write_sto(recording, tmp_path / "o.sto")
    lines = path.read_text().splitlines()
    end = lines.index("endheader")
    assert {"DataRate=60.000000", "DataType=Quaternion"} <= set(lines[:end])
    assert lines[end + 1] == "time\tpelvis_imu\ttorso_imu"
    table = pd.read_csv(
        path, sep="\t", skiprows=end + 1, dtype={"pelvis_imu": str, "torso_imu": str}
    )
    np.testing.assert_allclose(np.diff(table["time"]), 1.0 / 60.0, atol=1e-9)
    assert table["time"][0] == 0.0
    pelvis = np.array([[float(x) for x in cell.split(",")] for cell in table["pelvis_imu"]])
    np.testing.assert_array_equal(pelvis, recording.sensors[0].R_ES)
    assert (table["torso_imu"] == "nan,nan,nan,nan").sum() == 6


def test_csv_is_one_wide_table(recording, tmp_path):
    path = write_csv(recording, tmp_path / "o.csv", labels={"00B4F001": "a", "00B4F002": "banana"})
    table = pd.read_csv(path)
    torso = recording.sensors[1]
    assert list(table.columns[:5]) == ["time_s", "a_qw", "a_qx", "a_qy", "a_qz"]
    assert len(table.columns) == 1 + 2 * 13
    rows = torso.counter - 65500
    for letters, signal in (("a", torso.acceleration_mps2), ("g", torso.angular_velocity_radps)):
        got = table[[f"banana_{letters}{axis}" for axis in "xyz"]].to_numpy()
        np.testing.assert_allclose(got[rows], signal, atol=1e-6)
        assert np.isnan(got).sum() == 3 * 6


def test_the_mapping_beside_the_table_is_enough_for_its_reader(recording, tmp_path):
    path = write_csv(recording, tmp_path / "o.csv", separator=";", digits=12)
    read = TableReader().read(RecordingSettings(path=path))
    assert read.rate_hz == 60.0
    for got, wanted in zip(read.sensors, recording.sensors, strict=True):
        assert got.identifier == SENSOR_MAP[wanted.identifier]
        present = np.isfinite(got.R_ES).all(axis=1)
        np.testing.assert_array_equal(got.counter[present], wanted.counter - 65500)
        np.testing.assert_allclose(got.R_ES[present], wanted.R_ES, atol=1e-11)
        np.testing.assert_allclose(
            got.acceleration_mps2[present], wanted.acceleration_mps2, atol=1e-9
        )


def test_trial_files_say_what_was_simulated(truth, tmp_path):
    path = write_trial(
        tmp_path / "t.toml",
        truth,
        recording="imu",
        sensors={"a b": "pelvis"},
        extra={"recording": {"rate_hz": 60.0}, "subject": {"id": None}},
    )
    trial = tomllib.loads(path.read_text())
    assert "SIMULATED" in path.read_text()
    assert trial["recording"] == {"path": "imu", "simulated": True, "rate_hz": 60.0}
    assert trial["sensors"] == {"a b": "pelvis"}
    assert trial["calibration"] == {
        "window_s": [0.0, 0.5],
        "base": "pelvis",
        "heading_axis": "-z",
    }
    assert trial["subject"] == {"sex": "female", "height_m": 1.68, "mass_kg": 58.0}
    assert trial["activity"] == {"kind": "running", "speed_mps": 3.6, "surface": "treadmill"}


def test_the_demonstration(tmp_path):
    path = write_demo(tmp_path / "demo")
    trial = tomllib.loads(path.read_text())
    assert path.read_text().startswith("# SIMULATED")
    assert trial["sensors"] == dict(SENSOR_MAP)
    assert set(trial["sensors"].values()) == set(BODIES)
    files = sorted((path.parent / trial["recording"]["path"]).iterdir())
    assert len(files) == 8
    torso = pd.read_csv(files[1], sep="\t", skiprows=5)
    holes = np.diff(torso["PacketCounter"]) - 1
    assert holes[holes > 0].tolist() == [3, 40]
    assert len(pd.read_csv(files[0], sep="\t", skiprows=5)) == 3000
    assert demo_truth().runner.cadence_spm == 172.0
    assert demo_sensors().orientation_noise_rad > 0.0


def contents_of(path):
    """Return the names and texts of an HDF5 file, and all its numbers as one array."""
    texts, numbers = [], []

    def collect(name, item):
        texts.append(name)
        for key, value in item.attrs.items():
            texts.append(f"{key} {value}")
        if isinstance(item, h5py.Dataset):
            numbers.append(np.asarray(item[()], dtype=float).ravel())

    with h5py.File(path, "r") as file:
        collect("/", file)
        file.visititems(collect)
    return texts, np.concatenate(numbers)


def numbers_of(path):
    """Return a file's words, and those that are numbers as one array."""
    if path.suffix == ".h5":
        return contents_of(path)
    words = path.read_text().replace("\t", ",").replace(";", ",").replace(" ", ",")
    cells = [cell for line in words.splitlines() for cell in line.split(",")]
    texts, numbers = [], []
    for cell in cells:
        try:
            numbers.append(float(cell))
        except ValueError:
            texts.append(cell)
    return texts, np.array(numbers)


def assert_same_c3d(path, kept):
    found, wanted = (C3dReader().read(RecordingSettings(path=p)) for p in (path, kept))
    assert found.identifiers == wanted.identifiers
    for a, b in zip(found.sensors, wanted.sensors, strict=True):
        assert signals_of(a).keys() == signals_of(b).keys()
        for name, values in signals_of(a).items():
            np.testing.assert_allclose(values, signals_of(b)[name], atol=C3D_ATOL, err_msg=name)


def test_committed_fixtures_are_what_the_simulator_writes(fixtures, tmp_path):
    """Renew them with `python tests/make_fixtures.py fixtures/` when the simulator changes."""
    script = Path(__file__).parents[1] / "make_fixtures.py"
    runpy.run_path(str(script))["write_fixtures"](tmp_path)
    fresh = {p.relative_to(tmp_path): p for p in tmp_path.rglob("*") if p.is_file()}
    assert {"wide.mapping.toml", "opensense.sto", "wide.csv", "xsens_eight.toml"} <= {
        str(p) for p in fresh
    }
    for relative, path in fresh.items():
        if path.suffix == ".c3d":
            assert_same_c3d(path, fixtures / relative)
            continue
        texts, numbers = numbers_of(path)
        kept_texts, kept_numbers = numbers_of(fixtures / relative)
        assert texts == kept_texts, relative
        np.testing.assert_allclose(numbers, kept_numbers, atol=FIXTURE_ATOL, err_msg=str(relative))
    assert sum((fixtures / relative).stat().st_size for relative in fresh) < MAX_FIXTURE_BYTES


def test_the_examples_of_the_documentation_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    page = (Path(__file__).resolve().parents[2] / "docs" / "simulator.md").read_text("utf-8")
    blocks = [part.split("```")[0] for part in page.split("```python\n")[1:]]
    exec("\n".join(blocks), {})
    assert capsys.readouterr().out.split("\n")[:2] == ["15.0", "('00B4F001', '00B4F002')"]
    written = {"walk", "walk.sto", "walk.csv", "walk.mapping.toml", "trial.toml"}
    assert {p.name for p in tmp_path.iterdir()} == written
