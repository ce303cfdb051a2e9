"""C3D of every kind: what was written is read by ezc3d and by ours, and by a third reader."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import warnings
from contextlib import redirect_stdout, suppress
from dataclasses import replace
from pathlib import Path

import c3d as third
import ezc3d
import numpy as np
import pytest

from opensim_pelvis.errors import ReadError
from opensim_pelvis.io.c3d import data as arrays
from opensim_pelvis.io.c3d import library, open_c3d, read_channels, read_points, read_rotations
from opensim_pelvis.notices import say
from tests.c3d_files import DEC, INTEL, MIPS, Kind, Written, write_kind
from tests.notices import codes

FRAMES_LONG = 65_800
KINDS: dict[str, Kind] = {
    f"{name}-{'float' if is_float else 'integer'}": Kind(processor=processor, is_float=is_float)
    for processor, name in ((INTEL, "intel"), (DEC, "dec"), (MIPS, "mips"))
    for is_float in (True, False)
} | {
    "scale": Kind(is_float=False, scale=0.037),
    "unsigned-float": Kind(unsigned=True, offset=[100, 200, 300]),
    "one-sample": Kind(samples=1),
    "ten-samples": Kind(samples=10),
    "points-only": Kind(channels=0, samples=1),
    "channels-only": Kind(points=0),
    "rotations": Kind(rotations=3),
    "rotations-only": Kind(points=0, channels=0, samples=0, rotations=2),
    "wide": Kind(points=300, channels=280, samples=1, frames=3),
    "long": Kind(points=1, channels=1, samples=1, frames=FRAMES_LONG),
    "reversed": Kind(reverse=True),
    "locked": Kind(locked=True),
    "not-padded": Kind(padded=False),
    "later-frames": Kind(first_frame=147),
    "no-gain": Kind(without=["ANALOG:GEN_SCALE"], changed={"ANALOG:SCALE": [0.125, 0.25, 0.375]}),
    "no-data-start": Kind(without=["POINT:DATA_START"]),
    "no-rate": Kind(without=["POINT:RATE"]),
    "labels": Kind(changed={"POINT:LABELS": ["", "same", "same", "x" * 60]}),
    "utf-8": Kind(changed={"POINT:LABELS": ["H\u00fcfte", "\u9aa8\u76e4", "c", "d"]}),
    "latin-1": Kind(changed={"POINT:LABELS": ["Kn\xf6chel", "b", "c", "d"]}),
    "header-events": Kind(header_events=[(0.5, "RHS"), (0.75, "LTO")]),
}
OURS_ONLY: dict[str, Kind] = {
    "no-analog-rate": Kind(without=["ANALOG:RATE"]),
    "no-frames": Kind(without=["POINT:FRAMES"]),
    "no-used": Kind(without=["POINT:USED", "ANALOG:USED"]),
    "no-offset": Kind(without=["ANALOG:OFFSET"], offset=[0, 0, 0]),
    "float-frames": Kind(changed={"POINT:FRAMES": [12.0]}),
    "scalar-text": Kind(extra={"POINT:NOTE": struct.pack("bB", -1, 0) + b"x"}),
    "odd-pointer": Kind(last_pointer=4001),
    "odd-pointer-mips": Kind(processor=MIPS, last_pointer=4001),
    "negative-offset": Kind(offset=[-5, 0, 7]),
    "unsigned-integer": Kind(is_float=False, unsigned=True, offset=[32768, 40000, 0]),
    "nan-analog-rate": Kind(changed={"ANALOG:RATE": [float("nan")]}),
}


def read(path: Path, *, by_library: bool, monkeypatch: pytest.MonkeyPatch) -> Written:
    """Read by ezc3d alone, or by NumPy alone."""
    with monkeypatch.context() as patch:
        file = open_c3d(path)
        if by_library:
            assert library.unfit(file) is None
            file.loaded.update(library.load(file))
        else:
            patch.setattr(arrays, "unfit", lambda file: "not asked")
        points, _ = read_points(file)
        channels, _ = read_channels(file)
        rotations = np.zeros((file.frames, 0, 3, 3))
        if file.count("ROTATION:USED"):
            rotations, _ = read_rotations(file)
        return Written(path=path, points=points, channels=channels, rotations=rotations)


def assert_same(found: Written, wanted: Written) -> None:
    for name in ("points", "channels", "rotations"):
        ours, theirs = getattr(found, name), getattr(wanted, name)
        if theirs.size:
            np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("name", [n for n in KINDS if not n.startswith("mips")])
def test_ezc3d_and_numpy_read_what_was_written(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = write_kind(tmp_path / "a.c3d", KINDS[name])
    assert_same(read(wanted.path, by_library=True, monkeypatch=monkeypatch), wanted)
    assert_same(read(wanted.path, by_library=False, monkeypatch=monkeypatch), wanted)


@pytest.mark.parametrize("name", [*OURS_ONLY, "mips-float", "mips-integer"])
def test_numpy_reads_what_ezc3d_cannot(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = write_kind(tmp_path / "a.c3d", (OURS_ONLY | KINDS)[name])
    file = open_c3d(wanted.path)
    assert library.unfit(file) is not None
    assert (file.rate_hz, file.frames) == (100.0, 12)
    assert_same(read(wanted.path, by_library=False, monkeypatch=monkeypatch), wanted)


@pytest.mark.parametrize("name", KINDS)
def test_a_third_reader_reads_the_same(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name in ("channels-only", "rotations-only", "rotations", "long", "wide", "latin-1"):
        pytest.skip("the third reader does not read this kind, or not all of its labels")
    wanted = write_kind(tmp_path / "a.c3d", KINDS[name])
    ours = read(wanted.path, by_library=False, monkeypatch=monkeypatch)
    with (
        wanted.path.open("rb") as stream,
        redirect_stdout(io.StringIO()),
        warnings.catch_warnings(action="ignore"),
    ):
        frames = list(third.Reader(stream).read_frames())
    points = np.array([points[:, :3] for _, points, _ in frames])
    seen = np.array([points[:, 3] for _, points, _ in frames]) >= 0.0
    np.testing.assert_allclose(points[seen], ours.points[seen], rtol=1e-6, atol=1e-6)
    assert np.isnan(ours.points[~seen]).all()
    if KINDS[name].channels:
        channels = np.concatenate([analog.T for _, _, analog in frames])
        np.testing.assert_allclose(channels, ours.channels, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", [n for n in KINDS if not n.startswith("mips")])
def test_parameters_are_those_that_ezc3d_reads(name: str, tmp_path: Path) -> None:
    path = write_kind(tmp_path / "a.c3d", KINDS[name]).path
    ours = open_c3d(path).parameters
    if name == "latin-1":
        assert ours["POINT:LABELS"] == ["Kn\xf6chel", "b", "c", "d"]
        return
    groups = ezc3d.c3d(str(path))["parameters"]
    for key, value in ours.items():
        group, _, short = key.partition(":")
        theirs = groups[group][short]["value"]
        if isinstance(value, list):
            assert value == theirs, key
        elif key not in ("POINT:FRAMES", "ANALOG:OFFSET", "TRIAL:ACTUAL_END_FIELD"):
            np.testing.assert_allclose(value, theirs, rtol=1e-7, err_msg=key)


def test_ezc3d_reads_beside_opensim(tmp_path: Path) -> None:
    path = write_kind(tmp_path / "a.c3d", Kind(rotations=2)).path
    code = f"""
import opensim
from pathlib import Path
from opensim_pelvis.io.c3d import open_c3d, read_points, read_channels, read_rotations
file = open_c3d(Path({str(path)!r}))
read_points(file), read_channels(file), read_rotations(file)
print(sorted(file.loaded))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[-2] == "['channels', 'points', 'rotations']"


def test_a_number_of_the_header_alone_is_told(tmp_path: Path) -> None:
    file = open_c3d(write_kind(tmp_path / "a.c3d", Kind(without=["POINT:RATE"])).path)
    assert "POINT:RATE is missing; the rate of 100 Hz in the header" in say(file.notes[0])
    file = open_c3d(write_kind(tmp_path / "b.c3d", Kind(header_rate=50.0)).path)
    assert file.rate_hz == 100.0
    assert "although the header states 50 Hz" in say(file.notes[0])
    kind = Kind(without=["POINT:RATE", "ANALOG:RATE"], header_rate=0.0)
    assert np.isnan(open_c3d(write_kind(tmp_path / "c.c3d", kind).path).rate_hz)


def test_counts_that_contradict_each_other(tmp_path: Path) -> None:
    kind = Kind(extra={"TRIAL:ACTUAL_START_FIELD": [1, 0], "TRIAL:ACTUAL_END_FIELD": [9, 0]})
    file = open_c3d(write_kind(tmp_path / "a.c3d", kind).path)
    assert file.frames == 12
    assert say(file.notes[0]) == (
        "a.c3d: 12 frames were read according to POINT:FRAMES, although the group TRIAL states 9"
    )
    for name in ("POINT:USED", "ANALOG:USED", "POINT:DATA_START"):
        path = write_kind(tmp_path / "b.c3d", Kind(changed={name: [9]})).path
        with pytest.raises(ReadError, match=r"the header.* the parameters.*damaged"):
            open_c3d(path)
    path = write_kind(tmp_path / "c.c3d", Kind(changed={"POINT:SCALE": [0.1]})).path
    with pytest.raises(ReadError, match="integers or floating-point"):
        open_c3d(path)


@pytest.mark.parametrize("is_float", [True, False])
@pytest.mark.parametrize("padded", [True, False])
@pytest.mark.parametrize("count", [2, 4, 12, 700])
def test_bytes_put_in_are_refused(
    tmp_path: Path, count: int, *, padded: bool, is_float: bool
) -> None:
    kind = Kind(padded=padded, is_float=is_float, frames=40)
    path = write_kind(tmp_path / "a.c3d", kind).path
    content = path.read_bytes()
    middle = len(content) - 600
    path.write_bytes(content[:middle] + bytes(count) + content[middle:])
    with pytest.raises(ReadError, match="bytes were inserted or lost"):
        open_c3d(path)


def test_bytes_put_in_are_seen_where_the_last_samples_are_zero(tmp_path: Path) -> None:
    path = write_kind(tmp_path / "a.c3d", Kind(frames=40)).path
    content = bytearray(path.read_bytes())
    end = 1024 + 40 * 88
    assert content[end - 8 : end] != bytes(8)
    assert not any(content[end:])
    content[end - 8 : end] = bytes(8)
    path.write_bytes(content[:-1000] + bytes(4) + content[-1000:])
    with pytest.raises(ReadError, match="bytes were inserted or lost"):
        open_c3d(path)
    path.write_bytes(content[: end + 4])
    assert "4 zero bytes follow the data" in say(open_c3d(path).notes[0])


def test_bytes_lost_are_refused_or_told(tmp_path: Path) -> None:
    path = write_kind(tmp_path / "a.c3d", Kind(padded=False, frames=40)).path
    content = path.read_bytes()
    path.write_bytes(content[:-900] + content[-896:])
    with pytest.raises(ReadError, match="values are misplaced"):
        read_points(open_c3d(path))
    path.write_bytes(content[:-900])
    points, notes = read_points(open_c3d(path))
    assert points.shape[0] == 29
    assert "truncated after 29 of 40 frames" in say(notes[0])


def test_an_unsigned_offset_beyond_a_word_is_told(tmp_path: Path) -> None:
    kind = Kind(unsigned=True, offset=[-32752, 7, 9])
    file = open_c3d(write_kind(tmp_path / "a.c3d", kind).path)
    channels, notes = read_channels(file)
    theirs = ezc3d.c3d(str(file.path))["data"]["analogs"][0].T
    np.testing.assert_allclose(channels, theirs, atol=1e-6)
    assert codes(notes) == ["c3d.negative_offset"]
    assert "lower by up to 4" in say(notes[0])  # 32 counts of 0.25 * 0.5


def test_a_file_too_large_for_ezc3d_is_read_by_numpy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = write_kind(tmp_path / "a.c3d", Kind())
    monkeypatch.setattr(library, "MAX_NUMBERS", 100)
    file = open_c3d(wanted.path)
    assert library.unfit(file) == "it is large"
    np.testing.assert_allclose(read_points(file)[0], wanted.points)
    assert not file.loaded


def test_what_ezc3d_refuses_is_read_by_numpy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(file: object) -> None:
        raise RuntimeError("no")

    wanted = write_kind(tmp_path / "a.c3d", Kind())
    monkeypatch.setattr(arrays, "load", refuse)
    np.testing.assert_allclose(read_points(open_c3d(wanted.path))[0], wanted.points)


HOSTILE: dict[str, Kind] = {
    "huge-frames": Kind(changed={"POINT:FRAMES": [65535]}, without=["TRIAL:X"]),
    "huge-points": Kind(changed={"POINT:USED": [65535]}),
    "huge-samples": Kind(changed={"ANALOG:RATE": [1e30]}),
    "inf-samples": Kind(changed={"ANALOG:RATE": [float("inf")]}),
    "nan-rate": Kind(changed={"POINT:RATE": [float("nan")]}),
    "tiny-rate": Kind(changed={"POINT:RATE": [1e-30]}),
    "samples-without-channels": Kind(channels=0, samples=1, changed={"ANALOG:RATE": [1e9]}),
    "nothing": Kind(points=0, channels=0, samples=0),
    "no-offsets": Kind(changed={"ANALOG:OFFSET": [1]}),
    "no-scales": Kind(changed={"ANALOG:SCALE": [1.0]}),
    "texts-for-numbers": Kind(changed={"POINT:RATE": ["fast"], "ANALOG:RATE": ["x"]}),
    "empty-numbers": Kind(
        changed={n: struct.pack("bBB", 2, 1, 0) for n in ("POINT:FRAMES", "ANALOG:USED")}
    ),
    "many-values": Kind(extra={"POINT:BIG": struct.pack("bB7B", -1, 7, *[255] * 7)}),
    "many-ranks": Kind(extra={"POINT:BIG": struct.pack("bB", 4, 255)}),
    "no-type": Kind(extra={"POINT:BIG": struct.pack("bBB", 3, 1, 1)}),
    "long-description": Kind(extra={"POINT:BIG": struct.pack("bBBhb", 2, 1, 1, 0, -5)}),
    "rotations-negative": Kind(
        extra={"ROTATION:USED": [-1], "ROTATION:DATA_START": [3], "ROTATION:RATIO": [1]}
    ),
    "rotations-many": Kind(
        extra={"ROTATION:USED": [32000], "ROTATION:DATA_START": [3], "ROTATION:RATIO": [32000]}
    ),
    "rotations-empty": Kind(extra={"ROTATION:USED": struct.pack("bBB", 2, 1, 0)}),
}


def outcome(path: Path) -> str:
    """Return how reading a whole file ends: only our own error may be raised."""
    try:
        file = open_c3d(path)
        for step in (read_points, read_channels, read_rotations):
            with suppress(ReadError):
                step(file)
    except ReadError as fault:
        return str(fault)
    return "read"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_raises_our_error_or_is_read(name: str, tmp_path: Path) -> None:
    outcome(write_kind(tmp_path / "a.c3d", HOSTILE[name]).path)


def test_any_byte_of_header_and_parameters_may_be_wrong(tmp_path: Path) -> None:
    """Each byte set to what is most often trouble; ends the process where C++ crashes."""
    path = write_kind(tmp_path / "a.c3d", Kind(rotations=1, frames=3)).path
    content = path.read_bytes()
    rng = np.random.default_rng(1)
    places = [*range(24), *rng.integers(512, 512 * 3, 250).tolist()]
    ends = set()
    for place in places:
        for value in (0, 0x7F, 0x80, 0xFF):
            damaged = bytearray(content)
            damaged[place] = value
            path.write_bytes(damaged)
            ends.add(outcome(path) == "read")
    assert ends == {True, False}


def test_a_file_cut_anywhere(tmp_path: Path) -> None:
    path = write_kind(tmp_path / "a.c3d", Kind(rotations=1)).path
    content = path.read_bytes()
    for length in range(0, len(content), 37):
        path.write_bytes(content[:length])
        outcome(path)


def test_a_sparse_file_of_many_numbers_is_refused(tmp_path: Path) -> None:
    path = write_kind(tmp_path / "a.c3d", Kind(frames=60_000, points=1)).path
    content = bytearray(path.read_bytes()[:2048])
    (block,) = struct.unpack_from("<H", content, 16)
    struct.pack_into("<H", content, 2, 1000)
    at = content.index(b"USED") + 4 + 2 + 3
    struct.pack_into("<H", content, at, 1000)
    path.write_bytes(content)
    os.truncate(path, (block - 1) * 512 + 60_000 * (4000 + 6) * 4)
    with pytest.raises(ReadError, match="limit of 60 million"):
        open_c3d(path)


# By hand: a folder of C3D files of public suites (kineticstoolkit's, BTK's, c3d.org's; four of
# Kistler and Vicon lie in the wheel of biomdp on PyPI, under biomdp/tests/datasets).
SUITE = os.environ.get("OPENSIM_PELVIS_C3D_SUITE", "")
SUITE_FILES = sorted(Path(SUITE).rglob("*.[cC]3[dD]")) if SUITE else []


@pytest.mark.skipif(not SUITE_FILES, reason="OPENSIM_PELVIS_C3D_SUITE names no folder of C3D files")
@pytest.mark.parametrize("path", SUITE_FILES, ids=lambda path: path.name)
def test_the_files_of_the_public_suites(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = open_c3d(path)
    if library.unfit(file) is not None:
        pytest.skip(f"not read by ezc3d: {library.unfit(file)}")
    ours = read(path, by_library=False, monkeypatch=monkeypatch)
    assert_same(read(path, by_library=True, monkeypatch=monkeypatch), replace(ours))


CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"


@pytest.mark.skipif(not CASES.is_dir(), reason="the folder of cases is not here")
def test_the_cases() -> None:
    dec = open_c3d(CASES / "c3d-dec" / "dec_int.c3d")
    mips = open_c3d(CASES / "c3d-mips" / "sgi_int.c3d")
    count = 0.2812  # mm; the programs that wrote them rounded in different ways
    np.testing.assert_allclose(read_points(dec)[0], read_points(mips)[0], atol=count)
    np.testing.assert_allclose(read_channels(dec)[0], read_channels(mips)[0], rtol=1e-6)
    unsigned = open_c3d(CASES / "c3d-unsigned-offset" / "shd01.c3d")
    assert read_channels(unsigned)[0][0, 0] == pytest.approx(-9.908, abs=1e-3)
    standing = open_c3d(CASES / "c3d-no-rate" / "standing.c3d")
    points, _ = read_points(standing)
    assert (standing.rate_hz, points.shape, standing.channels) == (100.0, (200, 38, 3), 6)
    assert np.nanmax(np.abs(np.diff(points[:, 1], axis=0))) < 5.0  # mm, of a person who stands
    with pytest.raises(ReadError, match="bytes were inserted or lost"):
        open_c3d(CASES / "c3d-shifted" / "s.c3d")
