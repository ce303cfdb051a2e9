"""All visible text of the report in one language, and numbers and dates in its form."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from opensim_pelvis.gait.measures.definitions import definitions
from opensim_pelvis.guidance.finding_words import DERIVED
from opensim_pelvis.kinematics import angle_definitions
from opensim_pelvis.language import ENGLISH, Language, Text
from opensim_pelvis.notices import say_plain
from opensim_pelvis.quality.definitions import label_in
from opensim_pelvis.report.view_curves import drawn_curves
from opensim_pelvis.types import DIGITS
from opensim_pelvis.types.date import parse_moment, show_moment

NONE: Final = "\N{EN DASH}"
MINUS: Final = "\N{MINUS SIGN}"

_NAMED: Final = {
    "measure": ("measure", "label"),
    "angle": ("angle", "label"),
    "positive": ("angle", "rising"),
}
"""Sections of what has a name: where else it is told of, and the word for this."""


@dataclass(frozen=True, eq=False, slots=True)
class Texts(Mapping[str, Mapping[str, str]]):
    """Section to key to text; some texts have names in braces.

    Parameters
    ----------
    sections : mapping
    language : Language
    """

    sections: Mapping[str, Mapping[str, str]]
    language: Language

    def __getitem__(self, section: str) -> Mapping[str, str]:
        return self.sections[section]

    def __iter__(self) -> Iterator[str]:
        return iter(self.sections)

    def __len__(self) -> int:
        return len(self.sections)

    def number(self, value: float | None, unit: str) -> str:
        """Return a number with the digits that its unit deserves; a dash where it is not known.

        >>> read_texts().number(15.94, "deg"), read_texts().number(0.1, "s")
        ('15.9', '0.100')
        """
        return NONE if value is None else self.written(value, f".{DIGITS.get(unit, 1)}f")

    def degrees(self, value: float | None) -> str:
        """Return an angle with its sign: ``15.9°``."""
        return f"{self.number(value, 'deg')}°"

    def written(self, value: float | None, form: str) -> str:
        """Return a number in Python's format; a dash where it is not known, and no minus zero."""
        if value is None:
            return NONE
        text = format(value, form)
        if text.startswith("-") and float(text) == 0.0:
            text = text[1:]
        return self.language.digits(text).replace("-", MINUS)

    def moment(self, iso: str) -> str:
        """Return an ISO 8601 date as people of this language write it."""
        if self.language is ENGLISH:
            return show_moment(iso)
        return self.language.moment(parse_moment(iso))

    def check(self, name: str) -> str:
        """Return what the report calls a check of the quality."""
        return label_in(name, self.language)

    def said(self, told: str | Mapping[str, Any]) -> str:
        """Return the sentence of a notice that was made plain."""
        return say_plain(told, self.language)


def read_texts(language: Language = ENGLISH) -> Texts:
    """Return the texts of the report in a language."""
    sections = {
        section: {key: language.text(_key(section, key), text) for key, text in words.items()}
        for section, words in _english().items()
    }
    return Texts(sections, language)


def texts() -> Iterator[Text]:
    """Return every text of the report, labels of definitions among them."""
    for section, words in _english().items():
        yield from (Text(_key(section, key), text) for key, text in words.items())


def _key(section: str, key: str) -> str:
    """Return the key of a text: measures and angles are called the same everywhere."""
    room, word = _NAMED.get(section, (f"report.{section}", ""))
    return f"{room}.{key}.{word}" if word else f"{room}.{key}"


def _english() -> dict[str, dict[str, str]]:
    """Return ``texts.toml``, with the words of definitions in their sections."""
    own, angles = _own(), angle_definitions.definitions()
    curves = [drawn.curve for drawn in drawn_curves()]
    return {
        **own,
        "measure": {**{d.name: d.label for d in definitions()}, **DERIVED},
        "angle": {**{d.name: d.label for d in angles}, **own["angle"]},
        "positive": {**{d.name: d.rising for d in angles}, **own["positive"]},
        "curves": {
            **own["curves"],
            **{c.name: c.label for c in curves},
            **{f"{c.name}_positive": c.rising for c in curves},
        },
    }


@functools.cache
def _own() -> dict[str, dict[str, str]]:
    place = files("opensim_pelvis.report").joinpath("texts.toml")
    return tomllib.loads(place.read_text(encoding="utf-8"))
