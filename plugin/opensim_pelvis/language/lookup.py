"""A language as a record: what is translated, how many forms a plural has, how numbers look."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Text:
    """One English text that a person can see, under a key that outlives its wording.

    Parameters
    ----------
    key : str
        Path with dots: ``notice.heading.north.text``, ``measure.cadence_spm.label``.
    english : str
        With names in braces that are filled in as by `str.format`.
    one : str
        The same where a count is one; empty where a count does not change it.
    """

    key: str
    english: str
    one: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One text of a translation, with the English that it was made of.

    Parameters
    ----------
    english : str
    forms : tuple of str
        The translation; more than one where a count changes it.
    marked : bool
        Whether the translator marked it as fuzzy: not certain.
    """

    english: str
    forms: tuple[str, ...]
    marked: bool = False


def _is_not_one(count: int) -> int:
    return int(count != 1)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Language:
    """Translations by key, and the form of numbers and dates.

    Parameters
    ----------
    code : str
        As in HTML: ``de``, ``pt-BR``.
    entries : mapping of str to Entry
    form_of : callable
        A count to the number of its plural form.
    decimal : str
        What stands between whole and decimal digits.
    source : Path or None
        The translation; None for English.
    """

    code: str = "en"
    entries: Mapping[str, Entry] = field(default_factory=dict)
    form_of: Callable[[int], int] = _is_not_one
    decimal: str = "."
    source: Path | None = None

    def text(self, key: str, english: str) -> str:
        """Return a text in this language; English where there is no translation that fits.

        A translation of an earlier wording is used where it asks for nothing that today's
        English does not have.
        """
        entry = self.entries.get(key)
        return entry.forms[0] if entry and fits(entry.forms[0], english) else english

    def plural(self, key: str, one: str, many: str, count: int) -> str:
        """Return the form of a text for a count."""
        entry = self.entries.get(key)
        try:
            form = self.form_of(count)
        except ArithmeticError:  # a rule of the file that divides by zero
            form = 0
        if entry and 0 <= form < len(entry.forms) and fits(entry.forms[form], many):
            return entry.forms[form]
        return one if count == 1 else many

    def number(self, value: float, form: str = "") -> str:
        """Return a number as Python's format writes it, with this language's decimal sign."""
        return self.digits(format(value, form))

    def digits(self, written: str) -> str:
        """Return numbers that are written with points in this language's form."""
        return written if self.decimal == "." else written.replace(".", self.decimal)

    def moment(self, moment: datetime.datetime | datetime.date) -> str:
        """Return a date, with its time of day where it has one, as this language writes it."""
        from babel.dates import format_date, format_datetime

        locale = self.code.replace("-", "_")
        if isinstance(moment, datetime.datetime):
            zone = "" if moment.tzinfo is None else f" {moment.tzname()}"
            return f"{format_datetime(moment, 'medium', locale=locale)}{zone}"
        return format_date(moment, "medium", locale=locale)


ENGLISH: Final = Language()


def fits(text: str, english: str) -> bool:
    """Return whether a text asks for nothing in braces that the English one does not have.

    Digits of numbers belong to it; the words after a bar or semicolon, which join the items of a
    list or follow a number, do not.

    >>> fits("{n} von {a:.1f}", "{a:.1f} of {n}"), fits("{a:.2f}", "{a:.1f}"), fits("{", "{a}")
    (True, False, False)
    >>> fits("{names:| und }", "{names:| and }")
    True
    """
    try:
        return not text or _names(text) <= _names(english)
    except ValueError:
        return False


def _names(text: str) -> set[tuple[Any, ...]]:
    return {
        (name, how and how.partition("|")[0].partition(";")[0], conversion)
        for _, name, how, conversion in Formatter().parse(text)
        if name is not None
    }
