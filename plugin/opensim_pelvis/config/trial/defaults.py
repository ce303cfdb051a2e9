"""Lists the settings left at their default, for screen, summary and methods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from opensim_pelvis.config.settings import TrialSettings
from opensim_pelvis.config.trial.setting_definitions import definitions
from opensim_pelvis.language import Language, Text

DEFAULT: Final = "(default)"
"""Ends a line of a value left at its default."""


def list_defaults(
    settings: TrialSettings, given: Mapping[str, Mapping[str, Any]] | None = None
) -> tuple[str, ...]:
    """List every value left at its default.

    Parameters
    ----------
    settings : TrialSettings
    given : mapping of table to mapping of key, optional
        What the trial file and the flags said. Without it, a value counts as not stated when
        it equals the default of its record.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> from pathlib import Path
    >>> from opensim_pelvis.config.settings import RecordingSettings
    >>> trial = TrialSettings(recording=RecordingSettings(path=Path("walk")))
    >>> "calibration.base = pelvis (default)" in list_defaults(trial)
    True
    """
    lines: list[str] = []
    for one in definitions():
        value = getattr(getattr(settings, one.section), one.key)
        empty = value is None or value == {}
        if given is None:
            stated = not empty and value != one.default
        else:
            stated = one.key in given.get(one.section, {})
        if one.listed and not one.required and not stated:
            shown = one.not_given if empty else value
            shown = str(shown).lower() if isinstance(shown, bool) else shown
            lines.append(f"{one.name} = {shown} {DEFAULT}")
    return tuple(lines)


def texts() -> Iterator[Text]:
    """Return the words for settings that nobody states."""
    yield Text("setting.default", DEFAULT)
    yield from (Text(_key(one.name), one.not_given) for one in definitions() if one.not_given)


def split_default(line: str, language: Language) -> tuple[str, str, str]:
    """Return table, key and value of a line of `list_defaults`, the value in a language.

    >>> from opensim_pelvis.language import ENGLISH
    >>> split_default("report.lab = none (default)", ENGLISH)
    ('report', 'lab', 'none')
    """
    name, _, words = line.removesuffix(f" {DEFAULT}").partition(" = ")
    section, _, key = name.partition(".")
    return section, key, language.text(_key(name), words)


def default_in(line: str, language: Language) -> str:
    """Return a line of `list_defaults` in a language."""
    section, key, words = split_default(line, language)
    return f"{section}.{key} = {words} {language.text('setting.default', DEFAULT)}"


def _key(name: str) -> str:
    return f"setting.{name}.not_given"
