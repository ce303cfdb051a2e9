"""Speed from outside: tables and tracks, each against a known speed."""

from __future__ import annotations

import itertools
import re
import struct
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.config.settings import ActivitySettings
from opensim_pelvis.errors import ReadError
from opensim_pelvis.gait.speeds import find_speed_notes, read_speeds, stride_speeds
from opensim_pelvis.notices import say
from opensim_pelvis.simulate import RunnerSettings, Session
from tests.notices import coded, codes, sentences
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
    path = _gpx_track(tmp_path, range(30))
    time_s, speed = read_speeds(path, start_s=-4.0)
    np.testing.assert_allclose(time_s, np.arange(30) - 4.0)
    np.testing.assert_allclose(speed, SPEED_MPS, rtol=ON_A_SPHERE)
    with pytest.raises(ReadError, match="speed_start_s"):
        read_speeds(path)


def test_a_tcx_file_is_read(tmp_path: Path) -> None:
    path = _tcx_track(tmp_path, range(30))
    time_s, speed = read_speeds(path, start_s=2.0)
    np.testing.assert_allclose(time_s, np.arange(30) + 2.0)
    np.testing.assert_allclose(speed, SPEED_MPS)


def test_a_fit_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "run.fit"
    path.write_bytes(_fit_file(range(30)))
    time_s, speed = read_speeds(path, start_s=0.0)
    np.testing.assert_allclose(time_s, np.arange(30))
    np.testing.assert_allclose(speed, SPEED_MPS)
    path.write_bytes(_fit_file(range(30))[:60])
    with pytest.raises(ReadError, match=r"run\.fit"):
        read_speeds(path, start_s=0.0)


DOUBLED = (0, 1, 2, 2, 3, 4, 5, 5, 5, 6, 7, 8, 9)
"""Whole seconds of a watch that sampled faster now and then: 10 times in 13 points."""


@pytest.mark.parametrize("kind", ["gpx", "tcx", "fit"])
def test_doubled_seconds_of_a_track_are_merged_and_told(tmp_path: Path, kind: str) -> None:
    if kind == "fit":
        path = tmp_path / "run.fit"
        path.write_bytes(_fit_file(DOUBLED))
    else:
        path = {"gpx": _gpx_track, "tcx": _tcx_track}[kind](tmp_path, DOUBLED)
    time_s, speed = read_speeds(path, start_s=1.0)
    np.testing.assert_allclose(time_s, np.arange(10) + 1.0)
    np.testing.assert_allclose(speed, SPEED_MPS, rtol=ON_A_SPHERE)
    (note,) = find_speed_notes(ActivitySettings(speed_file=path, speed_start_s=1.0))
    assert (note.code, note.subject) == ("speed.merged", (f"run.{kind}",))
    assert (note.values["doubled"], note.values["points"]) == (3, 13)


def test_a_merged_second_has_the_mean_of_its_speeds(tmp_path: Path) -> None:
    path = tmp_path / "run.fit"
    path.write_bytes(_fit_file((0, 1, 1, 2), (2.0, 3.0, 4.0, 5.0)))
    np.testing.assert_allclose(read_speeds(path, start_s=0.0)[1], [2.0, 3.5, 5.0])


def test_a_track_without_doubled_seconds_has_no_note(tmp_path: Path) -> None:
    path = _gpx_track(tmp_path, range(5))
    assert find_speed_notes(ActivitySettings(speed_file=path, speed_start_s=0.0)) == ()


@pytest.mark.parametrize("kind", ["gpx", "tcx"])
def test_a_track_that_goes_back_in_time_is_refused(tmp_path: Path, kind: str) -> None:
    path = {"gpx": _gpx_track, "tcx": _tcx_track}[kind](tmp_path, (0, 1, 2, 1, 3))
    with pytest.raises(ReadError, match="increasing times"):
        read_speeds(path, start_s=0.0)


LIBRARIES = ("fitdecode", "tcxreader", "gpxpy", "Traceback", "Error", "'", "xml.", "CRC")


@pytest.mark.parametrize("kind", ["gpx", "tcx", "fit"])
@pytest.mark.parametrize("damage", ["cut", "other", "nothing", "word"])
def test_a_damaged_track_is_refused_in_plain_words(tmp_path: Path, kind: str, damage: str) -> None:
    if kind == "fit":
        path = tmp_path / "run.fit"
        path.write_bytes(_fit_file(range(30)))
    else:
        path = {"gpx": _gpx_track, "tcx": _tcx_track}[kind](tmp_path, range(30))
    raw = path.read_bytes()
    spoiled = {
        "cut": raw[: len(raw) // 2],
        "other": b"PK\x03\x04" + bytes(range(200)),
        "nothing": b"",
        "word": raw.replace(b"2026-05-01T08:00", b"soon").replace(b"14.0<", b"far<")
        if kind != "fit"
        else raw[:-1] + bytes([raw[-1] ^ 0xFF]),
    }
    path.write_bytes(spoiled[damage])
    with pytest.raises(ReadError) as raised:
        read_speeds(path, start_s=0.0)
    message = str(raised.value).replace(str(path), "run")
    assert message.startswith("run: ")
    assert not [word for word in LIBRARIES if word in message], message


@pytest.mark.parametrize("header", ["time_s,speed_mps", '"time_s","speed_mps"'])
def test_a_cell_without_an_end_is_told_by_its_line(tmp_path: Path, header: str) -> None:
    path = tmp_path / "speed.csv"
    for cell in ("x" * 200_000, '"' + "1" * 200_000):  # beyond the limit of a csv field
        path.write_text(f"{header}\n0,1\n1,{cell}\n", encoding="utf-8")
        with pytest.raises(ReadError) as raised:
            read_speeds(path)
        message = str(raised.value)
        assert "speed.csv" in message
        assert "line 3" in message or "line 2" in message
        assert "field" not in message
        assert len(message) < 400 + len(str(path))


@pytest.mark.parametrize("cell", ["٣", "３", "1_0", "1e999", "0x1", "inf", "one", ""])  # noqa: RUF001
def test_a_speed_that_is_no_plain_number_is_told_by_its_line(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "speed.csv"
    path.write_text(f"time_s,speed_mps\n0,1\n1,{cell}\n2,1\n", encoding="utf-8")
    with pytest.raises(ReadError, match="line 3"):
        read_speeds(path)


def _gpx_track(folder: Path, seconds: Iterable[int]) -> Path:
    """Write a GPX track along a meridian; points of one second share its place."""
    points = "".join(
        f'<trkpt lat="{50.0 + SPEED_MPS * i / METRES_A_DEGREE:.9f}" lon="8.0">'
        f"<time>{START + timedelta(seconds=i):%Y-%m-%dT%H:%M:%SZ}</time></trkpt>"
        for i in seconds
    )
    path = folder / "run.gpx"
    path.write_text(
        '<?xml version="1.0"?><gpx version="1.1" creator="t" '
        f'xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>{points}</trkseg></trk></gpx>',
        encoding="utf-8",
    )
    return path


def _tcx_track(folder: Path, seconds: Iterable[int]) -> Path:
    """Write a TCX file whose distance grows with time."""
    points = "".join(
        f"<Trackpoint><Time>{START + timedelta(seconds=i):%Y-%m-%dT%H:%M:%S.000Z}</Time>"
        f"<DistanceMeters>{SPEED_MPS * i}</DistanceMeters></Trackpoint>"
        for i in seconds
    )
    path = folder / "run.tcx"
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
    return path


def _fit_file(seconds: Iterable[int], speeds: Iterable[float] | None = None) -> bytes:
    """Return a FIT file with a timestamp and a speed in each record message."""
    first = int((START - datetime(1989, 12, 31, tzinfo=UTC)).total_seconds())
    fields = struct.pack("<BBBBBB", 253, 4, 0x86, 6, 2, 0x84)
    data = struct.pack("<BBBHB", 0x40, 0, 0, 20, 2) + fields
    for i, speed in zip(seconds, speeds or itertools.repeat(SPEED_MPS), strict=False):
        data += struct.pack("<BIH", 0, first + i, round(speed * 1000))
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


def _gpx(folder: Path, points: Iterable[tuple[float, str]], name: str = "odd.gpx") -> Path:
    rows = "".join(
        f'<trkpt lat="{lat}" lon="8.0">{f"<time>{time}</time>" if time else ""}</trkpt>'
        for lat, time in points
    )
    path = folder / name
    head = '<?xml version="1.0"?><gpx version="1.1" creator="x" '
    head += 'xmlns="http://www.topografix.com/GPX/1/1">'
    path.write_text(f"{head}<trk><trkseg>{rows}</trkseg></trk></gpx>", encoding="utf-8")
    return path


def _places(count: int) -> list[float]:
    return [47.0 + i * 3.0 / 111_195.0 for i in range(count)]


def test_points_without_a_time_are_left_out_and_told(tmp_path: Path) -> None:
    pytest.importorskip("gpxpy")
    times = [f"2026-11-24T10:00:{i:02d}Z" for i in range(30)]
    times[7], times[9] = "", "yesterday"
    path = _gpx(tmp_path, zip(_places(30), times, strict=True))
    time_s, speed = read_speeds(path, start_s=0.0)
    assert time_s.size == 28
    np.testing.assert_allclose(speed, 3.0, atol=0.02)
    notes = find_speed_notes(ActivitySettings(speed_file=path, speed_start_s=0.0))
    assert sentences(notes) == ("odd.gpx: 2 of 30 points have no time and were discarded",)
    with pytest.raises(ReadError, match="30 of 30 have no readable time"):
        read_speeds(_gpx(tmp_path, [(lat, "") for lat in _places(30)]), start_s=0.0)


def test_times_without_a_zone_are_utc(tmp_path: Path) -> None:
    pytest.importorskip("gpxpy")
    times = [f"2026-11-24T10:00:{i:02d}{'Z' if i < 15 else ''}" for i in range(30)]
    time_s, _ = read_speeds(_gpx(tmp_path, zip(_places(30), times, strict=True)), start_s=0.0)
    np.testing.assert_array_equal(time_s, np.arange(30.0))


def test_a_pause_of_the_watch_is_told(tmp_path: Path) -> None:
    pytest.importorskip("gpxpy")
    times = [f"2026-11-24T10:{0 if i < 15 else 10:02d}:{i:02d}Z" for i in range(30)]
    path = _gpx(tmp_path, zip(_places(30), times, strict=True))
    notes = find_speed_notes(ActivitySettings(speed_file=path, speed_start_s=0.0))
    (note,) = coded(notes, "speed.pauses")
    assert "no points in 14-615 s (a pause?)" in say(note)


def test_a_place_that_is_none_and_a_jump_are_told_by_what_was_found(tmp_path: Path) -> None:
    pytest.importorskip("gpxpy")
    times = [f"2026-11-24T10:00:{i:02d}Z" for i in range(30)]
    with pytest.raises(ReadError, match="a latitude beyond 90 degrees"):
        read_speeds(_gpx(tmp_path, [(999.0, time) for time in times]), start_s=0.0)
    path = _gpx(tmp_path, zip(_places(30), times, strict=True))
    path.write_text(path.read_text(encoding="utf-8").replace('lon="8.0"', 'lon="181"'))
    with pytest.raises(ReadError, match="a longitude beyond 180 degrees"):
        read_speeds(path, start_s=0.0)
    jump = _places(30)
    jump[10] += 1.0
    with pytest.raises(ReadError, match=r"found 5.* at 9 s"):
        read_speeds(_gpx(tmp_path, zip(jump, times, strict=True)), start_s=0.0)


def test_a_tcx_whose_points_lack_a_time_prints_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("tcxreader")
    path = _tcx_track(tmp_path, range(30))
    text = path.read_text(encoding="utf-8")
    start = text.index("<Time>", text.index("08:00:05"))
    end = text.index("</Time>", start) + len("</Time>")
    path.write_text(text[:start] + text[end:], encoding="utf-8")
    read_speeds(path, start_s=0.0)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("head", ["", "sep=;\n"])
def test_a_table_of_speeds_that_a_spreadsheet_saved_is_read(tmp_path: Path, head: str) -> None:
    path = tmp_path / "speed.csv"
    path.write_text(f"{head}time_s;speed_mps\n0,5;3,25\n0,5;3,25\n1,5;3,5\n", encoding="utf-8")
    time_s, speed = read_speeds(path)
    np.testing.assert_array_equal(time_s, [0.5, 1.5])
    np.testing.assert_array_equal(speed, [3.25, 3.5])
    assert "speed.merged" in codes(find_speed_notes(ActivitySettings(speed_file=path)))
