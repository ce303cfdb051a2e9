"""Statements of a mapping file, taken one by one; all that is wrong is gathered."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Mapping, Sequence
from typing import Any, cast

from opensim_pelvis.config.sampling import find_rate_fault
from opensim_pelvis.notices.plain_words import value_words

Keys = Mapping[str, tuple[str, ...]]
"""Keys that may stand in each section; the empty name is the top of the file."""


class Checks:
    """Takes statements from a mapping document and gathers what is wrong with them."""

    def __init__(self, document: Mapping[str, Any], keys: Keys) -> None:
        self.document = document
        self.keys = keys
        self.faults: list[str] = []
        self._check_keys("", document)
        for section in keys:
            if section and section in document:
                if isinstance(document[section], Mapping):
                    self._check_keys(section, document[section])
                else:
                    self.faults.append(f"[{section}] must be a table of keys")

    def _check_keys(self, section: str, table: Mapping[str, Any]) -> None:
        for key in table:
            if key not in self.keys[section]:
                near = difflib.get_close_matches(key, self.keys[section], n=1)
                hint = (
                    f"did you mean {dotted(section, near[0])}?"
                    if near
                    else (f"there are {', '.join(self.keys[section])}")
                )
                self.faults.append(f"unknown key {dotted(section, key)}: {hint}")

    def has(self, section: str) -> bool:
        return isinstance(self.document.get(section), Mapping)

    def value(self, section: str, key: str) -> Any:
        table = self.document if not section else self.document.get(section)
        return table.get(key) if isinstance(table, Mapping) else None

    def choice(self, section: str, key: str, allowed: Sequence[str]) -> str:
        """Return a statement that must be one of the allowed values."""
        value = self.value(section, key)
        if value in allowed:
            return cast("str", value)
        found = "nothing is given" if value is None else f"found {value_words(value)}"
        listed = ", ".join(f'"{choice}"' for choice in allowed)
        self.faults.append(f"{dotted(section, key)} must be one of {listed}; {found}")
        return allowed[0]

    def text(self, section: str, key: str) -> str | None:
        """Return an optional statement that must be text."""
        value = self.value(section, key)
        if value is None or (isinstance(value, str) and value):
            return value
        self.faults.append(f"{dotted(section, key)} must be a text, found {value_words(value)}")
        return None

    def texts(self, section: str, key: str, count: int | None) -> tuple[str, ...]:
        """Return a list of names of the given number."""
        value = self.value(section, key)
        if (
            isinstance(value, list)
            and all(isinstance(name, str) and name for name in value)
            and len(set(value)) == len(value)
            and count in (None, len(value))
        ):
            return tuple(value)
        wanted = "different names" if count is None else f"{count} different column names"
        found = "nothing is given" if value is None else f"found {value_words(value)}"
        self.faults.append(f"{dotted(section, key)} must be a list of {wanted}; {found}")
        return ()

    def number(self, section: str, key: str) -> float | None:
        """Return an optional statement that must be a positive number."""
        value = self.value(section, key)
        if value is None:
            return None
        if find_rate_fault(value) is None:
            return float(value)
        self.faults.append(
            f"{dotted(section, key)} must be a positive number of hertz, found "
            f"{value_words(value)[:40]}"
        )
        return None

    def moment(self, section: str, key: str) -> datetime.date | None:
        """Return an optional statement that must be a date, with or without a time of day."""
        value = self.value(section, key)
        if value is None or isinstance(value, datetime.date):
            return value
        self.faults.append(
            f"{dotted(section, key)} must be a date such as 2026-11-24T10:30:00 without quotes, "
            f"found {value_words(value)}"
        )
        return None


def dotted(section: str, key: str) -> str:
    """Return a key as it is written in messages: ``section.key``."""
    return f"{section}.{key}" if section else key
