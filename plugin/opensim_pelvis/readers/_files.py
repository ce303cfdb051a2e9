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
from opensim_pelvis.types import InputFile

HEAD_BYTES: Final = 64 * 1024
"""How much of a file is looked at before it is known whose it is."""

WORKERS: Final = min(4, os.cpu_count() or 1)
"""Files read at a time; more would only cost memory."""

_TEXT_CONTROL: Final = b"\t\n\r\f"
_CONTROL: Final = bytes(byte for byte in range(32) if byte not in _TEXT_CONTROL) + b"\x7f"


def list_files(path: Path) -> tuple[Path, ...]:
    """Return the files that a path means, sorted by name.

    A file means itself, a folder its files, and ``DIR/PREFIX`` the files of ``DIR`` whose name
    begins so; a name with ``*`` or ``?`` is a pattern. Hidden files are left out of all but
    the first.

    Raises
    ------
    ReadError
        When nothing is there, or it may not be read.
    """
    try:
        if path.is_file():
            return (path,)
        if path.is_dir():
            found = path.iterdir()
        elif path.parent.is_dir():
            pattern = path.name if set("*?") & set(path.name) else f"{path.name}*"
            pattern = pattern.replace("[", "[[]")
            found = (f for f in path.parent.iterdir() if fnmatchcase(f.name, pattern))
        else:
            raise ReadError(f"{path}: a recording was wanted, but there is no such file or folder")
        files = tuple(sorted(f for f in found if f.is_file() and not f.name.startswith(".")))
    except OSError as fault:
        raise ReadError(f"{path}: cannot be read: {fault.strerror or fault}") from fault
    if not files and not path.is_dir():
        raise ReadError(f"{path}: a recording was wanted, but there is no such file or folder")
    return files


def list_folders(path: Path) -> tuple[Path, ...]:
    """Return the folders in a folder, sorted by name, hidden ones left out.

    Raises
    ------
    ReadError
        When the folder is not there or may not be read.
    """
    try:
        found = [f for f in path.iterdir() if f.is_dir() and not f.name.startswith(".")]
    except OSError as fault:
        raise ReadError(f"{path}: cannot be read: {fault.strerror or fault}") from fault
    return tuple(sorted(found))


def read_head(path: Path) -> bytes:
    """Return the first ``HEAD_BYTES`` of a file; ReadError where it may not be read."""
    try:
        with path.open("rb") as stream:
            return stream.read(HEAD_BYTES)
    except OSError as fault:
        raise ReadError(f"{path}: cannot be read: {fault.strerror or fault}") from fault


def read_bytes(path: Path) -> bytes:
    """Return a whole file; ReadError where it may not be read."""
    try:
        return path.read_bytes()
    except OSError as fault:
        raise ReadError(f"{path}: cannot be read: {fault.strerror or fault}") from fault


def text_fault(head: bytes) -> str | None:
    """Return why the first bytes of a file are not a text, or None where they are."""
    if not head.strip():
        return "the file is empty"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "the text is UTF-16: save it as UTF-8"
    if len(head.translate(None, _CONTROL)) < len(head):
        return "a text was wanted, but it holds binary bytes: export the recording again"
    return None


def decode(raw: bytes) -> str:
    """Return bytes as text; a byte-order mark is dropped and a foreign letter is marked."""
    return raw.decode("utf-8-sig", errors="replace")


def describe_input(path: Path) -> InputFile:
    """Return a file's path, size and SHA-256."""
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            size = os.fstat(stream.fileno()).st_size
    except OSError as fault:
        raise ReadError(f"{path}: cannot be read: {fault.strerror or fault}") from fault
    return InputFile(path=str(path), size_bytes=size, sha256=digest)


def describe_inputs(paths: Sequence[Path]) -> tuple[InputFile, ...]:
    """Return path, size and SHA-256 of several files, hashed side by side."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return tuple(pool.map(describe_input, paths))
