"""Bytes and text of a file that a user hands over: of bounded size, decoded."""

from __future__ import annotations

import codecs
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NoReturn

from opensim_pelvis.errors import OpenSimPelvisError
from opensim_pelvis.notices.plain_words import value_words, words_of

MAX_DEPTH: Final = 100
"""Levels of nesting; a model of OpenSim has some 20, a report's numbers 8."""

MAX_BYTES: Final = 64 * 1024 * 1024
"""A report of an hour has some 10 MB of numbers."""

MAX_PARTS: Final = 1_000_000
"""Lists and tables of a JSON document, elements of an XML document."""

ErrorType = type[OpenSimPelvisError]

_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte-order marks; those of UTF-32 begin like those of UTF-16."""


class DocumentError(OpenSimPelvisError):
    """A document cannot be read; callers name an error of their own in its place."""


class FaultError(ValueError):
    """What is wrong with a document, without its name."""


def is_file(path: Path) -> bool:
    """Return whether there is a file, also for a path that can be none: too long, or with a NUL."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Return whether there is a folder, also for a path that can be none."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def read_bytes(path: Path, error: ErrorType = DocumentError, limit: int = MAX_BYTES) -> bytes:
    """Return the bytes of a file of bounded size.

    Parameters
    ----------
    path : Path
    error : type
        What is raised where it is absent, no file, or larger than ``limit`` bytes.
    limit : int
    """
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            kind = "a folder" if stat.S_ISDIR(mode) else "a pipe or a device"
            raise error(f"{path}: wanted a file, found {kind}. Give the file itself.")
        with path.open("rb") as stream:
            content = stream.read(limit + 1)
    except error:
        raise
    except FileNotFoundError as fault:
        raise error(f"{path}: there is no such file") from fault
    except OSError as fault:
        raise error(f"{path}: cannot be read: {words_of(fault)}") from fault
    except ValueError as fault:  # a NUL in the name
        raise error(f"{value_words(str(path))}: this is not a valid file name") from fault
    if len(content) > limit:
        raise error(
            f"{path}: wanted at most {limit // 1024**2} MB, found a larger file. Check that it "
            "is the intended file."
        )
    return content


def as_path(given: object, what: str, error: ErrorType = DocumentError) -> Path:
    """Return what a program gives as a path; ``error`` names it where it is none."""
    if not isinstance(given, str | Path) or not str(given) or "\0" in str(given):
        raise error(f"{what}: wanted the path of a file or folder, found {value_words(given)[:60]}")
    return Path(given)


def read_text(path: Path, error: ErrorType = DocumentError, limit: int = MAX_BYTES) -> str:
    """Return a text in UTF-8, or as its byte-order mark says, with lines that end in a newline.

    Raises
    ------
    error
        When it is absent, too large, or holds bytes that are no text.
    """
    content = read_bytes(path, error, limit)
    try:
        return decode(content).replace("\r\n", "\n").replace("\r", "\n")
    except FaultError as fault:
        raise error(f"{path}: {fault}") from fault


def without_mark(content: bytes) -> tuple[bytes, str | None]:
    """Return bytes without their byte-order mark, and the encoding that it means."""
    for mark, name in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :], name
    return content, None


def decode(content: bytes, declared: str | None = None) -> str:
    """Return bytes as text, by their mark, by what they declare, or as UTF-8."""
    content, marked = without_mark(content)
    name = marked or declared or "utf-8"
    try:
        text = content.decode(name)
    except UnicodeDecodeError as fault:
        line = content[: fault.start].count(b"\n") + 1
        called = name.upper().removesuffix("-LE").removesuffix("-BE")
        raise FaultError(
            f"wanted text in {called}, found other bytes on line {line}. The file may be a "
            "recording, or damaged. Save it as UTF-8 text."
        ) from fault
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise FaultError(
            f"wanted text, found a zero byte on line {line}. The file may be a recording, or "
            "damaged. Save it as UTF-8 text."
        )
    return text


def check_depth(brackets: Iterable[str]) -> None:
    """Raise where opening and closing brackets nest too deeply."""
    depth = 0
    for bracket in brackets:
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            raise_too_deep()


def raise_too_deep() -> NoReturn:
    """Raise for a document that is nested too deeply."""
    raise FaultError(f"its nesting exceeds {MAX_DEPTH} levels. Reduce the nesting.")
