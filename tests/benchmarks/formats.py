"""Large files for the benchmark of reading: what is written, and what a CSV parser gets."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
import polars as pl

from opensim_pelvis.simulate import write_apdm_csv, write_csv, write_ximu3
from opensim_pelvis.types import Recording, SensorSignals

RATE_HZ: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """A recording on disk.

    Parameters
    ----------
    path : Path
        What the reader is given.
    tables : tuple of Path
        What the CSV parsers are given: the same files, or the same numbers as plain CSV.
    separator : str
    header_lines : int
    reader : str
        Module and class of the reader.
    names : bool
        The first line that the parsers get holds the names of the columns.
    """

    path: Path
    tables: tuple[Path, ...]
    separator: str
    header_lines: int
    reader: str
    names: bool = True


def write_xsens(folder: Path, minutes: float, sensors: int) -> Files:
    """Write one tab-separated file of 24 columns a sensor, as MT Manager does."""
    head = (
        "// Start Time: Unknown\n// Update Rate: 100.0Hz\n// Filter Profile: human (46.1)\n"
        "// Firmware Version: 4.0.2\n"
    )
    rows = round(minutes * 60 * RATE_HZ)
    rng = np.random.default_rng(0)
    empty = pl.Series([None] * rows, dtype=pl.Float64)
    files = []
    for sensor in range(sensors):
        columns: dict[str, object] = {"PacketCounter": (np.arange(rows) + 472) % 65536}
        columns |= dict.fromkeys(("SampleTimeFine", "Year", "Month", "Day", "Second"), empty)
        for kind in ("Acc", "Gyr", "Mag"):
            columns |= {f"{kind}_{axis}": 5.0 * rng.normal(size=rows) for axis in "XYZ"}
        matrix = _turning(rows, sensor)
        for column, entries in enumerate(matrix, start=1):
            columns |= {f"Mat[{row}][{column}]": e for row, e in enumerate(entries, start=1)}
        file = folder / f"MT_012005D6_009-001_00B422{sensor:02X}.txt"
        _write_table(file, head, columns, "\t")
        files.append(file)
    return Files(
        path=folder,
        tables=tuple(files),
        separator="\t",
        header_lines=head.count("\n"),
        reader="opensim_pelvis.io.readers.xsens:XsensReader",
    )


def write_dot(folder: Path, minutes: float, sensors: int) -> Files:
    """Write one csv file of 16 columns a sensor, as the Xsens DOT app does."""
    rows = round(minutes * 60 * 60)
    rng = np.random.default_rng(0)
    files = []
    for sensor in range(sensors):
        head = (
            f"sep=,\nDeviceTag:,D{sensor}\nFirmwareVersion:,2.0.0\nAppVersion:,2021.0\n"
            "SyncStatus:,Synced\nOutputRate:,60Hz\nFilterProfile:,General\n"
            "Measurement Mode:,Custom Mode\nStartTime: ,2021-08-20_20:21:13_835 GMT+8\n"
            "© Xsens Technologies B. V. 2005-2021\n\n"
        )
        columns: dict[str, object] = {
            "PacketCounter": np.arange(1, rows + 1),
            "SampleTimeFine": (3_343_427_885 + 16_667 * np.arange(rows)) % 2**32,
        }
        q = rng.normal(size=(4, rows))
        q /= np.linalg.norm(q, axis=0)
        columns |= {f"Quat_{axis}": q[i] for i, axis in enumerate("WXYZ")}
        for kind in ("FreeAcc", "Acc", "Gyr"):
            columns |= {f"{kind}_{axis}": 5.0 * rng.normal(size=rows) for axis in "XYZ"}
        columns["Status"] = np.zeros(rows, dtype=np.int64)
        file = folder / f"D{sensor}_20210820_202113_8{sensor:02d}.csv"
        _write_table(file, head, columns, ",")
        files.append(file)
    return Files(
        path=folder,
        tables=tuple(files),
        separator=",",
        header_lines=11,
        reader="opensim_pelvis.io.readers.dot:DotReader",
    )


SEGMENTS: Final = 23
ELEMENTS: Final = {
    "orientation": SEGMENTS * 4,
    "position": SEGMENTS * 3,
    "velocity": SEGMENTS * 3,
    "acceleration": SEGMENTS * 3,
    "angularVelocity": SEGMENTS * 3,
    "angularAcceleration": SEGMENTS * 3,
    "footContacts": 4,
    "sensorFreeAcceleration": 0,
    "sensorMagneticField": 0,
    "sensorOrientation": 0,
    "jointAngle": 66,
    "jointAngleXZY": 66,
    "centerOfMass": 3,
}
"""Elements of a frame of a full body and how many numbers each has; sensors come on top."""


def write_mvnx(folder: Path, minutes: float, sensors: int) -> Files:
    """Write one MVNX file of a full body, and its numbers as one CSV table."""
    rows = round(minutes * 60 * 60)
    per_sensor = {"sensorFreeAcceleration": 3, "sensorMagneticField": 3, "sensorOrientation": 4}
    widths = {n: per_sensor.get(n, 0) * sensors or width for n, width in ELEMENTS.items()}
    ends = np.cumsum(list(widths.values()))
    rng = np.random.default_rng(0)
    mvnx, table = folder / "run.mvnx", folder / "run.csv"
    segments = "".join(f'<segment label="S{i}" id="{i}"/>\n' for i in range(SEGMENTS))
    worn = "".join(f'<sensor label="S{i}"/>\n' for i in range(sensors))
    with mvnx.open("w") as xml, table.open("wb") as csv:
        csv.write(",".join(f"c{i}" for i in range(ends[-1])).encode() + b"\n")
        xml.write(
            f'<?xml version="1.0" encoding="UTF-8"?>\n<mvnx version="4">\n<subject frameRate="60">'
            f"\n<segments>\n{segments}</segments>\n<sensors>\n{worn}</sensors>\n"
            f'<frames segmentCount="{SEGMENTS}" sensorCount="{sensors}" jointCount="22">\n'
        )
        for start in range(0, rows, 3600):
            count = min(3600, rows - start)
            block = pl.DataFrame(rng.normal(size=(count, ends[-1])))
            text = io.BytesIO()
            block.write_csv(text, include_header=False, float_precision=6)
            csv.write(text.getvalue())
            for frame, line in enumerate(text.getvalue().decode().splitlines(), start=start):
                _write_frame(xml, frame, line.split(","), widths)
        xml.write("</frames>\n</subject>\n</mvnx>\n")
    return Files(
        path=mvnx,
        tables=(table,),
        separator=",",
        header_lines=0,
        reader="opensim_pelvis.io.readers.mvnx:MvnxReader",
    )


def _write_frame(
    xml: io.TextIOBase, frame: int, cells: Sequence[str], widths: dict[str, int]
) -> None:
    ms = round(frame * 1000 / 60)
    xml.write(
        f'\t\t\t<frame time="{ms}" index="{frame}" tc="04:17:11:50" ms="{1542082631842 + ms}" '
        'type="normal">\n'
    )
    start = 0
    for name, width in widths.items():
        xml.write(f"\t\t\t\t<{name}>{' '.join(cells[start : start + width])}</{name}>\n")
        start += width
    xml.write("\t\t\t</frame>\n")


def write_apdm(folder: Path, minutes: float, sensors: int) -> Files:
    """Write one wide csv of Mobility Lab, 13 columns a sensor."""
    return _apdm(folder, minutes, sensors, "sample rate", 4)


def write_apdm_7(folder: Path, minutes: float, sensors: int) -> Files:
    """Write one wide csv of Mobility Lab that begins with ``Format=7``."""
    return _apdm(folder, minutes, sensors, "format 7", 3)


def _apdm(
    folder: Path,
    minutes: float,
    sensors: int,
    layout: Literal["sample rate", "format 7"],
    header_lines: int,
) -> Files:
    recording = _noise(minutes, sensors)
    path = write_apdm_csv(recording, folder / "run.csv", layout=layout, labels=_labels(recording))
    return Files(
        path=path,
        tables=(path,),
        separator=",",
        header_lines=header_lines,
        reader="opensim_pelvis.io.readers.apdm:ApdmReader",
        names=False,
    )


def write_ximu3_log(folder: Path, minutes: float, sensors: int) -> Files:
    """Write an x-IMU3 log with the field at a fifth of the rate: streams must be interpolated."""
    recording = _noise(minutes, sensors)
    log = write_ximu3(recording, folder / "log", magnetometer_every=5, names=_labels(recording))
    return Files(
        path=log,
        tables=tuple(sorted(log.rglob("*.csv"))),
        separator=",",
        header_lines=0,
        reader="opensim_pelvis.io.readers.ximu3:Ximu3Reader",
    )


def write_table(folder: Path, minutes: float, sensors: int) -> Files:
    """Write one wide csv with its mapping file."""
    recording = _noise(minutes, sensors)
    path = write_csv(recording, folder / "run.csv", labels=_labels(recording))
    return Files(
        path=path,
        tables=(path,),
        separator=",",
        header_lines=0,
        reader="opensim_pelvis.io.readers.table:TableReader",
    )


def write_sto(folder: Path, minutes: float, sensors: int) -> Files:
    """Write one OpenSense table, and its numbers with commas alone."""
    recording = _noise(minutes, sensors)
    numbers = {"time": np.arange(recording.sensors[0].counter.size) / RATE_HZ}
    for sensor in recording.sensors:
        q = np.asarray(sensor.R_ES)
        numbers |= {f"{sensor.identifier}_{axis}": q[:, i] for i, axis in enumerate("wxyz")}
    plain, sto = folder / "run.csv", folder / "run.sto"
    _write_table(plain, "", numbers, ",")
    text = pl.read_csv(plain, infer_schema=False)
    cells = [
        pl.concat_str([f"{name}_{axis}" for axis in "wxyz"], separator=",").alias(name)
        for name in recording.identifiers
    ]
    with sto.open("wb") as stream:
        stream.write(b"DataRate=100.0\nDataType=Quaternion\nversion=3\nendheader\n")
        text.select("time", *cells).write_csv(stream, separator="\t", quote_style="never")
    return Files(
        path=sto,
        tables=(plain,),
        separator=",",
        header_lines=0,
        reader="opensim_pelvis.io.readers.sto:StoReader",
    )


def _noise(minutes: float, sensors: int) -> Recording:
    """Return noise with the shape of a recording; orientations turn smoothly."""
    rows = round(minutes * 60 * RATE_HZ)
    rng = np.random.default_rng(0)
    angle = np.arange(rows) / RATE_HZ / 2.0
    zero = np.zeros(rows)
    names = ("acceleration_mps2", "angular_velocity_radps", "magnetic_field")
    signals = [
        SensorSignals(
            identifier=f"64F0EB{k:02X}",
            counter=np.arange(rows, dtype=np.int64),
            R_ES=np.stack([np.cos(angle + k), np.sin(angle + k), zero, zero], axis=1),
            **{name: rng.normal(size=(rows, 3)) for name in names},
        )
        for k in range(sensors)
    ]
    return Recording(
        name="noise",
        reader="simulate",
        rate_hz=float(RATE_HZ),
        rate_source="simulated",
        counter_source="row number",
        world_frame="z up (simulated)",
        sensors=tuple(signals),
        files=(),
    )


def _labels(recording: Recording) -> dict[str, str]:
    return {name: f"sensor{k}" for k, name in enumerate(recording.identifiers)}


def _turning(rows: int, sensor: int) -> tuple[tuple[np.ndarray, ...], ...]:
    """Return the columns of a rotation matrix over time."""
    time_s = np.arange(rows) / RATE_HZ
    a, b = np.sin(time_s + sensor), 3.0 * np.cos(2.0 * time_s)
    ca, sa, cb, sb, zero = np.cos(a), np.sin(a), np.cos(b), np.sin(b), np.zeros(rows)
    return (ca, sa, zero), (-sa * cb, ca * cb, sb), (sa * sb, -ca * sb, cb)


def _write_table(file: Path, head: str, columns: dict[str, object], separator: str) -> None:
    with file.open("wb") as stream:
        stream.write(head.encode())
        pl.DataFrame(columns).write_csv(stream, separator=separator, float_precision=6)


FORMATS: Final[dict[str, Callable[[Path, float, int], Files]]] = {
    "xsens": write_xsens,
    "dot": write_dot,
    "mvnx": write_mvnx,
    "apdm": write_apdm,
    "apdm7": write_apdm_7,
    "ximu3": write_ximu3_log,
    "sto": write_sto,
    "table": write_table,
}
