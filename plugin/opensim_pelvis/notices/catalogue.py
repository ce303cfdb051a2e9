"""Reads ``notices.toml``: every code with its text, its meaning and its remedy."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from opensim_pelvis.language import Text
from opensim_pelvis.notices.record import SEVERITIES, Severity

KEYS: Final = {"severity", "text", "one", "count", "meaning", "remedy"}


@dataclass(frozen=True, slots=True)
class Entry:
    """What is said of one code.

    Parameters
    ----------
    code : str
    severity : str
    text : str
        The sentence, with ``{names}`` of values as in Python's format strings; see `say`.
    one : str
        The sentence where the value that `count` names is one; empty where it is the same.
    count : str
        Name of the value that decides between `one` and `text`.
    meaning : str
        What follows for the results.
    remedy : str
        What to do; empty where nothing need be done.
    """

    code: str
    severity: Severity
    text: str
    one: str = ""
    count: str = ""
    meaning: str = ""
    remedy: str = ""


@cache
def catalogue() -> Mapping[str, Entry]:
    """Return every entry by its code, in the order of the stages."""
    text = files("opensim_pelvis.notices").joinpath("notices.toml").read_text(encoding="utf-8")
    return {entry.code: entry for entry in _entries(tomllib.loads(text))}


@cache
def terms() -> Mapping[str, str]:
    """Return the words for values of closed sets, by value."""
    text = files("opensim_pelvis.notices").joinpath("terms.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def key_of(code: str) -> str:
    """Return the key of a code's text in translations."""
    return f"notice.{code}.text"


def texts() -> Iterator[Text]:
    """Return every text of notices: sentences, meanings and remedies."""
    for code, entry in catalogue().items():
        yield Text(key_of(code), entry.text, entry.one)
        yield Text(f"notice.{code}.meaning", entry.meaning)
        yield Text(f"notice.{code}.remedy", entry.remedy)
    yield from (Text(f"term.{value}", words) for value, words in terms().items())


def _entries(tree: Mapping[str, Any]) -> Iterator[Entry]:
    for stage, rows in tree.items():
        for what, row in rows.items():
            code = f"{stage}.{what}"
            if not (isinstance(row, dict) and {"severity", "text"} <= set(row) <= KEYS):
                raise ValueError(f"notices.toml: {code}: wanted some of {', '.join(sorted(KEYS))}")
            if row["severity"] not in SEVERITIES or ("one" in row) != ("count" in row):
                raise ValueError(f"notices.toml: {code}: severity, or one without count")
            yield Entry(code=code, **row)
