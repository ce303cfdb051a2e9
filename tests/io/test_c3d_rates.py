"""Rates of C3D files: every place that may state one, sound, absent or no rate at all."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.errors import ComparisonError, MissingRateError, ReadError
from opensim_pelvis.io.c3d import open_c3d, read_channels, read_points
from opensim_pelvis.io.reading import read_recording
from opensim_pelvis.validation.marker_files import read_markers
from tests.c3d_files import DEC, INTEL, MIPS, Kind, write_kind
from tests.notices import codes

NONE = (math.nan, 0.0, -50.0, math.inf, 1e30, None)
"""What is no rate; None: the field is absent (in the header: 0)."""
RATE_HZ, SAMPLES = 100.0, 2


def write(path: Path, point: float | None, header: float | None, analog: float | None, **other):
    """Write a file that states these rates."""
    stated = {"POINT:RATE": point, "ANALOG:RATE": analog}
    kind = Kind(
        samples=SAMPLES,
        header_rate=0.0 if header is None else header,
        changed={name: [value] for name, value in stated.items() if value is not None},
        without=[name for name, value in stated.items() if value is None],
        **other,
    )
    return write_kind(path, kind)


@pytest.mark.parametrize("processor", [INTEL, DEC, MIPS])
@pytest.mark.parametrize("analog", NONE)
def test_an_analog_rate_that_is_none_follows_from_the_points(
    tmp_path: Path, processor: int, analog: float | None
) -> None:
    if processor == DEC and analog is not None and not math.isfinite(analog):
        pytest.skip("DEC has no such numbers")
    wanted = write(tmp_path / "a.c3d", RATE_HZ, RATE_HZ, analog, processor=processor)
    file = open_c3d(wanted.path)
    assert (file.rate_hz, file.channel_hz) == (RATE_HZ, SAMPLES * RATE_HZ)
    told = [] if analog is None else ["c3d.channel_rate_is_none"]
    assert codes(file.notes) == told
    np.testing.assert_allclose(read_channels(file)[0], wanted.channels, rtol=1e-6)
    np.testing.assert_allclose(read_points(file)[0], wanted.points, rtol=1e-6)
    assert read_markers(wanted.path).trial.rate_hz == RATE_HZ


@pytest.mark.parametrize(
    ("point", "analog"), list(itertools.product(NONE, (2 * RATE_HZ, *NONE[:2])))
)
def test_a_point_rate_that_is_none_is_the_headers(
    tmp_path: Path, point: float | None, analog: float | None
) -> None:
    file = open_c3d(write(tmp_path / "a.c3d", point, RATE_HZ, analog).path)
    assert file.rate_hz == RATE_HZ
    assert file.rate_source.code == "word.c3d_header"
    code = "c3d.rate_missing" if point is None else "c3d.rate_is_none"
    assert codes(file.notes)[0] == code


@pytest.mark.parametrize(("point", "header"), list(itertools.product(NONE, NONE)))
def test_without_both_it_follows_from_the_channels(
    tmp_path: Path, point: float | None, header: float | None
) -> None:
    file = open_c3d(write(tmp_path / "a.c3d", point, header, SAMPLES * RATE_HZ).path)
    assert file.rate_hz == RATE_HZ
    assert codes(file.notes) == ["c3d.rate_derived"]
    assert file.rate_source.values["field"] == "ANALOG:RATE"
    nothing = open_c3d(write(tmp_path / "b.c3d", point, header, math.nan).path)
    assert math.isnan(nothing.rate_hz)
    with pytest.raises(ComparisonError, match="states one that is valid"):
        read_markers(nothing.path)


def test_or_from_the_rotations(tmp_path: Path) -> None:
    rotations = {"extra": {"ROTATION:RATE": [300.0]}, "rotations": 2, "channels": 0}
    file = open_c3d(write(tmp_path / "a.c3d", math.nan, 0.0, None, **rotations).path)
    assert file.rate_hz == 300.0 / file.count("ROTATION:RATIO")
    assert file.rate_source.values["field"] == "ROTATION:RATE"


def test_rates_that_contradict_each_other(tmp_path: Path) -> None:
    """Header beside POINT:RATE is a note; channels that side with the header are an error."""
    alone = open_c3d(write(tmp_path / "a.c3d", RATE_HZ, 50.0, None).path)
    assert (alone.rate_hz, codes(alone.notes)) == (RATE_HZ, ["c3d.rates_differ"])
    beside = open_c3d(write(tmp_path / "b.c3d", RATE_HZ, RATE_HZ, 50.0).path)
    assert (beside.rate_hz, codes(beside.notes)) == (RATE_HZ, ["c3d.channel_rate_differs"])
    assert read_markers(beside.path).trial.rate_hz == RATE_HZ
    both = write(tmp_path / "c.c3d", RATE_HZ, 50.0, SAMPLES * 50.0).path
    with pytest.raises(ComparisonError, match="POINT:RATE is 100 Hz, but the header states"):
        read_markers(both)


def set_rate(source: Path, target: Path, name: str, rate_hz: float) -> Path:
    content = bytearray(source.read_bytes())
    at = open_c3d(source).section.stored[name].place
    content[at : at + 4] = np.float32(rate_hz).tobytes()
    target.write_bytes(content)
    return target


def test_a_recording_in_channels_takes_the_rate_of_the_user_where_they_contradict(
    fixtures: Path, tmp_path: Path
) -> None:
    source = fixtures / "channels.c3d"
    path = set_rate(source, tmp_path / "a.c3d", "ANALOG:RATE", math.nan)
    found = read_recording(RecordingSettings(path=path))
    sound = read_recording(RecordingSettings(path=source))
    assert found.rate_hz == sound.rate_hz
    assert "c3d.channel_rate_is_none" in codes(found.notes)
    path = set_rate(source, tmp_path / "b.c3d", "ANALOG:RATE", 80.0)
    with pytest.raises(ReadError, match=r"ANALOG:RATE is 80 Hz, .* or give the right rate"):
        read_recording(RecordingSettings(path=path))
    given = read_recording(RecordingSettings(path=path, rate_hz=80.0))
    assert given.rate_hz == 80.0
    path = set_rate(source, tmp_path / "c.c3d", "POINT:RATE", 80.0)
    with pytest.raises(ReadError, match=r"POINT:RATE\)? are 80 Hz|contradict each other"):
        read_recording(RecordingSettings(path=path))
    assert read_recording(RecordingSettings(path=path, rate_hz=40.0)).rate_hz == 40.0


def test_a_recording_without_any_rate_asks_for_it(fixtures: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.c3d"
    path.write_bytes((fixtures / "channels.c3d").read_bytes())
    for name in ("POINT:RATE", "ANALOG:RATE"):
        set_rate(path, path, name, math.nan)
    content = bytearray(path.read_bytes())
    content[20:24] = np.float32(math.nan).tobytes()
    path.write_bytes(content)
    with pytest.raises(MissingRateError, match="Give it with --rate HZ"):
        read_recording(RecordingSettings(path=path))
