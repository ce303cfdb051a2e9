"""All visible text of the report, from ``texts.toml`` and perhaps a translation over it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import Any

from opensim_pelvis.errors import SettingsError, raise_faults

Texts = Mapping[str, Mapping[str, str]]
"""Section to key to text; some texts have names in braces."""


def read_texts(translation: Path | None = None) -> Texts:
    """Return the texts in English, or of a translation with English where it is silent.

    Raises
    ------
    SettingsError
        When the translation cannot be read, names a text that does not exist, or asks for
        something in braces that the English text does not have.
    """
    english: dict[str, dict[str, str]] = tomllib.loads(
        files("opensim_pelvis.report").joinpath("texts.toml").read_text(encoding="utf-8")
    )
    if translation is None:
        return english
    try:
        tables = tomllib.loads(translation.read_text(encoding="utf-8"))
    except FileNotFoundError as fault:
        raise SettingsError(f"{translation}: there is no such file of texts") from fault
    except (OSError, ValueError) as fault:
        raise SettingsError(f"{translation}: cannot be read as TOML: {fault}") from fault
    raise_faults(SettingsError, str(translation), _faults(tables, english))
    return {section: {**words, **tables.get(section, {})} for section, words in english.items()}


def _faults(tables: Mapping[str, Any], english: Texts) -> list[str]:
    faults = []
    for section, words in tables.items():
        if section not in english or not isinstance(words, Mapping):
            faults.append(f"[{section}]: the report has no such section of texts")
            continue
        for key, text in words.items():
            if key not in english[section]:
                faults.append(f"{section}.{key}: the report has no such text")
            elif not isinstance(text, str):
                faults.append(f"{section}.{key}: wanted a text in quotes, found {text!r}")
            elif not _readable(text) or not _names(text) <= _names(english[section][key]):
                allowed = ", ".join(sorted(_names(english[section][key]))) or "none"
                faults.append(f"{section}.{key}: names in braces may be: {allowed}")
    return faults


def _readable(text: str) -> bool:
    try:
        _names(text)
    except ValueError:
        return False
    return True


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
