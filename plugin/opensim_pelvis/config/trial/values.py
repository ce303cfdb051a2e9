"""Turns what a trial file or a flag says into the value of a setting, by its kind."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from opensim_pelvis.config.names import name_fault, text_fault
from opensim_pelvis.config.trial.setting_definitions import UNITS, Kind, SettingDefinition
from opensim_pelvis.types.date import parse_moment
from opensim_pelvis.types.segments import PAIRS

EARLIEST_YEAR: Final = 1980
LATEST_YEAR: Final = 2100
"""A recording of another year is a slip of the pen."""

_LARGEST: Final = 1e300
"""No number of a setting is as large; a float holds it."""


class UnusableError(ValueError):
    """A value that a setting cannot take; says what was wanted."""


def convert(one: SettingDefinition, value: Any, folder: Path) -> Any:
    """Return a value of TOML or of a flag as the record of settings has it.

    Parameters
    ----------
    one : SettingDefinition
    value : object
    folder : Path
        What relative paths are relative to.

    Raises
    ------
    UnusableError
        Where the setting cannot take the value.
    """
    return _CONVERTERS[one.kind](one, value, folder)


def toml_words(value: Any) -> str:
    """Return a plain value as TOML; JSON's escapes of texts are TOML's, too.

    >>> toml_words({"tibia": 0.02, "a b": 1.0})
    '{ tibia = 0.02, "a b" = 1.0 }'
    """
    if isinstance(value, Mapping):
        pairs = (f"{_key(key)} = {toml_words(item)}" for key, item in value.items())
        return f"{{ {', '.join(pairs)} }}"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if name.isidentifier() and name.isascii() else toml_words(name)


def _choice(one: SettingDefinition, value: Any, _: Path) -> str:
    if not isinstance(value, str) or value not in one.choices:
        raise UnusableError(f"one of {', '.join(one.choices)}")
    return value


def _switch(_: SettingDefinition, value: Any, __: Path) -> bool:
    if not isinstance(value, bool):
        raise UnusableError("true or false")
    return value


def _text(one: SettingDefinition, value: Any, _: Path) -> str:
    text = _quoted(value, "text in quotes")
    fault = name_fault(text) if one.kind == "name" else None
    if fault is not None:
        raise UnusableError(f"a name that can begin a file's name ({fault})")
    fault = text_fault(text)
    if fault is not None:
        raise UnusableError(f"a text that can be shown and stored ({fault})")
    return text


def _path(_: SettingDefinition, value: Any, folder: Path) -> Path:
    """Return a path; ``~NAME`` of a person whom the computer does not know is a plain name."""
    text = _quoted(value, "a path in quotes")
    if "\0" in text:
        raise UnusableError("a path (it has the invisible character U+0000 in it)")
    try:
        return folder / Path(text).expanduser()
    except RuntimeError:
        return folder / text


def _quoted(value: Any, wanted: str) -> str:
    if not isinstance(value, str | Path) or not str(value).strip():
        raise UnusableError(wanted)
    return str(value)


def _date(_: SettingDefinition, value: Any, __: Path) -> datetime.date:
    """Return TOML's own dates and times, and the same in quotes, as a date."""
    wanted = (
        "a date such as 2026-11-24, or 2026-11-24T10:30:00, with +01:00 or Z at the end where "
        "the time zone is known"
    )
    try:
        found = parse_moment(value.strip()) if isinstance(value, str) else value
    except ValueError as fault:
        raise UnusableError(wanted) from fault
    if not isinstance(found, datetime.date):
        raise UnusableError(wanted)
    if not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
        raise UnusableError(f"a year from {EARLIEST_YEAR} to {LATEST_YEAR}")
    return found


def _number(one: SettingDefinition, value: Any, _: Path) -> float:
    return _within(one, value, f"{UNITS[one.unit][1]}, {one.limits}")


def _within(one: SettingDefinition, value: Any, wanted: str) -> float:
    """Return a finite number that keeps the limits."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not abs(value) < _LARGEST or not one.allows(value):
        raise UnusableError(wanted)
    return float(value)


def _window(one: SettingDefinition, value: Any, _: Path) -> tuple[float, float]:
    wanted = (
        f"start and end in {UNITS[one.unit][1]}, {one.limits}, such as "
        f"{toml_words(one.example)}, the end not before the start"
    )
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise UnusableError(wanted)
    start, end = (_within(one, edge, wanted) for edge in value)
    if end < start:
        raise UnusableError(wanted)
    return start, end


def _times(one: SettingDefinition, value: Any, _: Path) -> dict[str, float]:
    wanted = f"a time in {UNITS[one.unit][1]} for each sensor, such as {toml_words(one.example)}"
    if not isinstance(value, Mapping):
        raise UnusableError(wanted)
    return {name: _within(one, time, wanted) for name, time in value.items()}


def _weights(one: SettingDefinition, value: Any, _: Path) -> dict[str, float]:
    wanted = f"bodies with weights {one.limits}, such as {toml_words(one.example)}"
    if not isinstance(value, Mapping):
        raise UnusableError(wanted)
    weights = {body: _within(one, weight, wanted) for body, weight in value.items()}
    both = {body: w for pair, w in weights.items() for body in PAIRS.get(pair, ())}
    return both | {body: weight for body, weight in weights.items() if body not in PAIRS}


_CONVERTERS: Final[Mapping[Kind, Callable[[SettingDefinition, Any, Path], Any]]] = {
    "text": _text,
    "name": _text,
    "body": _text,
    "path": _path,
    "date": _date,
    "switch": _switch,
    "choice": _choice,
    "number": _number,
    "window": _window,
    "times": _times,
    "weights": _weights,
}
