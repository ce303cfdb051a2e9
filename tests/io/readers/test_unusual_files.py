"""Files as other programs and hands leave them: the same recording, or the reason why not."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from opensim_pelvis.errors import ReadError
from opensim_pelvis.io.reading import read
from opensim_pelvis.testing.same_recording import check_identical
from opensim_pelvis.types import Recording

TEXTS = frozenset({".csv", ".txt", ".sto", ".mvnx"})
FORMATS = (
    *("xsens_eight", "xsens_matrix_comma", "xsens_quaternion_semicolon", "xsens_matrix_space"),
    *("dot_app", "dot_export", "mvn_4.mvnx", "opensense.sto", "ximu3"),
    *("apdm_sample_rate.csv", "apdm_format7.csv", "wide.csv"),
)


def change_texts(source: Path, folder: Path, change: Callable[[bytes], bytes]) -> Path:
    """Copy a fixture with its texts changed; return where the recording is."""
    folder.mkdir(parents=True)
    target = folder / source.name
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copy(source, target)
        mapping = source.with_suffix(".mapping.toml")
        if mapping.is_file():
            shutil.copy(mapping, folder)
    for file in [target] if target.is_file() else target.rglob("*"):
        if file.suffix in TEXTS:
            file.write_bytes(change(file.read_bytes()))
    return target


def check_same(one: Recording, other: Recording) -> None:
    check_identical(replace(one, files=()), replace(other, files=()))


def windows(raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def marked(raw: bytes) -> bytes:
    return b"\xef\xbb\xbf" + raw


def blank_lines(raw: bytes) -> bytes:
    return raw.rstrip() + b"\r\n\r\n \n\n"


def utf16(raw: bytes) -> bytes:
    return raw.decode("utf-8").encode("utf-16")


def zeros(raw: bytes) -> bytes:
    return raw + bytes(3000)


def blank_between(raw: bytes) -> bytes:
    lines = raw.split(b"\n")
    lines[-5:-5] = [b"", b" "]
    return b"\n".join(lines)


@pytest.mark.parametrize("change", [windows, marked, blank_lines])
@pytest.mark.parametrize("name", FORMATS)
def test_other_line_ends_marks_and_blank_lines_change_nothing(
    fixtures: Path, tmp_path: Path, name: str, change: Callable[[bytes], bytes]
) -> None:
    found = read(change_texts(fixtures / name, tmp_path / "changed", change))
    check_same(read(fixtures / name), found)


@pytest.mark.parametrize("name", FORMATS)
def test_names_with_blanks_foreign_letters_and_marks(
    fixtures: Path, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "Läufer 03 走る [a] *"
    check_same(read(fixtures / name), read(change_texts(fixtures / name, folder, lambda raw: raw)))


def test_an_ximu3_log_saved_with_semicolons_and_decimal_commas(
    fixtures: Path, tmp_path: Path
) -> None:
    def spreadsheet(raw: bytes) -> bytes:
        names, _, rows = raw.partition(b"\n")
        return names.replace(b",", b";") + b"\n" + rows.replace(b",", b";").replace(b".", b",")

    found = read(change_texts(fixtures / "ximu3", tmp_path / "log", spreadsheet))
    check_same(read(fixtures / "ximu3"), found)


@pytest.mark.parametrize("name", ["apdm_sample_rate.csv", "apdm_format7.csv"])
def test_an_apdm_file_saved_by_a_spreadsheet_is_refused(
    fixtures: Path, tmp_path: Path, name: str
) -> None:
    file = change_texts(fixtures / name, tmp_path / "a", lambda raw: raw.replace(b",", b";"))
    with pytest.raises(ReadError, match=r"found semicolons: a spreadsheet .* original APDM export"):
        read(file)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (gzip.compress, r"compressed file \(gzip\).*unpack it"),
        (lambda raw: b"PK\x03\x04" + raw, "found a zip archive.*unpack it"),
        (lambda raw: b"", "the file is empty"),
    ],
)
@pytest.mark.parametrize("name", ["xsens_eight", "dot_app", "mvn_4.mvnx", "apdm_format7.csv"])
def test_what_is_plain_is_said_plainly(
    fixtures: Path, tmp_path: Path, name: str, change: Callable[[bytes], bytes], words: str
) -> None:
    """One reason, with the file's name, in place of one of every reader."""
    path = change_texts(fixtures / name, tmp_path / "changed", change)
    with pytest.raises(ReadError, match=words) as caught:
        read(path)
    assert len(str(caught.value).splitlines()) == 1
    file = path if path.is_file() else min(path.iterdir())
    assert str(caught.value).startswith(f"{file}: ")


def test_places_without_a_recording(fixtures: Path, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="nothing: there is no such file or folder"):
        read(tmp_path / "nothing")
    with pytest.raises(ReadError, match="but the folder is empty"):
        read(tmp_path)
    shutil.copytree(fixtures / "dot_app", tmp_path / "monday" / "easy")
    (tmp_path / "monday" / "README.txt").write_text("5 km")
    with pytest.raises(ReadError, match=r"It contains folders \(easy\): give one"):
        read(tmp_path / "monday")


def test_a_folder_with_sensors_of_two_makers(fixtures: Path, tmp_path: Path) -> None:
    for name in ("dot_app", "xsens_eight"):
        shutil.copytree(fixtures / name, tmp_path / "dot_app", dirs_exist_ok=True)
    with pytest.raises(ReadError, match=r"2 readers recognise it(.|\n)*--reader NAME"):
        read(tmp_path / "dot_app")
    found = read(tmp_path / "dot_app", reader="dot")
    check_same(read(fixtures / "dot_app"), found)
