"""JSON of bounded size and nesting, with finite numbers."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NoReturn

from opensim_pelvis.io.documents.files import (
    MAX_PARTS,
    DocumentError,
    ErrorType,
    FaultError,
    check_depth,
    read_text,
)
from opensim_pelvis.io.documents.toml_text import MAX_INTEGER

_JSON_TOKEN: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_GREAT_FLOAT: Final = re.compile(r"[0-9][eE]\+?[0-9]{3}|[0-9]{300}")
_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")


def read_json(path: Path, error: ErrorType = DocumentError, wanted: str = "a JSON file") -> Any:
    """Return what a JSON file holds: finite numbers, texts, lists and tables of bounded depth.

    Parameters
    ----------
    path : Path
    error : type
        What is raised where it cannot be read.
    wanted : str
        What the file should be, for the message.
    """
    text = read_text(path, error)
    try:
        return parse_json(text)
    except FaultError as fault:
        raise error(f"{path}: wanted {wanted}: {fault}") from fault


def parse_json(text: str) -> Any:
    """Return what a JSON text holds; a ValueError says in words what is wrong with it."""
    check_depth(_brackets(text))
    great = _GREAT_FLOAT.search(text) is not None
    try:
        content = json.loads(
            text,
            parse_constant=_no_constant,
            parse_int=_small_integer,
            parse_float=_finite if great else None,
            object_pairs_hook=_unique,
        )
        if _SURROGATE.search(text):
            json.dumps(content, ensure_ascii=False).encode()
    except json.JSONDecodeError as fault:
        raise FaultError(
            f"line {fault.lineno}, column {fault.colno} is not valid JSON. The file may be "
            "truncated or edited. Write it again."
        ) from fault
    except UnicodeEncodeError as fault:
        raise FaultError(
            "a text contains an incomplete character. Write the file again."
        ) from fault
    return content


def _brackets(text: str) -> Iterator[str]:
    """Yield the brackets of a JSON text, those in its strings left out."""
    if text.count("[") + text.count("{") > MAX_PARTS or text.count('"') > 8 * MAX_PARTS:
        raise FaultError(
            f"more than {MAX_PARTS} lists and tables, or four times as many texts. Make the file "
            "shorter."
        )
    return (found[0] for found in _JSON_TOKEN.finditer(text) if found[0][0] != '"')


def _no_constant(name: str) -> NoReturn:
    raise FaultError(f"wanted finite numbers, found {name}. Write null for a missing value.")


def _small_integer(text: str) -> int:
    number = int(text) if len(text) < 24 else MAX_INTEGER
    if not -MAX_INTEGER <= number < MAX_INTEGER:
        raise FaultError(f"a number has {len(text)} digits, too many for an integer")
    return number


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise FaultError(f"wanted finite numbers, found {text[:40]}")
    return number


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise FaultError(f"the key '{twice[:60]}' is repeated in one table. Keep one of them.")
    return table
