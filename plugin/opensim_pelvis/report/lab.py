"""A laboratory's own name, logo, header text and choice of sections, from a small TOML file."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final

from opensim_pelvis.config.settings import ReportSettings
from opensim_pelvis.errors import SettingsError, raise_faults
from opensim_pelvis.io.documents import is_file, is_folder, read_toml
from opensim_pelvis.language import Language, read_language
from opensim_pelvis.notices.plain_words import value_words
from opensim_pelvis.report.logo import TYPES, logo_picture, logo_uri
from opensim_pelvis.report.sections import section_names

MAX_LOGO_BYTES: Final = 500_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """What a laboratory adds to its reports.

    Parameters
    ----------
    name, header, footer : str
        ``header`` stands under the name, ``footer`` at the end.
    logo : Path or None
        PNG, JPEG or SVG.
    sections : tuple of str
        Those shown, in this order.
    texts : Path or None
        A translation (``.po``); its name may be the code of a language that comes along.
    """

    name: str = ""
    header: str = ""
    footer: str = ""
    logo: Path | None = None
    sections: tuple[str, ...] = field(default_factory=section_names)
    texts: Path | None = None

    @property
    def language(self) -> Language:
        """The language of reports."""
        return read_language(self.texts)

    @property
    def logo_uri(self) -> str | None:
        """The logo as a data URI, so that the page needs no second file."""
        return None if self.logo is None else logo_uri(self.logo)


def lab_of(settings: ReportSettings) -> Lab:
    """Return the laboratory of a run's settings, in the language that they ask for."""
    return lab_in(settings.lab, settings.language)


def lab_in(path: Path | None, language: Path | None) -> Lab:
    """Return a laboratory; a language that is asked for comes before its own."""
    lab = read_lab(path)
    return lab if language is None else replace(lab, texts=language)


def read_lab(path: Path | None) -> Lab:
    """Read a lab file; without one, nothing is added. Paths are relative to the file.

    Raises
    ------
    SettingsError
        Naming every fault of the file.
    """
    if path is None:
        return Lab()
    if not (is_file(path) or is_folder(path)):
        raise SettingsError(
            f"{path}: --lab ([report] lab) wanted a lab file in TOML, but it does not exist. "
            "Correct the name, or omit it."
        )
    table = read_toml(path, SettingsError, "a lab file in TOML")
    faults: list[str] = []
    known = {item.name for item in fields(Lab)}
    faults += [
        f"{key}: unknown key. Available: {', '.join(sorted(known))}"
        for key in table
        if key not in known
    ]
    values = {key: _value(key, table[key], path.parent, faults) for key in table if key in known}
    raise_faults(SettingsError, str(path), faults)
    return Lab(**values)


def _value(key: str, value: Any, folder: Path, faults: list[str]) -> Any:
    if key == "sections":
        return _sections(value, faults)
    if not isinstance(value, str):
        faults.append(f"{key}: wanted a text in quotes, found {value_words(value)}")
        return None
    if key == "texts":
        return _texts(value, folder, faults)
    if key != "logo":
        return value
    path = folder / value
    if not is_file(path):
        faults.append(f"{key}: wanted an existing file, found no {str(path)[:200]}")
    elif path.suffix.lower() not in TYPES:
        faults.append(f"logo: wanted a .png, .jpg or .svg, found {path.name}")
    elif path.stat().st_size > MAX_LOGO_BYTES:
        faults.append(f"logo: {path.name} has more than {MAX_LOGO_BYTES} bytes. Make it smaller")
    else:
        faults += _undrawable(path)
    return path


def _texts(value: str, folder: Path, faults: list[str]) -> Path:
    """Return a translation's file, or a language's code as a path."""
    texts = folder / value
    try:
        read_language(texts)
    except SettingsError as fault:
        faults.append(f"texts: {fault}")
    return texts


def _undrawable(logo: Path) -> list[str]:
    """Return why a logo cannot be drawn, so that it is told before the work and not after."""
    try:
        logo_picture(logo)
    except SettingsError as fault:
        return [f"logo: {fault}"]
    return []


def _sections(value: Any, faults: list[str]) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        faults.append(f"sections: wanted a list of names, found {value_words(value)}")
        return section_names()
    unknown = [name for name in value if name not in section_names()]
    if unknown:
        known = ", ".join(section_names())
        faults.append(
            f"sections: unknown section {', '.join(map(str, unknown))}. Available: {known}"
        )
    if len(set(map(str, value))) < len(value):
        faults.append("sections: a section is repeated")
    return tuple(value)
