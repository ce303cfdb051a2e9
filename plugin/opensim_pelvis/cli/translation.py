"""Every text that a person can see, by key, and the files in which they are translated."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from opensim_pelvis import notices
from opensim_pelvis.cli.screen import checks
from opensim_pelvis.cli.screen import words as screen
from opensim_pelvis.cli.screen.recordings import reader_texts
from opensim_pelvis.cohort import figure as cohort
from opensim_pelvis.config import calibration_methods
from opensim_pelvis.config.trial import defaults
from opensim_pelvis.errors import SettingsError
from opensim_pelvis.gait.measures import definitions as measures
from opensim_pelvis.guidance import finding_words as guidance
from opensim_pelvis.io.delivery import check_file, write_file
from opensim_pelvis.io.documents import is_file, read_toml
from opensim_pelvis.kinematics import angle_definitions
from opensim_pelvis.language import COMMENT, Text, updated
from opensim_pelvis.language.po_files import read_catalogue
from opensim_pelvis.quality import definitions as quality
from opensim_pelvis.report import texts as report
from opensim_pelvis.validation import agreement_figures as comparison

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

_NAMES: Final = re.compile(r"\{\w+(:[^|;}]*)?\}")
_SOURCES: Final = (
    notices,
    measures,
    angle_definitions,
    calibration_methods,
    quality,
    defaults,
    guidance,
    report,
    screen,
    checks,
    cohort.WORDS,
    comparison.WORDS,
)


def all_texts() -> tuple[Text, ...]:
    """Return every text with a word in it, each key once, in the order of the rooms."""
    found = {text.key: text for text in _all() if _has_words(text.english)}
    return tuple(found.values())


def write_texts(
    path: Path, *, code: str | None = None, earlier: Path | None = None, overwrite: bool = False
) -> Path:
    """Write every text into a gettext file to translate, or bring one to the English of today.

    Parameters
    ----------
    path : Path
        Ends in ``.po``. Where it is there already, what is translated stays.
    code : str, optional
        Of the language, such as ``de``; needed for a new file.
    earlier : Path, optional
        A translation in TOML of an earlier version, whose texts are taken.
    overwrite : bool
        Whether the file is begun anew.

    Raises
    ------
    SettingsError
        When the file is no gettext file, or its language is not known.
    ExportError
        When it cannot be written.
    """
    if path.suffix != ".po":
        raise SettingsError(f"{path}: wanted a name that ends in .po, such as de.po")
    texts, first_line = all_texts(), COMMENT.partition("\n")[0]
    if is_file(path) and not overwrite and earlier is None:
        check_file(path, first_line=first_line)
        catalogue = updated(read_catalogue(path), texts)
    else:
        check_file(path, first_line=first_line, kept=True, overwrite=overwrite)
        catalogue = updated(_empty(code), texts)
    if earlier is not None:
        _take(catalogue, read_toml(earlier, SettingsError, "texts in TOML"), texts)
    write_file(path, as_text(catalogue))
    return path


def as_text(catalogue: Catalog) -> str:
    """Return a catalogue as the text of a gettext file."""
    from babel.messages.pofile import write_po

    catalogue.version = version("opensim-pelvis")
    file = io.BytesIO()
    write_po(file, catalogue, width=0, include_previous=True)
    return file.getvalue().decode("utf-8")


def _has_words(text: str) -> bool:
    """Return whether something is left to translate beside names in braces."""
    return any(letter.isalpha() for letter in _NAMES.sub("", text))


def _all() -> Iterator[Text]:
    for source in _SOURCES:
        yield from source.texts()
    yield from reader_texts()


def _empty(code: str | None) -> Catalog:
    from babel import Locale, UnknownLocaleError
    from babel.messages.catalog import Catalog

    try:
        locale = Locale.parse((code or "").replace("-", "_"))
    except (ValueError, UnknownLocaleError) as fault:
        raise SettingsError(
            f"--language: wanted the code of a language, such as de or pt-BR, found '{code or ''}'"
        ) from fault
    return Catalog(locale=locale, header_comment=COMMENT, fuzzy=False)


def _take(catalogue: Catalog, tables: dict[str, object], texts: tuple[Text, ...]) -> None:
    """Take the translations of a TOML file: by section and key, or by the English text."""
    for text in texts:
        _, section, key = (*text.key.split(".", 2), "", "")[:3]
        if text.key.startswith("measure."):
            section, key = "measure", text.key.split(".")[1]
        own, by_english = (_table(tables, name) for name in (section, "analysis"))
        known = own.get(key) if text.key.startswith(("report.", "measure.")) else None
        other = by_english.get(text.english) or known
        message = catalogue.get(text.english, text.key)
        if message is not None and isinstance(other, str) and other != text.english:
            message.string = other


def _table(tables: dict[str, object], name: str) -> dict[str, object]:
    found = tables.get(name)
    return found if isinstance(found, dict) else {}
