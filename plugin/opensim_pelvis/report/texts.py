"""All visible text of the report, from ``texts.toml`` and perhaps a translation over it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import Any, Final

from opensim_pelvis.delivery import check_file, write_file
from opensim_pelvis.documents import read_toml
from opensim_pelvis.errors import SettingsError, raise_faults
from opensim_pelvis.metrics.definitions import definitions
from opensim_pelvis.plain_words import value_words
from opensim_pelvis.report.phrases import phrases

Texts = Mapping[str, Mapping[str, str]]
"""Section to key to text; some texts have names in braces."""

ANALYSIS: Final = "analysis"
"""Section of the texts that come from the analysis: English text to its translation."""

_ABOUT: Final = """
# Definitions of measures and angles, rules, drills, reference numbers and their sources. English
# stands on the left and stays there; change the words to the right of each =.
"""


def read_texts(translation: Path | None = None) -> Texts:
    """Return the texts in English, or of a translation with English where it is silent.

    Raises
    ------
    SettingsError
        When the translation cannot be read, names a text that does not exist, or asks for
        something in braces that the English text does not have.
    """
    english = {**_english(), ANALYSIS: {}}
    if translation is None:
        return english
    tables = read_toml(translation, SettingsError, "texts in TOML")
    raise_faults(SettingsError, str(translation), _faults(tables, all_texts()))
    return {section: {**words, **tables.get(section, {})} for section, words in english.items()}


def all_texts() -> Texts:
    """Return every text of the report in English: the page's own, and those of the analysis."""
    return {**_english(), ANALYSIS: {text: text for text in phrases()}}


def write_texts(path: Path, *, overwrite: bool = False) -> Path:
    """Write every text of the report into a file to translate.

    Raises
    ------
    ExportError
        When the file is there already, or cannot be written.
    """
    check_file(path, first_line=_own().partition("\n")[0], kept=True, overwrite=overwrite)
    lines = [f"{_quoted(text)} = {_quoted(text)}" for text in phrases()]
    text = "\n".join([_own(), f"[{ANALYSIS}]{_ABOUT}", *lines, ""])
    write_file(path, text)
    return path


def _english() -> dict[str, dict[str, str]]:
    return tomllib.loads(_own())


def _own() -> str:
    """Return ``texts.toml``, with the labels of measures where their section begins."""
    text = files("opensim_pelvis.report").joinpath("texts.toml").read_text(encoding="utf-8")
    labels = "".join(f"{d.name} = {_quoted(d.label)}\n" for d in definitions())
    return text.replace("[measure]\n", f"[measure]\n{labels}", 1)


def _quoted(text: str) -> str:
    """Return a text as TOML; JSON's escapes are TOML's, too."""
    return json.dumps(text, ensure_ascii=False)


def _faults(tables: Mapping[str, Any], english: Texts) -> list[str]:
    faults = []
    for section, words in tables.items():
        if section not in english or not isinstance(words, Mapping):
            faults.append(f"[{section}]: unknown section of report texts")
            continue
        for key, text in words.items():
            if key not in english[section]:
                faults.append(f"{section}.{key}: unknown report text")
            elif not isinstance(text, str):
                faults.append(
                    f"{section}.{key}: wanted a text in quotes, found {value_words(text)}"
                )
            elif not _fits(text, english[section][key]):
                allowed = ", ".join(sorted(_names(english[section][key]))) or "none"
                faults.append(f"{section}.{key}: names in braces must be: {allowed}")
    return faults


def _fits(text: str, english: str) -> bool:
    """Return whether a text can be filled in like the English one, digits included."""
    try:
        return _names(text) <= _names(english)
    except ValueError:
        return False


def _names(text: str) -> set[str]:
    """Return what stands in braces: name and how its number is written.

    >>> sorted(_names("{a:.1f} of {b}"))
    ['a:.1f', 'b']
    """
    parsed = Formatter().parse(text)
    return {f"{name}:{how}" if how else name for _, name, how, _ in parsed if name is not None}
