"""The words of one place, such as a figure: English by key, said in a language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from opensim_pelvis.language import Language, Text
from opensim_pelvis.notices.say import fill_in


@dataclass(frozen=True, slots=True)
class Wordbook:
    """English texts of one place by key; in translations a key is ``room.key``.

    Examples
    --------
    >>> from opensim_pelvis.language import ENGLISH
    >>> Wordbook("figure", {"offset": "offset {offset_s:.1f} s"}).word(
    ...     "offset", ENGLISH, offset_s=0.25
    ... )
    'offset 0.2 s'
    """

    room: str
    english: Mapping[str, str]

    def word(self, key: str, language: Language, **values: Any) -> str:
        """Return a text in a language, filled in as sentences of notices are."""
        return fill_in(language.text(f"{self.room}.{key}", self.english[key]), values, language)

    def texts(self) -> Iterator[Text]:
        """Return every text."""
        yield from (Text(f"{self.room}.{key}", text) for key, text in self.english.items())
