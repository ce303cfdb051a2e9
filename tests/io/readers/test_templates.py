"""Ready-made mappings: simulated recordings in the vendors' layouts come back through them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.errors import ReadError
from opensim_pelvis.frames import GRAVITY_MPS2
from opensim_pelvis.io.readers._mapping import load_channels, load_mapping
from opensim_pelvis.io.readers._mapping_files import TEMPLATES
from opensim_pelvis.io.readers.table import TableReader
from opensim_pelvis.simulate import (
    SensorSettings,
    Session,
    random_mountings,
    simulate_runner,
    simulate_sensors,
)
from opensim_pelvis.testing.same_recording import check_round_trip, check_sound
from opensim_pelvis.types import Recording, SensorSignals

WRITTEN = {"acceleration_mps2": 1e-6, "angular_velocity_radps": 1e-6}
EPOCH_S = 1.7e9


@pytest.fixture(scope="module")
def recording() -> Recording:
    truth = simulate_runner(session=Session(duration_s=1.5, rate_hz=50.0, still_s=0.5))
    sensors = SensorSettings(mountings=random_mountings(3), late_start_s={"torso": 0.2})
    return simulate_sensors(truth, sensors, ("pelvis", "torso"))


def read(path: Path, name: str, **options: object) -> Recording:
    found = TableReader().read(
        RecordingSettings(path=path, mapping=Path(name), **options)  # type: ignore[arg-type]
    )
    check_sound(found)
    return found


def signals(sensor: SensorSignals) -> tuple[np.ndarray, np.ndarray]:
    assert sensor.acceleration_mps2 is not None
    assert sensor.angular_velocity_radps is not None
    return sensor.acceleration_mps2, np.rad2deg(sensor.angular_velocity_radps)


def rows(values: np.ndarray, separator: str) -> str:
    return "".join(separator.join(f"{x:.9f}" for x in row) + "\n" for row in values)


def write_shimmer(recording: Recording, folder: Path, separator: str) -> None:
    for sensor in recording.sensors:
        name = f"Shimmer_{sensor.identifier[-4:]}"
        columns = [f"{name}_Timestamp_Unix_CAL"]
        columns += [f"{name}_Accel_{k}_{a}_CAL" for k in ("LN", "WR") for a in "XYZ"]
        columns += [f"{name}_Gyro_{a}_CAL" for a in "XYZ"]
        units = ["ms", *["m/(s^2)"] * 6, *["deg/s"] * 3]
        acceleration, gyroscope = signals(sensor)
        time_ms = (EPOCH_S + sensor.counter / recording.rate_hz) * 1000.0
        clipped = np.clip(acceleration, -2.0 * GRAVITY_MPS2, 2.0 * GRAVITY_MPS2)
        table = np.column_stack([time_ms, clipped, acceleration, gyroscope])
        text = f'"sep={separator}"\n{separator.join(columns)}{separator}\n'
        text += separator.join(units) + separator + "\n"
        text += rows(table, separator).replace("\n", separator + "\n")
        (folder / f"trial_Session1_{name}_Calibrated_SD.csv").write_text(text)


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_shimmer(tmp_path: Path, recording: Recording, separator: str) -> None:
    write_shimmer(recording, tmp_path, separator)
    found = read(tmp_path, "shimmer")
    assert found.identifiers == ("Shimmer_F001", "Shimmer_F002")
    assert found.start_s == pytest.approx(EPOCH_S)
    check_round_trip(recording, found, WRITTEN)


def test_shimmer_without_its_first_line(tmp_path: Path, recording: Recording) -> None:
    write_shimmer(recording, tmp_path, ",")
    for path in tmp_path.iterdir():
        path.write_text(path.read_text().partition("\n")[2])
    with pytest.raises(ReadError, match=r"must state the separator as sep="):
        read(tmp_path, "shimmer")


def test_blue_trident(tmp_path: Path, recording: Recording) -> None:
    header = "unix_timestamp_microsec,time_s,ax_m/s/s,ay_m/s/s,az_m/s/s,gx_deg/s,gy_deg/s,gz_deg/s"
    for sensor in recording.sensors:
        time_s = sensor.counter / recording.rate_hz
        stamps = np.rint((EPOCH_S + time_s) * 1e6).astype(np.int64)
        text = header + "\n"
        for stamp, t, row in zip(stamps, time_s, np.hstack(signals(sensor)), strict=True):
            text += f"{stamp},{t:.6f}," + ",".join(f"{x:.9f}" for x in row) + "\n"
        (tmp_path / f"TS-{sensor.identifier}_2026-01-01_lowg.csv").write_text(text)
        (tmp_path / f"TS-{sensor.identifier}_2026-01-01_highg.csv").write_text("other\n1\n")
    found = read(tmp_path, "blue-trident")
    assert found.identifiers == tuple(f"TS-{i}_2026-01-01" for i in recording.identifiers)
    check_round_trip(recording, found, WRITTEN)


@pytest.mark.parametrize("unit", ["", " [g]"])
def test_delsys_trigno(tmp_path: Path, recording: Recording, unit: str) -> None:
    """The EMG has more rows than the motion signals, which end in empty cells."""
    names, cells = [], []
    for slot, sensor in enumerate(recording.sensors, start=1):
        acceleration, gyroscope = signals(sensor)
        lists = {"EMG": np.zeros((400, 1)), "ACC": acceleration / GRAVITY_MPS2, "GYRO": gyroscope}
        for kind, values in lists.items():
            for k, axis in enumerate("XYZ"[: values.shape[1]]):
                label = f"EMG {slot}" if kind == "EMG" else f"{kind}.{axis} {slot}"
                names += ["X[s]", f"Avanti sensor {slot}: {label}{unit}"]
                step = 1 / 500 if kind == "EMG" else 1 / recording.rate_hz
                for column in (np.arange(len(values)) * step, values[:, k]):
                    text = [f"{x:.9f}" for x in column]
                    cells.append(text + [""] * (400 - len(text)))
    path = tmp_path / "run.csv"
    lines = [",".join(names), *(",".join(row) for row in zip(*cells, strict=True))]
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(ReadError, match=r"wanted the sampling rate, but no time column"):
        read(path, "delsys-trigno")
    found = read(path, "delsys-trigno", rate_hz=recording.rate_hz)
    assert found.identifiers == ("Avanti sensor 1", "Avanti sensor 2")
    for given, got in zip(recording.sensors, found.sensors, strict=True):
        longest = max(sensor.counter.size for sensor in recording.sensors)
        assert got.counter.size == longest
        for name, tolerance in WRITTEN.items():
            wanted = getattr(given, name)
            values = getattr(got, name)
            np.testing.assert_allclose(values[: len(wanted)], wanted, rtol=0, atol=10 * tolerance)
            assert np.isnan(values[len(wanted) :]).all()


def test_noraxon_asks_for_what_nobody_published(tmp_path: Path, recording: Recording) -> None:
    """Once a copy of it says that gravity is included, the recording comes back."""
    prefix = "Noraxon MyoMotion-Segments"
    names, columns = ["time"], [np.arange(75) / recording.rate_hz]
    for sensor, body in zip(recording.sensors, ("Pelvis", "Thigh RT"), strict=True):
        acceleration, gyroscope = signals(sensor)
        for kind, unit, values in (
            ("Acceleration", "mG", acceleration / GRAVITY_MPS2 * 1000.0),
            ("Gyroscope", "deg/s", gyroscope),
        ):
            for k, axis in enumerate("xyz"):
                names.append(f"{prefix}-{body}-{kind}-{axis} ({unit})")
                column = np.full(75, np.nan)
                column[sensor.counter] = values[:, k]
                columns.append(column)
    path = tmp_path / "run.csv"
    text = rows(np.column_stack(columns), ",").replace("nan", "")
    path.write_text(",".join(names) + "\n" + text)
    with pytest.raises(ReadError, match=r"acceleration\.gravity must be one of"):
        read(path, "noraxon")
    stated = (TEMPLATES / "noraxon.toml").read_text().replace("# gravity", "gravity")
    (tmp_path / "mine.toml").write_text(stated)
    found = read(path, str(tmp_path / "mine.toml"))
    assert found.identifiers == ("Pelvis", "Thigh RT")
    check_round_trip(recording, found, WRITTEN)


def test_every_template_is_sound_and_says_what_it_rests_on() -> None:
    names = sorted(path.stem for path in TEMPLATES.glob("*.toml"))
    assert "shimmer" in names
    for path in TEMPLATES.glob("*.toml"):
        if path.stem == "noraxon":
            continue
        load_channels(path) if path.stem.startswith("c3d_") else load_mapping(path)
        text = path.read_text(encoding="utf-8")
        ours = path.stem == "c3d_opensim-pelvis"
        assert ours or "not tested on a real file" in text.partition("\n\n")[0], path.name


def test_a_name_that_is_no_template_lists_those_that_are(tmp_path: Path) -> None:
    (tmp_path / "run.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ReadError, match=r"blue-trident, .*delsys-trigno, .*shimmer"):
        read(tmp_path / "run.csv", "shimer")
