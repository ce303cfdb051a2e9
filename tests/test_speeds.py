"""Speed from outside: tables and tracks, each against a known speed."""

from __future__ import annotations

import re
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.errors import ReadError
from opensim_pelvis.settings import ActivitySettings
from opensim_pelvis.simulate import RunnerSettings, Session
from opensim_pelvis.speeds import read_speeds, stride_speeds
from tests.running_cases import run_case

START = datetime(2026, 5, 1, 8, 0, 0, tzinfo=UTC)
SPEED_MPS = 3.5
METRES_A_DEGREE = 111_195.0  # of a meridian on a sphere of 6371 km
ON_A_SPHERE = 0.01  # gpxpy's sphere is not quite that one


def test_speed_of_each_stride_comes_from_a_table(tmp_path: Path) -> None:
    _, _, analysis = run_case(RunnerSettings(), session=Session(duration_s=10.0, rate_hz=100.0))
    path = tmp_path / "speed.csv"
    path.write_text("time_s,speed_mps\n0,0\n10,5\n", encoding="utf-8")
    found = stride_speeds(analysis.strides, ActivitySettings(speed_file=path))
    middle = (analysis.strides.start_s + analysis.strides.end_s) / 2.0
    assert found is not None
    inside = analysis.strides.end_s <= 10.0
    np.testing.assert_allclose(found[inside], 0.5 * middle[inside], atol=1e-9)
    for text, words in (
        ("time,speed\n0,1\n", "wanted the columns"),
        ("time_s,speed_mps\n0,1\n0,2\n", "increasing"),
        ("time_s,speed_mps\n0,1\n1,x\n", "number"),
        ("time_s,speed_mps\n0,1\n1,36\n", "0 to 15"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ReadError, match=re.escape(words)):
            read_speeds(path)


def test_a_gpx_track_is_read(tmp_path: Path) -> None:
    points = "".join(
        f'<trkpt lat="{50.0 + SPEED_MPS * i / METRES_A_DEGREE:.9f}" lon="8.0">'
        f"<time>{START + timedelta(seconds=i):%Y-%m-%dT%H:%M:%SZ}</time></trkpt>"
        for i in range(30)
    )
    path = tmp_path / "run.gpx"
    path.write_text(
        '<?xml version="1.0"?><gpx version="1.1" creator="t" '
        f'xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>{points}</trkseg></trk></gpx>',
        encoding="utf-8",
    )
    time_s, speed = read_speeds(path, start_s=-4.0)
    np.testing.assert_allclose(time_s, np.arange(30) - 4.0)
    np.testing.assert_allclose(speed, SPEED_MPS, rtol=ON_A_SPHERE)
    with pytest.raises(ReadError, match="speed_start_s"):
        read_speeds(path)


def test_a_tcx_file_is_read(tmp_path: Path) -> None:
    points = "".join(
        f"<Trackpoint><Time>{START + timedelta(seconds=i):%Y-%m-%dT%H:%M:%S.000Z}</Time>"
        f"<DistanceMeters>{SPEED_MPS * i}</DistanceMeters></Trackpoint>"
        for i in range(30)
    )
    path = tmp_path / "run.tcx"
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?><TrainingCenterDatabase xmlns='
        '"http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>'
        f'<Activity Sport="Running"><Id>{START:%Y-%m-%dT%H:%M:%S.000Z}</Id>'
        f'<Lap StartTime="{START:%Y-%m-%dT%H:%M:%S.000Z}"><TotalTimeSeconds>30'
        "</TotalTimeSeconds><DistanceMeters>105</DistanceMeters><Calories>1</Calories>"
        f"<Intensity>Active</Intensity><Track>{points}</Track></Lap></Activity></Activities>"
        "</TrainingCenterDatabase>",
        encoding="utf-8",
    )
    time_s, speed = read_speeds(path, start_s=2.0)
    np.testing.assert_allclose(time_s, np.arange(30) + 2.0)
    np.testing.assert_allclose(speed, SPEED_MPS)


def test_a_fit_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "run.fit"
    path.write_bytes(_fit_file(30))
    time_s, speed = read_speeds(path, start_s=0.0)
    np.testing.assert_allclose(time_s, np.arange(30))
    np.testing.assert_allclose(speed, SPEED_MPS)
    path.write_bytes(_fit_file(30)[:60])
    with pytest.raises(ReadError, match=r"run\.fit"):
        read_speeds(path, start_s=0.0)


def _fit_file(records: int) -> bytes:
    """Return a FIT file with a timestamp and a speed in each record message."""
    first = int((START - datetime(1989, 12, 31, tzinfo=UTC)).total_seconds())
    fields = struct.pack("<BBBBBB", 253, 4, 0x86, 6, 2, 0x84)
    data = struct.pack("<BBBHB", 0x40, 0, 0, 20, 2) + fields
    for i in range(records):
        data += struct.pack("<BIH", 0, first + i, round(SPEED_MPS * 1000))
    head = struct.pack("<BBHI4s", 14, 0x10, 2132, len(data), b".FIT")
    head += struct.pack("<H", _crc(head))
    return head + data + struct.pack("<H", _crc(head + data))


def _crc(data: bytes) -> int:
    """Return FIT's checksum: CRC-16/ARC."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0xA001 if crc & 1 else 0)
    return crc
