"""Paths, hashes and first looks at content, shared by the readers of this package."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from opensim_pelvis.errors import ReadError
from opensim_pelvis.io.delivery import recording_entries
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.notices.plain_words import words_of
from opensim_pelvis.types import InputFile

HEAD_BYTES: Final = 64 * 1024
"""How much of a file is looked at before it is known whose it is."""

WORKERS: Final = min(4, os.cpu_count() or 1)
"""Files read at a time; more would only cost memory."""

_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_TEXT_CONTROL: Final = b"\t\n\r\f"
_CONTROL: Final = bytes(byte for byte in range(32) if byte not in _TEXT_CONTROL) + b"\x7f"


def list_files(path: Path) -> tuple[Path, ...]:
    """Return the files that a path means, sorted by name.

    A file means itself, a folder its files, and ``DIR/PREFIX`` the files of ``DIR`` whose name
    begins so; a name with ``*`` or ``?`` is a pattern. Hidden files and results
    of this program are left out of all but the first.

    Raises
    ------
    ReadError
        When nothing is there, or it may not be read.
    """
    try:
        if path.is_file():
            return (path,)
        if path.is_dir():
            found = iter(recording_entries(path))
        elif path.parent.is_dir():
            pattern = path.name if set("*?") & set(path.name) else f"{path.name}*"
            pattern = pattern.replace("[", "[[]")
            found = (f for f in recording_entries(path.parent) if fnmatchcase(f.name, pattern))
        else:
            raise ReadError(f"{path}: wanted a recording, but the file or folder does not exist")
        files = tuple(sorted(f for f in found if f.is_file()))
    except OSError as fault:
        raise ReadError(f"{path}: cannot be read: {words_of(fault)}") from fault
    if not files and not path.is_dir():
        raise ReadError(f"{path}: wanted a recording, but the file or folder does not exist")
    return files


def list_folders(path: Path) -> tuple[Path, ...]:
    """Return the folders in a folder, sorted by name, hidden ones and results left out.

    Raises
    ------
    ReadError
        When the folder is not there or may not be read.
    """
    try:
        found = [f for f in recording_entries(path) if f.is_dir()]
    except OSError as fault:
        raise ReadError(f"{path}: cannot be read: {words_of(fault)}") from fault
    return tuple(sorted(found))


def read_head(path: Path) -> bytes:
    """Return the first ``HEAD_BYTES`` of a file; ReadError where it may not be read.

    UTF-16 is returned as UTF-8.
    """
    try:
        with path.open("rb") as stream:
            return _as_utf8(stream.read(HEAD_BYTES))
    except OSError as fault:
        raise ReadError(f"{path}: cannot be read: {words_of(fault)}") from fault


def read_text(path: Path) -> tuple[bytes, tuple[Notice, ...]]:
    """Return a whole text as UTF-8, without zero bytes at its end, and a note on those.

    Loggers that lose their power leave a file filled up with zeros.
    """
    try:
        raw = _as_utf8(path.read_bytes())
    except OSError as fault:
        raise ReadError(f"{path}: cannot be read: {words_of(fault)}") from fault
    text = raw.rstrip(b"\0")
    if len(text) == len(raw):
        return raw, ()
    zeros = len(raw) - len(text)
    return text, (notice("reader.zero_bytes", path.name, file=path.name, zeros=zeros),)


def ends_in_zeros(path: Path) -> bool:
    """Return whether the last byte of a file is zero."""
    try:
        with path.open("rb") as stream:
            stream.seek(max(0, stream.seek(0, os.SEEK_END) - 1))
            return stream.read(1) == b"\0"
    except OSError as fault:
        raise ReadError(f"{path}: cannot be read: {words_of(fault)}") from fault


def read_bytes(path: Path) -> bytes:
    """Return a whole text as `read_text` does; ReadError where it may not be read."""
    return read_text(path)[0]


def _as_utf8(raw: bytes) -> bytes:
    """Return a text of UTF-16 with a byte-order mark as UTF-8, and lines of a bare CR as LF."""
    if raw.startswith(_UTF16):
        raw = raw[: len(raw) // 2 * 2].decode("utf-16", errors="replace").encode("utf-8")
    if b"\n" not in raw[:HEAD_BYTES] and b"\0" not in raw[:HEAD_BYTES]:
        raw = raw.replace(b"\r", b"\n")
    return raw


def text_fault(head: bytes) -> str | None:
    """Return why the first bytes of a file are not a text, or None where they are."""
    if not head.strip():
        return "the file is empty"
    if head.startswith(_UTF16):
        return "wanted UTF-8 text, found UTF-16: save it as UTF-8"
    head = head.rstrip(b"\0")
    if not head.strip():
        return "wanted text, found zero bytes: the file was never written, or is damaged"
    if len(head.translate(None, _CONTROL)) < len(head):
        return "wanted text, found binary bytes: export the recording again"
    return None


def decode(raw: bytes) -> str:
    """Return bytes as text; a byte-order mark is dropped and a foreign letter is marked."""
    return raw.decode("utf-8-sig", errors="replace")


def split_lines(head: bytes) -> list[str]:
    r"""Return the lines of a text as they are counted everywhere here: at ``\n`` alone.

    >>> split_lines(b"a\r\nb\x0cc\n")
    ['a', 'b\x0cc']
    """
    lines = [line.rstrip("\r") for line in decode(head).split("\n")]
    return lines if lines[-1] else lines[:-1]


def describe_input(path: Path) -> InputFile:
    """Return a file's path, size and SHA-256."""
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            size = os.fstat(stream.fileno()).st_size
    except OSError as fault:
        raise ReadError(f"{path}: cannot be read: {words_of(fault)}") from fault
    return InputFile(path=str(path), size_bytes=size, sha256=digest)


def describe_inputs(paths: Sequence[Path]) -> tuple[InputFile, ...]:
    """Return path, size and SHA-256 of several files, hashed side by side."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return tuple(pool.map(describe_input, paths))
