"""The words of the screen, in the language that the command line was told."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from typing import Any, Final

from opensim_pelvis.language import ENGLISH, Language, Text
from opensim_pelvis.notices import Notice, advise, fill_in, say
from opensim_pelvis.notices import term as term_in

_spoken: Final[ContextVar[Language]] = ContextVar("language", default=ENGLISH)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Show everything in a language while something runs."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def spoken() -> Language:
    """Return the language of the screen."""
    return _spoken.get()


def word(key: str, **values: Any) -> str:
    """Return a text of ``texts.toml`` in the language of the screen, filled in.

    >>> word("result.length", seconds=1.5)
    '1.50 s'
    """
    return fill_in(spoken().text(f"screen.{key}", _english()[key]), values, spoken())


def counted(key: str, count: int) -> str:
    """Return a text that a count changes.

    >>> counted("sensors", 1), counted("sensors", 2)
    ('1 sensor', '2 sensors')
    """
    one, many = _english()[f"{key}.one"], _english()[f"{key}.many"]
    chosen = spoken().plural(f"screen.{key}.many", one, many, count)
    return fill_in(chosen, {"count": count}, spoken())


def number(value: float, form: str) -> str:
    """Return a number in the form of the language."""
    return spoken().number(value, form)


def told(notice: Notice) -> str:
    """Return the sentence of a notice in the language of the screen."""
    return say(notice, spoken())


def advised(notice: Notice) -> str:
    """Return the sentence of a notice and what to do, in the language of the screen."""
    return advise(notice, spoken())


def term(value: str) -> str:
    """Return the word for a value of a closed set."""
    return term_in(value, spoken())


def texts() -> Iterator[Text]:
    """Return every text of the screen."""
    english = _english()
    for key, text in english.items():
        room = key.removesuffix(".many")
        if not key.endswith(".one"):
            yield Text(f"screen.{key}", text, english[f"{room}.one"] if room != key else "")


@cache
def _english() -> Mapping[str, str]:
    text = files("opensim_pelvis.cli.screen").joinpath("texts.toml").read_text(encoding="utf-8")
    return dict(_flat(tomllib.loads(text), ""))


def _flat(tree: Mapping[str, Any], room: str) -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, str):
            yield f"{room}{key}", value
        else:
            yield from _flat(value, f"{room}{key}.")
