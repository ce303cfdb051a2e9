"""Makes sentences of notices, and plain data for files."""

from __future__ import annotations

import math
import string
from collections.abc import Mapping
from typing import Any, Final

from opensim_pelvis.language import ENGLISH, Language
from opensim_pelvis.notices.catalogue import catalogue, key_of, terms
from opensim_pelvis.notices.record import Notice, Value

JOINT: Final = ", "
PLAIN: Final = frozenset({"code", "severity", "subject", "values", "text"})
"""Keys by which a notice among plain values is known."""


def say(notice: Notice, language: Language = ENGLISH) -> str:
    """Return the sentence of a notice, in English unless told otherwise.

    Texts in ``notices.toml`` name values as Python's format strings do, with four additions: a
    list is said joined by commas, or by what follows a bar (``{names:| and }``); a mapping as its
    names, each with its number, which the format concerns (``{errors:.0f}``: ``femur_r 7,
    femur_l 8``), and a unit after a semicolon (``{errors:.0f; degrees}``); and a notice among the
    values as its own sentence, in the same language. ``!t`` asks for the word of a value that is
    one of a closed set (``{confidence!t}``, ``terms.toml``).

    Examples
    --------
    >>> from opensim_pelvis.notices import notice
    >>> say(notice("heading.drift_removed", span_min=0.5, turned_deg={"torso_imu": 3.2}))[:70]
    'heading drift was corrected (degrees, within 0.5 min): torso_imu 3. Th'
    """
    entry = catalogue()[notice.code]
    key = key_of(notice.code)
    if entry.one:
        count: Any = notice.values[entry.count]
        chosen = language.plural(key, entry.one, entry.text, count)
    else:
        chosen = language.text(key, entry.text)
    return fill_in(chosen, notice.values, language)


def advise(notice: Notice, language: Language = ENGLISH) -> str:
    """Return the sentence of a notice with its remedy, for the person who ran the program.

    Examples
    --------
    >>> from opensim_pelvis.notices import notice
    >>> advise(notice("events.sides_as_in_running"))
    'left and right were assigned as in running, since no activity was given. Give --activity.'
    """
    entry = catalogue()[notice.code]
    if not entry.remedy:
        return say(notice, language)
    remedy = language.text(f"notice.{notice.code}.remedy", entry.remedy)
    sentence = say(notice, language)
    return f"{sentence}{'' if sentence.endswith(('.', '?', '!')) else '.'} {remedy}"


def fill_in(text: str, values: Mapping[str, Any], language: Language) -> str:
    """Return a text with values in its braces, as `say` describes."""
    return _Words(language).vformat(text, (), values)


def term(value: str, language: Language = ENGLISH) -> str:
    """Return the word for a value of a closed set (``terms.toml``); a name as it is."""
    return language.text(f"term.{value}", terms().get(value, value))


def as_plain(notice: Notice, language: Language = ENGLISH) -> dict[str, Any]:
    """Return a notice as JSON knows it: code, severity, subject, values, text."""
    return {
        "code": notice.code,
        "severity": notice.severity,
        "subject": list(notice.subject),
        "values": {name: _plain(value, language) for name, value in notice.values.items()},
        "text": say(notice, language),
    }


def say_plain(told: str | Mapping[str, Any], language: Language) -> str:
    """Return the sentence of what `as_plain` made, in another language; plain text as it is.

    What this program does not know any more, or not yet, is said as it was written.
    """
    if isinstance(told, str):
        return told
    try:
        return say(from_plain(told), language)
    except (LookupError, TypeError, ValueError, AttributeError):
        return str(told["text"])


def from_plain(told: Mapping[str, Any]) -> Notice:
    """Return the notice that `as_plain` made plain; a number that was not finite is NaN."""
    return Notice(
        code=told["code"],
        severity=told["severity"],
        subject=tuple(told["subject"]),
        values={name: _value(value) for name, value in told["values"].items()},
    )


def _value(value: Any) -> Value:
    if isinstance(value, Mapping):
        return (
            from_plain(value) if set(value) >= PLAIN else {k: _value(v) for k, v in value.items()}
        )
    if isinstance(value, list | tuple):
        return tuple(_value(item) for item in value)
    return math.nan if value is None else value


def _plain(value: Value, language: Language) -> Any:
    if isinstance(value, Notice):
        return as_plain(value, language)
    if isinstance(value, tuple):
        return [_plain(item, language) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item, language) for key, item in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


class _Words(string.Formatter):
    """Python's format strings over the values of a notice, numbers in a language's form."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def convert_field(self, value: Any, conversion: Any) -> Any:
        return (
            term(value, self.language)
            if conversion == "t"
            else super().convert_field(value, conversion)
        )

    def format_field(self, value: Any, spec: str) -> str:
        whole, bar, joint = spec.partition("|")
        joint = joint if bar else JOINT
        if isinstance(value, Mapping):
            return joint.join(f"{k} {self.format_field(v, whole)}" for k, v in value.items())
        if isinstance(value, tuple):
            return joint.join(self.format_field(item, whole) for item in value)
        spec, _, unit = whole.partition(";")
        if isinstance(value, Notice):
            return say(value, self.language)
        said: str = super().format_field(value, spec)
        counted = isinstance(value, int | float) and not isinstance(value, bool)
        return f"{self.language.digits(said) if counted else said}{unit}"
