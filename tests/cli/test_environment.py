"""Odd surroundings: outputs that are closed or full, no home, other encodings, forked workers."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest

from opensim_pelvis.io.kinds import describe_kind
from opensim_pelvis.io.registry import find_reader
from opensim_pelvis.notices.plain_words import LIMIT, harmless, present, words_of
from tests.exporting import without
from tests.robustness.interrupts import make_trial

posix = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
POSIX = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
PROGRAM = f"{sys.executable} -m opensim_pelvis"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("odd")
    make_trial(made)
    return made


def shell(folder: Path, line: str, **changed: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env=os.environ | {"COLUMNS": "80"} | changed,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


@posix
@pytest.mark.parametrize(
    ("line", "code", "error"),
    [
        ("inspect trial.toml > /dev/full", 2, "could not be written: the disk is full"),
        ("readers | true; exit ${PIPESTATUS[0]}", 0, ""),
        ("inspect trial.toml >&-", 0, ""),
        ("inspect trial.toml >&- 2>&- <&-", 0, ""),
        ("inspect none 2> /dev/full", 2, ""),
    ],
)
def test_outputs_that_are_closed_or_full(folder: Path, line: str, code: int, error: str) -> None:
    done = shell(folder, f"{PROGRAM} {line}")
    assert done.returncode == code, done.stderr
    assert done.stderr.count("\n") == bool(error)
    assert error in done.stderr


@posix
@pytest.mark.parametrize(
    ("before", "changed"),
    [
        ("unset HOME; ulimit -n 32; umask 777;", {"TERM": "dumb", "COLUMNS": "20"}),
        ("", {"HOME": "/proc/none", "NUMBA_CACHE_DIR": "/proc/none", "TMPDIR": "/none"} | POSIX),
    ],
)
def test_a_run_in_odd_surroundings(
    folder: Path, tmp_path: Path, before: str, changed: dict[str, str]
) -> None:
    done = shell(folder, f"{before} {PROGRAM} run trial.toml --out {tmp_path / 'o'}", **changed)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_names_that_the_screen_has_no_letters_for(tmp_path: Path, encoding: str) -> None:
    done = shell(tmp_path, f"{PROGRAM} inspect 张伟", PYTHONIOENCODING=encoding)
    assert done.returncode == 2
    assert done.stderr == "error: \\u5f20\\u4f1f: there is no such file or folder\n"


def _run(trial: Path) -> list[float]:
    from opensim_pelvis.config.trial.trial_file import read_trial
    from opensim_pelvis.io.output import write
    from opensim_pelvis.pipeline import run_trial

    result = run_trial(read_trial(trial))
    with without("report"):  # Typst, which sets the PDF, has threads as the reading of tables has
        write(result, trial.parent / f"out{os.getpid()}")
    return [float(value) for value in result.kinematics.values_rad[100]]


FORKED = """
import multiprocessing, sys
from pathlib import Path
from tests.cli.test_environment import _run
trial = Path(sys.argv[1])
first = _run(trial)
with multiprocessing.get_context("fork").Pool(1) as pool:
    assert pool.apply_async(_run, (trial,)).get(600) == first
"""


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="needs fork")
def test_a_forked_worker_runs_after_its_parent(folder: Path) -> None:
    root = Path(__file__).parents[2]
    words = [sys.executable, "-c", FORKED, str(folder / "trial.toml")]
    done = subprocess.run(words, cwd=root, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stderr


KINDS = {
    "a.bvh": (b"HIERARCHY\nROOT Hips\n", "BVH"),
    "a.xlsx": (b"PK\x03\x04" + bytes(26) + b"xl/workbook.xml", "Excel"),
    "a.ods": (b"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "OpenDocument"),
    "a.docx": (b"PK\x03\x04" + bytes(26) + b"word/document.xml", "Word"),
    "a.zip": (b"PK\x03\x04" + bytes(26) + b"walk.txt", "zip"),
    "a.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "Excel"),
    "a.gz": (b"\x1f\x8b\x08" + bytes(9), "gzip"),
    "a.7z": (b"7z\xbc\xaf\x27\x1c" + bytes(9), "7z"),
    "a.rar": (b"Rar!\x1a\x07\x00", "rar"),
    "a.pdf": (b"%PDF-1.7\n", "PDF"),
    "a.mat": (b"MATLAB 5.0 MAT-file, Platform: x", "MATLAB"),
    "b.mat": (b"\x89HDF\r\n\x1a\n", "MATLAB"),
    "a.png": (b"\x89PNG\r\n\x1a\n", "picture"),
    "a.mp4": (b"\0\0\0\x20ftypisom", "video"),
    "a73.mat": (b"MATLAB 7.3 MAT-file, Platform: PCWIN64".ljust(512), "MATLAB"),
    "a.parquet": (b"PAR1" + bytes(8) + b"PAR1", "Parquet"),
    "a.edf": (b"0       X X X X".ljust(256), "EDF"),
    "a.xdf": (b"XDF:" + bytes(20), "XDF"),
    "a.bag": (b"#ROSBAG V2.0\n" + bytes(9), "ROS"),
    "a.glb": (b"glTF\2\0\0\0", "glTF"),
    "a.ps": (b"%!PS-Adobe-3.0\n", "PostScript"),
    "walk - Shortcut.lnk": (b"L\0\0\0\x01\x14\x02\0" + bytes(60), "shortcut"),
    "long.png": (b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" + bytes(600), "picture"),
    "a.npy": (b"\x93NUMPY\x01\0", "NumPy"),
    "a.pkl": (b"\x80\x04\x95" + bytes(9), "pickle"),
    "a.db": (b"SQLite format 3\0", "SQLite"),
    "a.fit": (b"\x0e\x10\x5d\x08\0\0\0\0.FIT", "--speed-file"),
    "a.gpx": (b'<?xml version="1.0"?><gpx version="1.1">', "--speed-file"),
    "a.tcx": (b'<?xml version="1.0"?><TrainingCenterDatabase>', "--speed-file"),
    "a.osim": (b'<?xml version="1.0"?><OpenSimDocument Version="40000">', "--model"),
    "a.trc": (b"PathFileType\t4\t(X/Y/Z)\ta.trc\n", "TRC"),
    "a.html": (b"<!DOCTYPE html><html>", "web page"),
    "a.json": (b'{"a": [1, 2]}', "JSON"),
    "ik.mot": (b"ik\nversion=1\nendheader\ntime\tpelvis_tilt\n0\t1\n", "coordinates"),
    "grf.mot": (b"grf\nversion=1\nendheader\ntime\tground_force_vx\n0\t1\n", "forces"),
    "trial.txt": (b'[recording]\npath = "walk"\n', "trial file"),
    "map.txt": (b'"00B4" = "pelvis"\n', "--sensors"),
    "a.mvn": (bytes(range(64)), "MVNX"),
    "a.mtb": (b"\xfa\xff" + bytes(64), "MT Manager"),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_that_is_no_recording_is_named(tmp_path: Path, name: str) -> None:
    content, words = KINDS[name]
    path = tmp_path / name
    path.write_bytes(content)
    kind = describe_kind(path)
    assert kind is not None
    with pytest.raises(ValueError, match="wanted a sensor recording") as caught:
        find_reader(path)
    first = str(caught.value).splitlines()[0]
    assert words in first
    assert len(str(caught.value).replace(str(path), "")) < LIMIT - 100
    assert caught.value.details  # what each reader says is for -v


def test_what_libraries_say_is_put_into_plain_words() -> None:
    assert words_of(ValueError("could not convert string to float: 'fast'")) == (
        "'fast' is not a number"
    )
    assert words_of(KeyError("speed")) == "'speed' is missing"
    assert words_of(PermissionError(13, "x")) == "permission is denied"
    assert "object" not in words_of(TypeError("'NoneType' object is not iterable"))


def test_a_message_is_short_harmless_and_says_how_much_was_left_out() -> None:
    faults = "\n".join(f"  - line {i}: wanted a number, found 'x{i}'" for i in range(40))
    text = present(f"walk.csv: 40 faults\n{faults}")
    assert len(text) <= LIMIT - len("error: ")
    assert text.endswith("more; -v lists all")
    shown = text.count("line ")
    assert f"and {40 - shown} more" in text
    assert present(f"walk.csv: 40 faults\n{faults}", whole=True).count("line ") == 40
    assert harmless("a\x1b[31m\x07\u202e[red]") == "a\\x1b[31m\\x07\\u202e[red]"
    assert len(present("a" * 5000 + ": there is no such file")) <= LIMIT
    sentence = "word " * 200 + "Do this."
    assert len(present(sentence)) <= LIMIT
    assert present(sentence).endswith("Do this.")


def test_names_that_would_steer_a_terminal_are_shown(folder: Path) -> None:
    done = shell(folder, f"{PROGRAM} inspect $'no\\x1b[2Jne'")
    assert done.stderr == "error: no\\x1b[2Jne: there is no such file or folder\n"


def test_a_flag_and_a_key_are_called_by_their_names(folder: Path) -> None:
    done = shell(folder, f"{PROGRAM} run trial.toml --rate -5 --speed 99 --out o")
    assert done.returncode == 2
    assert "--rate: wanted" in done.stderr
    assert "--speed: wanted" in done.stderr
    assert "rate_hz" not in done.stderr


@posix
def test_a_single_file_that_was_written_is_told_where_the_screen_fails(tmp_path: Path) -> None:
    done = shell(tmp_path, f"{PROGRAM} texts t.po --language de > /dev/full")
    assert done.returncode == 3
    assert done.stderr.endswith("The results were written.\n")
    assert (tmp_path / "t.po").is_file()
