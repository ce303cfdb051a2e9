"""TOML of bounded size and nesting."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Final

from opensim_pelvis.io.documents.files import (
    MAX_DEPTH,
    DocumentError,
    ErrorType,
    FaultError,
    check_depth,
    read_text,
)

MAX_TOML_BYTES: Final = 4 * 1024 * 1024
MAX_INTEGER: Final = 2**63
"""Integers are smaller, as TOML defines them."""

_TOML_QUOTED: Final = re.compile(
    r'"""(?:[^"\\]++|\\(?:.|\Z)|"(?!""))*+(?:"""|\Z)'
    r"|'''(?:[^']++|'(?!''))*+(?:'''|\Z)"
    r'|"(?:[^"\\\n]++|\\.)*+"?'
    r"|'[^'\n]*+'?"
    r"|\#[^\n]*+",
    re.DOTALL,
)
_TOML_BRACKET: Final = re.compile(r"[\[{]|[\]}]")
_TOML_DOTTED: Final = re.compile(
    rf"(?<![^\s=,\[\]{{}}])[^\s.=,\[\]{{}}]++(?:[ \t]*+\.[ \t]*+[^\s.=,\[\]{{}}]*+){{{MAX_DEPTH}}}"
)
_AT_LINE: Final = re.compile(r"\(at line (\d+), column \d+\)")


def read_toml(
    path: Path, error: ErrorType = DocumentError, wanted: str = "a TOML file"
) -> dict[str, Any]:
    """Return the tables of a TOML file.

    Parameters
    ----------
    path : Path
    error : type
        What is raised where it cannot be read.
    wanted : str
        What the file should be, for the message.
    """
    text = read_text(path, error, MAX_TOML_BYTES)
    try:
        return parse_toml(text)
    except FaultError as fault:
        raise error(f"{path}: wanted {wanted}: {fault}") from fault


def parse_toml(text: str) -> dict[str, Any]:
    """Return the tables of a TOML text; a ValueError says in words what is wrong with it."""
    bare = _TOML_QUOTED.sub(lambda found: '""' if found[0][0] in "\"'" else "", text)
    check_depth(_TOML_BRACKET.findall(bare))
    dotted = _TOML_DOTTED.search(bare)
    if dotted is not None:
        raise FaultError(f"a key has more than {MAX_DEPTH} parts. Write it as a table.")
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise FaultError(_toml_words(str(fault), text)) from fault
    except ValueError as fault:  # an integer that has too many digits to be converted
        raise FaultError("a number has thousands of digits. Correct it.") from fault
    _check_integers(tables)
    return tables


def _check_integers(tables: dict[str, Any]) -> None:
    """Raise where an integer of a TOML file is larger than TOML allows."""
    waiting: list[Any] = [tables]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, int) and not -MAX_INTEGER <= value < MAX_INTEGER:
            raise FaultError("a number has too many digits for an integer. Correct it.")


def _toml_words(said: str, text: str) -> str:
    """Return a fault of TOML in our words, with its line."""
    found = _AT_LINE.search(said)
    lines = text.split("\n")
    number = int(found[1]) if found else len(lines)
    line = lines[number - 1].strip() if number <= len(lines) else ""
    shown = f" ('{line[:60]}')" if line else ""
    twice = said.startswith(("Cannot overwrite", "Cannot declare", "Duplicate"))
    what = "a key or table is repeated" if twice else "not valid TOML"
    return (
        f"{what}, line {number}{shown}. Put text in quotes, a Windows path in single quotes "
        "('C:\\data\\walk'), and use each key once."
    )
